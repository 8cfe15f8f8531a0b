//! Which rules a line may match, found without running a regular expression.
//!
//! A gate is derived from the literals that every match of the pattern holds: at the start of the
//! line, at its end, or anywhere. It looks at the raw line and must let through whatever the
//! pattern, which sees the line's key, could match (law 4): so literals are cut where line and key
//! may differ, and where a start or end is not ASCII the key of that end is looked at instead.

use std::ops::Range;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::need::{At, HEAD, LITERAL, Need};
use super::{Key, Rule, becomes_ascii};

include!(concat!(env!("OUT_DIR"), "/needs.rs"));

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

/// Literals at one end of a line, sorted, with a tree over them, so that those that a line starts (or
/// ends) with are found byte by byte.
#[derive(Default)]
struct Ends {
    /// Bytes of the longest literal.
    longest: usize,
    /// The literals' bytes, going inward: those of a line's end are written backwards.
    text: Vec<u8>,
    all: Vec<Literal>,
    /// The root comes first.
    nodes: Vec<Node>,
    /// For each node that parts, the node that each byte leads to; 0 for none.
    next: Vec<[u16; 128]>,
}

#[derive(Clone, Copy)]
struct Literal {
    at: u32,
    len: u8,
    rule: u16,
}

/// Literals that start alike.
struct Node {
    /// Their numbers.
    all: Range<usize>,
    /// Its row in `next`, or `LEAF`: they are so few that each is compared.
    row: u16,
}

const LEAF: u16 = u16::MAX;
/// Most literals of a leaf.
const FEW: usize = 3;

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
            each_need(rule, |at, l| match at {
                At::Start => g.start.add(l.bytes(), n),
                At::End => g.end.add(l.bytes().rev(), n),
                At::Inner => {
                    longest[class] = longest[class].max(rule.when.line_max.map_or(usize::MAX, |m| m as usize * 4));
                    match needles[class].iter_mut().find(|(k, _)| k == l) {
                        Some((_, who)) => who.push(n),
                        None => needles[class].push((l.to_owned(), vec![n])),
                    }
                }
                At::Last => g.rest[class].last.extend(l.bytes().map(|b| (b, n))),
                At::Nowhere => g.rest[class].always.push(n),
            });
        }
        g.start.sort();
        g.end.sort();
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
            if !rest.last.is_empty()
                && let Some(end) = line.bytes().rev().find(|b| !matches!(b, b' ' | 9..=13)).map(folded)
            {
                // A last character beyond ASCII may be a space or a quotation mark: open.
                out.extend(rest.last.iter().filter(|(b, _)| end >= 0x80 || end == *b).map(|(_, n)| *n));
            }
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
    fn add(&mut self, literal: impl Iterator<Item = u8>, rule: u16) {
        let at = self.text.len();
        self.text.extend(literal);
        let len = self.text.len() - at;
        self.longest = self.longest.max(len);
        self.all.push(Literal { at: at as u32, len: len as u8, rule });
    }

    fn bytes(&self, l: Literal) -> &[u8] {
        &self.text[l.at as usize..][..usize::from(l.len)]
    }

    fn sort(&mut self) {
        let mut all = std::mem::take(&mut self.all);
        all.sort_by(|a, b| self.bytes(*a).cmp(self.bytes(*b)));
        self.all = all;
        self.grow(0..self.all.len(), 0);
    }

    /// Adds the node of the literals `all`, which have their first `depth` bytes in common, and
    /// those below it.
    fn grow(&mut self, all: Range<usize>, depth: usize) -> u16 {
        let node = self.nodes.len();
        self.nodes.push(Node { all: all.clone(), row: LEAF });
        // Where numbers might run out, leaves have more to compare; each byte of the path may add 128.
        if all.len() <= FEW || node + 128 * (LITERAL + 1) >= usize::from(LEAF) {
            return node as u16;
        }
        let row = self.next.len();
        self.nodes[node].row = row as u16;
        self.next.push([0; 128]);
        let byte = |e: &Ends, n: usize| e.bytes(e.all[n]).get(depth).copied();
        let mut from = all.start;
        while from < all.end {
            let Some(b) = byte(self, from) else {
                from += 1;
                continue;
            };
            let same = (from..all.end).take_while(|&n| byte(self, n) == Some(b)).count();
            let child = self.grow(from..from + same, depth + 1);
            self.next[row][usize::from(b)] = child;
            from += same;
        }
        node as u16
    }

    /// Wakes the rules one of whose literals stands at the start (or end) of the line.
    fn open(&self, line: &str, end: bool, scratch: &mut Key, out: &mut Vec<u16>) {
        if self.all.is_empty() {
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
            out.extend(self.all.iter().map(|l| l.rule));
        } else {
            self.look(scratch.text().as_bytes(), end, out);
        }
    }

    /// Looks at the bytes of a line or of its key. False if one of the first few that count is not
    /// ASCII. A blank stands for any run of them; after the first few, what is not ASCII may be
    /// anything.
    fn look(&self, bytes: &[u8], end: bool, out: &mut Vec<u16>) -> bool {
        let n = bytes.len();
        let at = |i: usize| {
            let i = if end { n.checked_sub(i + 1) } else { Some(i) };
            i.and_then(|i| bytes.get(i)).copied().map(folded)
        };
        let past = |mut j: usize| {
            let blank = at(j) == Some(b' ');
            j += 1;
            while blank && at(j) == Some(b' ') {
                j += 1;
            }
            j
        };
        let Some(mut node) = self.nodes.first() else { return true };
        let (mut depth, mut j) = (0, 0);
        while node.row != LEAF {
            let ended = self.all[node.all.clone()].iter().take_while(|l| usize::from(l.len) == depth);
            out.extend(ended.map(|l| l.rule));
            let Some(b) = at(j) else { return true };
            if b >= 0x80 {
                if depth >= HEAD {
                    out.extend(self.all[node.all.clone()].iter().map(|l| l.rule));
                }
                return depth >= HEAD;
            }
            let next = self.next[usize::from(node.row)][usize::from(b)];
            if next == 0 {
                return true;
            }
            node = &self.nodes[usize::from(next)];
            depth += 1;
            j = past(j);
        }
        let mut near = true;
        for &l in &self.all[node.all.clone()] {
            let (mut depth, mut j) = (depth, j);
            let stands = loop {
                match (self.bytes(l).get(depth), at(j)) {
                    (None, _) => break true,
                    (Some(_), Some(b)) if b >= 0x80 => {
                        near &= depth >= HEAD;
                        break depth >= HEAD;
                    }
                    (Some(want), got) if got != Some(*want) => break false,
                    _ => {
                        depth += 1;
                        j = past(j);
                    }
                }
            };
            if stands {
                out.push(l.rule);
            }
        }
        near
    }
}

/// Calls `each` with every literal that opens the gate of `rule`, or once with none.
fn each_need(rule: &Rule, mut each: impl FnMut(At, &str)) {
    if rule.pattern.is_none() {
        return;
    }
    let known = if rule.own { NEEDS.binary_search_by_key(&rule.id.as_str(), |(id, ..)| id).ok() } else { None };
    let mut all = |at: At, literals: &mut dyn Iterator<Item = &str>| {
        if at == At::Nowhere { each(at, "") } else { literals.for_each(|l| each(at, l)) }
    };
    if let Some((_, at, literals)) = known.map(|n| NEEDS[n]) {
        all(at, &mut literals.iter().copied());
    } else {
        let need = Need::of(rule.pattern.as_deref().unwrap_or_default(), &rule.when.needles);
        all(need.at, &mut need.literals.iter().map(String::as_str));
    }
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

    fn needs(pattern: &str) -> (At, Vec<String>) {
        let need = Need::of(pattern, &[]);
        (need.at, need.literals)
    }

    fn list(all: &[&str]) -> Vec<String> {
        all.iter().map(|s| (*s).to_string()).collect()
    }

    #[test]
    fn what_the_build_worked_out_is_what_the_rules_say() {
        let set = RuleSet::builtin().expect("sound");
        let mut known = 0;
        for rule in set.rules() {
            let Some(pattern) = &rule.pattern else { continue };
            let need = Need::of(pattern, &rule.when.needles);
            let found = NEEDS.iter().find(|(id, ..)| *id == rule.id).expect("every rule is known");
            assert_eq!((found.1, found.2), (need.at, &*need.literals.iter().map(String::as_str).collect::<Vec<_>>()));
            known += 1;
        }
        assert_eq!(known, NEEDS.len());
        assert!(NEEDS.is_sorted_by_key(|(id, ..)| id));
    }

    #[test]
    fn derived_from_the_pattern() {
        assert_eq!(needs("^photo(?: credit)?: [^.]{1,80}$"), (At::Start, list(&["photo credit: ", "photo: "])));
        assert_eq!(
            needs("^[^.]+ contributed to this report[.]?$"),
            (At::End, list(&[" to this report.", "d to this report"]))
        );
        assert_eq!(needs("^.{3,20} (?:uses|use) cookies to .*$"), (At::Inner, list(&["cookies"])));
        assert_eq!(needs("^[a-z ]+$"), (At::Nowhere, list(&[])));
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
