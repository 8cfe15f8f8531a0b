//! Literals at the start of lines that hold letters beyond ASCII among their first few.
//!
//! Line and key differ there, as case is folded: so they are looked up in the key of the line's start.
//! Lines whose first letters are ASCII, all lines of most texts, are passed over at once.

use super::Key;
use super::need::{HEAD, LITERAL};

/// The literals.
pub(super) struct Wide {
    /// Those of lave's own rules, sorted, and the rule that each of them is, if it is in force.
    own: &'static [(&'static str, u16)],
    rules: Vec<Option<u16>>,
    /// Those of others, sorted.
    more: Vec<(String, u16)>,
    /// A bit for each [`slot`] that the first bytes of a literal have.
    heads: Vec<u64>,
    /// How literals start that are too short for that.
    short: Vec<[u8; HEAD]>,
    empty: bool,
}

/// Bytes that [`slot`] is made of, and bits of it.
const WIDTH: usize = 6;
const SLOT: u32 = 14;

/// A number for the first bytes of a key.
fn slot(head: [u8; WIDTH]) -> usize {
    let [a, b, c, d, e, f] = head;
    (u64::from_le_bytes([a, b, c, d, e, f, 0, 0]).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOT)) as usize
}

impl Wide {
    /// `own`: literals of lave's own rules, sorted, by their numbers.
    pub(super) fn new(own: &'static [(&'static str, u16)]) -> Wide {
        let of = own.iter().map(|(_, n)| usize::from(*n) + 1).max().unwrap_or(0);
        Wide {
            own,
            rules: vec![None; of],
            more: Vec::new(),
            heads: vec![0; 1 << (SLOT - 6)],
            short: Vec::new(),
            empty: true,
        }
    }

    /// One of lave's own rules, the `n`th, is in force as `rule`.
    pub(super) fn add_own(&mut self, n: usize, rule: u16) {
        if let Some(at) = self.rules.get_mut(n) {
            *at = Some(rule);
            self.empty = false;
        }
    }

    pub(super) fn add(&mut self, literal: &str, rule: u16) {
        self.more.push((literal.to_owned(), rule));
        self.empty = false;
    }

    /// Readies it for use, when all literals are there.
    pub(super) fn sort(&mut self) {
        self.more.sort();
        let own = self.own.iter().filter(|(_, n)| self.rules[usize::from(*n)].is_some()).map(|(l, _)| *l);
        for literal in own.chain(self.more.iter().map(|(l, _)| l.as_str())) {
            match literal.as_bytes().first_chunk() {
                Some(head) => self.heads[slot(*head) / 64] |= 1 << (slot(*head) % 64),
                None => self.short.extend(first(literal)),
            }
        }
    }

    /// Whether no rule wakes for a line whose key has these bytes at its start.
    pub(super) fn is_quiet(&self, key: [u8; super::key::WIDTH]) -> bool {
        let [a, b, c, d, e, f, ..] = key;
        let slot = || slot([a, b, c, d, e, f]);
        self.empty
            || [a, b, c].is_ascii()
            || self.heads[slot() / 64] >> (slot() % 64) & 1 == 0 && !self.short.contains(&[a, b, c])
    }

    /// Wakes the rules one of whose literals the key of the line starts with.
    pub(super) fn open(&self, line: &str, key: &mut Key, out: &mut Vec<u16>) {
        if self.empty {
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
        with(self.own, here, text, |n| out.extend(self.rules[usize::from(n)]));
        with(&self.more, here, text, |n| out.push(n));
    }
}

/// Calls `hit` for each literal that `text`, which starts with `here`, starts with.
fn with<S: AsRef<str>>(all: &[(S, u16)], here: [u8; HEAD], text: &str, mut hit: impl FnMut(u16)) {
    let from = all.partition_point(|(l, _)| first(l.as_ref()) < Some(here));
    let same = all[from..].iter().take_while(|(l, _)| first(l.as_ref()) == Some(here));
    same.filter(|(l, _)| text.starts_with(l.as_ref())).for_each(|(_, n)| hit(*n));
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
        let mut wide = Wide::new(&[]);
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
