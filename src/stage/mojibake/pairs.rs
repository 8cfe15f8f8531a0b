//! Which encodings get mistaken for which: what legacy damage is looked for.

use std::sync::LazyLock;

use encoding_rs::Encoding as Codec;

use crate::charset::Page;
use crate::language::{Model, Set};

/// The encoding that a text truly was in.
#[derive(Clone, Copy)]
pub(super) enum Truth {
    Single(&'static Page),
    Double(&'static Codec),
}

/// How a reading differs from what was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    /// Latin letters for other Latin letters and signs.
    Latin,
    /// Another script.
    Script,
    /// Marks for controls.
    Marks,
    /// UTF-8 for what an encoding of East Asia makes of its bytes.
    Whole,
}

/// One way to go wrong: text of some languages, in one encoding, that was read as another.
pub(super) struct Pair {
    pub(super) truth: Truth,
    pub(super) change: Change,
    /// What the text may be.
    pub(super) languages: Set,
    /// Languages whose letters, as they are, may stand in such text: names from next door.
    pub(super) neighbours: Set,
    /// How much rarer than the commonest this is, in sixteenths of a nat.
    pub(super) prior: i64,
}

/// An encoding that text gets misread as, with what it may have been.
pub(super) struct Misread {
    pub(super) page: &'static Page,
    pub(super) pairs: Vec<Pair>,
}

const WEST: &str = "en fr de es pt it nl sv da nb nn fi is ga ca gl eu af oc ast an br cy fy rm lb fo gd kl ia wa et \
    sq id ms sw tl vec co";
/// Those of few writers: together they suit nearly anything.
const LESSER: &str = "oc ast an br cy fy rm lb fo gd kl ia wa vec co sc";
const CENTRAL: &str = "pl cs sk hu sl hr bs ro sr-latn hsb dsb sq";
const TURKISH: &str = "tr ku";
const BALTIC: &str = "lt lv et";
const CYRILLIC: &str = "ru uk be bg mk sr mn kk";
const RUSSIAN: &str = "ru uk be bg";
const GREEK: &str = "el";
const HEBREW: &str = "he yi";
const ARABIC: &str = "ar fa ur ug ckb";
const THAI: &str = "th";
const VIETNAMESE: &str = "vi";
const CHINESE: &str = "zh";
const JAPANESE: &str = "ja";
const KOREAN: &str = "ko";

/// Misread as, truly, whether the script changes, languages, and how rare it is in nats.
#[rustfmt::skip]
const ALL: &[(&str, &str, Change, &str, i64)] = &[
    ("windows-1252", "windows-1250", Change::Latin, CENTRAL, 0),
    ("windows-1252", "iso-8859-2", Change::Latin, CENTRAL, 1),
    ("windows-1252", "windows-1254", Change::Latin, TURKISH, 0),
    ("windows-1252", "windows-1257", Change::Latin, BALTIC, 0),
    ("windows-1252", "windows-1258", Change::Latin, VIETNAMESE, 2),
    ("windows-1252", "macintosh", Change::Latin, WEST, 0),
    ("windows-1252", "ibm850", Change::Latin, WEST, 1),
    ("windows-1252", "ibm437", Change::Latin, WEST, 1),
    ("windows-1252", "ibm852", Change::Latin, CENTRAL, 2),
    ("windows-1252", "windows-1251", Change::Script, CYRILLIC, 0),
    ("windows-1252", "koi8-r", Change::Script, RUSSIAN, 1),
    ("windows-1252", "koi8-u", Change::Script, RUSSIAN, 3),
    ("windows-1252", "ibm866", Change::Script, RUSSIAN, 2),
    ("windows-1252", "iso-8859-5", Change::Script, CYRILLIC, 3),
    ("windows-1252", "x-mac-cyrillic", Change::Script, CYRILLIC, 3),
    ("windows-1252", "windows-1253", Change::Script, GREEK, 0),
    ("windows-1252", "iso-8859-7", Change::Script, GREEK, 1),
    ("windows-1252", "windows-1255", Change::Script, HEBREW, 0),
    ("windows-1252", "windows-1256", Change::Script, ARABIC, 0),
    ("windows-1252", "iso-8859-6", Change::Script, ARABIC, 2),
    ("windows-1252", "windows-874", Change::Script, THAI, 0),
    ("windows-1252", "gbk", Change::Script, CHINESE, 0),
    ("windows-1252", "big5", Change::Script, CHINESE, 1),
    ("windows-1252", "shift_jis", Change::Script, JAPANESE, 0),
    ("windows-1252", "euc-jp", Change::Script, JAPANESE, 1),
    ("windows-1252", "euc-kr", Change::Script, KOREAN, 0),
    ("windows-1250", "windows-1252", Change::Latin, WEST, 0),
    ("windows-1250", "iso-8859-2", Change::Latin, CENTRAL, 1),
    ("windows-1250", "windows-1251", Change::Script, CYRILLIC, 2),
    ("iso-8859-2", "windows-1252", Change::Latin, WEST, 2),
    ("iso-8859-2", "windows-1250", Change::Latin, CENTRAL, 1),
    ("macintosh", "windows-1252", Change::Latin, WEST, 0),
    ("macintosh", "ibm437", Change::Latin, WEST, 3),
    ("macintosh", "windows-1251", Change::Script, CYRILLIC, 0),
    ("macintosh", "x-mac-cyrillic", Change::Script, CYRILLIC, 2),
    ("ibm437", "windows-1252", Change::Latin, WEST, 0),
    ("ibm850", "windows-1252", Change::Latin, WEST, 0),
    ("ibm850", "shift_jis", Change::Script, JAPANESE, 3),
    ("windows-1253", "windows-1252", Change::Latin, WEST, 3),
    ("windows-1254", "windows-1252", Change::Latin, WEST, 2),
    ("windows-1257", "windows-1252", Change::Latin, WEST, 2),
    ("windows-1251", "koi8-r", Change::Script, RUSSIAN, 0),
    ("windows-1251", "koi8-u", Change::Script, RUSSIAN, 2),
    ("windows-1251", "ibm866", Change::Script, RUSSIAN, 0),
    ("windows-1251", "iso-8859-5", Change::Script, CYRILLIC, 2),
    ("windows-1251", "x-mac-cyrillic", Change::Script, CYRILLIC, 2),
    ("windows-1251", "windows-1252", Change::Script, WEST, 3),
    ("koi8-r", "windows-1251", Change::Script, CYRILLIC, 0),
    ("koi8-r", "ibm866", Change::Script, RUSSIAN, 2),
    ("koi8-r", "iso-8859-5", Change::Script, CYRILLIC, 3),
    ("ibm866", "windows-1251", Change::Script, CYRILLIC, 0),
    ("ibm866", "koi8-r", Change::Script, RUSSIAN, 2),
    ("iso-8859-5", "windows-1251", Change::Script, CYRILLIC, 2),
    ("iso-8859-5", "koi8-r", Change::Script, RUSSIAN, 2),
    ("x-mac-cyrillic", "windows-1251", Change::Script, CYRILLIC, 2),
];

/// Latin-1, which has controls where Windows-1252 has marks; any language.
pub(super) static CONTROLS: LazyLock<Pair> = LazyLock::new(|| Pair {
    truth: Truth::Single(Page::named("windows-1252").expect("an encoding")),
    change: Change::Marks,
    languages: Set::MAX,
    neighbours: 0,
    prior: -5 * crate::language::NAT,
});

/// An encoding of East Asia as which UTF-8 was read.
pub(super) struct Encoder {
    pub(super) codec: &'static Codec,
    pub(super) pair: Pair,
}

/// Those there are.
pub(super) static ENCODERS: LazyLock<[Encoder; 5]> = LazyLock::new(|| {
    [encoding_rs::GBK, encoding_rs::SHIFT_JIS, encoding_rs::BIG5, encoding_rs::EUC_KR, encoding_rs::EUC_JP].map(
        |codec| Encoder {
            codec,
            pair: Pair {
                truth: Truth::Double(encoding_rs::UTF_8),
                change: Change::Whole,
                languages: Set::MAX,
                neighbours: 0,
                prior: 0,
            },
        },
    )
});

/// Languages that a reading has to say more for.
pub(super) static LESS_LIKELY: LazyLock<Set> = LazyLock::new(|| Model::get().set(LESSER));

/// [`ALL`] as encodings: misread as, truly.
pub(super) static PAIRS: LazyLock<Vec<(&'static Page, Truth)>> = LazyLock::new(|| {
    let known = |&(read, truth, ..): &(&str, &str, Change, &str, i64)| {
        let truth = match Page::named(truth) {
            Some(page) => Truth::Single(page),
            None => Truth::Double(Codec::for_label(truth.as_bytes()).expect("an encoding")),
        };
        (Page::named(read).expect("an encoding"), truth)
    };
    ALL.iter().map(known).collect()
});

/// The same by what was misread, with what the tables of languages know.
pub(super) static MISREAD: LazyLock<Vec<Misread>> = LazyLock::new(|| {
    let model = Model::get();
    let central = model.set(CENTRAL);
    let mut out: Vec<Misread> = Vec::new();
    for (&(page, truth), &(_, _, change, languages, prior)) in PAIRS.iter().zip(ALL) {
        let languages = model.set(languages);
        let neighbours = if languages == central { languages } else { 0 };
        let pair = Pair { truth, change, languages, neighbours, prior: prior * crate::language::NAT };
        match out.iter_mut().find(|m| std::ptr::eq(m.page, page)) {
            Some(m) => m.pairs.push(pair),
            None => out.push(Misread { page, pairs: vec![pair] }),
        }
    }
    out
});
