//! `lave rules list | show | test`.

use std::fmt::Write as _;

use crate::error::nearest;
use crate::pipeline::Pipeline;
use crate::proof::prove;
use crate::rule::{Action, RuleSet};
use crate::{Error, Settings};

use super::args::{Rules, What};
use super::output::{Visible, count, note, say};
use super::settings::{rule_files, settings};
use super::{Exit, Ran};

pub(crate) fn rules(command: &Rules) -> Ran {
    match command {
        Rules::List { words, what } => list(words, what),
        Rules::Show { id, what } => show(id, what),
        Rules::Test { files } => test(files),
    }
}

fn list(words: &[String], what: &What) -> Ran {
    let pipeline = Pipeline::new(&settings(what, None, None)?)?;
    let set = pipeline.rules();
    let width = set.rules().iter().map(|r| r.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for r in set.rules() {
        let state = if !r.enabled { "off" } else { r.level.name() };
        if !words.iter().all(|w| *w == state || is_about(&r.id, w)) {
            continue;
        }
        let _ = writeln!(text, "{:<width$}  {state:<6}  {}", r.id, Visible(&r.why));
    }
    if text.is_empty() {
        let e = Error::new("rules", format_args!("no rule is `{}`", words.join(" ")));
        return Err(e.remedy("without words, `lave rules list` shows them all").into());
    }
    say(&text)?;
    Ok(Exit::Done)
}

/// Whether a rule called `id` is of the stage or the language `word`, or `word` is part of its name.
fn is_about(id: &str, word: &str) -> bool {
    let (stage, name) = id.split_once('.').unwrap_or(("", id));
    // Names of rules for one language begin with its tag.
    stage == word || if word.len() == 2 { name.split('-').next() == Some(word) } else { id.contains(word) }
}

/// All rules with their examples.
fn with_examples(s: &Settings) -> crate::Result<RuleSet> {
    let mut set = RuleSet::builtin_with_examples()?;
    for (name, text) in s.rule_files() {
        set.add(name, text, true)?;
    }
    Ok(set)
}

fn show(id: &str, what: &What) -> Ran {
    let set = with_examples(&settings(what, None, None)?)?;
    let Some(r) = set.rules().iter().find(|r| r.id == id) else {
        let e = Error::new("rules", format_args!("no rule `{id}`"));
        let near = nearest(id, set.rules().iter().map(|r| r.id.as_str()));
        return Err(match near {
            Some(k) => e.remedy(format_args!("did you mean `{k}`?")),
            None => e.remedy("`lave rules list` shows them all"),
        }
        .into());
    };
    let mut t = String::new();
    let state = if r.enabled { "" } else { ", off unless enabled" };
    let _ = writeln!(t, "{}  ({}{state})\n  {}", r.id, r.level.name(), Visible(&r.why));
    let _ = writeln!(t, "  {}:{}", r.source, r.line);
    if let Some(p) = &r.pattern {
        let _ = writeln!(t, "\nmatches\n  {}", Visible(p));
    }
    let does = match &r.action {
        Action::Builtin => "is done in code".to_owned(),
        Action::DeleteLine { and_next: false } => "deletes the line".to_owned(),
        Action::DeleteLine { and_next: true } => "deletes the line, and a headline after it".to_owned(),
        Action::Cut(0) => "cuts the match out".to_owned(),
        Action::Cut(g) => format!("cuts group {g} of the match out"),
        Action::Replace(with) => format!("replaces the match by {with:?}"),
        Action::Flag => "is a finding".to_owned(),
    };
    let _ = writeln!(t, "\ndoes\n  {does}");
    for (head, all) in [("repairs", &r.fix), ("leaves alone", &r.keep), ("does not repair yet", &r.open)] {
        if !all.is_empty() {
            let _ = writeln!(t, "\n{head}");
        }
        for e in all {
            let set = if e.set.is_empty() { String::new() } else { format!("   (with {})", e.set.join(", ")) };
            let _ = writeln!(t, "  {}{set}", Visible(&e.input));
            if e.output != e.input {
                let _ = writeln!(t, "    -> {}", Visible(&e.output));
            }
        }
    }
    say(&t)?;
    Ok(Exit::Done)
}

fn test(files: &[std::path::PathBuf]) -> Ran {
    let mut all = Vec::new();
    for f in files {
        all.extend(rule_files(f)?);
    }
    let proof = prove(&all)?;
    for f in &proof.failures {
        // A failure has lines of its own.
        f.to_string().lines().for_each(|l| note(Visible(l)));
    }
    say(&format!(
        "{}, {}: {}\n",
        count(proof.rules as u64, "rule"),
        count(proof.examples as u64, "run"),
        if proof.failures.is_empty() { "all hold".to_owned() } else { count(proof.failures.len() as u64, "failure") }
    ))?;
    Ok(if proof.failures.is_empty() { Exit::Done } else { Exit::Error })
}
