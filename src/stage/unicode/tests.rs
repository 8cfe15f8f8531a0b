use proptest::prelude::*;

use super::*;
use crate::stage::testing::{rules, wash};

fn stage() -> (Unicode, &'static RuleSet) {
    let rules = rules();
    (Unicode::new(rules, &Options::default()), rules)
}

#[test]
fn cases() {
    let (stage, rules) = stage();
    for (line, want) in [
        ("cafe\u{301} a\u{30A}ngstro\u{308}m", "café ångström"),
        ("\u{212B}ngstr\u{F6}m at 3 \u{212A}", "Ångström at 3 K"),
        ("q\u{301}\u{323} d\u{307}\u{323}", "q\u{323}\u{301} \u{1E0D}\u{307}"),
        ("\u{1112}\u{1161}\u{11AB}", "한"),
        ("\u{F900}\u{2F801} \u{F900}\u{301}\u{323}", "\u{F900}\u{2F801} \u{F900}\u{323}\u{301}"),
        (
            "o\u{FB03}ce, \u{FB01}rst, \u{FB02}y, sti\u{FB00}, la\u{FB06}, waſ\u{FB05}",
            "office, first, fly, stiff, last, waſst",
        ),
        ("the sign \u{FB01} alone", "the sign \u{FB01} alone"),
        ("\u{132}sland, b\u{133}, \u{1C6}ep", "IJsland, bij, džep"),
        ("dis \u{149} boom", "dis \u{149} boom"),
        ("Ｃａｌｌ ０１２ now！", "Call 012 now!"),
        ("Ｃａｌｌ　０１２ now", "Call　012 now"),
        ("see ＵＲＬ（here）", "see URL(here)"),
        ("Ｈｅｌｌｏ ｗｏｒｌｄ", "Hello world"),
        ("ＮＨＫ", "ＮＨＫ"),
        ("ok （＾＾）", "ok （＾＾）"),
        ("这是ＣＤ，中文。and more", "这是ＣＤ，中文。and more"),
        ("ｶﾀｶﾅ abc ＡＢＣ", "ｶﾀｶﾅ abc ＡＢＣ"),
        ("one\u{2028}two\u{2029}three", "one\ntwo\n\nthree"),
    ] {
        assert_eq!(wash(&stage, rules, line).text, want, "{line:?}");
    }
}

#[test]
fn options_switch_it_off() {
    let rules = rules();
    let options = Options { unicode_nfc: false, unicode_ligatures: false, unicode_width: false, ..Options::default() };
    let stage = Unicode::new(rules, &options);
    let line = "cafe\u{301} o\u{FB03}ce Ｃａｌｌ now";
    assert_eq!(wash(&stage, rules, line).text, line);
    assert_eq!(stage.needs(), Features::LINE_SEPARATOR);
}

#[test]
fn a_long_run_of_marks() {
    let (stage, rules) = stage();
    let line = format!("e{}", "\u{301}\u{323}".repeat(50_000));
    let once = wash(&stage, rules, &line).text;
    assert!(once.starts_with('\u{1EB9}'));
    assert_eq!(wash(&stage, rules, &once).by, Vec::<String>::new());
}

proptest! {
    #[test]
    fn settles(s in "[a-e Ee\u{301}\u{323}\u{308}\u{F900}\u{2F801}\u{FB00}-\u{FB06}\u{132}\u{149}\u{1C4}\u{1F3}Ａ-Ｃａ-ｃ１！（漢あ\u{1100}\u{1161}\u{11A8}\u{2028}\u{2029}\u{212B}\u{37E}\u{958}\u{FB1D}]{0,24}") {
        let (stage, rules) = stage();
        let once = wash(&stage, rules, &s).text;
        prop_assert_eq!(&wash(&stage, rules, &once).text, &once);
        let separators = once.contains('\u{2028}');
        prop_assert!(!separators);
    }
}
