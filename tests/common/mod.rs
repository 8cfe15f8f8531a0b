//! Dirty text in many scripts, for the laws.
#![allow(dead_code, unreachable_pub)]

pub mod settings;

use proptest::prelude::*;

/// Words and sentences of sound text, in fourteen scripts.
const SOUND: &[&str] = &[
    "The river rose",
    "quickly",
    "in the valley.",
    "He said, \"We will not go back.\"",
    "It's the boys' own.",
    "“Curly,” she said.",
    "naïve café",
    "Ærøskøbing",
    "Łódź",
    "Dvořák",
    "l’été dernier",
    "« Bonjour ! »",
    "„Gewiß“, sagte Jürgen.",
    "¿Cuándo?",
    "Привет, мир.",
    "«Мы ждём»",
    "Σήμερα το πρωί.",
    "ένα",
    "שלום עולם",
    "السلام عليكم",
    "می‌خواهم",
    "हिन्दी में",
    "বাংলা",
    "தமிழ்",
    "ภาษาไทย",
    "ქართული",
    "Հայերեն",
    "አማርኛ",
    "市议会周三讨论。",
    "日本語テキスト",
    "한국어 문장입니다.",
    "ខ្មែរ",
    "မြန်မာ",
    "བོད་ཡིག",
    "👨‍👩‍👧",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "❤️",
    "пʼять",
    "ʻokina",
    "6′2″",
    "10 000",
    "C:\\new\\table",
    "snake_case",
    "2 * 3 * 4",
    "a@b.example",
    "https://x.example/?a=1&copy=2",
    "x < y && z",
    "U.S.",
    "e.g.",
    "No. 5",
    "...",
    "—",
    "–",
];

/// What damages text.
const DAMAGE: &[&str] = &[
    "Ã©",
    "â€™",
    "â€œ",
    "â€",
    "Â ",
    "Ð¿Ñ€Ð¸",
    "Ã\u{A0}",
    "ÃƒÂ©",
    "вЂ™",
    "&amp;",
    "&amp;quot;",
    "&#146;",
    "&#x201C;",
    "&nbsp;",
    "&lt;b&gt;",
    "&#82&#8203;",
    "&ampT",
    "\u{200B}",
    "\u{200D}",
    "\u{FEFF}",
    "\u{AD}",
    "\u{202E}",
    "\u{2066}",
    "\u{7}",
    "\u{B}",
    "\u{C}",
    "\u{1B}[31m",
    "\u{1B}]0;t\u{7}",
    "\u{85}",
    "\u{92}",
    "\u{FFFD}",
    "e\u{301}",
    "\u{301}\u{327}",
    "ﬁ",
    "Ａ１",
    "\u{3000}",
    "\u{2028}",
    "\u{2029}",
    "’’",
    "‘‘",
    "``x''",
    "\"\"",
    "’ ’",
    "” ’",
    "’ ”",
    "\\\"",
    "\\'",
    "['",
    "']",
    "', '",
    " ,",
    " .",
    ",,",
    "!!!!",
    "( x )",
    "\u{A0}",
    "\u{2009}",
    "  ",
    "\t",
    "   ",
    "\u{1160}",
    "\u{FFFE}",
    "\u{E000}",
    "�",
    "´",
    "`",
    "ʼ",
    "ﾊﾝｶｸ",
    "Å",
    "㎏",
];

/// Lines that rules on lines look for.
const LINES: &[&str] = &[
    "READ MORE: What we know about the bridge",
    "READ MORE",
    "Related",
    "ADVERTISEMENT",
    "0 comments",
    "Source: Harbour News Agency",
    "Ann Ode contributed to this report.",
    "Sign up for our newsletter.",
    "We use cookies to improve your experience.",
    "Image copyright Harbour Press Image caption The bridge at dawn",
    "FILE PHOTO: The bridge is seen in Oslo, Norway, May 3, 2015. HARBOUR/Ann Ode",
    "(Photo by Ann Ode/Harbour Press)",
    "Workers stand on the new bridge over the river in the old harbour town of Oslo, Norway, May 3, 2015. Ann Ode",
    "How critical is the new bridge to the people of the town",
    "By Ann Ode",
    "Hide Caption 3 of 12",
    "Ministers said on Monday that the bridge would be opened in the spring, after two years of work and many a delay.",
    "Die Brücke soll im Frühjahr eröffnet werden, sagten die Minister am Montag nach zwei Jahren Arbeit und vielen Pannen aller Art.",
    "Copyright 2015 Harbour Press. All rights reserved.",
    "- item",
    "    code()",
    "| a | b |",
];

/// Lines of pages as they are scraped: furniture, text, and text that was wrapped.
const PAGE: &[&str] = &[
    "Home",
    "News",
    "Search",
    "Log in",
    "Subscribe to our newsletter",
    "Share on Facebook",
    "Follow us on Twitter",
    "* Most read",
    "* [Image: logo]",
    "Posted by Ann Ode on May 3, 2015 at 10:12 am",
    "3 comments",
    "Reply",
    "ann_ode says:",
    "I have never seen a bridge like that, and I hope that they will open it soon.",
    "You may also like",
    "The best bridges of the year, and where to find them",
    "Copyright 2015 Harbour Press. All rights reserved. Terms of use and privacy policy",
    "Ministers said on Monday that the bridge would be opened in the spring, after two years of work and many a delay, and that it would be free for all who walk.",
    "The company that has built it did not want to say what it would cost in the end, but it is known that the town has paid more than it had planned to.",
    "   The ferry left the old harbour at dawn, and nobody who stood on the",
    "   quay that morning thought that it would be the last time. The bridge",
    "   was to be opened in the spring, and the company had said that no har-",
    "   bour ship would be needed then.",
    "",
];

/// A document: lines of sound words with damage in between, blank lines, any newlines.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(SOUND).prop_map(str::to_owned),
        4 => prop::sample::select(DAMAGE).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[ -~]{1,3}",
    ];
    let glue = prop_oneof![4 => Just(" "), 2 => Just(""), 1 => Just("  ")];
    let line = prop_oneof![
        5 => prop::collection::vec((piece, glue), 0..7)
            .prop_map(|all| all.into_iter().flat_map(|(p, g)| [p, g.to_owned()]).collect::<String>()),
        2 => prop::sample::select(LINES).prop_map(str::to_owned),
        1 => Just(String::new()),
    ]
    .boxed();
    let end =
        prop_oneof![5 => Just("\n"), 3 => Just("\n\n"), 1 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n\n\n")];
    let page = prop_oneof![6 => prop::sample::select(PAGE).prop_map(str::to_owned), 1 => line.clone()];
    let page = prop::collection::vec((page, end.clone()), 10..60);
    let lines = prop_oneof![4 => prop::collection::vec((line, end), 0..9), 1 => page];
    (lines, any::<bool>()).prop_map(|(lines, open)| {
        let mut text: String = lines.into_iter().flat_map(|(l, e)| [l, e.to_owned()]).collect();
        if open {
            text.truncate(text.trim_end_matches(['\n', '\r']).len());
        }
        text
    })
}

/// The same as bytes: in some encoding, and sometimes broken.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let label = prop::sample::select(vec![
        "utf-8",
        "utf-8",
        "utf-8",
        "utf-8",
        "windows-1252",
        "windows-1251",
        "shift_jis",
        "gb18030",
        "big5",
        "euc-kr",
        "utf-16le",
        "utf-16be",
        "utf-32le",
        "iso-2022-jp",
    ]);
    let break_at = prop::option::weighted(0.2, (any::<prop::sample::Index>(), any::<u8>()));
    (text(), label, any::<bool>(), break_at).prop_map(|(text, label, bom, break_at)| {
        let mut out = Vec::new();
        match label {
            "utf-8" => {
                if bom && text.len() % 5 == 0 {
                    out.extend_from_slice(b"\xEF\xBB\xBF");
                }
                out.extend_from_slice(text.as_bytes());
            }
            "utf-16le" => {
                out.extend_from_slice(b"\xFF\xFE");
                text.encode_utf16().for_each(|u| out.extend_from_slice(&u.to_le_bytes()));
            }
            "utf-16be" => text.encode_utf16().for_each(|u| out.extend_from_slice(&u.to_be_bytes())),
            "utf-32le" => {
                out.extend_from_slice(b"\xFF\xFE\0\0");
                text.chars().for_each(|c| out.extend_from_slice(&u32::from(c).to_le_bytes()));
            }
            _ => {
                let codec = encoding_rs::Encoding::for_label(label.as_bytes()).expect("a label");
                out.extend_from_slice(&codec.encode(&text).0);
            }
        }
        if let Some((at, b)) = break_at
            && !out.is_empty()
        {
            let i = at.index(out.len());
            out.insert(i, b);
        }
        out
    })
}
