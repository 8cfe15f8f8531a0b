//! `lave preview`: for each rule that would fire, how often, and some places before and after.
//!
//! The places are those whose seeded hash is smallest: a fair draw, the same at every run and in
//! whatever order documents are read, in memory bounded by the number of rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use twox_hash::XxHash3_64;

use super::args::{Preview, Talk};
use super::check::gather;
use super::output::{Visible, complain, count, help, note, path, say, thousands};
use super::run::{Signals, Source, container};
use super::settings::settings;
use super::{Exit, Ran};
use crate::error::Error;
use crate::pipeline::{Change, Finding, Outcome, Pipeline, Sink};
use crate::rule::RuleId;

/// Characters of a place that are shown.
const SHOWN: usize = 160;

/// What one rule would do.
#[derive(Default)]
struct Seen {
    changes: u64,
    findings: u64,
    /// By their hashes, the smallest.
    places: BTreeMap<(u64, String), Place>,
}

struct Place {
    old: String,
    /// None for a finding.
    new: Option<String>,
}

struct Previewer<'a> {
    name: String,
    sample: usize,
    seed: u64,
    rules: BTreeMap<u16, Seen>,
    signals: &'a Signals,
}

impl Previewer<'_> {
    fn add(&mut self, rule: RuleId, line: u64, column: u64, old: &str, new: Option<&str>) {
        let at = format!("{}:{line}:{column}", self.name);
        let seen = self.rules.entry(rule.0).or_default();
        *(if new.is_some() { &mut seen.changes } else { &mut seen.findings }) += 1;
        let hash = XxHash3_64::oneshot_with_seed(self.seed ^ u64::from(rule.0), at.as_bytes());
        let full = seen.places.len() >= self.sample;
        if full && seen.places.last_key_value().is_none_or(|(last, _)| (hash, &at) >= (last.0, &last.1)) {
            return;
        }
        if full {
            seen.places.pop_last();
        }
        let cut = |s: &str| match s.char_indices().nth(SHOWN) {
            Some((at, _)) => format!("{}...", &s[..at]),
            None => s.to_owned(),
        };
        seen.places.insert((hash, at), Place { old: cut(old), new: new.map(cut) });
    }
}

impl Sink for Previewer<'_> {
    fn output(&mut self, _: &[u8]) -> io::Result<()> {
        if self.signals.stop().is_some() { Err(io::Error::other("stopped")) } else { Ok(()) }
    }
    fn wants_changes(&self) -> bool {
        true
    }
    fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        c.rules.iter().for_each(|&rule| self.add(rule, c.line, c.column, c.old, Some(c.new)));
        Ok(())
    }
    fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        self.add(f.rule, f.line, f.column, f.text, None);
        Ok(())
    }
}

pub(crate) fn preview(a: &Preview, talk: &Talk) -> Ran {
    if a.paths.is_empty() && io::stdin().is_terminal() {
        help("preview");
        return Ok(Exit::Error);
    }
    let s = settings(&a.what, None, None)?;
    let pipeline = Pipeline::new(&s)?;
    let any_format = s.get("format") == "text";
    let from_stdin = a.paths.is_empty() || a.paths == [Path::new("-")];
    let stdin = if from_stdin { Some(Source::stdin()?) } else { None };
    let signals = Signals::watch();
    let sample = a.sample.try_into().unwrap_or(usize::MAX);
    let mut all = Previewer { name: String::new(), sample, seed: a.seed, rules: BTreeMap::new(), signals: &signals };
    let (mut documents, mut failed) = (0u64, 0);
    let mut look = |name: String, mut input: Source| {
        all.name = name;
        match pipeline.run(&mut input, &mut all) {
            Ok(Outcome::Cleaned { .. }) => documents += 1,
            Ok(Outcome::LeftAlone { .. }) => {}
            Err(_) if signals.stop().is_some() => {}
            Err(e) => {
                failed += 1;
                complain(&Error::io(&all.name, "read", &e));
            }
        }
    };
    if let Some(input) = stdin {
        look("standard input".to_owned(), input);
    } else {
        let (found, missed) = gather(&a.paths, &a.which, talk)?;
        let mut unread = missed;
        for d in found {
            if signals.stop().is_some() {
                break;
            }
            if !any_format && container(&d.name).is_some() {
                continue;
            }
            match Source::open(&d.path) {
                Ok(input) => look(path(&d.path), input),
                Err(e) => {
                    unread += 1;
                    complain(&e);
                }
            }
        }
        failed += unread;
    }
    if let Some(exit) = signals.stop() {
        return Ok(exit);
    }
    say(&told(&all, &pipeline))?;
    if !talk.quiet {
        let rules = thousands(all.rules.len() as u64);
        note(format_args!("{} looked at, {rules} rules would fire; nothing was written", count(documents, "document")));
    }
    Ok(if failed > 0 { Exit::Error } else { Exit::Done })
}

fn told(all: &Previewer<'_>, pipeline: &Pipeline) -> String {
    let mut out = String::new();
    for (&id, seen) in &all.rules {
        let rule = pipeline.rules().rule(RuleId(id));
        let mut counts = Vec::new();
        if seen.changes > 0 {
            counts.push(count(seen.changes, "change"));
        }
        if seen.findings > 0 {
            counts.push(count(seen.findings, "finding"));
        }
        let _ = writeln!(out, "{}: {}\n  {}", rule.id, counts.join(", "), Visible(&rule.why));
        for ((_, at), place) in &seen.places {
            let _ = writeln!(out, "  {at}\n    - {}", Visible(&place.old));
            if let Some(new) = &place.new {
                let _ = writeln!(out, "    + {}", Visible(new));
            }
        }
    }
    out
}
