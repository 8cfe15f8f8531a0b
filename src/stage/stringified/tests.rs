//! The damager: it does to articles what was done to the seed, and the list has to come back.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::options::{Options, QuoteStyle};
use crate::rule::RuleSet;
use crate::stage::quotes::Quotes;
use crate::stage::testing::{Washed, wash};

fn washed(line: &str) -> Washed {
    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().expect("they load"));
    let options = Options { quotes_style: QuoteStyle::Straight, ..Options::default() };
    wash(&Quotes::new(&RULES, &options), &RULES, line)
}

/// What is done to an article.
#[derive(Clone, Copy, Debug, Default)]
struct Damage {
    /// Paragraphs start with a line break and end with a space, as in an indented source.
    padded: bool,
    /// Lines are broken at about this many characters.
    wrap: Option<usize>,
    /// Every nth paragraph is preceded by an empty one.
    blanks: Option<usize>,
    /// `['…', "…"]`, straight and escaped.
    bracketed: bool,
    /// `[’…’, ”…”]`.
    curled_brackets: bool,
    /// Bytes (about) cut off at the start and at the end.
    cut: (usize, usize),
}

fn wrapped(p: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return p.to_owned() };
    let mut out = String::new();
    let mut column = 0;
    for (i, word) in p.split(' ').enumerate() {
        if i > 0 && column + word.chars().count() > width {
            out.push_str("\n  ");
            column = 0;
        } else if i > 0 {
            out.push(' ');
        }
        column += word.chars().count() + 1;
        out.push_str(word);
    }
    out
}

/// Python's `repr`, for what articles hold.
fn repr(s: &str, bracketed: bool) -> String {
    let double = s.contains('\'') && !s.contains('"');
    let wrap = if double { '"' } else { '\'' };
    let mut out = String::from(wrap);
    for c in s.chars() {
        match c {
            '\'' if !double => out.push_str("\\'"),
            '\n' if bracketed => out.push_str("\\n"),
            '\u{a0}' if bracketed => out.push_str("\\xa0"),
            '\\' if bracketed => out.push_str("\\\\"),
            // The break itself was lost; its indentation and a space stand for it.
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push(wrap);
    out
}

fn damage(paragraphs: &[String], how: Damage) -> String {
    let mut items = Vec::new();
    for (i, p) in paragraphs.iter().enumerate() {
        if how.blanks.is_some_and(|n| i % n == 0) {
            items.push(repr(if how.padded { "\n " } else { "" }, how.bracketed));
        }
        let body = wrapped(p, how.wrap);
        items.push(repr(&if how.padded { format!("\n  {body} ") } else { body }, how.bracketed));
    }
    let list = if how.bracketed {
        format!("[{}]", items.join(", "))
    } else {
        let curled = |s: &str| s.replace("\\'", "’’").replace('\'', "’").replace('"', "”");
        let joined = items.join(if how.curled_brackets { ", " } else { " " });
        if how.curled_brackets { format!("[{}]", curled(&joined)) } else { curled(&joined) }
    };
    let floor = |mut i: usize| {
        i = i.min(list.len());
        while !list.is_char_boundary(i) {
            i += 1;
        }
        i
    };
    let start = floor(how.cut.0);
    let end = floor(list.len().saturating_sub(how.cut.1).max(start));
    list[start..end].to_owned()
}

fn article(text: &[&str]) -> Vec<String> {
    text.iter().map(|&s| s.to_owned()).collect()
}

/// Articles with everything that quotes do.
fn articles() -> Vec<Vec<String>> {
    let raw: &[&[&str]] = &[
        &[
            "The lighthouse was sold on Friday.",
            "It's the third sale since May.",
            "\"We are glad,\" said the keeper's wife.",
        ],
        &["\"Nobody asked us,\" he said.", "\"Nobody ever does.\"", "The town's mayor wouldn't comment."],
        &["Fans of '90s bands queued all night.", "The boys' tents were soaked.", "'Tis the season, one of them said."],
        &[
            "She called the plan \"a 'brave' start\" on Monday.",
            "Her critics' answer: \"It isn't 'brave' at all.\"",
            "Talks go on.",
        ],
        &["\"The first part of a long speech ended here.", "\"The second part ended there.\"", "It lasted an hour."],
        &["The board is 6'2\" long and 3\" wide.", "He doesn't need more.", "A 12\" record costs $20."],
        &[
            "Workers' rights were on the table.",
            "So were the owners'.",
            "Rock 'n' roll isn't dead, he said, and \"won't be.\"",
        ],
        &["Prices rose by 3.5% in a year.", "Rents fell.", "The central bank said nothing about it."],
        &[
            "He said \"yes\" \"no\" and \"maybe\" in one breath.",
            "The dogs' 'til-dawn howling woke her.",
            "It's over, she said, and nobody minded.",
        ],
        &["Qu'est-ce que c'est ? \"Rien\", dit l'homme.", "L'affaire est close.", "On n'en parle plus."],
        &["Der Bürgermeister sprach von \"Pech\".", "Das war's für diese Woche.", "Mehr gab es nicht zu sagen."],
        &[
            "The '\"quoted\" word' puzzled them.",
            "\"'Twas nothing,' she'd said,\" he recalled.",
            "They laughed at the judges'.",
        ],
        &["First: the boats.", "Second: the nets (and the crews' pay).", "Third: \"everything else\"."],
        &["\"What?\"", "\"I can't hear you.\"", "\"Never mind,\" she said. \"It's nothing.\"", "He left."],
        &[
            "Related",
            "The harbour opened in 1901.",
            "It's been closed since March.",
            "Read more about \"the harbour\" here.",
        ],
    ];
    raw.iter().map(|a| article(a)).collect()
}

fn shapes() -> Vec<Damage> {
    let mut out = Vec::new();
    for padded in [false, true] {
        for wrap in [None, Some(20), Some(66)] {
            for blanks in [None, Some(1), Some(2)] {
                for (bracketed, curled_brackets) in [(false, false), (true, false), (false, true)] {
                    out.push(Damage { padded, wrap, blanks, bracketed, curled_brackets, cut: (0, 0) });
                }
            }
        }
    }
    out
}

#[test]
fn hand_written_articles_come_back() {
    for a in articles() {
        for how in shapes() {
            let line = damage(&a, how);
            let w = washed(&line);
            assert_eq!(w.text, a.join("\n\n"), "{how:?}\n{line}");
            assert!(w.by.iter().all(|r| r == "quotes.stringified-list"), "{:?}\n{line}", w.by);
            assert!(w.seen.iter().all(|s| s.0 != "quotes.lost-words"), "{:?}\n{line}", w.seen);
        }
    }
}

#[test]
fn half_broken_lists_come_back() {
    let mut a = article(&[
        "The lighthouse on the northern pier was sold on Friday to a couple who wish to live in it all year round.",
        "It's the third sale since May, and the last one that the town's council will have to agree to this year.",
        "\"We are glad,\" said the keeper's wife, who has lived in the small house beside it for more than forty years.",
        "Nobody asked what the new owners paid for it, and the harbour's office would not say when it was called.",
    ]);
    let whole = damage(&a, Damage { bracketed: true, ..Damage::default() });
    for part in [&whole[1..], &whole[..whole.len() - 1], &whole[1..whole.len() - 1]] {
        assert_eq!(washed(part).text, a.join("\n\n"), "{part}");
    }
    // Curled as an editor does it, after apostrophes that were curly before.
    a[1] = a[1].replace('\'', "’");
    let list: Vec<String> = a.iter().map(|p| format!("‘{}’", p.replace(" \"", " “").replace('"', "”"))).collect();
    let line = format!("[{}]", list.join(", ")).replace("‘”", "‘“");
    assert_eq!(washed(&line).text, a.join("\n\n").replace('’', "'"), "{line}");
}

#[test]
fn cut_articles_come_back() {
    for a in articles() {
        let whole = a.join("\n\n");
        for how in shapes().into_iter().filter(|h| h.padded && h.wrap != Some(20)) {
            for cut in [(0, 4), (0, 17), (6, 0), (6, 9)] {
                let line = damage(&a, Damage { cut, ..how });
                let got = washed(&line).text;
                // What is left has to be a piece of the article, and nearly all of it.
                let bare = got.trim_end_matches(['\\', ']', '\'', '"', 'x', 'a', '0', ',', ' ']);
                assert!(whole.contains(bare), "{how:?} {cut:?}\n{line}\n{got}");
                assert!(got.len() + 30 >= whole.len(), "{how:?} {cut:?}\n{line}\n{got}");
            }
        }
    }
}

#[test]
fn lost_words_are_told() {
    let told = |line: &str| -> Vec<String> {
        let w = washed(line);
        assert_eq!(w.by.first().map(String::as_str), Some("quotes.stringified-list"), "{line}");
        w.seen.into_iter().filter(|s| s.0 == "quotes.lost-words").map(|s| s.1).collect()
    };
    let rest = " ’ ’   The end of it all. ’";
    for (body, gaps) in [
        ("The crews reported ”” and ”more” on Monday.", &["””"][..]),
        ("She  on Monday that     talks were off.", &["  ", "     "]),
        ("They are based in Oslo,   .", &["."]),
        ("”It is so,”Berg .", &["."]),
        ("those [ ] boats sank", &["[ ]"]),
        ("the rain  —   it never   stops  — ended.", &[]),
        ("Berg ’’ Hansen said ”no”.", &["’’"]),
        ("It ended. ” It began  again.”", &["  "]),
        ("A line break   is no gap.", &[]),
    ] {
        assert_eq!(told(&format!("’   {body}{rest}")), gaps, "{body}");
    }
}

#[test]
fn a_short_line_is_a_gap_where_lines_are_long() {
    let long = "The quick harbour boats went out again at dawn and came home   ";
    let line = format!(
        "’   {}ended. ’ ’   In both   harbours the rain fell all day and all of the night,   he said. ’",
        long.repeat(10)
    );
    let gaps: Vec<_> = washed(&line).seen.into_iter().filter(|s| s.0 == "quotes.lost-words").collect();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
}

#[test]
fn sound_lines_stay() {
    for line in [
        "”Moi.” ”Hei.” ”No niin.”",
        "”Vaa’an luku.” ”Raa’an lihan.”",
        "’Hej.’ ’Hej då.’",
        "The boys’ ’90s records, the girls’ ’80s tapes.",
        "He said “no.” ’Tis a pity. He said “yes.” ’Twas late.",
        "“It’s ‘No.’ ’” she said. ’ ’",
        "'Yes.' 'No.' 'It's late.'",
        "\"It's late.\" \"It's early.\" \"It's noon.\"",
        "x = ['a', 'b', \"it's\"]",
        "['--flag', 'value', \"it's\"]",
        "[\"One sentence that is long enough to be prose.\", \"Another sentence that is long enough to be prose.\"]",
        "[']",
        "['",
        "'Please enter your name.', 'This field is required.', \"It's not a number.\", 'Try again later, please.'",
        "'I came.', 'I saw.', 'I conquered.', 'I left.', 'I did not come back.'",
        "'One of the rows of a file of data holds a sentence that is as long as this one is, and no other mark.', 'One of the rows of a file of data holds a sentence that is as long as this one is, and no other mark.', 'One of the rows of a file of data holds a sentence that is as long as this one is, and no other mark.', 'One of the rows of a file of data holds a sentence that is as long as this one is, and no other mark.'",
        "(1, 'A long review of a harbour and its boats, with many words in it.', 'Another long review, of a lighthouse.')",
        "’ ’",
        "kyek' 'iyhàj wok ‘not’ kyek' ’imak. 'Noo'wetlheley",
        "Press ' ' or \" \" to go on.",
    ] {
        let w = washed(line);
        assert!(!w.by.iter().any(|r| r.contains("list")), "{line}\n{}", w.text);
    }
}

/// Sentences with quotes in all places.
fn paragraph() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => "[a-z]{4,9}",
        1 => Just("don't".to_owned()),
        1 => Just("envoys'".to_owned()),
        1 => Just("UN's".to_owned()),
        1 => Just("'90s".to_owned()),
        1 => Just("\"so".to_owned()),
        1 => Just("called\"".to_owned()),
        1 => Just("\"it\"".to_owned()),
        1 => Just("'this'".to_owned()),
        1 => Just("5'10\"".to_owned()),
        1 => Just("—".to_owned()),
        1 => Just("größer".to_owned()),
    ];
    let stop = prop_oneof![4 => Just("."), 1 => Just("?"), 1 => Just(".\""), 1 => Just(".'"), 1 => Just("'\"")];
    let start = prop_oneof![4 => Just("The "), 1 => Just("\"The "), 1 => Just("'Twas "), 1 => Just("'\"A ")];
    (start, prop::collection::vec(word, 6..30), stop).prop_map(|(a, w, z)| format!("{a}{}{z}", w.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn generated_articles_come_back(
        article in prop::collection::vec(paragraph(), 2..9),
        shape in 0usize..54,
    ) {
        let how = shapes()[shape];
        // A few short paragraphs, all in double marks, may be dialogue and stay.
        let in_doubles = article.iter().all(|p| p.contains('\'') && !p.contains('"'));
        let size: usize = article.iter().map(String::len).sum();
        prop_assume!(how.bracketed || how.curled_brackets || how.padded || !in_doubles || size >= 90 * article.len());
        let line = damage(&article, how);
        let got = washed(&line);
        prop_assert_eq!(got.text.clone(), article.join("\n\n"), "{:?}\n{}", how, line);
        prop_assert_eq!(washed(&got.text).text, got.text);
    }

    #[test]
    fn any_list_settles(line in "[’”'\"\\[\\]a .,\\\\nx“‘A]{0,60}") {
        let once = washed(&line);
        prop_assert_eq!(&washed(&once.text).text, &once.text, "{}", line);
    }
}
