//! What one line is by itself: counted in one pass over its characters.

use super::words::{Hash, Words, mix};

/// Languages that are told apart at most.
pub(super) const LANGUAGES: usize = 16;

/// The bits of a byte, a byte each.
const SPREAD: [u64; 256] = {
    let mut all = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut bit = 0;
        while bit < 8 {
            all[n] |= ((n as u64 >> bit) & 1) << (8 * bit);
            bit += 1;
        }
        n += 1;
    }
    all
};

/// How a line ends; the order is that of the values of `END`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    #[default]
    None,
    Stop,
    Question,
    Exclaim,
    Ellipsis,
    Colon,
    Comma,
    Bracket,
    Letter,
    Digit,
    Other,
}

/// How a line begins; the order is that of the values of `FIRST`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum First {
    #[default]
    Other,
    Lower,
    Upper,
    Digit,
    Bullet,
    Quote,
    Bracket,
    Letter,
}

/// A line that is not blank.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Runs without white space that hold a letter or digit; in scripts without spaces, characters / 2.
    pub(super) words: u32,
    pub(super) letters: u32,
    pub(super) digits: u32,
    /// Words that begin with a capital; words without a small letter.
    pub(super) capital: u32,
    pub(super) shouted: u32,
    pub(super) commas: u32,
    /// Stops within the line that a new sentence follows.
    pub(super) sentences: u32,
    pub(super) ends: End,
    pub(super) begins: First,
    pub(super) pipes: u32,
    pub(super) arrows: u32,
    pub(super) dots: u32,
    pub(super) slashes: u32,
    pub(super) at_or_url: u32,
    pub(super) money: u32,
    pub(super) copyright: u32,
    pub(super) underscores: u32,
    pub(super) braces: u32,
    pub(super) brackets: u32,
    pub(super) year: bool,
    pub(super) clock: bool,
    pub(super) numbers: u32,
    /// Words of each class at least once, a bit each; words of any class.
    pub(super) classes: u16,
    pub(super) marked: u32,
    pub(super) stops: [u16; LANGUAGES],
    /// Hash of the letters, and of digits as one.
    pub(super) key: u64,
    /// Hash of its first word.
    pub(super) first: u64,
    /// How much more its words speak against it than for it, in hundredths of a logit.
    pub(super) lean: i32,
    /// Blank lines before it, at most 2.
    pub(super) blank: u32,
    /// A rule has dropped it.
    pub(super) ruled: bool,
}

fn is_dense(c: char) -> bool {
    u32::from(c) >= 0xE01
        && matches!(u32::from(c), 0x0E01..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF
        | 0x3041..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '’' | '”' | '»' | '“' | '」' | '』')
}

/// How many small letters of ASCII come first among eight bytes.
#[inline]
fn small_letters(eight: u64) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The highest bit of each byte says what is asked; sums of seven bits carry into no other byte.
    let low = eight & (0x7F * ONES);
    let (from_a, beyond_z) = (low + ((0x80 - 0x61) * ONES), low + ((0x80 - 0x7B) * ONES));
    let other = !(from_a & !beyond_z & !eight) & (0x80 * ONES);
    other.trailing_zeros() / 8
}

/// Words, by their hashes, that are to be looked up: all of a line one after the other, which is faster
/// than each as it comes.
pub(super) struct Waiting {
    words: [u64; 128],
    len: usize,
}

impl Default for Waiting {
    fn default() -> Waiting {
        Waiting { words: [0; 128], len: 0 }
    }
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    hash: Hash,
    len: u32,
    digits: u32,
    number: u32,
    upper_first: bool,
    lower: bool,
}

impl Word {
    #[inline]
    fn push(&mut self, b: u8) {
        self.hash.push_byte(b);
    }
}

impl Line {
    /// Counts what `text[start..end]` holds.
    pub(super) fn of(text: &str, start: usize, end: usize, words: &Words, waiting: &mut Waiting) -> Line {
        let mut l = Line { start, end, ..Line::default() };
        let line = &text[start..end];
        l.begins = line.chars().next().map_or(First::Other, begins);
        let mut w = Word::default();
        let (mut in_token, mut dense) = (false, 0u32);
        // A stop, and what came after it.
        let (mut stop_then_space, mut url) = (0, false);
        let mut at = 0;
        let bytes = line.as_bytes();
        while let Some(&b) = bytes.get(at) {
            if b.is_ascii_lowercase() {
                // As most characters are.
                let from = at;
                while let Some(eight) = bytes.get(at..at + 8) {
                    let eight = u64::from_le_bytes(eight.try_into().unwrap_or_default());
                    let n = small_letters(eight);
                    if n > 0 {
                        w.hash.push_bytes(eight.swap_bytes() >> (64 - 8 * n), n);
                        at += n as usize;
                    }
                    if n < 8 {
                        break;
                    }
                }
                while let Some(&b) = bytes.get(at)
                    && b.is_ascii_lowercase()
                {
                    w.push(b);
                    at += 1;
                }
                let n = (at - from) as u32;
                // A word that begins so has no small letter after its first.
                w.lower |= w.len > 0 || n > 1;
                w.len += n;
                l.letters += n;
                l.words += u32::from(!in_token);
                in_token = true;
                stop_then_space = 0;
                continue;
            }
            if b == b' ' {
                if w.len > 0 {
                    l.word(&mut w, words, waiting);
                }
                in_token = false;
                stop_then_space = if stop_then_space > 0 { 2 } else { 0 };
                at += 1;
                continue;
            }
            if b.is_ascii_uppercase() {
                if w.len == 0 {
                    w.upper_first = true;
                    l.sentences += u32::from(stop_then_space == 2);
                }
                w.push(b.to_ascii_lowercase());
                w.len += 1;
                l.letters += 1;
                l.words += u32::from(!in_token);
                in_token = true;
                stop_then_space = 0;
                at += 1;
                continue;
            }
            let c = if b.is_ascii() { Some(b as char) } else { line[at..].chars().next() };
            let Some(c) = c else { break };
            at += c.len_utf8();
            if is_alnum(c) {
                let digit = c.is_ascii_digit();
                let lower = lower(c);
                if w.len == 0 {
                    w.upper_first = lower != c;
                    if stop_then_space == 2 && (lower != c || digit) {
                        l.sentences += 1;
                    }
                } else if !digit && lower == c {
                    w.lower = true;
                }
                w.len += 1;
                if digit {
                    l.digits += 1;
                    w.digits += 1;
                    w.number = w.number.wrapping_mul(10).wrapping_add(u32::from(c) - 48);
                    w.push(b'0');
                } else {
                    l.letters += 1;
                    w.hash.push(lower);
                }
                if is_dense(c) {
                    dense += 1;
                } else if !in_token {
                    in_token = true;
                    l.words += 1;
                }
                stop_then_space = 0;
            } else {
                if w.len > 0 {
                    l.word(&mut w, words, waiting);
                }
                match c {
                    ' ' | '\t' | '\u{A0}' => {
                        in_token = false;
                        stop_then_space = if stop_then_space > 0 { 2 } else { 0 };
                    }
                    '.' | '!' | '?' | '…' => {
                        stop_then_space = 1;
                        url |= c == '.' && (bytes[..at - 1].ends_with(b"www") || bytes[at..].starts_with(b"com"));
                    }
                    _ if is_closing(c) || c == ')' => {}
                    _ => stop_then_space = 0,
                }
                match c {
                    ',' | '、' | '،' => l.commas += 1,
                    '|' => l.pipes += 1,
                    '»' | '›' | '>' | '→' | '«' | '‹' | '<' | '▼' | '▸' | '►' => l.arrows += 1,
                    '·' | '•' | '■' | '●' | '*' => l.dots += 1,
                    '/' | '\\' => {
                        l.slashes += 1;
                        url |= bytes[..at].ends_with(b"://");
                    }
                    '@' => l.at_or_url += 1,
                    '$' | '€' | '£' | '¥' => l.money += 1,
                    '©' | '®' | '™' => l.copyright += 1,
                    '_' => l.underscores += 1,
                    '{' | '}' | ';' | '=' => l.braces += 1,
                    '[' | ']' => l.brackets += 1,
                    ':' if at > 1 && bytes[at - 2].is_ascii_digit() => l.clock = true,
                    _ => {}
                }
                if c.is_whitespace() && !matches!(c, ' ' | '\t' | '\u{A0}') {
                    in_token = false;
                }
            }
        }
        if w.len > 0 {
            l.word(&mut w, words, waiting);
        }
        l.words += dense / 2;
        l.ends = match bytes.last() {
            // As most lines.
            Some(b) if b.is_ascii_alphabetic() => End::Letter,
            Some(b) if b.is_ascii_digit() => End::Digit,
            _ => {
                let mut marks = line.chars().rev().filter(|c| !c.is_whitespace() && !is_closing(*c));
                ends(marks.next().unwrap_or(' '), marks.next().unwrap_or(' '))
            }
        };
        l.at_or_url += u32::from(url);
        l.look_up(words, waiting);
        l
    }

    /// Adds what is known of the words that wait.
    fn look_up(&mut self, words: &Words, waiting: &mut Waiting) {
        let (mut lean, mut classes, mut marked) = (self.lean, self.classes, self.marked);
        // All languages at once, a byte each.
        let mut stops = [0; 2];
        for &hash in &waiting.words[..waiting.len] {
            let known = words.get(hash);
            lean += i32::from(known.lean);
            classes |= known.classes;
            marked += u32::from(known.classes != 0);
            let [low, high] = known.stop.to_le_bytes();
            stops[0] += SPREAD[usize::from(low)];
            stops[1] += SPREAD[usize::from(high)];
        }
        (self.lean, self.classes, self.marked) = (lean, classes, marked);
        waiting.len = 0;
        for (sums, here) in self.stops.chunks_exact_mut(8).zip(stops.map(u64::to_le_bytes)) {
            sums.iter_mut().zip(here).for_each(|(sum, n)| *sum = sum.saturating_add(u16::from(n)));
        }
    }

    #[inline]
    fn word(&mut self, w: &mut Word, words: &Words, waiting: &mut Waiting) {
        let hash = w.hash.end();
        if self.key == 0 {
            self.first = hash;
        }
        self.key = mix(self.key, hash);
        if w.digits == w.len {
            self.numbers += 1;
            self.year |= w.len == 4 && (1950..2040).contains(&w.number);
        } else {
            self.capital += u32::from(w.upper_first);
            self.shouted += u32::from(w.upper_first && !w.lower && w.len > 1);
            if waiting.len == waiting.words.len() {
                self.look_up(words, waiting);
            }
            waiting.words[waiting.len] = hash;
            waiting.len += 1;
        }
        *w = Word::default();
    }
}

/// Whether `c` is a letter or a digit; of the most common alphabets without a look into tables.
fn is_alnum(c: char) -> bool {
    match u32::from(c) {
        0..=0x7F => c.is_ascii_alphanumeric(),
        0xA0..=0xA9 | 0xAB..=0xB1 | 0xBB | 0xD7 | 0xF7 | 0x2000..=0x206F | 0x20A0..=0x20C0 => false,
        0x2190..=0x245F | 0x2500..=0x2775 | 0x3001..=0x3004 | 0x3008..=0x3020 => false,
        0xE000..=0xF8FF | 0xFF01..=0xFF0F | 0x1F300..=0x1FAFF => false,
        0xC0..=0x24F | 0x388..=0x38A | 0x3A3..=0x3F5 | 0x400..=0x481 | 0x48A..=0x52F => true,
        0x5D0..=0x5EA | 0x620..=0x64A | 0x905..=0x939 | 0xE01..=0xE30 => true,
        0x3041..=0x3096 | 0x30A1..=0x30FA | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3 => true,
        _ => c.is_alphanumeric(),
    }
}

/// The first of the small letters of `c`, likewise.
fn lower(c: char) -> char {
    let n = u32::from(c);
    match n {
        0..=0x7F => c.to_ascii_lowercase(),
        0xDF..=0xFF | 0x430..=0x45F => c,
        0xC0..=0xD6 | 0xD8..=0xDE | 0x410..=0x42F => char::from_u32(n + 0x20).unwrap_or(c),
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

fn begins(c: char) -> First {
    match c {
        '*' | '-' | '•' | '·' | '+' | '–' | '—' | '■' | '●' | '>' | '»' | '›' | '▸' | '►' => {
            First::Bullet
        }
        '"' | '\'' | '“' | '”' | '‘' | '’' | '«' | '„' => First::Quote,
        '[' | '(' | '{' => First::Bracket,
        _ if c.is_numeric() => First::Digit,
        _ if c.is_uppercase() => First::Upper,
        _ if c.is_lowercase() => First::Lower,
        _ if c.is_alphabetic() => First::Letter,
        _ => First::Other,
    }
}

fn ends(mark: char, before: char) -> End {
    match mark {
        '.' if before == '.' => End::Ellipsis,
        '…' => End::Ellipsis,
        '.' | '。' | '।' | '۔' => End::Stop,
        '?' | '？' | '؟' => End::Question,
        '!' | '！' => End::Exclaim,
        ':' => End::Colon,
        ',' | ';' | '-' | '–' => End::Comma,
        ')' | ']' | '}' if matches!(before, '.' | '!' | '?') => End::Stop,
        ')' | ']' | '}' => End::Bracket,
        ' ' => End::None,
        _ if mark.is_numeric() => End::Digit,
        _ if mark.is_alphabetic() => End::Letter,
        _ => End::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        let words = Words::read("stop.en: the of\nkind.date: may\nkind.share: share on\n");
        assert_ne!(words.get(Hash::of("share".chars())).classes, 0);
        Line::of(text, 0, text.len(), &words, &mut Waiting::default())
    }

    #[test]
    fn hashes_do_not_depend_on_pieces() {
        for word in ["a", "abcdefg", "abcdefgh", "incomprehensibilities", "straßenbahn", "zzzzzzzzz", "pre{fix"] {
            for at in (0..=word.len()).filter(|&at| word.is_char_boundary(at)) {
                let mut hash = Hash::default();
                word[..at].chars().for_each(|c| hash.push(c));
                for piece in word.as_bytes()[at..].chunks(5) {
                    let eight = piece.iter().fold(0, |all, b| all << 8 | u64::from(*b));
                    hash.push_bytes(eight, piece.len() as u32);
                }
                if word.is_ascii() {
                    assert_eq!(hash.end(), Hash::of(word.chars()), "{word} at {at}");
                }
            }
            let mut eight = [b' '; 8];
            let n = word.len().min(8);
            eight[..n].copy_from_slice(&word.as_bytes()[..n]);
            let small = eight.iter().take_while(|b| b.is_ascii_lowercase()).count() as u32;
            assert_eq!(small_letters(u64::from_le_bytes(eight)), small, "{word}");
        }
    }

    #[test]
    fn letters_are_known_without_tables() {
        for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
            assert_eq!(is_alnum(c), c.is_alphanumeric(), "{c:?}");
            assert_eq!(lower(c), c.to_lowercase().next().unwrap_or(c), "{c:?}");
        }
    }

    #[test]
    fn lines_are_counted() {
        let l = line("The end of the pier, May 3, 2015. It rained (a lot).");
        assert_eq!((l.words, l.commas, l.sentences, l.ends, l.begins), (12, 2, 1, End::Stop, First::Upper));
        assert_eq!((l.stops[0], l.marked, l.year, l.capital), (3, 1, true, 3));
        let l = line("* SHARE ON...");
        assert_eq!((l.words, l.marked, l.shouted, l.ends, l.begins), (2, 2, 2, End::Ellipsis, First::Bullet));
        assert_eq!(line("Page 12 of 80").key, line("page 99, of 11").key);
        assert_ne!(line("Page 12").key, line("Page 123").key);
    }
}
