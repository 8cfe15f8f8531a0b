//! What every line that a pattern matches must hold, worked out from the pattern.
//!
//! `build.rs` uses this file, too: for the rules that come with lave the answer is known before the
//! program starts.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Where a literal has to stand in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The line starts with one of the literals.
    Start,
    /// Its key does; they hold letters beyond ASCII among their first few.
    Wide,
    /// It ends with one of them.
    End,
    /// Its last byte is one of them.
    Last,
    /// One of them is in it.
    Inner,
    /// A byte that is the same in line and key is in it, each given as the character of that number.
    Byte,
    /// The pattern says nothing that could be looked for.
    Nowhere,
}

/// What opens one rule's gate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// Where.
    pub(crate) at: At,
    /// Sorted; none starts with another at [`At::Start`].
    pub(crate) literals: Vec<String>,
}

/// Fewest bytes of a literal at either end of a line.
pub(crate) const HEAD: usize = 3;
/// Most bytes of a literal that are compared.
pub(crate) const LITERAL: usize = 16;
/// Most bytes of which one may open a gate.
const BYTES: usize = 3;
/// Most literals that one rule's gate may have.
const MANY: usize = 1500;

impl Need {
    fn new(at: At, mut literals: Vec<String>) -> Need {
        literals.sort();
        if matches!(at, At::Start | At::Wide) {
            literals.dedup_by(|next, first| next.starts_with(first.as_str()));
        }
        literals.dedup();
        Need { at, literals }
    }

    /// What `pattern` needs; `needles` are literals of which, its author says, every match holds one.
    pub(crate) fn of(pattern: &str, needles: &[String]) -> Need {
        let words = |all: &[String]| -> Option<Vec<String>> { all.iter().map(|l| longest_word(l)).collect() };
        let nowhere = || Need::new(At::Nowhere, Vec::new());
        if !needles.is_empty() {
            let folded: Vec<String> = needles.iter().map(|n| n.to_lowercase()).collect();
            return words(&folded).map_or_else(nowhere, |all| Need::new(At::Inner, in_line(all)));
        }
        let Ok(hir) = regex_syntax::parse(pattern) else { return nowhere() };
        let inner = required(&hir).and_then(|all| words(&all));
        // "the " starts every tenth line.
        let telling = |all: &[String], least: usize| all.iter().all(|l| l.len() >= least);
        let by_inner = inner.as_deref().is_some_and(|all| telling(all, 5));
        if hir.properties().look_set_prefix().contains(Look::Start)
            && let Some(all) = ends(&hir, ExtractKind::Prefix, ascii_head)
            && (telling(&all, 5) || !by_inner)
        {
            return Need::new(At::Start, all);
        }
        if hir.properties().look_set_prefix().contains(Look::Start)
            && let Some(all) = ends(&hir, ExtractKind::Prefix, whole_head)
            && telling(&all, 4)
        {
            return Need::new(At::Wide, all);
        }
        let closed = hir.properties().look_set_suffix().contains(Look::End);
        if closed && let Some(all) = ends(&hir, ExtractKind::Suffix, ascii_tail) {
            return Need::new(At::End, all);
        }
        let last = if closed { last_bytes(&hir) } else { None };
        // Few lines end in a bracket.
        let telling = |l: &String| matches!(l.as_str(), ")" | "]");
        match (inner, last) {
            (_, Some(last)) if last.iter().all(telling) => Need::new(At::Last, last),
            (Some(inner), _) => Need::new(At::Inner, in_line(inner)),
            (None, Some(last)) => Need::new(At::Last, last),
            (None, None) => marks(&hir).filter(|all| all.len() <= BYTES).map_or_else(nowhere, |all| {
                Need::new(At::Byte, all.into_iter().map(|b| char::from(b).to_string()).collect())
            }),
        }
    }
}

/// Most literals of a set that is looked for before a pattern is tried.
const SOME: usize = 12;

/// Sets of literals of which every key that `pattern` matches holds one each, those first that are
/// quick to look for; none that most keys hold anyway.
pub(crate) fn musts(pattern: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    if let Ok(hir) = regex_syntax::parse(pattern) {
        add_musts(&hir, &mut all);
    }
    let telling = |l: &String| l.trim_matches(' ').len() >= 4 || l.contains(is_rare);
    all.retain(|set| set.len() <= SOME && set.iter().all(telling));
    all.sort_by_key(Vec::len);
    all.dedup();
    all
}

fn add_musts(hir: &Hir, all: &mut Vec<Vec<String>>) {
    match hir.kind() {
        HirKind::Concat(parts) => {
            parts.iter().for_each(|part| add_musts(part, all));
            all.extend(parts.windows(2).filter_map(|two| beside(&two[0], &two[1])));
        }
        HirKind::Capture(c) => add_musts(&c.sub, all),
        HirKind::Repetition(r) if r.min > 0 => add_musts(&r.sub, all),
        _ => all.extend(required(hir)),
    }
}

/// A literal with each of the few characters that may follow it.
fn beside(first: &Hir, next: &Hir) -> Option<Vec<String>> {
    let (HirKind::Literal(l), HirKind::Class(Class::Unicode(class))) = (first.kind(), next.kind()) else { return None };
    let start = std::str::from_utf8(&l.0).ok()?;
    let all = class.iter().flat_map(|r| r.start()..=r.end()).take(FEW + 1).map(|c| format!("{start}{c}"));
    Some(all.collect::<Vec<_>>()).filter(|all| all.len() <= FEW)
}

/// Most of those.
const FEW: usize = 4;

/// Marks that few lines hold.
fn is_rare(c: char) -> bool {
    is_mark(c) || matches!(c, '/' | '|' | '@' | '#' | '(' | '[' | ']' | '<' | '>' | '_')
}

/// The literals that every match has at one end, as far as they are `ascii`, if they are few enough
/// and none is too short. Long ones tell more, short ones are fewer.
fn ends(hir: &Hir, kind: ExtractKind, ascii: fn(&[u8]) -> &[u8]) -> Option<Vec<String>> {
    [LITERAL, 12, 8].iter().find_map(|&len| {
        let seq = Extractor::new().kind(kind.clone()).limit_literal_len(len).limit_total(MANY).extract(hir);
        let literal = |l: &[u8]| String::from_utf8(ascii(l).to_vec()).ok().filter(|l| l.len() >= HEAD);
        let all: Option<Vec<String>> = seq.literals()?.iter().map(|l| literal(l.as_bytes())).collect();
        all.filter(|a| !a.is_empty())
    })
}

/// The bytes, all ASCII, that end a match.
fn last_bytes(hir: &Hir) -> Option<Vec<String>> {
    let seq = Extractor::new().kind(ExtractKind::Suffix).limit_literal_len(1).extract(hir);
    let last = |l: &[u8]| l.last().copied().filter(u8::is_ascii).map(|b| char::from(b).to_string());
    seq.literals()?.iter().map(|l| last(l.as_bytes())).collect()
}

/// All of it, but for a character that was cut in two.
fn whole_head(l: &[u8]) -> &[u8] {
    match std::str::from_utf8(l) {
        Ok(_) => l,
        Err(e) => &l[..e.valid_up_to()],
    }
}

/// What comes before the first byte that is not ASCII. Line and key may differ from there on.
fn ascii_head(l: &[u8]) -> &[u8] {
    &l[..l.iter().position(|b| !b.is_ascii()).unwrap_or(l.len())]
}

/// What a line starts with that opens a gate at [`At::Start`] or [`At::Wide`]; nothing if only the
/// line's key can tell.
pub(crate) fn start_of(at: At, literal: &str) -> Option<&str> {
    match at {
        At::Start => Some(literal),
        _ => std::str::from_utf8(ascii_head(literal.as_bytes())).ok().filter(|head| head.len() >= HEAD),
    }
}

/// What comes after the last byte that is not ASCII.
fn ascii_tail(l: &[u8]) -> &[u8] {
    &l[l.iter().rposition(|b| !b.is_ascii()).map_or(0, |i| i + 1)..]
}

/// The longest run of what line and key have alike, case and digits aside; three bytes at least, or
/// a mark that is a needle by itself. A full stop at the end may be the first of an ellipsis.
fn longest_word(l: &str) -> Option<String> {
    let alike = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '-' | '.') || is_mark(c);
    let (mut best, mut from) = ("", 0);
    for (i, c) in l.char_indices() {
        if !alike(c) {
            let word = &l[from..i + usize::from(c == '.' && i > from)];
            best = if word.len() > best.len() { word } else { best };
            from = i + c.len_utf8();
        }
    }
    best = if l.len() - from > best.len() { &l[from..] } else { best };
    (best.len() >= 3 || best.contains(is_mark)).then(|| best.to_owned())
}

/// The forms that needles can have in the line.
fn in_line(needles: Vec<String>) -> Vec<String> {
    let ellipses: Vec<String> = needles.iter().filter_map(|n| Some(format!("{}…", n.strip_suffix('.')?))).collect();
    needles.into_iter().chain(ellipses).collect()
}

/// Marks that a key keeps as they are.
fn is_mark(c: char) -> bool {
    matches!(c, '©' | '®' | '™' | '•' | '→')
}

/// Literals of which every match of `hir` holds at least one.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(l) => Some(vec![std::str::from_utf8(&l.0).ok()?.to_owned()]),
        HirKind::Capture(c) => required(&c.sub),
        HirKind::Repetition(r) if r.min > 0 => required(&r.sub),
        HirKind::Concat(all) => {
            let score = |set: &Vec<String>| {
                let shortest = set.iter().map(|l| longest_word(l).map_or(0, |w| w.len())).min().unwrap_or(0);
                (shortest.min(6), std::cmp::Reverse(set.len()))
            };
            all.iter().filter_map(required).max_by_key(score)
        }
        HirKind::Alternation(all) => {
            let sets: Option<Vec<_>> = all.iter().map(required).collect();
            Some(sets?.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// Bytes, alike in line and key, of which every match of `hir` holds at least one: marks, and the
/// first bytes of Cyrillic letters, which are the same two for small letters and capitals.
fn marks(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Literal(l) => {
            let mark = |b: &u8| b":/|;=@#*+_<>[](){}".contains(b);
            let cyrillic = |b: &u8| matches!(b, 0xD0 | 0xD1);
            let one = l.0.iter().find(|b| mark(b)).map(|b| vec![*b]);
            one.or_else(|| l.0.iter().any(cyrillic).then(|| vec![0xD0, 0xD1]))
        }
        HirKind::Capture(c) => marks(&c.sub),
        HirKind::Repetition(r) if r.min > 0 => marks(&r.sub),
        HirKind::Concat(all) => all.iter().filter_map(marks).min_by_key(|m| (m.contains(&b':'), m.len())),
        HirKind::Alternation(all) => {
            let sets: Option<Vec<_>> = all.iter().map(marks).collect();
            let mut all: Vec<u8> = sets?.into_iter().flatten().collect();
            all.sort_unstable();
            all.dedup();
            Some(all)
        }
        _ => None,
    }
}
