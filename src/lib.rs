//! lave washes scraped text.
pub mod decode;
pub mod edit;
pub mod error;
pub mod features;
pub mod options;
pub mod rule;
pub mod stage;
mod strict;
