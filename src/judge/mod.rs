//! The judge of whole pages: which lines of scraped text are the page's text, and which are its
//! furniture (navigation, teasers, comments, footers).
//!
//! A line's score is a sum of whole numbers, each with a name: what the line is by itself, what
//! stands above and below, what page it is (the *first look*); then what the first look made of its
//! neighbours and of the page (the *second look*). The numbers are in `judge/weights.tsv`,
//! learned by `examples/judge.rs`; the words are in `judge/words.txt`. The module knows
//! nothing of rules, and a text in, verdicts out is all that it does: linear in the text.
//!
//! It is silent where it does not know the language, on HTML, and where a page shows too little
//! furniture: sound prose is not a page.

mod groups;
mod measure;
mod page;
mod second;
mod words;

use std::collections::HashMap;
use std::ops::Range;

use groups::{Slot, Values, each_weight};
use page::Page;
use words::Words;

/// Words that a text must have to be judged.
const WORDS_MIN: u64 = 60;

/// A page shows lines that are furniture for sure: with a score below this, so many at least, and
/// such a share (percent) of all. Sound prose does not, and is left alone.
const SURE: i32 = -130;
const SURE_MIN: usize = 4;
const SURE_SHARE: usize = 12;

/// What the judge has to say of a text as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is HTML, not text.
    Html,
    /// Nothing: it is short, in no language that the judge knows, or no page.
    Silent,
    /// These lines are furniture.
    Drop(Vec<Furniture>),
}

/// A line that is furniture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Furniture {
    /// Its bytes, newline aside.
    pub bytes: Range<usize>,
    /// How much more speaks for the line than against it, in hundredths of a logit; below zero.
    pub score: i32,
    /// How sure the judge is, in percent.
    pub confidence: u32,
    /// Places among all weights of what speaks most against it, the most first.
    reasons: [u32; 3],
}

/// For training: a line, its words and its score.
pub type Scored = (Range<usize>, u32, i32);
/// For training: a line, its words and the places of its weights.
pub type Weighed = (Range<usize>, u32, Vec<u32>);

/// What both looks made of a page.
struct Looked {
    page: Page,
    scores: Vec<i32>,
    values: Vec<Values>,
}

/// The judge: its words and weights.
pub struct Judge {
    words: Words,
    first: Look,
    second: Look,
}

/// One look's slots and weights.
struct Look {
    slots: Vec<Slot>,
    weights: Vec<i16>,
}

impl Look {
    fn new(slots: Vec<Slot>) -> Look {
        let size = slots.iter().map(|s| s.size()).sum();
        Look { slots, weights: vec![0; size] }
    }

    /// The names of all weights.
    fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.slots.iter().flat_map(|s| (0..s.size()).map(|n| s.name(n)))
    }

    /// What the weight at `place` is for.
    fn name(&self, mut place: usize) -> String {
        for slot in &self.slots {
            if place < slot.size() {
                return slot.name(place);
            }
            place -= slot.size();
        }
        String::new()
    }

    fn score(&self, values: &[Values], i: usize) -> i32 {
        let mut sum = 0;
        each_weight(&self.slots, values, i, |w| sum += i32::from(self.weights[w]));
        sum
    }
}

impl Judge {
    /// The judge that comes with lave.
    pub fn own() -> Judge {
        Judge::read(include_str!("../../judge/words.txt"), include_str!("../../judge/weights.tsv"))
    }

    /// A judge of these words and weights; what it has no weight for weighs nothing.
    pub fn read(words: &str, weights: &str) -> Judge {
        let mut judge = Judge {
            words: Words::read(words),
            first: Look::new(groups::slots()),
            second: Look::new(groups::second_slots()),
        };
        let mut given: HashMap<(&str, &str), i16> = HashMap::new();
        for line in weights.lines().filter(|l| !l.starts_with('#')) {
            let mut fields = line.split('\t');
            if let (Some(look), Some(weight), Some(name)) = (fields.next(), fields.next(), fields.next())
                && let Ok(weight) = weight.parse()
            {
                given.insert((look, name), weight);
            }
        }
        for (number, look) in [("1", &mut judge.first), ("2", &mut judge.second)] {
            look.weights = look.names().map(|name| given.get(&(number, &*name)).copied().unwrap_or(0)).collect();
        }
        judge
    }

    /// What is to be said of `text`; lines go from `min_confidence` percent on.
    pub fn judge(&self, text: &str, min_confidence: u32) -> Verdict {
        if is_html(text) {
            return Verdict::Html;
        }
        let Some(Looked { page, scores, values }) = self.look(text) else { return Verdict::Silent };
        let sure = scores.iter().filter(|&&s| s < SURE).count();
        if sure < SURE_MIN || sure * 100 < SURE_SHARE * scores.len() {
            return Verdict::Silent;
        }
        let mut gone = Vec::new();
        let bar = second::bar(&page.lines, &scores);
        for (i, &score) in scores.iter().enumerate() {
            let confidence = ((1000 - second::probability(score)) / 10) as u32;
            if score <= bar && confidence >= min_confidence {
                let bytes = page.lines[i].start..page.lines[i].end;
                gone.push(Furniture { bytes, score, confidence, reasons: self.reasons(&values, i) });
            }
        }
        if gone.is_empty() { Verdict::Silent } else { Verdict::Drop(gone) }
    }

    /// What speaks most against line `i`.
    fn reasons(&self, values: &[Values], i: usize) -> [u32; 3] {
        let mut all: Vec<(i16, u32)> = Vec::new();
        let base = self.first.weights.len() as u32;
        each_weight(&self.first.slots, values, i, |w| all.push((self.first.weights[w], w as u32)));
        each_weight(&self.second.slots, values, i, |w| all.push((self.second.weights[w], base + w as u32)));
        all.sort_unstable();
        all.truncate(3);
        std::array::from_fn(|k| all.get(k).map_or(u32::MAX, |r| r.1))
    }

    /// The reasons in words.
    pub fn reasons_of(&self, line: &Furniture) -> Vec<String> {
        let base = self.first.weights.len() as u32;
        let name = |w: u32| {
            if w < base { self.first.name(w as usize) } else { self.second.name((w - base) as usize) }
        };
        line.reasons.iter().filter(|&&w| w != u32::MAX).map(|&w| name(w)).collect()
    }

    /// For training: how many weights the first or second look has.
    pub fn size(&self, second: bool) -> usize {
        if second { self.second.weights.len() } else { self.first.weights.len() }
    }

    /// For training: the weights of the first or second look, as many as [`Judge::size`] says.
    pub fn set_weights(&mut self, second: bool, weights: Vec<i16>) {
        let look = if second { &mut self.second } else { &mut self.first };
        assert_eq!(weights.len(), look.weights.len(), "a weight for every name");
        look.weights = weights;
    }

    /// All weights that are not zero, as [`Judge::read`] takes them.
    pub fn weights(&self) -> String {
        let mut out = String::from(
            "# What the judge adds up: look, hundredths of a logit for the line, and what they are for.\n",
        );
        for (number, look) in [(1, &self.first), (2, &self.second)] {
            for (name, weight) in look.names().zip(&look.weights).filter(|(_, w)| **w != 0) {
                out.push_str(&format!("{number}\t{weight}\t{name}\n"));
            }
        }
        out
    }

    /// For training: each line that is not blank, with its words and its score.
    pub fn scores(&self, text: &str) -> Option<(i32, Vec<Scored>)> {
        let Looked { page, scores, .. } = self.look(text)?;
        let bar = second::bar(&page.lines, &scores);
        Some((bar, page.lines.iter().zip(scores).map(|(l, s)| (l.start..l.end, l.words, s)).collect()))
    }

    /// Both looks at `text`; `None` where the judge is silent.
    fn look(&self, text: &str) -> Option<Looked> {
        let page = Page::read(text, &self.words);
        let language = page.language.filter(|_| page.words >= WORDS_MIN)?;
        let mut values = page::values(&page, language);
        let first: Vec<i32> = (0..values.len()).map(|i| self.first.score(&values, i)).collect();
        second::add(&page.lines, &first, &mut values);
        let scores = (0..values.len()).map(|i| self.second.score(&values, i)).collect();
        Some(Looked { page, scores, values })
    }

    /// For training: each line of `text` that is not blank with its number of words, and the places
    /// of the weights that the first or second look adds up; `None` where the judge is silent.
    pub fn weighed(&self, text: &str, second: bool) -> Option<Vec<Weighed>> {
        let page = Page::read(text, &self.words);
        let mut values = page::values(&page, page.language?);
        let look = if second {
            let scores: Vec<i32> = (0..values.len()).map(|i| self.first.score(&values, i)).collect();
            second::add(&page.lines, &scores, &mut values);
            &self.second
        } else {
            &self.first
        };
        let one = |i: usize| {
            let mut all = Vec::with_capacity(look.slots.len());
            each_weight(&look.slots, &values, i, |w| all.push(w as u32));
            (page.lines[i].start..page.lines[i].end, page.lines[i].words, all)
        };
        Some((0..values.len()).map(one).collect())
    }
}

/// Whether `text` is HTML: it begins as such, or most of its lines hold end tags.
pub(crate) fn is_html(text: &str) -> bool {
    let head = text.trim_start().as_bytes();
    let begins = |with: &str| head.get(..with.len()).is_some_and(|h| h.eq_ignore_ascii_case(with.as_bytes()));
    if begins("<!doctype html") || begins("<html") || begins("<head>") || begins("<body") {
        return true;
    }
    let mut tags = 0;
    for at in memchr::memmem::find_iter(text.as_bytes(), "</") {
        tags += usize::from(text.as_bytes().get(at + 2).is_some_and(u8::is_ascii_alphabetic));
    }
    tags >= 10 && tags * 2 >= memchr::memchr_iter(b'\n', text.as_bytes()).count()
}
