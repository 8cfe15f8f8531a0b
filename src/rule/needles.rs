//! Literals anywhere in lines. Many lines are searched at once: to start a search takes as long as to
//! go through a line.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::sieve::{SETS, Sieve};

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
    Sieve {
        sieve: Box<Sieve>,
        /// The needles of each set, and how many bytes the place that it is seen at is from its start.
        sets: Vec<Vec<(u16, u16)>>,
    },
    /// More than a sieve is good for.
    Automaton(AhoCorasick),
}

/// Most needles for a sieve.
const MANY: usize = 400;

struct Needle {
    text: Vec<u8>,
    /// The rules that it wakes.
    rules: Vec<u16>,
}

impl Needles {
    /// `wanted`: a needle, and a rule that it wakes.
    pub(super) fn new(mut wanted: Vec<(String, u16)>) -> Self {
        wanted.sort_by(|a, b| (a.0.len(), a).cmp(&(b.0.len(), b)));
        let mut all: Vec<Needle> = Vec::new();
        for (text, rule) in wanted {
            let same = match all.last() {
                Some(last) if last.text == text.as_bytes() => Some(all.len() - 1),
                // A needle within another stands for both.
                _ if all.len() <= MANY => {
                    all.iter().position(|n| memchr::memmem::find(text.as_bytes(), &n.text).is_some())
                }
                _ => None,
            };
            match same {
                Some(n) => all[n].rules.push(rule),
                None => all.push(Needle { text: text.into_bytes(), rules: vec![rule] }),
            }
        }
        let automaton = |all: &[Needle]| {
            let mut builder = AhoCorasick::builder();
            builder.kind(Some(AhoCorasickKind::ContiguousNFA)).build(all.iter().map(|n| &n.text)).ok()
        };
        let many = if all.len() > MANY { automaton(&all) } else { None };
        let way = many.map_or_else(|| Way::sieve(&all), Way::Automaton);
        Needles { way, all }
    }

    /// The rules that a needle wakes.
    pub(super) fn rules(&self, needle: u16) -> &[u16] {
        &self.all[usize::from(needle)].rules
    }

    /// Finds in which lines of `text` each needle is; what was found before is forgotten.
    pub(super) fn find(&self, text: &str, found: &mut Found) {
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
            Way::Sieve { sieve, sets } => sieve.each(bytes, |at, mut here| {
                while here != 0 {
                    for &(n, back) in &sets[here.trailing_zeros() as usize] {
                        let needle = &self.all[usize::from(n)].text;
                        let start = at.wrapping_sub(usize::from(back));
                        let part = bytes.get(start..).and_then(|rest| rest.get(..needle.len()));
                        if part.is_some_and(|part| part.iter().zip(needle).all(|(&b, &want)| fold(b) == want)) {
                            hit(usize::from(n), start);
                        }
                    }
                    here &= here - 1;
                }
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
    fn sieve(all: &[Needle]) -> Way {
        let places = |n: &Needle| n.text.iter().map(|&b| unfolded(b)).collect();
        let (sieve, chosen) = Sieve::new(&all.iter().map(places).collect::<Vec<_>>());
        let mut sets = vec![Vec::new(); SETS];
        for (n, (set, back)) in chosen.into_iter().enumerate() {
            sets[set].push((n as u16, back as u16));
        }
        Way::Sieve { sieve: Box::new(sieve), sets }
    }
}

/// What a needle has for a byte of the line.
fn fold(b: u8) -> u8 {
    let capital = u8::from(b.wrapping_sub(b'A') < 26) << 5;
    if b.wrapping_sub(b'0') < 10 { b'0' } else { b | capital }
}

/// The bytes of a line that a needle's byte stands for.
fn unfolded(b: u8) -> Vec<u8> {
    (0..=255).filter(|&x| fold(x) == b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_with_each_needle() {
        let words = ["0000", "photo", "http", "total", "photograph"];
        let needles = Needles::new((0..).zip(words).map(|(n, w)| (w.to_owned(), n)).collect());
        let text = "PHOTOTAL 1234567890123\nnothing\nhttphotograph 1 12 123\n12345 photo photo\n";
        let mut found = Found::default();
        needles.find(text, &mut found);
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
            let wanted =
                (0..64 * copies).map(|n| (format!("{}{}", word(n % 64), char::from(b'z' - (n / 64) as u8)), n as u16));
            let needles = Needles::new(wanted.clone().collect());
            assert_eq!(matches!(needles.way, Way::Automaton(_)), copies > 1);
            let mut found = Found::default();
            needles.find(&text, &mut found);
            let mut start = 0;
            for line in text.split_inclusive('\n') {
                let here = found.all().iter().filter(|f| (start..start + line.len()).contains(&(f.0 as usize)));
                let woken: Vec<u16> = here.flat_map(|f| needles.rules(f.1)).copied().collect();
                for (word, rule) in wanted.clone() {
                    assert!(!line.to_lowercase().contains(&word) || woken.contains(&rule), "{word} in {line}");
                }
                start += line.len();
            }
        }
    }

    #[test]
    fn one_entry_a_line() {
        let needles = Needles::new(vec![("0000".into(), 0)]);
        let mut found = Found::default();
        needles.find(&"7".repeat(1 << 20), &mut found);
        assert_eq!(found.all(), [(0, 0)]);
    }
}
