//! Runs the program in a folder of its own, as a person would.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program.
pub(crate) const LAVE: &str = env!("CARGO_BIN_EXE_lave");

/// A folder for one test; goes when the test has passed.
pub(crate) struct Place(PathBuf);

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

/// The folder for test `name`, empty but for a `.git`, where the search for a lave.toml ends.
pub(crate) fn place(name: &str) -> Place {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&at);
    fs::create_dir_all(at.join(".git")).expect("a folder");
    Place(at)
}

impl Drop for Place {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

impl Place {
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Self {
        let at = self.path(name);
        fs::create_dir_all(at.parent().expect("a folder")).expect("a folder");
        fs::write(at, bytes).expect("a file");
        self
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let at = self.path(name);
        fs::read(&at).unwrap_or_else(|e| panic!("{}: {e}", at.display()))
    }

    pub(crate) fn text(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(name)).expect("UTF-8")
    }

    pub(crate) fn has(&self, name: impl AsRef<Path>) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    pub(crate) fn folder(&self, name: impl AsRef<Path>) -> &Self {
        fs::create_dir_all(self.path(name)).expect("a folder");
        self
    }

    /// The program in this folder, which hears nothing from the outside.
    pub(crate) fn command(&self) -> Command {
        self.other(LAVE)
    }

    pub(crate) fn other(&self, program: impl AsRef<OsStr>) -> Command {
        let mut c = Command::new(program);
        c.current_dir(&self.0).env("HOME", &self.0).env_remove("NO_COLOR").env_remove("XDG_CONFIG_HOME");
        c.stdin(Stdio::null());
        c
    }

    /// Runs it with `args`, which hold no spaces of their own.
    pub(crate) fn lave(&self, args: &str) -> Ran {
        self.args(args.split_whitespace())
    }

    pub(crate) fn args(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ran {
        ran(self.command().args(args).output().expect("it runs"))
    }

    /// Runs it with `input` on standard input.
    pub(crate) fn piped(&self, args: &str, input: &[u8]) -> Ran {
        let mut c = self.command();
        let mut child = c
            .args(args.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        // Nobody need read all of it.
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let out = child.wait_with_output().expect("it ends");
        writer.join().expect("written");
        ran(out)
    }

    /// Runs a shell script here, with the program as `$LAVE`.
    pub(crate) fn sh(&self, script: &str) -> Ran {
        ran(self.other("sh").arg("-c").arg(script).env("LAVE", LAVE).output().expect("a shell"))
    }

    /// Every file below `name`, with its bytes.
    pub(crate) fn tree(&self, name: impl AsRef<Path>) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        let root = self.path(name);
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
                let at = entry.expect("an entry").path();
                if at.is_dir() {
                    folders.push(at);
                } else {
                    let name = at.strip_prefix(&root).expect("below").to_path_buf();
                    all.insert(name, fs::read(&at).unwrap_or_default());
                }
            }
        }
        all
    }

    /// The records of a report.
    pub(crate) fn report(&self, name: &str) -> Vec<serde_json::Value> {
        self.text(name).lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
    }
}

fn ran(o: Output) -> Ran {
    let err = String::from_utf8_lossy(&o.stderr).into_owned();
    assert!(!err.contains("panicked"), "{err}");
    Ran { code: o.status.code(), out: o.stdout, err }
}

impl Ran {
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn says(self, what: &str) -> Ran {
        assert!(self.err.contains(what), "no {what:?} in: {}", self.err);
        self
    }

    #[track_caller]
    pub(crate) fn silent(self) -> Ran {
        assert_eq!(self.err, "");
        self
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("UTF-8")
    }
}

/// Says why a test was not run; heard even when the test passes.
pub(crate) fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n")
}

/// A text of `lines` lines, each with something to clean.
pub(crate) fn dirty(lines: usize) -> Vec<u8> {
    (0..lines).flat_map(|i| format!("The cafÃ©  number {i} &amp; its bar were open .\n").into_bytes()).collect()
}
