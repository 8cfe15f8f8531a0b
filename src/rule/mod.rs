//! Rules: what lave knows, as data with its own examples.
//!
//! A rule says under which id a change stands in the report, how sure it is, and either that a
//! stage does the work in code (`do = "builtin"`) or what to match and what to do with it. The
//! rules that come with lave are in `rules/<stage>.toml`; the part of an id before the dot names
//! the stage that it belongs to.

mod ends;
mod gate;
mod key;
mod lean;
mod lines;
mod load;
mod matcher;
mod need;
mod needles;
mod sieve;
mod tree;
mod wide;

use std::collections::HashMap;

pub use crate::edit::{Effect, RuleId, Rules};
pub(crate) use gate::Gates;
use key::becomes_ascii;
pub(crate) use key::{Key, Places};
pub(crate) use lines::{LineRules, Scratch, is_body, is_title, words};
pub use load::BUILTIN;
pub(crate) use matcher::Matcher;

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Right on everything that its authors could find; acts by default.
    Safe,
    /// Right nearly always; acts with `--level likely`, else it is a finding.
    Likely,
    /// Never changes text; always a finding.
    Show,
}

impl Level {
    /// The names, in the order of the levels.
    pub const NAMES: [&'static str; 3] = ["safe", "likely", "show"];

    /// By its name.
    pub fn parse(s: &str) -> Option<Level> {
        Some(match s {
            "safe" => Level::Safe,
            "likely" => Level::Likely,
            "show" => Level::Show,
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// What a rule does where it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The stage does it in code.
    Builtin,
    /// The line goes; with `and_next`, the next line goes with it if it reads like a title.
    DeleteLine {
        /// `with = "next-line"`
        and_next: bool,
    },
    /// Capture group `.0` of the match goes (0: the whole match); the rest of the line stays.
    Cut(usize),
    /// The match gives way to this text, in which `$1` or `${name}` stands for a group.
    Replace(String),
    /// A finding, whatever the level.
    Flag,
}

/// Where in a document a line stands, as seen from its body: the lines of at least 20 words that
/// end in a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Before the first body line.
    Head,
    /// After the last body line.
    Tail,
    /// Head or tail; or the document has no body line.
    Edge,
    /// Between two body lines.
    Inside,
}

/// What the nearest line that stays, above or below, must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbour {
    /// A body line.
    Body,
    /// The start or end of the document.
    Edge,
    /// A line that is no body line.
    Short,
    /// A body line, or the start or end of the document.
    BodyOrEdge,
}

/// Conditions beside the pattern. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// Literals of which a match holds at least one, where the pattern does not show them.
    pub needles: Vec<String>,
    /// Most characters that the line may have.
    pub line_max: Option<u32>,
    /// Fewest words.
    pub words_min: Option<u32>,
    /// Most words.
    pub words_max: Option<u32>,
    /// Whether the line ends in `.`, `!` or `…`, quotes and brackets after it aside. A question mark
    /// does not count: headlines ask.
    pub final_stop: Option<bool>,
    /// Whether every word of four letters or more begins with a capital, as in names and titles.
    pub capitals: Option<bool>,
    /// Place in the document.
    pub zone: Option<Zone>,
    /// The nearest line above that stays.
    pub prev: Option<Neighbour>,
    /// The nearest line below that stays.
    pub next: Option<Neighbour>,
    /// A mark that some line of the document must bear.
    pub needs: Option<String>,
    /// A mark, borne by one of the dropped lines right above: between it and this line none stays.
    pub after: Option<String>,
    /// The same, right below.
    pub before: Option<String>,
}

/// The mark that every dropped line bears.
pub const FURNITURE: &str = "furniture";

impl When {
    /// Whether it asks for anything beside the line itself.
    pub fn looks_around(&self) -> bool {
        self.zone.is_some() || self.prev.is_some() || self.next.is_some() || self.needs.is_some() || self.is_beside()
    }

    /// Whether it asks for lines beside it that are dropped.
    pub fn is_beside(&self) -> bool {
        self.after.is_some() || self.before.is_some()
    }
}

/// One example of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Example {
    /// What goes in.
    pub input: String,
    /// What comes out; the same as `input` for a `keep`.
    pub output: String,
    /// Options to set, as `key=value`.
    pub set: Vec<String>,
    /// The line of the rule file that it stands on.
    pub line: usize,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `stage.name`
    pub id: String,
    /// Why it is right, in a sentence.
    pub why: String,
    /// How sure.
    pub level: Level,
    /// Whether it is in force unless the configuration says otherwise.
    pub enabled: bool,
    /// What it does.
    pub action: Action,
    /// Under which conditions.
    pub when: When,
    /// The regular expression, matched against the line's key: case folded, digits as `0`, spaces
    /// and quotes plain.
    pub pattern: Option<String>,
    /// The mark that a line matched by this rule bears, for rules that need it.
    pub marks: Option<String>,
    /// Input that it repairs.
    pub fix: Vec<Example>,
    /// Input that it leaves alone.
    pub keep: Vec<Example>,
    /// Input that it ought to repair and does not yet.
    pub open: Vec<Example>,
    /// Whether it comes with lave.
    pub own: bool,
    /// The file that it stands in.
    pub source: String,
    /// The line of that file.
    pub line: usize,
}

impl Rule {
    /// Whether it changes a part of a line, and not lines as a whole.
    pub fn is_partial(&self) -> bool {
        matches!(self.action, Action::Cut(_) | Action::Replace(_))
    }

    /// The stage that it belongs to.
    pub fn stage(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }
}

/// Rules in force together, in order; ids are unique.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    by_id: HashMap<String, RuleId>,
    hash: u64,
}

impl RuleSet {
    /// All rules; [`RuleId`]`(n)` names the `n`th.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule that `id` names.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }

    /// The id of the rule called `name`, or [`RuleId::NONE`].
    pub fn id(&self, name: &str) -> RuleId {
        self.by_id.get(name).copied().unwrap_or(RuleId::NONE)
    }

    /// XXH3 of the text of all rule files, in order: equal hashes, equal rules.
    pub fn hash(&self) -> u64 {
        self.hash
    }
}
