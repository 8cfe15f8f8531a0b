//! Symbols: what the tables know characters by.

/// Characters below it have a place of their own in the table.
const LOW: usize = 0x3100;
/// Half and full width forms, in a table of their own.
const WIDE: usize = 0xFF00;

/// A character, as the tables know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// The number of the symbol.
    pub(super) id: u16,
    /// What it costs to be this one, where the symbol stands for many.
    pub(super) rarity: u8,
    /// Whether the symbol always stands for many.
    pub(super) ranked: bool,
    case: Case,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    None,
    /// A letter without case.
    Plain,
    Lower,
    Upper,
}

/// All symbols.
pub(super) struct Symbols {
    low: Vec<Symbol>,
    wide: Vec<Symbol>,
    /// What each symbol of the tables stands for.
    chars: Vec<char>,
    /// Ranked characters with what they cost, in order.
    ranks: Vec<(char, u8)>,
}

/// Stand for letters and signs that an alphabet lacks.
const LETTER: char = '\u{E000}';
const OTHER: char = '\u{E001}';
/// Stand for their kind.
const HAN: char = '\u{4E00}';
const HANGUL: char = '\u{AC00}';

const LETTER_ID: u16 = 0;
const OTHER_ID: u16 = 1;
const HAN_ID: u16 = 2;
const HANGUL_ID: u16 = 3;

impl Default for Symbols {
    fn default() -> Self {
        Symbols { low: Vec::new(), wide: Vec::new(), chars: vec![LETTER, OTHER, HAN, HANGUL], ranks: Vec::new() }
    }
}

/// The one character of its lower case, if it is one.
fn fold(c: char) -> char {
    let mut all = c.to_lowercase();
    match (all.next(), all.next()) {
        // Romanian is written with either.
        (Some('ș'), None) => 'ş',
        (Some('ț'), None) => 'ţ',
        (Some(low), None) => low,
        _ => c,
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5BD}' | '\u{5BF}'..='\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E4}'
        | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}' | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}')
        || ('\u{900}'..='\u{DFF}').contains(&c) && !c.is_numeric() && !matches!(c, '।' | '॥' | '॰')
}

/// Whether `c` is in blocks of signs without letters: what is asked of each character of the table takes long.
pub(super) fn is_sign(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{245F}' | '\u{2500}'..='\u{2BFF}')
}

impl Symbol {
    pub(super) fn is_lower(self) -> bool {
        self.case == Case::Lower
    }

    pub(super) fn is_upper(self) -> bool {
        self.case == Case::Upper
    }
}

impl Symbols {
    /// What a symbol stands for.
    pub(super) fn char_of(&self, id: u16) -> char {
        self.chars[usize::from(id)]
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn is_letter(&self, id: usize) -> bool {
        let c = self.chars[id];
        c == LETTER || c != OTHER && (c.is_alphabetic() || is_mark(c))
    }

    /// The number of the symbol that stands for `c` in a file of tables.
    pub(super) fn enter(&mut self, c: char) -> u16 {
        if let Some(at) = self.chars.iter().position(|&k| k == c) {
            return at as u16;
        }
        self.chars.push(c);
        (self.chars.len() - 1) as u16
    }

    /// Once all are entered: `members` says how many alphabets each symbol is in, `ranked` are the
    /// commonest characters of Chinese, of Japanese and of Korean.
    pub(super) fn finish(&mut self, members: &[u128], ranked: [&str; 3]) {
        let mut ids: Vec<(char, u16)> = (0..).zip(&self.chars).map(|(i, &c)| (c, i)).collect();
        ids.sort_unstable();
        let id = |c: char| ids.binary_search_by_key(&c, |p| p.0).ok().map(|i| ids[i].1);
        let make = |cp: u32| {
            let c = char::from_u32(cp).unwrap_or('\u{FFFD}');
            let folded = match c {
                '0'..='9' => '0',
                ' ' | '\t' | '\n' => ' ',
                c if c.is_ascii_punctuation() && !".,'\"-():;!?/".contains(c) => '#',
                c => fold(c),
            };
            let case = if c.is_lowercase() {
                Case::Lower
            } else if c.is_uppercase() {
                Case::Upper
            } else if !is_sign(c) && c.is_alphabetic() {
                Case::Plain
            } else {
                Case::None
            };
            let letter = case != Case::None || is_mark(c);
            let (id, many) = match id(folded) {
                Some(id) => (id, members[usize::from(id)].count_ones()),
                None => (if letter { LETTER_ID } else { OTHER_ID }, 0),
            };
            Symbol { id, rarity: rarity(c, letter, many), ranked: false, case }
        };
        self.low = (0..LOW as u32).map(make).collect();
        self.wide = (WIDE as u32..0x1_0000).map(make).collect();
        for all in ranked {
            // Zipf's law, flattened at the top: the 1st costs 4 nats, the 1,000th about 9.
            let cost = |rank: usize| 64 + zipf(rank);
            self.ranks.extend(all.chars().enumerate().map(|(rank, c)| (c, cost(rank))));
        }
        self.ranks.sort_unstable();
        self.ranks.dedup_by_key(|r| r.0);
    }

    #[inline]
    pub(super) fn of(&self, c: char) -> Symbol {
        self.low.get(c as usize).copied().unwrap_or_else(|| self.of_high(c))
    }

    fn of_high(&self, c: char) -> Symbol {
        let (id, ranked) = match c {
            '\u{4E00}'..='\u{9FFF}' => (HAN_ID, true),
            '\u{AC00}'..='\u{D7A3}' => (HANGUL_ID, true),
            '\u{FF00}'..='\u{FFFF}' => return self.wide[c as usize - WIDE],
            c if c.is_alphabetic() => (LETTER_ID, false),
            _ => (OTHER_ID, false),
        };
        let rarity = match self.ranks.binary_search_by_key(&c, |r| r.0) {
            Ok(i) => self.ranks[i].1,
            // Not among the commonest.
            Err(_) if ranked => 190,
            Err(_) if matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..) => 230,
            Err(_) if matches!(c, '\u{1F000}'..='\u{1FAFF}') => 90,
            Err(_) => 150,
        };
        Symbol { id, rarity, ranked, case: if ranked || c.is_alphabetic() { Case::Plain } else { Case::None } }
    }
}

/// Sixteen times the natural logarithm of `(rank + 9) / 9`, in whole numbers.
fn zipf(rank: usize) -> u8 {
    // 11 is 16 × ln 2, nearly: whole doublings, and the part of the next.
    let x = (rank + 9) * 16 / 9;
    let doublings = x.ilog2();
    let part = ((x * 11) >> doublings) - 11;
    ((doublings - 4) as usize * 11 + part) as u8
}

/// What it costs a character to be this one among those that an alphabet lacks: the fewer
/// alphabets have it, the more.
fn rarity(c: char, letter: bool, alphabets: u32) -> u8 {
    match c {
        '\u{A0}' | ' '..='~' => 0,
        '\0'..='\x1F' | '\x7F' => 200,
        '\u{80}'..='\u{9F}' => 210,
        '\u{FFFD}' => 120,
        // In print until about 1800.
        'ſ' => 220,
        _ => match (letter, alphabets) {
            (_, 20..) => 24,
            (_, 8..) => 36,
            (_, 3..) => 56,
            (_, 2) => 68,
            (_, 1) => 80,
            (true, 0) => 120,
            (false, 0) => match c {
                '\u{A1}'..='\u{BF}' | '×' | '÷' | '€' | '™' | '•' | '…' => 80,
                '\u{2500}'..='\u{259F}' => 130,
                '\u{2010}'..='\u{203A}' => 90,
                _ => 120,
            },
        },
    }
}

/// What is odd about the case of `s` after `last` after `before`, in sixteenths of a nat.
pub(super) fn case(before: Symbol, last: Symbol, s: Symbol) -> u8 {
    match (before.case, last.case, s.case) {
        (_, Case::Lower, Case::Upper) => 80,
        (Case::Upper, Case::Upper, Case::Lower) => 48,
        // A word in capitals is a choice that is made once.
        (Case::Upper, Case::Upper, Case::Upper) => 5,
        (_, Case::Upper, Case::Upper) => 8,
        (_, _, Case::Upper) => 22,
        _ => 0,
    }
}
