//! Which rules a line may match, found without running a regular expression.
//!
//! A gate is derived from the literals that every match of the pattern holds: at the start of the
//! line, at its end, or anywhere. It looks at the raw line and must let through whatever the
//! pattern, which sees the line's key, could match (law 4): so literals are cut where line and key
//! may differ, and where a start or end is not ASCII the key of that end is looked at instead.

use super::ends::Ends;
use super::matcher::Musts;
use super::need::{At, Need, musts, start_of};
use super::needles::{self, Found, Needles};
use super::tree::{Fork, Literal, Tree, Way};
use super::wide::Wide;
use super::{Key, Rule};

include!(concat!(env!("OUT_DIR"), "/needs.rs"));

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
    /// Most bytes of a line that any of them may match.
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
                    let (_, at, literals, _) = NEEDS[k];
                    // The literals of others are where they belong.
                    (at, literals.iter().map(|l| (*l).to_owned()).collect())
                }
                None => {
                    let need = Need::of(pattern, &rule.when.needles);
                    (need.at, need.literals)
                }
            };
            if matches!(at, At::Nowhere | At::Byte | At::Last) {
                // A character has four bytes at most.
                rest.longest = rest.longest.max(line_max.saturating_mul(4));
            }
            match at {
                At::Nowhere => rest.always.push(n),
                At::Byte => {
                    let mut bytes = literals.iter().flat_map(|l| l.chars()).map(|c| c as u8).cycle();
                    let any = [(); 3].map(|()| bytes.next().unwrap_or_default());
                    let mark = marks.iter().position(|m| *m == any).unwrap_or(marks.len());
                    if mark == marks.len() {
                        marks.push(any);
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
        start.grow();
        end.grow();
        Gates { start, wide, end, needles: Needles::new(needles), wants, rest, marks }
    }

    /// Searches `text`, some whole lines.
    pub(crate) fn scan(&self, text: &str, found: &mut Scan) {
        self.needles.find(text, &mut found.needles);
        found.marks.clear();
        found.marks.extend(self.marks.iter().map(|&any| holds(any, text)));
    }

    /// The same for a text of one line.
    pub(crate) fn scan_line(&self, line: &str, found: &mut Scan) {
        self.needles.find(line, &mut found.needles);
        found.marks.clear();
        found.marks.resize(self.marks.len(), true);
    }

    /// Appends the rules that may match `line` to `out`, in no order and maybe twice. `scan`: of the
    /// text that it stands in, whose `needles` are those in the line; `stops` tells whether it ends
    /// in a stop; `key` is scratch space.
    pub(crate) fn open(
        &self,
        line: &str,
        scan: &Scan,
        needles: &[(u32, u16)],
        stops: bool,
        key: &mut Key,
        out: &mut Vec<u16>,
    ) {
        let blank = |b: &u8| matches!(b, b' ' | 9..=13);
        let bytes = line.as_bytes();
        let from = bytes.iter().position(|b| !blank(b)).unwrap_or(bytes.len());
        let to = bytes.iter().rposition(|b| !blank(b)).map_or(from, |i| i + 1);
        self.start.open(line, from..to, key, out);
        self.wide.open(line, from, key, out);
        self.end.open(line, from..to, key, out);
        needles.iter().for_each(|(_, needle)| out.extend_from_slice(self.needles.rules(*needle)));
        let mut last = None;
        for rest in [&self.rest[0], &self.rest[if stops { 1 } else { 2 }]] {
            if line.len() > rest.longest {
                continue;
            }
            if !rest.last.is_empty()
                && let Some(end) = *last.get_or_insert_with(|| Key::last_byte(line))
                && rest.lasts[usize::from(end) / 64] >> (end % 64) & 1 == 1
            {
                out.extend(rest.last.iter().filter(|(b, _)| end == *b).map(|(_, n)| n));
            }
            let here = |mark: usize| scan.marks[mark] && holds(self.marks[mark], line);
            out.extend(rest.bytes.iter().filter(|(mark, _)| here(*mark)).map(|(_, n)| n));
            out.extend_from_slice(&rest.always);
        }
        if !out.is_empty() {
            // No fewer characters than it has.
            let mut least = None;
            let mut least =
                || *least.get_or_insert_with(|| if line.is_ascii() { line.len() } else { line.len().div_ceil(4) });
            out.retain(|n| {
                let (most, stop) = self.wants[usize::from(*n)];
                stop.is_none_or(|stop| stop == stops) && (line.len() <= most || least() <= most)
            });
        }
    }
}

/// What is known of one of lave's own rules: its number in [`NEEDS`].
fn known(rule: &Rule) -> Option<usize> {
    if rule.own { NEEDS.binary_search_by_key(&rule.id.as_str(), |(id, ..)| id).ok() } else { None }
}

/// What the keys hold that the rule's pattern matches.
pub(super) fn musts_of(rule: &Rule) -> Musts {
    match known(rule) {
        Some(k) => Musts::Own(NEEDS[k].3),
        None => Musts::Made(rule.pattern.as_deref().map(musts).unwrap_or_default()),
    }
}

/// What a search of some lines found, for gates. Reused from text to text.
#[derive(Default)]
pub(crate) struct Scan {
    needles: Found,
    /// For each of [`Gates::marks`] whether the text may hold one of those bytes.
    marks: Vec<bool>,
}

impl Scan {
    /// Needles, each with a byte within the line that it is in; in order of place.
    pub(crate) fn needles(&self) -> &[(u32, u16)] {
        self.needles.all()
    }
}

fn holds([a, b, c]: [u8; 3], text: &str) -> bool {
    memchr::memchr3(a, b, c, text.as_bytes()).is_some()
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
            let n = NEEDS.iter().position(|(id, ..)| *id == rule.id).expect("every rule is known");
            let mut found: Vec<String> = NEEDS[n].2.iter().map(|l| (*l).to_owned()).collect();
            found.extend(literals(STARTS, n as u16, false));
            found.extend(literals(ENDS, n as u16, true));
            found.extend(WIDES.iter().filter(|w| usize::from(w.1) == n).map(|w| w.0.to_owned()));
            found.sort();
            let mut wanted: Vec<String> = need.literals.clone();
            if need.at == At::Wide {
                wanted = wanted.iter().map(|l| start_of(need.at, l).unwrap_or(l).to_owned()).collect();
            }
            wanted.sort();
            assert_eq!((NEEDS[n].1, found), (need.at, wanted), "{}", rule.id);
            assert_eq!(NEEDS[n].3, musts(pattern), "{}", rule.id);
            known += 1;
        }
        assert_eq!(known, NEEDS.len());
        assert!(NEEDS.is_sorted_by_key(|(id, ..)| id) && WIDES.is_sorted());
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
            g.scan(line, &mut scan);
            let stops = line.ends_with('.');
            g.open(line, &scan, scan.needles(), stops, &mut Key::default(), &mut out);
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
