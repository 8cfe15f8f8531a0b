//! Putting documents in place: each output is whole or absent, and never anywhere else.
//!
//! An output is written without a name where the system can (Linux), else under a hidden temporary
//! one beside its place, and takes its place in one step. No symlink is followed on the way there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, Write};
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

/// Whether two paths lead to the same file.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        matches!((fs::metadata(a), fs::metadata(b)), (Ok(a), Ok(b)) if a.dev() == b.dev() && a.ino() == b.ino())
    }
    #[cfg(not(unix))]
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

/// Where `p` really is, symlinks followed as far as there is anything; to compare places that may
/// not exist yet.
pub(crate) fn real(p: &Path) -> PathBuf {
    if let Ok(r) = fs::canonicalize(p) {
        return r;
    }
    match (p.parent(), p.file_name()) {
        (Some(above), Some(name)) => {
            let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
            real(above).join(name)
        }
        _ => p.to_path_buf(),
    }
}

/// Makes the names in a folder last through a power cut.
fn sync_folder(folder: &Path) {
    if let Ok(f) = File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) {
        // Not every file system can; then there is nothing to do.
        let _ = f.sync_all();
    }
}

/// Where outputs go.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// Under this folder.
    Folder(PathBuf),
    /// This one file.
    File(PathBuf),
    /// Over the input.
    InPlace,
    /// Standard output.
    Stdout,
}

impl Output {
    /// The place of the document called `name` that was read from `source`; `None` for a stream.
    pub(crate) fn place(&self, name: &Path, source: &Path) -> Option<PathBuf> {
        match self {
            Output::Folder(f) => Some(f.join(name)),
            Output::File(f) => Some(f.clone()),
            Output::InPlace => Some(source.to_path_buf()),
            Output::Stdout => None,
        }
    }

    /// Makes the folders above a report; one in the output folder goes through no symlink.
    pub(crate) fn prepare_report(&self, report: &Path) -> Result<()> {
        if matches!(self, Output::Folder(root) if report.starts_with(root)) {
            self.prepare(report)?;
            if fs::symlink_metadata(report).is_ok_and(|m| m.file_type().is_symlink()) {
                return Err(symlink(report));
            }
            return Ok(());
        }
        match report.parent() {
            Some(p) if !p.as_os_str().is_empty() => make(p),
            _ => Ok(()),
        }
    }

    /// Makes the folders above `place`; refuses to go through a symlink below the output folder.
    pub(crate) fn prepare(&self, place: &Path) -> Result<()> {
        let Output::Folder(root) = self else {
            return match place.parent() {
                Some(p) if !p.as_os_str().is_empty() => make(p),
                _ => Ok(()),
            };
        };
        make(root)?;
        let Some(below) = place.strip_prefix(root).ok().and_then(Path::parent) else { return Ok(()) };
        let mut at = root.clone();
        for part in below.components() {
            let Component::Normal(part) = part else {
                return Err(Error::new(place.display(), "leads out of the output folder"));
            };
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(m) if m.file_type().is_symlink() => {
                    return Err(symlink(&at));
                }
                Ok(m) if m.is_dir() => {}
                Ok(_) => return Err(Error::new(at.display(), "a file where a folder is needed").remedy("remove it")),
                Err(_) => make(&at)?,
            }
        }
        match fs::symlink_metadata(place) {
            Ok(m) if is_stream(&m) => {
                Err(Error::new(place.display(), "a pipe or device where a file is needed").remedy("remove it"))
            }
            _ => Ok(()),
        }
    }
}

fn symlink(at: &Path) -> Error {
    Error::new(at.display(), "a symlink in the output folder").remedy("remove it; lave does not write through symlinks")
}

/// Whether this is a pipe, a device or the like: something to write to, not to replace.
fn is_stream(m: &fs::Metadata) -> bool {
    !m.is_file() && !m.is_dir() && !m.file_type().is_symlink()
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| Error::io(folder.display(), "create the folder", &e))
}

/// An output that has no place yet. Dropped before [`Staged::commit`], it leaves nothing behind.
pub(crate) struct Staged {
    file: Kind,
    place: PathBuf,
    durable: bool,
}

enum Kind {
    #[cfg(target_os = "linux")]
    Unnamed(File),
    Named(tempfile::NamedTempFile),
    /// A pipe or a device, which is written to as it is.
    Stream(File),
}

impl Staged {
    /// Begins an output for `place`. In place of an older file it takes over the permissions of
    /// `like`; `durable` outputs are on the disk before they take their place.
    pub(crate) fn new(place: &Path, like: Option<&Path>, durable: bool) -> Result<Staged> {
        let folder = match place.parent() {
            Some(p) if !p.as_os_str().is_empty() => p,
            _ => Path::new("."),
        };
        let fail = |e: io::Error| Error::io(place.display(), "write", &e);
        if fs::metadata(place).is_ok_and(|m| is_stream(&m)) {
            let file = OpenOptions::new().write(true).open(place).map_err(fail)?;
            return Ok(Staged { file: Kind::Stream(file), place: place.to_path_buf(), durable: false });
        }
        let permissions = like.and_then(|p| fs::metadata(p).ok()).map(|m| m.permissions());
        let mut file = None;
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{Mode, OFlags};
            let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
            if let Ok(fd) = rustix::fs::open(folder, flags, Mode::from_raw_mode(0o666)) {
                file = Some(Kind::Unnamed(File::from(fd)));
            }
        }
        let file = match file {
            Some(f) => f,
            None => {
                let mut b = tempfile::Builder::new();
                b.prefix(".lave-").suffix(".tmp");
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt as _;
                    b.permissions(fs::Permissions::from_mode(0o666));
                }
                Kind::Named(b.tempfile_in(folder).map_err(fail)?)
            }
        };
        let staged = Staged { file, place: place.to_path_buf(), durable };
        if let Some(p) = permissions {
            staged.as_file().set_permissions(p).map_err(fail)?;
        }
        Ok(staged)
    }

    /// Whether it is a file that [`Staged::restart`] can empty.
    pub(crate) fn is_file(&self) -> bool {
        !matches!(self.file, Kind::Stream(_))
    }

    /// Empties it.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        self.as_file().set_len(0)?;
        self.as_file().rewind()
    }

    fn as_file(&self) -> &File {
        match &self.file {
            #[cfg(target_os = "linux")]
            Kind::Unnamed(f) => f,
            Kind::Named(f) => f.as_file(),
            Kind::Stream(f) => f,
        }
    }

    /// Puts the output in its place, over whatever file stood there.
    pub(crate) fn commit(self) -> Result<()> {
        let place = self.place.clone();
        let durable = self.durable;
        let done = self.put();
        if done.is_ok() && durable {
            sync_folder(place.parent().unwrap_or(Path::new("")));
        }
        done.map_err(|e| Error::io(place.display(), "write", &e))
    }

    fn put(self) -> io::Result<()> {
        if self.durable {
            self.as_file().sync_all()?;
        }
        match self.file {
            Kind::Named(f) => f.persist(&self.place).map(drop).map_err(|e| e.error),
            #[cfg(target_os = "linux")]
            Kind::Unnamed(f) => link(&f, &self.place),
            Kind::Stream(_) => Ok(()),
        }
    }
}

/// Gives an unnamed file its name.
#[cfg(target_os = "linux")]
fn link(file: &File, place: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD};
    use std::os::fd::AsRawFd as _;
    let source = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |to: &Path| rustix::fs::linkat(CWD, &source, CWD, to, AtFlags::SYMLINK_FOLLOW);
    match link(place) {
        Ok(()) => return Ok(()),
        Err(e) if e == rustix::io::Errno::EXIST => {}
        Err(e) => return Err(e.into()),
    }
    // A link cannot replace: take a name beside (a short one, for names have a limit), then rename over.
    for n in 0..1000u32 {
        let beside = place.with_file_name(format!(".lave-{}-{n}.tmp", std::process::id()));
        match link(&beside) {
            Ok(()) => {
                return fs::rename(&beside, place).inspect_err(|_| {
                    let _ = fs::remove_file(&beside);
                });
            }
            Err(e) if e == rustix::io::Errno::EXIST => {}
            Err(e) => return Err(e.into()),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

impl Write for Staged {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.as_file().write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.as_file().flush()
    }
}

/// Creates the report: readable by its owner alone, for it holds what was removed.
pub(crate) fn create_report(path: &Path, fresh: bool) -> io::Result<File> {
    let mut o = OpenOptions::new();
    o.write(true);
    if fresh {
        o.create_new(true);
    } else {
        o.create(true).truncate(true);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        o.mode(0o600);
        let f = o.open(path)?;
        // A pipe or a terminal has no mode to set.
        if f.metadata()?.is_file() {
            f.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        Ok(f)
    }
    #[cfg(not(unix))]
    o.open(path)
}
