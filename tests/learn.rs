//! `lave learn` and `lave preview`, end to end.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn lave(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lave")).args(args).current_dir(folder).output().expect("lave runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// Six documents with a line in common, but for its date, and one apart.
fn dump(folder: &Path) {
    fs::create_dir(folder.join("in")).expect("room");
    for n in 1..=6 {
        let body = format!("The keeper wrote entry {} of his log.\nHe slept.\n", "abcdefg".split_at(n).0);
        let line = format!("The Bulletin of the Coast, {n} March 201{n}, all the news by boat\n");
        fs::write(folder.join(format!("in/{n}.txt")), format!("{line}{body}")).expect("room");
    }
}

#[test]
fn what_was_learned_can_be_used() {
    let folder = tempfile::tempdir().expect("room");
    dump(folder.path());
    let learned = lave(folder.path(), &["learn", "in", "-o", "rules.toml"]);
    assert!(learned.status.success(), "{}", text(&learned.stderr));
    let rules = fs::read_to_string(folder.path().join("rules.toml")).expect("written");
    assert!(rules.contains("It stands in 6 of 6 documents, 6 times: in/1.txt:1, in/2.txt:1, in/3.txt:1."), "{rules}");
    assert!(rules.contains("id = \"learned.r002-the-bulletin-of-the\""), "{rules}");
    let tested = lave(folder.path(), &["rules", "test", "rules.toml"]);
    assert!(tested.status.success(), "{}{}", text(&tested.stdout), text(&tested.stderr));
    let cleaned = lave(folder.path(), &["clean", "in/3.txt", "--rules", "rules.toml", "-q"]);
    assert_eq!(text(&cleaned.stdout), "The keeper wrote entry abc of his log.\nHe slept.\n");
    let applied = lave(folder.path(), &["learn", "in", "-o", "again.toml", "--apply", "out", "-q"]);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    let clean = fs::read_to_string(folder.path().join("out/3.txt")).expect("written");
    assert_eq!(clean, "The keeper wrote entry abc of his log.\nHe slept.\n");
    // The same again.
    let again = lave(folder.path(), &["learn", "in"]);
    assert_eq!(text(&again.stdout), rules);
}

#[test]
fn records_are_documents_and_name_their_source() {
    let folder = tempfile::tempdir().expect("room");
    let record = |n: usize| {
        format!(
            "{{\"url\": \"https://post.example/{n}\", \"text\": \"Entry {}.\\nBoats of the day\"}}\n",
            "x".repeat(n)
        )
    };
    let all: String = (1..=5).map(record).collect::<String>() + "no record\n";
    fs::write(folder.path().join("dump.jsonl"), all).expect("room");
    let learned = lave(folder.path(), &["learn", "dump.jsonl"]);
    let rules = text(&learned.stdout);
    assert!(
        rules.contains("It stands in 5 of 5 documents, 5 times, all from post.example: dump.jsonl#1:2"),
        "{rules}{}",
        text(&learned.stderr)
    );
}

#[test]
fn a_preview_tells_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("room");
    dump(folder.path());
    fs::write(folder.path().join("in/7.txt"), "Read more: A wall for the bay\nHe slept&amp;woke.\n").expect("room");
    let run = |args: &[&str]| {
        let out = lave(folder.path(), args);
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    let told = run(&["preview", "in"]);
    assert!(told.contains("boilerplate.read-more: 1 change\n"), "{told}");
    assert!(told.contains("  in/7.txt:1:1\n    - Read more: A wall for the bay\\n\n    + \n"), "{told}");
    assert_eq!(run(&["preview", "in"]), told, "the same places each time");
    assert_eq!(run(&["clean", "in", "--sample", "10"]), told, "by another name");
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1, "nothing is written");
    // Of many places, so many.
    let many = "He slept&amp;woke.\n".repeat(50);
    fs::write(folder.path().join("in/8.txt"), many).expect("room");
    let told = run(&["preview", "in/8.txt", "--sample", "3"]);
    assert!(told.contains(": 50 changes\n"), "{told}");
    assert_eq!(told.matches("    - amp;").count(), 3, "{told}");
    assert_ne!(run(&["preview", "in/8.txt", "--sample", "3", "--seed", "1"]), told, "another draw");
}
