//! `lave init`, `lave config`, `lave completions`.

use std::fmt::Write as _;
use std::path::Path;

use crate::Error;
use crate::config::{KEYS, Kind};
use clap::CommandFactory as _;

use super::args::{Cli, What};
use super::output::{path, say};
use super::settings::settings;
use super::{Exit, Ran};

/// A value as TOML writes it.
fn toml(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Bool | Kind::Number => value.to_owned(),
        Kind::Stages | Kind::List => {
            let parts: Vec<String> =
                value.split(',').map(str::trim).filter(|s| !s.is_empty()).map(|s| format!("{s:?}")).collect();
            format!("[{}]", parts.join(", "))
        }
        Kind::OneOf(_) | Kind::Text => format!("{value:?}"),
    }
}

/// Every key under its table, each line made by `line`.
fn by_table(mut line: impl FnMut(&mut String, &'static crate::config::Key, &str)) -> String {
    let mut out = String::new();
    let mut table = "";
    let tops = KEYS.iter().filter(|k| !k.name.contains('.'));
    for key in tops.chain(KEYS.iter().filter(|k| k.name.contains('.'))) {
        let (t, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if t != table {
            table = t;
            let _ = write!(out, "\n[{t}]\n");
        }
        line(&mut out, key, name);
    }
    out
}

pub(crate) fn config(what: &What) -> Ran {
    let s = settings(what, None, None)?;
    let text = by_table(|out, key, name| {
        let (_, value, origin) = s.all().find(|(k, ..)| k.name == key.name).unwrap_or((key, key.default, "default"));
        let shown = format!("{name} = {}", toml(key.kind, value));
        let _ = writeln!(out, "{shown:<36} # {origin}");
    });
    let mut text = text;
    let _ = writeln!(text, "\n# stages that run: {}", s.stages().join(", "));
    for (file, _) in s.rule_files() {
        let _ = writeln!(text, "# rules added: {file}");
    }
    let _ = writeln!(text, "# configuration {:016x}", s.hash());
    say(&text)?;
    Ok(Exit::Done)
}

pub(crate) fn init(file: &Path) -> Ran {
    let mut text = String::from(
        "# Configuration of lave. Every key is here with its default; take away the `#` to change one.\n\
         # `lave config` shows what is in force. Profiles set some of these keys, see `lave config --profile NAME`.\n\n",
    );
    text.push_str(&by_table(|out, key, name| {
        let choice = match key.kind {
            Kind::OneOf(all) => {
                format!(" ({})", all.iter().filter(|a| !a.is_empty()).copied().collect::<Vec<_>>().join(", "))
            }
            Kind::Stages => format!(" (of {})", crate::stage::ORDER.join(", ")),
            _ => String::new(),
        };
        let _ = writeln!(out, "# {}{choice}\n# {name} = {}", key.doc, toml(key.kind, key.default));
    }));
    let mut options = std::fs::OpenOptions::new();
    let made = options.write(true).create_new(true).open(file);
    let written = made.and_then(|mut f| std::io::Write::write_all(&mut f, text.as_bytes()));
    match written {
        Ok(()) => {
            say(&format!("wrote {}\n", path(file)))?;
            Ok(Exit::Done)
        }
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Error::new(path(file), "exists already").remedy("remove it, or name another file").into())
        }
        Err(e) => Err(Error::io(path(file), "write", &e).into()),
    }
}

pub(crate) fn completions(shell: clap_complete::Shell) -> Ran {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lave", &mut text);
    say(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}
