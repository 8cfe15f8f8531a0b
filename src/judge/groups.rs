//! The names of everything that the judge may say of a line: groups of which one value holds, and
//! the slots that bear weights.

macro_rules! groups {
    ($($group:ident $name:literal [$($value:literal),* $(,)?])*) => {
        /// One of [`GROUPS`].
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum G { $($group),* }
        /// Name and values of each group.
        pub(super) const GROUPS: &[(&str, &[&str])] = &[$(($name, &[$($value),*])),*];
    };
}

groups! {
    // The line by itself.
    WORDS "words" ["0", "1", "2", "3", "4", "5-6", "7-9", "10-14", "15-19", "20-29", "30-49", "50-99", "100+"]
    LENGTH "length" ["0-1", "2-3", "4-6", "7-9", "10-14", "15-24", "25-49", "50+"]
    END "ends in" ["nothing", "stop", "question mark", "exclamation mark", "ellipsis", "colon", "comma", "bracket", "letter", "digit", "other"]
    STOPS "common words" ["few words", "none", "1-9%", "10-19%", "20-29%", "30-39%", "40%+"]
    CAPITALS "capitalised" ["none", "1-19%", "20-39%", "40-69%", "70-99%", "all"]
    SHOUTED "shouted" ["no", "partly", "all"]
    FIRST "begins with" ["other", "small letter", "capital", "digit", "bullet", "quote", "bracket", "letter"]
    DIGITS "digits" ["none", "1-9%", "10-29%", "30-59%", "60-99%", "all"]
    SENTENCES "sentences" ["1", "2", "3", "4+"]
    COMMAS "commas" ["0", "1", "2", "3+"]
    MARK "holds" ["no mark", "pipe", "arrow", "dot", "slash", "address", "money", "copyright", "underscore", "braces"]
    BRACKETS "brackets" ["none", "some", "around it"]
    DENSITY "letters a word" ["none", "1-3", "4", "5", "6-7", "8-10", "11+"]
    TIME "time" ["none", "year", "clock", "month", "month and number", "full date"]
    SHARE "share word" ["no", "in 1-4 words", "in 5-12", "in more"]
    ACCOUNT "account word" ["no", "in 1-4 words", "in 5-12", "in more"]
    NAV "navigation word" ["no", "in 1-4 words", "in 5-12", "in more"]
    LEGAL "legal word" ["no", "in 1-4 words", "in 5-12", "in more"]
    COMMENT "comment word" ["no", "in 1-4 words", "in 5-12", "in more"]
    RELATED "related word" ["no", "in 1-4 words", "in 5-12", "in more"]
    DATE "date word" ["no", "in 1-4 words", "in 5-12", "in more"]
    AD "shop word" ["no", "in 1-4 words", "in 5-12", "in more"]
    MEDIA "media word" ["no", "in 1-4 words", "in 5-12", "in more"]
    TAGS "tag word" ["no", "in 1-4 words", "in 5-12", "in more"]
    FORUM "forum word" ["no", "in 1-4 words", "in 5-12", "in more"]
    BYLINE "byline word" ["no", "in 1-4 words", "in 5-12", "in more"]
    COUNT "count word" ["no", "in 1-4 words", "in 5-12", "in more"]
    CLASSES "kinds of furniture words" ["0", "1", "2", "3+"]
    MARKED "furniture words" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    LEAN "its words" ["speak much for it", "speak for it", "speak a little for it", "say nothing", "speak a little against it", "speak against it", "speak much against it", "speak very much against it"]
    TYPE "type" ["prose", "sentence", "short sentence", "long without stop", "middling without stop", "heading-like", "one word", "bullet", "furniture", "date or number", "form or bracket", "label"]
    // The line in its page.
    RULED "dropped by a rule" ["no", "yes"]
    REPEATED "repeated" ["no", "twice", "thrice", "4 times", "5+ times"]
    ECHO "echoes the title" ["no", "yes", "is first"]
    BLANKS "blank lines" ["none", "before", "after", "around"]
    PLACE "place" ["first 2%", "2-9%", "10-24%", "25-49%", "50-74%", "75-89%", "90-97%", "last 2%"]
    FROM_START "line" ["1", "2", "3-4", "5-9", "10-19", "20-49", "50+"]
    FROM_END "line from the end" ["1", "2", "3-4", "5-9", "10-19", "20-49", "50+"]
    RUN "main text" ["none", "41+ below", "21-40 below", "11-20 below", "6-10 below", "3-5 below", "2 below", "1 below", "around", "1 above", "2 above", "3-5 above", "6-10 above", "11-20 above", "21-40 above", "41+ above"]
    PROSE_3 "prose within 3 lines" ["none", "1-24%", "25-49%", "50-74%", "75-94%", "95%+"]
    PROSE_8 "prose within 8 lines" ["none", "1-24%", "25-49%", "50-74%", "75-94%", "95%+"]
    PROSE_20 "prose within 20 lines" ["none", "1-24%", "25-49%", "50-74%", "75-94%", "95%+"]
    LABELS_3 "furniture within 3 lines" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    LABELS_8 "furniture within 8 lines" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    LABELS_20 "furniture within 20 lines" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    SHORT_3 "short lines within 3" ["none", "1-24%", "25-49%", "50-74%", "75-99%", "all"]
    SHORT_8 "short lines within 8" ["none", "1-24%", "25-49%", "50-74%", "75-99%", "all"]
    SHORT_20 "short lines within 20" ["none", "1-24%", "25-49%", "50-74%", "75-99%", "all"]
    DATES_8 "dates within 8 lines" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    TALK_8 "comment or forum words within 8 lines" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    BULLETS_8 "bullets within 8 lines" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    COMMON_8 "common words within 8 lines" ["none", "1-9%", "10-19%", "20-29%", "30-39%", "40%+"]
    TITLES_8 "capitalised lines within 8" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    RULED_8 "dropped by rules within 8 lines" ["none", "1-9%", "10-24%", "25-49%", "50%+"]
    LEAN_8 "words within 8 lines" ["speak much for them", "speak for them", "speak a little for them", "say nothing", "speak a little against them", "speak against them", "speak much against them"]
    LIKE "lines of its type in a row" ["1", "2", "3-5", "6-10", "11-20", "21+"]
    ALIKE "lines that begin and end like it" ["1", "2", "3-5", "6-10", "11-20", "21+"]
    SINCE_TALK "comments heading above" ["none", "1-5 lines", "6-20 lines", "21+ lines"]
    SINCE_RELATED "related heading above" ["none", "1-5 lines", "6-20 lines", "21+ lines"]
    SINCE_LEGAL "legal line above" ["none", "1-5 lines", "6-20 lines", "21+ lines"]
    SINCE_SHARE "share line above" ["none", "1-5 lines", "6-20 lines", "21+ lines"]
    SINCE_DATE "date line above" ["none", "1-5 lines", "6-20 lines", "21+ lines"]
    BROKEN "broken sentence" ["no", "from above", "on below", "both"]
    // The page.
    P_PROSE "page: prose" ["none", "1-19%", "20-39%", "40-59%", "60-79%", "80-94%", "95%+"]
    P_LINES "page: lines" ["1-9", "10-29", "30-79", "80-199", "200-499", "500+"]
    P_LABELS "page: furniture lines" ["0-4%", "5-14%", "15-29%", "30-44%", "45%+"]
    P_RUN "page: prose in main text" ["none", "1-29%", "30-59%", "60-84%", "85-97%", "98%+"]
    P_TALK "page: comment words" ["none", "1-2%", "3-7%", "8-14%", "15%+"]
    P_FORUM "page: forum words" ["none", "1-2%", "3-7%", "8-14%", "15%+"]
    P_DATES "page: dates" ["none", "1-2%", "3-7%", "8-14%", "15%+"]
    P_MONEY "page: money" ["none", "1-2%", "3-7%", "8%+"]
    P_BULLETS "page: bullets" ["none", "1-9%", "10-29%", "30%+"]
    P_REPEATS "page: repeated lines" ["none", "1-9%", "10-24%", "25%+"]
    P_PIPES "page: pipes" ["none", "1-4%", "5-19%", "20%+"]
    P_WORDS "page: words" ["1-99", "100-299", "300-799", "800-1999", "2000-4999", "5000+"]
    P_RULED "page: dropped by rules" ["none", "1-2%", "3-7%", "8-14%", "15-29%", "30%+"]
    P_LEAN "page: its words" ["speak much for it", "speak for it", "speak a little for it", "say nothing", "speak a little against it", "speak against it", "speak much against it"]
    P_KINDS "page: kinds of furniture" ["none", "1", "2", "3", "4", "5", "6-7", "8+"]
    P_HEAD "page: furniture in the first lines" ["none", "1-29%", "30-59%", "60%+"]
    P_TAIL "page: furniture in the last lines" ["none", "1-29%", "30-59%", "60%+"]
    P_ENGLISH "page: English" ["no", "yes"]
    P_SENTENCES "page: lines that are sentences" ["none", "1-4%", "5-14%", "15-29%", "30-49%", "50-74%", "75%+"]
    P_SHORT "page: short lines" ["0-9%", "10-29%", "30-49%", "50-69%", "70%+"]
    P_BLANKS "page: blank lines" ["none", "1-19%", "20-39%", "40%+"]
    // What the first look made of the line and its page.
    SCORE "first score" ["-5.0 or less", "-5.0", "-3.5", "-2.5", "-1.7", "-1.1", "-0.6", "-0.2", "0.2", "0.6", "1.1", "1.7", "2.5", "3.5", "5.0 or more"]
    VERDICT "verdict" ["surely drop", "drop", "rather drop", "undecided, drop", "undecided, keep", "rather keep", "keep", "surely keep"]
    KEPT_2 "kept within 2 lines" ["0-4%", "5-14%", "15-29%", "30-44%", "45-54%", "55-69%", "70-84%", "85-94%", "95%+"]
    KEPT_5 "kept within 5 lines" ["0-4%", "5-14%", "15-29%", "30-44%", "45-54%", "55-69%", "70-84%", "85-94%", "95%+"]
    KEPT_12 "kept within 12 lines" ["0-4%", "5-14%", "15-29%", "30-44%", "45-54%", "55-69%", "70-84%", "85-94%", "95%+"]
    BEST "best stretch" ["none", "41+ below", "21-40 below", "11-20 below", "6-10 below", "3-5 below", "2 below", "1 below", "around", "1 above", "2 above", "3-5 above", "6-10 above", "11-20 above", "21-40 above", "41+ above"]
    P_KEPT "page: kept words" ["0-4%", "5-14%", "15-29%", "30-44%", "45-59%", "60-74%", "75-89%", "90-97%", "98%+"]
    P_BEST "page: kept words in the best stretch" ["0-29%", "30-59%", "60-79%", "80-94%", "95%+"]
    P_SURE "page: certainty" ["0-49%", "50-64%", "65-79%", "80-89%", "90%+"]
    P_GONE "page: surely dropped lines" ["none", "1-4%", "5-14%", "15-39%", "40%+"]
    // What the second look made of the page.
    P_DROP "page: furniture" ["none", "1-4%", "5-9%", "10-19%", "20-34%", "35-59%", "60%+"]
    P_DROP_WORDS "page: words of furniture" ["none", "1-2%", "3-5%", "6-11%", "12-24%", "25-49%", "50%+"]
    P_SURELY "page: lines that are surely furniture" ["0", "1", "2-3", "4-6", "7-12", "13-24", "25-49", "50-99", "100+"]
    P_SURE_SHARE "page: surely furniture" ["none", "1-4%", "5-9%", "10-19%", "20-34%", "35-59%", "60%+"]
    P_WORST "page: its five worst lines" ["-4.0 or less", "-4.0", "-3.0", "-2.2", "-1.5", "-0.8", "0 or more"]
    P_BEST_LINES "page: its lines that stay" ["0", "0-1.0", "1.0-1.9", "2.0-2.9", "3.0-3.9", "4.0 or more"]
}

/// What bears weights: one row of weights, a weight a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// A value of the line's own.
    Own(G),
    /// A value of the line so many lines further on (not counting blank lines); or there is none.
    Near(i8, G),
    /// Two values of the line's own.
    Cross(G, G),
    /// A value of its own and one of a line nearby.
    Beside(G, i8, G),
}

use G::*;
use Slot::{Beside, Cross, Near, Own};

/// The values that stand for the page and for the place in it.
pub(super) const OWN: &[G] = &[
    WORDS,
    END,
    STOPS,
    CAPITALS,
    SHOUTED,
    FIRST,
    DIGITS,
    SENTENCES,
    COMMAS,
    MARK,
    BRACKETS,
    DENSITY,
    TIME,
    SHARE,
    ACCOUNT,
    NAV,
    LEGAL,
    COMMENT,
    RELATED,
    DATE,
    AD,
    MEDIA,
    TAGS,
    FORUM,
    BYLINE,
    COUNT,
    CLASSES,
    MARKED,
    LEAN,
    TYPE,
    RULED,
    REPEATED,
    ECHO,
    BLANKS,
    PLACE,
    FROM_START,
    FROM_END,
    RUN,
    PROSE_3,
    PROSE_8,
    PROSE_20,
    LABELS_3,
    LABELS_8,
    LABELS_20,
    SHORT_3,
    SHORT_8,
    SHORT_20,
    DATES_8,
    TALK_8,
    BULLETS_8,
    COMMON_8,
    TITLES_8,
    RULED_8,
    LEAN_8,
    LIKE,
    ALIKE,
    SINCE_TALK,
    SINCE_RELATED,
    SINCE_LEGAL,
    SINCE_SHARE,
    SINCE_DATE,
    BROKEN,
    P_PROSE,
    P_LINES,
    P_LABELS,
    P_RUN,
    P_TALK,
    P_FORUM,
    P_DATES,
    P_MONEY,
    P_BULLETS,
    P_REPEATS,
    P_PIPES,
    P_WORDS,
    P_RULED,
    P_LEAN,
    P_KINDS,
    P_HEAD,
    P_TAIL,
    P_ENGLISH,
    P_SENTENCES,
    P_SHORT,
    P_BLANKS,
];
pub(super) const NEAR: &[G] = &[LENGTH, END, TYPE, FIRST, STOPS, MARKED, TIME, COMMENT, RELATED, SHARE, LEAN, RULED];
const CROSS: &[(G, G)] = &[
    (LENGTH, END),
    (LENGTH, STOPS),
    (LENGTH, CAPITALS),
    (LENGTH, REPEATED),
    (LENGTH, RUN),
    (LENGTH, PLACE),
    (LENGTH, FIRST),
    (LENGTH, MARKED),
    (LENGTH, BLANKS),
    (TYPE, RUN),
    (TYPE, PROSE_8),
    (TYPE, PROSE_20),
    (TYPE, LABELS_8),
    (TYPE, SHORT_8),
    (TYPE, BLANKS),
    (TYPE, LIKE),
    (TYPE, ALIKE),
    (LENGTH, ALIKE),
    (ALIKE, P_BLANKS),
    (TYPE, P_SENTENCES),
    (RUN, P_SENTENCES),
    (P_SENTENCES, P_BLANKS),
    (TYPE, SINCE_TALK),
    (TYPE, SINCE_RELATED),
    (TYPE, SINCE_LEGAL),
    (TYPE, TALK_8),
    (TYPE, DATES_8),
    (TYPE, BROKEN),
    (TYPE, FROM_START),
    (TYPE, FROM_END),
    (TYPE, REPEATED),
    (TYPE, TIME),
    (TYPE, END),
    // The page's kind moves the weights of lines: what is furniture in an article is the text of a forum.
    (TYPE, P_PROSE),
    (TYPE, P_LINES),
    (TYPE, P_LABELS),
    (TYPE, P_RUN),
    (TYPE, P_TALK),
    (TYPE, P_FORUM),
    (TYPE, P_DATES),
    (TYPE, P_MONEY),
    (TYPE, P_BULLETS),
    (TYPE, P_REPEATS),
    (TYPE, P_PIPES),
    (TYPE, P_WORDS),
    (TYPE, P_ENGLISH),
    (TYPE, P_SHORT),
    (TYPE, P_BLANKS),
    (RUN, P_PROSE),
    (RUN, P_RUN),
    (RUN, P_TALK),
    (RUN, P_FORUM),
    (RUN, P_LABELS),
    (RUN, P_WORDS),
    (RUN, P_SHORT),
    (RUN, P_DATES),
    (RUN, PROSE_3),
    (RUN, LABELS_3),
    (PLACE, P_RUN),
    (PLACE, P_LINES),
    (PLACE, P_PROSE),
    (SINCE_TALK, P_FORUM),
    (SINCE_TALK, P_RUN),
    (PROSE_8, P_FORUM),
    (PROSE_8, P_PROSE),
    (PROSE_8, P_SHORT),
    (COMMENT, P_FORUM),
    (FORUM, P_FORUM),
    (DATE, P_DATES),
    (MARKED, P_LABELS),
    (MARKED, P_ENGLISH),
    (STOPS, P_ENGLISH),
    (STOPS, P_PROSE),
    (BLANKS, P_BLANKS),
    (RUN, P_BLANKS),
    (PROSE_8, P_BLANKS),
    (LABELS_8, P_BLANKS),
    (SHORT_8, P_BLANKS),
    (PLACE, P_BLANKS),
    (MARKED, P_BLANKS),
    (STOPS, P_BLANKS),
    (LENGTH, P_BLANKS),
    (END, P_BLANKS),
    (TIME, P_BLANKS),
    (FORUM, P_BLANKS),
    (COMMENT, P_BLANKS),
    (DATE, P_BLANKS),
    (MARK, P_BLANKS),
    (LIKE, P_BLANKS),
    (SINCE_TALK, P_BLANKS),
    (P_FORUM, P_BLANKS),
    (TYPE, COMMENT),
    (TYPE, FORUM),
    (LEAN, LENGTH),
    (LEAN, TYPE),
    (LEAN, P_BLANKS),
    (LEAN, P_LEAN),
    (LEAN, LEAN_8),
    (LEAN, RUN),
    (LEAN, END),
    (LEAN, P_ENGLISH),
    (TYPE, LEAN_8),
    (TYPE, P_LEAN),
    (TYPE, RULED_8),
    (TYPE, P_RULED),
    (RUN, P_RULED),
    (P_BLANKS, P_RULED),
    (P_BLANKS, P_LEAN),
    (P_LEAN, P_RULED),
    (P_PROSE, P_LABELS),
    (P_RUN, P_TALK),
    (P_RUN, P_SHORT),
    (P_FORUM, P_TALK),
    (P_LINES, P_PROSE),
    (P_DATES, P_RUN),
    (RUN, PLACE),
    (SHOUTED, LENGTH),
    (DIGITS, LENGTH),
    (MARK, LENGTH),
];
const BESIDE: &[(G, i8, G)] = &[(TYPE, -1, TYPE), (TYPE, 1, TYPE), (TYPE, -2, TYPE), (TYPE, 2, TYPE)];

/// All slots of the first look, in the order in which they are added up.
pub(super) fn slots() -> Vec<Slot> {
    let mut all: Vec<Slot> = OWN.iter().map(|&g| Own(g)).collect();
    for by in [-1, 1, -2, 2] {
        all.extend(NEAR.iter().map(|&g| Near(by, g)));
    }
    all.extend(CROSS.iter().map(|&(a, b)| Cross(a, b)));
    all.extend(BESIDE.iter().map(|&(a, by, b)| Beside(a, by, b)));
    all
}

/// All slots of the second look, likewise.
pub(super) fn second_slots() -> Vec<Slot> {
    const OWN: &[G] = &[SCORE, KEPT_2, KEPT_5, KEPT_12, BEST, P_KEPT, P_BEST, P_SURE, P_GONE, TYPE, RUN, WORDS];
    const CROSS: &[(G, G)] = &[
        (SCORE, KEPT_2),
        (SCORE, KEPT_5),
        (SCORE, KEPT_12),
        (SCORE, BEST),
        (SCORE, P_KEPT),
        (SCORE, P_SURE),
        (SCORE, P_BEST),
        (SCORE, P_GONE),
        (SCORE, TYPE),
        (SCORE, LENGTH),
        (SCORE, P_FORUM),
        (SCORE, P_TALK),
        (SCORE, P_DATES),
        (SCORE, P_ENGLISH),
        (SCORE, P_SENTENCES),
        (P_KEPT, P_SENTENCES),
        (SCORE, P_PROSE),
        (SCORE, P_PIPES),
        (SCORE, P_LINES),
        (SCORE, P_WORDS),
        (SCORE, P_RUN),
        (SCORE, P_BLANKS),
        (SCORE, P_RULED),
        (SCORE, P_LEAN),
        (SCORE, LEAN),
        (P_GONE, P_RULED),
        (P_KEPT, P_RULED),
        (P_KEPT, P_LEAN),
        (P_KEPT, P_BLANKS),
        (P_GONE, P_BLANKS),
        (KEPT_5, P_BLANKS),
        (TYPE, KEPT_2),
        (TYPE, KEPT_5),
        (TYPE, KEPT_12),
        (TYPE, BEST),
        (TYPE, P_KEPT),
        (LENGTH, KEPT_5),
        (LENGTH, BEST),
        (KEPT_2, KEPT_12),
        (KEPT_5, P_KEPT),
        (BEST, P_BEST),
        (BEST, P_KEPT),
        (P_KEPT, P_SURE),
        (P_KEPT, P_GONE),
        (BEST, SINCE_TALK),
        (KEPT_5, P_FORUM),
        (P_KEPT, P_FORUM),
        (P_KEPT, P_WORDS),
        (BLANKS, KEPT_2),
    ];
    let mut all: Vec<Slot> = OWN.iter().map(|&g| Own(g)).collect();
    for by in [-1, 1, -2, 2, -3, 3] {
        all.push(Near(by, VERDICT));
    }
    all.extend(CROSS.iter().map(|&(a, b)| Cross(a, b)));
    for by in [-1, 1] {
        all.extend([Beside(VERDICT, by, VERDICT), Beside(TYPE, by, VERDICT), Beside(BLANKS, by, VERDICT)]);
    }
    all
}

/// All slots of the third look, which is at the page alone.
pub(super) fn third_slots() -> Vec<Slot> {
    // What the looks before made of it.
    const LATER: &[G] =
        &[P_KEPT, P_BEST, P_SURE, P_GONE, P_DROP, P_DROP_WORDS, P_SURELY, P_SURE_SHARE, P_WORST, P_BEST_LINES];
    const CROSS: &[(G, G)] = &[
        (P_KINDS, P_BLANKS),
        (P_SENTENCES, P_BLANKS),
        (P_SENTENCES, P_DROP),
        (P_HEAD, P_TAIL),
        (P_HEAD, P_BLANKS),
        (P_TAIL, P_BLANKS),
        (P_DROP, P_BLANKS),
        (P_SURELY, P_BLANKS),
        (P_SURE_SHARE, P_BLANKS),
        (P_WORST, P_BLANKS),
        (P_LEAN, P_BLANKS),
        (P_RULED, P_BLANKS),
        (P_SURELY, P_KINDS),
        (P_DROP, P_KINDS),
        (P_DROP, P_LINES),
        (P_SHORT, P_KINDS),
    ];
    let of_page = OWN.iter().skip_while(|g| **g != P_PROSE);
    let own = of_page.chain(LATER).map(|&g| Own(g));
    own.chain(CROSS.iter().map(|&(a, b)| Cross(a, b))).collect()
}

pub(super) fn values(g: G) -> usize {
    GROUPS[g as usize].1.len()
}

fn named(g: G, value: usize) -> String {
    format!("{}: {}", GROUPS[g as usize].0, GROUPS[g as usize].1[value])
}

/// Where a line nearby stands.
pub(super) fn side(by: i8) -> String {
    match by {
        -1 => "line above".to_owned(),
        1 => "line below".to_owned(),
        i8::MIN..=0 => format!("{} lines above", -by),
        _ => format!("{by} lines below"),
    }
}

fn nearby(by: i8, g: G, value: usize) -> String {
    let side = side(by);
    if value == values(g) {
        format!("no {side} ({})", GROUPS[g as usize].0)
    } else {
        format!("{side} {}", named(g, value))
    }
}

impl Slot {
    /// How many weights it bears.
    pub(super) fn size(self) -> usize {
        match self {
            Own(g) => values(g),
            Near(_, g) => values(g) + 1,
            Cross(a, b) => values(a) * values(b),
            Beside(a, _, b) => values(a) * (values(b) + 1),
        }
    }

    /// What the `n`th of its weights is for.
    pub(super) fn name(self, n: usize) -> String {
        match self {
            Own(g) => named(g, n),
            Near(by, g) => nearby(by, g, n),
            Cross(a, b) => format!("{}, {}", named(a, n / values(b)), named(b, n % values(b))),
            Beside(a, by, b) => {
                format!("{}, {}", named(a, n / (values(b) + 1)), nearby(by, b, n % (values(b) + 1)))
            }
        }
    }
}

/// The values of all groups for one line, and zeros: a power of two of them, so that no place has to
/// be checked against the end.
pub(super) type Values = [u8; 128];

const _: () = assert!(GROUPS.len() < 128);

/// Whether the page decides a group, so that it is known of the page's first line alone.
pub(super) fn is_of_page(g: u8) -> bool {
    g == ZERO || GROUPS[usize::from(g)].0.starts_with("page: ")
}

/// The value that is always 0.
pub(super) const ZERO: u8 = GROUPS.len() as u8;
