//! From clean output back to the original bytes, as a stream.

use std::io::{self, Read, Write};
use std::ops::Range;

use crate::decode::{Envelope, NewlineKind, Rebuild};

/// What undoing one change takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// Bytes of the clean text that the change put in.
    pub new_range: Range<u64>,
    /// What stood there before.
    pub old: String,
}

/// Reads a cleaned document from `clean` and writes its original to `out`, in bounded memory.
/// `changes` come in order of place.
///
/// # Errors
/// Those of reading and writing; [`io::ErrorKind::InvalidData`] if the changes are not of this
/// document.
pub fn undo<R: Read, W: Write>(
    clean: &mut R,
    envelope: &Envelope,
    changes: impl Iterator<Item = io::Result<Undo>>,
    out: &mut W,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    let mut rebuild = Rebuild::new(envelope, &mut bytes);
    let mut text = CleanText::new(clean, envelope)?;
    let mut at = 0;
    for change in changes {
        let Undo { new_range, old } = change?;
        let gap = new_range.start.checked_sub(at).ok_or_else(misfit)?;
        text.take(gap, |piece| {
            rebuild.feed(piece, &mut bytes);
            spill(&mut bytes, out)
        })?;
        let len = new_range.end.checked_sub(new_range.start).ok_or_else(misfit)?;
        text.take(len, |_| Ok(()))?;
        rebuild.feed(&old, &mut bytes);
        spill(&mut bytes, out)?;
        at = new_range.end;
    }
    text.rest(|piece| {
        rebuild.feed(piece, &mut bytes);
        spill(&mut bytes, out)
    })?;
    rebuild.finish(&mut bytes);
    out.write_all(&bytes)
}

fn spill<W: Write>(bytes: &mut Vec<u8>, out: &mut W) -> io::Result<()> {
    out.write_all(bytes)?;
    bytes.clear();
    Ok(())
}

fn misfit() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the report does not fit the cleaned file")
}

/// The output's text with `\n` for every newline and no BOM.
struct CleanText<'r, R> {
    input: &'r mut R,
    newline: NewlineKind,
    text: String,
    /// Bytes of `text` handed out.
    used: usize,
    raw: Vec<u8>,
    done: bool,
}

impl<'r, R: Read> CleanText<'r, R> {
    fn new(input: &'r mut R, env: &Envelope) -> io::Result<Self> {
        if env.out_bom {
            let mut bom = [0; 3];
            input.read_exact(&mut bom)?;
        }
        let newline = env.out_newline;
        Ok(CleanText { input, newline, text: String::new(), used: 0, raw: Vec::new(), done: false })
    }

    /// Reads some more; what is handed out is gone then.
    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.used = 0;
        let held = self.raw.len();
        self.raw.resize(held + (64 << 10), 0);
        let n = loop {
            match self.input.read(&mut self.raw[held..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.raw.truncate(held + n);
        self.done = n == 0;
        // Hold back half a character, or half of a CRLF.
        let mut end = match std::str::from_utf8(&self.raw) {
            Ok(t) => t.len(),
            Err(e) if e.error_len().is_none() && !self.done => e.valid_up_to(),
            Err(_) => return Err(misfit()),
        };
        if self.newline == NewlineKind::Crlf && !self.done && self.raw[..end].ends_with(b"\r") {
            end -= 1;
        }
        let piece = std::str::from_utf8(&self.raw[..end]).map_err(|_| misfit())?;
        match self.newline {
            NewlineKind::Lf => self.text.push_str(piece),
            kind => self.text.push_str(&piece.replace(kind.text(), "\n")),
        }
        self.raw.drain(..end);
        Ok(())
    }

    fn take(&mut self, mut n: u64, mut each: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        while n > 0 {
            if self.used == self.text.len() {
                if self.done {
                    return Err(misfit());
                }
                self.fill()?;
                continue;
            }
            let here = n.min((self.text.len() - self.used) as u64) as usize;
            let piece = self.text.get(self.used..self.used + here).ok_or_else(misfit)?;
            each(piece)?;
            self.used += here;
            n -= here as u64;
        }
        Ok(())
    }

    fn rest(&mut self, mut each: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        loop {
            each(&self.text[self.used..])?;
            self.used = self.text.len();
            if self.done {
                return Ok(());
            }
            self.fill()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Encoding, Exceptions, Residue};

    fn envelope(residue: &[(u64, u64)]) -> Envelope {
        let residue = residue.iter().map(|&(at, len)| Residue { at, len, bytes: vec![0xFF] }).collect();
        Envelope {
            encoding: Encoding::UTF8,
            bom: false,
            newline: NewlineKind::Lf,
            exceptions: Exceptions::default(),
            residue,
            out_newline: NewlineKind::Lf,
            out_bom: false,
        }
    }

    #[test]
    fn an_envelope_made_up_ends_in_some_bytes() {
        for residue in [&[(1, 1)][..], &[(0, 1)], &[(3, 0), (1, 1), (0, 9)], &[(u64::MAX, u64::MAX)], &[(0, u64::MAX)]]
        {
            let mut out = Vec::new();
            undo(&mut "Привет".as_bytes(), &envelope(residue), std::iter::empty(), &mut out).expect("memory");
        }
    }

    #[test]
    fn what_was_deleted_is_passed_on_at_once() {
        struct Most(usize);
        impl Write for Most {
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                self.0 = self.0.max(buf.len());
                Ok(buf.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let changes = (0..1000).map(|_| Ok(Undo { new_range: 0..0, old: "a line\n".repeat(100) }));
        let mut most = Most(0);
        undo(&mut &b""[..], &envelope(&[]), changes, &mut most).expect("memory");
        assert!(most.0 <= 700, "{} bytes at once", most.0);
    }
}
