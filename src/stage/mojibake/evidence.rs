//! What a document says of how it was damaged: encodings that its first lines were repaired from, each
//! line by itself. Doubtful lines take them for more likely.
//!
//! Only lines count that are repaired without any such help. So cleaned text says nothing: none of
//! its lines would be repaired by itself, as whatever is repaired without help is repaired with it.
//! Between legacy encodings nothing counts where more lines have come through than speak for it, or where
//! it would touch many lines and few speak for it.

use super::hints::Readings;
use super::pairs::Truth;
use super::tables::{PAGES, TABLES};
use super::{Found, Mojibake};
use super::{hints, legacy, quiet};
use crate::edit::EditSink;
use crate::language::{NAT, Set};
use crate::stage::Survey;

/// Longer lines do not count, in bytes: there is a limit to what is looked at twice.
const LINE: usize = 4096;
/// The most that one line says, in sixteenths of a nat.
const SAY: i64 = 40 * NAT;
/// One in so many of the lines that would change has to say so by itself.
const SPOKEN: usize = 8;
/// The part of what lines say that helps another.
const PART: i64 = 2;

/// What misread UTF-8 was read as: for each encoding what its runs gain, see [`super::runs`].
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    sums: [i32; PAGES.len()],
}

impl Evidence {
    /// The encoding that most speaks for.
    pub(super) fn most(&self) -> usize {
        (0..PAGES.len()).rev().max_by_key(|&x| self.sums[x]).unwrap_or(0)
    }

    pub(super) fn said(&self, x: usize) -> i32 {
        self.sums[x]
    }
}

/// Lines that went the same way between two legacy encodings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vote {
    /// The number of the pair, see [`super::hints`].
    pub(super) pair: usize,
    pub(super) languages: Set,
    sum: i64,
    /// How many lines say so.
    lines: usize,
}

impl Vote {
    /// Letters that the true encoding has, and that are in no text that was misread in this way: text
    /// with one of them has come through.
    fn came_through(&self) -> Vec<char> {
        let (misread, pair) = hints::pair(self.pair);
        let Truth::Single(truth) = pair.truth else { return Vec::new() };
        let all = (0x80..=0xFF).filter_map(|b| truth.char(b));
        let from = |c: char| misread.page.loose_byte(c).and_then(|b| truth.char(b));
        let is_whole = |c: char| !from(c).is_some_and(|f| !matches!(f, '\u{80}'..='\u{9F}'));
        all.filter(|&c| c.is_alphabetic() && is_whole(c)).collect()
    }

    /// By how much less a line has to gain, in sixteenths of a nat.
    pub(super) fn relief(&self) -> i64 {
        self.sum / PART
    }
}

/// What was damaged between two legacy encodings.
#[derive(Debug, Default)]
pub(crate) struct LegacyEvidence {
    /// Most said for first.
    pub(super) votes: Vec<Vote>,
    /// The pairs that are said for.
    pub(super) asked: Readings,
}

fn lines(sample: &str) -> impl Iterator<Item = &str> {
    sample.split('\n').filter(|l| l.len() <= LINE && !l.is_ascii())
}

impl Mojibake {
    /// Lines of `sample` that are misread UTF-8 beyond doubt.
    pub(super) fn evidence(&self, sample: &str) -> Evidence {
        let mut out = Evidence::default();
        let (none, mut sink) = (Survey::default(), EditSink::new([].into()));
        for line in lines(sample) {
            if let (Found::Repaired, Some((x, sure))) = self.misread_utf8(line, TABLES.seen_in(line), &none, &mut sink)
            {
                out.sums[x] = out.sums[x].saturating_add(sure);
            }
        }
        out
    }

    /// Lines of `sample` that went wrong between two legacy encodings beyond doubt.
    pub(super) fn legacy_evidence(&self, sample: &str) -> LegacyEvidence {
        let mut out = LegacyEvidence::default();
        let (none, mut sink) = (Survey::default(), EditSink::new([].into()));
        for line in lines(sample) {
            let look = quiet::look(line, &self.memory);
            if look.seen == 0 && look.is_sound {
                continue;
            }
            let (found, _) = self.misread_utf8(line, look.seen, &none, &mut sink);
            if found == Found::Repaired {
                continue;
            }
            let Some(r) = legacy::read(line, found == Found::Suspect).filter(|r| r.surplus >= 0) else { continue };
            let Some(pair) = r.pair else { continue };
            let (languages, sum) = (1 << r.language, r.gain.min(SAY));
            match out.votes.iter_mut().find(|v| v.pair == pair) {
                Some(v) => {
                    v.languages |= languages;
                    v.sum += sum;
                    v.lines += 1;
                }
                None => out.votes.push(Vote { pair, languages, sum, lines: 1 }),
            }
        }
        // Where more lines have come through than not, the others came from elsewhere; and what one line in
        // many says that it would touch is that line's own.
        out.votes.retain(|v| {
            let letters = v.came_through();
            let sound = lines(sample).filter(|l| l.chars().any(|c| !c.is_ascii() && letters.contains(&c)));
            let touched = lines(sample).filter(|l| hints::turned(l, 1 << v.pair) != 0);
            sound.take(v.lines + 1).count() <= v.lines && touched.take(v.lines * SPOKEN + 1).count() <= v.lines * SPOKEN
        });
        out.votes.sort_by_key(|v| (-v.sum, v.pair));
        out.asked = out.votes.iter().fold(0, |set, v| set | 1 << v.pair);
        out
    }
}
