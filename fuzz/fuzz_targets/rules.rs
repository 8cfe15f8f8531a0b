//! Rule files: whatever stands in them is either a set of rules or an error with its place.
#![no_main]

use lave::rule::RuleSet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut set = RuleSet::default();
    match set.add("fuzz.toml", text, true) {
        Ok(()) => {
            for rule in set.rules() {
                assert!(rule.line >= 1 && rule.id.contains('.'));
                assert_ne!(set.id(&rule.id).0, u16::MAX);
            }
            // Without examples it is the same set; added again it replaces itself.
            set.add("fuzz.toml", text, false).expect("the same text");
        }
        Err(e) => assert!(e.to_string().starts_with("fuzz.toml:"), "{e}"),
    }
});
