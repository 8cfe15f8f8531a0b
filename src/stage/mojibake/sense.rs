//! What the changes of a legacy reading say one by one, beyond how likely it is as a whole: some are
//! out of the question, and some speak for it.

use smallvec::SmallVec;

use super::hints::is_eastern;
use super::legacy::{Candidate, Line, Read, SHORT};
use super::pairs::{Change, Pair};
use crate::language::{Fit, Model, NAT, Set, Text, Window};

/// What a sign amid letters says by itself when it becomes a letter, and how many are counted.
pub(super) const IN_WORD: i64 = 5 * NAT;
const IN_WORDS: usize = 3;
/// What a letter says that makes a common word of what is none, and how many are counted.
const WORD: i64 = 6 * NAT;
const WORDS: usize = 3;
/// For how many of those an exponent counts that a unit of length gets.
const UNIT: usize = 2;
/// What it takes that a letter is not of the language's alphabet, but of many.
const FOREIGN: i64 = 4 * NAT;
pub(super) const MANY: u32 = 8;
/// What it takes more where a single letter changes, and the language with it.
const ONLY: i64 = 4 * NAT;
/// Of what there are few, too, for each where so much is gained.
const FEW: i64 = 30 * NAT;
/// What letters have to gain one by one where several change: the line may be of a language that no
/// table knows, and then each gains a little. Less where the line suits its language by so much for each
/// 100 symbols better than the script in general; more where all its letters are of one alphabet.
const EACH: i64 = 6 * NAT;
const EACH_OF_ONE: i64 = 8 * NAT;
const EACH_AT_HOME: i64 = 72;
const AT_HOME: i64 = 50 * NAT;
/// What it counts for a letter that it is in a common word.
const KNOWN: i64 = 5 * NAT;
/// From so many letters on, one in so many has to be in such a word, or the line has to suit its language
/// by that much.
const TOLD: i64 = 3;
const ONE_KNOWN_IN: i64 = 4;
const NEARLY_AT_HOME: i64 = 30 * NAT;
/// Words that have to change where all that changes may be meant.
const APART: usize = 3;
/// Letters of Latin-1 that people write for others that it lacks.
const STAND_INS: &[(char, char)] = &[
    ('à', 'ą'),
    ('â', 'ā'),
    ('ã', 'ă'),
    ('ê', 'ę'),
    ('ë', 'ė'),
    ('î', 'ī'),
    ('ñ', 'ń'),
    ('õ', 'ő'),
    ('ù', 'ů'),
    ('û', 'ű'),
    ('û', 'ū'),
];
/// Marks that become other marks, without a letter, need this.
const MARKS_ALONE: i64 = 20 * NAT;

/// What the changes say.
pub(super) struct Said {
    /// For the reading, in sixteenths of a nat.
    pub(super) bonus: i64,
    /// How many make common words.
    pub(super) words: usize,
    /// How many become small letters of what does not stand between such.
    pub(super) amid: usize,
    /// Whether all that changes may be meant, or gains too little by itself.
    pub(super) unclear: bool,
}

/// Common words that a reading makes of what is none, by the numbers of their characters, and how many
/// it makes none.
#[derive(Default)]
pub(super) struct Words {
    made: SmallVec<[usize; 8]>,
    /// How many words those are.
    count: usize,
    lost: i64,
    /// How many letters are asked, and how many of those stand in common words of the language.
    asked: i64,
    known: i64,
}

impl Words {
    /// What they say for a reading, in sixteenths of a nat.
    pub(super) fn bonus(&self) -> i64 {
        WORD * (self.count.min(WORDS) as i64 - self.lost)
    }
}

impl Line<'_> {
    /// Those changes that make a common word of the language of `fit` of what is none. What is short
    /// may be in another of those that suit it.
    pub(super) fn words(&self, model: &Model, c: &Candidate<'_>, fit: Fit) -> Words {
        let mut words = Words::default();
        if c.pair.change != Change::Latin {
            return words;
        }
        let window = |chars: &[Read], i: usize| {
            let char = |r: &Read| r.char;
            Window::around(chars[..i].iter().rev().map(char), chars[i].char, chars[i + 1..].iter().map(char))
        };
        let own = || self.nearest.iter().copied().chain([self.fit.language, fit.language]).filter(|&n| n != usize::MAX);
        // What the line is in shows by its plain letters: a language far from it has such words by chance.
        let near = || {
            let mut plain = Text::default();
            model.prepare(self.chars.iter().map(|r| r.char).filter(char::is_ascii), &mut plain);
            let by_plain = model.nearest::<4>(&plain, Set::MAX);
            let all = self.nearest.iter().chain(&by_plain).copied().filter(|&n| n != usize::MAX);
            all.chain([self.fit.language]).any(|n| n == fit.language)
        };
        let others = if (c.symbols.len() as i64) < SHORT { &c.nearest[..] } else { &[] };
        let new_own = || others.iter().copied().chain([fit.language]).filter(|&n| n != usize::MAX);
        for i in (0..c.chars.len()).filter(|&i| c.chars[i].char != self.chars[i].char) {
            let new = c.chars[i].char;
            if matches!(new, '²' | '³') {
                let next = c.chars.get(i + 1).map_or(' ', |n| n.char);
                if is_unit(c.chars[..i].iter().rev().map(|r| r.char), next) {
                    words.made.push(i);
                    words.count += UNIT;
                }
                continue;
            }
            let old = window(&self.chars, i);
            let was = own().any(|n| model.knows(old, n));
            let is = (is_letter(new) || new == '’') && (!stands_alone(&c.chars, i) || is_amid_words(&c.chars, i)) && {
                let new = window(&c.chars, i);
                words.known += i64::from(is_letter(c.chars[i].char) && model.knows(new, fit.language));
                new_own().any(|n| model.knows(new, n))
            };
            words.asked += i64::from(is_letter(new));
            if is && !was {
                let same = |&last: &usize| c.chars[last..i].iter().all(|r| r.char.is_alphabetic());
                words.count += usize::from(!words.made.last().is_some_and(same));
                words.made.push(i);
            } else if !is && model.knows(old, self.fit.language) {
                words.lost += 1;
            }
        }
        if words.count > 0 && !near() {
            words.count = 0;
        }
        words
    }

    /// Whether the line may as well be sound text of a language that no table knows. `said`: what `c` gains,
    /// and the words that it makes; `natural`: it makes nothing but letters of letters in their place.
    fn is_foreign(&self, model: &Model, c: &Candidate<'_>, fit: Fit, said: (i64, &Words), natural: bool) -> bool {
        let (gain, words) = said;
        let own = (model.unknown(&self.symbols) - fit.cost) * 100 / (c.symbols.len() as i64).max(1);
        let letters = self.chars.iter().map(|r| r.char).filter(|c| !c.is_ascii() && is_letter(*c));
        let each = if own >= AT_HOME {
            EACH_AT_HOME
        } else if natural && letters.fold(Set::MAX, |set, c| set & model.alphabets(c)) != 0 {
            EACH_OF_ONE
        } else {
            EACH
        };
        let unheard = words.known * ONE_KNOWN_IN < words.asked && own < NEARLY_AT_HOME;
        words.asked > 1 && gain + KNOWN * words.known < each * words.asked || words.asked >= TOLD && unheard
    }

    /// Whether `c` changes no more than `most` words that differ.
    fn is_within_words(&self, c: &Candidate<'_>, most: usize) -> bool {
        let mut seen: SmallVec<[&[Read]; 4]> = SmallVec::new();
        let mut at = 0;
        let is_letter = |r: &Read| r.char.is_alphabetic();
        for word in c.chars.chunk_by(|a, b| is_letter(a) == is_letter(b)) {
            let old = &self.chars[at..at + word.len()];
            at += word.len();
            let same = |a: &[Read], b: &[Read]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.char == b.char);
            if !same(word, old) && !seen.iter().any(|s| same(s, word)) {
                seen.push(word);
            }
            if seen.len() > most {
                return false;
            }
        }
        true
    }

    /// What all changes say; nothing if one of them is out of the question. `like_others`: other lines
    /// of the document changed in the same way, which makes good some that would be odd by themselves.
    pub(super) fn sense(
        &self,
        model: &Model,
        c: &Candidate<'_>,
        fit: Fit,
        gain: i64,
        like_others: bool,
    ) -> Option<Said> {
        let words = self.words(model, c, fit);
        let latin = c.pair.change == Change::Latin;
        // Changed in all; marks that are in their place; signs by themselves.
        let (mut changed, mut proper, mut lone) = (0, 0, 0);
        let (mut letters, mut were, mut in_words, mut foreign, mut last) = (0, 0, 0, 0, ' ');
        let (mut controls, mut blanks, mut lost, mut amid, mut meant, mut natural) = (0, 0, 0, 0, 0, 0);
        // Marks that open and close what they are at the edge of.
        let (mut opening, mut closing) = (0, 0);
        let mut old = self.chars.iter().peekable();
        for (i, r) in c.chars.iter().enumerate() {
            while old.next_if(|o| o.start < r.start).is_some() {}
            let from = old.peek().map_or(' ', |o| o.char);
            let (before, new) = (last, r.char);
            last = new;
            if new == from {
                continue;
            }
            let next = c.chars.get(i + 1).map_or(' ', |n| n.char);
            if c.pair.change == Change::Whole {
                changed += 1;
                letters += usize::from(is_eastern(from));
                in_words += usize::from(before.is_ascii_alphabetic()) + usize::from(next.is_ascii_alphabetic());
                continue;
            }
            if new == '\u{AD}' || new == '\u{FFFD}' || new == '\u{A0}' {
                return None;
            }
            changed += 1;
            controls += usize::from(matches!(from, '\u{80}'..='\u{9F}'));
            letters += usize::from(is_letter(new));
            were += usize::from(is_letter(from));
            if c.pair.change == Change::Marks {
                // What is left of a character of East Asia.
                if !is_mark(new) && (before.max(next) >= '\u{E00}' && before.max(next).is_alphabetic()) {
                    return None;
                }
                continue;
            }
            if matches!(new, '\u{80}'..='\u{9F}') {
                return None;
            }
            let is_word = words.made.binary_search(&i).is_ok();
            let alone = !before.is_alphanumeric() && !next.is_alphanumeric();
            // A word of one small letter amid others: "seo à comas".
            if alone && from.is_lowercase() && new.is_uppercase() && is_amid_words(&self.chars, i) {
                return None;
            }
            lone += usize::from(alone && !is_word);
            if c.pair.change == Change::Script {
                proper += usize::from(is_mark(from) || matches!(from, '„' | '‚' | '«' | '»'));
                continue;
            }
            let same_case = is_letter(from) && is_letter(new) && from.is_uppercase() == new.is_uppercase();
            natural += usize::from(same_case && (from.is_uppercase() || !is_out_of_place(from)));
            meant += usize::from(may_be_meant(model, c.pair, from, new));
            if is_letter(new) && !is_letter(from) && is_in_formula(&c.chars, i) {
                return None;
            }
            // What is left of a no-break space that was misread, unless more has changed.
            let blank = matches!(old.clone().nth(1).map(|o| o.char), Some(' ' | '\u{A0}'));
            blanks += usize::from(matches!(from, 'Â' | 'Ã') && blank && !is_word);
            // "foto¿s": it stands for what could not be told.
            let is_lost = (from, new) == ('¿', 'ż') && !is_word;
            lost += usize::from(is_lost);
            // "……" is no word.
            let thrice = |i: usize| i > 1 && c.chars[i - 2..i].iter().all(|p| p.char == new);
            // Half of a sequence of UTF-8: another layer, if anything.
            if matches!(new, 'Ã' | 'Â' | 'Å' | 'Ä') && !next.is_ascii() && !next.is_alphabetic() {
                return None;
            }
            // "letter…" and "don’t" are as good as any reading of them.
            proper += usize::from(is_mark(from) && (from == '’' || !(before.is_lowercase() && next.is_lowercase())));
            // "commando´s", "equivalent´"
            if from == '´' && !like_others {
                let beyond = c.chars.get(i + 2).map_or(' ', |n| n.char);
                if !next.is_lowercase() || next == 's' && !beyond.is_alphabetic() {
                    return None;
                }
            }
            let (starts, ends) = (!before.is_alphanumeric() && next.is_alphabetic(), !next.is_alphanumeric());
            opening += usize::from(matches!(new, '“' | '«' | '„' | '‘') && starts);
            closing += usize::from(matches!(new, '”' | '»' | '’') && !before.is_whitespace() && ends);
            let fine = if is_letter(new) {
                let alphabets = model.alphabets(new);
                if alphabets >> fit.language & 1 == 0 {
                    foreign += 1;
                    if !like_others && alphabets.count_ones() < MANY && gain < FEW * foreign
                        || alphabets == 0
                        || model.alphabets(from) >> fit.language & 1 == 1
                    {
                        return None;
                    }
                }
                if new.is_lowercase() {
                    let (l, r) = (before.is_lowercase(), next.is_lowercase());
                    amid += usize::from(l && r && is_out_of_place(from) && !is_lost);
                    in_words += usize::from(match from {
                        // "a testing", "ami·e"
                        '\u{A0}' | '·' => false,
                        _ if is_lost => false,
                        // What opens a quotation has no letter before it.
                        '„' | '‚' => r && before.is_alphabetic(),
                        _ if !is_letter(from) && !is_common(from) => l || r,
                        _ => l && r && is_out_of_place(from),
                    });
                }
                !(new.is_uppercase() && before.is_lowercase()) && (is_letter(from) || !thrice(i))
            } else if is_letter(from) {
                // An apostrophe in or at a word, an opening or closing mark at its start or end.
                match new {
                    '’' | '‘' => before.is_alphabetic() || next.is_alphabetic(),
                    '“' | '«' | '„' => !before.is_alphanumeric(),
                    '”' | '»' | '…' => !next.is_alphanumeric(),
                    '–' | '—' => !before.is_alphabetic() && !next.is_alphabetic(),
                    '²' | '³' => before.is_alphabetic() && !next.is_alphabetic(),
                    _ => false,
                }
            } else {
                is_mark(new)
                    || matches!(
                        new,
                        '«' | '»' | '„' | '‚' | '°' | '§' | '€' | '£' | '·' | '¿' | '¡' | 'º' | 'ª' | '²' | '³'
                    )
            };
            if !fine {
                return None;
            }
        }
        if c.pair.change == Change::Whole {
            let bonus = IN_WORD * in_words.min(IN_WORDS) as i64;
            return (letters * 2 >= changed).then_some(Said { bonus, words: 0, amid: 0, unclear: false });
        }
        if c.pair.change == Change::Script {
            // Controls amid Latin words are no letters of another script.
            let ascii = c.chars.iter().filter(|r| r.char.is_ascii_alphabetic()).count();
            if controls > 0 && ascii > changed || !like_others && proper == changed {
                return None;
            }
        }
        let quoted = opening > 0 && opening == closing && opening + closing == changed;
        if !like_others {
            let units = letters == 0 && words.made.len() == changed;
            let proven = quoted || units || c.pair.change == Change::Marks;
            // Signs by themselves, marks for marks, and nothing but what could not be told.
            if blanks > 0 && blanks * 2 >= changed
                || latin && (lone == changed || lost == changed)
                || letters == 0 && !proven && (were == 0 || gain < MARKS_ALONE)
                || latin && proper > 0 && proper == changed && gain < 2 * MARKS_ALONE
            {
                return None;
            }
        }
        // One letter for another, and that in another language.
        let only = latin && changed == 1 && in_words + words.made.len() == 0 && fit.language != self.fit.language;
        let bonus = IN_WORD * (in_words + usize::from(quoted)).min(IN_WORDS) as i64 + words.bonus()
            - if foreign > 0 { FOREIGN } else { 0 }
            - if only { ONLY } else { 0 };
        let is_meant = || meant == changed && self.is_within_words(c, APART - 1);
        let unclear =
            latin && !like_others && (is_meant() || self.is_foreign(model, c, fit, (gain, &words), natural == changed));
        Some(Said { bonus, words: words.count, amid, unclear })
    }
}

/// Characters that a name in a formula may have.
const NAME: usize = 32;

/// Whether a figure stands beside the character of number `i`, or what it is in comes after "=".
fn is_in_formula(chars: &[Read], i: usize) -> bool {
    let is_digit = |r: Option<&Read>| r.is_some_and(|r| r.char.is_ascii_digit());
    // No name in a formula is longer.
    let name = chars[..i].iter().rev().take(NAME);
    let before = name.map(|r| r.char).find(|c| !c.is_alphabetic() && *c != '-');
    is_digit(chars.get(i + 1)) || is_digit(i.checked_sub(1).and_then(|i| chars.get(i))) || before == Some('=')
}

/// Whether text that `pair` may be of can hold `from` of right, in the place of `new`. In "col·legi" the
/// dot is part of the word.
fn may_be_meant(model: &Model, pair: &Pair, from: char, new: char) -> bool {
    let small = |c: char| c.to_lowercase().next().unwrap_or(c);
    from.is_uppercase() == new.is_uppercase()
        && (from == '·'
            || STAND_INS.contains(&(small(from), small(new)))
            || model.alphabets(from) & pair.neighbours != 0)
}

/// Whether the letter of number `i` has no other beside it.
fn stands_alone(chars: &[Read], i: usize) -> bool {
    let beside = |r: Option<&Read>| r.is_some_and(|r| r.char.is_alphanumeric());
    !beside(chars.get(i + 1)) && !beside(i.checked_sub(1).and_then(|i| chars.get(i)))
}

/// Whether words in small letters stand before and after it: in a list of letters they do not.
fn is_amid_words(chars: &[Read], i: usize) -> bool {
    let is = |i: Option<usize>, test: fn(char) -> bool| i.and_then(|i| chars.get(i)).is_some_and(|r| test(r.char));
    let blank: fn(char) -> bool = |c| c == ' ';
    is(i.checked_sub(1), blank)
        && is(i.checked_sub(2), char::is_lowercase)
        && is(Some(i + 1), blank)
        && is(Some(i + 2), char::is_lowercase)
}

/// Whether what stands between `before`, the last first, and `next` is raised after a unit of length:
/// "km²", "cm³".
pub(super) fn is_unit(mut before: impl Iterator<Item = char>, next: char) -> bool {
    let mut last = || before.next().unwrap_or(' ');
    let (m, mut start) = (last(), last());
    if matches!(start, 'k' | 'd' | 'c' | 'm') {
        start = last();
    }
    m == 'm' && !start.is_alphabetic() && start < '\u{80}' && !next.is_alphanumeric()
}

/// Whether `c` is a letter; the raised ones of Spanish and Portuguese are signs.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, 'ª' | 'º')
}

/// Whether `c` is nothing that stands between small letters: a sign, a capital, a letter of a script
/// other than Latin.
pub(super) fn is_out_of_place(c: char) -> bool {
    !is_letter(c) || c.is_uppercase() || ('\u{370}'..='\u{5FF}').contains(&c)
}

/// Signs that stand right before or after words.
pub(super) fn is_common(c: char) -> bool {
    c.is_ascii()
        || is_mark(c)
        || matches!(
            c,
            '\u{A0}'
                | '„'
                | '‚'
                | '«'
                | '»'
                | '‹'
                | '›'
                | '®'
                | '™'
                | '©'
                | '°'
                | 'º'
                | 'ª'
                | '·'
                | '²'
                | '³'
                | '€'
                | '£'
                | '§'
                | '¿'
                | '¡'
                | '†'
                | '‡'
        )
}

/// Quotation marks and dashes, which editors put in.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '–' | '—' | '…' | '•')
}
