//! The one scan: what bytes a line holds, as a bitset that decides which stages wake.
//!
//! A feature may be set for a line that lacks it (the scan works in chunks, and a chunk may reach
//! into the next line), but never be missing: gates have no false negatives (law 4), and no
//! behaviour may depend on a bit being absent.

mod chars;
mod nfc;
mod plain;
#[cfg(target_arch = "x86_64")]
mod wide;
#[cfg(target_arch = "x86_64")]
mod wider;

use std::ops::BitOr;

use chars::{CHAR_SHIFT, beyond_any, named, table};
use plain::{edges, inner_any};

/// A set of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Features(pub u32);

macro_rules! features {
    ($($(#[doc = $doc:literal])* $name:ident = $bit:literal;)*) => {
        impl Features {
            /// No feature: a stage that needs none of them never runs.
            pub const NONE: Features = Features(0);
            /// Every feature: a gate forced open.
            pub const ALL: Features = Features(u32::MAX);
            $($(#[doc = $doc])* pub const $name: Features = Features(1 << $bit);)*
        }
    };
}

features! {
    /// A C0 control other than tab and newline, or DEL.
    CONTROL = 0;
    /// A tab.
    TAB = 1;
    /// `&`.
    AMPERSAND = 2;
    /// Two spaces in a row.
    SPACE_RUN = 3;
    /// A space or tab at the start or end of the line.
    SPACE_EDGE = 4;
    /// A space before one of `.,;:!?`.
    SPACE_STOP = 5;
    /// A space after an opening or before a closing bracket, `()[]{}`.
    SPACE_BRACKET = 6;
    /// One of `.,;:!?` twice in a row.
    STOP_RUN = 7;
    /// Two of `"'` and backtick in a row.
    QUOTE_RUN = 8;
    /// One of `"'`, backtick or `[` at the start of the line, or one of `"']` or backtick at its end.
    QUOTE_EDGE = 9;
    /// One of `"'` after one of `.,;:!?` and before a byte of 30 to FF: a letter, a digit and more.
    QUOTE_GLUED = 10;
    /// One of `"'` between two spaces, or between a space and the start or end of the line.
    QUOTE_LOOSE = 11;
    /// A backslash.
    BACKSLASH = 12;
    /// A straight quote, `"` or `'`.
    QUOTE_STRAIGHT = 13;
    /// Two hyphens in a row.
    HYPHEN_RUN = 14;
    /// A backtick.
    BACKTICK = 15;
    /// A percent sign.
    PERCENT = 27;
    /// Any byte of 80 to FF: the line is not ASCII.
    NON_ASCII = 16;
    /// U+0080 to U+009F.
    C1 = 17;
    /// U+2018 to U+201F, U+02BC, U+00B4, or U+FF02, U+FF07: a quotation mark that is neither ASCII nor guillemet.
    CURLY = 18;
    /// A space that is not U+0020: U+00A0, U+1680, U+2000 to U+200A, U+202F, U+205F, U+3000, U+180E, U+2800.
    EXOTIC_SPACE = 19;
    /// Invisible: U+00AD, U+034F, U+061C, U+115F, U+1160, U+17B4, U+17B5, U+180B to U+180F, U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F, U+3164, U+FE00 to U+FE0F, U+FEFF, U+FFA0, U+FFF0 to U+FFFF, all of planes 14 to 16, private use
    /// and noncharacters.
    INVISIBLE = 20;
    /// U+2028 or U+2029.
    LINE_SEPARATOR = 21;
    /// A character that NFC may change or that may combine with the one before.
    NOT_NFC = 22;
    /// A ligature or digraph of the Latin script: U+0132, U+0133, U+0149, U+01C4 to U+01CC, U+01F1 to U+01F3, U+FB00 to U+FB06.
    LIGATURE = 23;
    /// U+FF00 to U+FFEF, full and half width forms, or U+3000.
    WIDTH = 24;
    /// Two characters of U+0080 and above in a row, or one of U+00C2, U+00C3 and U+00E2 before a
    /// space or `"`: what mojibake needs.
    NON_ASCII_RUN = 25;
    /// U+3400 to U+9FFF or U+AC00 to U+D7A3: what UTF-8 read as an encoding of East Asia is full of.
    IDEOGRAPH = 28;
    /// An en, em or other dash, U+2010 to U+2015, or U+2026, the ellipsis.
    DASH = 26;
}

impl Features {
    /// Whether the two sets share a feature.
    pub fn meets(self, needs: Features) -> bool {
        self.0 & needs.0 != 0
    }
}

impl BitOr for Features {
    type Output = Features;
    fn bitor(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }
}

impl Features {
    /// Union, in constants.
    pub const fn or(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }
}

impl Features {
    /// The features of one line, which holds no `\n`.
    pub fn of_line(line: &str) -> Features {
        let bytes = line.as_bytes();
        let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return Features::NONE };
        let inner = inner(bytes);
        let beyond = if inner & Features::NON_ASCII.0 != 0 { beyond(line) } else { 0 };
        Features(edges(bytes, first, last) | inner | beyond)
    }
}

/// A line of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lined {
    /// The byte of the text that it ends before, its `\n` aside.
    pub end: u32,
    /// What it holds.
    pub features: Features,
}

impl Lined {
    /// Finds all lines of `text`, which has less than 4 GiB, into `lines`.
    pub fn all(text: &str, lines: &mut Vec<Lined>) {
        lines.clear();
        Lined::each(text, |line| lines.push(line));
    }

    /// Calls `each` with every line of `text`, which has less than 4 GiB.
    pub fn each(text: &str, mut each: impl FnMut(Lined)) {
        let mut start = 0;
        each_line(text, |end, says| {
            let line = &text[start..end];
            start = end + 1;
            let mut features = Features::NONE;
            if let (Some(&first), Some(&last)) = (line.as_bytes().first(), line.as_bytes().last()) {
                features = Features(edges(line.as_bytes(), first, last) | says);
            }
            each(Lined { end: end as u32, features });
        });
    }
}

/// What all bytes say, each with its neighbours.
fn inner(bytes: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function was compiled for.
        #[allow(unsafe_code)]
        return unsafe { wide::scan(bytes) };
    }
    inner_any(bytes)
}

/// Calls `each` with where each line of `text` ends, and what [`inner`] and [`beyond`] say of it.
fn each_line(text: &str, mut each: impl FnMut(usize, u32)) {
    let bytes = text.as_bytes();
    #[cfg(target_arch = "x86_64")]
    if wider::here() {
        // SAFETY: the processor has what the function was compiled for.
        #[allow(unsafe_code)]
        return unsafe { wider::lines(bytes, each) };
    }
    let mut start = 0;
    let mut with_beyond = |end: usize, inner: u32| {
        let beyond = if inner & Features::NON_ASCII.0 != 0 { beyond(&text[start..end]) } else { 0 };
        start = end + 1;
        each(end, inner | beyond);
    };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: as above.
        #[allow(unsafe_code)]
        return unsafe { wide::lines(bytes, with_beyond) };
    }
    let mut from = 0;
    let last = bytes.last().is_some_and(|&b| b != b'\n').then_some(bytes.len());
    for end in memchr::memchr_iter(b'\n', bytes).chain(last) {
        with_beyond(end, inner_any(&bytes[from..end]));
        from = end + 1;
    }
}

/// Whether the processor looks up 128 bytes at once (AVX-512 VBMI).
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_wider() -> bool {
    wider::here()
}

/// How many characters `bytes` of a text have: those that are no continuation. As many at once as a byte
/// can count; written so that the compiler makes vector instructions of it.
pub(crate) fn chars_in(bytes: &[u8]) -> usize {
    let starts = |some: &[u8]| some.iter().fold(0u8, |n, &b| n + u8::from(b as i8 >= -0x40));
    bytes.chunks(255).map(|some| usize::from(starts(some))).sum()
}

/// How many bytes from the first on are ASCII.
pub(crate) fn ascii_run(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((w, more)) = rest.split_first_chunk::<8>() {
        let beyond = u64::from_le_bytes(*w) & 0x8080_8080_8080_8080;
        if beyond != 0 {
            return bytes.len() - rest.len() + beyond.trailing_zeros() as usize / 8;
        }
        rest = more;
    }
    bytes.len() - rest.iter().skip_while(|b| b.is_ascii()).count()
}

/// Calls `hit` with each place of `bytes` that holds one of `any`, in order; for bytes of which a line
/// may hold many.
pub(crate) fn each_of<const N: usize>(bytes: &[u8], any: [u8; N], mut hit: impl FnMut(usize)) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function was compiled for.
        #[allow(unsafe_code)]
        return unsafe { wide::places(bytes, any, hit) };
    }
    bytes.iter().enumerate().filter(|(_, b)| any.contains(b)).for_each(|(at, _)| hit(at));
}

/// Whether one of `bytes` is from `first`, beyond ASCII, to `last`.
pub(crate) fn any_within(bytes: &[u8], first: u8, last: u8) -> bool {
    debug_assert!(!first.is_ascii());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function was compiled for.
        #[allow(unsafe_code)]
        return unsafe { wide::any_within(bytes, first, last) };
    }
    bytes.iter().any(|b| (first..=last).contains(b))
}

/// Whether NFC may change `c`, or `c` may combine with the character before; quick, and sometimes
/// true of others.
pub(crate) fn may_compose(c: char) -> bool {
    let mut bytes = [0; 4];
    let bytes = c.encode_utf8(&mut bytes).as_bytes();
    !c.is_ascii() && u32::from(table().at(bytes).0) << CHAR_SHIFT & Features::NOT_NFC.0 != 0
}

/// What the characters of U+0080 and above say.
fn beyond(line: &str) -> u32 {
    let table = table();
    #[cfg(target_arch = "x86_64")]
    {
        let bytes = line.as_bytes();
        if wider::here() {
            // SAFETY: the processor has what the function was compiled for.
            #[allow(unsafe_code)]
            return unsafe { wider::beyond(bytes, table) };
        }
        if is_x86_feature_detected!("avx2") {
            let mut found = 0;
            // SAFETY: as above.
            #[allow(unsafe_code)]
            let (run, alike) = unsafe { wide::beyond(bytes, &table.loud, |at| found |= table.at(&bytes[at..]).0) };
            return named(if alike { found | table.loud.alike } else { found }, run);
        }
    }
    beyond_any(line, table)
}

#[cfg(test)]
mod tests {
    use super::chars::CHARS;
    use super::plain::{QUOTE, STOP, alone, class, pair};
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::{IsNormalized, char::canonical_combining_class, is_nfc_quick};

    /// The same, byte by byte and by the definitions.
    fn plain(line: &str) -> u32 {
        let b = line.as_bytes();
        let (Some(&first), Some(&last)) = (b.first(), b.last()) else { return 0 };
        let mut bits = edges(b, first, last);
        for w in b.windows(2) {
            bits |= pair(w[0], w[1]);
        }
        for w in b.windows(3) {
            let quote = class(w[1]) & QUOTE != 0;
            if quote && w[0] == b' ' && w[2] == b' ' {
                bits |= Features::QUOTE_LOOSE.0;
            }
            if quote && class(w[0]) & STOP != 0 && w[2] >= b'0' {
                bits |= Features::QUOTE_GLUED.0;
            }
        }
        b.iter().for_each(|&x| bits |= alone(x));
        for (c, next) in line.chars().zip(line.chars().skip(1)) {
            if !c.is_ascii() && !next.is_ascii() || matches!((c, next), ('Â' | 'Ã' | 'â', ' ' | '"')) {
                bits |= Features::NON_ASCII_RUN.0;
            }
        }
        for c in line.chars().filter(|c| !c.is_ascii()) {
            let cp = u32::from(c);
            bits |= CHARS.iter().filter(|r| (r.0..=r.1).contains(&cp)).fold(0, |a, r| a | r.2.0);
            if is_nfc_quick(std::iter::once(c)) != IsNormalized::Yes || canonical_combining_class(c) != 0 {
                bits |= Features::NOT_NFC.0;
            }
        }
        bits
    }

    #[test]
    fn every_character_that_nfc_touches_is_seen() {
        for c in (0x80..=0x10_FFFFu32).filter_map(char::from_u32) {
            let quick = is_nfc_quick(std::iter::once(c));
            if quick != IsNormalized::Yes || canonical_combining_class(c) != 0 {
                let f = Features::of_line(c.encode_utf8(&mut [0; 4]));
                assert!(f.meets(Features::NOT_NFC), "U+{:04X}", u32::from(c));
            }
        }
    }

    #[test]
    fn sound_english_wakes_nobody() {
        let line = r#"No is what she'd said; (perhaps) "it's 10,000", he thought: a-b e.g. x/y; and so on, and so on."#;
        let quiet = Features::QUOTE_STRAIGHT;
        assert_eq!(Features::of_line(line).0 & !quiet.0, 0, "{:?}", Features::of_line(line));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn each_line_by_itself(text in "[ \\n\\t\"'`.,;:!?()\\[\\]&\\\\a-c1éÂ“\u{A0}\u{1}-]{0,200}") {
            let mut lines = Vec::new();
            Lined::all(&text, &mut lines);
            let mut start = 0;
            for line in &lines {
                let end = line.end as usize;
                prop_assert_eq!(line.features, Features::of_line(&text[start..end]), "{:?}", &text[start..end]);
                start = end + 1;
            }
            prop_assert_eq!(lines.len(), text.lines().count());
        }

        #[test]
        #[cfg(target_arch = "x86_64")]
        fn what_is_beyond_ascii(line in "[ \"a\u{80}-\u{3FF}ÃÂâé]{0,99}|[ a\u{2000}-\u{2100}\u{3000}-\u{A100}\u{AC00}-\u{D7FF}]{0,99}|\\PC{0,99}") {
            let (table, bytes) = (table(), line.as_bytes());
            if is_x86_feature_detected!("avx2") {
                let mut found = 0;
                // SAFETY: the processor has what the function was compiled for.
                #[allow(unsafe_code)]
                let (run, alike) = unsafe { wide::beyond(bytes, &table.loud, |at| found |= table.at(&bytes[at..]).0) };
                found |= if alike { table.loud.alike } else { 0 };
                prop_assert_eq!(named(found, run), beyond_any(&line, table));
            }
            prop_assert_eq!(beyond(&line), beyond_any(&line, table));
        }

        /// On processors that have both.
        #[test]
        #[cfg(target_arch = "x86_64")]
        fn wide_and_wider_are_the_same(text in "[ \\n\\t\"'`.,;:!?()\\[\\]&%/0\\\\a-c1éÂ“\u{A0}\u{1}\u{7F}-]{0,300}") {
            if wider::here() && is_x86_feature_detected!("avx2") {
                let (mut a, mut b, mut start) = (Vec::new(), Vec::new(), 0);
                // SAFETY: the processor has what the functions were compiled for.
                #[allow(unsafe_code)]
                unsafe {
                    wide::lines(text.as_bytes(), |end, bits| {
                        a.push((end, bits | beyond_any(&text[start..end], table())));
                        start = end + 1;
                    });
                    wider::lines(text.as_bytes(), |end, bits| b.push((end, bits)));
                }
                prop_assert_eq!(a, b);
            }
        }

        #[test]
        fn each_place_of_a_few_bytes(bytes in prop::collection::vec(0u8..8, 0..200)) {
            let mut seen = Vec::new();
            each_of(&bytes, [b'#', 1, 5], |at| seen.push(at));
            let wanted: Vec<usize> = (0..bytes.len()).filter(|&i| matches!(bytes[i], b'#' | 1 | 5)).collect();
            prop_assert_eq!(seen, wanted);
        }

        #[test]
        fn bytes_of_a_range(bytes in prop::collection::vec(prop_oneof![9 => b' '..b'z', 1 => 0xDEu8..], 0..70)) {
            let plain = bytes.iter().any(|b| (0xE3..=0xED).contains(b));
            prop_assert_eq!(any_within(&bytes, 0xE3, 0xED), plain);
        }

        #[test]
        fn nothing_is_missed(line in "[ \\t\"'`.,;:!?()\\[\\]&\\\\a-c1éÂÃâ“\u{A0}\u{301}中\u{200B}\u{1}тж·–😀\u{E000}ő-]{0,200}") {
            let plain = plain(&line);
            let fast = Features::of_line(&line).0;
            prop_assert_eq!(inner(line.as_bytes()), inner_any(line.as_bytes()), "{:?}", &line);
            prop_assert_eq!(beyond(&line), beyond_any(&line, table()));
            prop_assert_eq!(plain & !fast, 0, "missed in {:?}", &line);
            // And nothing too much.
            prop_assert_eq!(fast & !plain, 0, "too much in {:?}", &line);
        }
    }
}
