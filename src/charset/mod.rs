//! Encodings of one byte a character: tables for both directions, for those that encoding_rs has
//! and for those that it lacks.
//!
//! They are used in two ways. As they are defined, a byte without a character is an error. *Loosely*
//! such a byte, and every C1 control, stands for itself, as programs that confuse encodings have it.

mod pages;

use std::sync::OnceLock;

/// One encoding whose bytes below 80 are ASCII.
#[derive(Debug)]
pub(crate) struct Page {
    name: &'static str,
    high: &'static str,
    tables: OnceLock<Tables>,
}

#[derive(Debug)]
struct Tables {
    /// Characters of bytes 80 to FF; U+FFFD where there is none.
    chars: [char; 128],
    /// The same with their bytes, in order of the characters.
    bytes: Vec<(char, u8)>,
}

impl Page {
    const fn new(name: &'static str, high: &'static str) -> Page {
        Page { name, high, tables: OnceLock::new() }
    }

    /// By its name.
    pub(crate) fn named(name: &str) -> Option<&'static Page> {
        pages::PAGES.iter().find(|p| p.name == name)
    }

    /// Its name: the one of the Encoding Standard where that has it, else IANA's or the usual one.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| {
            let mut chars = ['\u{FFFD}'; 128];
            chars.iter_mut().zip(self.high.chars()).for_each(|(to, c)| *to = c);
            let mut bytes: Vec<(char, u8)> =
                (0x80..=0xFF).zip(chars).filter(|&(_, c)| c != '\u{FFFD}').map(|(b, c)| (c, b)).collect();
            bytes.sort_unstable();
            Tables { chars, bytes }
        })
    }

    /// The character of `byte`, if it has one.
    pub(crate) fn char(&self, byte: u8) -> Option<char> {
        let Some(i) = byte.checked_sub(0x80) else { return Some(char::from(byte)) };
        Some(self.tables().chars[usize::from(i)]).filter(|&c| c != '\u{FFFD}')
    }

    /// The byte of `c`, if it has one.
    pub(crate) fn byte(&self, c: char) -> Option<u8> {
        if c.is_ascii() {
            return Some(c as u8);
        }
        let bytes = &self.tables().bytes;
        bytes.binary_search_by_key(&c, |p| p.0).ok().map(|i| bytes[i].1)
    }

    /// The character of `byte`, loosely.
    pub(crate) fn loose_char(&self, byte: u8) -> char {
        self.char(byte).unwrap_or(char::from(byte))
    }

    /// The byte of `c`, loosely.
    pub(crate) fn loose_byte(&self, c: char) -> Option<u8> {
        self.byte(c).or_else(|| {
            u8::try_from(u32::from(c)).ok().filter(|b| (0x80..=0x9F).contains(b) || self.char(*b).is_none())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole_and_go_both_ways() {
        for p in &pages::PAGES {
            assert_eq!(p.high.chars().count(), 128, "{}", p.name);
            for b in 0..=0xFF {
                if let Some(c) = p.char(b) {
                    assert_eq!(p.byte(c), Some(b), "{} {b:02X}", p.name);
                }
                // A control may be a character's proper place in a table, too.
                let control = p.loose_char(b);
                assert!(p.byte(control).is_some() || p.loose_byte(control) == Some(b), "{} {b:02X}", p.name);
            }
        }
    }

    #[test]
    fn tables_agree_with_encoding_rs() {
        for p in &pages::PAGES {
            let Some(codec) = encoding_rs::Encoding::for_label(p.name.as_bytes()) else { continue };
            // Their KOI8-U has two letters of Belarusian besides.
            if codec.name().eq_ignore_ascii_case(p.name) && p.name != "koi8-u" {
                for b in 0x80..=0xFFu8 {
                    let bytes = [b];
                    let (theirs, bad) = codec.decode_without_bom_handling(&bytes);
                    if let (Some(ours), false) = (p.char(b), bad) {
                        assert_eq!(theirs.chars().next(), Some(ours), "{} {b:02X}", p.name);
                    }
                }
            }
        }
    }
}
