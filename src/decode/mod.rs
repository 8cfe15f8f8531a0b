//! Bytes to text, so that the bytes can be had back.
//!
//! A document is read twice. `survey` reads it whole and says what it is: binary, or text in
//! which encoding, with which newlines. (Where all can be taken back, it is first taken for what most
//! are, UTF-8 with LF, and read once.) Then `settle` turns it, some lines at a time, into
//! *settled text*: UTF-8, `\n` for every newline, no byte order mark. What that takes away is in
//! the [`Envelope`], and [`Rebuild`] puts it back, byte for byte.
//!
//! Order: BOM; the caller's encoding; UTF-16 and UTF-32 by their zero bytes; ISO-2022-JP by its
//! escapes; valid UTF-8; detection. A UTF-8 document with islands of something else is decoded
//! island by island. No byte is ever lost: what does not come back by encoding is residue.

mod detect;
mod envelope;
mod guess;
mod settle;
mod survey;
mod wide;

pub use envelope::{Envelope, Exceptions, NewlineKind, Rebuild, Residue};
pub(crate) use settle::{Settled, plain, settle, settled};
pub use survey::{Facts, LeftAlone};
pub(crate) use survey::{read_full, survey, take_for_plain};

use encoding_rs::Encoding as Codec;

use crate::charset::Page;

/// How bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8. With `islands`, bytes that are not UTF-8 are read as that encoding.
    Utf8 {
        /// The encoding of what is not UTF-8.
        islands: Option<&'static Codec>,
    },
    /// UTF-16.
    Utf16 {
        /// Whether the high byte comes first.
        big_endian: bool,
    },
    /// UTF-32.
    Utf32 {
        /// Whether the high byte comes first.
        big_endian: bool,
    },
    /// Any other encoding of the WHATWG Encoding Standard.
    Legacy(&'static Codec),
    /// An encoding of one byte a character that the Encoding Standard lacks.
    SingleByte(SingleByte),
    /// ISO-2022-KR, which is only read: what it takes to go back is kept as it was.
    Iso2022Kr,
    /// Johab, the same.
    Johab,
}

/// An encoding of one byte a character, such as IBM's for DOS.
#[derive(Clone, Copy)]
pub struct SingleByte(&'static Page);

impl Encoding {
    /// Plain UTF-8.
    pub const UTF8: Encoding = Encoding::Utf8 { islands: None };

    /// By a label of the WHATWG Encoding Standard (`latin1`, `cp1251`, `sjis` …) or one of
    /// `utf-32`, `utf-32le`, `utf-32be`, `iso-2022-kr`, `cp437`, `cp850` and their like; case and surrounding white space do not matter.
    pub fn for_label(label: &str) -> Option<Encoding> {
        let l = label.trim().to_ascii_lowercase();
        Some(match l.as_str() {
            "utf-32" | "utf32" | "utf-32le" | "utf32le" => Encoding::Utf32 { big_endian: false },
            "utf-32be" | "utf32be" => Encoding::Utf32 { big_endian: true },
            "iso-2022-kr" | "iso2022-kr" | "csiso2022kr" => Encoding::Iso2022Kr,
            "johab" | "cp1361" => Encoding::Johab,
            _ => match Codec::for_label_no_replacement(l.as_bytes()) {
                None => return SingleByte::named(&l).map(Encoding::SingleByte),
                Some(e) => match e {
                    e if e == encoding_rs::UTF_8 => Encoding::UTF8,
                    e if e == encoding_rs::UTF_16LE => Encoding::Utf16 { big_endian: false },
                    e if e == encoding_rs::UTF_16BE => Encoding::Utf16 { big_endian: true },
                    e => Encoding::Legacy(e),
                },
            },
        })
    }

    /// Its name, in small letters, as [`Encoding::for_label`] takes it.
    pub fn name(self) -> String {
        match self {
            Encoding::Utf8 { .. } => "utf-8".to_owned(),
            Encoding::Utf16 { big_endian: false } => "utf-16le".to_owned(),
            Encoding::Utf16 { big_endian: true } => "utf-16be".to_owned(),
            Encoding::Utf32 { big_endian: false } => "utf-32le".to_owned(),
            Encoding::Utf32 { big_endian: true } => "utf-32be".to_owned(),
            Encoding::Legacy(e) => e.name().to_ascii_lowercase(),
            Encoding::SingleByte(e) => e.name().to_owned(),
            Encoding::Iso2022Kr => "iso-2022-kr".to_owned(),
            Encoding::Johab => "johab".to_owned(),
        }
    }

    /// Bytes of its BOM.
    pub(crate) fn bom(self) -> &'static [u8] {
        match self {
            Encoding::Utf8 { .. } => b"\xEF\xBB\xBF",
            Encoding::Utf16 { big_endian: false } => b"\xFF\xFE",
            Encoding::Utf16 { big_endian: true } => b"\xFE\xFF",
            Encoding::Utf32 { big_endian: false } => b"\xFF\xFE\0\0",
            Encoding::Utf32 { big_endian: true } => b"\0\0\xFE\xFF",
            Encoding::Legacy(_) | Encoding::SingleByte(_) | Encoding::Iso2022Kr | Encoding::Johab => b"",
        }
    }

    /// Bytes of one code unit.
    pub(crate) fn unit(self) -> usize {
        match self {
            Encoding::Utf16 { .. } => 2,
            Encoding::Utf32 { .. } => 4,
            _ => 1,
        }
    }

    /// Whether a line's bytes depend on the lines before it, so that it is decoded whole.
    pub(crate) fn is_stateful(self) -> bool {
        self == Encoding::Iso2022Kr || matches!(self, Encoding::Legacy(e) if e == encoding_rs::ISO_2022_JP)
    }

    /// Appends `text` in this encoding. What it lacks comes out as something else: for text that
    /// was decoded from it, that is residue.
    pub(crate) fn encode(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Encoding::Utf8 { .. } => out.extend_from_slice(text.as_bytes()),
            Encoding::Utf16 { big_endian } => wide::encode16(text, big_endian, out),
            Encoding::Utf32 { big_endian } => wide::encode32(text, big_endian, out),
            Encoding::Legacy(e) => out.extend_from_slice(&e.encode(text).0),
            Encoding::SingleByte(e) => out.extend(e.encode(text)),
            Encoding::Iso2022Kr | Encoding::Johab => out.extend(text.chars().map(|c| u8::try_from(c).unwrap_or(b'?'))),
        }
    }
}
