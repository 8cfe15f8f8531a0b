//! Lines of news pages that other cleaners leave in, or take sentences for: each stands in an article
//! of its own, and goes or stays at both levels.

use lave::{Pipeline, Settings};

const PROSE: &str = "The harbour board said on Tuesday that the new breakwater would be finished two years late, \
    and that it would cost half as much again as had been planned at first.";

/// Where a line stands.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Head,
    Between,
    Tail,
}
use At::{Between, Head, Tail};

const FURNITURE: &[(At, &str)] = &[
    (Tail, "Copyright 2019 The Associated Press. All rights reserved. This material may not be published."),
    // Captions: an agency's, with a credit, of an old picture, of a gallery.
    (Between, "Actor Peter Quill arrives for the premiere in Sydney, Australia, September 25, 2016. Ann Ode"),
    (Between, "Senator John Doe speaks in Washington, March 3, 2017. REUTERS/Ann Ode"),
    (Between, "FILE PHOTO: A logo is seen in Zurich, Switzerland, October 1, 2016. REUTERS/Ann Ode/File Photo"),
    (Between, "Image copyright Getty Images Image caption Police said that a man was arrested"),
    (Between, "Hide Caption 3 of 12"),
    // A pointer to another article.
    (Between, "READ MORE"),
    // Who wrote it.
    (Tail, "Source: Harbour Post And Agencies"),
    (Tail, "Source: News agencies"),
    (Tail, "Jane Doe contributed to this report."),
    (Tail, "Associated Press writer Maria Rossi in Rome contributed to this report."),
    // What the site wants of its readers, and what its lawyers want.
    (Between, "Sign up for our newsletter to get the day's top stories in your inbox"),
    (Tail, "Have you been affected by the storm? Email us at haveyoursay@example.org"),
    (Tail, "Please enable JavaScript to view the comments powered by Disqus."),
    (
        Head,
        "We use cookies to improve your experience. By continuing to use this site you agree to our use of cookies.",
    ),
];

/// What only `likely` takes: with a headline, a byline, a time.
const LIKELY: &[(At, &str)] = &[
    (Between, "Photos: The storm in pictures"),
    (Between, "READ MORE\n\nVillagers wait for the builders as the harbour wall gives way"),
    (Head, "By Jane Doe, CNN\n\nUpdated 1423 GMT (2223 HKT) March 3, 2017"),
];

const TEXT: &[(At, &str)] = &[
    (Between, "Source: a senior official told Reuters that the board had met twice that week."),
    (Between, "The bank said it uses cookies to track staff."),
    (Between, "The image caption contest drew 4,000 entries."),
    (Between, "Andrew Kelly"),
];

fn cleaned(level: &str, at: At, line: &str) -> (String, String) {
    let mut settings = Settings::profile("news").expect("a profile");
    settings.set("level", level, "test").expect("a level");
    let article = match at {
        Head => format!("{line}\n\n{PROSE}\n\n{PROSE}\n"),
        Between => format!("{PROSE}\n\n{PROSE}\n\n{line}\n\n{PROSE}\n"),
        Tail => format!("{PROSE}\n\n{PROSE}\n\n{line}\n"),
    };
    let pipeline = Pipeline::new(&settings).expect("sound settings");
    let clean = pipeline.clean(article.as_bytes());
    assert_eq!(clean.revert(), article.as_bytes());
    (clean.text().to_owned(), article)
}

#[test]
fn furniture_goes_and_prose_stays() {
    let sure = FURNITURE.iter().flat_map(|f| [("safe", f), ("likely", f)]);
    for (level, &(at, line)) in sure.chain(LIKELY.iter().map(|f| ("likely", f))) {
        let (clean, _) = cleaned(level, at, line);
        for l in line.lines().filter(|l| !l.is_empty()) {
            assert!(!clean.contains(l), "{level}: {l}");
        }
        assert!(clean.contains(PROSE));
    }
}

#[test]
fn text_that_looks_like_furniture_stays() {
    for &(at, line) in TEXT {
        for level in ["safe", "likely"] {
            let (clean, article) = cleaned(level, at, line);
            assert_eq!(clean, article, "{level}");
        }
    }
}
