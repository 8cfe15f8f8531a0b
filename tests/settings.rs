//! Where settings come from, what is said of those that are not sound, and a user's own rules.

mod program;

use program::{Place, place};

const RULES: &str = r#"
[[rule]]
id = "boilerplate.my-footer"
why = "Our paper closes every page with it."
do = "delete-line"
match = "^sent from the newsroom$"
fix = [{ in = "The ferry sails at noon.\nSent from the newsroom\n", out = "The ferry sails at noon.\n" }]
keep = ["It was sent from the newsroom to the printers.\n"]
"#;

fn value(p: &Place, args: &str, key: &str) -> String {
    let text = p.lave(&format!("config {args}")).ends(0).text().to_owned();
    text.lines().find(|l| l.starts_with(key)).unwrap_or_else(|| panic!("no {key} in {text}")).to_owned()
}

#[test]
fn the_file_is_found_upward_as_far_as_the_repository() {
    let p = place("found-upward");
    p.write("lave.toml", "level = \"likely\"\n").folder("a/b").folder("repo/.git").folder("repo/c");
    let from = |folder: &str| {
        let o = p.command().arg("config").current_dir(p.path(folder)).output().expect("it runs");
        let text = String::from_utf8(o.stdout).expect("UTF-8");
        text.lines().find(|l| l.starts_with("level")).expect("a level").to_owned()
    };
    assert!(from(".").contains("\"likely\"") && from(".").ends_with("# lave.toml:1"), "{}", from("."));
    assert!(from("a/b").contains("\"likely\""));
    assert!(from("repo/c").contains("\"safe\""), "the root of a repository ends the search");
    assert!(value(&p, "--no-config", "level").contains("\"safe\""));
    p.write("other.toml", "level = \"safe\"\nprofile = \"web\"\n");
    assert!(value(&p, "--config other.toml", "level").ends_with("# other.toml:1"));
    assert!(value(&p, "--level safe", "level").ends_with("# --level"));
    assert!(value(&p, "--set level=safe", "level").ends_with("# --set"));
    assert!(value(&p, "--profile minimal", "stages").contains("[\"controls\", \"whitespace\"]"));
    p.lave("config --config other.toml --no-config").ends(2).says("cannot be used with");
}

#[test]
fn what_is_not_sound_is_named_with_the_nearest_that_is() {
    let p = place("not-sound");
    for (toml, says) in [
        ("levle = \"safe\"\n", "lave.toml:1: unknown key `levle`; did you mean `level`?"),
        ("\n[quotes]\nstlye = \"keep\"\n", "lave.toml:3: unknown key `quotes.stlye`; did you mean `style`?"),
        ("[qoutes]\n", "lave.toml:1: unknown key `qoutes`; did you mean `quotes`?"),
        ("level = \"liekly\"\n", "lave.toml:1: `level` cannot be `liekly`; did you mean `likely`?"),
        ("level = 3\n", "lave.toml:1: `level` cannot be `3`"),
        ("profile = \"blog\"\n", "lave.toml:1: `profile` cannot be `blog`; one of minimal, standard, news, web"),
        (
            "stages = [\"quotes\", \"mojibakes\"]\n",
            "lave.toml:1: `stages` cannot be `mojibakes`; did you mean `mojibake`?",
        ),
        ("jobs = -1\n", "lave.toml:1: "),
        ("level = \n", "lave.toml:1: "),
        ("level = \"safe\"\nlevel = \"safe\"\n", "lave.toml:2: "),
        ("quotes = \"keep\"\n", "lave.toml:1: `quotes` must be a table"),
        ("[decode]\nencoding = \"klingon\"\n", "lave.toml:2: unknown encoding `klingon`"),
        ("[rules]\ndisable = [\"quotes.stringified\"]\n", "did you mean `quotes.stringified-list`?"),
        (
            "[rules]\npaths = [\"nowhere.toml\"]\n",
            "nowhere.toml: cannot read: no such file or directory; check the name",
        ),
    ] {
        p.write("lave.toml", toml).write("a.txt", "One  two.\n");
        let ran = p.lave("clean a.txt -o out.txt").ends(2).says(says);
        assert_eq!(ran.err.lines().count(), 1, "{toml}: {}", ran.err);
        assert!(!p.has("out.txt"));
    }
    p.write("lave.toml", b"level = \"\xff\"\n").lave("config").ends(2).says("lave.toml: cannot read: ");
    p.lave("config --config nowhere.toml").ends(2).says("nowhere.toml: cannot read: no such file");
    p.lave("config --no-config --set quotes.style").ends(2).says("--set: `quotes.style` has no `=`; write key=value");
    p.lave("config --no-config --set unicode.nfc=maybe").ends(2).says("`unicode.nfc` cannot be `maybe`; true or false");
    p.lave("config --no-config --jobs").ends(2);
    p.lave("clean --no-config a.txt --jobs many").ends(2).says("invalid value 'many'");
}

#[test]
fn stages_and_options_can_be_chosen() {
    let p = place("stages");
    p.write("a.txt", "The cafÃ©  &amp; “bar” is open .\r\n");
    let clean = |args: &str| p.lave(&format!("clean a.txt {args}")).ends(0).text().to_owned();
    assert_eq!(clean(""), "The café & \"bar\" is open.\n");
    assert_eq!(clean("--stages none"), "The cafÃ©  &amp; “bar” is open .\n");
    assert_eq!(clean("--stages none --set decode.newline=keep"), "The cafÃ©  &amp; “bar” is open .\r\n");
    assert_eq!(clean("--stages entities,whitespace"), "The cafÃ© & “bar” is open .\n");
    assert_eq!(clean("--without entities,quotes"), "The café &amp; “bar” is open.\n");
    assert_eq!(clean("--set quotes.style=keep"), "The café & “bar” is open.\n");
    assert_eq!(clean("--profile standard"), "The café  & “bar” is open.\r\n");
    p.lave("clean a.txt --stages whitespace,mojibake").ends(0);
    p.lave("clean a.txt --stages controls,mojibake").ends(0).says("warning: `mojibake` should run before `controls`");
}

#[test]
fn init_writes_what_loads_and_overwrites_nothing() {
    let p = place("init");
    assert_eq!(p.lave("init").ends(0).silent().text(), "wrote lave.toml\n");
    let written = p.text("lave.toml");
    p.lave("config").ends(0).silent();
    // Every key in it is a real one.
    let open: String = written
        .lines()
        .map(|l| l.strip_prefix("# ").filter(|l| l.contains(" = ") && !l.contains('(')).unwrap_or(l).to_owned() + "\n")
        .collect();
    p.write("open.toml", open.replace("stages = []\n", ""));
    let of = |args: &str| {
        let text = p.lave(&format!("config {args}")).ends(0).text().to_owned();
        text.lines().filter_map(|l| l.split_once('#').map(|(v, _)| v.trim().to_owned())).collect::<Vec<_>>().len()
    };
    assert_eq!(of("--config open.toml"), of(""));
    p.lave("init").ends(2).says("lave.toml: exists already; remove it, or name another file");
    assert_eq!(p.text("lave.toml"), written);
    p.lave("init nowhere/lave.toml").ends(2).says("nowhere/lave.toml: cannot write");
    p.lave("init other.toml").ends(0);
    assert_eq!(p.text("other.toml"), written);
}

#[test]
fn completions_for_every_shell() {
    let p = place("completions");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = p.lave(&format!("completions {shell}")).ends(0).silent();
        assert!(ran.text().contains("revert") && ran.text().contains("report-detail"), "{shell}");
    }
    p.lave("completions tcsh").ends(2).says("possible values");
}

#[test]
fn rules_are_listed_and_shown() {
    let p = place("rules-list");
    let list = p.lave("rules list").ends(0).text().to_owned();
    assert!(list.lines().count() >= 80, "{list}");
    let line = list.lines().find(|l| l.starts_with("quotes.lost-words ")).expect("that rule");
    assert!(line.contains(" show "), "{line}");
    let show = p.lave("rules show quotes.lost-words").ends(0).text().to_owned();
    assert!(show.starts_with("quotes.lost-words  (show)\n") && show.contains("\nleaves alone\n"), "{show}");
    p.lave("rules show quotes.lost-word").ends(2).says("no rule `quotes.lost-word`; did you mean `quotes.lost-words`?");
    p.lave("rules show xyzzy").ends(2).says("`lave rules list` shows them all");
}

#[test]
fn a_users_rules() {
    let p = place("own-rules");
    p.write("my/a.toml", RULES).write("a.txt", "The ferry sails.\nSent from the newsroom\n");
    assert_eq!(p.lave("rules test my/a.toml").ends(0).silent().text(), "1 rule, 3 runs: all hold\n");
    assert_eq!(p.lave("rules test my").ends(0).text(), "1 rule, 3 runs: all hold\n");
    assert_eq!(p.lave("clean a.txt").ends(0).text().lines().count(), 2);
    for args in ["--rules my", "--rules my/a.toml"] {
        assert_eq!(p.lave(&format!("clean a.txt {args}")).ends(0).text(), "The ferry sails.\n");
    }
    p.write("lave.toml", "[rules]\npaths = [\"my\"]\n");
    assert_eq!(p.lave("clean a.txt").ends(0).text(), "The ferry sails.\n");
    // From a folder below, too: the path is the configuration's.
    p.folder("sub");
    let o = p.command().args(["clean", "../a.txt"]).current_dir(p.path("sub")).output().expect("it runs");
    assert_eq!(o.stdout, b"The ferry sails.\n");
    assert!(p.lave("rules show boilerplate.my-footer").ends(0).text().contains("my/a.toml:2"));
    p.write("lave.toml", "[rules]\npaths = [\"my\"]\ndisable = [\"boilerplate.my-footer\"]\n");
    assert_eq!(p.lave("clean a.txt").ends(0).text().lines().count(), 2);
    // What the report says was done can be undone without the rules.
    p.lave("clean -q a.txt --no-config --rules my -o b.txt --report r.jsonl").ends(0);
    std::fs::remove_dir_all(p.path("my")).expect("removed");
    p.lave("revert -q b.txt --report r.jsonl -o c.txt").ends(0);
    assert_eq!(p.read("c.txt"), p.read("a.txt"));
}

#[test]
fn a_rule_can_be_off_and_on() {
    let p = place("off-and-on");
    p.write("off.toml", RULES.replace("do =", "enabled = false\ndo ="))
        .write("a.txt", "One.\nSent from the newsroom\n");
    p.write("likely.toml", RULES.replace("do =", "level = \"likely\"\ndo ="));
    let lines = |args: &str| p.lave(&format!("clean a.txt {args}")).ends(0).text().lines().count();
    assert_eq!(lines("--rules off.toml"), 2);
    assert_eq!(lines("--rules off.toml --set rules.enable=boilerplate.my-footer"), 1);
    assert_eq!(lines("--rules likely.toml"), 2);
    assert_eq!(lines("--rules likely.toml --level likely"), 1);
    assert_eq!(lines("--rules likely.toml --set boilerplate.level=likely"), 1);
    assert_eq!(lines("--rules likely.toml --level likely --without boilerplate"), 2);
    p.lave("check a.txt --rules likely.toml").ends(0);
    assert_eq!(p.lave("check a.txt --rules likely.toml").text(), "a.txt: 0 changes, 1 finding\n");
}

#[test]
fn rules_that_fail_their_examples_are_told() {
    let p = place("bad-examples");
    let lie = RULES.replace("out = \"The ferry sails at noon.\\n\"", "out = \"Nothing.\\n\"");
    p.write("lie.toml", lie.replace("It was sent from the newsroom to the printers.", "Sent from the newsroom"));
    let ran = p.lave("rules test lie.toml").ends(2).says("lie.toml:7: boilerplate.my-footer: ").says("lie.toml:8: ");
    assert_eq!(ran.text(), "1 rule, 2 runs: 2 failures\n");
}

#[test]
fn rule_files_that_are_not_sound_are_refused() {
    let p = place("bad-rules");
    p.write("a.txt", "One  two.\n");
    for (from, to, says) in [
        (
            "\"^sent",
            "\"^(sent",
            "bad.toml:6: rule `boilerplate.my-footer`: `match` is no sound pattern: unclosed group, at character 2",
        ),
        ("\"^sent", "\"^\\\\p{Nope}sent", "Unicode property not found, at character 2"),
        ("\"^sent", "\"^(?:\\\\w{99}){99}sent", "bad.toml:6: rule `boilerplate.my-footer`: "),
        ("match =", "mach =", "bad.toml:6: unknown key"),
        ("delete-line", "delete", "bad.toml:5: "),
        ("boilerplate.my-footer", "My Footer", "bad.toml:2: `My Footer` is no rule id; write stage.name"),
        ("why =", "# why =", "bad.toml:2: a rule without `why`"),
        ("[[rule]]", "[rule]", "bad.toml:2: "),
        ("[[rule]]", "[[rule", "bad.toml:2: "),
        ("fix = [{ in =", "fix = [{ inn =", "bad.toml:7: "),
    ] {
        p.write("bad.toml", RULES.replace(from, to));
        for args in ["rules test bad.toml", "clean a.txt -o b.txt --rules bad.toml", "rules list --rules bad.toml"] {
            let ran = p.lave(args);
            if to.contains("inn") && !args.starts_with("rules test") && ran.code == Some(0) {
                continue;
            }
            let ran = ran.ends(2).says(says);
            assert!(ran.out.is_empty());
        }
        let _ = std::fs::remove_file(p.path("b.txt"));
    }
    p.write("twice.toml", RULES.repeat(2))
        .lave("rules test twice.toml")
        .ends(2)
        .says("a second rule `boilerplate.my-footer`");
    p.folder("empty").lave("clean a.txt --rules empty").ends(2).says("empty: no rule file; rule files end in .toml");
    p.lave("rules test nowhere.toml").ends(2).says("nowhere.toml: cannot read");
}
