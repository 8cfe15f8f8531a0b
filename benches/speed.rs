//! How fast the program is, on text that this file makes up itself: CPU seconds of `lave clean`,
//! one thread, to a file and with its report, beside those of `cp`. Runs take turns, and the least
//! of each counts; only figures of one call can be compared with each other.
//!
//! `benches/run [--mb 64] [--runs 5] [LAVE OPTIONS…]`

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Numbers that are the same on every machine (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }
}

const ENGLISH: &[&str] = &[
    "the council",
    "a new bridge",
    "was opened",
    "in the spring",
    "and",
    "but",
    "nobody",
    "had thought of",
    "the old ferry",
    "its owner",
    "said that",
    "two hundred people",
    "came to see",
    "the river",
    "after",
    "while",
    "most of the town",
    "would not pay",
    "for the repairs",
    "until",
    "the mayor",
    "promised",
    "on the quay",
    "again",
];

/// Languages, one a paragraph.
const TONGUES: &[&[&str]] = &[
    &["der Rat", "über die Brücke", "wurde", "im Frühjahr", "eröffnet", "und", "die Fähre", "fährt", "nicht mehr"],
    &["le conseil", "a décidé", "que la traversée", "serait", "fermée", "après", "l’été", "et", "le maire", "espère"],
    &["городской совет", "решил", "что паром", "больше", "не ходит", "и", "мост", "откроют", "весной"],
    &["το συμβούλιο", "αποφάσισε", "ότι", "η γέφυρα", "θα ανοίξει", "την άνοιξη", "και", "το πλοίο"],
    &["المجلس", "قرر", "أن", "الجسر", "سيفتح", "في الربيع", "و", "العبارة"],
    &["परिषद ने", "तय किया", "कि", "पुल", "वसंत में", "खुलेगा", "और", "नाव"],
    &["市议会", "决定", "大桥", "将在", "春天", "开放", "渡轮", "不再", "运行"],
];

/// What becomes of a sentence that is damaged.
const DAMAGE: &[(&str, &str)] = &[
    (" and ", " &amp; "),
    (". ", " . "),
    ("the ", "the\u{A0} "),
    (" said that ", " said â€œcafÃ©â€\u{9D} and that "),
    ("its ", "itâ€™s "),
    (" in ", "   in\u{200B} "),
    (" a ", " a\u{AD} "),
    ("people", "&#8220;people&#8221;"),
];

/// Lines that do not belong.
const FURNITURE: &[&str] = &[
    "READ MORE: How the harbour lost its ferry",
    "Sign up for our newsletter.",
    "FILE PHOTO: The old ferry is seen in Bergen, Norway, May 3, 2015. HARBOUR PRESS/Ann Ode",
    "Advertisement",
];

fn sentence(words: &[&str], dice: &mut Dice, out: &mut String) {
    let dense = words[0].chars().all(|c| c > '\u{3000}');
    for n in 0..8 + dice.roll(12) {
        if n > 0 && !dense {
            out.push(' ');
        }
        out.push_str(dice.of(words));
    }
    out.push_str(if dense { "。" } else { "." });
}

fn paragraph(words: &[&str], dice: &mut Dice) -> String {
    let mut out = String::new();
    for n in 0..2 + dice.roll(4) {
        if n > 0 {
            out.push(' ');
        }
        sentence(words, dice, &mut out);
    }
    out
}

/// `bytes` of articles. Of every hundred paragraphs `damaged` are damaged, and as many lines follow
/// that do not belong.
fn corpus(bytes: usize, tongues: &[&[&str]], damaged: usize) -> String {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut out = String::with_capacity(bytes + 4096);
    while out.len() < bytes {
        let words = tongues[dice.roll(tongues.len())];
        let mut p = paragraph(words, &mut dice);
        if dice.roll(100) < damaged {
            let (sound, broken) = DAMAGE[dice.roll(DAMAGE.len())];
            p = p.replacen(sound, broken, 2);
        }
        let _ = write!(out, "{p}\n\n");
        if dice.roll(100) < damaged {
            let _ = write!(out, "{}\n\n", dice.of(FURNITURE));
        }
    }
    out
}

/// CPU seconds, user and system, of a command.
fn cpu(program: &str, args: &[&str]) -> f64 {
    let shell = ["-c", "\"$@\" || exit 1; times", "sh", program];
    let done = Command::new("sh").args(shell).args(args).output().expect("a shell");
    assert!(done.status.success(), "{program} failed: {}", String::from_utf8_lossy(&done.stderr));
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    let children = told.lines().last().unwrap_or_default();
    let seconds = |t: &str| {
        let (m, s) = t.trim_end_matches('s').split_once('m').expect("minutes and seconds");
        m.parse::<f64>().expect("minutes") * 60.0 + s.replace(',', ".").parse::<f64>().expect("seconds")
    };
    children.split_whitespace().map(seconds).sum()
}

fn main() {
    // `cargo bench` adds --bench.
    let mut args = std::env::args().skip(1).filter(|a| a != "--bench");
    let (mut mb, mut runs, mut options) = (64, 5, Vec::new());
    while let Some(a) = args.next() {
        match a.as_str() {
            "--mb" => mb = args.next().and_then(|n| n.parse().ok()).expect("--mb NUMBER"),
            "--runs" => runs = args.next().and_then(|n| n.parse().ok()).expect("--runs NUMBER"),
            _ => options.push(a),
        }
    }
    let here = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("speed");
    fs::create_dir_all(&here).expect("a folder");
    let files = [
        ("sound English", corpus(mb << 20, &[ENGLISH], 0)),
        ("sound, seven scripts and languages", corpus(mb << 20, TONGUES, 0)),
        ("English, 15 % of paragraphs damaged", corpus(mb << 20, &[ENGLISH], 15)),
    ];
    println!("| text, {mb} MiB | lave, MB/s | cp, MB/s | times cp |\n|---|---:|---:|---:|");
    for (name, text) in files {
        let at = |file: &str| here.join(file).to_string_lossy().into_owned();
        let (input, out, report, copy) = (at("in.txt"), at("out.txt"), at("report.jsonl"), at("copy.txt"));
        fs::write(&input, &text).expect("the corpus");
        let mut lave = vec!["clean", "-q", "--no-config", "-j", "1", &input, "-o", &out, "--report", &report];
        lave.extend(options.iter().map(String::as_str));
        let (mut washing, mut copying) = (f64::MAX, f64::MAX);
        for _ in 0..runs {
            washing = washing.min(cpu(env!("CARGO_BIN_EXE_lave"), &lave));
            copying = copying.min(cpu("cp", &[&input, &copy]));
        }
        let rate = |seconds: f64| text.len() as f64 / 1e6 / seconds.max(0.001);
        println!("| {name} | {:.0} | {:.0} | {:.1} |", rate(washing), rate(copying), washing / copying.max(0.001));
        for file in [input, out, report, copy] {
            let _ = fs::remove_file(Path::new(&file));
        }
    }
}
