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

#[test]
fn a_document_that_is_not_held() {
    // Two million lines take more memory than batches may that wait.
    let long = text(30, 210) + &"\n".repeat(2_000_000) + &text(30, 210);
    for batch in [1 << 16, 1 << 22] {
        assert!(guarded(&pipeline(&[]).with_batch(batch), &long));
        assert!(!guarded(&pipeline(&[]).with_batch(batch), &(long.clone() + &text(2000, 2))));
    }
}

#[test]
fn what_is_long_is_no_document() {
    let long = text(30, 210_000);
    assert!(long.len() > 5 << 20);
    assert!(!guarded(&pipeline(&[]), &long));
}
