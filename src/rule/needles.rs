//! Literals anywhere in lines. Many lines are searched at once: to start a search takes as long as to
//! go through a line.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::lines::ends_in_stop;
use super::sieve::{SETS, Sieve};
use crate::features::{Features, Lined, chars_in};

/// What a search for several literals found in some lines. Reused from text to text.
#[derive(Default)]
pub(crate) struct Found {
    /// A byte within a line, and a needle that is in that line; in order of place.
    all: Vec<(u32, u16)>,
    /// The text in small letters, its digits as `0`, where there are many needles.
    lower: Vec<u8>,
    /// For each needle: where the last line that it was found in ends.
    done: Vec<usize>,
}

impl Found {
    pub(crate) fn all(&self) -> &[(u32, u16)] {
        &self.all
    }
}

/// The needles of all rules.
pub(super) struct Needles {
    way: Way,
    all: Vec<Needle>,
}

/// How they are searched for.
enum Way {
    /// For each kind of line, those that matter there.
    Sieves([Sifted; 3]),
    /// More than a sieve is good for.
    Automaton(AhoCorasick),
}

/// A sieve for some needles.
struct Sifted {
    sieve: Box<Sieve>,
    /// The needles of each set, and how many bytes the place that it is seen at is from its start.
    sets: Vec<Vec<(u16, u16)>>,
}

/// Kinds of lines, from the one that fewest rules match, which most text is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// It ends in a stop and has over [`LONG`] characters.
    Prose,
    /// It ends in a stop.
    Stopped,
    Any,
}

/// Characters of a line that few rules match.
pub(super) const LONG: usize = 300;

impl Line {
    fn of(line: &str, features: Features) -> Line {
        let plain = !features.meets(Features::NON_ASCII);
        if !ends_in_stop(line) {
            Line::Any
        } else if line.len() > LONG && (plain || line.len() > 4 * LONG || chars_in(line.as_bytes()) > LONG) {
            Line::Prose
        } else {
            Line::Stopped
        }
    }
}

/// Most needles for a sieve.
const MANY: usize = 400;

struct Needle {
    text: Vec<u8>,
    /// The first kind of line that it matters in; it does in those after it, too.
    from: Line,
    /// The rules that it wakes.
    rules: Vec<u16>,
}

impl Needles {
    /// `wanted`: a needle, a rule that it wakes, and the first kind of line that the rule may match.
    pub(super) fn new(mut wanted: Vec<(String, u16, Line)>) -> Self {
        wanted.sort_by(|a, b| (a.0.len(), a).cmp(&(b.0.len(), b)));
        let mut all: Vec<Needle> = Vec::new();
        // A bit for each letter of a needle: few are within another.
        let letters = |text: &[u8]| text.iter().fold(0u32, |bits, b| bits | 1 << (b & 31));
        let mut held: Vec<u32> = Vec::new();
        for (text, rule, from) in wanted {
            let same = match all.last() {
                Some(last) if last.text == text.as_bytes() => Some(all.len() - 1),
                // A needle within another stands for both.
                _ if all.len() <= MANY => {
                    let here = letters(text.as_bytes());
                    let mut some = (0..all.len()).filter(|&n| held[n] & !here == 0);
                    some.find(|&n| memchr::memmem::find(text.as_bytes(), &all[n].text).is_some())
                }
                _ => None,
            };
            match same {
                Some(n) => {
                    all[n].rules.push(rule);
                    all[n].from = all[n].from.min(from);
                }
                None => {
                    held.push(letters(text.as_bytes()));
                    all.push(Needle { text: text.into_bytes(), from, rules: vec![rule] });
                }
            }
        }
        let automaton = |all: &[Needle]| {
            let mut builder = AhoCorasick::builder();
            builder.kind(Some(AhoCorasickKind::ContiguousNFA)).build(all.iter().map(|n| &n.text)).ok()
        };
        let many = if all.len() > MANY { automaton(&all) } else { None };
        let way = many.map_or_else(|| Way::sieves(&all), Way::Automaton);
        Needles { way, all }
    }

    /// The rules that a needle wakes.
    pub(super) fn rules(&self, needle: u16) -> &[u16] {
        &self.all[usize::from(needle)].rules
    }

    /// Finds in which lines of `text`, which are `lines`, each needle is; what was found before is
    /// forgotten. Lines of the features `apart` are passed over, as far as that is quick.
    pub(super) fn find(&self, text: &str, lines: &[Lined], apart: Features, found: &mut Found) {
        let Found { all, lower, done } = found;
        all.clear();
        if self.all.is_empty() {
            return;
        }
        done.clear();
        done.resize(self.all.len(), 0);
        let bytes = text.as_bytes();
        let mut line_end = 0;
        let mut hit = |needle: usize, at: usize| {
            if at >= done[needle] {
                if at >= line_end {
                    line_end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
                }
                done[needle] = line_end;
                all.push((at as u32, needle as u16));
            }
        };
        match &self.way {
            Way::Sieves(sieves) => each_run(text, lines, apart, |run, kind| {
                sieves[kind as usize].each(&self.all, bytes, run, &mut hit);
            }),
            Way::Automaton(automaton) => {
                lower.clear();
                lower.extend(bytes.iter().map(|&b| fold(b)));
                automaton.find_overlapping_iter(&lower[..]).for_each(|m| hit(m.pattern().as_usize(), m.start()));
            }
        }
        if !all.is_sorted() {
            all.sort_unstable();
        }
    }
}

impl Way {
    fn sieves(all: &[Needle]) -> Way {
        Way::Sieves([Line::Prose, Line::Stopped, Line::Any].map(|kind| Sifted::new(all, kind)))
    }
}

impl Sifted {
    /// A sieve for the needles of `all` that matter in lines of this kind.
    fn new(all: &[Needle], kind: Line) -> Sifted {
        let mine: Vec<usize> = (0..all.len()).filter(|&n| all[n].from <= kind).collect();
        let unfolded = unfolded();
        let places = |n: &usize| all[*n].text.iter().map(|&b| &unfolded[usize::from(b)][..]).collect();
        let (sieve, chosen) = Sieve::new(&mine.iter().map(places).collect::<Vec<_>>());
        let mut sets = vec![Vec::new(); SETS];
        for (n, (set, back)) in mine.into_iter().zip(chosen) {
            sets[set].push((n as u16, back as u16));
        }
        Sifted { sieve: Box::new(sieve), sets }
    }

    /// Calls `hit` with each of its needles, numbers in `all`, in the bytes `run` of `text`, whole
    /// lines, and where it starts.
    fn each(&self, all: &[Needle], text: &[u8], run: Range<usize>, hit: &mut impl FnMut(usize, usize)) {
        self.sieve.each(text, run, |at, mut here| {
            while here != 0 {
                for &(n, back) in &self.sets[here.trailing_zeros() as usize] {
                    let needle = &all[usize::from(n)].text;
                    let start = at.wrapping_sub(usize::from(back));
                    let part = text.get(start..).and_then(|rest| rest.get(..needle.len()));
                    if part.is_some_and(|part| part.iter().zip(needle).all(|(&b, &want)| fold(b) == want)) {
                        hit(usize::from(n), start);
                    }
                }
                here &= here - 1;
            }
        });
    }
}

/// Calls `go` with runs of lines of one kind, but for those of the features `apart`; blank lines are of
/// any.
fn each_run(text: &str, lines: &[Lined], apart: Features, mut go: impl FnMut(Range<usize>, Line)) {
    let (mut run, mut start, mut kind) = (0, 0, None);
    for line in lines {
        let end = line.end as usize;
        if end > start {
            let here = (!line.features.meets(apart)).then(|| Line::of(&text[start..end], line.features));
            let before = *kind.get_or_insert(here);
            if here != before {
                if let Some(before) = before {
                    go(run..start, before);
                }
                (run, kind) = (start, Some(here));
            }
        }
        start = end + 1;
    }
    if let Some(Some(kind)) = kind {
        go(run..text.len(), kind);
    }
}

/// What a needle has for a byte of the line.
fn fold(b: u8) -> u8 {
    let capital = u8::from(b.wrapping_sub(b'A') < 26) << 5;
    if b.wrapping_sub(b'0') < 10 { b'0' } else { b | capital }
}

/// For each byte of a needle the bytes of a line that it stands for.
fn unfolded() -> [Vec<u8>; 256] {
    let mut all = [const { Vec::new() }; 256];
    (0..=255).for_each(|b| all[usize::from(fold(b))].push(b));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(needles: &Needles, text: &str, found: &mut Found) {
        let mut lines = Vec::new();
        Lined::all(text, &mut lines);
        needles.find(text, &lines, Features::NONE, found);
    }

    #[test]
    fn each_line_with_each_needle() {
        let words = ["0000", "photo", "http", "total", "photograph"];
        let needles = Needles::new((0..).zip(words).map(|(n, w)| (w.to_owned(), n, Line::Prose)).collect());
        let text = "PHOTOTAL 1234567890123\nnothing\nhttphotograph 1 12 123\n12345 photo photo\n";
        let mut found = Found::default();
        find(&needles, text, &mut found);
        let mut seen: Vec<(usize, &[u8])> = Vec::new();
        for &(at, n) in found.all() {
            let line = text[..at as usize].matches('\n').count();
            seen.push((line, needles.all[usize::from(n)].text.as_slice()));
        }
        seen.sort_unstable();
        let wanted = [(0, "0000"), (0, "photo"), (0, "total"), (2, "http"), (2, "photo"), (3, "0000"), (3, "photo")];
        assert_eq!(seen, wanted.map(|(line, word)| (line, word.as_bytes())));
        assert_eq!(needles.rules(found.all()[0].1), [1, 4], "a needle within another stands for both");
    }

    #[test]
    fn every_line_wakes_its_rules() {
        let word = |n: usize| {
            format!("{}{}", ["ab", "©x", "qu", "zed"][n % 4], ["er", "o", "ist", "n"][n / 4 % 4])
                + &"lomn"[n / 16 % 4..]
        };
        let text: String = (0..64).map(|n| format!("{}z so {}Z\n", word(n * 7), word(n).to_uppercase())).collect();
        for copies in [1, 20] {
            // Copies beyond the first are in no line.
            let wanted = (0..64 * copies)
                .map(|n| (format!("{}{}", word(n % 64), char::from(b'z' - (n / 64) as u8)), n as u16, Line::Prose));
            let needles = Needles::new(wanted.clone().collect());
            assert_eq!(matches!(needles.way, Way::Automaton(_)), copies > 1);
            let mut found = Found::default();
            find(&needles, &text, &mut found);
            let mut start = 0;
            for line in text.split_inclusive('\n') {
                let here = found.all().iter().filter(|f| (start..start + line.len()).contains(&(f.0 as usize)));
                let woken: Vec<u16> = here.flat_map(|f| needles.rules(f.1)).copied().collect();
                for (word, rule, _) in wanted.clone() {
                    assert!(!line.to_lowercase().contains(&word) || woken.contains(&rule), "{word} in {line}");
                }
                start += line.len();
            }
        }
    }

    #[test]
    fn where_they_matter() {
        let wanted = [("all", Line::Prose), ("stop", Line::Stopped), ("any", Line::Any)];
        let needles = Needles::new((0..).zip(wanted).map(|(n, (w, from))| (w.to_owned(), n, from)).collect());
        let words = "all stop any";
        let prose = "é ".repeat(150);
        let text = format!("{words}.\n\n{words}\n{prose}{words}.\n{words}?\n{}{words}!\n{words}", "é ".repeat(143));
        let mut found = Found::default();
        find(&needles, &text, &mut found);
        let mut seen: Vec<(usize, u16)> =
            found.all().iter().map(|&(at, n)| (text[..at as usize].matches('\n').count(), n)).collect();
        seen.sort_unstable();
        // By length, then by name: all, any, stop.
        let every = |line: usize| [0, 1, 2].map(|n| (line, n)).to_vec();
        let stopped = |line: usize| vec![(line, 0), (line, 2)];
        assert_eq!(seen, [stopped(0), every(2), vec![(3, 0)], every(4), stopped(5), every(6)].concat());
    }

    #[test]
    fn one_entry_a_line() {
        let needles = Needles::new(vec![("0000".into(), 0, Line::Prose)]);
        let mut found = Found::default();
        find(&needles, &"7".repeat(1 << 20), &mut found);
        assert_eq!(found.all(), [(0, 0)]);
    }
}
