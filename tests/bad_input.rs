//! What can go wrong outside: bytes that are no text, places that cannot be read or written, runs
//! that are stopped. Each ends in a clear message, the right exit code, whole outputs or none, and
//! inputs as they were.

mod program;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};

use program::{LAVE, Place, dirty, is_root, place, skip};

/// Sends `name` to a child.
fn signal(name: &str, to: &Child) {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", to.id())).status();
    assert!(sent.expect("a shell").success());
}

/// A run as somebody whom permissions hold back: as this user, or as nobody if this is root.
fn unprivileged(p: &Place) -> Option<Command> {
    if !is_root() {
        return Some(p.command());
    }
    let drop = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let may_run = p.other("setpriv").args(drop).args([LAVE, "--version"]).output();
    if !may_run.is_ok_and(|o| o.status.success()) {
        skip("this is root, and setpriv cannot run lave as nobody");
        return None;
    }
    fs::set_permissions(p.path("."), fs::Permissions::from_mode(0o777)).expect("a mode");
    let mut c = p.other("setpriv");
    c.args(drop).arg(LAVE);
    Some(c)
}

#[test]
fn bytes_of_any_kind() {
    let p = place("any-bytes");
    let mut cases: Vec<Vec<u8>> = vec![
        vec![],
        b"\xEF\xBB".to_vec(),
        b"\xFF\xFE".to_vec(),
        b"\xFF\xFE\0".to_vec(),
        b"\xFE\xFFa".to_vec(),
        b"\xFF\xFE\0\0".to_vec(),
        b"\0\0\xFE\xFF\0\0\0".to_vec(),
        b"\xFF\xFEa\0b".to_vec(),
        b"\xFF\xFE\0\xD8\0\xD8".to_vec(),
        b"a\0b\0c\0d\0\n".to_vec(),
        b"\0a\0b\0c\0d\0".to_vec(),
        b"ab\0cd\n".to_vec(),
        vec![0; 70_000],
        vec![b'\n'; 70_000],
        vec![b'\r'; 70_001],
        vec![0xFF; 70_000],
        vec![0xE2; 3],
        b"&#x110000;&#0;&#xD800;&amp;amp;amp;amp;\n".to_vec(),
        b"\x1b$B\x1b(B\x1b$B!".to_vec(),
        "\u{FEFF}\u{FEFF}\u{200B}\u{AD}".into(),
    ];
    cases.extend((0..=255).map(|b| vec![b]));
    // Not UTF-8 at the start, in the middle, at the end, and where a batch ends.
    let text = "Sound text é и 語 goes on.\n".repeat(10_000).into_bytes();
    for at in [0, text.len() / 2, text.len(), (256 << 10) - 1] {
        let mut bad = text.clone();
        bad.splice(at..at, *b"\xFF\xC3");
        cases.push(bad);
    }
    let all = cases.iter().enumerate().map(|(i, bytes)| (format!("{i:03}.txt").into(), bytes.clone())).collect();
    for (i, bytes) in cases.iter().enumerate() {
        p.write(format!("in/{i:03}.txt"), bytes);
    }
    p.lave("clean -q in -o out").ends(0).silent();
    for (name, bytes) in p.tree("out") {
        let left_alone = cases.contains(&bytes);
        assert!(left_alone || std::str::from_utf8(&bytes).is_ok(), "{}", name.display());
    }
    p.lave("revert -q out --report out/report.jsonl -o back").ends(0).silent();
    assert!(p.tree("back") == all);
    for encoding in ["utf-16le", "shift_jis", "utf-8"] {
        p.lave(&format!("clean -q in -o o-{encoding} --encoding {encoding} --profile minimal")).ends(0).silent();
        p.lave(&format!("revert -q o-{encoding} --report o-{encoding}/report.jsonl -o b-{encoding}")).ends(0).silent();
        assert!(p.tree(format!("b-{encoding}")) == all, "{encoding}");
    }
}

#[test]
fn what_is_not_there() {
    let p = place("not-there");
    p.write("a.txt", "One  two.\n");
    for (args, says) in [
        ("clean nowhere.txt", "error: nowhere.txt: cannot read: no such file or directory; check the name\n"),
        ("clean a.txt nowhere -o out", "error: nowhere: cannot read: no such file or directory; check the name\n"),
        ("clean a.txt/b -o out", "error: a.txt/b: cannot read: not a directory\n"),
        (
            "clean a.txt -o out --rules nowhere",
            "error: nowhere: cannot read: no such file or directory; check the name\n",
        ),
        (
            "clean a.txt -o out --config nowhere",
            "error: nowhere: cannot read: no such file or directory; check the name\n",
        ),
        ("check nowhere", "error: nowhere: cannot read: no such file or directory; check the name\n"),
        (
            "clean . -o out --include [a",
            "error: --include: `[a`: unclosed character class; missing ']'; write a glob such as '*.txt' or 'raw/**'\n",
        ),
        (
            "clean a.txt -o out --encoding nonsense",
            "error: --encoding: unknown encoding `nonsense`; use a name such as utf-8, windows-1252, shift_jis, gb18030 or utf-16le\n",
        ),
        ("clean a.txt -o out --profile newz", "error: --profile: `profile` cannot be `newz`; did you mean `news`?\n"),
        ("clean a.txt -o a.txt/b", "a.txt: cannot create the folder"),
        ("clean a.txt -o out --report a.txt/r.jsonl", "a.txt: cannot create the folder"),
    ] {
        p.lave(args).ends(2).says(says);
        assert!(!p.has("out"), "{args}");
    }
    p.lave("clean a.txt --nonsense").ends(2).says("unexpected argument '--nonsense'");
    p.lave("wash").ends(2).says("unrecognized subcommand 'wash'");
}

#[test]
fn a_folder_in_the_place_of_an_output() {
    let p = place("folder-in-place");
    p.write("in/a.txt", "One  two.\n").write("in/b.txt", "Three  four.\n").folder("out/a.txt").write("out2/x", "");
    p.lave("clean in -o out").ends(2).says("error: out/a.txt: cannot write: ").says("1 failed");
    assert_eq!(p.text("out/b.txt"), "Three four.\n");
    let report = p.report("out/report.jsonl");
    assert!(report.iter().any(|r| r["type"] == "failed" && r["path"] == "a.txt"));
    p.lave("revert -q out --report out/report.jsonl -o back").ends(0);
    assert_eq!(p.tree("back").len(), 1, "what failed has no original to come back");
    p.write("in/sub/c.txt", "Five  six.\n").write("out/sub", "a file\n");
    p.lave("clean in -o out").ends(2).says("out/sub: a file where a folder is needed");
    assert_eq!(p.text("out/sub"), "a file\n");
}

#[test]
fn what_may_not_be_read_or_written() {
    let p = place("may-not");
    let Some(mut lave) = unprivileged(&p) else { return };
    p.write("in/a.txt", "One  two.\n")
        .write("in/locked.txt", "Three  four.\n")
        .write("in/closed/c.txt", "Five  six.\n");
    let modes = [("in/locked.txt", 0o000), ("in/closed", 0o000)];
    for (name, mode) in modes {
        fs::set_permissions(p.path(name), fs::Permissions::from_mode(mode)).expect("a mode");
    }
    let at = p.path("in");
    let o = lave.args(["clean".as_ref(), at.as_os_str(), "-o".as_ref(), "out".as_ref()]).output().expect("it runs");
    let err = String::from_utf8_lossy(&o.stderr).replace(&format!("{}/", at.display()), "");
    assert_eq!(o.status.code(), Some(2), "{err}");
    assert!(err.contains("error: closed: cannot read the folder: permission denied; check the permissions"), "{err}");
    assert!(
        err.contains("error: locked.txt: cannot read: permission denied; check the permissions, or leave it out"),
        "{err}"
    );
    assert!(err.contains("1 document cleaned (1 changed), 2 failed"), "{err}");
    assert_eq!(p.tree("out").len(), 2);
    let report = p.text("out/report.jsonl");
    assert!(report.contains("\"failed\"") && !report.contains(env!("CARGO_TARGET_TMPDIR")), "{report}");
    // The remedy works.
    let mut again = unprivileged(&p).expect("as before");
    let o = again.args(["check", "in", "--exclude", "locked.txt", "--exclude", "closed"]).output().expect("it runs");
    assert_eq!((o.status.code(), &*o.stderr), (Some(1), &b""[..]));
    // A folder that may not be written to; a configuration that may not be read.
    p.folder("shut").write("lave.toml", "level = \"safe\"\n");
    fs::set_permissions(p.path("shut"), fs::Permissions::from_mode(0o555)).expect("a mode");
    for (args, says) in [
        (vec!["clean", "--no-config", "in/a.txt", "-o", "shut/a.txt"], "shut/a.txt: cannot write: permission denied"),
        (
            vec!["clean", "--no-config", "in/a.txt", "--report", "shut/r"],
            "shut/r: cannot write the report: permission denied",
        ),
        (
            vec!["clean", "--no-config", "in/a.txt", "-o", "shut/b/"],
            "shut/b/: cannot create the folder: permission denied",
        ),
        (vec!["config"], "lave.toml: cannot read: permission denied"),
    ] {
        fs::set_permissions(p.path("lave.toml"), fs::Permissions::from_mode(0o000)).expect("a mode");
        let o = unprivileged(&p).expect("as before").args(&args).output().expect("it runs");
        let err = String::from_utf8_lossy(&o.stderr);
        assert!(o.status.code() == Some(2) && err.contains(says), "{args:?}: {err}");
        assert!(p.tree("shut").is_empty());
    }
    for (name, mode) in [("in/closed", 0o755), ("shut", 0o755)] {
        fs::set_permissions(p.path(name), fs::Permissions::from_mode(mode)).expect("a mode");
    }
}

#[test]
fn a_full_disk() {
    let p = place("full-disk");
    p.write("in/a.txt", "One  two.\n").write("in/big.txt", dirty(23_000)).write("in/c.txt", "Three  four.\n");
    let before = p.tree("in");
    p.folder("disk");
    // Mounted where nobody else sees it, so that nothing has to be cleaned up.
    let probe = p.sh("unshare -m mount -t tmpfs -o size=64k none disk");
    if !is_root() || probe.code != Some(0) {
        return skip("only root can mount a small disk here");
    }
    let on_disk = |size: &str, script: &str| {
        let script =
            format!("mount -t tmpfs -o size={size} none disk && {script}; echo code $?; find disk -type f | sort");
        let o = p.other("unshare").args(["-m", "sh", "-c", &script]).env("LAVE", LAVE).output().expect("a shell");
        (String::from_utf8_lossy(&o.stdout).into_owned(), String::from_utf8_lossy(&o.stderr).into_owned())
    };
    // The output does not fit: the others do, and the report says which does not.
    let (out, err) = on_disk("256k", "$LAVE clean in --stages whitespace -o disk --report r.jsonl");
    assert_eq!(out, "code 2\ndisk/a.txt\ndisk/c.txt\n", "{err}");
    assert!(err.contains("error: disk/big.txt: cannot write: no space left on device; free some space"), "{err}");
    assert!(p.report("r.jsonl").iter().any(|r| r["type"] == "failed" && r["path"] == "big.txt"));
    // The report does not fit: nothing is cleaned that it could not tell of.
    let (out, err) = on_disk("256k", "$LAVE clean in --stages whitespace -o out --report disk/r.jsonl");
    assert!(out.starts_with("code 2\n"), "{out}");
    assert!(err.contains("error: disk/r.jsonl: cannot write the report: no space left on device"), "{err}");
    assert!(!p.has("out/big.txt"));
    // Both on one disk.
    let (out, err) = on_disk(
        "600k",
        "$LAVE clean in --stages whitespace -o disk; $LAVE revert disk/a.txt --report disk/report.jsonl -o back/",
    );
    assert!(err.contains("no space left on device"), "{err}");
    assert!(!out.contains("big.txt") && !out.contains(".tmp"), "{out}");
    // And on the way back.
    p.lave("clean -q in --stages whitespace -o whole").ends(0);
    let (out, err) = on_disk("256k", "$LAVE revert whole --report whole/report.jsonl -o disk");
    assert_eq!(out, "code 2\ndisk/a.txt\ndisk/c.txt\n");
    assert!(
        err.contains("disk/big.txt: cannot write: no space left on device")
            && err.contains("2 documents reverted, 1 failed"),
        "{err}"
    );
    let (out, err) = on_disk(
        "64k",
        "cp in/a.txt disk/ && dd if=/dev/zero of=disk/fill 2>/dev/null; cd disk && $LAVE clean a.txt --in-place --no-report; cmp a.txt ../in/a.txt",
    );
    assert!(out.starts_with("code 0\n"), "the input is as it was: {out}{err}");
    assert_eq!(p.tree("in"), before);
}

#[test]
fn files_that_may_not_grow() {
    let p = place("may-not-grow");
    p.write("in/a.txt", "One  two.\n").write("in/big.txt", dirty(2000));
    let limit = "ulimit -f 8; trap '' XFSZ; exec $LAVE";
    p.sh(&format!("{limit} clean in -o out --report /dev/null"))
        .ends(2)
        .says("out/big.txt: cannot write: file too large");
    assert_eq!(p.tree("out").len(), 1);
    p.sh(&format!("{limit} clean in -o out2"))
        .ends(2)
        .says("out2/report.jsonl: cannot write the report: file too large");
    assert!(!p.has("out2/big.txt"));
    p.sh(&format!("{limit} clean in/big.txt > x.txt")).ends(2).says("standard output: cannot write: file too large");
    p.sh("$LAVE clean in/a.txt > /dev/full").ends(2).says("standard output: cannot write: no space left on device");
    p.sh("$LAVE clean in/a.txt -o y.txt --report /dev/full").ends(2).says("/dev/full: cannot write the report");
    assert!(!p.has("y.txt"));
    p.sh("$LAVE rules list > /dev/full").ends(2).says("standard output: cannot write");
    p.sh("$LAVE check in > /dev/full").ends(2).says("standard output: cannot write");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let p = place("closed-pipe");
    p.write("big.txt", dirty(3000)).write("in/a.txt", dirty(30)).write("in/b.txt", dirty(30));
    let quiet = |command: &str| {
        let ran = p.sh(&format!("{{ {command}; echo $? >code; }} | head -c 10")).silent();
        assert_eq!(p.text("code"), "0\n", "{command}");
        ran.out.len()
    };
    for command in [
        "clean big.txt",
        "clean - <big.txt",
        "check -v big.txt",
        "check --diff big.txt",
        "rules list",
        "config",
        "completions bash",
    ] {
        assert_eq!(quiet(&format!("$LAVE {command}")), 10, "{command}");
    }
    quiet("$LAVE --help");
    quiet("$LAVE clean --help");
    // A report alongside is cut off, not wrong.
    quiet("$LAVE clean big.txt --report r.jsonl");
    assert!(p.report("r.jsonl").len() > 1);
}

#[test]
fn streams_that_are_closed() {
    let p = place("closed-streams");
    p.write("a.txt", "One  two.\n");
    assert!(p.sh("$LAVE clean <&-").ends(0).out.is_empty());
    p.sh("$LAVE clean a.txt >&-").ends(0).silent();
    p.sh("$LAVE clean a.txt -o b.txt 2>&-").ends(0);
    assert_eq!(p.text("b.txt"), "One two.\n");
    p.sh("$LAVE clean nowhere 2>&-").ends(2);
    p.sh("$LAVE clean nowhere 2>/dev/full").ends(2);
    p.sh("$LAVE clean a.txt -o c.txt <&- >&- 2>&-").ends(0);
    assert_eq!(p.text("c.txt"), "One two.\n");
}

#[test]
fn interrupted_while_it_writes() {
    let p = place("int-writing");
    p.write("big.txt", dirty(40_000));
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        // Nobody reads, so the pipe fills and the run stands still in its midst.
        let mut lave = p.command();
        lave.args(["clean", "big.txt", "--stages", "whitespace", "--report", "r.jsonl"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = lave.spawn().expect("it runs");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        out.fill_buf().expect("it has begun");
        signal(name, &child);
        let mut rest = Vec::new();
        out.read_to_end(&mut rest).expect("read");
        let status = child.wait().expect("it ends");
        let mut err = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("text");
        assert_eq!(status.code(), Some(code), "{err}");
        assert!(err.starts_with("stopped: 0 documents done and in place, the rest untouched"), "{err}");
        assert!(rest.len() < 40_000 * 40, "it did not go on to the end");
        let kinds: Vec<_> =
            p.report("r.jsonl").into_iter().map(|r| r["type"].as_str().expect("a type").to_owned()).collect();
        assert_eq!((kinds[1].as_str(), kinds.last().expect("records").as_str()), ("begin", "failed"));
    }
}

#[test]
fn interrupted_while_it_waits_for_input() {
    let p = place("int-waiting");
    for command in ["clean", "check"] {
        let mut child = p.command().args([command, "-"]).stdin(Stdio::piped()).spawn().expect("it runs");
        // More than a pipe holds, so it has begun to read; and the pipe stays open, so only the
        // signal can end it.
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(&[b'a'; 1 << 20]).expect("written");
        signal("INT", &child);
        let status = child.wait().expect("it ends");
        assert_eq!(status.signal(), Some(2), "{command}");
        drop(stdin);
    }
}

/// Starts cleaning many files and stops it with `name` when the first is in place.
fn stop_in_mid_run(p: &Place, name: &str, args: &[&str]) -> (Option<i32>, Option<i32>) {
    let first = p.path("out/0000.txt");
    let mut child = p.command().args(args).stderr(Stdio::null()).spawn().expect("it runs");
    while !first.exists() && child.try_wait().expect("a child").is_none() {
        std::thread::yield_now();
    }
    // Not to one that has ended: its number may be another's by now.
    if child.try_wait().expect("a child").is_none() {
        signal(name, &child);
    }
    let status = child.wait().expect("it ends");
    (status.code(), status.signal())
}

#[test]
fn stopped_or_killed_between_documents() {
    let p = place("mid-run");
    for i in 0..1500 {
        p.write(format!("in/{i:04}.txt"), format!("Number  {i} of the cafÃ© .\n"));
    }
    // One that is streamed.
    p.write("in/1100.txt", dirty(23_000));
    let before = p.tree("in");
    p.lave("clean -q in --stages whitespace -o whole --report whole.jsonl").ends(0);
    let whole = p.tree("whole");
    for (name, code, signal) in [("INT", Some(130), None), ("KILL", None, Some(9))] {
        let _ = fs::remove_dir_all(p.path("out"));
        let _ = fs::remove_dir_all(p.path("back"));
        let ended = stop_in_mid_run(&p, name, &["clean", "in", "--stages", "whitespace", "-o", "out", "--jobs", "2"]);
        assert!(ended == (code, signal) || ended == (Some(0), None), "{name}: {ended:?}");
        assert!(p.tree("in") == before, "{name}: the input is untouched");
        let mut out = p.tree("out");
        let report = out.remove(std::path::Path::new("report.jsonl")).expect("a report");
        assert!(out.len() < whole.len() || ended.0 == Some(0));
        for (file, bytes) in &out {
            assert!(whole[file] == *bytes, "{name}: {} is whole", file.display());
        }
        // Every whole line is sound, and every document in place is told to its end.
        let text = String::from_utf8_lossy(&report);
        let lines: Vec<&str> = text.split_inclusive('\n').filter(|l| l.ends_with('\n')).collect();
        assert!(lines.iter().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()));
        let files = out.keys().map(|f| format!("out/{}", f.display()));
        let args =
            ["revert", "--report", "out/report.jsonl", "-o", "back/"].map(str::to_owned).into_iter().chain(files);
        p.args(args).ends(0);
        for (file, bytes) in p.tree("back") {
            assert!(before[&file] == bytes, "{name}: {} comes back", file.display());
        }
        // Again, to the end.
        p.lave("clean -q in --stages whitespace -o out --jobs 2").ends(0);
        out = p.tree("out");
        out.remove(std::path::Path::new("report.jsonl"));
        assert!(out == whole, "{name}");
    }
}

#[test]
fn killed_in_place_with_everything_told() {
    let p = place("kill-in-place");
    for i in 0..1200 {
        p.write(format!("out/{i:04}.txt"), format!("Number  {i}.\n"));
    }
    let before = p.tree("out");
    let mut child = p
        .command()
        .args(["clean", "out", "--in-place", "--report", "r.jsonl", "--jobs", "1"])
        .spawn()
        .expect("it runs");
    while p.read("out/0000.txt") == before[std::path::Path::new("0000.txt")]
        && child.try_wait().expect("a child").is_none()
    {
        std::thread::yield_now();
    }
    let _ = child.kill();
    child.wait().expect("it ends");
    let after = p.tree("out");
    assert!(after.keys().eq(before.keys()), "no file more, none less");
    let changed: Vec<String> =
        after.iter().filter(|(n, b)| before[*n] != **b).map(|(n, _)| format!("out/{}", n.display())).collect();
    assert!(!changed.is_empty());
    let args = ["revert", "--report", "r.jsonl", "--in-place"].map(str::to_owned).into_iter().chain(changed);
    p.args(args).ends(0);
    assert!(p.tree("out") == before);
}

#[test]
fn long_names_and_many_threads() {
    let p = place("long-names");
    let long = "n".repeat(255);
    p.write(format!("in/{long}"), "One  two.\n");
    p.lave("clean -q in -o out --jobs 4000000000").ends(0);
    p.lave("clean -q in -o out --jobs 0").ends(0);
    assert_eq!(p.text(format!("out/{long}")), "One two.\n");
}
