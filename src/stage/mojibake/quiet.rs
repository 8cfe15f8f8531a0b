//! Lines that no reading makes better, told at once: nearly all sound text is passed by here.
//!
//! What the stage asks of a line, it asks of its *clusters*: characters beyond ASCII that follow each
//! other, with the ASCII characters beside them. What a reading gains in some language is the sum of
//! what it gains at each. So with the most that each reading gains at a cluster, in any language that
//! it may be in, a sum of a few numbers bounds what it gains in all; where that is nothing, no closer
//! look finds more. Text repeats its clusters, so what they say is kept: by their bytes alone, so that
//! a line's outcome depends on the line alone.

use smallvec::SmallVec;

use super::clusters::{
    COUNT, EASTERN, GLUED, Gains, HAN, IN_WORDS, KEEPS, LANE, LANES, LONG, LONG_RUN, LOUD, MOST, NOTHING, SCRIPT, SEEN,
    SIGN_COUNT, SIGNS, Said, TELLING, TURN_COUNT, TURNED, TURNS, sides,
};
use super::hints::{self, Readings, WORTH};
use super::known::{Known, Memory, mix, place};
use super::sums::{is_solid, readings};
use super::tables::{self, TABLES};
use crate::language::{Model, Set, ones};

/// Bytes of a cluster that one word holds.
pub(super) const SHORT: usize = 8;
/// For the gains of how many clusters there is room before their sum is carried.
const ROOM: usize = (i16::MAX / MOST) as usize;
/// A bit of what stands beside a cluster, so that nothing known is nothing.
const KNOWN_BIT: u32 = 1 << 31;

/// Longer lines are looked at closely, in bytes.
const LONGEST: usize = 1 << 16;

/// What a line says.
pub(super) struct Look {
    /// What [`super::tables::Tables::seen_in`] sees, and at the line's end what it would see before a space.
    pub(super) seen: tables::Set,
    /// What [`hints::turned`] would find.
    pub(super) turned: Readings,
    /// Whether nothing but misread UTF-8, and what other lines say, can make anything of it.
    pub(super) is_sound: bool,
}

/// What the clusters of a line say together.
struct Sum {
    said: Said,
    /// How many were added, and what those gain that fill the room in `said`.
    added: usize,
    gains: [i32; LANES],
}

/// A reading that a line may be for.
struct Open {
    lane: usize,
    /// The languages that it may be in.
    languages: Set,
    /// The most that it gains in one.
    most: i64,
    /// What it gains in each, if that is all that counts.
    told: Option<Gains>,
}

impl Sum {
    #[inline(always)]
    fn add(&mut self, s: &Said) {
        let all = &mut self.said;
        all.any.iter_mut().zip(&s.any).for_each(|(a, b)| *a |= b);
        all.all.iter_mut().zip(&s.all).for_each(|(a, b)| *a &= b);
        all.counts.iter_mut().zip(&s.counts).for_each(|(a, b)| *a = a.wrapping_add(*b));
        all.gains.iter_mut().zip(&s.gains).for_each(|(a, b)| *a = a.wrapping_add(*b));
        self.added += 1;
        if self.added.is_multiple_of(ROOM) {
            self.carry();
        }
    }

    fn carry(&mut self) {
        let some = std::mem::take(&mut self.said.gains);
        self.gains.iter_mut().zip(some).for_each(|(a, b)| *a += i32::from(b));
    }

    /// Whether no reading can gain enough of `line`.
    #[inline(always)]
    fn is_sound(&mut self, line: &str, known: &mut Known) -> bool {
        let Said { any, all, counts, .. } = &self.said;
        if any[SEEN] & LOUD != 0 || any[SEEN] & HAN != 0 && known.whole.is_whole(line) {
            return false;
        }
        let count = |n: usize| u32::from(counts[n]);
        let is_solid = any[SEEN] & LONG_RUN != 0 && is_solid(count(GLUED), count(COUNT));
        let solid = is_solid && all[SCRIPT] != 0;
        let some = readings(all[KEEPS], any[TURNS], any[SIGNS], count(SIGN_COUNT));
        (some == 0 || self.none_gains(line, some, known)) && (!solid || Model::get().is_sound(line))
    }

    /// Whether none of `readings` can gain enough.
    #[inline(never)]
    fn none_gains(&mut self, line: &str, readings: Readings, known: &mut Known) -> bool {
        self.carry();
        let gain = |n: usize| i64::from(self.gains[n]) - LANE[n].pair.prior;
        let mut some: SmallVec<[usize; LANES]> =
            (0..LANE.len()).filter(|&n| readings >> LANE[n].reading & 1 == 1 && gain(n) > 0).collect();
        if some.is_empty() {
            return true;
        }
        // What makes a common word needs to gain next to nothing.
        let made = known.words.made(line) | self.said.any[TELLING];
        let enough = |n: usize| if made >> LANE[n].reading & 1 == 1 { 1 } else { WORTH };
        some.retain(|n| gain(*n) >= enough(*n));
        // The most that each gains in one language, and what it gains in each where nothing else counts.
        let mut open: SmallVec<[Open; 4]> = SmallVec::new();
        for n in some {
            let gains = known.gains(line, LANE[n].reading);
            let languages = LANE[n].pair.languages & gains.as_ref().map_or(Set::MAX, |g| g.languages);
            let in_one = |g: &Gains| ones(languages).map(|l| i64::from(g.all[l])).max().unwrap_or(0);
            let most = gains.as_ref().map_or(gain(n), |g| in_one(g) - LANE[n].pair.prior);
            if languages != 0 && most >= enough(n) {
                let told = gains.filter(|g| !g.in_word && enough(n) == WORTH);
                open.push(Open { lane: n, languages, most, told });
            }
        }
        if open.is_empty() {
            return true;
        }
        // Whichever language the line turns out to be in, it costs no more than in the likeliest.
        let model = Model::get();
        let languages = open.iter().fold(0, |set, o| set | o.languages);
        let rough = hints::skim(line, languages);
        let possible =
            hints::possible(&rough, languages, self.said.counts[TURN_COUNT].into(), self.said.counts[IN_WORDS].into());
        let likeliest = model.likeliest(&rough);
        let Some(costs) = known.costs(line, possible | 1 << likeliest) else { return false };
        let cost = |l: usize| model.skimmed(&rough, l) + i64::from(costs[l]);
        let least = cost(likeliest);
        let may = |o: &&Open| {
            let gain = |l: usize| o.told.as_ref().map_or(o.most, |g| i64::from(g.all[l]) - LANE[o.lane].pair.prior);
            ones(possible & o.languages).any(|l| gain(l) + (least - cost(l)).min(0) >= enough(o.lane))
        };
        let left = open.iter().filter(may).fold(0, |set, o| set | 1 << LANE[o.lane].reading);
        left == 0 || hints::rules_out(line, left)
    }
}

/// What `line` says; `known`: what has been seen before.
pub(super) fn look(line: &str, known: &Memory) -> Look {
    if line.len() > LONGEST {
        return Look { seen: TABLES.seen_in(line), turned: Readings::MAX, is_sound: false };
    }
    known.with(|known| {
        let bytes = line.as_bytes();
        let mut sum = Sum { said: NOTHING, added: 0, gains: [0; LANES] };
        let mut at = ascii_run(bytes);
        while at < bytes.len() {
            let (word, len) = cluster(&bytes[at..]);
            let end = at + len;
            let (left, right) = sides(bytes, at, end);
            let make = || Said::of(left, &line[at..end], right);
            let beside = KNOWN_BIT | left.key() | right.key() << 14;
            if len <= SHORT {
                sum.add(known.clusters.get(place(word, beside), word, beside, make));
            } else if is_eastern(&bytes[at..end]) {
                sum.add(&EASTERN);
                sum.said.any[SEEN] |= u64::from(TABLES.seen_in(&line[at..end]));
            } else if len <= LONG {
                let mut text = [0; LONG];
                text[..len].copy_from_slice(&bytes[at..end]);
                sum.add(known.long.get(place(mix(&text), beside), text, beside, make));
            } else {
                sum.add(&make());
            }
            at = end + ascii_run(&bytes[end..]);
        }
        let is_sound = sum.is_sound(line, known);
        Look { seen: sum.said.any[SEEN] as tables::Set, turned: sum.said.any[TURNED], is_sound }
    })
}

/// Whether `bytes`, UTF-8, are of East Asia but for marks: characters from U+3000 to U+DFFF, and wide
/// forms, are in no encoding of single bytes.
#[inline(never)]
fn is_eastern(bytes: &[u8]) -> bool {
    let is = |c: &[u8]| matches!(c, [0xE3..=0xED, ..] | [0xEF, 0xBC | 0xBD, _]);
    let (all, rest) = bytes.as_chunks::<3>();
    rest.is_empty() && all.iter().any(|c| is(c)) && all.iter().all(|c| is(c) || matches!(c, [0xE2, 0x80, _]))
}

/// How many ASCII bytes `bytes` starts with.
#[inline(always)]
pub(super) fn ascii_run(bytes: &[u8]) -> usize {
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
pub(super) fn cluster(bytes: &[u8]) -> (u64, usize) {
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
