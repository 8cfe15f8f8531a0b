//! Literals at the start or end of lines.

use std::ops::Range;

use super::key::ASCII;
use super::need::HEAD;
use super::{Key, becomes_ascii};

/// Literals at one end of a line, sorted, with a tree over them, so that those that a line starts (or
/// ends) with are found byte by byte. `BACK`: at the line's end.
#[derive(Default)]
pub(super) struct Ends<const BACK: bool> {
    /// Bytes of the longest literal.
    longest: usize,
    /// The literals' bytes, going inward: those of a line's end are written backwards.
    text: Vec<u8>,
    all: Vec<Literal>,
    /// The root comes first.
    forks: Vec<Fork>,
    leaves: Vec<Range<u32>>,
}

#[derive(Clone, Copy)]
struct Literal {
    at: u32,
    len: u8,
    rule: u16,
}

/// Literals that start alike.
struct Fork {
    /// Their numbers.
    all: Range<u32>,
    /// How many of them, the first, end here.
    ended: u32,
    /// Where each next byte leads: to a fork; with `LEAF`, to a leaf; 0 for nowhere.
    next: [u32; 128],
}

/// Literals so few that each is compared.
const LEAF: u32 = 1 << 31;
const FEW: usize = 3;

/// Each byte of a line as it stands in the key; those beyond ASCII as they are.
const FOLDED: [u8; 256] = {
    let mut all = [0; 256];
    let mut b = 0;
    while b < 256 {
        all[b] = if b < 128 { ASCII[b] } else { b as u8 };
        b += 1;
    }
    all
};

impl<const BACK: bool> Ends<BACK> {
    pub(super) fn add(&mut self, literal: &str, rule: u16) {
        let at = self.text.len();
        self.text.extend_from_slice(literal.as_bytes());
        if BACK {
            self.text[at..].reverse();
        }
        self.longest = self.longest.max(literal.len());
        self.all.push(Literal { at: at as u32, len: literal.len() as u8, rule });
    }

    fn bytes(&self, l: Literal) -> &[u8] {
        &self.text[l.at as usize..][..usize::from(l.len)]
    }

    fn some(&self, range: &Range<u32>) -> &[Literal] {
        &self.all[range.start as usize..range.end as usize]
    }

    /// Readies it for use, when all literals are there.
    pub(super) fn grow(&mut self) {
        let mut all = std::mem::take(&mut self.all);
        all.sort_by(|a, b| self.bytes(*a).cmp(self.bytes(*b)));
        self.all = all;
        self.fork(0..self.all.len(), 0);
    }

    /// Adds the fork of the literals `all`, which have their first `depth` bytes in common, and what
    /// is below it.
    fn fork(&mut self, all: Range<usize>, depth: usize) -> u32 {
        let fork = self.forks.len();
        let range = |r: &Range<usize>| r.start as u32..r.end as u32;
        let byte = |e: &Self, n: usize| e.bytes(e.all[n]).get(depth).copied();
        let ended = all.clone().take_while(|&n| byte(self, n).is_none()).count();
        self.forks.push(Fork { all: range(&all), ended: ended as u32, next: [0; 128] });
        let mut from = all.start + ended;
        while from < all.end {
            let b = byte(self, from);
            let same = from..from + (from..all.end).take_while(|&n| byte(self, n) == b).count();
            let next = if same.len() > FEW {
                self.fork(same.clone(), depth + 1)
            } else {
                self.leaves.push(range(&same));
                (self.leaves.len() - 1) as u32 | LEAF
            };
            self.forks[fork].next[usize::from(b.unwrap_or(0)) % 128] = next;
            from = same.end;
        }
        fork as u32
    }

    /// Wakes the rules one of whose literals stands at the start (or end) of the line.
    pub(super) fn open(&self, line: &str, scratch: &mut Key, out: &mut Vec<u16>) {
        if self.all.is_empty() {
            return;
        }
        let blank = |b: &u8| matches!(b, b' ' | 9..=13);
        let bytes = line.as_bytes();
        let from = bytes.iter().position(|b| !blank(b)).unwrap_or(bytes.len());
        let to = bytes.iter().rposition(|b| !blank(b)).map_or(from, |i| i + 1);
        let raw = &bytes[from..to];
        if self.look(raw, out) {
            return;
        }
        // A character that stays beyond ASCII is in no literal.
        let text = &line[from..to];
        let stays = |c: char| !c.is_ascii() && !becomes_ascii(c);
        let near = if BACK { text.chars().rev().take(HEAD).any(stays) } else { text.chars().take(HEAD).any(stays) };
        if near {
            return;
        }
        // Line and key are out of step here: look at the key itself, as far as literals reach.
        let cut = |mut at: usize| {
            while !line.is_char_boundary(at) {
                at += 1;
            }
            at
        };
        let reach = 6 * (self.longest + 1);
        let part = if BACK { &line[cut(to.saturating_sub(reach))..to] } else { &line[from..cut(to.min(from + reach))] };
        scratch.set(part);
        let known = scratch.text().len() >= self.longest || part.len() == raw.len();
        if !known {
            out.extend(self.all.iter().map(|l| l.rule));
        } else {
            self.look(scratch.text().as_bytes(), out);
        }
    }

    /// Looks at the bytes of a line or of its key. False if one of the first few that count is not
    /// ASCII. A blank stands for any run of them; after the first few, what is not ASCII may be
    /// anything.
    fn look(&self, bytes: &[u8], out: &mut Vec<u16>) -> bool {
        let at = |j: usize| {
            let j = if BACK { bytes.len().wrapping_sub(j + 1) } else { j };
            bytes.get(j).map(|&b| FOLDED[usize::from(b)])
        };
        let past = |mut j: usize| {
            j += 1;
            if at(j - 1) == Some(b' ') {
                while at(j) == Some(b' ') {
                    j += 1;
                }
            }
            j
        };
        let (mut depth, mut j) = (0, 0);
        let mut fork = &self.forks[0];
        let leaf = loop {
            if fork.ended > 0 {
                out.extend(self.some(&fork.all)[..fork.ended as usize].iter().map(|l| l.rule));
            }
            let Some(b) = at(j) else { return true };
            let Some(&next) = fork.next.get(usize::from(b)) else {
                if depth >= HEAD {
                    out.extend(self.some(&fork.all).iter().map(|l| l.rule));
                }
                return depth >= HEAD;
            };
            if next == 0 {
                return true;
            }
            depth += 1;
            j = past(j);
            if next & LEAF != 0 {
                break &self.leaves[(next & !LEAF) as usize];
            }
            fork = &self.forks[next as usize];
        };
        let mut near = true;
        for &l in self.some(leaf) {
            let (mut depth, mut j) = (depth, j);
            let stands = loop {
                match (self.bytes(l).get(depth), at(j)) {
                    (None, _) => break true,
                    (Some(_), Some(b)) if b >= 0x80 => {
                        near &= depth >= HEAD;
                        break depth >= HEAD;
                    }
                    (Some(want), got) if got != Some(*want) => break false,
                    _ => {
                        depth += 1;
                        j = past(j);
                    }
                }
            };
            if stands {
                out.push(l.rule);
            }
        }
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_literals_as_rules_can_be() {
        let letter = |n: u32, i: u32| char::from(b'a' + (n / 26u32.pow(i) % 26) as u8);
        let literal = |n: u16| (0..4).map(|i| letter(u32::from(n), i)).collect::<String>();
        let mut ends = Ends::<false>::default();
        (0..60_000).for_each(|n| ends.add(&literal(n), n));
        ends.grow();
        assert!(ends.leaves.len() > 1 << 15);
        for n in (0..60_000).step_by(7) {
            let mut open = Vec::new();
            ends.open(&literal(n), &mut Key::default(), &mut open);
            assert!(open.contains(&n), "{}", literal(n));
        }
    }
}
