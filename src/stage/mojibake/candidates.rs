//! What a line is when it is read another way.

use super::legacy::{Candidate, Line, Read, TRIED};
use super::pairs::{CONTROLS, Change, Encoder, Misread, Pair, Truth};
use super::sense::is_mark;
use crate::language::{Model, Patch, Sums, Text};

impl Line<'_> {
    /// What is beyond ASCII of the line in the encoding that it may have been misread as.
    pub(super) fn bytes(&self, misread: &Misread) -> Option<Vec<u8>> {
        self.beyond.iter().map(|&i| misread.page.loose_byte(self.chars[i].char)).collect()
    }

    pub(super) fn candidate<'p>(&self, model: &Model, pair: &'p Pair, bytes: &[u8]) -> Option<Candidate<'p>> {
        let page = match pair.truth {
            Truth::Single(page) => page,
            Truth::Double(codec) => {
                let mut all: Vec<u8> = self.chars.iter().map(|r| r.char as u8).collect();
                self.beyond.iter().zip(bytes).for_each(|(&i, &b)| all[i] = b);
                return Self::weighed(model, pair, double(codec, &all, &self.chars)?);
            }
        };
        let (mut chars, mut changed, mut new) =
            (self.chars.clone(), Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
        for (&i, &b) in self.beyond.iter().zip(bytes) {
            let (old, char) = (self.chars[i].char, page.char(b)?);
            // Typographic marks may have come later.
            let free = || pair.change == Change::Latin && !is_alone_a_word(char) && self.stands_free(i);
            if char != old && !(is_mark(old) && (!char.is_alphabetic() || free())) {
                chars[i].char = char;
                changed.push(i);
                new.push(char);
            }
        }
        let Some((symbols, patch)) = self.symbols.patched(model, &changed, &new) else {
            return Self::weighed(model, pair, chars);
        };
        let sums = patch.sums(model, &self.symbols, &symbols, &self.sums);
        Self::with(model, pair, chars, (symbols, &sums), Some(patch))
    }

    /// Whether the character of number `i` has white space on either side.
    fn stands_free(&self, i: usize) -> bool {
        let blank = |r: Option<&Read>| r.is_none_or(|r| r.char.is_whitespace());
        blank(self.chars.get(i + 1)) && blank(i.checked_sub(1).and_then(|i| self.chars.get(i)))
    }

    /// The line as the UTF-8 that it would be in an encoding of East Asia.
    pub(super) fn written_in(&self, model: &Model, encoder: &'static Encoder) -> Option<Candidate<'static>> {
        // Bytes, with the character that each comes from.
        let (mut bytes, mut from) = (Vec::new(), Vec::new());
        for (i, r) in self.chars.iter().enumerate() {
            let mut buffer = [0; 4];
            let (raw, _, bad) = encoder.codec.encode(r.char.encode_utf8(&mut buffer));
            // GBK has the euro at 80, which encoding_rs does not write.
            let raw = if r.char == '€' && encoder.codec == encoding_rs::GBK { &[0x80][..] } else { &raw };
            if bad && r.char != '\u{FFFD}' {
                return None;
            }
            let raw = if bad { &[b'?'][..] } else { raw };
            bytes.extend_from_slice(raw);
            from.resize(bytes.len(), i);
        }
        let mut chars = Vec::new();
        let (mut at, mut whole, mut broken) = (0, 0, 0);
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                let last = from[at + c.len_utf8() - 1];
                // A character that gave two bytes to two others counts for the first.
                let start = if at > 0 && from[at - 1] == from[at] {
                    self.chars[from[at]].end
                } else {
                    self.chars[from[at]].start
                };
                chars.push(Read { start, end: self.chars[last].end, char: c });
                whole += usize::from(!c.is_ascii());
                at += c.len_utf8();
            }
            if !chunk.invalid().is_empty() {
                broken += 1;
                let start = if at > 0 && from[at - 1] == from[at] {
                    self.chars[from[at]].end
                } else {
                    self.chars[from[at]].start
                };
                at += chunk.invalid().len();
                chars.push(Read { start, end: self.chars[from[at - 1]].end, char: '\u{FFFD}' });
            }
        }
        if whole == 0 || broken * 8 > whole {
            return None;
        }
        Self::weighed(model, &encoder.pair, chars)
    }

    /// The line with marks for its controls, if it has any.
    pub(super) fn controls(&self, model: &Model) -> Option<Candidate<'static>> {
        let Truth::Single(page) = CONTROLS.truth else { return None };
        let is_control = |c: char| ('\u{80}'..='\u{9F}').contains(&c);
        if !self.chars.iter().any(|r| is_control(r.char)) {
            return None;
        }
        let mark = |c: char| u8::try_from(u32::from(c)).map_or(c, |b| page.loose_char(b));
        let chars = self.chars.iter().map(|r| if is_control(r.char) { Read { char: mark(r.char), ..*r } } else { *r });
        Self::weighed(model, &CONTROLS, chars.collect())
    }

    fn weighed<'p>(model: &Model, pair: &'p Pair, chars: Vec<Read>) -> Option<Candidate<'p>> {
        let mut symbols = Text::default();
        model.prepare(chars.iter().map(|r| r.char), &mut symbols);
        let sums = model.sums(&symbols);
        Self::with(model, pair, chars, (symbols, &sums), None)
    }

    fn with<'p>(
        model: &Model,
        pair: &'p Pair,
        chars: Vec<Read>,
        (symbols, sums): (Text, &Sums),
        patch: Option<Patch>,
    ) -> Option<Candidate<'p>> {
        let nearest: [usize; TRIED] = model.nearest_by(sums, pair.languages);
        let rough = model.rough(&symbols, sums, nearest[0])? + pair.prior;
        Some(Candidate { pair, chars, symbols, patch, nearest, rough })
    }
}

/// Whether `c` is a common word of some language.
fn is_alone_a_word(c: char) -> bool {
    matches!(c, 'à' | 'á' | 'è' | 'é' | 'ê' | 'í' | 'ó' | 'ú' | 'å' | 'æ' | 'ø' | 'ö')
}

/// Reads `bytes`, that stand for `chars` one by one, as an encoding of more than one byte.
fn double(codec: &'static encoding_rs::Encoding, bytes: &[u8], chars: &[Read]) -> Option<Vec<Read>> {
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < bytes.len() {
        let (char, len) = if bytes[at].is_ascii() {
            (char::from(bytes[at]), 1)
        } else {
            (1..=4).filter(|&n| at + n <= bytes.len()).find_map(|n| {
                let text = codec.decode_without_bom_handling_and_without_replacement(&bytes[at..at + n])?;
                let mut all = text.chars();
                match (all.next(), all.next()) {
                    (Some(c), None) => Some((c, n)),
                    _ => None,
                }
            })?
        };
        out.push(Read { start: chars[at].start, end: chars[at + len - 1].end, char });
        at += len;
    }
    Some(out)
}
