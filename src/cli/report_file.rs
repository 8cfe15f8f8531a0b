//! The report's file: it takes the place of an older report, and of nothing else.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::dump::create_report;

use super::output::path;

/// How a report begins.
const REPORT: &[u8] = b"{\"type\":\"header\"";

/// Whether `file` is a report, or the start of one.
pub(crate) fn is_report(file: &Path) -> bool {
    head(file).is_ok_and(|h| h == REPORT)
}

/// As many first bytes of a file as tell a report.
fn head(file: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(file)?.take(REPORT.len() as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// A report takes the place of an older report, and of nothing else.
pub(crate) fn refuse_report(report: Option<&Path>) -> crate::Result<()> {
    let Some(p) = report.filter(|p| p.is_file()) else { return Ok(()) };
    let head = head(p).map_err(|e| Error::io(path(p), "read", &e))?;
    if head.is_empty() || head == REPORT {
        return Ok(());
    }
    Err(Error::new(path(p), "exists, and is no report").remedy("name another file with --report"))
}

/// The report of a run, as it is written.
pub(crate) struct ReportFile {
    pub(crate) path: PathBuf,
    pub(crate) file: BufWriter<File>,
    /// Whether changes are told.
    pub(crate) full: bool,
}

impl ReportFile {
    /// At `path`; with `fresh`, nothing may be there yet.
    pub(crate) fn create(at: PathBuf, full: bool, fresh: bool) -> crate::Result<Self> {
        let file = create_report(&at, fresh).map_err(|e| {
            if e.kind() == io::ErrorKind::AlreadyExists {
                Error::new(path(&at), "this report exists, and what it tells could no longer be undone")
                    .remedy("name another file with --report")
            } else {
                Error::io(path(&at), "write the report", &e)
            }
        })?;
        Ok(ReportFile { path: at, file: BufWriter::with_capacity(1 << 18, file), full })
    }

    fn fail(&self, e: &io::Error) -> Error {
        Error::io(path(&self.path), "write the report", e)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> crate::Result<()> {
        self.file.write_all(bytes).map_err(|e| self.fail(&e))
    }

    /// In the file, though not on the disk.
    pub(crate) fn flush(&mut self) -> crate::Result<()> {
        self.file.flush().map_err(|e| self.fail(&e))
    }

    /// On the disk, if it is a file at all.
    pub(crate) fn sync(&mut self) -> crate::Result<()> {
        self.flush()?;
        match self.file.get_ref().sync_data() {
            Err(e) if !matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
                Err(self.fail(&e))
            }
            _ => Ok(()),
        }
    }
}
