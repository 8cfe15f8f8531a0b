//! The library as another program would use it: no files, no printing, no command line.

use std::io::{self, Cursor};

use lave::decode::Facts;
use lave::pipeline::{Change, Finding, NoReport, Outcome, Sink, Summary};
use lave::report::{self, DocumentId, Entry, Journal, Reader, Undo, undo};
use lave::{Pipeline, Settings};

fn pipeline(profile: &str) -> Pipeline {
    Pipeline::new(&Settings::profile(profile).expect("a profile")).expect("sound")
}

#[test]
fn one_pipeline_serves_any_number_of_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let p = pipeline("news");
    shared(&p);
    let texts: Vec<String> = (0..40).map(|i| format!("Number  {i} of the cafÃ© is open .\n")).collect();
    let alone: Vec<String> = texts.iter().map(|t| p.clean_str(t).text().to_owned()).collect();
    let together: Vec<String> = std::thread::scope(|s| {
        let all: Vec<_> = texts.iter().map(|t| s.spawn(|| p.clean_str(t).text().to_owned())).collect();
        all.into_iter().map(|t| t.join().expect("no panic")).collect()
    });
    assert_eq!(alone, together);
    assert_eq!(alone[7], "Number 7 of the café is open.\n");
}

#[test]
fn a_change_says_where_what_and_why() {
    let p = pipeline("standard");
    let cleaned = p.clean("One.\nThe cafÃ© is open.\n".as_bytes());
    assert_eq!(cleaned.text(), "One.\nThe café is open.\n");
    let [change] = cleaned.changes() else { panic!("{:?}", cleaned.changes()) };
    assert_eq!((change.line, change.column), (2, 8));
    assert_eq!((change.old.as_ref(), change.new.as_ref()), ("Ã©", "é"));
    assert_eq!((change.old_range.clone(), change.new_range.clone()), (12..16, 12..14));
    let names: Vec<&str> = change.rules.iter().map(|r| cleaned.rule_name(*r)).collect();
    assert_eq!(names, ["mojibake.utf8"]);
    assert_eq!(cleaned.revert(), "One.\nThe cafÃ© is open.\n".as_bytes());
    let summary = cleaned.summary().expect("it was cleaned");
    assert!(summary.changed);
    assert_eq!((summary.tally.changes, summary.tally.findings), (1, 0));
}

#[test]
fn text_needs_no_decoding_and_bytes_do() {
    let p = pipeline("minimal");
    assert_eq!(p.clean(b"caf\xe9\n").text(), "café\n");
    assert_eq!(p.clean_str("café\r\n").text(), "café\r\n");
    assert_eq!(p.clean(b"").bytes(), b"");
    let left = p.clean(b"\x89PNG\r\n\x1a\n\0\0");
    assert_eq!(left.left_alone(), Some("PNG image"));
    assert_eq!((left.bytes(), left.revert()), (&b"\x89PNG\r\n\x1a\n\0\0"[..], b"\x89PNG\r\n\x1a\n\0\0".to_vec()));
    assert!(left.summary().is_none());
}

#[test]
fn settings_are_layers_and_say_what_is_wrong() {
    let mut s = Settings::profile("news").expect("a profile");
    s.load("mine.toml", "[quotes]\nstyle = \"keep\"\n").expect("sound");
    s.set("level", "likely", "the caller").expect("sound");
    s.set_pair("without=captions,boilerplate", "the caller").expect("sound");
    assert_eq!(Pipeline::new(&s).expect("sound").clean_str("“It’s”  fine.\n").text(), "“It’s” fine.\n");
    let e = s.set("lvel", "likely", "the caller").expect_err("no such key");
    assert_eq!(e.to_string(), "the caller: unknown key `lvel`; did you mean `level`?");
    s.set("rules.disable", "quotes.nothing", "the caller").expect("looked up later");
    assert!(Pipeline::new(&s).err().expect("no such rule").to_string().contains("quotes.nothing"));
    let mut s = Settings::default();
    s.add_rules("mine.toml", "[[rule]]\nid = \"captions.x\"\nwhy = \"So.\"\ndo = \"cut\"\nmatch = \"(\"\n");
    assert!(Pipeline::new(&s).err().expect("a bad pattern").to_string().starts_with("mine.toml:5: "));
}

/// Keeps what it is told, and stops when told to.
#[derive(Default)]
struct Told {
    text: Vec<u8>,
    changes: u64,
    findings: u64,
    ended: bool,
    stop_after: Option<usize>,
}

impl Sink for Told {
    fn begin(&mut self, facts: &Facts) -> io::Result<()> {
        assert!(self.text.is_empty() && facts.len > 0);
        Ok(())
    }
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(bytes);
        match self.stop_after {
            Some(n) if self.text.len() > n => Err(io::Error::other("enough")),
            _ => Ok(()),
        }
    }
    fn change(&mut self, change: &Change<'_>) -> io::Result<()> {
        assert_ne!(change.old, change.new);
        self.changes += 1;
        Ok(())
    }
    fn finding(&mut self, _: &Finding<'_>) -> io::Result<()> {
        self.findings += 1;
        Ok(())
    }
    fn end(&mut self, _: &Facts, summary: &Summary) -> io::Result<()> {
        assert_eq!((self.changes, self.findings), (summary.tally.changes, summary.tally.findings));
        assert_eq!(self.text.len() as u64, summary.out_len);
        self.ended = true;
        Ok(())
    }
}

#[test]
fn a_document_can_be_streamed() {
    let p = pipeline("news");
    let dirty = "The cafÃ©  is open .\nA\u{202E}b\n".repeat(2000);
    let whole = p.clean(dirty.as_bytes());
    for (jobs, batch) in [(1, 1 << 18), (1, 100), (3, 1000)] {
        let p = pipeline("news").with_jobs(jobs).with_batch(batch);
        let mut told = Told::default();
        let outcome = p.run(&mut Cursor::new(&dirty), &mut told).expect("memory does not fail");
        assert!(matches!(outcome, Outcome::Cleaned { .. }) && told.ended);
        assert!(told.text == whole.bytes());
        assert_eq!(told.changes as usize, whole.changes().len());
    }
    // Without a report the text is the same.
    let mut plain = NoReport(Vec::new());
    p.run(&mut Cursor::new(&dirty), &mut plain).expect("memory does not fail");
    assert!(plain.0 == whole.bytes());
    // An error of the sink is handed back.
    let mut told = Told { stop_after: Some(10_000), ..Told::default() };
    let e = p.run(&mut Cursor::new(&dirty), &mut told).expect_err("it stops");
    assert!(e.to_string() == "enough" && !told.ended);
}

/// What a sink was told that can forget, and whether it had to.
#[derive(Default)]
struct Forgetful {
    told: Told,
    hash: Option<u128>,
    forgot: bool,
}

impl Sink for Forgetful {
    fn can_forget(&mut self) -> bool {
        true
    }
    fn begin(&mut self, facts: &Facts) -> io::Result<()> {
        assert!(self.hash.is_none());
        self.hash = Some(facts.hash).filter(|&h| h != 0);
        Ok(())
    }
    fn hash(&mut self, hash: u128) -> io::Result<()> {
        assert_eq!(self.hash.replace(hash), None);
        Ok(())
    }
    fn forget(&mut self) -> io::Result<()> {
        assert!(self.hash.is_none() && !self.forgot);
        *self = Forgetful { forgot: true, ..Forgetful::default() };
        Ok(())
    }
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.told.output(bytes)
    }
    fn change(&mut self, change: &Change<'_>) -> io::Result<()> {
        self.told.change(change)
    }
    fn finding(&mut self, finding: &Finding<'_>) -> io::Result<()> {
        self.told.finding(finding)
    }
    fn end(&mut self, facts: &Facts, summary: &Summary) -> io::Result<()> {
        assert_eq!(Some(facts.hash), self.hash);
        self.told.end(facts, summary)
    }
}

#[test]
fn what_is_read_once_comes_out_the_same() {
    let text = "The cafÃ©  is open .\nA\u{202E}b\n".repeat(50);
    let with = |tail: &[u8]| [text.as_bytes(), tail].concat();
    // Whether it is found to be something else, while it is read; some beginnings tell at once.
    let all: [(Vec<u8>, bool); 9] = [
        (with(b""), false),
        (with("no newline at the end, é".as_bytes()), false),
        (with(b"\r"), true),
        (with(b"a CR\r\nin the midst\n"), true),
        (with(b"caf\xe9\n"), true),
        (with(b"a cut character \xe2\x80"), true),
        (with(b"a zero byte \0"), true),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), false),
        (with(b"").iter().flat_map(|b| [*b, 0]).collect(), true),
    ];
    for (bytes, other) in all {
        for (jobs, batch) in [(1, 1 << 18), (1, 100), (3, 100)] {
            let p = pipeline("news").with_jobs(jobs).with_batch(batch);
            let (mut twice, mut once) = (Told::default(), Forgetful::default());
            let a = p.run(&mut Cursor::new(&bytes), &mut twice).expect("memory does not fail");
            let b = p.run(&mut Cursor::new(&bytes), &mut once).expect("memory does not fail");
            assert_eq!(format!("{a:?}"), format!("{b:?}"));
            let told = |t: &Told| (t.text.clone(), t.changes, t.findings, t.ended);
            assert_eq!((told(&twice), other), (told(&once.told), once.forgot));
        }
    }
}

#[test]
fn a_report_is_written_read_and_undone() {
    struct Recording<'r> {
        text: Vec<u8>,
        journal: Journal<'r, Vec<u8>>,
    }
    impl Sink for Recording<'_> {
        fn begin(&mut self, facts: &Facts) -> io::Result<()> {
            self.journal.begin(&DocumentId::Text("a.txt".into()), facts)
        }
        fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.text.extend_from_slice(bytes);
            Ok(())
        }
        fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
            self.journal.change(c)
        }
        fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
            self.journal.finding(f)
        }
        fn end(&mut self, _: &Facts, s: &Summary) -> io::Result<()> {
            self.journal.end(s)
        }
    }
    let p = pipeline("news");
    let original = b"The caf\xe9  &amp; bar\r\nis open.\n\x81";
    let names = Journal::<Vec<u8>>::names(p.rules());
    let mut head = Vec::new();
    report::header(1, 2, true, &mut head);
    let mut sink = Recording { text: Vec::new(), journal: Journal::new(head, p.rules(), &names, true) };
    p.run(&mut Cursor::new(original), &mut sink).expect("memory does not fail");
    let records = sink.journal.into_inner();
    let (mut reader, mut changes, mut found) = (Reader::new(&*records, "r.jsonl"), Vec::new(), None);
    while let Some(entry) = reader.next_entry().expect("a sound report") {
        match entry {
            Entry::Change(c) => changes.push(c),
            Entry::Document(d) => found = Some(d),
            _ => {}
        }
    }
    let document = found.expect("a document");
    assert_eq!(document.id, DocumentId::Text("a.txt".into()));
    let envelope = document.envelope.expect("it was cleaned");
    let back = |changes: Vec<Undo>| {
        let mut out = Vec::new();
        undo(&mut &*sink.text, &envelope, changes.into_iter().map(Ok), &mut out).map(|()| out)
    };
    assert_eq!(back(changes.clone()).expect("it fits"), original);
    // Changes of another text are told from its own, or make another text; never a panic.
    for (start, end) in [(3, 2), (5, 1000), (4, 4)] {
        let mut bad = changes.clone();
        bad.push(Undo { new_range: start..end, old: "?".into() });
        assert!(back(bad).is_err());
    }
}
