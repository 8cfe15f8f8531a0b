//! Single-byte encodings as which UTF-8 gets misread: for each character the byte that it stands
//! for, and the part that this byte can play in UTF-8.
//!
//! The tables are the public mappings of bytes 80 to FF. Bytes that an encoding leaves undefined,
//! and all C1 controls, stand for themselves ("sloppy"), which makes Latin-1 a part of
//! Windows-1252. All state is a pair of look-up tables built once.

use std::sync::LazyLock;

use super::cost::class;
use crate::charset::Page;
use crate::features::ascii_run;

/// A set of encodings: bit `n` is [`PAGES`]`[n]`.
pub(super) type Set = u32;

/// Windows-1252 and with it Latin-1, which most damage went through: first, so that it wins ties.
pub(super) const CP1252: usize = 0;

/// The encodings.
pub(super) const PAGES: [&str; 17] = [
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "macintosh",
    "iso-8859-2",
    "windows-1254",
    "windows-1253",
    "windows-1257",
    "ibm437",
    "ibm850",
    "ibm866",
    "koi8-r",
    "windows-1255",
    "windows-1258",
    "windows-1256",
    "iso-8859-15",
    "windows-874",
];

/// How much less likely each is than the first, in tenths of a nat: for choosing among them.
pub(super) const PRIOR: [i32; PAGES.len()] = [0, 10, 10, 10, 10, 20, 20, 20, 20, 20, 20, 20, 20, 30, 30, 100, 20];

/// Every encoding.
const ALL: Set = Set::MAX;
/// One past the last character that any of the tables is asked for.
const LIMIT: usize = 0x2600;

/// What a character can be in UTF-8, as a set of encodings for each part: first byte of a sequence
/// of 2, 3 and 4, and a byte after the first.
#[derive(Clone, Copy, Default)]
struct Parts {
    lead: [Set; 3],
    cont: Set,
    /// Where it is the same byte as in Windows-1252, or none.
    alike: Set,
    /// Of what script it is a letter, other than Latin; 0: none.
    script: u8,
    is_lower: bool,
    is_upper: bool,
}

/// Bits of [`Tables::scripts`] beside the script.
const LOWER: u8 = 0x40;
const UPPER: u8 = 0x80;

/// The tables, made when first asked for: sound ASCII never does.
pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

/// The tables, turned round.
pub(super) struct Tables {
    /// For each character under [`LIMIT`] its place in the other two; 0: in no encoding.
    slot: Vec<u16>,
    parts: Vec<Parts>,
    /// For each character of two bytes its script, as in [`Parts`], and its case.
    scripts: Vec<u8>,
    /// For each place and encoding the byte; 0: none.
    bytes: Vec<[u8; PAGES.len()]>,
}

impl Tables {
    pub(super) fn new() -> Self {
        let none = [0; PAGES.len()];
        let mut t = Tables { slot: vec![0; LIMIT], parts: Vec::new(), scripts: vec![0; 0x800], bytes: vec![none] };
        let pages = PAGES.map(|name| Page::named(name).expect("an encoding"));
        for (e, page) in pages.iter().enumerate() {
            for b in 0x80..=0xFF_u8 {
                let c = page.loose_char(b);
                t.put(e, b, if (c as usize) < LIMIT { c } else { char::from(b) });
            }
            for b in 0x80..=0x9F_u8 {
                t.put(e, b, char::from(b));
            }
        }
        // The ISO encodings have controls where Windows has marks, and marks get shown for them.
        for (e, page) in pages.iter().enumerate().filter(|(_, p)| p.name().starts_with("iso")) {
            for (b, c) in (0x80..=0x9F_u8).filter_map(|b| Some((b, pages[CP1252].char(b)?))) {
                if page.byte(c).is_none() {
                    t.put(e, b, c);
                }
            }
        }
        t.parts = t.bytes.iter().map(Parts::of).collect();
        for (c, slot) in (0..).filter_map(char::from_u32).zip(&t.slot).filter(|(_, s)| **s != 0) {
            let p = &mut t.parts[*slot as usize];
            p.letter(c);
            if let Some(known) = t.scripts.get_mut(c as usize) {
                *known = p.script | if p.is_lower { LOWER } else { 0 } | if p.is_upper { UPPER } else { 0 };
            }
        }
        t
    }

    fn put(&mut self, encoding: usize, byte: u8, c: char) {
        let Some(slot) = self.slot.get_mut(c as usize) else { return };
        if *slot == 0 {
            *slot = self.bytes.len() as u16;
            self.bytes.push([0; PAGES.len()]);
        }
        let known = &mut self.bytes[*slot as usize][encoding];
        if *known == 0 {
            *known = byte;
        }
    }

    /// The byte of 80 to FF that `c` stands for.
    pub(super) fn byte(&self, encoding: usize, c: char) -> Option<u8> {
        let slot = *self.slot.get(c as usize)?;
        let b = self.bytes[slot as usize][encoding];
        (b != 0).then_some(b)
    }

    /// The byte that the character stands for that `bytes` start with, which is not ASCII, 0 if there is
    /// none; and how many bytes the character has.
    pub(super) fn byte_at(&self, encoding: usize, bytes: &[u8]) -> (u8, usize) {
        let slot = self.slot.get(code_of(bytes)).copied().unwrap_or(0);
        (self.bytes[usize::from(slot)][encoding], len_of(bytes[0]))
    }

    /// Whether the character that `bytes` start with is a first byte of UTF-8 in that encoding.
    pub(super) fn may_lead(&self, encoding: usize, bytes: &[u8]) -> bool {
        self.leads(encoding, bytes) != [false; 3]
    }

    /// Whether it is the first of two, of three, of four.
    pub(super) fn leads(&self, encoding: usize, bytes: &[u8]) -> [bool; 3] {
        let slot = self.slot.get(code_of(bytes)).copied().unwrap_or(0);
        self.parts[usize::from(slot)].lead.map(|set| set >> encoding & 1 == 1)
    }

    /// Whether it is a byte after the first, or stands for one that was lost.
    pub(super) fn may_follow(&self, encoding: usize, bytes: &[u8]) -> bool {
        match code_of(bytes) {
            0xFFFD => true,
            c => self.slot.get(c).is_some_and(|&slot| self.parts[usize::from(slot)].cont >> encoding & 1 == 1),
        }
    }

    /// The encodings in which all characters of `text` are the bytes that they are in Windows-1252, or
    /// none.
    pub(super) fn all_alike(&self, text: &str) -> Set {
        text.chars().filter(|c| !c.is_ascii()).fold(ALL, |all, c| all & self.alike(c))
    }

    /// The encodings in which `c` is the byte that it is in Windows-1252, or none.
    pub(super) fn alike(&self, c: char) -> Set {
        self.slot.get(c as usize).map_or(ALL, |&s| self.parts[usize::from(s)].alike)
    }

    /// What `byte` looks like when it is read as that encoding.
    #[cfg(test)]
    pub(super) fn char_of(&self, encoding: usize, byte: u8) -> char {
        Page::named(PAGES[encoding]).expect("an encoding").loose_char(byte)
    }

    /// In which encodings `text` holds a whole sequence of UTF-8, or one of the few broken forms
    /// that are sites too: what nearly all sound text is rejected by, so it has to be quick.
    ///
    /// Plain letters of one script other than Latin do not count ("рад" is a sequence in IBM866):
    /// what was misread has other forms beside them, or stands in a Latin word.
    pub(super) fn seen_in(&self, text: &str) -> Set {
        let bytes = text.as_bytes();
        let (mut seen, mut at) = (0, 0);
        // Encodings in which one, two or three more bytes would end a sequence, by its length.
        let (mut of2, mut of3, mut of4) = (0, [0; 2], [0; 3]);
        let (none, instead) = (Parts::default(), Parts { cont: ALL, ..Parts::default() });
        let mut last = &none;
        // How many letters in a row have been plain, whether a Latin one comes right before them, and
        // what was not counted for their sake.
        let (mut plain, mut mixed, mut held) = (0, false, 0);
        while at < bytes.len() {
            if bytes[at].is_ascii() {
                // "Ã ", "Â " and `â"`.
                if matches!((bytes[at], at), (b' ' | b'"', 2..))
                    && matches!(bytes[at - 2..at], [0xC3, 0x82 | 0x83 | 0xA2])
                {
                    seen |= 1 << CP1252;
                }
                if last.script != 0 && bytes[at].is_ascii_alphabetic() {
                    seen |= held;
                }
                held = 0;
                // Only what stands beside the others matters.
                at += ascii_run(&bytes[at..]);
                (of2, of3, of4) = (0, [0; 2], [0; 3]);
                (last, plain) = (&none, 0);
                continue;
            }
            let len = len_of(bytes[at]);
            let apart = |b: Option<&u8>| b.is_none_or(u8::is_ascii);
            if apart(at.checked_sub(1).and_then(|i| bytes.get(i))) {
                if apart(bytes.get(at + len)) {
                    // One alone is no sequence.
                    at += len;
                    continue;
                }
                if let Some(end) = self.plain_word(bytes, at) {
                    at = end;
                    continue;
                }
            }
            let c = code_of(&bytes[at..]);
            let p = match (c, self.slot.get(c)) {
                (0xFFFD, _) => &instead,
                (_, None | Some(0)) => {
                    // In no encoding, as ideographs are, and all that begin with these bytes.
                    at += len;
                    while matches!(bytes.get(at), Some(0xE3..=0xEE)) {
                        at += 3;
                    }
                    (of2, of3, of4, held) = (0, [0; 2], [0; 3], 0);
                    (last, plain) = (&none, 0);
                    continue;
                }
                (_, Some(&slot)) => &self.parts[usize::from(slot)],
            };
            plain = match p.script {
                0 => 0,
                script if script == last.script && !(last.is_lower && p.is_upper) => plain + 1,
                _ => 1,
            };
            let done = [of2, of3[1], of4[2]].map(|set| set & p.cont);
            if plain < 2 {
                held = 0;
                mixed = at > 0 && bytes[at - 1].is_ascii_alphabetic();
            }
            at += len;
            if done != [0; 3] {
                for (n, set) in (2..).zip(done) {
                    if plain < n || mixed {
                        seen |= set;
                    } else {
                        held |= set;
                    }
                }
            }
            if c == 0x20AC && bytes[..at].ends_with("â€".as_bytes()) {
                seen |= 1 << CP1252;
            }
            of2 = p.lead[0];
            of3 = [p.lead[1], of3[0] & p.cont];
            of4 = [p.lead[2], of4[0] & p.cont, of4[1] & p.cont];
            last = p;
        }
        seen
    }

    /// Where a word of plain letters of one script ends that starts at `at`, where no Latin letter is
    /// beside it: most words of Russian or Greek. Such a word counts for nothing.
    fn plain_word(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let latin = |b: Option<&u8>| b.is_some_and(|b| !b.is_ascii() || b.is_ascii_alphabetic());
        if latin(at.checked_sub(1).and_then(|i| bytes.get(i))) {
            return None;
        }
        let (mut script, mut lower, mut end) = (None, false, at);
        while let Some([lead @ 0xC2..=0xDF, tail]) = bytes.get(end..end + 2) {
            let known = self.scripts[usize::from(lead & 0x1F) << 6 | usize::from(tail & 0x3F)];
            let here = known & !(LOWER | UPPER);
            if here == 0 || *script.get_or_insert(here) != here || lower && known & UPPER != 0 {
                return None;
            }
            lower = known & LOWER != 0;
            end += 2;
        }
        (end > at && !latin(bytes.get(end))).then_some(end)
    }
}

/// How many bytes the character has that begins with `first`, which is not ASCII.
pub(super) fn len_of(first: u8) -> usize {
    match first {
        ..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// The character, not ASCII, that `bytes`, the end of a text, start with; [`LIMIT`] if it has four bytes.
fn code_of(bytes: &[u8]) -> usize {
    let low = |b: u8| usize::from(b & 0x3F);
    match *bytes {
        [a @ ..=0xDF, b, ..] => usize::from(a & 0x1F) << 6 | low(b),
        [a @ ..=0xEF, b, c, ..] => usize::from(a & 0x0F) << 12 | low(b) << 6 | low(c),
        _ => LIMIT,
    }
}

impl Parts {
    fn of(bytes: &[u8; PAGES.len()]) -> Parts {
        let mut p = Parts::default();
        for (e, b) in bytes.iter().enumerate() {
            p.alike |= Set::from(*b == 0 || *b == bytes[CP1252]) << e;
            match b {
                0x80..=0xBF => p.cont |= 1 << e,
                0xC2..=0xDF => p.lead[0] |= 1 << e,
                0xE0..=0xEF => p.lead[1] |= 1 << e,
                0xF0..=0xF4 => p.lead[2] |= 1 << e,
                _ => {}
            }
        }
        p
    }

    /// Notes what letter `c` is.
    fn letter(&mut self, c: char) {
        let k = class(c);
        self.script = k.letter_script();
        (self.is_lower, self.is_upper) = (k.is_lower(), k.is_upper());
    }
}
