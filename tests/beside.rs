//! Rules that look at the dropped lines beside a line: laws 2, 3 and 4 on documents made of their words.

use lave::{Pipeline, Settings};
use proptest::prelude::*;

const LINES: &[&str] = &[
    "The harbour board said on Tuesday that the new breakwater would be finished two years late and would cost half as much.",
    "Farmers in the valley say that they have waited for years for a bridge that can carry their lorries over the river in winter.",
    "A spokesman for the county said that the plans would be shown to everyone in the town hall before a decision is made in May.",
    "FILE - In this March 3, 2017 file photo, a tug leaves the pier in Helmsby after the storm that closed the harbour for three whole days in all.",
    "Mayor Paul Ostrander greets the crew of a rescue boat during a parade in Helmsby, Norland, September 25, 2016. Ann B. Quill",
    "Council weighs new road across town",
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

/// Cleans some of [`LINES`]: back comes what was, clean text stays, and cuts and gates change nothing.
fn laws_hold(picks: &[usize], level: &str) {
    let text: String = picks.iter().map(|&n| format!("{}\n", LINES[n])).collect();
    let p = pipeline(level);
    let cleaned = p.clean_str(&text);
    assert_eq!(cleaned.revert(), text.as_bytes());
    assert_eq!(p.clean_str(cleaned.text()).text(), cleaned.text(), "{text}");
    let cut = pipeline(level).with_batch(1).clean_str(&text);
    let open = pipeline(level).with_gates_open().clean_str(&text);
    for other in [cut, open] {
        assert_eq!(other.text(), cleaned.text(), "{text}");
        assert_eq!(format!("{:?}", other.findings()), format!("{:?}", cleaned.findings()), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn what_is_clean_stays_so(picks in prop::collection::vec(0..LINES.len(), 0..40), likely: bool) {
        laws_hold(&picks, if likely { "likely" } else { "safe" });
    }

    /// Lines as long as those of the text, of which rules drop some, and a title or two.
    #[test]
    fn among_long_lines(picks in prop::collection::vec(0..6usize, 0..14), likely: bool) {
        laws_hold(&picks, if likely { "likely" } else { "safe" });
    }
}

/// A long line that a rule drops is no wall: what is beyond it counts for the line above it.
#[test]
fn a_long_line_that_goes_is_no_wall() {
    for level in ["safe", "likely"] {
        laws_hold(&[0, 1, 4, 3, 2, 23, 5, 0, 1], level);
    }
}
