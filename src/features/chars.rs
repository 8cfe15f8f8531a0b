//! What characters of U+0080 and above say by themselves.

use std::sync::OnceLock;

use super::{Features, ascii_run, nfc};

/// Lowest bit of the features that single characters of U+0080 and above bear.
pub(super) const CHAR_SHIFT: u32 = 17;

/// Features of single characters: code points, both ends included.
#[rustfmt::skip]
pub(super) const CHARS: &[(u32, u32, Features)] = &[
    (0x80, 0x9F, Features::C1),
    (0x2018, 0x201F, Features::CURLY), (0x2BC, 0x2BC, Features::CURLY), (0xB4, 0xB4, Features::CURLY),
    (0xFF02, 0xFF02, Features::CURLY), (0xFF07, 0xFF07, Features::CURLY),
    (0xA0, 0xA0, Features::EXOTIC_SPACE), (0x1680, 0x1680, Features::EXOTIC_SPACE),
    (0x180E, 0x180E, Features::EXOTIC_SPACE), (0x2000, 0x200A, Features::EXOTIC_SPACE),
    (0x202F, 0x202F, Features::EXOTIC_SPACE), (0x205F, 0x205F, Features::EXOTIC_SPACE),
    (0x2800, 0x2800, Features::EXOTIC_SPACE), (0x3000, 0x3000, Features::EXOTIC_SPACE.or(Features::WIDTH)),
    (0xAD, 0xAD, Features::INVISIBLE), (0x34F, 0x34F, Features::INVISIBLE), (0x61C, 0x61C, Features::INVISIBLE),
    (0x115F, 0x1160, Features::INVISIBLE), (0x17B4, 0x17B5, Features::INVISIBLE),
    (0x180B, 0x180F, Features::INVISIBLE), (0x200B, 0x200F, Features::INVISIBLE),
    (0x202A, 0x202E, Features::INVISIBLE), (0x2060, 0x206F, Features::INVISIBLE),
    (0x3164, 0x3164, Features::INVISIBLE), (0xE000, 0xF8FF, Features::INVISIBLE),
    (0xFDD0, 0xFDEF, Features::INVISIBLE), (0xFE00, 0xFE0F, Features::INVISIBLE),
    (0xFEFF, 0xFEFF, Features::INVISIBLE), (0xFFA0, 0xFFA0, Features::INVISIBLE),
    (0xFFF0, 0xFFFF, Features::INVISIBLE), (0xE0000, 0x10FFFF, Features::INVISIBLE),
    (0x2028, 0x2029, Features::LINE_SEPARATOR),
    (0x132, 0x133, Features::LIGATURE), (0x149, 0x149, Features::LIGATURE), (0x1C4, 0x1CC, Features::LIGATURE),
    (0x1F1, 0x1F3, Features::LIGATURE), (0xFB00, 0xFB06, Features::LIGATURE),
    (0xFF00, 0xFFEF, Features::WIDTH),
    (0x3400, 0x9FFF, Features::IDEOGRAPH), (0xAC00, 0xD7A3, Features::IDEOGRAPH),
    (0x2010, 0x2015, Features::DASH), (0x2026, 0x2026, Features::DASH),
];

/// For each block of 64 code points its row of `rows`; row 0 says nothing.
pub(super) struct Table {
    block: Vec<u8>,
    rows: Vec<[u16; 64]>,
    /// For each first byte of which no character says anything by itself: how many bytes its
    /// characters have.
    quiet: [u8; 256],
    /// All others.
    #[cfg(target_arch = "x86_64")]
    pub(super) loud: Loud,
}

/// First bytes, C2 to F4, some of whose characters say something by themselves.
#[cfg(target_arch = "x86_64")]
#[derive(Default)]
pub(super) struct Loud {
    /// Classes by the high half of a first byte, and by its low half: it has those that both give it.
    pub(super) first: [[u8; 16]; 2],
    /// Classes that a second byte allows for, by its high half.
    pub(super) second: [u8; 16],
    /// What all characters of the class [`Loud::ALIKE`] say.
    pub(super) alike: u16,
}

#[cfg(target_arch = "x86_64")]
impl Loud {
    /// The class of those whose characters all say the same.
    pub(super) const ALIKE: u8 = 0x80;
    /// The class of those of two bytes of which only the second bytes 80 to 8F matter.
    const LOW: u8 = 0x40;

    fn new(block: &[u8], rows: &[[u16; 64]]) -> Loud {
        let mut l = Loud::default();
        l.second[8..12].fill(!Self::LOW);
        l.second[8] = u8::MAX;
        for lead in 0xC2..=0xF4 {
            let class = match lead {
                0xC2..=0xDF => {
                    let row = rows[usize::from(block[lead & 0x1F])];
                    match row.iter().rposition(|&f| f != 0) {
                        None => continue,
                        Some(..0x10) if lead < 0xD0 => Self::LOW,
                        Some(_) => 1 << (lead >> 4 & 3),
                    }
                }
                0xE0..=0xEF => {
                    let blocks = &block[(lead & 0xF) << 6..][..64];
                    let [first, ..] = rows[usize::from(blocks[0])];
                    if blocks.iter().all(|&row| row == 0) {
                        continue;
                    }
                    let alike = blocks.iter().all(|&row| rows[usize::from(row)] == [first; 64]);
                    if alike && (l.alike == 0 || l.alike == first) {
                        l.alike = first;
                        Self::ALIKE
                    } else {
                        1 << (lead >> 4 & 3)
                    }
                }
                _ => 1 << (lead >> 4 & 3),
            };
            l.first[0][lead >> 4] |= class;
            l.first[1][lead & 0xF] |= class;
        }
        l
    }
}

pub(super) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut t = Table {
            block: vec![0; 0x11_0000 / 64],
            rows: vec![[0; 64]],
            quiet: [0; 256],
            #[cfg(target_arch = "x86_64")]
            loud: Loud::default(),
        };
        let nfc = nfc::NOT_NFC.iter().map(|&(a, b)| (a, b, Features::NOT_NFC));
        // The last two code points of every plane are no characters.
        let none = (1..14).map(|plane| (plane << 16 | 0xFFFE, plane << 16 | 0xFFFF, Features::INVISIBLE));
        for (first, last, features) in CHARS.iter().copied().chain(nfc).chain(none) {
            let bits = (features.0 >> CHAR_SHIFT) as u16;
            for block in first / 64..=last / 64 {
                let (low, high) = (first.max(block * 64), last.min(block * 64 + 63));
                let mut row = t.rows[t.block[block as usize] as usize];
                (low..=high).for_each(|cp| row[cp as usize % 64] |= bits);
                // Blocks that are alike share a row.
                let at = t.rows.iter().position(|r| *r == row).unwrap_or_else(|| {
                    t.rows.push(row);
                    t.rows.len() - 1
                });
                t.block[block as usize] = u8::try_from(at).expect("few rows");
            }
        }
        for lead in 0xC2..=0xEFu8 {
            let (blocks, len) = match lead {
                ..=0xDF => (usize::from(lead & 0x1F)..usize::from(lead & 0x1F) + 1, 2),
                _ => (usize::from(lead & 0x0F) << 6..(usize::from(lead & 0x0F) + 1) << 6, 3),
            };
            if t.block[blocks].iter().all(|&row| row == 0) {
                t.quiet[usize::from(lead)] = len;
            }
        }
        #[cfg(target_arch = "x86_64")]
        {
            t.loud = Loud::new(&t.block, &t.rows);
        }
        t
    })
}

pub(super) fn beyond_any(line: &str, table: &Table) -> u32 {
    let (mut found, mut run) = (0, false);
    let mut rest = line.as_bytes();
    // Bytes that were left where the last such character ended.
    let mut end = usize::MAX;
    loop {
        if rest.first().is_some_and(u8::is_ascii) {
            rest = &rest[ascii_run(rest)..];
        }
        if rest.is_empty() {
            return named(found, run);
        }
        let (features, len) = table.at(rest);
        found |= features;
        run |= end == rest.len() || matches!(rest, [0xC3, 0x82 | 0x83 | 0xA2, b' ' | b'"', ..]);
        rest = &rest[len..];
        end = rest.len();
    }
}

pub(super) fn named(found: u16, run: bool) -> u32 {
    u32::from(found) << CHAR_SHIFT | if run { Features::NON_ASCII_RUN.0 } else { 0 }
}

impl Table {
    /// What the character of U+0080 or above says that `rest`, the end of a string, starts with, and
    /// how many bytes it has.
    #[inline]
    pub(super) fn at(&self, rest: &[u8]) -> (u16, usize) {
        let (row, low, len) = match *rest {
            [lead, ..] if self.quiet[usize::from(lead)] > 0 => (0, 0, usize::from(self.quiet[usize::from(lead)])),
            [lead @ ..=0xDF, tail, ..] => (self.block[usize::from(lead & 0x1F)], tail, 2),
            [lead @ ..=0xEF, mid, tail, ..] => {
                (self.block[usize::from(lead & 0x0F) << 6 | usize::from(mid & 0x3F)], tail, 3)
            }
            [lead, a, b, tail, ..] => {
                let block = usize::from(lead & 0x07) << 12 | usize::from(a & 0x3F) << 6 | usize::from(b & 0x3F);
                (self.block[block], tail, 4)
            }
            // A string ends with a whole character.
            _ => (0, 0, rest.len()),
        };
        (self.rows[usize::from(row)][usize::from(low & 0x3F)], len)
    }
}
