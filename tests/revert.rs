//! The way back: every original byte for byte, or a refusal that says why.
//!
//! A report is a stranger's file: whatever stands in it, no wrong byte is written, and nothing
//! outside the output folder.

mod program;

use std::collections::BTreeMap;
use std::path::PathBuf;

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, ISO_2022_JP, KOI8_R, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use program::{Place, place};

const RUSSIAN: &str = "Городской совет  обсудит это в среду .\nПогода была тихой, и лодки вернулись рано.\n";
const FRENCH: &str = "Le café  d’en face a fermé .\nL’été dernier, “tout” était déjà vendu.\n";
const JAPANESE: &str = "市議会は水曜日に  審議する。\nｶﾀｶﾅ　と　ＡＢＣ１２３ の表記。\n";

fn encoded(text: &str, with: &'static Encoding) -> Vec<u8> {
    with.encode(text).0.into_owned()
}

fn wide(text: &str, bom: bool, big: bool) -> Vec<u8> {
    let units = text.encode_utf16().collect::<Vec<_>>();
    let all = bom.then_some(0xFEFF).into_iter().chain(units);
    all.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
}

/// Documents of every kind that could be hard to bring back.
fn originals() -> BTreeMap<PathBuf, Vec<u8>> {
    let utf8 = "The cafÃ©  &amp; bar\u{A0}is open .\nItâ€™s  raining.\n";
    let mut all: Vec<(&str, Vec<u8>)> = vec![
        ("empty.txt", vec![]),
        ("one-byte.txt", vec![0xE9]),
        ("newline.txt", b"\n".to_vec()),
        ("blank.txt", b"\n\n  \n\t\n".to_vec()),
        ("space.txt", b"   ".to_vec()),
        ("utf8.txt", utf8.into()),
        ("utf8-bom.txt", format!("\u{FEFF}{utf8}").into()),
        ("only-bom.txt", "\u{FEFF}".into()),
        ("two-boms.txt", format!("\u{FEFF}\u{FEFF}{utf8}").into()),
        ("crlf.txt", utf8.replace('\n', "\r\n").into()),
        ("cr.txt", utf8.replace('\n', "\r").into()),
        ("mixed-ends.txt", b"one  two\r\nthree\nfour\rfive\r\r\nsix\n\r".to_vec()),
        ("no-end.txt", utf8.trim_end().into()),
        ("no-end-crlf.txt", b"one  two\r\nthree  four".to_vec()),
        ("cp1252.txt", encoded(FRENCH, WINDOWS_1252)),
        ("cp1251.txt", encoded(RUSSIAN, WINDOWS_1251)),
        ("koi8.txt", encoded(RUSSIAN, KOI8_R)),
        ("sjis.txt", encoded(JAPANESE, SHIFT_JIS)),
        ("iso-2022-jp.txt", encoded(JAPANESE, ISO_2022_JP)),
        ("gb18030.txt", encoded("市议会  周三讨论。\n天气很好 ，船很早就回来了。\n", GB18030)),
        ("big5.txt", encoded("市議會  週三討論。\n天氣很好，船很早就回來了。\n", BIG5)),
        ("euc-kr.txt", encoded("시의회는  수요일에 논의한다 .\n", EUC_KR)),
        ("mixed.txt", [utf8.as_bytes(), &encoded(FRENCH, WINDOWS_1252), utf8.as_bytes()].concat()),
        ("invalid.txt", b"some \xff\xfe text  \xc3( and \xed\xa0\x80 more \xf4\x90\x80\x80 .\n".to_vec()),
        ("c1.txt", "a\u{85}b\u{9D}c\u{93}quoted\u{94}  .\n".into()),
        ("ansi.txt", b"\x1b[31mred\x1b[0m  and\x07 bell\x7f\n".to_vec()),
        ("truncated.txt", [utf8.as_bytes(), &[0xE2, 0x82]].concat()),
        ("utf16-odd.txt", [wide(utf8, true, false), vec![0x41]].concat()),
        ("utf16-lone.txt", [wide(utf8, true, false), vec![0x00, 0xD8, 0x20, 0x00]].concat()),
        ("utf32.txt", [0xFEFF].into_iter().chain(utf8.chars().map(u32::from)).flat_map(u32::to_le_bytes).collect()),
        ("sub/dir/deep.txt", utf8.into()),
        (".hidden/.file", utf8.into()),
        ("table.csv", b"a,b\n1,  2\n".to_vec()),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("zeros.bin", vec![0; 300]),
        ("name with spaces.txt", utf8.into()),
        ("no-ending", utf8.into()),
    ];
    for (name, bom, big) in [
        ("utf16le-bom.txt", true, false),
        ("utf16be-bom.txt", true, true),
        ("utf16le.txt", false, false),
        ("utf16be.txt", false, true),
    ] {
        all.push((name, wide(&utf8.repeat(3), bom, big)));
    }
    all.push(("utf16-crlf.txt", wide(&RUSSIAN.replace('\n', "\r\n"), true, true)));
    all.into_iter().map(|(name, bytes)| (name.into(), bytes)).collect()
}

fn folder(name: &str) -> (Place, BTreeMap<PathBuf, Vec<u8>>) {
    let p = place(name);
    let all = originals();
    for (name, bytes) in &all {
        p.write(PathBuf::from("in").join(name), bytes);
    }
    (p, all)
}

#[test]
fn every_original_comes_back() {
    let (p, all) = folder("every-original");
    for profile in ["minimal", "standard", "news", "web"] {
        let out = format!("out-{profile}");
        p.lave(&format!("clean -q in -o {out} --profile {profile}")).ends(0).silent();
        assert_eq!(p.tree("in"), all, "the input is untouched");
        let report = format!("{out}/report.jsonl");
        let mut names: Vec<_> = p.tree(&out).into_keys().collect();
        names.retain(|n| n.to_str() != Some("report.jsonl"));
        assert_eq!(names, all.keys().cloned().collect::<Vec<_>>(), "the same tree");
        p.lave(&format!("revert -q {out} --report {report} -o back-{profile}")).ends(0).silent();
        assert_eq!(p.tree(format!("back-{profile}")), all, "{profile}");
    }
}

#[test]
fn two_runs_give_the_same_bytes_on_any_number_of_threads() {
    let (p, _) = folder("same-bytes");
    // One document on which several threads work together.
    p.write("in/long.txt", program::dirty(25_000));
    p.lave("clean -q in -o one --jobs 1").ends(0);
    p.lave("clean -q in -o four --jobs 4").ends(0);
    p.lave("clean -q ./in/ -o four/again --jobs 4").ends(0);
    let one = p.tree("one");
    for (name, bytes) in p.tree("four").into_iter().filter(|(n, _)| !n.starts_with("again")) {
        assert!(one[&name] == bytes, "{}", name.display());
    }
    assert!(one == p.tree("four/again"), "also where the paths are written otherwise");
}

#[test]
fn what_is_clean_stays() {
    let (p, _) = folder("clean-stays");
    p.lave("clean -q in -o out --report r.jsonl").ends(0);
    p.lave("clean -q out -o again --report again.jsonl").ends(0);
    assert_eq!(p.tree("out"), p.tree("again"));
    let changes: Vec<_> = p.report("again.jsonl").into_iter().filter(|v| v["type"] == "change").collect();
    assert!(changes.is_empty(), "{changes:?}");
    let summary = p.report("again.jsonl").pop().expect("a summary");
    assert_eq!((&summary["changed"], &summary["changes"]), (&0.into(), &0.into()));
}

#[test]
fn in_place_and_back() {
    let (p, all) = folder("in-place-back");
    p.lave("clean -q in --in-place --report r.jsonl").ends(0);
    assert_ne!(p.tree("in"), all);
    p.lave("revert -q in --in-place --report r.jsonl").ends(0);
    assert_eq!(p.tree("in"), all);
}

#[test]
fn files_of_one_name_in_place_come_back() {
    let p = place("one-name");
    p.write("x/a.txt", "one  \n").write("y/a.txt", "two  \n");
    p.lave("clean -q x/a.txt ./y/a.txt --in-place --report r.jsonl").ends(0);
    p.lave("revert -q x/a.txt y/a.txt --in-place --report r.jsonl").ends(0);
    assert_eq!((p.text("x/a.txt"), p.text("y/a.txt")), ("one  \n".into(), "two  \n".into()));
    // Paths that say where they are must not stand in a report; then names have to tell apart.
    let (x, y) = (p.path("x/a.txt"), p.path("y/a.txt"));
    let args = ["clean".as_ref(), x.as_os_str(), y.as_os_str(), "--in-place".as_ref(), "--report=s.jsonl".as_ref()];
    p.args(args).ends(2).says("both").says("could not tell them apart");
    assert_eq!(p.text("x/a.txt"), "one  \n");
}

#[test]
fn a_changed_file_is_refused_and_the_others_come_back() {
    let p = place("changed-file");
    p.write("in/a.txt", "one  two\n").write("in/b.txt", "three  four\n").write("in/c.txt", "five  six\n");
    p.lave("clean -q in -o out").ends(0);
    p.write("out/b.txt", "three four five\n");
    p.lave("revert out --report out/report.jsonl -o back")
        .ends(2)
        .says("error: out/b.txt: has changed since it was cleaned")
        .says("2 documents reverted, 1 failed");
    assert_eq!(p.text("back/a.txt"), "one  two\n");
    assert_eq!(p.text("back/c.txt"), "five  six\n");
    assert!(!p.has("back/b.txt"));
}

#[test]
fn a_report_that_breaks_off_reverts_whole_documents() {
    let p = place("breaks-off");
    p.write("in/a.txt", "one  two\n").write("in/b.txt", "three  four .\n").write("in/c.png", "\u{89}PNG\r\n\u{1a}\n\0");
    p.write("in/d.txt", "five  six\n");
    p.lave("clean -q in -o out").ends(0);
    let report = p.read("out/report.jsonl");
    let mut most = 0;
    for cut in (0..report.len()).rev().step_by(37) {
        p.write("cut.jsonl", &report[..cut]);
        let ran = p.lave("revert out --report cut.jsonl -o back");
        if !report[..cut].contains(&b'\n') {
            ran.ends(2).says("no header");
            continue;
        }
        ran.ends(0).says("breaks off");
        let back = p.tree("in").len().min(if p.has("back") { p.tree("back").len() } else { 0 });
        most = most.max(back);
        if p.has("back") {
            for (name, bytes) in p.tree("back") {
                assert_eq!(bytes, p.read(PathBuf::from("in").join(name)), "cut at {cut}");
            }
            std::fs::remove_dir_all(p.path("back")).expect("removed");
        }
    }
    assert_eq!(most, 4);
}

#[test]
fn a_tally_cannot_revert_and_says_so() {
    let p = place("tally");
    p.write("a.txt", "one  two\n");
    p.lave("clean -q a.txt -o b.txt --report r.jsonl --report-detail tally").ends(0);
    let records = p.report("r.jsonl");
    assert_eq!(records[0]["revert"], false);
    assert!(records.iter().all(|r| r["type"] != "change"));
    p.lave("revert b.txt --report r.jsonl -o c.txt")
        .ends(2)
        .says("counts only, and cannot revert")
        .says("--report-detail");
    assert!(!p.has("c.txt"));
}

#[test]
fn no_report_writes_a_wrong_byte() {
    let p = place("mangled");
    p.write("in/a.txt", "The cafÃ©  &amp; bar .\r\nnext\n").write("in/b.txt", b"caf\xe9  d\x81ort\n");
    p.lave("clean -q in -o out").ends(0);
    let (report, all) = (p.read("out/report.jsonl"), p.tree("in"));
    let mut state = 7u32;
    for n in 0..120 {
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize
        };
        let mut bad = report.clone();
        let at = random() % bad.len();
        match random() % 4 {
            0 => bad[at] = b'0' + (random() % 10) as u8,
            1 => bad[at] = random() as u8,
            2 => drop(bad.drain(at..(at + random() % 40).min(report.len()))),
            _ => drop(bad.splice(at..at, *b"9999999999999999999")),
        }
        p.write("bad.jsonl", bad);
        let ran = p.lave("revert out --report bad.jsonl -o back");
        assert!(matches!(ran.code, Some(0 | 2)), "{n}: {ran:?}");
        if !p.has("back") {
            continue;
        }
        for (name, bytes) in p.tree("back") {
            // A name may have been mangled; never what the file holds.
            assert!(all.values().any(|b| *b == bytes), "{n}: {}", name.display());
        }
        std::fs::remove_dir_all(p.path("back")).expect("removed");
    }
}

#[test]
fn an_edited_report_is_told_from_a_true_one() {
    let p = place("edited");
    p.write("a.txt", "one  two\n");
    p.lave("clean -q a.txt -o b.txt --report r.jsonl").ends(0);
    let lie = p.text("r.jsonl").replace("\"old\":\" \"", "\"old\":\"!\"");
    p.write("r.jsonl", lie);
    p.lave("revert b.txt --report r.jsonl -o c.txt").ends(2).says("c.txt: what was rebuilt is not the original");
    assert!(!p.has("c.txt"));
}

#[test]
fn nothing_leads_out_of_the_output_folder() {
    let p = place("leads-out");
    p.write("in/sub/a.txt", "one  two\n");
    p.lave("clean -q in -o out").ends(0);
    let report = p.text("out/report.jsonl");
    for evil in ["../../evil.txt", "/tmp/lave-evil/../evil.txt", "sub/../../evil.txt"] {
        p.write("evil.jsonl", report.replace("sub/a.txt", evil));
        p.lave("revert out/sub/a.txt --report evil.jsonl -o in2/back/").ends(0);
        p.lave("revert out --report evil.jsonl -o in2/back").ends(2);
        assert!(!p.has("evil.txt") && !p.has("in2/evil.txt"), "{evil}");
    }
    p.folder("back").folder("elsewhere");
    std::os::unix::fs::symlink("../elsewhere", p.path("back/sub")).expect("a link");
    p.lave("revert out --report out/report.jsonl -o back").ends(2).says("back/sub: a symlink in the output folder");
    assert!(p.tree("elsewhere").is_empty());
}

#[test]
fn neither_the_report_nor_a_cleaned_file_is_overwritten() {
    let p = place("revert-over");
    p.write("in/a.txt", "one  two\n").write("in/b.txt", "three  four\n");
    p.lave("clean -q in -o out").ends(0);
    let before = p.tree("out");
    p.lave("revert out/a.txt --report out/report.jsonl -o out/report.jsonl").ends(2).says("overwrite the report");
    p.lave("revert out --report out/report.jsonl -o ./out/")
        .ends(2)
        .says("the output is the cleaned file")
        .says("--in-place");
    assert_eq!(p.tree("out"), before);
}

#[test]
fn one_file_goes_where_it_is_told() {
    let p = place("revert-where");
    p.write("in/x/a.txt", "one  two\n").write("in/b.txt", "three  four\n");
    p.lave("clean -q in -o out").ends(0);
    p.lave("revert -q out/x/a.txt --report out/report.jsonl -o file.txt").ends(0);
    assert_eq!(p.text("file.txt"), "one  two\n");
    p.lave("revert -q out/x/a.txt --report out/report.jsonl -o folder/").ends(0);
    assert_eq!(p.text("folder/x/a.txt"), "one  two\n");
    p.lave("revert -q out/x/a.txt out/b.txt --report out/report.jsonl -o both").ends(0);
    assert_eq!(p.text("both/b.txt"), "three  four\n");
    // A file that has been moved is known by what it holds.
    std::fs::copy(p.path("out/x/a.txt"), p.path("moved.txt")).expect("copied");
    p.lave("revert -q moved.txt --report out/report.jsonl -o again.txt").ends(0);
    assert_eq!(p.text("again.txt"), "one  two\n");
    p.write("stranger.txt", "nobody knows me\n");
    p.lave("revert stranger.txt --report out/report.jsonl -o s.txt")
        .ends(2)
        .says("stranger.txt: the report tells of no such file");
    p.lave("revert nowhere --report out/report.jsonl -o s.txt").ends(2).says("nowhere: cannot read");
    p.lave("revert out --report in/b.txt -o s").ends(2).says("in/b.txt");
    assert!(!p.has("s.txt") && !p.has("s"));
}

#[test]
fn standard_input_comes_back() {
    let p = place("stdin-back");
    let original = b"caf\xe9  \x93au lait\x94 .\r\n";
    let ran = p.piped("clean - --report r.jsonl", original).ends(0);
    p.write("clean.txt", &ran.out);
    p.lave("revert -q clean.txt --report r.jsonl -o back.txt").ends(0).silent();
    assert_eq!(p.read("back.txt"), original);
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf8() {
    use std::os::unix::ffi::OsStringExt as _;
    let p = place("odd-names");
    let name = PathBuf::from(std::ffi::OsString::from_vec(b"caf\xe9\n\x1b[2J.txt".to_vec()));
    let all = BTreeMap::from([(name.clone(), b"one  two\n".to_vec())]);
    p.write(PathBuf::from("in").join(&name), &all[&name]);
    p.lave("clean in -o out").ends(0);
    assert_eq!(p.read(PathBuf::from("out").join(&name)), b"one two\n");
    assert_eq!(p.report("out/report.jsonl")[1]["path_base64"], "Y2Fm6QobWzJKLnR4dA==");
    p.lave("revert -q out --report out/report.jsonl -o back").ends(0);
    assert_eq!(p.tree("back"), all);
    // What a terminal is shown of such a name is harmless.
    let ran = p.lave("check in").ends(1);
    assert!(ran.text().starts_with("in/caf\u{FFFD}\\n\\u{1B}[2J.txt: 1 change"), "{ran:?}");
}
