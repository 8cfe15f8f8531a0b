//! From verdicts to output: composes what phase 1 did to characters with what phase 2 decides on
//! lines, as a stream, and tells the sink text, changes and findings in order of place.
//!
//! This is [`EditSet::then`](crate::edit::EditSet::then) for documents of any length: what touches
//! is one change, whichever phase or stage made it.

mod found;
mod gaps;
mod out;
mod ruler;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::batch::Spare;
use super::characters::{Batch, Found};
use super::{Change, Plan, Sink, Tally};
use crate::decode::NewlineKind;
use crate::edit::{RuleId, Rules, add_rules};
use crate::stage::Hows;
pub(super) use found::FINDING_TEXT;
use gaps::Op;
pub(super) use ruler::Ruler;
use twox_hash::xxhash3_128::Hasher;

/// A change may grow to this many bytes of old text before it is told in parts.
pub(super) const CHANGE_MAX: usize = 64 << 10;

/// A batch in its place in the document.
struct Placed {
    batch: Batch,
    old_base: u64,
    new_base: u64,
    line_base: u64,
}

/// Where the composition stands in the front batch.
#[derive(Default)]
struct Cursor {
    old: usize,
    new: usize,
    edit: usize,
    /// Bytes of the current edit's new text that are done; `None` before it was begun.
    used: Option<usize>,
    found: usize,
    /// Changed lines that were begun.
    dirty: usize,
}

/// The change being put together.
#[derive(Default)]
struct Group {
    open: bool,
    old_start: u64,
    new_start: u64,
    line: u64,
    column: u64,
    old: String,
    new: String,
    old_len: u64,
    new_len: u64,
    rules: Rules,
    /// What speaks for it, beside the encodings.
    evidence: Option<String>,
}

/// How lines and the document end in the output.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutStyle {
    pub(super) newline: NewlineKind,
    pub(super) bom: bool,
}

/// What the output came to.
pub(super) struct Emitted {
    pub(super) settled_len: u64,
    pub(super) clean_len: u64,
    pub(super) out_len: u64,
    pub(super) out_hash: u128,
}

/// The end of the line; owns the batches until they are written.
pub(super) struct Emitter<'a, S: Sink> {
    plan: &'a Plan,
    sink: &'a mut S,
    style: OutStyle,
    pub(super) tally: Tally,
    batches: VecDeque<Box<Placed>>,
    /// Bytes of the text after phase 1 that stay, decided and not carried out yet: whole batches
    /// of sound text are passed on in one piece.
    kept: u64,
    cursor: Cursor,
    ruler: Ruler,
    found_ruler: Ruler,
    /// Where the next batch goes.
    old_end: u64,
    new_end: u64,
    line_end: u64,
    clean: u64,
    group: Group,
    hash: Hasher,
    out_len: u64,
    /// Output that is not passed on yet: many small pieces go out as one.
    out: Vec<u8>,
    // Blank lines and what was dropped among them since the last line that stayed.
    ops: VecDeque<Op>,
    blanks: u32,
    run: u32,
    begun: bool,
    dropped_by: Option<RuleId>,
    /// Whether the last line that stayed has its newline.
    newline_due: bool,
    /// Findings of line rules on the line that is about to be carried out.
    flagged: VecDeque<Found>,
    told: bool,
    hows: Hows,
    /// Where texts go that are written.
    pub(super) spare: Arc<Spare>,
}

impl<'a, S: Sink> Emitter<'a, S> {
    pub(super) fn new(plan: &'a Plan, sink: &'a mut S, style: OutStyle) -> io::Result<Self> {
        let told = sink.wants_changes();
        let mut e = Emitter {
            plan,
            sink,
            style,
            tally: Tally::new(plan.rules.rules().len()),
            batches: VecDeque::new(),
            kept: 0,
            cursor: Cursor::default(),
            ruler: Ruler::default(),
            found_ruler: Ruler::default(),
            old_end: 0,
            new_end: 0,
            line_end: 0,
            clean: 0,
            group: Group::default(),
            hash: Hasher::new(),
            out_len: 0,
            out: Vec::new(),
            ops: VecDeque::new(),
            blanks: 0,
            run: 0,
            begun: false,
            dropped_by: None,
            newline_due: false,
            flagged: VecDeque::new(),
            told,
            hows: Hows::default(),
            spare: Arc::default(),
        };
        if style.bom {
            e.write(b"\xEF\xBB\xBF")?;
        }
        Ok(e)
    }

    /// Tells that the document is too long to be unwrapped and judged.
    pub(super) fn tell_too_long(&mut self) -> io::Result<()> {
        super::held::too_long(self.plan.ids.too_long, &mut self.tally, self.sink)
    }

    /// Takes the next batch; verdicts for its lines may follow.
    pub(super) fn add(&mut self, batch: Batch) -> io::Result<()> {
        self.carry_out()?;
        let placed =
            Box::new(Placed { old_base: self.old_end, new_base: self.new_end, line_base: self.line_end, batch });
        self.old_end += placed.batch.text.len() as u64;
        self.new_end += placed.batch.new_len as u64;
        self.line_end += u64::from(placed.batch.lines);
        if self.batches.is_empty() {
            self.begin_batch(&placed);
        }
        self.batches.push_back(placed);
        Ok(())
    }

    fn begin_batch(&mut self, placed: &Placed) {
        self.cursor = Cursor::default();
        self.ruler = Ruler::from_line(placed.line_base);
        self.found_ruler = Ruler::from_line(placed.line_base);
    }

    /// How far the composition has come in the text after phase 1.
    fn position(&self) -> u64 {
        self.batches.front().map_or(self.new_end, |p| p.new_base + self.cursor.new as u64)
    }

    /// Decides on the next `len` bytes of the text after phase 1: they stay, or `gone` says by
    /// which rules they go.
    fn feed(&mut self, len: u64, gone: Option<&Rules>) -> io::Result<()> {
        if gone.is_none() {
            self.kept += len;
            return Ok(());
        }
        self.carry_out()?;
        self.advance(len, gone)
    }

    /// Carries out what was decided to stay.
    fn carry_out(&mut self) -> io::Result<()> {
        let kept = std::mem::take(&mut self.kept);
        self.advance(kept, None)
    }

    fn advance(&mut self, mut len: u64, gone: Option<&Rules>) -> io::Result<()> {
        while len > 0 {
            let Some(mut placed) = self.batches.pop_front() else { return Ok(()) };
            let left = placed.batch.new_len - self.cursor.new;
            let here = len.min(left as u64) as usize;
            self.feed_batch(&placed, here, gone)?;
            len -= here as u64;
            if self.cursor.new == placed.batch.new_len {
                self.end_edits(&placed, gone)?;
                while let Some(f) = self.next_found(&placed, usize::MAX) {
                    if gone.is_none() {
                        self.tell(&placed, f, self.clean)?;
                    }
                }
                if !placed.batch.text.ends_with('\n') {
                    self.ruler.go(&placed.batch.text, placed.batch.text.len());
                }
                self.spare.give(std::mem::take(&mut placed.batch.text).into_bytes());
                if let Some(next) = self.batches.front() {
                    let line_base = next.line_base;
                    self.cursor = Cursor::default();
                    self.ruler = Ruler::from_line(line_base);
                    self.found_ruler = Ruler::from_line(line_base);
                }
            } else {
                self.batches.push_front(placed);
            }
        }
        Ok(())
    }

    fn feed_batch(&mut self, p: &Placed, mut len: usize, gone: Option<&Rules>) -> io::Result<()> {
        while len > 0 {
            if let Some(stretch) = self.verbatim(p) {
                let n = stretch.min(len);
                let n = if gone.is_some() { self.room(p, n) } else { n };
                let text = &p.batch.text[self.cursor.old..self.cursor.old + n];
                match gone {
                    None => {
                        if self.group.open {
                            self.close()?;
                        }
                        self.tell_before(p, self.cursor.new + n, true)?;
                        self.put(text)?;
                    }
                    Some(rules) => {
                        self.tell_before(p, self.cursor.new + n, false)?;
                        self.open(p, rules)?;
                        self.take_out(text);
                    }
                }
                self.cursor.old += n;
                self.cursor.new += n;
                len -= n;
            } else if gone.is_none() && self.stands_alone(p, len) {
                len -= self.edit_alone(p)?;
            } else {
                len -= self.edit(p, len, gone)?;
            }
        }
        Ok(())
    }

    /// Whether the edit at the cursor touches no other change: a byte that stays comes right before
    /// it, and another is among the `len` of the text after phase 1 that stay, too.
    fn stands_alone(&self, p: &Placed, len: usize) -> bool {
        let e = &p.batch.edits.edits()[self.cursor.edit];
        !self.group.open && self.cursor.used.is_none() && e.new.len() < len && e.old.len() < CHANGE_MAX
    }

    /// Carries out and tells the edit at the cursor, which stands alone: how many bytes it puts in.
    fn edit_alone(&mut self, p: &Placed) -> io::Result<usize> {
        let e = &p.batch.edits.edits()[self.cursor.edit];
        let (old, new) = (&p.batch.text[e.old.range()], p.batch.edits.new_text(e));
        let (rules, at) = (&e.rules[..], self.cursor.old);
        let (old_start, new_start) = (p.old_base + at as u64, self.clean);
        let place = if self.told { self.place_of(p) } else { (0, 0) };
        self.cursor.old += old.len();
        self.cursor.edit += 1;
        if !new.is_empty() {
            self.tell_before(p, self.cursor.new + new.len(), true)?;
            self.put(new)?;
            self.cursor.new += new.len();
        }
        self.tally.change(rules, old.len() as u64, new.len() as u64);
        if self.told {
            let mut how = None;
            if self.plan.explains(rules) {
                let evidence = self.plan.evidence(&mut self.hows, rules, &p.batch.text, at..at);
                how = self.plan.how(&mut self.hows, rules, old, new, evidence);
            }
            self.sink.change(&Change {
                old_range: old_start..old_start + old.len() as u64,
                new_range: new_start..self.clean,
                line: place.0,
                column: place.1,
                old,
                new,
                rules,
                why: &[],
                how,
            })?;
        }
        Ok(new.len())
    }

    /// Line and column of the edit at the cursor.
    fn place_of(&mut self, p: &Placed) -> (u64, u64) {
        let lines = &p.batch.dirty[self.cursor.dirty..];
        let begun = lines.iter().take_while(|d| d.start as usize <= self.cursor.old).count();
        if let Some(last) = lines[..begun].last() {
            self.cursor.dirty += begun;
            self.ruler.skip_to(last.start as usize, p.line_base + u64::from(last.line));
        }
        self.ruler.go_on(&p.batch.text, self.cursor.old)
    }

    /// Of the next `n` bytes, which go: those up to the end of the line in which the change reaches
    /// its limit. So a long change is told in the same parts wherever the batches were cut.
    fn room(&self, p: &Placed, n: usize) -> usize {
        let told =
            if self.group.open && self.group.old_len < CHANGE_MAX as u64 { self.group.old_len as usize } else { 0 };
        let full = CHANGE_MAX - told;
        if n <= full {
            return n;
        }
        let rest = &p.batch.text.as_bytes()[self.cursor.old + full - 1..self.cursor.old + n];
        memchr::memchr(b'\n', rest).map_or(n, |i| full + i)
    }

    /// How many bytes from here on are as they were; `None` if an edit comes first.
    fn verbatim(&self, p: &Placed) -> Option<usize> {
        let c = &self.cursor;
        match p.batch.edits.edits().get(c.edit) {
            None => Some(p.batch.text.len() - c.old),
            Some(e) if c.used.is_none() && e.old.start as usize > c.old => Some(e.old.start as usize - c.old),
            Some(_) => None,
        }
    }

    /// Goes through the edit at the cursor, up to `len` bytes of its new text.
    fn edit(&mut self, p: &Placed, len: usize, gone: Option<&Rules>) -> io::Result<usize> {
        let e = &p.batch.edits.edits()[self.cursor.edit];
        if self.cursor.used.is_none() {
            self.open(p, &e.rules)?;
            let from = self.cursor.old;
            self.take_out(&p.batch.text[from..from + e.old.len()]);
            self.cursor.old += e.old.len();
            self.cursor.used = Some(0);
        }
        let used = self.cursor.used.unwrap_or(0);
        let new = p.batch.edits.new_text(e);
        let n = (new.len() - used).min(len);
        if n > 0 {
            self.tell_before(p, self.cursor.new + n, gone.is_none())?;
            match gone {
                None => {
                    let text = &new[used..used + n];
                    self.group.new_len += n as u64;
                    if self.told {
                        self.group.new.push_str(text);
                    }
                    self.put(text)?;
                }
                Some(rules) => add_rules(&mut self.group.rules, rules),
            }
        }
        self.cursor.new += n;
        if used + n == new.len() {
            self.cursor.used = None;
            self.cursor.edit += 1;
        } else {
            self.cursor.used = Some(used + n);
        }
        Ok(n)
    }

    /// Goes through edits at the end of the batch that put nothing in.
    fn end_edits(&mut self, p: &Placed, gone: Option<&Rules>) -> io::Result<()> {
        while self.cursor.old < p.batch.text.len() || self.verbatim(p).is_none() {
            self.edit(p, 0, gone)?;
        }
        Ok(())
    }

    fn take_out(&mut self, text: &str) {
        self.group.old_len += text.len() as u64;
        if self.told {
            self.group.old.push_str(text);
        }
    }

    /// Begins a change here, or goes on with the one that touches.
    fn open(&mut self, p: &Placed, rules: &Rules) -> io::Result<()> {
        if self.group.open && self.group.old_len >= CHANGE_MAX as u64 {
            self.close()?;
        }
        if !self.group.open {
            self.group.open = true;
            self.group.old_start = p.old_base + self.cursor.old as u64;
            self.group.new_start = self.clean;
            if self.told {
                (self.group.line, self.group.column) = self.ruler.go(&p.batch.text, self.cursor.old);
            }
        }
        add_rules(&mut self.group.rules, rules);
        if self.told && self.group.evidence.is_none() {
            let at = self.cursor.old..self.cursor.old;
            self.group.evidence = self.plan.evidence(&mut self.hows, rules, &p.batch.text, at);
        }
        Ok(())
    }

    /// Ends the change, if there is one, and tells it.
    fn close(&mut self) -> io::Result<()> {
        if !self.group.open {
            return Ok(());
        }
        let g = &mut self.group;
        g.open = false;
        if g.old_len > 0 || g.new_len > 0 {
            self.tally.change(&g.rules, g.old_len, g.new_len);
            if self.told {
                self.sink.change(&Change {
                    old_range: g.old_start..g.old_start + g.old_len,
                    new_range: g.new_start..g.new_start + g.new_len,
                    line: g.line,
                    column: g.column,
                    old: &g.old,
                    new: &g.new,
                    rules: &g.rules,
                    why: &[],
                    how: self.plan.how(&mut self.hows, &g.rules, &g.old, &g.new, g.evidence.take()),
                })?;
            }
        }
        g.old.clear();
        g.new.clear();
        g.old_len = 0;
        g.new_len = 0;
        g.rules.clear();
        g.evidence = None;
        Ok(())
    }

    /// The document has ended and every line has its verdict.
    pub(super) fn finish(mut self) -> io::Result<(Emitted, Tally)> {
        let trailing = self.plan.ids.trailing_blank;
        let strip = self.plan.acts(trailing);
        while let Some(mut op) = self.ops.pop_front() {
            if strip && op.gone.is_none() {
                op.gone = Some(Rules::from_slice(&[self.dropped_by.unwrap_or(trailing)]));
            }
            self.feed(op.len, op.gone.as_ref())?;
        }
        self.carry_out()?;
        // Edits that put nothing in may stand after the last line that stayed.
        if let Some(p) = self.batches.pop_front() {
            self.end_edits(&p, None)?;
            while let Some(f) = self.next_found(&p, usize::MAX) {
                self.tell(&p, f, self.clean)?;
            }
        }
        let newline = self.plan.ids.final_newline;
        if self.newline_due && self.clean > 0 && self.plan.acts(newline) {
            if !self.group.open {
                self.group.open = true;
                self.group.old_start = self.old_end;
                self.group.new_start = self.clean;
                (self.group.line, self.group.column) = self.ruler.here();
            }
            add_rules(&mut self.group.rules, &[newline]);
            self.group.new.push('\n');
            self.group.new_len += 1;
            self.put("\n")?;
        }
        self.close()?;
        self.pass_on()?;
        let out = Emitted {
            settled_len: self.old_end,
            clean_len: self.clean,
            out_len: self.out_len,
            out_hash: self.hash.finish_128(),
        };
        Ok((out, self.tally))
    }
}
