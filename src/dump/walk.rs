//! Finding documents: files as they are named, folders in the order of their file names.
//!
//! Symlinked files are read, symlinked folders not entered; version control's folders are never
//! entered unless named. What is no regular file is skipped, and said.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;

use crate::error::{Error, Result};
use crate::report::DocumentId;

/// One argument of the command line.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// As it was typed.
    pub(crate) path: PathBuf,
    pub(crate) is_folder: bool,
    /// What stands before its documents' names in the output; empty for a lone folder.
    pub(crate) prefix: PathBuf,
}

/// One file to be cleaned.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its name in the output and in the report.
    pub(crate) name: PathBuf,
    pub(crate) len: u64,
    pub(crate) is_symlink: bool,
}

impl Document {
    /// What the report calls it: with `/` between folders on every system.
    pub(crate) fn id(&self) -> DocumentId {
        id_of(&self.name)
    }
}

pub(crate) fn id_of(name: &Path) -> DocumentId {
    match name.to_str() {
        Some(s) => DocumentId::Text(if cfg!(windows) { s.replace('\\', "/") } else { s.to_owned() }),
        None => DocumentId::Bytes(name.as_os_str().as_encoded_bytes().to_vec()),
    }
}

/// What a walk comes upon.
#[derive(Debug)]
pub(crate) enum Found {
    Document(Document),
    /// Not a regular file.
    Skipped(PathBuf, &'static str),
    /// Cannot be looked at.
    Failed(Error),
}

/// How to walk.
#[derive(Debug, Default)]
pub(crate) struct WalkOptions {
    /// Heed `.gitignore` and the like.
    pub(crate) gitignore: bool,
    /// Skip hidden files that are not named.
    pub(crate) skip_hidden: bool,
    /// Only these names; all if none is given.
    pub(crate) include: Vec<String>,
    /// Not these names.
    pub(crate) exclude: Vec<String>,
    /// Files and folders to pass over: the output and the report.
    pub(crate) pass_over: Vec<PathBuf>,
}

/// Folders of version control.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn"];

/// Hands every document of `inputs` to `each`, in order.
///
/// # Errors
/// If a glob is not sound.
pub(crate) fn walk(inputs: &[Input], options: &WalkOptions, mut each: impl FnMut(Found)) -> Result<()> {
    let include = globs("--include", &options.include)?;
    let exclude = globs("--exclude", &options.exclude)?;
    let wanted = |name: &Path| (options.include.is_empty() || matches(&include, name)) && !matches(&exclude, name);
    let pass_over: Vec<PathBuf> = options.pass_over.iter().filter_map(|p| fs::canonicalize(p).ok()).collect();
    for input in inputs {
        if !input.is_folder {
            each(match look(input.path.clone(), input.prefix.clone()) {
                // Who names it wants it cleaned.
                Found::Skipped(p, why) => {
                    Found::Failed(Error::new(p.display(), why).remedy("send it through standard input: lave clean <IT"))
                }
                found => found,
            });
            continue;
        }
        let root = input.path.clone();
        let (skip, top, out) = (pass_over.clone(), root.clone(), exclude.clone());
        let mut walker = WalkBuilder::new(&input.path);
        walker
            .standard_filters(false)
            .hidden(options.skip_hidden)
            .git_ignore(options.gitignore)
            .git_global(options.gitignore)
            .git_exclude(options.gitignore)
            .ignore(options.gitignore)
            .parents(options.gitignore)
            .require_git(false)
            .follow_links(false)
            .sort_by_file_name(OsStr::cmp)
            .filter_entry(move |e| {
                if e.depth() == 0 {
                    return true;
                }
                let vcs = VERSION_CONTROL.iter().any(|v| e.file_name() == OsStr::new(v));
                // A folder is left out by its own name, or by a glob for all that it holds.
                let rest = e.path().strip_prefix(&top).unwrap_or(e.path());
                let is_dir = e.file_type().is_some_and(|t| t.is_dir());
                if is_dir && (matches(&out, rest) || out.is_match(rest.join(""))) {
                    return false;
                }
                let passed = !skip.is_empty() && fs::canonicalize(e.path()).is_ok_and(|p| skip.contains(&p));
                !vcs && !passed
            });
        for entry in walker.build() {
            match entry {
                Ok(e) => {
                    if e.file_type().is_some_and(|t| t.is_dir()) {
                        continue;
                    }
                    let rest = e.path().strip_prefix(&root).unwrap_or(e.path());
                    if rest.as_os_str().is_empty() || !wanted(rest) {
                        continue;
                    }
                    if e.path_is_symlink() && fs::metadata(e.path()).is_ok_and(|m| m.is_dir()) {
                        each(Found::Skipped(e.into_path(), "a symlink to a folder"));
                        continue;
                    }
                    let name = input.prefix.join(rest);
                    each(look(e.into_path(), name));
                }
                Err(e) => each(walk_error(&root, e)),
            }
        }
    }
    Ok(())
}

fn walk_error(root: &Path, e: ignore::Error) -> Found {
    fn place(e: &ignore::Error) -> Option<PathBuf> {
        match e {
            ignore::Error::WithPath { path, .. } => Some(path.clone()),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err),
            _ => None,
        }
    }
    let path = place(&e).unwrap_or_else(|| root.to_path_buf());
    let error = match e.io_error() {
        // By its kind: its text names the path again.
        Some(io) => Error::io(path.display(), "read the folder", &io.kind().into()),
        None => Error::new(path.display(), e),
    };
    Found::Failed(error)
}

/// What stands at `path`, following a symlink.
fn look(path: PathBuf, name: PathBuf) -> Found {
    let link = fs::symlink_metadata(&path).is_ok_and(|m| m.file_type().is_symlink());
    match fs::metadata(&path) {
        Ok(m) if m.is_file() => Found::Document(Document { path, name, len: m.len(), is_symlink: link }),
        Ok(_) => Found::Skipped(path, "not a regular file"),
        Err(e) => {
            let error = Error::io(path.display(), "read", &e);
            Found::Failed(error)
        }
    }
}

fn globs(option: &str, all: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for g in all {
        let glob = Glob::new(g).map_err(|e| {
            Error::new(option, format_args!("`{g}`: {}", e.kind())).remedy("write a glob such as '*.txt' or 'raw/**'")
        })?;
        set.add(glob);
    }
    set.build().map_err(|e| Error::new(option, e))
}

/// A glob matches the whole name or the last part of it.
fn matches(set: &GlobSet, name: &Path) -> bool {
    set.is_match(name) || name.file_name().is_some_and(|f| set.is_match(Path::new(f)))
}
