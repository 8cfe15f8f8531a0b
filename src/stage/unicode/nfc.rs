//! NFC in the smallest windows that change.
//!
//! A character that starts anew (combining class 0, never the second half of a composition, not
//! itself decomposed) bounds a window; what lies between two of them is normalised by itself. Every
//! character is in one window, so time is linear, whatever the length of a run of marks.

use unicode_normalization::{IsNormalized, UnicodeNormalization, char::canonical_combining_class, is_nfc_quick};

use crate::edit::{EditSink, RuleId};
use crate::features::{ascii_run, may_compose};

/// Pushes the windows of `line` that are not in NFC.
pub(super) fn edit(line: &str, sink: &mut EditSink, rule: RuleId) {
    // Start of the window that a character now would belong to, and whether it may change.
    let mut start = 0;
    let mut suspect = false;
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let i = at;
        if c.is_ascii() {
            at += ascii_run(&line.as_bytes()[at..]);
        } else {
            at += c.len_utf8();
            if !is_bound(c) {
                suspect = true;
                continue;
            }
        }
        if suspect {
            window(line, start, i, sink, rule);
            suspect = false;
        }
        // Nothing composes with a compatibility ideograph, so that marks after it are a window.
        start = match c {
            c if c.is_ascii() => at - 1,
            c if is_compatibility_ideograph(c) => at,
            _ => i,
        };
    }
    if suspect {
        window(line, start, line.len(), sink, rule);
    }
}

fn window(line: &str, start: usize, end: usize, sink: &mut EditSink, rule: RuleId) {
    let old = &line[start..end];
    if !old.chars().nfc().eq(old.chars()) {
        sink.replace(start..end, &old.chars().nfc().collect::<String>(), rule);
    }
}

fn is_bound(c: char) -> bool {
    c < '\u{300}'
        || !may_compose(c)
        || is_compatibility_ideograph(c)
        || (canonical_combining_class(c) == 0 && is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes)
}

fn is_compatibility_ideograph(c: char) -> bool {
    matches!(c, '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}
