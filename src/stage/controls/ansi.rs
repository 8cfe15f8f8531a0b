//! Escape sequences of terminals (ECMA-48), told from an ESC that strayed into text.
//!
//! A sequence is taken only when it is whole; where one reads both as a sequence and as a stray
//! ESC before a word, only the ESC goes. Each scan ends at the next ESC, so that all scans together
//! see each byte at most twice.

/// Most bytes that a title or hyperlink may have.
const STRING_MAX: usize = 2048;

/// Length of the sequence that starts with the ESC at byte `i`, and whether it moved the cursor, so
/// that what stands before and after it stood apart.
pub(super) fn sequence(b: &[u8], i: usize) -> Option<(usize, bool)> {
    let at = |n: usize| b.get(i + n).copied().unwrap_or(0);
    match at(1) {
        b'[' => control(b, i + 2).map(|(end, last)| (end - i, !matches!(last, b'm' | b'K' | b'J' | b'h' | b'l'))),
        b']' | b'P' | b'X' | b'^' | b'_' => string_end(b, i + 2).map(|end| (end - i, false)),
        b'(' | b')' | b'*' | b'+' if matches!(at(2), b'0' | b'1' | b'2' | b'A' | b'B') => Some((3, false)),
        b'#' if matches!(at(2), b'3'..=b'6' | b'8') => Some((3, false)),
        b'%' if matches!(at(2), b'@' | b'G') => Some((3, false)),
        b'7' | b'8' | b'=' | b'>' => Some((2, false)),
        b'D' | b'E' | b'H' | b'M' | b'N' | b'O' | b'Z' | b'c' if !at(2).is_ascii_alphabetic() => {
            Some((2, matches!(at(1), b'D' | b'E' | b'M')))
        }
        _ => None,
    }
}

/// Length of the colour sequence that starts with the one-character introducer U+009B at byte `i`.
pub(super) fn c1_sequence(b: &[u8], i: usize) -> Option<usize> {
    control(b, i + 2).filter(|&(end, last)| last == b'm' && end > i + 3).map(|(end, _)| end - i)
}

/// The end of a control sequence whose parameters start at byte `i`, and its final byte.
fn control(b: &[u8], mut i: usize) -> Option<(usize, u8)> {
    while matches!(b.get(i), Some(0x30..=0x3F)) {
        i += 1;
    }
    while matches!(b.get(i), Some(0x20..=0x2F)) {
        i += 1;
    }
    match b.get(i) {
        Some(&last @ 0x40..=0x7E) => Some((i + 1, last)),
        _ => None,
    }
}

/// The end of a control string whose content starts at byte `i`: past BEL, `ESC \` or U+009C.
fn string_end(b: &[u8], from: usize) -> Option<usize> {
    let until = b.len().min(from + STRING_MAX);
    for i in from..until {
        match b[i] {
            0x07 => return Some(i + 1),
            0x1B => return (b.get(i + 1) == Some(&b'\\')).then_some(i + 2),
            0xC2 if b.get(i + 1) == Some(&0x9C) => return Some(i + 2),
            _ => {}
        }
    }
    None
}
