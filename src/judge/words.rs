//! The words that the judge knows: `judge/words.txt`, in one table, so that each word of a
//! text is looked up once.

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
    pub(super) stop: u32,
    /// Its classes, a bit each.
    pub(super) classes: u16,
    /// How much more it speaks against a line than for it, in hundredths of a logit.
    pub(super) lean: i16,
}

/// The table, by hash of the small letters.
pub(super) struct Words {
    table: Hashed<Known>,
    /// How many languages there are.
    pub(super) languages: usize,
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
pub(super) fn mix(hash: u64, with: u64) -> u64 {
    (hash.rotate_left(5) ^ with).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The hash of a word, from its characters.
pub(super) fn hash_of(word: impl Iterator<Item = char>) -> u64 {
    let hash = word.fold(0, |h, c| mix(h, u64::from(u32::from(c))));
    hash ^ hash >> 29
}

impl Words {
    /// Reads the lists: `stop.xx:` or `kind.x:`, and words.
    pub(super) fn read(text: &str) -> Words {
        let mut words = Words { table: HashMap::default(), languages: 0 };
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let Some((name, list)) = line.split_once(':') else { continue };
            let mut add = Known::default();
            if let Some(class) = name.strip_prefix("kind.") {
                let bit = CLASSES.iter().position(|c| *c == class);
                debug_assert!(bit.is_some(), "no class {class}");
                add.classes = bit.map_or(0, |b| 1 << b);
            } else {
                add.stop = 1 << words.languages;
                words.languages += 1;
            }
            for word in list.split_whitespace() {
                // A compound is known by its parts, as in the text.
                for part in word.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()) {
                    let known = words.table.entry(hash_of(part.chars())).or_default();
                    known.stop |= add.stop;
                    known.classes |= add.classes;
                }
            }
        }
        words
    }

    /// Sets what words say of the lines that they stand in.
    pub(super) fn set_leans<'w>(&mut self, leans: impl Iterator<Item = (&'w str, i16)>) {
        self.table.values_mut().for_each(|known| known.lean = 0);
        for (word, lean) in leans {
            self.table.entry(hash_of(word.chars())).or_default().lean = lean;
        }
    }

    /// What the word with this hash is.
    pub(super) fn get(&self, hash: u64) -> Known {
        self.table.get(&hash).copied().unwrap_or_default()
    }
}
