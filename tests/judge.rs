//! The judge of whole pages, and unwrapping before it, seen from outside.

use lave::{Cleaned, Pipeline, Settings};

const FURNITURE: &str = "\
Home
News
Sport
Weather
Search
Log in
Sign up
Subscribe to our newsletter
Share on Facebook
Share on Twitter
Email
Print

";
const ARTICLE: &str = "\
The last ferry leaves the old harbour

The ferry left the old harbour at dawn on Monday, and nobody who stood on the quay that morning thought that it would be the last time that they saw it go.

Ministers said that the bridge would be opened in the spring, after two years of work and many a delay, and that it would be free for all who walk or ride a bicycle.

\"It was a good ship,\" said Ann Ode, who has worked on it for twenty years. \"I do not know what I will do now, but I am not going to work on a bridge.\"

The company that has built the bridge did not want to say what it would cost in the end, but it is known that the town has paid more than it had planned to.

In the town itself there are many who will miss the ferry, and there are some who have begun to ask whether it could not go on as a museum, at least in the summer.
";
const TAIL: &str = "
3 comments
Reply
Report
Most read
Latest news
Related articles
Weather forecast for the weekend
Contact us
About us
Advertise
Terms of use
Privacy policy
Cookie policy
Copyright 2015 Harbour News. All rights reserved.
";

fn web(pairs: &[&str]) -> Pipeline {
    let mut s = Settings::profile("web").expect("a profile");
    pairs.iter().for_each(|p| s.set_pair(p, "test").expect("a key"));
    Pipeline::new(&s).expect("sound settings")
}

fn found_by(c: &Cleaned) -> Vec<String> {
    c.findings().iter().map(|f| c.rule_name(f.rule).to_owned()).collect()
}

#[test]
fn furniture_goes_and_says_why() {
    let page = format!("{FURNITURE}{ARTICLE}{TAIL}");
    let c = web(&[]).clean(page.as_bytes());
    assert!(c.text().contains(ARTICLE.trim_end()), "{}", c.text());
    assert_eq!(c.revert(), page.as_bytes());
    assert_eq!(web(&[]).clean(c.text().as_bytes()).text(), c.text());
    let why: Vec<_> = c.changes().iter().flat_map(|c| &c.why).collect();
    assert!(why.is_sorted_by_key(|w| w.line));
    for w in why {
        assert!(w.score < 0 && (50..=100).contains(&w.confidence) && w.reasons.len() == 3, "{w:?}");
        let line = page.lines().nth(w.line as usize - 1).expect("a line");
        assert!(!line.is_empty() && !ARTICLE.contains(line), "{w:?}");
    }
}

#[test]
fn an_article_alone_stays() {
    assert_eq!(web(&[]).clean(ARTICLE.as_bytes()).text(), ARTICLE);
}

#[test]
fn confidence_moves_the_line() {
    let page = format!("{FURNITURE}{ARTICLE}{TAIL}");
    let lines = |most: &str| web(&[most]).clean(page.as_bytes()).text().lines().count();
    let few = lines("boilerplate.min_confidence=0");
    let more = lines("boilerplate.min_confidence=70");
    let all = lines("boilerplate.min_confidence=101");
    assert!(few <= more && more <= all);
}

#[test]
fn other_profiles_do_not_judge_and_level_safe_only_tells() {
    let page = format!("{FURNITURE}{ARTICLE}{TAIL}");
    let news = Pipeline::new(&Settings::default()).expect("sound settings").clean(page.as_bytes());
    assert!(news.text().contains("Weather forecast"));
    let c = web(&["boilerplate.level=safe"]).clean(page.as_bytes());
    assert!(c.text().contains("Weather forecast"));
    assert!(found_by(&c).iter().any(|r| r == "boilerplate.judged"));
}

#[test]
fn html_is_left_alone_and_named() {
    let page = format!("<!DOCTYPE html>\n<html><body>\n{FURNITURE}{ARTICLE}{TAIL}</body></html>\n");
    let c = web(&[]).clean(page.as_bytes());
    assert!(c.text().contains("Weather forecast"));
    assert!(found_by(&c).iter().any(|r| r == "boilerplate.html"));
}

#[test]
fn silent_where_the_language_is_not_known() {
    let page = format!(
        "{FURNITURE}{}{TAIL}",
        "Lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod.\n".repeat(20)
    );
    let other: String = page.lines().map(|l| format!("{}\n", l.chars().rev().collect::<String>())).collect();
    assert_eq!(
        web(&["rules.disable=captions.*,boilerplate.read-more"])
            .clean(other.as_bytes())
            .changes()
            .iter()
            .flat_map(|c| &c.why)
            .count(),
        0
    );
}

#[test]
fn wrapped_text_is_joined_before_it_is_judged() {
    let mut wrapped = String::new();
    for line in ARTICLE.lines() {
        let mut width = 3;
        wrapped.push_str("   ");
        for (i, word) in line.split(' ').enumerate() {
            if i > 0 && width + 1 + word.chars().count() > 72 {
                wrapped.push_str("\n   ");
                width = 3;
            } else if i > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += word.chars().count();
        }
        wrapped.push('\n');
    }
    let page = format!("{FURNITURE}{wrapped}{TAIL}");
    let c = web(&[]).clean(page.as_bytes());
    assert!(c.text().contains(ARTICLE.trim_end()), "{}", c.text());
    assert_eq!(c.revert(), page.as_bytes());
}
