//! Which languages the ASCII letters of a line speak against: a quick look at some at once.

use super::symbols::Symbols;
use super::{Language, Set};

/// Languages that are added up together.
const LANES: usize = 16;
/// The place of what is not ASCII, beside which nothing is counted.
const UNKNOWN: usize = 31;

/// By the places of two.
const PAIRS: usize = 32 * 32;
/// At most so many bytes are looked at.
const MOST: usize = 256;

/// Some languages, and what each pair of ASCII letters costs beyond their average.
struct Group {
    languages: Vec<usize>,
    members: Set,
    excess: Box<[[i16; LANES]; PAIRS]>,
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
            let mut excess = Box::new([[0; LANES]; PAIRS]);
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

    /// What the ASCII letters of the first of `bytes` cost in the languages of `among` and in a few
    /// great ones.
    pub(super) fn weigh(&self, bytes: &[u8], among: Set) -> Rough {
        let mut rough = Rough { excess: [0; Set::BITS as usize], known: 0, count: 0 };
        let mut pairs = [0_u16; MOST];
        let pairs = &mut pairs[..bytes.len().min(MOST)];
        let mut last = 0;
        for (pair, &b) in pairs.iter_mut().zip(bytes) {
            let this = place(b);
            rough.count += i64::from(this != UNKNOWN && last != UNKNOWN && last + this != 0);
            *pair = (last << 5 | this) as u16;
            last = this;
        }
        let great = 1;
        for group in self.groups.iter().enumerate().filter(|(i, g)| *i == great || g.members & among != 0).map(|g| g.1)
        {
            let mut sums = [0_i16; LANES];
            for &pair in &*pairs {
                let costs = &group.excess[usize::from(pair) % PAIRS];
                sums = std::array::from_fn(|i| sums[i].saturating_add(costs[i]));
            }
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
