//! Reports that somebody made up: a report, a zero byte, a cleaned file. Reading ends in entries or
//! an error; undoing ends in some bytes or an error, never in a panic or without an end.
#![no_main]

use lave::report::{Entry, Reader, undo};
use lave_fuzz::halves;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((report, clean)) = halves(data) else { return };
    let mut reader = Reader::new(report.as_bytes(), "report");
    let mut changes = Vec::new();
    while let Ok(Some(entry)) = reader.next_entry() {
        match entry {
            Entry::Begin => changes.clear(),
            Entry::Change(u) => changes.push(u),
            Entry::Document(d) => {
                let Some(envelope) = &d.envelope else { continue };
                let mut out = Vec::new();
                let _ = undo(&mut &clean[..], envelope, changes.drain(..).map(Ok), &mut out);
            }
            _ => {}
        }
    }
});
