//! `lave check`: says what would change, changes nothing, and ends with 1 if anything would.

mod program;

use program::place;

#[test]
fn exit_codes_and_one_line_a_file() {
    let p = place("check");
    p.write("dirty.txt", "The cafÃ©  &amp; bar.\n").write("clean.txt", "Nothing to do.\n");
    p.write("found.txt", "A\u{202E}b\n").write("crlf.txt", "One.\r\nTwo.\r\n").write("t.csv", "1,  2\n");
    let before = p.tree(".");
    let ran = p.lave("check dirty.txt").ends(1).silent();
    assert_eq!(ran.text(), "dirty.txt: 3 changes (entities 1, mojibake 1, whitespace 1), 0 findings\n");
    assert_eq!(p.lave("check clean.txt").ends(0).silent().text(), "");
    let ran =
        p.lave("check dirty.txt clean.txt").ends(1).says("2 documents checked, 1 would change: 3 changes, 0 findings");
    assert_eq!(ran.text().lines().count(), 1);
    assert_eq!(p.lave("check -q dirty.txt clean.txt").ends(1).silent().text(), "");
    // Bytes count: other line ends are a change, unless they are kept.
    assert_eq!(p.lave("check crlf.txt").ends(1).text(), "crlf.txt: 2 changes (decode 2), 0 findings\n");
    p.lave("check crlf.txt --profile standard").ends(0);
    // Findings are said, and are no failure unless that is asked for.
    assert_eq!(p.lave("check found.txt").ends(0).text(), "found.txt: 0 changes, 1 finding\n");
    p.lave("check found.txt --fail-on finding").ends(1);
    p.lave("check t.csv").ends(0);
    assert!(p.lave("check t.csv -v").ends(0).text().starts_with("t.csv: left alone: a .csv file"));
    p.lave("check t.csv --fail-on finding").ends(1);
    p.lave("check dirty.txt nowhere").ends(2).says("nowhere: cannot read");
    p.lave("check clean.txt --fail-on everything").ends(2);
    assert_eq!(
        p.piped("check", b"One  two.\n").ends(1).text(),
        "standard input: 1 change (whitespace 1), 0 findings\n"
    );
    p.piped("check -", b"One two.\n").ends(0).silent();
    assert_eq!(p.tree("."), before, "nothing is changed");
}

#[test]
fn every_place_with_verbose() {
    let p = place("check-places");
    p.write("a.txt", "One.\nThe cafÃ©  bar\u{7}.\n\u{202E}x\n");
    let ran = p.lave("check -v a.txt").ends(1).silent();
    assert_eq!(
        ran.text(),
        "a.txt: 3 changes (mojibake 1, controls 1, whitespace 1), 1 finding\n\
         a.txt:2:8: mojibake.utf8: \"Ã©\" -> \"é\"\n\
         a.txt:2:11: whitespace.run: \" \" -> \"\"\n\
         a.txt:2:15: controls.c0: \"\\u{7}\" -> \"\"\n\
         a.txt:3:1: controls.bidi: finding: \"\\u{202E}\"\n"
    );
}

#[test]
fn a_diff() {
    let p = place("check-diff");
    let text: String = (1..=20).map(|i| format!("Line {i}.\n")).collect();
    p.write("a.txt", text.replace("Line 3.", "Line  3.").replace("Line 17.", "Line\u{7} 17."));
    let ran = p.lave("check --diff a.txt").ends(1);
    assert_eq!(
        ran.text(),
        "a.txt: 2 changes (controls 1, whitespace 1), 0 findings\n--- a.txt\n+++ a.txt (clean)\n\
         @@ -1,6 +1,6 @@\n Line 1.\n Line 2.\n-Line  3.\n+Line 3.\n Line 4.\n Line 5.\n Line 6.\n\
         @@ -14,7 +14,7 @@\n Line 14.\n Line 15.\n Line 16.\n-Line\\u{7} 17.\n+Line 17.\n Line 18.\n Line 19.\n Line 20.\n"
    );
    // Joined and dropped lines, and no newline at the end.
    p.write("b.txt", "One.\n\n\n\n\nTwo  three");
    let ran = p.lave("check --diff b.txt").ends(1);
    assert!(ran.text().ends_with("-Two  three\n\\ No newline at end of file\n+Two three\n"), "{}", ran.text());
}

#[test]
fn folders_as_a_repository_sees_them() {
    let p = place("check-folder");
    p.write("in/.gitignore", "ignored/\n*.log\n").write("in/ignored/a.txt", "x  y\n").write("in/b.log", "x  y\n");
    p.write("in/.hidden.txt", "x  y\n").write("in/.dir/c.txt", "x  y\n").write("in/seen.txt", "x  y\n");
    p.write("in/.git/d.txt", "x  y\n");
    let ran = p.lave("check in").ends(1);
    assert_eq!(ran.text(), "in/seen.txt: 1 change (whitespace 1), 0 findings\n");
    for named in ["in/.hidden.txt", "in/b.log", "in/.dir", "in/.git"] {
        p.lave(&format!("check {named}")).ends(1);
    }
    p.lave("check in --exclude seen.txt").ends(0);
    p.lave("check in --include *.md").ends(0);
}
