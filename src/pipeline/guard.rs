//! The change guard: how many of a document's words would go with its lines.
//!
//! Words are counted after phase 1, in the order of the lines, with the verdicts that phase 2 would
//! give; so the answer is the same however the document is cut. Where too many would go, phase 2
//! drops none: the document keeps its lines, this time and when it is cleaned again.

use std::collections::VecDeque;

use super::characters::Batch;
use super::lines::{Decider, Verdict};
use super::{Plan, each_line};
use crate::rule::words;

/// Words from which on a document is guarded.
const WORDS: u64 = 200;
/// Bytes after phase 1 up to which it is. Its output, twice as long at most, is no longer than what
/// is guarded at all; so it is weighed again, the same, when that is cleaned.
const MOST: u64 = super::HELD / 2;

/// What stays and what would go.
pub(super) struct Scales<'p> {
    decider: Decider<'p>,
    /// In percent of the words.
    max_loss: u64,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    /// Lines without a verdict: bytes with the newline, and words.
    waiting: VecDeque<(u64, u64)>,
    all: u64,
    lost: u64,
    /// Bytes after phase 1; and of the lines that a rule matched.
    len: u64,
    hit: u64,
}

impl<'p> Scales<'p> {
    /// `marks`: those that some line of the document bears.
    pub(super) fn new(plan: &'p Plan, marks: u64) -> Self {
        let max_loss = u64::from(plan.options.guard_max_loss);
        Scales { decider: Decider::new(plan, marks, false), max_loss, tally: Tally::default() }
    }

    /// Whether to weigh batches of `len` bytes at all, in which lines of `hit` bytes were matched by
    /// a rule: where rules match little, little goes, as a line takes one more along at most.
    pub(super) fn worth(len: u64, hit: u64) -> bool {
        len <= MOST && 10 * hit >= len
    }

    /// Adds the lines of a batch.
    pub(super) fn weigh(&mut self, batch: &Batch) {
        self.tally.len += batch.new_len as u64;
        self.tally.hit += batch.hit_len();
        let text = batch.edits.apply(&batch.text);
        let (decider, tally) = (&mut self.decider, &mut self.tally);
        each_line(&batch.pieces, &batch.hits, batch.new_len, |start, line, rules| {
            let words = u64::from(words(&text[start..start + line.len as usize], u32::MAX));
            tally.all += words;
            tally.waiting.push_back((line.len, words));
            decider.line(line, rules, |line, verdict| tally.take(line.len, &verdict));
        });
    }

    /// Whether more goes than may; the document has ended.
    pub(super) fn lose_too_much(mut self) -> bool {
        let tally = &mut self.tally;
        self.decider.finish(|line, verdict| tally.take(line.len, &verdict));
        Scales::worth(tally.len, tally.hit) && tally.all >= WORDS && tally.lost * 100 > tally.all * self.max_loss
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
            }
        }
    }
}
