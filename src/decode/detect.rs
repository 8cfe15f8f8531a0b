//! What a document is, from its bytes: magic numbers, wide encodings by their zero bytes, escapes.

use super::Encoding;

/// Magic numbers of formats that are no text: bytes at the start of the document, and the name.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1A\n", "PNG image"),
    (b"\xFF\xD8\xFF", "JPEG image"),
    (b"GIF87a", "GIF image"),
    (b"GIF89a", "GIF image"),
    (b"%PDF-", "PDF document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x1F\x8B\x08", "gzip data"),
    (b"\x28\xB5\x2F\xFD", "Zstandard data"),
    (b"BZh", "bzip2 data"),
    (b"\xFD7zXZ\0", "XZ data"),
    (b"7z\xBC\xAF\x27\x1C", "7-Zip archive"),
    (b"\x04\x22\x4D\x18", "LZ4 data"),
    (b"Rar!\x1A\x07", "RAR archive"),
    (b"\x7FELF", "ELF program"),
    (b"MZ\x90\0", "Windows program"),
    (b"\xCA\xFE\xBA\xBE", "Java class or Mach-O program"),
    (b"\xCF\xFA\xED\xFE", "Mach-O program"),
    (b"\0asm", "WebAssembly module"),
    (b"PAR1", "Parquet file"),
    (b"ARROW1", "Arrow file"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Microsoft Office document"),
    (b"OggS", "Ogg media"),
    (b"ID3", "MP3 audio"),
    (b"fLaC", "FLAC audio"),
    (b"\x1A\x45\xDF\xA3", "Matroska media"),
    (b"wOFF", "web font"),
    (b"wOF2", "web font"),
    (b"\0\x01\0\0\0", "font"),
    (b"\x93NUMPY", "NumPy array"),
    (b"\x89HDF\r\n\x1A\n", "HDF5 file"),
    (b"!<arch>\n", "archive"),
    (b"{\\rtf", "RTF document"),
];

/// The name of the format that `head` starts like, if it is no text.
pub(super) fn magic(head: &[u8]) -> Option<&'static str> {
    if head.len() >= 12 && head.starts_with(b"RIFF") && [&b"WAVE"[..], b"AVI ", b"WEBP"].contains(&&head[8..12]) {
        return Some("RIFF media");
    }
    if head.len() >= 12 && &head[4..8] == b"ftyp" {
        return Some("MP4 media");
    }
    let (m, name) = MAGIC.iter().find(|(m, _)| head.starts_with(m))?;
    // Three letters start many a sentence: they need what follows them in the format.
    match *m {
        b"BZh" if head.get(3).is_none_or(|b| !b.is_ascii_digit()) => None,
        b"ID3" if head.get(3).is_none_or(|&v| v >= 0x10) => None,
        b"PAR1" | b"OggS" | b"fLaC" | b"wOFF" | b"wOF2" | b"ARROW1" if !head.iter().take(64).any(|&b| b < 9) => None,
        _ => Some(name),
    }
}

/// A BOM at the start, and the encoding that it stands for.
pub(super) fn bom(head: &[u8]) -> Option<Encoding> {
    let all = [
        Encoding::Utf32 { big_endian: false },
        Encoding::Utf32 { big_endian: true },
        Encoding::UTF8,
        Encoding::Utf16 { big_endian: false },
        Encoding::Utf16 { big_endian: true },
    ];
    all.into_iter().find(|e| {
        head.starts_with(e.bom())
            // FF FE 00 00 is also UTF-16 that starts with a NUL.
            && (e.unit() != 4 || sound_share(head, *e) >= 0.99)
    })
}

/// UTF-16 or UTF-32 without a BOM, told by where the zero bytes of `sample` stand: in Latin text
/// every other byte, in any text at least those of spaces and newlines, always at the same parity.
pub(super) fn wide(sample: &[u8]) -> Option<Encoding> {
    let mut zeros = [0usize; 4];
    for (i, _) in sample.iter().enumerate().filter(|&(_, &b)| b == 0) {
        zeros[i % 4] += 1;
    }
    let total: usize = zeros.iter().sum();
    if total == 0 || sample.len() < 4 {
        return None;
    }
    let most = |part: usize| part * 100 >= total * 98;
    let quarter = sample.len() / 4;
    // UTF-32: of four bytes one is always zero, and another nearly always.
    let candidates = if zeros[0] >= quarter && zeros[1] * 10 >= quarter * 9 {
        Encoding::Utf32 { big_endian: true }
    } else if zeros[3] >= quarter && zeros[2] * 10 >= quarter * 9 {
        Encoding::Utf32 { big_endian: false }
    } else if most(zeros[1] + zeros[3]) {
        Encoding::Utf16 { big_endian: false }
    } else if most(zeros[0] + zeros[2]) {
        Encoding::Utf16 { big_endian: true }
    } else {
        return None;
    };
    // One NUL in plain text has a parity, too: the rest must read as wide text.
    let ascii = sample.iter().filter(|b| matches!(b, b' '..=b'~')).count();
    (sound_share(sample, candidates) >= 0.98 && ascii * 10 <= sample.len() * 6).then_some(candidates)
}

/// Which part of `sample`'s characters, read as `e`, could stand in a text.
fn sound_share(sample: &[u8], e: Encoding) -> f64 {
    let (mut sound, mut all) = (0usize, 0usize);
    let mut look = |c: char, _: &[u8], ok: bool| {
        all += 1;
        let cp = u32::from(c);
        let odd = c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0C')
            || (0xE000..=0xF8FF).contains(&cp)
            || (0xFFF0..=0xFFFF).contains(&cp)
            || cp >= 0x3_2000;
        sound += usize::from(ok && !odd);
    };
    let body = &sample[..sample.len() / e.unit() * e.unit()];
    let body = body.strip_prefix(e.bom()).unwrap_or(body);
    match e {
        Encoding::Utf16 { big_endian } => super::wide::decode16(body, big_endian, &mut look),
        Encoding::Utf32 { big_endian } => super::wide::decode32(body, big_endian, &mut look),
        _ => return 1.0,
    }
    if all == 0 { 1.0 } else { sound as f64 / all as f64 }
}

/// Whether ASCII bytes hold the escapes of ISO-2022-JP (RFC 1468).
pub(super) fn has_iso_2022_jp(bytes: &[u8]) -> bool {
    let escape = |tail: &[u8]| {
        let mut full = vec![0x1B];
        full.extend_from_slice(tail);
        memchr::memmem::find(bytes, &full).is_some()
    };
    (escape(b"$B") || escape(b"$@")) && (escape(b"(B") || escape(b"(J"))
}

/// Whether ASCII bytes announce ISO-2022-KR (RFC 1557) and hold a shift.
pub(super) fn has_iso_2022_kr(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\x1B$)C").is_some() && bytes.contains(&0x0E)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16le(s: &str) -> Vec<u8> {
        s.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn wide_text_is_told_by_its_zeros() {
        assert_eq!(wide(&utf16le("Plain text.\n")), Some(Encoding::Utf16 { big_endian: false }));
        assert_eq!(wide(&utf16le("Привет, мир.\nКак дела?\n")), Some(Encoding::Utf16 { big_endian: false }));
        let be: Vec<u8> = "Ελλάδα και άλλα".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(wide(&be), Some(Encoding::Utf16 { big_endian: true }));
        let be32: Vec<u8> = "Plain".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        assert_eq!(wide(&be32), Some(Encoding::Utf32 { big_endian: true }));
    }

    #[test]
    fn a_stray_zero_is_not_wide() {
        assert_eq!(wide(b"Plain text with\0one zero byte."), None);
        assert_eq!(wide(b"\0\0\0\0\0\0\0\0"), None);
        assert_eq!(wide(&[0, 255, 1, 0, 0, 7, 128, 0, 3, 0, 9]), None);
    }

    #[test]
    fn magic_needs_more_than_letters() {
        assert_eq!(magic(b"BZh is no compression"), None);
        assert_eq!(magic(b"ID3 tags are explained"), None);
        assert_eq!(magic(b"%PDF-1.7"), Some("PDF document"));
    }
}
