//! Words by their letters beyond ASCII: whether what stands around one is common in a language.
//!
//! What is known are *windows*: such a letter, or an apostrophe within a word, with up to three
//! letters of its word on either side and the word's ends. Of a hundred of those in running text
//! some forty are among the known ones. The table is a Bloom filter, so that one window in eighty
//! that is not known seems so. `train/words.py` makes it.

use super::Model;

static DATA: &[u8] = include_bytes!("words.bin");
/// Places that are asked for each window.
const PROBES: u32 = 4;
/// Letters on either side.
const REACH: usize = 3;
/// The start and the end of a word.
const START: char = '^';
const END: char = '$';

const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x0100_0000_01B3;

/// A window, for any language.
#[derive(Clone, Copy)]
pub(crate) struct Window(u64);

/// Apostrophes are all the same, and Romanian is written with either.
fn fold(c: char) -> char {
    match c {
        '’' => '\'',
        'ș' | 'Ș' => 'ş',
        'ț' | 'Ț' => 'ţ',
        _ if c.is_ascii() => c.to_ascii_lowercase(),
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

impl Window {
    /// What stands around `c`; `before`: the characters before it, the last first.
    pub(crate) fn around(before: impl Iterator<Item = char>, c: char, after: impl Iterator<Item = char>) -> Window {
        let side = |chars: &mut dyn Iterator<Item = char>, end: char| {
            let mut out = [None; REACH];
            for place in &mut out {
                let letter = chars.next().filter(|c| c.is_alphabetic());
                *place = Some(letter.map_or(end, fold));
                if letter.is_none() {
                    break;
                }
            }
            out
        };
        let left = side(&mut { before }, START);
        let right = side(&mut { after }, END);
        let all = left.into_iter().rev().flatten().chain([fold(c)]).chain(right.into_iter().flatten());
        Window(all.fold(BASIS, |h, c| (h ^ u64::from(c)).wrapping_mul(PRIME)))
    }

    fn is_known_in(self, salt: u64) -> bool {
        let h = self.0 ^ salt;
        let h = (h ^ h >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let h = h ^ h >> 29;
        let (a, b) = (h as u32, (h >> 32) as u32);
        (0..PROBES).all(|i| {
            let bit = a.wrapping_add(i.wrapping_mul(b)) as usize % (DATA.len() * 8);
            DATA[bit >> 3] >> (bit & 7) & 1 == 1
        })
    }
}

/// What sets the windows of the language of that name apart.
pub(super) fn salt(name: &str) -> u64 {
    // Tables of their own would be small.
    let name = match name {
        "bs" | "sr-latn" => "hr",
        "nn" => "nb",
        name => name,
    };
    name.bytes().fold(BASIS, |h, b| (h ^ u64::from(b)).wrapping_mul(PRIME))
}

impl Model {
    /// Whether `window` is common in `language`.
    pub(crate) fn knows(&self, window: Window, language: usize) -> bool {
        window.is_known_in(self.languages[language].salt)
    }
}
