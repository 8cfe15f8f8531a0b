//! Punctuation: space before a stop, stops doubled by mistake, spaces inside brackets; dashes and
//! ellipses only by option.
//!
//! What is wrong in one language is right in another, so that a line must first show its language
//! by its small words: where it does, rules are safe; where it does not, `likely`; and no line that
//! may be French loses its space before `:;!?`. It settles because each edit removes a
//! character, or gives a dash or ellipsis the one form that is not looked for.
//!
//! It refuses: lines with a sign of code or markup; ellipses in any number of dots; faces, `.NET`,
//! `.5`, `?.`, numbers and ratios; `!!!!`, which someone meant; `[ ]`, `[x]` and `f( x )`.

mod brackets;
mod line;
mod space;
mod style;

use super::Stage;
use crate::edit::{EditSink, RuleId};
use crate::features::Features;
use crate::options::{Dashes, Ellipsis, Options};
use crate::rule::RuleSet;

/// The stage.
pub(crate) struct Punctuation {
    ids: Ids,
    dashes: Dashes,
    ellipsis: Ellipsis,
}

/// The rules, by what they do; `other` where the language is not told.
struct Ids {
    stop: RuleId,
    stop_other: RuleId,
    mark: RuleId,
    mark_other: RuleId,
    doubled: RuleId,
    doubled_other: RuleId,
    bracket: RuleId,
    bracket_other: RuleId,
    dashes: RuleId,
    ellipsis: RuleId,
}

impl Punctuation {
    /// With the ids of `rules` and what `options` ask for.
    pub(crate) fn new(rules: &RuleSet, options: &Options) -> Self {
        let id = |name| rules.id(name);
        Punctuation {
            ids: Ids {
                stop: id("punctuation.space-before-stop"),
                stop_other: id("punctuation.space-before-stop-any"),
                mark: id("punctuation.space-before-mark"),
                mark_other: id("punctuation.space-before-mark-any"),
                doubled: id("punctuation.doubled-comma"),
                doubled_other: id("punctuation.doubled-comma-any"),
                bracket: id("punctuation.space-in-brackets"),
                bracket_other: id("punctuation.space-in-brackets-any"),
                dashes: id("punctuation.dashes"),
                ellipsis: id("punctuation.ellipsis"),
            },
            dashes: options.punctuation_dashes,
            ellipsis: options.punctuation_ellipsis,
        }
    }
}

impl Stage for Punctuation {
    fn id(&self) -> &'static str {
        "punctuation"
    }

    fn needs(&self) -> Features {
        let needs = Features::SPACE_STOP | Features::SPACE_BRACKET | Features::STOP_RUN;
        let dashes = match self.dashes {
            Dashes::Keep => Features::NONE,
            Dashes::Hyphen => Features::DASH,
            // No feature tells of a single hyphen between spaces.
            Dashes::Em => Features::ALL,
        };
        let ellipsis = match self.ellipsis {
            Ellipsis::Keep => Features::NONE,
            Ellipsis::Dots => Features::DASH,
            Ellipsis::Char => Features::STOP_RUN,
        };
        needs | dashes | ellipsis
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        if line::may_be_code(line) {
            return;
        }
        let mut cache = None;
        let mut language = || *cache.get_or_insert_with(|| line::language(line));
        space::edit(line, &mut language, &self.ids, sink);
        brackets::edit(line, &mut language, &self.ids, sink);
        style::dashes(line, self.dashes, &self.ids, sink);
        style::ellipses(line, self.ellipsis, &self.ids, sink);
    }
}

#[cfg(test)]
mod tests;
