//! Phase 2: lines. Which of the lines that phase 1 left stay.
//!
//! Body lines are walls: a rule that looks around never drops one, so what happens between two of
//! them concerns no line beyond. A *run* is what stands between two walls (or the ends of the
//! document); it is decided when its second wall is known, with bounded memory and in one reading.
//! Suspects, lines that such a rule matches by themselves, look past each other for their
//! neighbours; so dropping one does not change what the others see, and cleaning the output again
//! drops nothing more (law 2).

use smallvec::SmallVec;

use super::Plan;
use super::characters::Kind;
use super::plan::DROPPED;
use crate::edit::{Effect, RuleId};
use crate::rule::{Action, Neighbour, When, Zone};

/// Lines that a run may have. In a longer one no rule that looks around acts: memory is bounded,
/// and a run that is too long stays so when it is cleaned again.
const RUN_MAX: usize = 4096;

/// What becomes of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    /// It stays, but these rules have something to say about it.
    Flag(SmallVec<[RuleId; 2]>),
    Drop(RuleId),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wall {
    /// The start or end of the document.
    Edge,
    Body,
}

/// What a suspect finds when it looks up or down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sight {
    Wall(Wall),
    Short,
}

/// A line as phase 1 left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// Bytes with the newline.
    pub(super) len: u64,
    /// Whether it has one; only the last may lack it.
    pub(super) newline: bool,
}

/// A line that is not decided; or several blank ones alike, or several that one rule drops.
struct Waiting {
    line: Line,
    /// Blank lines like this.
    count: u64,
    hits: SmallVec<[RuleId; 2]>,
    drop: Option<RuleId>,
    /// What it bears.
    marks: u64,
}

impl Waiting {
    fn new(line: Line, hits: &[RuleId], drop: Option<RuleId>, marks: u64) -> Waiting {
        Waiting { line, count: 1, hits: SmallVec::from_slice(hits), drop, marks }
    }
}

/// The marks of the lines right above and right below a line, as far as they are dropped.
#[derive(Clone, Copy, Default)]
struct Beside {
    above: u64,
    below: u64,
}

/// Where the lines that stay for sure begin and end in a run: no suspects, no blank lines, nothing
/// that is dropped. A suspect that looks up or down sees one of them or a wall.
#[derive(Clone, Copy)]
struct Between {
    first: usize,
    end: usize,
}

impl Between {
    fn of(waiting: &[Waiting], suspects: &[bool]) -> Between {
        let mut b = Between { first: 0, end: waiting.len() };
        b.shrink(waiting, suspects);
        b
    }

    /// After some more lines were dropped.
    fn shrink(&mut self, waiting: &[Waiting], suspects: &[bool]) {
        let gone = |j: usize| waiting[j].line.kind == Kind::Blank || waiting[j].drop.is_some() || suspects[j];
        while self.first < waiting.len() && gone(self.first) {
            self.first += 1;
        }
        while self.end > 0 && gone(self.end - 1) {
            self.end -= 1;
        }
    }
}

/// Phase 2's state.
pub(super) struct Decider<'p> {
    plan: &'p Plan,
    /// The marks that some line of the document bears.
    marks: u64,
    left: Wall,
    /// Whether a line that is no suspect stands between the left wall and the first that waits.
    above: bool,
    /// The marks of the dropped lines right above the first that waits.
    beside: u64,
    waiting: Vec<Waiting>,
    /// Lines of this run that are not blank.
    lines: usize,
    too_long: bool,
    /// The next line goes too, if it is a headline.
    take_next: Option<RuleId>,
    /// The page is sound: of lave's rules only those that are safe drop lines.
    careful: bool,
    /// The guard has withdrawn all deletions.
    withdrawn: bool,
    /// The guard has not said so yet.
    to_tell: bool,
}

impl<'p> Decider<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Decider {
            plan,
            marks: 0,
            left: Wall::Edge,
            above: false,
            beside: 0,
            waiting: Vec::new(),
            lines: 0,
            too_long: false,
            take_next: None,
            careful: false,
            withdrawn: false,
            to_tell: false,
        }
    }

    /// Before any line whose rules need one of them: the marks that some line of the document bears.
    pub(super) fn set_marks(&mut self, marks: u64) {
        self.marks = marks;
    }

    pub(super) fn with_marks(mut self, marks: u64) -> Self {
        self.set_marks(marks);
        self
    }

    /// Before the first line: what is only likely is to stay.
    pub(super) fn be_careful(&mut self) {
        self.careful = true;
    }

    fn acts(&self, id: RuleId) -> bool {
        self.plan.acts(id) && !(self.careful && self.plan.is_bold(id))
    }

    /// Before the first line: none is to be dropped, and a finding on the first says why.
    pub(super) fn withdraw(&mut self) {
        (self.withdrawn, self.to_tell) = (true, true);
    }

    /// Takes the next line, with the rules that match it, and hands out the verdicts that are
    /// ripe, in order; lines that one rule drops maybe as one.
    pub(super) fn line(&mut self, line: Line, hits: &[RuleId], mut out: impl FnMut(Line, Verdict)) {
        let kind = line.kind;
        if kind == Kind::Blank {
            return self.push(Waiting::new(line, &[], None, 0), &mut out);
        }
        if std::mem::take(&mut self.to_tell) {
            return self.line(line, &[hits, &[self.plan.ids.guard]].concat(), out);
        }
        if let Some(by) = self.take_next.take()
            && kind == Kind::Title
        {
            return self.push(Waiting::new(line, &[], Some(by), self.plan.bears(&[by])), &mut out);
        }
        let marks = self.plan.bears(hits);
        for &id in hits {
            if let Some(and_next) = self.drops_alone(id) {
                if and_next {
                    self.take_next = Some(id);
                }
                return self.push(Waiting::new(line, &[], Some(id), marks), &mut out);
            }
        }
        if kind == Kind::Body {
            self.close(Wall::Body, &mut out);
            self.left = Wall::Body;
            return out(line, self.flags(kind, hits, |_| false));
        }
        self.lines += 1;
        if self.lines > RUN_MAX && !self.too_long {
            self.too_long = true;
            self.release(&mut out);
        }
        self.push(Waiting::new(line, hits, None, marks), &mut out);
    }

    /// The document has ended.
    pub(super) fn finish(&mut self, mut out: impl FnMut(Line, Verdict)) {
        self.close(Wall::Edge, &mut out);
    }

    /// Whether the rule drops a line whatever is around it, and whether it takes the next along.
    fn drops_alone(&self, id: RuleId) -> Option<bool> {
        let rule = self.plan.rules.rule(id);
        match rule.action {
            Action::DeleteLine { and_next } if !self.withdrawn && self.acts(id) && !rule.when.looks_around() => {
                Some(and_next)
            }
            _ => None,
        }
    }

    /// Whether the rule drops a line if what is around it is as it says.
    fn may_drop(&self, id: RuleId) -> bool {
        let rule = self.plan.rules.rule(id);
        !self.withdrawn && matches!(rule.action, Action::DeleteLine { .. }) && self.acts(id) && rule.when.looks_around()
    }

    /// Whether others look past the lines that such a rule matches, in a run that ends with `right`.
    /// Not where it asks for dropped lines beside it, as then it may match lines of all kinds: those
    /// are looked past once they are gone.
    fn is_suspect(&self, id: RuleId, right: Wall) -> bool {
        let when = &self.plan.rules.rule(id).when;
        self.may_drop(id) && !when.is_beside() && self.in_zone(when, right)
    }

    fn in_zone(&self, when: &When, right: Wall) -> bool {
        let left = self.left;
        when.zone.is_none_or(|zone| match zone {
            Zone::Head => left == Wall::Edge && right == Wall::Body,
            Zone::Tail => left == Wall::Body && right == Wall::Edge,
            Zone::Edge => left == Wall::Edge || right == Wall::Edge,
            Zone::Inside => left == Wall::Body && right == Wall::Body,
        })
    }

    fn push(&mut self, w: Waiting, out: &mut impl FnMut(Line, Verdict)) {
        let Some(last) = self.waiting.last_mut() else {
            let looks = !self.too_long && w.hits.iter().any(|&id| self.plan.rules.rule(id).when.looks_around());
            if looks {
                self.waiting.push(w);
            } else {
                self.above |= w.line.kind != Kind::Blank && w.drop.is_none();
                self.beside = pass(self.beside, &w);
                let verdict = w.drop.map_or_else(|| self.flags(w.line.kind, &w.hits, |_| false), Verdict::Drop);
                out(w.line, verdict);
            }
            return;
        };
        if w.line.kind == Kind::Blank && last.line == w.line {
            last.count += 1;
        } else if w.drop.is_some() && last.drop == w.drop && last.line.newline {
            last.line = Line { len: last.line.len + w.line.len, ..w.line };
            last.marks |= w.marks;
        } else {
            self.waiting.push(w);
        }
    }

    /// Decides the run, whose end is `right`.
    fn close(&mut self, right: Wall, out: &mut impl FnMut(Line, Verdict)) {
        if !self.waiting.is_empty() {
            self.decide(right);
            self.hand_out(Some(right), out);
        }
        self.above = false;
        self.beside = 0;
        self.lines = 0;
        self.too_long = false;
    }

    /// Gives the run up: what waits, stays.
    fn release(&mut self, out: &mut impl FnMut(Line, Verdict)) {
        self.hand_out(None, out);
        self.above = true;
        self.beside = 0;
    }

    /// Hands out what waits; with a right wall, rules that look around may flag what stays.
    fn hand_out(&mut self, right: Option<Wall>, out: &mut impl FnMut(Line, Verdict)) {
        let waiting = std::mem::take(&mut self.waiting);
        let suspects = right.map_or_else(|| vec![false; waiting.len()], |right| self.suspects(&waiting, right));
        let between = Between::of(&waiting, &suspects);
        let below = marks_below(&waiting);
        let mut beside = Beside { above: self.beside, below: 0 };
        for (i, w) in waiting.iter().enumerate() {
            beside.below = below[i];
            let verdict = match (w.drop, right) {
                (Some(by), _) => Verdict::Drop(by),
                (None, Some(right)) => self.flags(w.line.kind, &w.hits, |id| self.holds(id, between, beside, i, right)),
                (None, None) => self.flags(w.line.kind, &w.hits, |_| false),
            };
            // A line that would go with the one above would take the next along.
            let passes_on =
                matches!(&verdict, Verdict::Flag(by) if by.iter().any(|&id| self.plan.asks(id).after != u64::MAX));
            if !passes_on {
                beside.above = pass(beside.above, w);
            }
            (0..w.count).for_each(|_| out(w.line, verdict.clone()));
        }
        self.waiting = waiting;
        self.waiting.clear();
    }

    fn suspects(&self, waiting: &[Waiting], right: Wall) -> Vec<bool> {
        waiting.iter().map(|w| w.hits.iter().any(|&id| self.is_suspect(id, right))).collect()
    }

    fn decide(&mut self, right: Wall) {
        let mut waiting = std::mem::take(&mut self.waiting);
        let suspects = self.suspects(&waiting, right);
        let mut between = Between::of(&waiting, &suspects);
        // Down and up in turn, until nothing more goes: a dropped line may take neighbours along on
        // either side, and others may see further without it.
        for down in [true, false].into_iter().cycle() {
            let mut again = false;
            let mut beside = Beside { above: self.beside, below: 0 };
            let far = if down { marks_below(&waiting) } else { self.marks_above(&waiting) };
            for n in 0..waiting.len() {
                let i = if down { n } else { waiting.len() - 1 - n };
                *if down { &mut beside.below } else { &mut beside.above } = far[i];
                if waiting[i].drop.is_none() {
                    let holds = |id| self.may_drop(id) && self.holds(id, between, beside, i, right);
                    if let Some(by) = waiting[i].hits.iter().copied().find(|&id| holds(id)) {
                        waiting[i].drop = Some(by);
                        again = true;
                        if matches!(self.plan.rules.rule(by).action, Action::DeleteLine { and_next: true })
                            && let Some(next) = (i + 1..waiting.len())
                                .find(|&j| waiting[j].line.kind != Kind::Blank && waiting[j].drop.is_none())
                            && waiting[next].line.kind == Kind::Title
                        {
                            waiting[next].drop = Some(by);
                            waiting[next].marks |= self.plan.bears(&[by]);
                        }
                        between.shrink(&waiting, &suspects);
                    }
                }
                let near = if down { &mut beside.above } else { &mut beside.below };
                *near = pass(*near, &waiting[i]);
            }
            if !again {
                break;
            }
        }
        self.waiting = waiting;
    }

    /// For each line the marks of the dropped lines right above.
    fn marks_above(&self, waiting: &[Waiting]) -> Vec<u64> {
        let mut above = self.beside;
        let next = |w| {
            let next = pass(above, w);
            std::mem::replace(&mut above, next)
        };
        waiting.iter().map(next).collect()
    }

    /// Whether what is around line `i` of the run is as rule `id` says.
    fn holds(&self, id: RuleId, between: Between, beside: Beside, i: usize, right: Wall) -> bool {
        let (when, asks, left) = (&self.plan.rules.rule(id).when, self.plan.asks(id), self.left);
        let up = || if self.above || between.first < i { Sight::Short } else { Sight::Wall(left) };
        let down = || if between.end > i + 1 { Sight::Short } else { Sight::Wall(right) };
        self.in_zone(when, right)
            && when.prev.is_none_or(|n| sees(n, up()))
            && when.next.is_none_or(|n| sees(n, down()))
            && (when.needs.is_none() || self.marks & asks.needs != 0)
            && (when.after.is_none() || beside.above & asks.after != 0)
            && (when.before.is_none() || beside.below & asks.before != 0)
    }

    /// What rules that may not drop the line say about it; `around` decides on those that look
    /// around.
    fn flags(&self, kind: Kind, hits: &[RuleId], around: impl Fn(RuleId) -> bool) -> Verdict {
        let told = hits.iter().copied().filter(|&id| {
            let rule = self.plan.rules.rule(id);
            let told = self.plan.effect(id) == Effect::Flag || self.plan.acts(id) && !self.acts(id);
            let flag = told || rule.action == Action::Flag && self.plan.acts(id);
            flag && (!rule.when.looks_around() || kind != Kind::Body && around(id))
        });
        let told: SmallVec<_> = told.collect();
        if told.is_empty() { Verdict::Keep } else { Verdict::Flag(told) }
    }
}

/// The marks of the dropped lines right above the line below `w`, where `above` are those above `w`.
fn pass(above: u64, w: &Waiting) -> u64 {
    match (w.line.kind, w.drop) {
        (Kind::Blank, _) => above,
        (_, Some(_)) => above | w.marks | DROPPED,
        (_, None) => 0,
    }
}

/// For each line the marks of the dropped lines right below.
fn marks_below(waiting: &[Waiting]) -> Vec<u64> {
    let mut all = vec![0; waiting.len()];
    let mut below = 0;
    for (at, w) in all.iter_mut().zip(waiting).rev() {
        *at = below;
        below = pass(below, w);
    }
    all
}

fn sees(want: Neighbour, sight: Sight) -> bool {
    match want {
        Neighbour::Body => sight == Sight::Wall(Wall::Body),
        Neighbour::Edge => sight == Sight::Wall(Wall::Edge),
        Neighbour::Short => sight == Sight::Short,
        Neighbour::BodyOrEdge => sight != Sight::Short,
    }
}
