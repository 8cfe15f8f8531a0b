//! Writing the journal: one JSON object a line, keys always in the same order, nothing that
//! differs from run to run.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::decode::{Envelope, Facts, NewlineKind};
use crate::edit::RuleId;
use crate::pipeline::{Change, Finding, Summary, Tally, Why};
use crate::rule::RuleSet;

/// The version of the report's form.
pub(super) const FORMAT: u64 = 1;

/// What a report calls a document: its path relative to the input's root, or `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentId {
    /// A path that is UTF-8.
    Text(String),
    /// A path that is not; its bytes.
    Bytes(Vec<u8>),
}

impl DocumentId {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            DocumentId::Text(p) => {
                out.extend_from_slice(b"\"path\":");
                string(p, out);
            }
            DocumentId::Bytes(b) => {
                out.extend_from_slice(b"\"path_base64\":\"");
                out.extend_from_slice(BASE64.encode(b).as_bytes());
                out.push(b'"');
            }
        }
    }
}

/// Totals over a run's documents.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Documents that were cleaned, whether or not that changed them.
    pub cleaned: u64,
    /// Of these, those whose output differs from the input.
    pub changed: u64,
    /// Documents left alone.
    pub left_alone: u64,
    /// Documents that could not be read or written.
    pub failed: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Counts by rule.
    pub tally: Tally,
}

/// The first line. `config` and `rules` are hashes; `full` says whether changes are told.
pub fn header(config: u64, rules: u64, full: bool, out: &mut Vec<u8>) {
    let detail = if full { "full" } else { "tally" };
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(
        out,
        "{{\"type\":\"header\",\"format\":{FORMAT},\"lave\":\"{version}\",\"config\":\"{config:016x}\",\
         \"rules\":\"{rules:016x}\",\"detail\":\"{detail}\",\"revert\":{full},\
         \"offsets\":\"bytes of the settled text: UTF-8, LF, no BOM\"}}"
    );
}

/// The last line.
pub fn summary(totals: &Totals, rules: &RuleSet, out: &mut Vec<u8>) {
    let t = totals;
    let _ = write!(
        out,
        "{{\"type\":\"summary\",\"documents\":{},\"changed\":{},\"left_alone\":{},\"failed\":{},\"bytes\":{},",
        t.cleaned + t.left_alone + t.failed,
        t.changed,
        t.left_alone,
        t.failed,
        t.bytes
    );
    tally(&t.tally, rules, out);
    out.extend_from_slice(b"}\n");
}

/// Writes the records of one document.
#[derive(Debug)]
pub struct Journal<'r, W> {
    out: W,
    line: Vec<u8>,
    /// Of the last place before, after, and of its line.
    near: [Near; 3],
    /// Each rule's id as a JSON string.
    names: &'r [Vec<u8>],
    rules: &'r RuleSet,
    full: bool,
}

impl<'r, W: Write> Journal<'r, W> {
    /// `names` are those of [`Journal::names`]; with `full`, changes and findings are told.
    pub fn new(out: W, rules: &'r RuleSet, names: &'r [Vec<u8>], full: bool) -> Self {
        Journal { out, line: Vec::with_capacity(512), near: Default::default(), names, rules, full }
    }

    /// The rules' ids, ready to be written; made once for all documents.
    pub fn names(rules: &RuleSet) -> Vec<Vec<u8>> {
        let quoted = |id: &str| {
            let mut out = Vec::new();
            string(id, &mut out);
            out
        };
        rules.rules().iter().map(|r| quoted(&r.id)).collect()
    }

    /// Whether changes are told.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Where the records go.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// What was given to [`Journal::new`].
    pub fn into_inner(self) -> W {
        self.out
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.line.extend_from_slice(b"}\n");
        let done = self.out.write_all(&self.line);
        self.line.clear();
        done
    }

    /// How many bytes before the end of a `begin` record its hash begins, for a sink that writes it there
    /// later: see [`crate::pipeline::Sink::can_forget`].
    pub const HASH: u64 = 32 + "\"}\n".len() as u64;

    /// The document begins.
    pub fn begin(&mut self, id: &DocumentId, facts: &Facts) -> io::Result<()> {
        self.line.extend_from_slice(b"{\"type\":\"begin\",");
        id.write(&mut self.line);
        let _ = write!(
            self.line,
            ",\"encoding\":\"{}\",\"bytes\":{},\"hash\":\"{:032x}\"",
            facts.encoding.name(),
            facts.len,
            facts.hash
        );
        self.end_line()
    }

    fn place(&mut self, old: &std::ops::Range<u64>, new: &std::ops::Range<u64>, line: u64, column: u64) {
        let mut l = Short::default();
        l.text(b"\"old_range\":[");
        l.number_near(old.start, &mut self.near[0]);
        l.text(b",");
        l.number_near(old.end, &mut self.near[0]);
        l.text(b"],\"new_range\":[");
        l.number_near(new.start, &mut self.near[1]);
        l.text(b",");
        l.number_near(new.end, &mut self.near[1]);
        l.text(b"],\"line\":");
        l.number_near(line, &mut self.near[2]);
        l.text(b",\"column\":");
        l.number(column);
        self.line.extend_from_slice(&l.bytes[..l.len]);
    }

    /// A change.
    pub fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        self.line.extend_from_slice(b"{\"type\":\"change\",");
        self.place(&c.old_range, &c.new_range, c.line, c.column);
        self.line.extend_from_slice(b",\"old\":");
        string(c.old, &mut self.line);
        self.line.extend_from_slice(b",\"new\":");
        string(c.new, &mut self.line);
        self.line.extend_from_slice(b",\"rules\":[");
        for (i, r) in c.rules.iter().enumerate() {
            if i > 0 {
                self.line.push(b',');
            }
            self.line.extend_from_slice(name(self.names, *r));
        }
        self.line.push(b']');
        self.why(c.why);
        if let Some(how) = &c.how {
            self.line.extend_from_slice(b",\"how\":");
            string(how, &mut self.line);
        }
        self.end_line()
    }

    /// Why the judge dropped the lines of a change, if it did.
    fn why(&mut self, all: &[Why]) {
        if all.is_empty() {
            return;
        }
        self.line.extend_from_slice(b",\"why\":[");
        for (i, w) in all.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let _ = write!(
                self.line,
                "{comma}{{\"line\":{},\"score\":{},\"confidence\":{},\"reasons\":[",
                w.line, w.score, w.confidence
            );
            for (j, reason) in w.reasons.iter().enumerate() {
                if j > 0 {
                    self.line.push(b',');
                }
                string(reason, &mut self.line);
            }
            self.line.extend_from_slice(b"]}");
        }
        self.line.push(b']');
    }

    /// A finding.
    pub fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        self.line.extend_from_slice(b"{\"type\":\"finding\",\"rule\":");
        self.line.extend_from_slice(name(self.names, f.rule));
        self.line.push(b',');
        self.place(&f.old_range, &f.new_range, f.line, f.column);
        self.line.extend_from_slice(b",\"text\":");
        string(f.text, &mut self.line);
        if let Some(text) = &f.suggestion {
            self.line.extend_from_slice(b",\"suggestion\":");
            string(text, &mut self.line);
        }
        self.end_line()
    }

    /// The document is done.
    pub fn end(&mut self, s: &Summary) -> io::Result<()> {
        let _ = write!(
            self.line,
            "{{\"type\":\"end\",\"settled_bytes\":{},\"clean_bytes\":{},\"out_bytes\":{},\"out_hash\":\"{:032x}\",",
            s.settled_len, s.clean_len, s.out_len, s.out_hash
        );
        tally(&s.tally, self.rules, &mut self.line);
        self.line.extend_from_slice(b",\"envelope\":{");
        envelope(&s.envelope, &mut self.line);
        self.line.push(b'}');
        self.end_line()
    }

    /// The document was left alone.
    pub fn left_alone(&mut self, id: &DocumentId, reason: &str, len: u64, hash: u128) -> io::Result<()> {
        self.line.extend_from_slice(b"{\"type\":\"left-alone\",");
        id.write(&mut self.line);
        self.line.extend_from_slice(b",\"rule\":\"pipeline.left-alone\",\"reason\":");
        string(reason, &mut self.line);
        let _ = write!(self.line, ",\"bytes\":{len},\"hash\":\"{hash:032x}\"");
        self.end_line()
    }

    /// The document could not be read or written, or the run was stopped in the midst of it.
    pub fn failed(&mut self, id: &DocumentId, error: &str) -> io::Result<()> {
        self.line.extend_from_slice(b"{\"type\":\"failed\",");
        id.write(&mut self.line);
        self.line.extend_from_slice(b",\"error\":");
        string(error, &mut self.line);
        self.end_line()
    }
}

fn name(names: &[Vec<u8>], id: RuleId) -> &[u8] {
    names.get(id.0 as usize).map_or(b"\"?\"", Vec::as_slice)
}

fn tally(t: &Tally, rules: &RuleSet, out: &mut Vec<u8>) {
    let _ = write!(out, "\"changes\":{},\"findings\":{}", t.changes, t.findings);
    for (key, of) in [("changed_by", 1), ("found_by", 2)] {
        let _ = write!(out, ",\"{key}\":{{");
        let mut first = true;
        for (id, changes, findings) in t.by_rule() {
            let n = if of == 1 { changes } else { findings };
            if n == 0 {
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            string(&rules.rule(id).id, out);
            out.push(b':');
            number(n, out);
        }
        out.push(b'}');
    }
}

fn envelope(env: &Envelope, out: &mut Vec<u8>) {
    let _ = write!(
        out,
        "\"encoding\":\"{}\",\"bom\":{},\"newline\":\"{}\",\"newline_exceptions\":{{",
        env.encoding.name(),
        env.bom,
        env.newline.name()
    );
    let mut first = true;
    for kind in NewlineKind::ALL {
        let mut lines = env.exceptions.deltas(kind).peekable();
        if lines.peek().is_none() {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        let _ = write!(out, "\"{}\":[", kind.name());
        for (i, delta) in lines.enumerate() {
            if i > 0 {
                out.push(b',');
            }
            number(delta, out);
        }
        out.push(b']');
    }
    out.extend_from_slice(b"},\"residue\":[");
    for (i, r) in env.residue.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        let _ = write!(out, "[{},{},\"{}\"]", r.at, r.len, BASE64.encode(&r.bytes));
    }
    let _ = write!(out, "],\"out_newline\":\"{}\",\"out_bom\":{}", env.out_newline.name(), env.out_bom);
}

/// All numbers of two digits, one after the other.
const PAIRS: [u8; 200] = {
    let mut all = [0; 200];
    let mut n = 0;
    while n < 100 {
        all[2 * n] = b'0' + (n / 10) as u8;
        all[2 * n + 1] = b'0' + (n % 10) as u8;
        n += 1;
    }
    all
};

/// The digits of a number but for the last four; none of zero.
#[derive(Debug, Default)]
struct Near {
    above: u64,
    digits: [u8; 20],
    len: usize,
}

/// Six numbers and what stands between them, put together without a look at how much room there is.
struct Short {
    bytes: [u8; 192],
    len: usize,
}

impl Default for Short {
    fn default() -> Self {
        Short { bytes: [0; 192], len: 0 }
    }
}

impl Short {
    fn text<const N: usize>(&mut self, text: &[u8; N]) {
        self.bytes[self.len..self.len + N].copy_from_slice(text);
        self.len += N;
    }

    /// A number in decimal.
    fn number(&mut self, n: u64) {
        if n >= 100_000_000 {
            self.number(n / 100_000_000);
            self.digits(n % 100_000_000, false);
        } else {
            self.digits(n, true);
        }
    }

    /// A number in decimal that has most digits of one before it, mostly.
    #[inline]
    fn number_near(&mut self, n: u64, near: &mut Near) {
        let above = n / 10_000;
        if above != near.above {
            let mut all = Short::default();
            all.number(above);
            near.above = above;
            near.digits.copy_from_slice(&all.bytes[..20]);
            near.len = if above == 0 { 0 } else { all.len };
        }
        if near.len == 0 {
            return self.digits(n, true);
        }
        self.bytes[self.len..self.len + 20].copy_from_slice(&near.digits);
        self.len += near.len;
        let below = (n % 10_000) as usize;
        self.bytes[self.len..self.len + 2].copy_from_slice(&PAIRS[2 * (below / 100)..][..2]);
        self.bytes[self.len + 2..self.len + 4].copy_from_slice(&PAIRS[2 * (below % 100)..][..2]);
        self.len += 4;
    }

    /// The eight digits of `n`; with `first`, without zeros at the start.
    #[inline]
    fn digits(&mut self, n: u64, first: bool) {
        let n = n as u32;
        let mut all = [0; 8];
        for (i, pair) in [n / 1_000_000, n / 10_000 % 100, n / 100 % 100, n % 100].into_iter().enumerate() {
            all[2 * i..2 * i + 2].copy_from_slice(&PAIRS[2 * pair as usize..][..2]);
        }
        let all = u64::from_be_bytes(all);
        let zeros = (all ^ u64::from_be_bytes(*b"00000000")).leading_zeros() / 8;
        let zeros = if first { zeros.min(7) } else { 0 };
        self.bytes[self.len..self.len + 8].copy_from_slice(&(all << (8 * zeros)).to_be_bytes());
        self.len += 8 - zeros as usize;
    }
}

/// A number in decimal.
fn number(n: u64, out: &mut Vec<u8>) {
    let mut l = Short::default();
    l.number(n);
    out.extend_from_slice(&l.bytes[..l.len]);
}

/// A JSON string (RFC 8259).
fn string(s: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = s.as_bytes();
    let mut from = 0;
    while let Some(i) = escaped(bytes, from) {
        out.extend_from_slice(&bytes[from..i]);
        from = i + 1;
        match bytes[i] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b => {
                let _ = write!(out, "\\u{b:04x}");
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

/// The first byte from `at` on that a JSON string has to escape.
fn escaped(bytes: &[u8], mut at: usize) -> Option<usize> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let special = |b: &u8| *b < 0x20 || *b == b'"' || *b == b'\\';
    // The high bit of each byte that is zero; maybe of others after one.
    let zero = |w: u64| w.wrapping_sub(EACH) & !w & (0x80 * EACH);
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let w = u64::from_le_bytes(*eight);
        // Bytes under 20, of those under 80.
        let low = w.wrapping_sub(0x20 * EACH) & !w & (0x80 * EACH);
        if low | zero(w ^ (u64::from(b'"') * EACH)) | zero(w ^ (u64::from(b'\\') * EACH)) != 0
            && let Some(i) = eight.iter().position(special)
        {
            return Some(at + i);
        }
        at += 8;
    }
    bytes[at..].iter().position(special).map(|i| at + i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_numbers_are_json() {
        let nasty = "a\"b\\c\n\r\t\u{1}\u{7F}\u{2028}é☃";
        let mut out = Vec::new();
        string(nasty, &mut out);
        assert_eq!(serde_json::from_slice::<String>(&out).expect("JSON"), nasty);
        for n in
            [0, 9, 10, 99, 100, 101, 999, 1000, 1001, 12_345, 99_999_999, 100_000_000, 100_000_001, 1 << 53, u64::MAX]
        {
            let mut out = Vec::new();
            number(n, &mut out);
            assert_eq!(out, n.to_string().as_bytes());
            let (mut near, mut short) = (Near::default(), Short::default());
            for n in [n, n / 3, n.saturating_add(7), n / 10_000, n] {
                short.len = 0;
                short.number_near(n, &mut near);
                assert_eq!(short.bytes[..short.len], *n.to_string().as_bytes());
            }
        }
    }
}
