//! UTF-16 and UTF-32, both orders, both ways; encoding_rs reads UTF-16 but does not write it.

/// Appends `text` as UTF-16.
pub(super) fn encode16(text: &str, big_endian: bool, out: &mut Vec<u8>) {
    for u in text.encode_utf16() {
        out.extend_from_slice(&if big_endian { u.to_be_bytes() } else { u.to_le_bytes() });
    }
}

/// Appends `text` as UTF-32.
pub(super) fn encode32(text: &str, big_endian: bool, out: &mut Vec<u8>) {
    for c in text.chars() {
        let u = u32::from(c);
        out.extend_from_slice(&if big_endian { u.to_be_bytes() } else { u.to_le_bytes() });
    }
}

/// Reads UTF-16, handing each character to `each` with the bytes that it took; U+FFFD for an
/// unpaired surrogate or an odd byte at the end.
pub(super) fn decode16<'a>(bytes: &'a [u8], big_endian: bool, mut each: impl FnMut(char, &'a [u8], bool)) {
    let unit = |at: usize| {
        let b = bytes.get(at..at + 2)?;
        Some(if big_endian { u16::from_be_bytes([b[0], b[1]]) } else { u16::from_le_bytes([b[0], b[1]]) })
    };
    let mut at = 0;
    while at < bytes.len() {
        let Some(u) = unit(at) else {
            each('\u{FFFD}', &bytes[at..], false);
            return;
        };
        let (c, len) = match u {
            0xD800..=0xDBFF => match unit(at + 2) {
                Some(v @ 0xDC00..=0xDFFF) => {
                    let cp = 0x1_0000 + ((u32::from(u) & 0x3FF) << 10 | u32::from(v) & 0x3FF);
                    (char::from_u32(cp), 4)
                }
                _ => (None, 2),
            },
            _ => (char::from_u32(u32::from(u)), 2),
        };
        each(c.unwrap_or('\u{FFFD}'), &bytes[at..at + len], c.is_some());
        at += len;
    }
}

/// Reads UTF-32 in the same way; U+FFFD for what is no character.
pub(super) fn decode32<'a>(bytes: &'a [u8], big_endian: bool, mut each: impl FnMut(char, &'a [u8], bool)) {
    for b in bytes.chunks(4) {
        let c = <[u8; 4]>::try_from(b)
            .ok()
            .and_then(|b| char::from_u32(if big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) }));
        each(c.unwrap_or('\u{FFFD}'), b, c.is_some());
    }
}
