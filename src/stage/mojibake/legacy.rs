//! Text in one legacy encoding that was read as another: no structure betrays it, so readings are
//! weighed against each other.
//!
//! A line is taken back to bytes in the encoding that it may have been misread as, and those are
//! read as what it may have been. That maps line to line one to one, so how likely each is as text,
//! in the language that suits it best, is all that has to be compared. Before anything is weighed,
//! lines that are sound in some language are passed by. A line settles, as every edit lowers what it
//! costs by a measure of its text alone, and never makes it longer.

use std::cell::Cell;

use smallvec::SmallVec;

use super::evidence::LegacyEvidence;
use super::hints;
use super::pairs::{Change, ENCODERS, LESS_LIKELY, MISREAD, Misread, Pair, Truth};
use super::sense::{IN_WORD, MANY, is_letter, is_mark};
use super::whole::Whole;
use crate::language::{Fit, LANES, Model, NAT, Patch, Set, Sums, Text, ones};

/// The least that a reading has to gain, in sixteenths of a nat.
const BAR_LATIN: i64 = 8 * NAT;
const BAR_SCRIPT: i64 = 20 * NAT;
const BAR_MARKS: i64 = 4 * NAT;
const BAR_UTF8: i64 = 10 * NAT;
/// The same, however much other lines of the document say for it.
const BAR_LIKE_OTHERS: i64 = NAT;
/// And for each character that changes script.
const EACH: i64 = 11;
/// And for Latin letters: for each symbol that the line has less than so many, and for each
/// hundredth of a deviation that the result is stranger than so many.
pub(super) const SHORT: i64 = 45;
const EACH_SHORT: i64 = 6;
const FAMILIAR: i64 = 135;
const EACH_STRANGE: i64 = 2;
/// And in a language of few writers.
const LESSER: i64 = 4 * NAT;
/// What a reading has to gain more where the line looks like misread UTF-8, too.
const DOUBT: i64 = 10 * NAT;
/// From here on the result is too unlike its language.
pub(super) const STRANGE: i64 = 500;
const STRANGE_SCRIPT: i64 = 700;
/// Languages whose tables a line, and a reading, are tried with.
pub(super) const TRIED: usize = 6;
/// And for a text's measure, that every change has to lower.
const MEASURED: usize = 16;
/// More than so many of so many letters change only where text is not Latin.
const DENSE: (usize, usize) = (5, 2);
/// Readings that are weighed in full.
const KEPT: usize = 6;

/// A change of one place: bytes of the line, and what they become.
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

/// A reading that explains a line better.
pub(super) struct Reading {
    pub(super) change: Change,
    pub(super) places: Vec<Place>,
    /// By how much, beyond the bar, in sixteenths of a nat; below 0 it is a suspicion.
    pub(super) surplus: i64,
    /// The same without the bar.
    pub(super) gain: i64,
    pub(super) language: usize,
    /// The number of the pair of encodings, if it has one.
    pub(super) pair: Option<usize>,
    /// How many of its changes make common words.
    words: usize,
}

/// One character of a reading, with where it comes from.
#[derive(Clone, Copy)]
pub(super) struct Read {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) char: char,
}

/// What can be told of a line before any reading.
pub(super) struct Line<'l> {
    text: &'l str,
    /// Its characters and their places.
    pub(super) chars: Vec<Read>,
    /// The numbers of those beyond ASCII.
    pub(super) beyond: Vec<usize>,
    pub(super) symbols: Text,
    pub(super) sums: Sums,
    /// What it costs in each language, once that has been asked.
    costs: [Cell<Option<i64>>; LANES],
    pub(super) fit: Fit,
    /// The languages that suit it best.
    pub(super) nearest: [usize; TRIED],
}

pub(super) struct Candidate<'p> {
    pub(super) pair: &'p Pair,
    pub(super) chars: Vec<Read>,
    pub(super) symbols: Text,
    /// What of the line's symbols changes, if those are few.
    pub(super) patch: Option<Patch>,
    pub(super) nearest: [usize; TRIED],
    /// What it costs by single symbols' measure, for a first choice.
    pub(super) rough: i64,
}

/// Where other lines of the document have been damaged as `evidence` tells: how `line` reads that way.
pub(super) fn read_like_others(line: &str, evidence: &LegacyEvidence) -> Option<Reading> {
    let LegacyEvidence { votes, asked } = evidence;
    let asked = if *asked == 0 { 0 } else { hints::turned(line, *asked) };
    if asked == 0 {
        return None;
    }
    let model = Model::get();
    let chars = chars(line);
    let seen = Seen::of(&chars);
    let line = Line::of(model, line, chars, &seen)?;
    let mut best: Option<(i64, Reading)> = None;
    for vote in votes.iter().filter(|v| asked >> v.pair & 1 == 1) {
        let (misread, pair) = hints::pair(vote.pair);
        let Some(c) = line.bytes(misread).and_then(|b| line.candidate(model, pair, &b)) else { continue };
        let own = c.nearest.iter().copied();
        let Some(fit) = line.best(model, &c, ones(vote.languages).chain(own), i64::MAX) else { continue };
        let gain = line.fit.cost - fit.cost;
        let Some(reading) = line.judge(model, gain, &c, fit, vote.relief()) else { continue };
        if best.as_ref().is_none_or(|b| gain > b.0) && line.is_lowered_by(model, &c) {
            best = Some((gain, reading));
        }
    }
    best.map(|b| b.1)
}

fn chars(line: &str) -> Vec<Read> {
    line.char_indices().map(|(i, char)| Read { start: i as u32, end: (i + char.len_utf8()) as u32, char }).collect()
}

/// The best legacy reading of `line`, if one is better than the line itself by a margin worth a
/// word. `doubt`: whether the line may be misread UTF-8.
pub(super) fn read(line: &str, doubt: bool) -> Option<Reading> {
    let model = Model::get();
    let hints = hints::read(line);
    if hints.is_nothing() {
        return None;
    }
    let has_han = hints.has_han && Whole::new(1).is_whole(line);
    let sound = (hints.pairs != 0 || hints.has_control || has_han) && model.is_sound(line);
    let worded = if sound || hints.pairs == 0 { hints::worded(line, &hints.faint) } else { 0 };
    let odd = if hints.is_odd { hints.faint.iter().fold(0, |set, f| set | 1 << f.0) } else { 0 };
    let pairs = if sound { worded } else { hints.pairs | worded } | odd;
    if pairs == 0 && (sound || !hints.has_control && !has_han) {
        return None;
    }
    let chars = chars(line);
    let seen = Seen::of(&chars);
    let mut ways: SmallVec<[(&Misread, &Pair); 16]> = SmallVec::new();
    let mut first = 0;
    for misread in MISREAD.iter() {
        let asked = |n: usize| pairs >> (first + n) & 1 == 1;
        if (0..misread.pairs.len()).any(asked)
            && let Some(some) = seen.bytes(misread)
        {
            let pairs = misread.pairs.iter().enumerate().filter(|&(n, p)| asked(n) && seen.allows(model, p, &some));
            ways.extend(pairs.map(|(_, p)| (misread, p)));
        }
        first += misread.pairs.len();
    }
    if ways.is_empty() && !hints.has_control && !has_han {
        return None;
    }
    let line = Line::of(model, line, chars, &seen)?;
    let mut kept: Vec<Candidate<'_>> = Vec::new();
    let mut bytes: Option<(&Misread, Vec<u8>)> = None;
    for (misread, pair) in ways {
        if bytes.as_ref().is_none_or(|b| !std::ptr::eq(b.0, misread)) {
            bytes = line.bytes(misread).map(|b| (misread, b));
        }
        let Some(c) = bytes.as_ref().and_then(|b| line.candidate(model, pair, &b.1)) else { continue };
        let at = kept.partition_point(|k| k.rough <= c.rough);
        if at < KEPT {
            kept.insert(at, c);
            kept.truncate(KEPT);
        }
    }
    if has_han {
        kept.extend(ENCODERS.iter().filter_map(|e| line.written_in(model, e)));
    }
    if let Some(c) = line.controls(model) {
        kept.insert(0, c);
    }
    // Where nothing but what it gains speaks for a reading, those that gain nothing need not be told apart.
    let plain = !hints.has_control && kept.iter().all(|c| c.pair.change == Change::Script);
    let mut best: Option<(i64, i64, Candidate<'_>, Fit)> = None;
    for c in kept {
        let most = if plain { line.fit.cost - c.pair.prior } else { i64::MAX };
        let own = line.nearest.iter().filter(|&&n| n < Set::BITS as usize && c.pair.languages >> n & 1 == 1);
        let Some(fit) = line.best(model, &c, c.nearest.iter().chain(own).copied(), most) else { continue };
        let gain = line.fit.cost - fit.cost - c.pair.prior;
        let worth = gain + line.words(model, &c, fit).bonus() + IN_WORD * line.controls_amid(&c);
        if best.as_ref().is_none_or(|b| worth > b.0) {
            best = Some((worth, gain, c, fit));
        }
    }
    let (_, gain, c, fit) = best?;
    let doubt = if doubt && matches!(c.pair.change, Change::Latin | Change::Script) { DOUBT } else { 0 };
    let gain = gain.min(line.gain(model, fit) - c.pair.prior);
    let mut reading = line.judge(model, gain - doubt, &c, fit, 0)?;
    // Without its words the line would not have been looked at.
    if c.pair.change == Change::Latin && (sound || hints.pairs == 0) && reading.words == 0 {
        if !hints.is_odd {
            return None;
        }
        reading.surplus = reading.surplus.min(-1);
    }
    if reading.surplus >= 0 && !line.is_lowered_by(model, &c) {
        // Only a suspicion.
        reading.surplus = -1;
    }
    Some(reading)
}

/// The languages in which a line may cost least that adds up to `sums` and holds `chars` beyond ASCII:
/// by what it is alone, not by how it came about. What it costs so is what readings have to lower.
fn unread<const N: usize>(model: &Model, sums: &Sums, chars: &[char]) -> impl Iterator<Item = usize> + use<N> {
    // It gets what readings get: the best of the languages that have its letters.
    let own = chars.iter().filter(|c| is_letter(**c)).fold(Set::MAX, |set, &c| set & model.alphabets(c));
    let own: [usize; 4] = if own == 0 { [usize::MAX; 4] } else { model.nearest_by(sums, own) };
    model.nearest_by::<N>(sums, Set::MAX).into_iter().chain(own)
}

/// The one of `languages` in which something costs least, by `cost`; numbers of no language are passed over.
fn least(languages: impl Iterator<Item = usize>, cost: impl Fn(usize) -> Option<i64>) -> Option<Fit> {
    let fits = languages.filter(|&n| n != usize::MAX).filter_map(|n| Some(Fit { language: n, cost: cost(n)? }));
    fits.min_by_key(|f| (f.cost, f.language))
}

/// What a line holds beyond ASCII, for a first sifting.
struct Seen {
    /// Each character once.
    chars: SmallVec<[char; 24]>,
    count: usize,
    /// How many of them stand beside an ASCII letter.
    glued: usize,
    ascii_letters: usize,
}

impl Seen {
    fn of(chars: &[Read]) -> Seen {
        let mut s = Seen { chars: SmallVec::new(), count: 0, glued: 0, ascii_letters: 0 };
        let is_ascii = |r: Option<&Read>| r.is_some_and(|r| r.char.is_ascii_alphabetic());
        for (i, r) in chars.iter().enumerate() {
            if r.char.is_ascii() {
                s.ascii_letters += usize::from(r.char.is_ascii_alphabetic());
                continue;
            }
            s.count += 1;
            s.glued += usize::from(is_ascii(chars.get(i + 1)) || i > 0 && is_ascii(chars.get(i - 1)));
            if s.chars.len() <= 256 && !s.chars.contains(&r.char) {
                s.chars.push(r.char);
            }
        }
        s
    }

    /// Their bytes in the encoding that they may have been misread as.
    fn bytes(&self, misread: &Misread) -> Option<SmallVec<[u8; 24]>> {
        if self.chars.len() > 256 {
            return None;
        }
        self.chars.iter().map(|&c| misread.page.loose_byte(c)).collect()
    }

    /// Whether `pair` may make something of them.
    fn allows(&self, model: &Model, pair: &Pair, bytes: &[u8]) -> bool {
        let page = match pair.truth {
            // One character in four at least, or what is not Latin is not what the line is in.
            Truth::Double(_) => return self.count * 3 >= self.ascii_letters,
            Truth::Single(page) => page,
        };
        if pair.change == Change::Script && self.glued * 2 > self.count {
            return false;
        }
        let (mut set, mut foreign) = (pair.languages, 0);
        for (&from, &b) in self.chars.iter().zip(bytes) {
            let Some(to) = page.char(b) else { return false };
            if to == from || is_mark(from) && !to.is_alphabetic() {
                continue;
            }
            if matches!(to, '\u{80}'..='\u{A0}' | '\u{AD}') {
                return false;
            }
            if is_letter(to) {
                let alphabets = model.alphabets(to);
                if set & alphabets != 0 {
                    set &= alphabets;
                } else {
                    foreign += 1;
                    if foreign > 2 || pair.change == Change::Latin && alphabets.count_ones() < MANY {
                        return false;
                    }
                }
            } else if pair.change == Change::Latin
                && is_letter(from)
                && !is_mark(to)
                && !matches!(to, '«' | '»' | '„' | '²' | '³')
            {
                return false;
            }
        }
        true
    }
}

impl<'l> Line<'l> {
    /// `chars`: those of `text`, which hold what is `seen`.
    fn of(model: &Model, text: &'l str, chars: Vec<Read>, seen: &Seen) -> Option<Line<'l>> {
        let mut symbols = Text::default();
        model.prepare(text.chars(), &mut symbols);
        let sums = model.sums(&symbols);
        let nearest = model.nearest_by(&sums, Set::MAX);
        let beyond = (0..chars.len()).filter(|&i| !chars[i].char.is_ascii()).collect();
        let (costs, fit) = (std::array::from_fn(|_| Cell::new(None)), Fit { language: 0, cost: 0 });
        let mut line = Line { text, chars, beyond, symbols, sums, costs, fit, nearest };
        line.fit = least(unread::<TRIED>(model, &line.sums, &seen.chars), |n| Some(line.cost(model, n)))?;
        Some(line)
    }

    /// What the line costs in `language`.
    fn cost(&self, model: &Model, language: usize) -> i64 {
        let known = &self.costs[language];
        known.get().unwrap_or_else(|| {
            let cost = model.cost(&self.symbols, language);
            known.set(Some(cost));
            cost
        })
    }

    /// The best of `languages` for `c` in which it costs no more than `most`.
    fn best(&self, model: &Model, c: &Candidate<'_>, languages: impl Iterator<Item = usize>, most: i64) -> Option<Fit> {
        least(languages, |n| match &c.patch {
            Some(patch) => Some(self.cost(model, n) + patch.costs(model, &self.symbols, &c.symbols, n)),
            None => model.cost_within(&c.symbols, n, most),
        })
    }

    /// By how much less a reading costs that suits its language as `fit` says. The line may be in that
    /// one, too.
    fn gain(&self, model: &Model, fit: Fit) -> i64 {
        self.cost(model, fit.language) - fit.cost
    }

    /// How many controls amid small letters `c` makes letters of, which say more for it than marks do.
    fn controls_amid(&self, c: &Candidate<'_>) -> i64 {
        if c.chars.len() != self.chars.len() {
            return 0;
        }
        let is = |r: Option<&Read>| r.is_some_and(|r| r.char.is_lowercase());
        let amid = |i: usize| is(c.chars.get(i)) && is(c.chars.get(i + 1)) && i > 0 && is(c.chars.get(i - 1));
        let controls = self.chars.iter().enumerate().filter(|(_, r)| matches!(r.char, '\u{80}'..='\u{9F}'));
        controls.filter(|&(i, _)| amid(i)).count() as i64
    }

    /// Whether `c` is no longer than the line, and costs less by the line's own measure. A reading is
    /// weighed in the languages that it may be in, and its changes speak for it, too: by that alone
    /// two readings could take turns. But what each edit lowers can't come back.
    fn is_lowered_by(&self, model: &Model, c: &Candidate<'_>) -> bool {
        let tried =
            |text: &[Read], symbols: &Text| unread::<MEASURED>(model, &model.sums(symbols), &Seen::of(text).chars);
        let old = least(tried(&self.chars, &self.symbols), |n| Some(self.cost(model, n)));
        let (Some(old), Some(new)) = (old, self.best(model, c, tried(&c.chars, &c.symbols), i64::MAX)) else {
            return false;
        };
        c.chars.len() <= self.chars.len() && new.cost < old.cost
    }

    /// `relief`: by how much less it has to gain.
    fn judge(&self, model: &Model, gain: i64, c: &Candidate<'_>, fit: Fit, relief: i64) -> Option<Reading> {
        if gain <= 0 {
            return None;
        }
        let places = self.places(&c.chars);
        let changed: usize = places.iter().map(|p| p.text.chars().count()).sum();
        let strange = model.strangeness(fit, &c.symbols);
        let (bar, most) = match c.pair.change {
            Change::Latin => {
                let short = (SHORT - c.symbols.len() as i64).max(0) * EACH_SHORT;
                let lesser = if *LESS_LIKELY >> fit.language & 1 == 1 { LESSER } else { 0 };
                (BAR_LATIN + lesser + short + (strange - FAMILIAR).max(0) * EACH_STRANGE, STRANGE)
            }
            Change::Script => (BAR_SCRIPT + EACH * changed as i64, STRANGE_SCRIPT),
            Change::Marks => (BAR_MARKS, i64::MAX),
            Change::Whole => (BAR_UTF8, i64::MAX),
        };
        if strange > most {
            return None;
        }
        let was = c.chars.iter().filter(|r| is_letter(r.char)).count();
        let said = self.sense(model, c, fit, gain, relief > 0)?;
        let bar = if relief > 0 { (bar - relief).max(BAR_LIKE_OTHERS) } else { bar };
        let mut surplus = gain + said.bonus - bar;
        if c.pair.change == Change::Latin && changed * DENSE.0 > was * DENSE.1 && relief == 0 {
            surplus = surplus.min(-1);
        }
        if said.unclear {
            surplus = surplus.min(-1);
        }
        if surplus < -3 * NAT && said.amid == 0 {
            return None;
        }
        let pair = if surplus >= 0 { hints::number(c.pair) } else { None };
        let words = said.words;
        Some(Reading { change: c.pair.change, places, surplus, gain, language: fit.language, pair, words })
    }

    /// Where the line changes, neighbours as one.
    fn places(&self, chars: &[Read]) -> Vec<Place> {
        let mut out: Vec<Place> = Vec::new();
        for r in chars {
            let old = &self.text[r.start as usize..r.end as usize];
            let mut buffer = [0; 4];
            let new = r.char.encode_utf8(&mut buffer);
            if old == new {
                continue;
            }
            match out.last_mut() {
                Some(p) if p.end == r.start as usize => {
                    p.end = r.end as usize;
                    p.text.push(r.char);
                }
                _ => out.push(Place { start: r.start as usize, end: r.end as usize, text: new.to_owned() }),
            }
        }
        out
    }
}
