//! Lines that no reading makes better, told at once: nearly all sound text is passed by here.
//!
//! What the stage asks of a line, it asks of its *clusters*: characters beyond ASCII that follow each
//! other, with the ASCII characters beside them. What a reading gains in some language is the sum of
//! what it gains at each. So with the most that each reading gains at a cluster, in any language that
//! it may be in, a sum of a few numbers bounds what it gains in all; where that is nothing, no closer
//! look finds more. Text repeats its clusters, so what they say is kept: by their bytes alone, so that
//! a line's outcome depends on the line alone.

use std::cell::RefCell;
use std::sync::LazyLock;

use smallvec::SmallVec;

use super::flattened;
use super::hints::{self, Readings, WORTH, is_solid, readings};
use super::pairs::{Change, Pair};
use super::sense::{MANY, is_letter, is_mark, is_out_of_place};
use super::tables::{Set, TABLES};
use super::whole::is_whole;
use crate::language::{Model, Step, Symbol, Window, ones};

/// Room for readings between Latin letters.
const LANES: usize = 24;
/// How many pairs of clusters are kept, of at most so many bytes.
const KEPT: usize = 2048;
const SHORT: usize = 8;
/// The same of longer ones. If those that are longer still may be something else, that is left to a closer look.
const KEPT_LONG: usize = 1024;
const LONG: usize = 32;
/// The most and the least that is noted of what a reading gains at one cluster.
const MOST: i64 = 4000;

/// Characters of a cluster and beside it.
type Chars = SmallVec<[char; 16]>;

/// Longer lines are looked at closely, in bytes.
const LONGEST: usize = 1 << 16;

/// What a line says.
pub(super) struct Look {
    /// What [`super::tables::Tables::seen_in`] sees.
    pub(super) seen: Set,
    /// What [`hints::turned`] would find.
    pub(super) turned: Readings,
    /// Whether nothing but misread UTF-8, and what other lines say, can make anything of it.
    pub(super) is_sound: bool,
}

/// What a cluster says.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Said {
    /// Its bytes, and what stands beside them: what it is known by.
    bytes: u64,
    beside: u32,
    seen: Set,
    keeps: Readings,
    turns: Readings,
    signs: Readings,
    script: Readings,
    turned: Readings,
    /// Readings whose changes say more than what they gain.
    telling: Readings,
    sign_count: u8,
    turns_count: u8,
    in_words: u8,
    count: u16,
    glued: u16,
    longest: u16,
    /// Whether it has to be looked at closely whatever else the line holds.
    is_loud: bool,
    has_han: bool,
    /// Whether nothing is noted of gains.
    is_flat: bool,
    /// By lane the most that a reading gains.
    gains: [i16; LANES],
}

const NOTHING: Said = Said {
    bytes: 0,
    beside: 0,
    seen: 0,
    keeps: Readings::MAX,
    turns: 0,
    signs: 0,
    script: Readings::MAX,
    turned: 0,
    telling: 0,
    sign_count: 0,
    turns_count: 0,
    in_words: 0,
    count: 0,
    glued: 0,
    longest: 0,
    is_loud: false,
    has_han: false,
    is_flat: true,
    gains: [0; LANES],
};

impl Default for Said {
    fn default() -> Said {
        NOTHING
    }
}

/// A cluster of characters of East Asia, which are in no encoding of single bytes.
const EASTERN: Said = Said { keeps: 0, script: 0, has_han: true, ..NOTHING };

/// A reading between Latin letters.
struct Lane {
    reading: usize,
    pair: &'static Pair,
}

static LANE: LazyLock<Vec<Lane>> = LazyLock::new(|| {
    let all = hints::all().filter(|(_, _, p)| p.change == Change::Latin);
    let out: Vec<Lane> = all.map(|(reading, _, pair)| Lane { reading, pair }).collect();
    assert!(out.len() <= LANES, "a lane for each reading");
    out
});

/// What stands on one side of a cluster.
#[derive(Clone, Copy)]
struct Side {
    /// The character beside it.
    near: u8,
    /// A character for the one beyond, which tells by its case alone, and that only beyond a capital.
    far: u8,
}

/// For a character beyond a capital that is not ASCII.
const UNTOLD: u8 = b'?';

impl Side {
    fn of(near: Option<u8>, far: Option<u8>) -> Side {
        let near = near.unwrap_or(b' ');
        let far = match far {
            _ if !near.is_ascii_uppercase() => b' ',
            Some(b) if b.is_ascii_lowercase() => b'n',
            Some(b) if b.is_ascii_uppercase() => b'N',
            Some(0x80..) => UNTOLD,
            _ => b' ',
        };
        Side { near, far }
    }

    fn key(self) -> u32 {
        u32::from(self.near) | u32::from(self.far) << 7
    }
}

/// What the clusters of a line say together.
#[derive(Default)]
struct Sum {
    said: Said,
    count: u32,
    glued: u32,
    sign_count: u32,
    turns_count: u32,
    in_words: u32,
    gains: [i32; LANES],
}

impl Sum {
    #[inline(always)]
    fn add(&mut self, s: &Said) {
        let all = &mut self.said;
        all.seen |= s.seen;
        all.keeps &= s.keeps;
        all.turns |= s.turns;
        all.signs |= s.signs;
        all.script &= s.script;
        all.turned |= s.turned;
        all.telling |= s.telling;
        self.count += u32::from(s.count);
        self.glued += u32::from(s.glued);
        all.longest = all.longest.max(s.longest);
        all.is_loud |= s.is_loud;
        all.has_han |= s.has_han;
        self.sign_count += u32::from(s.sign_count);
        self.turns_count += u32::from(s.turns_count);
        self.in_words += u32::from(s.in_words);
        if !s.is_flat {
            for (sum, &gain) in self.gains.iter_mut().zip(&s.gains) {
                *sum += i32::from(gain);
            }
        }
    }

    /// Whether no reading can gain enough of `line`.
    #[inline(always)]
    fn is_sound(&self, line: &str, words: &mut Words) -> bool {
        let all = &self.said;
        if all.is_loud || all.has_han && is_whole(line) {
            return false;
        }
        let some = readings(all.keeps, all.turns, all.signs, self.sign_count);
        (some == 0 || self.none_gains(line, some, words))
            && (all.script == 0
                || !is_solid(u32::from(all.longest), self.glued, self.count)
                || Model::get().is_sound(line))
    }

    /// Whether none of `readings` can gain enough.
    fn none_gains(&self, line: &str, readings: Readings, words: &mut Words) -> bool {
        // Those that gain too little, unless they make common words; and those that gain enough.
        let (mut little, mut some) = (0, 0);
        for (lane, &gain) in LANE.iter().zip(&self.gains).filter(|l| readings >> l.0.reading & 1 == 1) {
            let gain = i64::from(gain) - lane.pair.prior;
            if gain >= WORTH || gain > 0 && self.said.telling >> lane.reading & 1 == 1 {
                some |= 1 << lane.reading;
            } else if gain > 0 {
                little |= 1 << lane.reading;
            }
        }
        if little != 0 {
            some |= little & words.made(line);
        }
        some == 0 || hints::rules_out(line, some)
    }
}

/// What is known of clusters and words.
#[derive(Default)]
struct Known {
    clusters: Vec<[Said; 2]>,
    /// Longer ones.
    long: Vec<[([u8; LONG], Said); 2]>,
    words: Words,
}

/// What `line` says.
pub(super) fn look(line: &str) -> Look {
    thread_local!(static KNOWN: RefCell<Known> = RefCell::default());
    KNOWN.with_borrow_mut(|known| {
        if known.clusters.is_empty() {
            known.clusters.resize(KEPT, [NOTHING; 2]);
            known.long.resize(KEPT_LONG, [([0; LONG], NOTHING); 2]);
        }
        let bytes = line.as_bytes();
        let mut sum = Sum::default();
        let mut at = ascii_run(bytes);
        // No sum of gains overflows.
        sum.said.is_loud = bytes.len() > LONGEST;
        while at < bytes.len() {
            let (word, len) = cluster(&bytes[at..]);
            let end = at + len;
            let back = |n: usize| at.checked_sub(n).map(|i| bytes[i]);
            let left = Side::of(back(1), back(2));
            let right = Side::of(bytes.get(end).copied(), bytes.get(end + 1).copied());
            if len <= SHORT {
                let beside = 1 << 31 | left.key() | right.key() << 14;
                let [first, second] = &mut known.clusters[place(word, beside) % KEPT];
                if (first.bytes, first.beside) != (word, beside) {
                    std::mem::swap(first, second);
                    if (first.bytes, first.beside) != (word, beside) {
                        *first = Said { bytes: word, beside, ..Said::of(left, &line[at..end], right) };
                    }
                }
                sum.add(first);
            } else if is_eastern(&bytes[at..end]) {
                sum.add(&EASTERN);
                sum.said.seen |= TABLES.seen_in(&line[at..end]);
            } else if len <= LONG {
                let beside = 1 << 31 | left.key() | right.key() << 14;
                let mut text = [0; LONG];
                text[..len].copy_from_slice(&bytes[at..end]);
                let [first, second] = &mut known.long[place(mix(&text), beside) % KEPT_LONG];
                if (first.0, first.1.beside) != (text, beside) {
                    std::mem::swap(first, second);
                    if (first.0, first.1.beside) != (text, beside) {
                        *first = (text, Said { beside, ..Said::of(left, &line[at..end], right) });
                    }
                }
                sum.add(&first.1);
            } else {
                sum.add(&Said::of(left, &line[at..end], right));
            }
            at = end + ascii_run(&bytes[end..]);
        }
        let is_sound = sum.is_sound(line, &mut known.words);
        Look { seen: sum.said.seen, turned: sum.said.turned, is_sound }
    })
}

/// Whether `bytes`, UTF-8, are of East Asia but for marks: characters from U+3000 to U+DFFF, and wide
/// forms, are in no encoding of single bytes.
fn is_eastern(bytes: &[u8]) -> bool {
    let is = |c: &[u8]| matches!(c, [0xE3..=0xED, ..] | [0xEF, 0xBC | 0xBD, _]);
    let (all, rest) = bytes.as_chunks::<3>();
    rest.is_empty() && all.iter().any(|c| is(c)) && all.iter().all(|c| is(c) || matches!(c, [0xE2, 0x80, _]))
}

/// How many ASCII bytes `bytes` starts with.
#[inline(always)]
fn ascii_run(bytes: &[u8]) -> usize {
    const BEYOND: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    let word = |at: usize| bytes.get(at..at + 8).map(|w| u64::from_le_bytes(w.try_into().expect("eight")) & BEYOND);
    loop {
        while let Some(w) = bytes.get(at..at + 32)
            && w.as_chunks::<8>().0.iter().fold(0, |all, w| all | u64::from_le_bytes(*w)) & BEYOND == 0
        {
            at += 32;
        }
        match word(at) {
            Some(0) => at += 8,
            Some(beyond) => return at + beyond.trailing_zeros() as usize / 8,
            None => return at + bytes[at..].iter().take_while(|b| b.is_ascii()).count(),
        }
    }
}

/// The first bytes of the cluster that `bytes` start with, as many as are kept, and its length.
#[inline(always)]
fn cluster(bytes: &[u8]) -> (u64, usize) {
    let word = match bytes.first_chunk::<SHORT>() {
        Some(some) => u64::from_le_bytes(*some),
        None => bytes.iter().rev().fold(0, |word, &b| word << 8 | u64::from(b)),
    };
    let ascii = !word & 0x8080_8080_8080_8080;
    if ascii != 0 {
        let len = ascii.trailing_zeros() as usize / 8;
        return (word & ((1 << (len * 8)) - 1), len);
    }
    (word, bytes.iter().position(u8::is_ascii).unwrap_or(bytes.len()))
}

/// A number for a few bytes.
fn mix(bytes: &[u8]) -> u64 {
    let (parts, _) = bytes.as_chunks::<8>();
    parts.iter().fold(0, |h, p| (h ^ u64::from_le_bytes(*p)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29))
}

#[inline(always)]
fn place(word: u64, beside: u32) -> usize {
    let mixed = (word ^ u64::from(beside).wrapping_mul(0xD6E8_FEB8_6659_FD93)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as usize
}

fn narrow(n: u32) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

impl Said {
    /// What `text`, a cluster, says between `left` and `right`.
    fn of(left: Side, text: &str, right: Side) -> Said {
        let mut line = String::with_capacity(text.len() + 4);
        line.extend([char::from(left.far), char::from(left.near)]);
        line.push_str(text);
        line.extend([char::from(right.near), char::from(right.far)]);
        let all = hints::gather(&line);
        let readable = text.chars().fold(Readings::MAX, |set, c| set & hints::readable(c));
        let mut out = Said {
            seen: TABLES.seen_in(&line),
            keeps: all.keeps & readable,
            turns: all.turns,
            signs: all.signs,
            script: all.script & readable,
            sign_count: u8::try_from(all.sign_count).unwrap_or(u8::MAX),
            turns_count: u8::try_from(all.turned).unwrap_or(u8::MAX),
            in_words: u8::try_from(all.in_words).unwrap_or(u8::MAX),
            count: narrow(all.count),
            glued: narrow(all.glued),
            longest: narrow(all.longest),
            is_loud: all.is_odd || all.has_control,
            has_han: all.has_han,
            ..NOTHING
        };
        let mut lost = false;
        flattened::each(&line, |_, _| lost = true);
        flattened::each_lost(&line, |_, _| lost = true);
        // What hangs on more than is noted of the sides.
        let hangs = |c: char| match c {
            '\u{AD}' => true,
            '€' => left.near == b'a' || text.contains("a€"),
            c => left.near == b'm' && !right.near.is_ascii_alphanumeric() && hints::makes_exponent(c),
        };
        let untold = left.near == b'+' || left.far == UNTOLD || right.far == UNTOLD;
        out.is_loud |= lost || untold || text.chars().any(hangs);
        for c in text.chars() {
            let made = ones((readable & !out.turned).into()).filter(|&n| hints::to(c, n) != c);
            out.turned |= made.fold(0, |set, n| set | 1 << n);
        }
        if out.keeps != 0 && !out.is_loud {
            if text.len() > LONG {
                out.is_loud = true;
            } else {
                out.weigh(&line.chars().collect::<Chars>(), &all.places);
                out.is_flat = out.gains == [0; LANES];
            }
        }
        out
    }

    /// Notes what each reading gains at most. `chars`: the cluster with two characters on either side;
    /// `places`: those of its characters that say in which languages readings may be.
    fn weigh(&mut self, chars: &[char], places: &[[char; 4]]) {
        let model = Model::get();
        let steps = |chars: &[char]| -> SmallVec<[Step; 16]> {
            let symbols: SmallVec<[Symbol; 16]> = chars.iter().map(|&c| model.symbol(c)).collect();
            symbols.windows(3).map(|w| model.step(w[0], w[1], w[2])).collect()
        };
        let cost = |steps: &[Step], l: usize| steps.iter().map(|s| model.step_in(s, l)).sum::<i64>();
        let blank = |i: usize| chars[i].is_whitespace();
        let old = steps(chars);
        for (lane, gain) in LANE.iter().zip(&mut self.gains) {
            let n = lane.reading;
            if self.keeps >> n & 1 == 0 {
                continue;
            }
            let languages = hints::languages(places, n);
            if languages == 0 {
                self.keeps &= !(1 << n);
                continue;
            }
            let to = |i: usize| match chars[i] {
                c if c.is_ascii() => c,
                // Marks that stand free may have come later.
                c if is_mark(c) && blank(i - 1) && blank(i + 1) => c,
                c => hints::to(c, n),
            };
            let read: Chars = (0..chars.len()).map(to).collect();
            let new = steps(&read);
            let most = ones(languages).map(|l| cost(&old, l) - cost(&new, l)).max().unwrap_or(0);
            self.is_loud |= most > MOST;
            *gain = most.clamp(-MOST, MOST) as i16;
            let tells = (1..chars.len() - 1).any(|i| read[i] != chars[i] && is_telling(chars[i], &read[i - 1..=i + 1]));
            self.telling |= Readings::from(tells) << n;
        }
    }
}

/// Whether it may say more than it gains that `old` becomes the second of `new`: what makes a small letter
/// beside another of a sign, say. See [`super::sense`].
fn is_telling(old: char, new: &[char]) -> bool {
    match new[1] {
        '“' | '«' | '„' | '‘' | '”' | '»' | '’' | '²' | '³' => true,
        c => c.is_lowercase() && is_out_of_place(old) && (new[0].is_lowercase() || new[2].is_lowercase()),
    }
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
struct Words(Vec<Word>);

impl Words {
    /// The readings that make a common word of one that `line` has.
    fn made(&mut self, line: &str) -> Readings {
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
