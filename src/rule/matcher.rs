//! The only user of `regex`: patterns are compiled when a line first wakes them.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition,
};

/// A pattern, compiled on first use.
pub(crate) struct Matcher {
    pattern: String,
    musts: Musts,
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
    pub(super) fn new(pattern: &str, musts: Musts) -> Self {
        Matcher { pattern: pattern.to_owned(), musts, lean: OnceLock::new(), whole: OnceLock::new() }
    }

    pub(crate) fn is_match(&self, key: &str) -> bool {
        let lean = || {
            let hir = lean(&regex_syntax::parse(&self.pattern).ok()?);
            regex::bytes::RegexBuilder::new(&hir.to_string()).size_limit(SIZE_LIMIT).build().ok()
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

/// The same pattern for keys, with a fifth of the states. Groups are dropped.
fn lean(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => lean_class(class).unwrap_or_else(|| hir.clone()),
        HirKind::Capture(c) => lean(&c.sub),
        HirKind::Repetition(r) => Hir::repetition(Repetition { sub: Box::new(lean(&r.sub)), ..r.clone() }),
        HirKind::Concat(all) => Hir::concat(all.iter().map(lean).collect()),
        HirKind::Alternation(all) => Hir::alternation(all.iter().map(lean).collect()),
        _ => hir.clone(),
    }
}

/// A class as it is in UTF-8 that is known to be sound, if that is simpler: where it holds all
/// characters that a first byte can start, as most do with most (`.`, `[^.!?]`), what follows need
/// not be told apart. Nothing in a pattern starts amid a character, so that none is cut in two.
fn lean_class(class: &ClassUnicode) -> Option<Hir> {
    let mut whole = ClassBytes::empty();
    let mut rest = ClassUnicode::empty();
    for lead in 0xC2..=0xF4u8 {
        let (first, count) = match lead {
            ..=0xDF => (u32::from(lead & 0x1F) << 6, 1 << 6),
            0xE0..=0xEF => (u32::from(lead & 0x0F) << 12, 1 << 12),
            _ => (u32::from(lead & 0x07) << 18, 1 << 18),
        };
        // The shortest form is the only one, and not every number is a character.
        let least = if lead < 0xE0 {
            0x80
        } else if lead < 0xF0 {
            0x800
        } else {
            0x1_0000
        };
        let mut all = ClassUnicode::empty();
        for (a, b) in [(0, 0xD7FF), (0xE000, 0x10_FFFF)] {
            let range = first.max(least).max(a)..=(first + count - 1).min(b);
            if let (Some(a), Some(b), false) =
                (char::from_u32(*range.start()), char::from_u32(*range.end()), range.is_empty())
            {
                all.push(ClassUnicodeRange::new(a, b));
            }
        }
        let mut held = all.clone();
        held.intersect(class);
        if held == all {
            whole.push(ClassBytesRange::new(lead, lead));
        } else {
            rest.union(&held);
        }
    }
    if whole.ranges().is_empty() {
        return None;
    }
    let mut ascii = class.clone();
    ascii.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7F')]));
    let follow = Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(0x80, 0xBF)])));
    let follow = Hir::repetition(Repetition { min: 1, max: None, greedy: true, sub: Box::new(follow) });
    let beyond = Hir::concat(vec![Hir::class(Class::Bytes(whole)), follow]);
    let all = [Hir::class(Class::Unicode(ascii)), Hir::class(Class::Unicode(rest)), beyond];
    // An empty class never matches, and a pattern cannot be written with it.
    Some(Hir::alternation(all.into_iter().filter(|h| *h != Hir::fail()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_match_must_hold() {
        let musts = |pattern| crate::rule::need::musts(pattern);
        let pattern = "(?:photo|image)(?: was)?(?: taken| released)[^.]{0,80}[.] [^/]{2,50}/[^.!?]{2,60}$";
        assert_eq!(musts(pattern), [vec!["/"], vec!["photo", "image"], vec![" taken", " released"]]);
        let m = Matcher::new(pattern, Musts::Made(musts(pattern)));
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
            let m = Matcher::new(pattern, Musts::Made(Vec::new()));
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
