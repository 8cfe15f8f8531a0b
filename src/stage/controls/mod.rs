//! Control and invisible characters: what no reader sees goes, what a script or an emoji needs
//! stays, what could hide something is a finding.
//!
//! Characters are judged in runs, each with the visible character before and after it, so that
//! time is linear and no separator vanishes so that two words join: where a run held one, a space
//! takes its place. It settles because each edit lowers the number of control and invisible
//! characters and puts in none.
//!
//! It refuses: joiners in scripts that join or stack, zero width space in scripts without spaces,
//! C1 controls that give nonsense as Windows-1252, bidi controls (unless asked), tags, private use,
//! noncharacters and U+FFFD, all of which are findings.

mod ansi;
mod c1;
mod item;

use self::item::{Found, Item, LEAD, Odd, found};
use super::Stage;
use super::unicode::script::{is_cjk, is_pictograph, is_rtl, is_space, is_unspaced, takes_joiners};
use crate::edit::{EditSink, RuleId};
use crate::features::Features;
use crate::options::{Bidi, Options};
use crate::rule::RuleSet;

/// The stage.
pub(crate) struct Controls {
    separator: RuleId,
    c0: RuleId,
    overstrike: RuleId,
    ansi: RuleId,
    c1: RuleId,
    c1_odd: RuleId,
    bom: RuleId,
    zero_width_space: RuleId,
    word_joiner: RuleId,
    joiner: RuleId,
    soft_hyphen: RuleId,
    bidi: RuleId,
    bidi_remove: RuleId,
    annotation: RuleId,
    object: RuleId,
    deprecated: RuleId,
    tag: RuleId,
    selector: RuleId,
    filler: RuleId,
    private: RuleId,
    noncharacter: RuleId,
    replacement: RuleId,
    remove_bidi: bool,
}

/// A run of invisible characters and what stands around it.
struct Run {
    start: usize,
    end: usize,
    before: Option<char>,
    after: Option<char>,
}

/// Facts about a whole line, each found out when first asked for.
struct Facts<'a> {
    line: &'a str,
    rtl: Option<bool>,
    c1_doubtful: Option<bool>,
}

impl Facts<'_> {
    fn rtl(&mut self) -> bool {
        *self.rtl.get_or_insert_with(|| self.line.chars().any(is_rtl))
    }

    fn c1_doubtful(&mut self) -> bool {
        *self.c1_doubtful.get_or_insert_with(|| c1::doubtful(self.line))
    }
}

/// Neighbouring findings of one rule, told as one.
#[derive(Default)]
struct Flags {
    open: Option<(RuleId, usize, usize)>,
}

impl Flags {
    fn add(&mut self, start: usize, end: usize, rule: RuleId, sink: &mut EditSink) {
        match &mut self.open {
            Some((r, _, e)) if *r == rule && *e == start => *e = end,
            _ => {
                self.flush(sink);
                self.open = Some((rule, start, end));
            }
        }
    }

    fn flush(&mut self, sink: &mut EditSink) {
        if let Some((rule, start, end)) = self.open.take() {
            sink.flag(start..end, rule);
        }
    }
}

impl Controls {
    /// With the ids of `rules` and what `options` ask for.
    pub(crate) fn new(rules: &RuleSet, options: &Options) -> Self {
        let id = |name| rules.id(name);
        Controls {
            separator: id("controls.separator"),
            c0: id("controls.c0"),
            overstrike: id("controls.overstrike"),
            ansi: id("controls.ansi-escape"),
            c1: id("controls.c1"),
            c1_odd: id("controls.c1-unclear"),
            bom: id("controls.bom"),
            zero_width_space: id("controls.zero-width-space"),
            word_joiner: id("controls.word-joiner"),
            joiner: id("controls.joiner"),
            soft_hyphen: id("controls.soft-hyphen"),
            bidi: id("controls.bidi"),
            bidi_remove: id("controls.bidi-remove"),
            annotation: id("controls.annotation"),
            object: id("controls.object-replacement"),
            deprecated: id("controls.deprecated-format"),
            tag: id("controls.tag"),
            selector: id("controls.variation-selector"),
            filler: id("controls.hangul-filler"),
            private: id("controls.private-use"),
            noncharacter: id("controls.noncharacter"),
            replacement: id("controls.replacement-character"),
            remove_bidi: options.controls_bidi == Bidi::Remove,
        }
    }

    fn run(&self, line: &str, run: &Run, facts: &mut Facts<'_>, flags: &mut Flags, sink: &mut EditSink) {
        // A space is owed when a separator goes; the first character that owes one gives it.
        let mut paid = false;
        let mut base = run.before;
        let mut i = run.start;
        while i < run.end {
            let Some((Found::Item(item), len)) = found(line, i) else { return };
            let span = i..i + len;
            let mut drop = |owes: bool, rule: RuleId, sink: &mut EditSink| {
                let space = owes && !paid;
                paid |= space;
                sink.replace(span.clone(), if space { " " } else { "" }, rule);
            };
            match item {
                Item::Separator => drop(run.is_gap(), self.separator, sink),
                Item::C0 if is_interleaved(line, i) => drop(false, self.c0, sink),
                Item::C0 => drop(run.would_join(), self.c0, sink),
                Item::Backspace => match run.overstrike(len) {
                    Some(span) => sink.delete(span, self.overstrike),
                    None => drop(false, self.c0, sink),
                },
                Item::Ansi(moved) => drop(moved && run.is_gap(), self.ansi, sink),
                Item::Bom => drop(false, self.bom, sink),
                Item::ZeroWidthSpace if run.parts_or_shapes() => {}
                Item::ZeroWidthSpace => drop(false, self.zero_width_space, sink),
                Item::WordJoiner if run.parts_or_shapes() => {}
                Item::WordJoiner => drop(false, self.word_joiner, sink),
                Item::Joiner if run.needs_joiner() => {}
                Item::Joiner => drop(false, self.joiner, sink),
                Item::SoftHyphen => drop(false, self.soft_hyphen, sink),
                Item::Mark if facts.rtl() => {}
                Item::Mark | Item::Bidi if self.remove_bidi => drop(false, self.bidi_remove, sink),
                Item::Mark | Item::Bidi => flags.add(i, i + len, self.bidi, sink),
                Item::Annotation => drop(run.would_join(), self.annotation, sink),
                Item::AnnotationSeparator => drop(run.is_gap(), self.annotation, sink),
                Item::Object => drop(run.would_join(), self.object, sink),
                Item::Deprecated => drop(false, self.deprecated, sink),
                Item::Tag if run.before == Some('\u{1F3F4}') && is_flag(&line[run.start..run.end]) => {}
                Item::Tag => flags.add(i, i + len, self.tag, sink),
                Item::Selector if base.is_some_and(|b| takes_selector(b, &line[span.clone()])) => {}
                Item::Selector => flags.add(i, i + len, self.selector, sink),
                Item::Filler if run.before.is_some_and(is_cjk) || run.after.is_some_and(is_cjk) => {}
                Item::Filler => flags.add(i, i + len, self.filler, sink),
                Item::Quiet => {}
            }
            base = None;
            i += len;
        }
    }

    /// A character that is seen: a C1 control, private use, a noncharacter or U+FFFD.
    #[allow(clippy::too_many_arguments)]
    fn odd(
        &self,
        line: &str,
        odd: Odd,
        i: usize,
        len: usize,
        facts: &mut Facts<'_>,
        flags: &mut Flags,
        sink: &mut EditSink,
    ) {
        let rule = match odd {
            Odd::Private => self.private,
            Odd::Noncharacter => self.noncharacter,
            Odd::Replacement => self.replacement,
            Odd::C1 => {
                let before = line[..i].chars().next_back();
                let after = line[i + len..].chars().next();
                let c = line[i..].chars().next().unwrap_or('\u{81}');
                let inside = before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic);
                let unclear = c1::is_nonsense(before, c, after) || (inside && facts.c1_doubtful());
                match c1::windows(c).filter(|_| !unclear) {
                    Some(new) => {
                        let mut buf = [0; 4];
                        sink.replace(i..i + len, new.encode_utf8(&mut buf), self.c1);
                        return;
                    }
                    None => self.c1_odd,
                }
            }
        };
        flags.add(i, i + len, rule, sink);
    }
}

impl Run {
    /// Whether something that is no space stands at both sides.
    fn is_gap(&self) -> bool {
        self.before.is_some_and(|c| !is_space(c)) && self.after.is_some_and(|c| !is_space(c))
    }

    /// Whether two words, or the end of a sentence and a word, would stand together.
    fn would_join(&self) -> bool {
        let (Some(before), Some(after)) = (self.before, self.after) else { return false };
        let ends =
            before.is_alphanumeric() || matches!(before, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '”' | '…');
        ends && after.is_alphanumeric() && !(is_unspaced(before) && is_unspaced(after))
    }

    /// Whether a script that does not part its words by spaces stands at a side, and no space does;
    /// or a script whose letters join, in which a zero width space may stand for a non-joiner.
    fn parts_or_shapes(&self) -> bool {
        let either = |f: fn(char) -> bool| self.before.is_some_and(f) || self.after.is_some_and(f);
        self.is_gap() && (either(is_unspaced) || either(takes_joiners))
    }

    /// Whether a joiner does something here.
    fn needs_joiner(&self) -> bool {
        let emoji = |c: Option<char>| c.is_some_and(is_pictograph);
        self.before.is_some_and(takes_joiners)
            || self.after.is_some_and(takes_joiners)
            || (emoji(self.before) && emoji(self.after))
    }

    /// What to delete where the run is one backspace that printed a character over another: the
    /// backspace with the same character, or with an underscore, before or after it.
    fn overstrike(&self, len: usize) -> Option<std::ops::Range<usize>> {
        let (before, after) = (self.before?, self.after?);
        if self.end - self.start != len || is_space(before) {
            None
        } else if before == '_' || before == after {
            Some(self.start - before.len_utf8()..self.end)
        } else if after == '_' {
            Some(self.start..self.end + 1)
        } else {
            None
        }
    }
}

/// Whether the NUL at byte `i` is every second byte of a text that was once two bytes a character.
fn is_interleaved(line: &str, i: usize) -> bool {
    let b = line.as_bytes();
    let nul = |at: Option<usize>| at.and_then(|at| b.get(at)) == Some(&0);
    b[i] == 0 && (nul(i.checked_sub(2)) || nul(Some(i + 2)))
}

/// Whether `tags`, which follow a black flag, name a region and end.
fn is_flag(tags: &str) -> bool {
    let Some(name) = tags.strip_suffix('\u{E007F}') else { return false };
    name.len() <= 7 * 4
        && name.chars().count() >= 3
        && name.chars().all(|c| matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}'))
}

/// Whether `base` may be followed by the variation selector `selector`.
fn takes_selector(base: char, selector: &str) -> bool {
    match base {
        '#' | '*' | '0'..='9' | '\u{A9}' | '\u{AE}' => selector.starts_with(['\u{FE00}', '\u{FE0E}', '\u{FE0F}']),
        _ if selector.starts_with(|c| c >= '\u{E0100}') => is_cjk(base),
        // Latin, Greek and Cyrillic take none; symbols, CJK and complex scripts may.
        _ => base >= '\u{1000}' && !is_space(base) && !matches!(base, '\u{1E00}'..='\u{1FFF}'),
    }
}

impl Stage for Controls {
    fn id(&self) -> &'static str {
        "controls"
    }

    fn needs(&self) -> Features {
        Features::CONTROL | Features::C1 | Features::INVISIBLE
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        let b = line.as_bytes();
        let mut facts = Facts { line, rtl: None, c1_doubtful: None };
        let mut flags = Flags::default();
        let mut i = 0;
        while i < b.len() {
            if !LEAD[b[i] as usize] {
                i += 1;
                continue;
            }
            match found(line, i) {
                None => i += 1,
                Some((Found::Odd(odd), len)) => {
                    self.odd(line, odd, i, len, &mut facts, &mut flags, sink);
                    i += len;
                }
                Some((Found::Item(_), len)) => {
                    let start = i;
                    i += len;
                    while i < b.len()
                        && let Some((Found::Item(_), len)) = found(line, i)
                    {
                        i += len;
                    }
                    let run = Run {
                        start,
                        end: i,
                        before: line[..start].chars().next_back(),
                        after: line[i..].chars().next(),
                    };
                    self.run(line, &run, &mut facts, &mut flags, sink);
                }
            }
        }
        flags.flush(sink);
    }
}

#[cfg(test)]
mod tests;
