//! Literals at the start or end of lines.

use std::ops::Range;

use super::key::{ASCII, WIDTH};
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
    /// A bit for the first bytes of each literal, three or four, by [`slot`].
    heads: Vec<u64>,
    /// What literals that start with some bytes let through, by [`slot`]: of all three or the first four
    /// bytes for short ones, of eight for the others.
    short: Vec<Lets>,
    long: Vec<Lets>,
    /// Bytes of the longest literal.
    longest: usize,
}

/// How long lines may be that the rules behind some literals match: those that end in no stop, and
/// those that do. In steps of [`STEP`] characters; 0 is none, 255 any.
type Lets = [u8; 2];

/// Characters.
const STEP: usize = 8;
/// Bits of the numbers that [`slot`] makes for `heads`, and for what these let through.
const HEADS: u32 = 16;
const SLOT: u32 = 14;

/// A number for up to [`WIDTH`] bytes.
fn slot<const BITS: u32>(bytes: u64) -> usize {
    (bytes.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}

/// The first three bytes, and the first four.
fn first_few(eight: u64) -> [u64; 2] {
    [eight & 0xFF_FFFF, eight & 0xFFFF_FFFF]
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
            heads: vec![0; 1 << (HEADS - 6)],
            short: vec![[0; 2]; 1 << SLOT],
            long: vec![[0; 2]; 1 << SLOT],
            longest: 0,
        }
    }

    /// One of lave's own rules, the `n`th, is in force as `rule`.
    pub(super) fn add_own(&mut self, n: usize, rule: u16) {
        if let Some(at) = self.rules.get_mut(n) {
            *at = Some(rule);
        }
    }

    /// `literal`: of [`HEAD`] bytes or more.
    pub(super) fn add(&mut self, literal: &str, rule: u16) {
        debug_assert!(literal.len() >= HEAD);
        if BACK {
            self.more.add(literal.bytes().rev(), rule);
        } else {
            self.more.add(literal.bytes(), rule);
        }
    }

    /// Readies it for use, when all literals are there. `wants`: for each rule how many characters a
    /// line may have that it matches, and whether it ends in a stop, if that matters.
    pub(super) fn grow(&mut self, wants: &[(usize, Option<bool>)]) {
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
        let [mut short, mut long] = [&mut self.short, &mut self.long].map(std::mem::take);
        let mut heads = std::mem::take(&mut self.heads);
        for (own, tree) in self.each_tree() {
            for l in tree.literals {
                let rule = if own { self.rules[usize::from(l.who)] } else { Some(l.who) };
                let Some((line_max, stop)) = rule.map(|r| wants[usize::from(r)]) else { continue };
                let most = line_max.div_ceil(STEP).min(255) as u8;
                let mark = |lets: &mut Lets| {
                    for (stops, lets) in [false, true].into_iter().zip(lets) {
                        *lets = if stop.is_none_or(|stop| stop == stops) { most.max(*lets) } else { *lets };
                    }
                };
                let mut bytes = [0; WIDTH];
                let len = tree.bytes(*l).len().min(WIDTH);
                bytes[..len].copy_from_slice(&tree.bytes(*l)[..len]);
                let eight = u64::from_le_bytes(bytes);
                let [three, four] = first_few(eight);
                let head = if len == HEAD { three } else { four };
                heads[slot::<HEADS>(head) / 64] |= 1 << (slot::<HEADS>(head) % 64);
                if len == WIDTH {
                    mark(&mut long[slot::<SLOT>(eight)]);
                } else {
                    mark(&mut short[slot::<SLOT>(head)]);
                }
            }
        }
        (self.heads, self.short, self.long) = (heads, short, long);
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
            self.each_tree().for_each(|(own, tree)| self.wake(own, tree.literals, out));
        } else {
            self.look(scratch.text().as_bytes(), out);
        }
    }

    /// Whether no rule can open for a line whose key has these bytes at its end, at least `least`
    /// characters, and a stop at its end or not; false where that is not easy to tell.
    pub(super) fn is_quiet(&self, key: [u8; WIDTH], least: usize, stops: bool) -> bool {
        let key = if BACK { u64::from_be_bytes(key) } else { u64::from_le_bytes(key) };
        let [three, four] = first_few(key);
        let is_head = |few| self.heads[slot::<HEADS>(few) / 64] >> (slot::<HEADS>(few) % 64) & 1 == 1;
        if !is_head(three) && !is_head(four) {
            return true;
        }
        let lets = [&self.short[slot::<SLOT>(three)], &self.short[slot::<SLOT>(four)], &self.long[slot::<SLOT>(key)]];
        let most = lets.map(|l| l[usize::from(stops)]).into_iter().fold(0, u8::max);
        most == 0 || most < u8::MAX && least > usize::from(most) * STEP
    }

    /// Looks at the bytes of a line or of its key. False if one of the first few that count is not
    /// ASCII. A blank stands for any run of them; after the first few, what is not ASCII may be
    /// anything.
    fn look(&self, bytes: &[u8], out: &mut Vec<u16>) -> bool {
        self.each_tree().fold(true, |near, (own, tree)| self.look_in(own, tree, bytes, out) && near)
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
    use super::super::key::folded;
    use super::*;

    #[test]
    fn eight_bytes_are_folded_as_a_key_is() {
        let mut key = Key::default();
        let alphabet: Vec<char> = " Az09/:@[`{~é\t\u{1}".chars().collect();
        for n in 0..alphabet.len().pow(4) {
            let pick = |i: u32| alphabet[n / alphabet.len().pow(i) % alphabet.len()];
            let line: String = (0..4).flat_map(|i| [pick(i), ['b', 'X', '5', ' '][i as usize]]).collect();
            let Some(eight) = line.as_bytes().first_chunk() else { continue };
            if let Some(folded) = folded(u64::from_le_bytes(*eight)) {
                key.set(&format!("{}.", &line));
                assert_eq!(key.text().as_bytes().first_chunk(), Some(&folded.to_le_bytes()), "{line:?}");
            } else {
                assert!(!line.bytes().all(|b| b.is_ascii_graphic()), "{line:?}");
            }
        }
    }

    const NONE: Tree<'static> = Tree { text: &[], literals: &[], forks: &[], edges: &[] };

    #[test]
    fn as_many_literals_as_rules_can_be() {
        let letter = |n: u32, i: u32| char::from(b'a' + (n / 26u32.pow(i) % 26) as u8);
        let literal = |n: u16| (0..4).map(|i| letter(u32::from(n), i)).collect::<String>();
        let mut ends = Ends::<false>::new(NONE);
        (0..60_000).for_each(|n| ends.add(&literal(n), n));
        ends.grow(&[(usize::MAX, None); 60_000]);
        for n in (0..60_000).step_by(7) {
            let mut open = Vec::new();
            ends.open(&literal(n), 0..4, &mut Key::default(), &mut open);
            assert!(open.contains(&n), "{}", literal(n));
        }
    }
}
