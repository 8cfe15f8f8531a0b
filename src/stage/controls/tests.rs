use proptest::prelude::*;

use super::*;
use crate::stage::testing::{rules, wash};

fn stage(controls_bidi: Bidi) -> (Controls, &'static RuleSet) {
    let rules = rules();
    let options = Options { controls_bidi, ..Options::default() };
    (Controls::new(rules, &options), rules)
}

#[test]
fn cases() {
    let (stage, rules) = stage(Bidi::Flag);
    for (line, want) in [
        // Separators never vanish between words, and never double a space.
        ("one\u{B}two", "one two"),
        ("one\u{C}\u{B}two", "one two"),
        ("one \u{C}two\u{1F} three", "one two three"),
        ("one.\u{C}Two", "one. Two"),
        ("\u{C}one\u{1E}", "one"),
        ("one\u{1F}\u{200B}two", "one two"),
        // Other C0.
        ("one\u{1}two", "one two"),
        ("one.\u{7}Two", "one. Two"),
        ("(\u{2}one\u{3})", "(one)"),
        ("漢\u{1}字", "漢字"),
        ("H\0e\0l\0l\0o\0", "Hello"),
        ("one\0two", "one two"),
        ("N\u{8}NO\u{8}O _\u{8}w_\u{8}e x\u{8}_", "NO we x"),
        ("ab\u{8}cd", "abcd"),
        ("a\u{7F} b", "a b"),
        // Escapes.
        ("\u{1B}[31mred\u{1B}[0m", "red"),
        ("\u{1B}[38;2;1;2;3mred\u{1B}[m text", "red text"),
        ("\u{1B}]0;title\u{7}text\u{1B}]8;;\u{1B}\\", "text"),
        ("a\u{1B}[10Cb\u{1B}[2Kc", "a bc"),
        ("\u{1B}(Bplain\u{1B}7", "plain"),
        ("\u{1B}More", "More"),
        ("\u{1B}[", "["),
        ("\u{1B}]never ended", "]never ended"),
        ("\u{9B}1mbold\u{9B}0m", "bold"),
        ("[36;44m", "[36;44m"),
        // C1.
        ("it\u{92}s \u{93}so\u{94} \u{96} \u{80}5\u{85}", "it’s “so” – €5…"),
        ("\u{8A}koda, p\u{9C}uf", "Škoda, pœuf"),
        ("Coatl\u{87}n conf\u{92}an", "Coatl\u{87}n conf\u{92}an"),
        ("caf\u{8E} \u{81}", "caf\u{8E} \u{81}"),
        // Invisible.
        ("b\u{AD}c", "bc"),
        ("a\u{FEFF}b \u{FEFF}", "ab "),
        ("a\u{200B}b\u{2060}c\u{200D}d\u{200C}e", "abcde"),
        (
            "ไทย\u{200B}ไทย ភាសា\u{200B}ខ្មែរ မြန်\u{200B}မာ 漢\u{200B}字",
            "ไทย\u{200B}ไทย ភាសា\u{200B}ខ្មែរ မြန်\u{200B}မာ 漢\u{200B}字",
        ),
        ("ไทย\u{200B} x", "ไทย x"),
        ("می\u{200C}خواهم", "می\u{200C}خواهم"),
        ("ශ්\u{200D}රී ക്\u{200C}.", "ශ්\u{200D}රී ക്\u{200C}."),
        (
            "👨\u{200D}👩\u{200D}👧 👩🏽\u{200D}⚕\u{FE0F} 🏳\u{FE0F}\u{200D}🌈",
            "👨\u{200D}👩\u{200D}👧 👩🏽\u{200D}⚕\u{FE0F} 🏳\u{FE0F}\u{200D}🌈",
        ),
        ("👨\u{200D} x", "👨 x"),
        ("\u{FFF9}a\u{FFFA}b\u{FFFB}c", "a b c"),
        ("a\u{FFFC}b \u{FFFC} c", "a b  c"),
        ("a\u{206A}b", "ab"),
    ] {
        assert_eq!(wash(&stage, rules, line).text, want, "{line:?}");
    }
}

#[test]
fn findings() {
    let (stage, rules) = stage(Bidi::Flag);
    for (line, want) in [
        ("a\u{202E}b", vec![("controls.bidi", "\u{202E}")]),
        ("a\u{200E}\u{200F}b", vec![("controls.bidi", "\u{200E}\u{200F}")]),
        ("א\u{200E} b", vec![]),
        ("א\u{202B}ב\u{202C}", vec![("controls.bidi", "\u{202B}"), ("controls.bidi", "\u{202C}")]),
        ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E007F}", vec![]),
        ("\u{1F3F4}\u{E0067}\u{E0062}", vec![("controls.tag", "\u{E0067}\u{E0062}")]),
        ("a\u{E0041}", vec![("controls.tag", "\u{E0041}")]),
        ("❤\u{FE0F} 1\u{FE0F}\u{20E3} ≨\u{FE00} 葛\u{E0100}", vec![]),
        ("a\u{FE0F}", vec![("controls.variation-selector", "\u{FE0F}")]),
        ("😀\u{FE0F}\u{FE01}\u{FE02}", vec![("controls.variation-selector", "\u{FE01}\u{FE02}")]),
        ("😀\u{E0101}", vec![("controls.variation-selector", "\u{E0101}")]),
        ("x\u{E000}\u{F8FF}\u{100000}y", vec![("controls.private-use", "\u{E000}\u{F8FF}\u{100000}")]),
        ("\u{FDD0}\u{1FFFF}", vec![("controls.noncharacter", "\u{FDD0}\u{1FFFF}")]),
        ("caf\u{FFFD}\u{FFFD}", vec![("controls.replacement-character", "\u{FFFD}\u{FFFD}")]),
        ("a\u{3164}", vec![("controls.hangul-filler", "\u{3164}")]),
        ("caf\u{8E}", vec![("controls.c1-unclear", "\u{8E}")]),
        ("“curly” – – … ₤ 漢字 \u{34F}", vec![]),
    ] {
        let washed = wash(&stage, rules, line);
        let seen: Vec<_> = washed.seen.iter().map(|(r, t)| (r.as_str(), t.as_str())).collect();
        assert_eq!((washed.text.as_str(), seen), (line, want), "{line:?}");
    }
}

#[test]
fn bidi_removed() {
    let (stage, rules) = stage(Bidi::Remove);
    assert_eq!(wash(&stage, rules, "a\u{202E}b\u{2066}c\u{2069}\u{200E}").text, "abc");
    assert_eq!(wash(&stage, rules, "א\u{200E}\u{202B}b").text, "א\u{200E}b");
}

proptest! {
    #[test]
    fn settles(s in "[aZ1._ \\[\\]m;\0\u{1}\u{8}\u{B}\u{C}\u{1B}\u{1F}\u{7}\u{7F}\\\\(B\u{81}\u{85}\u{92}\u{8E}\u{9B}\u{9C}\u{AD}\u{FEFF}\u{200B}-\u{200F}\u{202E}\u{2060}\u{2066}\u{61C}\u{FFF9}-\u{FFFD}\u{FE0F}\u{E0041}\u{E007F}\u{1F3F4}👨❤漢ไمक\u{E000}\u{FDD0}\u{3164}\u{206A}]{0,32}") {
        for bidi in [Bidi::Flag, Bidi::Remove] {
            let (stage, rules) = stage(bidi);
            let once = wash(&stage, rules, &s).text;
            prop_assert_eq!(&wash(&stage, rules, &once).text, &once);
            let controls = once.contains(|c: char| c < ' ');
            prop_assert!(!controls);
        }
    }

    #[test]
    fn no_separator_vanishes(a in "[a-zé漢]{1,4}", sep in "[\u{B}\u{C}\u{1C}-\u{1F}]{1,3}", b in "[a-zé漢]{1,4}") {
        let (stage, rules) = stage(Bidi::Flag);
        let joined = format!("{a}{sep}{b}");
        prop_assert_eq!(wash(&stage, rules, &joined).text, format!("{a} {b}"));
    }
}
