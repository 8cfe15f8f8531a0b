//! The errors that a caller can do something about: configuration, rules, reports, I/O.
//!
//! Cleaning itself is infallible. Every error names the file, the line where there is one, and a
//! remedy.

use std::fmt;

/// An error with its place and what to do about it.
#[derive(Debug)]
pub struct Error {
    place: String,
    line: Option<usize>,
    what: String,
    remedy: Option<String>,
}

/// Shorthand.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error at `place`: a path, an option, a rule.
    pub fn new(place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Error { place: place.to_string(), line: None, what: what.to_string(), remedy: None }
    }

    /// Adds the line, counted from 1.
    pub fn line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// Adds what the reader can do.
    pub fn remedy(mut self, remedy: impl fmt::Display) -> Self {
        self.remedy = Some(remedy.to_string());
        self
    }

    /// What is wrong, without place and remedy.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// An I/O error on `path`, with a remedy where the kind suggests one.
    pub fn io(path: impl fmt::Display, doing: &str, e: &std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        let remedy = match e.kind() {
            K::NotFound => Some("check the name"),
            K::PermissionDenied if doing.starts_with("read") => {
                Some("check the permissions, or leave it out with --exclude")
            }
            K::PermissionDenied => Some("check the permissions, or write elsewhere with -o"),
            K::StorageFull | K::QuotaExceeded => Some("free some space, or write elsewhere with -o"),
            K::ReadOnlyFilesystem => Some("write elsewhere with -o"),
            _ => None,
        };
        let mut out = Error::new(path, format_args!("cannot {doing}: {}", io_text(e)));
        out.remedy = remedy.map(str::to_owned);
        out
    }
}

/// The system's words without Rust's "(os error N)".
fn io_text(e: &std::io::Error) -> String {
    let s = e.to_string();
    match s.find(" (os error") {
        Some(i) => s[..i].to_lowercase(),
        None => s,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(n) = self.line {
            write!(f, ":{n}")?;
        }
        write!(f, ": {}", self.what)?;
        if let Some(r) = &self.remedy {
            write!(f, "; {r}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The entry of `known` nearest to `typed`, if any is near enough to be meant.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(typed, k), k))
        .min()
        .filter(|&(d, k)| d <= 2.max(k.chars().count() / 3))
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_one_sentence() {
        let e = Error::new("lave.toml", "unknown key `profil`").line(3).remedy("did you mean `profile`?");
        assert_eq!(e.to_string(), "lave.toml:3: unknown key `profil`; did you mean `profile`?");
    }

    #[test]
    fn nearest_needs_to_be_near() {
        assert_eq!(nearest("qoutes", ["quotes", "controls"]), Some("quotes"));
        assert_eq!(nearest("xyz", ["quotes", "controls"]), None);
    }
}
