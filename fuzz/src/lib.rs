//! The laws of the pipeline, as checks on one document, for the fuzz targets.
//!
//! They panic with what they saw. `tests/laws.rs` holds the same laws over random documents.

use std::io::Cursor;

use lave::decode::Facts;
use lave::pipeline::{Change, Finding, NoReport, Outcome, Sink, Summary};
use lave::report::{DocumentId, Entry, Journal, Reader, undo};
use lave::{Cleaned, Pipeline, Settings};

#[path = "../../tests/common/settings.rs"]
pub mod settings;

/// One pipeline for each way in which the outcome must be the same.
pub struct Bench {
    plain: Pipeline,
    /// Of other batches and threads.
    cut: Vec<Pipeline>,
    /// All gates open; `None` if a gate is the rule's author's word.
    open: Option<Pipeline>,
    names: Vec<Vec<u8>>,
    /// Whether every line has to settle: so it is with lave's own rules.
    settles: bool,
}

impl Bench {
    /// For lave's own rules with `pairs` set.
    pub fn new(pairs: &[&str]) -> Bench {
        let mut s = Settings::default();
        pairs.iter().for_each(|p| s.set_pair(p, "fuzz").expect(p));
        Bench::of(&s, true, true).expect("sound settings")
    }

    /// For any settings; `None` if they are not sound.
    pub fn of(s: &Settings, settles: bool, gates: bool) -> Option<Bench> {
        let make = || Pipeline::new(s).ok();
        let plain = make()?;
        let names = Journal::<Vec<u8>>::names(plain.rules());
        let cut = vec![make()?.with_batch(1).with_jobs(1), make()?.with_batch(13).with_jobs(3)];
        let open = if gates { Some(make()?.with_gates_open()) } else { None };
        Some(Bench { plain, cut, open, names, settles })
    }

    /// Laws 1 to 5 on one document.
    pub fn check(&self, bytes: &[u8]) {
        let c = self.plain.clean(bytes);
        // 1: restore, in memory and by way of the report. The output is UTF-8.
        same(&c.revert(), bytes, "restore");
        if c.left_alone().is_some() {
            return;
        }
        assert!(std::str::from_utf8(c.bytes()).is_ok(), "the output is not UTF-8");
        // 2: idempotence.
        let unsettled = self.plain.rules().id("pipeline.unsettled");
        let rests = c.findings().iter().all(|f| f.rule != unsettled);
        assert!(rests || !self.settles, "unsettled: {:?}", c.findings());
        let again = self.plain.clean_str(c.text());
        let told = |c: &Cleaned| {
            let of = |r: &[lave::edit::RuleId]| r.iter().map(|&r| c.rule_name(r).to_owned()).collect::<Vec<_>>();
            c.changes().iter().map(|x| format!("{x:?} by {:?}", of(&x.rules))).collect::<Vec<_>>()
        };
        assert!(again.changes().is_empty(), "{:?} changes again: {:#?}", c.text(), told(&again));
        // 3 and 4: cut-free, gate-free.
        for (what, p) in self.cut.iter().map(|p| ("cut-free", p)).chain(self.open.iter().map(|p| ("gate-free", p))) {
            let other = p.clean(bytes);
            assert_eq!(other.text(), c.text(), "{what}");
            assert_eq!(told(&other), told(&c), "{what}");
            assert_eq!(other.findings(), c.findings(), "{what}");
        }
        // 5: report-free; and the report is the way back.
        let mut out = Vec::new();
        let outcome = self.plain.run(&mut Cursor::new(bytes), &mut NoReport(&mut out)).expect("memory");
        same(&out, c.bytes(), "report-free");
        let Outcome::Cleaned { summary, .. } = outcome else { panic!("cleaned before") };
        let s = c.summary().expect("cleaned");
        assert_eq!(s.tally, summary.tally, "report-free");
        assert_eq!((s.tally.changes, s.tally.findings), (c.changes().len() as u64, c.findings().len() as u64));
        assert_eq!(s.changed, c.bytes() != bytes);
        for w in c.changes().windows(2) {
            assert!(w[0].old_range.end <= w[1].old_range.start, "order: {w:?}");
        }
        self.report(bytes, c.bytes());
    }

    /// Writes a report and comes back from it.
    fn report(&self, bytes: &[u8], clean: &[u8]) {
        let mut sink = Told {
            out: Vec::new(),
            journal: Journal::new(Vec::new(), self.plain.rules(), &self.names, true),
            id: DocumentId::Text("document".to_owned()),
        };
        self.plain.run(&mut Cursor::new(bytes), &mut sink).expect("memory");
        same(&sink.out, clean, "with a report");
        let report = sink.journal.into_inner();
        let mut reader = Reader::new(&report[..], "report");
        let mut changes = Vec::new();
        let mut back = None;
        while let Some(entry) = reader.next_entry().expect("lave's own report") {
            match entry {
                Entry::Change(u) => changes.push(Ok(u)),
                Entry::Document(d) => back = Some(d),
                _ => {}
            }
        }
        let document = back.expect("the report is whole");
        let mut original = Vec::new();
        let envelope = document.envelope.as_ref().expect("it was cleaned");
        undo(&mut &clean[..], envelope, changes.into_iter(), &mut original).expect("the report fits");
        same(&original, bytes, "restore from the report");
    }
}

fn same(got: &[u8], want: &[u8], what: &str) {
    assert!(
        got == want,
        "{what}:\n  got  {:?}\n  want {:?}",
        String::from_utf8_lossy(got),
        String::from_utf8_lossy(want)
    );
}

/// Output and report, in memory.
struct Told<'r> {
    out: Vec<u8>,
    journal: Journal<'r, Vec<u8>>,
    id: DocumentId,
}

impl Sink for Told<'_> {
    fn begin(&mut self, facts: &Facts) -> std::io::Result<()> {
        self.journal.begin(&self.id, facts)
    }
    fn output(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.out.extend_from_slice(bytes);
        Ok(())
    }
    fn change(&mut self, c: &Change<'_>) -> std::io::Result<()> {
        self.journal.change(c)
    }
    fn finding(&mut self, f: &Finding<'_>) -> std::io::Result<()> {
        self.journal.finding(f)
    }
    fn end(&mut self, _: &Facts, s: &Summary) -> std::io::Result<()> {
        self.journal.end(s)
    }
}

/// `data` up to its first zero byte, as text, and what follows it.
pub fn halves(data: &[u8]) -> Option<(&str, &[u8])> {
    let at = data.iter().position(|&b| b == 0)?;
    Some((std::str::from_utf8(&data[..at]).ok()?, &data[at + 1..]))
}

/// The report that cleaning `bytes` with the default settings writes, for seeds.
pub fn report_of(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let p = Pipeline::new(&Settings::default()).expect("sound settings");
    let names = Journal::<Vec<u8>>::names(p.rules());
    let mut sink = Told {
        out: Vec::new(),
        journal: Journal::new(Vec::new(), p.rules(), &names, true),
        id: DocumentId::Text("document".to_owned()),
    };
    p.run(&mut Cursor::new(bytes), &mut sink).expect("memory");
    (sink.journal.into_inner(), sink.out)
}
