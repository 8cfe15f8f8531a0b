//! Repairs within a line. Each looks at the marks in order and at what stands beside them; each
//! deletes marks, or puts one for two, and so cannot fire twice on one place.

use std::ops::Range;

use super::{Ids, Out, after, before, is_double, is_letter, is_mark, is_single, is_space};

/// The runs of characters that `of` holds for, of at least two, in order.
fn runs<'t>(line: &'t str, of: fn(char) -> bool) -> impl Iterator<Item = (Range<usize>, usize)> + use<'t> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + line[at..].find(of)?;
        let rest = &line[start..];
        let len = rest.find(|c| !of(c)).unwrap_or(rest.len());
        at = start + len;
        Some((start..at, rest[..len].chars().count()))
    })
}

/// `““x””` and `""x""`: a doubled opening mark whose next mark is a doubled closing one.
pub(super) fn doubled_quotes(line: &str, rules: &Ids, out: &mut Out<'_>) {
    if !out.wants(rules.doubled_quote) {
        return;
    }
    let mut open: Option<Range<usize>> = None;
    for (run, count) in runs(line, is_double) {
        let (prev, next) = (before(line, run.start), after(line, run.end));
        let alike = count == 2 && line[run.clone()].chars().all(|c| c == '"') || !line[run.clone()].contains('"');
        let opens = count == 2 && alike && starts_quote(prev) && !is_space(next) && !is_closing_stop(next);
        let closes = count == 2 && alike && !is_space(prev) && ends_quote(next);
        match open.take() {
            Some(o) if closes => {
                let half = |r: &Range<usize>| r.start + (r.end - r.start) / 2..r.end;
                out.delete(half(&o), rules.doubled_quote);
                out.delete(half(&run), rules.doubled_quote);
            }
            _ if opens => open = Some(run),
            _ => {}
        }
    }
}

fn starts_quote(prev: Option<char>) -> bool {
    prev.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '—' | '–' | '-' | '/' | '‘'))
}

fn ends_quote(next: Option<char>) -> bool {
    next.is_none_or(|c| {
        c.is_whitespace()
            || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '—' | '–' | '-' | '/' | '…' | '’')
    })
}

fn is_closing_stop(c: Option<char>) -> bool {
    c.is_some_and(|c| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']'))
}

/// English endings after an apostrophe.
const ENDINGS: [&str; 7] = ["s", "t", "re", "ve", "ll", "d", "m"];
/// Words of French and Italian that lose their vowel before another.
const ELIDED: [&str; 20] = [
    "l", "d", "j", "m", "t", "s", "n", "c", "qu", "dell", "nell", "all", "dall", "sull", "un", "quest", "quell",
    "lorsqu", "jusqu", "puisqu",
];

/// The English ending that stands at byte `at` and ends a word there, after an apostrophe that
/// stands behind the character `prev`.
fn ending(line: &str, prev: Option<char>, at: usize) -> bool {
    let word: usize = line[at..].bytes().take(3).take_while(u8::is_ascii_alphabetic).count();
    let next = after(line, at + word);
    if word == 0 || word > 2 || next.is_some_and(|c| c.is_alphanumeric() || is_mark(c) || c == '`' || c == '´') {
        return false;
    }
    let e = &line[at..at + word];
    // `don’t` has its n; a t after anything else is no contraction.
    let t_fits = !e.eq_ignore_ascii_case("t") || prev.is_some_and(|c| matches!(c, 'n' | 'N'));
    t_fits && prev.is_some_and(|c| c.is_ascii_alphanumeric()) && ENDINGS.iter().any(|k| e.eq_ignore_ascii_case(k))
}

/// `UN’’s`, `l''homme`, `envoys’’ language`, `‘‘x’’`.
pub(super) fn doubled_singles(line: &str, rules: &Ids, out: &mut Out<'_>) {
    // Where doubled marks also open something they are wiki markup or quotation marks.
    let mut opening = false;
    let mut lone = 0;
    for (run, count) in runs(line, is_single) {
        if count >= 2 {
            let prev = before(line, run.start);
            opening |= count > 2 || line[run.clone()].contains('‘') || !is_letter(prev);
            lone += u32::from(!is_letter(after(line, run.end)));
        }
    }
    if opening {
        return paired_singles(line, rules, out);
    }
    for (run, count) in runs(line, is_single) {
        if count != 2 {
            continue;
        }
        let mark = after(line, run.start).unwrap_or('\'');
        let half = run.start + mark.len_utf8()..run.end;
        let (prev, next) = (before(line, run.start), after(line, run.end));
        let elision = lone == 0 && elided(line, run.start) && next.is_some_and(is_vowel);
        // One alone after an s, before a word: a plural possessive.
        let possessive = lone == 1
            && mark == '’'
            && matches!(prev, Some('s' | 'S'))
            && line[run.end..].strip_prefix(' ').is_some_and(|r| is_letter(after(r, 0)) && !line.contains(['“', '”']));
        if ending(line, prev, run.end) {
            out.delete(half, rules.doubled_apostrophe);
        } else if elision || possessive {
            out.delete(half, rules.doubled_elision);
        }
    }
}

fn is_vowel(c: char) -> bool {
    "aeiouyhàâäéèêëîïôöùûüœæ".contains(c) || "AEIOUYHÀÂÉÈÊÎÔÙÛŒ".contains(c)
}

/// Whether the word that ends at byte `at` is one that elides.
fn elided(line: &str, at: usize) -> bool {
    let mut start = at;
    while let Some(c) = before(line, start).filter(|c| c.is_alphanumeric()) {
        start -= c.len_utf8();
        if at - start > 8 {
            return false;
        }
    }
    ELIDED.iter().any(|w| line[start..at].eq_ignore_ascii_case(w))
}

/// `‘‘x’’`: two single marks for a double one.
fn paired_singles(line: &str, rules: &Ids, out: &mut Out<'_>) {
    if !out.wants(rules.paired_singles) {
        return;
    }
    let mut open: Option<Range<usize>> = None;
    for (run, count) in runs(line, is_single) {
        let (prev, next) = (before(line, run.start), after(line, run.end));
        match (&line[run.clone()], count) {
            ("‘‘", 2) if starts_quote(prev) && is_latin(next) => open = Some(run),
            ("’’", 2) if !is_space(prev) && ends_quote(next) => {
                if let Some(o) = open.take() {
                    out.replace(o, "“", rules.paired_singles);
                    out.replace(run, "”", rules.paired_singles);
                }
            }
            (_, n) if n >= 2 => open = None,
            _ => {}
        }
    }
}

fn is_latin(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() && c < '\u{250}')
}

/// `\"x\"` and `don\'t`, in a line without other backslashes or bare double marks.
pub(super) fn escaped(line: &str, rules: &Ids, out: &mut Out<'_>) {
    let b = line.as_bytes();
    let mut opens = true;
    let (mut quotes, mut sound) = (0u32, true);
    // First whether every backslash is one of ours: a LaTeX accent, a path or a string in a
    // program is none.
    for at in memchr::memchr_iter(b'\\', b) {
        match b.get(at + 1) {
            Some(b'"') => {
                quotes += 1;
                let (prev, next) = (before(line, at), after(line, at + 2));
                let opening = starts_quote(prev) && !is_space(next);
                let closing = !is_space(prev) && prev != Some('(') && ends_quote(next);
                sound &= if opens { opening } else { closing };
                opens = !opens;
            }
            Some(b'\'') => sound &= ending(line, before(line, at), at + 2),
            _ => sound = false,
        }
    }
    let bare = memchr::memchr_iter(b'"', b).count() as u32 != quotes;
    if !sound || bare || !opens || line.contains(['{', '}', '=', '<', '>', '`', '$']) {
        return;
    }
    for at in memchr::memchr_iter(b'\\', b) {
        let rule = if b[at + 1] == b'"' { rules.escaped_quote } else { rules.escaped_apostrophe };
        out.delete(at..at + 1, rule);
    }
}

/// Backticks: ``` ``x'' ```, `` `two words' ``, `` don`t ``.
pub(super) fn ticks(line: &str, rules: &Ids, out: &mut Out<'_>) {
    let b = line.as_bytes();
    if memchr::memchr(b'`', b).is_none() || memchr::memchr3(b'\\', b'{', b'$', b).is_some() {
        return;
    }
    let mut open: Option<Range<usize>> = None;
    let mut at = 0;
    let mut apostrophes = Vec::new();
    let mut only_apostrophes = true;
    while let Some(i) = memchr::memchr2(b'`', b'\'', &b[at..]) {
        let start = at + i;
        let len = b[start..].iter().take_while(|&&c| c == b[start]).count();
        at = start + len;
        let (prev, next) = (before(line, start), after(line, at));
        match (b[start], len) {
            (b'`', 1 | 2) if starts_quote(prev) && next.is_some_and(char::is_alphanumeric) => {
                open = Some(start..at);
                only_apostrophes = false;
            }
            (b'`', 1) if ending(line, prev, at) => apostrophes.push(start),
            (b'`', _) => {
                open = None;
                only_apostrophes = false;
            }
            (_, n) if !is_space(prev) && ends_quote(next) => {
                let Some(o) = open.take_if(|o| o.len() == n) else { continue };
                let inner = &line[o.end..start];
                if n == 2 {
                    out.replace(o, "\"", rules.latex);
                    out.replace(start..at, "\"", rules.latex);
                } else if inner.contains(' ') && is_latin(after(inner, 0)) {
                    out.replace(o, "'", rules.typewriter);
                }
            }
            _ => {}
        }
    }
    if only_apostrophes {
        for at in apostrophes {
            out.replace(at..at + 1, "'", rules.accent);
        }
    }
}

/// `don´t`.
pub(super) fn acute(line: &str, rules: &Ids, out: &mut Out<'_>) {
    for (at, mark) in line.match_indices('´') {
        if ending(line, before(line, at), at + mark.len()) {
            out.replace(at..at + mark.len(), "'", rules.accent);
        }
    }
}

/// `he said,”Then`: a space after a closing mark with its stop inside, before a capital.
pub(super) fn space_after(line: &str, rules: &Ids, out: &mut Out<'_>) {
    let marks = |c: char| is_double(c) || c == '„';
    if !out.wants(rules.space_after) || line.chars().filter(|&c| marks(c)).count() % 2 == 1 {
        return;
    }
    // Before this byte the text does not look like a program or a table.
    let coded = line.find(['=', '{', '<', '\\', '\t']).unwrap_or(line.len());
    let mut seen = 0u32;
    for (at, mark) in line.match_indices(marks) {
        seen += 1;
        let past = at + mark.len();
        let closing = seen.is_multiple_of(2) && mark != "“" && mark != "„";
        let stop = before(line, at).is_some_and(|c| matches!(c, ',' | '.' | '!' | '?'));
        if closing && stop && after(line, past).is_some_and(char::is_uppercase) && at < coded {
            out.replace(past..past, " ", rules.space_after);
        }
    }
}
