//! The parse: which quotation marks wrap paragraphs and which belong to the text.
//!
//! The grammar is in the docs of the folder. On an undamaged list it has exactly one parse; lists
//! that lost words or ends break a constraint here and there, so this looks for the parse that
//! breaks them least: a dynamic programme over the quotation marks with six states, linear in
//! their number. Each broken constraint costs; [`List::cost`] tells the caller how far to trust it.

/// Which characters wrap and quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// `’` and `”`.
    Curled,
    /// `'` and `"`, as Python writes them.
    Straight,
    /// `‘’` and `“”`: a list that was curled well; only between brackets.
    Educated,
}

/// How to read a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) alphabet: Alphabet,
    /// The text between the brackets, or all of it, in bytes of the line.
    pub(super) start: usize,
    pub(super) end: usize,
    /// `[` stood before the first wrapper.
    pub(super) open: bool,
    /// `]` stood after the last.
    pub(super) close: bool,
    /// Both brackets were cut off.
    pub(super) inner: bool,
}

impl Form {
    /// Whether it is a list in brackets, however badly cut, with commas and Python's escapes.
    pub(super) fn bracketed(&self) -> bool {
        self.open || self.close || self.inner
    }
}

/// One paragraph of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Para {
    /// Its text without wrappers, in bytes of the line.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Wrapped in double marks: apostrophes within are not doubled.
    pub(super) double: bool,
}

/// The least broken parse.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) paras: Vec<Para>,
    /// What its broken constraints come to; 0 for an undamaged, whole list.
    pub(super) cost: u32,
    /// It starts with an opening wrapper.
    pub(super) opens: bool,
    /// Some paragraph is wrapped in single marks.
    pub(super) singles: bool,
    /// Apostrophes between letters that are doubled as they must be.
    pub(super) doubled: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Single,
    Double,
    EscapedSingle,
    EscapedDouble,
}

/// What stands between a mark and the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gap {
    Nothing,
    /// What parts paragraphs.
    Separator,
    /// Two or three spaces.
    Wide,
    Text,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    start: u32,
    end: u32,
    kind: Kind,
    gap: Gap,
    /// Letters or digits on both sides.
    flanked: bool,
}

/// The paper is cut off at this end.
const CUT: u32 = 1;
/// An apostrophe between letters is not doubled.
const UNDOUBLED: u32 = 1;
/// A single mark elsewhere within `’…’`.
const LOOSE: u32 = 3;
/// `’…’` holds an apostrophe and no double mark.
const NEEDLESS_SINGLES: u32 = 2;
/// `”…”` holds no apostrophe.
const NEEDLESS_DOUBLES: u32 = 3;
/// `”…”` holds a double mark.
const DOUBLE_WITHIN: u32 = 4;
/// A doubled apostrophe within `”…”`.
const DOUBLED_WITHIN: u32 = 2;
/// Two or three spaces between paragraphs.
const WIDE: u32 = 3;
/// An escape that Python would not write.
const NEEDLESS_ESCAPE: u32 = 1;

const INF: u32 = u32::MAX / 2;
/// States: within `’…’` with (1) an apostrophe seen and (2) a double mark seen; within `”…”` with
/// (1) an apostrophe seen.
const STATES: usize = 6;
const IN_DOUBLE: usize = 4;
const START: u8 = u8::MAX;
const TWO: u8 = 8;
const JUNCTION: u8 = 16;

/// Reads `line` as a list of paragraphs; `None` if no mark in it can be a wrapper.
pub(super) fn parse(line: &str, form: &Form) -> Option<List> {
    let tokens = tokens(line, form);
    let n = tokens.len();
    let first = tokens.first()?;
    // costs[i][s]: the least cost of being in state s with tokens 0..i read. Only three rows live.
    let mut rows = [[INF; STATES]; 3];
    let mut back = vec![[START; STATES]; n + 1];
    rows[0][2] = CUT;
    rows[0][IN_DOUBLE + 1] = CUT;
    let wraps = |k: Kind| matches!(k, Kind::Single | Kind::Double);
    // Python doubles nothing, and heeds no apostrophe that was curled before it came.
    let (undoubled, needless_singles) =
        if form.alphabet == Alphabet::Educated { (0, 0) } else { (UNDOUBLED, NEEDLESS_SINGLES) };
    let opened = |k: Kind| if k == Kind::Double { IN_DOUBLE } else { 0 };
    // A comma at an end is what a cut left of a separator.
    let edge = |s: &str| match s.trim() {
        "" => Some(0),
        "," if form.bracketed() || form.alphabet == Alphabet::Curled => Some(CUT),
        _ => None,
    };
    if let Some(cost) = edge(&line[form.start..first.start as usize])
        && wraps(first.kind)
    {
        rows[1][opened(first.kind)] = cost;
    }
    // The best way to end: cost, tokens read, state.
    let mut best = (INF, 0, 0);
    for (i, t) in tokens.iter().enumerate() {
        let here = rows[i % 3];
        let next = tokens.get(i + 1);
        for (s, &cost) in here.iter().enumerate().filter(|&(_, &c)| c < INF) {
            let mut go = |step: usize, to: usize, more: u32, mark: u8| {
                let (row, c) = ((i + step) % 3, cost + more);
                // The row two ahead was cleared when it was last left behind, see below.
                if c < rows[row][to] {
                    rows[row][to] = c;
                    back[i + step][to] = s as u8 | mark;
                }
            };
            let double = s >= IN_DOUBLE;
            match (double, t.kind) {
                (false, Kind::Single) => {
                    go(1, s | 1, if t.flanked { undoubled } else { LOOSE }, 0);
                    if next.is_some_and(|n| n.kind == Kind::Single && n.gap == Gap::Nothing) {
                        go(2, s | 1, 0, TWO);
                    }
                }
                (false, Kind::Double) => go(1, s | 2, 0, 0),
                (false, Kind::EscapedSingle) => go(1, s | 1, 0, 0),
                (false, Kind::EscapedDouble) => go(1, s | 2, NEEDLESS_ESCAPE, 0),
                (true, Kind::Single) => {
                    let again = i > 0 && tokens[i - 1].kind == Kind::Single && t.gap == Gap::Nothing;
                    go(1, IN_DOUBLE + 1, if again { DOUBLED_WITHIN } else { 0 }, 0);
                }
                (true, Kind::Double) => go(1, s, DOUBLE_WITHIN, 0),
                (true, Kind::EscapedSingle) => go(1, IN_DOUBLE + 1, NEEDLESS_ESCAPE, 0),
                (true, Kind::EscapedDouble) => go(1, s, NEEDLESS_ESCAPE, 0),
            }
            if t.kind != if double { Kind::Double } else { Kind::Single } {
                continue;
            }
            let close = match s {
                1 => needless_singles,
                IN_DOUBLE => NEEDLESS_DOUBLES,
                _ => 0,
            };
            match next {
                Some(n) if wraps(n.kind) && n.gap == Gap::Separator => go(2, opened(n.kind), close, TWO | JUNCTION),
                Some(n) if wraps(n.kind) && n.gap == Gap::Wide => go(2, opened(n.kind), close + WIDE, TWO | JUNCTION),
                None => {
                    if let Some(more) = edge(&line[t.end as usize..form.end])
                        && cost + close + more < best.0
                    {
                        best = (cost + close + more, i, s);
                    }
                }
                _ => {}
            }
        }
        rows[i % 3] = [INF; STATES];
    }
    let mut cut_end = true;
    if best.0 < INF {
        cut_end = false;
    }
    for (s, &cost) in rows[n % 3].iter().enumerate() {
        if cost + CUT < best.0 {
            best = (cost + CUT, n, s);
            cut_end = true;
        }
    }
    (best.0 < INF).then(|| retrace(line, form, &tokens, &back, best, cut_end))
}

fn retrace(
    line: &str,
    form: &Form,
    tokens: &[Token],
    back: &[[u8; STATES]],
    (cost, mut at, mut state): (u32, usize, usize),
    cut_end: bool,
) -> List {
    let mut out = List { cost, ..List::default() };
    let mut end = if cut_end { form.end } else { tokens[at].start as usize };
    loop {
        let double = state >= IN_DOUBLE;
        out.singles |= !double;
        // Back to where this paragraph was opened.
        let start = loop {
            let mark = back[at][state];
            if mark == START {
                out.opens = at == 1;
                break if at == 1 { tokens[0].end as usize } else { form.start };
            }
            if mark & JUNCTION != 0 {
                break tokens[at - 1].end as usize;
            }
            if mark & TWO != 0 && around(line, tokens[at - 2].start as usize, tokens[at - 1].end as usize) {
                out.doubled += 1;
            }
            at -= if mark & TWO != 0 { 2 } else { 1 };
            state = usize::from(mark & 7);
        };
        out.paras.push(Para { start, end, double });
        let mark = back[at][state];
        if mark == START {
            break;
        }
        at -= 2;
        state = usize::from(mark & 7);
        end = tokens[at].start as usize;
    }
    out.paras.reverse();
    out
}

/// Whether letters or digits stand on both sides of the bytes `start..end`.
fn around(line: &str, start: usize, end: usize) -> bool {
    line[..start].chars().next_back().is_some_and(char::is_alphanumeric)
        && line[end..].chars().next().is_some_and(char::is_alphanumeric)
}

fn tokens(line: &str, form: &Form) -> Vec<Token> {
    let body = &line.as_bytes()[form.start..form.end];
    let mut out: Vec<Token> = Vec::new();
    let mut past = form.start;
    let mut escape = None;
    let mut skip = form.start;
    let hits = memchr::memchr3_iter(if form.alphabet == Alphabet::Straight { b'\'' } else { 0xE2 }, b'"', b'\\', body);
    for at in hits.map(|i| i + form.start) {
        if at < skip {
            continue;
        }
        let rest = &line.as_bytes()[at..form.end];
        let (kind, len) = match (form.alphabet, rest) {
            (_, [b'\\', ..]) => {
                escape = Some(at);
                skip = at + if rest.get(1) == Some(&b'\\') { 2 } else { 1 };
                continue;
            }
            (Alphabet::Straight, [b'\'', ..]) => (Kind::Single, 1),
            (Alphabet::Straight, [b'"', ..]) => (Kind::Double, 1),
            (Alphabet::Curled | Alphabet::Educated, [0xE2, 0x80, 0x99, ..]) => (Kind::Single, 3),
            (Alphabet::Curled | Alphabet::Educated, [0xE2, 0x80, 0x9D, ..]) => (Kind::Double, 3),
            (Alphabet::Educated, [0xE2, 0x80, 0x98, ..]) => (Kind::Single, 3),
            (Alphabet::Educated, [0xE2, 0x80, 0x9C, ..]) => (Kind::Double, 3),
            _ => continue,
        };
        let slash = escape.filter(|e| e + 1 == at);
        let kind = match kind {
            Kind::Single if slash.is_some() => Kind::EscapedSingle,
            Kind::Double if slash.is_some() => Kind::EscapedDouble,
            k => k,
        };
        let gap = match &line[past..slash.unwrap_or(at)] {
            "" => Gap::Nothing,
            "," | ", " | ", u" | ",u" if form.bracketed() || form.alphabet == Alphabet::Curled => Gap::Separator,
            " " if !form.bracketed() || form.alphabet != Alphabet::Straight => Gap::Separator,
            "  " | "   " => Gap::Wide,
            _ => Gap::Text,
        };
        let flanked = around(line, at, at + len);
        out.push(Token { start: at as u32, end: (at + len) as u32, kind, gap, flanked });
        past = at + len;
    }
    out
}
