//! The laws of the pipeline, over random dirty documents (law 6, the algebra of edits, is tested
//! beside it in `src/edit/set.rs`). `LAVE_LAWS` sets how many documents each test takes.

mod common;

use common::settings::SETTINGS;
use lave::pipeline::{NoReport, Outcome};
use lave::{Cleaned, Pipeline, Settings};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn documents() -> u32 {
    std::env::var("LAVE_LAWS").ok().and_then(|n| n.parse().ok()).unwrap_or(2000)
}

fn settings(pairs: &[&str]) -> Settings {
    let mut s = Settings::default();
    for p in pairs {
        s.set_pair(p, "test").expect(p);
    }
    s
}

fn pipeline(pairs: &[&str]) -> Pipeline {
    Pipeline::new(&settings(pairs)).expect("sound settings")
}

/// One document under one of the settings; the same document goes through all tests of a run.
fn each(name: &str, check: impl Fn(&Pipeline, &[&str], &[u8]) -> Result<(), TestCaseError>) {
    let all: Vec<(Pipeline, &[&str])> = SETTINGS.iter().map(|s| (pipeline(s), *s)).collect();
    let config =
        Config { cases: documents(), failure_persistence: None, source_file: Some(file!()), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let input = (0..all.len(), common::bytes());
    if let Err(e) = runner.run(&input, |(which, bytes)| check(&all[which].0, all[which].1, &bytes)) {
        panic!("{name}: {e}\n");
    }
}

/// All that a run tells, in its order.
#[derive(Default, PartialEq, Eq, Debug)]
struct Journal(Vec<String>);

impl lave::pipeline::Sink for Journal {
    fn output(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
    fn change(&mut self, c: &lave::pipeline::Change<'_>) -> std::io::Result<()> {
        self.0.push(format!("{c:?}"));
        Ok(())
    }
    fn finding(&mut self, f: &lave::pipeline::Finding<'_>) -> std::io::Result<()> {
        self.0.push(format!("{f:?}"));
        Ok(())
    }
}

fn journal(p: &Pipeline, bytes: &[u8]) -> Journal {
    let mut j = Journal::default();
    p.run(&mut std::io::Cursor::new(bytes), &mut j).expect("memory");
    j
}

fn told(c: &Cleaned) -> (Vec<String>, Vec<String>) {
    (c.changes().iter().map(|x| format!("{x:?}")).collect(), c.findings().iter().map(|x| format!("{x:?}")).collect())
}

#[test]
fn law_1_restore_and_output_is_utf8() {
    each("restore", |p, _, bytes| {
        let c = p.clean(bytes);
        prop_assert_eq!(c.revert(), bytes, "cleaned: {:?}", String::from_utf8_lossy(c.bytes()));
        if c.left_alone().is_none() {
            prop_assert!(std::str::from_utf8(c.bytes()).is_ok());
        }
        Ok(())
    });
}

#[test]
fn law_2_idempotence() {
    each("idempotence", |p, _, bytes| {
        let once = p.clean(bytes);
        if once.left_alone().is_some() {
            return Ok(());
        }
        let unsettled = p.rules().id("pipeline.unsettled");
        prop_assert!(once.findings().iter().all(|f| f.rule != unsettled), "unsettled");
        let twice = p.clean_str(once.text());
        let by: Vec<_> = twice.changes().iter().map(|c| (c, twice.rule_name(c.rules[0]).to_owned())).collect();
        prop_assert!(by.is_empty(), "{:?} changes again: {:#?}", once.text(), by);
        Ok(())
    });
}

#[test]
fn law_3_cut_free() {
    let many: Vec<Vec<Pipeline>> = SETTINGS
        .iter()
        .map(|s| {
            let cut = |bytes, jobs| pipeline(s).with_batch(bytes).with_jobs(jobs);
            vec![cut(1, 1), cut(13, 3), cut(64, 1)]
        })
        .collect();
    each("cut-free", |p, which, bytes| {
        let whole = p.clean(bytes);
        let at = SETTINGS.iter().position(|s| *s == which).expect("one of them");
        for cut in &many[at] {
            let c = cut.clean(bytes);
            prop_assert_eq!(c.text(), whole.text());
            prop_assert_eq!(told(&c), told(&whole));
            prop_assert_eq!(journal(cut, bytes), journal(p, bytes));
        }
        Ok(())
    });
}

#[test]
fn law_4_gate_free() {
    let open: Vec<Pipeline> = SETTINGS.iter().map(|s| pipeline(s).with_gates_open()).collect();
    each("gate-free", |p, which, bytes| {
        let gated = p.clean(bytes);
        let at = SETTINGS.iter().position(|s| *s == which).expect("one of them");
        let c = open[at].clean(bytes);
        prop_assert_eq!(c.text(), gated.text());
        prop_assert_eq!(told(&c), told(&gated));
        Ok(())
    });
}

#[test]
fn law_5_report_free_and_the_tally_is_true() {
    each("report-free", |p, _, bytes| {
        let full = p.clean(bytes);
        let mut out = Vec::new();
        let outcome = p.run(&mut std::io::Cursor::new(bytes), &mut NoReport(&mut out)).expect("memory");
        let Outcome::Cleaned { summary, .. } = outcome else { return Ok(()) };
        prop_assert_eq!(&out[..], full.bytes());
        let s = full.summary().expect("cleaned");
        prop_assert_eq!(&s.tally, &summary.tally);
        prop_assert_eq!(s.tally.changes, full.changes().len() as u64);
        prop_assert_eq!(s.tally.findings, full.findings().len() as u64);
        let mut names: Vec<_> = full.changes().iter().flat_map(|c| c.rules.clone()).collect();
        names.sort();
        for (id, changes, _) in s.tally.by_rule().filter(|r| !p.rules().rule(r.0).id.starts_with("decode.")) {
            prop_assert_eq!(names.iter().filter(|n| **n == id).count() as u64, changes);
        }
        // Ranges are true, in order, and never touch.
        let settled = String::from_utf8_lossy(bytes);
        let utf8 =
            matches!(s.envelope.encoding, lave::decode::Encoding::Utf8 { .. }) && std::str::from_utf8(bytes).is_ok();
        let plain = utf8 && !settled.contains('\r') && !settled.starts_with('\u{FEFF}');
        for c in full.changes() {
            let clean_is_plain = s.envelope.out_newline == lave::decode::NewlineKind::Lf && !s.envelope.out_bom;
            if clean_is_plain {
                prop_assert_eq!(&full.text()[c.new_range.start as usize..c.new_range.end as usize], &c.new);
            }
            if plain {
                prop_assert_eq!(&settled[c.old_range.start as usize..c.old_range.end as usize], &c.old);
                let before = &settled[..c.old_range.start as usize];
                prop_assert_eq!(before.matches('\n').count() as u64 + 1, c.line);
                let from = before.rfind('\n').map_or(0, |i| i + 1);
                prop_assert_eq!(before[from..].chars().count() as u64 + 1, c.column);
            }
            prop_assert_ne!(&c.old, &c.new);
        }
        for w in full.changes().windows(2) {
            prop_assert!(w[0].old_range.end < w[1].old_range.start);
        }
        Ok(())
    });
}
