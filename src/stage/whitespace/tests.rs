use proptest::prelude::*;

use super::*;
use crate::stage::testing::{rules, wash};

fn stage(layout: Layout) -> (Whitespace, &'static RuleSet) {
    let rules = rules();
    let options = Options { whitespace_layout: layout, ..Options::default() };
    (Whitespace::new(rules, &options), rules)
}

#[test]
fn prose() {
    let (stage, rules) = stage(Layout::Prose);
    for (line, want, by) in [
        ("one two", "one two", None),
        ("one  two", "one two", Some("whitespace.run")),
        (" \t one", "one", Some("whitespace.indent")),
        ("one \t", "one", Some("whitespace.trailing")),
        ("   ", "", Some("whitespace.trailing")),
        ("one\ttwo", "one two", Some("whitespace.tab")),
        ("10\u{A0}000 people", "10 000 people", Some("whitespace.no-break-space")),
        ("Quoi\u{202F}!", "Quoi !", Some("whitespace.no-break-space")),
        ("a\u{2009}\u{2003} b", "a b", Some("whitespace.exotic-space")),
        ("a\u{3000}b", "a b", Some("whitespace.ideographic-space")),
        ("漢\u{3000}字", "漢\u{3000}字", None),
        ("漢\u{3000}\u{3000} 字", "漢\u{3000}字", Some("whitespace.ideographic-space")),
        ("Ａ\u{3000}b", "Ａ\u{3000}b", None),
        ("\u{1681}\u{1680}\u{1682}", "\u{1681}\u{1680}\u{1682}", None),
        ("a\u{1680}b", "a b", Some("whitespace.exotic-space")),
        ("\u{2801}\u{2800}\u{2802} \u{2800}", "\u{2801}\u{2800}\u{2802} \u{2800}", None),
        ("a\u{2800}b", "a b", Some("whitespace.exotic-space")),
        ("\u{182D}\u{180E}\u{1820}", "\u{182D}\u{180E}\u{1820}", None),
        ("a\u{200B}b ’x – y", "a\u{200B}b ’x – y", None),
    ] {
        let washed = wash(&stage, rules, line);
        assert_eq!(washed.text, want, "{line:?}");
        assert_eq!(washed.by, by.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{line:?}");
    }
}

#[test]
fn keep() {
    let (stage, rules) = stage(Layout::Keep);
    for (line, want) in [
        ("    if x:  # note", "    if x:  # note"),
        ("a\tb\t\tc", "a\tb\t\tc"),
        ("a line break  ", "a line break  "),
        ("three   ", "three"),
        ("one ", "one"),
        ("tab\t", "tab"),
        ("  ", ""),
        ("   x", "   x"),
        ("10\u{A0}000 people", "10 000 people"),
        ("«\u{A0}Quoi\u{202F}!\u{A0}» 20\u{A0}%", "«\u{A0}Quoi\u{202F}!\u{A0}» 20\u{A0}%"),
        ("a \u{A0}\u{2003} b", "a    b"),
        ("\u{3000}漢", "\u{3000}漢"),
        ("x\u{A0} ", "x"),
    ] {
        assert_eq!(wash(&stage, rules, line).text, want, "{line:?}");
    }
}

proptest! {
    #[test]
    fn settles(s in "[ab« :!漢Ａ \t\u{A0}\u{2007}\u{202F}\u{2003}\u{3000}\u{1680}\u{1681}\u{2800}\u{2801}\u{180E}\u{1820}\u{205F}’]{0,24}") {
        for layout in [Layout::Prose, Layout::Keep] {
            let (stage, rules) = stage(layout);
            let once = wash(&stage, rules, &s).text;
            prop_assert_eq!(&wash(&stage, rules, &once).text, &once);
            let bare = |t: &str| t.chars().filter(|&c| !c.is_whitespace() && c != '\u{2800}' && c != '\u{180E}').collect::<String>();
            prop_assert_eq!(bare(&once), bare(&s));
            if layout == Layout::Prose {
                prop_assert!(!once.contains("  ") && !once.starts_with(' ') && !once.ends_with(' '));
            }
        }
    }
}
