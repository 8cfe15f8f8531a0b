//! The judge of whole pages, and unwrapping before it, seen from outside.

use lave::{Cleaned, Pipeline, Settings};

// In Swedish, for which there are no rules that would come first.
const FURNITURE: &str = "\
Hoppa till innehållet
Startsidan
Nyheter
Sport
Väder
Kultur
Kontakta oss
Om oss
Sök
Logga in
Bli medlem
Kundtjänst
Annonsera
Tipsa oss
Prenumerera
Mina sidor

";
const ARTICLE: &str = "\
Den sista färjan lämnar den gamla hamnen

Färjan lämnade den gamla hamnen i gryningen på måndagen, och ingen som stod på kajen den morgonen trodde att det skulle bli den sista gången som de såg den gå.

Ministrarna sade att bron skulle öppnas till våren, efter två år av arbete och många förseningar, och att den skulle bli fri för alla som går eller cyklar.

\"Det var ett bra skepp\", sade Anna Ode, som har arbetat på det i tjugo år. \"Jag vet inte vad jag ska göra nu, men jag ska inte arbeta på en bro.\"

Företaget som har byggt bron ville inte säga vad den till slut skulle kosta, men man vet att staden har betalat mer än den hade tänkt.

I själva staden finns det många som kommer att sakna färjan, och några har börjat fråga om den inte kunde leva vidare som ett museum, åtminstone på sommaren.
";
const TAIL: &str = "
Dela på Facebook
Dela på Twitter
Skriv ut
Läs mer
Mest lästa
Senaste nytt
Relaterade artiklar
Kommentarer (3)
Logga in för att kommentera
Kontakta redaktionen
Om cookies
Personuppgiftspolicy
Ansvarig utgivare
Lediga jobb
Följ oss
Facebook
Twitter
Instagram
Till toppen
Copyright 2015 Hamnbladet
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
fn sound_text_keeps_what_is_only_likely_to_be_furniture() {
    const PROSE: &str = "The ferry left the old harbour at dawn on Monday, and nobody who stood on the quay that \
        morning thought that it would be the last time that they saw it go.\n\n";
    let article = format!("The last ferry\n\nBy Ann Ode\n\nMarch 3, 2015\n\n{}", PROSE.repeat(6));
    let article = article.trim_end().to_owned() + "\n";
    let c = web(&[]).clean(article.as_bytes());
    assert_eq!(c.text(), article);
    assert!(found_by(&c).contains(&"boilerplate.byline".to_owned()), "{:?}", found_by(&c));
    let c = web(&["boilerplate.judge=false"]).clean(article.as_bytes());
    assert!(!c.text().contains("Ann Ode"), "{}", c.text());
    // What is sure goes from anywhere.
    let signed = article.clone() + "\nSign up for our newsletter to get the day's top stories.\n";
    assert_eq!(web(&[]).clean(signed.as_bytes()).text(), article);
}

#[test]
fn furniture_goes_and_says_why() {
    let page = format!("{FURNITURE}{ARTICLE}{TAIL}");
    let c = web(&[]).clean(page.as_bytes());
    assert_eq!(c.text(), ARTICLE);
    assert_eq!(c.revert(), page.as_bytes());
    assert_eq!(web(&[]).clean(c.text().as_bytes()).text(), c.text());
    let why: Vec<_> = c.changes().iter().flat_map(|c| &c.why).collect();
    assert!(why.len() >= 20, "{}", why.len());
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
fn what_rules_dropped_shows_what_the_page_is() {
    const HEAD: &str = "\
Skip to content
Home
News
Sport
Weather
Tide tables
Classified notices
Webcams
Culture
Jobs
Contact us
About us
Search
Sign in
Subscribe
";
    const TEXT: &str = "\
The last ferry leaves the old harbour

The ferry left the old harbour at dawn on Monday, and none of those who stood on the quay that morning thought that it would be the last time they saw it go.

The ministers said that the bridge would be opened in the spring, after two years of work and many delays, and that it would be free for all who walk or cycle.

\"It was a good ship,\" said Ann Ode, who has worked on it for twenty years. \"I do not know what I will do now, but I will not work on a bridge.\"

The company that has built the bridge would not say what it was to cost in the end, but it is known that the town has paid more than it had planned.

In the town itself there are many who will miss the ferry, and some have begun to ask whether it could not live on as a museum, at least in the summer.
";
    const TAIL: &str = "\
Share on Facebook
Share on Twitter
Print this page
Most read
Related stories
Bridge to open in the spring
Harbour wall gives way
Comments (3)
Sign in to comment
Sign up for our newsletter
Terms of use
Privacy policy
Boat of the week
Cookies
Advertise with us
Follow us on Twitter
Back to top
Copyright 2015 The Bulletin. All rights reserved.
";
    // Set apart by blank lines, and not: rules take most of the furniture, the judge the rest.
    for glue in ["\n", ""] {
        let text = if glue.is_empty() { TEXT.replace("\n\n", "\n") } else { TEXT.to_owned() };
        let page = format!("{HEAD}{glue}{text}{glue}{TAIL}");
        let c = web(&[]).clean(page.as_bytes());
        // Where nothing sets it apart, the title may pass for one of the headlines above it.
        let body = text.split_once("\n\n").map_or_else(|| text.split_once('\n').map_or("", |t| t.1), |_| &text[..]);
        assert!(c.text() == text || c.text() == body, "{}", c.text());
        assert!(c.changes().iter().any(|change| !change.why.is_empty()));
        assert_eq!(web(&[]).clean(text.as_bytes()).text(), text);
        let rules_only = web(&["boilerplate.judge=false"]).clean(page.as_bytes());
        assert!(text.len() < rules_only.text().len() && rules_only.text().len() < page.len());
    }
}

#[test]
fn confidence_moves_the_line() {
    let page = format!("{FURNITURE}{ARTICLE}{TAIL}");
    let lines = |most: &str| web(&[most]).clean(page.as_bytes()).text().lines().count();
    let few = lines("boilerplate.min_confidence=0");
    let more = lines("boilerplate.min_confidence=70");
    let all = lines("boilerplate.min_confidence=101");
    assert!(few <= more && more <= all && few < all, "{few} {more} {all}");
}

#[test]
fn other_profiles_do_not_judge_and_level_safe_only_tells() {
    let page = format!("{FURNITURE}{ARTICLE}{TAIL}");
    let news = Pipeline::new(&Settings::default()).expect("sound settings").clean(page.as_bytes());
    assert!(news.text().contains("Lediga jobb"));
    let c = web(&["boilerplate.level=safe"]).clean(page.as_bytes());
    assert!(c.text().contains("Lediga jobb"));
    assert!(found_by(&c).iter().any(|r| r == "boilerplate.judged"));
}

#[test]
fn html_is_left_alone_and_named() {
    let page = format!("<!DOCTYPE html>\n<html><body>\n{FURNITURE}{ARTICLE}{TAIL}</body></html>\n");
    let c = web(&[]).clean(page.as_bytes());
    assert!(c.text().contains("Lediga jobb"));
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
    assert_eq!(c.text(), ARTICLE);
    assert_eq!(c.revert(), page.as_bytes());
}
