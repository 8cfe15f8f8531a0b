//! A page: its lines, and what each is among the others. All of it counts and prefix sums, linear
//! in the text.

use std::ops::Range;

use super::groups::{G, Values};
use super::measure::{End, First, LANGUAGES, Line, Waiting};
use super::steps::step;
use super::words::{CLASSES, Words, mix};
use crate::language::{Model, Set, Text};

/// Words from which on a line with a stop is prose.
const PROSE: u32 = 10;

/// The place of English among the lists.
pub(super) const ENGLISH: usize = 0;

/// Letters of a page, about so many, are asked for its language.
const LETTERS: usize = 800;

/// What the words of one line can say at most, in hundredths of a logit.
const LEAN_MOST: i32 = 400;

/// The lines of a page that are not blank, and its language.
pub(super) struct Page {
    pub(super) lines: Vec<Line>,
    /// The language, by its place among the lists; `None` if it is not known.
    pub(super) language: Option<usize>,
    pub(super) words: u64,
    blanks: usize,
}

impl Page {
    /// Counts all lines of `text`, of which rules have dropped those in `gone`.
    pub(super) fn read(text: &str, gone: &[Range<usize>], words: &Words) -> Page {
        let mut page = Page { lines: Vec::with_capacity(text.len() / 128 + 1), language: None, words: 0, blanks: 0 };
        let mut gone = gone.iter().peekable();
        let mut waiting = Waiting::default();
        let mut blank = 0;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
            if super::is_blank(&text[start..end]) {
                blank += 1;
            } else {
                let mut line = Line::of(text, start, end, words, &mut waiting);
                line.blank = blank.min(2);
                page.blanks += usize::from(blank > 0 && !page.lines.is_empty());
                while gone.next_if(|g| g.end <= start).is_some() {}
                line.ruled = gone.peek().is_some_and(|g| g.start <= start);
                page.words += u64::from(line.words);
                page.lines.push(line);
                blank = 0;
            }
            start = (end + 1).min(text.len());
        }
        page.language = page.find_language(text, &words.languages);
        page
    }

    /// Whether it has no blank lines, so that nothing sets its parts apart.
    pub(super) fn is_dense(&self) -> bool {
        self.blanks == 0
    }

    /// The score up to which lines go.
    pub(super) fn bar(&self, scores: &[i32]) -> i32 {
        if self.is_dense() { -1 } else { super::second::bar(&self.lines, scores) }
    }

    /// Words of the lines that score up to `bar`.
    pub(super) fn words_up_to(&self, bar: i32, scores: &[i32]) -> u64 {
        self.lines.iter().zip(scores).filter(|(_, s)| **s <= bar).map(|(l, _)| u64::from(l.words)).sum()
    }

    /// The language whose common words are the most, if they are common; else the one that its
    /// letters are most like.
    fn find_language(&self, text: &str, languages: &[String]) -> Option<usize> {
        let mut stops = [0u64; LANGUAGES];
        let mut all = 0;
        for l in &self.lines {
            all += u64::from(l.words);
            for (sum, n) in stops.iter_mut().zip(l.stops) {
                *sum += u64::from(n);
            }
        }
        let (best, &most) = stops.iter().enumerate().max_by_key(|&(i, n)| (*n, std::cmp::Reverse(i)))?;
        let sure = most >= 8 && most * 100 >= all * 15;
        if sure { Some(best) } else { self.language_of_letters(text, languages).or(self.no_language(best)) }
    }

    /// Lists of names and labels, without a sentence among them, are in no language that has to be
    /// known: then the one will do that has the most in common with them.
    fn no_language(&self, best: usize) -> Option<usize> {
        let stops = |l: &&Line| matches!(l.ends, End::Stop | End::Question | End::Exclaim);
        let sentences = self.lines.iter().filter(stops).filter(|l| l.words >= 6).count();
        (sentences == 0).then_some(best)
    }

    /// The language that a page's letters are most like, if that is one of `languages`: for pages of
    /// names and labels, and to know other languages that share a few common words.
    fn language_of_letters(&self, text: &str, languages: &[String]) -> Option<usize> {
        let size = self.lines.last()?.end;
        let every = size / LETTERS + 1;
        let some =
            self.lines.iter().step_by(every).flat_map(|l| text[l.start..l.end].chars().take(LETTERS).chain([' ']));
        let model = Model::get();
        let mut symbols = Text::default();
        model.prepare(some.filter(|c| c.is_alphabetic() || *c == ' ').take(2 * LETTERS), &mut symbols);
        let near = model.nearest::<6>(&symbols, Set::MAX);
        let fit = model.best(&symbols, near)?;
        languages.iter().position(|l| model.number(l) == Some(fit.language))
    }
}

fn percent(part: u64, of: u64) -> u64 {
    part * 100 / of.max(1)
}

/// The step of a share: 0 for none, else 1 and what `bounds` (percent) say.
#[inline]
fn share(part: u64, of: u64, bounds: &[u64]) -> u8 {
    // Divisions are slow, and so it is to stop at the first bound that is not reached.
    let reached = || bounds.iter().filter(|&&b| part * 100 >= b * of.max(1)).count() as u8;
    if part == 0 { 0 } else { 1 + reached() }
}

/// Steps of how far back a line stands.
fn since(lines: Option<usize>) -> u8 {
    lines.map_or(0, |n| 1 + step!(n as i64, [6, 21]))
}

/// The step of what the words of a line say.
fn own_lean(lean: i32) -> u8 {
    [-150, -60, -15, 15, 60, 150, 300].iter().filter(|&&b| lean >= b).count() as u8
}

/// The step of what the words of so many lines say, a line; `sum` is without their signs, see
/// [`LEAN_MOST`].
fn near_lean(sum: u64, lines: u64) -> u8 {
    let (lines, most) = (lines.max(1) as i64, i64::from(LEAN_MOST));
    let lean = sum as i64 - most * lines;
    [-100, -40, -10, 10, 40, 100].iter().filter(|&&b| lean >= b * lines).count() as u8
}

/// The bit of a class; worked out by the compiler.
const fn class(name: &str) -> u16 {
    let name = name.as_bytes();
    let mut n = 0;
    while n < CLASSES.len() {
        let other = CLASSES[n].as_bytes();
        let mut same = 0;
        while same < name.len() && same < other.len() && name[same] == other[same] {
            same += 1;
        }
        if same == name.len() && same == other.len() {
            return 1 << n;
        }
        n += 1;
    }
    panic!("no such class")
}

/// Sums over the lines before each.
struct Sums(Vec<[u32; SUMS]>);
const SUMS: usize = 11;

impl Sums {
    /// Those before and those up to the end of the lines within `reach` of line `i`.
    fn around(&self, i: usize, reach: usize) -> (&[u32; SUMS], &[u32; SUMS]) {
        (&self.0[i.saturating_sub(reach)], &self.0[(i + reach + 1).min(self.0.len() - 1)])
    }
}

/// The values of one line by itself; of its page's language are the common words.
fn own(l: &Line, language: usize) -> Values {
    let mut v: Values = [0; 128];
    let mut set = |g: G, value: u8| v[g as usize] = value;
    let words = u64::from(l.words);
    let stops = u64::from(l.stops[language]);
    let len = step!(words as i64, [2, 4, 7, 10, 15, 25, 50]);
    set(G::WORDS, step!(words as i64, [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100]));
    set(G::LENGTH, len);
    set(G::END, l.ends as u8);
    let common = if words < 3 { 0 } else { 1 + share(stops, words, &[10, 20, 30, 40]) };
    set(G::STOPS, common);
    let capital = share(u64::from(l.capital), words, &[20, 40, 70, 100]);
    set(G::CAPITALS, capital);
    let shouted =
        if l.shouted == 0 { 0 } else { 1 + u8::from(l.shouted >= l.capital && l.capital + l.numbers >= l.words) };
    set(G::SHOUTED, shouted);
    set(G::FIRST, l.begins as u8);
    let digits = share(u64::from(l.digits), u64::from(l.digits + l.letters), &[10, 30, 60, 100]);
    set(G::DIGITS, digits);
    set(G::SENTENCES, l.sentences.min(3) as u8);
    set(G::COMMAS, l.commas.min(3) as u8);
    let marks =
        [l.pipes, l.arrows, l.dots, l.slashes, l.at_or_url, l.money, l.copyright, l.underscores / 3, l.braces / 2];
    // The rarest mark, which is the last, names the line.
    let marks = (0..).zip(marks).fold(0u16, |all, (i, n)| all | u16::from(n > 0) << i);
    set(G::MARK, (u16::BITS - marks.leading_zeros()) as u8);
    let around = l.begins == First::Bracket && l.ends == End::Bracket;
    set(G::BRACKETS, if around { 2 } else { u8::from(l.brackets > 0) });
    let letters = u64::from(l.letters + l.digits);
    set(G::DENSITY, if letters == 0 { 0 } else { 1 + step!((letters / words.max(1)) as i64, [4, 5, 6, 8, 11]) });
    let month = l.classes & const { class("date") } != 0;
    let time = match (month && l.numbers > 0, l.clock, l.year) {
        (true, true, _) | (true, _, true) => 5,
        (true, ..) => 4,
        _ if month => 3,
        (_, true, _) => 2,
        (_, _, true) => 1,
        _ => 0,
    };
    set(G::TIME, time);
    let size = 1 + step!(words as i64, [5, 13]);
    for bit in 0..CLASSES.len() {
        if l.classes & 1 << bit != 0 {
            set_class(&mut v, bit, size);
        }
    }
    let mut set = |g: G, value: u8| v[g as usize] = value;
    set(G::CLASSES, l.classes.count_ones().min(3) as u8);
    let marked = share(u64::from(l.marked), words, &[10, 25, 50]);
    set(G::MARKED, marked);
    set(G::LEAN, own_lean(l.lean));
    set(G::RULED, u8::from(l.ruled));
    let stop = matches!(l.ends, End::Stop | End::Question | End::Exclaim | End::Ellipsis);
    let kind = if digits >= 4 || time >= 4 && words <= 8 {
        9
    } else if around || l.underscores >= 3 || l.words == 0 {
        10
    } else if l.begins == First::Bullet {
        7
    } else if stop && words >= 20 {
        0
    } else if marked >= 3 && words <= 12 {
        8
    } else if l.ends == End::Colon {
        11
    } else if stop && words >= 8 {
        1
    } else if stop {
        2
    } else if words >= 20 {
        3
    } else if words >= 8 {
        4
    } else if words >= 2 {
        5
    } else {
        6
    };
    set(G::TYPE, kind);
    v
}

fn set_class(v: &mut Values, bit: usize, size: u8) {
    v[G::SHARE as usize + bit] = size;
}

/// The stretch of lines that holds the most prose: prose counts for it, other lines against it.
fn main_run(lines: &[Line]) -> Option<(usize, usize)> {
    let (mut best, mut sum, mut from, mut run) = (0i64, 0i64, 0, None);
    for (i, l) in lines.iter().enumerate() {
        let worth = if l.words >= PROSE && matches!(l.ends, End::Stop | End::Question | End::Exclaim | End::Colon) {
            i64::from(l.words.min(120))
        } else {
            -7 + i64::from(l.words.min(7)) / 2
        };
        if sum <= 0 {
            (sum, from) = (0, i);
        }
        sum += worth;
        if sum > best {
            (best, run) = (sum, Some((from, i)));
        }
    }
    run
}

/// The values of every line of `page`, in its language.
pub(super) fn values(page: &Page, language: usize) -> Vec<Values> {
    let lines = &page.lines;
    let n = lines.len();
    let mut all: Vec<Values> = lines.iter().map(|l| own(l, language)).collect();
    let count = counted(lines.iter().map(|l| l.key));
    let alike = counted(lines.iter().map(shape));
    const TALK: u16 = class("comment") | class("forum");
    const KINDS: u16 = (1 << CLASSES.len()) - 1;
    let is_prose = |l: &Line| l.words >= PROSE && matches!(l.ends, End::Stop | End::Question | End::Exclaim);
    let mut sums = Sums(Vec::with_capacity(n + 1));
    let mut total = [0u32; SUMS];
    sums.0.push(total);
    for (l, v) in lines.iter().zip(&all) {
        let titled = v[G::CAPITALS as usize] >= 4 && (2..=12).contains(&l.words);
        let add = [
            l.words,
            if is_prose(l) { l.words } else { 0 },
            u32::from(v[G::MARKED as usize] >= 2 && l.words <= 12),
            u32::from(l.words <= 4),
            u32::from(v[G::TIME as usize] >= 4 && l.words <= 12),
            u32::from(l.classes & TALK != 0 && l.words <= 8),
            u32::from(l.begins == First::Bullet),
            u32::from(l.stops[language]),
            u32::from(titled),
            u32::from(l.ruled),
            // Never below zero, so that sums only rise.
            (l.lean.clamp(-LEAN_MOST, LEAN_MOST) + LEAN_MOST) as u32,
        ];
        total.iter_mut().zip(add).for_each(|(sum, a)| *sum += a);
        sums.0.push(total);
    }
    let whole = |what: usize| u64::from(total[what]);
    let run = main_run(lines);
    let in_run = run.map_or(0, |(a, b)| u64::from(sums.0[b + 1][1] - sums.0[a][1]));
    let (words, some) = (whole(0), n as u64);
    let has = |mask: u16| lines.iter().filter(|l| l.classes & mask != 0 && l.words <= 8).count() as u64;
    let repeats = count.iter().filter(|n| **n > 1).count() as u64;
    let furniture = |i: &usize| {
        lines[*i].ruled || lines[*i].words <= 12 && (all[*i][G::MARKED as usize] >= 2 || all[*i][G::LEAN as usize] >= 5)
    };
    let edge = (n / 4).min(12);
    let at_edge =
        |mut of: std::ops::Range<usize>| share(of.by_ref().filter(furniture).count() as u64, edge as u64, &[30, 60]);
    let (head, tail) = (at_edge(0..edge), at_edge(n - edge..n));
    let kinds = lines.iter().filter(|l| l.words <= 5).fold(0, |all, l| all | l.classes & KINDS).count_ones();
    let sentences = all.iter().filter(|v| v[G::TYPE as usize] <= 1).count() as u64;
    let of_page: [(G, u8); 21] = [
        (G::P_PROSE, share(whole(1), words, &[20, 40, 60, 80, 95])),
        (G::P_LINES, step!(some as i64, [10, 30, 80, 200, 500])),
        (G::P_LABELS, step!(percent(whole(2), some) as i64, [5, 15, 30, 45])),
        (G::P_RUN, share(in_run, whole(1), &[30, 60, 85, 98])),
        (G::P_TALK, share(has(const { class("comment") }), some, &[3, 8, 15])),
        (G::P_FORUM, share(has(const { class("forum") }), some, &[3, 8, 15])),
        (G::P_DATES, share(whole(4), some, &[3, 8, 15])),
        (G::P_MONEY, share(lines.iter().filter(|l| l.money > 0).count() as u64, some, &[3, 8])),
        (G::P_BULLETS, share(whole(6), some, &[10, 30])),
        (G::P_REPEATS, share(repeats, some, &[10, 25])),
        (G::P_PIPES, share(lines.iter().filter(|l| l.pipes > 0).count() as u64, some, &[5, 20])),
        (G::P_WORDS, step!(words as i64 / 100, [1, 3, 8, 20, 50])),
        (G::P_RULED, share(whole(9), some, &[3, 8, 15, 30])),
        (G::P_LEAN, near_lean(whole(10), some)),
        (G::P_KINDS, step!(kinds.into(), [1, 2, 3, 4, 5, 6, 8])),
        (G::P_HEAD, head),
        (G::P_TAIL, tail),
        (G::P_ENGLISH, u8::from(language == ENGLISH)),
        (G::P_SENTENCES, share(sentences, some, &[5, 15, 30, 50, 75])),
        (G::P_SHORT, step!(percent(whole(3), some) as i64, [10, 30, 50, 70])),
        (G::P_BLANKS, share(page.blanks as u64, some + page.blanks as u64, &[20, 40])),
    ];
    let mut last: [Option<usize>; 5] = [None; 5];
    const MARKS: [u16; 4] = [class("comment"), class("related"), class("legal"), class("share")];
    let mut like = 0;
    for i in 0..n {
        let l = &lines[i];
        let kind = all[i][G::TYPE as usize];
        if i == 0 || all[i - 1][G::TYPE as usize] != kind {
            like = all[i..].iter().take(22).take_while(|v| v[G::TYPE as usize] == kind).count() as u64;
        }
        let v = &mut all[i];
        let mut set = |g: G, value: u8| v[g as usize] = value;
        set(G::LIKE, step!(like as i64, [2, 3, 6, 11, 21]));
        set(G::ALIKE, step!(alike[i].into(), [2, 3, 6, 11, 21]));
        set(G::REPEATED, (count[i].min(5) - 1) as u8);
        let blank_after = lines.get(i + 1).is_none_or(|next| next.blank > 0);
        set(G::BLANKS, u8::from(l.blank > 0 || i == 0) + 2 * u8::from(blank_after));
        set(G::PLACE, step!((i * 100 / n) as i64, [2, 10, 25, 50, 75, 90, 98]));
        set(G::FROM_START, step!(i as i64 + 1, [2, 3, 5, 10, 20, 50]));
        set(G::FROM_END, step!((n - i) as i64, [2, 3, 5, 10, 20, 50]));
        let place = match run {
            None => 0,
            Some((a, _)) if i < a => 8 - 1 - step!((a - i) as i64, [2, 3, 6, 11, 21, 41]),
            Some((_, b)) if i > b => 8 + 1 + step!((i - b) as i64, [2, 3, 6, 11, 21, 41]),
            Some(_) => 8,
        };
        set(G::RUN, place);
        for (k, reach) in [3, 8, 20].into_iter().enumerate() {
            let k = k as u8;
            let (from, to) = sums.around(i, reach);
            let near = |what: usize| u64::from(to[what] - from[what]);
            let lines_near = ((i + reach).min(n - 1) - i.saturating_sub(reach) + 1) as u64;
            v[G::PROSE_3 as usize + k as usize] = share(near(1), near(0), &[25, 50, 75, 95]);
            v[G::LABELS_3 as usize + k as usize] = share(near(2), lines_near, &[10, 25, 50]);
            v[G::SHORT_3 as usize + k as usize] = share(near(3), lines_near, &[25, 50, 75, 100]);
            if k == 1 {
                v[G::DATES_8 as usize] = share(near(4), lines_near, &[10, 25, 50]);
                v[G::TALK_8 as usize] = share(near(5), lines_near, &[10, 25, 50]);
                v[G::BULLETS_8 as usize] = share(near(6), lines_near, &[10, 25, 50]);
                v[G::COMMON_8 as usize] = share(near(7), near(0), &[10, 20, 30, 40]);
                v[G::RULED_8 as usize] = share(near(9), lines_near, &[10, 25, 50]);
                v[G::LEAN_8 as usize] = near_lean(near(10), lines_near);
                v[G::TITLES_8 as usize] = share(near(8), lines_near, &[10, 25, 50]);
            }
        }
        let mut set = |g: G, value: u8| v[g as usize] = value;
        for (k, g) in
            [G::SINCE_TALK, G::SINCE_RELATED, G::SINCE_LEGAL, G::SINCE_SHARE, G::SINCE_DATE].into_iter().enumerate()
        {
            set(g, since(last[k].map(|j| i - j)));
        }
        let short = l.words <= 6 && !matches!(l.ends, End::Stop);
        for (at, mask) in last.iter_mut().zip(MARKS) {
            if short && l.classes & mask != 0 {
                *at = Some(i);
            }
        }
        if l.words <= 12 && v[G::TIME as usize] >= 4 {
            last[4] = Some(i);
        }
        let open = |l: &Line| matches!(l.ends, End::Letter | End::Comma | End::Digit);
        let up = i > 0 && l.begins == First::Lower && open(&lines[i - 1]);
        let down = open(l) && lines.get(i + 1).is_some_and(|next| next.begins == First::Lower);
        v[G::BROKEN as usize] = u8::from(up) + 2 * u8::from(down);
    }
    echo(lines, &mut all);
    if let Some(first) = all.first_mut() {
        of_page.iter().for_each(|&(g, value)| first[g as usize] = value);
    }
    all
}

/// How often each of `keys` is among them.
fn counted(keys: impl ExactSizeIterator<Item = u64>) -> Vec<u32> {
    // At most half full, so that a key is soon found.
    let mask = (2 * keys.len()).next_power_of_two() - 1;
    let mut counts = vec![(0, 0u32); mask + 1];
    let place = |key: u64| {
        let mut at = (key ^ key >> 32) as usize & mask;
        while counts[at].1 > 0 && counts[at].0 != key {
            at = (at + 1) & mask;
        }
        counts[at] = (key, counts[at].1 + 1);
        at
    };
    let places: Vec<usize> = keys.map(place).collect();
    places.into_iter().map(|at| counts[at].1).collect()
}

/// What a line has in common with others of its kind in a list: its first word and how it ends.
fn shape(l: &Line) -> u64 {
    mix(l.first, l.ends as u64 * 16 + l.begins as u64)
}

/// Finds lines that repeat words of the page's first lines, as headlines do.
fn echo(lines: &[Line], all: &mut [Values]) {
    let mut seen: Vec<u64> = Vec::new();
    let mut firsts = 0;
    for (i, l) in lines.iter().enumerate() {
        if i == 0 {
            all[0][G::ECHO as usize] = 2;
        } else if l.words >= 3 && l.words <= 25 && seen.contains(&l.key) {
            all[i][G::ECHO as usize] = 1;
        }
        if firsts < 3 && l.words >= 3 {
            seen.push(l.key);
            firsts += 1;
        }
    }
}
