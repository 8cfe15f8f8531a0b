//! What people read, pinned: every `--help`, the errors, the summaries. After a wanted change
//! `TRYCMD=overwrite cargo test --test snapshots` writes them anew; read the diff.

#[test]
fn what_people_read() {
    trycmd::TestCases::new().env("COLUMNS", "100").case("tests/cmd/*.trycmd");
}
