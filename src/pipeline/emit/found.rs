//! Findings, told in order of place among the changes.

use std::io;

use super::{Emitter, Placed};
use crate::pipeline::characters::Found;
use crate::pipeline::{Finding, Sink};

/// Bytes of a finding's text that are told.
pub(in crate::pipeline) const FINDING_TEXT: usize = 240;

impl<S: Sink> Emitter<'_, S> {
    /// Tells the findings before byte `end` of the batch's text after phase 1; what is gone has none.
    #[inline]
    pub(super) fn tell_before(&mut self, p: &Placed, end: usize, stays: bool) -> io::Result<()> {
        let some = p.batch.found.get(self.cursor.found).is_some_and(|f| (f.new.start as usize) < end);
        if some || !self.flagged.is_empty() { self.tell_some(p, end, stays) } else { Ok(()) }
    }

    fn tell_some(&mut self, p: &Placed, end: usize, stays: bool) -> io::Result<()> {
        while let Some(f) = self.next_found(p, end) {
            if stays {
                let ahead = (f.new.start as usize).saturating_sub(self.cursor.new);
                self.tell(p, f, self.clean + ahead as u64)?;
            }
        }
        Ok(())
    }

    /// Takes the next finding before byte `end`, of phase 1 or of the line rules.
    pub(super) fn next_found(&mut self, p: &Placed, end: usize) -> Option<Found> {
        let before = |f: &&Found| (f.new.start as usize) < end;
        let phase_1 = p.batch.found.get(self.cursor.found).filter(before).copied();
        let flagged = self.flagged.front().filter(before).copied();
        let key = |f: Found| (f.old, f.new, f.rule);
        match (phase_1, flagged) {
            (Some(a), Some(b)) if key(b) < key(a) => self.flagged.pop_front(),
            (None, Some(_)) => self.flagged.pop_front(),
            (found, _) => {
                self.cursor.found += usize::from(found.is_some());
                found
            }
        }
    }

    /// Tells a finding of the batch whose place in the output starts at `clean`.
    pub(super) fn tell(&mut self, p: &Placed, f: Found, clean: u64) -> io::Result<()> {
        self.tally.finding(f.rule);
        if !self.told {
            return Ok(());
        }
        let text = &p.batch.text[f.old.range()];
        let mut cut = text.len().min(FINDING_TEXT);
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        let dirty = &p.batch.dirty;
        if let Some(n) = dirty.partition_point(|d| d.start <= f.old.start).checked_sub(1) {
            self.found_ruler.skip_to(dirty[n].start as usize, p.line_base + u64::from(dirty[n].line));
        }
        let (line, column) = self.found_ruler.go(&p.batch.text, f.old.start as usize);
        self.sink.finding(&Finding {
            old_range: p.old_base + u64::from(f.old.start)..p.old_base + u64::from(f.old.end),
            new_range: clean..clean + f.new.len() as u64,
            line,
            column,
            text: &text[..cut],
            rule: f.rule,
            suggestion: self.plan.suggestion(f.rule, &p.batch.text, f.old),
        })
    }
}
