//! Phase 1: characters. Each line by itself, through the woken stages, until a whole pass makes no
//! edit (law 2); what comes out is described for phase 2.
//!
//! A line that does not settle within a budget linear in its length stays as it came in, as a
//! finding: identity is idempotent.

mod around;

use around::Near;

use super::Plan;
use crate::decode::{NewlineKind, Residue, Settled};
use crate::edit::{EditSet, EditSink, RuleId, Seen, Side, Span};
use crate::features::{Features, Lined};
use crate::rule::{Effect, LineRules, Scratch};
use crate::stage::Survey;

/// A piece of the text after phase 1: one line of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Its bytes in the batch's text after phase 1, newline aside.
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// Whether a line rule matched it.
    pub(super) hit: bool,
}

/// What a line is to phase 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but white space.
    Blank,
    /// At least 20 words, ending in a stop.
    Body,
    /// Three words or more without a stop, or an item of a list.
    Title,
    /// Any other.
    Short,
    /// Not blank; it stands between body lines, no line that a rule matched among them, so that
    /// nobody needs to know more.
    Unread,
}

/// A finding with its place on both sides of phase 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) old: Span,
    pub(super) new: Span,
    pub(super) rule: RuleId,
}

/// A line of the settled text that phase 1 changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dirty {
    /// Its first byte.
    pub(super) start: u32,
    /// How many lines come before it.
    pub(super) line: u32,
}

/// Some whole lines after phase 1. Offsets are bytes from the batch's start.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Settled text.
    pub(super) text: String,
    /// What phase 1 does to it.
    pub(super) edits: EditSet,
    /// The lines that those are in, in order.
    pub(super) dirty: Vec<Dirty>,
    /// All lines of the text after phase 1, in order.
    pub(super) pieces: Vec<Piece>,
    /// Line rules that matched: the number of the piece, and the rule.
    pub(super) hits: Vec<(u32, RuleId)>,
    /// The first and the last line that is a wall to phase 2 for sure, where rules look around.
    pub(super) walls: Option<(u32, u32)>,
    /// In order of place.
    pub(super) found: Vec<Found>,
    /// Bytes of the text after phase 1.
    pub(super) new_len: usize,
    /// How many lines the settled text has.
    pub(super) lines: u32,
    pub(super) exceptions: Vec<(u32, NewlineKind)>,
    pub(super) residue: Vec<Residue>,
}

impl Batch {
    /// About how many bytes of memory it takes.
    pub(super) fn size(&self) -> usize {
        self.text.len()
            + self.edits.size()
            + size_of_val(&self.dirty[..])
            + size_of_val(&self.pieces[..])
            + size_of_val(&self.hits[..])
            + size_of_val(&self.found[..])
            + self.residue.iter().map(|r| size_of::<Residue>() + r.bytes.len()).sum::<usize>()
    }

    /// The marks that its lines bear.
    pub(super) fn marks(&self, plan: &Plan) -> u64 {
        self.hits.iter().fold(0, |all, (_, id)| all | plan.bears(&[*id]))
    }

    /// The settled text that `new`, within one line of the text after phase 1, came from.
    pub(super) fn old_of(&self, new: std::ops::Range<usize>) -> Span {
        let start = self.edits.map_back(new.start, Side::Start);
        Span::new(start, self.edits.map_back(new.end, Side::End).max(start))
    }
}

impl Piece {
    fn new(line: &str, span: Span) -> Piece {
        let blank = line.chars().all(char::is_whitespace);
        Piece { span, kind: if blank { Kind::Blank } else { Kind::Unread }, hit: false }
    }
}

/// Phase 1 on one thread; reused from line to line.
pub(super) struct Washer<'p> {
    plan: &'p Plan,
    survey: &'p Survey,
    sink: EditSink,
    scratch: Scratch,
    /// The lines of the batch.
    lines: Vec<Lined>,
    /// The line as it is now, and room for the next.
    now: String,
    next: String,
    /// The edits of one stage, those of all so far, and room for both together.
    step: EditSet,
    total: EditSet,
    both: EditSet,
    /// Lines within `now`, which stages may part: span and features.
    parts: Vec<(Span, Features)>,
    /// What each stage saw, by its number, when it last looked.
    seen: Vec<(usize, Seen)>,
    /// After how many changes of the line each stage last found nothing to do.
    rests: Vec<Option<u32>>,
    /// Rules on whole lines that the line matches.
    hits: Vec<RuleId>,
    /// Whether those are of the line as it came.
    looked: bool,
    /// The same for the lines that it has become, by their numbers.
    part_hits: Vec<(u32, RuleId)>,
    /// The lines that changed, as they are now, each with its `\n`; and the pieces that they are.
    fresh: String,
    fresh_pieces: Vec<(u32, Span)>,
    /// Lines that may stand at either end of the document.
    edges: String,
    /// For each line: whether it may go, and whether it was asked for what goes beside such lines.
    near: Vec<Near>,
    /// In bytes of the line as it came.
    lasting: Vec<Seen>,
    /// How many edits the last batch had, and how much new text.
    usual: (usize, usize),
}

impl<'p> Washer<'p> {
    pub(super) fn new(plan: &'p Plan, survey: &'p Survey) -> Self {
        Washer {
            plan,
            survey,
            sink: EditSink::new(plan.effects.clone()),
            scratch: Scratch::default(),
            lines: Vec::new(),
            now: String::new(),
            next: String::new(),
            step: EditSet::default(),
            total: EditSet::default(),
            both: EditSet::default(),
            parts: Vec::new(),
            seen: Vec::new(),
            rests: Vec::new(),
            hits: Vec::new(),
            looked: false,
            part_hits: Vec::new(),
            fresh: String::new(),
            fresh_pieces: Vec::new(),
            edges: String::new(),
            near: Vec::new(),
            lasting: Vec::new(),
            usual: (0, 0),
        }
    }

    /// Phase 1 on all lines of `settled`.
    pub(super) fn wash(&mut self, settled: Settled) -> Batch {
        let Settled { text, exceptions, residue, islands, undecodable } = settled;
        let mut batch = Batch { edits: EditSet::identity(text.len()), exceptions, residue, ..Batch::default() };
        self.fresh.clear();
        self.fresh_pieces.clear();
        let bytes = text.as_bytes();
        let mut start = 0;
        let mut lines = std::mem::take(&mut self.lines);
        Lined::all(&text, &mut lines);
        self.plan.line_rules.scan(&text, &lines, self.plan.changes, &mut self.scratch);
        // As many as there will be, or were in the batch before.
        batch.pieces.reserve(lines.len());
        batch.edits.reserve(self.usual.0, self.usual.1);
        for Lined { end, features } in &lines {
            let end = *end as usize;
            let line = &text[start..end];
            let features = if self.plan.gates_open { Features::ALL } else { *features };
            let old = Span::new(start, end);
            let mut woken = self.plan.wakes_all || features.meets(self.plan.wakes);
            self.looked = false;
            if !woken {
                woken = self.look(line, start, features);
            }
            if woken && self.settle(line, start, features) {
                self.add_dirty(&mut batch, old);
            } else {
                if !self.looked {
                    self.look(line, start, features);
                }
                let new = Span::new(batch.new_len, batch.new_len + line.len());
                self.add_found(&mut batch, old, new, false);
                let piece = batch.pieces.len() as u32;
                batch.pieces.push(Piece::new(line, new));
                file(&mut batch, piece, &self.hits);
                batch.new_len = new.end as usize;
            }
            batch.lines += 1;
            start = end;
            if bytes.get(end) == Some(&b'\n') {
                start += 1;
                batch.new_len += 1;
            }
        }
        self.usual = batch.edits.lens();
        self.lines = lines;
        batch.text = text;
        if self.plan.looks_around {
            self.look_at_edges(&mut batch);
            self.look_beside(&mut batch);
            self.read_kinds(&mut batch);
        }
        self.add_decoded(&mut batch, &islands, self.plan.ids.island);
        self.add_decoded(&mut batch, &undecodable, self.plan.ids.undecodable);
        batch
    }

    /// Finds the rules on whole lines that `line` matches, which starts at byte `at` of the text that
    /// was scanned; whether one on parts of lines does.
    fn look(&mut self, line: &str, at: usize, features: Features) -> bool {
        self.looked = true;
        let place = (!features.meets(self.plan.changes)).then_some((at, features));
        look_for(&self.plan.line_rules, line, place, &mut self.scratch, &mut self.hits)
    }

    /// The same for the lines that `line` has become.
    fn look_at_parts(&mut self) -> bool {
        self.looked = false;
        self.part_hits.clear();
        let mut partial = false;
        for (n, (span, _)) in self.parts.iter().enumerate() {
            let part = &self.now[span.range()];
            partial |= look_for(&self.plan.line_rules, part, None, &mut self.scratch, &mut self.hits);
            self.part_hits.extend(self.hits.iter().map(|&id| (n as u32, id)));
        }
        partial
    }

    /// Brings `line`, which starts at byte `at` of the text that was scanned, to rest. True if that
    /// changed it: then `now`, `part_hits` and `total` hold the outcome.
    fn settle(&mut self, line: &str, at: usize, features: Features) -> bool {
        self.total.clear(line.len());
        self.lasting.clear();
        self.now.clear();
        self.parts.clear();
        self.parts.push((Span::new(0, line.len()), features));
        self.seen.clear();
        self.rests.clear();
        self.rests.resize(self.plan.stages.len() + 1, None);
        let budget = line.len() * 64 + (16 << 10);
        let mut spent = 0;
        // How often the line has changed.
        let mut state = 0;
        loop {
            let before = state;
            for (n, (stage, needs)) in self.plan.stages.iter().zip(&self.plan.needs).enumerate() {
                while self.rests[n] != Some(state) {
                    let mut asked = false;
                    for &(span, features) in &self.parts {
                        if features.meets(*needs) || *needs == Features::ALL {
                            let text: &str = if state > 0 { &self.now } else { line };
                            self.sink.set_base(span.start as usize);
                            stage.edit_in(&text[span.range()], self.survey, &mut self.sink);
                            asked = true;
                        }
                    }
                    if !asked {
                        self.seen.retain(|s| s.0 != n);
                        break;
                    }
                    state = self.take_edits(line, n, state);
                    if !stage.repeats() || spent > budget {
                        break;
                    }
                    spent += self.now.len();
                }
            }
            let last = self.plan.stages.len();
            if state == before && self.rests[last] != Some(state) {
                let partial = if state > 0 { self.look_at_parts() } else { self.look(line, at, features) };
                for &(span, _) in self.parts.iter().filter(|_| partial) {
                    let text: &str = if state > 0 { &self.now } else { line };
                    self.sink.set_base(span.start as usize);
                    self.plan.patterns.edit(&text[span.range()], &mut self.scratch, &mut self.sink);
                }
                state = self.take_edits(line, last, state);
            }
            if state == before {
                break;
            }
            spent += self.now.len() + 64;
            if spent > budget {
                self.seen.clear();
                self.lasting.clear();
                self.seen.push((0, Seen { span: Span::new(0, line.len()), rule: self.plan.ids.unsettled }));
                return false;
            }
        }
        let changed = state > 0;
        if changed {
            self.total.drop_no_ops(line);
        }
        changed && !self.total.is_identity()
    }

    /// Carries out what stage `n` pushed for the line, which has changed `state` times. The same
    /// after it: `now` holds the line.
    fn take_edits(&mut self, line: &str, n: usize, state: u32) -> u32 {
        self.rests[n] = Some(state);
        if self.sink.is_quiet() && self.seen.is_empty() {
            return state;
        }
        self.seen.retain(|s| s.0 != n);
        self.seen.extend(self.sink.drain_seen().map(|s| (n, s)));
        for s in self.sink.drain_lasting() {
            let start = self.total.map_back(s.span.start as usize, Side::Start);
            let end = self.total.map_back(s.span.end as usize, Side::End);
            self.lasting.push(Seen { span: Span::new(start, end.max(start)), rule: s.rule });
        }
        if self.sink.is_empty() {
            return state;
        }
        let text: &str = if state > 0 { &self.now } else { line };
        self.sink.carry_out(text, &mut self.step, &mut self.next);
        if self.step.is_identity() {
            return state;
        }
        if self.total.is_identity() {
            std::mem::swap(&mut self.total, &mut self.step);
        } else {
            self.total.then_into(&self.step, &mut self.both);
            std::mem::swap(&mut self.total, &mut self.both);
        }
        std::mem::swap(&mut self.now, &mut self.next);
        self.part();
        state + 1
    }

    /// Finds the lines within `now`.
    fn part(&mut self) {
        self.parts.clear();
        let mut start = 0;
        Lined::each(&self.now, |Lined { end, features }| {
            let features = if self.plan.gates_open { Features::ALL } else { features };
            self.parts.push((Span::new(start, end as usize), features));
            start = end as usize + 1;
        });
        if self.now.is_empty() || self.now.ends_with('\n') {
            self.parts.push((Span::new(start, start), Features::NONE));
        }
    }

    fn add_dirty(&mut self, batch: &mut Batch, old: Span) {
        let new = Span::new(batch.new_len, batch.new_len + self.now.len());
        self.add_found(batch, old, new, true);
        let first = batch.pieces.len();
        let moved = |span: Span, by: usize| Span::new(span.start as usize + by, span.end as usize + by);
        for &(span, _) in &self.parts {
            self.fresh_pieces.push((batch.pieces.len() as u32, moved(span, self.fresh.len())));
            batch.pieces.push(Piece::new(&self.now[span.range()], moved(span, new.start as usize)));
        }
        for &(n, id) in &self.part_hits {
            let piece = first as u32 + n;
            file(batch, piece, &[id]);
        }
        self.fresh.push_str(&self.now);
        self.fresh.push('\n');
        batch.edits.append(old.start as usize, &mut self.total);
        batch.dirty.push(Dirty { start: old.start, line: batch.lines });
        batch.new_len = new.end as usize;
    }

    /// Files what was seen on a line, mostly nothing. With `moved`, `total` tells where things went.
    #[inline]
    fn add_found(&mut self, batch: &mut Batch, old: Span, new: Span, moved: bool) {
        if !self.seen.is_empty() || !self.lasting.is_empty() {
            self.add_some_found(batch, old, new, moved);
        }
    }

    fn add_some_found(&mut self, batch: &mut Batch, old: Span, new: Span, moved: bool) {
        let first = batch.found.len();
        let place = |base: Span, start: usize, end: usize| {
            Span::new(base.start as usize + start, base.start as usize + end.max(start))
        };
        for (_, s) in self.seen.drain(..) {
            let (a, b) = (s.span.start as usize, s.span.end as usize);
            let (c, d) =
                if moved { (self.total.map_back(a, Side::Start), self.total.map_back(b, Side::End)) } else { (a, b) };
            batch.found.push(Found { old: place(old, c, d), new: place(new, a, b), rule: s.rule });
        }
        for s in self.lasting.drain(..) {
            let (a, b) = (s.span.start as usize, s.span.end as usize);
            let (c, d) = if moved { (self.total.map(a, Side::Start), self.total.map(b, Side::End)) } else { (a, b) };
            batch.found.push(Found { old: place(old, a, b), new: place(new, c, d), rule: s.rule });
        }
        // Of this line alone: what the lines before it left has been seen to.
        let mut fresh = batch.found.split_off(first);
        fresh.sort_by_key(|f| (f.old, f.new, f.rule));
        fresh.dedup_by_key(|f| (f.old, f.new, f.rule));
        batch.found.append(&mut fresh);
    }

    /// Files findings of the decoder, which are places of the settled text.
    fn add_decoded(&mut self, batch: &mut Batch, places: &[Span], rule: RuleId) {
        if places.is_empty() || self.sink.effect(rule) == Effect::Off {
            return;
        }
        for &old in places {
            let start = batch.edits.map(old.start as usize, Side::Start);
            let new = Span::new(start, batch.edits.map(old.end as usize, Side::End).max(start));
            batch.found.push(Found { old, new, rule });
        }
        batch.found.sort_by_key(|f| (f.old, f.new, f.rule));
    }
}

/// Finds those of `rules` on whole lines that `line` matches, into `hits`; whether one on parts of
/// lines does. `place`: where it stands in the text that was scanned, if it does, and its features.
fn look_for(
    rules: &LineRules,
    line: &str,
    place: Option<(usize, Features)>,
    scratch: &mut Scratch,
    hits: &mut Vec<RuleId>,
) -> bool {
    hits.clear();
    let mut partial = false;
    if !line.is_empty() {
        rules.each_hit(line, place, scratch, |id, rule, _, _| {
            if rule.is_partial() {
                partial = true;
            } else {
                hits.push(id);
            }
        });
    }
    partial
}

/// Files the rules that match the line that is a piece of the batch.
fn file(batch: &mut Batch, piece: u32, hits: &[RuleId]) {
    let p = &mut batch.pieces[piece as usize];
    if p.kind != Kind::Blank && !hits.is_empty() {
        p.hit = true;
        batch.hits.extend(hits.iter().map(|&id| (piece, id)));
    }
}
