//! A user's rules at work: a rule file, a zero byte, a document. The laws hold for any rules that
//! load; only a rule that feeds itself may leave a line unsettled, and needles of the author's own
//! are taken at their word.
#![no_main]

use lave::Settings;
use lave_fuzz::{Bench, halves};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((rules, document)) = halves(data) else { return };
    let mut s = Settings::default();
    // Of lave's own rules few run, or building them would take all the time; those of a stage that
    // lave does not know always do.
    s.set("stages", "whitespace", "fuzz").expect("sound");
    s.add_rules("fuzz.toml", rules);
    if let Some(bench) = Bench::of(&s, false, !rules.contains("needles")) {
        bench.check(document);
    }
});
