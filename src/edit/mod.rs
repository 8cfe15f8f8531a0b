//! The algebra of edits: the one way in which lave changes text.
//!
//! A stage pushes into an [`EditSink`] and never returns text. The sink becomes an [`EditSet`],
//! which can be applied, composed, inverted and used to carry offsets from one side to the
//! other. Everything a person can ask for (report, diff, counts, revert) is read off edit sets.
//!
//! Laws, tested below and in `tests/laws.rs`:
//! `b.apply(a.apply(t)) == a.then(&b).apply(t)`; `a.invert(t).apply(a.apply(t)) == t`;
//! offsets map monotonically; edits are ordered, disjoint, never touching and never no-ops.
//!
//! Offsets here are bytes within one line (or one text) of less than 4 GiB.

mod set;
mod sink;

use smallvec::SmallVec;

pub use set::EditSet;
pub use sink::EditSink;

/// A half-open range of bytes, on char boundaries of the text that it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end`, in bytes.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end && end <= u32::MAX as usize);
        Span { start: start as u32, end: end as u32 }
    }

    /// Length in bytes.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// The same span in a text before which `by` more bytes stand.
    fn moved(self, by: u32) -> Span {
        Span { start: self.start + by, end: self.end + by }
    }

    /// As a range for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Names a rule of the rule set in force; an index into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

impl RuleId {
    /// A rule that is not in the set: whatever it asks for is ignored.
    pub const NONE: RuleId = RuleId(u16::MAX);
}

/// The rules that made one edit, sorted, without repeats.
pub type Rules = SmallVec<[RuleId; 3]>;

/// What a rule may do in a run, once its level is weighed against the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Not in force.
    Off,
    /// Says what it saw; changes nothing.
    Flag,
    /// Changes text.
    Act,
}

/// Something seen and left alone, at a place of the text just looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where, in bytes of the text that the stage was given.
    pub span: Span,
    /// By which rule.
    pub rule: RuleId,
}

/// One replacement: bytes `old` of the text before give way to `new` of the set's arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the text before.
    pub old: Span,
    /// Bytes of the arena, see [`EditSet::new_text`].
    pub new: Span,
    /// Where the new text starts in the text after.
    at: u32,
    /// Who made it.
    pub rules: Rules,
}

impl Edit {
    /// The range that its new text takes up in the text after.
    fn after(&self) -> Span {
        Span { start: self.at, end: self.at + (self.new.end - self.new.start) }
    }
}

/// Which end of an edit an offset within it is carried to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To its start.
    Start,
    /// To its end.
    End,
}

/// Adds `more` to the sorted set `to`.
pub(crate) fn add_rules(to: &mut Rules, more: &[RuleId]) {
    if to.is_empty() {
        to.extend_from_slice(more);
        return;
    }
    for &r in more {
        if let Err(i) = to.binary_search(&r) {
            to.insert(i, r);
        }
    }
}
