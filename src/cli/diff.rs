//! A unified diff, read off the changes: only lines that a change touches are compared.

use std::fmt::Write as _;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::output::Visible;
use super::run::Source;
use crate::pipeline::Pipeline;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// The diff of the document that `input` holds. Newlines and encoding are settled on both sides.
pub(crate) fn diff(pipeline: &Pipeline, name: &str, input: &mut Source) -> io::Result<String> {
    input.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let cleaned = pipeline.clean(&bytes);
    let new = settle(cleaned.text());
    // The settled original, from the clean text and the changes.
    let mut old = String::new();
    let mut at = 0;
    for c in cleaned.changes() {
        old.push_str(&new[at..c.new_range.start as usize]);
        old.push_str(&c.old);
        at = c.new_range.end as usize;
    }
    old.push_str(&new[at..]);
    let ranges: Vec<(Range<usize>, Range<usize>)> =
        cleaned.changes().iter().map(|c| (whole_lines(&old, &c.old_range), whole_lines(&new, &c.new_range))).collect();
    Ok(unified(name, &old, &new, &ranges))
}

fn settle(text: &str) -> String {
    text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

/// The range widened to whole lines, as bytes; with their newlines.
fn whole_lines(text: &str, r: &Range<u64>) -> Range<usize> {
    let (start, end) = (r.start as usize, r.end as usize);
    let from = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let ends_line = end > from && text[..end].ends_with('\n');
    let to = if ends_line { end } else { text[end..].find('\n').map_or(text.len(), |i| end + i + 1) };
    from..to
}

fn unified(name: &str, old: &str, new: &str, ranges: &[(Range<usize>, Range<usize>)]) -> String {
    let lines = |t: &str, r: Range<usize>| t[r].split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    // Changes whose lines meet are one; both sides are widened alike.
    let mut blocks: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (o, n) in ranges {
        match blocks.last_mut() {
            Some(b) if o.start < b.0.end || n.start < b.1.end => {
                b.0.end = b.0.end.max(o.end);
                b.1.end = b.1.end.max(n.end);
            }
            _ => blocks.push((o.clone(), n.clone())),
        }
    }
    let name = Visible(name);
    let mut out = format!("--- {name}\n+++ {name} (clean)\n");
    let mut i = 0;
    while i < blocks.len() {
        // Blocks so near that their context would overlap stand in one hunk.
        let mut j = i;
        while j + 1 < blocks.len() && lines_between(old, blocks[j].0.end, blocks[j + 1].0.start) <= 2 * CONTEXT {
            j += 1;
        }
        let before = context_before(old, blocks[i].0.start);
        let after = context_after(old, blocks[j].0.end);
        let (mut body, mut gone, mut come) = (String::new(), 0, 0);
        let same = |text: &str, body: &mut String| {
            for l in text.split_inclusive('\n') {
                put(body, ' ', l);
            }
            text.split_inclusive('\n').count()
        };
        let mut kept = same(&old[before..blocks[i].0.start], &mut body);
        for k in i..=j {
            for l in lines(old, blocks[k].0.clone()) {
                put(&mut body, '-', &l);
                gone += 1;
            }
            for l in lines(new, blocks[k].1.clone()) {
                put(&mut body, '+', &l);
                come += 1;
            }
            let end = if k == j { after } else { blocks[k + 1].0.start };
            kept += same(&old[blocks[k].0.end..end], &mut body);
        }
        let line = |text: &str, at: usize| text[..at].matches('\n').count() + 1;
        let new_start = blocks[i].1.start - (blocks[i].0.start - before);
        let _ = writeln!(out, "@@ -{},{} +{},{} @@", line(old, before), kept + gone, line(new, new_start), kept + come);
        out.push_str(&body);
        i = j + 1;
    }
    out
}

fn put(out: &mut String, mark: char, line: &str) {
    let _ = writeln!(out, "{mark}{}", Visible(line.strip_suffix('\n').unwrap_or(line)));
    if !line.ends_with('\n') {
        out.push_str("\\ No newline at end of file\n");
    }
}

fn lines_between(text: &str, from: usize, to: usize) -> usize {
    if to <= from { 0 } else { text[from..to].matches('\n').count() }
}

fn context_before(text: &str, at: usize) -> usize {
    let mut from = at;
    for _ in 0..CONTEXT {
        if from == 0 {
            break;
        }
        from = text[..from - 1].rfind('\n').map_or(0, |i| i + 1);
    }
    from
}

fn context_after(text: &str, at: usize) -> usize {
    let mut to = at;
    for _ in 0..CONTEXT {
        to = text[to..].find('\n').map_or(text.len(), |i| to + i + 1);
    }
    to
}
