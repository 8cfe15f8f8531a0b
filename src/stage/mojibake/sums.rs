//! What the characters of a text say together of what it could be: see [`super::hints`].

use smallvec::SmallVec;

use super::hints::{Places, Readings, TABLES, beyond_ascii, is_eastern};
use super::sense::is_unit;

/// A change of script needs so many characters in a row.
pub(super) const RUN: u32 = 3;
/// So many characters are looked at one by one.
pub(super) const PLACES: usize = 64;

/// What the characters of a text say together.
pub(super) struct Sums {
    /// Readings of which all could be a part.
    pub(super) keeps: Readings,
    /// Those for which some would change, and those that would make marks of letters.
    pub(super) turns: Readings,
    pub(super) signs: Readings,
    pub(super) sign_count: u32,
    /// Readings in other scripts.
    pub(super) script: Readings,
    /// Readings that make exponents of what stands after units.
    pub(super) units: Readings,
    pub(super) turned: i64,
    pub(super) in_words: i64,
    /// How many characters there are, how many of them stand beside an ASCII letter, and how many follow
    /// each other.
    pub(super) count: u32,
    pub(super) glued: u32,
    pub(super) longest: u32,
    pub(super) is_odd: bool,
    pub(super) has_control: bool,
    pub(super) has_han: bool,
    /// The first of them, see [`PLACES`].
    pub(super) places: SmallVec<[[char; 4]; PLACES]>,
}

impl Sums {
    /// Between Latin letters.
    pub(super) fn readings(&self) -> Readings {
        readings(self.keeps, self.turns, self.signs, self.sign_count)
    }

    /// Whether characters beyond ASCII make words by themselves.
    pub(super) fn is_solid(&self) -> bool {
        self.longest >= RUN && is_solid(self.glued, self.count)
    }
}

/// What all allow and some ask for. One letter for a mark is not enough.
pub(super) fn readings(keeps: Readings, turns: Readings, signs: Readings, sign_count: u32) -> Readings {
    keeps & (turns | if sign_count > 1 || turns & keeps != 0 { signs } else { 0 })
}

/// Whether few enough stand beside ASCII letters, see [`Sums::is_solid`].
pub(super) fn is_solid(glued: u32, count: u32) -> bool {
    glued * 2 <= count
}

/// Asks each character of `line` that is not ASCII, until no reading is left.
pub(super) fn gather(line: &str) -> Sums {
    let tables = &*TABLES;
    let bytes = line.as_bytes();
    let mut out = Sums {
        keeps: Readings::MAX,
        turns: 0,
        signs: 0,
        sign_count: 0,
        script: Readings::MAX,
        units: 0,
        turned: 0,
        in_words: 0,
        count: 0,
        glued: 0,
        longest: 0,
        is_odd: false,
        has_control: false,
        has_han: false,
        places: SmallVec::new(),
    };
    let mut at = 0;
    while let Some(next) = beyond_ascii(bytes, at) {
        at = next;
        if out.keeps == 0 && out.script == 0 {
            let rest = &bytes[at..];
            out.has_han |= rest.iter().any(|b| (0xE3..=0xEF).contains(b));
            out.has_control |= rest.windows(2).any(|w| w[0] == 0xC2 && w[1] < 0xA0);
            break;
        }
        let ascii = |back: usize| at.checked_sub(back).map_or(' ', |i| char::from(bytes[i]));
        let (mut before, mut last) = (ascii(2), ascii(1));
        if !before.is_ascii() {
            before = ' ';
        }
        let (mut run, mut odd) = (0, false);
        let mut chars = line[at..].chars().peekable();
        while let Some(c) = chars.next_if(|c| !c.is_ascii()) {
            let start = at;
            at += c.len_utf8();
            let next = chars.peek().copied().unwrap_or(' ');
            let place = [before, last, c, next];
            let left = last;
            (before, last) = (last, c);
            let entry = tables.of(c);
            let h = &entry.hint;
            out.has_control |= ('\u{80}'..='\u{9F}').contains(&c);
            out.has_han |= is_eastern(c);
            out.script &= h.script;
            out.count += 1;
            out.glued += u32::from(left.is_ascii_alphabetic() || next.is_ascii_alphabetic());
            if h.mark {
                run = 0;
                if c == '’' || !(tables.is_lower(left) && tables.is_lower(next)) {
                    continue;
                }
            } else if c == '\u{A0}' {
                run = 0;
            } else {
                run += 1;
                out.longest = out.longest.max(run);
            }
            if out.keeps == 0 {
                continue;
            }
            if out.places.len() < PLACES {
                out.places.push(place);
            }
            let beside = |c: char| !c.is_ascii() || c.is_ascii_alphabetic();
            odd = h.odd && (left.is_ascii_lowercase() || odd);
            out.is_odd |= odd && next.is_ascii_lowercase();
            // A dagger for a word of one letter.
            let alone = left == ' ' && next == ' ' && matches!(c, '†' | '‡');
            if h.exponent != 0 && left == 'm' && is_unit(ascii_before(bytes, start), next) {
                out.units |= h.exponent;
            }
            let edge = !(tables.is_letter(left) && tables.is_letter(next));
            let big = if left.is_ascii_lowercase() { 0 } else { Readings::MAX };
            let sum = |p: &Places| p.any | p.not_after_small & big;
            out.keeps &= sum(&h.keeps) | if edge { h.keeps.edge } else { 0 };
            if !h.in_word || beside(left) || beside(next) || alone {
                let some = sum(&h.turns);
                out.turns |= some;
                out.turned += i64::from(some != 0);
                out.in_words += i64::from(some != 0 && (h.in_word || entry.is_out_of_place));
                if edge && h.turns.edge != 0 {
                    out.signs |= h.turns.edge;
                    out.sign_count += 1;
                }
            }
        }
    }
    out
}

/// What comes before byte `at`, the last first; what is not ASCII in it means nothing.
fn ascii_before(bytes: &[u8], at: usize) -> impl Iterator<Item = char> {
    bytes[..at].iter().rev().map(|&b| char::from(b))
}
