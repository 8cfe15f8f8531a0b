//! `lave revert`: originals from cleaned files and the report. It needs no rules and no
//! configuration, checks each cleaned file before and each original after, and writes an original
//! only if it is the very one.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};

use twox_hash::xxhash3_128::Hasher;

use super::args::{Revert, Talk};
use super::output::{complain, count, note, path, warn};
use super::run::Signals;
use super::{Exit, Ran};
use crate::dump::{Output, Staged, id_of, same_file};
use crate::error::{Error, Result};
use crate::report::{Document, DocumentId, Entry, Reader, undo};

/// A document and where its changes begin in the report.
struct Place {
    document: Document,
    at: u64,
}

/// One original to be rebuilt.
struct Job<'r> {
    cleaned: PathBuf,
    name: PathBuf,
    place: &'r Place,
}

pub(crate) fn revert(a: &Revert, talk: &Talk) -> Ran {
    let index = index(&a.report)?;
    let mut jobs = Vec::new();
    let mut failed = 0u64;
    for p in &a.paths {
        match jobs_for(p, &index) {
            Ok(more) => jobs.extend(more),
            Err(e) => {
                failed += 1;
                complain(&e);
            }
        }
    }
    let output = match &a.output {
        None => Output::InPlace,
        Some(o) => {
            let slash = o.as_os_str().as_encoded_bytes().ends_with(b"/");
            let lone = a.paths.len() == 1 && jobs.len() == 1 && !a.paths[0].is_dir();
            if lone && !slash && !o.is_dir() { Output::File(o.clone()) } else { Output::Folder(o.clone()) }
        }
    };
    refuse_clashes(&jobs, &output, &a.report)?;
    let signals = Signals::watch();
    let mut done = 0;
    for job in &jobs {
        if let Some(exit) = signals.stop() {
            return Ok(exit);
        }
        match one(job, &output, &a.report) {
            Ok(()) => done += 1,
            Err(e) => {
                failed += 1;
                complain(&e);
            }
        }
    }
    if !talk.quiet {
        let rest = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        note(format_args!("{} reverted{rest}", count(done, "document")));
    }
    Ok(if failed > 0 { Exit::Error } else { Exit::Done })
}

/// No two originals for one place, none over a cleaned file or the report.
fn refuse_clashes(jobs: &[Job<'_>], output: &Output, report: &Path) -> Result<()> {
    let mut places: HashMap<PathBuf, &Path> = HashMap::new();
    for job in jobs {
        let Some(place) = output.place(&job.name, &job.cleaned) else { continue };
        if same_file(&place, report) {
            return Err(
                Error::new(path(&place), "an original would overwrite the report").remedy("name another place with -o")
            );
        }
        if !matches!(output, Output::InPlace) && same_file(&place, &job.cleaned) {
            return Err(Error::new(path(&place), "the output is the cleaned file")
                .remedy("name another place, or use --in-place"));
        }
        if let Some(other) = places.insert(place.clone(), &job.cleaned) {
            let both = format!("both {} and {} would go there", path(other), path(&job.cleaned));
            return Err(Error::new(path(&place), both).remedy("revert them into two folders"));
        }
    }
    Ok(())
}

fn open(report: &Path) -> Result<Reader<BufReader<File>>> {
    let file = File::open(report).map_err(|e| Error::io(path(report), "read", &e))?;
    Ok(Reader::new(BufReader::with_capacity(1 << 17, file), path(report)))
}

/// All whole documents of the report. Of a document told twice the last counts.
fn index(report: &Path) -> Result<HashMap<DocumentId, Place>> {
    let mut reader = open(report)?;
    let mut all = HashMap::new();
    let mut at = 0;
    match reader.next_entry()? {
        Some(Entry::Header { revert: true }) => {}
        Some(Entry::Header { revert: false }) => {
            return Err(Error::new(path(report), "this report holds counts only, and cannot revert")
                .remedy("clean with --report-detail full"));
        }
        _ => return Err(Error::new(path(report), "no report of lave: it has no header")),
    }
    let mut whole = false;
    loop {
        let here = reader.offset();
        match reader.next_entry()? {
            None => break,
            Some(Entry::Summary) => whole = true,
            Some(Entry::Begin) => at = reader.offset(),
            Some(Entry::Document(document)) => {
                let at = if document.envelope.is_some() { at } else { here };
                all.insert(document.id.clone(), Place { document: *document, at });
            }
            // Its output never took its place.
            Some(Entry::Failed(id)) => {
                all.remove(&id);
            }
            Some(_) => {}
        }
    }
    if !whole {
        warn(format_args!("{}: breaks off, so there may be cleaned files that it does not tell of", path(report)));
    }
    Ok(all)
}

/// The originals that `p`, a cleaned file or a folder of such, stands for.
fn jobs_for<'r>(p: &Path, index: &'r HashMap<DocumentId, Place>) -> Result<Vec<Job<'r>>> {
    if p.is_dir() {
        let mut jobs: Vec<Job<'_>> = index
            .values()
            .map(|place| {
                let name = name_of(&place.document.id);
                Job { cleaned: p.join(&name), name, place }
            })
            .collect();
        jobs.sort_by(|a, b| a.name.cmp(&b.name));
        return Ok(jobs);
    }
    let job = |place| {
        let name = p.file_name().map_or_else(|| p.to_path_buf(), PathBuf::from);
        vec![Job { cleaned: p.to_path_buf(), name, place }]
    };
    // The longest tail of the path that the report knows; else whichever document came out so.
    let parts: Vec<Component<'_>> = p.components().collect();
    for from in 0..parts.len() {
        let tail: PathBuf = parts[from..].iter().collect();
        if let Some(place) = index.get(&id_of(&tail)) {
            let mut jobs = job(place);
            jobs[0].name = tail;
            return Ok(jobs);
        }
    }
    let (len, hash) = hash_of(p)?;
    let mut same = index.values().filter(|x| (x.document.out_len, x.document.out_hash) == (len, hash));
    match (same.next(), index.len()) {
        (Some(place), _) => Ok(job(place)),
        (None, 1) => Ok(job(index.values().next().expect("one"))),
        _ => Err(Error::new(path(p), "the report tells of no such file")
            .remedy("give the file as it was written, or its whole output folder")),
    }
}

/// A document's path, which never leads out of a folder.
fn name_of(id: &DocumentId) -> PathBuf {
    let raw = match id {
        DocumentId::Text(s) => PathBuf::from(s),
        #[cfg(unix)]
        DocumentId::Bytes(b) => {
            use std::os::unix::ffi::OsStrExt as _;
            PathBuf::from(std::ffi::OsStr::from_bytes(b))
        }
        #[cfg(not(unix))]
        DocumentId::Bytes(b) => PathBuf::from(String::from_utf8_lossy(b).into_owned()),
    };
    raw.components().filter(|c| matches!(c, Component::Normal(_))).collect()
}

fn hash_of(p: &Path) -> Result<(u64, u128)> {
    let fail = |e: io::Error| Error::io(path(p), "read", &e);
    let mut file = File::open(p).map_err(fail)?;
    let mut hash = Hasher::new();
    let mut len = 0;
    let mut buf = vec![0; 1 << 17];
    loop {
        let n = file.read(&mut buf).map_err(fail)?;
        if n == 0 {
            return Ok((len, hash.finish_128()));
        }
        hash.write(&buf[..n]);
        len += n as u64;
    }
}

/// Writes and hashes.
struct Hashing<W> {
    out: W,
    hash: Hasher,
    failed: bool,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.out.write(buf).inspect_err(|_| self.failed = true)?;
        self.hash.write(&buf[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn one(job: &Job<'_>, output: &Output, report: &Path) -> Result<()> {
    let doc = &job.place.document;
    if hash_of(&job.cleaned)? != (doc.out_len, doc.out_hash) {
        return Err(Error::new(path(&job.cleaned), "has changed since it was cleaned, so the report does not fit it")
            .remedy("restore the cleaned file, or clean the original again"));
    }
    let Some(place) = output.place(&job.name, &job.cleaned) else { return Ok(()) };
    output.prepare(&place)?;
    let in_place = matches!(output, Output::InPlace);
    let staged = Staged::new(&place, in_place.then_some(job.cleaned.as_path()), in_place)?;
    let fail = |e: io::Error| Error::io(path(&job.cleaned), "revert", &e);
    let mut clean = BufReader::new(File::open(&job.cleaned).map_err(fail)?);
    let mut out = Hashing { out: BufWriter::with_capacity(1 << 17, staged), hash: Hasher::new(), failed: false };
    let rebuilt = match &doc.envelope {
        None => io::copy(&mut clean, &mut out).map(drop),
        Some(envelope) => {
            let mut reader = open(report)?;
            reader.seek(job.place.at).map_err(fail)?;
            let mut over = false;
            let changes = std::iter::from_fn(|| {
                while !over {
                    match reader.next_entry() {
                        Ok(Some(Entry::Change(u))) => return Some(Ok(u)),
                        Ok(Some(Entry::Other)) => {}
                        Ok(_) => over = true,
                        Err(e) => return Some(Err(io::Error::other(e.to_string()))),
                    }
                }
                None
            });
            undo(&mut clean, envelope, changes, &mut out)
        }
    };
    let write = |e: io::Error| Error::io(path(&place), "write", &e);
    rebuilt.map_err(|e| if out.failed { write(e) } else { fail(e) })?;
    out.flush().map_err(write)?;
    if out.hash.finish_128() != doc.hash {
        return Err(Error::new(path(&place), "what was rebuilt is not the original, so it was not written")
            .remedy("the report may have been edited"));
    }
    out.out.into_inner().map_err(|e| write(e.into_error()))?.commit()
}

impl Reader<BufReader<File>> {
    /// Goes on at byte `at` of the report, within a document.
    fn seek(&mut self, at: u64) -> io::Result<()> {
        self.go_to(|f| f.seek(SeekFrom::Start(at)).map(drop))
    }
}
