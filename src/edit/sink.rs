//! Where stages push what they want done to one text.

use std::sync::Arc;

use super::set::append;
use super::{EditSet, Effect, RuleId, Rules, Seen, Span};

#[derive(Clone, Copy)]
struct Push {
    old: Span,
    new: Span,
    rule: RuleId,
}

/// Where stages push what they want done to one text.
///
/// It knows what each rule may do: an edit by a rule that may only flag becomes a finding, one by
/// a rule that is off is ignored, so that no stage needs to know of levels. Edits may come in any
/// order; of two that overlap the one that starts first wins and the other is left for the next
/// pass. It is reused from line to line, so clean text allocates nothing.
pub struct EditSink {
    effects: Arc<[Effect]>,
    pushed: Vec<Push>,
    arena: String,
    seen: Vec<Seen>,
    lasting: Vec<Seen>,
    base: u32,
}

impl EditSink {
    /// A sink in which rule `n` may do `effects[n]`.
    pub fn new(effects: Arc<[Effect]>) -> Self {
        EditSink { effects, pushed: Vec::new(), arena: String::new(), seen: Vec::new(), lasting: Vec::new(), base: 0 }
    }

    /// What `rule` may do.
    pub fn effect(&self, rule: RuleId) -> Effect {
        self.effects.get(rule.0 as usize).copied().unwrap_or(Effect::Off)
    }

    /// Whether `rule` may do anything at all; to skip work.
    pub fn wants(&self, rule: RuleId) -> bool {
        self.effect(rule) != Effect::Off
    }

    /// Replaces the bytes `old` by `new`.
    pub fn replace(&mut self, old: std::ops::Range<usize>, new: &str, rule: RuleId) {
        match self.effect(rule) {
            Effect::Off => {}
            Effect::Flag => self.flag(old, rule),
            Effect::Act => {
                let base = self.base as usize;
                let from = self.arena.len();
                append(&mut self.arena, new);
                self.pushed.push(Push {
                    old: Span::new(old.start + base, old.end + base),
                    new: Span::new(from, self.arena.len()),
                    rule,
                });
            }
        }
    }

    /// Deletes the bytes `old`.
    pub fn delete(&mut self, old: std::ops::Range<usize>, rule: RuleId) {
        self.replace(old, "", rule);
    }

    /// Inserts `new` before byte `at`.
    pub fn insert(&mut self, at: usize, new: &str, rule: RuleId) {
        self.replace(at..at, new, rule);
    }

    /// Says that `rule` saw something at the bytes `span`, as long as it is still to be seen when
    /// the line has settled.
    pub fn flag(&mut self, span: std::ops::Range<usize>, rule: RuleId) {
        if self.wants(rule) {
            let base = self.base as usize;
            self.seen.push(Seen { span: Span::new(span.start + base, span.end + base), rule });
        }
    }

    /// Like [`EditSink::flag`], for what the edits of this very pass will hide: it is reported even
    /// though later passes do not see it any more.
    pub fn flag_lasting(&mut self, span: std::ops::Range<usize>, rule: RuleId) {
        if self.wants(rule) {
            let base = self.base as usize;
            self.lasting.push(Seen { span: Span::new(span.start + base, span.end + base), rule });
        }
    }

    /// Makes offsets of what follows relative to byte `base` of the text that [`EditSink::carry_out`]
    /// will be given.
    pub(crate) fn set_base(&mut self, base: usize) {
        self.base = base as u32;
    }

    /// What was flagged since the last call.
    pub(crate) fn drain_seen(&mut self) -> std::vec::Drain<'_, Seen> {
        self.seen.drain(..)
    }

    /// What was flagged to last since the last call.
    pub(crate) fn drain_lasting(&mut self) -> std::vec::Drain<'_, Seen> {
        self.lasting.drain(..)
    }

    /// Whether nothing was pushed or flagged since it was last asked for.
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_empty() && self.seen.is_empty() && self.lasting.is_empty()
    }

    /// Whether no edit was pushed since the last [`EditSink::carry_out`].
    pub(crate) fn is_empty(&self) -> bool {
        self.pushed.is_empty()
    }

    /// [`EditSink::carry_out`] for those who do not want the text.
    #[cfg(test)]
    pub(crate) fn take(&mut self, text: &str, out: &mut EditSet) {
        self.carry_out(text, out, &mut String::new());
    }

    /// Turns what was pushed into an edit set for `text`, into `out`, and forgets it: orders the
    /// edits, drops overlaps and no-ops, trims equal ends, joins what touches. Into `after` goes the text
    /// that they make.
    pub(crate) fn carry_out(&mut self, text: &str, out: &mut EditSet, after: &mut String) {
        out.clear(text.len());
        after.clear();
        // The new texts stay where they are: the set takes them over.
        std::mem::swap(&mut self.arena, out.arena());
        if !self.pushed.is_sorted_by_key(|p| (p.old.start, p.old.end)) {
            self.pushed.sort_by_key(|p| (p.old.start, p.old.end));
        }
        let (mut free, mut copied) = (0, 0);
        for p in self.pushed.drain(..) {
            if p.old.start < free {
                continue;
            }
            let new = &out.arena()[p.new.range()];
            let Some(old) = text.get(p.old.range()) else {
                debug_assert!(false, "edit {:?} by rule {} is off a char boundary", p.old, p.rule.0);
                continue;
            };
            free = p.old.end;
            let (head, tail) = common_ends(old, new);
            if head == old.len() && head == new.len() {
                continue;
            }
            let old = Span::new(p.old.start as usize + head, p.old.end as usize - tail);
            after.push_str(&text[copied..old.start as usize]);
            append(after, &new[head..new.len() - tail]);
            copied = old.end as usize;
            let new = Span::new(p.new.start as usize + head, p.new.end as usize - tail);
            out.push_placed(old, new, Rules::from_buf_and_len([p.rule; 3], 1));
        }
        after.push_str(&text[copied..]);
    }
}

/// Lengths of the longest common prefix and, after it, suffix; on char boundaries.
fn common_ends(a: &str, b: &str) -> (usize, usize) {
    let (x, y) = (a.as_bytes(), b.as_bytes());
    if x.is_empty() || y.is_empty() || x.first() != y.first() && x.last() != y.last() {
        return (0, 0);
    }
    let mut head = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    while !a.is_char_boundary(head) || !b.is_char_boundary(head) {
        head -= 1;
    }
    let (ra, rb) = (&a[head..], &b[head..]);
    let mut tail = ra.bytes().rev().zip(rb.bytes().rev()).take_while(|(x, y)| x == y).count();
    while !ra.is_char_boundary(ra.len() - tail) || !rb.is_char_boundary(rb.len() - tail) {
        tail -= 1;
    }
    (head, tail)
}
