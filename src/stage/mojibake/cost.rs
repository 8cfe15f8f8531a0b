//! How unlike text a run of characters is, in tenths of a nat, by classes of characters alone.
//!
//! Each character costs what its class costs anywhere, and each pair what is odd about the two
//! side by side: a capital after a small letter, two scripts in one word, a symbol amid letters.
//! Only differences between two readings of the same place mean anything. A statistical model of
//! languages is to take this module's place.

use std::sync::OnceLock;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Lower,
    Upper,
    /// A letter of a script without case.
    Letter,
    Mark,
    Digit,
    Space,
    Stop,
    Open,
    Close,
    /// A guillemet: opens here, closes there.
    Guillemet,
    /// An apostrophe or a dash: at home between letters.
    Joint,
    Symbol,
    Currency,
    Box,
    Control,
}

use Kind::*;

const LATIN: u8 = 1;
const GREEK: u8 = 2;
const CYRILLIC: u8 = 3;
const HEBREW: u8 = 4;
const ARABIC: u8 = 5;
const CJK: u8 = 6;
/// No script of its own: goes with every one.
const ANY: u8 = 0;

#[derive(Clone, Copy, Debug)]
pub(super) struct Class {
    cost: i16,
    kind: Kind,
    script: u8,
}

impl Class {
    pub(super) fn is_letter(self) -> bool {
        matches!(self.kind, Lower | Upper | Letter)
    }

    /// A letter of a script that is not written one letter a word.
    pub(super) fn is_alone_odd(self) -> bool {
        matches!(self.kind, Lower | Upper | Letter | Mark) && !matches!(self.script, LATIN | GREEK)
    }

    pub(super) fn is_latin(self) -> bool {
        self.is_letter() && self.script == LATIN
    }

    pub(super) fn is_word(self) -> bool {
        self.is_letter() || matches!(self.kind, Mark | Digit)
    }

    /// Whether it is no mark that stands beside sound and broken words alike.
    pub(super) fn is_torn(self) -> bool {
        self.is_letter() || matches!(self.kind, Mark | Symbol | Currency | Box | Control)
    }

    pub(super) fn same_script(self, other: Class) -> bool {
        self.is_word() && other.is_word() && self.script == other.script
    }

    /// The script of a letter, other than Latin; else 0.
    pub(super) fn letter_script(self) -> u8 {
        if self.is_letter() && self.script != LATIN { self.script } else { ANY }
    }

    pub(super) fn is_lower(self) -> bool {
        self.kind == Lower
    }

    pub(super) fn is_upper(self) -> bool {
        self.kind == Upper
    }
}

/// Code points whose class is looked up, not worked out.
const TABLE: usize = 0x3000;

#[inline]
pub(super) fn class(c: char) -> Class {
    static CLASSES: OnceLock<Vec<Class>> = OnceLock::new();
    let work_out = |c: char| {
        let (cost, kind, script) = classify(c);
        Class { cost, kind, script }
    };
    let all = || (0..TABLE as u32).map(|cp| work_out(char::from_u32(cp).unwrap_or(' '))).collect();
    match CLASSES.get_or_init(all).get(c as usize) {
        Some(known) => *known,
        None => work_out(c),
    }
}

/// A letter with case, at one cost as a small letter and at another as a capital.
fn cased(c: char, lower: i16, upper: i16, script: u8) -> (i16, Kind, u8) {
    if c.is_uppercase() { (upper, Upper, script) } else { (lower, Lower, script) }
}

#[rustfmt::skip]
fn classify(c: char) -> (i16, Kind, u8) {
    match c {
        'a'..='z' => (25, Lower, LATIN),
        'A'..='Z' => (30, Upper, LATIN),
        '0'..='9' => (30, Digit, ANY),
        ' ' | '\t' => (20, Space, ANY),
        '.' | ',' | ';' | ':' | '!' | '?' => (35, Stop, ANY),
        '(' | '[' | '{' => (40, Open, ANY),
        ')' | ']' | '}' => (40, Close, ANY),
        '\'' | '-' | '/' | '_' | '"' => (35, Joint, ANY),
        '\0'..='\x1F' | '\x7F'..='\u{9F}' => (140, Control, ANY),
        '!'..='~' => (45, Stop, ANY),
        '\u{A0}' => (30, Space, ANY),
        '\u{AD}' => (90, Control, ANY),
        '«' | '»' => (50, Guillemet, ANY),
        '¢' | '£' | '¥' => (75, Currency, ANY),
        '§' | '©' | '®' | '°' | 'º' | 'ª' | '·' => (75, Symbol, ANY),
        '¡' | '¿' => (65, Open, ANY),
        '²' | '³' | '½' | 'µ' | '×' | '±' => (80, Symbol, ANY),
        '\u{A1}'..='\u{BF}' | '÷' => (95, Symbol, ANY),
        'Ã' | 'Ð' => (90, Upper, LATIN),
        'Â' | 'Þ' | 'Ý' => (80, Upper, LATIN),
        'ð' | 'þ' | 'ÿ' => (60, Lower, LATIN),
        'á' | 'é' | 'í' | 'ó' | 'ú' | 'ä' | 'ö' | 'ü' | 'è' | 'à' => (46, Lower, LATIN),
        'å' | 'Å' => cased(c, 54, 74, LATIN),
        '\u{C0}'..='\u{FF}' => cased(c, 50, 70, LATIN),
        'š' | 'č' | 'ž' | 'ř' | 'ě' | 'ł' | 'ń' | 'ś' | 'ż' | 'ą' | 'ę' | 'ő' | 'ű' | 'ş' | 'ğ' | 'ı' | 'ā' | 'ē' | 'ī' | 'ū' => (52, Lower, LATIN),
        // In print until about 1800: such text is not taken for what became of box drawing.
        'ſ' => (300, Lower, LATIN),
        'ŉ' | 'ĸ' | 'ŀ' | 'Ŀ' | 'ĳ' | 'Ĳ' | 'ŧ' | 'Ŧ' | 'ĵ' | 'Ĵ' => cased(c, 110, 120, LATIN),
        'Ÿ' => (85, Upper, LATIN),
        '\u{100}'..='\u{17F}' => cased(c, 58, 75, LATIN),
        'ƒ' | 'Ƒ' => cased(c, 85, 115, LATIN),
        'ș' | 'Ș' | 'ț' | 'Ț' | 'ơ' | 'Ơ' | 'ư' | 'Ư' => cased(c, 60, 80, LATIN),
        'ə' | 'ɛ' | 'ɔ' | 'Ə' | 'ǝ' => cased(c, 80, 95, LATIN),
        '\u{180}'..='\u{24F}' => cased(c, 115, 125, LATIN),
        '\u{250}'..='\u{2AF}' => (115, Lower, LATIN),
        'ʻ' | 'ʼ' => (80, Joint, ANY),
        '\u{2B0}'..='\u{2FF}' => (95, Symbol, ANY),
        // Strokes through what they stand on: on anything.
        '\u{335}'..='\u{338}' => (25, Mark, ANY),
        '\u{300}'..='\u{36F}' => (80, Mark, ANY),
        '\u{391}'..='\u{3A9}' => (50, Upper, GREEK),
        '\u{3AC}'..='\u{3CE}' => (32, Lower, GREEK),
        'Ά' | 'Έ' | 'Ή' | 'Ί' | 'Ό' | 'Ύ' | 'Ώ' => (60, Upper, GREEK),
        '\u{370}'..='\u{3FF}' => (120, Symbol, GREEK),
        'а'..='я' => (30, Lower, CYRILLIC),
        'А'..='Я' => (50, Upper, CYRILLIC),
        'ё' | 'і' | 'ї' | 'є' | 'ј' | 'љ' | 'њ' | 'ћ' | 'ђ' | 'ў' | 'џ' | 'ґ' => (42, Lower, CYRILLIC),
        '\u{450}'..='\u{45F}' => (60, Lower, CYRILLIC),
        'Ё' | 'І' | 'Ї' | 'Є' | 'Ј' | 'Ў' => (65, Upper, CYRILLIC),
        '\u{400}'..='\u{40F}' => (80, Upper, CYRILLIC),
        '\u{460}'..='\u{489}' | '\u{500}'..='\u{52F}' => (140, Lower, CYRILLIC),
        '\u{48A}'..='\u{4FF}' => cased(c, 70, 90, CYRILLIC),
        '\u{531}'..='\u{58A}' => cased(c, 40, 60, 7),
        'א'..='ת' => (30, Letter, HEBREW),
        '\u{591}'..='\u{5C7}' => (80, Mark, HEBREW),
        '\u{5F0}'..='\u{5F4}' => (80, Letter, HEBREW),
        'ء'..='غ' | 'ف'..='ي' => (30, Letter, ARABIC),
        '\u{64B}'..='\u{652}' => (65, Mark, ARABIC),
        '،' | '؛' | '؟' => (55, Stop, ARABIC),
        '٠'..='٩' | '۰'..='۹' => (45, Digit, ARABIC),
        'پ' | 'چ' | 'ژ' | 'ک' | 'گ' | 'ی' | 'ہ' | 'ے' | 'ٹ' | 'ڈ' | 'ڑ' | 'ں' | 'ھ' => (45, Letter, ARABIC),
        '\u{670}'..='\u{6D5}' => (80, Letter, ARABIC),
        '\u{600}'..='\u{6FF}' => (110, Symbol, ARABIC),
        '\u{700}'..='\u{8FF}' => (150, Letter, 8),
        '\u{900}'..='\u{DFF}' => (38, Letter, 9 + ((c as u32 - 0x900) >> 7) as u8),
        '\u{E00}'..='\u{E7F}' => (38, Letter, 20),
        '\u{E80}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => (50, Letter, 21),
        '\u{10D0}'..='\u{10FF}' => (38, Letter, 22),
        '\u{1200}'..='\u{139F}' => (50, Letter, 23),
        '\u{1EA0}'..='\u{1EF9}' => cased(c, 50, 75, LATIN),
        '\u{1E00}'..='\u{1E9F}' => cased(c, 100, 115, LATIN),
        '\u{1F00}'..='\u{1FFF}' => cased(c, 70, 90, GREEK),
        '\u{10A0}'..='\u{1FFF}' => (120, Letter, 24),
        '\u{2000}'..='\u{200A}' | '\u{202F}' => (90, Space, ANY),
        '\u{200B}'..='\u{200F}' => (90, Control, ANY),
        '’' | '–' | '—' => (50, Joint, ANY),
        '‘' | '“' | '„' | '‚' | '‹' => (55, Open, ANY),
        '”' | '…' | '›' => (52, Close, ANY),
        '•' => (70, Symbol, ANY),
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{203A}' => (90, Symbol, ANY),
        '\u{2028}'..='\u{206F}' => (130, Control, ANY),
        '€' => (70, Currency, ANY),
        '\u{20A0}'..='\u{20CF}' => (85, Currency, ANY),
        '™' => (60, Close, ANY),
        '\u{2500}'..='\u{259F}' => (85, Box, ANY),
        '\u{2070}'..='\u{23FF}' => (85, Symbol, ANY),
        '\u{2600}'..='\u{27BF}' => (70, Symbol, ANY),
        '\u{2400}'..='\u{2BFF}' => (85, Symbol, ANY),
        '\u{3000}'..='\u{303F}' => (50, Stop, CJK),
        '\u{3040}'..='\u{30FF}' => (42, Letter, CJK),
        '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => (60, Letter, CJK),
        '\u{3100}'..='\u{4DBF}' => (110, Letter, CJK),
        '\u{A000}'..='\u{ABFF}' => (130, Letter, 25),
        '\u{FB00}'..='\u{FB06}' => (80, Lower, LATIN),
        '\u{FE00}'..='\u{FE0F}' => (50, Mark, ANY),
        '\u{FEFF}' => (60, Control, ANY),
        '\u{FF01}'..='\u{FF5E}' => (60, Stop, CJK),
        '\u{FF5F}'..='\u{FF9F}' => (110, Letter, CJK),
        '\u{FFFD}' => (70, Stop, ANY),
        '\u{F900}'..='\u{FFFF}' => (130, Letter, 26),
        '\u{1F000}'..='\u{1FAFF}' => (85, Symbol, ANY),
        '\u{20000}'..='\u{323AF}' => (130, Letter, CJK),
        _ => (180, Symbol, ANY),
    }
}

/// What is odd about `b` right after `a`, which comes after `before`.
#[inline(always)]
fn pair(before: Class, a: Class, b: Class) -> i32 {
    match (a.is_letter(), b.is_letter()) {
        (true, true) if a.script == b.script => match (before.kind, a.kind, b.kind) {
            (_, Lower, Upper) => 50,
            (Upper, Upper, Lower) => 30,
            _ => 0,
        },
        (true, true) => match (a.script, b.script) {
            (LATIN, CJK) | (CJK, LATIN) => 10,
            (LATIN, GREEK) | (GREEK, LATIN) => 25,
            _ => 60,
        },
        (_, true) if a.kind == Open && before.is_letter() => 30,
        _ if b.kind == Mark => marked(a, b),
        _ => i32::from(ODD[a.kind as usize][b.kind as usize]),
    }
}

/// What is odd about mark `b` on `a`.
fn marked(a: Class, b: Class) -> i32 {
    match a.kind {
        Upper | Lower | Letter | Mark if b.script == a.script => 0,
        Upper | Lower | Letter | Mark if b.script == ANY => 10,
        Upper | Lower | Letter | Mark => 60,
        Symbol if b.script == ANY => 0,
        _ if b.script == ANY => 40,
        _ => 90,
    }
}

/// What is odd about two kinds side by side, the second no mark and not both letters.
static ODD: [[u8; KINDS.len()]; KINDS.len()] = {
    let mut all = [[0; KINDS.len()]; KINDS.len()];
    let mut i = 0;
    while i < KINDS.len() * KINDS.len() {
        let (a, b) = (KINDS[i / KINDS.len()], KINDS[i % KINDS.len()]);
        all[a as usize][b as usize] = odd(a, b);
        i += 1;
    }
    all
};

const KINDS: [Kind; 15] =
    [Lower, Upper, Letter, Mark, Digit, Space, Stop, Open, Close, Guillemet, Joint, Symbol, Currency, Box, Control];

const fn odd(a: Kind, b: Kind) -> u8 {
    match (a, b) {
        (Lower | Letter | Mark, Symbol) => 30,
        (Upper, Symbol) => 15,
        (Symbol, Lower | Upper | Letter) => 15,
        (Lower | Upper | Letter | Mark, Currency) => 20,
        (Lower | Letter, Open) => 40,
        (Upper, Open) => 10,
        (Close, Lower | Upper | Letter) => 40,
        (Lower | Upper | Letter, Guillemet) => 15,
        (Guillemet, Lower | Upper | Letter) => 10,
        (Lower | Upper | Letter, Box) => 40,
        (Box, Lower | Upper | Letter) => 30,
        (Open, Space) | (Space, Close) => 20,
        (Digit, Upper | Lower | Letter) | (Upper | Lower | Letter, Digit) => 10,
        (Symbol | Currency, Symbol | Currency | Open | Close) | (Open | Close, Symbol | Currency) => 5,
        _ => 0,
    }
}

/// Adds up the cost of characters given one by one.
#[derive(Clone, Copy)]
pub(super) struct Meter {
    before: Class,
    last: Class,
    pub(super) sum: i32,
}

impl Meter {
    /// A meter for what comes after `last`, which comes after `before`.
    pub(super) fn after(before: Class, last: Class) -> Meter {
        Meter { before, last, sum: 0 }
    }

    pub(super) fn add(&mut self, k: Class) {
        self.sum = self.sum.saturating_add(i32::from(k.cost) + pair(self.before, self.last, k));
        (self.before, self.last) = (self.last, k);
    }

    /// Adds what is odd about `next` coming after all that.
    pub(super) fn close(&mut self, next: Class) {
        self.sum = self.sum.saturating_add(pair(self.before, self.last, next));
    }
}
