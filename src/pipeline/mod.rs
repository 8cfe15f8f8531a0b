//! The main path: bytes → settled text → lines at rest → lines that stay → bytes and report.
//!
//! ```text
//! read once   what is it? encoding, newlines, hash; binary is left alone            decode::survey
//! read again  some whole lines at a time; or only this, as long as it is as most    batch
//!   phase 1   decode; each line through the stages until it rests (in parallel)     characters
//!   guard     would too many words go?                                              guard
//!   phase 2   which lines stay, in order                                            lines
//!   compose   both phases' edits, as one stream of text, changes and findings       emit
//! ```
//!
//! Cleaning cannot fail; only reading the input and writing to the sink can.

mod batch;
mod characters;
mod emit;
mod events;
mod guard;
mod held;
mod lines;
mod plan;
mod queue;

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};

use batch::{Batches, Spare};
use characters::{Batch, Kind, Washer};
use emit::{Emitter, OutStyle};
pub use events::{Change, Cleaned, Finding, NoReport, Outcome, OwnedChange, OwnedFinding, Sink, Summary, Tally, Why};
use lines::{Decider, Line};
pub(crate) use plan::Plan;
use queue::HELD_MEMORY;

use crate::config::Settings;
use crate::decode::{self, Encoding, Envelope, Exceptions, Facts, NewlineKind, Residue, Settled};
use crate::edit::RuleId;
use crate::error::Result;
use crate::options::Newline;
use crate::rule::RuleSet;
use crate::stage::Survey;

/// Documents of at most this many bytes are unwrapped and judged.
const PAGE: u64 = 16 << 20;
/// Bytes of a batch.
const BATCH: usize = 256 << 10;

/// A text-cleaning pipeline, built once and used for any number of documents, on any threads.
///
/// ```
/// use lave::Pipeline;
///
/// let pipeline = Pipeline::new(&lave::Settings::profile("standard")?)?;
/// let cleaned = pipeline.clean("The cafÃ© &amp; the bar\n".as_bytes());
/// assert_eq!(cleaned.text(), "The café & the bar\n");
/// # Ok::<(), lave::Error>(())
/// ```
pub struct Pipeline {
    plan: Plan,
    declared: Option<Encoding>,
    batch: usize,
    held: usize,
    jobs: usize,
}

impl Pipeline {
    /// A pipeline that does what `settings` say.
    ///
    /// # Errors
    /// If a rule file does not load, or a setting names a rule or stage that does not exist.
    pub fn new(settings: &Settings) -> Result<Pipeline> {
        Ok(Pipeline {
            plan: Plan::new(settings)?,
            declared: settings.encoding()?,
            batch: BATCH,
            held: HELD_MEMORY,
            jobs: settings.jobs(),
        })
    }

    /// The rules, which the ids of changes and findings name.
    pub fn rules(&self) -> &RuleSet {
        &self.plan.rules
    }

    /// How many threads one document is cleaned on; 1 keeps to the caller's.
    pub fn with_jobs(mut self, jobs: usize) -> Pipeline {
        self.jobs = jobs.max(1);
        self
    }

    /// For tests of law 3: about how many bytes a batch has. The outcome does not depend on it.
    #[doc(hidden)]
    pub fn with_batch(mut self, bytes: usize) -> Pipeline {
        self.batch = bytes.max(1);
        self
    }

    /// For tests: how many bytes of memory batches may take that wait. The outcome does not depend on it.
    #[doc(hidden)]
    pub fn with_held(mut self, bytes: usize) -> Pipeline {
        self.held = bytes;
        self
    }

    /// For tests of law 4: every gate forced open. The outcome does not depend on it.
    #[doc(hidden)]
    pub fn with_gates_open(mut self) -> Pipeline {
        self.plan.open_gates();
        self
    }

    /// For training: another judge than lave's own.
    #[doc(hidden)]
    pub fn with_judge(mut self, judge: crate::judge::Judge) -> Pipeline {
        self.plan.judge = Some(judge);
        self
    }

    /// Cleans one document held in memory, with all changes and findings.
    pub fn clean(&self, bytes: &[u8]) -> Cleaned {
        let mut cleaned = Cleaned::default();
        let outcome = self.run(&mut Cursor::new(bytes), &mut cleaned);
        cleaned.finish(bytes, outcome, &self.plan.rules)
    }

    /// Cleans `text`, which needs no decoding: only its newlines are settled.
    pub fn clean_str(&self, text: &str) -> Cleaned {
        let mut cleaned = Cleaned::default();
        let outcome = self.run_as(&mut Cursor::new(text.as_bytes()), &mut cleaned, Some(Encoding::UTF8));
        cleaned.finish(text.as_bytes(), outcome, &self.plan.rules)
    }

    /// Cleans the document that `input` holds, from its start to its end, into `sink`, in bounded
    /// memory. The input is read twice, or more often; once if the sink can take back what it was told,
    /// and the document is UTF-8 without BOM whose lines end with LF.
    ///
    /// # Errors
    /// Only those of `input` and `sink`; and [`io::ErrorKind::InvalidData`] if the input was
    /// another on the second reading than on the first; of what is read once nobody can tell.
    pub fn run<R: Read + Seek, S: Sink>(&self, input: &mut R, sink: &mut S) -> io::Result<Outcome> {
        self.run_as(input, sink, self.declared)
    }

    /// What the document that `input` holds is, without cleaning it.
    ///
    /// # Errors
    /// Those of `input`.
    pub fn look<R: Read + Seek>(&self, input: &mut R) -> io::Result<Facts> {
        decode::survey(input, self.declared)
    }

    fn run_as<R: Read + Seek, S: Sink>(
        &self,
        input: &mut R,
        sink: &mut S,
        declared: Option<Encoding>,
    ) -> io::Result<Outcome> {
        if let Some(outcome) = self.run_once(input, sink, declared)? {
            return Ok(outcome);
        }
        let facts = decode::survey(input, declared)?;
        if let Some(why) = &facts.left_alone {
            return Ok(Outcome::LeftAlone { facts: facts.clone(), reason: why.reason.clone() });
        }
        sink.begin(&facts)?;
        let style = self.style(&facts);
        let whole_page = self.plan.unwraps() || self.plan.judge.is_some();
        if whole_page && facts.len <= PAGE {
            let (emitted, tally, whole) = self.run_held(input, &facts, style, sink)?;
            return self.end(facts, style, emitted, tally, whole, sink);
        }
        let mut emitter = Emitter::new(&self.plan, sink, style)?;
        let mut whole = Whole::default();
        if whole_page {
            emitter.tell_too_long()?;
        }
        self.run_batches(input, &facts, true, &mut emitter, &mut whole)?;
        let (emitted, tally) = emitter.finish()?;
        self.end(facts, style, emitted, tally, whole, sink)
    }

    /// Takes the document for what most are, and cleans it while it is read. `None` if it is something
    /// else, or is too much to be held, or if the sink could not forget it; then it has.
    fn run_once<R: Read + Seek, S: Sink>(
        &self,
        input: &mut R,
        sink: &mut S,
        declared: Option<Encoding>,
    ) -> io::Result<Option<Outcome>> {
        let other = declared.is_some_and(|e| e != Encoding::UTF8);
        if other || self.plan.unwraps() || self.plan.judge.is_some() || !sink.can_forget() {
            return Ok(None);
        }
        let Some(mut facts) = decode::take_for_plain(input)? else { return Ok(None) };
        sink.begin(&facts)?;
        let style = self.style(&facts);
        let mut emitter = Emitter::new(&self.plan, sink, style)?;
        let mut whole = Whole::default();
        let Some(hash) = self.run_batches(input, &facts, false, &mut emitter, &mut whole)? else {
            drop(emitter);
            return sink.forget().map(|()| None);
        };
        let (emitted, tally) = emitter.finish()?;
        facts.hash = hash;
        sink.hash(hash)?;
        self.end(facts, style, emitted, tally, whole, sink).map(Some)
    }

    /// The document is done.
    fn end<S: Sink>(
        &self,
        facts: Facts,
        style: OutStyle,
        emitted: emit::Emitted,
        mut tally: Tally,
        whole: Whole,
        sink: &mut S,
    ) -> io::Result<Outcome> {
        let envelope = Envelope {
            encoding: facts.encoding,
            bom: facts.bom,
            newline: facts.newline,
            exceptions: whole.exceptions,
            residue: whole.residue,
            out_newline: style.newline,
            out_bom: style.bom,
        };
        self.plan.tally_envelope(&envelope, whole.newlines, &mut tally);
        let changed = emitted.out_hash != facts.hash || emitted.out_len != facts.len;
        let summary = Summary {
            settled_len: emitted.settled_len,
            clean_len: emitted.clean_len,
            out_len: emitted.out_len,
            out_hash: emitted.out_hash,
            changed,
            tally,
            envelope,
        };
        sink.end(&facts, &summary)?;
        Ok(Outcome::Cleaned { facts, summary: Box::new(summary) })
    }

    fn style(&self, facts: &Facts) -> OutStyle {
        let newline = match self.plan.options.newline {
            Newline::Keep => facts.newline,
            Newline::Lf => NewlineKind::Lf,
            Newline::Crlf => NewlineKind::Crlf,
        };
        OutStyle { newline, bom: facts.bom && self.plan.options.keep_bom }
    }

    /// Reads the document and takes it through phase 1, batch by batch, in order, until `each` has
    /// enough. The first `skip` batches are passed over. Texts come out of `spare`. If the facts are not
    /// `sure`, the document may turn out to be something else.
    fn each_batch<R: Read + Seek>(
        &self,
        input: &mut R,
        facts: &Facts,
        sure: bool,
        mut skip: usize,
        spare: &Spare,
        mut each: impl FnMut(Batch) -> io::Result<bool>,
    ) -> io::Result<Reached> {
        let bom = if facts.bom { facts.encoding.bom().len() } else { 0 };
        input.seek(SeekFrom::Start(bom as u64))?;
        let other = AtomicBool::new(false);
        let settle = |bytes: Vec<u8>| {
            if !sure {
                return decode::plain(bytes).unwrap_or_else(|_| {
                    other.store(true, Ordering::Relaxed);
                    Settled::default()
                });
            }
            decode::settled(bytes, facts.encoding, facts.newline, facts.has_cr).unwrap_or_else(|bytes| {
                let s = decode::settle(&bytes, facts.encoding, facts.newline, facts.has_cr, spare.text());
                spare.give(bytes);
                s
            })
        };
        let mut survey = Survey::default();
        if self.plan.surveys() {
            // All of a short document, or whole lines; a line beyond bounds is no sample.
            let size = Survey::SAMPLE.min(usize::try_from(facts.len).unwrap_or(usize::MAX).saturating_add(1));
            let sample = Batches::new(&mut *input, facts.encoding, size, spare).next()?;
            let sample = sample.filter(|s| s.len() <= 2 * Survey::SAMPLE);
            survey = Survey::new(sample.map_or(String::new(), |bytes| settle(bytes).text));
            input.seek(SeekFrom::Start(bom as u64))?;
        }
        let mut hash = twox_hash::xxhash3_128::Hasher::new();
        hash.write(&facts.encoding.bom()[..bom]);
        let mut len = bom as u64;
        let mut batches = Batches::new(input, facts.encoding, self.batch, spare);
        let mut washer = Washer::new(&self.plan, &survey);
        let mut some = Vec::new();
        loop {
            while some.len() < if self.jobs > 1 { self.jobs * 2 } else { 1 } {
                let Some(bytes) = batches.next()? else { break };
                hash.write(&bytes);
                len += bytes.len() as u64;
                if skip > 0 {
                    skip -= 1;
                    spare.give(bytes);
                } else {
                    some.push(bytes);
                }
            }
            if some.is_empty() {
                break;
            }
            #[cfg(feature = "parallel")]
            if some.len() > 1 {
                use rayon::prelude::*;
                let washed: Vec<Batch> = std::mem::take(&mut some)
                    .into_par_iter()
                    .map_init(|| Washer::new(&self.plan, &survey), |washer, bytes| washer.wash(settle(bytes)))
                    .collect();
                if other.load(Ordering::Relaxed) {
                    return Ok(Reached::Other);
                }
                for batch in washed {
                    if !each(batch)? {
                        return Ok(Reached::Enough);
                    }
                }
                continue;
            }
            for bytes in some.drain(..) {
                let batch = washer.wash(settle(bytes));
                if other.load(Ordering::Relaxed) {
                    return Ok(Reached::Other);
                }
                if !each(batch)? {
                    return Ok(Reached::Enough);
                }
            }
        }
        let hash = hash.finish_128();
        if !sure {
            return Ok(if len == facts.len { Reached::All(hash) } else { Reached::Other });
        }
        if hash != facts.hash {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read"));
        }
        Ok(Reached::All(hash))
    }
}

/// How far a document was read.
enum Reached {
    /// As far as was wanted.
    Enough,
    /// To its end; its hash.
    All(u128),
    /// It is not what it was taken for.
    Other,
}

/// What is gathered over the batches of one document.
#[derive(Default)]
struct Whole {
    exceptions: Exceptions,
    residue: Vec<Residue>,
    settled: u64,
    lines: u64,
    /// Line ends of the settled text.
    newlines: u64,
}

impl Whole {
    /// Takes a batch through phase 2 and on to the emitter, as far as verdicts go.
    fn take<S: Sink>(
        &mut self,
        mut batch: Batch,
        decider: &mut Decider<'_>,
        emitter: &mut Emitter<'_, S>,
    ) -> io::Result<()> {
        for (line, kind) in batch.exceptions.drain(..) {
            self.exceptions.push(self.lines + u64::from(line), kind);
        }
        for mut r in batch.residue.drain(..) {
            r.at += self.settled;
            self.residue.push(r);
        }
        self.settled += batch.text.len() as u64;
        self.lines += u64::from(batch.lines);
        let open_end = !batch.text.is_empty() && !batch.text.ends_with('\n');
        self.newlines += u64::from(batch.lines) - u64::from(open_end);
        let pieces = std::mem::take(&mut batch.pieces);
        let hits = std::mem::take(&mut batch.hits);
        let new_len = batch.new_len;
        emitter.add(batch)?;
        let mut outcome = Ok(());
        each_stretch(&pieces, &hits, new_len, |line, rules| {
            decider.line(line, rules, |line, verdict| {
                if outcome.is_ok() {
                    outcome = emitter.line(line, &verdict);
                }
            });
        });
        outcome
    }

    fn end<S: Sink>(&mut self, mut decider: Decider<'_>, emitter: &mut Emitter<'_, S>) -> io::Result<()> {
        let mut outcome = Ok(());
        decider.finish(|line, verdict| {
            if outcome.is_ok() {
                outcome = emitter.line(line, &verdict);
            }
        });
        outcome
    }
}

/// Calls `each` with the lines of a batch and the rules that they match. Body lines, and what no rule
/// matched between them, come as one, but for the first line that is not blank.
fn each_stretch(
    pieces: &[characters::Piece],
    hits: &[(u32, RuleId)],
    new_len: usize,
    mut each: impl FnMut(Line, &[RuleId]),
) {
    let start = |n: usize| pieces.get(n).map_or(new_len, |p| p.span.start as usize);
    let quiet = |p: &characters::Piece| !p.hit && matches!(p.kind, Kind::Body | Kind::Unread);
    // Where the stretch ends that is told already, and whether a line came by that is not blank.
    let (mut told, mut begun) = (0, false);
    each_line(pieces, hits, new_len, |n, mut line, rules| {
        if n < told {
            return;
        }
        if begun && quiet(&pieces[n]) {
            let stretch = &pieces[n..n + pieces[n..].iter().take_while(|p| quiet(p)).count()];
            told = n + stretch.len();
            line.len = (start(told) - start(n)) as u64;
            line.newline = start(told) > pieces[told - 1].span.end as usize;
            if stretch.iter().any(|p| p.kind == Kind::Body) {
                line.kind = Kind::Body;
            }
        }
        begun |= line.kind != Kind::Blank;
        each(line, rules);
    });
}

/// Calls `each` with the number of every line of a batch, the line, and the rules that it matches.
fn each_line(
    pieces: &[characters::Piece],
    mut hits: &[(u32, RuleId)],
    new_len: usize,
    mut each: impl FnMut(usize, Line, &[RuleId]),
) {
    let mut rules: smallvec::SmallVec<[RuleId; 4]> = smallvec::SmallVec::new();
    for (n, piece) in pieces.iter().enumerate() {
        let start = piece.span.start as usize;
        let end = pieces.get(n + 1).map_or(new_len, |next| next.span.start as usize);
        let newline = end > piece.span.end as usize;
        rules.clear();
        if piece.hit {
            while let Some(((at, rule), rest)) = hits.split_first()
                && *at as usize == n
            {
                rules.push(*rule);
                hits = rest;
            }
        }
        each(n, Line { kind: piece.kind, len: (end - start) as u64, newline }, &rules);
    }
}
