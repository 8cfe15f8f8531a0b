//! Cutting a document into runs of whole lines. Where it is cut decides nothing: phase 1 sees one
//! line at a time, phase 2 the lines of the whole document.

use std::io::{self, Read};
use std::sync::Mutex;

use crate::decode::{Encoding, read_full};

/// Reads `input` in pieces of about `size` bytes that end with a newline.
pub(super) struct Batches<'s, R> {
    input: R,
    encoding: Encoding,
    size: usize,
    /// Read and not handed out yet: the start of a line.
    carry: Vec<u8>,
    spare: &'s Spare,
    done: bool,
}

/// Bytes and texts that are done with, whose memory others may use: what is given back to the system
/// for each batch has to be asked for again.
#[derive(Debug, Default)]
pub(super) struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// Most of them that are kept, and most bytes of one.
    const MOST: (usize, usize) = (16, 1 << 20);

    /// With bytes that mean nothing.
    fn take(&self) -> Vec<u8> {
        self.0.lock().ok().and_then(|mut all| all.pop()).unwrap_or_default()
    }

    /// An empty text.
    pub(super) fn text(&self) -> String {
        let mut bytes = self.take();
        bytes.clear();
        String::from_utf8(bytes).unwrap_or_default()
    }

    pub(super) fn give(&self, bytes: Vec<u8>) {
        if let Ok(mut all) = self.0.lock()
            && all.len() < Self::MOST.0
            && bytes.capacity() <= Self::MOST.1
        {
            all.push(bytes);
        }
    }
}

impl<'s, R: Read> Batches<'s, R> {
    /// Memory comes out of `spare`.
    pub(super) fn new(input: R, encoding: Encoding, size: usize, spare: &'s Spare) -> Self {
        let size = size.max(encoding.unit());
        Batches { input, encoding, size, carry: Vec::new(), spare, done: false }
    }

    /// The next piece; never empty.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.done {
            return Ok(None);
        }
        // Bytes that it holds from before will be written over: they need no zeroes.
        let mut buf = self.spare.take();
        let mut seen = self.carry.len();
        buf.resize(buf.len().max(seen), 0);
        buf[..seen].copy_from_slice(&self.carry);
        self.carry.clear();
        let mut want = self.size;
        loop {
            buf.resize(seen + want, 0);
            let n = read_full(&mut self.input, &mut buf[seen..])?;
            buf.truncate(seen + n);
            if n < want {
                self.done = true;
                return Ok((!buf.is_empty()).then_some(buf));
            }
            // A newline may start in the last bytes seen before.
            if let Some(cut) = self.last_line_end(&buf, seen.saturating_sub(4)) {
                self.carry.extend_from_slice(&buf[cut..]);
                buf.truncate(cut);
                return Ok(Some(buf));
            }
            // A long line: read more each time, so that the work stays linear.
            seen = buf.len();
            want = seen;
        }
    }

    /// Where the last line of `buf` that is certainly whole ends, if after `from`.
    fn last_line_end(&self, buf: &[u8], from: usize) -> Option<usize> {
        if self.encoding.is_stateful() {
            return None;
        }
        let unit = self.encoding.unit();
        if unit == 1 {
            // A CR at the very end may be half of a CRLF.
            let sure = buf.len() - usize::from(buf.last() == Some(&b'\r'));
            return memchr::memrchr2(b'\n', b'\r', buf.get(from..sure)?).map(|i| from + i + 1);
        }
        let (Encoding::Utf16 { big_endian } | Encoding::Utf32 { big_endian }) = self.encoding else { return None };
        let low = if big_endian { unit - 1 } else { 0 };
        let is = |at: usize, c: u8| {
            let u = buf.get(at..at + unit);
            u.is_some_and(|u| u[low] == c && u.iter().enumerate().all(|(i, &b)| i == low || b == 0))
        };
        // As above, a CR is sure when the unit after it is there.
        let sure = |at: usize| at + 2 * unit <= buf.len() && !is(at + unit, b'\n');
        let first = from / unit;
        (first..buf.len() / unit)
            .rev()
            .map(|i| i * unit)
            .find(|&at| is(at, b'\n') || is(at, b'\r') && sure(at))
            .map(|at| at + unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_lines_and_nothing_is_lost() {
        let text = b"one\ntwo\r\nthree\rfour\n\n\nlast line without end".repeat(3);
        for size in 1..text.len() + 2 {
            let spare = Spare::default();
            let mut b = Batches::new(&text[..], Encoding::UTF8, size, &spare);
            let mut all = Vec::new();
            while let Some(piece) = b.next().expect("memory") {
                assert!(!piece.is_empty());
                all.extend_from_slice(&piece);
                let ends_line = piece.ends_with(b"\n") || piece.ends_with(b"\r");
                assert!(ends_line || all.len() == text.len());
                assert!(!(piece.ends_with(b"\r") && text[all.len()..].starts_with(b"\n")), "CRLF cut");
            }
            assert_eq!(all, text);
        }
    }

    #[test]
    fn wide_pieces_end_with_any_newline() {
        for big_endian in [false, true] {
            let order = |u: u16| if big_endian { u.to_be_bytes() } else { u.to_le_bytes() };
            let text: Vec<u8> = "ab\rcd\r\ne\r\r\nf\n\rg".encode_utf16().flat_map(order).collect();
            for size in 1..text.len() + 2 {
                let spare = Spare::default();
                let mut b = Batches::new(&text[..], Encoding::Utf16 { big_endian }, size, &spare);
                let (mut all, mut most) = (Vec::new(), 0);
                while let Some(piece) = b.next().expect("memory") {
                    most = most.max(piece.len());
                    all.extend_from_slice(&piece);
                    let crlf = piece.ends_with(&order(13)) && text[all.len()..].starts_with(&order(10));
                    assert!(!crlf, "CRLF cut");
                }
                assert_eq!(all, text);
                assert!(size > 2 || most < text.len(), "a file of CR alone is cut, too");
            }
        }
    }

    #[test]
    fn wide_pieces_are_cut_between_units() {
        let text: Vec<u8> = "ab\nĊĊ\n\u{0A0A}x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for size in 1..text.len() + 2 {
            let spare = Spare::default();
            let mut b = Batches::new(&text[..], Encoding::Utf16 { big_endian: false }, size, &spare);
            let mut all = Vec::new();
            while let Some(piece) = b.next().expect("memory") {
                assert_eq!(piece.len() % 2, 0);
                assert!(piece.ends_with(b"\n\0"));
                all.extend_from_slice(&piece);
            }
            assert_eq!(all, text);
        }
    }
}
