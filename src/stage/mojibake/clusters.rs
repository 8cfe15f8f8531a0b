//! What a *cluster* says: characters beyond ASCII that follow each other, with the ASCII characters beside
//! them. Above all, what each reading gains at it at most, in any language that it may be in.

use std::sync::LazyLock;

use smallvec::SmallVec;

use super::flattened;
use super::hints::{self, Readings};
use super::pairs::{Change, Pair};
use super::sense::{is_common, is_letter, is_mark, is_out_of_place};
use super::sums::{PLACES, RUN, gather};
use super::tables::TABLES;
use crate::language::{LANES as LANGUAGES, Model, Set, Step, Symbol, ones};

/// Room for readings between Latin letters.
pub(super) const LANES: usize = 20;
/// Longer clusters that some reading may be for are left to a closer look, in bytes.
pub(super) const LONG: usize = 32;
/// The most and the least that is noted of what a reading gains at one cluster.
pub(super) const MOST: i16 = 255;

/// The same for one language: more than [`MOST`] is gained by none, and [`PLACES`] of them have to fit.
const LEAST: i16 = i16::MAX / PLACES as i16;

/// Characters of a cluster and beside it.
pub(super) type Chars = SmallVec<[char; 16]>;

/// What is noted as a set, of a cluster or, if one notes it, of a line. By number: readings for which some
/// character changes to what may be one; those that make marks of letters; all for which some changes; those
/// whose changes say more than what they gain; and [`Tables::seen_in`] with the flags below.
pub(super) type Any = [u64; 5];
pub(super) const TURNS: usize = 0;
pub(super) const SIGNS: usize = 1;
pub(super) const TURNED: usize = 2;
pub(super) const TELLING: usize = 3;
pub(super) const SEEN: usize = 4;
/// That it has to be looked at closely whatever else the line holds.
pub(super) const LOUD: u64 = 1 << 32;
/// That it has characters of East Asia.
pub(super) const HAN: u64 = 1 << 33;
/// That it is long enough for another script.
pub(super) const LONG_RUN: u64 = 1 << 34;

/// What all clusters have to allow: readings between Latin letters, and those in other scripts.
pub(super) type All = [u64; 2];
pub(super) const KEEPS: usize = 0;
pub(super) const SCRIPT: usize = 1;

/// What is counted: see [`super::sums::Sums`].
pub(super) type Counts = [u16; 8];
pub(super) const SIGN_COUNT: usize = 0;
pub(super) const TURN_COUNT: usize = 1;
pub(super) const IN_WORDS: usize = 2;
pub(super) const COUNT: usize = 3;
pub(super) const GLUED: usize = 4;

/// What a cluster says, or a line.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub(super) any: Any,
    pub(super) all: All,
    pub(super) counts: Counts,
    /// By lane the most that a reading gains.
    pub(super) gains: [i16; LANES],
}

pub(super) const NOTHING: Said = Said { any: [0; 5], all: [Readings::MAX; 2], counts: [0; 8], gains: [0; LANES] };

/// A cluster of characters of East Asia, which are in no encoding of single bytes.
pub(super) const EASTERN: Said = Said { any: [0, 0, 0, 0, HAN], all: [0; 2], ..NOTHING };

/// A reading between Latin letters.
pub(super) struct Lane {
    pub(super) reading: usize,
    pub(super) pair: &'static Pair,
}

pub(super) static LANE: LazyLock<Vec<Lane>> = LazyLock::new(|| {
    let all = hints::all().filter(|(_, _, p)| p.change == Change::Latin);
    let out: Vec<Lane> = all.map(|(reading, _, pair)| Lane { reading, pair }).collect();
    assert!(out.len() <= LANES, "a lane for each reading");
    out
});

/// What stands on one side of a cluster.
#[derive(Clone, Copy)]
pub(super) struct Side {
    /// The character beside it.
    near: u8,
    /// A character for the one beyond, which tells by its case alone, and that only beyond a capital.
    far: u8,
}

/// For a character beyond a capital that is not ASCII.
const UNTOLD: u8 = b'?';

impl Side {
    pub(super) fn of(near: Option<u8>, far: Option<u8>) -> Side {
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

    pub(super) fn key(self) -> u32 {
        u32::from(self.near) | u32::from(self.far) << 7
    }
}

/// What stands beside the bytes from `start` to `end`.
#[inline(always)]
pub(super) fn sides(bytes: &[u8], start: usize, end: usize) -> (Side, Side) {
    let back = |n: usize| start.checked_sub(n).map(|i| bytes[i]);
    (Side::of(back(1), back(2)), Side::of(bytes.get(end).copied(), bytes.get(end + 1).copied()))
}

/// A cluster with two characters on either side.
pub(super) fn around(left: Side, text: &str, right: Side) -> Chars {
    let side = |s: Side| [char::from(s.far), char::from(s.near)];
    let [near, far] = [char::from(right.near), char::from(right.far)];
    side(left).into_iter().chain(text.chars()).chain([near, far]).collect()
}

pub(super) fn steps(chars: &[char]) -> SmallVec<[Step; 16]> {
    let model = Model::get();
    let symbols: SmallVec<[Symbol; 16]> = chars.iter().map(|&c| model.symbol(c)).collect();
    symbols.windows(3).map(|w| model.step(w[0], w[1], w[2])).collect()
}

pub(super) fn cost(steps: &[Step], language: usize) -> i64 {
    steps.iter().map(|s| Model::get().step_in(s, language)).sum()
}

impl Said {
    /// What `text`, a cluster, says between `left` and `right`.
    #[cold]
    pub(super) fn of(left: Side, text: &str, right: Side) -> Said {
        let chars = around(left, text, right);
        let line: String = chars.iter().collect();
        let all = gather(&line);
        let readable = text.chars().fold(Readings::MAX, |set, c| set & hints::readable(c));
        // Lines are no longer than that they can be counted.
        let count = |n: u32| n as u16;
        let mut out = Said {
            any: [all.turns, all.signs, 0, 0, TABLES.seen_in(&line).into()],
            all: [all.keeps & readable, all.script & readable],
            counts: [all.sign_count, all.turned as u32, all.in_words as u32, all.count, all.glued, 0, 0, 0].map(count),
            ..NOTHING
        };
        let mut flag = |some: bool, which: u64| out.any[SEEN] |= if some { which } else { 0 };
        flag(all.is_odd || all.has_control, LOUD);
        flag(all.has_han, HAN);
        flag(all.longest >= RUN, LONG_RUN);
        let mut lost = false;
        flattened::each(&line, |_, _| lost = true);
        flattened::each_lost(&line, |_, _| lost = true);
        let clipped = left.near == b'a' || text.contains("a€");
        // What hangs on more than is noted of the sides.
        let hangs = |c: char| match c {
            '\u{AD}' => true,
            '€' => clipped,
            c => left.near == b'm' && !right.near.is_ascii_alphanumeric() && hints::makes_exponent(c),
        };
        let untold = left.near == b'+' || left.far == UNTOLD || right.far == UNTOLD;
        flag(lost || untold || text.chars().any(hangs) || out.all[KEEPS] != 0 && text.len() > LONG, LOUD);
        out.any[TURNED] = text.chars().fold(0, |set, c| set | readable & hints::changes(c));
        if out.all[KEEPS] != 0 && out.any[SEEN] & LOUD == 0 {
            out.weigh(&chars, &all.places);
        }
        out
    }

    /// Notes what each reading gains at most. `chars`: the cluster with two characters on either side;
    /// `places`: those of its characters that say in which languages readings may be.
    fn weigh(&mut self, chars: &[char], places: &[[char; 4]]) {
        let old = steps(chars);
        let mut costs = [None; LANGUAGES];
        for (lane, gain) in LANE.iter().zip(&mut self.gains) {
            let n = lane.reading;
            if self.all[KEEPS] >> n & 1 == 0 {
                continue;
            }
            let languages = hints::languages(places, n);
            if languages == 0 {
                self.all[KEEPS] &= !(1 << n);
                continue;
            }
            debug_assert_eq!(languages & !lane.pair.languages, 0);
            let read = read_as(chars, n);
            if read[..] == *chars {
                continue;
            }
            let new = steps(&read);
            let most = ones(languages).map(|l| *costs[l].get_or_insert_with(|| cost(&old, l)) - cost(&new, l));
            let most = most.max().unwrap_or(0);
            if most > i64::from(MOST) {
                self.any[SEEN] |= LOUD;
            }
            *gain = most.clamp(i64::from(-MOST), i64::from(MOST)) as i16;
            let tells = (1..chars.len() - 1).any(|i| read[i] != chars[i] && is_telling(chars[i], &read[i - 1..=i + 1]));
            self.any[TELLING] |= Readings::from(tells) << n;
        }
    }
}

/// What reading `n` makes of a cluster.
fn read_as(chars: &[char], n: usize) -> Chars {
    let blank = |i: usize| chars[i].is_whitespace();
    let to = |i: usize| match chars[i] {
        c if c.is_ascii() => c,
        // Marks that stand free may have come later.
        c if is_mark(c) && blank(i - 1) && blank(i + 1) => c,
        c => hints::to(c, n),
    };
    (0..chars.len()).map(to).collect()
}

/// What a reading gains, language by language.
#[derive(Clone, Copy)]
pub(super) struct Gains {
    /// Those that it may be in.
    pub(super) languages: Set,
    /// Whether it makes letters of signs beside letters.
    pub(super) in_word: bool,
    pub(super) all: [i16; LANGUAGES],
}

impl Gains {
    pub(super) const NONE: Gains = Gains { languages: Set::MAX, in_word: false, all: [0; LANGUAGES] };

    /// What the reading of number `n` gains at a cluster.
    #[cold]
    pub(super) fn of(n: usize, left: Side, text: &str, right: Side) -> Gains {
        let chars = around(left, text, right);
        let read = read_as(&chars, n);
        let line: String = chars.iter().collect();
        let mut out = Gains { languages: hints::languages(&gather(&line).places, n), ..Gains::NONE };
        let letter = |i: usize| is_letter(chars[i]);
        out.in_word = (1..chars.len() - 1)
            .any(|i| read[i] != chars[i] && !letter(i) && is_letter(read[i]) && (letter(i - 1) || letter(i + 1)));
        let (old, new) = (steps(&chars), steps(&read));
        for l in ones(out.languages) {
            out.all[l] = (cost(&old, l) - cost(&new, l)).clamp(-i64::from(LEAST), i64::from(LEAST)) as i16;
        }
        out
    }

    pub(super) fn add(&mut self, s: &Gains) {
        self.languages &= s.languages;
        self.in_word |= s.in_word;
        self.all = std::array::from_fn(|l| self.all[l].wrapping_add(s.all[l]));
    }
}

/// Whether it may say more than it gains that `old` becomes the second of `new`: what makes a small letter
/// beside another of a sign, say. See [`super::sense`].
fn is_telling(old: char, new: &[char]) -> bool {
    match new[1] {
        '“' | '«' | '„' | '‘' | '”' | '»' | '’' | '²' | '³' => true,
        c => {
            let (l, r) = (new[0].is_lowercase(), new[2].is_lowercase());
            let one = !is_letter(old) && (!is_common(old) || matches!(old, '„' | '‚'));
            c.is_lowercase() && is_out_of_place(old) && if one { l || r } else { l && r }
        }
    }
}
