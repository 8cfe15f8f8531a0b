//! The stages: kinds of repair, and the one list that orders them.
//!
//! A stage sees one line (no `\n` in it) and pushes edits into a sink. It does no I/O, keeps no
//! state between lines, and its edits depend on nothing but the line, the rules, the options and how
//! the document starts ([`Survey`]): not on the line before, on where a block was cut, on what is reported or on the thread.
//! Time and memory are linear in the line, whose length is not bounded (64 MB happens).
//!
//! The pipeline runs the woken stages in [`ORDER`], each on the result of the one before, until a
//! whole pass makes no edit; one that repeats, until it makes none itself. So a stage may rely on being called again on what it made, and has to
//! get smaller by some measure that its docs state, or stop.

mod controls;
mod entities;
mod mojibake;
mod patterns;
mod punctuation;
mod quotes;
mod stringified;
#[cfg(test)]
pub(crate) mod testing;
mod unicode;
mod whitespace;

use std::sync::OnceLock;

use crate::edit::EditSink;
use crate::features::Features;
use crate::options::Options;
use crate::rule::RuleSet;
pub(crate) use mojibake::{Hows, suggestion};
pub(crate) use patterns::Patterns;

/// The stages, in the order in which they run unless the configuration says otherwise.
pub const ORDER: &[&str] = &[
    "entities",    // they can spell mojibake
    "mojibake",    // before anything that would tidy its evidence away
    "controls",    // C1 characters are evidence for mojibake, so they go only now
    "unicode",     // whole characters, for the patterns that follow
    "quotes",      // before spacing: the stringified list shows in its spaces
    "punctuation", // spaces beside quotes that are whole again
    "captions",    // lines of clean text
    "boilerplate", // what is left around them
    "whitespace",  // tidies the gaps that the others leave
];

/// The stage called `name`, if it does anything in code; `captions` and `boilerplate` are rules
/// alone.
pub(crate) fn build(name: &str, rules: &RuleSet, options: &Options) -> Option<Box<dyn Stage>> {
    Some(match name {
        "entities" => Box::new(entities::Entities::new(rules, options)),
        "mojibake" => Box::new(mojibake::Mojibake::new(rules, options)),
        "controls" => Box::new(controls::Controls::new(rules, options)),
        "unicode" => Box::new(unicode::Unicode::new(rules, options)),
        "quotes" => Box::new(quotes::Quotes::new(rules, options)),
        "punctuation" => Box::new(punctuation::Punctuation::new(rules, options)),
        "whitespace" => Box::new(whitespace::Whitespace::new(rules, options)),
        _ => return None,
    })
}

/// What is known of a document before its first line is looked at: how it starts. What that tells is
/// worked out when first asked for, and the same for every line, batch and thread.
#[derive(Default)]
pub struct Survey {
    /// Whole lines of settled text.
    sample: String,
    evidence: OnceLock<mojibake::Evidence>,
    legacy: OnceLock<mojibake::LegacyEvidence>,
}

impl Survey {
    /// About how many bytes of a document are looked at.
    pub(crate) const SAMPLE: usize = 256 << 10;

    pub(crate) fn new(sample: String) -> Survey {
        Survey { sample, ..Survey::default() }
    }
}

/// One kind of repair.
pub trait Stage: Send + Sync {
    /// The name, as in [`ORDER`], in rule ids and in the configuration.
    fn id(&self) -> &'static str;

    /// The features without which the stage would push nothing: it is not called on a line that
    /// has none of them.
    fn needs(&self) -> Features;

    /// Those of them that it changes nearly every line for.
    fn changes(&self) -> Features {
        Features::NONE
    }

    /// Whether it brings a line to rest before the stages after it see the line: half-repaired text is
    /// evidence that they would tidy away.
    fn repeats(&self) -> bool {
        false
    }

    /// Pushes edits and findings for `line`, which holds no `\n`; offsets are bytes of `line`.
    fn edit(&self, line: &str, sink: &mut EditSink);

    /// Whether it wants to know the document.
    fn surveys(&self) -> bool {
        false
    }

    /// The same, knowing the document. A stage may repair more by that, but nothing that it would not
    /// leave alone afterwards when the document has been cleaned and is known no more.
    fn edit_in(&self, line: &str, _: &Survey, sink: &mut EditSink) {
        self.edit(line, sink);
    }
}
