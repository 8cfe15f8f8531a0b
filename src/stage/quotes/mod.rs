//! The stage *quotes*: repairs quotation marks and apostrophes that software broke, and writes
//! them in one style where that is asked for.
//!
//! Repair and style are apart. Repair (`stringified-list`, `doubled-*`, `stray-*`, `escaped`,
//! `latex`, …) mends what no one wrote; style rewrites sound marks and runs only on a line that no
//! repair changed in this pass. It settles: every repair deletes marks or puts in a space that
//! bars it from firing again, straight style only turns curly marks into straight ones, curly
//! style only the other way round.
//!
//! It refuses what is sound somewhere: the letters U+02BC and U+02BB, primes, guillemets, „German“
//! pairs, lone `""`, `[ ]` and ` ' `, marks in CJK text, wiki markup, program text and LaTeX
//! accents.

mod csv;
mod edges;
mod repair;
mod style;
#[cfg(test)]
mod tests;

use super::Stage;
use super::stringified::Stringified;
use crate::edit::{EditSink, Effect, RuleId};
use crate::features::{Features, each_of};
use crate::options::{Options, QuoteStyle};
use crate::rule::RuleSet;

/// The stage; see the module.
pub(crate) struct Quotes {
    list: Stringified,
    rules: Ids,
    style: QuoteStyle,
}

/// The rules of the stage.
struct Ids {
    doubled_apostrophe: RuleId,
    doubled_elision: RuleId,
    doubled_quote: RuleId,
    paired_singles: RuleId,
    csv_field: RuleId,
    stray_marks: RuleId,
    stray_edge: RuleId,
    wrapped_line: RuleId,
    escaped_apostrophe: RuleId,
    escaped_quote: RuleId,
    latex: RuleId,
    typewriter: RuleId,
    space_after: RuleId,
    accent: RuleId,
    straight: RuleId,
    curly: RuleId,
}

impl Quotes {
    /// With the rules of `rules` and the style that `options` ask for.
    pub(crate) fn new(rules: &RuleSet, options: &Options) -> Self {
        let id = |name: &str| rules.id(&format!("quotes.{name}"));
        Quotes {
            list: Stringified::new(rules),
            rules: Ids {
                doubled_apostrophe: id("doubled-apostrophe"),
                doubled_elision: id("doubled-elision"),
                doubled_quote: id("doubled-quote"),
                paired_singles: id("paired-singles"),
                csv_field: id("csv-field"),
                stray_marks: id("stray-marks"),
                stray_edge: id("stray-edge"),
                wrapped_line: id("wrapped-line"),
                escaped_apostrophe: id("escaped-apostrophe"),
                escaped_quote: id("escaped-quote"),
                latex: id("latex"),
                typewriter: id("typewriter"),
                space_after: id("space-after-closing"),
                accent: id("accent-apostrophe"),
                straight: id("style-straight"),
                curly: id("style-curly"),
            },
            style: options.quotes_style,
        }
    }
}

impl Stage for Quotes {
    fn id(&self) -> &'static str {
        "quotes"
    }

    fn needs(&self) -> Features {
        let needs = Features::QUOTE_RUN
            .or(Features::QUOTE_EDGE)
            .or(Features::QUOTE_GLUED)
            .or(Features::QUOTE_LOOSE)
            .or(Features::CURLY)
            .or(Features::BACKSLASH)
            .or(Features::SPACE_EDGE)
            .or(Features::BACKTICK);
        if self.style == QuoteStyle::Curly { needs.or(Features::QUOTE_STRAIGHT) } else { needs }
    }

    fn changes(&self) -> Features {
        if self.style == QuoteStyle::Straight { Features::CURLY } else { Features::NONE }
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        let facts = Facts::of(line);
        if facts.junction && self.list.edit(line, sink) {
            return;
        }
        let mut out = Out { sink, acted: false };
        if facts.run {
            if !csv::field(line, &self.rules, &mut out) {
                repair::doubled_quotes(line, &self.rules, &mut out);
            }
            repair::doubled_singles(line, &self.rules, &mut out);
        }
        if facts.edge {
            edges::strip(line, &self.rules, &mut out);
        }
        if facts.code {
            repair::escaped(line, &self.rules, &mut out);
            repair::ticks(line, &self.rules, &mut out);
        }
        if facts.acute {
            repair::acute(line, &self.rules, &mut out);
        }
        if facts.glued {
            repair::space_after(line, &self.rules, &mut out);
        }
        if out.acted {
            return;
        }
        match self.style {
            QuoteStyle::Keep => {}
            QuoteStyle::Straight if !facts.curly.is_empty() => {
                style::straighten(line, &facts, self.rules.straight, out.sink);
            }
            QuoteStyle::Curly if facts.straight => style::educate(line, self.rules.curly, out.sink),
            _ => {}
        }
    }
}

/// The sink, and whether a repair changed something.
struct Out<'s> {
    sink: &'s mut EditSink,
    acted: bool,
}

impl Out<'_> {
    fn replace(&mut self, old: std::ops::Range<usize>, new: &str, rule: RuleId) {
        self.acted |= self.sink.effect(rule) == Effect::Act;
        self.sink.replace(old, new, rule);
    }

    fn delete(&mut self, old: std::ops::Range<usize>, rule: RuleId) {
        self.replace(old, "", rule);
    }

    fn wants(&self, rule: RuleId) -> bool {
        self.sink.wants(rule)
    }
}

/// What one scan for marks saw; each bit is a reason to look closer.
#[derive(Default)]
struct Facts {
    /// Two marks with what parts the paragraphs of a list between them, or `[` before a mark, or
    /// `]` after one.
    junction: bool,
    /// Two marks side by side.
    run: bool,
    /// A mark at an end of the line.
    edge: bool,
    /// A double mark between a stop and something other than a space.
    glued: bool,
    /// A backslash or a backtick.
    code: bool,
    /// U+00B4.
    acute: bool,
    /// Where U+2018 to U+201F are.
    curly: smallvec::SmallVec<[u32; 16]>,
    /// A straight mark; and a double one.
    straight: bool,
    straight_double: bool,
}

impl Facts {
    fn of(line: &str) -> Facts {
        let b = line.as_bytes();
        let mut f = Facts::default();
        let mut past = usize::MAX;
        let mut first = usize::MAX;
        each_of(b, [b'\'', b'"', 0xE2, b'\\', b'`', 0xC2], |at| {
            let len = match b[at..] {
                [b'\'' | b'"', ..] => 1,
                [0xE2, 0x80, 0x98..=0x9F, ..] => 3,
                [0xC2, next, ..] => {
                    f.acute |= next == 0xB4;
                    return;
                }
                [0xE2, ..] => return,
                _ => {
                    f.code = true;
                    return;
                }
            };
            if len == 3 {
                f.curly.push(at as u32);
            }
            f.straight |= len == 1;
            f.straight_double |= b[at] == b'"';
            if past != usize::MAX {
                match &b[past..at] {
                    [] => f.run = true,
                    [b' '] | [b','] | [b',', b' '] | [b',', b'u'] | [b',', b' ', b'u'] => f.junction = true,
                    [b' ', b' '] | [b' ', b' ', b' '] => f.junction = true,
                    _ => {}
                }
            } else {
                first = at;
            }
            let double = if len == 1 { b[at] == b'"' } else { b[at + 2] >= 0x9C };
            past = at + len;
            f.glued |= double
                && at > 0
                && matches!(b[at - 1], b',' | b'.' | b'!' | b'?')
                && b.get(past).is_some_and(|&c| c.is_ascii_uppercase() || c >= 0x80);
        });
        if first != usize::MAX {
            let lead = line.trim_start();
            let at = line.len() - lead.len();
            f.edge = first == at || line[past..].trim_end().is_empty();
            f.junction |= lead.starts_with('[') && first <= at + 2;
            f.junction |= line[past..].trim_end() == "]";
        }
        f
    }
}

/// The character before byte `at`.
fn before(line: &str, at: usize) -> Option<char> {
    line[..at].chars().next_back()
}

/// The character at byte `at`.
fn after(line: &str, at: usize) -> Option<char> {
    line[at..].chars().next()
}

fn is_double(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '‟')
}

fn is_single(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’' | '‛')
}

fn is_mark(c: char) -> bool {
    is_double(c) || is_single(c)
}

fn is_letter(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphabetic)
}

fn is_space(c: Option<char>) -> bool {
    c.is_none_or(char::is_whitespace)
}
