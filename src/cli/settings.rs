//! Settings from the command line and from the `lave.toml` found from the working folder upward,
//! as far as the root of its repository.

use std::path::{Path, PathBuf};

use crate::{Error, Settings};

use super::args::What;
use super::output::{path, warn};

/// The file's name.
const FILE: &str = "lave.toml";

/// What file and arguments say together.
pub(crate) fn settings(what: &What, jobs: Option<u32>, detail: Option<&str>) -> crate::Result<Settings> {
    let mut s = Settings::default();
    let file = if what.no_config { None } else { what.config.clone().or_else(find) };
    let mut rule_paths: Vec<PathBuf> = Vec::new();
    if let Some(file) = &file {
        let text = read(file)?;
        s.load(&path(file), &text)?;
        let base = file.parent().unwrap_or(Path::new(""));
        rule_paths.extend(s.list("rules.paths").into_iter().map(|p| base.join(p)));
    }
    let typed = [
        ("profile", "--profile", &what.profile),
        ("stages", "--stages", &what.stages),
        ("without", "--without", &what.without),
        ("level", "--level", &what.level),
        ("decode.encoding", "--encoding", &what.encoding),
        ("decode.bom", "--bom", &what.bom),
        ("format", "--format", &what.format),
        ("report.detail", "--report-detail", &detail.map(str::to_owned)),
        ("boilerplate.min_confidence", "--min-confidence", &what.min_confidence.map(|n| n.to_string())),
        ("jobs", "--jobs", &jobs.map(|j| j.to_string())),
    ];
    for (key, option, value) in typed {
        if let Some(v) = value {
            s.set(key, v, option)?;
        }
    }
    for pair in &what.set {
        s.set_pair(pair, "--set")?;
    }
    rule_paths.extend(what.rules.iter().cloned());
    for p in rule_paths {
        for (name, text) in rule_files(&p)? {
            s.add_rules(name, text);
        }
    }
    if s.jobs() == 0 || s.get("jobs") == "0" {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        s.set("jobs", &cores.to_string(), "the machine")?;
    }
    s.order_warnings().into_iter().for_each(warn);
    s.encoding()?;
    Ok(s)
}

/// The nearest `lave.toml`, in the working folder or above, within the repository.
fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    for folder in here.ancestors() {
        let file = folder.join(FILE);
        if file.is_file() {
            // Named as short as can be.
            return Some(if folder == here { PathBuf::from(FILE) } else { file });
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// A text file.
pub(crate) fn read(file: &Path) -> crate::Result<String> {
    std::fs::read_to_string(file).map_err(|e| Error::io(path(file), "read", &e))
}

/// A rule file, or all of a folder, by name.
pub(crate) fn rule_files(at: &Path) -> crate::Result<Vec<(String, String)>> {
    if !at.is_dir() {
        return Ok(vec![(path(at), read(at)?)]);
    }
    let fail = |e: std::io::Error| Error::io(path(at), "read the folder", &e);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(at).map_err(fail)? {
        let p = entry.map_err(fail)?.path();
        if p.extension().is_some_and(|x| x == "toml") {
            files.push(p);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::new(path(at), "no rule file").remedy("rule files end in .toml"));
    }
    files.iter().map(|f| Ok((path(f), read(f)?))).collect()
}
