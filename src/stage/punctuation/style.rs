//! Dashes and ellipses in the style that was asked for.

use super::Ids;
use crate::edit::EditSink;
use crate::options::{Dashes, Ellipsis};

/// Pushes the dashes that are not in the style.
pub(super) fn dashes(line: &str, style: Dashes, ids: &Ids, sink: &mut EditSink) {
    match style {
        Dashes::Keep => {}
        Dashes::Hyphen => to_hyphens(line, ids, sink),
        Dashes::Em => to_em(line, ids, sink),
    }
}

fn to_hyphens(line: &str, ids: &Ids, sink: &mut EditSink) {
    for (i, c) in line.char_indices().filter(|(_, c)| matches!(c, '\u{2010}'..='\u{2015}')) {
        let end = i + c.len_utf8();
        let beside = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        // An em dash parts clauses; a bare hyphen would make one word of two.
        let parts = matches!(c, '\u{2014}' | '\u{2015}')
            && beside(line[..i].chars().next_back())
            && beside(line[end..].chars().next());
        sink.replace(i..end, if parts { " - " } else { "-" }, ids.dashes);
    }
}

fn to_em(line: &str, ids: &Ids, sink: &mut EditSink) {
    let b = line.as_bytes();
    let mut i = 0;
    while i < b.len() {
        if b[i] != b'-' {
            i += 1;
            continue;
        }
        let start = i;
        while b.get(i) == Some(&b'-') {
            i += 1;
        }
        let spaced = line[..start].ends_with(' ') && line[i..].starts_with(' ');
        let skip = usize::from(spaced);
        let before = line[..start - skip.min(start)].chars().next_back();
        let after = line[i + skip..].chars().next();
        let word_ends = before
            .is_some_and(|c| c.is_alphabetic() || matches!(c, ',' | '.' | '!' | '?' | '"' | '”' | '’' | ')' | '…'));
        let word_starts = after.is_some_and(|c| c.is_alphabetic() || matches!(c, '"' | '“' | '‘' | '('));
        let letters = before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic);
        let dash = match i - start {
            1 => spaced && word_ends && word_starts,
            2 => (spaced && word_ends && word_starts) || (!spaced && letters),
            _ => false,
        };
        if dash {
            sink.replace(start..i, "—", ids.dashes);
        }
    }
}

/// Pushes the ellipses that are not in the style.
pub(super) fn ellipses(line: &str, style: Ellipsis, ids: &Ids, sink: &mut EditSink) {
    match style {
        Ellipsis::Keep => {}
        Ellipsis::Dots => {
            for (i, c) in line.match_indices('…') {
                sink.replace(i..i + c.len(), "...", ids.ellipsis);
            }
        }
        Ellipsis::Char => {
            let b = line.as_bytes();
            let mut i = 0;
            while i < b.len() {
                let start = i;
                while b.get(i) == Some(&b'.') {
                    i += 1;
                }
                // Four are a stop and an ellipsis, or a line to fill in; `../...` is a path.
                if i - start == 3 && b.get(i) != Some(&b'/') && (start == 0 || b[start - 1] != b'/') {
                    sink.replace(start..i, "…", ids.ellipsis);
                }
                i = i.max(start + 1);
            }
        }
    }
}
