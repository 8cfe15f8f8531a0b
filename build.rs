//! Takes the examples out of the rules that are built in: only tests read them, and they are most of
//! what would have to be parsed at every start. And works out what opens each rule's gate, which
//! takes parsing its pattern.

use std::path::Path;
use std::{env, fs};

#[path = "src/rule/need.rs"]
mod need;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rule/need.rs");
    let out = env::var("OUT_DIR").expect("set by cargo");
    let mut needs = Vec::new();
    for entry in fs::read_dir("rules").expect("the folder of rules") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        let mut table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        if let Some(toml::Value::Array(rules)) = table.get_mut("rule") {
            for rule in rules.iter_mut().filter_map(toml::Value::as_table_mut) {
                for key in ["fix", "keep", "open"] {
                    rule.remove(key);
                }
                needs.extend(need_of(rule));
            }
        }
        let name = path.file_name().expect("a file");
        fs::write(Path::new(&out).join(name), table.to_string()).expect("room in the build folder");
    }
    needs.sort();
    let lines: String = needs.iter().map(|(id, need)| format!("    ({id:?}, {need}),\n")).collect();
    let code = format!(
        "/// What opens the gates of lave's own rules, by id.\n\
         static NEEDS: &[(&str, At, &[&str])] = &[\n{lines}];\n"
    );
    fs::write(Path::new(&out).join("needs.rs"), code).expect("room in the build folder");
}

/// The rule's id, and what it needs as Rust.
fn need_of(rule: &toml::Table) -> Option<(String, String)> {
    let pattern = rule.get("match")?.as_str()?;
    let needles = rule.get("when").and_then(|w| w.get("needles")).and_then(toml::Value::as_array);
    let needles: Vec<String> =
        needles.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect();
    let need = need::Need::of(pattern, &needles);
    Some((rule.get("id")?.as_str()?.to_owned(), format!("At::{:?}, &{:?}", need.at, need.literals)))
}
