//! Which rules a line may match, found without running a regular expression.
//!
//! A gate is derived from the literals that every match of the pattern holds: at the start of the
//! line, at its end, or anywhere. It looks at the raw line and must let through whatever the
//! pattern, which sees the line's key, could match (law 4): so literals are cut where line and key
//! may differ, and where a start or end is not ASCII the key of that end is looked at instead.

use std::collections::HashMap;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::{Key, Rule, becomes_ascii};

/// What opens one rule's gate.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    /// The line starts with one of these.
    Start(Vec<String>),
    /// It ends with one of these.
    End(Vec<String>),
    /// Its last byte is one of these.
    Last(Vec<u8>),
    /// One of these is in it.
    Inner(Vec<String>),
    /// The pattern says nothing that could be looked for.
    Nothing,
}

/// Bytes of a literal that the first look compares.
const HEAD: usize = 3;
/// Bytes of a literal that are compared at all.
const LITERAL: usize = 16;

/// The gates of many rules, each under a number of the caller's.
pub(crate) struct Gates {
    start: Ends,
    end: Ends,
    /// For rules by what they ask of the line's end: nothing, a stop, no stop. Most lines end in a
    /// stop, and most rules want none.
    rest: [Rest; 3],
}

/// Gates of rules that no start or end of the line opens.
#[derive(Default)]
struct Rest {
    inner: Option<Inner>,
    /// Rules by the last byte of the line that they ask for.
    last: Vec<(u8, u16)>,
    always: Vec<u16>,
}

/// Literals at one end of a line, under their first (or last) three bytes.
#[derive(Default)]
struct Ends {
    seen: Box<Bitmap>,
    /// Bytes of the longest literal.
    longest: usize,
    by_head: HashMap<[u8; HEAD], Vec<(String, u16)>>,
}

struct Bitmap([u64; 64]);

impl Default for Bitmap {
    fn default() -> Self {
        Bitmap([0; 64])
    }
}

impl Bitmap {
    fn slot(h: [u8; HEAD]) -> usize {
        let x = u32::from(h[0]) | u32::from(h[1]) << 8 | u32::from(h[2]) << 16;
        (x.wrapping_mul(0x9E37_79B1) >> 20) as usize
    }
    fn set(&mut self, h: [u8; HEAD]) {
        let s = Self::slot(h);
        self.0[s / 64] |= 1 << (s % 64);
    }
    fn has(&self, h: [u8; HEAD]) -> bool {
        let s = Self::slot(h);
        self.0[s / 64] >> (s % 64) & 1 == 1
    }
}

struct Inner {
    packed: Option<packed::Searcher>,
    automaton: AhoCorasick,
    /// For each needle, the rules that it wakes.
    rules: Vec<Vec<u16>>,
    /// Bytes of the longest line that any of these rules can match.
    longest: usize,
}

impl Gates {
    /// Gates for `rules`; those without a pattern never wake.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = (u16, &'r Rule)>) -> Self {
        let mut g = Gates { start: Ends::default(), end: Ends::default(), rest: Default::default() };
        let mut needles: [Vec<(String, Vec<u16>)>; 3] = Default::default();
        let mut longest = [0; 3];
        for (n, rule) in rules {
            let class = match rule.when.final_stop {
                None => 0,
                Some(true) => 1,
                Some(false) => 2,
            };
            match need(rule) {
                Need::Start(all) => all.into_iter().for_each(|l| g.start.add(l, n, false)),
                Need::End(all) => all.into_iter().for_each(|l| g.end.add(l, n, true)),
                Need::Inner(all) => {
                    longest[class] = longest[class].max(rule.when.line_max.map_or(usize::MAX, |m| m as usize * 4));
                    for l in all {
                        match needles[class].iter_mut().find(|(k, _)| *k == l) {
                            Some((_, who)) => who.push(n),
                            None => needles[class].push((l, vec![n])),
                        }
                    }
                }
                Need::Last(all) => g.rest[class].last.extend(all.into_iter().map(|b| (b, n))),
                Need::Nothing => g.rest[class].always.push(n),
            }
        }
        for ((rest, needles), longest) in g.rest.iter_mut().zip(needles).zip(longest) {
            rest.add_needles(needles, longest);
        }
        g
    }

    /// Appends the rules that may match `line` to `out`, in no order and maybe twice. `stops` tells
    /// whether the line ends in a stop; `key` and `lower` are scratch space.
    pub(crate) fn open(&self, line: &str, stops: bool, key: &mut Key, lower: &mut Vec<u8>, out: &mut Vec<u16>) {
        self.start.open(line, false, key, out);
        self.end.open(line, true, key, out);
        lower.clear();
        for rest in [&self.rest[0], &self.rest[if stops { 1 } else { 2 }]] {
            if let Some(inner) = &rest.inner
                && line.len() <= inner.longest
            {
                inner.open(line, lower, out);
            }
            // A last character beyond ASCII may be a space or a quotation mark: open.
            let end = line.bytes().rev().find(|b| !matches!(b, b' ' | 9..=13)).map(folded);
            let wakes = |b: u8| end.is_some_and(|e| e >= 0x80 || e == b);
            out.extend(rest.last.iter().filter(|(b, _)| wakes(*b)).map(|(_, n)| *n));
            out.extend_from_slice(&rest.always);
        }
    }
}

impl Rest {
    fn add_needles(&mut self, needles: Vec<(String, Vec<u16>)>, longest: usize) {
        // A needle within another stands for both, so that no two can start at one place.
        let short: Vec<String> = needles.iter().map(|(k, _)| k.clone()).collect();
        let mut merged: Vec<(String, Vec<u16>)> = Vec::new();
        for (k, who) in needles {
            let k = short.iter().filter(|s| k.contains(s.as_str())).min_by_key(|s| (s.len(), *s)).cloned().unwrap_or(k);
            match merged.iter_mut().find(|(m, _)| *m == k) {
                Some((_, all)) => all.extend(who),
                None => merged.push((k, who)),
            }
        }
        let needles = merged;
        if !needles.is_empty() {
            let words: Vec<&str> = needles.iter().map(|(k, _)| k.as_str()).collect();
            let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&words);
            if let Ok(automaton) = automaton {
                let packed = packed::Config::new().builder().extend(&words).build();
                let rules = needles.into_iter().map(|(_, who)| who).collect();
                self.inner = Some(Inner { packed, automaton, rules, longest });
            } else {
                // More needles than the automaton can hold: their rules look at every line.
                self.always.extend(needles.into_iter().flat_map(|(_, who)| who));
                self.always.sort_unstable();
                self.always.dedup();
            }
        }
    }
}

/// A byte of the line as it stands in the key, for printable ASCII.
fn folded(b: u8) -> u8 {
    match b {
        b'A'..=b'Z' => b | 0x20,
        b'0'..=b'9' => b'0',
        b'\t' | 0x0B | 0x0C => b' ',
        _ => b,
    }
}

impl Ends {
    fn add(&mut self, literal: String, rule: u16, end: bool) {
        let b = literal.as_bytes();
        let head = if end { [b[b.len() - 1], b[b.len() - 2], b[b.len() - 3]] } else { [b[0], b[1], b[2]] };
        self.seen.set(head);
        self.longest = self.longest.max(b.len());
        self.by_head.entry(head).or_default().push((literal, rule));
    }

    /// Wakes the rules one of whose literals stands at the start (or end) of the line.
    fn open(&self, line: &str, end: bool, scratch: &mut Key, out: &mut Vec<u16>) {
        if self.by_head.is_empty() {
            return;
        }
        let blank = |b: &u8| matches!(b, b' ' | 9..=13);
        let bytes = line.as_bytes();
        let from = bytes.iter().position(|b| !blank(b)).unwrap_or(bytes.len());
        let to = bytes.iter().rposition(|b| !blank(b)).map_or(from, |i| i + 1);
        let raw = &bytes[from..to];
        if self.look(raw, end, out) {
            return;
        }
        // A character that stays beyond ASCII is in no literal.
        let text = &line[from..to];
        let stays = |c: char| !c.is_ascii() && !becomes_ascii(c);
        let near = if end { text.chars().rev().take(HEAD).any(stays) } else { text.chars().take(HEAD).any(stays) };
        if near {
            return;
        }
        // Line and key are out of step here: look at the key itself, as far as literals reach.
        let cut = |mut at: usize| {
            while !line.is_char_boundary(at) {
                at += 1;
            }
            at
        };
        let reach = 6 * (self.longest + 1);
        let part = if end { &line[cut(to.saturating_sub(reach))..to] } else { &line[from..cut(to.min(from + reach))] };
        scratch.set(part);
        let known = scratch.text().len() >= self.longest || part.len() == raw.len();
        if !known {
            out.extend(self.by_head.values().flatten().map(|(_, rule)| *rule));
        } else {
            self.look(scratch.text().as_bytes(), end, out);
        }
    }

    /// Looks at the bytes of a line or of its key. False if the first few are not all ASCII.
    fn look(&self, bytes: &[u8], end: bool, out: &mut Vec<u16>) -> bool {
        let n = bytes.len();
        let at = |i: usize| {
            let i = if end { n.checked_sub(i + 1) } else { Some(i) };
            i.and_then(|i| bytes.get(i)).copied().map(folded)
        };
        let (mut head, mut j) = ([0; HEAD], 0);
        for h in &mut head {
            match at(j) {
                None => return bytes.is_ascii(),
                Some(x) if x >= 0x80 => return false,
                Some(x) => *h = x,
            }
            j += 1;
            while *h == b' ' && at(j) == Some(b' ') {
                j += 1;
            }
        }
        if !self.seen.has(head) {
            return true;
        }
        for (literal, rule) in self.by_head.get(&head).into_iter().flatten() {
            let l = literal.as_bytes();
            let want = |i: usize| if end { l[l.len() - 1 - i] } else { l[i] };
            if stands(l.len(), want, at) {
                out.push(*rule);
            }
        }
        true
    }
}

/// Whether the bytes `want(0..len)` of a literal stand at the end of a line whose bytes, going
/// inward, are `at(0..)`. A blank stands for any run of them; past a character beyond ASCII line
/// and key may be out of step, so what follows is open.
fn stands(len: usize, want: impl Fn(usize) -> u8, at: impl Fn(usize) -> Option<u8>) -> bool {
    let mut j = 0;
    for i in 0..len {
        match at(j) {
            None => return false,
            Some(x) if x >= 0x80 => return true,
            Some(x) if x != want(i) => return false,
            Some(b' ') => {
                while at(j) == Some(b' ') {
                    j += 1;
                }
            }
            Some(_) => j += 1,
        }
    }
    true
}

impl Inner {
    fn open(&self, line: &str, lower: &mut Vec<u8>, out: &mut Vec<u16>) {
        if lower.is_empty() {
            lower.extend(line.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b.to_ascii_lowercase() }));
        }
        if let Some(packed) = &self.packed
            && line.len() >= packed.minimum_len()
        {
            let mut from = 0;
            while let Some(m) = packed.find_in(&lower, (from..lower.len()).into()) {
                out.extend_from_slice(&self.rules[m.pattern().as_usize()]);
                from = m.start() + 1;
            }
            return;
        }
        for m in self.automaton.find_overlapping_iter(&lower[..]) {
            out.extend_from_slice(&self.rules[m.pattern().as_usize()]);
        }
    }
}

fn need(rule: &Rule) -> Need {
    let words = |all: &[String]| -> Option<Vec<String>> { all.iter().map(|l| longest_word(l)).collect() };
    if !rule.when.needles.is_empty() {
        let folded: Vec<String> = rule.when.needles.iter().map(|n| n.to_lowercase()).collect();
        return words(&folded).map_or(Need::Nothing, Need::Inner);
    }
    let Some(hir) = rule.pattern.as_deref().and_then(|p| regex_syntax::parse(p).ok()) else { return Need::Nothing };
    let ends = |kind: ExtractKind, cut: fn(&str) -> &str| -> Option<Vec<String>> {
        let seq = Extractor::new().kind(kind).limit_literal_len(LITERAL).extract(&hir);
        let literals = seq.literals()?;
        let all: Option<Vec<String>> = literals
            .iter()
            .map(|l| std::str::from_utf8(l.as_bytes()).ok().map(cut).filter(|l| l.len() >= HEAD).map(str::to_owned))
            .collect();
        let mut all = all.filter(|a| !a.is_empty())?;
        all.sort();
        all.dedup();
        Some(all)
    };
    let inner = required(&hir).and_then(|all| words(&all));
    // "the " starts every tenth line.
    let telling = |all: &[String], least: usize| all.iter().all(|l| l.len() >= least);
    let by_inner = inner.as_deref().is_some_and(|all| telling(all, 5));
    if hir.properties().look_set_prefix().contains(Look::Start)
        && let Some(all) = ends(ExtractKind::Prefix, |l| &l[..ascii_head(l).min(LITERAL)])
        && (telling(&all, 5) || !by_inner)
    {
        return Need::Start(all);
    }
    if hir.properties().look_set_suffix().contains(Look::End)
        && let Some(all) = ends(ExtractKind::Suffix, |l| &l[ascii_tail(l).max(l.len().saturating_sub(LITERAL))..])
    {
        return Need::End(all);
    }
    if let Some(inner) = inner {
        return Need::Inner(inner);
    }
    if hir.properties().look_set_suffix().contains(Look::End) {
        let seq = Extractor::new().kind(ExtractKind::Suffix).limit_literal_len(1).extract(&hir);
        let last = seq.literals().map(|all| all.iter().map(|l| l.as_bytes().last().copied()).collect());
        if let Some(Some(mut all)) = last.map(|all: Option<Vec<u8>>| all.filter(|a| a.iter().all(u8::is_ascii))) {
            all.sort_unstable();
            all.dedup();
            return Need::Last(all);
        }
    }
    Need::Nothing
}

/// Bytes before the first one that is not ASCII.
fn ascii_head(l: &str) -> usize {
    l.bytes().position(|b| b >= 0x80).unwrap_or(l.len())
}

/// Bytes up to and with the last one that is not ASCII.
fn ascii_tail(l: &str) -> usize {
    l.bytes().rposition(|b| b >= 0x80).map_or(0, |i| i + 1)
}

/// The longest run of what line and key have alike, case and digits aside; three bytes at least, or
/// a mark that is a needle by itself.
fn longest_word(l: &str) -> Option<String> {
    let alike = |c: char| c.is_ascii_lowercase() || c == '0' || is_mark(c);
    let words = l.split(|c: char| !alike(c));
    words.max_by_key(|w| w.len()).filter(|w| w.len() >= 3 || w.contains(is_mark)).map(str::to_owned)
}

/// Marks that a key keeps as they are.
fn is_mark(c: char) -> bool {
    matches!(c, '©' | '®' | '™' | '•' | '→')
}

/// Literals of which every match of `hir` holds at least one.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(l) => Some(vec![std::str::from_utf8(&l.0).ok()?.to_owned()]),
        HirKind::Capture(c) => required(&c.sub),
        HirKind::Repetition(r) if r.min > 0 => required(&r.sub),
        HirKind::Concat(all) => {
            let score = |set: &Vec<String>| {
                let shortest = set.iter().map(|l| longest_word(l).map_or(0, |w| w.len())).min().unwrap_or(0);
                (shortest.min(6), std::cmp::Reverse(set.len()))
            };
            all.iter().filter_map(required).max_by_key(score)
        }
        HirKind::Alternation(all) => {
            let sets: Option<Vec<_>> = all.iter().map(required).collect();
            Some(sets?.into_iter().flatten().collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::RuleSet;

    fn rules(patterns: &[&str]) -> RuleSet {
        let text: String = patterns
            .iter()
            .enumerate()
            .map(|(i, p)| format!("[[rule]]\nid = \"t.r{i}\"\nwhy = \"w\"\ndo = \"delete-line\"\nmatch = '{p}'\n"))
            .collect();
        let mut set = RuleSet::default();
        set.add("test", &text, false).expect("sound");
        set
    }

    fn needs(pattern: &str) -> Need {
        need(&rules(&[pattern]).rules()[0])
    }

    fn list(all: &[&str]) -> Vec<String> {
        all.iter().map(|s| (*s).to_string()).collect()
    }

    #[test]
    fn derived_from_the_pattern() {
        assert_eq!(needs("^photo(?: credit)?: [^.]{1,80}$"), Need::Start(list(&["photo credit: ", "photo: "])));
        assert_eq!(
            needs("^[^.]+ contributed to this report[.]?$"),
            Need::End(list(&[" to this report.", "d to this report"]))
        );
        assert_eq!(needs("^.{3,20} (?:uses|use) cookies to .*$"), Need::Inner(list(&["cookies"])));
        assert_eq!(needs("^[a-z ]+$"), Need::Nothing);
    }

    #[test]
    fn opens_for_what_matches() {
        let set = rules(&["^photo: .*$", "^.*/getty images[)]?$", "uses cookies", "^[a-z]+$"]);
        let g = Gates::new((0..).zip(set.rules()));
        let open = |line: &str| {
            let mut out = Vec::new();
            g.open(line, line.ends_with('.'), &mut Key::default(), &mut Vec::new(), &mut out);
            out.sort_unstable();
            out
        };
        assert_eq!(open("Plain prose, nothing else."), [3]);
        assert_eq!(open("  PHOTO: someone"), [0, 3]);
        assert_eq!(open("X/Getty Images)"), [1, 3]);
        assert_eq!(open("This site uses Cookies."), [2, 3]);
        assert_eq!(open("\u{A0}PHOTO: someone"), [0, 3], "spaces of any kind do not count");
        assert_eq!(open("“Photo: someone”"), [3], "a quotation mark is no letter");
    }
}
