//! Line rules at work: which rules of a set a line matches by itself. What is around the line is
//! for the pipeline to weigh.

use std::collections::HashMap;

use super::gate::{Scan, matcher_of};
use super::matcher::Musts;
use super::{Gates, Key, Matcher, Rule, RuleId, RuleSet, When};
use crate::features::{Features, Lined};

/// Words from which on a line that ends in a stop is a body line.
pub(crate) const BODY_WORDS: u32 = 20;

/// Whether `line` is a body line: at least 20 words, ending in a stop.
pub(crate) fn is_body(line: &str) -> bool {
    // Twenty words of one letter and their spaces.
    line.len() >= 39
        && last_mark(line).is_some_and(is_stop)
        && (surely_words(line.as_bytes()) >= BODY_WORDS
            || most_words(line.as_bytes()) >= BODY_WORDS && words(line, BODY_WORDS) >= BODY_WORDS)
}

/// Whether `line` reads like a title, or like an item of a list: three words or more and no stop, or
/// a bullet or number first.
pub(crate) fn is_title(line: &str) -> bool {
    let line = line.trim();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with(['•', '·', '▪', '■', '►', '▶', '→', '›', '»', '*', '-', '–', '—'])
        || digits > 0 && line[digits..].starts_with(['.', ')'])
        || !ends_in_stop(line) && words(line, 3) >= 3
}

/// Whether `line` ends in a stop. Headlines ask questions: a question mark is none.
pub(super) fn ends_in_stop(line: &str) -> bool {
    // Most lines end in one of these.
    match line.as_bytes().last() {
        Some(b'.' | b'!') => return true,
        Some(b) if b.is_ascii_alphanumeric() => return false,
        _ => {}
    }
    last_mark(line).is_some_and(|c| is_stop(c) && c != '?' && c != ':')
}

/// Whether every word of four letters or more begins with a capital or a digit, and some word with a
/// capital.
fn has_capitals(line: &str) -> bool {
    let mut any = false;
    line.split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '/')).all(|word| {
        let mut letters = word.chars().filter(|c| c.is_alphanumeric());
        let Some(first) = letters.next() else { return true };
        any |= first.is_uppercase();
        first.is_uppercase() || first.is_numeric() || letters.count() < 3
    }) && any
}

/// No fewer words than there are: a blank may part two, and so may what starts with a byte that spaces
/// beyond ASCII start with, and the characters of scripts that do not part words.
fn most_words(bytes: &[u8]) -> u32 {
    let parts = |b: u8| (b <= b' ') | (b == 0xC2) | (b >= 0xE0);
    let each = bytes.chunks(255).map(|few| few.iter().fold(0u8, |n, &b| n + u8::from(parts(b))));
    each.fold(1, |all, n| all + u32::from(n))
}

/// Words that a space and an ASCII or Cyrillic letter begin, within the first two thousand bytes: no
/// more than there are. Written so that the compiler makes vector instructions of it.
fn surely_words(bytes: &[u8]) -> u32 {
    const LANES: usize = 32;
    let mut lanes = [0u8; LANES];
    for w in bytes[..bytes.len().min(64 * LANES + 1)].windows(LANES + 1).step_by(LANES) {
        for i in 0..LANES {
            let letter = ((w[i + 1] | 0x20).wrapping_sub(b'a') < 26) | (w[i + 1] | 1 == 0xD1);
            lanes[i] += u8::from((w[i] == b' ') & letter);
        }
    }
    lanes.iter().map(|&n| u32::from(n)).sum()
}

/// The last character, closing quotes, brackets and spaces aside.
fn last_mark(line: &str) -> Option<char> {
    line.chars().rev().find(|c| {
        !matches!(c, '"' | '\'' | ')' | ']' | '’' | '”' | '»' | '“' | '」' | '』' | '）' | '›' | '*' | '_')
            && !c.is_whitespace()
    })
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।' | '۔' | '։' | '።' | ':')
}

/// Words of `line`, counted up to `most`: runs without white space that hold a letter or digit; in
/// scripts that do not part words, two characters count as one word.
pub(crate) fn words(line: &str, most: u32) -> u32 {
    let bytes = line.as_bytes();
    let (mut count, mut dense, mut in_word, mut at) = (0, 0, false, 0);
    while let Some(&b) = bytes.get(at) {
        let (blank, counts) = if b < 0x80 {
            at += 1;
            (matches!(b, b' ' | 9..=13), !in_word && b.is_ascii_alphanumeric())
        } else if in_word && matches!(b, 0xC3..=0xDF) {
            // Two bytes, and no space.
            at += 2;
            continue;
        } else {
            let Some(c) = line[at..].chars().next() else { break };
            at += c.len_utf8();
            if is_dense(c) {
                dense += 1;
                if count + dense / 2 >= most {
                    return most;
                }
                continue;
            }
            (c.is_whitespace(), !in_word && c.is_alphanumeric())
        };
        if blank {
            in_word = false;
        } else if counts {
            in_word = true;
            count += 1;
            if count + dense / 2 >= most {
                return most;
            }
        }
    }
    (count + dense / 2).min(most)
}

/// Scripts written without spaces between words.
fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x0E01..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF
        | 0x3041..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// One rule, ready to be matched.
struct Ready {
    id: RuleId,
    /// Rules with the same pattern share one.
    matcher: usize,
    rule: Rule,
}

/// Rules with patterns, behind their gates.
pub(crate) struct LineRules {
    ready: Vec<Ready>,
    matchers: Vec<Matcher>,
    gates: Gates,
    forced: bool,
}

/// Buffers that are reused from line to line.
#[derive(Default)]
pub(crate) struct Scratch {
    key: Key,
    /// What some lines hold, which are looked at in order.
    scan: Scan,
    /// What one line holds.
    here: Scan,
    open: Vec<u16>,
    /// Patterns that were tried on this line.
    known: Vec<(usize, bool)>,
}

impl LineRules {
    /// The rules of `set` that have a pattern and that `pick` picks. With `forced`, no gate keeps
    /// a line from them.
    pub(crate) fn new(set: &RuleSet, forced: bool, pick: impl Fn(RuleId, &Rule) -> bool) -> Self {
        let mut matchers = Vec::new();
        let mut known = HashMap::new();
        let mut ready = Vec::new();
        for (n, r) in set.rules().iter().enumerate() {
            let id = RuleId(n as u16);
            let Some(pattern) = r.pattern.as_deref().filter(|_| pick(id, r)) else { continue };
            let matcher = *known.entry(pattern).or_insert_with(|| {
                // What a match must hold is a gate, too.
                matchers.push(if forced { Matcher::new(pattern, Musts::none(), None) } else { matcher_of(r, pattern) });
                matchers.len() - 1
            });
            ready.push(Ready { id, matcher, rule: r.clone() });
        }
        let gates = Gates::new((0..).zip(ready.iter().map(|r| &r.rule)));
        LineRules { ready, matchers, gates, forced }
    }

    /// Whether it holds no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// Searches `text`, whose lines are `lines` and will be asked for in order, but for those of the
    /// features `apart`.
    pub(crate) fn scan(&self, text: &str, lines: &[Lined], apart: Features, scratch: &mut Scratch) {
        if !self.forced && !self.ready.is_empty() {
            self.gates.scan(text, lines, apart, &mut scratch.scan);
        }
    }

    /// Calls `hit` with each rule whose pattern and own-line conditions `line` meets, and with the
    /// key and the matcher to look closer. `place`: the byte of the text last scanned that the line
    /// starts at, if it stands there, and its features.
    pub(crate) fn each_hit(
        &self,
        line: &str,
        place: Option<(usize, Features)>,
        scratch: &mut Scratch,
        mut hit: impl FnMut(RuleId, &Rule, &Key, &Matcher),
    ) {
        if self.ready.is_empty() {
            return;
        }
        let Scratch { key, scan, here, open, known } = scratch;
        open.clear();
        known.clear();
        let mut shape = Shape::default();
        if self.forced {
            open.extend(0..self.ready.len() as u16);
        } else {
            let (scan, (at, features)) = match place {
                Some(place) => (scan, place),
                None => {
                    let features = if line.is_ascii() { Features::NONE } else { Features::NON_ASCII };
                    let only = Lined { end: line.len() as u32, features };
                    self.gates.scan(line, &[only], Features::NONE, here);
                    (here, (0, features))
                }
            };
            // No fewer characters than it has.
            let least = if features.meets(Features::NON_ASCII) { line.len().div_ceil(4) } else { line.len() };
            self.gates.open(line, at, least, scan, shape.stops(line), key, open);
            if open.len() > 1 {
                open.sort_unstable();
                open.dedup();
            }
        }
        let mut keyed = false;
        for &n in open.iter() {
            let r = &self.ready[n as usize];
            if !shape.fits(&r.rule.when, line) {
                continue;
            }
            // Body lines are walls to rules that look around.
            if r.rule.when.looks_around() && r.rule.marks.is_none() && shape.is_body(line) {
                continue;
            }
            if !keyed {
                key.set(line);
                keyed = true;
            }
            let matcher = &self.matchers[r.matcher];
            let matches = match known.iter().find(|(m, _)| *m == r.matcher) {
                Some((_, matches)) => *matches,
                None => matcher.is_match(key.text()),
            };
            known.push((r.matcher, matches));
            if matches {
                hit(r.id, &r.rule, key, matcher);
            }
        }
    }
}

/// What conditions ask of a line, found out once and only when asked.
#[derive(Default)]
struct Shape {
    stop: Option<bool>,
    body: Option<bool>,
    sure: Option<u32>,
    most: Option<u32>,
    words: Option<u32>,
    chars: Option<usize>,
    capitals: Option<bool>,
}

/// Words are counted up to here; no rule can ask for more.
pub(super) const WORDS_COUNTED: u32 = 256;

impl Shape {
    /// Whether `line` ends in a stop. Headlines ask questions: a question mark is none.
    fn stops(&mut self, line: &str) -> bool {
        *self.stop.get_or_insert_with(|| ends_in_stop(line))
    }

    fn is_body(&mut self, line: &str) -> bool {
        *self.body.get_or_insert_with(|| is_body(line))
    }

    /// Whether `line` has at least `min` words.
    fn has_words(&mut self, line: &str, min: u32) -> bool {
        *self.most.get_or_insert_with(|| most_words(line.as_bytes())) >= min && self.surely_has(line, min)
    }

    fn surely_has(&mut self, line: &str, min: u32) -> bool {
        *self.sure.get_or_insert_with(|| surely_words(line.as_bytes())) >= min
            || *self.words.get_or_insert_with(|| words(line, WORDS_COUNTED)) >= min
    }

    /// Whether `line` by itself meets the conditions; the cheap ones first.
    fn fits(&mut self, when: &When, line: &str) -> bool {
        if let Some(max) = when.line_max
            && line.len() > max as usize
        {
            let max = max as usize;
            if line.len() > max * 4 || *self.chars.get_or_insert_with(|| line.chars().count()) > max {
                return false;
            }
        }
        when.final_stop.is_none_or(|want| self.stops(line) == want)
            && when.words_max.is_none_or(|max| !self.has_words(line, max + 1))
            && when.words_min.is_none_or(|min| self.has_words(line, min))
            && when.capitals.is_none_or(|want| *self.capitals.get_or_insert_with(|| has_capitals(line)) == want)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted() {
        assert_eq!(words("one two-three, 4 — five", 20), 4);
        assert_eq!(words("a b c d", 2), 2);
        assert_eq!(words("市議会は水曜日", 20), 3);
        assert_eq!(words("Привет мир", 20), 2);
    }

    #[test]
    fn words_are_bounded() {
        let alphabet = ["a", "б", " ", "é", "市", "\u{A0}", "\u{3000}", "-", "7", "“", "👍", "𠀀", "ข", "ѐ"];
        for n in 0..alphabet.len().pow(4) {
            let few: String = (0..4).map(|i| alphabet[n / alphabet.len().pow(i) % alphabet.len()]).collect();
            let line = few.repeat(9);
            let (least, most) = (surely_words(line.as_bytes()), most_words(line.as_bytes()));
            assert!((least..=most).contains(&words(&line, u32::MAX)), "{line}");
        }
    }

    #[test]
    fn body_lines() {
        let twenty = "w ".repeat(19) + "w";
        assert!(is_body(&format!("{twenty}.”")));
        assert!(!is_body(&twenty));
        assert!(!is_body("Short."));
    }

    #[test]
    fn titles() {
        for title in ["Wall gives way", "• Ferry", "2. Ferry", "Will the wall hold?"] {
            assert!(is_title(title), "{title}");
        }
        for other in ["Ferry", "The wall gives way.", "The wall", "2017"] {
            assert!(!is_title(other), "{other}");
        }
        assert!(has_capitals("Wall of the Year: Edda Lindt-Pell, 32") && has_capitals("Мария Петрова"));
        assert!(!has_capitals("Wall gives way") && !has_capitals("of the") && !has_capitals("市議会は"));
    }
}
