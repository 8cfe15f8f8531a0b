//! The change guard: how many of a document's words would go with its lines.
//!
//! Words are counted after phase 1, in the order of the lines, with the verdicts that phase 2 would
//! give; so the answer is the same however the document is cut. Where too many would go, phase 2
//! drops none: the document keeps its lines, this time and when it is cleaned again.

use std::collections::VecDeque;

use super::characters::{Batch, Kind};
use super::lines::{Decider, Verdict};
use super::{Plan, each_line};
use crate::rule::words;

/// Words from which on a document is guarded.
const WORDS: u64 = 200;
/// Bytes after phase 1 up to which it is: what is longer is no one document. The output of a guarded
/// document is as long, so it is weighed again, the same, when that is cleaned.
pub(super) const MOST: u64 = 4 << 20;

/// What stays and what would go.
pub(super) struct Scales<'p> {
    decider: Decider<'p>,
    /// In percent of the words.
    max_loss: u64,
    /// Whether words are counted, or only bytes.
    counts: bool,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    /// Lines without a verdict: bytes with the newline, and words.
    waiting: VecDeque<(u64, u64)>,
    all: u64,
    lost: u64,
    /// Bytes after phase 1; of lines that are not blank; and of those that would go.
    len: u64,
    text: u64,
    gone: u64,
}

impl<'p> Scales<'p> {
    /// `marks`: those that some line of the document bears.
    pub(super) fn new(plan: &'p Plan, marks: u64) -> Self {
        let max_loss = u64::from(plan.options.guard_max_loss);
        Scales { decider: Decider::new(plan).with_marks(marks), max_loss, counts: true, tally: Tally::default() }
    }

    /// Whether more of a document goes than may; `all` are its batches.
    pub(super) fn say_too_much(plan: &'p Plan, marks: u64, all: &[Batch]) -> bool {
        if all.iter().all(|b| b.hits.is_empty()) {
            return false;
        }
        let weigh = |counts| {
            let mut scales = Scales { counts, ..Scales::new(plan, marks) };
            all.iter().for_each(|b| scales.weigh(b));
            scales
        };
        // To count words takes longer than all the rest.
        let mut light = weigh(false);
        light.finish();
        light.worth() && weigh(true).lose_too_much()
    }

    /// Adds the lines of a batch.
    pub(super) fn weigh(&mut self, batch: &Batch) {
        self.tally.len += batch.new_len as u64;
        let text = if self.counts { batch.edits.apply(&batch.text) } else { String::new() };
        let (decider, tally) = (&mut self.decider, &mut self.tally);
        each_line(&batch.pieces, &batch.hits, batch.new_len, |n, line, rules| {
            let start = batch.pieces[n].span.start as usize;
            let here = text.get(start..start + line.len as usize);
            let words = here.map_or(0, |line| u64::from(words(line, u32::MAX)));
            tally.all += words;
            tally.text += if line.kind == Kind::Blank { 0 } else { line.len };
            tally.waiting.push_back((line.len, words));
            decider.line(line, rules, |line, verdict| tally.take(line.len, &verdict));
        });
    }

    fn finish(&mut self) {
        let tally = &mut self.tally;
        self.decider.finish(|line, verdict| tally.take(line.len, &verdict));
    }

    /// Whether so much goes that it is worth counting words.
    fn worth(&self) -> bool {
        self.tally.len <= MOST && 10 * self.tally.gone >= self.tally.text
    }

    /// Whether more goes than may; the document has ended.
    pub(super) fn lose_too_much(mut self) -> bool {
        self.finish();
        let tally = &self.tally;
        self.worth() && tally.all >= WORDS && tally.lost * 100 > tally.all * self.max_loss
    }
}

impl Tally {
    /// Takes the verdict on the next lines, which have `len` bytes together.
    fn take(&mut self, mut len: u64, verdict: &Verdict) {
        while len > 0
            && let Some((bytes, words)) = self.waiting.pop_front()
        {
            len = len.saturating_sub(bytes);
            if matches!(verdict, Verdict::Drop(_)) {
                self.lost += words;
                self.gone += bytes;
            }
        }
    }
}
