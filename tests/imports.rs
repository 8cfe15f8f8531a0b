//! Who may know whom: the directions between modules, read off the `use` lines of `src/`.
//!
//! A module may use those listed beside it and its own parts; tests within a file may use more.
//! Printing is for `cli`, the file system for `cli` and `dump`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate, and the modules that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("charset", &[]),
    ("error", &[]),
    ("language", &[]),
    ("edit", &[]),
    ("features", &[]),
    ("judge", &["language"]),
    ("unwrap", &[]),
    ("options", &[]),
    ("strict", &["error"]),
    ("decode", &["charset", "edit", "error", "language"]),
    ("rule", &["edit", "error", "features", "strict"]),
    ("stage", &["charset", "edit", "features", "language", "options", "rule"]),
    ("config", &["decode", "error", "options", "rule", "stage", "strict"]),
    (
        "pipeline",
        &["config", "decode", "edit", "error", "features", "judge", "options", "report", "rule", "stage", "unwrap"],
    ),
    ("report", &["decode", "edit", "error", "pipeline", "rule"]),
    ("learn", &["rule"]),
    ("proof", &["config", "error", "pipeline", "rule"]),
    ("dump", &["error", "pipeline", "report"]),
    ("cli", &["config", "decode", "dump", "error", "learn", "pipeline", "proof", "report", "rule", "stage"]),
    ("main", &["cli"]),
];

/// What only `pipeline::events`, the words that a report is told in, may be used for by `report`.
const EVENTS: &[&str] = &["Change", "Cleaned", "Finding", "Summary", "Tally", "Why"];

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let at = entry.expect("an entry").path();
            if at.is_dir() {
                folders.push(at);
            } else if at.extension().is_some_and(|e| e == "rs") && at != root.join("lib.rs") {
                let rest = at.strip_prefix(&root).expect("below src");
                let top = rest.iter().next().expect("a name").to_string_lossy();
                let top = top.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&at).expect("text");
                all.push((top, rest.to_path_buf(), text));
            }
        }
    }
    all.sort();
    all
}

/// Whether the file holds nothing but tests.
fn is_test(at: &Path) -> bool {
    at.file_stem().is_some_and(|n| n == "tests" || n == "testing")
}

/// The code without comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    text.lines().map(|l| l.split("//").next().unwrap_or(l)).fold(String::new(), |all, l| all + l + "\n")
}

/// Every path after `crate::` in `code`, a braced list taken apart.
fn used(code: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let part_of_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &code[at + "crate::".len()..];
        if part_of_word {
            continue;
        }
        if let Some(list) = rest.strip_prefix('{') {
            let list = list.split('}').next().unwrap_or(list);
            all.extend(list.split(',').map(|s| s.trim().to_owned()));
        } else {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || "_:".contains(c))).unwrap_or(rest.len());
            let path = rest[..end].trim_end_matches("::");
            match rest[end..].strip_prefix('{').filter(|_| rest[..end].ends_with("::")) {
                Some(list) => {
                    let list = list.split('}').next().unwrap_or(list);
                    all.extend(list.split(',').map(|s| format!("{path}::{}", s.trim())));
                }
                None => drop(all.insert(path.to_owned())),
            }
        }
    }
    all.retain(|s| !s.is_empty());
    all
}

#[test]
fn modules_know_only_whom_they_may() {
    let mut wrong = Vec::new();
    for (top, at, text) in sources() {
        let Some((_, may)) = MAY_USE.iter().find(|(name, _)| *name == top) else {
            panic!("{}: a new module; say above whom it may use", at.display());
        };
        if is_test(&at) {
            continue;
        }
        for path in used(&code(&text)) {
            let first = path.split("::").next().unwrap_or(&path);
            // `crate::Error`, `crate::Result` and the like, which lib.rs re-exports.
            let first = match first {
                "Error" | "Result" => "error",
                "Settings" => "config",
                "Pipeline" | "Cleaned" => "pipeline",
                other => other,
            };
            if first != top && !may.contains(&first) {
                wrong.push(format!("{}: crate::{path}", at.display()));
            }
            if top == "report" && first == "pipeline" && !EVENTS.iter().any(|e| path == format!("pipeline::{e}")) {
                wrong.push(format!("{}: crate::{path}: a report knows the events only", at.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn only_the_program_prints_and_only_it_and_dump_touch_files() {
    let mut wrong = Vec::new();
    for (top, at, text) in sources() {
        let code = code(&text);
        for mark in ["println!", "print!(", "io::stdout", "io::stderr", "io::stdin"] {
            if top != "cli" && code.contains(mark) {
                wrong.push(format!("{}: {mark}", at.display()));
            }
        }
        // In `cli` too: these panic when nobody listens.
        for mark in [" println!", " eprintln!", " print!(", " eprint!("] {
            if code.contains(mark) {
                wrong.push(format!("{}: {mark}", at.display()));
            }
        }
        for mark in ["std::fs", "fs::File", "std::env", "std::process", "std::thread::spawn"] {
            let may = match mark {
                "std::thread::spawn" => false,
                _ => ["cli", "dump"].contains(&&*top) || top == "main" && mark == "std::process",
            };
            if !may && !is_test(&at) && code.contains(mark) {
                wrong.push(format!("{}: {mark}", at.display()));
            }
        }
        for mark in ["static mut", "thread_local!"] {
            if code.contains(mark) {
                wrong.push(format!("{}: {mark}: no state outside of values", at.display()));
            }
        }
        if code.contains("regex::Regex") && !at.starts_with("rule") {
            wrong.push(format!("{}: only `rule` knows the regex crate", at.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn use_lines_are_read_right() {
    let code = code(
        "use crate::edit::{Edit, RuleId};\nuse crate::{Error, Settings};\nlet x = crate::rule::load(1); // crate::cli\n",
    );
    let all: Vec<String> = used(&code).into_iter().collect();
    assert_eq!(all, ["Error", "Settings", "edit::Edit", "edit::RuleId", "rule::load"]);
}
