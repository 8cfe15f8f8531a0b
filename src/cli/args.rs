//! What can be typed. Words only: nothing is looked up or decided here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

/// Washes scraped text: repairs what is broken, strips what does not belong, and accounts for every
/// change so that it can be undone.
#[derive(Debug, Parser)]
#[command(name = "lave", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

#[derive(Debug, Args)]
pub(crate) struct Talk {
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more: with `check`, every place
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// No progress bar (there is none anyway unless stderr is a terminal)
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Clean files, folders or standard input, with a report
    Clean(Clean),
    /// Say what cleaning would change; exit with 1 if anything would
    Check(Check),
    /// Say of each place what was wrong with it and how that is known; change nothing
    Explain(Explain),
    /// Show for each rule that would fire how often, and some places before and after; write nothing
    Preview(Preview),
    /// Find the lines that recur across documents, and propose rules that drop them
    Learn(Learn),
    /// Rebuild originals, byte for byte, from what was cleaned and its report
    Revert(Revert),
    /// List, show and test rules
    Rules {
        #[command(subcommand)]
        command: Rules,
    },
    /// Write a lave.toml with every key, its default and what it is for
    Init {
        /// Where to write it
        #[arg(default_value = "lave.toml", value_hint = ValueHint::FilePath)]
        path: PathBuf,
    },
    /// Show the configuration in force, and where each value comes from
    Config {
        #[command(flatten)]
        what: What,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What is to be done to the text.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What to do")]
pub(crate) struct What {
    /// Named set of stages and options: minimal, standard, news, web
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Run just these stages, in this order; `none` only decodes
    #[arg(long, value_name = "A,B")]
    pub(crate) stages: Option<String>,
    /// Leave these stages out
    #[arg(long, value_name = "A,B")]
    pub(crate) without: Option<String>,
    /// How sure a rule must be to change text: safe or likely
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<String>,
    /// In `web`: how sure, in percent, the judge must be to drop a line
    #[arg(long, value_name = "PERCENT")]
    pub(crate) min_confidence: Option<u32>,
    /// Set any key of the configuration
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Encoding of the input, where it is known
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Whether a byte order mark stays in the output: drop or keep
    #[arg(long, value_name = "WHAT")]
    pub(crate) bom: Option<String>,
    /// Add the rules of a file, or of all .toml files of a folder
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) rules: Vec<PathBuf>,
    /// `text`: clean files of any name as text
    #[arg(long, value_name = "WHAT")]
    pub(crate) format: Option<String>,
    /// Configuration file, instead of the lave.toml found from here upward
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,
}

/// Which documents.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Which files")]
pub(crate) struct Which {
    /// Only files whose name or path matches this glob
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Not files whose name or path matches this glob
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Clean {
    /// Files and folders; `-` or none for standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where to write: a folder, or a file for a single input
    #[arg(short, long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) output: Option<PathBuf>,
    /// Write over the input; needs --report FILE or --no-report
    #[arg(long, conflicts_with = "output")]
    pub(crate) in_place: bool,
    /// Where to write the report [default: report.jsonl in the output folder]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) report: Option<PathBuf>,
    /// Write no report; then nothing can be undone
    #[arg(long, conflicts_with = "report")]
    pub(crate) no_report: bool,
    /// `tally`: counts only, no changes; such a report cannot revert
    #[arg(long, value_name = "WHAT")]
    pub(crate) report_detail: Option<String>,
    /// Threads [default: as many as there are cores]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<u32>,
    /// Exit with 1 if there is any `finding`
    #[arg(long, value_name = "WHAT", value_parser = ["finding"])]
    pub(crate) fail_on: Option<String>,
    /// Write nothing: show so many places of each rule that would fire, as `lave preview` does
    #[arg(long, value_name = "N", conflicts_with_all = ["output", "in_place", "report", "fail_on"])]
    pub(crate) sample: Option<u32>,
    #[command(flatten)]
    pub(crate) what: What,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Heed .gitignore and the like in folders
    #[arg(long)]
    pub(crate) gitignore: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files and folders; `-` or none for standard input. In folders .gitignore is heeded, and
    /// hidden files are skipped
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Show the changes as a unified diff
    #[arg(long)]
    pub(crate) diff: bool,
    /// Threads [default: as many as there are cores]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<u32>,
    /// Exit with 1 if there is any `finding`, too
    #[arg(long, value_name = "WHAT", value_parser = ["finding"])]
    pub(crate) fail_on: Option<String>,
    #[command(flatten)]
    pub(crate) what: What,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Files and folders; `-` or none for standard input. In folders .gitignore is heeded, and
    /// hidden files are skipped
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Explain this text instead of a file
    #[arg(long, value_name = "STRING", conflicts_with = "paths")]
    pub(crate) text: Vec<String>,
    #[command(flatten)]
    pub(crate) what: What,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// Files and folders; `-` or none for standard input. In folders .gitignore is heeded, and
    /// hidden files are skipped
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// How many places to show of each rule, drawn at random
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) sample: u32,
    /// Another number draws other places
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) what: What,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Learn {
    /// Files and folders; each file is a document, each line of a .jsonl file, too
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where to write the rules [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// In how many documents a line must stand
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) min_documents: u32,
    /// The most rules to propose; those in most documents come first
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub(crate) max_rules: u32,
    /// Then clean the documents into this folder with the rules as proposed, nobody having read them
    #[arg(long, value_name = "DIR", requires = "output", value_hint = ValueHint::DirPath)]
    pub(crate) apply: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Revert {
    /// Cleaned files, or the folder that they were written to
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// The report that `lave clean` wrote
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) report: PathBuf,
    /// Where to write: a folder, or a file for a single document
    #[arg(short, long, value_name = "DIR|FILE", required_unless_present = "in_place", value_hint = ValueHint::AnyPath)]
    pub(crate) output: Option<PathBuf>,
    /// Write over the cleaned files
    #[arg(long, conflicts_with = "output")]
    pub(crate) in_place: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// All rules, one a line
    List {
        /// Only rules with all of these: a stage (captions), a level (safe, likely, show, off), a language (de),
        /// or part of the id
        #[arg(value_name = "WORD")]
        words: Vec<String>,
        #[command(flatten)]
        what: What,
    },
    /// One rule with its reason and its examples
    Show {
        /// The rule's id
        id: String,
        #[command(flatten)]
        what: What,
    },
    /// Run the examples of rule files; of lave's own rules without a file
    Test {
        /// Rule files
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
    },
}
