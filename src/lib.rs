//! lave washes scraped text: it repairs what is broken, strips what does not belong, and accounts
//! for every change so that it can be undone.
//!
//! ```
//! use lave::{Pipeline, Settings};
//!
//! let pipeline = Pipeline::new(&Settings::profile("news")?)?;
//! let cleaned = pipeline.clean("ItÃ¢â‚¬â„¢s the rent &amp; the weather , she said.\r\n".as_bytes());
//! assert_eq!(cleaned.text(), "It's the rent & the weather, she said.\n");
//!
//! let first = &cleaned.changes()[0];
//! assert_eq!((first.line, first.column), (1, 3));
//! assert_eq!((first.old.as_str(), first.new.as_str()), ("Ã¢â‚¬â„¢", "'"));
//! assert!(first.rules.iter().any(|r| cleaned.rule_name(*r).starts_with("mojibake.")));
//!
//! assert!(cleaned.revert().ends_with(b", she said.\r\n"));
//! # Ok::<(), lave::Error>(())
//! ```
//!
//! # The map
//!
//! A document's way, from bytes to bytes, is [`pipeline`]; it can be read in five minutes.
//!
//! | module | what it holds |
//! |---|---|
//! | [`pipeline`] | the main path; [`Pipeline`], [`Cleaned`], and [`Sink`](pipeline::Sink) for streams |
//! | [`config`] | [`Settings`]: profile, file and caller in layers; every key there is |
//! | [`options`] | the options, resolved |
//! | [`decode`] | bytes to settled text, and what is needed to go back |
//! | [`features`] | the one scan: what damage a line might hold |
//! | [`stage`] | the kinds of repair, and the list that orders them |
//! | [`rule`] | rules: data with reasons and examples; their gates and keys |
//! | [`edit`] | the algebra of edits: apply, compose, invert, map |
//! | `charset`, `language` | single-byte encodings; how usual letters are beside each other in a hundred languages |
//! | `unwrap`, `judge` | whole pages: lines that a wrapper broke, and what is not the text of the page |
//! | `learn` | lines that recur in a dump, proposed as rules |
//! | [`report`] | the journal of changes, and the way back from it |
//! | [`proof`] | rules held to their own examples |
//! | [`error`] | the few errors that there are, each with place and remedy |
//!
//! # What holds
//!
//! - Cleaning cannot fail. [`Pipeline::clean`] takes any bytes; what is not text is left alone, and
//!   [`Cleaned::left_alone`] says why. Errors are for settings, rules, reports and I/O.
//! - The output is UTF-8, and [`Cleaned::revert`] gives the original, byte for byte.
//! - Cleaning the output again changes nothing.
//! - The text depends on nothing but the bytes, the settings and the rules: not on threads, on how
//!   a stream is cut, or on whether anybody wants to know of changes.
//!
//! # Settings
//!
//! ```
//! use lave::{Pipeline, Settings};
//!
//! let mut settings = Settings::profile("standard")?;
//! settings.set("punctuation.ellipsis", "dots", "my program")?;
//! settings.set("without", "entities", "my program")?;
//! settings.load("lave.toml", "level = \"likely\"\n[quotes]\nstyle = \"curly\"\n")?;
//! let pipeline = Pipeline::new(&settings)?;
//! assert_eq!(pipeline.clean_str("\"Wait…\" &amp; see").text(), "“Wait...” &amp; see\n");
//!
//! let error = settings.set("quotes.stile", "keep", "my program").unwrap_err();
//! assert_eq!(error.to_string(), "my program: unknown key `quotes.stile`; did you mean `quotes.style`?");
//! # Ok::<(), lave::Error>(())
//! ```
//!
//! # Rules of your own
//!
//! ```
//! use lave::{Pipeline, Settings};
//!
//! let rules = r#"
//! [[rule]]
//! id   = "paper.page"
//! why  = "A page number alone is no sentence."
//! match = '^page 0+$'
//! do   = "delete-line"
//! fix  = [{ in = "One.\nPage 12\nTwo.\n", out = "One.\nTwo.\n" }]
//! keep = ["Page 12 was torn out.\n"]
//! "#;
//! let proof = lave::proof::prove(&[("paper.toml".to_owned(), rules.to_owned())])?;
//! assert!(proof.failures.is_empty());
//!
//! let mut settings = Settings::profile("news")?;
//! settings.add_rules("paper.toml", rules);
//! assert_eq!(Pipeline::new(&settings)?.clean(b"PAGE 7\nThe end.\n").text(), "The end.\n");
//! # Ok::<(), lave::Error>(())
//! ```
//!
//! # Streams
//!
//! [`Pipeline::run`] reads from anything that can seek, in bounded memory, and tells a
//! [`Sink`](pipeline::Sink) output, changes and findings as they come.
//!
//! ```
//! use std::io::Cursor;
//! use lave::pipeline::{NoReport, Outcome};
//! use lave::{Pipeline, Settings};
//!
//! let pipeline = Pipeline::new(&Settings::profile("minimal")?)?;
//! let mut out = Vec::new();
//! let outcome = pipeline.run(&mut Cursor::new("soft\u{AD}ly \n"), &mut NoReport(&mut out))?;
//! assert_eq!(out, b"softly\n");
//! assert!(matches!(outcome, Outcome::Cleaned { summary, .. } if summary.changed));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `cli` (default) builds the `lave` program; `parallel` cleans one document on several threads, see
//! [`Pipeline::with_jobs`]. Without either the library has no threads and few dependencies.
mod charset;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod config;
pub mod decode;
#[cfg(feature = "cli")]
mod dump;
pub mod edit;
pub mod error;
pub mod features;
#[doc(hidden)]
pub mod judge;
mod language;
#[cfg(feature = "cli")]
mod learn;
pub mod options;
pub mod pipeline;
pub mod proof;
pub mod report;
pub mod rule;
pub mod stage;
mod strict;
mod unwrap;

pub use config::Settings;
pub use error::{Error, Result};
pub use pipeline::{Cleaned, Pipeline};

/// The README's examples, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
