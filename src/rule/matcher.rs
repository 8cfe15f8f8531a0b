//! The only user of `regex`: patterns are compiled when a line first wakes them.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

/// A pattern, compiled on first use.
pub(crate) struct Matcher {
    pattern: String,
    /// Tells whether it matches; exact, and a fraction of the other's size.
    lean: OnceLock<Option<regex::bytes::Regex>>,
    /// Tells where.
    whole: OnceLock<Option<Regex>>,
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
    pub(crate) fn new(pattern: &str) -> Self {
        Matcher { pattern: pattern.to_owned(), lean: OnceLock::new(), whole: OnceLock::new() }
    }

    pub(crate) fn is_match(&self, key: &str) -> bool {
        let lean = || {
            let hir = lean(&regex_syntax::parse(&self.pattern).ok()?);
            regex::bytes::RegexBuilder::new(&hir.to_string()).size_limit(SIZE_LIMIT).build().ok()
        };
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

/// The same pattern for keys, which are UTF-8: a class that holds every character beyond ASCII, as
/// most do (`.`, `[^.!?]`), need not tell sound UTF-8 from unsound. A first byte and what bytes go
/// on from it will do; nothing in a pattern starts amid a character, so that none is cut in two.
/// That leaves a fifth of the states. Groups are dropped.
fn lean(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) if class.ranges().last().is_some_and(|r| r.end() == char::MAX) => {
            let last = class.ranges().last().map_or('\0', |r| r.start());
            if last > '\u{80}' {
                return hir.clone();
            }
            let ascii = class.ranges().iter().filter(|r| r.start().is_ascii());
            let ascii = ascii.map(|r| ClassBytesRange::new(r.start() as u8, (r.end() as u32).min(0x7F) as u8));
            let bytes = |a, b| Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(a, b)])));
            let rest = Repetition { min: 1, max: None, greedy: true, sub: Box::new(bytes(0x80, 0xBF)) };
            let beyond = Hir::concat(vec![bytes(0xC2, 0xF4), Hir::repetition(rest)]);
            Hir::alternation(vec![Hir::class(Class::Bytes(ClassBytes::new(ascii))), beyond])
        }
        HirKind::Capture(c) => lean(&c.sub),
        HirKind::Repetition(r) => Hir::repetition(Repetition { sub: Box::new(lean(&r.sub)), ..r.clone() }),
        HirKind::Concat(all) => Hir::concat(all.iter().map(lean).collect()),
        HirKind::Alternation(all) => Hir::alternation(all.iter().map(lean).collect()),
        _ => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lean_patterns_match_the_same() {
        let patterns = [
            "^.{2,4}$",
            "^[^.!?]{3}[.]$",
            "[^a-z]é",
            "(?:[^/ ]+ ){2}x?$",
            "^[^é]{2}$",
            "^[a-zß-ü]+[^0]$",
            "©[^.]{1,3}?$",
            ".",
            "^[^a]*$",
        ];
        let pieces = ["a", "é", "x", ".", "漢", "😀", " ", "/", "©", "ß", "0"];
        for pattern in patterns {
            let m = Matcher::new(pattern);
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
