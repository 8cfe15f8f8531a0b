//! Takes the examples out of the rules that are built in: only tests read them, and they are most of
//! what would have to be parsed at every start.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let out = env::var("OUT_DIR").expect("set by cargo");
    for entry in fs::read_dir("rules").expect("the folder of rules") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        let mut table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        if let Some(toml::Value::Array(rules)) = table.get_mut("rule") {
            for rule in rules.iter_mut().filter_map(toml::Value::as_table_mut) {
                for key in ["fix", "keep", "open"] {
                    rule.remove(key);
                }
            }
        }
        let name = path.file_name().expect("a file");
        fs::write(Path::new(&out).join(name), table.to_string()).expect("room in the build folder");
    }
}
