//! Rules, held to their own examples: the one runner for lave's rules and for a user's.
//!
//! Every `fix` must come out as written, through the whole pipeline, and be credited to its rule;
//! what comes out must be clean; every `keep` must stay byte for byte under the strictest profile;
//! open gates must change nothing; every original must come back. An `open` example that starts to
//! come out right is a failure, too: it belongs with the fixes now.

use std::collections::HashMap;

use crate::config::Settings;
use crate::error::Result;
use crate::pipeline::Pipeline;
use crate::rule::{Example, Rule, RuleSet};

/// What one example showed to be wrong.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The file of the rule.
    pub file: String,
    /// The line of the example.
    pub line: usize,
    /// The rule.
    pub rule: String,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.what)
    }
}

/// How a set of rules did.
#[derive(Debug, Default)]
pub struct Proof {
    /// Rules looked at.
    pub rules: usize,
    /// Examples run.
    pub examples: usize,
    /// What went wrong.
    pub failures: Vec<Failure>,
}

/// Runs the examples of `files` (name and text); of lave's own rules if there are none.
///
/// # Errors
/// If a file does not load.
pub fn prove(files: &[(String, String)]) -> Result<Proof> {
    let mut set = if files.is_empty() { RuleSet::builtin_with_examples()? } else { RuleSet::default() };
    for (name, text) in files {
        set.add(name, text, true)?;
    }
    let mut prover = Prover { files, pipelines: HashMap::new(), proof: Proof::default() };
    for rule in set.rules() {
        prover.rule(rule)?;
    }
    Ok(prover.proof)
}

struct Prover<'f> {
    files: &'f [(String, String)],
    pipelines: HashMap<Vec<String>, (Pipeline, Pipeline)>,
    proof: Proof,
}

impl Prover<'_> {
    fn rule(&mut self, rule: &Rule) -> Result<()> {
        self.proof.rules += 1;
        for e in &rule.fix {
            self.fix(rule, e)?;
        }
        for e in &rule.keep {
            let name = |s: &str| vec![s.to_owned()];
            let base = [name("profile=web"), name("quotes.style=keep")].concat();
            let (text, by) = self.clean(rule, e, base)?;
            if text != e.output {
                self.fail(
                    rule,
                    e,
                    format!("a `keep` changed, by {}\n  in  {:?}\n  out {text:?}", by.join(", "), e.input),
                );
            }
        }
        for e in &rule.open {
            let (text, _) = self.clean(rule, e, Self::fix_base())?;
            if text == e.output {
                self.fail(rule, e, "an `open` example comes out right; move it to `fix`".to_owned());
            }
        }
        Ok(())
    }

    fn fix_base() -> Vec<String> {
        ["profile=news", "level=likely", "quotes.style=keep"].map(str::to_owned).to_vec()
    }

    fn fix(&mut self, rule: &Rule, e: &Example) -> Result<()> {
        let (text, by) = self.clean(rule, e, Self::fix_base())?;
        if text != e.output {
            let what =
                format!("a `fix` came out otherwise\n  in   {:?}\n  want {:?}\n  got  {text:?}", e.input, e.output);
            self.fail(rule, e, what);
            return Ok(());
        }
        if !by.contains(&rule.id) {
            let by = if by.is_empty() { "nobody".to_owned() } else { by.join(", ") };
            self.fail(rule, e, format!("a `fix` is credited to {by}: {:?}", e.input));
        }
        let again = Example { input: e.output.clone(), ..e.clone() };
        let (text, by) = self.clean(rule, &again, Self::fix_base())?;
        if text != e.output {
            let what = format!("`out` is not clean, says {}\n  out  {:?}\n  then {text:?}", by.join(", "), e.output);
            self.fail(rule, e, what);
        }
        Ok(())
    }

    /// The output for an example, and the rules that changed or found something.
    fn clean(&mut self, rule: &Rule, e: &Example, base: Vec<String>) -> Result<(String, Vec<String>)> {
        self.proof.examples += 1;
        let mut pairs = base;
        pairs.extend(e.set.iter().cloned());
        if !rule.enabled {
            pairs.push(format!("rules.enable={}", rule.id));
        }
        if !self.pipelines.contains_key(&pairs) {
            let mut settings = Settings::default();
            for p in &pairs {
                settings.set_pair(p, &format!("{}:{}", rule.source, e.line))?;
            }
            for (name, text) in self.files {
                settings.add_rules(name, text);
            }
            let both = (Pipeline::new(&settings)?, Pipeline::new(&settings)?.with_gates_open());
            self.pipelines.insert(pairs.clone(), both);
        }
        let (gated, open) = &self.pipelines[&pairs];
        let cleaned = gated.clean(e.input.as_bytes());
        let wide = open.clean(e.input.as_bytes());
        let mut by = Vec::new();
        if let Some(s) = cleaned.summary() {
            by.extend(s.tally.by_rule().map(|(id, ..)| cleaned.rule_name(id).to_owned()));
        }
        let text = cleaned.text().to_owned();
        let reverted = cleaned.revert();
        if wide.text() != text {
            let what = format!("with open gates it comes out otherwise\n  shut {text:?}\n  open {:?}", wide.text());
            self.fail(rule, e, what);
        }
        if reverted != e.input.as_bytes() {
            self.fail(rule, e, format!("the original does not come back: {:?}", String::from_utf8_lossy(&reverted)));
        }
        Ok((text, by))
    }

    fn fail(&mut self, rule: &Rule, e: &Example, what: String) {
        self.proof.failures.push(Failure { file: rule.source.clone(), line: e.line, rule: rule.id.clone(), what });
    }
}
