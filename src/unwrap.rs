//! Hard-wrapped text: lines that a wrapper broke are joined again.
//!
//! A wrapper breaks a line when the next word does not fit. So the document's shape tells the
//! column, and a line was broken where the next line's first word would not have fitted on it.
//! Lists, verse, tables and code are not like that and stay. Nothing but line breaks, the spaces
//! beside them and (if asked for) hyphens at them is changed.

use std::ops::Range;

/// A place where two lines are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Join {
    /// The line break, with the white space beside it; with a hyphen that goes, too.
    pub(crate) bytes: Range<usize>,
    /// What stands there instead.
    pub(crate) glue: &'static str,
    /// Whether a hyphen goes.
    pub(crate) hyphen: bool,
}

/// Columns that a wrapper may have been set to.
const COLUMNS: Range<usize> = 40..131;
/// A line that was broken is at most this much shorter than the column.
const SLACK: usize = 30;
/// Where no blank lines part paragraphs, a sentence that ends with a line may end a paragraph. The
/// longer the next word, the sooner that line looks full by chance; up to this width it does not count.
const SHORT: usize = 3;

struct Line<'t> {
    start: usize,
    /// Without the indentation and what trails.
    body: &'t str,
    indent: usize,
    /// Where its text starts, a list mark aside; in cells.
    hang: usize,
    width: usize,
    bytes: usize,
    words: usize,
    /// List mark, image, button, form, table row or quoted mail: begins something of its own.
    apart: bool,
    table: bool,
}

/// Places where `text` was wrapped; with `hyphens`, words that were parted there are made whole.
pub(crate) fn joins(text: &str, hyphens: bool) -> Vec<Join> {
    let lines = read(text);
    let Some(column) = column(&lines) else { return Vec::new() };
    let dense = !lines.iter().any(|l| l.body.is_empty() && l.start < text.trim_end().len());
    let mut joins = Vec::new();
    let mut hang = 0;
    for pair in lines.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        // The hanging indent is that of the paragraph's first line.
        if a.apart || joins.last().is_none_or(|j: &Join| j.bytes.end != a.start + a.indent_bytes(text)) {
            hang = a.hang;
        }
        if was_broken(a, b, column, hang) && !(dense && may_part(a, b)) {
            joins.push(join(text, a, b, hyphens));
        }
    }
    joins
}

impl Line<'_> {
    fn indent_bytes(&self, text: &str) -> usize {
        text[self.start..].len() - text[self.start..].trim_start_matches([' ', '\t', '\u{A0}']).len()
    }
}

fn read(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        if start <= text.len() && start <= end {
            lines.push(line(text, start, end));
        }
        start = end + 1;
    }
    lines
}

fn line(text: &str, start: usize, end: usize) -> Line<'_> {
    let whole = text[start..end].trim_end();
    let body = whole.trim_start_matches([' ', '\t', '\u{A0}']);
    let indent = cells(&whole[..whole.len() - body.len()]);
    let mark = mark(body, indent);
    let inner = &body[mark..];
    let table = inner.contains('|') || inner.contains('\t') || inner.trim_start().contains("   ");
    let apart = mark > 0 || table || body.starts_with(['[', '(', '|', '>', '<', '{', '}', '_', '#', '=']);
    Line {
        start,
        body,
        indent,
        hang: indent + cells(&body[..mark]),
        width: indent + cells(body),
        bytes: whole.len(),
        words: body.split_ascii_whitespace().count(),
        apart,
        table,
    }
}

/// Bytes of the list mark that `body` begins with, and the spaces after it.
fn mark(body: &str, indent: usize) -> usize {
    let bytes = body.as_bytes();
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let len = match body.chars().next() {
        Some(c @ ('*' | '+' | '-' | '•' | '·' | '–' | '—' | '■' | '●')) => c.len_utf8(),
        // A list within a list, as text browsers draw it.
        Some('o') if indent > 6 => 1,
        _ if (1..=3).contains(&digits) && matches!(bytes.get(digits), Some(b'.' | b')')) => digits + 1,
        _ => return 0,
    };
    let spaces = bytes[len..].iter().take_while(|&&b| b == b' ').count();
    if spaces == 0 { 0 } else { len + spaces }
}

/// How wide `text` is in a terminal.
fn cells(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars()
        .map(|c| match u32::from(c) {
            0x0300..=0x036F | 0x200B..=0x200F => 0,
            0x1100..=0x115F
            | 0x2E80..=0xA4CF
            | 0xAC00..=0xD7A3
            | 0xF900..=0xFAFF
            | 0xFE30..=0xFE6F
            | 0xFF00..=0xFF60
            | 0x2_0000..=0x3_FFFF => 2,
            _ => 1,
        })
        .sum()
}

/// The column that the document was wrapped at, if it was.
fn column(lines: &[Line<'_>]) -> Option<usize> {
    // How many of the lines that are text have each width.
    let mut widths = [0usize; COLUMNS.end + 1];
    let mut all = 0;
    for l in lines.iter().filter(|l| l.words >= 5 || l.width >= 60) {
        widths[l.width.min(COLUMNS.end)] += 1;
        all += 1;
    }
    let (mut over, mut column) = (0, COLUMNS.end);
    while over * 50 <= all && column > 0 {
        over += widths[column];
        if over * 50 > all {
            break;
        }
        column -= 1;
    }
    if !COLUMNS.contains(&column) {
        return None;
    }
    let full: usize = widths[column.saturating_sub(14)..=column].iter().sum();
    if full * 4 < all || full < 3 {
        return None;
    }
    // Lines that go on in small letters come after full lines, or the text was broken otherwise.
    let (mut on, mut fits) = (0, 0);
    for pair in lines.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        if a.words >= 3 && b.body.starts_with(char::is_lowercase) {
            on += 1;
            fits += usize::from(a.width + 1 + cells(first_word(b.body)) <= column);
        }
    }
    (fits * 2 <= on).then_some(column)
}

fn first_word(body: &str) -> &str {
    let dense = body.chars().next().filter(|c| is_dense(*c));
    match dense {
        Some(c) => &body[..c.len_utf8()],
        None => body.split([' ', '\t']).next().unwrap_or(body),
    }
}

fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x0E01..=0x0EFF | 0x3041..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Whether a wrapper parted `b` from `a`.
fn was_broken(a: &Line<'_>, b: &Line<'_>, column: usize, hang: usize) -> bool {
    if a.body.is_empty() || b.body.is_empty() || b.apart || a.table {
        return false;
    }
    if b.indent != a.indent && b.indent != hang || a.words < 2 {
        return false;
    }
    let word = first_word(b.body);
    let gap = usize::from(!word.starts_with(is_dense));
    let full = a.width + gap + cells(word) > column || a.bytes + gap + word.len() > column && a.bytes > a.width;
    full && a.width + SLACK >= column && a.width <= column + 1
}

/// Whether a paragraph may end with `a`, where nothing but full lines speaks against it.
fn may_part(a: &Line<'_>, b: &Line<'_>) -> bool {
    let stop = a.body.trim_end_matches(['"', '\'', '”', '’', '»', ')']).ends_with(['.', '!', '?', ':', '…']);
    stop && cells(first_word(b.body)) > SHORT && !b.body.starts_with(char::is_lowercase)
}

fn join(text: &str, a: &Line<'_>, b: &Line<'_>, hyphens: bool) -> Join {
    let from = a.start + a.indent_bytes(text) + a.body.len();
    let to = b.start + b.indent_bytes(text);
    let last = a.body.chars().next_back().unwrap_or(' ');
    let first = b.body.chars().next().unwrap_or(' ');
    let mut before = a.body.chars().rev().skip(1);
    if last == '-' && before.next().is_some_and(char::is_alphabetic) && first.is_alphabetic() {
        let gone = hyphens && first.is_lowercase();
        return Join { bytes: from - usize::from(gone)..to, glue: "", hyphen: gone };
    }
    let glue = if is_dense(last) && is_dense(first) { "" } else { " " };
    Join { bytes: from..to, glue, hyphen: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwrapped(text: &str, hyphens: bool) -> String {
        let mut out = text.to_owned();
        for j in joins(text, hyphens).into_iter().rev() {
            out.replace_range(j.bytes, j.glue);
        }
        out
    }

    const WRAPPED: &str = "   The ferry left the old harbour at dawn, and nobody who stood on the
   quay that morning thought that it would be the last time. The bridge
   was to be opened in the spring.

   The minister had promised it, the company had promised it, and the
   town had waited for it for years:
     * a bridge for everybody, with two lanes for cars and one for those
       who walk
     * no toll
   Short line
   Another";

    #[test]
    fn paragraphs_are_joined_and_lists_stay() {
        let out = unwrapped(WRAPPED, false);
        assert_eq!(out.lines().count(), 7, "{out}");
        assert!(out.contains("stood on the quay that morning"));
        assert!(out.contains("one for those who walk\n     * no toll\n   Short line\n   Another"));
        assert_eq!(unwrapped(&out, false), out);
    }

    #[test]
    fn verse_and_short_texts_stay() {
        for text in [
            "",
            "\n\n",
            "One line.",
            "The sun was low upon the hill,\nThe wind was in the wheat,\nAnd all the little town was still\nBut for the sound of feet.\n",
        ] {
            assert_eq!(unwrapped(text, false), text);
        }
    }

    #[test]
    fn hyphens_go_only_where_asked() {
        let text = WRAPPED.replace("on the\n", "on a har-\n").replace("   quay that", "   bour quay");
        assert!(unwrapped(&text, false).contains("a har-bour quay"));
        assert!(unwrapped(&text, true).contains("a harbour quay"));
    }
}
