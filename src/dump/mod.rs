//! Dumps: which documents an input holds, and how each is put where it belongs.
//!
//! The one part of the library side that touches the file system.

mod place;
mod walk;

pub(crate) use place::{Output, Staged, create_report, real, same_file};
pub(crate) use walk::{Document, Found, Input, WalkOptions, id_of, walk};
