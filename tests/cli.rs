//! `lave clean`: what goes where, what is left alone, and what is never overwritten.

mod program;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use program::{Place, place};

fn two(name: &str) -> Place {
    let p = place(name);
    p.write("in/a.txt", "One  two three.\n").write("in/sub/b.txt", "Four  five six.\n");
    p
}

fn names(p: &Place, folder: &str) -> Vec<String> {
    p.tree(folder).into_keys().map(|n| n.to_string_lossy().into_owned()).collect()
}

#[test]
fn a_folder() {
    let p = two("folder");
    let ran = p.lave("clean in -o out").ends(0).says("2 documents cleaned (2 changed): 2 changes, 0 findings");
    assert!(ran.out.is_empty());
    ran.says("  whitespace            2\n").says("report: out/report.jsonl\n");
    assert_eq!(names(&p, "out"), ["a.txt", "report.jsonl", "sub/b.txt"]);
    assert_eq!(p.text("out/sub/b.txt"), "Four five six.\n");
    assert_eq!(p.text("in/sub/b.txt"), "Four  five six.\n");
    assert_eq!(fs::metadata(p.path("out/report.jsonl")).expect("a report").permissions().mode() & 0o777, 0o600);
    // Again, over what is there.
    p.lave("clean -q in -o out").ends(0).silent();
    assert_eq!(p.text("out/sub/b.txt"), "Four five six.\n");
    p.lave("clean in").ends(2).says("error: in: more than one document cannot go to standard output; say where");
}

#[test]
fn a_report_tells_everything_and_nothing_of_the_machine() {
    let p = two("report-fields");
    let at = p.path("in").display().to_string();
    p.args(["clean", "-q", &at, "-o", "out", "--jobs", "2"]).ends(0);
    let report = p.text("out/report.jsonl");
    assert!(!report.contains(env!("CARGO_TARGET_TMPDIR")), "{report}");
    let records = p.report("out/report.jsonl");
    let kinds: Vec<_> = records.iter().map(|r| r["type"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["header", "begin", "change", "end", "begin", "change", "end", "summary"]);
    let change = serde_json::json!({"type": "change", "old_range": [4, 5], "new_range": [4, 4], "line": 1, "column": 5,
        "old": " ", "new": "", "rules": ["whitespace.run"]});
    assert_eq!(records[2], change);
    assert_eq!(records[4]["path"], "sub/b.txt");
    assert_eq!(records[7]["changed_by"], serde_json::json!({"whitespace.run": 2}));
}

#[test]
fn one_file() {
    let p = two("one-file");
    let ran = p.lave("clean in/a.txt").ends(0).silent();
    assert_eq!(ran.text(), "One two three.\n");
    p.lave("clean in/a.txt -v").ends(0).says("1 document cleaned");
    p.lave("clean -q in/a.txt -o x.txt").ends(0).silent();
    assert_eq!(p.text("x.txt"), "One two three.\n");
    p.lave("clean -q in/a.txt -o dir/").ends(0);
    p.folder("there").lave("clean -q in/a.txt -o there").ends(0);
    assert_eq!(names(&p, "dir"), ["a.txt"], "no report unless asked");
    assert_eq!(names(&p, "there"), ["a.txt"]);
    p.lave("clean -q in/a.txt -o deep/er/y.txt --report log/r.jsonl").ends(0);
    assert_eq!((p.text("deep/er/y.txt"), p.report("log/r.jsonl").len()), ("One two three.\n".into(), 5));
    p.lave("clean in/a.txt -o x.txt/").ends(2).says("x.txt/: is a file, and a folder is needed");
    p.lave("clean in -o x.txt").ends(2).says("x.txt: is a file, and a folder is needed");
}

#[test]
fn standard_input() {
    let p = place("stdin");
    for args in ["clean", "clean -", "clean - -o -"] {
        assert_eq!(p.piped(args, b"One  two.\n").ends(0).silent().text(), "One two.\n");
    }
    p.piped("clean -q -o x.txt", b"One  two.\n").ends(0);
    assert_eq!(p.text("x.txt"), "One two.\n");
    assert_eq!(names(&p, ".").len(), 1, "no report unless asked");
    p.piped("clean -q --report r.jsonl", b"One  two.\n").ends(0);
    assert_eq!(p.report("r.jsonl")[1]["path"], "-");
    p.write("a.txt", "x\n").piped("clean - a.txt -o out", b"").ends(2).says("cannot be mixed with files");
    p.piped("clean --in-place", b"").ends(2).says("standard input has no place");
    // More than is held in memory.
    let much = program::dirty(190_000);
    assert!(much.len() > 8 << 20);
    let ran = p.piped("clean - --stages none", &much).ends(0);
    assert!(ran.out == much);
}

#[test]
fn several_inputs_keep_their_names() {
    let p = two("several");
    p.write("c.txt", "Seven  eight.\n");
    p.lave("clean -q in c.txt -o out").ends(0);
    assert_eq!(names(&p, "out"), ["c.txt", "in/a.txt", "in/sub/b.txt", "report.jsonl"]);
    p.write("other/c.txt", "Nine  ten.\n");
    p.lave("clean c.txt other/c.txt -o clash").ends(2).says("both c.txt and other/c.txt would go there");
    p.lave("clean c.txt ./c.txt -o clash").ends(2).says("both c.txt and ./c.txt would go there");
    p.write("in/report.jsonl", "{}\n");
    p.lave("clean in -o clash")
        .ends(2)
        .says("the report would overwrite this document; name another file with --report");
    assert!(!p.has("clash"), "refused before anything was written");
    // `..` has a name, too.
    let ran = p
        .other(program::LAVE)
        .current_dir(p.path("in/sub"))
        .args(["clean", "-q", "..", "../../c.txt", "-o", "../../up"])
        .output();
    assert!(ran.expect("it runs").status.success());
    assert_eq!(names(&p, "up"), ["c.txt", "in/a.txt", "in/report.jsonl", "in/sub/b.txt", "report.jsonl"]);
}

#[test]
fn the_output_is_never_its_own_input() {
    let p = two("own-input");
    symlink("in", p.path("link")).expect("a link");
    symlink("in/a.txt", p.path("link.txt")).expect("a link");
    fs::hard_link(p.path("in/a.txt"), p.path("hard.txt")).expect("a link");
    let before = p.tree("in");
    for args in [
        "clean in -o in",
        "clean in -o ./in/",
        "clean in -o in/sub/..",
        "clean in -o link",
        "clean link -o in",
        "clean in in/sub -o in",
    ] {
        p.lave(args).ends(2).says("the output folder is the input; name another, or use --in-place");
    }
    for args in [
        "clean in/a.txt -o in/a.txt",
        "clean in/a.txt -o in/sub/../a.txt",
        "clean in/a.txt -o link.txt",
        "clean link.txt -o in/a.txt",
        "clean in/a.txt -o hard.txt",
        "clean in/a.txt -o in",
    ] {
        p.lave(args).ends(2).says("the output is the input; name another place, or use --in-place");
    }
    p.sh("$LAVE clean in/a.txt >> in/a.txt")
        .ends(2)
        .says("the output is the input; send it elsewhere, or use --in-place");
    assert_eq!(p.tree("in"), before);
    assert!(p.path("link.txt").symlink_metadata().expect("a link").file_type().is_symlink());
    // One document's output would take another's place.
    p.write("up/in/a.txt", "One  two.\n").write("up/in/in/a.txt", "Three  four.\n");
    let before = p.tree("up");
    p.lave("clean up/in -o up").ends(2).says("up/in/a.txt: an output would overwrite this input");
    assert_eq!(p.tree("up"), before);
}

#[test]
fn the_report_of_an_earlier_run_is_no_document() {
    let p = two("report-again");
    p.lave("clean -q in -o out").ends(0).silent();
    p.lave("clean out -o again").ends(0).says("skipped out/report.jsonl: the report of an earlier run");
    let (mut first, mut again) = (p.tree("out"), p.tree("again"));
    first.remove(std::path::Path::new("report.jsonl")).expect("a report");
    again.remove(std::path::Path::new("report.jsonl")).expect("a report");
    assert_eq!(first, again);
    p.write("other/report.jsonl", "{\"text\": \"no report\"}\n").write("other/b.txt", "Two  words.\n");
    p.lave("clean other -o again2").ends(2).says("the report would overwrite this document");
}

#[test]
fn the_report_overwrites_nothing_but_reports() {
    let p = two("report-over");
    p.lave("clean in -o out --report -").ends(2).says("the report cannot go to standard output; name a file");
    let before = p.tree("in");
    for args in [
        "clean in/a.txt -o x.txt --report in/a.txt",
        "clean in -o out --report in/a.txt",
        "clean in -o out --report ./in/sub/b.txt",
        "clean in/a.txt --report in/sub/../a.txt",
    ] {
        p.lave(args).ends(2).says("exists, and is no report; name another file with --report");
    }
    p.lave("clean in/a.txt -o x.txt --report ./x.txt").ends(2).says("output and report are one file");
    p.piped("clean - -o x.txt --report in/../x.txt", b"a\n").ends(2).says("output and report are one file");
    p.lave("clean in -o out --report out/a.txt").ends(2).says("the report would overwrite this document");
    assert_eq!(p.tree("in"), before);
    assert!(!p.has("x.txt") && !p.has("out"));
    // An older report is what it may replace, though not while it is being cleaned.
    p.lave("clean -q in -o out").ends(0);
    p.lave("clean -q in -o out").ends(0);
    p.lave("clean out/report.jsonl -o y --report out/report.jsonl").ends(2).says("would overwrite this input");
    assert_eq!(p.report("out/report.jsonl").len(), 8);
}

#[test]
fn nothing_is_written_through_a_symlink() {
    let p = two("through-link");
    p.folder("out").folder("elsewhere").write("precious", "mine\n");
    symlink("../elsewhere", p.path("out/sub")).expect("a link");
    p.lave("clean in -o out").ends(2).says("out/sub: a symlink in the output folder; remove it");
    assert!(p.tree("elsewhere").is_empty());
    assert_eq!(p.text("out/a.txt"), "One two three.\n", "the others are done");
    fs::remove_file(p.path("out/sub")).expect("removed");
    symlink("../precious", p.path("out/sub")).expect("a link");
    p.lave("clean in -o out").ends(2).says("out/sub: a symlink");
    // A symlink where a document or the report goes.
    p.folder("two/sub");
    symlink("../precious", p.path("two/a.txt")).expect("a link");
    p.lave("clean -q in -o two").ends(0);
    assert_eq!(p.text("two/a.txt"), "One two three.\n");
    p.folder("three");
    symlink("../precious", p.path("three/report.jsonl")).expect("a link");
    p.lave("clean in -o three").ends(2).says("three/report.jsonl");
    symlink("../not-there", p.path("three/r.jsonl")).expect("a link");
    p.lave("clean in -o three --report three/r.jsonl").ends(2).says("three/r.jsonl: a symlink in the output folder");
    assert_eq!(p.text("precious"), "mine\n");
    assert!(!p.has("not-there"));
}

#[test]
fn pipes_and_devices_are_written_to_not_replaced() {
    let p = two("pipes");
    let ran = p.sh("mkfifo p && { cat p >got & } && $LAVE clean -q in/a.txt -o p; wait; test -p p && cat got");
    assert_eq!(ran.ends(0).silent().text(), "One two three.\n");
    // Inside an output folder nobody asked for it.
    p.sh("mkdir out && mkfifo out/a.txt && $LAVE clean in -o out").ends(2).says("out/a.txt: a pipe or device where");
    // Read, they have no place and no length: standard input is their way.
    p.sh("mkfifo q && $LAVE clean q").ends(2).says("q: not a regular file; send it through standard input");
    p.sh("mkfifo in/q; $LAVE clean in -o three").ends(0).says("warning: skipped in/q: not a regular file");
    assert_eq!(names(&p, "three"), ["a.txt", "report.jsonl", "sub/b.txt"]);
}

#[test]
fn symlinked_files_are_read_and_symlinked_folders_not_entered() {
    let p = two("links");
    p.write("apart/c.txt", "Out  side.\n");
    symlink("../apart/c.txt", p.path("in/c.txt")).expect("a link");
    symlink("../apart", p.path("in/apart")).expect("a link");
    symlink("..", p.path("in/loop")).expect("a link");
    symlink("nowhere", p.path("in/dead.txt")).expect("a link");
    let ran = p.lave("clean in -o out").ends(2).says("skipped in/apart: a symlink to a folder");
    ran.says("in/dead.txt: cannot read").says("1 failed");
    assert_eq!(names(&p, "out"), ["a.txt", "c.txt", "report.jsonl", "sub/b.txt"]);
    assert!(!p.path("out/c.txt").symlink_metadata().expect("a file").file_type().is_symlink());
    fs::remove_file(p.path("in/dead.txt")).expect("removed");
    // Whoever names a link means what it leads to.
    symlink("in", p.path("named")).expect("a link");
    p.lave("clean -q named/sub -o out2").ends(0);
    p.lave("clean in --in-place --no-report").ends(0).says("skipped in/c.txt: a symlink; --in-place leaves it");
    assert_eq!(p.text("apart/c.txt"), "Out  side.\n");
}

#[test]
fn the_output_folder_inside_the_input() {
    let p = two("inside");
    p.lave("clean -q in -o in/clean").ends(0);
    p.lave("clean -q in -o in/clean").ends(0);
    assert_eq!(names(&p, "in"), ["a.txt", "clean/a.txt", "clean/report.jsonl", "clean/sub/b.txt", "sub/b.txt"]);
    assert_eq!(p.text("in/sub/b.txt"), "Four  five six.\n");
}

#[test]
fn what_is_no_running_text_is_copied_and_named() {
    let p = two("left-alone");
    p.write("in/t.csv", "a,b\n1,  2\n")
        .write("in/R.JSONL", "{\"a\":  1}\n")
        .write("in/p.txt", b"\x89PNG\r\n\x1a\n\0\0");
    p.write("in/.git/config", "[core]  \n")
        .write("in/.hg/x", "x  \n")
        .write("in/.svn/x", "x  \n")
        .write("in/.env", "a  b\n");
    let ran =
        p.lave("clean in -o out").ends(0).says("3 documents cleaned (3 changed), 3 left alone: 3 changes, 3 findings");
    ran.says("left alone: p.txt: PNG image\n").says("left alone: t.csv: a .csv file, whose fields");
    assert_eq!(names(&p, "out"), [".env", "R.JSONL", "a.txt", "p.txt", "report.jsonl", "sub/b.txt", "t.csv"]);
    for name in ["t.csv", "R.JSONL", "p.txt"] {
        assert_eq!(p.read(format!("out/{name}")), p.read(format!("in/{name}")));
    }
    let left: Vec<_> = p.report("out/report.jsonl").into_iter().filter(|r| r["type"] == "left-alone").collect();
    assert_eq!(left.len(), 3);
    assert_eq!((&left[1]["path"], &left[1]["reason"]), (&"p.txt".into(), &"PNG image".into()));
    p.lave("clean -q in -o text --format text").ends(0);
    assert_eq!((p.text("text/t.csv"), p.read("text/p.txt")), ("a,b\n1, 2\n".into(), p.read("in/p.txt")));
    p.lave("clean -q in/.git -o named").ends(0);
    assert_eq!(p.text("named/config"), "[core]\n");
    p.lave("clean in -o x --fail-on finding").ends(1);
}

#[test]
fn include_and_exclude() {
    let p = two("globs");
    p.write("in/c.md", "x  y\n").write("in/sub/d.md", "x  y\n").write("in/skip/e.txt", "x  y\n");
    for (args, want) in [
        ("--include *.md", vec!["c.md", "sub/d.md"]),
        ("--include sub/**", vec!["sub/b.txt", "sub/d.md"]),
        ("--include *.txt --exclude skip", vec!["a.txt", "sub/b.txt"]),
        ("--include *.txt --exclude skip/**", vec!["a.txt", "sub/b.txt"]),
        ("--exclude *.txt --exclude c.*", vec!["sub/d.md"]),
        ("--include *.nothing", vec![]),
    ] {
        let _ = fs::remove_dir_all(p.path("out"));
        p.lave(&format!("clean -q in -o out {args}")).ends(0);
        let mut got = names(&p, "out");
        got.retain(|n| n != "report.jsonl");
        assert_eq!(got, want, "{args}");
    }
    p.write("in/.gitignore", "*.md\n").lave("clean -q in -o heed --gitignore").ends(0);
    assert_eq!(names(&p, "heed"), [".gitignore", "a.txt", "report.jsonl", "skip/e.txt", "sub/b.txt"]);
}

#[test]
fn in_place() {
    let p = two("in-place");
    p.write("in/clean.txt", "Nothing to do here.\n").write("in/t.csv", "1,  2\n");
    let mode = fs::Permissions::from_mode(0o751);
    fs::set_permissions(p.path("in/a.txt"), mode).expect("a mode");
    let before = fs::metadata(p.path("in/clean.txt")).expect("a file");
    p.lave("clean in --in-place")
        .ends(2)
        .says("without a report nothing could be undone; add --report FILE, or --no-report");
    p.lave("clean in --in-place -o x").ends(2).says("cannot be used with");
    assert_eq!(p.text("in/a.txt"), "One  two three.\n");
    p.lave("clean in --in-place --report r.jsonl").ends(0).says("3 documents cleaned (2 changed), 1 left alone");
    assert_eq!(p.text("in/sub/b.txt"), "Four five six.\n");
    assert_eq!(fs::metadata(p.path("in/a.txt")).expect("a file").mode() & 0o777, 0o751);
    let after = fs::metadata(p.path("in/clean.txt")).expect("a file");
    let facts = |m: &fs::Metadata| (m.ino(), m.mtime(), m.mtime_nsec(), m.ctime_nsec());
    assert_eq!(facts(&before), facts(&after), "what does not change is not touched");
    assert_eq!(names(&p, "in"), ["a.txt", "clean.txt", "sub/b.txt", "t.csv"]);
    let report = p.read("r.jsonl");
    p.write("in/a.txt", "One  two.\n");
    p.lave("clean in --in-place --report r.jsonl").ends(2).says("r.jsonl: this report exists").says("--report");
    assert_eq!((p.read("r.jsonl"), p.text("in/a.txt")), (report, "One  two.\n".into()));
    p.lave("clean -q in --in-place --no-report").ends(0);
    assert_eq!(p.text("in/a.txt"), "One two.\n");
    p.lave("clean in --in-place --report r.jsonl --no-report").ends(2).says("cannot be used with");
}

#[test]
fn options_of_decoding() {
    let p = place("decoding");
    p.write("k.txt", [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4, b'\n']).write("b.txt", "\u{FEFF}One.\r\nTwo.\n");
    assert_eq!(p.lave("clean k.txt --encoding koi8-r").ends(0).text(), "Привет\n");
    assert_eq!(p.lave("clean b.txt").ends(0).text(), "One.\nTwo.\n");
    let kept = p.lave("clean b.txt --bom keep --set decode.newline=crlf").ends(0);
    assert_eq!(kept.text(), "\u{FEFF}One.\r\nTwo.\r\n");
    // Of two habits the one that most lines have; LF when there are as many.
    assert_eq!(p.lave("clean b.txt --set decode.newline=keep --bom keep").ends(0).text(), "\u{FEFF}One.\nTwo.\n");
}

#[test]
fn a_large_file_that_is_something_else_in_the_end() {
    let p = place("else-in-the-end");
    let text = "The cafÃ©  is open .\nIt’s late.\n".repeat(40_000);
    let tails: [(&str, &[u8]); 4] =
        [("plain", b""), ("cr", b"So.\r\n"), ("latin", b"caf\xe9\n"), ("binary", b"\0\x01")];
    for (name, tail) in tails {
        p.write(format!("in/{name}.txt"), [text.as_bytes(), tail].concat());
        p.write("in/before.txt", "One  two.\n");
        // What goes to a pipe cannot be taken back, so that it is read twice.
        let piped = p.lave(&format!("clean -q in/{name}.txt --report piped.jsonl")).ends(0);
        for jobs in [1, 3] {
            p.lave(&format!("clean -q in/{name}.txt -o out.txt --report filed.jsonl -j {jobs}")).ends(0).silent();
            assert!(p.read("out.txt") == piped.out, "{name}");
            assert!(p.text("filed.jsonl") == p.text("piped.jsonl"), "{name}");
        }
    }
    // One after the other, into one report.
    p.lave("clean -q in -o out").ends(0).silent();
    p.lave("revert -q out --report out/report.jsonl -o back").ends(0).silent();
    assert!(p.tree("back") == p.tree("in"));
}
