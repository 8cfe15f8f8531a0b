//! Cases of repair and style; the rules' own examples are tested with all others.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::stage::testing::{Washed, wash};

fn washed(style: QuoteStyle, line: &str) -> Washed {
    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().expect("they load"));
    wash(&Quotes::new(&RULES, &Options { quotes_style: style, ..Options::default() }), &RULES, line)
}

/// The examples of this stage, but for what needs other stages.
#[test]
fn examples() {
    let mut set = RuleSet::default();
    let text = include_str!("../../../rules/quotes.toml");
    set.add("rules/quotes.toml", text, true).expect("it loads");
    for rule in set.rules() {
        for e in &rule.fix {
            let style = match e.set.first().map(String::as_str) {
                Some("quotes.style=curly") => QuoteStyle::Curly,
                Some("quotes.style=straight") => QuoteStyle::Straight,
                _ => QuoteStyle::Keep,
            };
            let w = washed(style, e.input.trim_end());
            assert_eq!(w.text, e.output.trim_end(), "{}: {:?}", rule.id, w.by);
            let credited = w.by.contains(&rule.id) || w.seen.iter().any(|s| s.0 == rule.id);
            assert!(credited, "{}: {:?} by {:?}", rule.id, e.input, w.by);
            assert_eq!(washed(style, &w.text).text, w.text);
        }
        for e in &rule.keep {
            let w = washed(QuoteStyle::Keep, e.input.trim_end());
            assert_eq!(w.text, e.input.trim_end(), "{}: {:?}", rule.id, w.by);
        }
        if rule.id.contains(".style-") {
            let style = if rule.id.ends_with("curly") { QuoteStyle::Curly } else { QuoteStyle::Straight };
            for e in &rule.keep {
                assert_eq!(washed(style, e.input.trim_end()).text, e.input.trim_end(), "{}", rule.id);
            }
        }
    }
}

#[test]
fn curly() {
    for (line, want) in [
        ("\"'Twas late,\" he said.", "“’Twas late,” he said."),
        ("He said 'no' and \"yes\".", "He said ‘no’ and “yes”."),
        ("\"In 1990\" it was 5'10\" and 6\" wide.", "“In 1990” it was 5'10\" and 6\" wide."),
        ("the 1990's and the '90s", "the 1990’s and the ’90s"),
        ("(\"so\") - \"so\"", "(“so”) - “so”"),
        ("a \" b ' c", "a \" b ' c"),
        ("run `echo \"x\"` \"now\"", "run `echo \"x\"` “now”"),
        ("<b class=\"x\">\"so\"</b>", "<b class=\"x\">“so”</b>"),
        ("{\"a\": \"b\"}", "{\"a\": \"b\"}"),
        ("\"He said 'no.'\"", "“He said ‘no.’”"),
        ("the 'hood", "the ’hood"),
    ] {
        assert_eq!(washed(QuoteStyle::Curly, line).text, want);
    }
}

#[test]
fn straight() {
    for (line, want) in [
        ("‘‘x’’ “y” ‟z‟ ‛a’", "\"x\" \"y\" \"z\" 'a'"),
        ("„So“ und „so”, “so”", "„So“ und „so”, \"so\""),
        ("‚So‘ und ‚wie’s geht‘, it’s", "‚So‘ und ‚wie's geht‘, it's"),
        ("1,\"say “x”, ok\"", "1,\"say “x”, ok\""),
        ("{\"a\": \"say “x”\"} “y”", "{\"a\": \"say “x”\"} \"y\""),
        ("他说“你好”，it’s", "他说“你好”，it's"),
        ("5′ 10″ обовʼязок Hawaiʻi", "5′ 10″ обовʼязок Hawaiʻi"),
    ] {
        assert_eq!(washed(QuoteStyle::Straight, line).text, want);
    }
}

#[test]
fn corpus_fragments() {
    let core = "“We’ll see,” said Berg’s aide, who wasn’t named.";
    let straight = "\"We'll see,\" said Berg's aide, who wasn't named.";
    for (line, want) in [
        (format!("’ ’   ”{core}” ’"), None),
        (format!("’{core}’"), Some(straight.to_owned())),
        (format!("’’’{core}’ ’"), Some(straight.to_owned())),
        ("\"\"We will see.\"\"".to_owned(), Some("\"We will see.\"".to_owned())),
        (format!("” {core}"), Some(straight.to_owned())),
    ] {
        let got = washed(QuoteStyle::Straight, &line);
        match want {
            Some(want) => assert_eq!(got.text, want, "{line}"),
            None => assert!(got.text.contains("We'll see,\" said Berg's aide") && !got.text.ends_with('\''), "{got:?}"),
        }
    }
}

#[test]
fn clean_lines_push_nothing() {
    let rules = RuleSet::builtin().expect("they load");
    let stage = Quotes::new(&rules, &Options::default());
    for line in
        ["\"Yes,\" she said. \"It's 5 o'clock, isn't it?\"", "", "plain", "the boys' toys", "'Tis so.", "[1] See p. 3."]
    {
        assert!(wash(&stage, &rules, line).by.is_empty(), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn settles(line in "[\"'’”“‘„‚´`\\\\\\[\\] a-cst.,!ABS5éß北\u{a0}—<>={}]{0,48}", style in 0..3) {
        let style = [QuoteStyle::Keep, QuoteStyle::Straight, QuoteStyle::Curly][style as usize];
        let once = washed(style, &line);
        prop_assert_eq!(&washed(style, &once.text).text, &once.text, "{}", line);
    }
}
