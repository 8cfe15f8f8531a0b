//! Literals at the start of lines that hold letters beyond ASCII among their first few.
//!
//! Line and key differ there, as case is folded: so they are looked up in the key of the line's start.
//! Lines whose first letters are ASCII, all lines of most texts, are passed over at once.

use super::Key;
use super::need::{HEAD, LITERAL};

/// The literals, sorted.
#[derive(Default)]
pub(super) struct Wide {
    all: Vec<(String, u16)>,
    /// Their first three bytes.
    firsts: Vec<[u8; HEAD]>,
}

impl Wide {
    pub(super) fn add(&mut self, literal: &str, rule: u16) {
        self.all.push((literal.to_owned(), rule));
    }

    /// Readies it for use, when all literals are there.
    pub(super) fn sort(&mut self) {
        self.all.sort();
        self.firsts = self.all.iter().filter_map(|(l, _)| first(l)).collect();
        self.firsts.dedup();
    }

    /// Wakes the rules one of whose literals the key of the line starts with.
    pub(super) fn open(&self, line: &str, key: &mut Key, out: &mut Vec<u16>) {
        // Whatever is beyond ASCII in a key was so in the line.
        if self.all.is_empty() || line.chars().filter(|c| !c.is_whitespace()).take(HEAD).all(|c| c.is_ascii()) {
            return;
        }
        // A run of spaces is one in the key: so the more of the line.
        let reach = 6 * LITERAL;
        let mut cut = reach.min(line.len());
        while !line.is_char_boundary(cut) {
            cut += 1;
        }
        key.set(&line[..cut]);
        if key.text().len() < LITERAL && cut < line.len() {
            key.set(line);
        }
        let text = key.text();
        let Some(here) = first(text) else { return };
        if self.firsts.binary_search(&here).is_err() {
            return;
        }
        let from = self.all.partition_point(|(l, _)| first(l) < Some(here));
        let same = self.all[from..].iter().take_while(|(l, _)| first(l) == Some(here));
        out.extend(same.filter(|(l, _)| text.starts_with(l.as_str())).map(|(_, rule)| *rule));
    }
}

/// The first bytes; a literal has as many.
fn first(text: &str) -> Option<[u8; HEAD]> {
    text.as_bytes().first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_at_the_key() {
        let mut wide = Wide::default();
        wide.add("à lire aussi", 0);
        wide.add("читайте также", 1);
        wide.add("читайте", 2);
        wide.add("él ", 3);
        wide.sort();
        let open = |line: &str| {
            let mut out = Vec::new();
            wide.open(line, &mut Key::default(), &mut out);
            out
        };
        assert_eq!(open("À LIRE  AUSSI : le mur"), [0]);
        assert_eq!(open("  Читайте\u{A0}также: стена"), [2, 1]);
        assert_eq!(open("Читатель"), [0; 0]);
        assert_eq!(open("Читайте"), [2]);
        assert_eq!(open("A lire aussi"), [0; 0]);
        assert_eq!(open("Él es"), [3]);
        assert_eq!(open(&format!("{}читайте", " ".repeat(300))), [2]);
    }
}
