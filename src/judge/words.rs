//! The words that the judge knows: `judge/words.txt`, and what `judge/weights.tsv` says of words, in
//! one table, so that each word of a text is looked up once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Classes of words of page furniture, in the order of their bits.
pub(super) const CLASSES: [&str; 13] = [
    "share", "account", "nav", "legal", "comment", "related", "date", "ad", "media", "tags", "forum", "byline", "count",
];

/// What a word is.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Languages that it is one of the commonest words of, a bit each.
    pub(super) stop: u16,
    /// Its classes, a bit each.
    pub(super) classes: u16,
    /// How much more it speaks against a line than for it, in hundredths of a logit.
    pub(super) lean: i16,
}

/// The table, by hash of the small letters.
#[derive(Default)]
pub(super) struct Words {
    /// A word is at the place that its hash says, or the next that is free; a power of two of them, at
    /// most half of them taken. With it stand the highest bits of its hash, never 0: so few that the
    /// table stays near, and with its place nearly always enough to tell words apart.
    slots: Vec<(u16, Known)>,
    /// The whole hashes; 0 where nothing is.
    hashes: Vec<u64>,
    taken: usize,
    /// The languages, tags of BCP 47, in the order of their bits.
    pub(super) languages: Vec<String>,
}

/// A map from hashes.
pub(super) type Hashed<V> = HashMap<u64, V, BuildHasherDefault<Same>>;

/// Keys are hashes already.
#[derive(Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&b| self.0 = mix(self.0, u64::from(b)));
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

/// One step of the hash.
#[inline]
pub(super) fn mix(hash: u64, with: u64) -> u64 {
    (hash.rotate_left(5) ^ with).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The hash of a word, from its letters as they come: eight bytes are mixed at a time.
#[derive(Clone, Copy, Default)]
pub(super) struct Hash {
    all: u64,
    eight: u64,
    bytes: u32,
}

impl Hash {
    #[inline]
    pub(super) fn push_byte(&mut self, b: u8) {
        self.eight = self.eight << 8 | u64::from(b);
        self.bytes += 1;
        if self.bytes & 7 == 0 {
            self.all = mix(self.all, self.eight);
            self.eight = 0;
        }
    }

    /// Up to eight bytes at one time, the first of them the highest of the `n` that `bytes` holds.
    #[inline]
    pub(super) fn push_bytes(&mut self, bytes: u64, n: u32) {
        let room = 8 - (self.bytes & 7);
        self.bytes += n;
        if n < room {
            self.eight = self.eight << (8 * n) | bytes;
        } else {
            let rest = n - room;
            let full = if room == 8 { bytes } else { self.eight << (8 * room) | bytes >> (8 * rest) };
            self.all = mix(self.all, full);
            self.eight = if rest == 0 { 0 } else { bytes & (u64::MAX >> (64 - 8 * rest)) };
        }
    }

    pub(super) fn push(&mut self, c: char) {
        let c = u32::from(c);
        (0..4).map(|n| (c >> (8 * n)) as u8).filter(|b| *b != 0).for_each(|b| self.push_byte(b));
    }

    #[inline]
    pub(super) fn end(&self) -> u64 {
        let hash = mix(self.all, self.eight);
        hash ^ hash >> 29
    }

    /// The hash of a whole word.
    pub(super) fn of(word: impl Iterator<Item = char>) -> u64 {
        let mut hash = Hash::default();
        word.for_each(|c| hash.push(c));
        hash.end()
    }
}

impl Words {
    /// Reads the lists: `stop.xx:` or `kind.x:`, and words.
    pub(super) fn read(text: &str) -> Words {
        let mut words = Words::default();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let Some((name, list)) = line.split_once(':') else { continue };
            let mut add = Known::default();
            if let Some(class) = name.strip_prefix("kind.") {
                let bit = CLASSES.iter().position(|c| *c == class);
                debug_assert!(bit.is_some(), "no class {class}");
                add.classes = bit.map_or(0, |b| 1 << b);
            } else {
                add.stop = 1 << words.languages.len();
                words.languages.push(name.trim_start_matches("stop.").to_owned());
            }
            for word in list.split_whitespace() {
                // A compound is known by its parts, as in the text.
                for part in word.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()) {
                    let known = words.enter(Hash::of(part.chars()));
                    known.stop |= add.stop;
                    known.classes |= add.classes;
                }
            }
        }
        words
    }

    /// Sets what words say of the lines that they stand in.
    pub(super) fn set_leans<'w>(&mut self, leans: impl Iterator<Item = (&'w str, i16)>) {
        self.slots.iter_mut().for_each(|(_, known)| known.lean = 0);
        for (word, lean) in leans {
            self.enter(Hash::of(word.chars())).lean = lean;
        }
    }

    /// What the word with this hash is.
    #[inline]
    pub(super) fn get(&self, hash: u64) -> Known {
        if self.slots.is_empty() {
            return Known::default();
        }
        let (mask, highest) = (self.slots.len() - 1, highest(hash));
        let mut at = hash as usize & mask;
        loop {
            let (there, known) = self.slots[at & mask];
            // Where nothing is, nothing is known.
            if there == highest || there == 0 {
                return known;
            }
            at += 1;
        }
    }

    /// All that are known, by their hashes.
    #[allow(dead_code, reason = "for build.rs")]
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, Known)> + '_ {
        self.hashes.iter().copied().zip(self.slots.iter().map(|s| s.1)).filter(|s| s.0 != 0)
    }

    /// The word with this hash, known from now on.
    pub(super) fn enter(&mut self, hash: u64) -> &mut Known {
        if self.taken * 2 >= self.slots.len() {
            let room = (self.slots.len() * 2).max(64);
            let slots = std::mem::replace(&mut self.slots, vec![(0, Known::default()); room]);
            let hashes = std::mem::replace(&mut self.hashes, vec![0; room]);
            for (hash, slot) in hashes.into_iter().zip(slots).filter(|s| s.0 != 0) {
                let at = self.place(hash);
                (self.hashes[at], self.slots[at]) = (hash, slot);
            }
        }
        let at = self.place(hash);
        self.taken += usize::from(self.hashes[at] == 0);
        self.hashes[at] = hash;
        self.slots[at].0 = highest(hash);
        &mut self.slots[at].1
    }

    /// Where the word with this hash is, or where it is to be.
    fn place(&self, hash: u64) -> usize {
        let mask = self.hashes.len() - 1;
        let mut at = hash as usize & mask;
        while self.hashes[at] != hash && self.hashes[at] != 0 {
            at = (at + 1) & mask;
        }
        at
    }
}

/// The highest bits of a hash; 0 stands where nothing is.
#[inline]
fn highest(hash: u64) -> u16 {
    ((hash >> 48) as u16).max(1)
}
