//! Space before a stop, and stops doubled by mistake.

use super::Ids;
use super::line::Language;
use crate::edit::{EditSink, RuleId};
use crate::stage::unicode::script::{is_latin, is_rtl};

/// Pushes what is to be done about the stops of a line that is no code.
pub(super) fn edit(line: &str, language: &mut dyn FnMut() -> Language, ids: &Ids, sink: &mut EditSink) {
    let b = line.as_bytes();
    for i in 1..b.len() {
        let stop = b[i];
        if !matches!(stop, b'.' | b',' | b';' | b':' | b'!' | b'?') {
            continue;
        }
        match b[i - 1] {
            b' ' => {
                if let Some(rule) = spaced(line, i, language, ids) {
                    sink.delete(i - 1..i, rule);
                }
            }
            before if before == stop && matches!(stop, b',' | b';') && is_doubled(line, i) => {
                let rule = match language() {
                    Language::English => ids.doubled,
                    _ => ids.doubled_other,
                };
                sink.delete(i..i + 1, rule);
            }
            _ => {}
        }
    }
}

/// The rule by which the space before the stop at byte `i` goes, if it goes.
fn spaced(line: &str, i: usize, language: &mut dyn FnMut() -> Language, ids: &Ids) -> Option<RuleId> {
    let b = line.as_bytes();
    let stop = b[i];
    let head = &line[..i - 1];
    let before = head.chars().next_back()?;
    if !before.is_alphanumeric() || !knows_stops(before) {
        return None;
    }
    // Past the stop, and for `?!` and its like past all of it.
    let mut end = i + 1;
    if matches!(stop, b'!' | b'?') {
        while matches!(b.get(end), Some(b'!' | b'?')) {
            end += 1;
        }
    }
    let rest = &line[end..];
    let closing: &[char] = match stop {
        // `:)` is a face.
        b':' | b';' => &['"', '\'', '”', '’'],
        _ => &['"', '\'', '”', '’', '»', ')', ']'],
    };
    let ends = rest.strip_prefix(closing).unwrap_or(rest);
    if !ends.is_empty() && !ends.starts_with(' ') {
        return None;
    }
    let next = ends.chars().find(|&c| c != ' ');
    if next.is_some_and(|n| n as u32 == u32::from(stop) || (before.is_ascii_digit() && n.is_ascii_digit())) {
        return None;
    }
    let word = head.rsplit(' ').next().unwrap_or(head);
    let lone = word.chars().nth(1).is_none() && word != "I";
    if word.contains(['.', '/', '@', ':', '&', '%', '*', '+']) {
        return None;
    }
    match stop {
        b',' => (!lone).then(|| by_language(language(), ids)),
        b'.' => {
            let starts = |c: char| c.is_uppercase() || matches!(c, '"' | '“' | '‘' | '\'' | '(' | '«' | '„');
            let sure = next.is_none_or(starts) && !(lone && next.is_some());
            sure.then(|| by_language(language(), ids))
        }
        _ => {
            let starts_small = next.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
            let face = next.is_some_and(|c| matches!(c, ')' | '(' | '[' | ']' | '-' | '/'));
            if lone || face || (matches!(stop, b'!' | b'?') && starts_small) {
                return None;
            }
            match language() {
                Language::English if stop != b':' => Some(ids.mark),
                Language::English | Language::Tight => Some(ids.mark_other),
                Language::French | Language::Unknown => None,
            }
        }
    }
}

fn by_language(language: Language, ids: &Ids) -> RuleId {
    match language {
        Language::Unknown => ids.stop_other,
        _ => ids.stop,
    }
}

/// Scripts whose stops are these and follow their word at once.
fn knows_stops(c: char) -> bool {
    c.is_ascii_digit() || is_latin(c) || matches!(c, '\u{370}'..='\u{52F}' | '\u{1F00}'..='\u{1FFF}') || is_rtl(c)
}

/// Whether the doubled comma or semicolon that ends at byte `i` is a slip: two and no more, after a
/// letter, before a space and a letter. `,,so“` is a German quotation mark.
fn is_doubled(line: &str, i: usize) -> bool {
    let before = line[..i - 1].chars().next_back();
    let mut after = line[i + 1..].chars();
    before.is_some_and(char::is_alphabetic)
        && after.next() == Some(' ')
        && after.next().is_some_and(char::is_alphabetic)
}
