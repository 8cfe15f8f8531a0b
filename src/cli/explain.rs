//! `lave explain`: what cleaning would change and what it would leave, place by place, each with the
//! reason in words.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use super::args::{Explain, Talk};
use super::check::gather;
use super::output::{Visible, complain, help, path, say};
use super::run::{Signals, Source, container};
use super::settings::settings;
use super::{Exit, Ran};
use crate::error::Error;
use crate::pipeline::{Change, Finding, Outcome, Pipeline, Sink};
use crate::rule::{Level, RuleSet};

/// Characters of a place that are shown.
const SHOWN: usize = 160;

pub(crate) fn explain(a: &Explain, talk: &Talk) -> Ran {
    if a.text.is_empty() && a.paths.is_empty() && io::stdin().is_terminal() {
        help("explain");
        return Ok(Exit::Error);
    }
    let mut s = settings(&a.what, None, None)?;
    s.prefer("quotes.style", "keep", "explain")?;
    let any_format = s.get("format") == "text";
    let pipeline = Pipeline::new(&s)?;
    let (mut unread, mut told) = (0, String::new());
    if !a.text.is_empty() {
        for text in &a.text {
            let line = format!("{text}\n");
            let cleaned = pipeline.clean_str(&line);
            let mut out = Told { rules: pipeline.rules(), text: String::new(), signals: None };
            cleaned.changes().iter().for_each(|c| {
                let rules: Vec<_> = c.rules.iter().map(|r| pipeline.rules().rule(*r)).collect();
                out.change_of(c.line, c.column, &c.old, &c.new, c.how.as_deref(), &rules);
            });
            cleaned.findings().iter().for_each(|f| {
                out.finding_of(f.line, f.column, &f.text, f.suggestion.as_deref(), pipeline.rules().rule(f.rule));
            });
            let _ = writeln!(told, "{}", Visible(text));
            told.push_str(&out.end());
            if cleaned.text() != line {
                let _ = writeln!(told, "  clean: {}", Visible(cleaned.text().trim_end_matches('\n')));
            }
        }
        say(&told)?;
        return Ok(Exit::Done);
    }
    let from_stdin = a.paths.is_empty() || a.paths == [Path::new("-")];
    let stdin = if from_stdin { Some(Source::stdin()?) } else { None };
    let signals = Signals::watch();
    let mut look = |name: &str, mut input: Source| -> Result<(), super::Stop> {
        let mut out = Told { rules: pipeline.rules(), text: String::new(), signals: Some(&signals) };
        let ran = pipeline.run(&mut input, &mut out);
        match ran {
            Ok(Outcome::Cleaned { .. }) => say(&format!("{name}\n{}", out.end())),
            Ok(Outcome::LeftAlone { reason, .. }) => say(&format!("{name}\n  left alone: {}\n", Visible(&reason))),
            Err(_) if signals.stop().is_some() => Ok(()),
            Err(e) => {
                unread += 1;
                complain(&Error::io(name, "read", &e));
                Ok(())
            }
        }
    };
    if let Some(input) = stdin {
        look("standard input", input)?;
    } else {
        let (found, missed) = gather(&a.paths, &a.which, talk)?;
        for d in found.iter().filter(|d| any_format || container(&d.name).is_none()) {
            if signals.stop().is_some() {
                break;
            }
            look(&path(&d.path), Source::open(&d.path)?)?;
        }
        unread += missed;
    }
    if let Some(exit) = signals.stop() {
        return Ok(exit);
    }
    Ok(if unread > 0 { Exit::Error } else { Exit::Done })
}

/// Puts what it is told into words.
struct Told<'a> {
    rules: &'a RuleSet,
    text: String,
    signals: Option<&'a Signals>,
}

/// The start of `text`, if it is long.
fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("\"{}...\"", Visible(&text[..end])),
        None => format!("\"{}\"", Visible(text)),
    }
}

/// The bytes of `text` beyond ASCII, if it is short.
fn bytes(text: &str) -> Option<String> {
    let all: Vec<String> = text.bytes().filter(|b| !b.is_ascii()).map(|b| format!("{b:02X}")).collect();
    (!all.is_empty() && all.len() <= 12).then(|| all.join(" "))
}

impl Told<'_> {
    fn change_of(
        &mut self,
        line: u64,
        column: u64,
        old: &str,
        new: &str,
        how: Option<&str>,
        rules: &[&crate::rule::Rule],
    ) {
        let _ = writeln!(self.text, "  {line}:{column}: {} -> {}", short(old), short(new));
        if let Some(how) = how {
            let _ = write!(self.text, "      {how}");
            // What is evidence for it.
            if let Some(bytes) = bytes(new).filter(|_| how.starts_with("utf-8")) {
                let _ = write!(self.text, ": {} is {bytes} in utf-8", short(new));
            }
            self.text.push('\n');
        }
        rules.iter().for_each(|r| self.rule(r));
    }

    fn finding_of(&mut self, line: u64, column: u64, text: &str, suggestion: Option<&str>, rule: &crate::rule::Rule) {
        let _ = write!(self.text, "  {line}:{column}: {} stays as it is", short(text));
        if let Some(suggestion) = suggestion {
            let _ = write!(self.text, "; it may be {}", short(suggestion));
        }
        self.text.push('\n');
        self.rule(rule);
    }

    fn rule(&mut self, r: &crate::rule::Rule) {
        let level = match r.level {
            Level::Safe => "safe",
            Level::Likely => "likely",
            Level::Show => "show",
        };
        let _ = writeln!(self.text, "      {} ({level}): {}", r.id, r.why);
    }

    fn end(self) -> String {
        if self.text.is_empty() { "  nothing to do\n".to_owned() } else { self.text }
    }
}

impl Sink for Told<'_> {
    fn output(&mut self, _: &[u8]) -> io::Result<()> {
        match self.signals.and_then(Signals::stop) {
            None => Ok(()),
            Some(_) => Err(io::Error::other("stopped")),
        }
    }

    fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        let all = self.rules;
        let rules: Vec<_> = c.rules.iter().map(|r| all.rule(*r)).collect();
        self.change_of(c.line, c.column, c.old, c.new, c.how.as_deref(), &rules);
        Ok(())
    }

    fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        let rule = self.rules.rule(f.rule);
        self.finding_of(f.line, f.column, f.text, f.suggestion.as_deref(), rule);
        Ok(())
    }
}
