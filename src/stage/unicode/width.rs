//! Full width Latin letters, digits and signs, in lines that hold no CJK.
//!
//! A heading of full width letters alone may stand in a Japanese text, and a line does not know;
//! so a line has to show that it is not one: by an ASCII letter or by words parted by plain spaces.

use super::script::is_cjk;
use crate::edit::{EditSink, RuleId};

/// Pushes the full width forms of `line` that are to fold.
pub(super) fn edit(line: &str, sink: &mut EditSink, rule: RuleId) {
    if !line.as_bytes().contains(&0xEF) || !is_latin_line(line) {
        return;
    }
    let mut before = None;
    let mut chars = line.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let after = chars.peek().map(|&(_, c)| c);
        let mut buf = [0; 4];
        if let Some(new) = narrow(c)
            && (new.is_ascii_alphanumeric() || before.is_some_and(is_plain) || after.is_some_and(is_plain))
        {
            sink.replace(i..i + c.len_utf8(), new.encode_utf8(&mut buf), rule);
        }
        before = Some(c);
    }
}

/// Whether nothing in the line is CJK and something shows that it is Latin text.
fn is_latin_line(line: &str) -> bool {
    let mut ascii = false;
    let mut wide = 0;
    let mut spaces = 0;
    for c in line.chars() {
        if is_cjk(c) {
            return false;
        }
        ascii |= c.is_ascii_alphabetic();
        wide += usize::from(matches!(c, '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}'));
        spaces += usize::from(c == ' ' && wide > 0);
    }
    ascii || (wide >= 5 && spaces > 0)
}

/// A letter or digit, of either width: what a folded sign has to stand beside.
fn is_plain(c: char) -> bool {
    super::is_latin(c) || c.is_ascii_digit() || narrow(c).is_some_and(|c| c.is_ascii_alphanumeric())
}

fn narrow(c: char) -> Option<char> {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFF01 + 0x21),
        '\u{FFE0}' => Some('¢'),
        '\u{FFE1}' => Some('£'),
        '\u{FFE5}' => Some('¥'),
        '\u{FFE6}' => Some('₩'),
        _ => None,
    }
}
