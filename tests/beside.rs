//! Rules that look at the dropped lines beside a line: laws 2, 3 and 4 on documents made of their words.

use lave::{Pipeline, Settings};
use proptest::prelude::*;

const LINES: &[&str] = &[
    "The harbour board said on Tuesday that the new breakwater would be finished two years late and would cost half as much.",
    "Related stories",
    "Villagers wait for the builders of the wall",
    "Read more:",
    "Read more: Who will pay for the wall",
    "Advertisement",
    "March 3, 2017",
    "By Edda Lindt",
    "Edda Lindt",
    "Facebook",
    "Share this story",
    "Tags:",
    "salt",
    "He slept.",
    "Now playing",
    "(8 photos)",
    "Trending",
    "A wall too late",
    "",
    "Ideas",
    "À lire aussi",
    "Qui paiera la digue du port",
    "By:",
    "Also read",
];

fn pipeline(level: &str) -> Pipeline {
    let mut settings = Settings::profile("news").expect("there");
    settings.set("level", level, "the test").expect("sound");
    settings.set("guard.max_loss", "0", "the test").expect("sound");
    Pipeline::new(&settings).expect("sound")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn what_is_clean_stays_so(picks in prop::collection::vec(0..LINES.len(), 0..40), likely: bool) {
        let text: String = picks.iter().map(|&n| format!("{}\n", LINES[n])).collect();
        let p = pipeline(if likely { "likely" } else { "safe" });
        let cleaned = p.clean_str(&text);
        prop_assert_eq!(cleaned.revert(), text.as_bytes());
        let again = p.clean_str(cleaned.text());
        prop_assert_eq!(again.text(), cleaned.text());
        let cut = pipeline(if likely { "likely" } else { "safe" }).with_batch(1).clean_str(&text);
        prop_assert_eq!(cut.text(), cleaned.text());
        let open = pipeline(if likely { "likely" } else { "safe" }).with_gates_open().clean_str(&text);
        prop_assert_eq!(open.text(), cleaned.text());
        prop_assert_eq!(format!("{:?}", open.findings()), format!("{:?}", cleaned.findings()));
        prop_assert_eq!(format!("{:?}", cut.findings()), format!("{:?}", cleaned.findings()));
    }
}
