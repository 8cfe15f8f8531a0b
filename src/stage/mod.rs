//! The stages: kinds of repair, and the one list that orders them.
//!
//! A stage sees one line (no `\n` in it) and pushes edits into a sink. It does no I/O, keeps no
//! state between lines, and its edits depend on nothing but the line, the rules and the options:
//! not on the line before, on where a block was cut, on what is reported or on the thread.
//! Time and memory are linear in the line, whose length is not bounded (64 MB happens).
//!
//! The pipeline runs the woken stages in [`ORDER`], each on the result of the one before, until a
//! whole pass makes no edit. So a stage may rely on being called again on what it made, and has to
//! get smaller by some measure that its docs state, or stop.

use crate::edit::EditSink;
use crate::features::Features;

/// One kind of repair.
pub trait Stage: Send + Sync {
    /// The name, as in [`ORDER`], in rule ids and in the configuration.
    fn id(&self) -> &'static str;

    /// The features without which the stage would push nothing: it is not called on a line that
    /// has none of them.
    fn needs(&self) -> Features;

    /// Pushes edits and findings for `line`, which holds no `\n`; offsets are bytes of `line`.
    fn edit(&self, line: &str, sink: &mut EditSink);
}

pub(crate) mod entities;
pub(crate) mod mojibake;
#[cfg(test)]
pub(crate) mod testing;
