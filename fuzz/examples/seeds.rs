//! Writes a first corpus for every target into `fuzz/corpus/`: the examples of lave's own rules,
//! the words of the dictionary, rule files cut into rules, every key, and reports.

use std::fs;
use std::path::Path;

use lave::config::KEYS;
use lave::rule::{BUILTIN, RuleSet};
use lave_fuzz::{report_of, settings::SETTINGS};

/// The words of `dictionary.txt`.
fn words() -> Vec<Vec<u8>> {
    let unquote = |line: &str| {
        let body = line.strip_prefix('"')?.strip_suffix('"')?;
        let mut out = Vec::new();
        let mut rest = body.bytes();
        while let Some(b) = rest.next() {
            out.push(match b {
                b'\\' => match rest.next()? {
                    b'x' => {
                        let digits = [rest.next()?, rest.next()?];
                        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                    }
                    other => other,
                },
                other => other,
            });
        }
        Some(out)
    };
    let lines = include_str!("../dictionary.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.map(|l| unquote(l).unwrap_or_else(|| panic!("dictionary.txt: {l}"))).collect()
}

/// The inputs of all examples of lave's rules.
fn examples() -> Vec<Vec<u8>> {
    let mut set = RuleSet::default();
    BUILTIN.iter().for_each(|(name, text)| set.add(name, text, true).expect("lave's own"));
    let all = set.rules().iter().flat_map(|r| r.fix.iter().chain(&r.keep).chain(&r.open));
    all.map(|e| e.input.clone().into_bytes()).collect()
}

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut written = 0;
    let mut put = |target: &str, bytes: &[u8]| {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        written += 1;
        fs::write(folder.join(format!("seed-{written:05}")), bytes)
    };
    let words = words();
    let mut documents = examples();
    // Words side by side, three to a line, so that each meets many others.
    for step in [1, 7, 31] {
        let line = |i: usize| (0..3).flat_map(|k| words[(i + k * step) % words.len()].clone()).collect::<Vec<u8>>();
        documents.extend((0..words.len()).map(|i| [line(i), b" x\n".to_vec(), line(i + 3)].concat()));
    }
    let rules: Vec<String> =
        BUILTIN.iter().flat_map(|(_, t)| t.split("[[rule]]").skip(1).map(|r| format!("[[rule]]{r}"))).collect();
    for (i, d) in documents.iter().enumerate() {
        put("laws", &[&[(i % SETTINGS.len()) as u8], &d[..]].concat())?;
        let (report, clean) = report_of(d);
        put("report", &[&report[..], &[0], &clean].concat())?;
    }
    for (i, r) in rules.iter().enumerate() {
        put("rules", r.as_bytes())?;
        // A rule's examples are no part of how it works; its stage is one that always runs.
        let works = r.split("\nfix").next().unwrap_or(r).replace("needles", "#");
        let works = works.replace("boilerplate.", "own.").replace("captions.", "own.");
        put("lines", &[works.as_bytes(), &[0], &documents[i % documents.len()]].concat())?;
    }
    for key in KEYS {
        let (table, name) = key.name.split_once('.').map_or(("", key.name), |(t, n)| (t, n));
        let table = if table.is_empty() { String::new() } else { format!("[{table}]\n") };
        for value in [format!("{:?}", key.default), "1".into(), "true".into(), "['a', \"b\"]".into()] {
            put("config", format!("{table}{name} = {value}\n").as_bytes())?;
        }
    }
    println!("{written} seeds in {}", corpus.display());
    Ok(())
}
