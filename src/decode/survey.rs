//! The first reading: what the document is, with its hash, its length and its newlines.

use std::io::{self, Read, Seek, SeekFrom};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding as Codec, WINDOWS_1252};
use twox_hash::xxhash3_128::Hasher;

use super::{Encoding, NewlineKind, detect, guess};

/// Why a document was not cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// The reason, in words that a person understands.
    pub reason: String,
}

/// What the first reading found.
#[derive(Clone, Debug)]
pub struct Facts {
    /// How to read it.
    pub encoding: Encoding,
    /// Whether it starts with that encoding's BOM.
    pub bom: bool,
    /// The newline that most of its lines end with; `Lf` if it has none.
    pub newline: NewlineKind,
    /// Whether any line ends otherwise than with LF.
    pub has_cr: bool,
    /// Bytes.
    pub len: u64,
    /// XXH3, 128 bits, of all bytes.
    pub hash: u128,
    /// Set if it is not to be cleaned.
    pub left_alone: Option<LeftAlone>,
}

/// Bytes read at once.
const CHUNK: usize = 256 << 10;
/// Bytes from the start that decide between wide encodings and binary.
const SAMPLE: usize = 64 << 10;
/// Bytes that a line may have: offsets within a line are 32 bits.
const LINE_MAX: u64 = 512 << 20;

/// Reads `input` from its start to its end. `declared` is the caller's encoding.
pub(crate) fn survey<R: Read + Seek>(input: &mut R, declared: Option<Encoding>) -> io::Result<Facts> {
    input.seek(SeekFrom::Start(0))?;
    let mut first = First::default();
    let mut buf = vec![0; CHUNK.min(remaining(input)? + 1)];
    loop {
        let n = read_full(input, &mut buf)?;
        if n == 0 {
            break;
        }
        first.feed(&buf[..n]);
    }
    // A character that the end has cut is no character.
    first.valid &= first.carry.is_empty();
    let head = &first.head;
    let mut facts = Facts {
        encoding: Encoding::UTF8,
        bom: false,
        newline: NewlineKind::Lf,
        has_cr: false,
        len: first.len,
        hash: first.hash.finish_128(),
        left_alone: None,
    };
    let alone = |facts: Facts, reason: String| Ok(Facts { left_alone: Some(LeftAlone { reason }), ..facts });
    let bom = detect::bom(head);
    if bom.is_none()
        && declared.is_none()
        && let Some(what) = detect::magic(head)
    {
        return alone(facts, what.to_owned());
    }
    if let Some(e) = bom {
        facts.encoding = e;
        facts.bom = true;
    } else if let Some(e) = declared {
        facts.encoding = e;
    } else if let Some(at) = first.zero_at {
        match detect::wide(head).or_else(|| guess::wide(head)) {
            Some(e) => facts.encoding = e,
            None => {
                let what =
                    format!("binary: zero byte at offset {at}, and no UTF-16; name the --encoding if it is text");
                return alone(facts, what);
            }
        }
    } else if first.ascii && detect::has_iso_2022_jp(head) {
        facts.encoding = Encoding::Legacy(encoding_rs::ISO_2022_JP);
    } else if first.ascii && detect::has_iso_2022_kr(head) {
        facts.encoding = Encoding::Iso2022Kr;
    } else if !first.valid
        && let Some(e) = guess::wide(head)
    {
        facts.encoding = e;
    }
    let plain_utf8 = facts.encoding == Encoding::UTF8;
    if plain_utf8 && !first.valid {
        let second = Second::read(input)?;
        if declared.is_none() && !facts.bom && second.controls * 20 > first.len {
            return alone(facts, "binary: neither UTF-8 nor any other text".to_owned());
        }
        facts.encoding = second.verdict(declared.is_some() || facts.bom);
    }
    if facts.encoding.unit() > 1 {
        let mut wide = Newlines::default();
        input.seek(SeekFrom::Start(facts.encoding.bom().len() as u64 * u64::from(facts.bom)))?;
        wide.read_wide(input, facts.encoding)?;
        first.newlines = wide;
    }
    let n = &first.newlines;
    if n.longest() > LINE_MAX * facts.encoding.unit() as u64 {
        return alone(facts, "a line of more than 512 MiB".to_owned());
    }
    if facts.encoding.is_stateful() && facts.len > LINE_MAX {
        let name = facts.encoding.name();
        return alone(facts, format!("more than 512 MiB of {name}, which has to be read in one piece"));
    }
    facts.has_cr = n.crlf + n.cr > 0 || n.pending_cr;
    facts.newline = n.habit();
    Ok(facts)
}

/// Most bytes of a document that is read once, as it may have to be read again.
const ONCE: usize = 128 << 20;

/// The facts, but for the hash, of what begins like most documents: UTF-8 without BOM whose lines all
/// end with LF. It is for the reader of the rest to find that it is something else.
pub(crate) fn take_for_plain<R: Read + Seek>(input: &mut R) -> io::Result<Option<Facts>> {
    let len = remaining(input)?;
    let mut head = vec![0; SAMPLE.min(len)];
    let n = read_full(input, &mut head)?;
    head.truncate(n);
    // Escapes may be those of ISO-2022.
    let other = detect::bom(&head).is_some() || detect::magic(&head).is_some() || memchr::memchr(0x1B, &head).is_some();
    Ok((len <= ONCE && !other).then_some(Facts {
        encoding: Encoding::UTF8,
        bom: false,
        newline: NewlineKind::Lf,
        has_cr: false,
        len: len as u64,
        hash: 0,
        left_alone: None,
    }))
}

fn remaining<R: Seek>(input: &mut R) -> io::Result<usize> {
    let end = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    Ok(usize::try_from(end).unwrap_or(usize::MAX - 1).min(usize::MAX - 1))
}

/// Fills `buf` as far as the input goes.
pub(crate) fn read_full<R: Read>(input: &mut R, buf: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < buf.len() {
        match input.read(&mut buf[n..]) {
            Ok(0) => break,
            Ok(k) => n += k,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

/// Counts of line ends.
#[derive(Default)]
struct Newlines {
    lf: u64,
    crlf: u64,
    cr: u64,
    /// The last byte or unit was CR, which is not counted yet.
    pending_cr: bool,
    since: u64,
    most: u64,
}

impl Newlines {
    /// `any_cr`: whether a CR may be among `bytes`.
    fn feed(&mut self, bytes: &[u8], any_cr: bool) {
        if self.pending_cr {
            self.pending_cr = false;
            if bytes[0] == b'\n' {
                // Counted as LF below; made CRLF here.
                self.crlf += 1;
                self.lf = self.lf.wrapping_sub(1);
            } else {
                self.cr += 1;
            }
        }
        let lf = memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.lf = self.lf.wrapping_add(lf);
        if any_cr {
            for at in memchr::memchr_iter(b'\r', bytes) {
                match bytes.get(at + 1) {
                    Some(b'\n') => {
                        self.crlf += 1;
                        self.lf -= 1;
                    }
                    Some(_) => self.cr += 1,
                    None => self.pending_cr = true,
                }
            }
        }
        let ends = if lf > 0 || any_cr {
            (memchr::memchr2(b'\n', b'\r', bytes), memchr::memrchr2(b'\n', b'\r', bytes))
        } else {
            (None, None)
        };
        match ends {
            (Some(first), Some(last)) => {
                self.most = self.most.max(self.since + first as u64);
                self.since = (bytes.len() - last) as u64;
            }
            _ => self.since += bytes.len() as u64,
        }
    }

    fn read_wide<R: Read>(&mut self, input: &mut R, e: Encoding) -> io::Result<()> {
        let (unit, big_endian) = match e {
            Encoding::Utf16 { big_endian } => (2, big_endian),
            Encoding::Utf32 { big_endian } => (4, big_endian),
            _ => return Ok(()),
        };
        let mut buf = vec![0; CHUNK];
        let mut narrow = Vec::with_capacity(CHUNK / unit);
        loop {
            let n = read_full(input, &mut buf)?;
            if n == 0 {
                break;
            }
            // Only what is a newline matters: every other unit becomes a letter.
            narrow.clear();
            narrow.extend(buf[..n].chunks(unit).map(|u| {
                let (low, rest) = if big_endian { (u.len() - 1, 0..u.len() - 1) } else { (0, 1..u.len()) };
                let small = u.len() == unit && u[rest].iter().all(|&b| b == 0);
                if small && matches!(u[low], b'\n' | b'\r') { u[low] } else { b'x' }
            }));
            self.feed(&narrow, true);
        }
        Ok(())
    }

    fn habit(&self) -> NewlineKind {
        let cr = self.cr + u64::from(self.pending_cr);
        if self.lf >= self.crlf && self.lf >= cr {
            NewlineKind::Lf
        } else if self.crlf >= cr {
            NewlineKind::Crlf
        } else {
            NewlineKind::Cr
        }
    }

    fn longest(&self) -> u64 {
        self.most.max(self.since)
    }
}

/// What one fast pass learns.
struct First {
    head: Vec<u8>,
    len: u64,
    hash: Hasher,
    /// Valid UTF-8 so far; `carry` holds a character that a chunk's end has cut.
    valid: bool,
    carry: Vec<u8>,
    ascii: bool,
    zero_at: Option<u64>,
    newlines: Newlines,
}

impl Default for First {
    fn default() -> Self {
        First {
            head: Vec::new(),
            len: 0,
            hash: Hasher::new(),
            valid: true,
            carry: Vec::new(),
            ascii: true,
            zero_at: None,
            newlines: Newlines::default(),
        }
    }
}

impl First {
    fn feed(&mut self, chunk: &[u8]) {
        if self.head.len() < SAMPLE {
            let n = chunk.len().min(SAMPLE - self.head.len());
            self.head.extend_from_slice(&chunk[..n]);
        }
        self.hash.write(chunk);
        // Most text has neither, which one look tells.
        let special = memchr::memchr2(0, b'\r', chunk).is_some();
        if special && self.zero_at.is_none() {
            self.zero_at = memchr::memchr(0, chunk).map(|i| self.len + i as u64);
        }
        self.ascii = self.ascii && chunk.is_ascii();
        self.newlines.feed(chunk, special);
        self.len += chunk.len() as u64;
        if self.valid && !(self.ascii && self.carry.is_empty()) {
            let mut chunk = chunk;
            while !self.carry.is_empty() && !chunk.is_empty() {
                self.carry.push(chunk[0]);
                chunk = &chunk[1..];
                match std::str::from_utf8(&self.carry) {
                    Ok(_) => self.carry.clear(),
                    Err(e) if e.error_len().is_none() => {}
                    Err(_) => {
                        self.valid = false;
                        return;
                    }
                }
            }
            let good = Codec::utf8_valid_up_to(chunk);
            let rest = &chunk[good..];
            match std::str::from_utf8(rest) {
                Ok(_) => {}
                Err(e) if e.error_len().is_none() => self.carry.extend_from_slice(rest),
                Err(_) => self.valid = false,
            }
        }
    }
}

/// What a slower pass learns about bytes that are not UTF-8.
struct Second {
    whole: EncodingDetector,
    /// Fed with lines that hold bytes which are not UTF-8 and no character beyond ASCII that is.
    foreign: EncodingDetector,
    any_foreign: bool,
    /// Sequences of two bytes, of three or four, and bytes that belong to none.
    two: u64,
    more: u64,
    bad: u64,
    controls: u64,
    line: Vec<u8>,
    /// Lines with bytes beyond ASCII, for a second opinion.
    sample: Vec<u8>,
}

/// Bytes of a line that are looked at.
const LINE_LOOK: usize = 64 << 10;

impl Second {
    fn read<R: Read + Seek>(input: &mut R) -> io::Result<Second> {
        let detector = || EncodingDetector::new(Iso2022JpDetection::Deny);
        let mut s = Second {
            whole: detector(),
            foreign: detector(),
            any_foreign: false,
            two: 0,
            more: 0,
            bad: 0,
            controls: 0,
            line: Vec::new(),
            sample: Vec::new(),
        };
        input.seek(SeekFrom::Start(0))?;
        let mut buf = vec![0; CHUNK];
        loop {
            let n = read_full(input, &mut buf)?;
            if n == 0 {
                break;
            }
            let chunk = &buf[..n];
            s.whole.feed(chunk, false);
            s.controls += chunk.iter().filter(|&&b| b < 0x20 && !matches!(b, 9..=13 | 0x1B)).count() as u64;
            for part in chunk.split_inclusive(|&b| b == b'\n') {
                let room = LINE_LOOK.saturating_sub(s.line.len());
                s.line.extend_from_slice(&part[..part.len().min(room)]);
                if part.ends_with(b"\n") {
                    s.end_line();
                }
            }
        }
        s.end_line();
        s.whole.feed(b"", true);
        s.foreign.feed(b"", true);
        Ok(s)
    }

    fn end_line(&mut self) {
        if !self.line.is_ascii() {
            let room = guess::SAMPLE.saturating_sub(self.sample.len()).min(self.line.len());
            self.sample.extend_from_slice(&self.line[..room]);
            let (mut good, mut bad) = (0, 0);
            for part in self.line.utf8_chunks() {
                for c in part.valid().chars().filter(|c| !c.is_ascii()) {
                    good += 1;
                    if c.len_utf8() == 2 {
                        self.two += 1;
                    } else {
                        self.more += 1;
                    }
                }
                bad += part.invalid().len() as u64;
            }
            self.bad += bad;
            if bad > 0 && good == 0 {
                self.any_foreign = true;
                self.foreign.feed(&self.line, false);
            }
        }
        self.line.clear();
    }

    /// UTF-8 with islands, or another encoding altogether. A legacy text holds a valid sequence of
    /// two bytes now and then, one of three or four hardly ever.
    fn verdict(&self, utf8_for_sure: bool) -> Encoding {
        if utf8_for_sure || self.two + 4 * self.more > self.bad {
            let guess = if self.any_foreign { self.foreign.guess(None, Utf8Detection::Deny) } else { WINDOWS_1252 };
            return Encoding::Utf8 { islands: Some(guess) };
        }
        guess::guess(&self.sample, self.whole.guess(None, Utf8Detection::Deny))
    }
}
