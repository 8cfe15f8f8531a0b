//! Trains and tries the judge of whole pages. All input and output is JSON Lines, one document a
//! line, with the fields `id`, `fold` (0 to 4), `set` and `text`; see `train/judge_inputs.py` and,
//! for the whole way, "Whole pages" in the README.
//!
//! ```text
//! judge lines                    `text` as it reaches the judge, and what rules drop of it, as `gone`
//! judge train FILE K WEIGHTS     learns from FILE, leaving out fold K (`-` for none)
//! judge clean WEIGHTS            `text` cleaned by `web` with these weights (`-`: lave's own)
//! judge speed                    how fast lave's own judge is, on one thread
//! judge scores WEIGHTS           what it says of each line: words and score, as `scores`, and the `bar`
//! ```

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};

#[path = "judge/boost.rs"]
mod boost;
#[path = "judge/lean.rs"]
mod lean;

use boost::{Growth, Rows};
use lave::judge::{Judge, Seen};
use lave::{Pipeline, Settings};
use lean::{Numbered, leans};
use serde_json::Value;

const WORDS: &str = include_str!("../judge/words.txt");

/// How much a document of each set counts: pages, gold articles, lines from elsewhere.
const SETS: &[(&str, f32)] = &[("A", 1.0), ("G", 4.0), ("T", 4.0), ("B", 1.0), ("C", 0.2), ("O", 1.0)];

/// How often lines are gone through to learn weights.
const EPOCHS: usize = 6;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["lines"] => seen(&pipeline(&[])),
        ["clean", weights, ref more @ ..] => {
            let pipeline = pipeline(more);
            map_texts(&if weights == "-" { pipeline } else { pipeline.with_judge(Judge::read(WORDS, &read(weights))) });
        }
        ["scores", weights] => scores(&Judge::read(WORDS, &read(weights))),
        ["speed"] => speed(&Judge::own()),
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

/// What the judge sees of every document.
fn seen(pipeline: &Pipeline) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let mut doc: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        let seen = pipeline.seen(doc["text"].as_str().expect("a text"));
        doc["text"] = seen.text.into();
        doc["gone"] = seen.gone.iter().map(|g| Value::from(vec![g.start, g.end])).collect();
        writeln!(out, "{doc}").expect("room");
    }
}

/// A text as the judge sees it.
fn seen_of(doc: &Value) -> Seen {
    let gone = doc["gone"].as_array().into_iter().flatten();
    let place = |v: &Value| v.as_u64().expect("a place") as usize;
    Seen {
        text: doc["text"].as_str().expect("a text").to_owned(),
        gone: gone.map(|g| place(&g[0])..place(&g[1])).collect(),
    }
}

fn is_gone(seen: &Seen, start: usize) -> bool {
    seen.gone.iter().any(|g| g.contains(&start))
}

/// Whether nothing sets the parts of a text apart.
fn is_dense(text: &str) -> bool {
    text.trim().lines().all(|l| !l.trim().is_empty())
}

/// Scores the lines of every document, which has to be as it reaches the judge.
fn scores(judge: &Judge) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let mut doc: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        let seen = seen_of(&doc);
        let lines = || seen.text.split('\n').filter(|l| !l.trim().is_empty());
        let at = |line: &str| line.as_ptr() as usize - seen.text.as_ptr() as usize;
        doc["ruled"] = lines().map(|l| if is_gone(&seen, at(l)) { '1' } else { '0' }).collect::<String>().into();
        doc["words"] = lines().map(|l| l.split_whitespace().count()).collect();
        doc["blank"] = seen.text.trim().contains("\n\n").into();
        doc["gone"] = Value::Null;
        if let Some((kind, bar, lines)) = judge.scores(&seen) {
            doc["kind"] = kind.into();
            doc["bar"] = bar.into();
            doc["scores"] = lines.iter().map(|l| Value::from(vec![i64::from(l.1), i64::from(l.2)])).collect();
        }
        doc["text"] = Value::Null;
        writeln!(out, "{doc}").expect("room");
    }
}

/// Judges all documents some times over; the best time of each counts, in which nothing else ran.
fn speed(judge: &Judge) {
    let all: Vec<Seen> = std::io::stdin()
        .lock()
        .lines()
        .map(|line| seen_of(&serde_json::from_str(&line.expect("text")).expect("JSON")))
        .collect();
    let bytes: usize = all.iter().map(|s| s.text.len()).sum();
    let mut best = vec![f64::MAX; all.len()];
    for _ in 0..7 {
        for (seen, best) in all.iter().zip(&mut best) {
            let start = std::time::Instant::now();
            std::hint::black_box(judge.judge(seen, 50, false));
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    println!("{:.1} MB/s on {:.1} MB", bytes as f64 / best.iter().sum::<f64>() / 1e6, bytes as f64 / 1e6);
}

struct Doc {
    id: String,
    set: String,
    fold: i64,
    seen: Seen,
    /// `K`: the line stays, `D`: it goes, else nobody knows; one for each line that is not blank.
    labels: Vec<u8>,
    /// The words of each line, where words are learned from.
    words: Vec<Vec<u32>>,
}

/// The documents of `file`, and of pages and lines what is left when they are clean.
fn documents(file: &str) -> (Vec<Doc>, Numbered) {
    let mut all = Vec::new();
    let mut words = Numbered::default();
    for line in read(file).lines() {
        let v: Value = serde_json::from_str(line).expect("JSON");
        let get = |k: &str| v[k].as_str().unwrap_or_default().to_owned();
        let mut doc = Doc {
            words: Vec::new(),
            id: get("id"),
            set: get("set"),
            fold: v["fold"].as_i64().expect("a fold"),
            seen: seen_of(&v),
            labels: get("labels").into_bytes(),
        };
        let lines: Vec<&str> = doc.seen.text.split('\n').filter(|l| !l.trim().is_empty()).collect();
        if matches!(&*doc.set, "T" | "B" | "C") || doc.set == "A" && doc.id.contains("/bs4/") {
            doc.words = lines.iter().map(|l| words.of(l)).collect();
        }
        let at = |line: &str| line.as_ptr() as usize - doc.seen.text.as_ptr() as usize;
        let stays = |(line, label): (&&str, &u8)| *label == b'K' && !is_gone(&doc.seen, at(line));
        let kept: Vec<&str> =
            lines.iter().zip(&doc.labels).filter(|(line, label)| stays((line, label))).map(|(line, _)| *line).collect();
        if matches!(&*doc.set, "A" | "T" | "B") && kept.len() >= 3 {
            let mut clean = |glue: &str| {
                all.push(Doc {
                    words: Vec::new(),
                    id: String::new(),
                    set: "O".to_owned(),
                    fold: doc.fold,
                    seen: Seen { text: kept.join(glue), gone: Vec::new() },
                    labels: vec![b'K'; kept.len()],
                });
            };
            // Clean text comes with blank lines and without.
            clean(if doc.set == "A" && !doc.id.contains("/lynx/") { "\n\n" } else { "\n" });
        }
        if doc.set == "G" && kept.len() >= 3 {
            let labels = vec![b'K'; kept.len()];
            let seen = Seen { text: kept.join("\n"), gone: Vec::new() };
            all.push(Doc { id: String::new(), set: "G".to_owned(), fold: doc.fold, seen, labels, words: Vec::new() });
        }
        all.push(doc);
    }
    (all, words)
}

/// Lines to learn from: the places of the weights that each adds up, how much it counts, and
/// whether it stays.
#[derive(Default)]
struct Examples {
    places: Vec<u16>,
    /// Where those of each line end.
    ends: Vec<usize>,
    lines: Vec<(f32, bool)>,
    /// In how many documents each place was used.
    spread: Vec<u32>,
}

impl Examples {
    fn add(&mut self, judge: &Judge, doc: &Doc, second: bool) {
        let Some(lines) = judge.weighed(&doc.seen, second) else { return };
        if lines.len() != doc.labels.len() {
            return;
        }
        let weight = |words: u32| (words.min(100) as f32 + 0.5).sqrt();
        let sum: f32 = lines.iter().zip(&doc.labels).filter(|(_, l)| **l != b'?').map(|(l, _)| weight(l.1)).sum();
        let share = sum.sqrt();
        let dense = is_dense(&doc.seen.text);
        let of_set = of_set(&doc.set);
        let mut here: Vec<u32> = lines.iter().flat_map(|l| l.2.iter().copied()).collect();
        here.sort_unstable();
        here.dedup();
        self.spread.resize(judge.size(usize::from(second)), 0);
        here.iter().for_each(|&p| self.spread[p as usize] += 1);
        for ((bytes, words, places), label) in lines.into_iter().zip(&doc.labels) {
            if *label != b'?' && !is_gone(&doc.seen, bytes.start) {
                // Where nothing sets parts of a page apart, furniture is harder to see.
                let of_kind = if dense && *label == b'D' { 1.5 } else { 1.0 };
                self.line(places.into_iter(), of_kind * of_set * weight(words) / share, *label == b'K');
            }
        }
    }

    /// Adds a page: whether to judge it pays, and how much.
    fn add_page(&mut self, judge: &Judge, doc: &Doc) {
        let (Some(places), Some((_, bar, lines))) = (judge.weighed_page(&doc.seen), judge.scores(&doc.seen)) else {
            return;
        };
        if lines.len() != doc.labels.len() || doc.labels.contains(&b'?') && doc.set == "A" {
            return;
        }
        let (mut gain, mut loss) = (0, 0);
        for ((bytes, _, score), label) in lines.iter().zip(&doc.labels) {
            if *score <= bar && !is_gone(&doc.seen, bytes.start) {
                *if *label == b'D' { &mut gain } else { &mut loss } += 1;
            }
        }
        let sound = matches!(&*doc.set, "G" | "O");
        if gain == loss && !sound {
            return;
        }
        let most = |n: i32| (n.min(40) as f32).sqrt();
        let weight = match &*doc.set {
            "G" => 3.0 * (1.0 + 2.0 * most(loss)),
            "O" => 0.3 * (1.0 + 2.0 * most(loss)),
            "T" => 2.0 * most((gain - loss).abs()),
            _ => most((gain - loss).abs()),
        };
        self.spread.resize(judge.size(2), 0);
        places.iter().for_each(|&p| self.spread[p as usize] += 1);
        self.line(places.into_iter(), weight, gain > loss);
    }

    /// All of these.
    fn all<'e>(of: impl Iterator<Item = &'e Examples>) -> Examples {
        let mut all = Examples::default();
        for e in of {
            let base = all.places.len();
            all.places.extend_from_slice(&e.places);
            all.ends.extend(e.ends.iter().map(|end| end + base));
            all.lines.extend_from_slice(&e.lines);
            all.spread.resize(e.spread.len().max(all.spread.len()), 0);
            all.spread.iter_mut().zip(&e.spread).for_each(|(a, b)| *a += b);
        }
        all
    }

    fn line(&mut self, places: impl Iterator<Item = u32>, weight: f32, stays: bool) {
        self.places.extend(places.map(|p| p as u16));
        self.ends.push(self.places.len());
        self.lines.push((weight, stays));
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
                let from = (i as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
                let places = &self.places[from..self.ends[i as usize]];
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

fn of_set(set: &str) -> f32 {
    SETS.iter().find(|s| s.0 == set).map_or(1.0, |s| s.1)
}

/// Many small trees do a little better than fewer that are larger; more, no better.
const GROWTH: Growth = Growth { trees: 200, leaves: 8, rate: 0.07, least: 40, ridge: 5.0, columns: 20 };

fn train(file: &str, out_fold: Option<i64>, weights: &str) {
    let (docs, words) = documents(file);
    let (inside, outside): (Vec<&Doc>, Vec<&Doc>) = docs.iter().partition(|d| Some(d.fold) != out_fold);
    let mut judge = Judge::read(WORDS, "");
    let sizes = [0, 1, 2].map(|look| judge.size(look));
    eprintln!("{} documents, {} outside; weights {sizes:?}", inside.len(), outside.len());
    let decay = 50.0;
    let mut folds: Vec<i64> = inside.iter().map(|d| d.fold).collect();
    folds.sort_unstable();
    folds.dedup();
    // What words say has to be learned from other pages than those that weights are learned from.
    let first = |judge: &mut Judge, docs: &[&Doc]| {
        let mut e = Examples::default();
        let mut rows = Rows::default();
        for &k in &folds {
            let (there, here): (Vec<&Doc>, Vec<&Doc>) = docs.iter().copied().partition(|d| d.fold != k);
            judge.set_leans(leans(&there, &words));
            for d in here {
                e.add(judge, d, false);
                add_rows(&mut rows, judge, d);
            }
        }
        judge.set_trees(rows.grow(&GROWTH));
        judge.set_leans(leans(docs, &words));
        judge.set_weights(0, e.learn(sizes[0], EPOCHS, decay));
    };
    // What the second look learns from must not have been seen by the first; likewise the third.
    let mut second: Vec<Examples> = Vec::new();
    let mut firsts: Vec<Judge> = Vec::new();
    for &k in &folds {
        let (there, here): (Vec<&Doc>, Vec<&Doc>) = inside.iter().copied().partition(|d| d.fold != k);
        // Every third page is enough here.
        let some: Vec<&Doc> = there
            .iter()
            .enumerate()
            .filter(|(i, d)| !matches!(&*d.set, "A" | "O") || i % 3 == 0)
            .map(|(_, d)| *d)
            .collect();
        let mut judge = Judge::read(WORDS, "");
        first(&mut judge, &some);
        let mut e = Examples::default();
        here.iter().for_each(|d| e.add(&judge, d, true));
        eprintln!("fold {k}: {} lines", e.lines.len());
        second.push(e);
        firsts.push(judge);
    }
    let mut third = Examples::default();
    for (i, judge) in firsts.iter_mut().enumerate() {
        let others = Examples::all(second.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, e)| e));
        judge.set_weights(1, others.learn(sizes[1], EPOCHS, decay));
        inside.iter().filter(|d| d.fold == folds[i]).for_each(|d| third.add_page(judge, d));
    }
    first(&mut judge, &inside);
    judge.set_weights(1, Examples::all(second.iter()).learn(sizes[1], EPOCHS, decay));
    judge.set_weights(2, third.learn(sizes[2], 30, 10.0));
    std::fs::write(weights, judge.weights()).expect("room");
    report(&judge, if outside.is_empty() { &inside } else { &outside });
}

/// Adds a page without blank lines to those that trees are grown from.
fn add_rows(rows: &mut Rows, judge: &Judge, doc: &Doc) {
    // Of clean text a little: the third look keeps trees from most of it, and more blunts them.
    let of_set = match &*doc.set {
        "T" => 1.0,
        "O" => 0.05,
        _ => return,
    };
    let Some(lines) = judge.rows(&doc.seen).filter(|l| l.len() == doc.labels.len()) else { return };
    let words = |words: u32| words.min(100) as f32 + 0.5;
    let sum: f32 = lines.iter().map(|l| words(l.1)).sum();
    for ((bytes, n, row), label) in lines.iter().zip(&doc.labels) {
        if *label != b'?' && !is_gone(&doc.seen, bytes.start) {
            rows.push(row, of_set * words(*n).sqrt() / sum.powf(0.25), *label == b'K');
        }
    }
}

/// How well the scores tell lines apart, for several bounds.
fn report(judge: &Judge, docs: &[&Doc]) {
    let at = |bound: Option<i32>| {
        let mut sums: BTreeMap<String, [f64; 6]> = BTreeMap::new();
        for d in docs.iter().filter(|d| !d.id.is_empty()) {
            let Some((_, bar, lines)) = judge.scores(&d.seen) else { continue };
            let name: Vec<&str> = d.id.split('/').collect();
            let s = sums.entry(if d.set == "A" { "A".to_owned() } else { name[..2].join("/") }).or_default();
            let (mut both, mut kept, mut gold) = (0.0, 0.0, 0.0);
            for ((bytes, words, score), label) in lines.iter().zip(&d.labels).filter(|(_, l)| **l != b'?') {
                let gone = is_gone(&d.seen, bytes.start);
                let (keep, stays) = (*label == b'K', !gone && *score > bound.unwrap_or(bar));
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
