//! The report: what was done, as a journal of JSON Lines, and the way back from it.
//!
//! `docs/report.md` describes it field by field. [`Journal`] writes the records of documents,
//! [`Reader`] reads them, [`undo`] rebuilds an original. None of it needs rules or stages.

mod jsonl;
mod line;
mod read;
mod undo;

pub use jsonl::{DocumentId, Journal, Totals, header, summary};
pub use read::{Document, Entry, Reader};
pub use undo::{Undo, undo};

use std::io::Cursor;

use crate::pipeline::{Cleaned, Summary};

/// The original of a document cleaned in memory.
pub(crate) fn revert(cleaned: &Cleaned, summary: &Summary) -> Vec<u8> {
    let changes = cleaned.changes().iter().map(|c| Ok(Undo { new_range: c.new_range.clone(), old: c.old.clone() }));
    let mut out = Vec::new();
    // Memory does not fail, and the changes are those that made this text.
    match undo(&mut Cursor::new(cleaned.bytes()), &summary.envelope, changes, &mut out) {
        Ok(()) => out,
        Err(_) => Vec::new(),
    }
}
