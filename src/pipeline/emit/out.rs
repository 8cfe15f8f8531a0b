//! Text on its way out: many small pieces become a few large ones.

use std::io;

use super::Emitter;
use crate::decode::NewlineKind;
use crate::pipeline::Sink;

/// Bytes of output that are worth passing on.
const PIECE: usize = 128 << 10;

impl<S: Sink> Emitter<'_, S> {
    /// Takes the next piece of the clean text.
    #[inline]
    pub(super) fn put(&mut self, text: &str) -> io::Result<()> {
        self.clean += text.len() as u64;
        if self.style.newline == NewlineKind::Lf { self.write(text.as_bytes()) } else { self.put_lines(text) }
    }

    fn put_lines(&mut self, text: &str) -> io::Result<()> {
        for line in text.split_inclusive('\n') {
            let body = line.strip_suffix('\n');
            self.write(body.unwrap_or(line).as_bytes())?;
            if body.is_some() {
                self.write(self.style.newline.text().as_bytes())?;
            }
        }
        Ok(())
    }

    /// Takes the next bytes of the output.
    #[inline]
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() >= PIECE {
            return self.write_long(bytes);
        }
        match *bytes {
            [b] => self.out.push(b),
            _ => self.out.extend_from_slice(bytes),
        }
        if self.out.len() < PIECE { Ok(()) } else { self.pass_on() }
    }

    /// Long ones are not copied.
    fn write_long(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pass_on()?;
        self.hash.write(bytes);
        self.out_len += bytes.len() as u64;
        self.sink.output(bytes)
    }

    /// Passes on what output is held.
    pub(super) fn pass_on(&mut self) -> io::Result<()> {
        self.hash.write(&self.out);
        self.out_len += self.out.len() as u64;
        let done = if self.out.is_empty() { Ok(()) } else { self.sink.output(&self.out) };
        self.out.clear();
        done
    }
}
