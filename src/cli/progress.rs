//! The progress bar: on standard error, and only when that is a terminal.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Talk;

/// A bar over bytes, or nothing.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(crate) fn none() -> Progress {
        Progress(None)
    }

    /// A bar for `total` bytes; without a total it counts only.
    pub(crate) fn new(talk: &Talk, total: Option<u64>) -> Progress {
        if talk.quiet || talk.no_progress || !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let bar = match total {
            Some(n) => {
                ProgressBar::new(n).with_style(style("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} {wide_msg}"))
            }
            None => ProgressBar::new_spinner().with_style(style("{spinner} {bytes} {bytes_per_sec} {wide_msg}")),
        };
        // Seen from the start, not only when the first documents are done.
        bar.tick();
        Progress(Some(bar))
    }

    pub(crate) fn on(&self, name: &str) {
        if let Some(b) = &self.0 {
            b.set_message(name.to_owned());
        }
    }

    pub(crate) fn add(&self, bytes: u64) {
        if let Some(b) = &self.0 {
            b.inc(bytes);
        }
    }

    /// Takes the bar away.
    pub(crate) fn done(&self) {
        if let Some(b) = &self.0 {
            b.finish_and_clear();
        }
    }

    /// Says something without tearing the bar.
    pub(crate) fn aside(&self, f: impl FnOnce()) {
        match &self.0 {
            Some(b) => b.suspend(f),
            None => f(),
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
