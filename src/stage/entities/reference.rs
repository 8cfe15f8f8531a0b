//! What a character reference is and what it stands for.

use std::sync::LazyLock;

/// The names of HTML, from the W3C's list: name, with its semicolon, and code points in hex.
static NAMES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut names: Vec<_> = include_str!("names.tsv").lines().filter_map(|l| l.split_once('\t')).collect();
    names.sort_unstable();
    names
});

/// The longest name with its semicolon, in bytes.
const NAME_MAX: usize = 32;

/// How a reference is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Named,
    /// All in capitals, though the name is not.
    Capitals,
    Numeric,
    /// The number of a byte of Windows-1252.
    Windows,
    /// Two numbers that are a pair of surrogates.
    Surrogates,
    /// Stands for a control or a line break.
    Control,
    /// Stands for no character.
    Invalid,
    /// Without its semicolon.
    Open,
}

/// One reference.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Bytes from `&` to the end.
    pub(super) len: usize,
    /// How many times over the `&` is escaped.
    pub(super) depth: usize,
    pub(super) form: Form,
    /// What it stands for.
    pub(super) text: String,
}

/// Ways to escape the `&` of another reference.
const ESCAPES: [&[u8]; 4] = [b"amp;", b"#38;", b"#x26;", b"AMP;"];

/// Reads the reference at the start of `text`, which starts with `&`, with all levels of its
/// escaping: `&amp;amp;quot;` is one.
pub(super) fn read(text: &str) -> Option<Reference> {
    let bytes = text.as_bytes();
    let mut at = 1;
    let mut depth = 0;
    while let Some(e) = ESCAPES.iter().find(|e| bytes[at..].starts_with(e)) {
        at += e.len();
        depth += 1;
    }
    if let Some((len, form, text)) = body(&text[at..]) {
        return Some(Reference { len: at + len, depth, form, text });
    }
    // What is left are escapes of a plain `&`.
    (depth > 0).then(|| Reference { len: at, depth: depth - 1, form: Form::Named, text: "&".into() })
}

/// What comes after the `&`: its length, form and meaning.
fn body(text: &str) -> Option<(usize, Form, String)> {
    match text.as_bytes().first()? {
        b'#' => numeric(text),
        b'a'..=b'z' | b'A'..=b'Z' => named(text).or_else(|| open(text)),
        _ => None,
    }
}

fn named(text: &str) -> Option<(usize, Form, String)> {
    let head = &text.as_bytes()[..text.len().min(NAME_MAX)];
    let end = head.iter().position(|b| !b.is_ascii_alphanumeric()).filter(|&i| head[i] == b';')?;
    let name = &text[..=end];
    if let Some(codes) = look_up(name) {
        let form = if codes == "9" || codes == "A" { Form::Control } else { Form::Named };
        return Some((end + 1, form, if form == Form::Control { " ".into() } else { from_codes(codes) }));
    }
    if end < 3 || !name[..end].bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    // "&EACUTE;" and "&NBSP;", from text that was put in capitals.
    let small = name.to_ascii_lowercase();
    let big = name[..1].to_owned() + &small[1..];
    let codes = look_up(&big).or_else(|| look_up(&small))?;
    Some((end + 1, Form::Capitals, from_codes(codes)))
}

fn look_up(name: &str) -> Option<&'static str> {
    let i = NAMES.binary_search_by(|(n, _)| (*n).cmp(name)).ok()?;
    Some(NAMES[i].1)
}

fn from_codes(codes: &str) -> String {
    codes.split(' ').filter_map(|c| u32::from_str_radix(c, 16).ok()).filter_map(char::from_u32).collect()
}

/// The few names that are sure without a semicolon, where what follows cannot be part of a word.
fn open(text: &str) -> Option<(usize, Form, String)> {
    let (name, char) =
        [("nbsp", '\u{A0}'), ("amp", '&'), ("quot", '"')].into_iter().find(|(n, _)| text.starts_with(n))?;
    let next = text.as_bytes().get(name.len());
    let sure = match next {
        Some(b'=' | b'_' | b'[') => false,
        Some(b) if name == "amp" => !b.is_ascii_lowercase(),
        Some(b'a' | b'e' | b'i') if name == "quot" => false,
        _ => true,
    };
    sure.then(|| (name.len(), Form::Open, char.into()))
}

fn numeric(text: &str) -> Option<(usize, Form, String)> {
    let (code, len) = number(text)?;
    let (form, char) = match code {
        0xD800..=0xDBFF => {
            let low = text[len..].strip_prefix('&').and_then(number).filter(|(c, _)| (0xDC00..=0xDFFF).contains(c));
            if let Some((low, more)) = low {
                let code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                return Some((len + 1 + more, Form::Surrogates, char::from_u32(code)?.into()));
            }
            (Form::Invalid, '\u{FFFD}')
        }
        0x80..=0x9F => match windows_1252(code) {
            Some(c) => (Form::Windows, c),
            None => (Form::Invalid, '\u{FFFD}'),
        },
        1..=0x1F | 0x7F | 0x2028 | 0x2029 => (Form::Control, ' '),
        0 | 0xFDD0..=0xFDEF => (Form::Invalid, '\u{FFFD}'),
        _ => match char::from_u32(code).filter(|_| code & 0xFFFE != 0xFFFE) {
            Some(c) => (Form::Numeric, c),
            None => (Form::Invalid, '\u{FFFD}'),
        },
    };
    Some((len, form, char.into()))
}

/// The number of `#146;` or `#x92;`, and the length with the semicolon.
fn number(text: &str) -> Option<(u32, usize)> {
    let rest = text.strip_prefix('#')?;
    let (digits, radix) = match rest.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (rest, 10),
    };
    let end = digits.bytes().position(|b| !char::from(b).is_digit(radix))?;
    if end == 0 || digits.as_bytes()[end] != b';' {
        return None;
    }
    let code = digits
        .bytes()
        .take(end)
        .fold(0_u32, |n, b| n.saturating_mul(radix).saturating_add(char::from(b).to_digit(radix).unwrap_or(0)));
    Some((code, text.len() - digits.len() + end + 1))
}

/// The character that a byte of 80 to 9F is in Windows-1252.
fn windows_1252(code: u32) -> Option<char> {
    const MARKS: &str = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";
    MARKS.chars().nth(code.checked_sub(0x80)? as usize).filter(|&c| c != '\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Option<(usize, String, Form, usize)> {
        read(s).map(|r| (r.len, r.text, r.form, r.depth))
    }

    #[test]
    fn the_names_are_all_there() {
        assert_eq!(NAMES.len(), 2231);
        assert!(NAMES.iter().all(|(n, c)| n.len() <= NAME_MAX && !from_codes(c).is_empty()));
    }

    #[test]
    fn reads() {
        for (s, len, want, form, depth) in [
            ("&eacute;t", 8, "é", Form::Named, 0),
            ("&CounterClockwiseContourIntegral;", 33, "∳", Form::Named, 0),
            ("&NotEqualTilde;", 15, "≂\u{338}", Form::Named, 0),
            ("&NewLine;", 9, " ", Form::Control, 0),
            ("&EACUTE;", 8, "É", Form::Capitals, 0),
            ("&NBSP;", 6, "\u{A0}", Form::Capitals, 0),
            ("&#8217;s", 7, "’", Form::Numeric, 0),
            ("&#x2019;", 8, "’", Form::Numeric, 0),
            ("&#146;", 6, "’", Form::Windows, 0),
            ("&#x85;", 6, "…", Form::Windows, 0),
            ("&#10;", 5, " ", Form::Control, 0),
            ("&#xffff;", 8, "\u{FFFD}", Form::Invalid, 0),
            ("&#0;", 4, "\u{FFFD}", Form::Invalid, 0),
            ("&#xD800;", 8, "\u{FFFD}", Form::Invalid, 0),
            ("&#99999999999999999999;", 23, "\u{FFFD}", Form::Invalid, 0),
            ("&#55357;&#56832;", 16, "😀", Form::Surrogates, 0),
            ("&amp;", 5, "&", Form::Named, 0),
            ("&amp;amp;quot;", 14, "\"", Form::Named, 2),
            ("&amp;amp; b", 9, "&", Form::Named, 1),
            ("&amp;#x92;", 10, "’", Form::Windows, 1),
            ("&ampT", 4, "&", Form::Open, 0),
            ("&nbspok", 5, "\u{A0}", Form::Open, 0),
        ] {
            assert_eq!(text(s), Some((len, want.into(), form, depth)), "{s}");
        }
        for s in
            ["&", "&T", "&c.", "& b", "&B;", "&#;", "&#x;", "&#82", "&copy=2", "&ample", "&amp=1", "&quote", "&nosuch;"]
        {
            assert_eq!(text(s), None, "{s}");
        }
    }
}
