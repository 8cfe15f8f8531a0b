//! The words that the judge knows: `judge/words.txt`, and what `judge/weights.tsv` says of words, in
//! one table, so that each word of a text is looked up once.

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
    /// The highest bits of the hash of each word, never 0, by fours: a word is among the four that its
    /// hash says, or where these are full among the next. A power of two of fours, at most half of
    /// them taken. So few bits that they stay near, and with the place nearly always enough to tell
    /// words apart.
    fours: Vec<u64>,
    /// What each word is, in the same order, and at the end what nothing is known of.
    known: Vec<Known>,
    /// The whole hashes; 0 where nothing is.
    hashes: Vec<u64>,
    taken: usize,
    /// The languages, tags of BCP 47, in the order of their bits.
    pub(super) languages: Vec<String>,
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
        self.known.iter_mut().for_each(|known| known.lean = 0);
        for (word, lean) in leans {
            self.enter(Hash::of(word.chars())).lean = lean;
        }
    }

    /// What the word with this hash is. Whether it is known at all is hard to foresee, so that nothing
    /// branches on it.
    #[inline]
    pub(super) fn get(&self, hash: u64) -> Known {
        let Some(mask) = self.fours.len().checked_sub(1) else { return Known::default() };
        let highest = u64::from(highest(hash)) * EACH;
        let mut at = hash as usize & mask;
        loop {
            let four = self.fours[at & mask];
            let found = zero(four ^ highest);
            if found | zero(four) != 0 {
                let place = 4 * at + found.trailing_zeros() as usize / 16;
                return self.known[if found == 0 { self.known.len() - 1 } else { place }];
            }
            at = (at + 1) & mask;
        }
    }

    /// All that are known, by their hashes.
    #[allow(dead_code, reason = "for build.rs")]
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, Known)> + '_ {
        self.hashes.iter().copied().zip(self.known.iter().copied()).filter(|s| s.0 != 0)
    }

    /// The word with this hash, known from now on.
    pub(super) fn enter(&mut self, hash: u64) -> &mut Known {
        if self.taken * 2 >= self.hashes.len() {
            let room = (self.hashes.len() * 2).max(64);
            let known = std::mem::replace(&mut self.known, vec![Known::default(); room + 1]);
            let hashes = std::mem::replace(&mut self.hashes, vec![0; room]);
            (self.fours, self.taken) = (vec![0; room / 4], 0);
            for (hash, known) in hashes.into_iter().zip(known).filter(|s| s.0 != 0) {
                let at = self.place(hash);
                self.known[at] = known;
            }
        }
        let at = self.place(hash);
        &mut self.known[at]
    }

    /// Where the word with this hash is, from now on.
    fn place(&mut self, hash: u64) -> usize {
        let mask = self.hashes.len() - 1;
        let mut at = 4 * (hash as usize & (mask / 4));
        while self.hashes[at] != hash && self.hashes[at] != 0 {
            at = (at + 1) & mask;
        }
        if self.hashes[at] == 0 {
            self.hashes[at] = hash;
            self.fours[at / 4] |= u64::from(highest(hash)) << (16 * (at % 4));
            self.taken += 1;
        }
        at
    }
}

/// One in each 16 bits.
const EACH: u64 = 0x0001_0001_0001_0001;

/// The highest bit of each 16 bits that are zero, up to the first of them.
#[inline]
fn zero(four: u64) -> u64 {
    four.wrapping_sub(EACH) & !four & (EACH << 15)
}

/// The highest bits of a hash; 0 stands where nothing is.
#[inline]
fn highest(hash: u64) -> u16 {
    ((hash >> 48) as u16).max(1)
}
