//! One style for sound marks: straight or curly. No repair happens here.
//!
//! *Straight* is for languages that write “…”, ”…” or ’: their marks have a straight twin, and a
//! pair stays a pair. „…“ and ‚…‘ have none (half of the pair would stay behind), so the pair
//! stays as it is, like guillemets; so do marks in lines with CJK text, where “ is as wide as a
//! letter, and double marks within a quoted string of JSON, CSV or an HTML attribute, which they
//! would end. U+02BC, U+02BB and primes are never touched.
//!
//! *Curly* educates English: opening, closing, apostrophe. It leaves marks after digits (feet,
//! inches, minutes) unless a quotation is open, marks between spaces, HTML tags, code between
//! backticks and lines of JSON. It reads the marks that it would make, so a second run sees what
//! the first saw.

use super::{Facts, after, before, is_space};
use crate::edit::{EditSink, RuleId};
use crate::features::any_within;

/// Replaces curly marks by straight ones.
pub(super) fn straighten(line: &str, facts: &Facts, rule: RuleId, sink: &mut EditSink) {
    if !sink.wants(rule) {
        return;
    }
    let b = line.as_bytes();
    // Lead bytes of U+3000 to U+D7FF: kana, ideographs, Hangul.
    let cjk = any_within(b, 0xE3, 0xED);
    let mut strings = Strings::of(line);
    let (mut low_double, mut low_single) = (0u32, 0u32);
    for &at in &facts.curly {
        let at = at as usize;
        let past = at + 3;
        match b[at + 2] {
            0x9A | 0x9E => {
                let opens = starts(before(line, at)) && !is_space(after(line, past));
                let low = if b[at + 2] == 0x9E { &mut low_double } else { &mut low_single };
                *low += u32::from(opens);
            }
            0x9C | 0x9D | 0x9F => {
                if low_double > 0 {
                    low_double -= 1;
                } else if !cjk && (!facts.straight_double || !strings.hold(at)) {
                    sink.replace(at..past, "\"", rule);
                }
            }
            0x98 | 0x99 | 0x9B => {
                let (prev, next) = (before(line, at), after(line, past));
                let flanked = prev.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
                if low_single > 0 && !flanked {
                    low_single -= 1;
                } else if !cjk || flanked && prev.is_some_and(is_latin) && next.is_some_and(is_latin) {
                    sink.replace(at..past, "'", rule);
                }
            }
            _ => {}
        }
    }
}

fn is_latin(c: char) -> bool {
    c < '\u{250}'
}

fn starts(prev: Option<char>) -> bool {
    is_space(prev)
        || prev
            .is_some_and(|c| matches!(c, '(' | '[' | '{' | '/' | '—' | '–' | '-' | '“' | '‘' | '„' | '‚' | '"' | '\''))
}

/// Quoted strings of JSON, CSV and HTML attributes, found as the scan goes on.
struct Strings<'t> {
    line: &'t str,
    /// Read up to here.
    at: usize,
    inside: bool,
}

impl<'t> Strings<'t> {
    fn of(line: &'t str) -> Self {
        Strings { line, at: 0, inside: false }
    }

    /// Whether byte `at` lies within such a string; to be asked in order.
    fn hold(&mut self, at: usize) -> bool {
        let b = self.line.as_bytes();
        while let Some(i) = memchr::memchr(b'"', &b[self.at..at]) {
            let mark = self.at + i;
            self.at = mark + 1;
            if self.inside {
                let next = b[mark + 1..].iter().find(|&&c| c != b' ');
                self.inside = !next.is_none_or(|c| b",}]:;>/".contains(c));
            } else if mark > 0 {
                let prev = b[mark - 1];
                let key = prev == b' ' && mark >= 3 && b[mark - 2] == b':' && b[mark - 3] == b'"';
                self.inside = b",:{[=".contains(&prev) || key;
            }
        }
        self.at = self.at.max(at);
        self.inside
    }
}

/// Words that start with an apostrophe.
const CLIPPED: [&str; 14] =
    ["tis", "twas", "twere", "twill", "em", "til", "till", "cause", "n", "bout", "round", "tween", "neath", "cos"];

/// Replaces straight marks by curly ones.
pub(super) fn educate(line: &str, rule: RuleId, sink: &mut EditSink) {
    if !sink.wants(rule) || looks_coded(line) {
        return;
    }
    // A single mark opens only if one further on can close.
    let last_closer = line.char_indices().rev().find(|&(i, c)| {
        matches!(c, '\'' | '’')
            && !is_space(before(line, i))
            && !after(line, i + c.len_utf8()).is_some_and(char::is_alphanumeric)
    });
    let last_closer = last_closer.map_or(0, |(i, _)| i);
    let mut open = false;
    let mut prev: Option<char> = None;
    let mut skip = 0;
    // Whether a `>` or a backtick is still to come is known once it was looked for in vain.
    let mut ahead = [true; 2];
    for (i, c) in line.char_indices() {
        if i < skip {
            continue;
        }
        let past = i + c.len_utf8();
        let next = after(line, past);
        let mut made = c;
        match c {
            '"' => made = double(prev, next, open),
            '\'' => made = single(prev, next, &line[past..], i < last_closer),
            '<' if ahead[0] && next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) => {
                match line[past..].find('>') {
                    Some(n) => skip = past + n + 1,
                    None => ahead[0] = false,
                }
            }
            '`' if ahead[1] => match line[past..].find('`') {
                Some(n) => skip = past + n + 1,
                None => ahead[1] = false,
            },
            _ => {}
        }
        match made {
            '“' => open = true,
            '”' => open = false,
            _ => {}
        }
        if made != c {
            sink.replace(i..past, made.encode_utf8(&mut [0; 4]), rule);
        }
        prev = Some(if skip > past { '>' } else { made });
    }
}

/// What a straight double mark between these characters becomes.
fn double(prev: Option<char>, next: Option<char>, open: bool) -> char {
    let dash = prev.is_some_and(|c| matches!(c, '-' | '—' | '–' | '/' | '>'));
    let prime = prev.is_some_and(|c| c.is_ascii_digit()) && !open;
    if prime || is_space(prev) && is_space(next) {
        '"'
    } else if is_space(prev)
        || prev.is_some_and(|c| matches!(c, '(' | '[' | '{' | '“' | '‘' | '¿' | '¡'))
        || dash && !open && !is_space(next)
    {
        '“'
    } else {
        '”'
    }
}

/// What a straight single mark between these characters becomes; `rest` follows it.
fn single(prev: Option<char>, next: Option<char>, rest: &str, can_close: bool) -> char {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if digit(prev) && !next.is_some_and(char::is_alphabetic) {
        return '\'';
    }
    let opens = is_space(prev) || prev.is_some_and(|c| matches!(c, '(' | '[' | '{' | '“' | '‘' | '—' | '–' | '/'));
    if !opens {
        return '’';
    }
    if is_space(next) {
        return '\'';
    }
    let word = rest.bytes().take(6).take_while(u8::is_ascii_alphanumeric).count();
    let word = &rest[..word];
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let decade = digits == 2 && matches!(&word[2..], "" | "s" | "S");
    let clipped = CLIPPED.iter().any(|w| word.eq_ignore_ascii_case(w));
    if decade || clipped || !can_close { '’' } else { '‘' }
}

/// JSON and the like: marks there are syntax.
fn looks_coded(line: &str) -> bool {
    let t = line.trim_start();
    t.starts_with(['{', '[']) && line.contains("\":") || line.contains("\",\"") || line.contains("\": \"")
}
