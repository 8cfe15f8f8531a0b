//! Which legacy encoding bytes are in: chardetng's word, and a second opinion from the tables of
//! languages.
//!
//! Every reading of a sample is weighed as text of the languages that its encoding was made for;
//! they all stand for the same bytes, so the likeliest is the best. First the words that are not
//! ASCII decide, so that markup in Latin letters weighs for nobody; if that leaves the Latin script,
//! whole lines do.

use encoding_rs::Encoding as Codec;

use super::{Encoding, SingleByte, wide};
use crate::charset::Page;
use crate::language::{Model, NAT, Set, Text};

/// Bytes that are looked at.
pub(super) const SAMPLE: usize = 12 << 10;
/// What chardetng's word is worth, in sixteenths of a nat.
const SECOND_OPINION: i64 = 3 * NAT;
/// What a byte without a character costs.
const BAD: i64 = 12 * NAT;
/// UTF-16 of East Asia, in sixteenths of a nat a character: more is no text.
const WIDE: i64 = 8 * NAT;

const WEST: &str = "en fr de es pt it nl sv da nb nn fi is ga ca gl eu af oc ast br cy fy sq id ms sw tl et";
const CENTRAL: &str = "pl cs sk hu sl hr bs ro sr-latn sq de";
const CYRILLIC: &str = "ru uk be bg mk sr";

/// Encodings with their languages, and how much rarer than the commonest they are, in nats.
const ALL: &[(&str, &str, i64)] = &[
    ("windows-1252", WEST, 0),
    ("windows-1250", CENTRAL, 0),
    ("windows-1251", "ru uk be bg mk sr mn", 0),
    ("windows-1253", "el", 0),
    ("windows-1254", "tr", 0),
    ("windows-1255", "he yi", 0),
    ("windows-1256", "ar fa ur", 0),
    ("windows-1257", "lt lv et", 0),
    ("windows-1258", "vi", 0),
    ("windows-874", "th", 0),
    ("gb18030", "zh", 0),
    ("big5", "zh", 0),
    ("shift_jis", "ja", 0),
    ("euc-jp", "ja", 0),
    ("euc-kr", "ko", 0),
    ("johab", "ko", 4),
    ("koi8-r", "ru bg", 1),
    ("koi8-u", "uk ru", 2),
    ("iso-8859-2", CENTRAL, 1),
    ("iso-8859-4", "lt lv et", 3),
    ("iso-8859-5", CYRILLIC, 1),
    ("iso-8859-6", "ar", 1),
    ("iso-8859-7", "el", 1),
    ("iso-8859-8", "he yi", 1),
    ("iso-8859-13", "lt lv et", 2),
    ("iso-8859-15", WEST, 1),
    ("macintosh", WEST, 2),
    ("x-mac-cyrillic", CYRILLIC, 2),
    ("ibm437", WEST, 3),
    ("ibm850", WEST, 2),
    ("ibm852", CENTRAL, 2),
    ("ibm855", CYRILLIC, 3),
    ("ibm866", CYRILLIC, 1),
    ("ibm737", "el", 3),
    ("ibm775", "lt lv et", 3),
    ("ibm857", "tr", 3),
    ("ibm862", "he yi", 3),
    ("ptcp154", "kk ky mn ru", 6),
    ("kz-1048", "kk", 5),
];

struct Guess {
    encoding: Encoding,
    languages: Set,
    cost: i64,
    latin: bool,
}

/// The encoding of `sample`, whole lines that hold bytes beyond ASCII, which chardetng takes for
/// `other`.
pub(super) fn guess(sample: &[u8], other: &'static Codec) -> Encoding {
    let model = Model::get();
    let words = words(sample);
    let mut all: Vec<Guess> = Vec::new();
    let mut text = Text::default();
    for &(name, languages, prior) in ALL {
        let Some(encoding) = Encoding::for_label(name) else { continue };
        let languages = model.set(languages);
        let latin = languages & model.alphabets('e') != 0;
        let own = encoding == Encoding::Legacy(other);
        let prior = prior * NAT - if own { SECOND_OPINION } else { 0 };
        if let Some(cost) = weigh(model, encoding, &words, languages, &mut text) {
            all.push(Guess { encoding, languages, cost: cost + prior, latin });
        }
    }
    let Some(best) = all.iter().min_by_key(|g| g.cost) else { return Encoding::Legacy(other) };
    if !best.latin {
        return best.encoding;
    }
    all.retain(|g| g.latin);
    for g in &mut all {
        let (name, prior) = (g.encoding.name(), NAT);
        let rare = ALL.iter().find(|a| a.0 == name).map_or(0, |a| a.2);
        let own = g.encoding == Encoding::Legacy(other);
        if let Some(cost) = weigh(model, g.encoding, sample, g.languages, &mut text) {
            g.cost = cost + rare * prior - if own { SECOND_OPINION } else { 0 };
        }
    }
    all.iter().min_by_key(|g| g.cost).map_or(Encoding::Legacy(other), |g| g.encoding)
}

/// UTF-16 of East Asia without a BOM, which may hold no zero byte at all.
pub(super) fn wide(sample: &[u8]) -> Option<Encoding> {
    if sample.len() < 8 {
        return None;
    }
    let model = Model::get();
    let sample = &sample[..(sample.len() & !1).min(4096)];
    let mut text = Text::default();
    let mut cost = |big_endian| {
        let (mut chars, mut bad) = (Vec::new(), 0);
        wide::decode16(sample, big_endian, |c, _, ok| {
            let odd = c.is_control() && !matches!(c, '\t' | '\r' | '\n') || matches!(c, '\u{E000}'..='\u{F8FF}');
            bad += usize::from(!ok || odd);
            chars.push(c);
        });
        let east = chars.iter().filter(|c| matches!(c, '\u{3000}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')).count();
        if bad > 0 || east * 3 < chars.len() {
            return None;
        }
        model.prepare(chars.iter().copied(), &mut text);
        let fit = model.best(&text, model.nearest::<3>(&text, model.set("zh ja ko")))?;
        Some(fit.cost / chars.len() as i64).filter(|&c| c < WIDE)
    };
    match (cost(false), cost(true)) {
        (None, None) => None,
        (Some(le), Some(be)) => Some(Encoding::Utf16 { big_endian: be < le }),
        (le, _) => Some(Encoding::Utf16 { big_endian: le.is_none() }),
    }
}

/// What `bytes` cost as text in `encoding`; nothing if they are no such text.
fn weigh(model: &Model, encoding: Encoding, bytes: &[u8], languages: Set, text: &mut Text) -> Option<i64> {
    let (decoded, bad) = match encoding {
        Encoding::Legacy(codec) => {
            let decoded = codec.decode_without_bom_handling(bytes).0;
            let bad = decoded.matches('\u{FFFD}').count();
            (decoded.into_owned(), bad)
        }
        Encoding::SingleByte(page) => (page.decode(bytes), 0),
        Encoding::Johab => {
            let decoded = johab(bytes);
            let bad = decoded.matches('\u{FFFD}').count();
            (decoded, bad)
        }
        _ => return None,
    };
    if bad * 20 > bytes.len() {
        return None;
    }
    model.prepare(decoded.chars(), text);
    let fit = model.best(text, model.nearest::<6>(text, languages))?;
    Some(fit.cost + bad as i64 * BAD)
}

/// The words of `sample` that are not ASCII. All bytes that end a word are below any second byte of
/// an encoding of two.
fn words(sample: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for word in sample.split(|&b| b < 0x30 || (0x3A..0x40).contains(&b)) {
        if !word.is_ascii() {
            out.extend_from_slice(word);
            out.push(b' ');
        }
    }
    out
}

impl SingleByte {
    /// By the name of the encoding.
    pub(super) fn named(name: &str) -> Option<SingleByte> {
        let other = name.strip_prefix("cp").map(|n| format!("ibm{n}"));
        Page::named(name).or_else(|| Page::named(&other?)).map(SingleByte)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Bytes without a character become the control of their number.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        bytes.iter().map(|&b| self.0.loose_char(b)).collect()
    }

    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        text.chars().map(|c| self.0.loose_byte(c).unwrap_or(b'?')).collect()
    }
}

impl PartialEq for SingleByte {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for SingleByte {}

impl std::fmt::Debug for SingleByte {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads ISO-2022-KR: ASCII, and between SO and SI the two-byte characters of KS X 1001.
pub(super) fn iso_2022_kr(bytes: &[u8]) -> String {
    let (mut out, mut high) = (Vec::with_capacity(bytes.len()), false);
    let mut rest = bytes;
    while let Some((&b, tail)) = rest.split_first() {
        rest = tail;
        match b {
            0x0E => high = true,
            0x0F => high = false,
            0x1B if rest.starts_with(b"$)C") => rest = &rest[3..],
            b'\n' => {
                high = false;
                out.push(b);
            }
            0x21..=0x7E if high => out.push(b | 0x80),
            _ => out.push(b),
        }
    }
    encoding_rs::EUC_KR.decode_without_bom_handling(&out).0.into_owned()
}

/// Reads Johab (KS X 1001, annex 3): syllables spelt by five bits a letter, and signs and Hanja by
/// rows of KS X 1001.
pub(super) fn johab(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    let mut at = 0;
    while let Some(&a) = bytes.get(at) {
        at += 1;
        if a.is_ascii() {
            out.push(char::from(a));
            continue;
        }
        let b = bytes.get(at).copied().unwrap_or(0);
        let char = syllable(a, b).or_else(|| sign(a, b));
        if char.is_some() || !b.is_ascii() {
            at += usize::from(at < bytes.len());
        }
        out.push(char.unwrap_or('\u{FFFD}'));
    }
    out
}

/// The syllable that two bytes of Johab spell.
fn syllable(a: u8, b: u8) -> Option<char> {
    let code = u32::from(a) << 8 | u32::from(b);
    let (first, middle, last) = (code >> 10 & 31, code >> 5 & 31, code & 31);
    let first = first.checked_sub(2).filter(|&n| n < 19)?;
    let middle = match middle {
        3..=7 => middle - 3,
        10..=15 => middle - 5,
        18..=23 => middle - 7,
        26..=29 => middle - 9,
        _ => return None,
    };
    let last = match last {
        1..=17 => last - 1,
        19..=29 => last - 2,
        _ => return None,
    };
    char::from_u32(0xAC00 + (first * 21 + middle) * 28 + last)
}

/// The sign or Hanja of two bytes of Johab.
fn sign(a: u8, b: u8) -> Option<char> {
    let row = match a {
        0xD9..=0xDE => (a - 0xD9) * 2,
        0xE0..=0xF9 => (a - 0xE0) * 2 + 41,
        _ => return None,
    };
    let cell = match b {
        0x31..=0x7E => b - 0x31,
        0x91..=0xFE => b - 0x91 + 0x4E,
        _ => return None,
    };
    let raw = [row + cell / 94 + 0xA1, cell % 94 + 0xA1];
    let text = encoding_rs::EUC_KR.decode_without_bom_handling_and_without_replacement(&raw)?;
    text.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_old_are_told() {
        for (text, page) in [
            ("Der Bürgermeister hat die Brücke über den Fluß gestern eröffnet und später geschlossen.", "ibm850"),
            ("Городской совет соберётся в среду, чтобы обсудить планы нового моста через реку.", "x-mac-cyrillic"),
            ("Το δημοτικό συμβούλιο θα συνεδριάσει την Τετάρτη για να συζητήσει τα σχέδια.", "ibm737"),
            ("Rada miasta zbierze się w środę, aby omówić plany mostu. Będzie głośno, że hej.", "ibm852"),
        ] {
            let bytes = SingleByte::named(page).expect("an encoding").encode(text);
            assert_eq!(guess(&bytes, encoding_rs::WINDOWS_1252).name(), page);
        }
    }

    #[test]
    fn korean_between_shifts() {
        assert_eq!(johab(b"a\xD0\x65\x8B\x69 \xF7\xD3b"), "a한글 漢b");
        assert_eq!(iso_2022_kr(b"\x1B$)Ca\x0EGQ1[\x0Fb\n"), "a한글b\n");
    }
}
