//! What a run tells: text, changes and findings in order of place, and a summary at the end.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::decode::{Envelope, Facts};
use crate::edit::RuleId;
use crate::rule::RuleSet;

/// A stretch of text that gave way to another. Ranges are bytes of the settled text before and
/// after (UTF-8, `\n` for every newline, no BOM).
#[derive(Debug)]
pub struct Change<'a> {
    /// Bytes of the settled original.
    pub old_range: Range<u64>,
    /// Bytes of the clean text.
    pub new_range: Range<u64>,
    /// Line of the original, from 1.
    pub line: u64,
    /// Column in that line, in characters, from 1.
    pub column: u64,
    /// What stood there.
    pub old: &'a str,
    /// What stands there now.
    pub new: &'a str,
    /// Who did it, sorted.
    pub rules: &'a [RuleId],
    /// Of each line in it that the judge dropped: why.
    pub why: &'a [Why],
    /// Which encodings were mistaken for which, where that is what was repaired.
    pub how: Option<String>,
}

/// Why the judge dropped a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Line of the original, from 1.
    pub line: u64,
    /// How much more speaks for the line than against it, in hundredths of a logit; below zero.
    pub score: i32,
    /// How sure the judge is, in percent.
    pub confidence: u32,
    /// What speaks most against it, the most first.
    pub reasons: Vec<String>,
}

/// Something seen and left alone. Fields as in [`Change`].
#[derive(Debug)]
pub struct Finding<'a> {
    /// Bytes of the settled original.
    pub old_range: Range<u64>,
    /// Bytes of the clean text.
    pub new_range: Range<u64>,
    /// Line of the original, from 1.
    pub line: u64,
    /// Column in that line, in characters, from 1.
    pub column: u64,
    /// The original text there; at most its first 240 bytes.
    pub text: &'a str,
    /// Who saw it.
    pub rule: RuleId,
    /// What may have stood there, if that can be said.
    pub suggestion: Option<String>,
}

/// How often each rule changed something, and how often it found something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: Vec<(u64, u64)>,
    /// Changes; one made by several rules counts once here.
    pub changes: u64,
    /// Findings.
    pub findings: u64,
    /// Bytes of settled text taken out.
    pub bytes_out: u64,
    /// Bytes put in.
    pub bytes_in: u64,
}

impl Tally {
    /// All zero, for a set of `rules` rules.
    pub(crate) fn new(rules: usize) -> Self {
        Tally { counts: vec![(0, 0); rules], ..Tally::default() }
    }

    pub(crate) fn change(&mut self, rules: &[RuleId], out: u64, into: u64) {
        self.changes += 1;
        self.bytes_out += out;
        self.bytes_in += into;
        rules.iter().for_each(|r| self.count(*r, 1, 0));
    }

    pub(crate) fn finding(&mut self, rule: RuleId) {
        self.findings += 1;
        self.count(rule, 0, 1);
    }

    /// Adds to one rule's counts, but not to the totals.
    pub(crate) fn count(&mut self, rule: RuleId, changes: u64, findings: u64) {
        if let Some(c) = self.counts.get_mut(rule.0 as usize) {
            c.0 += changes;
            c.1 += findings;
        }
    }

    /// Counts a document that was left alone, which is a finding.
    pub fn left_alone(&mut self, rules: &RuleSet) {
        self.counts.resize(self.counts.len().max(rules.rules().len()), (0, 0));
        self.finding(rules.id("pipeline.left-alone"));
    }

    /// Adds another document's.
    pub fn add(&mut self, other: &Tally) {
        self.counts.resize(self.counts.len().max(other.counts.len()), (0, 0));
        for (a, b) in self.counts.iter_mut().zip(&other.counts) {
            a.0 += b.0;
            a.1 += b.1;
        }
        self.changes += other.changes;
        self.findings += other.findings;
        self.bytes_out += other.bytes_out;
        self.bytes_in += other.bytes_in;
    }

    /// Each rule that did something, with its changes and findings, in the order of the rules.
    pub fn by_rule(&self) -> impl Iterator<Item = (RuleId, u64, u64)> + '_ {
        let all = self.counts.iter().enumerate().filter(|(_, c)| **c != (0, 0));
        all.map(|(i, c)| (RuleId(i as u16), c.0, c.1))
    }

    /// All changes, those to the document as a whole (its encoding, BOM and newlines) included.
    pub fn all_changes(&self, rules: &RuleSet) -> u64 {
        let whole = self.by_rule().filter(|(id, ..)| rules.rule(*id).stage() == "decode");
        self.changes + whole.map(|(_, n, _)| n).sum::<u64>()
    }

    /// Changes by the rules of each stage, most first.
    pub fn by_stage<'r>(&self, rules: &'r RuleSet) -> Vec<(&'r str, u64)> {
        let mut all: Vec<(&str, u64)> = Vec::new();
        for (id, changes, _) in self.by_rule().filter(|r| r.1 > 0) {
            let stage = rules.rule(id).stage();
            match all.iter_mut().find(|(s, _)| *s == stage) {
                Some((_, n)) => *n += changes,
                None => all.push((stage, changes)),
            }
        }
        all.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
        all
    }
}

/// What is known of a document when it is clean.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Bytes of the settled original.
    pub settled_len: u64,
    /// Bytes of the clean text, before newlines and BOM are put as asked for.
    pub clean_len: u64,
    /// Bytes of the output.
    pub out_len: u64,
    /// XXH3, 128 bits, of the output.
    pub out_hash: u128,
    /// Whether the output differs from the input.
    pub changed: bool,
    /// Counts by rule.
    pub tally: Tally,
    /// What decoding took away, for the way back.
    pub envelope: Envelope,
}

/// How a document came out.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was cleaned, though maybe nothing had to change.
    Cleaned {
        /// What it is.
        facts: Facts,
        /// What was done.
        summary: Box<Summary>,
    },
    /// It is not text, or not text that could be cleaned; the sink was told nothing that it did not have
    /// to forget.
    LeftAlone {
        /// What it is.
        facts: Facts,
        /// Why.
        reason: String,
    },
}

/// Takes what a run tells, in order. Every method may fail, which ends the run.
pub trait Sink {
    /// The document is text, and this is what is known of it.
    fn begin(&mut self, _facts: &Facts) -> io::Result<()> {
        Ok(())
    }
    /// Whether all that it is told of a document from now on can be taken back. Then the document is
    /// taken for what most are, and read once: [`Sink::begin`] is told a hash of zero, and either the
    /// hash comes before the end, or [`Sink::forget`] and all from the start. That the input is not
    /// changed meanwhile is for the caller to see to.
    fn can_forget(&mut self) -> bool {
        false
    }
    /// The hash of the document that was begun without one.
    fn hash(&mut self, _hash: u128) -> io::Result<()> {
        Ok(())
    }
    /// What was told of the document does not hold.
    fn forget(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
    /// The next bytes of the output.
    fn output(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Whether changes and findings are to be told at all; the output does not depend on it.
    fn wants_changes(&self) -> bool {
        true
    }
    /// The next change. It may come a little after the output that it speaks of.
    fn change(&mut self, _change: &Change<'_>) -> io::Result<()> {
        Ok(())
    }
    /// The next finding.
    fn finding(&mut self, _finding: &Finding<'_>) -> io::Result<()> {
        Ok(())
    }
    /// The document is done.
    fn end(&mut self, _facts: &Facts, _summary: &Summary) -> io::Result<()> {
        Ok(())
    }
}

/// A sink that passes the output on and heeds nothing else.
#[derive(Debug)]
pub struct NoReport<W>(pub W);

impl<W: io::Write> Sink for NoReport<W> {
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
    fn wants_changes(&self) -> bool {
        false
    }
}

/// A change, as [`Change`], that owns its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedChange {
    /// Bytes of the settled original.
    pub old_range: Range<u64>,
    /// Bytes of the clean text.
    pub new_range: Range<u64>,
    /// Line of the original, from 1.
    pub line: u64,
    /// Column, in characters, from 1.
    pub column: u64,
    /// What stood there.
    pub old: String,
    /// What stands there now.
    pub new: String,
    /// Ids of the rules that did it.
    pub rules: Vec<RuleId>,
    /// Of each line in it that the judge dropped: why.
    pub why: Vec<Why>,
    /// Which encodings were mistaken for which, where that is what was repaired.
    pub how: Option<String>,
}

/// A finding, as [`Finding`], that owns its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedFinding {
    /// Bytes of the settled original.
    pub old_range: Range<u64>,
    /// Bytes of the clean text.
    pub new_range: Range<u64>,
    /// Line of the original, from 1.
    pub line: u64,
    /// Column, in characters, from 1.
    pub column: u64,
    /// The original text there; at most 240 bytes of it.
    pub text: String,
    /// The rule that saw it.
    pub rule: RuleId,
    /// What may have stood there, if that can be said.
    pub suggestion: Option<String>,
}

/// One cleaned document, in memory.
#[derive(Clone, Debug, Default)]
pub struct Cleaned {
    bytes: Vec<u8>,
    changes: Vec<OwnedChange>,
    findings: Vec<OwnedFinding>,
    left_alone: Option<String>,
    summary: Option<Summary>,
    rules: Option<Arc<RuleSet>>,
}

impl Sink for Cleaned {
    fn can_forget(&mut self) -> bool {
        true
    }
    fn forget(&mut self) -> io::Result<()> {
        *self = Cleaned::default();
        Ok(())
    }
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
    fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        self.changes.push(OwnedChange {
            old_range: c.old_range.clone(),
            new_range: c.new_range.clone(),
            line: c.line,
            column: c.column,
            old: c.old.to_owned(),
            new: c.new.to_owned(),
            rules: c.rules.to_vec(),
            why: c.why.to_vec(),
            how: c.how.clone(),
        });
        Ok(())
    }
    fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        self.findings.push(OwnedFinding {
            old_range: f.old_range.clone(),
            new_range: f.new_range.clone(),
            line: f.line,
            column: f.column,
            text: f.text.to_owned(),
            rule: f.rule,
            suggestion: f.suggestion.clone(),
        });
        Ok(())
    }
}

impl Cleaned {
    pub(super) fn finish(mut self, input: &[u8], outcome: io::Result<Outcome>, rules: &Arc<RuleSet>) -> Cleaned {
        match outcome {
            Ok(Outcome::Cleaned { summary, .. }) => self.summary = Some(*summary),
            Ok(Outcome::LeftAlone { reason, .. }) => {
                self.bytes = input.to_vec();
                self.left_alone = Some(reason);
            }
            // Neither a slice nor a vector fails; if one did, the input is what is certain.
            Err(e) => {
                self = Cleaned { bytes: input.to_vec(), left_alone: Some(e.to_string()), ..Cleaned::default() };
            }
        }
        self.rules = Some(rules.clone());
        self
    }

    /// The clean bytes; the input itself if it was left alone.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The clean text; empty if the document was left alone and is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The changes, in order of place.
    pub fn changes(&self) -> &[OwnedChange] {
        &self.changes
    }

    /// The findings, in order of place.
    pub fn findings(&self) -> &[OwnedFinding] {
        &self.findings
    }

    /// Why it was left alone, if it was.
    pub fn left_alone(&self) -> Option<&str> {
        self.left_alone.as_deref()
    }

    /// What was done, unless it was left alone.
    pub fn summary(&self) -> Option<&Summary> {
        self.summary.as_ref()
    }

    /// The name of a rule, as it stands in reports.
    pub fn rule_name(&self, id: RuleId) -> &str {
        let rule = self.rules.as_ref().and_then(|r| r.rules().get(id.0 as usize));
        rule.map_or("?", |r| r.id.as_str())
    }

    /// The original, byte for byte.
    pub fn revert(&self) -> Vec<u8> {
        let Some(summary) = &self.summary else { return self.bytes.clone() };
        crate::report::revert(self, summary)
    }
}
