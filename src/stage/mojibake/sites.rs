//! A site: one character of UTF-8 that was read as several of a single-byte encoding.

use super::cost::class;
use super::tables::{CP1252, Tables};

/// What came of the bytes of a site on their way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// All are there.
    Whole,
    /// Byte A0 has become a plain space.
    Spaced,
    /// A byte is missing, or U+FFFD stands for it.
    Lossy,
    /// A curly quotation mark for a byte has become a straight one.
    Straight,
}

/// One site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// Length in bytes, as it stands in the text.
    pub(super) len: usize,
    /// The character that it was.
    pub(super) char: char,
    /// Whether it ends in a space that is to stay.
    pub(super) space: bool,
    pub(super) kind: Kind,
}

/// The character of Windows-1252 that a C1 control stands for.
fn from_c1(t: &Tables, c: char) -> Option<char> {
    const USED: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    USED.chars().find(|&u| t.byte(CP1252, u) == u8::try_from(c as u32).ok())
}

/// How a line is read.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// As which encoding.
    pub(super) x: usize,
    /// Whether to read forms too that only other evidence on the line makes credible.
    pub(super) bold: bool,
    /// Whether a space that stands for byte A0 has a real space beside it where words end, as far
    /// as the line shows.
    pub(super) doubled: bool,
}

/// Reads the site that starts at byte `at` of `text`, which is not ASCII there.
pub(super) fn read(t: &Tables, way: Way, text: &str, at: usize) -> Option<Site> {
    match whole(t, way.x, &text.as_bytes()[at..]) {
        Ok(site) => site,
        Err(Broken) => broken(t, way, text, at),
    }
}

/// It may be a site, though not all its bytes are there, or what they are takes a closer look.
struct Broken;

/// How many bytes follow the first one of a character of UTF-8, and what that says of the character.
fn led(lead: u8) -> Option<(usize, u32)> {
    match lead {
        0xC2..=0xDF => Some((1, u32::from(lead & 0x1F))),
        0xE0..=0xEF => Some((2, u32::from(lead & 0x0F))),
        0xF0..=0xF4 => Some((3, u32::from(lead & 0x07))),
        _ => None,
    }
}

/// Of a character of so many bytes after the first, the least.
fn least(more: usize) -> u32 {
    [0x80, 0x800, 0x1_0000][more - 1]
}

/// [`read`] for most sites and most that are none.
fn whole(t: &Tables, x: usize, bytes: &[u8]) -> Result<Option<Site>, Broken> {
    let (lead, mut len) = t.byte_at(x, bytes);
    let Some((more, mut code)) = led(lead) else { return Ok(None) };
    for _ in 0..more {
        let next = &bytes[len..];
        if next.first().is_none_or(u8::is_ascii) || next.starts_with("\u{FFFD}".as_bytes()) {
            return Err(Broken);
        }
        let (b, n) = t.byte_at(x, next);
        if !(0x80..=0xBF).contains(&b) {
            return Ok(None);
        }
        code = code << 6 | u32::from(b & 0x3F);
        len += n;
    }
    match char::from_u32(code) {
        Some(char) if code >= least(more).max(0xA0) && !is_noncharacter(code) => {
            Ok(Some(Site { len, char, space: false, kind: Kind::Whole }))
        }
        _ => Err(Broken),
    }
}

/// Whether no character will ever be there (Unicode, section 23.7).
fn is_noncharacter(code: u32) -> bool {
    matches!(code & 0xFFFF, 0xFFFE | 0xFFFF) || (0xFDD0..=0xFDEF).contains(&code)
}

/// [`read`] for the rest.
fn broken(t: &Tables, way: Way, text: &str, at: usize) -> Option<Site> {
    let Way { x, bold, doubled } = way;
    let rest = &text[at..];
    let mut chars = rest.char_indices();
    let (_, first) = chars.next()?;
    let lead = t.byte(x, first)?;
    let (more, mut code) = led(lead)?;
    let mut kind = Kind::Whole;
    let mut second = 0;
    for k in 0..more {
        let next = chars.next();
        let b = match next {
            Some((_, '\u{FFFD}')) if bold || (more > 1 && k > 0) || in_small(&text[..at], first) => {
                kind = Kind::Lossy;
                0x9D
            }
            // "â€ " lacks its 9D: a closing quotation mark is likelier than a dagger.
            Some((_, ' '))
                if kind == Kind::Whole
                    && (bold || k + 1 == more)
                    && !(lead == 0xE2 && second == 0x80)
                    && t.byte(x, '\u{A0}') == Some(0xA0) =>
            {
                kind = Kind::Spaced;
                0xA0
            }
            // A byte that was missing was shown as a question mark.
            Some((_, '?')) if k == 1 && lead == 0xE2 && second == 0x80 && x == CP1252 => {
                kind = Kind::Lossy;
                0x9D
            }
            Some((_, '"')) if x == CP1252 && lead == 0xE2 => {
                let after = text[at..].chars().nth(k + 2);
                kind = Kind::Straight;
                match (k, second, after) {
                    (0, _, Some('¢' | '¦')) => 0x84,
                    // An en dash or an em dash: what is set off by spaces is an en dash oftener.
                    (1, 0x80, _) => 0x93,
                    _ => return None,
                }
            }
            Some((_, c)) if !c.is_ascii() => t.byte(x, c).unwrap_or(0),
            _ => 0,
        };
        if !(0x80..=0xBF).contains(&b) {
            // A soft hyphen, byte AD, goes easily: "í".
            let soft = first == 'Ã' && bold && next.is_some_and(|(_, c)| c.is_ascii_lowercase());
            if soft && in_small(&text[..at], first) {
                return Some(Site { len: first.len_utf8(), char: 'í', space: false, kind: Kind::Lossy });
            }
            // The only byte that Windows-1252 lacks among those of the common marks is 9D.
            let end = next.map_or(rest.len(), |(i, _)| i);
            let closes =
                next.is_none_or(|(_, c)| matches!(c, ' ' | '.' | ',' | ';' | ':' | '!' | ')' | ']' | '"' | '\''));
            return (lead == 0xE2 && k == 1 && second == 0x80 && closes && t.byte(x, '€') == Some(0x80))
                .then_some(Site { len: end, char: '”', space: false, kind: Kind::Lossy });
        }
        if k == 0 {
            second = b;
        }
        code = code << 6 | u32::from(b & 0x3F);
    }
    let mut len = chars.next().map_or(rest.len(), |(i, _)| i);
    if code < least(more) {
        return None;
    }
    if kind == Kind::Lossy {
        // Two of three bytes of a quotation mark say enough; of most else they do not.
        let char = if code == 0x201D { '”' } else { '\u{FFFD}' };
        return Some(Site { len, char, space: false, kind });
    }
    if (0xD800..0xDC00).contains(&code) {
        let low = low_surrogate(t, x, &rest[len..])?;
        len += low.1;
        code = 0x1_0000 + ((code - 0xD800) << 10) + (low.0 - 0xDC00);
    }
    let mut char = char::from_u32(code)?;
    if ('\u{80}'..='\u{9F}').contains(&char) {
        // Bytes that Windows-1252 lacks are kept: the layer below may need them.
        char = match first {
            'Â' => from_c1(t, char).unwrap_or(char),
            'В' if rest[..len].ends_with(char) => char,
            _ => return None,
        };
    }
    if is_noncharacter(code) {
        return None;
    }
    let mut space = false;
    if kind == Kind::Spaced {
        let known = x == CP1252 && matches!(first, 'Ã' | 'Â');
        if !known && !bold {
            return None;
        }
        if char != '\u{A0}' {
            space = !doubled && keeps_space(char, &text[..at], &rest[len..]);
        }
    }
    Some(Site { len, char, space, kind })
}

/// Whether a capital stands right after a small letter.
fn in_small(before: &str, first: char) -> bool {
    class(first).is_upper() && before.ends_with(char::is_lowercase)
}

/// The second half of a pair of surrogates that were written in UTF-8 each by itself, with its
/// length in bytes.
fn low_surrogate(t: &Tables, x: usize, rest: &str) -> Option<(u32, usize)> {
    let mut chars = rest.char_indices();
    let mut byte = || chars.next().and_then(|(_, c)| t.byte(x, c));
    let (a, b, c) = (byte()?, byte()?, byte()?);
    let ok = a == 0xED && (0xB0..=0xBF).contains(&b) && (0x80..=0xBF).contains(&c);
    let len = chars.next().map_or(rest.len(), |(i, _)| i);
    ok.then_some((0xDC00 | u32::from(b & 0x0F) << 6 | u32::from(c & 0x3F), len))
}

/// Whether the space that stands for byte A0 is the space between two words as well, because
/// somebody has made one space of two.
fn keeps_space(char: char, before: &str, after: &str) -> bool {
    if char != 'à' || !after.starts_with(char::is_alphanumeric) {
        return false;
    }
    let is_letter = |c: &char| c.is_alphabetic();
    let mut stem = before.chars().rev().take_while(is_letter).take(8).collect::<Vec<_>>();
    stem.reverse();
    let stem: String = stem.into_iter().collect();
    let next: String = after.chars().take_while(|c| is_letter(c) || matches!(c, '\'' | '’')).take(5).collect();
    match stem.as_str() {
        // The word "à", unless it is the start of "às" or "àquele".
        "" => !matches!(next.as_str(), "s" | "quele" | "quela" | "quilo"),
        // Words that end in "à": French, Italian, Catalan.
        "l" | "voil" | "Voil" | "del" | "cel" | "hol" | "met" | "gi" | "sar" | "far" => true,
        // "città", "realtà", "sarà"
        s => s.chars().count() > 3 && s.ends_with(['t', 'r']),
    }
}
