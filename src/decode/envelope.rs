//! What is true of a document as a whole and is no edit: encoding, BOM, newlines, residue; and the
//! way back from settled text to the very bytes.

use super::Encoding;

/// One way to end a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewlineKind {
    /// `\n`
    Lf,
    /// `\r\n`
    Crlf,
    /// `\r`
    Cr,
}

impl NewlineKind {
    /// All, in the order of their discriminants.
    pub const ALL: [NewlineKind; 3] = [NewlineKind::Lf, NewlineKind::Crlf, NewlineKind::Cr];

    /// Its characters.
    pub fn text(self) -> &'static str {
        ["\n", "\r\n", "\r"][self as usize]
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        ["lf", "crlf", "cr"][self as usize]
    }

    /// By its name.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == s)
    }
}

/// The lines that end otherwise than the document's habit. Held as variable-length differences:
/// a file of ten million lines may well be half and half.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    deltas: [Vec<u8>; 3],
    last: [u64; 3],
    count: u64,
}

impl Exceptions {
    /// Adds that line `line` (from 0), after every line added before, ends with `kind`.
    pub fn push(&mut self, line: u64, kind: NewlineKind) {
        let k = kind as usize;
        let mut delta = line - self.last[k];
        self.last[k] = line;
        self.count += 1;
        while delta >= 0x80 {
            self.deltas[k].push(delta as u8 | 0x80);
            delta >>= 7;
        }
        self.deltas[k].push(delta as u8);
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether every line ends as the habit says.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Line numbers (from 0) of one kind, each as the difference to the one before.
    pub fn deltas(&self, kind: NewlineKind) -> impl Iterator<Item = u64> + '_ {
        let mut bytes = self.deltas[kind as usize].iter();
        std::iter::from_fn(move || {
            let (mut n, mut shift) = (0u64, 0);
            loop {
                let &b = bytes.next()?;
                n |= u64::from(b & 0x7F) << shift;
                if b < 0x80 {
                    return Some(n);
                }
                shift += 7;
            }
        })
    }
}

/// Original bytes that encoding the settled text does not bring back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residue {
    /// Start of the settled text that they stand for, in bytes.
    pub at: u64,
    /// Its length, in bytes.
    pub len: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What decoding took away from the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The encoding of the original.
    pub encoding: Encoding,
    /// Whether the original starts with a BOM.
    pub bom: bool,
    /// How most lines of the original end.
    pub newline: NewlineKind,
    /// The lines that end otherwise.
    pub exceptions: Exceptions,
    /// Bytes kept because they do not come back by encoding, in order.
    pub residue: Vec<Residue>,
    /// How lines of the output end.
    pub out_newline: NewlineKind,
    /// Whether the output starts with a BOM (UTF-8).
    pub out_bom: bool,
}

/// Turns settled text, fed in pieces, back into the original bytes.
pub struct Rebuild<'e> {
    env: &'e Envelope,
    /// Bytes of settled text, and lines, fed so far.
    at: u64,
    line: u64,
    /// Bytes of settled text that a residue still stands for.
    skip: u64,
    residue: std::slice::Iter<'e, Residue>,
    next_residue: Option<&'e Residue>,
    exceptions: [(Option<u64>, Box<dyn Iterator<Item = u64> + 'e>); 3],
    /// For encodings with state: the text so far, encoded at the end.
    held: Option<String>,
}

impl<'e> Rebuild<'e> {
    /// For the document that `env` tells of. Puts the BOM into `out`.
    pub fn new(env: &'e Envelope, out: &mut Vec<u8>) -> Self {
        if env.bom {
            out.extend_from_slice(env.encoding.bom());
        }
        let mut residue = env.residue.iter();
        let lines = NewlineKind::ALL.map(|kind| {
            let mut at = 0;
            let mut all: Box<dyn Iterator<Item = u64>> = Box::new(env.exceptions.deltas(kind).map(move |d| {
                at += d;
                at
            }));
            (all.next(), all)
        });
        Rebuild {
            env,
            at: 0,
            line: 0,
            skip: 0,
            next_residue: residue.next(),
            residue,
            exceptions: lines,
            held: env.encoding.is_stateful().then(String::new),
        }
    }

    /// Appends to `out` the bytes that `text`, the next piece of settled text, stands for.
    pub fn feed(&mut self, mut text: &str, out: &mut Vec<u8>) {
        while !text.is_empty() || self.starts_residue() {
            if self.skip == 0 && self.starts_residue() {
                let r = self.next_residue.take();
                self.next_residue = self.residue.next();
                if let Some(r) = r {
                    out.extend_from_slice(&r.bytes);
                    self.skip = r.len;
                }
                continue;
            }
            // Up to the next newline, the end of what a residue stands for, or its start.
            let limit = match (self.skip, self.next_residue) {
                (0, Some(r)) => (r.at - self.at).min(text.len() as u64) as usize,
                (0, None) => text.len(),
                (skip, _) => skip.min(text.len() as u64) as usize,
            };
            // An envelope that a stranger wrote may point into a character.
            let limit = (limit..text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(text.len());
            let plain_newlines = self.env.newline == NewlineKind::Lf && self.env.exceptions.is_empty();
            let piece = &text[..limit];
            let (body, newline) = match memchr::memchr(b'\n', piece.as_bytes()) {
                Some(i) if !plain_newlines => (&piece[..i], true),
                _ => (piece, false),
            };
            if self.skip == 0 {
                self.put(body, out);
            }
            let mut used = body.len();
            if newline {
                used += 1;
                let kind = self.newline_of_line();
                if self.skip == 0 {
                    self.put(kind.text(), out);
                }
                self.line += 1;
            }
            self.at += used as u64;
            self.skip -= self.skip.min(used as u64);
            text = &text[used..];
        }
    }

    /// Appends what is left at the end of the text.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.feed("", out);
        if let Some(held) = self.held {
            self.env.encoding.encode(&held, out);
        }
    }

    fn starts_residue(&self) -> bool {
        self.skip == 0 && self.next_residue.is_some_and(|r| r.at <= self.at)
    }

    fn put(&mut self, text: &str, out: &mut Vec<u8>) {
        match &mut self.held {
            Some(held) => held.push_str(text),
            None => self.env.encoding.encode(text, out),
        }
    }

    fn newline_of_line(&mut self) -> NewlineKind {
        for kind in NewlineKind::ALL {
            let (next, rest) = &mut self.exceptions[kind as usize];
            if *next == Some(self.line) {
                *next = rest.next();
                return kind;
            }
        }
        self.env.newline
    }
}
