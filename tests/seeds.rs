//! The articles lave was born from, where they are at hand: never part of the project.

use std::path::Path;

use lave::{Pipeline, Settings};

#[test]
fn seeds_come_out_exact() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seeds");
    if !folder.is_dir() {
        eprintln!("no seeds here; nothing to test");
        return;
    }
    let mut settings = Settings::profile("news").expect("a profile");
    settings.set("level", "likely", "test").expect("a level");
    let pipeline = Pipeline::new(&settings).expect("sound");
    for name in ["reuters", "aljazeera", "businessinsider"] {
        let read = |ending: &str| std::fs::read(folder.join(format!("{name}{ending}"))).expect(name);
        let cleaned = pipeline.clean(&read(".txt"));
        let want = String::from_utf8(read(".expected.txt")).expect("UTF-8");
        assert_eq!(cleaned.text(), want, "{name}");
        assert_eq!(cleaned.revert(), read(".txt"), "{name} comes back");
    }
}
