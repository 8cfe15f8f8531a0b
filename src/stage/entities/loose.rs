//! Remnants of two other kinds of escaping, off unless asked for: percent signs of addresses
//! (`it%E2%80%99s`) and backslashes of program text (`\u2019`).

use super::Entities;
use crate::edit::EditSink;

/// How much of a word is looked at on either side, in bytes.
const WORD_MAX: usize = 200;

/// Percent sequences that are UTF-8 beyond ASCII, in words that are no address.
pub(super) fn percent(stage: &Entities, line: &str, sink: &mut EditSink) {
    let bytes = line.as_bytes();
    let (mut at, mut word) = (0, 0);
    while let Some(i) = memchr::memchr(b'%', &bytes[at..]) {
        let start = at + i;
        if let Some(gap) = bytes[at..start].iter().rposition(u8::is_ascii_whitespace) {
            word = at + gap + 1;
        }
        let mut raw = Vec::new();
        let mut end = start;
        while let Some(b) = hex_byte(bytes, end).filter(|&b| b >= 0x80) {
            raw.push(b);
            end += 3;
        }
        at = end.max(start + 1);
        let Ok(text) = std::str::from_utf8(&raw) else { continue };
        let before = &bytes[word.max(start.saturating_sub(WORD_MAX))..start];
        let after = &bytes[end..bytes.len().min(end + WORD_MAX)];
        let after = after.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let plain = start - word < WORD_MAX && !is_address(before) && !is_address(after);
        if !text.is_empty() && plain && !text.chars().any(char::is_control) {
            sink.replace(start..end, text, stage.percent);
        }
    }
}

/// Whether a part of a word is part of an address, by its marks or by ASCII in percent signs.
fn is_address(part: &[u8]) -> bool {
    let ascii = |i: usize| hex_byte(part, i).is_some_and(|b| b < 0x80);
    part.iter().enumerate().any(|(i, b)| matches!(b, b'/' | b'=' | b'?' | b'&' | b'@') || (*b == b'%' && ascii(i)))
}

fn hex_byte(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    match *bytes.get(at..at + 3)? {
        [b'%', a, b] => Some((digit(a)? << 4 | digit(b)?) as u8),
        _ => None,
    }
}

/// `\u` with four digits that stand for a character beyond ASCII, not in a path.
pub(super) fn escapes(stage: &Entities, line: &str, sink: &mut EditSink) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(i) = memchr::memmem::find(&bytes[at..], br"\u") {
        let start = at + i;
        at = start + 2;
        // Not "C:\u2019" and not "\\u2019".
        if start > 0 && matches!(bytes[start - 1], b'\\' | b':' | b'`') {
            continue;
        }
        let Some(code) = hex_word(bytes, start) else { continue };
        let (char, end) = match code {
            0xD800..=0xDBFF => match hex_word(bytes, start + 6).filter(|c| (0xDC00..=0xDFFF).contains(c)) {
                Some(low) => (char::from_u32(0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00)), start + 12),
                None => (None, start),
            },
            0xA0..=0xFFFD => (char::from_u32(code).filter(|_| !(0xFDD0..=0xFDEF).contains(&code)), start + 6),
            _ => (None, start),
        };
        if let Some(c) = char {
            sink.replace(start..end, c.encode_utf8(&mut [0; 4]), stage.escapes);
            at = end;
        }
    }
}

fn hex_word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at + 6)?;
    if !word.starts_with(br"\u") {
        return None;
    }
    word[2..].iter().try_fold(0, |n, &b| Some(n << 4 | char::from(b).to_digit(16)?))
}
