//! Whether a line is plainly sound: what is asked first, and nearly always enough.
//!
//! Each pair of neighbours leaves the languages in which it is usual. Where one language is usual
//! with all pairs that are not ASCII, and with nearly all that are, nothing needs to be weighed. A
//! "no" means only that the line is to be looked at.

use super::symbols::Symbols;
use super::{Language, Set};

/// Pairs that cost up to this much are usual.
const USUAL: u8 = 104;
/// The same for pairs of ASCII letters, which prove less.
const USUAL_ASCII: u8 = 104;
/// Odd pairs of ASCII letters that a line may have: foreign names.
const ODD_ASCII: usize = 1;
/// Of so many other pairs one may be odd.
const ONE_ODD_IN: usize = 24;
const ONE_ODD_IN_HAN: usize = 8;
/// What a character of Chinese costs that is not among the common ones, and how many of those in
/// between there have to be.
const RARE: u8 = 180;
const ONE_RARE_IN: usize = 8;

/// Marks that stand beside words of any language.
fn is_neutral(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '„' | '–' | '—' | '…' | '•' | '«' | '»' | '‹' | '›')
}

/// In which languages pairs are usual.
pub(super) struct Familiar {
    /// By two ASCII letters, 0 for what is none.
    ascii: Vec<Set>,
    /// All others: a table that is searched from a pair's own place on.
    keys: Vec<u32>,
    sets: Vec<Set>,
    shift: u32,
}

fn letter(b: u8) -> usize {
    if b.is_ascii_alphabetic() { usize::from(b & 0x1F) } else { 0 }
}

fn key(a: u16, b: u16) -> u32 {
    u32::from(a) << 16 | u32::from(b)
}

impl Familiar {
    pub(super) fn new(languages: &[Language], symbols: &Symbols) -> Familiar {
        let ascii_letter = |id: u16| Some(symbols.char_of(id)).filter(|c| c.is_ascii());
        let mut all: Vec<(u32, u8)> = Vec::new();
        let mut ascii = vec![0; 32 * 32];
        // Turkmen looks like Turkish that was misread: it is looked at closely.
        for (n, l) in languages.iter().enumerate().filter(|(_, l)| l.name != "tk") {
            for (i, &a) in l.alphabet.iter().enumerate() {
                for (j, &b) in l.alphabet.iter().enumerate() {
                    let cost = l.rows[i * l.size + j];
                    match (ascii_letter(a), ascii_letter(b)) {
                        (Some(a), Some(b)) if cost <= USUAL_ASCII => {
                            ascii[letter(a as u8) << 5 | letter(b as u8)] |= 1 << n;
                        }
                        (Some(_), Some(_)) => {}
                        _ if cost <= USUAL => all.push((key(a, b), n as u8)),
                        _ => {}
                    }
                }
            }
            // Languages of other scripts have Latin words now and then.
            if l.foreign > 0 {
                ascii.iter_mut().for_each(|set| *set |= 1 << n);
            }
        }
        let size = (all.len() * 2).next_power_of_two();
        let mut f =
            Familiar { ascii, keys: vec![u32::MAX; size], sets: vec![0; size], shift: 32 - size.trailing_zeros() };
        for (key, n) in all {
            let at = f.place(key);
            f.keys[at] = key;
            f.sets[at] |= 1 << n;
        }
        f
    }

    fn place(&self, key: u32) -> usize {
        let mut at = (key.wrapping_mul(0x9E37_79B1) >> self.shift) as usize;
        while self.keys[at] != key && self.keys[at] != u32::MAX {
            at = (at + 1) & (self.keys.len() - 1);
        }
        at
    }

    /// Whether some language is usual with all of `line`.
    pub(super) fn is_sound(&self, line: &str, symbols: &Symbols) -> bool {
        let space = symbols.of(' ');
        let mut set = Set::MAX;
        let (mut pairs, mut odd, mut ranked, mut rare) = (0, 0, 0, 0);
        let bytes = line.as_bytes();
        let mut at = 0;
        while let Some(i) = bytes[at..].iter().position(|b| !b.is_ascii()) {
            at += i;
            let mut last = if at > 0 { symbols.of(char::from(bytes[at - 1])) } else { space };
            // On to the first ASCII character after the run, which is half of its last pair.
            let mut chars = line[at..].chars().chain([' ']).peekable();
            let mut before = if at > 0 { char::from(bytes[at - 1]) } else { ' ' };
            while let Some(c) = chars.next() {
                let left = std::mem::replace(&mut before, c);
                let mut inside = || left.is_alphabetic() && chars.peek().is_some_and(|n| n.is_alphabetic());
                let blank = c == '\u{A0}' || c.is_ascii_digit() || is_neutral(c) && !inside();
                let s = if blank { space } else { symbols.of(c) };
                if s.ranked {
                    ranked += 1;
                    rare += usize::from(s.rarity >= RARE);
                }
                // "Br眉cke" is UTF-8 that was read as GBK.
                if matches!(c, '\u{80}'..='\u{9F}') || s.ranked && left.is_ascii_lowercase() {
                    return false;
                }
                if c != '\u{AD}' && (last != space || s != space) {
                    pairs += 1;
                    let left = set & self.sets[self.place(key(last.id, s.id))];
                    if left == 0 || last.is_lower() && s.is_upper() {
                        odd += 1;
                    } else {
                        set = left;
                    }
                    last = s;
                }
                if c.is_ascii() {
                    break;
                }
                at += c.len_utf8();
            }
        }
        // What was misread as Chinese or Japanese has rare characters.
        let one_in = if ranked * 2 > pairs { ONE_ODD_IN_HAN } else { ONE_ODD_IN };
        if odd * one_in > pairs || rare * ONE_RARE_IN > ranked {
            return false;
        }
        let (mut last, mut odd, mut capital) = (0, 0, false);
        for &b in bytes {
            if !b.is_ascii() {
                (last, capital) = (0, false);
                continue;
            }
            let this = letter(b);
            // What stands beside other characters has been seen to, and acronyms are in any language.
            let acronym = b.is_ascii_uppercase() && capital;
            capital = b.is_ascii_uppercase();
            if this != 0 && last != 0 && !acronym {
                let left = set & self.ascii[last << 5 | this];
                if left == 0 {
                    odd += 1;
                } else {
                    set = left;
                }
            }
            last = this;
        }
        odd <= ODD_ASCII
    }
}
