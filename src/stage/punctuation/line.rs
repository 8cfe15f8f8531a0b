//! What a line is: its language, as far as punctuation goes, and whether it may be code.
//!
//! Small words tell a language; a line that shows too few of them has none here, and then nothing
//! that hangs on the language is done.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The line's language, as far as it decides on punctuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Surely English: no space before any stop.
    English,
    /// One of German, Spanish, Italian, Portuguese, Dutch, Russian, Swedish: likewise.
    Tight,
    /// French, or mixed with it: no space before `.` and `,`; one before `:;!?`.
    French,
    /// Not told.
    Unknown,
}

/// Words that only English has.
const ENGLISH: &[&str] = &[
    "after", "and", "been", "from", "has", "have", "his", "its", "said", "than", "that", "the", "their", "there",
    "they", "this", "what", "when", "which", "who", "with", "would", "you",
];
/// Words that count once one of those is there.
const ALSO_ENGLISH: &[&str] = &[
    "about", "an", "are", "at", "but", "by", "had", "he", "her", "if", "is", "it", "more", "not", "of", "she", "was",
    "we", "were", "will",
];
/// Words that prove French, or something that sets its stops in the same way.
const FRENCH: &[&str] = &[
    "au", "aux", "avec", "cette", "dans", "des", "du", "elle", "est", "et", "il", "la", "le", "les", "leur", "mais",
    "même", "ne", "nous", "ont", "où", "par", "pas", "pour", "que", "qui", "sont", "sur", "très", "un", "une", "vous",
    "à", "été", "être",
];
/// Words of other languages that set no space before a stop.
const TIGHT: &[&str] = &[
    "att", "auch", "auf", "che", "con", "das", "dass", "della", "dem", "den", "der", "det", "die", "ein", "eine", "el",
    "em", "een", "för", "für", "gli", "het", "ich", "il", "ist", "los", "las", "mit", "más", "met", "nicht", "niet",
    "non", "não", "och", "os", "per", "por", "som", "sono", "um", "uma", "und", "van", "von", "voor", "wie", "y", "zu",
    "zijn", "är", "в", "и", "как", "на", "не", "но", "он", "с", "что", "это", "я",
];

/// The lists that are looked up.
const LISTS: [&[&str]; 4] = [ENGLISH, ALSO_ENGLISH, FRENCH, TIGHT];

/// For each word of any list its place in each; `NOT_IN` where it is not.
fn index() -> &'static HashMap<&'static str, [u8; 4]> {
    static INDEX: OnceLock<HashMap<&'static str, [u8; 4]>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut all: HashMap<&str, [u8; 4]> = HashMap::new();
        for (n, list) in LISTS.iter().enumerate() {
            for (at, word) in list.iter().enumerate() {
                all.entry(word).or_insert([NOT_IN; 4])[n] = at as u8;
            }
        }
        all
    })
}

const NOT_IN: u8 = u8::MAX;

/// How often words of a list occur, and how many different ones.
#[derive(Default)]
struct Count {
    all: usize,
    kinds: u64,
}

impl Count {
    /// Counts the word that stands at `at` of its list.
    fn see(&mut self, at: u8) -> bool {
        if at == NOT_IN {
            return false;
        }
        self.all += 1;
        self.kinds |= 1 << (at % 64);
        true
    }

    /// A twelfth of the words and more, of `kinds` kinds: running text has a third.
    fn proves(&self, kinds: u32, words: usize) -> bool {
        self.kinds.count_ones() >= kinds && self.all * 12 >= words
    }
}

/// Judges a line by its words.
pub(super) fn language(line: &str) -> Language {
    let mut words = 0;
    let (mut english, mut french, mut tight) = (Count::default(), Count::default(), Count::default());
    let mut also = Count::default();
    let mut guillemets = false;
    let mut word = String::with_capacity(16);
    let index = index();
    for c in line.chars().chain(std::iter::once(' ')) {
        if c.is_alphabetic() {
            // No word of the lists is as long as this; what follows cannot make it one.
            if word.len() < 12 {
                match c {
                    'a'..='z' => word.push(c),
                    'A'..='Z' => word.push(c.to_ascii_lowercase()),
                    c => word.extend(c.to_lowercase()),
                }
            }
            continue;
        }
        guillemets |= matches!(c, '«' | '»' | '‹' | '›');
        if word.is_empty() {
            continue;
        }
        words += 1;
        let w = word.as_str();
        let at = index.get(w).copied().unwrap_or([NOT_IN; 4]);
        if !english.see(at[0]) {
            also.see(at[1]);
        }
        let elided = matches!(c, '\'' | '’') && matches!(w, "l" | "d" | "qu" | "n" | "j" | "c");
        if !french.see(at[2]) && elided {
            french.all += 1;
        }
        tight.see(at[3]);
        word.clear();
    }
    if english.kinds != 0 {
        english.all += also.all;
        // The two lists share no bit: together they have 43 words.
        english.kinds |= also.kinds << ENGLISH.len();
    }
    if english.proves(2, words) && french.all * 4 <= english.all && tight.all <= english.all && !guillemets {
        Language::English
    } else if tight.proves(3, words) && french.all * 4 <= tight.all {
        Language::Tight
    } else if french.proves(3, words) {
        Language::French
    } else {
        Language::Unknown
    }
}

/// Whether something in the line is written in code, mathematics or markup, where spaces and stops
/// have other meanings; then the whole line is left alone.
pub(super) fn may_be_code(line: &str) -> bool {
    let b = line.as_bytes();
    let mut special = false;
    for &c in b {
        special |= matches!(c, b'{' | b'}' | b'\\' | b'|' | b'`' | b'<' | b'>' | b'=' | b'^' | b'~' | b'_');
    }
    special
        || b.windows(2).any(|w| w == b"::" || w == b"()" || w == b"//")
        || b.starts_with(b"$ ")
        || b.starts_with(b"    ")
        || b.starts_with(b"\t")
        || b.starts_with(b"#")
}
