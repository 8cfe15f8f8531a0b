//! Phase 1: characters. Each line by itself, through the woken stages, until a whole pass makes no
//! edit (law 2); what comes out is described for phase 2.
//!
//! A line that does not settle within a budget linear in its length stays as it came in, as a
//! finding: identity is idempotent.

use super::{LineEnds, Plan};
use crate::decode::{NewlineKind, Residue, Settled};
use crate::edit::{EditSet, EditSink, RuleId, Seen, Side, Span};
use crate::features::Features;
use crate::rule::{Effect, Scratch, is_body};

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
    /// Any other.
    Short,
    /// As it came in, and not blank; it stands between body lines, no line that a rule matched among them, so that
    /// nobody needs to know more.
    Unread,
}

/// A line that phase 1 changed.
#[derive(Debug)]
pub(super) struct Dirty {
    /// Its bytes in the settled text, newline aside.
    pub(super) old: Span,
    /// Its bytes in the text after phase 1.
    pub(super) new: Span,
    /// What changed it.
    pub(super) edits: EditSet,
}

/// A finding with its place on both sides of phase 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) old: Span,
    pub(super) new: Span,
    pub(super) rule: RuleId,
}

/// Some whole lines after phase 1. Offsets are bytes from the batch's start.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Settled text.
    pub(super) text: String,
    /// The lines that changed, in order.
    pub(super) dirty: Vec<Dirty>,
    /// All lines of the text after phase 1, in order.
    pub(super) pieces: Vec<Piece>,
    /// Line rules that matched: the number of the piece, and the rule.
    pub(super) hits: Vec<(u32, RuleId)>,
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
    /// The settled text that `new`, within one line of the text after phase 1, came from.
    pub(super) fn old_of(&self, new: std::ops::Range<usize>) -> Span {
        let next = self.dirty.partition_point(|d| d.new.start as usize <= new.start);
        let Some(d) = next.checked_sub(1).map(|i| &self.dirty[i]) else {
            return Span::new(new.start, new.end);
        };
        if new.end <= d.new.end as usize {
            let base = d.new.start as usize;
            let start = d.edits.map_back(new.start - base, Side::Start);
            let end = d.edits.map_back(new.end - base, Side::End).max(start);
            return Span::new(d.old.start as usize + start, d.old.start as usize + end);
        }
        let shift = i64::from(d.old.end) - i64::from(d.new.end);
        Span::new((new.start as i64 + shift) as usize, (new.end as i64 + shift) as usize)
    }
}

impl Batch {
    /// Finds out what the lines are that matter to phase 2: from either end and from every line
    /// that a rule matched, up and down to the nearest body line.
    fn read_kinds(&mut self) {
        let mut matters = true;
        for i in 0..self.pieces.len() {
            matters = self.read_kind(i, matters);
        }
        matters = true;
        for i in (0..self.pieces.len()).rev() {
            matters = self.read_kind(i, matters);
        }
    }

    /// Whether the line beyond line `i` matters, too.
    fn read_kind(&mut self, i: usize, matters: bool) -> bool {
        let Piece { span, kind, hit } = self.pieces[i];
        let matters = matters || hit;
        if matters && kind == Kind::Unread {
            let body = is_body(&self.text[self.old_of(span.range()).range()]);
            self.pieces[i].kind = if body { Kind::Body } else { Kind::Short };
        }
        matters && self.pieces[i].kind != Kind::Body
    }
}

/// Phase 1 on one thread; reused from line to line.
pub(super) struct Washer<'p> {
    plan: &'p Plan,
    sink: EditSink,
    scratch: Scratch,
    /// The line as it is now, and room for the next.
    now: String,
    next: String,
    step: EditSet,
    total: EditSet,
    /// Lines within `now`, which stages may part: span and features.
    parts: Vec<(Span, Features)>,
    seen: Vec<Seen>,
    /// Rules on whole lines that the line matches.
    hits: Vec<RuleId>,
    /// In bytes of the line as it came.
    lasting: Vec<Seen>,
}

impl<'p> Washer<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Washer {
            plan,
            sink: EditSink::new(plan.effects.clone()),
            scratch: Scratch::default(),
            now: String::new(),
            next: String::new(),
            step: EditSet::default(),
            total: EditSet::default(),
            parts: Vec::new(),
            seen: Vec::new(),
            hits: Vec::new(),
            lasting: Vec::new(),
        }
    }

    /// Phase 1 on all lines of `settled`.
    pub(super) fn wash(&mut self, settled: Settled) -> Batch {
        let Settled { text, exceptions, residue, islands, undecodable } = settled;
        let mut batch = Batch { exceptions, residue, ..Batch::default() };
        let bytes = text.as_bytes();
        let mut start = 0;
        self.plan.line_rules.scan(&text, &mut self.scratch);
        for end in LineEnds::of(bytes) {
            let line = &text[start..end];
            let features = if self.plan.gates_open { Features::ALL } else { Features::of_line(line) };
            let old = Span::new(start, end);
            let mut woken = self.plan.wakes_all || features.meets(self.plan.wakes);
            let looked = !woken;
            if looked {
                woken = self.look(line, Some(start));
            }
            if woken && self.settle(line, features) {
                self.add_dirty(&mut batch, old);
            } else {
                if !looked {
                    self.look(line, Some(start));
                }
                let new = Span::new(batch.new_len, batch.new_len + line.len());
                self.add_found(&mut batch, old, new, false);
                self.add_piece(&mut batch, line, new, Kind::Unread);
                batch.new_len = new.end as usize;
            }
            batch.lines += 1;
            start = end;
            if bytes.get(end) == Some(&b'\n') {
                start += 1;
                batch.new_len += 1;
            }
        }
        batch.text = text;
        if self.plan.looks_around {
            batch.read_kinds();
        }
        self.add_decoded(&mut batch, &islands, self.plan.ids.island);
        self.add_decoded(&mut batch, &undecodable, self.plan.ids.undecodable);
        batch
    }

    /// Finds the rules on whole lines that `line` matches; whether one on parts of lines does. `at`:
    /// where it stands in the text that was scanned, if it does.
    fn look(&mut self, line: &str, at: Option<usize>) -> bool {
        self.hits.clear();
        if line.is_empty() {
            return false;
        }
        let (hits, mut partial) = (&mut self.hits, false);
        self.plan.line_rules.each_hit(line, at, &mut self.scratch, |id, rule, _, _| {
            if rule.is_partial() {
                partial = true;
            } else {
                hits.push(id);
            }
        });
        partial
    }

    /// Brings `line` to rest. True if that changed it: then `now` and `total` hold the outcome.
    fn settle(&mut self, line: &str, features: Features) -> bool {
        self.total.clear(line.len());
        self.lasting.clear();
        self.now.clear();
        self.parts.clear();
        self.parts.push((Span::new(0, line.len()), features));
        let budget = line.len() * 64 + (16 << 10);
        let mut spent = 0;
        let mut changed = false;
        loop {
            self.seen.clear();
            let mut moved = false;
            for stage in &self.plan.stages {
                let needs = stage.needs();
                let text: &str = if changed { &self.now } else { line };
                for &(span, features) in &self.parts {
                    if features.meets(needs) || needs == Features::ALL {
                        self.sink.set_base(span.start as usize);
                        stage.edit(&text[span.range()], &mut self.sink);
                    }
                }
                self.seen.extend(self.sink.drain_seen());
                for s in self.sink.drain_lasting() {
                    let start = self.total.map_back(s.span.start as usize, Side::Start);
                    let end = self.total.map_back(s.span.end as usize, Side::End);
                    self.lasting.push(Seen { span: Span::new(start, end.max(start)), rule: s.rule });
                }
                if self.sink.is_empty() {
                    continue;
                }
                self.sink.take(text, &mut self.step);
                if self.step.is_identity() {
                    continue;
                }
                self.next.clear();
                self.step.apply_into(text, &mut self.next);
                if self.total.is_identity() {
                    std::mem::swap(&mut self.total, &mut self.step);
                } else {
                    self.total = self.total.then(&self.step);
                }
                std::mem::swap(&mut self.now, &mut self.next);
                changed = true;
                moved = true;
                self.part();
            }
            if !moved {
                break;
            }
            spent += self.now.len() + 64;
            if spent > budget {
                self.seen.clear();
                self.lasting.clear();
                self.seen.push(Seen { span: Span::new(0, line.len()), rule: self.plan.ids.unsettled });
                return false;
            }
        }
        if changed {
            self.total.drop_no_ops(line);
        }
        changed && !self.total.is_identity()
    }

    /// Finds the lines within `now`.
    fn part(&mut self) {
        self.parts.clear();
        let mut start = 0;
        for end in LineEnds::of(self.now.as_bytes()) {
            let open = self.plan.gates_open;
            let features = if open { Features::ALL } else { Features::of_line(&self.now[start..end]) };
            self.parts.push((Span::new(start, end), features));
            start = end + 1;
        }
        if self.now.is_empty() || self.now.ends_with('\n') {
            self.parts.push((Span::new(start, start), Features::NONE));
        }
    }

    fn add_dirty(&mut self, batch: &mut Batch, old: Span) {
        let new = Span::new(batch.new_len, batch.new_len + self.now.len());
        self.add_found(batch, old, new, true);
        let now = std::mem::take(&mut self.now);
        let mut at = 0;
        for part in now.split('\n') {
            let from = new.start as usize + at;
            self.look(part, None);
            let kind = if self.plan.looks_around && is_body(part) { Kind::Body } else { Kind::Short };
            self.add_piece(batch, part, Span::new(from, from + part.len()), kind);
            at += part.len() + 1;
        }
        batch.dirty.push(Dirty { old, new, edits: self.total.clone() });
        batch.new_len = new.end as usize;
        self.now = now;
    }

    /// Files what was seen on a line. With `moved`, `total` tells where things went.
    fn add_found(&mut self, batch: &mut Batch, old: Span, new: Span, moved: bool) {
        if self.seen.is_empty() && self.lasting.is_empty() {
            return;
        }
        let first = batch.found.len();
        let place = |base: Span, start: usize, end: usize| {
            Span::new(base.start as usize + start, base.start as usize + end.max(start))
        };
        for s in self.seen.drain(..) {
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

    /// Adds a line with the rules that were just found to match it; of the given kind unless it is
    /// blank.
    fn add_piece(&mut self, batch: &mut Batch, line: &str, span: Span, kind: Kind) {
        let n = batch.pieces.len() as u32;
        let blank = line.chars().all(char::is_whitespace);
        let hit = !blank && !self.hits.is_empty();
        if hit {
            batch.hits.extend(self.hits.iter().map(|&id| (n, id)));
        }
        batch.pieces.push(Piece { span, kind: if blank { Kind::Blank } else { kind }, hit });
    }

    /// Files findings of the decoder, which are places of the settled text.
    fn add_decoded(&mut self, batch: &mut Batch, places: &[Span], rule: RuleId) {
        if places.is_empty() || self.sink.effect(rule) == Effect::Off {
            return;
        }
        // Dirty lines and places are both in order.
        let mut dirty = batch.dirty.iter().peekable();
        let mut shift = 0i64;
        for &old in places {
            while let Some(d) = dirty.next_if(|d| d.old.end < old.start) {
                shift = i64::from(d.new.end) - i64::from(d.old.end);
            }
            let new = match dirty.peek() {
                Some(d) if d.old.start <= old.start => {
                    let within = |at: u32, side| {
                        let at = (at.min(d.old.end) - d.old.start) as usize;
                        d.new.start as usize + d.edits.map(at, side)
                    };
                    let start = within(old.start, Side::Start);
                    Span::new(start, within(old.end, Side::End).max(start))
                }
                _ => Span::new((i64::from(old.start) + shift) as usize, (i64::from(old.end) + shift) as usize),
            };
            batch.found.push(Found { old, new, rule });
        }
        batch.found.sort_by_key(|f| (f.old, f.new, f.rule));
    }
}
