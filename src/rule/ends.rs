//! Literals at the start or end of lines.

use std::ops::Range;

use super::key::ASCII;
use super::need::HEAD;
use super::tree::{Fork, Grown, Literal, Tree, Way};
use super::{Key, becomes_ascii};

/// Literals at one end of a line. `BACK`: at the line's end; their bytes are written backwards.
pub(super) struct Ends<const BACK: bool> {
    /// Those of lave's own rules, and the rule that each of them is, if it is in force.
    own: Tree<'static>,
    rules: Vec<Option<u16>>,
    /// Those of others.
    more: Grown,
    /// Where each first byte leads in either tree.
    first: [[Option<Way>; 128]; 2],
    /// A bit for each [`slot`] that the first bytes of a literal have.
    heads: Vec<u64>,
    /// Bytes of the longest literal.
    longest: usize,
}

/// Bits of the number that [`slot`] makes.
const SLOT: u32 = 15;
/// Bytes that it is made of.
const WIDTH: usize = 4;
/// Bytes of a line that make more bytes of a key than that, mostly.
const FEW: usize = 24;

/// A number for four bytes.
fn slot(bytes: [u8; WIDTH]) -> usize {
    (u32::from_le_bytes(bytes).wrapping_mul(0x9E37_79B1) >> (32 - SLOT)) as usize
}

/// Each byte of a line as it stands in the key; those beyond ASCII as they are.
pub(super) const FOLDED: [u8; 256] = {
    let mut all = [0; 256];
    let mut b = 0;
    while b < 256 {
        all[b] = if b < 128 { ASCII[b] } else { b as u8 };
        b += 1;
    }
    all
};

impl<const BACK: bool> Ends<BACK> {
    /// `own`: literals of lave's own rules, by their numbers.
    pub(super) fn new(own: Tree<'static>) -> Self {
        let of = own.literals.iter().map(|l| usize::from(l.who) + 1).max().unwrap_or(0);
        Ends {
            own,
            rules: vec![None; of],
            more: Grown::default(),
            first: [[None; 128]; 2],
            heads: vec![0; 1 << (SLOT - 6)],
            longest: 0,
        }
    }

    /// One of lave's own rules, the `n`th, is in force as `rule`.
    pub(super) fn add_own(&mut self, n: usize, rule: u16) {
        if let Some(at) = self.rules.get_mut(n) {
            *at = Some(rule);
        }
    }

    pub(super) fn add(&mut self, literal: &str, rule: u16) {
        if BACK {
            self.more.add(literal.bytes().rev(), rule);
        } else {
            self.more.add(literal.bytes(), rule);
        }
    }

    /// Readies it for use, when all literals are there.
    pub(super) fn grow(&mut self) {
        self.more.grow();
        if self.rules.iter().all(Option::is_none) {
            self.own = Tree { literals: &[], ..self.own };
        }
        for (first, tree) in self.first.iter_mut().zip([self.own, self.more.view()]) {
            if !tree.literals.is_empty() {
                let root = &tree.forks[0];
                *first = std::array::from_fn(|b| tree.next(root, b as u8));
            }
        }
        let mut heads = std::mem::take(&mut self.heads);
        for (own, tree) in self.each_tree() {
            for &l in tree.literals.iter().filter(|l| !own || self.rules[usize::from(l.who)].is_some()) {
                let mut mark = |head| heads[slot(head) / 64] |= 1 << (slot(head) % 64);
                match *tree.bytes(l) {
                    [a, b, c, d, ..] => mark([a, b, c, d]),
                    // After a shorter one anything may stand.
                    [a, b, c] => (0..128).for_each(|d| mark([a, b, c, d])),
                    _ => heads.fill(u64::MAX),
                }
            }
        }
        self.heads = heads;
        let len = |l: &Literal| usize::from(l.len);
        self.longest = self.own.literals.iter().chain(&self.more.literals).map(len).max().unwrap_or(0);
    }

    fn each_tree(&self) -> impl Iterator<Item = (bool, Tree<'_>)> {
        [(true, self.own), (false, self.more.view())].into_iter().filter(|(_, tree)| !tree.literals.is_empty())
    }

    /// Wakes the rules one of whose literals stands at the start (or end) of the line, of which the
    /// bytes `inner` are neither blank at their start nor at their end.
    pub(super) fn open(&self, line: &str, inner: Range<usize>, scratch: &mut Key, out: &mut Vec<u16>) {
        if self.longest == 0 {
            return;
        }
        let Range { start: from, end: to } = inner;
        let raw = &line.as_bytes()[from..to];
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
        // Line and key are out of step here: look at the key itself, first at a few characters, as
        // few lines go on like a literal, then as far as literals reach.
        let cut = |mut at: usize| {
            while !line.is_char_boundary(at) {
                at += 1;
            }
            at
        };
        let part = |reach: usize| {
            if BACK { &line[cut(to.saturating_sub(reach))..to] } else { &line[from..cut(to.min(from + reach))] }
        };
        scratch.set(part(FEW));
        // What is cut off may hold more of a space, or make one of it.
        if scratch.text().len() > WIDTH && !self.may_be(scratch.text().as_bytes()) {
            return;
        }
        let part = part(6 * (self.longest + 1));
        scratch.set(part);
        let known = scratch.text().len() >= self.longest || part.len() == raw.len();
        if !known {
            self.each_tree().for_each(|(own, tree)| self.wake(own, tree.literals, out));
        } else {
            self.look(scratch.text().as_bytes(), out);
        }
    }

    /// Whether no literal can be at the end of a line that has these bytes there: all are ASCII, at
    /// most one of them is blank, not the outermost, and no literal has them.
    pub(super) fn is_quiet(&self, [a, b, c, d]: [u8; WIDTH]) -> bool {
        let four = if BACK { [d, c, b, a] } else { [a, b, c, d] };
        let head = four.map(|b| FOLDED[usize::from(b)]);
        let word = u32::from_le_bytes(head);
        // The high bit of each byte that is a space, and maybe of one after it.
        let apart = word ^ 0x2020_2020;
        let blanks = apart.wrapping_sub(0x0101_0101) & !apart & 0x8080_8080;
        let plain = word & 0x8080_8080 == 0 && head[0] != b' ' && blanks & blanks.wrapping_sub(1) == 0;
        plain && self.heads[slot(head) / 64] >> (slot(head) % 64) & 1 == 0
    }

    /// Looks at the bytes of a line or of its key. False if one of the first few that count is not
    /// ASCII. A blank stands for any run of them; after the first few, what is not ASCII may be
    /// anything.
    fn look(&self, bytes: &[u8], out: &mut Vec<u16>) -> bool {
        if !self.may_be(bytes) {
            return true;
        }
        self.each_tree().fold(true, |near, (own, tree)| self.look_in(own, tree, bytes, out) && near)
    }

    /// Whether the first four bytes of a line or of its key may be those of a literal, or are not
    /// that easy to tell.
    fn may_be(&self, bytes: &[u8]) -> bool {
        let four: Option<[u8; WIDTH]> =
            if BACK { bytes.last_chunk().map(|&[d, c, b, a]| [a, b, c, d]) } else { bytes.first_chunk().copied() };
        let Some(four) = four else { return true };
        let head = four.map(|b| FOLDED[usize::from(b)]);
        let plain = u32::from_le_bytes(head) & 0x8080_8080 == 0 && !head.windows(2).any(|w| w == *b"  ");
        !plain || self.heads[slot(head) / 64] >> (slot(head) % 64) & 1 == 1
    }

    fn wake(&self, own: bool, literals: &[Literal], out: &mut Vec<u16>) {
        if own {
            out.extend(literals.iter().filter_map(|l| self.rules[usize::from(l.who)]));
        } else {
            out.extend(literals.iter().map(|l| l.who));
        }
    }

    fn look_in(&self, own: bool, tree: Tree<'_>, bytes: &[u8], out: &mut Vec<u16>) -> bool {
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
        let Some(b) = at(0) else { return true };
        let Some(first) = self.first[usize::from(!own)].get(usize::from(b)) else { return false };
        let Some(mut way) = *first else { return true };
        let (mut depth, mut j) = (1, past(0));
        let leaf = loop {
            let fork: &Fork = match way {
                Way::Leaf(from, count) => break &tree.literals[from as usize..][..usize::from(count)],
                Way::Fork(n) => &tree.forks[n as usize],
            };
            let all = &tree.literals[fork.from as usize..fork.to as usize];
            self.wake(own, &all[..fork.ended as usize], out);
            let Some(b) = at(j) else { return true };
            if b >= 0x80 {
                if depth >= HEAD {
                    self.wake(own, all, out);
                }
                return depth >= HEAD;
            }
            match tree.next(fork, b) {
                Some(next) => way = next,
                None => return true,
            }
            depth += 1;
            j = past(j);
        };
        let mut near = true;
        for &l in leaf {
            let (mut depth, mut j) = (depth, j);
            let stands = loop {
                match (tree.bytes(l).get(depth), at(j)) {
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
                self.wake(own, &[l], out);
            }
        }
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Tree<'static> = Tree { text: &[], literals: &[], forks: &[], edges: &[] };

    #[test]
    fn as_many_literals_as_rules_can_be() {
        let letter = |n: u32, i: u32| char::from(b'a' + (n / 26u32.pow(i) % 26) as u8);
        let literal = |n: u16| (0..4).map(|i| letter(u32::from(n), i)).collect::<String>();
        let mut ends = Ends::<false>::new(NONE);
        (0..60_000).for_each(|n| ends.add(&literal(n), n));
        ends.grow();
        for n in (0..60_000).step_by(7) {
            let mut open = Vec::new();
            ends.open(&literal(n), 0..4, &mut Key::default(), &mut open);
            assert!(open.contains(&n), "{}", literal(n));
        }
    }
}
