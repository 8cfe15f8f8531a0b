//! The stringified list: an article that went through Python's `str(list)` and an editor that
//! curls quotes, turned back into its paragraphs. It runs first within the stage *quotes*.
//!
//! ```text
//! list      = [cut] para { " " para } [cut]         cut: the text starts or ends inside a para
//! para      = "’" single "’" | "”" double "”"
//! single    = { "’’" (an apostrophe) | "”" | other } it holds "’’" only if it holds "”"
//! double    = { "’" | other }                        it holds "’", and never "”"
//! other     = any text without quotes; a line break is three spaces
//! bracketed = "[" para { ", " para } "]"             quotes straight, escapes as in Python
//! ```
//! Those are `repr`'s own choices, so a whole list has exactly one parse. Lost words and cut ends
//! break a constraint here and there: `parse` finds the parse that breaks least, and this module
//! weighs what speaks for a list (junctions between paragraphs that end and begin like sentences)
//! against what that parse costs. Dialogue in `”…”` (Swedish, Finnish), possessives before a quote
//! and lists in program text have no such junctions, break constraints or are no prose, and stay.
//!
//! It refuses lines over 4 MiB. What it makes holds no junction, so it does not fire again.

mod gaps;
mod parse;
#[cfg(test)]
mod tests;

use crate::edit::{EditSink, Effect, RuleId};
use crate::rule::RuleSet;
use parse::{Alphabet, Form, List, Para};

/// Longest line that is read as a list, in bytes: no article is longer.
const LONGEST: usize = 4 << 20;

/// Inverts lists; see the module.
pub(crate) struct Stringified {
    list: RuleId,
    lost: RuleId,
}

impl Stringified {
    /// With the rules `quotes.stringified-list` and `quotes.lost-words`.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        Stringified { list: rules.id("quotes.stringified-list"), lost: rules.id("quotes.lost-words") }
    }

    /// Pushes the edits that turn `line` into its paragraphs; `false` if it is no such list, or
    /// none that may be changed.
    pub(crate) fn edit(&self, line: &str, sink: &mut EditSink) -> bool {
        if line.len() > LONGEST || !sink.wants(self.list) {
            return false;
        }
        let Some((form, list)) = recognise(line) else { return false };
        let acts = sink.effect(self.list) == Effect::Act;
        if sink.wants(self.lost) {
            for gap in gaps::find(line, &list.paras, form.bracketed()) {
                if acts {
                    sink.flag_lasting(gap, self.lost);
                } else {
                    sink.flag(gap, self.lost);
                }
            }
        }
        if acts {
            emit(line, &form, &list.paras, sink, self.list);
        } else {
            sink.flag(0..line.len(), self.list);
        }
        acts
    }
}

/// The list that `line` is, if what speaks for one outweighs what speaks against.
fn recognise(line: &str) -> Option<(Form, List)> {
    let start = line.len() - line.trim_start().len();
    let end = line.trim_end().len();
    if start >= end {
        return None;
    }
    let body = &line[start..end];
    let open = body.strip_prefix('[').and_then(|r| r.strip_prefix('u').unwrap_or(r).chars().next());
    let close = body.strip_suffix(']').and_then(|r| r.chars().next_back());
    let open = open.filter(|&c| is_mark(c));
    let close = close.filter(|&c| is_mark(c));
    let form = |alphabet, inner| Form {
        alphabet,
        start: match open {
            Some(_) => start + 1 + usize::from(body[1..].starts_with('u')),
            None => start,
        },
        end: end - usize::from(close.is_some()),
        open: open.is_some(),
        close: close.is_some(),
        inner,
    };
    let try_form = |form: Form| {
        let list = parse::parse(line, &form)?;
        let sound = if form.bracketed() { bracketed(line, &form, &list) } else { bare(line, &form, &list) };
        let full = list.paras.iter().any(|p| !text(line, *p, &form).is_empty());
        (sound && full).then_some((form, list))
    };
    let try_one = |alphabet| try_form(form(alphabet, false));
    match open.or(close) {
        Some('\'' | '"') => try_one(Alphabet::Straight),
        Some('’' | '”') if open.is_none_or(|c| c == '’' || c == '”') => {
            try_one(Alphabet::Curled).or_else(|| try_one(Alphabet::Educated))
        }
        Some(_) => try_one(Alphabet::Educated),
        None => {
            let from_curled = || body.contains(['’', '”']).then(|| try_one(Alphabet::Curled))?;
            let from_straight = || body.contains(['\'', '"']).then(|| try_one(Alphabet::Straight))?;
            let from_inner = || {
                ["', ", "\", "].iter().any(|e| body.contains(e)).then(|| try_form(form(Alphabet::Straight, true)))?
            };
            from_curled().or_else(from_straight).or_else(from_inner)
        }
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\'' | '"' | '’' | '”' | '‘' | '“')
}

/// The text of a paragraph without blanks at its ends.
fn text<'t>(line: &'t str, p: Para, form: &Form) -> &'t str {
    trimmed(line, p, form.bracketed()).map_or("", |(start, end)| &line[start..end])
}

/// What speaks for a list.
#[derive(Default, Debug)]
struct Evidence {
    /// How well the paragraphs meet, summed over the junctions.
    strength: u32,
    /// Junctions with the blanks that an indented source leaves on both sides.
    padded: u32,
}

fn evidence(line: &str, form: &Form, list: &List) -> Evidence {
    let mut out = Evidence::default();
    let mut previous: Option<&str> = None;
    let mut blanks = 0;
    for p in &list.paras {
        let b = &line[p.start..p.end];
        let Some(first) = text(line, *p, form).chars().next() else {
            blanks += 1;
            continue;
        };
        let Some(a) = previous.replace(b) else { continue };
        let last = a.trim_end().chars().next_back().unwrap_or(' ');
        let ends = is_mark(last) || matches!(last, '.' | '!' | '?' | '…' | ':' | ';' | ')' | ']' | '。');
        let begins = !first.is_lowercase();
        let blank_before = a.ends_with(' ');
        let blank_after = b.starts_with("  ");
        let full = blank_before && blank_after;
        out.padded += u32::from(full);
        out.strength += match (ends && begins, full) {
            (true, true) => 4,
            (true, false) => 1 + u32::from(blank_before) + u32::from(blank_after) + blanks,
            (false, true) => 2,
            (false, false) => 0,
        };
        blanks = 0;
    }
    out
}

/// Whether a list without brackets is one.
fn bare(line: &str, form: &Form, list: &List) -> bool {
    if list.paras.len() < 2 {
        return false;
    }
    let found = evidence(line, form, list);
    let mut strength = found.strength + list.doubled.min(2);
    if found.strength == 0 {
        return false;
    }
    // Dialogue in marks that open and close alike is nothing but `”…” ”…”`.
    let full: Vec<usize> = list.paras.iter().map(|p| text(line, *p, form).len()).filter(|&n| n > 0).collect();
    let size: usize = full.iter().sum();
    let long = size >= 80 * full.len();
    let unlike_dialogue = match full.len() {
        0..3 => long && list.cost == 0,
        n => long && list.cost <= 2 || size >= 30 * n && list.cost == 0,
    };
    if !list.singles && found.padded == 0 && !unlike_dialogue {
        return false;
    }
    // Short replies in single marks are dialogue too.
    if found.padded == 0 && list.doubled == 0 && (size < 50 || size < 20 * full.len()) {
        return false;
    }
    // A text that tells opening marks from closing ones did not go this way.
    let told_apart = line.contains(['“', '‘']);
    if told_apart {
        strength = strength.saturating_sub(2);
    } else if list.singles && line.match_indices(" ”").any(|(i, m)| after_is_letter(line, i + m.len())) {
        strength += 1;
    }
    match form.alphabet {
        Alphabet::Straight => (found.padded > 0 || list.doubled > 0) && strength >= 3 + 2 * list.cost,
        _ => strength >= list.cost + if list.opens || long && !told_apart { 1 } else { 2 },
    }
}

fn after_is_letter(line: &str, at: usize) -> bool {
    line[at..].chars().next().is_some_and(char::is_alphabetic)
}

/// Whether a list between brackets is one of paragraphs: they have to be prose.
fn bracketed(line: &str, form: &Form, list: &List) -> bool {
    let (mut words, mut full, mut stops) = (0, 0, 0);
    for p in &list.paras {
        let t = text(line, *p, form);
        if !t.is_empty() {
            full += 1;
            words += t.split(' ').filter(|w| !w.is_empty()).count();
            stops += usize::from(t.ends_with(['.', '!', '?', '…', '"', '”', '\'', '’', '。']));
        }
    }
    let found = evidence(line, form, list);
    // Escapes and blanks at the ends of paragraphs give a printed list away.
    let telling = found.padded > 0 || ["\\n", "\\'"].iter().any(|e| line.contains(e));
    let prose = match telling {
        true => words >= 6 && words >= 2 * full && stops > 0,
        false => words >= 12 && (words >= 5 * full && stops > 0 || words >= 3 * full && stops * 2 > full),
    };
    if !prose {
        return false;
    }
    let mixed = list.singles && list.paras.iter().any(|p| p.double);
    // Both kinds of wrappers, or a paragraph that only one of them could wrap, are a program's choice.
    let chosen = mixed || list.paras.iter().any(|p| line[p.start..p.end].contains(if p.double { '\'' } else { '"' }));
    // Long paragraphs that end as sentences do, or many with headings among them: an article.
    let article = chosen && full >= 4 && words >= 15 * full && stops * 4 >= 3 * full
        || mixed && full >= 8 && words >= 10 * full && stops * 3 >= full;
    match (form.open, form.close) {
        (true, true) => list.cost == 0 || found.strength >= 2 * list.cost,
        // Both brackets are gone, and nothing else.
        (false, false) if list.opens && list.cost == 0 => article,
        // Cut within a paragraph at both ends, or else a line of a program's table of messages.
        (false, false) if telling => found.strength > list.cost && list.cost > 0,
        (false, false) => {
            !list.opens && list.cost > 0 && found.strength >= if mixed { 2 } else { 3 } && words >= 8 * full
        }
        _ => found.strength >= 1 && found.strength >= list.cost || list.opens && list.cost <= 1 && words >= 20,
    }
}

/// Pushes the edits: wrappers and what parts them become blank lines, quotes become straight,
/// runs of spaces become one.
fn emit(line: &str, form: &Form, paras: &[Para], sink: &mut EditSink, rule: RuleId) {
    let mut done = 0;
    for p in paras {
        let Some((start, end)) = trimmed(line, *p, form.bracketed()) else { continue };
        sink.replace(done..start, if done == 0 { "" } else { "\n\n" }, rule);
        inside(line, start..end, *p, form, sink, rule);
        done = end;
    }
    sink.delete(done..line.len(), rule);
}

/// The bytes of a paragraph without blanks at its ends, escaped ones too; `None` if it is blank.
fn trimmed(line: &str, p: Para, escapes: bool) -> Option<(usize, usize)> {
    let (mut start, mut end) = (p.start, p.end);
    loop {
        let t = &line[start..end];
        let blank = match escape(t, escapes) {
            Some((c, n)) if is_blank(c) => n,
            _ => match t.chars().next()? {
                c if is_blank(c) => c.len_utf8(),
                _ => break,
            },
        };
        start += blank;
    }
    loop {
        let t = &line[start..end];
        let last = t.chars().next_back()?;
        if is_blank(last) {
            end -= last.len_utf8();
            continue;
        }
        // An escape at the end is at most six bytes long and its backslash is not itself escaped.
        let slash = t.bytes().rev().take(6).position(|b| b == b'\\').map(|n| t.len() - 1 - n);
        match slash {
            Some(at) if t[..at].bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 0 => {
                match escape(&t[at..], escapes) {
                    Some((c, n)) if is_blank(c) && at + n == t.len() => end -= n,
                    _ => return Some((start, end)),
                }
            }
            _ => return Some((start, end)),
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

fn inside(line: &str, of: std::ops::Range<usize>, p: Para, form: &Form, sink: &mut EditSink, rule: RuleId) {
    let mut at = of.start;
    while at < of.end {
        let rest = &line[at..of.end];
        let escaped = escape(rest, form.bracketed());
        let Some(c) = escaped.map(|e| e.0).or_else(|| rest.chars().next()) else { break };
        let mut len = escaped.map_or(c.len_utf8(), |e| e.1);
        match c {
            c if is_blank(c) => {
                let (mut breaks, mut count) = (u32::from(c == '\n'), 1);
                while let Some((c, n)) = blank(&rest[len..], form.bracketed()) {
                    breaks += u32::from(c == '\n');
                    count += 1;
                    len += n;
                }
                if breaks > 1 {
                    sink.replace(at..at + len, "\n\n", rule);
                } else if count > 1 || escaped.is_some() || c == '\t' {
                    sink.replace(at..at + len, " ", rule);
                }
            }
            '’' | '‘' | '‛' => {
                let doubled = !p.double && form.alphabet != Alphabet::Straight && rest[len..].starts_with(c);
                len *= if doubled { 2 } else { 1 };
                sink.replace(at..at + len, "'", rule);
            }
            '\'' if !p.double && !form.bracketed() && rest[1..].starts_with('\'') => {
                len = 2;
                sink.replace(at..at + len, "'", rule);
            }
            '“' | '”' | '‟' => sink.replace(at..at + len, "\"", rule),
            _ if escaped.is_some() => sink.replace(at..at + len, c.encode_utf8(&mut [0; 4]), rule),
            _ => {}
        }
        at += len;
    }
}

/// A blank at the start of `s`, plain or escaped, with its length in bytes.
fn blank(s: &str, escapes: bool) -> Option<(char, usize)> {
    let c = s.chars().next()?;
    if is_blank(c) {
        return Some((c, c.len_utf8()));
    }
    escape(s, escapes).filter(|e| is_blank(e.0))
}

/// What Python's escape at the start of `s` stands for, and its length in bytes. Outside brackets
/// a line break or tab has to be followed by what follows one: there may be paths.
fn escape(s: &str, bracketed: bool) -> Option<(char, usize)> {
    let b = s.as_bytes();
    if b.first() != Some(&b'\\') {
        return None;
    }
    let hex = |from: usize, len: usize| {
        let digits = b.get(from..from + len)?;
        digits.iter().try_fold(0u32, |n, d| Some(n << 4 | char::from(*d).to_digit(16)?))
    };
    let breaks = || bracketed || s[2..].chars().next().is_none_or(|c| c == ' ' || c.is_uppercase() || is_mark(c));
    Some(match b.get(1)? {
        b'n' | b'r' | b't' if !breaks() => return None,
        b'n' => ('\n', 2),
        b'r' | b't' => ('\t', 2),
        b'\\' => ('\\', 2),
        b'\'' => ('\'', 2),
        b'"' => ('"', 2),
        0xE2 => {
            let c = s[1..].chars().next().filter(|&c| is_mark(c))?;
            (c, 1 + c.len_utf8())
        }
        b'x' => (char::from_u32(hex(2, 2)?)?, 4),
        b'u' => {
            let high = hex(2, 4)?;
            if (0xD800..0xDC00).contains(&high) && b.get(6..8) == Some(b"\\u") {
                let low = hex(8, 4).filter(|n| (0xDC00..0xE000).contains(n))?;
                (char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?, 12)
            } else {
                (char::from_u32(high)?, 6)
            }
        }
        b'U' => (char::from_u32(hex(2, 8)?)?, 10),
        _ => return None,
    })
}
