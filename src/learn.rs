//! What a dump teaches: lines that recur across its documents, proposed as rules.
//!
//! Two readings. The first counts, in a sketch of fixed size, in how many documents each line
//! stands, digits and dates masked and case folded; the sketch may count too many, never too few. The
//! second counts exactly what passed the first, and keeps three places of each. So memory is bounded
//! whatever the dump, and the outcome depends on nothing but the documents and their order.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};

use twox_hash::XxHash3_64;

use crate::rule::{Key, words};

/// Most characters of a line that may become a rule.
const LINE_MAX: usize = 300;
/// Most bytes of such a line.
pub(crate) const BYTES_MAX: usize = 4 * LINE_MAX;
/// Lines of the sketch; a row of counters each.
const ROWS: usize = 2;
/// Counters of a row.
const COUNTERS: usize = 1 << 24;
/// Most lines that the second reading counts.
const CANDIDATES: usize = 200_000;
/// Most different lines of one document that are told apart.
const APART: usize = 1 << 20;
/// Sources of a line that are told apart.
const SOURCES: usize = 4;
/// Places kept of each line.
const PLACES: usize = 3;
/// Words from which on a line that stands twice in one document is told of.
const TWICE: u32 = 8;
/// Stands for the name of a month in a masked key.
const MONTH: char = '\u{1}';

/// Names of months in nine languages, and short ones in English.
const MONTHS: &str = " january february march april may june july august september october november december \
    jan feb mar apr jun jul aug sep sept oct nov dec \
    januar februar märz mai juni juli oktober dezember \
    janvier février mars avril juin juillet août septembre octobre novembre décembre \
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre \
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre \
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro \
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря ";

/// For keys that are hashes.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Hashed = BuildHasherDefault<Same>;

/// A line that recurs.
#[derive(Debug)]
pub(crate) struct Line {
    /// As it stands in its first place.
    pub(crate) text: String,
    masked: String,
    pub(crate) documents: u64,
    times: u64,
    places: Vec<String>,
    sources: Vec<(String, u64)>,
    longest: usize,
}

/// Lines that stand twice in one document.
#[derive(Default)]
pub(crate) struct Twice {
    pub(crate) documents: u64,
    pub(crate) places: Vec<(String, String)>,
}

/// One document: what it is called, and who it is from.
pub(crate) struct Document<'d> {
    pub(crate) name: &'d str,
    pub(crate) source: Option<&'d str>,
}

/// Reads documents, line by line.
pub(crate) struct Learner {
    min: u64,
    counters: Vec<u8>,
    /// The second reading is on.
    exact: bool,
    lines: HashMap<u64, Line, Hashed>,
    /// More lines than can be counted recur.
    pub(crate) too_many: bool,
    pub(crate) documents: u64,
    pub(crate) twice: Twice,
    key: Key,
    masked: String,
    months: HashSet<&'static str>,
    /// Of the document at hand.
    seen: HashSet<u64, Hashed>,
    told: bool,
}

impl Learner {
    /// For lines that stand in at least `min` documents.
    pub(crate) fn new(min: u32) -> Learner {
        Learner {
            min: u64::from(min.max(2)),
            counters: vec![0; ROWS * COUNTERS],
            exact: false,
            lines: HashMap::default(),
            too_many: false,
            documents: 0,
            twice: Twice::default(),
            key: Key::default(),
            masked: String::new(),
            months: MONTHS.split_whitespace().collect(),
            seen: HashSet::default(),
            told: false,
        }
    }

    /// The first reading is over; the same documents come once more.
    pub(crate) fn read_again(&mut self) {
        self.exact = true;
        self.documents = 0;
    }

    /// A document begins.
    pub(crate) fn begin(&mut self) {
        self.documents += 1;
        self.seen.clear();
        self.told = false;
    }

    /// Takes the next line of the document at hand, the `number`th.
    pub(crate) fn line(&mut self, document: &Document<'_>, number: u64, line: &str) {
        if line.len() > BYTES_MAX {
            return;
        }
        if !plain(line, &mut self.masked) {
            self.key.set(line);
            mask(self.key.text(), &self.months, &mut self.masked);
        }
        if self.masked.len() < 4 || !self.masked.bytes().any(|b| b.is_ascii_lowercase() || b >= 0x80) {
            return;
        }
        let hash = XxHash3_64::oneshot(self.masked.as_bytes());
        if self.exact && self.least(hash) < self.min.min(u64::from(u8::MAX)) {
            return;
        }
        if self.seen.len() >= APART {
            self.seen.clear();
        }
        let first = self.seen.insert(hash);
        if self.exact {
            self.count(document, number, line, hash, first);
        } else if first {
            self.sketch(hash);
        } else if !self.told && words(line, TWICE) >= TWICE {
            self.told = true;
            self.twice.documents += 1;
            if self.twice.places.len() < PLACES {
                self.twice.places.push((format!("{}:{number}", document.name), line.trim().to_owned()));
            }
        }
    }

    fn sketch(&mut self, hash: u64) {
        let at = Self::places(hash);
        let least = at.map(|i| self.counters[i]).into_iter().min().unwrap_or(0);
        for i in at {
            if self.counters[i] == least {
                self.counters[i] = least.saturating_add(1);
            }
        }
    }

    /// As many documents as the line stands in, or more.
    fn least(&self, hash: u64) -> u64 {
        Self::places(hash).map(|i| u64::from(self.counters[i])).into_iter().min().unwrap_or(0)
    }

    fn places(hash: u64) -> [usize; ROWS] {
        let mask = COUNTERS as u64 - 1;
        [(hash & mask) as usize, COUNTERS + ((hash >> 32) & mask) as usize]
    }

    fn count(&mut self, document: &Document<'_>, number: u64, line: &str, hash: u64, first: bool) {
        let known = self.lines.len();
        let entry = match self.lines.entry(hash) {
            std::collections::hash_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::hash_map::Entry::Vacant(e) => {
                if known >= CANDIDATES {
                    self.too_many = true;
                    return;
                }
                e.insert(Line {
                    text: line.trim().to_owned(),
                    masked: self.masked.clone(),
                    documents: 0,
                    times: 0,
                    places: Vec::new(),
                    sources: Vec::new(),
                    longest: 0,
                })
            }
        };
        entry.times += 1;
        entry.longest = entry.longest.max(line.chars().count());
        if !first {
            return;
        }
        entry.documents += 1;
        if entry.places.len() < PLACES {
            entry.places.push(format!("{}:{number}", document.name));
        }
        if let Some(source) = document.source {
            if let Some((_, n)) = entry.sources.iter_mut().find(|(s, _)| s == source) {
                *n += 1;
            } else if entry.sources.len() <= SOURCES {
                entry.sources.push((source.to_owned(), 1));
            }
        }
    }

    /// The lines that stand in enough documents, those in most first.
    pub(crate) fn finish(&mut self) -> Vec<Line> {
        let min = self.min;
        let mut all: Vec<Line> = std::mem::take(&mut self.lines).into_values().collect();
        all.retain(|l| l.documents >= min && l.longest <= LINE_MAX);
        all.sort_by(|a, b| (b.documents, b.times, &a.masked).cmp(&(a.documents, a.times, &b.masked)));
        all
    }
}

/// Makes `out` the masked key of a line, if that is as easy as with most; whether it was.
fn plain(line: &str, out: &mut String) -> bool {
    let line = line.trim_matches(' ');
    // Each of these looks at many bytes at once.
    let easy = line.is_ascii()
        && line.bytes().fold(true, |easy, b| easy & (b >= b' ') & !b.is_ascii_digit() & (b != 0x7F))
        && memchr::memmem::find(line.as_bytes(), b"  ").is_none();
    if easy {
        out.clear();
        out.push_str(line);
        out.make_ascii_lowercase();
    }
    easy
}

/// A key with runs of digits as one `0`, and names of months beside a number as [`MONTH`].
fn mask(key: &str, months: &HashSet<&str>, out: &mut String) {
    out.clear();
    if !key.contains('0') {
        out.push_str(key);
        return;
    }
    let mut before = false;
    let mut all = key.split(' ').peekable();
    while let Some(word) = all.next() {
        if !out.is_empty() {
            out.push(' ');
        }
        let numbered = word.contains('0');
        let bare = word.trim_end_matches([',', '.']);
        let after = all.peek().is_some_and(|w| w.contains('0'));
        if !numbered && (before || after) && months.contains(bare) {
            out.push(MONTH);
            out.push_str(&word[bare.len()..]);
        } else {
            for c in word.chars() {
                if c != '0' || !out.ends_with('0') {
                    out.push(c);
                }
            }
        }
        before = numbered;
    }
}

impl Line {
    /// The rule that drops it, as a table of a rule file, the `number`th.
    pub(crate) fn rule(&self, number: usize, documents: u64) -> String {
        let mut pattern = String::new();
        for c in self.masked.chars() {
            match c {
                '0' => pattern.push_str("0+"),
                MONTH => pattern.push_str("[^ ,.]{3,10}"),
                c => pattern.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4]))),
            }
        }
        let mut why = format!("It stands in {} of {documents} documents, {} times", self.documents, self.times);
        match &self.sources[..] {
            [] => {}
            [(one, _)] => drop(write!(why, ", all from {one}")),
            many if many.len() <= SOURCES => drop(write!(why, ", from {} sources", many.len())),
            _ => why.push_str(", from many sources"),
        }
        let _ = write!(why, ": {}.", self.places.join(", "));
        let mut out = String::new();
        let _ = writeln!(out, "[[rule]]\nid = \"learned.{}\"\nwhy = {}", self.slug(number), quote(&why));
        // A sentence that recurs may be meant each time.
        let level = if self.masked.ends_with(['.', '!', '?']) { "likely" } else { "safe" };
        let _ = writeln!(out, "level = \"{level}\"\nwhen = {{ line_max = {} }}", self.longest + 20);
        let _ = writeln!(out, "match = {}\ndo = \"delete-line\"", quote(&format!("^{pattern}$")));
        let _ = writeln!(out, "fix = [{{ in = {}, out = \"\" }}]", quote(&format!("{}\n", self.text)));
        out
    }

    /// A name made of its first words.
    fn slug(&self, number: usize) -> String {
        let mut slug = format!("r{number:03}");
        for word in self.masked.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() > 1).take(4) {
            slug.push('-');
            slug.push_str(word);
        }
        slug
    }
}

/// As a TOML string.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(documents: &[&str], min: u32) -> (Vec<Line>, Twice) {
        let mut learner = Learner::new(min);
        for reading in 0..2 {
            if reading == 1 {
                learner.read_again();
            }
            for (n, text) in documents.iter().enumerate() {
                let name = format!("d{n}");
                learner.begin();
                for (number, line) in (1..).zip(text.lines()) {
                    learner.line(&Document { name: &name, source: Some("post") }, number, line);
                }
            }
        }
        (learner.finish(), learner.twice)
    }

    #[test]
    fn what_recurs_is_found_with_digits_and_dates_masked() {
        let (lines, _) = learn(
            &["Printed on 3 March 2017\nOne.", "Two.\nPRINTED ON 14 May 2018", "Printed on 9 Aug 2019\nThree.", "One."],
            3,
        );
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((line.documents, line.times), (3, 3));
        assert_eq!(line.places, ["d0:1", "d1:2", "d2:1"]);
    }

    #[test]
    fn a_dot_after_a_month_is_another_line() {
        let (mut out, months) = (String::new(), MONTHS.split_whitespace().collect());
        mask("00 march 0000 and may be 0.0", &months, &mut out);
        assert_eq!(out, "0 \u{1} 0 and may be 0.0");
        mask("may 0, 0000", &months, &mut out);
        assert_eq!(out, "\u{1} 0, 0");
        mask("mayor 00", &months, &mut out);
        assert_eq!(out, "mayor 0");
    }

    #[test]
    fn the_short_way_leads_to_the_same() {
        let months = MONTHS.split_whitespace().collect();
        for line in ["  All the News\t", " Of the Day! ", "A  gap", "7 May", "Caf\u{E9}", "", " ", "x\u{7F}y", "\u{1}"]
        {
            let (mut short, mut long, mut key) = (String::new(), String::new(), Key::default());
            key.set(line);
            mask(key.text(), &months, &mut long);
            assert!(!plain(line, &mut short) || short == long, "{line:?}");
        }
    }

    #[test]
    fn rules_are_sound() {
        let (lines, _) = learn(&["The Post (c) 2017 | \"all\" of it"; 3], 2);
        let rule = lines[0].rule(1, 3);
        assert!(rule.contains("id = \"learned.r001-the-post-all-of\"") && rule.contains("all from post"), "{rule}");
        let mut set = crate::rule::RuleSet::default();
        set.add("learned.toml", &rule, true).expect("sound");
    }

    #[test]
    fn lines_that_stand_twice() {
        let long = "A line of eight words that stands here twice";
        let (_, twice) = learn(&[&format!("{long}\nx\n{long}\n{long}"), long], 2);
        assert_eq!(twice.documents, 1);
        assert_eq!(twice.places, [("d0:3".to_owned(), long.to_owned())]);
    }
}
