//! The rules that come with lave: sound, unique, enough of them, and true to their examples.

use lave::proof::prove;
use lave::rule::{BUILTIN, RuleSet};

/// Rules whose input no TOML string can hold, or whole pages; other tests have their examples.
const BYTES: &[&str] = &[
    "decode.transcode",
    "decode.island",
    "decode.undecodable",
    "pipeline.unsettled",
    "pipeline.guard",
    "pipeline.left-alone",
    "pipeline.too-long",
    "boilerplate.judged",
    "boilerplate.html",
];

fn all() -> RuleSet {
    let mut set = RuleSet::default();
    for (name, text) in BUILTIN {
        set.add(name, text, true).expect(name);
    }
    set
}

#[test]
fn every_example_holds() {
    let proof = prove(&[]).expect("rules load");
    let told: Vec<String> = proof.failures.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{} failures\n{}", told.len(), told.join("\n"));
    assert!(proof.rules >= 80, "{} rules", proof.rules);
}

#[test]
fn every_rule_has_examples_and_stands_in_its_file() {
    let set = all();
    let mut examples = 0;
    for r in set.rules() {
        // Those for one language, for what stands beside other furniture, and for credits that end a caption
        // have files of their own.
        let apart = matches!(r.stage(), "boilerplate" | "captions")
            && (matches!(r.source.as_str(), "rules/neighbours.toml" | "rules/credits.toml")
                || r.source.starts_with("rules/news_"));
        assert!(apart || r.source == format!("rules/{}.toml", r.stage()), "{} in {}", r.id, r.source);
        assert!(r.why.ends_with('.'), "{}: a reason is a sentence", r.id);
        examples += r.fix.len() + r.keep.len();
        if !BYTES.contains(&r.id.as_str()) {
            assert!(!r.fix.is_empty() && !r.keep.is_empty(), "{} lacks a fix or a keep", r.id);
        }
    }
    assert!(examples >= 250, "{examples} examples");
}
