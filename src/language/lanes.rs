//! Which languages the ASCII letters of a line speak against: a quick look at some at once.

use super::symbols::Symbols;
use super::{Language, Set};

/// Languages that are added up together.
const LANES: usize = 16;
/// The place of what is not ASCII, beside which nothing is counted.
const UNKNOWN: usize = 31;

/// Some languages, and what each pair of ASCII letters costs beyond their average.
struct Group {
    languages: Vec<usize>,
    members: Set,
    excess: Vec<[i16; LANES]>,
}

/// All languages of the Latin script, in groups.
pub(super) struct Lanes {
    groups: Vec<Group>,
}

/// Its place in the table: 0 for what is no letter.
fn place(b: u8) -> usize {
    match b {
        b'a'..=b'z' | b'A'..=b'Z' => usize::from(b & 0x1F),
        0x80.. => UNKNOWN,
        _ => 0,
    }
}

impl Lanes {
    /// `first`: languages that are often asked for together.
    pub(super) fn new(languages: &[Language], symbols: &Symbols, first: &[usize]) -> Lanes {
        let mut order = first.to_vec();
        order.extend((0..languages.len()).filter(|n| languages[*n].foreign == 0 && !first.contains(n)));
        let symbol = |i: usize| symbols.of(if i == 0 { ' ' } else { char::from(b'`' + i as u8) });
        let groups = order.chunks(LANES).map(|some| {
            let mut excess = vec![[0; LANES]; 32 * 32];
            for (a, b) in (0..27).flat_map(|a| (0..27).map(move |b| (a, b))).skip(1) {
                for (lane, &n) in excess[a << 5 | b].iter_mut().zip(some) {
                    let l = &languages[n];
                    *lane = i16::try_from(i64::from(l.cost(symbol(a), symbol(b))) - l.mean).unwrap_or(i16::MAX);
                }
            }
            Group { languages: some.to_vec(), members: some.iter().fold(0, |set, n| set | 1 << n), excess }
        });
        Lanes { groups: groups.collect() }
    }

    /// What the ASCII letters of `bytes`, a few hundred at most, cost in the languages of `among` and
    /// in a few great ones.
    pub(super) fn weigh(&self, bytes: &[u8], among: Set) -> Rough {
        let mut rough = Rough { excess: [0; Set::BITS as usize], known: 0, count: 0 };
        let great = 1;
        for group in self.groups.iter().enumerate().filter(|(i, g)| *i == great || g.members & among != 0).map(|g| g.1)
        {
            let mut sums = [0_i16; LANES];
            let (mut last, mut count) = (0, 0);
            for &b in bytes {
                let this = place(b);
                count += usize::from(this != UNKNOWN && last != UNKNOWN && last + this != 0);
                for (sum, &cost) in sums.iter_mut().zip(&group.excess[last << 5 | this]) {
                    *sum = sum.saturating_add(cost);
                }
                last = this;
            }
            rough.count = count as i64;
            rough.known |= group.members;
            for (&n, sum) in group.languages.iter().zip(sums) {
                rough.excess[n] = i64::from(sum);
            }
        }
        rough
    }
}

/// What came of it.
pub(crate) struct Rough {
    /// By language, beyond the average.
    pub(super) excess: [i64; Set::BITS as usize],
    /// The languages that were asked.
    pub(super) known: Set,
    /// How many pairs there are.
    pub(super) count: i64,
}
