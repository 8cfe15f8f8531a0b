//! Writes the rules that are built in as Rust, so that nothing has to be parsed at every start, and
//! works out what opens each rule's gate, which takes parsing its pattern.

use std::path::Path;
use std::{env, fs};

#[path = "src/judge/groups.rs"]
#[allow(dead_code)]
mod groups;
#[path = "src/rule/lean.rs"]
mod lean;
#[path = "src/rule/need.rs"]
mod need;
#[path = "src/rule/tree.rs"]
#[allow(dead_code, reason = "trees are only grown here")]
mod tree;

#[path = "src/judge/trees.rs"]
#[allow(dead_code, unreachable_pub)]
mod trees;
#[path = "src/judge/weights.rs"]
#[allow(dead_code)]
mod weights;
#[path = "src/judge/words.rs"]
#[allow(dead_code)]
mod words;

use need::{At, Need};
use tree::Grown;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rule/lean.rs");
    println!("cargo::rerun-if-changed=src/rule/need.rs");
    println!("cargo::rerun-if-changed=src/rule/tree.rs");
    println!("cargo::rerun-if-changed=judge");
    for file in ["groups", "trees", "weights", "words"] {
        println!("cargo::rerun-if-changed=src/judge/{file}.rs");
    }
    let out = env::var("OUT_DIR").expect("set by cargo");
    let mut files: Vec<_> =
        fs::read_dir("rules").expect("the folder of rules").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let (mut patterns, mut rules) = (
        Vec::new(),
        String::from("/// The rules of each file, without examples.\nstatic OWN: &[(&str, &[Raw])] = &[\n"),
    );
    for path in files {
        let text = fs::read_to_string(&path).expect("text");
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();
        rules += &format!("    (\"rules/{name}\", &[\n");
        let mut lines = text.lines().enumerate().filter(|(_, l)| l.trim() == "[[rule]]").map(|(n, _)| n + 1);
        for rule in table.get("rule").and_then(toml::Value::as_array).into_iter().flatten() {
            let rule = rule.as_table().expect("a rule is a table");
            rules += &raw(rule, lines.next().expect("each rule has its header"));
            patterns.extend(pattern(rule));
        }
        rules += "    ]),\n";
    }
    fs::write(Path::new(&out).join("rules.rs"), rules + "];\n").expect("room in the build folder");
    patterns.sort_by(|a: &Pattern, b| a.id.cmp(&b.id));
    fs::write(Path::new(&out).join("known.rs"), code_of(&patterns)).expect("room in the build folder");
    fs::write(Path::new(&out).join("judge.rs"), judge()).expect("room in the build folder");
}

/// What the judge knows, as Rust.
fn judge() -> String {
    let mut words = words::Words::read(&fs::read_to_string("judge/words.txt").expect("text"));
    let text = fs::read_to_string("judge/weights.tsv").expect("text");
    let weights = weights::read(&text);
    let leaves = text.lines().filter(|l| l.starts_with("4\t")).count();
    assert_eq!(weights.leaves.len(), leaves, "leaves of trees that judge/groups.rs has no name for");
    words.set_leans(weights.leans.iter().map(|(word, lean)| (&**word, *lean)));
    let known: Vec<_> = words.all().map(|(hash, k)| (hash, k.stop, k.classes, k.lean)).collect();
    format!(
        "/// Languages that have lists of common words, in the order of their bits.\n\
         static LANGUAGES: &[&str] = &{:?};\n\
         /// Hashes of words, and what they are.\n\
         static WORDS: &[(u64, u16, u16, i16)] = &{known:?};\n\
         /// The weights of each look.\n\
         static LOOKS: &[&[i16]] = &[{}];\n\
         /// The leaves of trees: the tree, what it adds, and when it holds.\n\
         static LEAVES: &[(u16, i16, &[trees::Ask])] = &[{}];\n",
        words.languages,
        weights.looks.map(|look| format!("&{look:?}")).join(", "),
        weights
            .leaves
            .iter()
            .map(|(tree, adds, asks)| format!("({tree}, {adds}, &{asks:?})"))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// A rule as Rust. Keys that it does not know are the tests' to find.
fn raw(rule: &toml::Table, line: usize) -> String {
    let when = rule.get("when").and_then(toml::Value::as_table);
    let text = |t: Option<&toml::Table>, key: &str| {
        t.and_then(|t| t.get(key)).and_then(toml::Value::as_str).map(str::to_owned)
    };
    let number = |t: Option<&toml::Table>, key: &str| t.and_then(|t| t.get(key)).and_then(toml::Value::as_integer);
    let flag = |t: Option<&toml::Table>, key: &str| t.and_then(|t| t.get(key)).and_then(toml::Value::as_bool);
    let top = Some(rule);
    let mut out = format!("        Raw {{ line: {line}, needles: &{:?}", needles(rule));
    for key in ["id", "why", "do"] {
        out += &format!(", {}: {:?}", if key == "do" { "action" } else { key }, text(top, key).unwrap_or_default());
    }
    for key in ["level", "match", "with", "marks"] {
        out += &format!(", {}: {:?}", if key == "match" { "pattern" } else { key }, text(top, key));
    }
    for key in ["zone", "prev", "next", "needs", "after", "before"] {
        out += &format!(", {key}: {:?}", text(when, key));
    }
    for key in ["line_max", "words_min", "words_max"] {
        out += &format!(", {key}: {:?}", number(when, key));
    }
    for key in ["final_stop", "capitals"] {
        out += &format!(", {key}: {:?}", flag(when, key));
    }
    out + &format!(", enabled: {}, group: {:?} }},\n", flag(top, "enabled").unwrap_or(true), number(top, "group"))
}

/// What is worked out of the rules, as Rust: by rule, and the literals of all rules at either end of a line.
fn code_of(all: &[Pattern]) -> String {
    let (mut start, mut end, mut wide) = (Grown::default(), Grown::default(), Vec::new());
    let mut code = String::from(
        "/// What is known of lave's own rules, by id. Literals at either end of a line are in the trees.\n\
         static KNOWN: &[Known] = &[\n",
    );
    for (n, Pattern { id, need, musts, forms }) in all.iter().enumerate() {
        let n = n as u16;
        let mut here: &[String] = &[];
        match need.at {
            At::Start | At::Wide => need.literals.iter().for_each(|l| match need::start_of(need.at, l) {
                Some(head) => start.add(head.bytes(), n),
                None => wide.push((l, n)),
            }),
            At::End => need.literals.iter().for_each(|l| end.add(l.bytes().rev(), n)),
            _ => here = &need.literals,
        }
        let musts: Vec<String> = musts.iter().map(|set| format!("&{set:?}")).collect();
        let musts = musts.join(", ");
        let forms = forms.as_ref().map_or("None".to_owned(), |f| {
            format!("Some(matcher::Known {{ lean: {:?}, loose: {:?} }})", f.lean, f.loose)
        });
        code += &format!(
            "    Known {{ id: {id:?}, at: At::{:?}, literals: &{here:?}, musts: &[{musts}], forms: {forms} }},\n",
            need.at
        );
    }
    wide.sort();
    code += &format!("];\nstatic WIDES: &[(&str, u16)] = &{wide:?};\n");
    for (name, mut tree) in [("STARTS", start), ("ENDS", end)] {
        tree.grow();
        let ways = |e: &(u8, tree::Way)| format!("({}, Way::{:?})", e.0, e.1);
        let edges: Vec<String> = tree.edges.iter().map(ways).collect();
        code += &format!(
            "static {name}: Tree<'static> = Tree {{\n    text: b\"{}\",\n    literals: &{:?},\n    forks: &{:?},\n    edges: &[{}],\n}};\n",
            tree.text.escape_ascii(),
            tree.literals,
            tree.forks,
            edges.join(", "),
        );
    }
    code
}

/// What is worked out of a rule with a pattern.
struct Pattern {
    id: String,
    need: Need,
    musts: Vec<Vec<String>>,
    forms: Option<lean::Forms>,
}

fn pattern(rule: &toml::Table) -> Option<Pattern> {
    let pattern = rule.get("match")?.as_str()?;
    Some(Pattern {
        id: rule.get("id")?.as_str()?.to_owned(),
        need: Need::of(pattern, &needles(rule)),
        musts: need::musts(pattern),
        forms: lean::forms(pattern),
    })
}

fn needles(rule: &toml::Table) -> Vec<String> {
    let all = rule.get("when").and_then(|w| w.get("needles")).and_then(toml::Value::as_array);
    all.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect()
}
