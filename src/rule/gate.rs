//! Which line rules a line may match, found without running a regular expression.

/// The gates of all line rules.
pub(crate) struct Gates;
