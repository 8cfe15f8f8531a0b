//! The only user of `regex`: patterns are compiled when a line first wakes them.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};

use super::lean::lean;

/// A pattern, compiled on first use.
pub(crate) struct Matcher {
    pattern: String,
    musts: Musts,
    /// The pattern that [`lean`] makes of it, where that is known.
    known: Option<&'static str>,
    /// Tells whether it matches; exact, and a fraction of the other's size.
    lean: OnceLock<Option<regex::bytes::Regex>>,
    /// Tells where.
    whole: OnceLock<Option<Regex>>,
}

/// Sets of literals of which a key that a pattern matches holds one each: looked for first, as most
/// keys lack some, and most patterns need not be compiled.
pub(super) enum Musts {
    Own(&'static [&'static [&'static str]]),
    Made(Vec<Vec<String>>),
}

impl Musts {
    /// Nothing that is looked for.
    pub(super) const NONE: Musts = Musts::Own(&[]);

    /// Whether `key` holds all that it must.
    fn are_in(&self, key: &str) -> bool {
        let holds = |literal: &str| memchr::memmem::find(key.as_bytes(), literal.as_bytes()).is_some();
        match self {
            Musts::Own(all) => all.iter().all(|set| set.iter().any(|l| holds(l))),
            Musts::Made(all) => all.iter().all(|set| set.iter().any(|l| holds(l))),
        }
    }
}

/// Most memory that one compiled pattern may take, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

fn build(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build()
}

/// Whether `pattern` can be used; the error's words if not.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    regex_syntax::parse(pattern).map_err(|e| match e {
        // Without the picture of the pattern, which takes several lines.
        regex_syntax::Error::Parse(e) => format!("{}, at character {}", e.kind(), e.span().start.column),
        regex_syntax::Error::Translate(e) => format!("{}, at character {}", e.kind(), e.span().start.column),
        other => other.to_string(),
    })?;
    build(pattern).map(drop).map_err(|e| e.to_string())
}

impl Matcher {
    pub(super) fn new(pattern: &str, musts: Musts, known: Option<&'static str>) -> Self {
        Matcher { pattern: pattern.to_owned(), musts, known, lean: OnceLock::new(), whole: OnceLock::new() }
    }

    pub(crate) fn is_match(&self, key: &str) -> bool {
        let lean = || {
            let made = if self.known.is_none() { lean(&self.pattern)? } else { String::new() };
            regex::bytes::RegexBuilder::new(self.known.unwrap_or(&made)).size_limit(SIZE_LIMIT).build().ok()
        };
        if !self.musts.are_in(key) {
            return false;
        }
        match self.lean.get_or_init(lean) {
            Some(r) => r.is_match(key.as_bytes()),
            None => self.whole().is_some_and(|r| r.is_match(key)),
        }
    }

    fn whole(&self) -> Option<&Regex> {
        self.whole.get_or_init(|| build(&self.pattern).ok()).as_ref()
    }

    /// All matches, with their groups.
    pub(crate) fn captures_iter<'k>(&self, key: &'k str) -> impl Iterator<Item = Captures<'k>> {
        self.whole().into_iter().flat_map(|r| r.captures_iter(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_match_must_hold() {
        let musts = |pattern| crate::rule::need::musts(pattern);
        let pattern = "(?:photo|image)(?: was)?(?: taken| released)[^.]{0,80}[.] [^/]{2,50}/[^.!?]{2,60}$";
        assert_eq!(musts(pattern), [vec!["/"], vec!["photo", "image"], vec![" taken", " released"]]);
        let m = Matcher::new(pattern, Musts::Made(musts(pattern)), None);
        assert!(m.is_match("the photo was taken at sea. ann ode/agency"));
        for other in ["the photo was taken at sea. ann ode", "the photo was shot. ann ode/agency", "ann/ode"] {
            assert!(!m.is_match(other), "{other}");
        }
        assert_eq!(musts("^the [a-z]+, .{3}$"), [[""; 0]; 0], "nothing that tells");
        assert_eq!(musts("(?:credit)?x|[ab]photo"), [[""; 0]; 0], "nothing that has to be there");
    }

    #[test]
    fn lean_patterns_match_the_same() {
        let patterns = [
            "^.{2,4}$",
            "^[^.!?]{3}[.]$",
            "[^a-z]é",
            "(?:[^/ ]+ ){2}x?$",
            "^[^é]{2}$",
            "^[^•漢0😀]{2,3}$",
            "[^\\x00-\\x{10FFFE}]|[x\\x{80}-\\x{10FFFF}]$",
            "^[a-zß-ü]+[^0]$",
            "©[^.]{1,3}?$",
            ".",
            "^[^a]*$",
        ];
        let pieces = ["a", "é", "x", ".", "漢", "😀", " ", "/", "©", "ß", "0"];
        for pattern in patterns {
            let m = Matcher::new(pattern, Musts::NONE, None);
            assert!(m.is_match("") == build(pattern).expect("sound").is_match(""));
            assert!(m.lean.get().expect("tried").is_some(), "{pattern}");
            for n in 0..pieces.len().pow(4) {
                let line: String = (0..4).map(|i| pieces[n / pieces.len().pow(i) % pieces.len()]).collect();
                let line = &line[..line.char_indices().nth(n % 5).map_or(line.len(), |c| c.0)];
                assert_eq!(m.is_match(line), m.whole().expect("sound").is_match(line), "{pattern} on {line:?}");
            }
        }
    }
}
