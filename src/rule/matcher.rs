//! The only user of `regex`: patterns are compiled when a line first wakes them.

use std::sync::OnceLock;

use memchr::memmem::Finder;
use regex::{Captures, Regex, RegexBuilder};
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::{pool::Pool, syntax};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Hir, HirKind};

use super::lean::forms;

/// A pattern, compiled on first use.
pub(crate) struct Matcher {
    pattern: String,
    musts: Musts,
    /// What [`forms`] makes of it, where that is known.
    known: Option<Known>,
    /// Tells that it does not match, and often that it does.
    loose: OnceLock<Option<(Lean, usize)>>,
    /// Tells whether it matches; exact, and a fraction of the other's size.
    lean: OnceLock<Option<Lean>>,
    /// Tells where.
    whole: OnceLock<Option<Regex>>,
}

/// What `build.rs` made of the pattern of one of lave's own rules; as [`super::lean::Forms`].
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) lean: &'static str,
    pub(super) loose: Option<(&'static str, usize)>,
}

/// Sets of literals of which a key that a pattern matches holds one each: looked for first, as most
/// keys lack some, and most patterns need not be compiled.
pub(super) struct Musts {
    all: Literals,
    finders: OnceLock<Vec<Vec<Finder<'static>>>>,
}

enum Literals {
    Own(&'static [&'static [&'static str]]),
    Made(Vec<Vec<String>>),
}

impl Musts {
    /// Of one of lave's own rules.
    pub(super) fn own(all: &'static [&'static [&'static str]]) -> Musts {
        Musts { all: Literals::Own(all), finders: OnceLock::new() }
    }

    /// Of another's.
    pub(super) fn made(all: Vec<Vec<String>>) -> Musts {
        Musts { all: Literals::Made(all), finders: OnceLock::new() }
    }

    /// Nothing that is looked for.
    pub(super) fn none() -> Musts {
        Musts::own(&[])
    }

    /// Whether `key` holds all that it must.
    fn are_in(&self, key: &str) -> bool {
        let finders = self.finders.get_or_init(|| match &self.all {
            Literals::Own(all) => all.iter().map(|set| set.iter().map(|l| Finder::new(*l)).collect()).collect(),
            Literals::Made(all) => {
                all.iter().map(|set| set.iter().map(|l| Finder::new(l).into_owned()).collect()).collect()
            }
        });
        finders.iter().all(|set| set.iter().any(|l| l.find(key.as_bytes()).is_some()))
    }
}

/// A pattern that tells whether it matches, in one pass in one direction: half of what `regex`
/// compiles, which goes both ways to tell where.
struct Lean {
    dfa: DFA,
    /// From the end to the start, for a pattern whose end tells more than its start.
    back: bool,
    anchored: Anchored,
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>>,
}

impl Lean {
    /// `None` if `pattern` cannot be read or is too big.
    fn new(pattern: &str) -> Option<Lean> {
        let hir = syntax::parse_with(pattern, &syntax::Config::new().utf8(false)).ok()?;
        let look = hir.properties();
        let start = look.look_set_prefix().contains(regex_syntax::hir::Look::Start);
        let end = look.look_set_suffix().contains(regex_syntax::hir::Look::End);
        // Few keys end like a pattern's end; nearly all start like `.{3,}`.
        let back = end && (!start || starts_wide(&hir));
        let config = thompson::Config::new()
            .utf8(false)
            .reverse(back)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(SIZE_LIMIT));
        let nfa: NFA = thompson::Compiler::new().configure(config).build_from_hir(&hir).ok()?;
        let config = DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let cache = dfa.clone();
        let caches = Pool::new(Box::new(move || cache.create_cache()) as Box<_>);
        Some(Lean { dfa, back, anchored: if start || end { Anchored::Yes } else { Anchored::No }, caches })
    }

    /// `None` if it cannot tell.
    fn is_match(&self, key: &str) -> Option<bool> {
        let input = Input::new(key).anchored(self.anchored).earliest(true);
        let mut cache = self.caches.get();
        let found = if self.back {
            self.dfa.try_search_rev(&mut cache, &input)
        } else {
            self.dfa.try_search_fwd(&mut cache, &input)
        };
        found.ok().map(|at| at.is_some())
    }
}

/// Whether a pattern that is bound to the start says little about what comes there: a class of many
/// characters, again and again.
fn starts_wide(hir: &Hir) -> bool {
    let HirKind::Concat(parts) = hir.kind() else { return false };
    match parts.iter().map(Hir::kind).find(|part| !matches!(part, HirKind::Look(_))) {
        Some(HirKind::Repetition(r)) => r.min > 0 && r.max.is_none() && !r.sub.properties().is_literal(),
        _ => false,
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
    pub(super) fn new(pattern: &str, musts: Musts, known: Option<Known>) -> Self {
        let (loose, lean, whole) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Matcher { pattern: pattern.to_owned(), musts, known, loose, lean, whole }
    }

    pub(crate) fn is_match(&self, key: &str) -> bool {
        if !self.musts.are_in(key) {
            return false;
        }
        if let Some((loose, reach)) = self.loose() {
            match loose.is_match(key) {
                Some(false) => return false,
                Some(true) if key.len() <= *reach => return true,
                _ => {}
            }
        }
        let told = self.lean().and_then(|l| l.is_match(key));
        told.unwrap_or_else(|| self.whole().is_some_and(|r| r.is_match(key)))
    }

    fn loose(&self) -> Option<&(Lean, usize)> {
        let made = || match self.known {
            Some(known) => known.loose.map(|(loose, reach)| Some((Lean::new(loose)?, reach)))?,
            None => forms(&self.pattern)?.loose.map(|(loose, reach)| Some((Lean::new(&loose)?, reach)))?,
        };
        self.loose.get_or_init(made).as_ref()
    }

    fn lean(&self) -> Option<&Lean> {
        let made = || match self.known {
            Some(known) => Lean::new(known.lean),
            None => Lean::new(&forms(&self.pattern)?.lean),
        };
        self.lean.get_or_init(made).as_ref()
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
        let m = Matcher::new(pattern, Musts::made(musts(pattern)), None);
        assert!(m.is_match("the photo was taken at sea. ann ode/agency"));
        for other in ["the photo was taken at sea. ann ode", "the photo was shot. ann ode/agency", "ann/ode"] {
            assert!(!m.is_match(other), "{other}");
        }
        assert_eq!(musts("^the [a-z]+, .{3}$"), [[""; 0]; 0], "nothing that tells");
        assert_eq!(musts("(?:credit)?x|[ab]photo"), [[""; 0]; 0], "nothing that has to be there");
    }

    #[test]
    fn bounds_hold() {
        let patterns =
            ["^a{2,9}b$", "b?[^b]{3,12}b?$", "(?:ab?){1,8}b$", "^.{20}b", "^a(?:b{0,8}a){2,30}$", "^(?:a{0,9}b){3,8}"];
        for pattern in patterns {
            let m = Matcher::new(pattern, Musts::none(), None);
            let mut matches = 0;
            for n in 0..40 {
                for tail in ["", "b", "bb", "abba"] {
                    for key in ["a", "ab", "ba"].map(|s| s.repeat(n) + tail) {
                        let wanted = m.whole().expect("sound").is_match(&key);
                        assert_eq!(m.is_match(&key), wanted, "{pattern} on {key}");
                        matches += usize::from(wanted);
                    }
                }
            }
            assert!(m.loose().is_some() != (pattern == "^.{20}b"), "{pattern}");
            assert!((1..480).contains(&matches), "{pattern}: {matches}");
        }
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
            let m = Matcher::new(pattern, Musts::none(), None);
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
