//! What a control or invisible character is: one classification for the whole stage.

use super::ansi;

/// A control or invisible character, or an escape sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// VT, FF, FS to US: they part what stands at either side.
    Separator,
    /// Backspace.
    Backspace,
    /// Any other C0 control, or DEL.
    C0,
    /// An escape sequence; with `true` it moved the cursor.
    Ansi(bool),
    /// U+FEFF.
    Bom,
    /// U+200B.
    ZeroWidthSpace,
    /// U+2060.
    WordJoiner,
    /// U+200C, U+200D.
    Joiner,
    /// U+00AD.
    SoftHyphen,
    /// U+200E, U+200F, U+061C.
    Mark,
    /// U+202A to U+202E, U+2066 to U+2069.
    Bidi,
    /// U+FFF9, U+FFFB.
    Annotation,
    /// U+FFFA: it parts a text from its annotation.
    AnnotationSeparator,
    /// U+FFFC.
    Object,
    /// U+206A to U+206F.
    Deprecated,
    /// U+E0001, U+E0020 to U+E007F.
    Tag,
    /// U+FE00 to U+FE0F, U+E0100 to U+E01EF.
    Selector,
    /// Hangul fillers.
    Filler,
    /// Invisible, and left alone without a word.
    Quiet,
}

/// A character that is seen, or would be, and yet may be no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    /// U+0080 to U+009F.
    C1,
    /// Private use.
    Private,
    /// U+FDD0 to U+FDEF and the last two of each plane.
    Noncharacter,
    /// U+FFFD.
    Replacement,
}

/// What stands at some byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Invisible.
    Item(Item),
    /// Odd.
    Odd(Odd),
}

/// Bytes that may start something of interest.
pub(super) const LEAD: [bool; 256] = {
    let mut t = [false; 256];
    let mut i = 0;
    while i < 0x20 {
        t[i] = i != b'\t' as usize;
        i += 1;
    }
    t[0x7F] = true;
    t[0xC2] = true;
    t[0xCD] = true;
    t[0xD8] = true;
    t[0xE1] = true;
    t[0xE2] = true;
    t[0xE3] = true;
    t[0xEE] = true;
    t[0xEF] = true;
    i = 0xF0;
    while i < 0xF5 {
        t[i] = true;
        i += 1;
    }
    t
};

/// What starts at byte `i` of `line`, and its length in bytes.
pub(super) fn found(line: &str, i: usize) -> Option<(Found, usize)> {
    use Found::Item as I;
    let b = line.as_bytes();
    let first = b[i];
    if !LEAD[first as usize] {
        return None;
    }
    if first < 0x80 {
        let item = match first {
            0x1B => match ansi::sequence(b, i) {
                Some((len, moved)) => return Some((I(Item::Ansi(moved)), len)),
                None => Item::C0,
            },
            0x0B | 0x0C | 0x1C..=0x1F => Item::Separator,
            // No line end gets here from a file; one that an entity made is a break as well.
            b'\n' | b'\r' => Item::Separator,
            0x08 => Item::Backspace,
            _ => Item::C0,
        };
        return Some((I(item), 1));
    }
    // Quotes, dashes and the like are E2 80 90 and up: not worth decoding.
    if first == 0xE2 && !matches!(b[i + 1], 0x80 | 0x81) {
        return None;
    }
    let c = line[i..].chars().next()?;
    let kind = match c {
        '\u{9B}' => match ansi::c1_sequence(b, i) {
            Some(len) => return Some((I(Item::Ansi(false)), len)),
            None => Found::Odd(Odd::C1),
        },
        '\u{80}'..='\u{9F}' => Found::Odd(Odd::C1),
        '\u{AD}' => I(Item::SoftHyphen),
        '\u{200B}' => I(Item::ZeroWidthSpace),
        '\u{200C}' | '\u{200D}' => I(Item::Joiner),
        '\u{200E}' | '\u{200F}' | '\u{61C}' => I(Item::Mark),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => I(Item::Bidi),
        '\u{2060}' => I(Item::WordJoiner),
        '\u{206A}'..='\u{206F}' => I(Item::Deprecated),
        '\u{FEFF}' => I(Item::Bom),
        '\u{FFF9}' | '\u{FFFB}' => I(Item::Annotation),
        '\u{FFFA}' => I(Item::AnnotationSeparator),
        '\u{FFFC}' => I(Item::Object),
        '\u{FFFD}' => Found::Odd(Odd::Replacement),
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => I(Item::Selector),
        '\u{E0001}' | '\u{E0020}'..='\u{E007F}' => I(Item::Tag),
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => I(Item::Filler),
        '\u{34F}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{2061}'..='\u{2064}' => {
            I(Item::Quiet)
        }
        '\u{FDD0}'..='\u{FDEF}' => Found::Odd(Odd::Noncharacter),
        c if c as u32 & 0xFFFE == 0xFFFE => Found::Odd(Odd::Noncharacter),
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => Found::Odd(Odd::Private),
        _ => return None,
    };
    Some((kind, c.len_utf8()))
}
