//! Trains and tries the judge of whole pages. All input and output is JSON Lines, one document a
//! line, with the fields `id`, `fold` (0 to 4), `set` and `text`; see `train/judge_inputs.py`.
//!
//! ```text
//! judge lines                    `text` as it reaches the judge: through everything else of `web`
//! judge train FILE K WEIGHTS     learns from FILE, leaving out fold K (`-` for none)
//! judge clean WEIGHTS            `text` cleaned by `web` with these weights (`-`: lave's own)
//! judge scores WEIGHTS           what it says of each line: words and score, as `scores`, and the `bar`
//! ```

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};

use lave::judge::Judge;
use lave::{Pipeline, Settings};
use serde_json::Value;

const WORDS: &str = include_str!("../judge/words.txt");

/// How much a document of each set counts: pages, gold articles, lines from elsewhere.
const SETS: &[(&str, f32)] = &[("A", 1.0), ("G", 4.0), ("T", 4.0), ("B", 1.0), ("C", 0.2), ("O", 1.0)];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["lines"] => map_texts(&pipeline(&["boilerplate.judge=false"])),
        ["clean", weights, ref more @ ..] => {
            let pipeline = pipeline(more);
            map_texts(&if weights == "-" { pipeline } else { pipeline.with_judge(Judge::read(WORDS, &read(weights))) });
        }
        ["scores", weights] => scores(&Judge::read(WORDS, &read(weights))),
        ["train", file, fold, weights] => train(file, fold.parse().ok(), weights),
        _ => eprintln!("judge lines | judge train FILE K WEIGHTS | judge clean WEIGHTS [KEY=VALUE]"),
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).expect("a readable file")
}

fn pipeline(pairs: &[&str]) -> Pipeline {
    let mut settings = Settings::profile("web").expect("a profile");
    pairs.iter().for_each(|p| settings.set_pair(p, "judge").expect("a key"));
    Pipeline::new(&settings).expect("sound settings")
}

/// Cleans `text` of every document.
fn map_texts(pipeline: &Pipeline) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let mut doc: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        let cleaned = pipeline.clean_str(doc["text"].as_str().expect("a text"));
        doc["text"] = cleaned.text().into();
        writeln!(out, "{doc}").expect("room");
    }
}

/// Scores the lines of every document, which has to be as it reaches the judge.
fn scores(judge: &Judge) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let mut doc: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        if let Some((bar, lines)) = judge.scores(doc["text"].as_str().expect("a text")) {
            doc["bar"] = bar.into();
            doc["scores"] = lines.iter().map(|l| Value::from(vec![i64::from(l.1), i64::from(l.2)])).collect();
        }
        writeln!(out, "{doc}").expect("room");
    }
}

struct Doc {
    id: String,
    set: String,
    fold: i64,
    text: String,
    /// `K`: the line stays, `D`: it goes, else nobody knows; one for each line that is not blank.
    labels: Vec<u8>,
}

/// The documents of `file`, and of pages and lines what is left when they are clean.
fn documents(file: &str) -> Vec<Doc> {
    let mut all = Vec::new();
    for line in read(file).lines() {
        let v: Value = serde_json::from_str(line).expect("JSON");
        let get = |k: &str| v[k].as_str().unwrap_or_default().to_owned();
        let doc = Doc {
            id: get("id"),
            set: get("set"),
            fold: v["fold"].as_i64().expect("a fold"),
            text: get("text"),
            labels: get("labels").into_bytes(),
        };
        let lines: Vec<&str> = doc.text.lines().filter(|l| !l.trim_matches([' ', '\t']).is_empty()).collect();
        let kept: Vec<&str> = lines.iter().zip(&doc.labels).filter(|(_, k)| **k == b'K').map(|(l, _)| *l).collect();
        if matches!(&*doc.set, "A" | "T" | "B") && kept.len() >= 3 {
            let labels = vec![b'K'; kept.len()];
            all.push(Doc { id: String::new(), set: "O".to_owned(), fold: doc.fold, text: kept.join("\n\n"), labels });
        }
        all.push(doc);
    }
    all
}

/// Lines to learn from: the places of the weights that each adds up, how much it counts, and
/// whether it stays.
#[derive(Default)]
struct Examples {
    width: usize,
    places: Vec<u16>,
    lines: Vec<(f32, bool)>,
    /// In how many documents each place was used.
    spread: Vec<u32>,
}

impl Examples {
    fn add(&mut self, judge: &Judge, doc: &Doc, second: bool) {
        let Some(lines) = judge.weighed(&doc.text, second) else { return };
        if lines.len() != doc.labels.len() {
            return;
        }
        let weight = |words: u32| (words.min(100) as f32 + 0.5).sqrt();
        let sum: f32 = lines.iter().zip(&doc.labels).filter(|(_, l)| **l != b'?').map(|(l, _)| weight(l.1)).sum();
        let of_set = SETS.iter().find(|s| s.0 == doc.set).map_or(1.0, |s| s.1);
        let mut here: Vec<u32> = lines.iter().flat_map(|l| l.2.iter().copied()).collect();
        here.sort_unstable();
        here.dedup();
        self.spread.resize(judge.size(second), 0);
        here.iter().for_each(|&p| self.spread[p as usize] += 1);
        for ((_, words, places), label) in lines.into_iter().zip(&doc.labels) {
            if *label == b'?' {
                continue;
            }
            self.width = places.len();
            self.places.extend(places.into_iter().map(|p| p as u16));
            self.lines.push((of_set * weight(words) / sum.sqrt(), *label == b'K'));
        }
    }

    /// Logistic regression: a weight for each place.
    fn learn(&self, size: usize, epochs: usize, decay: f32) -> Vec<i16> {
        let n = self.lines.len();
        let mean = self.lines.iter().map(|l| l.0).sum::<f32>() / n as f32;
        let mut w = vec![0f32; size];
        let mut seen = vec![1e-3f32; size];
        let mut total = vec![0f32; size];
        let mut order: Vec<u32> = (0..n as u32).collect();
        // What is known from few documents is held back, however many lines they have.
        let decay: Vec<f32> = self.spread.iter().map(|&n| decay / n.max(1) as f32).collect();
        let mut random = 0x9E37_79B9_7F4A_7C15u64;
        for epoch in 0..epochs {
            for i in (1..n).rev() {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                order.swap(i, (random >> 33) as usize % (i + 1));
            }
            let rate = 0.15 / (1.0 + epoch as f32 * 0.5);
            for &i in &order {
                let (weight, keep) = self.lines[i as usize];
                let places = &self.places[i as usize * self.width..][..self.width];
                let score: f32 = places.iter().map(|&p| w[p as usize]).sum();
                let p = 1.0 / (1.0 + (-score).exp());
                let error = (p - f32::from(u8::from(keep))) * (weight / mean).min(8.0);
                for &at in places {
                    let at = at as usize;
                    let g = error + decay[at] * w[at];
                    seen[at] += g * g;
                    w[at] -= rate * g / seen[at].sqrt();
                }
            }
            if epoch * 2 >= epochs {
                total.iter_mut().zip(&w).for_each(|(t, w)| *t += w);
            }
        }
        let averaged = (epochs - epochs.div_ceil(2)) as f32;
        total.iter().map(|t| (t / averaged * 100.0).round().clamp(-3000.0, 3000.0) as i16).collect()
    }
}

fn env(name: &str, default: f32) -> f32 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn train(file: &str, out_fold: Option<i64>, weights: &str) {
    let docs = documents(file);
    let (inside, outside): (Vec<&Doc>, Vec<&Doc>) = docs.iter().partition(|d| Some(d.fold) != out_fold);
    let mut judge = Judge::read(WORDS, "");
    let sizes = [judge.size(false), judge.size(true)];
    eprintln!("{} documents, {} outside; weights {sizes:?}", inside.len(), outside.len());
    let (epochs, decay) = (env("EPOCHS", 6.0) as usize, env("DECAY", 50.0));
    let first = |judge: &Judge, docs: &[&Doc]| {
        let mut e = Examples::default();
        docs.iter().for_each(|d| e.add(judge, d, false));
        e.learn(sizes[0], epochs, decay)
    };
    // What the second look learns from must not have been seen by the first.
    let mut second = Examples::default();
    let mut folds: Vec<i64> = inside.iter().map(|d| d.fold).collect();
    folds.sort_unstable();
    folds.dedup();
    for &k in &folds {
        let (there, here): (Vec<&Doc>, Vec<&Doc>) = inside.iter().copied().partition(|d| d.fold != k);
        // Every third page is enough here.
        let some: Vec<&Doc> = there
            .iter()
            .enumerate()
            .filter(|(i, d)| !matches!(&*d.set, "A" | "O") || i % 3 == 0)
            .map(|(_, d)| *d)
            .collect();
        judge.set_weights(false, first(&judge, &some));
        here.iter().for_each(|d| second.add(&judge, d, true));
        eprintln!("fold {k}: {} lines", second.lines.len());
    }
    let learned = second.learn(sizes[1], epochs, decay);
    judge.set_weights(false, first(&judge, &inside));
    judge.set_weights(true, learned);
    std::fs::write(weights, judge.weights()).expect("room");
    report(&judge, if outside.is_empty() { &inside } else { &outside });
}

/// How well the scores tell lines apart, for several bounds.
fn report(judge: &Judge, docs: &[&Doc]) {
    let at = |bound: Option<i32>| {
        let mut sums: BTreeMap<String, [f64; 6]> = BTreeMap::new();
        for d in docs.iter().filter(|d| !d.id.is_empty()) {
            let Some((bar, lines)) = judge.scores(&d.text) else { continue };
            let name: Vec<&str> = d.id.split('/').collect();
            let s = sums.entry(if d.set == "A" { "A".to_owned() } else { name[..2].join("/") }).or_default();
            let (mut both, mut kept, mut gold) = (0.0, 0.0, 0.0);
            for ((_, words, score), label) in lines.iter().zip(&d.labels).filter(|(_, l)| **l != b'?') {
                let (keep, stays) = (*label == b'K', *score > bound.unwrap_or(bar));
                let w = f64::from(*words);
                both += w * f64::from(u8::from(keep && stays));
                kept += w * f64::from(u8::from(stays));
                gold += w * f64::from(u8::from(keep));
                s[2] += f64::from(u8::from(!keep && !stays));
                s[3] += f64::from(u8::from(!keep));
                s[4] += f64::from(u8::from(keep && !stays));
                s[5] += f64::from(u8::from(keep));
            }
            if gold > 0.0 {
                s[0] += 2.0 * both / (kept + gold);
                s[1] += 1.0;
            }
        }
        sums
    };
    for bound in [Some(0), Some(-30), None, Some(-100)] {
        print!("bound {bound:?}:");
        let mut t = Vec::new();
        for (name, s) in at(bound) {
            let f1 = 2.0 * s[2] / (s[2] + s[3] + s[4]).max(1.0);
            let lost = 100.0 * s[4] / s[5].max(1.0);
            if name.starts_with('T') {
                t.push(f1);
                print!(" {name} {f1:.3} ({lost:.0}%) [{} {} {} {}]", s[2], s[3], s[4], s[5]);
            } else if name.starts_with('G') {
                if name == "G/wcxb" || name == "G/cleaneval" {
                    print!(" {name} {lost:.1}%")
                }
            } else {
                print!(" {name} F {:.4} drop {f1:.3} ({lost:.1}%)", s[0] / s[1].max(1.0));
            }
        }
        println!(" T mean {:.3}", t.iter().sum::<f64>() / t.len() as f64);
    }
}
