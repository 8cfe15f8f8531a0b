//! The normalised key of a line: what line rules match against, so that patterns need no `(?i)`,
//! no `\w`, no `\b` and survive curly quotes.

use super::need::HEAD;

/// A line, case folded, with digits as `0`, every kind of space as one plain space, quotes
/// straight, dashes as `-`, `…` as `...`, and no space at either end.
#[derive(Default)]
pub(crate) struct Key {
    text: String,
    /// What a few characters are in a key.
    few: Vec<u8>,
}

/// Bytes at either end of a key that tell most lines apart.
pub(super) const WIDTH: usize = 8;

/// For each byte of a line's key, and one past it: the byte of the line that it stands for.
pub(crate) struct Places(Vec<u32>);

impl Key {
    /// Makes this the key of `line`.
    pub(crate) fn set(&mut self, line: &str) {
        let mut out = std::mem::take(&mut self.text).into_bytes();
        out.clear();
        out.reserve(line.len());
        let bytes = line.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let next = bytes[at..].first_chunk().map(|eight| u64::from_le_bytes(*eight));
            if let Some(eight) = next.and_then(folded) {
                out.extend_from_slice(&eight.to_le_bytes());
                at += 8;
                continue;
            }
            let end = bytes.len().min(at + 8);
            while at < end {
                if let Some(&folded) = ASCII.get(usize::from(bytes[at])) {
                    push(folded, &mut out);
                    at += 1;
                } else {
                    let Some(c) = line[at..].chars().next() else { break };
                    fold(c, &mut out);
                    at += c.len_utf8();
                }
            }
        }
        if out.last() == Some(&b' ') {
            out.pop();
        }
        self.text = String::from_utf8(out).unwrap_or_default();
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The first bytes of the key of `line`, or of what it would be without its last space; nothing if
    /// it has not as many.
    pub(super) fn head(&mut self, line: &str) -> Option<[u8; WIDTH]> {
        self.few.clear();
        let mut rest = line;
        loop {
            // Mostly the first, or what follows a quotation mark.
            if let Some(eight) = rest.as_bytes().first_chunk().and_then(|b| folded(u64::from_le_bytes(*b))) {
                if self.few.is_empty() {
                    return Some(eight.to_le_bytes());
                }
                self.few.extend_from_slice(&eight.to_le_bytes());
            } else {
                let mut chars = rest.chars();
                fold(chars.next()?, &mut self.few);
                rest = chars.as_str();
            }
            if let Some(head) = self.few.first_chunk() {
                return Some(*head);
            }
        }
    }

    /// The last bytes of the key of `line`, or of what it would be without its first space; nothing if
    /// it has not as many. Before a character beyond ASCII that is among the last few there may be zeroes:
    /// no literal ends like that.
    pub(super) fn tail(&mut self, line: &str) -> Option<[u8; WIDTH]> {
        let mut tail = [0; WIDTH];
        let (mut from, mut rest) = (WIDTH, line);
        loop {
            if let Some(eight) = rest.as_bytes().last_chunk().and_then(|b| folded(u64::from_be_bytes(*b))) {
                let before = eight.swap_bytes() >> (8 * (WIDTH - from));
                return Some((before | u64::from_le_bytes(tail)).to_le_bytes());
            }
            let mut chars = rest.chars();
            // Not as the first, where a space would be left out.
            self.few.clear();
            self.few.push(0);
            fold(chars.next_back()?, &mut self.few);
            rest = chars.as_str();
            for &b in self.few[1..].iter().rev() {
                if b != b' ' || from < WIDTH && tail[from] != b' ' {
                    from -= 1;
                    tail[from] = b;
                }
                if from == 0 {
                    return Some(tail);
                }
            }
            if from < WIDTH && !tail[from].is_ascii() && from + HEAD >= WIDTH {
                return Some(tail);
            }
        }
    }

    /// The last byte of the key of `line`.
    pub(super) fn last_byte(line: &str) -> Option<u8> {
        let c = line.chars().rev().find(|&c| !is_space(c))?;
        if c.is_ascii() {
            return Some(ASCII[c as usize]);
        }
        let mut last = Vec::new();
        fold(c, &mut last);
        last.last().copied()
    }
}

impl Places {
    /// Those of the key of `line`.
    pub(crate) fn of(line: &str) -> Places {
        let (mut out, mut at, mut end) = (Vec::new(), Vec::new(), 0);
        for (i, c) in line.char_indices() {
            fold(c, &mut out);
            at.resize(out.len(), i as u32);
            if !is_space(c) {
                end = i + c.len_utf8();
            }
        }
        if out.last() == Some(&b' ') {
            at.pop();
        }
        at.push(end as u32);
        Places(at)
    }

    /// The bytes of the line that the bytes `span` of the key stand for.
    pub(crate) fn in_line(&self, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let start = self.0[span.start] as usize;
        start..(self.0[span.end] as usize).max(start)
    }
}

/// What each ASCII character is in a key.
pub(super) const ASCII: [u8; 128] = {
    let mut all = [0; 128];
    let mut b = 0;
    while b < 128 {
        all[b] = match b as u8 {
            c @ b'A'..=b'Z' => c | 0x20,
            b'0'..=b'9' => b'0',
            9..=13 => b' ',
            c => c,
        };
        b += 1;
    }
    all
};

/// The key of eight bytes; nothing where the key of a line that has them at its end may be
/// otherwise there: if one is not printable ASCII, if two spaces are in a row, or the first is one.
pub(super) fn folded(eight: u64) -> Option<u64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The high bit of each byte that is `from` or more, where none has it.
    let from = |from: u8| eight.wrapping_add(u64::from(0x80 - from) * EACH) & (0x80 * EACH);
    let high = eight & (0x80 * EACH);
    if high != 0 || from(b' ') != 0x80 * EACH {
        return None;
    }
    let spaces = !from(b' ' + 1) & (0x80 * EACH);
    if spaces & (spaces << 8) != 0 || spaces & 0x80 != 0 {
        return None;
    }
    let capitals = from(b'A') & !from(b'Z' + 1);
    let digits = from(b'0') & !from(b'9' + 1);
    Some((eight | capitals >> 2) & !((digits >> 7) * 0x0F))
}

/// Appends a byte; of spaces only the first in a row, and none at the start.
fn push(b: u8, out: &mut Vec<u8>) {
    if b != b' ' || out.last().is_some_and(|&last| last != b' ') {
        out.push(b);
    }
}

/// Appends what `c` is in a key.
fn fold(c: char, out: &mut Vec<u8>) {
    match lower(c).map(u32::from) {
        Some(c @ ..=0x7FF) => return out.extend([0xC0 | (c >> 6) as u8, 0x80 | (c & 0x3F) as u8]),
        Some(c) => return out.extend([0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3F) as u8, 0x80 | (c & 0x3F) as u8]),
        None => {}
    }
    let mut put = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    match c {
        c if c.is_ascii() => push(ASCII[c as usize], out),
        c if is_space(c) => push(b' ', out),
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{B4}' => out.push(b'\''),
        '\u{201C}'..='\u{201F}' | '\u{AB}' | '\u{BB}' | '\u{2033}' => out.push(b'"'),
        '\u{2010}'..='\u{2015}' => out.push(b'-'),
        '\u{2026}' => out.extend_from_slice(b"..."),
        // U+212A (kelvin) and U+0130 fold to ASCII, which gates, blind to case beyond ASCII, would
        // not see.
        '\u{212A}' | '\u{130}' => put(c),
        c => c.to_lowercase().for_each(put),
    }
}

/// `c`, of two or three bytes, as a small letter, where that is quick to tell: letters of Latin-1, Greek
/// and Cyrillic, kana and ideographs.
#[inline]
fn lower(c: char) -> Option<char> {
    let by = match u32::from(c) {
        0xC0..=0xDE if c != '×' => 0x20,
        0x391..=0x3A9 if c != '\u{3A2}' => 0x20,
        0x400..=0x40F => 0x50,
        0x410..=0x42F => 0x20,
        0xDF..=0xFF | 0x3AC..=0x3CE | 0x430..=0x45F | 0x3040..=0x9FFF => 0,
        _ => return None,
    };
    char::from_u32(u32::from(c) + by)
}

/// Whether `c`, beyond ASCII, is written in ASCII in a key.
pub(super) fn becomes_ascii(c: char) -> bool {
    is_space(c) || matches!(c, '\u{B4}' | '\u{AB}' | '\u{BB}' | '\u{2010}'..='\u{2033}')
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{180E}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_maps_back() {
        let line = "  “READ\u{A0} More”: 3 Ärzte… ";
        let mut k = Key::default();
        k.set(line);
        assert_eq!(k.text(), "\"read more\": 0 ärzte...");
        let at = k.text().find("more").expect("there");
        let places = Places::of(line);
        assert_eq!(&line[places.in_line(at..at + 4)], "More");
        assert_eq!(&line[places.in_line(0..k.text().len())], line.trim());
        assert_eq!(places.0.len(), k.text().len() + 1);
    }

    #[test]
    fn what_becomes_ascii_is_known() {
        let mut k = Key::default();
        for c in (0x80..=0x10_FFFF).filter_map(char::from_u32) {
            k.set(&format!("a{c}a"));
            assert!(!k.text().is_ascii() || becomes_ascii(c), "U+{:04X}", u32::from(c));
            let line = format!("a{c} ");
            k.set(&line);
            assert_eq!(k.text().bytes().last(), Key::last_byte(&line));
        }
    }

    #[test]
    fn small_letters() {
        for c in (0x80..=0x10_FFFF).filter_map(char::from_u32) {
            if let Some(small) = lower(c) {
                assert!(c.to_lowercase().eq([small]), "U+{:04X}", u32::from(c));
            }
        }
    }

    #[test]
    fn both_ends() {
        let pieces = ["a", " ", "É", "…", "“", "7", "\u{A0}", "漢", ".", "X", "İ"];
        let (mut k, mut whole) = (Key::default(), Key::default());
        for n in 0..pieces.len().pow(5) {
            let pick = |i: u32| pieces[n / pieces.len().pow(i) % pieces.len()];
            let few: String = (0..5).map(pick).collect();
            for line in [format!("{few}bcd fgh"), format!("bcd fgh{few}"), few] {
                whole.set(&line);
                let key = format!(" {} ", whole.text()).into_bytes();
                let (head, tail) = (k.head(&line), k.tail(&line));
                assert!(head.map_or(key.len() < WIDTH + 2, |h| key[1..].starts_with(&h)), "{line:?}");
                let end = tail.map(|t| t.split(|&b| b == 0).next_back().unwrap_or_default().to_vec());
                let whole = |end: &[u8]| end.len() == WIDTH || end[..HEAD.min(end.len())].iter().any(|b| *b >= 0x80);
                assert!(
                    end.map_or(key.len() < WIDTH + 2, |t| key[..key.len() - 1].ends_with(&t) && whole(&t)),
                    "{line:?}"
                );
                assert!(tail.is_none_or(|t| Some(t[WIDTH - 1]) == Key::last_byte(&line)), "{line:?}");
            }
        }
    }

    #[test]
    fn empty() {
        let mut k = Key::default();
        k.set(" \u{A0} ");
        assert_eq!(k.text(), "");
        assert_eq!(Places::of(" \u{A0} ").in_line(0..0), 0..0);
    }
}
