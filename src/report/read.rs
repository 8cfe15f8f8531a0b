//! Reading the journal. A report that breaks off is good up to its last whole document.

use std::io::BufRead;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::jsonl::{DocumentId, FORMAT};
use super::undo::Undo;
use crate::decode::{Encoding, Envelope, Exceptions, NewlineKind, Residue};
use crate::error::{Error, Result};

/// A document's frame: all but its changes and findings.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its path.
    pub id: DocumentId,
    /// Bytes of the original.
    pub len: u64,
    /// XXH3, 128 bits, of the original.
    pub hash: u128,
    /// Bytes of the output.
    pub out_len: u64,
    /// XXH3, 128 bits, of the output.
    pub out_hash: u128,
    /// `None` for a document that was left alone.
    pub envelope: Option<Envelope>,
}

/// One line of a report.
#[derive(Clone, Debug)]
pub enum Entry {
    /// The first.
    Header {
        /// Whether the report can revert.
        revert: bool,
    },
    /// A document begins.
    Begin,
    /// One of its changes.
    Change(Undo),
    /// A document is complete.
    Document(Box<Document>),
    /// A document whose output never took its place, whatever was told of it before.
    Failed(DocumentId),
    /// The last line of a run that was not stopped.
    Summary,
    /// A finding: nothing to undo.
    Other,
}

/// Reads a report line by line.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    name: String,
    line: usize,
    offset: u64,
    text: Vec<u8>,
    /// What `begin` said of the document that is being read.
    begun: Option<(DocumentId, u64, u128)>,
}

impl<R: BufRead> Reader<R> {
    /// Reads from `input`, which messages call `name`.
    pub fn new(input: R, name: impl Into<String>) -> Self {
        Reader { input, name: name.into(), line: 0, offset: 0, text: Vec::new(), begun: None }
    }

    /// Bytes read so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Moves the input to another line; messages no longer know its number.
    #[cfg(feature = "cli")]
    pub(crate) fn go_to(&mut self, seek: impl FnOnce(&mut R) -> std::io::Result<()>) -> std::io::Result<()> {
        self.line = 0;
        seek(&mut self.input)
    }

    /// The next line; `None` at the end, and also at a last line that breaks off.
    ///
    /// # Errors
    /// If the line is no record of a lave report of this version, or cannot be read.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        self.text.clear();
        let n = self.input.read_until(b'\n', &mut self.text).map_err(|e| Error::io(&self.name, "read", &e))?;
        if n == 0 || !self.text.ends_with(b"\n") {
            return Ok(None);
        }
        self.line += 1;
        self.offset += n as u64;
        match serde_json::from_slice::<Value>(&self.text).ok().and_then(|v| self.entry(&v)) {
            Some(Ok(e)) => Ok(Some(e)),
            Some(Err(what)) => Err(Error::new(&self.name, what).line(self.line)),
            None => Err(Error::new(&self.name, "not a record of a lave report")
                .line(self.line)
                .remedy("give the report that `lave clean` wrote")),
        }
    }

    /// `None` if a field is missing or of the wrong kind.
    fn entry(&mut self, v: &Value) -> Option<std::result::Result<Entry, String>> {
        Some(Ok(match v["type"].as_str()? {
            "header" => {
                let format = v["format"].as_u64()?;
                if format != FORMAT {
                    return Some(Err(format!("report of form {format}; this lave reads form {FORMAT}")));
                }
                Entry::Header { revert: v["revert"].as_bool()? }
            }
            "begin" => {
                self.begun = Some((id(v)?, v["bytes"].as_u64()?, hash(&v["hash"])?));
                Entry::Begin
            }
            "change" => {
                let new_range = v["new_range"][0].as_u64()?..v["new_range"][1].as_u64()?;
                Entry::Change(Undo { new_range, old: v["old"].as_str()?.to_owned() })
            }
            "end" => {
                let unknown = (DocumentId::Text(String::new()), 0, 0);
                let (id, len, hash_in) = self.begun.take().unwrap_or(unknown);
                Entry::Document(Box::new(Document {
                    id,
                    len,
                    hash: hash_in,
                    out_len: v["out_bytes"].as_u64()?,
                    out_hash: hash(&v["out_hash"])?,
                    envelope: Some(envelope(&v["envelope"])?),
                }))
            }
            "left-alone" => {
                let (len, h) = (v["bytes"].as_u64()?, hash(&v["hash"])?);
                Entry::Document(Box::new(Document {
                    id: id(v)?,
                    len,
                    hash: h,
                    out_len: len,
                    out_hash: h,
                    envelope: None,
                }))
            }
            "failed" => {
                self.begun = None;
                Entry::Failed(id(v)?)
            }
            "summary" => Entry::Summary,
            "finding" => Entry::Other,
            _ => return None,
        }))
    }
}

fn id(v: &Value) -> Option<DocumentId> {
    match v.get("path_base64") {
        Some(b) => BASE64.decode(b.as_str()?).ok().map(DocumentId::Bytes),
        None => Some(DocumentId::Text(v["path"].as_str()?.to_owned())),
    }
}

fn hash(v: &Value) -> Option<u128> {
    u128::from_str_radix(v.as_str()?, 16).ok()
}

fn envelope(v: &Value) -> Option<Envelope> {
    let mut exceptions = Exceptions::default();
    for (kind, deltas) in v["newline_exceptions"].as_object()? {
        let kind = NewlineKind::parse(kind)?;
        let mut line = 0u64;
        for d in deltas.as_array()? {
            line = line.checked_add(d.as_u64()?)?;
            exceptions.push(line, kind);
        }
    }
    let residue = v["residue"]
        .as_array()?
        .iter()
        .map(|r| Some(Residue { at: r[0].as_u64()?, len: r[1].as_u64()?, bytes: BASE64.decode(r[2].as_str()?).ok()? }));
    Some(Envelope {
        encoding: Encoding::for_label(v["encoding"].as_str()?)?,
        bom: v["bom"].as_bool()?,
        newline: NewlineKind::parse(v["newline"].as_str()?)?,
        exceptions,
        residue: residue.collect::<Option<_>>()?,
        out_newline: NewlineKind::parse(v["out_newline"].as_str()?)?,
        out_bom: v["out_bom"].as_bool()?,
    })
}
