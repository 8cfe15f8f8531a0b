use proptest::prelude::*;

use super::*;
use crate::stage::testing::{rules, wash};

fn stage(punctuation_dashes: Dashes, punctuation_ellipsis: Ellipsis) -> (Punctuation, &'static RuleSet) {
    let rules = rules();
    let options = Options { punctuation_dashes, punctuation_ellipsis, ..Options::default() };
    (Punctuation::new(rules, &options), rules)
}

fn plain() -> (Punctuation, &'static RuleSet) {
    stage(Dashes::Keep, Ellipsis::Keep)
}

#[test]
fn fixes() {
    let (stage, rules) = plain();
    for (line, want, by) in [
        ("They have words such as that, \" Alcott .", "They have words such as that, \" Alcott.", "stop"),
        ("\"It is what they have .\"", "\"It is what they have.\"", "stop"),
        ("That is , I , the one who said so", "That is, I, the one who said so", "stop"),
        ("Was it so ?! \"That is not what they said !\"", "Was it so?! \"That is not what they said!\"", "mark"),
        ("Das ist nicht der Hafen , und die Stadt", "Das ist nicht der Hafen, und die Stadt", "stop"),
        ("мост , река", "мост, река", "stop-any"),
        ("Это не мост , и не река !", "Это не мост, и не река!", "mark-any"),
        ("שלום , עולם", "שלום, עולם", "stop-any"),
        (
            "The note ( the first ) is here and ( \"so\" ) on",
            "The note (the first) is here and (\"so\") on",
            "brackets",
        ),
        ("uno,, dos", "uno, dos", "comma-any"),
    ] {
        let washed = wash(&stage, rules, line);
        assert_eq!(washed.text, want, "{line:?}");
        assert!(washed.by.iter().any(|r| r.ends_with(by)), "{line:?}: {:?}", washed.by);
    }
}

#[test]
fn keeps() {
    let (stage, rules) = plain();
    for line in [
        "She is the officer of the port, based in the town, .",
        "This is the one ... and . . . that is the .NET of the .5 or .gitignore",
        "They said what it is :) or :-) or ;) or : ) of the",
        "The a?.b and a != b of the manual, x ?? y",
        "What is it ? a : b",
        "Qui est là ? Le bac est dans le port !",
        "Le prix : 10 € ; la date : lundi",
        "« The end of the line and that is it » !",
        "10 000 people and the 2 * 3 * 4 of it",
        "The odds of that are 10 : 30 and 3 : 1",
        "at the place of it see C:\\new , snake_case , that",
        "see the site www.example.org , and the mail a@b.org , of them",
        "a , b , c",
        "\"\" and the [ ] and the [x] and ' ' of it",
        "wow !!!! well.... hm,,, no..",
        ",,so sagt er das`` und nicht die",
        "for ( i = 0 ; i < n ; i++ )",
        "a | b , c",
        "ไทย : ไทย ไทย ?",
        "f( x ) and the g( y ) of it",
        "it is sad :( but the end ) of it is not",
        "( ; 7 April 1944) is the date of it and the",
    ] {
        assert_eq!(wash(&stage, rules, line).text, line);
    }
}

#[test]
fn style_by_option() {
    let (hyphen, rules) = stage(Dashes::Hyphen, Ellipsis::Dots);
    assert_eq!(wash(&hyphen, rules, "a — b—c 1–2 x‑y…").text, "a - b - c 1-2 x-y...");
    let (em, rules) = stage(Dashes::Em, Ellipsis::Char);
    for (line, want) in [
        ("one - two -- three--four", "one — two — three—four"),
        ("- 10 - 20, 10--20, well-known, --flag, -f", "- 10 - 20, 10--20, well-known, --flag, -f"),
        ("---", "---"),
        ("so... and .... and ../... and ..", "so… and .... and ../... and .."),
    ] {
        assert_eq!(wash(&em, rules, line).text, want);
    }
}

#[test]
fn languages() {
    use super::line::{Language, language};
    for (line, want) in [
        ("The ferry was late and the quay was empty.", Language::English),
        ("Le bac est dans le port et la mer est grosse.", Language::French),
        ("Das Schiff ist nicht im Hafen, und die Stadt schläft.", Language::Tight),
        ("Prom odpłynął.", Language::Unknown),
        ("The Voice : la plus belle voix est dans les airs and that", Language::French),
        ("", Language::Unknown),
    ] {
        assert_eq!(language(line), want, "{line:?}");
    }
}

proptest! {
    #[test]
    fn settles(words in prop::collection::vec("the|and|of|is|le|est|und|nicht|x|Ab|[.,;:!?]{1,3}|[(\\[)\\]\"”’«»]|--?|—|…|10|é|漢| |\\.\\.\\.|:\\)", 0..14)) {
        let line = words.join(" ").replace("  ", "");
        for (dashes, ellipsis) in [(Dashes::Keep, Ellipsis::Keep), (Dashes::Hyphen, Ellipsis::Dots), (Dashes::Em, Ellipsis::Char)] {
            let (stage, rules) = stage(dashes, ellipsis);
            let once = wash(&stage, rules, &line).text;
            prop_assert_eq!(&wash(&stage, rules, &once).text, &once);
        }
    }

    #[test]
    fn takes_anything(s in "\\PC{0,40}") {
        let (stage, rules) = plain();
        let once = wash(&stage, rules, &s).text;
        prop_assert_eq!(&wash(&stage, rules, &once).text, &once);
    }
}
