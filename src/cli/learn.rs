//! `lave learn`: proposes rules for the lines that recur in a dump, for a person to read and prune.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::args::{Clean, Learn, Talk, What};
use super::check::gather;
use super::output::{complain, count, note, path, say, thousands, warn};
use super::progress::Progress;
use super::run::Signals;
use super::{Exit, Ran};
use crate::config::Settings;
use crate::error::Error;
use crate::learn::{BYTES_MAX, Document, Learner};
use crate::pipeline::Pipeline;

/// Most bytes of one record of a .jsonl file.
const RECORD_MAX: u64 = 64 << 20;
/// Fields of a record that may hold its text, and its source.
const TEXT: &[&str] = &["text", "content", "body", "raw_content", "article"];
const SOURCE: &[&str] = &["source", "publisher", "site", "domain", "host", "url"];

pub(crate) fn learn(a: &Learn, talk: &Talk) -> Ran {
    let (documents, mut failed) = gather(&a.paths, &a.which, talk)?;
    let signals = Signals::watch();
    let mut learner = Learner::new(a.min_documents);
    let progress = Progress::new(talk, Some(2 * documents.iter().map(|d| d.len).sum::<u64>()));
    for reading in 0..2 {
        if reading == 1 {
            learner.read_again();
        }
        for d in &documents {
            if let Some(exit) = signals.stop() {
                return Ok(exit);
            }
            progress.add(d.len);
            if let Err(e) = read(&d.path, &mut learner)
                && reading == 0
            {
                failed += 1;
                progress.aside(|| complain(&Error::io(path(&d.path), "read", &e)));
            }
        }
    }
    progress.done();
    let all = learner.finish();
    let found = all.len();
    // What lave drops anyway need not be learned.
    let mut settings = Settings::profile("news")?;
    settings.set("level", "likely", "learn")?;
    let pipeline = Pipeline::new(&settings)?;
    let fresh = all.into_iter().filter(|l| !pipeline.clean_str(&format!("{}\n", l.text)).text().is_empty());
    let mut rules = String::new();
    let mut number = 0;
    for line in fresh.take(a.max_rules as usize) {
        number += 1;
        let _ = writeln!(rules, "{}", line.rule(number, learner.documents));
    }
    let mut out = format!(
        "# Proposed by `lave learn`: lines that stand in at least {} of {}.\n\
         # Read them, take out what is text and not furniture, and use the rest with --rules.\n\n{rules}",
        a.min_documents.max(2),
        count(learner.documents, "document"),
    );
    if learner.twice.documents > 0 {
        let _ =
            writeln!(out, "# {} with a long line that stands twice in it:", count(learner.twice.documents, "document"));
        for (at, text) in &learner.twice.places {
            let _ = writeln!(
                out,
                "#   {at}: {}",
                text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
            );
        }
    }
    match &a.output {
        Some(file) => std::fs::write(file, out).map_err(|e| Error::io(path(file), "write", &e))?,
        None => say(&out)?,
    }
    if learner.too_many && !talk.quiet {
        warn("more lines recur than can be counted; a higher --min-documents finds the rest");
    }
    if !talk.quiet {
        note(format_args!(
            "{}, {} that recur, {} proposed",
            count(learner.documents, "document"),
            count(found as u64, "line"),
            thousands(number as u64) + if number == 1 { " rule" } else { " rules" },
        ));
    }
    let exit = if failed > 0 { Exit::Error } else { Exit::Done };
    match (&a.apply, &a.output) {
        (Some(folder), Some(rules)) => Ok(exit.worst(apply(a, rules, folder, talk)?)),
        _ => Ok(exit),
    }
}

/// Cleans what was learned from with the rules that came of it.
fn apply(a: &Learn, rules: &Path, folder: &Path, talk: &Talk) -> Ran {
    let clean = Clean {
        paths: a.paths.clone(),
        output: Some(folder.to_owned()),
        in_place: false,
        report: None,
        no_report: false,
        report_detail: None,
        jobs: None,
        fail_on: None,
        sample: None,
        what: What { rules: vec![rules.to_owned()], ..What::default() },
        which: a.which.clone(),
        gitignore: true,
    };
    super::clean::clean(&clean, talk)
}

/// Gives the documents of one file to `learner`.
fn read(at: &Path, learner: &mut Learner) -> io::Result<()> {
    let name = path(at);
    let mut input = BufReader::with_capacity(1 << 18, File::open(at)?);
    let records = at.extension().is_some_and(|e| e == "jsonl" || e == "ndjson");
    let mut line = Vec::new();
    if records {
        let mut number = 0u64;
        while next(&mut input, RECORD_MAX, &mut line)? {
            number += 1;
            if let Ok(record) = serde_json::from_slice::<serde_json::Value>(&line) {
                take_record(&record, &format!("{name}#{number}"), learner);
            }
        }
        return Ok(());
    }
    if input.fill_buf()?.iter().take(8192).any(|&b| b == 0) {
        return Ok(());
    }
    learner.begin();
    let document = Document { name: &name, source: None };
    let mut number = 0;
    while next(&mut input, BYTES_MAX as u64 + 2, &mut line)? {
        number += 1;
        learner.line(&document, number, &String::from_utf8_lossy(&line));
    }
    Ok(())
}

/// The next line, without its newline; of a longer one than `most` the start. False at the end.
fn next(input: &mut impl BufRead, most: u64, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if input.by_ref().take(most).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == most {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}

fn take_record(record: &serde_json::Value, name: &str, learner: &mut Learner) {
    let field = |names: &[&str]| names.iter().find_map(|n| record.get(n)?.as_str());
    let Some(text) = field(TEXT) else { return };
    // Of an address the host.
    let source =
        field(SOURCE).map(|s| s.split_once("://").map_or(s, |(_, rest)| rest.split('/').next().unwrap_or(rest)));
    learner.begin();
    for (number, line) in (1..).zip(text.lines()) {
        learner.line(&Document { name, source }, number, line);
    }
}
