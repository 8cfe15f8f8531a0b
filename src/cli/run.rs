//! What `clean` and `check` share: inputs, signals, and one document through the pipeline.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Error;
use crate::decode::Facts;
use crate::pipeline::{Change, Finding, Outcome, Pipeline, Sink, Summary};
use crate::report::{DocumentId, Journal};

use super::Exit;
use super::output::path;
use crate::dump::{Input, Staged};

/// File name endings of formats that are text but must not be cleaned as such.
const CONTAINERS: &[&str] = &["csv", "tsv", "json", "jsonl", "ndjson", "xml", "ipynb", "parquet"];

/// Why a file of this name is not cleaned as text, if it is not.
pub(crate) fn container(name: &Path) -> Option<String> {
    let ending = name.extension()?.to_str()?.to_ascii_lowercase();
    CONTAINERS
        .contains(&ending.as_str())
        .then(|| format!("a .{ending} file, whose fields lave cannot take out yet; --format text cleans it as text"))
}

/// Remembers the signal that asked the run to stop.
#[derive(Clone)]
pub(crate) struct Signals(Arc<AtomicUsize>);

impl Signals {
    pub(crate) fn watch() -> Signals {
        let seen = Arc::new(AtomicUsize::new(0));
        #[cfg(unix)]
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // Failing to watch is no reason to stop. Whoever asks twice, while one long line is being
            // washed, need not wait: what is not in its place by then vanishes.
            let once = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let _ = signal_hook::flag::register_conditional_default(signal, once.clone());
            let _ = signal_hook::flag::register(signal, once);
            let _ = signal_hook::flag::register_usize(signal, seen.clone(), signal as usize);
        }
        Signals(seen)
    }

    /// How the program ends if it was asked to stop.
    pub(crate) fn stop(&self) -> Option<Exit> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            n => Some(Exit::Stopped(n as i32)),
        }
    }
}

/// The inputs that the command line names. One folder's documents keep their names; of several
/// inputs each keeps its own before them; in place, where it was typed, for they stay there.
pub(crate) fn inputs(paths: &[PathBuf], in_place: bool) -> crate::Result<Vec<Input>> {
    let several = paths.len() > 1;
    paths
        .iter()
        .map(|p| {
            let m = fs::metadata(p).map_err(|e| Error::io(path(p), "read", &e))?;
            let own = || match p.file_name() {
                Some(n) => PathBuf::from(n),
                // `..` and the like: the folder's real name.
                None => fs::canonicalize(p).ok().and_then(|c| c.file_name().map(PathBuf::from)).unwrap_or_default(),
            };
            let prefix = if m.is_dir() && !several {
                PathBuf::new()
            } else if in_place && let Some(typed) = below_here(p) {
                typed
            } else {
                own()
            };
            Ok(Input { path: p.clone(), is_folder: m.is_dir(), prefix })
        })
        .collect()
}

/// The path itself, if it leads from the working folder downward.
fn below_here(p: &Path) -> Option<PathBuf> {
    use std::path::Component::{CurDir, Normal};
    let parts = || p.components().filter(|c| *c != CurDir);
    parts().all(|c| matches!(c, Normal(_))).then(|| parts().collect())
}

/// An input that can be read from the start again.
pub(crate) enum Source {
    File(File),
    Memory(io::Cursor<Vec<u8>>),
}

impl Read for Source {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::File(f) => f.read(buf),
            Source::Memory(m) => m.read(buf),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Source::File(f) => f.seek(to),
            Source::Memory(m) => m.seek(to),
        }
    }
}

/// What tells a file, as long as nobody writes to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    len: u64,
    written: Option<std::time::SystemTime>,
    #[cfg(unix)]
    number: (u64, u64),
}

impl Stamp {
    pub(crate) fn of(m: &fs::Metadata) -> Stamp {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        Stamp {
            len: m.len(),
            written: m.modified().ok(),
            #[cfg(unix)]
            number: (m.dev(), m.ino()),
        }
    }

    /// Whether `p` is no longer what this tells of.
    pub(crate) fn differs(&self, p: &Path) -> bool {
        fs::metadata(p).map_or(true, |m| Stamp::of(&m) != *self)
    }
}

/// The error of a file that is not what it was.
pub(crate) fn changed_meanwhile() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read")
}

/// Standard input up to here is held in memory; more is spooled to a file without a name.
const SPOOL: u64 = 8 << 20;

impl Source {
    pub(crate) fn open(p: &Path) -> crate::Result<Source> {
        File::open(p).map(Source::File).map_err(|e| Error::io(path(p), "read", &e))
    }

    /// All of the file at `p`, in memory, and what it was.
    pub(crate) fn held(p: &Path) -> io::Result<(Source, Stamp)> {
        let mut file = File::open(p)?;
        let m = file.metadata()?;
        let mut bytes = Vec::with_capacity(usize::try_from(m.len()).unwrap_or(0).min(SPOOL as usize));
        file.read_to_end(&mut bytes)?;
        Ok((Source::Memory(io::Cursor::new(bytes)), Stamp::of(&m)))
    }

    /// What it is now, if it is a file.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        match self {
            Source::File(f) => f.metadata().ok().map(|m| Stamp::of(&m)),
            Source::Memory(_) => None,
        }
    }

    pub(crate) fn stdin() -> crate::Result<Source> {
        let fail = |e: io::Error| Error::io("standard input", "read", &e);
        let mut input = io::stdin().lock();
        let mut head = Vec::new();
        (&mut input).take(SPOOL).read_to_end(&mut head).map_err(fail)?;
        if (head.len() as u64) < SPOOL {
            return Ok(Source::Memory(io::Cursor::new(head)));
        }
        let spool = |e: io::Error| Error::io("a temporary file", "write", &e);
        let mut file = tempfile::tempfile().map_err(spool)?;
        file.write_all(&head).map_err(spool)?;
        io::copy(&mut input, &mut file).map_err(spool)?;
        Ok(Source::File(file))
    }
}

/// Where the bytes of a document go that is cleaned as a stream.
pub(crate) enum Target {
    Staged(BufWriter<Staged>),
    Stdout(BufWriter<io::Stdout>),
    Nowhere,
}

impl Write for Target {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Target::Staged(w) => w.write(buf),
            Target::Stdout(w) => w.write(buf),
            Target::Nowhere => Ok(buf.len()),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Staged(w) => w.flush(),
            Target::Stdout(w) => w.flush(),
            Target::Nowhere => Ok(()),
        }
    }
}

/// A writer that can forget what it was given, or write over some of it.
pub(crate) trait Back: Write {
    /// Where it stands, in bytes; `None` if it cannot come back there.
    fn here(&mut self) -> Option<u64>;
    /// Forgets what was written from `at` on.
    fn cut(&mut self, at: u64) -> io::Result<()>;
    /// Writes `bytes` over what stands at `at`.
    fn patch(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;
}

impl Back for &mut Vec<u8> {
    fn here(&mut self) -> Option<u64> {
        Some(self.len() as u64)
    }
    fn cut(&mut self, at: u64) -> io::Result<()> {
        self.truncate(at as usize);
        Ok(())
    }
    fn patch(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self[at as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

impl Back for &mut BufWriter<File> {
    fn here(&mut self) -> Option<u64> {
        let is_file = self.get_ref().metadata().is_ok_and(|m| m.is_file());
        is_file.then(|| self.stream_position().ok()).flatten()
    }
    fn cut(&mut self, at: u64) -> io::Result<()> {
        self.seek(SeekFrom::Start(at))?;
        self.get_ref().set_len(at)
    }
    fn patch(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::Start(at))?;
        self.write_all(bytes)?;
        self.seek(SeekFrom::End(0)).map(drop)
    }
}

impl Back for &mut Target {
    fn here(&mut self) -> Option<u64> {
        match self {
            Target::Staged(w) => w.get_ref().is_file().then_some(0),
            Target::Stdout(_) => None,
            Target::Nowhere => Some(0),
        }
    }
    fn cut(&mut self, _: u64) -> io::Result<()> {
        match self {
            Target::Staged(w) => {
                w.flush()?;
                w.get_mut().restart()
            }
            _ => Ok(()),
        }
    }
    fn patch(&mut self, _: u64, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Where a document that may have to be forgotten began.
#[derive(Clone, Copy)]
struct Mark {
    out: u64,
    /// In the report, if there is one.
    records: Option<u64>,
    /// The hash in its first record.
    hash: u64,
}

/// One document's way out: its output and its records.
pub(crate) struct Way<'a, 'r, W: Write, J: Write> {
    id: &'a DocumentId,
    out: W,
    journal: Option<Journal<'r, J>>,
    signals: &'a Signals,
    /// Called with the number of bytes as they are written.
    progress: &'a dyn Fn(u64),
    /// Where a write failed: the output or the report.
    failed: Option<Failed>,
    mark: Option<Mark>,
    /// Bytes of the output so far, and of those that progress tells.
    written: u64,
    shown: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    Output,
    Report,
    Stopped,
}

impl<'a, 'r, W: Back, J: Back> Way<'a, 'r, W, J> {
    pub(crate) fn new(
        id: &'a DocumentId,
        out: W,
        journal: Option<Journal<'r, J>>,
        signals: &'a Signals,
        progress: &'a dyn Fn(u64),
    ) -> Self {
        Way { id, out, journal, signals, progress, failed: None, mark: None, written: 0, shown: 0 }
    }

    /// Where a write failed, if one did.
    pub(crate) fn failed(&self) -> Option<Failed> {
        self.failed
    }

    fn report(&mut self, write: impl FnOnce(&mut Journal<'_, J>) -> io::Result<()>) -> io::Result<()> {
        let Some(j) = &mut self.journal else { return Ok(()) };
        let done = write(j);
        if done.is_err() {
            self.failed = Some(Failed::Report);
        }
        done
    }
}

impl<W: Back, J: Back> Sink for Way<'_, '_, W, J> {
    fn begin(&mut self, facts: &Facts) -> io::Result<()> {
        let id = self.id;
        self.report(|j| j.begin(id, facts))?;
        if let (Some(mark), Some(j)) = (&mut self.mark, &mut self.journal) {
            let Some(here) = j.out().here() else {
                self.failed = Some(Failed::Report);
                return Err(io::Error::other("its place in the file cannot be told"));
            };
            mark.hash = here - Journal::<J>::HASH;
        }
        Ok(())
    }
    fn can_forget(&mut self) -> bool {
        let records = match &mut self.journal {
            Some(j) => j.out().here().map(Some),
            None => Some(None),
        };
        self.mark = self.out.here().zip(records).map(|(out, records)| Mark { out, records, hash: 0 });
        self.mark.is_some()
    }
    fn hash(&mut self, hash: u128) -> io::Result<()> {
        let Some(mark) = self.mark.take() else { return Ok(()) };
        self.report(|j| j.out().patch(mark.hash, format!("{hash:032x}").as_bytes()))
    }
    fn forget(&mut self) -> io::Result<()> {
        let Some(mark) = self.mark.take() else { return Ok(()) };
        self.written = 0;
        if let Some(at) = mark.records {
            self.report(|j| j.out().cut(at))?;
        }
        self.out.cut(mark.out).inspect_err(|_| self.failed = Some(Failed::Output))
    }
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.signals.stop().is_some() {
            self.failed = Some(Failed::Stopped);
            return Err(io::Error::other("stopped"));
        }
        let done = self.out.write_all(bytes);
        match &done {
            Ok(()) => {
                self.written += bytes.len() as u64;
                (self.progress)(self.written.saturating_sub(self.shown));
                self.shown = self.shown.max(self.written);
            }
            Err(_) => self.failed = Some(Failed::Output),
        }
        done
    }
    fn wants_changes(&self) -> bool {
        self.journal.as_ref().is_some_and(Journal::is_full)
    }
    fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        self.report(|j| j.change(c))
    }
    fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        self.report(|j| j.finding(f))
    }
    fn end(&mut self, _: &Facts, s: &Summary) -> io::Result<()> {
        self.report(|j| j.end(s))
    }
}

/// Takes one document through the pipeline, or copies it if it is to be left alone, for which
/// `why` may give a reason before anybody looks at its bytes.
pub(crate) fn wash<W: Back, J: Back>(
    pipeline: &Pipeline,
    input: &mut Source,
    why: Option<String>,
    way: &mut Way<'_, '_, W, J>,
) -> io::Result<Outcome> {
    let outcome = match why {
        None => pipeline.run(input, way)?,
        Some(reason) => Outcome::LeftAlone { facts: pipeline.look(input)?, reason },
    };
    if let Outcome::LeftAlone { facts, reason } = &outcome {
        let id = way.id;
        way.report(|j| j.left_alone(id, reason, facts.len, facts.hash))?;
        input.seek(SeekFrom::Start(0))?;
        let mut buf = vec![0; 64 << 10];
        loop {
            let n = input.read(&mut buf)?;
            if n == 0 {
                break;
            }
            way.output(&buf[..n])?;
        }
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_written_to_differs() {
        let folder = tempfile::tempdir().expect("a folder");
        let (p, other) = (folder.path().join("a.txt"), folder.path().join("b.txt"));
        fs::write(&p, "One two.\n").expect("a file");
        let (_, stamp) = Source::held(&p).expect("readable");
        let source = Source::open(&p).expect("readable");
        assert_eq!(source.stamp().as_ref(), Some(&stamp));
        assert!(!stamp.differs(&p));
        // As long as before, and a while later.
        let file = File::options().write(true).open(&p).expect("writable");
        (&file).write_all(b"Two").expect("written");
        let later = fs::metadata(&p).and_then(|m| m.modified()).expect("a time") + std::time::Duration::from_millis(20);
        file.set_modified(later).expect("its time");
        assert!(stamp.differs(&p) && source.stamp() != Some(stamp));
        // Another file in its place, made at the same time.
        let stamp = source.stamp().expect("a file");
        fs::write(&other, "Two two.\n").expect("a file");
        File::options().write(true).open(&other).and_then(|f| f.set_modified(later)).expect("its time");
        fs::rename(&other, &p).expect("renamed");
        assert!(stamp.differs(&p) && source.stamp() == Some(stamp));
    }
}
