//! Which rules a line may match, found without running a regular expression.
//!
//! A gate is derived from the literals that every match of the pattern holds: at the start of the
//! line, at its end, or anywhere. It looks at the raw line and must let through whatever the
//! pattern, which sees the line's key, could match (law 4): so literals are cut where line and key
//! may differ, and where a start or end is not ASCII the key of that end is looked at instead.

use super::ends::Ends;
use super::need::{At, HEAD, Need, ascii_head};
use super::needles::{Found, Needles};
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
}

/// Gates that are looked at line by line.
#[derive(Default)]
struct Rest {
    /// Rules by the last byte of the line that they ask for.
    last: Vec<(u8, u16)>,
    always: Vec<u16>,
}

impl Gates {
    /// Gates for `rules`; those without a pattern never wake.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = (u16, &'r Rule)>) -> Self {
        let (mut start, mut end, mut rest) = (Ends::default(), Ends::default(), <[Rest; 3]>::default());
        let mut wide = Wide::default();
        let mut needles: Vec<(String, u16)> = Vec::new();
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
            each_need(rule, |at, l| match at {
                At::Start => start.add(l, n),
                At::Wide => match std::str::from_utf8(ascii_head(l.as_bytes())) {
                    Ok(head) if head.len() >= HEAD => start.add(head, n),
                    _ => wide.add(l, n),
                },
                At::End => end.add(l, n),
                At::Inner => needles.push((l.to_owned(), n)),
                At::Last => rest.last.extend(l.bytes().map(|b| (b, n))),
                At::Nowhere => rest.always.push(n),
            });
        }
        wide.sort();
        start.grow();
        end.grow();
        Gates { start, wide, end, needles: Needles::new(needles), wants, rest }
    }

    /// Finds the needles in `text`, some whole lines, into `found`.
    pub(crate) fn scan(&self, text: &str, found: &mut Found) {
        self.needles.find(text, found);
    }

    /// Appends the rules that may match `line` to `out`, in no order and maybe twice. `needles` are
    /// those that were found in it, `stops` tells whether it ends in a stop; `key` is scratch space.
    pub(crate) fn open(&self, line: &str, needles: &[(u32, u16)], stops: bool, key: &mut Key, out: &mut Vec<u16>) {
        self.start.open(line, key, out);
        self.wide.open(line, key, out);
        self.end.open(line, key, out);
        needles.iter().for_each(|(_, needle)| out.extend_from_slice(self.needles.rules(*needle)));
        for rest in [&self.rest[0], &self.rest[if stops { 1 } else { 2 }]] {
            if !rest.last.is_empty()
                && let Some(end) = Key::last_byte(line)
            {
                out.extend(rest.last.iter().filter(|(b, _)| end == *b).map(|(_, n)| n));
            }
            out.extend_from_slice(&rest.always);
        }
        if !out.is_empty() {
            // No fewer characters than it has.
            let least = if line.is_ascii() { line.len() } else { line.len().div_ceil(4) };
            out.retain(|n| {
                let (most, stop) = self.wants[usize::from(*n)];
                least <= most && stop.is_none_or(|stop| stop == stops)
            });
        }
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
            let (mut found, mut out) = (Found::default(), Vec::new());
            g.scan(line, &mut found);
            let stops = line.ends_with('.');
            g.open(line, found.all(), stops, &mut Key::default(), &mut out);
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
