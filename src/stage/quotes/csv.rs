//! A line that is one quoted CSV field: `"He said ""yes"" to it."`.

use super::{Ids, Out};

/// Takes the wrapping marks off and makes each doubled one single; whether `line` is such a field.
/// Every inner mark must be doubled, and there must be a pair of them.
pub(super) fn field(line: &str, rules: &Ids, out: &mut Out<'_>) -> bool {
    let from = line.len() - line.trim_start().len();
    let to = line.trim_end().len();
    let Some(inner) = line.get(from..to).and_then(|s| s.strip_prefix('"')).and_then(|s| s.strip_suffix('"')) else {
        return false;
    };
    let (start, end) = (from + 1, to - 1);
    let mut pairs = 0u32;
    let mut at = start;
    while let Some(i) = memchr::memchr(b'"', &line.as_bytes()[at..end]) {
        let run = line[at + i..end].bytes().take_while(|&b| b == b'"').count();
        // An odd run is no CSV; one of four is a doubled pair with nothing in it.
        if run != 2 {
            return false;
        }
        pairs += 1;
        at += i + run;
    }
    // Three marks at both ends are Python's; a row of cells is not ours.
    if inner.starts_with('"') && inner.ends_with('"') {
        return false;
    }
    if pairs < 2 || !pairs.is_multiple_of(2) || inner.contains("\"\",") && inner.contains(",\"\"") {
        return false;
    }
    out.delete(from..start, rules.csv_field);
    let mut at = start;
    while let Some(i) = memchr::memchr(b'"', &line.as_bytes()[at..end]) {
        out.delete(at + i..at + i + 1, rules.csv_field);
        at += i + 2;
    }
    out.delete(end..to, rules.csv_field);
    true
}
