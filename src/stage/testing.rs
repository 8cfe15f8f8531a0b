//! One stage by itself, for unit tests: every rule that comes with lave may act.

use std::sync::{Arc, LazyLock};

use super::Stage;
use crate::edit::{EditSet, EditSink, Effect};
use crate::rule::{Level, RuleSet};

/// The rules that come with lave, read once for all tests.
pub(crate) fn rules() -> &'static RuleSet {
    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().expect("rules load"));
    &RULES
}

/// What one stage made of one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Washed {
    /// The line after as many passes as it took.
    pub(crate) text: String,
    /// Ids of the rules that edited, with repeats, in order of place and pass.
    pub(crate) by: Vec<String>,
    /// Rule and text of what was flagged in the last pass, and of what was flagged to last.
    pub(crate) seen: Vec<(String, String)>,
}

/// Runs `stage` on `line` until it makes no edit. Rules of level `show` flag, all others act.
///
/// # Panics
/// If the stage does not settle within 100 passes.
pub(crate) fn wash(stage: &dyn Stage, rules: &RuleSet, line: &str) -> Washed {
    let effects: Arc<[Effect]> =
        rules.rules().iter().map(|r| if r.level == Level::Show { Effect::Flag } else { Effect::Act }).collect();
    let mut sink = EditSink::new(effects);
    let mut set = EditSet::default();
    let mut out = Washed { text: line.to_owned(), by: Vec::new(), seen: Vec::new() };
    for _ in 0..100 {
        let mut seen = Vec::new();
        let mut base = 0;
        for sub in out.text.split('\n') {
            sink.set_base(base);
            stage.edit(sub, &mut sink);
            base += sub.len() + 1;
        }
        let told = |s: crate::edit::Seen| (rules.rule(s.rule).id.clone(), out.text[s.span.range()].to_owned());
        seen.extend(sink.drain_seen().map(told));
        let lasting: Vec<_> = sink.drain_lasting().map(told).collect();
        out.seen.extend(lasting);
        sink.take(&out.text, &mut set);
        if set.is_identity() {
            out.seen.extend(seen);
            return out;
        }
        for e in set.edits() {
            out.by.extend(e.rules.iter().map(|&r| rules.rule(r).id.clone()));
        }
        out.text = set.apply(&out.text);
    }
    panic!("{} does not settle on {line:?}: {:?}", stage.id(), out.text);
}
