//! `lave clean`: documents in order, small ones in groups on all threads, and for each its records
//! on the disk before its output takes its place.

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use crate::pipeline::{Outcome, Pipeline};
use crate::report::{self, DocumentId, Journal, Totals};
use crate::{Error, Settings};

use super::args::{Clean, Talk};
use super::output::{complain, count, help, note, path, stdout_failed, thousands, warn};
use super::places::{output, refuse_clashes, report_path};
use super::progress::Progress;
use super::report_file::{ReportFile, is_report, refuse_report};
use super::run::{Failed, Signals, Source, Stamp, Target, Way, changed_meanwhile, container, inputs, wash};
use super::settings::settings;
use super::{Exit, Ran, Stop};
use crate::dump::{Document, Found, Input, Output, Staged, WalkOptions, same_file, walk};

/// Documents up to this size are cleaned in groups, one on each thread.
const SMALL: u64 = 1 << 20;
/// Bytes, and documents, of a group.
const GROUP_BYTES: u64 = 8 << 20;
const GROUP_DOCUMENTS: usize = 1024;
/// Left-alone documents that the summary names.
const NAMED: usize = 10;

pub(crate) fn clean(a: &Clean, talk: &Talk) -> Ran {
    let s = settings(&a.what, a.jobs, a.report_detail.as_deref())?;
    let from_stdin = a.paths.is_empty() || a.paths == [Path::new("-")];
    if a.paths.is_empty() && io::stdin().is_terminal() {
        help("clean");
        return Ok(Exit::Error);
    }
    if let Some(p) = a.paths.iter().find(|p| !from_stdin && *p == Path::new("-")) {
        return Err(Error::new(path(p), "standard input cannot be mixed with files")
            .remedy("clean it by itself")
            .into());
    }
    let inputs = if from_stdin { Vec::new() } else { inputs(&a.paths, a.in_place)? };
    let output = output(a, &inputs)?;
    let pipeline = Pipeline::new(&s)?;
    let report = report_path(a, &output, &inputs)?;
    let jobs = s.jobs();
    if jobs > 1 {
        // Fails only if a pool is there already.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
    }
    refuse_report(report.as_deref())?;
    // Before signals are watched: one that comes while nothing has been read yet just ends lave.
    let stdin = if from_stdin { Some(Source::stdin()?) } else { None };
    let mut run = Run::new(&pipeline, &s, output, talk);
    let documents = match stdin {
        Some(_) => refuse_clashes(&run.output, &[], report.as_deref()).map(|()| Vec::new())?,
        None => run.gather(&inputs, a, report.as_deref())?,
    };
    run.total(if from_stdin { None } else { Some(documents.iter().map(|d| d.len).sum()) });
    if let Some(p) = report {
        run.output.prepare_report(&p)?;
        let full = s.get("report.detail") == "full";
        run.begin_report(p, full, a.in_place, &s)?;
    }
    match stdin {
        Some(input) => run.stdin(input)?,
        None => run.all(&documents)?,
    }
    let exit = run.end()?;
    let found = a.fail_on.is_some() && run.totals.tally.findings > 0;
    Ok(if found { exit.max(Exit::Found) } else { exit })
}

/// A small document, done in memory.
struct Washed {
    out: Vec<u8>,
    records: Vec<u8>,
    /// What the file was when it was read.
    stamp: Option<Stamp>,
    outcome: Result<Outcome, Error>,
}

struct Run<'a> {
    pipeline: &'a Pipeline,
    names: Vec<Vec<u8>>,
    output: Output,
    talk: &'a Talk,
    progress: Progress,
    signals: Signals,
    report: Option<ReportFile>,
    totals: Totals,
    left_alone: Vec<String>,
    any_format: bool,
    jobs: usize,
}

impl<'a> Run<'a> {
    fn new(pipeline: &'a Pipeline, s: &Settings, output: Output, talk: &'a Talk) -> Self {
        Run {
            pipeline,
            names: Journal::<&mut Vec<u8>>::names(pipeline.rules()),
            output,
            talk,
            progress: Progress::none(),
            signals: Signals::watch(),
            report: None,
            totals: Totals::default(),
            left_alone: Vec::new(),
            any_format: s.get("format") == "text",
            jobs: s.jobs(),
        }
    }

    fn total(&mut self, bytes: Option<u64>) {
        self.progress = Progress::new(self.talk, bytes);
    }

    fn fail(&mut self, e: &Error) {
        self.totals.failed += 1;
        self.progress.aside(|| complain(e));
    }

    /// The documents, in order; refuses before any work if two would go to one place, or one onto
    /// an input.
    fn gather(&mut self, inputs: &[Input], a: &Clean, report: Option<&Path>) -> crate::Result<Vec<Document>> {
        let mut pass_over: Vec<PathBuf> = report.iter().map(|p| p.to_path_buf()).collect();
        if let Output::Folder(f) = &self.output {
            pass_over.push(f.clone());
        }
        // What lave itself put there when the folder was its output.
        for old in inputs.iter().filter(|i| i.is_folder).map(|i| i.path.join("report.jsonl")) {
            if is_report(&old) && !report.is_some_and(|r| same_file(r, &old)) {
                if !self.talk.quiet {
                    warn(format_args!("skipped {}: the report of an earlier run", path(&old)));
                }
                pass_over.push(old);
            }
        }
        let options = WalkOptions {
            gitignore: a.gitignore,
            skip_hidden: false,
            include: a.which.include.clone(),
            exclude: a.which.exclude.clone(),
            pass_over,
        };
        let mut documents: Vec<Document> = Vec::new();
        let mut asides: Vec<Result<(PathBuf, &str), Error>> = Vec::new();
        let in_place = matches!(self.output, Output::InPlace);
        walk(inputs, &options, |found| match found {
            Found::Document(d) if in_place && d.is_symlink => {
                asides.push(Ok((d.path, "a symlink; --in-place leaves it")))
            }
            Found::Document(d) => documents.push(d),
            Found::Skipped(p, why) => asides.push(Ok((p, why))),
            Found::Failed(e) => asides.push(Err(e)),
        })?;
        for aside in asides {
            match aside {
                Ok((p, why)) if !self.talk.quiet => warn(format_args!("skipped {}: {why}", path(&p))),
                Ok(_) => {}
                Err(e) => self.fail(&e),
            }
        }
        refuse_clashes(&self.output, &documents, report)?;
        Ok(documents)
    }

    fn begin_report(&mut self, p: PathBuf, full: bool, fresh: bool, s: &Settings) -> crate::Result<()> {
        let mut head = Vec::new();
        report::header(s.hash(), self.pipeline.rules().hash(), full, &mut head);
        let mut r = ReportFile::create(p, full, fresh)?;
        r.write(&head)?;
        self.report = Some(r);
        Ok(())
    }

    /// All documents, in order.
    fn all(&mut self, documents: &[Document]) -> Result<(), Stop> {
        let mut rest = documents;
        while !rest.is_empty() && self.signals.stop().is_none() {
            let mut bytes = 0;
            let n = rest
                .iter()
                .take(GROUP_DOCUMENTS)
                .take_while(|d| {
                    bytes += d.len;
                    d.len <= SMALL && bytes <= GROUP_BYTES
                })
                .count();
            if n == 0 {
                self.large(&rest[0])?;
                rest = &rest[1..];
            } else {
                let (group, tail) = rest.split_at(n);
                self.group(group)?;
                rest = tail;
            }
        }
        Ok(())
    }

    fn why(&self, d: &Document) -> Option<String> {
        if self.any_format { None } else { container(&d.name) }
    }

    fn small(&self, d: &Document) -> Washed {
        let id = d.id();
        let (mut out, mut records) = (Vec::new(), Vec::new());
        let (mut input, stamp) = match Source::held(&d.path) {
            Ok((input, stamp)) => (input, Some(stamp)),
            Err(e) => {
                let outcome = Err(Error::io(path(&d.path), "read", &e));
                return Washed { out, records, stamp: None, outcome };
            }
        };
        let journal = self.journal(&mut records);
        let mut way = Way::new(&id, &mut out, journal, &self.signals, &|_| {});
        let outcome = wash(self.pipeline, &mut input, self.why(d), &mut way);
        let outcome = outcome.map_err(|e| Error::io(path(&d.path), "clean", &e));
        Washed { out, records, stamp, outcome }
    }

    fn journal<'r, W: Write>(&'r self, to: W) -> Option<Journal<'r, W>> {
        let full = self.report.as_ref()?.full;
        Some(Journal::new(to, self.pipeline.rules(), &self.names, full))
    }

    /// Small documents: cleaned on all threads, then recorded, then put in place, in order.
    fn group(&mut self, group: &[Document]) -> Result<(), Stop> {
        let washed: Vec<Washed> = if self.jobs > 1 {
            use rayon::prelude::*;
            let this: &Run<'_> = self;
            group.par_iter().map(|d| this.small(d)).collect()
        } else {
            group.iter().map(|d| self.small(d)).collect()
        };
        if self.signals.stop().is_some() {
            return Ok(());
        }
        for (d, w) in group.iter().zip(&washed) {
            match &w.outcome {
                Ok(_) => self.record(&w.records)?,
                Err(e) => self.record_failure(&d.id(), e)?,
            }
        }
        if let Some(r) = &mut self.report {
            r.sync()?;
        }
        for (d, w) in group.iter().zip(washed) {
            if self.signals.stop().is_some() {
                return Ok(());
            }
            self.progress.add(d.len);
            match w.outcome {
                Ok(outcome) => self.put(d, &w.out, w.stamp.as_ref(), &outcome)?,
                Err(e) => self.fail(&e),
            }
        }
        Ok(())
    }

    fn record(&mut self, bytes: &[u8]) -> crate::Result<()> {
        self.report.as_mut().map_or(Ok(()), |r| r.write(bytes))
    }

    fn record_failure(&mut self, id: &DocumentId, e: &Error) -> crate::Result<()> {
        let mut line = Vec::new();
        if let Some(mut j) = self.journal(&mut line) {
            // Without the place, which may be an absolute path.
            let _ = j.failed(id, e.what());
        }
        self.record(&line)
    }

    /// Puts a small document's output in its place.
    fn put(&mut self, d: &Document, out: &[u8], stamp: Option<&Stamp>, outcome: &Outcome) -> Result<(), Stop> {
        let done = match self.output.place(&d.name, &d.path) {
            None => return self.finish_stream(out, d, outcome),
            Some(_) if self.unchanged_in_place(outcome) => Ok(()),
            Some(place) => self.stage(&place, d).and_then(|mut staged| {
                staged.write_all(out).map_err(|e| Error::io(path(&place), "write", &e))?;
                self.commit(staged, d, stamp)
            }),
        };
        match done {
            Ok(()) => self.count(&d.name, outcome),
            Err(e) => {
                // The records tell of an output that is not there: say so after them.
                self.record_failure(&d.id(), &e)?;
                self.fail(&e);
            }
        }
        Ok(())
    }

    fn finish_stream(&mut self, out: &[u8], d: &Document, outcome: &Outcome) -> Result<(), Stop> {
        if matches!(self.output, Output::Stdout) {
            io::stdout().lock().write_all(out).map_err(|e| stdout_failed(&e))?;
        }
        self.count(&d.name, outcome);
        Ok(())
    }

    fn unchanged_in_place(&self, outcome: &Outcome) -> bool {
        let changed = matches!(outcome, Outcome::Cleaned { summary, .. } if summary.changed);
        matches!(self.output, Output::InPlace) && !changed
    }

    fn stage(&self, place: &Path, d: &Document) -> crate::Result<Staged> {
        self.output.prepare(place)?;
        let in_place = matches!(self.output, Output::InPlace);
        Staged::new(place, in_place.then_some(d.path.as_path()), in_place)
    }

    /// Puts `staged` in its place; not over an input that has changed since it had `stamp`.
    fn commit(&self, staged: Staged, d: &Document, stamp: Option<&Stamp>) -> crate::Result<()> {
        if matches!(self.output, Output::InPlace) && stamp.is_some_and(|s| s.differs(&d.path)) {
            return Err(Error::io(path(&d.path), "clean", &changed_meanwhile()));
        }
        staged.commit()
    }

    /// A document that is streamed: its records go to the report as they come.
    fn large(&mut self, d: &Document) -> Result<(), Stop> {
        self.progress.on(&path(&d.name));
        let place = self.output.place(&d.name, &d.path);
        let mut input = match Source::open(&d.path) {
            Ok(i) => i,
            Err(e) => {
                self.record_failure(&d.id(), &e)?;
                self.fail(&e);
                return Ok(());
            }
        };
        let staged = match place.as_deref().map(|p| self.stage(p, d)).transpose() {
            Ok(s) => s,
            Err(e) => {
                self.record_failure(&d.id(), &e)?;
                self.fail(&e);
                return Ok(());
            }
        };
        let stamp = input.stamp();
        let id = d.id();
        let why = self.why(d);
        let (outcome, staged) = self.stream(&mut input, &id, why, staged)?;
        match (outcome, staged) {
            (Ok(outcome), staged) => {
                let commit = staged
                    .filter(|_| !self.unchanged_in_place(&outcome))
                    .map_or(Ok(()), |staged| self.commit(staged, d, stamp.as_ref()));
                match commit {
                    Ok(()) => self.count(&d.name, &outcome),
                    Err(e) => {
                        self.record_failure(&id, &e)?;
                        self.fail(&e);
                    }
                }
            }
            (Err(Some((what, e))), _) => {
                let e = match what {
                    Some(Failed::Output) => {
                        Error::io(place.map_or("standard output".into(), |p| path(&p)), "write", &e)
                    }
                    _ => Error::io(path(&d.path), "read", &e),
                };
                self.record_failure(&id, &e)?;
                self.fail(&e);
            }
            // Stopped by a signal.
            (Err(None), _) => {}
        }
        Ok(())
    }

    /// Streams one document to `staged` or to standard output, and syncs its records.
    #[allow(clippy::type_complexity)]
    fn stream(
        &mut self,
        input: &mut Source,
        id: &DocumentId,
        why: Option<String>,
        staged: Option<Staged>,
    ) -> Result<(Result<Outcome, Option<(Option<Failed>, io::Error)>>, Option<Staged>), Stop> {
        let to_stdout = matches!(self.output, Output::Stdout);
        let mut out = match staged {
            Some(s) => Target::Staged(BufWriter::with_capacity(1 << 17, s)),
            None if to_stdout => Target::Stdout(BufWriter::with_capacity(1 << 17, io::stdout())),
            None => Target::Nowhere,
        };
        let progress = &self.progress;
        let add = |n| progress.add(n);
        let rules = self.pipeline.rules();
        let names = &self.names;
        let journal = self.report.as_mut().map(|r| Journal::new(&mut r.file, rules, names, r.full));
        let mut way = Way::new(id, &mut out, journal, &self.signals, &add);
        let before = input.stamp();
        let mut outcome = wash(self.pipeline, input, why, &mut way);
        if outcome.is_ok() && input.stamp() != before {
            outcome = Err(changed_meanwhile());
        }
        let mut failed = way.failed();
        if outcome.is_ok()
            && let Err(e) = out.flush()
        {
            failed = Some(Failed::Output);
            outcome = Err(e);
        }
        match (outcome, failed) {
            (Ok(outcome), _) => {
                if let Some(r) = &mut self.report {
                    r.sync()?;
                }
                let staged = match out {
                    Target::Staged(w) => w.into_inner().ok(),
                    _ => None,
                };
                Ok((Ok(outcome), staged))
            }
            (Err(e), Some(Failed::Report)) => {
                let p = self.report.as_ref().map_or_else(String::new, |r| path(&r.path));
                // What is buffered cannot be written either.
                Err(Error::io(p, "write the report", &e).into())
            }
            (Err(_), Some(Failed::Stopped)) => {
                self.record_failure(id, &Error::new("lave", "stopped by a signal"))?;
                Ok((Err(None), None))
            }
            (Err(e), Some(Failed::Output)) if to_stdout => Err(stdout_failed(&e)),
            (Err(e), failed) => Ok((Err(Some((failed, e))), None)),
        }
    }

    fn stdin(&mut self, mut input: Source) -> Result<(), Stop> {
        let id = DocumentId::Text("-".to_owned());
        let place = self.output.place(Path::new("-"), Path::new("-"));
        let staged = match &place {
            Some(p) => {
                self.output.prepare(p)?;
                Some(Staged::new(p, None, false)?)
            }
            None => None,
        };
        match self.stream(&mut input, &id, None, staged)? {
            (Ok(outcome), staged) => {
                staged.map_or(Ok(()), Staged::commit)?;
                self.count(Path::new("standard input"), &outcome);
                Ok(())
            }
            (Err(Some((what, e))), _) => {
                let at = match (what, place) {
                    (Some(Failed::Output), Some(p)) => path(&p),
                    _ => "standard input".to_owned(),
                };
                Err(Error::io(at, "clean", &e).into())
            }
            (Err(None), _) => Ok(()),
        }
    }

    fn count(&mut self, name: &Path, outcome: &Outcome) {
        match outcome {
            Outcome::Cleaned { facts, summary } => {
                self.totals.cleaned += 1;
                self.totals.changed += u64::from(summary.changed);
                self.totals.bytes += facts.len;
                self.totals.tally.add(&summary.tally);
            }
            Outcome::LeftAlone { facts, reason } => {
                self.totals.left_alone += 1;
                self.totals.bytes += facts.len;
                self.totals.tally.left_alone(self.pipeline.rules());
                self.left_alone.push(format!("{}: {reason}", path(name)));
            }
        }
    }

    /// Ends the report, and tells what was done.
    fn end(&mut self) -> Result<Exit, Stop> {
        self.progress.done();
        let stopped = self.signals.stop();
        if stopped.is_none() {
            let mut line = Vec::new();
            report::summary(&self.totals, self.pipeline.rules(), &mut line);
            self.record(&line)?;
        }
        // Each document's records are on the disk by now, but for those of failures; the way back takes
        // no more.
        if let Some(r) = &mut self.report {
            if self.totals.failed > 0 { r.sync()? } else { r.flush()? }
        }
        self.tell(stopped.is_some());
        Ok(match stopped {
            Some(e) => e,
            None if self.totals.failed > 0 => Exit::Error,
            None => Exit::Done,
        })
    }

    fn tell(&self, stopped: bool) {
        let t = &self.totals;
        if stopped {
            note(format_args!(
                "stopped: {} done and in place, the rest untouched; run again to go on",
                count(t.cleaned + t.left_alone, "document")
            ));
        }
        // What goes to standard output is not accompanied by a summary unless somebody asks.
        if self.talk.quiet || (matches!(self.output, Output::Stdout) && !self.talk.verbose) {
            return;
        }
        let mut head = format!("{} cleaned ({} changed)", count(t.cleaned, "document"), thousands(t.changed));
        if t.left_alone > 0 {
            head += &format!(", {} left alone", thousands(t.left_alone));
        }
        if t.failed > 0 {
            head += &format!(", {} failed", thousands(t.failed));
        }
        let changes = t.tally.all_changes(self.pipeline.rules());
        note(format_args!("{head}: {}, {}", count(changes, "change"), count(t.tally.findings, "finding")));
        for (stage, n) in t.tally.by_stage(self.pipeline.rules()) {
            note(format_args!("  {stage:<12} {:>10}", thousands(n)));
        }
        for line in self.left_alone.iter().take(NAMED) {
            note(format_args!("left alone: {line}"));
        }
        if self.left_alone.len() > NAMED {
            note(format_args!("left alone: and {} more", thousands((self.left_alone.len() - NAMED) as u64)));
        }
        if let Some(r) = &self.report {
            note(format_args!("report: {}", path(&r.path)));
        }
    }
}
