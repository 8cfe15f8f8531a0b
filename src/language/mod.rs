//! How likely a text is, in each of some hundred languages: one table of bigrams a language, and
//! one of the Latin script as a whole.
//!
//! A text is a row of *symbols*: characters in lower case, all digits one symbol, all Han and all
//! Hangul one each (their characters have ranks of their own), what the alphabet of a language
//! lacks one of two that stand for any other letter and any other sign. A symbol costs, after the
//! one before it, what it is unlikely, in sixteenths of a nat; how letters' case goes is charged
//! apart. Only differences between readings of one text mean anything.
//!
//! The tables come from `train/languages.py`, which says from what; the layout of the file is that
//! of [`Model::read`]. Everything is integers, so that no processor comes to another result.

mod familiar;
mod lanes;
mod patch;
mod symbols;
mod words;

use std::sync::OnceLock;

use familiar::Familiar;
use lanes::Lanes;
pub(crate) use lanes::Rough;
pub(crate) use patch::{Patch, Sums};
pub(crate) use symbols::Symbol;
use symbols::Symbols;
pub(crate) use words::Window;

/// Costs are in this part of a nat.
pub(crate) const NAT: i64 = 16;
/// Room for languages side by side, so that they are added up together.
pub(crate) const LANES: usize = 128;
/// What it costs that a symbol follows the habit of the script, not that of the language.
const STRAY: u16 = 56;

/// Languages that are often asked for together, most of those first that are written with letters
/// beyond Latin-1.
const OFTEN: &str = "pl cs sk hu sl hr bs ro sr-latn hsb dsb sq tr ku lt lv en fr de es pt it nl sv da nb nn fi is ca \
    gl et";

static DATA: &[u8] = include_bytes!("model.bin");

/// A language.
struct Language {
    name: &'static str,
    /// For its common words.
    salt: u64,
    /// For each symbol its place in the alphabet; `letter` or `other` where it is not in it.
    index: Vec<u8>,
    size: usize,
    /// The alphabet, without the two symbols that stand for many.
    alphabet: Vec<u16>,
    /// What any letter costs that stands for many: there are those of the Latin alphabet to be told
    /// apart, if the language does not use it.
    foreign: u16,
    /// Costs, by place of the symbol before and place of the symbol.
    rows: Vec<u8>,
    /// What a symbol costs on average, and how much that varies between pieces of 100 symbols.
    mean: i64,
    /// In sixteenths of the unit of `mean`.
    deviation: i64,
}

/// The languages.
pub(crate) struct Model {
    symbols: Symbols,
    languages: Vec<Language>,
    latin: Language,
    /// Made when first asked for.
    familiar: OnceLock<Familiar>,
    lanes: OnceLock<Lanes>,
    /// For each symbol what it costs in each language by itself.
    alone: Vec<[u8; LANES]>,
    /// For each symbol in which languages' alphabets it is.
    members: Vec<u128>,
}

/// A text as symbols.
#[derive(Default)]
pub(crate) struct Text {
    symbols: Vec<Symbol>,
    /// What each symbol costs by the habit of its script.
    stray: Vec<u16>,
    /// What the letters' case costs.
    case: i64,
    /// What it costs the symbols that stand for many by rank to be those that they are.
    ranks: i64,
    /// Whether soft hyphens have been left out.
    hyphens: bool,
}

impl Text {
    /// How many symbols there are.
    pub(crate) fn len(&self) -> usize {
        self.symbols.len()
    }
}

/// A set of languages: bit `n` is the language of number `n`.
pub(crate) type Set = u128;

/// A language, and what a text costs in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) language: usize,
    pub(crate) cost: i64,
}

struct Reader(&'static [u8]);

impl Reader {
    fn bytes(&mut self, n: usize) -> &'static [u8] {
        let (head, tail) = self.0.split_at(n);
        self.0 = tail;
        head
    }

    fn number(&mut self) -> usize {
        let b = self.bytes(2);
        usize::from(b[0]) | usize::from(b[1]) << 8
    }

    fn text(&mut self) -> &'static str {
        let n = self.number();
        std::str::from_utf8(self.bytes(n)).expect("tables are checked by a test")
    }

    fn costs(&mut self, levels: [u8; 16], n: usize, out: &mut Vec<u8>) {
        let (start, bytes) = (out.len(), self.bytes(n.div_ceil(2)));
        out.resize(start + 2 * bytes.len(), 0);
        for (two, b) in out[start..].as_chunks_mut().0.iter_mut().zip(bytes) {
            *two = [levels[usize::from(b & 15)], levels[usize::from(b >> 4)]];
        }
        out.truncate(start + n);
    }
}

impl Model {
    /// The tables that come with lave, read when first asked for.
    pub(crate) fn get() -> &'static Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| Model::read(DATA))
    }

    /// The file: how many languages, the 16 levels of cost; for each language its name, its
    /// alphabet, mean and deviation, the symbols' costs by themselves, and row by row after each
    /// symbol; the last is the Latin script. Then the commonest characters of Chinese, of Japanese
    /// and of Korean. Texts have their length before them; costs are numbers of levels, two a byte.
    fn read(data: &'static [u8]) -> Model {
        let mut r = Reader(data);
        let count = r.number();
        let levels: [u8; 16] = r.bytes(16).try_into().expect("sixteen levels");
        let mut symbols = Symbols::default();
        let mut parts = Vec::new();
        for _ in 0..count {
            let name = r.text();
            let alphabet: Vec<u16> = r.text().chars().map(|c| symbols.enter(c)).collect();
            let fit = r.bytes(2);
            let size = alphabet.len();
            let (mut alone, mut rows) = (Vec::new(), Vec::with_capacity((size + 1) * size));
            r.costs(levels, size, &mut alone);
            for _ in 0..size {
                r.costs(levels, size, &mut rows);
            }
            parts.push((name, alphabet, fit, alone, rows));
        }
        let (zh, ja, ko) = (r.text(), r.text(), r.text());
        let total = symbols.len();
        let letters: Vec<bool> = (0..total).map(|s| symbols.is_letter(s)).collect();
        let mut alone = vec![[0; LANES]; total];
        let mut members = vec![0; total];
        let mut languages = Vec::new();
        for (n, (name, alphabet, fit, costs, rows)) in parts.into_iter().enumerate() {
            let size = alphabet.len();
            let mut index = vec![0; total];
            for (s, i) in index.iter_mut().enumerate() {
                *i = (size - if letters[s] { 2 } else { 1 }) as u8;
            }
            if n < LANES {
                for (s, row) in alone.iter_mut().enumerate() {
                    row[n] = costs[usize::from(index[s])].saturating_add(48);
                }
            }
            for (i, &s) in alphabet.iter().enumerate() {
                index[usize::from(s)] = i as u8;
                if n < LANES && n + 1 < count {
                    alone[usize::from(s)][n] = costs[i];
                    if i + 2 < size {
                        members[usize::from(s)] |= 1 << n;
                    }
                }
            }
            let latin = index[usize::from(symbols.enter('e'))];
            languages.push(Language {
                name,
                salt: words::salt(name),
                foreign: if usize::from(latin) + 2 >= size { 44 } else { 0 },
                index,
                size,
                alphabet: alphabet[..size - 2].to_vec(),
                rows,
                mean: i64::from(fit[0]),
                deviation: i64::from(fit[1]),
            });
        }
        let latin = languages.pop().expect("the script comes last");
        symbols.finish(&members, [zh, ja, ko]);
        Model { symbols, languages, latin, familiar: OnceLock::new(), lanes: OnceLock::new(), alone, members }
    }

    /// Whether `line` is plainly sound in some language; cheap, and sure of what it passes.
    pub(crate) fn is_sound(&self, line: &str) -> bool {
        self.familiar.get_or_init(|| Familiar::new(&self.languages, &self.symbols)).is_sound(line, &self.symbols)
    }

    /// What the ASCII letters of `bytes`, a few hundred at most, say of the languages of `among`, at
    /// least.
    pub(crate) fn skim(&self, bytes: &[u8], among: Set) -> Rough {
        let lanes = self.lanes.get_or_init(|| {
            let often = OFTEN.split(' ').filter_map(|n| self.number(n));
            Lanes::new(&self.languages, &self.symbols, &often.collect::<Vec<_>>())
        });
        lanes.weigh(bytes, among)
    }

    /// Those of `among` in which what `rough` is about is no stranger than `most`, see
    /// [`Model::strangeness`].
    pub(crate) fn possible(&self, rough: &Rough, among: Set, most: i64) -> Set {
        let width = width(rough.count);
        let fits = |n: usize| {
            let l = &self.languages[n];
            rough.excess[n] * 16 * 10_000 <= most * rough.count * (l.deviation * width).max(1)
        };
        ones(among & rough.known).filter(|&n| fits(n)).fold(0, |set, n| set | 1 << n)
    }

    /// What they cost in language `n`.
    pub(crate) fn skimmed(&self, rough: &Rough, n: usize) -> i64 {
        rough.excess[n] + self.languages[n].mean * rough.count
    }

    /// The language that they cost least in.
    pub(crate) fn likeliest(&self, rough: &Rough) -> usize {
        ones(rough.known).min_by_key(|&n| self.skimmed(rough, n)).unwrap_or(0)
    }

    /// The number of the language called `name`.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.languages.iter().position(|l| l.name == name)
    }

    /// The languages called `names`, by white space.
    pub(crate) fn set(&self, names: &str) -> Set {
        names.split_whitespace().filter_map(|n| self.number(n)).fold(0, |set, n| set | 1 << n)
    }

    /// Its name, a tag of BCP 47.
    pub(crate) fn name(&self, language: usize) -> &'static str {
        self.languages[language].name
    }

    /// The languages whose alphabet `c` is part of.
    pub(crate) fn alphabets(&self, c: char) -> Set {
        self.members[usize::from(self.symbols.of(c).id)]
    }

    /// Makes `text` the symbols of `chars`.
    pub(crate) fn prepare(&self, chars: impl Iterator<Item = char>, text: &mut Text) {
        text.symbols.clear();
        text.stray.clear();
        text.case = 0;
        text.ranks = 0;
        text.hyphens = false;
        let space = self.symbols.of(' ');
        let (mut before, mut last) = (space, space);
        for c in chars.chain([' ']) {
            if c == '\u{AD}' {
                text.hyphens = true;
                continue;
            }
            let s = self.symbols.of(c);
            text.case += i64::from(symbols::case(before, last, s));
            text.stray.push(self.latin.cost(last, s).saturating_add(STRAY));
            text.ranks += if s.ranked { i64::from(s.rarity) } else { 0 };
            text.symbols.push(s);
            (before, last) = (last, s);
        }
    }

    /// The languages of `among` that `text` is likeliest in by its symbols alone, best first.
    pub(crate) fn nearest<const N: usize>(&self, text: &Text, among: Set) -> [usize; N] {
        self.nearest_by(&self.sums(text), among)
    }

    /// The same by what they add up to.
    pub(crate) fn nearest_by<const N: usize>(&self, sums: &Sums, among: Set) -> [usize; N] {
        let mut best = [usize::MAX; N];
        for n in (0..self.languages.len()).filter(|n| among >> n & 1 == 1) {
            let at = best.iter().position(|&b| b == usize::MAX || sums[n] < sums[b]);
            if let Some(at) = at {
                best[at..].rotate_right(1);
                best[at] = n;
            }
        }
        best
    }

    /// What the symbols of `text` cost in each language by themselves.
    pub(crate) fn sums(&self, text: &Text) -> Sums {
        let mut sums = [0; LANES];
        for part in text.symbols.chunks(256) {
            let mut some = [0u16; LANES];
            for s in part {
                for (sum, &cost) in some.iter_mut().zip(&self.alone[usize::from(s.id)]) {
                    *sum += u16::from(cost);
                }
            }
            sums.iter_mut().zip(some).for_each(|(sum, s): (&mut u32, _)| *sum = sum.saturating_add(u32::from(s)));
        }
        sums
    }

    /// What `text` costs in `language` by its symbols alone, which add up to `sums`, if that is one.
    pub(crate) fn rough(&self, text: &Text, sums: &Sums, language: usize) -> Option<i64> {
        (language < self.languages.len()).then(|| text.case + i64::from(sums[language]))
    }

    /// What `text` costs in `language`.
    pub(crate) fn cost(&self, text: &Text, language: usize) -> i64 {
        self.cost_within(text, language, i64::MAX).unwrap_or(i64::MAX)
    }

    /// The same if it is no more than `most`.
    pub(crate) fn cost_within(&self, text: &Text, language: usize, most: i64) -> Option<i64> {
        const PART: usize = 32;
        let l = &self.languages[language];
        let mut sum = text.case;
        let mut last = self.symbols.of(' ');
        for (symbols, strays) in text.symbols.chunks(PART).zip(text.stray.chunks(PART)) {
            for (&s, &stray) in symbols.iter().zip(strays) {
                sum += i64::from(l.cost(last, s).min(stray));
                last = s;
            }
            if sum > most {
                return None;
            }
        }
        Some(sum)
    }

    /// What `text` costs in a language that is not known, by the habit of the Latin script.
    pub(crate) fn unknown(&self, text: &Text) -> i64 {
        text.case + text.stray.iter().map(|&s| i64::from(s.saturating_sub(STRAY))).sum::<i64>()
    }

    /// What `c` is to the tables.
    pub(crate) fn symbol(&self, c: char) -> Symbol {
        self.symbols.of(c)
    }

    /// `c` after `last`, that comes after `before`.
    pub(crate) fn step(&self, before: Symbol, last: Symbol, c: Symbol) -> Step {
        let stray = self.latin.cost(last, c).saturating_add(STRAY);
        Step { last, c, stray, case: symbols::case(before, last, c) }
    }

    /// What `step` costs in `language`.
    #[inline]
    pub(crate) fn step_in(&self, step: &Step, language: usize) -> i64 {
        i64::from(self.languages[language].cost(step.last, step.c).min(step.stray)) + i64::from(step.case)
    }

    /// The best of `languages` for `text`; numbers of no language are passed over.
    pub(crate) fn best(&self, text: &Text, languages: impl IntoIterator<Item = usize>) -> Option<Fit> {
        languages
            .into_iter()
            .filter(|&n| n < self.languages.len())
            .map(|language| Fit { language, cost: self.cost(text, language) })
            .min_by_key(|f| (f.cost, f.language))
    }

    /// How unlike its language a text is, in hundredths of the deviation of pieces of its length; 0
    /// is average, more is worse.
    pub(crate) fn strangeness(&self, fit: Fit, text: &Text) -> i64 {
        let l = &self.languages[fit.language];
        let n = text.symbols.len() as i64;
        l.strangeness(fit.cost - text.ranks - l.mean * n, n)
    }

    /// How many languages there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.languages.len()
    }
}

/// A character and the one before it: what they cost in every language.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    last: Symbol,
    c: Symbol,
    /// The most that they cost in any.
    stray: u16,
    case: u8,
}

/// The languages of a set.
pub(crate) fn ones(mut set: Set) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let n = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (n < Set::BITS as usize).then_some(n)
    })
}

/// By how much more than pieces of 100 symbols those of `n` vary, in hundredths: short ones by more,
/// long ones hardly less.
fn width(n: i64) -> i64 {
    isqrt(100 * 10_000 / n.clamp(1, 400)).max(1)
}

fn isqrt(n: i64) -> i64 {
    let mut x = n;
    let mut y = (x + 1) / 2;
    while y < x {
        x = y;
        y = (x + n / x) / 2;
    }
    x
}

impl Language {
    /// How strange it is that `n` symbols cost `excess` more than they do on average.
    fn strangeness(&self, excess: i64, n: i64) -> i64 {
        excess * 16 * 100 / n.max(1) * 100 / (self.deviation * width(n)).max(1)
    }

    #[inline]
    fn cost(&self, last: Symbol, s: Symbol) -> u16 {
        let (a, b) = (self.index[usize::from(last.id)], self.index[usize::from(s.id)]);
        let cost = u16::from(self.rows[usize::from(a) * self.size + usize::from(b)]);
        // What stands for many says nothing of which one it is.
        if usize::from(b) + 2 == self.size {
            cost + u16::from(s.rarity) + self.foreign
        } else if usize::from(b) + 1 == self.size || s.ranked {
            cost + u16::from(s.rarity)
        } else {
            cost
        }
    }
}

#[cfg(test)]
mod tests;
