//! The command line: from words to a run, and from its outcome to an exit code.
//!
//! Exit codes: 0 done (or nothing to do), 1 `check` found something, 2 an error, 130 and 143
//! stopped by SIGINT and SIGTERM. A closed pipe is no error.

mod args;
mod check;
mod clean;
mod diff;
mod explain;
mod learn;
mod output;
mod places;
mod preview;
mod progress;
mod report_file;
mod revert;
mod rules;
mod run;
mod settings;
mod show;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use output::complain;

/// How the program ends; the worst of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Done,
    Found,
    Error,
    /// By this signal.
    Stopped(i32),
}

impl Exit {
    /// The worse of two ends.
    fn worst(self, other: Exit) -> Exit {
        if matches!((&self, &other), (Exit::Done, _) | (Exit::Found, Exit::Error | Exit::Stopped(_))) {
            other
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(e: Exit) -> ExitCode {
        ExitCode::from(match e {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Error => 2,
            Exit::Stopped(signal) => 128 + signal as u8,
        })
    }
}

/// What ends a command early.
pub(crate) enum Stop {
    /// Already told, or about to be.
    Error(crate::Error),
    /// Nobody reads standard output any more.
    PipeClosed,
}

impl From<crate::Error> for Stop {
    fn from(e: crate::Error) -> Stop {
        Stop::Error(e)
    }
}

pub(crate) type Ran = Result<Exit, Stop>;

/// Runs the program on this process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let wanted = !e.use_stderr();
            let _ = e.print();
            return if wanted { Exit::Done } else { Exit::Error }.into();
        }
    };
    let talk = cli.talk;
    let ran = match cli.command {
        Command::Clean(args::Clean { sample: Some(sample), paths, what, which, .. }) => {
            preview::preview(&args::Preview { paths, sample, seed: 0, what, which }, &talk)
        }
        Command::Clean(a) => clean::clean(&a, &talk),
        Command::Check(a) => check::check(&a, &talk),
        Command::Explain(a) => explain::explain(&a, &talk),
        Command::Preview(a) => preview::preview(&a, &talk),
        Command::Learn(a) => learn::learn(&a, &talk),
        Command::Revert(a) => revert::revert(&a, &talk),
        Command::Rules { command } => rules::rules(&command),
        Command::Init { path } => show::init(&path),
        Command::Config { what } => show::config(&what),
        Command::Completions { shell } => show::completions(shell),
    };
    match ran {
        Ok(exit) => exit.into(),
        Err(Stop::PipeClosed) => Exit::Done.into(),
        Err(Stop::Error(e)) => {
            complain(&e);
            Exit::Error.into()
        }
    }
}
