//! Where words are missing from a list: gaps that are no line break, stops after nothing, empty
//! pairs. Only what spacing or punctuation shows; a word that left no trace is not guessed.
//!
//! A hyphenated word was replaced by a space (`the   Syrian`), a linked one by nothing
//! (`people  in`), and a line break is three spaces: so runs of two, or of four and more, are
//! gaps. A run of three is one where the line is too short to have been broken there.

use std::ops::Range;

use super::parse::Para;

/// A word that was lost is taken to be this long, in characters, when lines are measured.
const LOST: usize = 10;
/// A line this much shorter than most, in characters, was not broken for its length.
const EARLY: usize = 12;

/// A line longer than this, in characters, was not broken at all.
const LONGEST: usize = 120;

/// Finds the gaps in the paragraphs `paras` of `line`, in order; as bytes of the line. With
/// `escapes`, a line break is `\n` and the spaces after it.
pub(super) fn find(line: &str, paras: &[Para], escapes: bool) -> Vec<Range<usize>> {
    let breaks = breaks(line, paras);
    let lead = usual_lead(line, paras);
    let mut out: Vec<Range<usize>> = Vec::new();
    for p in paras {
        let text = &line[p.start..p.end];
        let body = text.trim();
        if body.is_empty() {
            continue;
        }
        let from = p.start + (text.len() - text.trim_start().len());
        if from - p.start >= 4 && from - p.start != lead {
            out.push(p.start..from);
        }
        let to = from + body.len();
        spaces(line, from..to, breaks, escapes, &mut out);
        marks(line, from..to, p.double, &mut out);
    }
    out.sort_by_key(|r| (r.start, r.end));
    out.dedup_by(|b, a| {
        let meet = b.start <= a.end;
        if meet {
            a.end = a.end.max(b.end);
        }
        meet
    });
    out
}

fn usual_lead(line: &str, paras: &[Para]) -> usize {
    let mut counts = [0u32; 8];
    for p in paras {
        let text = &line[p.start..p.end];
        let lead = text.len() - text.trim_start().len();
        if lead < 8 && lead < text.len() {
            counts[lead] += 1;
        }
    }
    (0..8).max_by_key(|&n| counts[n]).unwrap_or(0)
}

/// The runs of spaces within the bytes `of`, with the characters from one to the next.
fn runs(line: &str, of: Range<usize>) -> impl Iterator<Item = (Range<usize>, usize)> {
    let mut at = of.start;
    std::iter::from_fn(move || {
        let start = at + line[at..of.end].find(' ')?;
        let len = line[start..of.end].bytes().take_while(|&b| b == b' ').count();
        let chars = line[at..start].chars().count();
        at = start + len;
        Some((start..at, chars))
    })
}

/// How the text was broken into lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Breaks {
    /// Nowhere: a run of three spaces is a gap.
    None,
    /// At this width, in characters.
    At(usize),
    /// Somehow: a run of three spaces may be a break.
    Somehow,
}

/// Finds out how the text was broken into lines.
fn breaks(line: &str, paras: &[Para]) -> Breaks {
    // Characters of a line, and with the word after it.
    let mut lines = Vec::new();
    let (mut all, mut overlong) = (0, 0);
    for p in paras {
        let text = &line[p.start..p.end];
        let from = p.start + (text.len() - text.trim_start().len());
        let to = (p.start + text.trim_end().len()).max(from);
        let (mut column, mut at) = (0, from);
        for (run, chars) in runs(line, from..to) {
            column += chars;
            at = run.end;
            if run.len() >= 3 {
                lines.push((column, column + 1 + word(line, run.end)));
                all += column;
                overlong += if column > LONGEST { column } else { 0 };
                column = 0;
            } else {
                column += run.len();
            }
        }
        column += line[at..to].chars().count();
        all += column;
        overlong += if column > LONGEST { column } else { 0 };
    }
    if overlong * 2 > all {
        return Breaks::None;
    }
    if lines.len() < 8 {
        return Breaks::Somehow;
    }
    let mut lengths: Vec<usize> = lines.iter().map(|l| l.0).filter(|&n| n <= LONGEST).collect();
    lengths.sort_unstable();
    let width = lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0);
    let full = lines.iter().filter(|l| l.1 + EARLY > width).count();
    if width >= 30 && full * 10 >= lines.len() * 6 { Breaks::At(width) } else { Breaks::Somehow }
}

fn word(line: &str, at: usize) -> usize {
    line[at..].chars().take_while(|&c| c != ' ').count()
}

fn spaces(line: &str, of: Range<usize>, breaks: Breaks, escapes: bool, out: &mut Vec<Range<usize>>) {
    let (mut column, mut unsure) = (0, false);
    let (start, end) = (of.start, of.end);
    for (run, chars) in runs(line, of) {
        column += chars;
        if run.len() == 1 {
            column += 1;
            continue;
        }
        let before = line[start..run.start].chars().next_back();
        let after = line[run.end..end].chars().next();
        if escapes && line[start..run.start].ends_with("\\n") {
            column = 0;
            continue;
        }
        let dash = |c: Option<char>| matches!(c, Some('—' | '–'));
        let mut gap = match run.len() {
            // Two spaces after a sentence are a typist's habit.
            2 => !(matches!(before, Some('.' | '!' | '?')) && after.is_some_and(char::is_uppercase)),
            3 => false,
            _ => true,
        };
        gap &= !dash(before) && !dash(after);
        let mut broken = run.len() >= 3;
        if run.len() == 3 && !dash(before) && !dash(after) {
            let slack = if unsure { EARLY + LOST } else { EARLY };
            gap = match breaks {
                Breaks::None => true,
                Breaks::At(width) => column + 1 + word(line, run.end) + slack <= width,
                Breaks::Somehow => false,
            };
            broken = !gap;
        }
        if broken {
            (column, unsure) = (0, false);
        } else if gap {
            column += LOST + 2;
            unsure = true;
        } else {
            column += run.len();
        }
        if gap {
            out.push(run);
        }
    }
}

/// Stops after a space, empty pairs, apostrophes that belong to no word.
fn marks(line: &str, of: Range<usize>, double: bool, out: &mut Vec<Range<usize>>) {
    let text = &line[of.clone()];
    let mut chars = text.char_indices().peekable();
    let mut last = ' ';
    while let Some((i, c)) = chars.next() {
        let rest = &text[i + c.len_utf8()..];
        let next = rest.chars().next().unwrap_or(' ');
        let len = match c {
            '.' | ',' if last == ' ' && !(next.is_alphanumeric() || next == c) => c.len_utf8(),
            '”' | '"' if last == ' ' && next == c => {
                let after = rest[c.len_utf8()..].chars().next().unwrap_or(' ');
                if after.is_alphanumeric() || after == c { 0 } else { 2 * c.len_utf8() }
            }
            '[' | '(' => {
                let inner = rest.trim_start_matches(' ');
                let closed = inner.starts_with(if c == '[' { ']' } else { ')' });
                if closed { 1 + rest.len() - inner.len() + 1 } else { 0 }
            }
            '’' | '\'' if last == ' ' => {
                let run = if !double && next == c { 2 * c.len_utf8() } else { c.len_utf8() };
                if text[i + run..].starts_with(' ') { run } else { 0 }
            }
            _ => 0,
        };
        if len > 0 {
            out.push(of.start + i..of.start + i + len);
            while chars.peek().is_some_and(|&(j, _)| j < i + len) {
                chars.next();
            }
        }
        last = text[i..i + len.max(c.len_utf8())].chars().next_back().unwrap_or(c);
    }
}
