//! Verdicts on lines: blank lines, and what is dropped among them, wait until it is known how many of
//! them stay.

use std::io;

use super::Emitter;
use crate::edit::{RuleId, Rules, add_rules};
use crate::pipeline::Sink;
use crate::pipeline::characters::{Found, Kind};
use crate::pipeline::lines::{Line, Verdict};

/// Blank lines that may wait for what comes after them. Where more may stay than that, all stay.
const GAP_MAX: u32 = 1 << 16;

/// Something decided on a stretch of the text after phase 1, not carried out yet because blank
/// lines before it are not decided.
pub(super) struct Op {
    pub(super) len: u64,
    /// `None`: a blank line that stays unless something else is decided.
    pub(super) gone: Option<Rules>,
}

impl<S: Sink> Emitter<'_, S> {
    /// Takes the verdict on the next line.
    pub(in crate::pipeline) fn line(&mut self, line: Line, verdict: &Verdict) -> io::Result<()> {
        let Line { kind, len, newline } = line;
        let blank = kind == Kind::Blank;
        match verdict {
            Verdict::Drop(by) => {
                self.run = 0;
                self.dropped_by = Some(*by);
                self.op(len, Some(*by))
            }
            _ if blank => self.blank(len),
            _ => {
                self.keep_ops()?;
                if let Verdict::Flag(rules) = verdict {
                    self.carry_out()?;
                    self.flag(len, newline, rules);
                }
                self.begun = true;
                self.blanks = 0;
                self.run = 0;
                self.dropped_by = None;
                self.newline_due = !newline;
                self.kept += len;
                Ok(())
            }
        }
    }

    /// A blank line: stays, unless enough stay already, or none may. Of too many the last stay, so
    /// that the first can be let go of while reading.
    fn blank(&mut self, len: u64) -> io::Result<()> {
        self.run += 1;
        let ids = &self.plan.ids;
        if !self.begun && self.plan.acts(ids.leading_blank) {
            return self.op(len, Some(ids.leading_blank));
        }
        let most = if self.plan.acts(ids.blank_run) { self.plan.options.whitespace_blank_lines } else { u32::MAX };
        if most > GAP_MAX && self.blanks >= GAP_MAX {
            // However often the document is cleaned, this gap is too long.
            self.keep_ops()?;
            return self.feed(len, None);
        }
        self.ops.push_back(Op { len, gone: None });
        self.blanks += 1;
        // Around a dropped line the longer of the two runs stays, not both.
        let too_many = self.blanks > most;
        let twice = self.dropped_by.is_some() && self.blanks > self.run;
        if too_many || twice {
            let by = match self.dropped_by {
                Some(by) if !too_many || self.run <= most => by,
                _ => ids.blank_run,
            };
            if let Some(first) = self.ops.iter_mut().find(|o| o.gone.is_none()) {
                first.gone = Some(Rules::from_slice(&[by]));
                self.blanks -= 1;
            }
        }
        self.settle_ops()
    }

    /// Decides on a stretch within a gap.
    fn op(&mut self, len: u64, gone: Option<RuleId>) -> io::Result<()> {
        self.ops.push_back(Op { len, gone: gone.map(|r| Rules::from_slice(&[r])) });
        self.settle_ops()
    }

    /// Carries out what is decided at the front, and joins the rest.
    fn settle_ops(&mut self) -> io::Result<()> {
        while let Some(Op { gone: Some(_), .. }) = self.ops.front() {
            if let Some(op) = self.ops.pop_front() {
                self.feed(op.len, op.gone.as_ref())?;
            }
        }
        if let Some(n) = self.ops.len().checked_sub(2)
            && self.ops[n].gone.is_some()
            && self.ops[n + 1].gone.is_some()
            && let Some(last) = self.ops.pop_back()
            && let Some(Op { len, gone: Some(rules) }) = self.ops.back_mut()
        {
            add_rules(rules, &last.gone.unwrap_or_default());
            *len += last.len;
        }
        Ok(())
    }

    /// The gap ends in a line that stays: so do the blank lines that are left in it.
    fn keep_ops(&mut self) -> io::Result<()> {
        while let Some(op) = self.ops.pop_front() {
            self.feed(op.len, op.gone.as_ref())?;
        }
        Ok(())
    }

    /// Files findings on the line that is about to stay.
    fn flag(&mut self, len: u64, newline: bool, rules: &[RuleId]) {
        // The line lies in the front batch, or in one of the next when that is done.
        let at = self.position();
        let len = len as usize - usize::from(newline);
        for p in &self.batches {
            if at < p.new_base + p.batch.new_len as u64 || at == p.new_base {
                let start = (at - p.new_base) as usize;
                let old = p.batch.old_of(start..start + len);
                let new = crate::edit::Span::new(start, start + len);
                self.flagged.extend(rules.iter().map(|&rule| Found { old, new, rule }));
                return;
            }
        }
    }
}
