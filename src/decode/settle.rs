//! Some whole lines of bytes to settled text, with what was taken away from them.

use encoding_rs::Encoding as Codec;

use super::{Encoding, NewlineKind, Residue, wide};
use crate::edit::Span;

/// Settled text of some lines.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// The text; offsets below are bytes of it.
    pub(crate) text: String,
    /// Lines (from 0, of this text) that do not end as the habit says.
    pub(crate) exceptions: Vec<(u32, NewlineKind)>,
    /// Bytes that do not come back by encoding.
    pub(crate) residue: Vec<Residue>,
    /// Where bytes that are not UTF-8 were read as something else.
    pub(crate) islands: Vec<Span>,
    /// Where bytes stand for no character at all.
    pub(crate) undecodable: Vec<Span>,
}

/// Whole lines that are settled text as they are: UTF-8 that ends its lines with LF. What is not comes
/// back. The rest as for [`settle`].
pub(crate) fn settled(
    bytes: Vec<u8>,
    encoding: Encoding,
    habit: NewlineKind,
    has_cr: bool,
) -> Result<Settled, Vec<u8>> {
    let lf = habit == NewlineKind::Lf && (!has_cr || memchr::memchr(b'\r', &bytes).is_none());
    if lf && matches!(encoding, Encoding::Utf8 { .. }) { sound(bytes) } else { Err(bytes) }
}

/// The same for lines of a document that is taken for [`super::survey::take_for_plain`]; a zero byte may mean
/// that it is binary.
pub(crate) fn plain(bytes: Vec<u8>) -> Result<Settled, Vec<u8>> {
    if memchr::memchr2(0, b'\r', &bytes).is_none() { sound(bytes) } else { Err(bytes) }
}

fn sound(bytes: Vec<u8>) -> Result<Settled, Vec<u8>> {
    if Codec::utf8_valid_up_to(&bytes) < bytes.len() {
        return Err(bytes);
    }
    // SAFETY: all of it is sound UTF-8, as was just seen.
    #[allow(unsafe_code)]
    let text = unsafe { String::from_utf8_unchecked(bytes) };
    Ok(Settled { text, ..Settled::default() })
}

/// Decodes `bytes`: whole lines, without the document's BOM. `habit` is the document's newline;
/// `has_cr` whether any of its lines ends otherwise than with LF; `text` an empty string whose memory
/// may be used.
pub(crate) fn settle(bytes: &[u8], encoding: Encoding, habit: NewlineKind, has_cr: bool, text: String) -> Settled {
    let mut s = Settled { text, ..Settled::default() };
    let mends = has_cr || habit != NewlineKind::Lf;
    match encoding {
        Encoding::Utf8 { islands } => {
            match encoding_rs::UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
                Some(text) if mends => {
                    s.newlines(&text, habit);
                    return s;
                }
                Some(text) => s.text.push_str(&text),
                None => s.islands(bytes, islands.unwrap_or(encoding_rs::WINDOWS_1252)),
            }
        }
        Encoding::Utf16 { big_endian } => wide::decode16(bytes, big_endian, |c, raw, ok| s.wide(c, raw, ok)),
        Encoding::Utf32 { big_endian } => wide::decode32(bytes, big_endian, |c, raw, ok| s.wide(c, raw, ok)),
        Encoding::Legacy(codec) => s.legacy(bytes, codec, encoding.is_stateful()),
        Encoding::SingleByte(page) => s.lines(bytes, |line| {
            let text = page.decode(line);
            let same = page.encode(&text) == line;
            (text, same)
        }),
        Encoding::Johab => s.lines(bytes, |line| (super::guess::johab(line), line.is_ascii())),
        Encoding::Iso2022Kr => {
            s.text = super::guess::iso_2022_kr(bytes);
            s.keep(0, bytes);
            s.flag_replacements(0);
        }
    }
    if mends {
        let text = std::mem::take(&mut s.text);
        s.newlines(&text, habit);
    }
    s
}

impl Settled {
    fn keep(&mut self, at: usize, bytes: &[u8]) {
        let len = (self.text.len() - at) as u64;
        self.residue.push(Residue { at: at as u64, len, bytes: bytes.to_vec() });
    }

    /// Line by line; `read` says, too, whether the text goes back to the same bytes.
    fn lines(&mut self, bytes: &[u8], read: impl Fn(&[u8]) -> (String, bool)) {
        for line in bytes.split_inclusive(|&b| matches!(b, b'\n' | b'\r')) {
            let ends = usize::from(matches!(line.last(), Some(b'\n' | b'\r')));
            let (body, end) = line.split_at(line.len() - ends);
            let (text, same) = read(body);
            let at = self.text.len();
            self.text.push_str(&text);
            if !same {
                self.keep(at, body);
                self.flag_replacements(at);
            }
            self.push_ascii(end);
        }
    }

    fn wide(&mut self, c: char, raw: &[u8], ok: bool) {
        let at = self.text.len();
        self.text.push(c);
        if !ok {
            self.keep(at, raw);
            self.undecodable.push(Span::new(at, self.text.len()));
        }
    }

    /// Line by line: a line without any UTF-8 of its own is read as `codec` from its first to its
    /// last byte beyond ASCII; in others each run of bad bytes is, by itself.
    fn islands(&mut self, bytes: &[u8], codec: &'static Codec) {
        let is_end = |b: &u8| matches!(b, b'\n' | b'\r');
        let mut rest = bytes;
        loop {
            let good = Codec::utf8_valid_up_to(rest);
            let all = good == rest.len();
            let start = if all { good } else { rest[..good].iter().rposition(is_end).map_or(0, |i| i + 1) };
            let (sound, bad) = rest.split_at(start);
            if let Some(text) = encoding_rs::UTF_8.decode_without_bom_handling_and_without_replacement(sound) {
                self.text.push_str(&text);
            }
            if all {
                return;
            }
            let end = bad.iter().position(is_end).map_or(bad.len(), |i| i + 1);
            self.line_with_islands(&bad[..end], codec);
            rest = &bad[end..];
        }
    }

    fn line_with_islands(&mut self, line: &[u8], codec: &'static Codec) {
        if line.utf8_chunks().all(|c| c.valid().is_ascii()) {
            let from = line.iter().position(|b| !b.is_ascii()).unwrap_or(line.len());
            let to = line.iter().rposition(|b| !b.is_ascii()).map_or(line.len(), |i| i + 1);
            // A last lead byte takes what follows it along.
            let to = if codec.is_single_byte() {
                to
            } else {
                line.len() - usize::from(matches!(line.last(), Some(b'\n' | b'\r')))
            };
            self.push_ascii(&line[..from]);
            self.island(&line[from..to], codec);
            self.push_ascii(&line[to..]);
            return;
        }
        let single = if codec.is_single_byte() { codec } else { encoding_rs::WINDOWS_1252 };
        let mut bad: Vec<u8> = Vec::new();
        for chunk in line.utf8_chunks() {
            if !chunk.valid().is_empty() && !bad.is_empty() {
                self.island(&bad, single);
                bad.clear();
            }
            self.text.push_str(chunk.valid());
            bad.extend_from_slice(chunk.invalid());
        }
        if !bad.is_empty() {
            self.island(&bad, single);
        }
    }

    fn push_ascii(&mut self, bytes: &[u8]) {
        self.text.extend(bytes.iter().map(|&b| char::from(b)));
    }

    fn island(&mut self, bytes: &[u8], codec: &'static Codec) {
        let at = self.text.len();
        let (text, bad) = codec.decode_without_bom_handling(bytes);
        self.text.push_str(&text);
        self.keep(at, bytes);
        let span = Span::new(at, self.text.len());
        if bad { &mut self.undecodable } else { &mut self.islands }.push(span);
    }

    fn legacy(&mut self, bytes: &[u8], codec: &'static Codec, stateful: bool) {
        let (text, bad) = codec.decode_without_bom_handling(bytes);
        if !bad && *codec.encode(&text).0 == *bytes {
            self.text = text.into_owned();
            return;
        }
        if stateful {
            self.text = text.into_owned();
            self.keep(0, bytes);
            if bad {
                self.flag_replacements(0);
            }
            return;
        }
        for line in bytes.split_inclusive(|&b| matches!(b, b'\n' | b'\r')) {
            let (text, bad) = codec.decode_without_bom_handling(line);
            let at = self.text.len();
            self.text.push_str(&text);
            let back = codec.encode(&text).0;
            if !bad && *back == *line {
                continue;
            }
            // The least part of the line that does not come back: ends that do are left out.
            let mut head = (0, 0);
            for c in text.chars() {
                let mut buf = [0; 4];
                let raw = codec.encode(c.encode_utf8(&mut buf)).0;
                if c == '\u{FFFD}' || !line[head.1..].starts_with(&raw) {
                    break;
                }
                head = (head.0 + c.len_utf8(), head.1 + raw.len());
            }
            let mut tail = (text.len(), line.len());
            // Only ASCII at the end: in a multi-byte encoding a later byte may be half of a character.
            for c in text.chars().rev().take_while(|c| matches!(c, '\n' | '\r' | ' '..='/')) {
                if tail.0 <= head.0 || tail.1 <= head.1 || line[tail.1 - 1] != c as u8 {
                    break;
                }
                tail = (tail.0 - 1, tail.1 - 1);
            }
            let len = (tail.0 - head.0) as u64;
            self.residue.push(Residue { at: (at + head.0) as u64, len, bytes: line[head.1..tail.1].to_vec() });
            if bad {
                self.flag_replacements(at);
            }
        }
    }

    /// Flags every U+FFFD from `at` on.
    fn flag_replacements(&mut self, at: usize) {
        for (i, m) in self.text[at..].match_indices('\u{FFFD}') {
            self.undecodable.push(Span::new(at + i, at + i + m.len()));
        }
    }

    /// Takes `text` over, every newline as `\n`, and moves all offsets along.
    fn newlines(&mut self, text: &str, habit: NewlineKind) {
        let bytes = text.as_bytes();
        let out = &mut self.text;
        out.reserve(bytes.len());
        // Where a CR was dropped, in bytes of the text before.
        let mut dropped: Vec<u32> = Vec::new();
        let (mut from, mut line) = (0, 0u32);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if at < from {
                continue;
            }
            let kind = match (bytes[at], bytes.get(at + 1)) {
                (b'\n', _) => NewlineKind::Lf,
                (_, Some(b'\n')) => NewlineKind::Crlf,
                _ => NewlineKind::Cr,
            };
            if kind != habit {
                self.exceptions.push((line, kind));
            }
            line += 1;
            if kind != NewlineKind::Lf {
                out.push_str(&text[from..at]);
                out.push('\n');
                from = at + kind.text().len();
            }
            if kind == NewlineKind::Crlf {
                dropped.push(at as u32);
            }
        }
        out.push_str(&text[from..]);
        if dropped.is_empty() {
            return;
        }
        let moved = |at: u32| at - dropped.partition_point(|&d| d < at) as u32;
        for r in &mut self.residue {
            let end = moved((r.at + r.len) as u32);
            r.at = u64::from(moved(r.at as u32));
            r.len = u64::from(end) - r.at;
        }
        for s in self.islands.iter_mut().chain(&mut self.undecodable) {
            *s = Span { start: moved(s.start), end: moved(s.end) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Envelope, Exceptions, Facts, Rebuild, survey::survey};
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn facts(bytes: &[u8], declared: Option<Encoding>) -> Facts {
        survey(&mut Cursor::new(bytes), declared).expect("memory")
    }

    /// There and back, whatever the document is taken for.
    fn round_trip(bytes: &[u8], declared: Option<Encoding>) -> String {
        let f = facts(bytes, declared);
        if f.left_alone.is_some() {
            return String::new();
        }
        let skip = if f.bom { f.encoding.bom().len() } else { 0 };
        let s = settle(&bytes[skip..], f.encoding, f.newline, f.has_cr, String::new());
        assert!(!s.text.contains('\r'));
        let mut exceptions = Exceptions::default();
        s.exceptions.iter().for_each(|&(l, k)| exceptions.push(u64::from(l), k));
        let env = Envelope {
            encoding: f.encoding,
            bom: f.bom,
            newline: f.newline,
            exceptions,
            residue: s.residue,
            out_newline: NewlineKind::Lf,
            out_bom: false,
        };
        for step in [1, 7, usize::MAX] {
            let mut out = Vec::new();
            let mut back = Rebuild::new(&env, &mut out);
            let mut at = 0;
            while at < s.text.len() {
                let mut to = at.saturating_add(step).min(s.text.len());
                while !s.text.is_char_boundary(to) {
                    to += 1;
                }
                back.feed(&s.text[at..to], &mut out);
                at = to;
            }
            back.finish(&mut out);
            assert_eq!(out, bytes, "as {:?}", f.encoding);
        }
        s.text
    }

    #[test]
    fn known_files() {
        let sjis = encoding_rs::SHIFT_JIS.encode("市議会は水曜日、新しい橋の計画を検討した。\r\n").0.into_owned();
        assert_eq!(round_trip(&sjis, None), "市議会は水曜日、新しい橋の計画を検討した。\n");
        let jp = encoding_rs::ISO_2022_JP.encode("市議会は\n水曜日").0.into_owned();
        assert_eq!(round_trip(&jp, None), "市議会は\n水曜日");
        assert_eq!(round_trip(b"\xEF\xBB\xBFa\r\nb\nc\rd", None), "a\nb\nc\nd");
        assert_eq!(round_trip(b"caf\xE9 cr\xE8me br\xFBl\xE9e\n", None), "café crème brûlée\n");
        let mixed =
            "Déjà vu — c’est ça.\nEt puis\n".as_bytes().iter().chain(b"voil\xE0 tout.\n").copied().collect::<Vec<_>>();
        assert_eq!(round_trip(&mixed, None), "Déjà vu — c’est ça.\nEt puis\nvoilà tout.\n");
        assert_eq!(round_trip(b"\xFF\xFEa\0\n\0b", None), "a\n\u{FFFD}");
        assert_eq!(round_trip(b"\xFF\xFEa\0\0\xD8b\0", None), "a\u{FFFD}b");
        assert_eq!(round_trip(b"", None), "");
        assert_eq!(round_trip(b"\r", None), "\n");
    }

    #[test]
    fn binary_is_left_alone() {
        for b in [&b"\x89PNG\r\n\x1A\n...."[..], b"text with a \0 in it", &[0, 1, 2, 3, 4, 5, 6, 7]] {
            assert!(facts(b, None).left_alone.is_some(), "{b:?}");
        }
        assert!(facts(b"text with a \0 in it", Some(Encoding::UTF8)).left_alone.is_none(), "forced");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]
        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(prop_oneof![
            Just(b'\n'), Just(b'\r'), Just(b' '), b'a'..b'e', any::<u8>(), 0x80u8..=0xFF,
            Just(0x1B), Just(b'$'), Just(b'B'), Just(b'(')
        ], 0..80)) {
            round_trip(&bytes, None);
            for label in ["utf-8", "windows-1252", "shift_jis", "gb18030", "big5", "euc-kr", "euc-jp", "utf-16le",
                "utf-16be", "utf-32", "iso-2022-jp", "iso-2022-kr", "johab", "windows-874", "x-user-defined", "cp437", "cp857"] {
                round_trip(&bytes, Encoding::for_label(label));
            }
        }
    }
}
