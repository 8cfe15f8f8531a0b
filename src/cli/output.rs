//! What people read: standard output and standard error, with control characters made visible.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use clap::CommandFactory as _;

use super::Stop;

/// Shows text with everything that a terminal would act on, or not show at all, spelled out.
pub(crate) struct Visible<'a>(pub(crate) &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut from = 0;
        for (i, c) in self.0.char_indices() {
            if !is_unseen(c) {
                continue;
            }
            f.write_str(&self.0[from..i])?;
            from = i + c.len_utf8();
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c => write!(f, "\\u{{{:X}}}", u32::from(c))?,
            }
        }
        f.write_str(&self.0[from..])
    }
}

/// Controls, format characters, spaces that look like others or like nothing.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0xA0 | 0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x180B..=0x180F | 0x2000..=0x200F
            | 0x2028..=0x202F | 0x205F..=0x206F | 0x3000 | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFFC | 0xE0000..=0xE0FFF)
}

/// A path, fit to be shown.
pub(crate) fn path(p: &std::path::Path) -> String {
    Visible(&p.to_string_lossy()).to_string()
}

/// Writes to standard output.
pub(crate) fn say(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(e) => Err(stdout_failed(&e)),
    }
}

/// What a failure to write to standard output means.
pub(crate) fn stdout_failed(e: &io::Error) -> Stop {
    if e.kind() == io::ErrorKind::BrokenPipe {
        Stop::PipeClosed
    } else {
        Stop::Error(crate::Error::io("standard output", "write", e))
    }
}

/// Writes a line to standard error; that nobody reads it is no reason to stop.
pub(crate) fn note(text: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Shows the help of `command` to somebody who gave it nothing to do.
pub(crate) fn help(command: &str) {
    let mut all = super::args::Cli::command();
    // Gives subcommands their full names, and the options that all have.
    all.build();
    if let Some(c) = all.find_subcommand_mut(command) {
        let text = c.render_help();
        if colour() { note(text.ansi()) } else { note(text) }
    }
}

/// Tells an error.
pub(crate) fn complain(e: &crate::Error) {
    let mark = if colour() { "\x1B[1;31merror\x1B[0m" } else { "error" };
    note(format_args!("{mark}: {}", Visible(&e.to_string())));
}

/// Tells a warning.
pub(crate) fn warn(text: impl fmt::Display) {
    let mark = if colour() { "\x1B[1;33mwarning\x1B[0m" } else { "warning" };
    note(format_args!("{mark}: {}", Visible(&text.to_string())));
}

/// Whether standard error takes colours (<https://no-color.org>).
pub(crate) fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// `1 change`, `2 changes`.
pub(crate) fn count(n: u64, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(n))
}

/// 12345 as `12,345`.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_gets_through() {
        let nasty = "a\x1B[31mb\u{9B}c\u{202E}d\u{200B}é\n";
        assert_eq!(Visible(nasty).to_string(), "a\\u{1B}[31mb\\u{9B}c\\u{202E}d\\u{200B}é\\n");
    }

    #[test]
    fn numbers() {
        assert_eq!(count(1, "change"), "1 change");
        assert_eq!(count(1_234_567, "change"), "1,234,567 changes");
    }
}
