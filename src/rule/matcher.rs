//! The only user of `regex`: patterns are compiled when a line first wakes them.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};

/// A pattern, compiled on first use.
pub(crate) struct Matcher {
    pattern: String,
    regex: OnceLock<Option<Regex>>,
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
        Matcher { pattern: pattern.to_owned(), regex: OnceLock::new() }
    }

    fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| build(&self.pattern).ok()).as_ref()
    }

    pub(crate) fn is_match(&self, key: &str) -> bool {
        self.regex().is_some_and(|r| r.is_match(key))
    }

    /// All matches, with their groups.
    pub(crate) fn captures_iter<'k>(&self, key: &'k str) -> impl Iterator<Item = Captures<'k>> {
        self.regex().into_iter().flat_map(|r| r.captures_iter(key))
    }
}
