//! The judge of whole pages: which lines of scraped text are the page's text, and which are its
//! furniture (navigation, teasers, comments, footers).
//!
//! A line's score is a sum of whole numbers, each with a name: what the line is by itself and what
//! its words say, what stands above and below, what page it is (the *first look*); then what the
//! first look made of its neighbours and of the page (the *second look*). Where no blank lines set
//! parts apart, small *trees* say as much as these, or more. The *third look* is at the page alone: whether it
//! is one, or sound text. The numbers are in `judge/weights.tsv`, learned by
//! `examples/judge.rs`; words of each language and kind are in `judge/words.txt`.
//!
//! The judge sees the page as it was, with the lines that rules dropped: they show what it is. It is
//! linear in the text, and silent where it does not know the language, on HTML, and on sound text.

mod groups;
mod measure;
mod page;
mod places;
mod second;
mod steps;
mod trees;
mod weights;
mod words;

use std::borrow::Cow;
use std::ops::Range;

use groups::{Slot, Values};
use page::{ENGLISH, Page};
use places::{Places, Table};
use trees::Trees;
pub use trees::{Ask, Leaf};
use words::Words;

include!(concat!(env!("OUT_DIR"), "/judge.rs"));

/// Words that a text must have to be judged.
const WORDS_MIN: u64 = 40;

/// How much more must speak for a page with furniture than for sound text: where blank lines set
/// parts apart, and where none do. There furniture is seen less, and harm is done less, too:
/// text comes that way from crawls that dropped the most of it already.
const SPACED: i32 = 200;
const DENSE: i32 = -500;
/// By how much a line's score is lower where no blank lines are: what is in doubt goes there.
const DENSE_DOUBT: i32 = 40;
/// How many quarters of a score trees make there, on pages in English and in others. Nearly all that
/// the looks learn from is English with blank lines, where people take other lines for furniture.
const TREES_SAY: (i32, i32) = (3, 2);
/// Lines up to which a text without blank lines may be a page; a longer one is a table or a list.
const DENSE_MOST: usize = 600;
/// Percent of a page's words that may be furniture, unless nothing sets its parts apart: for less it
/// is not worth while, and more would be all.
const FURNITURE: Range<u64> = 4..95;
/// The score of a line that a rule has dropped.
const GONE: i32 = -500;

/// What the judge has to say of a text as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is HTML, not text.
    Html,
    /// Nothing: it is short, or in no language that the judge knows.
    Silent,
    /// It is sound text, or a page so nearly clean that there is more to lose than to gain.
    Sound,
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

/// A text as it reaches the judge: after the repairs of characters, with the lines that rules have
/// dropped still in their places.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// All of it.
    pub text: String,
    /// The lines that are dropped already, in order.
    pub gone: Vec<Range<usize>>,
}

/// For training: a line, its words and its score.
pub type Scored = (Range<usize>, u32, i32);
/// For training: a line, its words and the places of its weights.
pub type Weighed = (Range<usize>, u32, Vec<u32>);
/// For training: a line, its words and what trees may ask of it.
pub type Row = (Range<usize>, u32, Vec<u8>);

/// What both looks made of a page.
struct Looked {
    page: Page,
    scores: Vec<i32>,
    values: Vec<Values>,
    /// How much more speaks for a page with furniture than for sound text.
    kind: i32,
}

/// The judge: its words and weights.
pub struct Judge {
    words: Words,
    /// What words say of the lines that they stand in, for [`Judge::weights`].
    leans: Vec<(String, i16)>,
    first: Look,
    second: Look,
    third: Look,
    trees: Trees,
}

/// One look's slots and weights.
struct Look {
    slots: Vec<Slot>,
    places: Places,
    weights: Cow<'static, [i16]>,
    /// The weights, laid out for looking up.
    table: Table,
}

impl Look {
    fn new(slots: Vec<Slot>, weights: Cow<'static, [i16]>) -> Look {
        let places = Places::of(&slots);
        Look { table: places.table(&weights), places, slots, weights }
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

    /// What it makes of each line; of lines that are dropped already there is no doubt.
    fn scores(&self, page: &Page, values: &[Values]) -> Vec<i32> {
        self.places.scores(&self.weights, &self.table, values, |i| page.lines[i].ruled)
    }

    /// What it makes of the page.
    fn score(&self, values: &[Values]) -> i32 {
        self.places.scores(&self.weights, &self.table, &values[..1], |_| false)[0]
    }
}

impl Verdict {
    /// The verdict in places of `text`, which is the text that was seen without the lines that rules
    /// dropped; blank lines may have gone too.
    pub(crate) fn moved_to(mut self, seen: &Seen, text: &str) -> Verdict {
        let Verdict::Drop(lines) = &mut self else { return self };
        let mut there = Lines::of(text);
        let mut here = Lines::of(&seen.text);
        let mut gone = seen.gone.iter().peekable();
        let mut moved = Vec::with_capacity(lines.len());
        for line in lines.drain(..) {
            // Lines that stay are the same, in the same order.
            for h in here.by_ref() {
                while gone.next_if(|g| g.end <= h.start).is_some() {}
                if gone.peek().is_some_and(|g| g.start <= h.start) {
                    continue;
                }
                let Some(t) = there.find(|t| text[t.clone()] == seen.text[h.clone()]) else { break };
                if h.start == line.bytes.start {
                    moved.push(Furniture { bytes: t, ..line });
                    break;
                }
            }
        }
        if moved.is_empty() { Verdict::Silent } else { Verdict::Drop(moved) }
    }
}

impl Judge {
    /// The judge that comes with lave.
    pub fn own() -> Judge {
        let mut words = Words::default();
        words.languages = LANGUAGES.iter().map(|l| (*l).to_owned()).collect();
        for &(hash, stop, classes, lean) in WORDS {
            *words.enter(hash) = words::Known { stop, classes, lean };
        }
        let mut looks = weights::looks().into_iter().zip(LOOKS);
        let mut look = || looks.next().map(|(slots, &w)| Look::new(slots, w.into())).expect("three looks");
        let leaves = LEAVES.iter().map(|&(tree, adds, asks)| (tree, adds, asks.to_vec())).collect();
        let trees = Trees::of(leaves);
        Judge { words, leans: Vec::new(), first: look(), second: look(), third: look(), trees }
    }

    /// A judge of these words and weights; what it has no weight for weighs nothing.
    pub fn read(words: &str, weights: &str) -> Judge {
        let weights = weights::read(weights);
        let mut looks = weights::looks().into_iter().zip(weights.looks);
        let mut look = || looks.next().map(|(slots, w)| Look::new(slots, w.into())).expect("three looks");
        let (words, trees) = (Words::read(words), Trees::of(weights.leaves));
        let mut judge = Judge { words, leans: Vec::new(), first: look(), second: look(), third: look(), trees };
        judge.set_leans(weights.leans);
        judge
    }

    /// What is to be said of a text; lines go from `min_confidence` percent on. With `explain`, each
    /// has its reasons.
    pub fn judge(&self, seen: &Seen, min_confidence: u32, explain: bool) -> Verdict {
        if is_html(&seen.text) {
            return Verdict::Html;
        }
        let Some(Looked { page, scores, values, kind }) = self.look(seen) else { return Verdict::Silent };
        let page_from = if page.is_dense() { DENSE } else { SPACED };
        if kind <= page_from {
            return if page.is_dense() { Verdict::Silent } else { Verdict::Sound };
        }
        let mut gone = Vec::new();
        let bar = page.bar(&scores);
        if !page.is_dense() && !FURNITURE.contains(&(page.words_up_to(bar, &scores) * 100 / page.words)) {
            return Verdict::Sound;
        }
        for (i, &score) in scores.iter().enumerate().filter(|(i, _)| !page.lines[*i].ruled) {
            let confidence = ((1000 - second::probability(score)) / 10) as u32;
            if score <= bar && confidence >= min_confidence {
                let bytes = page.lines[i].start..page.lines[i].end;
                let reasons = if explain { self.reasons(&values, i, page.is_dense()) } else { [u32::MAX; 3] };
                gone.push(Furniture { bytes, score, confidence, reasons });
            }
        }
        if gone.is_empty() { Verdict::Silent } else { Verdict::Drop(gone) }
    }

    /// What speaks most against line `i`.
    fn reasons(&self, values: &[Values], i: usize, dense: bool) -> [u32; 3] {
        let mut most = [(i16::MAX, u32::MAX); 3];
        let mut base = 0;
        let mut add = |one| {
            if one < most[2] {
                most[2] = one;
                most.sort_unstable();
            }
        };
        for look in [&self.first, &self.second] {
            look.places.each(values, i, |w| add((look.weights[w], base + w as u32)));
            base += look.weights.len() as u32;
        }
        if dense {
            self.trees.each(values, i, |leaf| add((self.trees.leaves[leaf].1, base + leaf as u32)));
        }
        most.map(|m| m.1)
    }

    /// The reasons in words.
    pub fn reasons_of(&self, line: &Furniture) -> Vec<String> {
        let (first, second) = (self.first.weights.len(), self.second.weights.len());
        let name = |w: u32| match w as usize {
            w if w < first => self.first.name(w),
            w if w < first + second => self.second.name(w - first),
            w => trees::asks(&self.trees.leaves[w - first - second]),
        };
        line.reasons.iter().filter(|&&w| w != u32::MAX).map(|&w| name(w)).collect()
    }

    /// For training: how many weights the first or second look has.
    pub fn size(&self, look: usize) -> usize {
        [&self.first, &self.second, &self.third][look].weights.len()
    }

    /// For training: the weights of one look, as many as [`Judge::size`] says.
    pub fn set_weights(&mut self, look: usize, weights: Vec<i16>) {
        let look = match look {
            0 => &mut self.first,
            1 => &mut self.second,
            _ => &mut self.third,
        };
        assert_eq!(weights.len(), look.weights.len(), "a weight for every name");
        look.weights = weights.into();
        look.table = look.places.table(&look.weights);
    }

    /// For training: what words say of the lines that they stand in.
    pub fn set_leans(&mut self, mut leans: Vec<(String, i16)>) {
        leans.sort();
        self.words.set_leans(leans.iter().map(|(word, lean)| (&**word, *lean)));
        self.leans = leans;
    }

    /// For training: the trees, by their leaves.
    pub fn set_trees(&mut self, leaves: Vec<Leaf>) {
        self.trees = Trees::of(leaves);
    }

    /// For training: each line that is not blank, with its words and all that trees may ask of it;
    /// `None` where they are not asked.
    pub fn rows(&self, seen: &Seen) -> Option<Vec<Row>> {
        let page = Page::read(&seen.text, &seen.gone, &self.words);
        let values = page::values(&page, page.language.filter(|_| page.is_dense())?);
        let row = |(i, l): (usize, &measure::Line)| (l.start..l.end, l.words, self.trees.row(&values, i));
        Some(page.lines.iter().enumerate().map(row).collect())
    }

    /// All weights that are not zero, as [`Judge::read`] takes them.
    pub fn weights(&self) -> String {
        let mut out = String::from(
            "# What the judge adds up: look, hundredths of a logit for the line, and what they are for.\n",
        );
        for (word, lean) in &self.leans {
            out.push_str(&format!("w\t{lean}\t{word}\n"));
        }
        for (number, look) in [(1, &self.first), (2, &self.second), (3, &self.third)] {
            for (name, weight) in weights::names(&look.slots).zip(&*look.weights).filter(|(_, w)| **w != 0) {
                out.push_str(&format!("{number}\t{weight}\t{name}\n"));
            }
        }
        for leaf in &self.trees.leaves {
            out.push_str(&format!("4\t{}\t{}\n", leaf.1, trees::write(leaf)));
        }
        out
    }

    /// For training: each line that is not blank, with its words and its score.
    pub fn scores(&self, seen: &Seen) -> Option<(i32, i32, Vec<Scored>)> {
        let Looked { page, scores, kind, .. } = self.look(seen)?;
        let bar = page.bar(&scores);
        Some((kind, bar, page.lines.iter().zip(scores).map(|(l, s)| (l.start..l.end, l.words, s)).collect()))
    }

    /// Both looks at a text; `None` where the judge is silent.
    fn look(&self, seen: &Seen) -> Option<Looked> {
        let page = Page::read(&seen.text, &seen.gone, &self.words);
        let language = page.language.filter(|_| page.words >= WORDS_MIN)?;
        if page.is_dense() && page.lines.len() > DENSE_MOST {
            return None;
        }
        let mut values = page::values(&page, language);
        second::add(&page.lines, &self.first.scores(&page, &values), &mut values);
        let mut scores = self.second.scores(&page, &values);
        if page.is_dense() && !self.trees.leaves.is_empty() {
            // The mean of two that were learned apart.
            let trees = self.trees.scores(&values);
            let say = if language == ENGLISH { TREES_SAY.0 } else { TREES_SAY.1 };
            let mean = |s, t| ((4 - say) * s + say * t) / 4 - DENSE_DOUBT;
            scores.iter_mut().zip(trees).filter(|(s, _)| **s != GONE).for_each(|(s, t)| *s = mean(*s, t));
        }
        second::add_page(&page.lines, &scores, &mut values[0]);
        let kind = self.third.score(&values);
        Some(Looked { page, scores, values, kind })
    }

    /// For training: the places of the weights that the third look adds up.
    pub fn weighed_page(&self, seen: &Seen) -> Option<Vec<u32>> {
        let mut all = Vec::new();
        self.third.places.each(&self.look(seen)?.values, 0, |w| all.push(w as u32));
        Some(all)
    }

    /// For training: each line of a text that is not blank with its number of words, and the places
    /// of the weights that the first or second look adds up; `None` where the judge is silent.
    pub fn weighed(&self, seen: &Seen, second: bool) -> Option<Vec<Weighed>> {
        let page = Page::read(&seen.text, &seen.gone, &self.words);
        let mut values = page::values(&page, page.language?);
        let look = if second {
            second::add(&page.lines, &self.first.scores(&page, &values), &mut values);
            &self.second
        } else {
            &self.first
        };
        let one = |i: usize| {
            let mut all = Vec::with_capacity(look.slots.len());
            look.places.each(&values, i, |w| all.push(w as u32));
            (page.lines[i].start..page.lines[i].end, page.lines[i].words, all)
        };
        Some((0..values.len()).map(one).collect())
    }
}

/// The lines of a text that are not blank.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Lines { text, at: 0 }
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while self.at < self.text.len() {
            let start = self.at;
            let end = memchr::memchr(b'\n', &self.text.as_bytes()[start..]).map_or(self.text.len(), |n| start + n);
            self.at = end + 1;
            if !is_blank(&self.text[start..end]) {
                return Some(start..end);
            }
        }
        None
    }
}

/// Whether a line holds nothing to judge.
fn is_blank(line: &str) -> bool {
    line.chars().all(char::is_whitespace)
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
