//! *mojibake*: UTF-8 that was read as a single-byte encoding, once or several times over.
//!
//! For each encoding X the *sites* of a line are the places whose characters, written in X, are
//! the bytes of one character of UTF-8. Sites side by side are a *run*. A run is judged by how
//! much less odd the line is with it read again (see [`cost`]), all runs of one X together say
//! how sure X is, and the best X of a pass has its runs repaired, each site an edit of its own.
//! The next layer, and what went through another encoding, is left to the next pass. Every edit
//! makes the line shorter by a character at least, so it settles.
//!
//! It refuses sites that make odder text than they are (`SÓ…`, `NESTLÉ®`, `5×£35`), however many,
//! and damage between two legacy encodings. Sound text is passed by after one look-up a character.

mod cost;
mod sites;
mod tables;

use crate::edit::{EditSink, RuleId};
use crate::features::Features;
use crate::options::Options;
use crate::rule::RuleSet;
use crate::stage::Stage;
use cost::{Class, Meter, class};
use sites::{Kind, Site, Way, read};
use tables::{CP1252, PRIOR, Set, Tables};

/// Least gain of a run, in tenths of a nat, that nothing else on the line speaks for.
const BAR: i32 = 90;
/// The same where a site has three characters or more, which chance makes rarely.
const BAR_LONG: i32 = 70;
/// From here on a run is sure by itself.
const SURE: i32 = 125;
/// Below the bar, from here on, it is worth a finding.
const SUSPECT: i32 = 60;
/// What the other runs of the encoding have to gain so that a run needs to gain next to nothing.
const COMPANY: i32 = 150;
/// What is needed then.
const WITH_COMPANY: i32 = 10;
/// What one letter of a script other than Latin costs when it stands all by itself.
const ALONE: i32 = 60;
/// What a site gains that no sound text has, though none of its pairs is odd.
const TELLING: i32 = 30;
/// The most that one run says against its encoding.
const SAY: i32 = 400;

/// The stage.
pub(crate) struct Mojibake {
    tables: Tables,
    utf8: RuleId,
    twice: RuleId,
    short: RuleId,
    spaced: RuleId,
    lossy: RuleId,
    straight: RuleId,
    suspect: RuleId,
}

/// Sites side by side, read again.
struct Run {
    start: usize,
    end: usize,
    /// What the run becomes.
    text: String,
    gain: i32,
    /// Whether it becomes one letter of a script other than Latin, all by itself.
    odd: bool,
    /// Whether it has a site of three characters or more, not all of them letters.
    long: bool,
    /// Whether it is more than one site of two characters with no letter or digit beside it.
    solid: bool,
}

impl Mojibake {
    pub(crate) fn new(rules: &RuleSet, _: &Options) -> Self {
        Mojibake {
            tables: Tables::new(),
            utf8: rules.id("mojibake.utf8"),
            twice: rules.id("mojibake.utf8-twice"),
            short: rules.id("mojibake.utf8-short"),
            spaced: rules.id("mojibake.nbsp-as-space"),
            lossy: rules.id("mojibake.lost-byte"),
            straight: rules.id("mojibake.straightened"),
            suspect: rules.id("mojibake.suspect"),
        }
    }

    /// Calls `with` for each run of encoding `x`.
    fn runs(&self, line: &str, way: Way, mut with: impl FnMut(&Run)) {
        let mut run = Run { start: 0, end: 0, text: String::new(), gain: 0, odd: false, long: false, solid: false };
        let mut at = 0;
        while let Some(i) = line.as_bytes()[at..].iter().position(|b| !b.is_ascii()) {
            at += i;
            if self.run(line, way, at, &mut run) {
                with(&run);
                at = run.end;
            } else {
                at += line[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
    }

    /// Reads the run that starts at byte `start`, if one does.
    fn run(&self, line: &str, way: Way, start: usize, run: &mut Run) -> bool {
        let Some(first) = read(&self.tables, way, line, start) else { return false };
        (run.start, run.end) = (start, start);
        run.text.clear();
        let mut site = Some(first);
        run.long = false;
        while let Some(s) = site {
            let mut raw = line[run.end..run.end + s.len].chars();
            run.long |= raw.clone().nth(2).is_some() && !raw.all(|c| class(c).is_letter());
            run.text.push(s.char);
            if s.space {
                run.text.push(' ');
            }
            run.end += s.len;
            let on = line.as_bytes().get(run.end).is_some_and(|b| !b.is_ascii());
            site = if on { read(&self.tables, way, line, run.end) } else { None };
        }
        let mut left = line[..start].chars().rev();
        let last = left.next().unwrap_or(' ');
        let before = left.next().unwrap_or(' ');
        let next = line[run.end..].chars().next().unwrap_or(' ');
        let (mut old, mut new) = (Meter::after(before, last), Meter::after(before, last));
        line[run.start..run.end].chars().for_each(|c| old.add(c));
        run.text.chars().for_each(|c| new.add(c));
        old.close(next);
        new.close(next);
        let foreign = alone(last, &line[run.start..run.end], next)
            .is_some_and(|c| !near(line[..start].chars().rev(), c) && !near(line[run.end..].chars(), c));
        // A letter and a symbol that are mojibake in their turn are no word.
        run.odd = alone(last, &run.text, next).is_some() && self.tables.seen_in(&run.text) == 0;
        run.gain = old.sum - new.sum + if foreign { ALONE } else { 0 } - if run.odd { ALONE } else { 0 };
        if telling(&line[run.start..run.end], next) {
            run.gain += TELLING;
        }
        run.solid = run.text.chars().nth(1).is_some()
            || run.long
            || class(last).is_word()
            || class(next).is_word()
            || way.x == CP1252 && line[start..].starts_with(['Ã', 'Â']);
        true
    }

    /// The encoding that `line` gains most by, and how much, of those in `set`.
    fn best(&self, line: &str, set: Set) -> Option<(Way, i32)> {
        let mut best = None;
        let doubled = line.contains("Ã  ");
        for x in (0..Set::BITS as usize).filter(|x| set >> x & 1 == 1) {
            let mut sum = -PRIOR[x];
            self.runs(line, Way { x, bold: false, doubled }, |run| sum = sum.saturating_add(run.gain.max(-SAY)));
            if sum > best.map_or(0, |(_, most)| most) {
                best = Some((Way { x, bold: sum >= COMPANY, doubled }, sum));
            }
        }
        best
    }

    fn repair(&self, line: &str, way: Way, run: &Run, rule: RuleId, sink: &mut EditSink) {
        let mut at = run.start;
        let mut text = String::new();
        while at < run.end {
            let Some(Site { len, char, space, kind }) = read(&self.tables, way, line, at) else { return };
            let rule = match kind {
                Kind::Whole => rule,
                Kind::Spaced => self.spaced,
                Kind::Lossy => self.lossy,
                Kind::Straight => self.straight,
            };
            text.clear();
            text.push(char);
            if space {
                text.push(' ');
            }
            sink.replace(at..at + len, &text, rule);
            at += len;
        }
    }

    /// Whether `text`, what a run becomes, is mojibake in its turn.
    fn again(&self, text: &str) -> bool {
        let set = self.tables.seen_in(text);
        set != 0 && self.best(text, set).is_some_and(|(_, gain)| gain >= BAR)
    }
}

/// The one letter of `text`, if it is of a script other than Latin and all by itself.
fn alone(last: char, text: &str, next: char) -> Option<Class> {
    let mut words = text.chars().map(class).filter(|c| c.is_word());
    let c = words.next().filter(|_| words.next().is_none())?;
    (c.is_alone_odd() && !c.same_script(class(last)) && !c.same_script(class(next))).then_some(c)
}

/// Whether `site` before `next` is what sound text has not: "Ã  " with two spaces, "Ã–z", "√á".
fn telling(site: &str, next: char) -> bool {
    let mut chars = site.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some('Ã'), Some(' '), None) => next == ' ',
        (Some('Ã'), Some(c), None) => c != '’' && next.is_lowercase(),
        (Some('√'), Some(c), None) => !c.is_ascii() && class(c).is_latin(),
        _ => false,
    }
}

/// Whether the first letter among the next few of `chars` is of the script of `c`, or there is none.
fn near(chars: impl Iterator<Item = char>, c: Class) -> bool {
    chars.take(24).map(class).find(|k| k.is_letter()).is_none_or(|k| k.same_script(c))
}

impl Stage for Mojibake {
    fn id(&self) -> &'static str {
        "mojibake"
    }

    fn needs(&self) -> Features {
        Features::NON_ASCII
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        let set = self.tables.seen_in(line);
        if set == 0 {
            return;
        }
        let Some((way, sum)) = self.best(line, set) else { return };
        if sum < SUSPECT {
            return;
        }
        self.runs(line, way, |run| {
            let company = sum.saturating_sub(run.gain) >= COMPANY;
            let (gain, bar) = match (company, run.odd, run.long) {
                // In "и він" each letter is a word.
                (true, true, _) => (run.gain + ALONE, WITH_COMPANY),
                (true, ..) => (run.gain, WITH_COMPANY),
                (_, _, true) => (run.gain, BAR_LONG),
                _ => (run.gain, BAR),
            };
            if gain >= bar && (company || run.solid) {
                let rule = if self.again(&run.text) {
                    self.twice
                } else if company || run.gain >= SURE {
                    self.utf8
                } else {
                    self.short
                };
                self.repair(line, way, run, rule, sink);
            } else if run.gain >= SUSPECT {
                sink.flag(run.start..run.end, self.suspect);
            }
        });
    }
}
