//! White space within a line; blank lines, document edges and the final newline are the
//! pipeline's, under this stage's rules.
//!
//! Two layouts. *Prose*: one space between words, none at the ends. *Keep*: only what no reader
//! sees goes: space at the end (but for Markdown's two), and exotic spaces become plain ones.
//! It settles in one pass: every run is given its final form, and no edit makes a new run.
//!
//! It refuses: the ideographic space beside CJK, the Ogham space beside Ogham, the Braille blank in
//! a line of Braille, the Mongolian vowel separator beside Mongolian, and in *Keep* the no-break
//! spaces of French punctuation. Zero width characters are the controls stage's.

use super::Stage;
use super::unicode::script::is_cjk;
use crate::edit::{EditSink, RuleId};
use crate::features::Features;
use crate::options::{Layout, Options};
use crate::rule::RuleSet;

/// The stage.
pub(crate) struct Whitespace {
    run: RuleId,
    tab: RuleId,
    no_break: RuleId,
    exotic: RuleId,
    ideographic: RuleId,
    indent: RuleId,
    trailing: RuleId,
    layout: Layout,
}

/// What a white character is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum White {
    Space,
    Tab,
    NoBreak,
    Ideographic,
    Exotic,
}

/// Bytes that can start a white character.
const LEAD: [bool; 256] = {
    let mut t = [false; 256];
    t[b' ' as usize] = true;
    t[b'\t' as usize] = true;
    t[0xC2] = true;
    t[0xE1] = true;
    t[0xE2] = true;
    t[0xE3] = true;
    t
};

impl Whitespace {
    /// With the ids of `rules` and the layout of `options`.
    pub(crate) fn new(rules: &RuleSet, options: &Options) -> Self {
        Whitespace {
            run: rules.id("whitespace.run"),
            tab: rules.id("whitespace.tab"),
            no_break: rules.id("whitespace.no-break-space"),
            exotic: rules.id("whitespace.exotic-space"),
            ideographic: rules.id("whitespace.ideographic-space"),
            indent: rules.id("whitespace.indent"),
            trailing: rules.id("whitespace.trailing"),
            layout: options.whitespace_layout,
        }
    }

    fn rule_for(&self, kind: White) -> RuleId {
        match kind {
            White::Space => self.run,
            White::Tab => self.tab,
            White::NoBreak => self.no_break,
            White::Ideographic => self.ideographic,
            White::Exotic => self.exotic,
        }
    }

    /// A run of white space `start..end` in the *Prose* layout; `kind` is the least plain of it.
    fn prose(&self, line: &str, start: usize, end: usize, kind: White, sink: &mut EditSink) {
        if end == line.len() {
            sink.delete(start..end, self.trailing);
        } else if start == 0 {
            sink.delete(start..end, self.indent);
        } else if kind == White::Ideographic && beside_cjk(line, start, end) {
            sink.replace(start..end, "\u{3000}", self.ideographic);
        } else {
            sink.replace(start..end, " ", self.rule_for(kind));
        }
    }

    /// The same in the *Keep* layout.
    fn keep(&self, line: &str, start: usize, end: usize, kind: White, braille: &mut Option<bool>, sink: &mut EditSink) {
        if end == line.len() {
            if start == 0 || &line[start..] != "  " {
                sink.delete(start..end, self.trailing);
            }
            return;
        }
        if matches!(kind, White::Space | White::Tab) || (kind == White::Ideographic && beside_cjk(line, start, end)) {
            return;
        }
        let mut i = start;
        while let Some((kind, len)) = white(line, i, braille).filter(|_| i < end) {
            match kind {
                White::Space | White::Tab => {}
                White::NoBreak if is_french_gap(line, i, i + len) => {}
                _ => sink.replace(i..i + len, " ", self.rule_for(kind)),
            }
            i += len;
        }
    }
}

/// The white character at byte `i`, and its length. `braille` caches whether the line holds
/// Braille, in which the blank cell is a cell.
fn white(line: &str, i: usize, braille: &mut Option<bool>) -> Option<(White, usize)> {
    let b = line.as_bytes();
    let at = |n: usize| b.get(i + n).copied().unwrap_or(0);
    match at(0) {
        b' ' => Some((White::Space, 1)),
        b'\t' => Some((White::Tab, 1)),
        0xC2 if at(1) == 0xA0 => Some((White::NoBreak, 2)),
        0xE1 if at(1) == 0x9A && at(2) == 0x80 => {
            (!touches(line, i, 3, '\u{1681}', '\u{169C}')).then_some((White::Exotic, 3))
        }
        0xE1 if at(1) == 0xA0 && at(2) == 0x8E => {
            (!touches(line, i, 3, '\u{1800}', '\u{18AF}')).then_some((White::Exotic, 3))
        }
        0xE2 if at(1) == 0x80 => match at(2) {
            0x87 | 0xAF => Some((White::NoBreak, 3)),
            0x80..=0x8A => Some((White::Exotic, 3)),
            _ => None,
        },
        0xE2 if at(1) == 0x81 && at(2) == 0x9F => Some((White::Exotic, 3)),
        0xE2 if at(1) == 0xA0 && at(2) == 0x80 => {
            let braille = *braille.get_or_insert_with(|| line.chars().any(|c| matches!(c, '\u{2801}'..='\u{28FF}')));
            (!braille).then_some((White::Exotic, 3))
        }
        0xE3 if at(1) == 0x80 && at(2) == 0x80 => Some((White::Ideographic, 3)),
        _ => None,
    }
}

/// Whether the character before or after the `len` bytes at `i` is one of `from..=to`.
fn touches(line: &str, i: usize, len: usize, from: char, to: char) -> bool {
    let inside = |c: char| (from..=to).contains(&c);
    line[..i].chars().next_back().is_some_and(inside) || line[i + len..].chars().next().is_some_and(inside)
}

/// Whether CJK, or a full width form, stands at either end of the run.
fn beside_cjk(line: &str, start: usize, end: usize) -> bool {
    let wide = |c: char| is_cjk(c) || matches!(c, '\u{FF00}'..='\u{FFEF}');
    line[..start].chars().next_back().is_some_and(wide) || line[end..].chars().next().is_some_and(wide)
}

/// Whether French puts a no-break space there: before `:;!?»%` or after `«`.
fn is_french_gap(line: &str, start: usize, end: usize) -> bool {
    line[end..].starts_with([':', ';', '!', '?', '»', '%']) || line[..start].ends_with('«')
}

impl Stage for Whitespace {
    fn id(&self) -> &'static str {
        "whitespace"
    }

    fn needs(&self) -> Features {
        match self.layout {
            Layout::Prose => Features::TAB | Features::SPACE_RUN | Features::SPACE_EDGE | Features::EXOTIC_SPACE,
            Layout::Keep => Features::SPACE_EDGE | Features::EXOTIC_SPACE,
        }
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        let b = line.as_bytes();
        let mut braille = None;
        let mut i = 0;
        while i < b.len() {
            if !LEAD[b[i] as usize] {
                i += 1;
                continue;
            }
            // The common case: one plain space between words.
            if b[i] == b' ' && i > 0 && b.get(i + 1).is_some_and(|&n| !LEAD[n as usize]) {
                i += 2;
                continue;
            }
            let start = i;
            let mut kind = White::Space;
            while let Some((k, len)) = white(line, i, &mut braille) {
                if kind == White::Space || k as u8 > kind as u8 {
                    kind = k;
                }
                i += len;
            }
            if i == start {
                i += 1;
            } else if i - start == 1 && kind == White::Space && start > 0 && i < b.len() {
                continue;
            } else {
                match self.layout {
                    Layout::Prose => self.prose(line, start, i, kind, sink),
                    Layout::Keep => self.keep(line, start, i, kind, &mut braille, sink),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
