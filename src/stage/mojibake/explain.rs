//! How a piece of text came to be what it was: told of changes that have been made, and guessed for
//! places that were left alone. It decides nothing.

use std::collections::HashMap;

use encoding_rs::Encoding as Codec;

use super::pairs::{ENCODERS, PAIRS, Truth};
use super::tables::{PAGES, TABLES};
use super::{flattened, legacy};
use crate::charset::Page;
use crate::language::{Model, NAT};

/// Longer pieces are not explained, in bytes.
const LONGEST: usize = 512;
/// Lines of findings that are looked at once more, in bytes.
const LINE: usize = 4096;
/// Layers that come off.
const DEEPEST: usize = 4;

/// Pieces of at most this many bytes are explained at any depth, and remembered; so many of them.
const SHORT: usize = 96;
const MOST_KNOWN: usize = 8192;

/// `text` written in encoding `x` and read as UTF-8, as far as it is.
fn reread(text: &str, x: usize) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let byte = |c: char| if c.is_ascii() { c as u8 } else { TABLES.byte(x, c).unwrap_or(0) };
    let bytes: Vec<u8> = chars.iter().map(|&c| byte(c)).collect();
    let (mut out, mut at, mut some) = (String::new(), 0, false);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            out.push(if c.is_ascii() { chars[at] } else { c });
            some |= !c.is_ascii();
            at += c.len_utf8();
        }
        out.extend(&chars[at..at + chunk.invalid().len()]);
        at += chunk.invalid().len();
    }
    some.then_some(out)
}

/// What other stages make alike: dots for an ellipsis, straight marks, plain spaces.
fn plainly(c: char) -> impl Iterator<Item = char> {
    let (c, n) = match c {
        '‘' | '’' | '‚' => ('\'', 1),
        '“' | '”' | '„' => ('"', 1),
        '\u{A0}' => (' ', 1),
        '…' => ('.', 3),
        '–' | '—' => ('-', 1),
        _ => (c, 1),
    };
    std::iter::repeat_n(c, n)
}

fn plain(text: &str) -> String {
    text.chars().flat_map(plainly).collect::<String>().trim().to_owned()
}

/// Whether `text` is `plain` but for what other stages make alike.
fn is_plainly(text: impl Iterator<Item = char>, plain: &str) -> bool {
    let mut want = plain.chars();
    let mut started = false;
    for c in text.flat_map(plainly) {
        if !started && c.is_whitespace() {
            continue;
        }
        started = true;
        match want.next() {
            Some(w) if w == c => {}
            None if c.is_whitespace() => {}
            _ => return false,
        }
    }
    want.next().is_none()
}

/// Whether `old`, written in encoding `x` and read as UTF-8 as far as it is, is `new`. Most pairs end
/// at their first character.
fn is_layer(old: &str, x: usize, new: &str) -> bool {
    let mut rest = old.chars();
    let mut some = false;
    let read = std::iter::from_fn(|| {
        let first = rest.next()?;
        if first.is_ascii() {
            return Some(first);
        }
        let lead = TABLES.byte(x, first).unwrap_or(0);
        let more = match lead {
            0xC2..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF4 => 3,
            _ => return Some(first),
        };
        let mut bytes = [lead, 0, 0, 0];
        let mut after = rest.clone();
        for b in &mut bytes[1..=more] {
            *b = after.next().filter(|c| !c.is_ascii()).and_then(|c| TABLES.byte(x, c)).unwrap_or(0);
        }
        match std::str::from_utf8(&bytes[..=more]).ok().and_then(|t| t.chars().next()) {
            Some(c) => {
                rest = after;
                some = true;
                Some(c)
            }
            None => Some(first),
        }
    });
    is_plainly(read, new) && some
}

/// The encoding through which `old` came from `new`.
fn layer(old: &str, new: &str) -> Option<usize> {
    (0..PAGES.len()).find(|&x| is_layer(old, x, new))
}

/// The encodings through which `old` came from `new`, the last first: one, several times, or two. Only
/// those count in which all of `old` can be written, and most others end at its first character.
fn layers(old: &str, new: &str) -> Option<Vec<usize>> {
    let fits = |text: &str, x: usize| text.chars().all(|c| c.is_ascii() || TABLES.byte(x, c).is_some());
    let mut firsts: Vec<(usize, String)> = Vec::new();
    for x in (0..PAGES.len()).filter(|&x| fits(old, x)) {
        if is_layer(old, x, new) {
            return Some(vec![x]);
        }
        let Some(mut text) = reread(old, x) else { continue };
        firsts.push((x, text.clone()));
        for depth in 2..=DEEPEST {
            if is_layer(&text, x, new) {
                return Some(vec![x; depth]);
            }
            match reread(&text, x) {
                Some(next) => text = next,
                None => break,
            }
        }
    }
    firsts.into_iter().find_map(|(x, text)| layer(&text, new).map(|y| vec![x, y]))
}

/// "utf-8 read as windows-1250, then as windows-1252, twice".
fn told(layers: &[usize]) -> String {
    let mut out = String::from("utf-8 read");
    let mut first = true;
    for same in layers.iter().rev().collect::<Vec<_>>().chunk_by(|a, b| a == b) {
        out.push_str(if first { " as " } else { ", then as " });
        out.push_str(PAGES[*same[0]]);
        out.push_str(match same.len() {
            1 => "",
            2 => ", twice",
            3 => ", three times",
            _ => ", many times",
        });
        first = false;
    }
    out
}

/// How changes came to be needed; remembers, as the same few pieces come again and again.
#[derive(Default)]
pub(crate) struct Hows {
    known: HashMap<String, Option<String>>,
    /// Room for the next key of `known`.
    key: String,
    /// The last line that was asked about, and the evidence in it.
    line: Option<(String, Option<String>)>,
}

impl Hows {
    /// How `old` came from `new`, if one or more encodings explain it.
    pub(crate) fn how(&mut self, old: &str, new: &str) -> Option<String> {
        if old.len() > SHORT {
            return how(old, new);
        }
        self.key.clear();
        for part in [old, "\0", new] {
            self.key.push_str(part);
        }
        if let Some(how) = self.known.get(&self.key) {
            return how.clone();
        }
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        let how = how(old, new);
        self.known.insert(self.key.clone(), how.clone());
        how
    }

    /// What speaks for a reading of `line`, as it came, in another legacy encoding: "the line reads as
    /// tr, 41 nats likelier".
    pub(crate) fn evidence(&mut self, line: &str) -> Option<String> {
        if let Some((known, evidence)) = &self.line
            && known == line
        {
            return evidence.clone();
        }
        let told = |r: legacy::Reading| {
            format!("the line reads as {}, {} nats likelier", Model::get().name(r.language), r.gain / NAT)
        };
        let evidence = legacy::read(line, false).filter(|r| r.gain >= NAT).map(told);
        self.line = Some((line.to_owned(), evidence.clone()));
        evidence
    }
}

fn how(old: &str, new: &str) -> Option<String> {
    if old.len() > LONGEST || old.is_ascii() { None } else { search(old, new) }
}

fn search(old: &str, new: &str) -> Option<String> {
    let want = plain(new);
    if let Some(x) = layer(old, &want) {
        return Some(told(&[x]));
    }
    if old.len() > SHORT {
        return legacy_pair(old, new);
    }
    let lossy = [
        (format!("{old}\u{A0}"), "its no-break space made plain"),
        (old.replace(' ', "\u{A0}"), "its no-break space made plain"),
        (format!("{old}\u{9D}"), "a byte lost"),
        (old.replace('\u{FFFD}', "\u{9D}"), "a byte lost"),
        (old.replace('?', "\u{9D}"), "a byte lost"),
        (old.replace('"', "“"), "a quotation mark straightened"),
        (old.replace('"', "„"), "a quotation mark straightened"),
    ];
    for (whole, what) in lossy.into_iter().filter(|(whole, _)| whole != old) {
        if !want.is_empty()
            && let Some(x) = layer(&whole, &want)
        {
            return Some(format!("{}, {what}", told(&[x])));
        }
    }
    // A change is told without what it has in common with its surroundings: "Â" of "Â©".
    for end in ["", "©", "°", "»", "\u{A0}"] {
        let (old, want) = (format!("{old}{end}"), plain(&format!("{new}{end}")));
        if let Some(all) = layers(&old, &want) {
            return Some(told(&all));
        }
    }
    legacy_pair(old, new)
}

/// The same for damage between legacy encodings.
fn legacy_pair(old: &str, new: &str) -> Option<String> {
    let want = plain(new);
    for &(read, truth) in PAIRS.iter() {
        // Nearly all pairs end at the first character beyond ASCII.
        let same = |page: &Page| {
            let truly = |c: char| read.loose_byte(c).map_or(char::REPLACEMENT_CHARACTER, |b| page.loose_char(b));
            is_plainly(old.chars().map(truly), &want) && old.chars().all(|c| read.loose_byte(c).is_some())
        };
        if read.name() == "windows-1252" && old.chars().any(|c| ('\u{80}'..='\u{9F}').contains(&c)) && same(read) {
            return Some("windows-1252 read as latin-1".to_owned());
        }
        let name = match truth {
            Truth::Single(page) if same(page) => page.name(),
            Truth::Double(codec) if is_double(old, read, codec, &want) => codec.name(),
            _ => continue,
        };
        return Some(format!("{} read as {}", name.to_ascii_lowercase(), read.name()));
    }
    // Encodings of East Asia make characters of it.
    if old.chars().all(|c| c < '\u{2E80}') {
        return None;
    }
    ENCODERS.iter().find_map(|e| {
        let (bytes, _, bad) = e.codec.encode(old);
        let text = std::str::from_utf8(&bytes).ok().filter(|_| !bad)?;
        (plain(text) == want).then(|| format!("utf-8 read as {}", e.codec.name().to_ascii_lowercase()))
    })
}

/// Whether `old`, written in `read` and read as `codec`, is `want`.
fn is_double(old: &str, read: &Page, codec: &'static Codec, want: &str) -> bool {
    let bytes: Option<Vec<u8>> = old.chars().map(|c| read.loose_byte(c)).collect();
    bytes.is_some_and(|bytes| is_plainly(codec.decode_without_bom_handling(&bytes).0.chars(), want))
}

/// What may have stood at the bytes `place` of `line`, which was left alone.
pub(crate) fn suggestion(line: &str, place: std::ops::Range<usize>) -> Option<String> {
    let old = line.get(place.clone())?;
    if old.len() > LONGEST {
        return None;
    }
    if old == "Ã¢??" {
        // Marks begin with those bytes, and an apostrophe is the commonest amid letters.
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let inside = letter(line[..place.start].chars().next_back()) && letter(line[place.end..].chars().next());
        return inside.then(|| "’".to_owned());
    }
    if let Some(mark) = flattened::lost(old) {
        return Some(mark.to_string());
    }
    // A sign amid letters is half of another layer.
    let sign = |c: char| ('\u{2600}'..='\u{27BF}').contains(&c);
    let letter = |c: Option<char>| c.is_some_and(char::is_lowercase);
    let amid = letter(line[..place.start].chars().next_back()) && letter(line[place.end..].chars().next());
    let whole = |t: &String| t.chars().count() * 2 <= old.chars().count();
    if let Some((x, text)) = (0..PAGES.len()).find_map(|x| Some((x, reread(old, x).filter(whole)?))) {
        let text = reread(&text, x).unwrap_or(text);
        return Some(text).filter(|t| !(amid && t.chars().all(sign)));
    }
    if place.len() == line.len() || line.len() > LINE {
        return None;
    }
    let reading = legacy::read(line, false)?;
    reading.places.into_iter().find(|p| p.start == place.start && p.end == place.end).map(|p| p.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_told() {
        for (old, new, want) in [
            ("Ã©", "é", "utf-8 read as windows-1252"),
            ("Ã¢â‚¬â„¢", "'", "utf-8 read as windows-1252, twice"),
            ("â€™", "'", "utf-8 read as windows-1252"),
            ("Â", "", "utf-8 read as windows-1252"),
            ("√©", "é", "utf-8 read as macintosh"),
            ("Ä‚Â©", "é", "utf-8 read as windows-1250, twice"),
            ("Ã ", "à", "utf-8 read as windows-1252, its no-break space made plain"),
            ("â€", "”", "utf-8 read as windows-1252, a byte lost"),
            ("â\"¢", "™", "utf-8 read as windows-1252, a quotation mark straightened"),
            ("Ïîåçä", "Поезд", "windows-1251 read as windows-1252"),
            ("\u{92}", "’", "windows-1252 read as latin-1"),
            ("眉", "ü", "utf-8 read as gbk"),
            ("ÃƒÂ©â€™", "é’", "utf-8 read as windows-1252, twice"),
        ] {
            assert_eq!(how(old, new).as_deref(), Some(want), "{old}");
        }
        assert_eq!(how("cafe", "café"), None);
        assert_eq!(how("é", "e"), None);
    }

    #[test]
    fn evidence_is_told() {
        let mut hows = Hows::default();
        let line = "planlarýný açýkladý ve yarýn Ýstanbul’da görüþecek";
        for _ in 0..2 {
            let told = hows.evidence(line).expect("damaged");
            assert!(told.starts_with("the line reads as tr, ") && told.ends_with(" nats likelier"), "{told}");
        }
        assert_eq!(hows.evidence("planlarını açıkladı ve yarın İstanbul’da görüşecek"), None);
    }

    #[test]
    fn suggestions_are_made() {
        assert_eq!(suggestion("loverÃ¢??s", 5..11).as_deref(), Some("’"));
        assert_eq!(suggestion("é alone", 0..2), None);
        assert_eq!(suggestion("é", 1..2), None);
    }
}
