//! Documents held whole: unwrapped, brought to rest, judged; again, until nothing moves.
//!
//! ```text
//! settled text ─→ unwrap ─→ phases 1 and 2 ─→ judge ─┬─→ nothing moved: tell the edits, composed
//!       ↑                                            │
//!       └────────────── the text as it is now ───────┘
//! ```
//!
//! Since the way ends only where a whole round makes no edit, cleaning the output again makes none
//! (law 2). Each round joins or drops lines, so the rounds end; they are bounded all the same.

use std::io::{self, Read, Seek, SeekFrom};

use super::batch::{Batches, Spare};
use super::characters::{Batch, Found, Washer};
use super::emit::{CHANGE_MAX, Emitted, Emitter, FINDING_TEXT, OutStyle, Ruler};
use super::guard::Scales;
use super::lines::{Decider, Verdict as Fate};
use super::{Change, Finding, Pipeline, Plan, Sink, Tally, Whole, Why, each_line};
use crate::decode::{self, Facts, NewlineKind, Settled};
use crate::edit::{EditSet, Effect, RuleId, Side, Span};
use crate::judge::{Seen, Verdict};
use crate::stage::Survey;
use crate::unwrap;

/// Rounds after which the text is taken as it is.
const ROUNDS: usize = 64;

/// What one round, or all together, came to.
#[derive(Default)]
struct Rest {
    text: String,
    edits: EditSet,
    /// Places of the text before, and of the text.
    found: Vec<Found>,
    /// What the judge is to see.
    seen: Seen,
    /// Whether lines are gone that are only likely to be furniture.
    bold: bool,
}

/// Takes what phases 1 and 2 tell.
impl Sink for Rest {
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Pieces of output end with whole characters.
        self.text.push_str(std::str::from_utf8(bytes).map_err(io::Error::other)?);
        Ok(())
    }
    fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        let old = Span::new(c.old_range.start as usize, c.old_range.end as usize);
        self.edits.push(old, c.new, c.rules);
        Ok(())
    }
    fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        let span = |r: &std::ops::Range<u64>| Span::new(r.start as usize, r.end as usize);
        self.found.push(Found { old: span(&f.old_range), new: span(&f.new_range), rule: f.rule });
        Ok(())
    }
}

/// What the judge sees, as phase 2 tells it.
struct Sight<'p> {
    plan: &'p Plan,
    seen: Seen,
    at: usize,
    bold: bool,
}

impl Sight<'_> {
    /// Takes the verdict on the next `len` bytes.
    fn take(&mut self, len: u64, verdict: &Fate) {
        let start = self.at;
        self.at += len as usize;
        if let Fate::Drop(by) = verdict {
            self.bold |= self.plan.is_bold(*by);
            match self.seen.gone.last_mut() {
                Some(last) if last.end == start => last.end = self.at,
                _ => self.seen.gone.push(start..self.at),
            }
        }
    }
}

/// A line that the judge dropped: where it began in the settled text, and why.
struct Judged {
    at: usize,
    line: crate::judge::Furniture,
}

impl Pipeline {
    /// For training: what the judge sees of `text` first.
    #[doc(hidden)]
    pub fn seen(&self, text: &str) -> Seen {
        let joined = self.unwrap(text).0.apply(text);
        self.rest(&joined, false).map(|rest| rest.seen).unwrap_or_default()
    }

    /// Cleans a document that is held whole, and tells the sink.
    pub(super) fn run_held<R: Read + Seek, S: Sink>(
        &self,
        input: &mut R,
        facts: &Facts,
        style: OutStyle,
        sink: &mut S,
    ) -> io::Result<(Emitted, Tally, Whole)> {
        let (settled, whole, decoded) = self.settle_whole(input, facts)?;
        let (mut total, mut judged, mut first) = (EditSet::identity(settled.len()), Vec::new(), Vec::new());
        let mut text = settled.clone();
        let explain = sink.wants_changes();
        let mut found = Vec::new();
        for round in 0..ROUNDS {
            let (joined, wraps) = self.unwrap(&text);
            if wraps {
                text = joined.apply(&text);
                total = total.then(&joined);
            }
            let mut rest = self.rest(&text, false)?;
            let mut verdict = self.verdict(&rest.seen, explain);
            if verdict == Verdict::Sound && rest.bold {
                rest = self.rest(&text, true)?;
            }
            let moved = wraps || !rest.edits.is_identity();
            for f in &rest.found {
                let old = back(&total, f.old);
                if round == 0 { &mut first } else { &mut found }.push(Found { old, ..*f });
            }
            if !rest.edits.is_identity() {
                total = total.then(&rest.edits);
            }
            text = rest.text;
            verdict = verdict.moved_to(&rest.seen, &text);
            let drops = self.drops(verdict, &text, &total, &mut judged, &mut found);
            if drops.is_identity() && (!moved || round + 1 == ROUNDS) {
                break;
            }
            if !drops.is_identity() {
                text = drops.apply(&text);
                total = total.then(&drops);
            }
            if round + 1 < ROUNDS {
                found.clear();
            }
        }
        total.drop_no_ops(&settled);
        first.extend(decoded);
        // What the first round saw and later ones no more, for it was only seen in the original.
        found.extend(first.into_iter().map(|f| Found { new: forth(&total, f.old), ..f }).filter(stays));
        found.sort_by_key(|f| (f.old, f.new, f.rule));
        found.dedup_by_key(|f| (f.old, f.rule));
        let teller = Teller { plan: &self.plan, settled: &settled, text: &text, edits: &total, judged };
        let (emitted, tally) = teller.tell(&found, style, sink)?;
        Ok((emitted, tally, whole))
    }

    /// The document's settled text, and what the decoder found.
    fn settle_whole<R: Read + Seek>(&self, input: &mut R, facts: &Facts) -> io::Result<(String, Whole, Vec<Found>)> {
        let mut text = String::with_capacity(facts.len as usize);
        let mut whole = Whole::default();
        let mut found = Vec::new();
        self.each_piece(input, facts, |bytes| {
            let s = decode::settle(bytes, facts.encoding, facts.newline, facts.has_cr, String::new());
            let base = text.len();
            for (places, rule) in [(&s.islands, self.plan.ids.island), (&s.undecodable, self.plan.ids.undecodable)] {
                if self.plan.effect(rule) != Effect::Off {
                    let here = |p: &Span| Span::new(p.start as usize + base, p.end as usize + base);
                    found.extend(places.iter().map(|p| Found { old: here(p), new: here(p), rule }));
                }
            }
            let newlines = memchr::memchr_iter(b'\n', s.text.as_bytes()).count() as u64;
            for (line, kind) in s.exceptions {
                whole.exceptions.push(whole.newlines + u64::from(line), kind);
            }
            for mut r in s.residue {
                r.at += base as u64;
                whole.residue.push(r);
            }
            whole.newlines += newlines;
            text.push_str(&s.text);
        })?;
        Ok((text, whole, found))
    }

    /// Reads the document in pieces of whole lines.
    fn each_piece<R: Read + Seek>(&self, input: &mut R, facts: &Facts, mut each: impl FnMut(&[u8])) -> io::Result<()> {
        let bom = if facts.bom { facts.encoding.bom().len() } else { 0 };
        input.seek(SeekFrom::Start(bom as u64))?;
        let mut hash = twox_hash::xxhash3_128::Hasher::new();
        hash.write(&facts.encoding.bom()[..bom]);
        let spare = Spare::default();
        let mut batches = Batches::new(input, facts.encoding, self.batch, &spare);
        while let Some(bytes) = batches.next()? {
            hash.write(&bytes);
            each(&bytes);
            spare.give(bytes);
        }
        if hash.finish_128() != facts.hash {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read"));
        }
        Ok(())
    }

    /// Phases 1 and 2 on settled text; `careful` where it is known to be sound.
    fn rest(&self, text: &str, careful: bool) -> io::Result<Rest> {
        let until = Survey::SAMPLE.min(text.len());
        let until = memchr::memchr(b'\n', &text.as_bytes()[until..]).map_or(text.len(), |i| until + i);
        let survey = Survey::new(if self.plan.surveys() { text[..until].to_owned() } else { String::new() });
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let want = (start + self.batch).min(text.len());
            let end = memchr::memchr(b'\n', &text.as_bytes()[want - 1..]).map_or(text.len(), |i| want + i);
            pieces.push(&text[start..end]);
            start = end;
        }
        let wash = |washer: &mut Washer<'_>, piece: &str| {
            washer.wash(Settled { text: piece.to_owned(), ..Settled::default() })
        };
        let batches = self.wash_all(&pieces, &survey, wash);
        let marks = batches.iter().fold(0, |all, b| all | b.marks(&self.plan));
        let mut decider = Decider::new(&self.plan).with_marks(marks);
        if self.plan.guards && Scales::say_too_much(&self.plan, marks, &batches) {
            decider.withdraw();
        }
        let mut rest = Rest { edits: EditSet::identity(text.len()), ..Rest::default() };
        let style = OutStyle { newline: NewlineKind::Lf, bom: false };
        let mut emitter = Emitter::new(&self.plan, &mut rest, style)?;
        let mut seen = Sight { plan: &self.plan, seen: Seen::default(), at: 0, bold: false };
        if careful {
            decider.be_careful();
        }
        let mut outcome = Ok(());
        let looks = self.plan.judge.is_some();
        for mut batch in batches {
            if looks {
                batch.edits.apply_into(&batch.text, &mut seen.seen.text);
            }
            let (pieces, hits) = (std::mem::take(&mut batch.pieces), std::mem::take(&mut batch.hits));
            let new_len = batch.new_len;
            emitter.add(batch)?;
            each_line(&pieces, &hits, new_len, |_, line, rules| {
                decider.line(line, rules, |line, verdict| {
                    seen.take(line.len, &verdict);
                    if outcome.is_ok() {
                        outcome = emitter.line(line, &verdict);
                    }
                });
            });
        }
        decider.finish(|line, verdict| {
            seen.take(line.len, &verdict);
            if outcome.is_ok() {
                outcome = emitter.line(line, &verdict);
            }
        });
        outcome?;
        emitter.finish()?;
        (rest.seen, rest.bold) = (seen.seen, seen.bold);
        Ok(rest)
    }

    fn wash_all(
        &self,
        pieces: &[&str],
        survey: &Survey,
        wash: impl Fn(&mut Washer<'_>, &str) -> Batch + Sync,
    ) -> Vec<Batch> {
        #[cfg(feature = "parallel")]
        if self.jobs > 1 && pieces.len() > 1 {
            use rayon::prelude::*;
            return pieces
                .par_iter()
                .map_init(|| Washer::new(&self.plan, survey), |washer, piece| wash(washer, piece))
                .collect();
        }
        let mut washer = Washer::new(&self.plan, survey);
        pieces.iter().map(|piece| wash(&mut washer, piece)).collect()
    }

    /// Joins what was wrapped; whether there was any.
    fn unwrap(&self, text: &str) -> (EditSet, bool) {
        let mut edits = EditSet::identity(text.len());
        let ids = &self.plan.ids;
        if self.plan.unwraps() && !crate::judge::is_html(text) {
            let hyphens = self.plan.options.whitespace_hyphens && self.plan.acts(ids.unhyphen);
            for join in unwrap::joins(text, hyphens) {
                let rule = if join.hyphen { ids.unhyphen } else { ids.unwrap };
                edits.push(Span::new(join.bytes.start, join.bytes.end), join.glue, &[rule]);
            }
        }
        let any = !edits.is_identity();
        (edits, any)
    }

    /// What the judge says of what was there before rules dropped lines.
    fn verdict(&self, seen: &Seen, explain: bool) -> Verdict {
        let judge = |j: &crate::judge::Judge| j.judge(seen, self.plan.options.boilerplate_min_confidence, explain);
        self.plan.judge.as_ref().map_or(Verdict::Silent, judge)
    }

    /// What of `text`, which came of the settled text by `total`, goes by the judge's verdict.
    fn drops(
        &self,
        verdict: Verdict,
        text: &str,
        total: &EditSet,
        judged: &mut Vec<Judged>,
        found: &mut Vec<Found>,
    ) -> EditSet {
        let mut edits = EditSet::identity(text.len());
        let ids = &self.plan.ids;
        match verdict {
            Verdict::Silent | Verdict::Sound => {}
            Verdict::Html => {
                if self.plan.effect(ids.html) != Effect::Off {
                    found.push(Found { old: Span::new(0, 0), new: Span::new(0, 0), rule: ids.html });
                }
            }
            Verdict::Drop(lines) if self.plan.acts(ids.judged) => {
                for line in lines {
                    let end = line.bytes.end + usize::from(line.bytes.end < text.len());
                    edits.push(Span::new(line.bytes.start, end), "", &[ids.judged]);
                    judged.push(Judged { at: total.map_back(line.bytes.start, Side::End), line });
                }
            }
            Verdict::Drop(lines) => {
                for line in lines {
                    let new = Span::new(line.bytes.start, line.bytes.end);
                    found.push(Found { old: back(total, new), new, rule: ids.judged });
                }
            }
        }
        edits
    }
}

fn back(edits: &EditSet, new: Span) -> Span {
    let start = edits.map_back(new.start as usize, Side::Start);
    Span::new(start, edits.map_back(new.end as usize, Side::End).max(start))
}

fn forth(edits: &EditSet, old: Span) -> Span {
    let start = edits.map(old.start as usize, Side::Start);
    Span::new(start, edits.map(old.end as usize, Side::End).max(start))
}

/// Whether anything is left of what was found.
fn stays(f: &Found) -> bool {
    f.new.len() > 0 || f.old.len() == 0
}

/// Tells what became of a document.
struct Teller<'t> {
    plan: &'t Plan,
    settled: &'t str,
    text: &'t str,
    edits: &'t EditSet,
    judged: Vec<Judged>,
}

impl Teller<'_> {
    fn tell<S: Sink>(mut self, found: &[Found], style: OutStyle, sink: &mut S) -> io::Result<(Emitted, Tally)> {
        self.judged.sort_by_key(|j| j.at);
        let mut out = Output::new(style, sink)?;
        let mut tally = Tally::new(self.plan.rules.rules().len());
        let (mut ruler, mut found_ruler, mut judged_ruler) = (Ruler::default(), Ruler::default(), Ruler::default());
        let mut found = found.iter().peekable();
        let mut judged = self.judged.iter().peekable();
        let told = out.sink.wants_changes();
        let mut at = 0;
        let mut hows = crate::stage::Hows::default();
        let mut finding = |f: &Found, tally: &mut Tally, sink: &mut S| {
            tally.finding(f.rule);
            if !told {
                return Ok(());
            }
            let text = &self.settled[f.old.range()];
            let mut cut = text.len().min(FINDING_TEXT);
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            let (line, column) = found_ruler.go(self.settled, f.old.start as usize);
            sink.finding(&Finding {
                old_range: range(f.old),
                new_range: range(f.new),
                line,
                column,
                text: &text[..cut],
                rule: f.rule,
                suggestion: self.plan.suggestion(f.rule, self.settled, f.old),
            })
        };
        for (edit, after) in self.edits.placed() {
            while let Some(f) = found.next_if(|f| f.old.start < edit.old.start) {
                finding(f, &mut tally, out.sink)?;
            }
            out.put(&self.text[at..after.end as usize])?;
            at = after.end as usize;
            let mut from = edit.old.start as usize;
            loop {
                let to = part(self.settled, from, edit.old.end as usize);
                let last = to == edit.old.end as usize;
                let new = if last { self.edits.new_text(edit) } else { "" };
                tally.change(&edit.rules, (to - from) as u64, new.len() as u64);
                if told {
                    let mut why = Vec::new();
                    while let Some(j) = judged.next_if(|j| j.at < to) {
                        why.push(self.why(j, &mut judged_ruler));
                    }
                    let (line, column) = ruler.go(self.settled, from);
                    let evidence = self.plan.evidence(&mut hows, &edit.rules, self.settled, from..to);
                    out.sink.change(&Change {
                        old_range: from as u64..to as u64,
                        new_range: u64::from(after.start)..u64::from(after.start) + new.len() as u64,
                        line,
                        column,
                        old: &self.settled[from..to],
                        new,
                        rules: &edit.rules,
                        why: &why,
                        how: self.plan.how(&mut hows, &edit.rules, &self.settled[from..to], new, evidence),
                    })?;
                }
                if last {
                    break;
                }
                from = to;
            }
        }
        for f in found {
            finding(f, &mut tally, out.sink)?;
        }
        out.put(&self.text[at..])?;
        let (out_len, out_hash) = out.finish()?;
        let (settled_len, clean_len) = (self.settled.len() as u64, self.text.len() as u64);
        Ok((Emitted { settled_len, clean_len, out_len, out_hash }, tally))
    }

    fn why(&self, j: &Judged, ruler: &mut Ruler) -> Why {
        Why {
            line: ruler.go(self.settled, j.at).0,
            score: j.line.score,
            confidence: j.line.confidence,
            reasons: self.plan.judge.as_ref().map(|judge| judge.reasons_of(&j.line)).unwrap_or_default(),
        }
    }
}

fn range(span: Span) -> std::ops::Range<u64> {
    u64::from(span.start)..u64::from(span.end)
}

/// Where the next part of a change of `text[from..to]` ends: long ones are told in parts.
fn part(text: &str, from: usize, to: usize) -> usize {
    if to - from <= CHANGE_MAX {
        return to;
    }
    memchr::memchr(b'\n', &text.as_bytes()[from + CHANGE_MAX - 1..to]).map_or(to, |i| from + CHANGE_MAX + i)
}

/// The output as the document's style wants it.
struct Output<'s, S> {
    sink: &'s mut S,
    style: OutStyle,
    hash: twox_hash::xxhash3_128::Hasher,
    len: u64,
    held: Vec<u8>,
}

impl<'s, S: Sink> Output<'s, S> {
    fn new(style: OutStyle, sink: &'s mut S) -> io::Result<Self> {
        let held = if style.bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        Ok(Output { sink, style, hash: twox_hash::xxhash3_128::Hasher::new(), len: 0, held })
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        if self.style.newline == NewlineKind::Lf {
            self.held.extend_from_slice(text.as_bytes());
        } else {
            for line in text.split_inclusive('\n') {
                let body = line.strip_suffix('\n');
                self.held.extend_from_slice(body.unwrap_or(line).as_bytes());
                if body.is_some() {
                    self.held.extend_from_slice(self.style.newline.text().as_bytes());
                }
            }
        }
        if self.held.len() < CHANGE_MAX { Ok(()) } else { self.pass_on() }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.hash.write(&self.held);
        self.len += self.held.len() as u64;
        let done = if self.held.is_empty() { Ok(()) } else { self.sink.output(&self.held) };
        self.held.clear();
        done
    }

    fn finish(mut self) -> io::Result<(u64, u128)> {
        self.pass_on()?;
        Ok((self.len, self.hash.finish_128()))
    }
}

/// Tells that a document is too long to be held whole, so that it is neither unwrapped nor judged.
pub(super) fn too_long<S: Sink>(rule: RuleId, tally: &mut Tally, sink: &mut S) -> io::Result<()> {
    tally.finding(rule);
    if !sink.wants_changes() {
        return Ok(());
    }
    sink.finding(&Finding { old_range: 0..0, new_range: 0..0, line: 1, column: 1, text: "", rule, suggestion: None })
}
