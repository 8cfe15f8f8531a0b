//! What README.md and docs/ show is what the program does: every ```console block is run, and its
//! output compared. `LAVE_DOCS=write cargo test --test docs` writes the output of today instead.
//! (The Rust examples are doc tests, see src/lib.rs.)
#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lave::config::KEYS;
use lave::stage::ORDER;

const FILES: &[&str] = &["README.md", "docs/report.md", "docs/rules.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// A fresh folder with the texts that the commands speak of.
fn playground(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&here);
    for folder in ["examples", "samples"] {
        copy(&root().join(folder), &here.join(folder));
    }
    here
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).into_iter().flatten() {
        let entry = entry.expect("an entry");
        let there = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &there);
        } else {
            fs::copy(entry.path(), there).expect("a copy");
        }
    }
}

/// What a shell in `here` says to `command`, both streams together.
fn run(command: &str, here: &Path) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_lave")).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let script = format!("exec 2>&1\n{command}\n");
    let done = Command::new("sh").args(["-c", &script]).current_dir(here).env("PATH", path).output().expect("a shell");
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
}

/// `text` with the output of every command in its console blocks put in anew.
fn renewed(text: &str, here: &Path) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|l| *l != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                out += line;
                out.push('\n');
                out += &run(command, here);
            }
        }
    }
    out
}

#[test]
fn console_blocks_show_what_the_program_says() {
    for file in FILES {
        let text = read(file);
        let now = renewed(&text, &playground(&file.replace('/', "-")));
        if std::env::var_os("LAVE_DOCS").is_some_and(|v| v == "write") {
            fs::write(root().join(file), now).expect(file);
            continue;
        }
        let differs = text.lines().zip(now.lines()).enumerate().find(|(_, (a, b))| a != b);
        if let Some((n, (was, is))) = differs {
            panic!("{file}:{}: says\n{was}\nand the program\n{is}\n(LAVE_DOCS=write renews it)", n + 1);
        }
        assert_eq!(text.lines().count(), now.lines().count(), "{file}: more or less output");
    }
}

#[test]
fn the_readme_names_every_stage_and_every_option() {
    let text = read("README.md");
    for stage in ORDER {
        assert!(text.contains(&format!("| `{stage}` |")), "README.md lacks the stage {stage}");
    }
    for key in KEYS.iter().filter(|k| !k.name.ends_with(".level")) {
        assert!(text.contains(&format!("| `{}` |", key.name)), "README.md lacks the option {}", key.name);
    }
}

#[test]
fn the_rule_file_to_start_from_is_sound_and_shown_as_it_is() {
    let text = read("examples/bulletin.toml");
    let proof = lave::proof::prove(&[("bulletin.toml".to_owned(), text.clone())]).expect("it loads");
    assert!(proof.failures.is_empty(), "{:#?}", proof.failures);
    let shown = read("docs/rules.md");
    let from = shown.find("[[rule]]").expect("a rule");
    let to = from + shown[from..].find("```").expect("an end");
    assert!(text.contains(&shown[from..to]), "docs/rules.md shows another rule");
}

#[test]
fn the_configuration_shown_is_sound() {
    let text = read("README.md");
    let from = text.find("```toml\nprofile").expect("a lave.toml") + 8;
    let to = from + text[from..].find("```").expect("an end");
    let mut settings = lave::Settings::default();
    settings.load("README.md", &text[from..to]).expect("it loads");
    lave::Pipeline::new(&settings).expect("its rules exist");
}
