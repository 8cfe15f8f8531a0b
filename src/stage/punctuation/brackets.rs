//! Spaces inside brackets, `( so )`, in pairs that hold no other bracket.

use super::Ids;
use super::line::Language;
use crate::edit::EditSink;

/// Pushes the spaces inside the brackets of a line that is no code.
pub(super) fn edit(line: &str, language: &mut dyn FnMut() -> Language, ids: &Ids, sink: &mut EditSink) {
    let b = line.as_bytes();
    let mut open = None;
    for (i, &c) in b.iter().enumerate() {
        match c {
            b'(' | b'[' => open = Some(i),
            b')' | b']' => {
                if let Some(from) = open.take()
                    && b[from] == if c == b')' { b'(' } else { b'[' }
                {
                    pair(line, from, i, language, ids, sink);
                }
            }
            _ => {}
        }
    }
}

fn pair(line: &str, from: usize, to: usize, language: &mut dyn FnMut() -> Language, ids: &Ids, sink: &mut EditSink) {
    let b = line.as_bytes();
    let inside = &line[from + 1..to];
    // A tick box, a gap, or something drawn.
    if inside.trim().chars().nth(1).is_none() {
        return;
    }
    // `f( x )` is code, and `:( … )` a face.
    let stuck = from > 0 && !matches!(b[from - 1], b' ' | b'"' | b'\'' | b'(' | b'[') && b[from - 1] < 0x80;
    let face = from > 1 && matches!(b[from - 2..from], [b':' | b';' | b'=' | b'8', b' ' | b'-']);
    if stuck || face {
        return;
    }
    let text = |c: char| {
        c.is_alphanumeric() || matches!(c, '"' | '“' | '”' | '‘' | '’' | '\'' | '.' | '!' | '?' | '%' | '$' | '€' | '£')
    };
    let mut chars = inside.chars();
    let first = chars.next() == Some(' ') && chars.next().is_some_and(|c| text(c) && !matches!(c, '.' | '!' | '?'));
    let mut chars = inside.chars();
    let last = chars.next_back() == Some(' ') && chars.next_back().is_some_and(text);
    if !first && !last {
        return;
    }
    let rule = match language() {
        Language::English => ids.bracket,
        _ => ids.bracket_other,
    };
    if first {
        sink.delete(from + 1..from + 2, rule);
    }
    if last {
        sink.delete(to - 1..to, rule);
    }
}
