//! Misread UTF-8 whose first character lost its accent on the way: "a€™" for "â€™", "A¯" for "Ã¯".
//! What is left is no sequence in any encoding, but nothing that sound text holds either.

use std::sync::LazyLock;

use smallvec::SmallVec;

use super::sense::is_letter;
use crate::charset::Page;
use crate::features::each_of;

/// Calls `with` for each place of `line` that is such, and the character that it was.
pub(super) fn each(line: &str, mut with: impl FnMut(std::ops::Range<usize>, char)) {
    let bytes = line.as_bytes();
    let mut look = |at: usize| {
        let Some(c) = line[at..].chars().next() else { return };
        let end = at + c.len_utf8();
        let mut left = line[..at].chars().rev();
        let (last, before) = (left.next().unwrap_or(' '), left.next().unwrap_or(' '));
        let mut right = line[end..].chars();
        let (next, after) = (right.next().unwrap_or(' '), right.next().unwrap_or(' '));
        if c == '€' && last == 'a' {
            // In "Salvia€“" the letter may be the word's own.
            let clipped = next == '™' && matches!(after, 't' | 's' | 'd' | 'm' | 'r' | 'v' | 'l');
            if let Some(mark) = mark(next).filter(|_| clipped || !before.is_alphabetic()) {
                with(at - 1..end + next.len_utf8(), mark);
            }
        } else if c == 'Ã' && next == 'Y' && last.is_lowercase() && after.is_lowercase() {
            // "Ÿ" became "Y".
            with(at..end + 1, 'ß');
        } else if matches!(last, 'A' | '+') && before.is_lowercase() && next.is_lowercase() {
            // "Ã", and "├", which is the same byte in IBM850.
            let byte = if last == 'A' { latin1(c) } else { ibm850(c).filter(|_| !is_letter(c)) };
            let letter = byte.filter(|b| (0xA0..=0xBF).contains(b)).map(|b| char::from(b + 0x40));
            if let Some(letter) = letter.filter(|c| c.is_lowercase()) {
                with(at - 1..end, letter);
            }
        }
    };
    each_of(bytes, [b'A', b'+', 0xC3, 0xE2], |at| match &bytes[at..] {
        [b'A' | b'+', 0x80..=0xFF, ..] => look(at + 1),
        // "€" and "ÃY"; what comes after those two letters has been looked at.
        [0xE2, 0x82, 0xAC, ..] if at > 0 && bytes[at - 1] == b'a' => look(at),
        [0xC3, 0x83, b'Y', ..] if at == 0 || !matches!(bytes[at - 1], b'A' | b'+') => look(at),
        _ => {}
    });
}

/// Calls `with` for each place of `line` where a character seems lost: "zo¿n", "€“Echinacea". Two such
/// places, all of them where the mark stands that is likely there, tell what it was.
pub(super) fn each_lost(line: &str, mut with: impl FnMut(std::ops::Range<usize>, Option<char>)) {
    let bytes = line.as_bytes();
    let mut all: SmallVec<[std::ops::Range<usize>; 4]> = SmallVec::new();
    let mut plain = true;
    let (mut opens, mut closes) = (false, false);
    each_of(bytes, [0xC2, 0xE2], |at| {
        let (c, end) = match bytes[at..] {
            [0xC2, 0xBF, ..] => ('¿', at + 2),
            [0xE2, 0x82, 0xAC, ..] => ('€', at + 3),
            _ => return,
        };
        let last = line[..at].chars().next_back().unwrap_or(' ');
        let mut right = line[end..].chars();
        let (next, after) = (right.next().unwrap_or(' '), right.next().unwrap_or(' '));
        if c == '¿' && last.is_lowercase() && next.is_lowercase() {
            all.push(at..end);
            plain &= is_clipped(&line[end..]);
        }
        // "20 €“" closes what German quotes, and so does "Mio€“".
        if c == '€' && mark(next).is_some() && (last.is_alphabetic() || after.is_alphabetic()) {
            all.push(at..end + next.len_utf8());
            opens |= !last.is_alphabetic();
            closes |= last.is_alphabetic() && !after.is_alphabetic();
        }
    });
    // One that opens and one that closes, or marks within words; and nothing else that they could close.
    plain &= all.len() > 1 && opens == closes && !((opens || closes) && line.contains(['„', '‚']));
    all.into_iter().for_each(|place| {
        let mark = lost(&line[place.clone()]).filter(|_| plain);
        with(place, mark);
    });
}

/// Whether `rest` begins with what stands after an apostrophe: "n" in "zo’n", "s" in "foto’s".
fn is_clipped(rest: &str) -> bool {
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    matches!(&rest[..end], "s" | "n" | "t" | "d" | "m" | "re" | "ve" | "ll")
}

/// What may have stood where [`each_lost`] found `old`.
pub(super) fn lost(old: &str) -> Option<char> {
    match old.strip_prefix('€') {
        Some(rest) => mark(rest.chars().next()?).filter(|_| rest.chars().count() == 1),
        None => (old == "¿").then_some('’'),
    }
}

/// The mark whose last byte `c` is in Windows-1252, after E2 and 80.
fn mark(c: char) -> Option<char> {
    Some(match c {
        '™' => '’',
        '˜' => '‘',
        'œ' => '“',
        '“' => '–',
        '”' => '—',
        '¢' => '•',
        '¦' => '…',
        _ => return None,
    })
}

fn latin1(c: char) -> Option<u8> {
    u8::try_from(u32::from(c)).ok()
}

fn ibm850(c: char) -> Option<u8> {
    static PAGE: LazyLock<&Page> = LazyLock::new(|| Page::named("ibm850").expect("an encoding"));
    PAGE.byte(c)
}
