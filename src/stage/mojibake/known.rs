//! What is known of clusters and words that have been seen: text repeats them. Each is known by its bytes
//! alone, so that what is said of a line depends on the line alone.

use regex_automata::util::pool::Pool;

use super::clusters::{Gains, LANE, LONG, NOTHING, Said, Side, around, cost, sides, steps};
use super::hints::{self, Readings};
use super::quiet::{SHORT, ascii_run, cluster};
use super::sense::{MANY, is_letter};
use super::sums::PLACES;
use super::whole::Whole;
use crate::language::{LANES as LANGUAGES, Model, Set, Window, ones};

/// How many pairs of clusters are kept that are short, and that are longer.
const KEPT: usize = 2048;
const KEPT_LONG: usize = 1024;
/// And how many characters of East Asia.
const KEPT_EASTERN: usize = 512;
/// The most that a cluster is noted to cost.
const DEAREST: i64 = 30_000;

/// What is known of one cluster.
#[derive(Clone, Copy)]
struct Cluster<K> {
    /// Its bytes, and what stands beside them: what it is known by.
    bytes: K,
    beside: u32,
    said: Said,
}

/// Clusters by a number made of their bytes, two of each number.
pub(super) struct Clusters<K>(Vec<[Cluster<K>; 2]>);

impl<K: Copy + PartialEq> Clusters<K> {
    /// Room for two times `count`.
    fn new(count: usize, bytes: K) -> Self {
        Clusters(vec![[Cluster { bytes, beside: 0, said: NOTHING }; 2]; count])
    }

    #[inline(always)]
    pub(super) fn get(&mut self, number: usize, bytes: K, beside: u32, make: impl FnOnce() -> Said) -> &Said {
        let at = number % self.0.len();
        let [first, second] = &mut self.0[at];
        if (first.bytes, first.beside) != (bytes, beside) {
            std::mem::swap(first, second);
            if (first.bytes, first.beside) != (bytes, beside) {
                *first = Cluster { bytes, beside, said: make() };
            }
        }
        &first.said
    }
}

/// What is known of clusters and words.
pub(super) struct Known {
    pub(super) clusters: Clusters<u64>,
    pub(super) long: Clusters<[u8; LONG]>,
    pub(super) words: Words,
    costs: Vec<Costs>,
    gains: Vec<Gained>,
    pub(super) whole: Whole,
}

impl Default for Known {
    fn default() -> Known {
        Known {
            clusters: Clusters::new(KEPT, 0),
            long: Clusters::new(KEPT_LONG, [0; LONG]),
            words: Words::default(),
            costs: Vec::new(),
            gains: Vec::new(),
            whole: Whole::new(KEPT_EASTERN),
        }
    }
}

/// What has been seen, for each thread apart: which one is used tells on nothing but time.
pub(super) struct Memory(Pool<Box<Known>, fn() -> Box<Known>>);

impl Memory {
    pub(super) fn new() -> Memory {
        Memory(Pool::new(Box::default))
    }

    /// Calls `with` with what is known.
    pub(super) fn with<T>(&self, with: impl FnOnce(&mut Known) -> T) -> T {
        with(&mut self.0.get())
    }
}

/// What a cluster costs in each language.
#[derive(Clone, Copy)]
struct Costs {
    bytes: u64,
    beside: u32,
    known: Set,
    all: [i16; LANGUAGES],
}

/// What a reading gains at a cluster.
#[derive(Clone, Copy)]
struct Gained {
    bytes: u64,
    beside: u32,
    reading: usize,
    gains: Gains,
}

/// Calls `each` with the clusters of `line`, their bytes as a word, and what stands beside them; whether none
/// is long.
fn each_short(line: &str, mut each: impl FnMut(u64, Side, &str, Side)) -> bool {
    let bytes = line.as_bytes();
    let mut at = ascii_run(bytes);
    while at < bytes.len() {
        let (word, len) = cluster(&bytes[at..]);
        if len > SHORT {
            return false;
        }
        let (left, right) = sides(bytes, at, at + len);
        each(word, left, &line[at..at + len], right);
        at += len;
        at += ascii_run(&bytes[at..]);
    }
    true
}

impl Known {
    /// What the clusters of `line` cost in `languages`, unless some are long.
    #[inline(never)]
    pub(super) fn costs(&mut self, line: &str, languages: Set) -> Option<[i32; LANGUAGES]> {
        if self.costs.is_empty() {
            self.costs.resize(KEPT, Costs { bytes: 0, beside: 0, known: 0, all: [0; LANGUAGES] });
        }
        let mut sum = [0; LANGUAGES];
        let are_short = each_short(line, |word, left, text, right| {
            let beside = left.key() | right.key() << 14;
            let slot = &mut self.costs[place(word, beside) % KEPT];
            if (slot.bytes, slot.beside) != (word, beside) {
                (slot.bytes, slot.beside, slot.known) = (word, beside, 0);
            }
            if languages & !slot.known != 0 {
                let steps = steps(&around(left, text, right));
                ones(languages & !slot.known).for_each(|l| slot.all[l] = cost(&steps, l).min(DEAREST) as i16);
                slot.known |= languages;
            }
            sum = std::array::from_fn(|l| sum[l] + i32::from(slot.all[l]));
        });
        are_short.then_some(sum)
    }

    /// What the reading of number `reading` gains at the clusters of `line`, unless some are long or there
    /// are many.
    #[inline(never)]
    pub(super) fn gains(&mut self, line: &str, reading: usize) -> Option<Gains> {
        if self.gains.is_empty() {
            self.gains.resize(KEPT, Gained { bytes: 0, beside: 0, reading, gains: Gains::NONE });
        }
        let (mut sum, mut count) = (Gains::NONE, 0);
        let are_short = each_short(line, |word, left, text, right| {
            count += text.chars().count();
            if count >= PLACES || text.chars().all(|c| hints::changes(c) >> reading & 1 == 0) {
                return;
            }
            let beside = left.key() | right.key() << 14;
            let slot =
                &mut self.gains[place(word ^ (reading as u64).wrapping_mul(0x2545_F491_4F6C_DD1D), beside) % KEPT];
            if (slot.bytes, slot.beside, slot.reading) != (word, beside, reading) {
                *slot = Gained { bytes: word, beside, reading, gains: Gains::of(reading, left, text, right) };
            }
            sum.add(&slot.gains);
        });
        // Of longer lines not all characters are asked which languages have them.
        (are_short && count < PLACES).then_some(sum)
    }
}

/// A number for a few bytes.
pub(super) fn mix(bytes: &[u8]) -> u64 {
    let (parts, _) = bytes.as_chunks::<8>();
    parts.iter().fold(0, |h, p| (h ^ u64::from_le_bytes(*p)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29))
}

#[inline(always)]
pub(super) fn place(word: u64, beside: u32) -> usize {
    let mixed = (word ^ u64::from(beside).wrapping_mul(0xD6E8_FEB8_6659_FD93)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as usize
}

/// How many words are kept, of at most so many bytes.
const WORDS: usize = 4096;
const WORD: usize = 24;
/// So many characters on either side of one tell whether they are part of a common word.
const REACH: usize = 3;

/// The characters of a cluster, with those around it that tell whether they make a common word, and
/// what readings make one.
#[derive(Clone, Copy, Default)]
struct Word {
    bytes: [u8; WORD],
    /// Where the cluster starts and ends.
    start: u8,
    end: u8,
    made: Readings,
}

/// What is known of words.
#[derive(Default)]
pub(super) struct Words(Vec<Word>);

impl Words {
    /// The readings that make a common word of one that `line` has.
    #[inline(never)]
    pub(super) fn made(&mut self, line: &str) -> Readings {
        if self.0.is_empty() {
            self.0.resize(WORDS, Word::default());
        }
        let bytes = line.as_bytes();
        let (mut made, mut at) = (0, ascii_run(bytes));
        while at < bytes.len() {
            let end = at + cluster(&bytes[at..]).1;
            let part = |c: &char| c.is_ascii_alphabetic() || !c.is_ascii();
            let before = line[..at].chars().rev().take(REACH).take_while(part).map(char::len_utf8).sum::<usize>();
            let after = line[end..].chars().take(REACH).take_while(part).map(char::len_utf8).sum::<usize>();
            let (text, start, stop) = (&line[at - before..end + after], before, end - at + before);
            made |= if text.len() <= WORD { self.of(text, start, stop) } else { words(text, start, stop) };
            at = end + ascii_run(&bytes[end..]);
        }
        made
    }

    /// The same of one word, the cluster of which is from `start` to `end`.
    fn of(&mut self, text: &str, start: usize, end: usize) -> Readings {
        let mut key = Word { start: start as u8, end: end as u8, ..Word::default() };
        key.bytes[..text.len()].copy_from_slice(text.as_bytes());
        let slot = &mut self.0[place(mix(&key.bytes), 1 << start | end as u32) % WORDS];
        if (slot.bytes, slot.start, slot.end) != (key.bytes, key.start, key.end) {
            *slot = Word { made: words(text, start, end), ..key };
        }
        slot.made
    }
}

/// The readings that make part of a common word of a character from `start` to `end` in `text`.
fn words(text: &str, start: usize, end: usize) -> Readings {
    let model = Model::get();
    let mut made = 0;
    for (i, c) in text[start..end].char_indices() {
        let at = start + i;
        for lane in LANE.iter().filter(|l| hints::readable(c) >> l.reading & 1 == 1) {
            let to = |c: char| if c.is_ascii() { c } else { hints::to(c, lane.reading) };
            let new = to(c);
            if new == c || !is_letter(new) {
                continue;
            }
            let window =
                Window::around(text[..at].chars().rev().map(to), new, text[at + c.len_utf8()..].chars().map(to));
            let own = model.alphabets(new);
            let languages = if own.count_ones() < MANY { lane.pair.languages & own } else { lane.pair.languages };
            made |= Readings::from(ones(languages).any(|l| model.knows(window, l))) << lane.reading;
        }
    }
    made
}
