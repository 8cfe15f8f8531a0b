//! Stray marks at the ends of a line: what a list of paragraphs, a cut or a split left there.
//!
//! Nothing here goes by one mark alone: a mark is stray when it is *loose* (a space on its inner
//! side) and has no partner, or when the whole line is wrapped in marks that English never opens
//! with. It only deletes.

use super::{Ids, Out, after, before, is_double, is_mark, is_single};

/// Deletes stray marks at the ends of `line`.
pub(super) fn strip(line: &str, rules: &Ids, out: &mut Out<'_>) {
    let text = line.trim();
    if text.is_empty() {
        return;
    }
    let start = line.len() - line.trim_start().len();
    let end = start + text.len();
    let (lead, loose) = leading(line, start, end);
    let (tail, tail_loose) = trailing(line, lead, end);
    if lead >= tail {
        return;
    }
    if loose + tail_loose == 0 {
        return wrapped(line, start, end, rules, out);
    }
    if !starts_text(line, lead, start) && loose > 0 || line[start..lead].contains('(') {
        return;
    }
    // Two loose marks at one end, or one at each where they are no pair: left by a list.
    let count = loose + tail_loose;
    let odd = unpaired(&line[start..end]);
    let first = after(line, start).unwrap_or(' ');
    if loose > 0 {
        if loose > 1 && line[start..lead].contains(['’', '”']) {
            out.delete(start..lead, rules.stray_marks);
        } else if (is_double(first) && odd) || (first == '’' && single_stands_alone(line, start, lead, end, tail)) {
            out.delete(start..lead, rules.stray_edge);
        }
    }
    if tail_loose > 0 {
        let last = before(line, end).unwrap_or(' ');
        // A wrapping mark may stand between the stop and the loose one.
        let body = line[..tail].strip_suffix('’').filter(|_| first == '’').unwrap_or(&line[..tail]);
        let stop = body.chars().next_back().is_some_and(|c| matches!(c, '.' | '!' | '?' | '…') || is_double(c));
        if count > 1 && line[tail..end].contains(['’', '”']) && (loose > 1 || tail_loose > 1 || first == '’') && stop
        {
            out.delete(tail..end, rules.stray_marks);
        } else if stop && ((is_double(last) && odd && loose == 0) || last == '’') {
            out.delete(tail..end, rules.stray_edge);
        }
    }
}

/// The loose marks that the line starts with: where they end, spaces included, and how many.
fn leading(line: &str, start: usize, end: usize) -> (usize, u32) {
    let (mut at, mut loose) = (start, 0);
    while let Some(c) = after(&line[..end], at).filter(|&c| is_mark(c)) {
        let past = at + c.len_utf8();
        let rest = &line[past..end];
        let inner = rest.trim_start_matches(' ');
        if inner.len() == rest.len() {
            break;
        }
        at = past + rest.len() - inner.len();
        loose += 1;
    }
    (at, loose)
}

/// The same for the end: where they start, spaces included, and how many.
fn trailing(line: &str, from: usize, end: usize) -> (usize, u32) {
    let (mut at, mut loose) = (end, 0);
    while let Some(c) = before(line, at).filter(|&c| is_mark(c) && at > from) {
        let rest = &line[from..at - c.len_utf8()];
        let inner = rest.trim_end_matches(' ');
        if inner.len() == rest.len() {
            break;
        }
        at = from + inner.len();
        loose += 1;
    }
    (at, loose)
}

/// Whether what follows the loose marks starts like a text of a script with two cases.
fn starts_text(line: &str, at: usize, start: usize) -> bool {
    if at == start {
        return true;
    }
    let mut chars = line[at..].chars().skip_while(|&c| is_mark(c));
    chars.next().is_some_and(char::is_uppercase)
}

/// Whether the double marks of `text` do not pair.
fn unpaired(text: &str) -> bool {
    let (mut straight, mut open, mut close) = (0u32, 0u32, 0u32);
    for c in text.chars() {
        match c {
            '"' => straight += 1,
            '“' | '„' => open += 1,
            '”' | '‟' => close += 1,
            _ => {}
        }
    }
    straight % 2 == 1 || if open > 0 { open + 1 == close } else { close % 2 == 1 }
}

/// Whether the loose `’` at the start is not the partner of one further on, other than a loose one
/// at the end.
fn single_stands_alone(line: &str, start: usize, lead: usize, end: usize, tail: usize) -> bool {
    let body = &line[lead..tail];
    let closes = body.char_indices().any(|(i, c)| {
        is_single(c)
            && !before(body, i).is_some_and(char::is_whitespace)
            && !after(body, i + c.len_utf8()).is_some_and(char::is_alphabetic)
    });
    start < lead && tail <= end && !closes
}

/// A whole sentence or more wrapped in `’…’`, or after a run of three.
fn wrapped(line: &str, start: usize, end: usize, rules: &Ids, out: &mut Out<'_>) {
    let text = &line[start..end];
    let run = text.chars().take_while(|&c| c == '’').count();
    let inner_start = start + 3 * run;
    if run != 1 && run != 3 || !text.ends_with('’') || inner_start + 3 >= end || !out.wants(rules.wrapped_line) {
        return;
    }
    let inner = &line[inner_start..end - 3];
    let starts = inner.chars().find(|&c| !is_double(c)).is_some_and(char::is_uppercase);
    let ends = inner.ends_with(['.', '!', '?', '…', '”', '"']);
    let words = inner.split(' ').filter(|w| !w.is_empty()).count();
    // Within it a mark is an apostrophe, or the wrapping marks are a quotation that ends early.
    let sound = inner.match_indices(['’', '‘', '\'']).all(|(i, m)| {
        let prev = before(inner, i);
        prev.is_some_and(char::is_alphanumeric) && after(inner, i + m.len()).is_some_and(char::is_alphanumeric)
    });
    if starts && ends && sound && words >= 5 && inner.is_ascii() | sounds_english(inner) {
        out.delete(start..inner_start, rules.wrapped_line);
        out.delete(end - 3..end, rules.wrapped_line);
    }
}

/// Whether the text opens quotations with `“`, or has an English apostrophe: languages that quote
/// with `’…’` do neither.
fn sounds_english(text: &str) -> bool {
    text.contains('“') || ["’s ", "’t ", "’re ", "’ll ", "’ve "].iter().any(|e| text.contains(e))
}
