//! *mojibake*: UTF-8 that was read as a single-byte encoding, once or several times over.
//!
//! For each encoding X the *sites* of a line are the places whose characters, written in X, are
//! the bytes of one character of UTF-8. Sites side by side are a *run*. A run is judged by how
//! much less odd the line is with it read again (see [`cost`]), all runs of one X together say
//! how sure X is, and the best X of a pass has its runs repaired.
//! The next layer, and what went through another encoding, is left to the next pass. Every edit
//! makes the line shorter by a character at least, so it settles.
//!
//! It refuses sites that make odder text than they are (`MAÇÃ…`, `ROSÉ®`, `4×£9`), however many,
//! and lines whose broken words hold other bytes than whole sequences: those are damage between two
//! legacy encodings, a finding here. Sound text is passed by after one look-up a character.

mod candidates;
mod clusters;
mod cost;
mod evidence;
mod explain;
mod flattened;
mod hints;
mod known;
mod legacy;
mod pairs;
mod quiet;
mod runs;
mod sense;
mod sites;
mod sums;
mod tables;
mod whole;

use crate::edit::{EditSink, Effect, RuleId};
use crate::features::Features;
use crate::language::{Model, NAT, Text, Window};
use crate::options::Options;
use crate::rule::RuleSet;
use crate::stage::{Stage, Survey};
pub(crate) use evidence::{Evidence, LegacyEvidence};
pub(crate) use explain::{Hows, suggestion};
use known::Memory;
use pairs::Change;
use runs::{ALONE, Best, COMPANY, Run, Runs, best, best_of, is_mojibake};
use sites::{Kind, Site, Way, read};
use tables::{Set, TABLES};

/// From here on a run is sure by itself.
const SURE: i32 = 125;
/// Below the bar, from here on, it is worth a finding.
const SUSPECT: i32 = 60;
/// What it takes that other lines of the document say, and what a run needs to gain then.
const SAID: i32 = 2 * COMPANY;
/// From here on what a line makes likely is sure.
const SAID_SURELY: i32 = 4 * COMPANY;
const WITH_DOCUMENT: i32 = 40;
/// What is needed in company.
const WITH_COMPANY: i32 = 10;
/// What weak runs have to gain by the tables of languages, in sixteenths of a nat, and how strange
/// the line may be then.
const WEIGHED: i64 = 12 * NAT;
const STRANGE: i64 = 250;
/// The same two for common words of one letter.
const WORDS: (i64, i64) = (6 * NAT, 400);
/// And more for each symbol that the line has less than so many.
const SHORT: i64 = 45;
const EACH_SHORT: i64 = 3;

/// The stage.
pub(crate) struct Mojibake {
    utf8: RuleId,
    twice: RuleId,
    short: RuleId,
    spaced: RuleId,
    lossy: RuleId,
    straight: RuleId,
    flat: RuleId,
    /// Whether readings between legacy encodings are weighed.
    weighs: bool,
    legacy: RuleId,
    c1: RuleId,
    suspect: RuleId,
    memory: Memory,
}

/// What came of looking for misread UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    Suspect,
    Repaired,
}

impl Mojibake {
    pub(crate) fn new(rules: &RuleSet, options: &Options) -> Self {
        Mojibake {
            weighs: options.mojibake_legacy,
            utf8: rules.id("mojibake.utf8"),
            twice: rules.id("mojibake.utf8-twice"),
            short: rules.id("mojibake.utf8-short"),
            spaced: rules.id("mojibake.nbsp-as-space"),
            lossy: rules.id("mojibake.lost-byte"),
            straight: rules.id("mojibake.straightened"),
            flat: rules.id("mojibake.flattened"),
            legacy: rules.id("mojibake.legacy"),
            c1: rules.id("mojibake.c1"),
            suspect: rules.id("mojibake.suspect"),
            memory: Memory::new(),
        }
    }

    fn repair(&self, line: &str, way: Way, run: &Run, rule: RuleId, sink: &mut EditSink) {
        // Sites that went the same way are one edit.
        let (mut at, mut start, mut by) = (run.start, run.start, RuleId::NONE);
        let mut text = String::with_capacity(16);
        while at < run.end {
            let Some(Site { len, char, space, kind }) = read(&TABLES, way, line, at) else { break };
            let rule = match kind {
                Kind::Whole => rule,
                Kind::Spaced => self.spaced,
                Kind::Lossy => self.lossy,
                Kind::Straight => self.straight,
            };
            if rule != by && at > start {
                sink.replace(start..at, &text, by);
                text.clear();
                start = at;
            }
            by = rule;
            text.push(char);
            if space {
                text.push(' ');
            }
            at += len;
        }
        if at > start {
            sink.replace(start..at, &text, by);
        }
    }

    /// Pushes edits and findings for UTF-8 that was misread, `seen` in those encodings. Tells what was found, and in which encoding
    /// and how sure that is.
    fn misread_utf8(
        &self,
        line: &str,
        seen: Set,
        survey: &Survey,
        sink: &mut EditSink,
    ) -> (Found, Option<(usize, i32)>) {
        let Some(best) = best(&TABLES, line, seen).filter(|b| b.sum >= SUSPECT) else { return (Found::Nothing, None) };
        let (way, sure, runs) = (best.way, best.sure, &best.runs);
        let torn = best.is_torn(&TABLES, line);
        let mut found = Found::Nothing;
        let weighed = !torn && reads_better(line, &best);
        // One letter before a sign of money, where dashes are sound: that may be meant.
        let meant = sure < 2 * COMPANY && is_money(line, runs) && line.contains(['–', '—']);
        for (run, text) in runs.iter() {
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
                let rule = if is_mojibake(&TABLES, text) {
                    self.twice
                } else if company || run.gain >= SURE || self.heard(survey).said(way.x) >= SAID_SURELY {
                    self.utf8
                } else {
                    self.short
                };
                self.repair(line, way, run, rule, sink);
            } else if run.gain >= SUSPECT {
                found = found.max(Found::Suspect);
                // "Ã¢??" has lost two bytes.
                let lost = if text == "â" && line[run.end..].starts_with("??") { 2 } else { 0 };
                sink.flag(run.start..run.end + lost, self.suspect);
            }
        }
        (found, Some((way.x, sure)))
    }

    /// What lines of the document say, each by itself.
    fn heard<'s>(&self, survey: &'s Survey) -> &'s Evidence {
        survey.evidence.get_or_init(|| self.evidence(&survey.sample))
    }

    fn heard_legacy<'s>(&self, survey: &'s Survey) -> &'s LegacyEvidence {
        survey.legacy.get_or_init(|| self.legacy_evidence(&survey.sample))
    }

    /// Repairs what is doubtful by itself, where other lines say more for an encoding than for any
    /// other. Whether that repaired anything.
    fn misread_utf8_like_others(&self, line: &str, seen: Set, survey: &Survey, sink: &mut EditSink) -> bool {
        let evidence = self.heard(survey);
        let x = evidence.most();
        let said = evidence.said(x);
        if said < SAID || seen >> x & 1 == 0 {
            return false;
        }
        let rule = if said >= SAID_SURELY { self.utf8 } else { self.short };
        let best = best_of(&TABLES, line, x);
        if best.sum <= 0 || best.is_torn(&TABLES, line) {
            return false;
        }
        let mut some = false;
        for (run, _) in best.runs.iter().filter(|(r, _)| r.gain >= WITH_DOCUMENT && !r.halved && !r.odd) {
            self.repair(line, best.way, run, rule, sink);
            some = true;
        }
        some
    }

    /// Pushes edits and findings for text between two legacy encodings.
    fn misread_legacy(&self, line: &str, doubt: bool, evidence: &LegacyEvidence, sink: &mut EditSink) {
        let voted = legacy::read_like_others(line, evidence).filter(|r| r.surplus >= 0);
        let Some(reading) = voted.or_else(|| legacy::read(line, doubt)) else {
            flattened::each_lost(line, |place, mark| match mark {
                Some(mark) => sink.replace(place, mark.encode_utf8(&mut [0; 4]), self.flat),
                None => sink.flag(place, self.suspect),
            });
            return;
        };
        for p in &reading.places {
            if reading.surplus >= 0 {
                let rule = if reading.change == Change::Marks { self.c1 } else { self.legacy };
                sink.replace(p.start..p.end, &p.text, rule);
            } else {
                sink.flag(p.start..p.end, self.suspect);
            }
        }
    }
}

/// Whether the only site is a letter before a sign of money.
fn is_money(line: &str, runs: &Runs) -> bool {
    let mut all = runs.iter().map(|(r, _)| &line[r.start..r.end]);
    matches!(all.next(), Some("Ã¢" | "Ã£" | "Ã¤" | "Ã¥")) && all.next().is_none()
}

/// Whether the tables of languages speak for the runs that do not stand by themselves.
fn reads_better(line: &str, best: &Best) -> bool {
    let runs = best.runs.iter().map(|(r, _)| r);
    let company = |r: &Run| best.sure.saturating_sub(r.say()) >= COMPANY;
    if runs.clone().any(|r| r.gain <= 0) || runs.clone().all(|r| company(r) || r.stands()) {
        return false;
    }
    let read = best.runs.gaining(line);
    let model = Model::get();
    let (mut old, mut new) = (Text::default(), Text::default());
    model.prepare(line.chars(), &mut old);
    model.prepare(read.chars(), &mut new);
    let nearest = |text: &Text| model.nearest::<6>(text, crate::language::Set::MAX);
    let fit = |text: &Text| model.best(text, nearest(text));
    let (Some(before), Some(after)) = (fit(&old), fit(&new)) else { return false };
    // A word by itself may be all that was damaged.
    let own = nearest(&new);
    let is_word = |(run, text): (&Run, &str)| {
        let mut chars = text.chars();
        let free = line[..run.start].ends_with(' ') && line[run.end..].starts_with(' ');
        let (Some(c), None, true) = (chars.next(), chars.next(), free) else { return false };
        let window = Window::around("".chars(), c, "".chars());
        c.is_lowercase() && own.iter().any(|&n| n != usize::MAX && model.knows(window, n))
    };
    let (weighed, strange) = if best.runs.iter().all(is_word) { WORDS } else { (WEIGHED, STRANGE) };
    let known = |c: char| model.alphabets(c) >> after.language & 1 == 1;
    let mut letters = best.runs.iter().flat_map(|(_, text)| text.chars()).filter(|c| c.is_alphabetic()).peekable();
    before.cost - after.cost >= weighed + (SHORT - new.len() as i64).max(0) * EACH_SHORT
        && model.strangeness(after, &new) < strange
        && letters.peek().is_some()
        && letters.all(known)
}

impl Stage for Mojibake {
    fn id(&self) -> &'static str {
        "mojibake"
    }

    fn needs(&self) -> Features {
        // A legacy reading may hang on one character.
        if self.weighs { Features::NON_ASCII } else { Features::NON_ASCII_RUN | Features::IDEOGRAPH }
    }

    fn repeats(&self) -> bool {
        // Below one layer there may be another, whose no-break spaces and quotation marks are bytes.
        true
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        self.edit_in(line, &Survey::default(), sink);
    }

    fn surveys(&self) -> bool {
        true
    }

    fn edit_in(&self, line: &str, survey: &Survey, sink: &mut EditSink) {
        let (mut seen, mut is_sound) = (None, true);
        if self.weighs {
            let look = quiet::look(line, &self.memory);
            is_sound = look.is_sound && look.turned & self.heard_legacy(survey).asked == 0;
            if is_sound && look.seen == 0 {
                return;
            }
            seen = Some(look.seen);
        }
        let seen = seen.unwrap_or_else(|| TABLES.seen_in(line));
        let (found, way) = self.misread_utf8(line, seen, survey, sink);
        if found == Found::Repaired || way.is_some() && self.misread_utf8_like_others(line, seen, survey, sink) {
            return;
        }
        if !is_sound {
            let mut flat = false;
            flattened::each(line, |place, c| {
                flat |= sink.effect(self.flat) == Effect::Act;
                sink.replace(place, c.encode_utf8(&mut [0; 4]), self.flat);
            });
            if flat {
                return;
            }
            self.misread_legacy(line, found == Found::Suspect, self.heard_legacy(survey), sink);
        }
    }
}

#[cfg(test)]
mod tests;
