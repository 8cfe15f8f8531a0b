//! Which rules a line may match, found without running a regular expression.
//!
//! A gate is derived from the literals that every match of the pattern holds: at the start of the
//! line, at its end, or anywhere. It looks at the raw line and must let through whatever the
//! pattern, which sees the line's key, could match (law 4): so literals are cut where line and key
//! may differ, and where a start or end is not ASCII the key of that end is looked at instead.

use super::ends::Ends;
use super::matcher::{self, Matcher, Musts};
use super::need::{At, Need, musts, start_of};
use super::needles::{self, Found, Needles};
use super::tree::{Fork, Literal, Tree, Way};
use super::wide::Wide;
use super::{Key, Rule};
use crate::features::{Features, Lined};

include!(concat!(env!("OUT_DIR"), "/known.rs"));

/// What `build.rs` worked out of one of lave's own rules.
struct Known {
    id: &'static str,
    at: At,
    /// Those of [`Need`], unless they stand in a tree.
    literals: &'static [&'static str],
    musts: &'static [&'static [&'static str]],
    forms: Option<matcher::Known>,
}

/// The gates of many rules, each under a number of the caller's.
pub(crate) struct Gates {
    start: Ends<false>,
    wide: Wide,
    end: Ends<true>,
    needles: Needles,
    /// Most characters of a line that each rule may match, and whether it wants a stop at its end.
    wants: Vec<(usize, Option<bool>)>,
    /// For rules by what they ask of the line's end: nothing, a stop, no stop. Most lines end in a
    /// stop, and most rules want none.
    rest: [Rest; 3],
    /// Bytes of which rules ask for one.
    marks: Vec<[u8; 3]>,
}

/// Gates that are looked at line by line.
#[derive(Default)]
struct Rest {
    /// Rules by the last byte of the line that they ask for.
    last: Vec<(u8, u16)>,
    /// A bit for each of those bytes.
    lasts: [u64; 4],
    /// Rules by bytes of which the line holds one, by their number in [`Gates::marks`].
    bytes: Vec<(usize, u16)>,
    always: Vec<u16>,
    /// Most characters of a line that any of them may match.
    longest: usize,
}

impl Gates {
    /// Gates for `rules`; those without a pattern never wake.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = (u16, &'r Rule)>) -> Self {
        let (mut start, mut wide, mut end) = (Ends::new(STARTS), Wide::new(WIDES), Ends::new(ENDS));
        let mut rest = <[Rest; 3]>::default();
        let mut needles: Vec<(String, u16, needles::Line)> = Vec::new();
        let mut marks = Vec::new();
        let mut wants = Vec::new();
        for (n, rule) in rules {
            let line_max = rule.when.line_max.map_or(usize::MAX, |max| max as usize);
            wants.resize(usize::from(n) + 1, (0, None));
            wants[usize::from(n)] = (line_max, rule.when.final_stop);
            let rest = match rule.when.final_stop {
                None => &mut rest[0],
                Some(true) => &mut rest[1],
                Some(false) => &mut rest[2],
            };
            let Some(pattern) = &rule.pattern else { continue };
            let (at, literals) = match known(rule) {
                Some(k) => {
                    start.add_own(k, n);
                    wide.add_own(k, n);
                    end.add_own(k, n);
                    let Known { at, literals, .. } = &KNOWN[k];
                    // The literals of others are where they belong.
                    (*at, literals.iter().map(|l| (*l).to_owned()).collect())
                }
                None => {
                    let need = Need::of(pattern, &rule.when.needles);
                    (need.at, need.literals)
                }
            };
            if matches!(at, At::Nowhere | At::Byte | At::Last) {
                rest.longest = rest.longest.max(line_max);
            }
            match at {
                At::Nowhere => rest.always.push(n),
                At::Byte => {
                    let mut bytes = literals.iter().flat_map(|l| l.chars()).map(|c| c as u8).cycle();
                    let any = [(); 3].map(|()| bytes.next().unwrap_or_default());
                    // Fewer searches are worth a rule that is looked at in vain.
                    let within = |a: &[u8; 3], b: &[u8; 3]| a.iter().all(|byte| b.contains(byte));
                    let same = |m: &[u8; 3]| within(m, &any) || within(&any, m);
                    let mark = marks.iter().position(same).unwrap_or(marks.len());
                    match marks.get_mut(mark) {
                        Some(m) if within(m, &any) => *m = any,
                        Some(_) => {}
                        None => marks.push(any),
                    }
                    rest.bytes.push((mark, n));
                }
                At::Last => {
                    for b in literals.iter().flat_map(|l| l.bytes()) {
                        rest.last.push((b, n));
                        rest.lasts[usize::from(b) / 64] |= 1 << (b % 64);
                    }
                }
                At::Inner => {
                    let from = match rule.when.final_stop {
                        Some(false) => needles::Line::Any,
                        _ if line_max > needles::LONG => needles::Line::Prose,
                        _ => needles::Line::Stopped,
                    };
                    needles.extend(literals.into_iter().map(|l| (l, n, from)));
                }
                _ if known(rule).is_some() => {}
                At::End => literals.iter().for_each(|l| end.add(l, n)),
                At::Start | At::Wide => literals.iter().for_each(|l| match start_of(at, l) {
                    Some(head) => start.add(head, n),
                    None => wide.add(l, n),
                }),
            }
        }
        wide.sort();
        start.grow(&wants);
        end.grow(&wants);
        Gates { start, wide, end, needles: Needles::new(needles), wants, rest, marks }
    }

    /// Searches `text`, whose lines are `lines`, but for those of the features `apart`, which must not
    /// be asked for.
    pub(crate) fn scan(&self, text: &str, lines: &[Lined], apart: Features, found: &mut Scan) {
        self.needles.find(text, lines, apart, &mut found.needles);
        found.past = 0;
        found.marks.resize_with(self.marks.len(), Marked::default);
        for (marked, &any) in found.marks.iter_mut().zip(&self.marks) {
            marked.find(any, text, lines);
        }
    }

    /// Appends the rules that may match `line` to `out`, in no order and maybe twice. `scan`: of the
    /// text that it stands in, from byte `at` on, whose lines are asked for in order. It has at least
    /// `least` characters; `stops` tells whether it ends in a stop; `key` is scratch space.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn open(
        &self,
        line: &str,
        at: usize,
        least: usize,
        scan: &mut Scan,
        stops: bool,
        key: &mut Key,
        out: &mut Vec<u16>,
    ) {
        scan.go_to(at);
        // The few bytes at either end tell for most lines that no literal stands there.
        let (head, tail) = (key.head(line), key.tail(line));
        if head.is_none_or(|key| !self.start.is_quiet(key, least, stops)) {
            self.start.open(line, inner(line), key, out);
        }
        if head.is_none_or(|key| !self.wide.is_quiet(key)) {
            self.wide.open(line, key, out);
        }
        if tail.is_none_or(|key| !self.end.is_quiet(key, least, stops)) {
            self.end.open(line, inner(line), key, out);
        }
        let needles = scan.needles(at + line.len());
        needles.iter().for_each(|(_, needle)| out.extend_from_slice(self.needles.rules(*needle)));
        for rest in [&self.rest[0], &self.rest[if stops { 1 } else { 2 }]] {
            if least > rest.longest {
                continue;
            }
            if !rest.last.is_empty()
                && let Some(end) = tail.map(|[.., last]| last).or_else(|| Key::last_byte(line))
                && rest.has_last(end)
            {
                out.extend(rest.last.iter().filter(|(b, _)| end == *b).map(|(_, n)| n));
            }
            out.extend(rest.bytes.iter().filter(|(mark, _)| scan.marks[*mark].has(at)).map(|(_, n)| n));
            out.extend_from_slice(&rest.always);
        }
        out.retain(|n| {
            let (most, stop) = self.wants[usize::from(*n)];
            stop.is_none_or(|stop| stop == stops) && least <= most
        });
    }
}

/// The bytes of `line` without the blanks at either end.
fn inner(line: &str) -> std::ops::Range<usize> {
    let blank = |b: &u8| matches!(b, b' ' | 9..=13);
    let bytes = line.as_bytes();
    let from = bytes.iter().position(|b| !blank(b)).unwrap_or(bytes.len());
    from..bytes.iter().rposition(|b| !blank(b)).map_or(from, |i| i + 1)
}

impl Rest {
    fn has_last(&self, b: u8) -> bool {
        self.lasts[usize::from(b) / 64] >> (b % 64) & 1 == 1
    }
}

/// The number in [`KNOWN`] of one of lave's own rules.
fn known(rule: &Rule) -> Option<usize> {
    if rule.own { KNOWN.binary_search_by_key(&rule.id.as_str(), |k| k.id).ok() } else { None }
}

/// The rule's pattern, ready to be tried.
pub(super) fn matcher_of(rule: &Rule, pattern: &str) -> Matcher {
    match known(rule).map(|k| &KNOWN[k]) {
        Some(known) => Matcher::new(pattern, Musts::own(known.musts), known.forms),
        None => Matcher::new(pattern, Musts::made(musts(pattern)), None),
    }
}

/// What a search of some lines found, for gates. Reused from text to text.
#[derive(Default)]
pub(crate) struct Scan {
    needles: Found,
    /// How many needles are behind.
    past: usize,
    /// For each of [`Gates::marks`].
    marks: Vec<Marked>,
}

impl Scan {
    /// Leaves behind what is before byte `at`.
    fn go_to(&mut self, at: usize) {
        // The same line may be asked for twice.
        self.past += self.needles.all()[self.past..].iter().take_while(|n| (n.0 as usize) < at).count();
        self.marks.iter_mut().for_each(|m| m.go_to(at));
    }

    /// Needles before byte `end`, each with a byte within the line that it is in.
    fn needles(&self, end: usize) -> &[(u32, u16)] {
        let all = &self.needles.all()[self.past..];
        &all[..all.iter().take_while(|n| (n.0 as usize) < end).count()]
    }
}

/// The lines of a text that hold one of three bytes.
#[derive(Default)]
struct Marked {
    /// Where each starts.
    lines: Vec<u32>,
    /// How many are behind.
    past: usize,
}

impl Marked {
    fn find(&mut self, [a, b, c]: [u8; 3], text: &str, lines: &[Lined]) {
        self.lines.clear();
        self.past = 0;
        let search = |from: usize| {
            let rest = text.as_bytes().get(from..).unwrap_or_default();
            memchr::memchr3(a, b, c, rest).map_or(usize::MAX, |n| from + n)
        };
        let (mut start, mut next) = (0, search(0));
        for end in lines.iter().map(|l| l.end as usize) {
            if next < end {
                self.lines.push(start as u32);
                next = search(end);
            }
            start = end + 1;
        }
    }

    fn go_to(&mut self, at: usize) {
        while self.lines.get(self.past).is_some_and(|&l| (l as usize) < at) {
            self.past += 1;
        }
    }

    /// Whether the line that starts at byte `at` is one, which it has come to.
    fn has(&self, at: usize) -> bool {
        self.lines.get(self.past).is_some_and(|&l| l as usize == at)
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
        let literals = |tree: Tree<'static>, n: u16, back: bool| {
            let mine = tree.literals.iter().filter(move |l| l.who == n);
            mine.map(move |l| {
                let mut bytes = tree.bytes(*l).to_vec();
                if back {
                    bytes.reverse();
                }
                String::from_utf8(bytes).expect("text")
            })
        };
        let mut known = 0;
        for rule in set.rules() {
            let Some(pattern) = &rule.pattern else { continue };
            let need = Need::of(pattern, &rule.when.needles);
            let n = KNOWN.iter().position(|k| k.id == rule.id).expect("every rule is known");
            let mut found: Vec<String> = KNOWN[n].literals.iter().map(|l| (*l).to_owned()).collect();
            found.extend(literals(STARTS, n as u16, false));
            found.extend(literals(ENDS, n as u16, true));
            found.extend(WIDES.iter().filter(|w| usize::from(w.1) == n).map(|w| w.0.to_owned()));
            found.sort();
            let mut wanted: Vec<String> = need.literals.clone();
            if need.at == At::Wide {
                wanted = wanted.iter().map(|l| start_of(need.at, l).unwrap_or(l).to_owned()).collect();
            }
            wanted.sort();
            assert_eq!((KNOWN[n].at, found), (need.at, wanted), "{}", rule.id);
            assert_eq!(KNOWN[n].musts, musts(pattern), "{}", rule.id);
            let forms = KNOWN[n].forms.map(|f| (f.lean.to_owned(), f.loose.map(|(l, reach)| (l.to_owned(), reach))));
            assert_eq!(forms, crate::rule::lean::forms(pattern).map(|f| (f.lean, f.loose)), "{}", rule.id);
            known += 1;
        }
        assert_eq!(known, KNOWN.len());
        assert!(KNOWN.is_sorted_by_key(|k| k.id) && WIDES.is_sorted());
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
            let (mut scan, mut out) = (Scan::default(), Vec::new());
            g.scan(line, &[Lined { end: line.len() as u32, features: Features::ALL }], Features::NONE, &mut scan);
            let stops = line.ends_with('.');
            g.open(line, 0, line.len() / 4, &mut scan, stops, &mut Key::default(), &mut out);
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
