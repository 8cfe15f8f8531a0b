//! lave washes scraped text.
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
pub mod options;
pub mod pipeline;
pub mod proof;
pub mod report;
pub mod rule;
pub mod stage;
mod strict;

pub use config::Settings;
pub use error::{Error, Result};
pub use pipeline::{Cleaned, Pipeline};
