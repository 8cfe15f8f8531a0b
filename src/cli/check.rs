//! `lave check`: what cleaning would change, without changing anything.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use super::args::{Check, Talk, Which};
use super::output::{Visible, complain, count, help, note, path, say, thousands, warn};
use super::progress::Progress;
use super::run::{Signals, Source, container, inputs};
use super::settings::settings;
use super::{Exit, Ran};
use crate::dump::{Document, Found, WalkOptions, walk};
use crate::error::Error;
use crate::pipeline::{Change, Finding, Outcome, Pipeline, Sink, Tally};
use crate::rule::RuleSet;

/// Documents up to this size can be shown as a diff.
const DIFF_MAX: u64 = 64 << 20;
/// Documents checked at once.
const GROUP: usize = 256;

/// Keeps what there is to say of a document.
struct Told<'a> {
    rules: &'a RuleSet,
    name: &'a str,
    places: Option<String>,
    signals: &'a Signals,
}

impl Told<'_> {
    fn place(&mut self, line: u64, column: u64, what: impl FnOnce(&mut String)) {
        if let Some(text) = &mut self.places {
            let _ = write!(text, "{}:{line}:{column}: ", self.name);
            what(text);
            text.push('\n');
        }
    }
}

impl Sink for Told<'_> {
    fn output(&mut self, _: &[u8]) -> io::Result<()> {
        match self.signals.stop() {
            None => Ok(()),
            Some(_) => Err(io::Error::other("stopped")),
        }
    }
    fn wants_changes(&self) -> bool {
        self.places.is_some()
    }
    fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        let ids: Vec<&str> = c.rules.iter().map(|r| self.rules.rule(*r).id.as_str()).collect();
        self.place(c.line, c.column, |t| {
            let _ = write!(t, "{}: \"{}\" -> \"{}\"", ids.join(", "), Visible(c.old), Visible(c.new));
        });
        Ok(())
    }
    fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        let id = &self.rules.rule(f.rule).id;
        self.place(f.line, f.column, |t| {
            let _ = write!(t, "{id}: finding: \"{}\"", Visible(f.text));
            if let Some(text) = &f.suggestion {
                let _ = write!(t, ", perhaps \"{}\"", Visible(text));
            }
        });
        Ok(())
    }
}

/// What was seen of one document.
#[derive(Default)]
struct Seen {
    text: String,
    would_change: bool,
    findings: u64,
    changes: u64,
    error: Option<Error>,
}

pub(crate) fn check(a: &Check, talk: &Talk) -> Ran {
    if a.paths.is_empty() && io::stdin().is_terminal() {
        help("check");
        return Ok(Exit::Error);
    }
    let mut s = settings(&a.what, a.jobs, None)?;
    // Curly quotes are no damage: nobody's commit should fail for them.
    s.prefer("quotes.style", "keep", "check")?;
    let pipeline = Pipeline::new(&s)?;
    let jobs = s.jobs();
    if jobs > 1 {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
    }
    // Before signals are watched: one that comes while nothing has been read yet just ends lave.
    let from_stdin = a.paths.is_empty() || a.paths == [Path::new("-")];
    let stdin = if from_stdin { Some(Source::stdin()) } else { None };
    let signals = Signals::watch();
    let checker = Checker {
        pipeline: &pipeline,
        verbose: talk.verbose,
        diff: a.diff,
        any_format: s.get("format") == "text",
        signals: &signals,
    };
    let mut totals = Totals::default();
    if let Some(input) = stdin {
        let seen = checker.look("standard input", input, None);
        totals.take(seen, talk)?;
    } else {
        let (documents, failed) = gather(&a.paths, &a.which, talk)?;
        totals.failed = failed;
        let progress = Progress::new(talk, Some(documents.iter().map(|d| d.len).sum()));
        for group in documents.chunks(GROUP) {
            if signals.stop().is_some() {
                break;
            }
            let look = |d: &Document| {
                let why = if checker.any_format { None } else { container(&d.name) };
                checker.look(&path(&d.path), Source::open(&d.path), why)
            };
            let seen: Vec<Seen> = if jobs > 1 {
                use rayon::prelude::*;
                group.par_iter().map(look).collect()
            } else {
                group.iter().map(look).collect()
            };
            for (d, one) in group.iter().zip(seen) {
                progress.add(d.len);
                let mut told = Ok(());
                progress.aside(|| told = totals.take(one, talk));
                told?;
            }
        }
        progress.done();
    }
    if let Some(exit) = signals.stop() {
        return Ok(exit);
    }
    if !talk.quiet && totals.documents > 1 {
        note(format_args!(
            "{} checked, {} would change: {}, {}",
            count(totals.documents, "document"),
            thousands(totals.dirty),
            count(totals.changes, "change"),
            count(totals.findings, "finding")
        ));
    }
    Ok(if totals.failed > 0 {
        Exit::Error
    } else if totals.dirty > 0 || a.fail_on.is_some() && totals.findings > 0 {
        Exit::Found
    } else {
        Exit::Done
    })
}

/// The documents to look at, and how many could not be.
pub(super) fn gather(paths: &[PathBuf], which: &Which, talk: &Talk) -> crate::Result<(Vec<Document>, u64)> {
    let options = WalkOptions {
        gitignore: true,
        skip_hidden: true,
        include: which.include.clone(),
        exclude: which.exclude.clone(),
        pass_over: Vec::new(),
    };
    let mut documents = Vec::new();
    let mut asides: Vec<Result<(PathBuf, &str), Error>> = Vec::new();
    walk(&inputs(paths, false)?, &options, |found| match found {
        Found::Document(d) => documents.push(d),
        Found::Skipped(p, why) => asides.push(Ok((p, why))),
        Found::Failed(e) => asides.push(Err(e)),
    })?;
    let mut failed = 0;
    for aside in asides {
        match aside {
            Ok((p, why)) if !talk.quiet => warn(format_args!("skipped {}: {why}", path(&p))),
            Ok(_) => {}
            Err(e) => {
                failed += 1;
                complain(&e);
            }
        }
    }
    Ok((documents, failed))
}

#[derive(Default)]
struct Totals {
    documents: u64,
    dirty: u64,
    changes: u64,
    findings: u64,
    failed: u64,
}

impl Totals {
    fn take(&mut self, seen: Seen, talk: &Talk) -> Result<(), super::Stop> {
        self.documents += 1;
        self.dirty += u64::from(seen.would_change);
        self.changes += seen.changes;
        self.findings += seen.findings;
        if let Some(e) = seen.error {
            self.failed += 1;
            complain(&e);
        }
        if !talk.quiet && !seen.text.is_empty() { say(&seen.text) } else { Ok(()) }
    }
}

struct Checker<'a> {
    pipeline: &'a Pipeline,
    verbose: bool,
    diff: bool,
    any_format: bool,
    signals: &'a Signals,
}

impl Checker<'_> {
    fn look(&self, name: &str, input: crate::Result<Source>, why: Option<String>) -> Seen {
        let failed = |error: Error| Seen { error: Some(error), ..Seen::default() };
        let mut input = match input {
            Ok(i) => i,
            Err(e) => return failed(e),
        };
        let io_failed = |e: &io::Error| failed(Error::io(name, "read", e));
        if let Some(reason) = why {
            return self.left_alone(name, &reason);
        }
        let rules = self.pipeline.rules();
        let places = self.verbose.then(String::new);
        let mut told = Told { rules, name, places, signals: self.signals };
        let (facts, summary) = match self.pipeline.run(&mut input, &mut told) {
            Ok(Outcome::Cleaned { facts, summary }) => (facts, summary),
            Ok(Outcome::LeftAlone { reason, .. }) => return self.left_alone(name, &reason),
            Err(_) if self.signals.stop().is_some() => return Seen::default(),
            Err(e) => return io_failed(&e),
        };
        let mut seen = Seen {
            would_change: summary.changed,
            findings: summary.tally.findings,
            changes: summary.tally.all_changes(rules),
            ..Seen::default()
        };
        if summary.changed || summary.tally.findings > 0 {
            let _ = writeln!(seen.text, "{name}: {}", line(&summary.tally, rules));
        }
        seen.text.push_str(&told.places.unwrap_or_default());
        if self.diff && summary.changed {
            if facts.len > DIFF_MAX {
                let _ = writeln!(seen.text, "{name}: too large to be shown as a diff");
            } else {
                match super::diff::diff(self.pipeline, name, &mut input) {
                    Ok(text) => seen.text.push_str(&text),
                    Err(e) => return io_failed(&e),
                }
            }
        }
        seen
    }

    fn left_alone(&self, name: &str, reason: &str) -> Seen {
        let text = if self.verbose { format!("{name}: left alone: {}\n", Visible(reason)) } else { String::new() };
        Seen { text, findings: 1, ..Seen::default() }
    }
}

/// `12 changes (mojibake 7, whitespace 5), 2 findings`
fn line(tally: &Tally, rules: &RuleSet) -> String {
    let stages: Vec<String> = tally.by_stage(rules).into_iter().map(|(s, n)| format!("{s} {}", thousands(n))).collect();
    let mut out = count(tally.all_changes(rules), "change");
    if !stages.is_empty() {
        let _ = write!(out, " ({})", stages.join(", "));
    }
    let _ = write!(out, ", {}", count(tally.findings, "finding"));
    out
}
