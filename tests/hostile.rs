//! Documents made to be slow or to fall between two stools: they end soon, and as they should.

use lave::{Cleaned, Pipeline, Settings};

fn pipeline(pairs: &[&str]) -> Pipeline {
    let mut s = Settings::default();
    pairs.iter().for_each(|p| s.set_pair(p, "test").expect(p));
    Pipeline::new(&s).expect("sound settings")
}

fn same(a: &Cleaned, b: &Cleaned) {
    assert_eq!(a.text(), b.text());
    assert!(a.changes() == b.changes(), "{} changes, {}", a.changes().len(), b.changes().len());
    assert!(a.findings() == b.findings(), "{} findings, {}", a.findings().len(), b.findings().len());
}

/// A change over the limit is told in parts, the same ones however the document is cut.
#[test]
fn a_long_change_is_cut_free() {
    let dropped = "Story continues below advertisement\n".repeat(4000);
    let text = format!("The river rose.\n\n{dropped}\u{200B}\n{dropped}The river fell.\n");
    let whole = pipeline(&["guard.max_loss=0"]).clean(text.as_bytes());
    assert_eq!(whole.text(), "The river rose.\n\nThe river fell.\n");
    assert!(whole.changes().len() > 4);
    assert_eq!(whole.revert(), text.as_bytes());
    for (bytes, jobs) in [(1000, 3), (70_000, 1)] {
        same(&pipeline(&["guard.max_loss=0"]).with_batch(bytes).with_jobs(jobs).clean(text.as_bytes()), &whole);
    }
}

/// One line with as many findings as edits; 4 MB of it once took four minutes.
#[test]
fn findings_on_a_long_line() {
    let text = "a\u{202E}\u{200B}".repeat(50_000);
    let c = pipeline(&[]).clean(text.as_bytes());
    assert_eq!((c.changes().len(), c.findings().len()), (50_000, 50_000));
    assert_eq!(c.findings()[49_999].old_range.start, 349_994);
    assert_eq!(c.revert(), text.as_bytes());
}

/// As many lines with findings of both phases.
#[test]
fn findings_on_many_lines() {
    let text = "Read more:\u{202E} what we know about the bridge.\n".repeat(5000);
    let c = pipeline(&["quotes.style=keep"]).clean(text.as_bytes());
    assert!(c.findings().len() >= 5000);
    assert!(c.findings().is_sorted_by_key(|f| f.old_range.start));
}

/// Where blank lines may stay, a gap of them does not wait for its end, and stays whole.
#[test]
fn a_long_gap_stays() {
    for pairs in [&["stages=none"][..], &["without=whitespace"], &["whitespace.blank_lines=100000"]] {
        for blanks in [65_535, 65_536, 65_537, 70_000] {
            let text = format!("One.\n{}Story continues below\n\n\n", "\n".repeat(blanks));
            let c = pipeline(pairs).clean(text.as_bytes());
            assert_eq!(c.revert(), text.as_bytes());
            same(&pipeline(pairs).with_batch(1000).with_jobs(3).clean(text.as_bytes()), &c);
            let again = pipeline(pairs).clean_str(c.text());
            assert!(again.changes().is_empty(), "{pairs:?}, {blanks}: {:?}", again.changes().len());
        }
    }
}
