//! The one scan: what bytes a line holds, as a bitset that decides which stages wake.
//!
//! A feature may be set for a line that lacks it (the scan works in chunks, and a chunk may reach
//! into the next line), but never be missing: gates have no false negatives (law 4), and no
//! behaviour may depend on a bit being absent.

use std::ops::BitOr;

/// A set of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Features(pub u32);

macro_rules! features {
    ($($(#[doc = $doc:literal])* $name:ident = $bit:literal;)*) => {
        impl Features {
            /// No feature: a stage that needs none of them never runs.
            pub const NONE: Features = Features(0);
            /// Every feature: a gate forced open.
            pub const ALL: Features = Features(u32::MAX);
            $($(#[doc = $doc])* pub const $name: Features = Features(1 << $bit);)*
        }
    };
}

features! {
    /// A C0 control other than tab and newline, or DEL.
    CONTROL = 0;
    /// A tab.
    TAB = 1;
    /// `&`.
    AMPERSAND = 2;
    /// Two spaces in a row.
    SPACE_RUN = 3;
    /// A space or tab at the start or end of the line.
    SPACE_EDGE = 4;
    /// A space before one of `.,;:!?`.
    SPACE_STOP = 5;
    /// A space after an opening or before a closing bracket, `()[]{}`.
    SPACE_BRACKET = 6;
    /// One of `.,;:!?` twice in a row.
    STOP_RUN = 7;
    /// Two of `"'` and backtick in a row.
    QUOTE_RUN = 8;
    /// One of `"'`, backtick or `[` at the start of the line, or one of `"']` or backtick at its end.
    QUOTE_EDGE = 9;
    /// One of `"'` after one of `,.!?` and before an ASCII letter or digit or a byte of 80 to FF.
    QUOTE_GLUED = 10;
    /// One of `"'` between two spaces, or between a space and the start or end of the line.
    QUOTE_LOOSE = 11;
    /// A backslash.
    BACKSLASH = 12;
    /// A straight quote, `"` or `'`.
    QUOTE_STRAIGHT = 13;
    /// Two hyphens in a row.
    HYPHEN_RUN = 14;
    /// Any byte of 80 to FF: the line is not ASCII.
    NON_ASCII = 16;
    /// U+0080 to U+009F.
    C1 = 17;
    /// U+2018 to U+201F, U+02BC, U+00B4, or U+FF02, U+FF07: a quotation mark that is neither ASCII nor guillemet.
    CURLY = 18;
    /// A space that is not U+0020: U+00A0, U+1680, U+2000 to U+200A, U+202F, U+205F, U+3000, U+180E, U+2800.
    EXOTIC_SPACE = 19;
    /// Invisible: U+00AD, U+034F, U+061C, U+115F, U+1160, U+17B4, U+17B5, U+180B to U+180F, U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F, U+3164, U+FE00 to U+FE0F, U+FEFF, U+FFA0, U+FFF0 to U+FFFF, all of planes 14 to 16.
    INVISIBLE = 20;
    /// U+2028 or U+2029.
    LINE_SEPARATOR = 21;
    /// A character that NFC may change or that may combine with the one before.
    NOT_NFC = 22;
    /// A ligature or digraph of the Latin script: U+0132, U+0133, U+0149, U+01C4 to U+01CC, U+01F1 to U+01F3, U+FB00 to U+FB06.
    LIGATURE = 23;
    /// U+FF00 to U+FFEF, full and half width forms, or U+3000.
    WIDTH = 24;
    /// Two characters of U+0080 and above in a row, or one beside U+FFFD: what mojibake needs.
    NON_ASCII_RUN = 25;
    /// An en, em or other dash, U+2010 to U+2015, or U+2026, the ellipsis.
    DASH = 26;
}

impl Features {
    /// Whether the two sets share a feature.
    pub fn meets(self, needs: Features) -> bool {
        self.0 & needs.0 != 0
    }
}

impl BitOr for Features {
    type Output = Features;
    fn bitor(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }
}

impl Features {
    /// Union, in constants.
    pub const fn or(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }
}
