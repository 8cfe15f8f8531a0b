//! *mojibake*: UTF-8 that was read as a single-byte encoding, once or several times over.
//!
//! For each encoding X the *sites* of a line are the places whose characters, written in X, are
//! the bytes of one character of UTF-8. Sites side by side are a *run*. A run is judged by how
//! much less odd the line is with it read again (see [`cost`]), all runs of one X together say
//! how sure X is, and the best X of a pass has its runs repaired, each site an edit of its own.
//! The next layer, and what went through another encoding, is left to the next pass. Every edit
//! makes the line shorter by a character at least, so it settles.
//!
//! It refuses sites that make odder text than they are (`MAÇÃ…`, `ROSÉ®`, `4×£9`), however many,
//! and lines whose broken words hold other bytes than whole sequences: those are damage between two
//! legacy encodings, a finding here. Sound text is passed by after one look-up a character.

mod cost;
mod explain;
mod hints;
mod legacy;
mod pairs;
mod sites;
mod tables;

use crate::edit::{EditSink, RuleId};
use crate::features::Features;
use crate::language::{Model, NAT, Text};
use crate::options::Options;
use crate::rule::RuleSet;
use crate::stage::Stage;
use cost::{Class, Meter, class};
pub(crate) use explain::{Hows, suggestion};
use pairs::Change;
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
/// What the other runs of the encoding have to say so that a run needs to gain next to nothing.
const COMPANY: i32 = 150;
/// What is needed then.
const WITH_COMPANY: i32 = 10;
/// What one letter of a script other than Latin costs when it stands all by itself.
const ALONE: i32 = 60;
/// What a site gains that no sound text has, though none of its pairs is odd.
const TELLING: i32 = 30;
/// Sites that there have to be for each byte in no site.
const ORPHANS: usize = 2;
/// What weak runs have to gain by the tables of languages, in sixteenths of a nat, and how strange
/// the line may be then.
const WEIGHED: i64 = 12 * NAT;
const STRANGE: i64 = 250;
/// And more for each symbol that the line has less than so many.
const SHORT: i64 = 45;
const EACH_SHORT: i64 = 3;
/// Encodings that gain no less than the best one but for this are told apart by languages.
const CLOSE: i32 = 120;
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
    /// Whether readings between legacy encodings are weighed.
    weighs: bool,
    legacy: RuleId,
    c1: RuleId,
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
    /// Whether what it becomes cannot be all that it was.
    halved: bool,
    /// Whether it is more than one site of two characters with no letter or digit beside it.
    solid: bool,
}

impl Run {
    /// Whether it is repaired though nothing else on the line speaks for it.
    fn stands(&self) -> bool {
        self.solid && self.gain >= if self.long { BAR_LONG } else { BAR }
    }

    /// What it says for or against its encoding: weak runs, however many, say nothing.
    fn say(&self) -> i32 {
        if self.gain < 0 || self.stands() { self.gain.max(-SAY) } else { 0 }
    }
}

/// What came of looking for misread UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    Suspect,
    Repaired,
}

/// The encoding chosen for a pass over a line.
struct Best {
    way: Way,
    /// What all its runs gain.
    sum: i32,
    /// What its runs say for it.
    sure: i32,
    /// Whether the words that the sites are in hold too many bytes that are in no site: what is
    /// left of two legacy encodings looks like that.
    torn: bool,
}

impl Mojibake {
    pub(crate) fn new(rules: &RuleSet, options: &Options) -> Self {
        Mojibake {
            weighs: options.mojibake_legacy,
            tables: Tables::new(),
            utf8: rules.id("mojibake.utf8"),
            twice: rules.id("mojibake.utf8-twice"),
            short: rules.id("mojibake.utf8-short"),
            spaced: rules.id("mojibake.nbsp-as-space"),
            lossy: rules.id("mojibake.lost-byte"),
            straight: rules.id("mojibake.straightened"),
            legacy: rules.id("mojibake.legacy"),
            c1: rules.id("mojibake.c1"),
            suspect: rules.id("mojibake.suspect"),
        }
    }

    /// Calls `with` for each run of encoding `x`.
    fn runs(&self, line: &str, way: Way, mut with: impl FnMut(&Run)) {
        let mut run = Run {
            start: 0,
            end: 0,
            text: String::new(),
            gain: 0,
            odd: false,
            long: false,
            halved: false,
            solid: false,
        };
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
        run.gain += telling(last, &line[run.start..run.end], next);
        // A sign amid small letters is half of another layer, and "Ã¢??" has lost what matters.
        let amid = last.is_lowercase() && next.is_lowercase();
        let sign = |c: char| ('\u{2600}'..='\u{27BF}').contains(&c);
        run.halved = amid && run.text.chars().all(sign) || run.text == "â" && line[run.end..].starts_with("??");
        run.solid = run.text.chars().nth(1).is_some()
            || run.long
            || class(last).is_word()
            || class(next).is_word()
            || way.x == CP1252 && line[start..].starts_with(['Ã', 'Â']);
        true
    }

    /// The encoding of `set` that `line` gains most by.
    fn best(&self, line: &str, set: Set) -> Option<Best> {
        let mut all: Vec<Best> = Vec::new();
        let doubled = line.contains("Ã  ");
        // Marks that sound text has beside what is broken need no explanation.
        let beyond = |text: &str| text.chars().filter(|&c| c >= '\u{80}' && !matches!(c, '–'..='”' | '…')).count();
        let whole = beyond(line);
        // Marks that are other bytes in Windows-1257.
        let baltic = line.contains(['¨', '¯']);
        for x in (0..Set::BITS as usize).filter(|x| set >> x & 1 == 1) {
            let mut way = Way { x, bold: false, doubled };
            let (mut sum, mut sure) = (-PRIOR[x], 0_i32);
            let (mut sites, mut orphans, mut end, mut covered) = (0, 0, 0, 0);
            self.runs(line, way, |run| {
                covered += beyond(&line[run.start..run.end]);
                sum = sum.saturating_add(run.gain.max(-SAY));
                sure = sure.saturating_add(run.say());
                sites += run.text.chars().count();
                orphans += self.orphans(x, &line[end..run.start], end > 0, true);
                end = run.end;
            });
            orphans += self.orphans(x, &line[end..], end > 0, false);
            if sum > 0 {
                way.bold = sure >= COMPANY;
                all.push(Best { way, sum, sure, torn: orphans * ORPHANS > sites });
                // Nothing is left that another encoding could explain.
                if x == CP1252 && covered == whole && sum >= COMPANY && !baltic {
                    break;
                }
            }
        }
        // The first of the greatest.
        let most = all.iter().map(|b| b.sum).max()?;
        all.retain(|b| b.sum >= most - CLOSE);
        if all.len() > 1 {
            // What classes of characters leave open, the tables of languages tell.
            let model = Model::get();
            let mut text = Text::default();
            let mut cost = |b: &Best| {
                let mut read = String::new();
                let mut at = 0;
                self.runs(line, b.way, |run| {
                    if run.gain > 0 {
                        read.push_str(&line[at..run.start]);
                        read.push_str(&run.text);
                        at = run.end;
                    }
                });
                read.push_str(&line[at..]);
                model.prepare(read.chars(), &mut text);
                let nearest = model.nearest::<4>(&text, crate::language::Set::MAX);
                let fit = model.best(&text, nearest).map_or(0, |f| f.cost);
                fit + i64::from(PRIOR[b.way.x]) * NAT / 10
            };
            all.sort_by_cached_key(&mut cost);
            all.truncate(1);
        }
        all.pop()
    }

    /// Counts what would be bytes of UTF-8, but is in no site, in those words of `gap` that go on
    /// into a site on its left or right.
    fn orphans(&self, x: usize, gap: &str, left: bool, right: bool) -> usize {
        let count = |part: &str| {
            part.chars().filter(|&c| !c.is_ascii() && class(c).is_torn() && self.tables.byte(x, c).is_some()).count()
        };
        let space = |c: char| c == ' ' || c == '\t';
        match (gap.find(space), gap.rfind(space)) {
            (Some(first), Some(last)) => {
                (if left { count(&gap[..first]) } else { 0 }) + if right { count(&gap[last..]) } else { 0 }
            }
            _ if left || right => count(gap),
            _ => 0,
        }
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

    /// Pushes edits and findings for UTF-8 that was misread.
    fn misread_utf8(&self, line: &str, sink: &mut EditSink) -> Found {
        let set = self.tables.seen_in(line);
        if set == 0 {
            return Found::Nothing;
        }
        let Some(Best { way, sure, torn, .. }) = self.best(line, set).filter(|b| b.sum >= SUSPECT) else {
            return Found::Nothing;
        };
        let mut found = Found::Nothing;
        let weighed = !torn && self.reads_better(line, way, sure);
        // One letter before a sign of money, where dashes are sound: that may be meant.
        let meant = sure < 2 * COMPANY && line.contains(['–', '—']) && self.is_money(line, way);
        self.runs(line, way, |run| {
            let company = sure.saturating_sub(run.say()) >= COMPANY;
            let repair = if run.halved || meant {
                false
            } else if company {
                // In "и он" each letter is a word.
                run.gain + if run.odd { ALONE } else { 0 } >= WITH_COMPANY
            } else {
                run.stands() || weighed && run.gain > 0
            };
            if repair && !torn {
                found = Found::Repaired;
                let rule = if self.again(&run.text) {
                    self.twice
                } else if company || run.gain >= SURE {
                    self.utf8
                } else {
                    self.short
                };
                self.repair(line, way, run, rule, sink);
            } else if run.gain >= SUSPECT {
                found = found.max(Found::Suspect);
                sink.flag(run.start..run.end, self.suspect);
            }
        });
        found
    }

    /// Whether the only site is a letter before a sign of money.
    fn is_money(&self, line: &str, way: Way) -> bool {
        let (mut runs, mut money) = (0, false);
        self.runs(line, way, |run| {
            runs += 1;
            money = matches!(&line[run.start..run.end], "Ã¢" | "Ã£" | "Ã¤" | "Ã¥");
        });
        runs == 1 && money
    }

    /// Whether the tables of languages speak for the runs that do not stand by themselves.
    fn reads_better(&self, line: &str, way: Way, sure: i32) -> bool {
        let (mut weak, mut refused, mut letters) = (0, false, String::new());
        let mut read = String::new();
        let mut at = 0;
        self.runs(line, way, |run| {
            let company = sure.saturating_sub(run.say()) >= COMPANY;
            weak += usize::from(!company && !run.stands() && run.gain > 0);
            refused |= run.gain <= 0;
            if run.gain > 0 {
                letters.push_str(&run.text);
                read.push_str(&line[at..run.start]);
                read.push_str(&run.text);
                at = run.end;
            }
        });
        if weak == 0 || refused {
            return false;
        }
        read.push_str(&line[at..]);
        let model = Model::get();
        let (mut old, mut new) = (Text::default(), Text::default());
        model.prepare(line.chars(), &mut old);
        model.prepare(read.chars(), &mut new);
        let fit = |text: &Text| model.best(text, model.nearest::<6>(text, crate::language::Set::MAX));
        let (Some(before), Some(after)) = (fit(&old), fit(&new)) else { return false };
        let known = |c: char| model.alphabets(c) >> after.language & 1 == 1;
        before.cost - after.cost >= WEIGHED + (SHORT - new.len() as i64).max(0) * EACH_SHORT
            && model.strangeness(after, &new) < STRANGE
            && letters.chars().all(|c| !c.is_alphabetic() || known(c))
            && letters.chars().any(char::is_alphabetic)
    }

    /// Pushes edits and findings for text between two legacy encodings.
    fn misread_legacy(&self, line: &str, doubt: bool, sink: &mut EditSink) {
        let Some(reading) = legacy::read(line, doubt) else { return };
        for p in &reading.places {
            if reading.surplus >= 0 {
                let rule = if reading.change == Change::Marks { self.c1 } else { self.legacy };
                sink.replace(p.start..p.end, &p.text, rule);
            } else {
                sink.flag(p.start..p.end, self.suspect);
            }
        }
    }

    /// Whether `text`, what a run becomes, is mojibake in its turn.
    fn again(&self, text: &str) -> bool {
        let set = self.tables.seen_in(text);
        set != 0 && self.best(text, set).is_some_and(|b| b.sum >= BAR)
    }
}

/// The one letter of `text`, if it is of a script other than Latin and all by itself.
fn alone(last: char, text: &str, next: char) -> Option<Class> {
    let mut words = text.chars().map(class).filter(|c| c.is_word());
    let c = words.next().filter(|_| words.next().is_none())?;
    (c.is_alone_odd() && !c.same_script(class(last)) && !c.same_script(class(next))).then_some(c)
}

/// What `site` between `last` and `next` gains or loses by what its pairs do not show: sound text
/// has no "Ã  " with two spaces, "Ã–z", "√á", ":Â 5", "â€ " or "kâ\"¦"; but "fÂ " may have lost a
/// letter.
fn telling(last: char, site: &str, next: char) -> i32 {
    let mut chars = site.chars();
    let tells = match (chars.next(), chars.next(), chars.next()) {
        (Some('Ã'), Some(' '), None) => next == ' ',
        (Some('Ã'), Some(c), None) => c != '’' && next.is_lowercase(),
        (Some('Â'), Some(' '), None) if matches!(next, ';' | ':' | '!' | '?' | '»') => true,
        (Some('Â'), Some(' '), None) if last.is_lowercase() => return -2 * TELLING,
        (Some('Â'), Some(' '), None) => !last.is_alphabetic() && !last.is_whitespace(),
        (Some('√'), Some(c), None) => !c.is_ascii() && class(c).is_latin(),
        (Some('â'), Some('€'), None) | (Some('â'), Some('"' | '™' | '˜'), Some(_)) => true,
        _ => false,
    };
    if tells { TELLING } else { 0 }
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
        // A legacy reading may hang on one character.
        if self.weighs { Features::NON_ASCII } else { Features::NON_ASCII_RUN | Features::IDEOGRAPH }
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        match self.misread_utf8(line, sink) {
            Found::Repaired => {}
            found if self.weighs => self.misread_legacy(line, found == Found::Suspect, sink),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
