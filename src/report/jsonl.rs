//! Writing the journal: one JSON object a line, keys always in the same order, nothing that
//! differs from run to run.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::decode::{Envelope, Facts, NewlineKind};
use crate::edit::RuleId;
use crate::pipeline::{Change, Finding, Summary, Tally, Why};
use crate::rule::RuleSet;

use super::line::{Line, Near};

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
    fn write(&self, out: &mut Line) {
        match self {
            DocumentId::Text(p) => {
                out.text(b"\"path\":");
                out.string(p);
            }
            DocumentId::Bytes(b) => {
                out.text(b"\"path_base64\":\"");
                out.text(BASE64.encode(b).as_bytes());
                out.text(b"\"");
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
    let mut line = Line::default();
    let _ = write!(
        line,
        "{{\"type\":\"summary\",\"documents\":{},\"changed\":{},\"left_alone\":{},\"failed\":{},\"bytes\":{},",
        t.cleaned + t.left_alone + t.failed,
        t.changed,
        t.left_alone,
        t.failed,
        t.bytes
    );
    tally(&t.tally, rules, &mut line);
    line.text(b"}\n");
    out.extend_from_slice(line.as_bytes());
}

/// Writes the records of one document.
#[derive(Debug)]
pub struct Journal<'r, W> {
    out: W,
    line: Line,
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
        Journal { out, line: Line::default(), near: Default::default(), names, rules, full }
    }

    /// The rules' ids, ready to be written; made once for all documents.
    pub fn names(rules: &RuleSet) -> Vec<Vec<u8>> {
        let quoted = |id: &str| {
            let mut out = Line::default();
            out.string(id);
            out.as_bytes().to_vec()
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
        self.line.text(b"}\n");
        let done = self.out.write_all(self.line.as_bytes());
        self.line.clear();
        done
    }

    /// How many bytes before the end of a `begin` record its hash begins, for a sink that writes it there
    /// later: see [`crate::pipeline::Sink::can_forget`].
    pub const HASH: u64 = 32 + "\"}\n".len() as u64;

    /// The document begins.
    pub fn begin(&mut self, id: &DocumentId, facts: &Facts) -> io::Result<()> {
        self.line.text(b"{\"type\":\"begin\",");
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

    /// Where it is, and the name of what comes next.
    #[inline]
    fn place<const N: usize>(
        &mut self,
        old: &std::ops::Range<u64>,
        new: &std::ops::Range<u64>,
        (line, column): (u64, u64),
        next: &[u8; N],
    ) {
        let [olds, news, lines] = &mut self.near;
        self.line.short(|s| {
            s.text(b",\"old_range\":[");
            s.number_near(old.start, olds);
            s.text(b",");
            s.number_near(old.end, olds);
            s.text(b"],\"new_range\":[");
            s.number_near(new.start, news);
            s.text(b",");
            s.number_near(new.end, news);
            s.text(b"],\"line\":");
            s.number_near(line, lines);
            s.text(b",\"column\":");
            s.number(column);
            s.text(next);
        });
    }

    /// A change.
    pub fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        self.line.text(b"{\"type\":\"change\"");
        self.place(&c.old_range, &c.new_range, (c.line, c.column), b",\"old\":\"");
        self.line.escaped(c.old);
        self.line.text(b"\",\"new\":\"");
        self.line.escaped(c.new);
        self.line.text(b"\",\"rules\":[");
        for (i, r) in c.rules.iter().enumerate() {
            if i > 0 {
                self.line.text(b",");
            }
            self.line.text(name(self.names, *r));
        }
        self.line.text(b"]");
        self.why(c.why);
        if let Some(how) = &c.how {
            self.line.text(b",\"how\":");
            self.line.string(how);
        }
        self.end_line()
    }

    /// Why the judge dropped the lines of a change, if it did.
    fn why(&mut self, all: &[Why]) {
        if all.is_empty() {
            return;
        }
        self.line.text(b",\"why\":[");
        for (i, w) in all.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let _ = write!(
                self.line,
                "{comma}{{\"line\":{},\"score\":{},\"confidence\":{},\"reasons\":[",
                w.line, w.score, w.confidence
            );
            for (j, reason) in w.reasons.iter().enumerate() {
                if j > 0 {
                    self.line.text(b",");
                }
                self.line.string(reason);
            }
            self.line.text(b"]}");
        }
        self.line.text(b"]");
    }

    /// A finding.
    pub fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        self.line.text(b"{\"type\":\"finding\",\"rule\":");
        self.line.text(name(self.names, f.rule));
        self.place(&f.old_range, &f.new_range, (f.line, f.column), b",\"text\":\"");
        self.line.escaped(f.text);
        self.line.text(b"\"");
        if let Some(text) = &f.suggestion {
            self.line.text(b",\"suggestion\":");
            self.line.string(text);
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
        self.line.text(b",\"envelope\":{");
        envelope(&s.envelope, &mut self.line);
        self.line.text(b"}");
        self.end_line()
    }

    /// The document was left alone.
    pub fn left_alone(&mut self, id: &DocumentId, reason: &str, len: u64, hash: u128) -> io::Result<()> {
        self.line.text(b"{\"type\":\"left-alone\",");
        id.write(&mut self.line);
        self.line.text(b",\"rule\":\"pipeline.left-alone\",\"reason\":");
        self.line.string(reason);
        let _ = write!(self.line, ",\"bytes\":{len},\"hash\":\"{hash:032x}\"");
        self.end_line()
    }

    /// The document could not be read or written, or the run was stopped in the midst of it.
    pub fn failed(&mut self, id: &DocumentId, error: &str) -> io::Result<()> {
        self.line.text(b"{\"type\":\"failed\",");
        id.write(&mut self.line);
        self.line.text(b",\"error\":");
        self.line.string(error);
        self.end_line()
    }
}

fn name(names: &[Vec<u8>], id: RuleId) -> &[u8] {
    names.get(id.0 as usize).map_or(b"\"?\"", Vec::as_slice)
}

fn tally(t: &Tally, rules: &RuleSet, out: &mut Line) {
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
                out.text(b",");
            }
            out.string(&rules.rule(id).id);
            out.text(b":");
            out.number(n);
        }
        out.text(b"}");
    }
}

fn envelope(env: &Envelope, out: &mut Line) {
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
            out.text(b",");
        }
        let _ = write!(out, "\"{}\":[", kind.name());
        for (i, delta) in lines.enumerate() {
            if i > 0 {
                out.text(b",");
            }
            out.number(delta);
        }
        out.text(b"]");
    }
    out.text(b"},\"residue\":[");
    for (i, r) in env.residue.iter().enumerate() {
        if i > 0 {
            out.text(b",");
        }
        let _ = write!(out, "[{},{},\"{}\"]", r.at, r.len, BASE64.encode(&r.bytes));
    }
    let _ = write!(out, "],\"out_newline\":\"{}\",\"out_bom\":{}", env.out_newline.name(), env.out_bom);
}
