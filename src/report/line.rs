//! One record in the making: text, numbers and strings of JSON.

use std::io::{self, Write};

/// A record that is being put together. The bytes beyond its end are there already, so that the many
/// short pieces of a record are written in place, one after the other.
#[derive(Debug, Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    len: usize,
}

/// Bytes of a string that are copied at once.
const PIECE: usize = 256;

impl Line {
    /// What was written.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// The next `n` bytes, to be written to.
    #[inline]
    fn room(&mut self, n: usize) -> &mut [u8] {
        if self.bytes.len() - self.len < n {
            self.grow(n);
        }
        &mut self.bytes[self.len..self.len + n]
    }

    #[cold]
    fn grow(&mut self, n: usize) {
        self.bytes.resize((self.len + n).next_power_of_two(), 0);
    }

    /// Text as it is.
    #[inline]
    pub(super) fn text(&mut self, text: &[u8]) {
        self.room(text.len()).copy_from_slice(text);
        self.len += text.len();
    }

    /// A number in decimal.
    pub(super) fn number(&mut self, n: u64) {
        self.short(|s| s.number(n));
    }

    /// Some numbers, and short text between them.
    #[inline]
    pub(super) fn short(&mut self, write: impl FnOnce(&mut Short<'_>)) {
        let Some(to) = self.room(Short::ROOM).first_chunk_mut() else { return };
        let mut short = Short { to, len: 0 };
        write(&mut short);
        self.len += usize::from(short.len);
    }

    /// A JSON string (RFC 8259).
    pub(super) fn string(&mut self, s: &str) {
        self.text(b"\"");
        self.escaped(s);
        self.text(b"\"");
    }

    /// The same without the marks around it.
    #[inline]
    pub(super) fn escaped(&mut self, s: &str) {
        let mut rest = s.as_bytes();
        while !rest.is_empty() {
            rest = &rest[self.plain(rest)..];
            if let [b, more @ ..] = rest
                && is_special(*b)
            {
                self.escape(*b);
                rest = more;
            }
        }
    }

    /// Copies the bytes up to the first that has to be escaped, or a good many of them: how many.
    fn plain(&mut self, bytes: &[u8]) -> usize {
        let bytes = &bytes[..bytes.len().min(PIECE)];
        let to = self.room(bytes.len());
        let mut at = 0;
        while let Some(eight) = bytes[at..].first_chunk()
            && are_plain(*eight)
        {
            to[at..at + 8].copy_from_slice(eight);
            at += 8;
        }
        while at < bytes.len() && !is_special(bytes[at]) {
            to[at] = bytes[at];
            at += 1;
        }
        self.len += at;
        at
    }

    fn escape(&mut self, b: u8) {
        match b {
            b'"' | b'\\' => self.text(&[b'\\', b]),
            b'\n' => self.text(b"\\n"),
            b'\r' => self.text(b"\\r"),
            b'\t' => self.text(b"\\t"),
            b => self.text(format!("\\u{b:04x}").as_bytes()),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Up to 255 bytes, written without a look at how much room there is.
pub(super) struct Short<'l> {
    to: &'l mut [u8; Short::ROOM],
    len: u8,
}

impl Short<'_> {
    /// Enough for the longest piece after 255 bytes.
    const ROOM: usize = 256 + 32;

    /// Text as it is.
    #[inline(always)]
    pub(super) fn text<const N: usize>(&mut self, text: &[u8; N]) {
        const { assert!(N <= 32) };
        let at = usize::from(self.len);
        self.to[at..at + N].copy_from_slice(text);
        self.len += N as u8;
    }

    /// A number in decimal.
    #[inline(always)]
    pub(super) fn number(&mut self, n: u64) {
        if n < 10_000 { self.small(n as u32) } else { self.large(n) }
    }

    fn large(&mut self, n: u64) {
        self.number(n / 10_000);
        self.text(&four((n % 10_000) as u32));
    }

    /// A number below 10,000.
    #[inline(always)]
    fn small(&mut self, n: u32) {
        let digits = 1 + u8::from(n >= 10) + u8::from(n >= 100) + u8::from(n >= 1000);
        // Without the zeros at the start; what stands beyond the number is written over.
        let all = u32::from_be_bytes(four(n)) << (8 * (4 - digits));
        self.text(&all.to_be_bytes());
        self.len -= 4 - digits;
    }

    /// A number in decimal that has most digits of one before it, mostly.
    #[inline(always)]
    pub(super) fn number_near(&mut self, n: u64, near: &mut Near) {
        if n.wrapping_sub(near.base) >= 10_000 {
            near.go(n);
        }
        let below = n.wrapping_sub(near.base) as u32;
        if near.base == 0 {
            return self.small(below);
        }
        self.text(&near.digits);
        self.len -= 16 - near.len;
        self.text(&four(below));
    }
}

/// The digits of a number but for the last four.
#[derive(Debug, Default)]
pub(super) struct Near {
    /// The number with zeros for those four.
    base: u64,
    digits: [u8; 16],
    len: u8,
}

impl Near {
    /// Moves to the digits of `n`.
    #[cold]
    fn go(&mut self, n: u64) {
        let mut all = [0; Short::ROOM];
        let mut short = Short { to: &mut all, len: 0 };
        short.number(n / 10_000);
        self.base = n - n % 10_000;
        self.len = short.len;
        self.digits.copy_from_slice(&all[..16]);
    }
}

/// All numbers of two digits.
const PAIRS: [[u8; 2]; 128] = {
    let mut all = [[b'0'; 2]; 128];
    let mut n = 0;
    while n < 100 {
        all[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    all
};

/// The four digits of a number below 10,000.
#[inline(always)]
fn four(n: u32) -> [u8; 4] {
    let ([a, b], [c, d]) = (PAIRS[(n / 100) as usize % 128], PAIRS[(n % 100) as usize]);
    [a, b, c, d]
}

/// Whether a JSON string has to escape the byte.
#[inline]
fn is_special(b: u8) -> bool {
    b < 0x20 || b == b'"' || b == b'\\'
}

/// Whether it has to escape none of these.
#[inline]
fn are_plain(eight: [u8; 8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The high bit of each byte that is zero; maybe of others after one.
    let zero = |w: u64| w.wrapping_sub(EACH) & !w & (0x80 * EACH);
    let w = u64::from_le_bytes(eight);
    // Bytes under 20, of those under 80.
    let low = w.wrapping_sub(0x20 * EACH) & !w & (0x80 * EACH);
    low | zero(w ^ (u64::from(b'"') * EACH)) | zero(w ^ (u64::from(b'\\') * EACH)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_json() {
        let nasty = "a\"b\\c\n\r\t\u{1}\u{1F}\u{7F}\u{2028}é☃";
        let long = nasty.repeat(100);
        for s in ["", "plain", "exactly8", nasty, &long, &"\u{2}".repeat(3 * PIECE)] {
            let mut line = Line::default();
            line.string(s);
            assert_eq!(serde_json::from_slice::<String>(line.as_bytes()).expect("JSON"), s);
        }
    }

    #[test]
    fn numbers_are_decimal() {
        let some = [
            0,
            9,
            10,
            99,
            100,
            101,
            999,
            1000,
            1001,
            9999,
            10_000,
            12_345,
            100_000_001,
            9_999_999_999,
            1 << 53,
            u64::MAX,
        ];
        let mut near = Near::default();
        for n in some {
            for n in [n, n / 3, n.saturating_add(7), n / 10_000, n.saturating_sub(9999), n] {
                let mut line = Line::default();
                line.number(n);
                line.text(b" ");
                line.short(|s| s.number_near(n, &mut near));
                assert_eq!(line.as_bytes(), format!("{n} {n}").as_bytes());
            }
        }
    }
}
