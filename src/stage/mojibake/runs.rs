//! Runs: sites side by side. What each gains by being read again, and which encoding a line gains
//! most by.

use super::cost::{Class, Meter, class};
use super::hints::beyond_ascii;
use super::sites::{Way, read};
use super::tables::{CP1252, PRIOR, Set, Tables, len_of};
use crate::language::{Model, NAT, Text};

/// Least gain of a run, in tenths of a nat, that nothing else on the line speaks for.
pub(super) const BAR: i32 = 90;
/// The same where a site has three characters or more, which chance makes rarely.
const BAR_LONG: i32 = 70;
/// What the other runs of the encoding have to say so that a run needs to gain next to nothing.
pub(super) const COMPANY: i32 = 150;
/// What one letter of a script other than Latin costs when it stands all by itself.
pub(super) const ALONE: i32 = 60;
/// What a site gains that no sound text has, though none of its pairs is odd.
const TELLING: i32 = 30;
/// Sites that there have to be for each byte in no site.
const ORPHANS: usize = 2;
/// Encodings that gain no less than the best one but for this are told apart by languages.
const CLOSE: i32 = 120;
/// The most that one run says against its encoding.
const SAY: i32 = 400;

/// Sites side by side, read again.
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where what the run becomes stands in [`Runs::text`].
    text: (usize, usize),
    pub(super) gain: i32,
    /// Whether it becomes one letter of a script other than Latin, all by itself.
    pub(super) odd: bool,
    /// Whether it has a site of three characters or more, not all of them letters.
    long: bool,
    /// Whether what it becomes cannot be all that it was.
    pub(super) halved: bool,
    /// Whether it is more than one site of two characters with no letter or digit beside it.
    solid: bool,
}

impl Run {
    /// Whether it is repaired though nothing else on the line speaks for it.
    pub(super) fn stands(&self) -> bool {
        self.solid && self.gain >= if self.long { BAR_LONG } else { BAR }
    }

    /// What it says for or against its encoding: weak runs, however many, say nothing.
    pub(super) fn say(&self) -> i32 {
        if self.gain < 0 || self.stands() { self.gain.max(-SAY) } else { 0 }
    }
}

/// All runs of one encoding on a line.
#[derive(Default)]
pub(super) struct Runs {
    all: Vec<Run>,
    text: String,
}

impl Runs {
    /// The runs of `line` read as `way`.
    fn of(t: &Tables, line: &str, way: Way) -> Runs {
        let mut runs = Runs::default();
        let bytes = line.as_bytes();
        let mut at = 0;
        while let Some(next) = beyond_ascii(bytes, at) {
            at = next + len_of(bytes[next]);
            if may_start(t, way, bytes, next, at)
                && let Some(end) = runs.read(t, line, way, next)
            {
                at = end;
            }
        }
        runs
    }

    /// The runs, in order, with what each becomes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Run, &str)> + Clone {
        self.all.iter().map(|r| (r, &self.text[r.text.0..r.text.1]))
    }

    /// `line` with those runs read again that gain something.
    pub(super) fn gaining(&self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut at = 0;
        for (run, text) in self.iter().filter(|(r, _)| r.gain > 0) {
            out.push_str(&line[at..run.start]);
            out.push_str(text);
            at = run.end;
        }
        out.push_str(&line[at..]);
        out
    }

    /// Reads the run that starts at byte `start`, if one does: where it ends.
    fn read(&mut self, t: &Tables, line: &str, way: Way, start: usize) -> Option<usize> {
        let first = read(t, way, line, start)?;
        if self.all.is_empty() {
            self.all.reserve(8);
            self.text.reserve(64);
        }
        let from = self.text.len();
        let (mut end, mut long, mut site) = (start, false, Some(first));
        while let Some(s) = site {
            if !long {
                let raw = line[end..end + s.len].chars();
                long = raw.clone().nth(2).is_some() && !raw.clone().all(|c| class(c).is_letter());
            }
            self.text.push(s.char);
            if s.space {
                self.text.push(' ');
            }
            end += s.len;
            let on = line.as_bytes().get(end).is_some_and(|b| !b.is_ascii());
            site = if on { read(t, way, line, end) } else { None };
        }
        let (raw, text) = (&line[start..end], &self.text[from..]);
        let mut left = line[..start].chars().rev();
        let last = left.next().unwrap_or(' ');
        let before = class(left.next().unwrap_or(' '));
        let next = line[end..].chars().next().unwrap_or(' ');
        let (k_last, k_next) = (class(last), class(next));
        let (old, was_alone) = weigh(before, k_last, raw, k_next);
        let (new, is_alone) = weigh(before, k_last, text, k_next);
        let foreign = was_alone.is_some_and(|c| !near(line[..start].chars().rev(), c) && !near(line[end..].chars(), c));
        // A letter and a symbol that are mojibake in their turn are no word.
        let odd = is_alone.is_some() && t.seen_in(text) == 0;
        let gain = old - new + if foreign { ALONE } else { 0 } - if odd { ALONE } else { 0 };
        let gain = gain + telling(last, raw, next);
        // A sign amid small letters is half of another layer, and "Ã¢??" has lost what matters.
        let sign = |c: char| ('\u{2600}'..='\u{27BF}').contains(&c);
        let halved = text.chars().all(sign) && last.is_lowercase() && next.is_lowercase()
            || text == "â" && line[end..].starts_with("??");
        let solid = text.chars().nth(1).is_some()
            || long
            || k_last.is_word()
            || k_next.is_word()
            || way.x == CP1252 && raw.starts_with(['Ã', 'Â']);
        self.all.push(Run { start, end, text: (from, self.text.len()), gain, odd, long, halved, solid });
        Some(end)
    }
}

/// Whether a site may start with the character at the bytes `start..end`; quick, for most do not.
fn may_start(t: &Tables, way: Way, bytes: &[u8], start: usize, end: usize) -> bool {
    let beside = match bytes.get(end) {
        Some(b' ' | b'"') => true,
        Some(0x80..) => t.may_follow(way.x, &bytes[end..]),
        // A soft hyphen may have gone.
        Some(_) => way.bold && bytes[start..end] == *"Ã".as_bytes(),
        None => false,
    };
    beside && t.may_lead(way.x, &bytes[start..end])
}

/// The encoding chosen for a pass over a line.
pub(super) struct Best {
    pub(super) way: Way,
    /// What all its runs gain.
    pub(super) sum: i32,
    /// What its runs say for it.
    pub(super) sure: i32,
    /// The runs.
    pub(super) runs: Runs,
}

impl Best {
    fn of(t: &Tables, line: &str, way: Way) -> Best {
        let runs = Runs::of(t, line, way);
        let (mut sum, mut sure) = (-PRIOR[way.x], 0_i32);
        for (run, _) in runs.iter() {
            sum = sum.saturating_add(run.gain.max(-SAY));
            sure = sure.saturating_add(run.say());
        }
        Best { way, sum, sure, runs }
    }

    /// Whether the words that the sites are in hold too many bytes that are in no site: what is
    /// left of two legacy encodings looks like that.
    pub(super) fn is_torn(&self, t: &Tables, line: &str) -> bool {
        let (mut sites, mut orphans, mut end) = (0, 0, 0);
        for (run, text) in self.runs.iter() {
            sites += text.chars().count();
            let gap = &line[end..run.start];
            let gap = &gap[..gap.len() - begun(t, self.way, gap, text)];
            orphans += count_orphans(t, self.way.x, gap, end > 0, true);
            end = run.end;
        }
        orphans += count_orphans(t, self.way.x, &line[end..], end > 0, false);
        orphans * ORPHANS > sites
    }
}

/// The encodings that `line` may gain by, of those it is `seen` in.
fn possible(t: &Tables, line: &str, seen: Set) -> Set {
    // What reads the line as Windows-1252 does is no other reading.
    let only = 1 << CP1252;
    if seen & !only != 0 && seen & only != 0 { seen & !(t.all_alike(line) & !only) } else { seen }
}

/// The encodings of a set.
fn each(mut set: Set) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let x = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (x < Set::BITS as usize).then_some(x)
    })
}

/// The encoding that `line`, which is `seen` in those, gains most by.
pub(super) fn best(t: &Tables, line: &str, seen: Set) -> Option<Best> {
    let mut set = possible(t, line, seen);
    if set == 0 {
        return None;
    }
    let mut all: Vec<Best> = Vec::new();
    let doubled = line.contains("Ã  ");
    while set != 0 {
        let x = set.trailing_zeros() as usize;
        set &= set - 1;
        let b = Best::of(t, line, Way { x, bold: false, doubled });
        if x == CP1252 && b.sum >= COMPANY && set != 0 {
            set &= !unexplained(t, line, &b.runs);
        }
        if b.sum > 0 {
            all.push(b);
        }
    }
    // The first of the greatest.
    let most = all.iter().map(|b| b.sum).max()?;
    all.retain(|b| b.sum >= most - CLOSE);
    if all.len() > 1 {
        // What classes of characters leave open, the tables of languages tell.
        let model = Model::get();
        let mut text = Text::default();
        all.sort_by_cached_key(|b| {
            model.prepare(b.runs.gaining(line).chars(), &mut text);
            let nearest = model.nearest::<4>(&text, crate::language::Set::MAX);
            let fit = model.best(&text, nearest).map_or(0, |f| f.cost);
            fit + i64::from(PRIOR[b.way.x]) * NAT / 10
        });
    }
    let mut best = all.into_iter().next()?;
    best.way.bold = best.sure >= COMPANY;
    if best.way.bold && has_bold(t, line, best.way.x) {
        best.runs = Runs::of(t, line, best.way);
    }
    Some(best)
}

/// What `line` gains by encoding `x`, which other lines speak for.
pub(super) fn best_of(t: &Tables, line: &str, x: usize) -> Best {
    Best::of(t, line, Way { x, bold: true, doubled: line.contains("Ã  ") })
}

/// Whether some encoding gains enough for `line` to be mojibake.
pub(super) fn is_mojibake(t: &Tables, line: &str) -> bool {
    each(possible(t, line, t.seen_in(line)))
        .any(|x| Best::of(t, line, Way { x, bold: false, doubled: false }).sum >= BAR)
}

/// The encodings that explain no more of `line` than `runs`, in Windows-1252, do: what is in none of
/// them is the same to both. Marks that sound text has beside what is broken need no explanation;
/// some are other bytes in Windows-1257.
fn unexplained(t: &Tables, line: &str, runs: &Runs) -> Set {
    let (mut set, mut end) = (Set::MAX, 0);
    let ends = runs.all.iter().map(|r| (r.start, r.end)).chain([(line.len(), line.len())]);
    for (start, next) in ends {
        for c in line[end..start].chars().filter(|&c| c >= '\u{80}' && !matches!(c, '–'..='”' | '…')) {
            set &= t.alike(c);
        }
        for c in line[start..next].chars().filter(|c| matches!(c, '¨' | '¯')) {
            set &= t.alike(c);
        }
        end = next;
    }
    set
}

/// Whether `line` has anything that is read otherwise in encoding `x` where other evidence makes it
/// credible: U+FFFD, a sequence that a space cuts short, or what a soft hyphen has left: "Ãn".
fn has_bold(t: &Tables, line: &str, x: usize) -> bool {
    let bytes = line.as_bytes();
    // How many characters each sequence wants still that has begun, and where the last one ended.
    let (mut wants, mut at) = ([false; 3], 0);
    while let Some(next) = beyond_ascii(bytes, at) {
        if next != at {
            wants = [false; 3];
        }
        at = next + len_of(bytes[next]);
        let (c, after) = (&bytes[next..at], bytes.get(at).copied().unwrap_or(0));
        let [of2, of3, of4] = t.leads(x, c);
        let goes_on = t.may_follow(x, c);
        wants = [of2 || goes_on && wants[1], of3 || goes_on && wants[2], of4];
        if after == b' ' && wants != [false; 3]
            || c == "\u{FFFD}".as_bytes()
            || after.is_ascii_lowercase() && c == "Ã".as_bytes()
        {
            return true;
        }
    }
    false
}

/// Counts what would be bytes of UTF-8, but is in no site, in those words of `gap` that go on
/// into a site on its left or right.
fn count_orphans(t: &Tables, x: usize, gap: &str, left: bool, right: bool) -> usize {
    let count =
        |part: &str| part.chars().filter(|&c| !c.is_ascii() && class(c).is_torn() && t.byte(x, c).is_some()).count();
    let space = |b: &u8| matches!(b, b' ' | b'\t');
    let bytes = gap.as_bytes();
    match (bytes.iter().position(space), bytes.iter().rposition(space)) {
        (Some(first), Some(last)) => {
            (if left { count(&gap[..first]) } else { 0 }) + if right { count(&gap[last..]) } else { 0 }
        }
        _ if left || right => count(gap),
        _ => 0,
    }
}

/// How many bytes at the end of `gap` begin a character that what comes out of the run after it goes
/// on with: in "â\u{80}â\u{80}\u{9C}", one layer within another, "â\u{80}" before "“".
fn begun(t: &Tables, way: Way, gap: &str, text: &str) -> usize {
    let start = gap.trim_end_matches(|c: char| !c.is_ascii()).len();
    if start == gap.len() || gap.len() - start > 2 * 4 {
        return 0;
    }
    let whole = format!("{}{text}", &gap[start..]);
    let goes_on = read(t, Way { bold: false, ..way }, &whole, 0).is_some_and(|s| s.len > gap.len() - start);
    if goes_on { gap.len() - start } else { 0 }
}

/// What `text` between `last`, which comes after `before`, and `next` costs; and its one letter, if
/// it is of a script other than Latin and all by itself.
fn weigh(before: Class, last: Class, text: &str, next: Class) -> (i32, Option<Class>) {
    let mut meter = Meter::after(before, last);
    // The last letter, mark or digit, and how many there are.
    let (mut word, mut words) = (next, 0);
    for k in text.chars().map(class) {
        meter.add(k);
        if k.is_word() {
            word = k;
            words += 1;
        }
    }
    meter.close(next);
    let is_alone = words == 1 && word.is_alone_odd() && !word.same_script(last) && !word.same_script(next);
    (meter.sum, is_alone.then_some(word))
}

/// What `site` between `last` and `next` gains or loses by what its pairs do not show: sound text
/// has no "Ã  " with two spaces, "Ã–z", "√á", ":Â 5", "â€ " or "kâ\"¦"; but "fÂ " may have lost a
/// letter.
fn telling(last: char, site: &str, next: char) -> i32 {
    let mut chars = site.chars();
    let tells = match (chars.next(), chars.next(), chars.next()) {
        (Some('Ã'), Some(' '), None) => next == ' ',
        (Some('Ã'), Some(c), None) => c != '’' && next.is_lowercase(),
        (Some('Â'), Some(' '), None) if matches!(next, ';' | ':' | '!' | '?' | '»') => true,
        (Some('Â'), Some(' '), None) if last.is_lowercase() => return -2 * TELLING,
        (Some('Â'), Some(' '), None) => !last.is_alphabetic() && !last.is_whitespace(),
        (Some('√'), Some(c), None) => !c.is_ascii() && class(c).is_latin(),
        (Some('â'), Some('€'), None) | (Some('â'), Some('"' | '™' | '˜'), Some(_)) => true,
        _ => false,
    };
    if tells { TELLING } else { 0 }
}

/// Whether the first letter among the next few of `chars` is of the script of `c`, or there is none.
fn near(chars: impl Iterator<Item = char>, c: Class) -> bool {
    chars.take(24).map(class).find(|k| k.is_letter()).is_none_or(|k| k.same_script(c))
}
