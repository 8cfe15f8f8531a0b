//! The change guard: a document that would lose too much keeps its lines.

use lave::{Pipeline, Settings};

const BODY: &str = "The harbour board said on Tuesday that the new breakwater would be finished two years late and \
                    would cost half as much again as planned.\n";
const LINK: &str = "Read more: Villagers wait for the builders as the harbour wall gives way in the night\n";

fn pipeline(set: &[(&str, &str)]) -> Pipeline {
    let mut settings = Settings::profile("news").expect("there");
    for (key, value) in set {
        settings.set(key, value, "the test").expect("sound");
    }
    Pipeline::new(&settings).expect("sound")
}

/// `body` paragraphs and `links` to other articles.
fn text(body: usize, links: usize) -> String {
    format!("{}{}", BODY.repeat(body), LINK.repeat(links))
}

fn guarded(p: &Pipeline, text: &str) -> bool {
    let cleaned = p.clean_str(text);
    let findings = cleaned.findings().iter().filter(|f| p.rules().rule(f.rule).id == "pipeline.guard").count();
    assert!(findings <= 1);
    let kept = cleaned.text().contains("Read more");
    assert_eq!(kept, findings == 1, "lines stay, and a finding says so; or they go");
    let again = p.clean_str(cleaned.text());
    assert_eq!(again.text(), cleaned.text(), "what is clean stays so");
    kept
}

#[test]
fn too_much_at_once_stays() {
    let p = pipeline(&[]);
    assert!(guarded(&p, &text(3, 20)));
    assert!(!guarded(&p, &text(10, 10)));
    assert!(!guarded(&p, &text(1, 8)), "a short document is not guarded");
}

#[test]
fn the_share_is_the_users() {
    assert!(guarded(&pipeline(&[("guard.max_loss", "20")]), &text(10, 10)));
    for off in ["0", "100"] {
        assert!(!guarded(&pipeline(&[("guard.max_loss", off)]), &text(3, 20)));
    }
    assert!(!guarded(&pipeline(&[("profile", "web")]), &text(3, 20)), "web drops most of many pages");
}

#[test]
fn only_lines_are_withdrawn() {
    let p = pipeline(&[]);
    let dirty = text(3, 20).replace("Tuesday", "Tues\u{AD}day &amp; so on");
    let cleaned = p.clean_str(&dirty);
    assert!(cleaned.text().contains("Tuesday & so on") && cleaned.text().contains("Read more"));
}

#[test]
fn however_it_is_cut() {
    // Longer than what is guarded.
    let long = text(3000, 90_000);
    assert!(long.len() > 5 << 20);
    for text in [text(3, 20), text(10, 10), long] {
        let whole = pipeline(&[]).clean_str(&text).text().to_owned();
        for bytes in [1, 1000, 1 << 20] {
            assert_eq!(pipeline(&[]).with_batch(bytes).clean_str(&text).text(), whole);
            if text.len() > 1 << 20 {
                break;
            }
        }
    }
}

/// Batches may wait for a mark and for the guard; if they may not, the document is read ahead.
#[test]
fn a_document_that_is_not_held() {
    let body = "The harbour board said on Tuesday that the new breakwater would be finished two years late and would cost half as much again as planned.\n";
    let tweet = |time: &str| format!("{body}Follow\nThe wall is gone!\n{}{time}{body}", body.repeat(8));
    let (bare, marked) = (tweet(""), tweet("9:14 PM - 3 Mar 2017\n"));
    for (text, goes) in [(&bare, false), (&marked, true)] {
        assert_eq!(!pipeline(&[]).clean_str(text).text().contains("Follow"), goes);
    }
    for text in [bare, marked, text(3, 20), text(10, 10), text(30, 210)] {
        let whole = pipeline(&[]).clean_str(&text);
        for batch in [1, 300] {
            let cut = pipeline(&[]).with_batch(batch).with_held(0).clean_str(&text);
            assert_eq!(cut.text(), whole.text());
            assert_eq!(cut.changes().len(), whole.changes().len());
            assert_eq!(cut.findings().len(), whole.findings().len());
        }
    }
    assert!(guarded(&pipeline(&[]).with_batch(300).with_held(0), &text(3, 20)));
}

#[test]
fn what_is_long_is_no_document() {
    let long = text(30, 210_000);
    assert!(long.len() > 5 << 20);
    assert!(!guarded(&pipeline(&[]), &long));
}
