//! Where output and report go; refuses, before any work, what would be written over something else.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::dump::{Document, Input, Output, real, same_file};

use super::args::Clean;
use super::output::path;

/// Where the output goes.
pub(crate) fn output(a: &Clean, inputs: &[Input]) -> crate::Result<Output> {
    let lone_file = inputs.len() <= 1 && inputs.iter().all(|i| !i.is_folder);
    if a.in_place {
        if inputs.is_empty() {
            return Err(Error::new("--in-place", "standard input has no place").remedy("name files"));
        }
        if a.report.is_none() && !a.no_report {
            return Err(Error::new("--in-place", "without a report nothing could be undone")
                .remedy("add --report FILE, or --no-report if that is wanted"));
        }
        return Ok(Output::InPlace);
    }
    let Some(o) = &a.output else {
        if lone_file {
            return Ok(Output::Stdout);
        }
        return Err(Error::new(path(&a.paths[0]), "more than one document cannot go to standard output")
            .remedy("say where to write with -o DIR, or --in-place"));
    };
    if o == Path::new("-") && lone_file {
        return Ok(Output::Stdout);
    }
    let slash = o.as_os_str().as_encoded_bytes().ends_with(b"/");
    if lone_file && !slash && !o.is_dir() {
        return Ok(Output::File(o.clone()));
    }
    // Without a slash at its end, behind which no file is found.
    let bare: PathBuf = o.components().collect();
    if bare.exists() && !o.is_dir() {
        return Err(Error::new(path(o), "is a file, and a folder is needed").remedy("name another place with -o"));
    }
    if inputs.iter().any(|i| i.is_folder && same_file(&i.path, o)) {
        return Err(Error::new(path(o), "the output folder is the input").remedy("name another, or use --in-place"));
    }
    Ok(Output::Folder(o.clone()))
}

/// A lone document gets a report only if one is asked for.
pub(crate) fn report_path(a: &Clean, output: &Output, inputs: &[Input]) -> crate::Result<Option<PathBuf>> {
    if a.no_report {
        return Ok(None);
    }
    let lone = inputs.len() <= 1 && inputs.iter().all(|i| !i.is_folder);
    Ok(match (&a.report, output) {
        (Some(p), _) if p == Path::new("-") => {
            return Err(Error::new("--report", "the report cannot go to standard output").remedy("name a file"));
        }
        (Some(p), _) => Some(p.clone()),
        (None, Output::Folder(f)) if !lone => Some(f.join("report.jsonl")),
        _ => None,
    })
}

/// No two documents for one place or one name, and nothing written over an input or the report.
pub(crate) fn refuse_clashes(output: &Output, documents: &[Document], report: Option<&Path>) -> crate::Result<()> {
    let in_place = matches!(output, Output::InPlace);
    // With symlinks followed once, not for every document: below the output folder there are none.
    let output = match output {
        Output::Folder(f) => Output::Folder(real(f)),
        Output::File(f) => Output::File(real(f)),
        other => other.clone(),
    };
    let report_at = report.map(real);
    let mut places: HashMap<PathBuf, &Path> = HashMap::new();
    let mut names: HashMap<&Path, &Path> = HashMap::new();
    let mut existing = false;
    if let (Output::File(f), Some(r)) = (&output, &report_at)
        && f == r
    {
        return Err(Error::new(path(f), "output and report are one file").remedy("name another with --report"));
    }
    for d in documents {
        if matches!(output, Output::Stdout) && same_file(Path::new("/dev/stdout"), &d.path) {
            return Err(
                Error::new(path(&d.path), "the output is the input").remedy("send it elsewhere, or use --in-place")
            );
        }
        if report.is_some_and(|r| same_file(r, &d.path)) {
            return Err(Error::new(path(&d.path), "the report would overwrite this input")
                .remedy("name another file with --report"));
        }
        let Some(place) = output.place(&d.name, &d.path) else { continue };
        existing |= place.exists();
        if !in_place && same_file(&place, &d.path) {
            return Err(
                Error::new(path(&d.path), "the output is the input").remedy("name another place, or use --in-place")
            );
        }
        if report_at.as_deref() == Some(place.as_path()) {
            return Err(Error::new(path(&place), "the report would overwrite this document")
                .remedy("name another file with --report"));
        }
        let clash = |at: &Path, other: &Path, remedy: &str| {
            let both = format!("both {} and {} would go there", path(other), path(&d.path));
            Err(Error::new(path(at), both).remedy(remedy))
        };
        if let Some(other) = places.insert(place.clone(), &d.path) {
            return clash(&place, other, "clean them into two folders");
        }
        if in_place
            && report.is_some()
            && let Some(other) = names.insert(&d.name, &d.path)
        {
            return clash(&d.name, other, "the report could not tell them apart; clean each with its own");
        }
    }
    // An output that stands there already may be another document's input.
    if existing && !in_place {
        for d in documents {
            if places.contains_key(&real(&d.path)) {
                return Err(Error::new(path(&d.path), "an output would overwrite this input")
                    .remedy("name another place with -o"));
            }
        }
    }
    Ok(())
}
