//! Literals anywhere in lines. Many lines are searched at once: to start a search takes as long as to
//! go through a line.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// What a search for several literals found in some lines. Reused from text to text.
#[derive(Default)]
pub(crate) struct Found {
    /// A byte within a line, and a needle that is in that line; in order of place.
    all: Vec<(u32, u16)>,
    /// The text in small letters, its digits as `0`.
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
    packed: Option<packed::Searcher>,
    automaton: Option<AhoCorasick>,
    all: Vec<Needle>,
}

struct Needle {
    text: String,
    /// The rules that it wakes.
    rules: Vec<u16>,
    /// How many bytes after its start another needle may start at the earliest.
    step: usize,
}

impl Needles {
    /// `wanted`: a needle, and a rule that it wakes.
    pub(super) fn new(wanted: Vec<(String, u16)>) -> Self {
        // A needle within another stands for both, so that no two can start at one place.
        let mut all: Vec<Needle> = Vec::new();
        for (text, rule) in &wanted {
            let parts = wanted.iter().map(|(t, _)| t).filter(|t| text.contains(t.as_str()));
            let text = parts.min_by_key(|t| (t.len(), *t)).unwrap_or(text);
            match all.iter_mut().find(|n| n.text == *text) {
                Some(n) => n.rules.push(*rule),
                None => all.push(Needle { text: text.clone(), rules: vec![*rule], step: 0 }),
            }
        }
        for n in 0..all.len() {
            let this = &all[n].text;
            let starts = |i: &usize| {
                all.iter()
                    .enumerate()
                    .any(|(m, other)| m != n && other.text.as_bytes().starts_with(&this.as_bytes()[*i..]))
            };
            all[n].step = (1..this.len()).find(starts).unwrap_or(this.len());
        }
        let words: Vec<&str> = all.iter().map(|n| n.text.as_str()).collect();
        let packed = packed::Config::new().builder().extend(&words).build();
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&words).ok();
        Needles { packed, automaton, all }
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
        lower.resize(text.len(), 0);
        // In a form that compilers make vector instructions of.
        for (to, b) in lower.iter_mut().zip(text.bytes()) {
            *to = fold(b);
        }
        let mut line_end = 0;
        // Files a hit; says from where to go on.
        let mut hit = |needle: usize, at: usize| {
            if at >= done[needle] {
                if at >= line_end {
                    line_end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n);
                }
                done[needle] = line_end;
                all.push((at as u32, needle as u16));
            }
            at + self.all[needle].step
        };
        match (&self.packed, &self.automaton) {
            (Some(packed), _) if text.len() >= packed.minimum_len() => {
                let mut from = 0;
                while let Some(m) = packed.find_in(&lower, (from..lower.len()).into()) {
                    from = hit(m.pattern().as_usize(), m.start());
                }
            }
            (_, Some(automaton)) => automaton.find_overlapping_iter(&lower[..]).for_each(|m| {
                hit(m.pattern().as_usize(), m.start());
            }),
            // More needles than the automaton can hold: each by itself.
            _ => {
                for (n, needle) in self.all.iter().enumerate() {
                    memchr::memmem::find_iter(lower, &needle.text).for_each(|at| {
                        hit(n, at);
                    });
                }
            }
        }
        if !all.is_sorted() {
            all.sort_unstable();
        }
    }
}

/// Whether `needle` is in `line`, blind to case and with digits alike.
pub(super) fn holds(line: &str, needle: &str) -> bool {
    let (line, needle) = (line.as_bytes(), needle.as_bytes());
    // Looks for the byte that is rarest in text.
    let common = |b: u8| b"etaoinshrdlcumwfgypbvkjxqz".iter().position(|&c| c == b).unwrap_or(26);
    let Some((n, &rare)) = needle.iter().enumerate().filter(|(_, b)| **b != b'0').max_by_key(|(_, b)| common(**b))
    else {
        return line.windows(needle.len()).any(|part| part.iter().all(u8::is_ascii_digit));
    };
    memchr::memchr2_iter(rare, rare.to_ascii_uppercase(), line).any(|at| {
        let part = at.checked_sub(n).and_then(|from| line.get(from..from + needle.len()));
        part.is_some_and(|part| part.iter().zip(needle).all(|(&b, &want)| fold(b) == want))
    })
}

/// What a needle has for a byte of the line.
fn fold(b: u8) -> u8 {
    let capital = u8::from(b.wrapping_sub(b'A') < 26) << 5;
    if b.wrapping_sub(b'0') < 10 { b'0' } else { b | capital }
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
        let mut seen: Vec<(usize, &str)> = Vec::new();
        for &(at, n) in found.all() {
            let line = text[..at as usize].matches('\n').count();
            seen.push((line, needles.all[usize::from(n)].text.as_str()));
        }
        seen.sort_unstable();
        assert_eq!(
            seen,
            [(0, "0000"), (0, "photo"), (0, "total"), (2, "http"), (2, "photo"), (3, "0000"), (3, "photo")]
        );
        assert_eq!(needles.rules(found.all()[0].1), [1, 4], "a needle within another stands for both");
    }

    #[test]
    fn in_one_line() {
        assert!(holds("the AFP.", "afp") && holds("© x", "©") && holds("a 12", "00"));
        assert!(!holds("af p", "afp") && !holds("®", "©") && !holds("a1 2", "00") && !holds("AF", "afp"));
    }

    #[test]
    fn one_entry_a_line() {
        let needles = Needles::new(vec![("0000".into(), 0)]);
        let mut found = Found::default();
        needles.find(&"7".repeat(1 << 20), &mut found);
        assert_eq!(found.all(), [(0, 0)]);
    }
}
