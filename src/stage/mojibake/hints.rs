//! What a line could be if it is no misread UTF-8: asked of every line that is not ASCII, so it has
//! to be quick, and nearly always the answer is "nothing else".
//!
//! For each character the tables hold which readings (see [`super::pairs`]) would leave it or make
//! a letter of it, in which languages, and for which it would change. What all characters of a line
//! allow and one at least asks for is what the line could be. A "yes" means only that it is to be
//! looked at.

use std::sync::LazyLock;

use smallvec::SmallVec;

use super::legacy::STRANGE;
use super::pairs::{Change, MISREAD, Misread, Pair, Truth};
use super::sense::{IN_WORD, MANY, is_common, is_letter, is_mark, is_out_of_place};
use super::sums::{PLACES, Sums, gather};
use crate::language::{Model, NAT, Rough, Set, Step, Symbol, Window, ones};

/// One past the last character that is looked up in the big table.
const LIMIT: usize = 0x2600;
/// How many bytes of a line are asked what its ASCII letters say: few, and more if that is not enough.
const SKIMMED: [usize; 2] = [64, 256];
/// How strange the ASCII letters of a line may be in a language that it could be: the same that a
/// reading is held to, as far as its characters may gain.
const ODD: i64 = 100;
const ODD_EACH: i64 = 100;
const ODD_IN_WORD: i64 = 40;
/// What the changes have to gain by themselves to be worth weighing.
pub(super) const WORTH: i64 = 5 * NAT;
/// More than that no character gains.
const MOST: i64 = 30 * NAT;

/// Readings, by their numbers.
pub(super) type Readings = u64;

/// What may become of a character: in any place, unless it comes after a small letter, and where a
/// word starts or ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Places {
    pub(super) any: Readings,
    pub(super) not_after_small: Readings,
    pub(super) edge: Readings,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Hint {
    /// Readings of which it could be a part, changed or not.
    pub(super) keeps: Places,
    /// Those for which it would change.
    pub(super) turns: Places,
    /// Whether it says so only beside a letter.
    pub(super) in_word: bool,
    /// Whether it is a mark, that editors put in.
    pub(super) mark: bool,
    /// Whether it is nothing that stands between small letters.
    pub(super) odd: bool,
    /// Readings that make an exponent of it.
    pub(super) exponent: Readings,
    /// Readings in other scripts.
    pub(super) script: Readings,
}

/// A character after its neighbours, and the one after it, if that is to be counted here.
type Steps = (Step, Option<Step>);

/// What a line could be.
#[derive(Clone, Default)]
pub(super) struct Hints {
    pub(super) pairs: Readings,
    /// Those between Latin letters with the languages that they may be in, whether or not they gain
    /// enough to be among the others.
    pub(super) faint: SmallVec<[(usize, Set); 4]>,
    /// Whether something stands between small letters that does not stand there.
    pub(super) is_odd: bool,
    /// C1 controls.
    pub(super) has_control: bool,
    /// Characters of East Asia, as UTF-8 has that was read as one of its encodings.
    pub(super) has_han: bool,
}

impl Hints {
    pub(super) fn is_nothing(&self) -> bool {
        self.pairs == 0 && self.faint.is_empty() && !self.has_control && !self.has_han
    }
}

/// One character.
pub(super) struct Entry {
    pub(super) hint: Hint,
    is_lower: bool,
    is_letter: bool,
    pub(super) is_out_of_place: bool,
    /// Readings of text that it can stand in.
    readable: Readings,
    /// What each reading makes of it, and which make another letter of it.
    to: [char; 64],
    turns: Readings,
    /// Those that make anything else of it.
    changes: Readings,
}

pub(super) struct Tables {
    model: &'static Model,
    /// By its number what a reading is for.
    pairs: Vec<Set>,
    slot: Vec<u16>,
    entries: Vec<Entry>,
    /// The few characters beyond, in order.
    beyond: Vec<(char, u16)>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

/// All readings with their numbers.
pub(super) fn all() -> impl Iterator<Item = (usize, &'static Misread, &'static Pair)> {
    MISREAD.iter().flat_map(|m| m.pairs.iter().map(move |p| (m, p))).enumerate().map(|(n, (m, p))| (n, m, p))
}

/// The reading of number `n`.
pub(super) fn pair(n: usize) -> (&'static Misread, &'static Pair) {
    static PAIRS: LazyLock<Vec<(&'static Misread, &'static Pair)>> =
        LazyLock::new(|| all().map(|(_, m, p)| (m, p)).collect());
    PAIRS[n]
}

/// The number of the reading that `pair` is, if it is one between two encodings of single bytes.
pub(super) fn number(pair: &Pair) -> Option<usize> {
    all().find(|(_, _, p)| std::ptr::eq(*p, pair)).filter(|(_, _, p)| matches!(p.truth, Truth::Single(_))).map(|p| p.0)
}

/// What `reading` makes of `c`.
pub(super) fn to(c: char, reading: usize) -> char {
    let e = TABLES.of(c);
    if e.readable >> reading & 1 == 1 { e.to[reading] } else { c }
}

/// Readings of text that `c` can stand in.
pub(super) fn readable(c: char) -> Readings {
    TABLES.of(c).readable
}

/// Whether some reading makes an exponent of `c`.
pub(super) fn makes_exponent(c: char) -> bool {
    TABLES.of(c).hint.exponent != 0
}

/// The languages that a reading may be in by the letters that it makes at `places`.
pub(super) fn languages(places: &[[char; 4]], reading: usize) -> Set {
    TABLES.languages(places, reading)
}

/// Words of at most so many letters are asked whether they would be common ones.
const SHORT: usize = 4;

/// Those of `readings`, with their languages, that would make common short words of what is in `line`.
pub(super) fn worded(line: &str, readings: &[(usize, Set)]) -> Readings {
    let tables = &*TABLES;
    let all: Readings = readings.iter().fold(0, |set, r| set | 1 << r.0);
    let (mut at, mut out) = (0, 0);
    while let Some(start) = beyond_ascii(line.as_bytes(), at) {
        let Some(c) = line[start..].chars().next() else { break };
        at = start + c.len_utf8();
        let e = tables.of(c);
        let turns = all & e.turns & !out;
        if turns == 0 {
            continue;
        }
        let is_word = |c: &char| c.is_ascii_alphanumeric() || !c.is_ascii() && *c != '\u{A0}';
        let (left, right) = (line[..start].chars().rev(), line[at..].chars());
        let small = |c: Option<char>| c.is_some_and(|c| tables.is_lower(c));
        if e.hint.mark && !(small(left.clone().next()) && small(right.clone().next())) {
            continue;
        }
        let letters = left.clone().take_while(is_word).take(SHORT).count();
        if letters + right.clone().take_while(is_word).take(SHORT).count() >= SHORT {
            continue;
        }
        for &(n, languages) in readings.iter().filter(|r| turns >> r.0 & 1 == 1) {
            let to = |c: char| if c.is_ascii() { c } else { tables.of(c).to[n] };
            let window = Window::around(left.clone().map(to), e.to[n], right.clone().map(to));
            let some = languages & tables.model.alphabets(e.to[n]);
            out |= Readings::from(ones(some).any(|l| tables.model.knows(window, l))) << n;
        }
    }
    out
}

/// The readings that make anything else of `c`.
pub(super) fn changes(c: char) -> Readings {
    TABLES.of(c).changes
}

/// Those of `readings` that would change a character of `line`.
pub(super) fn turned(line: &str, readings: Readings) -> Readings {
    let bytes = line.as_bytes();
    let (mut at, mut set) = (0, 0);
    while let Some(next) = beyond_ascii(bytes, at) {
        let Some(c) = line[next..].chars().next() else { break };
        set |= changes(c);
        at = next + c.len_utf8();
    }
    set & readings
}

impl Tables {
    fn new() -> Tables {
        let mut chars: Vec<char> = Vec::new();
        for m in MISREAD.iter() {
            chars.extend((0x80..=0xFF).map(|b| m.page.loose_char(b)));
        }
        chars.sort_unstable();
        chars.dedup();
        let mut t = Tables {
            model: Model::get(),
            pairs: all().map(|(_, _, p)| p.languages).collect(),
            slot: vec![0; LIMIT],
            entries: vec![Entry::of('\0')],
            beyond: Vec::new(),
        };
        for c in chars {
            let at = t.entries.len() as u16;
            t.entries.push(Entry::of(c));
            match t.slot.get_mut(c as usize) {
                Some(slot) => *slot = at,
                None => t.beyond.push((c, at)),
            }
        }
        t
    }

    pub(super) fn of(&self, c: char) -> &Entry {
        let at = match self.slot.get(c as usize) {
            Some(&at) => at,
            None => self.beyond.binary_search_by_key(&c, |p| p.0).map_or(0, |i| self.beyond[i].1),
        };
        &self.entries[usize::from(at)]
    }

    pub(super) fn is_lower(&self, c: char) -> bool {
        if c.is_ascii() { c.is_ascii_lowercase() } else { self.of(c).is_lower }
    }

    pub(super) fn is_letter(&self, c: char) -> bool {
        if c.is_ascii() { c.is_ascii_alphabetic() } else { self.of(c).is_letter }
    }

    /// The languages that `pair` may be in: all letters that it makes are theirs, or many's.
    fn languages(&self, places: &[[char; 4]], pair: usize) -> Set {
        places.iter().fold(self.pairs[pair], |set, place| {
            let e = self.of(place[2]);
            if e.turns >> pair & 1 == 0 {
                return set;
            }
            let own = self.model.alphabets(e.to[pair]);
            if own.count_ones() < MANY { set & own } else { set }
        })
    }

    /// Whether `pair` may gain enough in one of `languages`. Whichever language the line turns out to
    /// be in, it costs no more than in that one, or in the likeliest by its ASCII letters.
    fn is_worthwhile(
        &self,
        rough: &Rough,
        likeliest: usize,
        places: &[[char; 4]],
        pair: usize,
        mut languages: Set,
    ) -> bool {
        let room = WORTH - MOST * places.len() as i64 - self.model.skimmed(rough, likeliest);
        for l in ones(languages) {
            if -self.model.skimmed(rough, l) < room {
                languages &= !(1 << l);
            }
        }
        if languages == 0 {
            return false;
        }
        let model = self.model;
        let symbols = |old: &[char; 4]| {
            let from = old.map(|c| model.symbol(c));
            let to = |n: usize| if old[n].is_ascii() { from[n] } else { model.symbol(self.of(old[n]).to[pair]) };
            (from, std::array::from_fn(to))
        };
        let steps =
            |s: [Symbol; 4], ends: bool| (model.step(s[0], s[1], s[2]), ends.then(|| model.step(s[1], s[2], s[3])));
        let cost = |(first, second): &Steps, l: usize| {
            model.step_in(first, l) + second.as_ref().map_or(0, |s| model.step_in(s, l))
        };
        let (mut likely, mut bonus) = (0, 0);
        let mut changes: SmallVec<[(Steps, Steps); 16]> = SmallVec::new();
        for old in places {
            let (from, to) = symbols(old);
            let ends = old[3].is_ascii();
            let (from, to) = (steps(from, ends), steps(to, ends));
            likely += cost(&from, likeliest);
            let e = self.of(old[2]);
            let in_word =
                !e.is_letter && e.turns >> pair & 1 == 1 && (self.is_letter(old[1]) || self.is_letter(old[3]));
            bonus += if in_word { IN_WORD } else { 0 };
            changes.push((from, to));
        }
        ones(languages).any(|l| {
            let (mut were, mut are) = (0, -bonus);
            for (from, to) in &changes {
                were += cost(from, l);
                are += cost(to, l);
            }
            let elsewhere = self.model.skimmed(rough, likeliest) - self.model.skimmed(rough, l);
            (were - are).min(elsewhere + likely - are) >= WORTH
        })
    }
}

impl Entry {
    fn of(c: char) -> Entry {
        let (mut to, mut turns, mut changes, mut readable) = ([c; 64], 0, 0, 0);
        // It stands for all characters that are in no table.
        if c == '\0' {
            changes = Readings::MAX;
        }
        for (n, misread, pair) in all() {
            let Some(byte) = misread.page.loose_byte(c).filter(|_| c != '\0') else { continue };
            readable |= 1 << n;
            if let Truth::Single(page) = pair.truth {
                let new = page.char(byte).unwrap_or(c);
                to[n] = if is_mark(c) && !new.is_alphabetic() { c } else { new };
                changes |= Readings::from(to[n] != c) << n;
                turns |= Readings::from(to[n] != c && is_letter(to[n])) << n;
            }
        }
        Entry {
            hint: Hint::of(c),
            is_lower: c.is_lowercase(),
            is_letter: is_letter(c),
            is_out_of_place: is_out_of_place(c),
            readable,
            to,
            turns,
            changes,
        }
    }
}

impl Hint {
    fn of(c: char) -> Hint {
        let model = Model::get();
        let odd = is_out_of_place(c) && !is_common(c) && !matches!(c, '\u{AD}' | '´' | '¨');
        let mut h = Hint { in_word: !is_letter(c), mark: is_mark(c), odd, ..Hint::default() };
        for (n, misread, pair) in all() {
            let Some(byte) = misread.page.loose_byte(c) else { continue };
            let Truth::Single(page) = pair.truth else {
                h.script |= 1 << n;
                continue;
            };
            let Some(to) = page.char(byte) else { continue };
            let stays = to == c || is_mark(c) && !to.is_alphabetic();
            h.exponent |= Readings::from(!stays && matches!(to, '²' | '³')) << n;
            if !stays && matches!(to, '\u{80}'..='\u{A0}' | '\u{AD}') {
                continue;
            }
            if pair.change == Change::Script {
                h.script |= 1 << n;
                continue;
            }
            if stays {
                h.keeps.any |= 1 << n;
            } else if is_letter(to) {
                let own = model.alphabets(to);
                if own.count_ones() < MANY && own & pair.languages == 0 {
                    continue;
                }
                if to.is_uppercase() {
                    h.keeps.not_after_small |= 1 << n;
                    h.turns.not_after_small |= 1 << n;
                } else {
                    h.keeps.any |= 1 << n;
                    h.turns.any |= 1 << n;
                }
            } else if !is_letter(c) {
                h.keeps.any |= 1 << n;
            } else if matches!(to, '’' | '‘') {
                h.keeps.any |= 1 << n;
                h.turns.any |= 1 << n;
            } else if is_mark(to) || matches!(to, '«' | '»' | '„' | '²' | '³') {
                h.keeps.edge |= 1 << n;
                h.turns.edge |= 1 << n;
            }
        }
        h
    }
}

/// What `line` could be.
pub(super) fn read(line: &str) -> Hints {
    let all = gather(line);
    let mut out = Hints { is_odd: all.is_odd, has_control: all.has_control, has_han: all.has_han, ..Hints::default() };
    out.sift(line, &all, all.readings());
    out.pairs |= all.keeps & all.units;
    if all.is_solid() {
        out.pairs |= all.script;
    }
    out
}

/// How strange the ASCII letters of a line may be in a language that it could be.
fn strangest(turned: i64, in_words: i64) -> i64 {
    (ODD + ODD_EACH * turned + ODD_IN_WORD * in_words).min(STRANGE)
}

/// What the ASCII letters that `line` begins with say of `languages`.
pub(super) fn skim(line: &str, languages: Set) -> Rough {
    TABLES.model.skim(&line.as_bytes()[..line.len().min(SKIMMED[0])], languages)
}

/// Those of `languages` that they do not speak against.
pub(super) fn possible(rough: &Rough, languages: Set, turned: i64, in_words: i64) -> Set {
    TABLES.model.possible(rough, languages, strangest(turned, in_words))
}

/// Whether [`read`] would leave none of `readings`, those between Latin letters, to be weighed.
pub(super) fn rules_out(line: &str, readings: Readings) -> bool {
    let mut out = Hints::default();
    out.sift(line, &gather(line), readings);
    out.pairs == 0 && worded(line, &out.faint) == 0
}

impl Hints {
    /// Notes those of `some` readings that `line`, which says `all`, could be.
    fn sift(&mut self, line: &str, all: &Sums, some: Readings) {
        if some == 0 {
            return;
        }
        let (tables, bytes, places) = (&*TABLES, line.as_bytes(), &all.places);
        let mut pairs: SmallVec<[(usize, Set); 8]> =
            ones(some.into()).map(|n| (n, tables.languages(places, n))).filter(|p| p.1 != 0).collect();
        let most = strangest(all.turned, all.in_words);
        for letters in SKIMMED {
            if pairs.is_empty() || letters > SKIMMED[0] && line.len() <= SKIMMED[0] {
                break;
            }
            let among = pairs.iter().fold(0, |set, p| set | p.1);
            let rough = tables.model.skim(&bytes[..bytes.len().min(letters)], among);
            let likeliest = tables.model.likeliest(&rough);
            self.faint.clear();
            pairs.retain(|(n, languages)| {
                *languages = tables.model.possible(&rough, *languages, most);
                let some = places.len() == PLACES || tables.is_worthwhile(&rough, likeliest, places, *n, *languages);
                if *languages != 0 {
                    self.faint.push((*n, *languages));
                }
                *languages != 0 && some
            });
        }
        pairs.iter().for_each(|p| self.pairs |= 1 << p.0);
    }
}

/// The first byte from `at` on that is not ASCII.
pub(super) fn beyond_ascii(bytes: &[u8], mut at: usize) -> Option<usize> {
    while bytes.get(at..at + 16).is_some_and(<[u8]>::is_ascii) {
        at += 16;
    }
    bytes[at..].iter().position(|b| !b.is_ascii()).map(|i| at + i)
}

/// Whether `c` is a character of East Asia.
pub(super) fn is_eastern(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF61}'..='\u{FF9F}')
}
