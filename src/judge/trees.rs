//! The look at pages whose parts no blank line sets apart: small trees, added up. Few such pages are
//! there to learn from, and furniture shows there by several values together; what trees make of
//! them, in the mean with what the second look does, is right more often than either.
//!
//! A tree is written as its leaves: what each adds, and the values of a line, or of one nearby, for
//! which it holds. For any line just one does.

use super::groups::{G, GROUPS, NEAR, OWN, Values, is_of_page, side, values};

/// A column, and the first and last value of it.
pub type Ask = (u8, u8, u8);
/// A leaf: the number of its tree, what it adds in hundredths of a logit, and when it holds.
pub type Leaf = (u16, i16, Vec<Ask>);

/// What trees may ask: a value of the line's own, or of one so many lines further on.
fn columns() -> Vec<(i8, G)> {
    let near = [-1, 1, -2, 2].into_iter().flat_map(|by| NEAR.iter().map(move |&g| (by, g)));
    OWN.iter().map(|&g| (0, g)).chain(near).collect()
}

fn name_of((by, g): (i8, G)) -> String {
    let name = GROUPS[g as usize].0;
    if by == 0 { name.to_owned() } else { format!("{} {name}", side(by)) }
}

/// What stands for a value of a line that there is not.
const NO_LINE: &str = "no line";

fn value_of(g: G, value: u8) -> &'static str {
    GROUPS[g as usize].1.get(usize::from(value)).unwrap_or(&NO_LINE)
}

/// When a leaf holds, in words.
pub(super) fn asks(leaf: &Leaf) -> String {
    let columns = columns();
    let ask = |&(column, from, to): &Ask| {
        let column: (i8, G) = columns[usize::from(column)];
        let ask = format!("{}: {}", name_of(column), value_of(column.1, from));
        if to > from { ask + ".." + value_of(column.1, to) } else { ask }
    };
    leaf.2.iter().map(ask).collect::<Vec<_>>().join("; ")
}

/// A leaf in words, its tree first.
pub(super) fn write(leaf: &Leaf) -> String {
    if leaf.2.is_empty() { leaf.0.to_string() } else { format!("{}; {}", leaf.0, asks(leaf)) }
}

/// Reads leaves, each with what it adds and its words.
pub(super) fn read<'t>(lines: impl Iterator<Item = (i16, &'t str)>) -> Vec<Leaf> {
    let columns = columns();
    let names: Vec<String> = columns.iter().map(|c| name_of(*c)).collect();
    let one = |(adds, words): (i16, &str)| {
        let mut parts = words.split("; ");
        let tree = parts.next()?.parse().ok()?;
        let ask = |part: &str| {
            let (name, range) = part.rsplit_once(": ")?;
            let column = names.iter().position(|n| n == name)?;
            let (from, to) = range.split_once("..").unwrap_or((range, range));
            let value = |name| (0..=values(columns[column].1) as u8).find(|v| value_of(columns[column].1, *v) == name);
            Some((column as u8, value(from)?, value(to)?))
        };
        Some((tree, adds, parts.map(ask).collect::<Option<_>>()?))
    };
    lines.filter_map(one).collect()
}

/// Columns that a tree asks, and for each of their values the leaves that may hold, a bit each.
type Asks = Vec<(u8, [u16; 16])>;

/// A tree as it is looked up.
#[derive(Debug)]
struct Tree {
    /// What it asks of the page, and of the line.
    of_page: Asks,
    of_line: Asks,
    /// What each leaf adds.
    adds: [i16; 16],
}

/// All trees.
#[derive(Debug, Default)]
pub(super) struct Trees {
    columns: Vec<(i8, G)>,
    all: Vec<Tree>,
    /// As they are written.
    pub(super) leaves: Vec<Leaf>,
}

impl Trees {
    /// Of `leaves`, those of one tree side by side.
    pub(super) fn of(leaves: Vec<Leaf>) -> Trees {
        let columns = columns();
        let all = leaves.chunk_by(|a, b| a.0 == b.0).map(|leaves| Tree::of(leaves, &columns)).collect();
        Trees { columns, all, leaves }
    }

    /// All that trees may ask of line `i`.
    pub(super) fn row(&self, lines: &[Values], i: usize) -> Vec<u8> {
        let mut row = [0; 256];
        self.fill(&mut row, lines, i);
        row[..self.columns.len()].to_vec()
    }

    /// A row has room for any column, so that no place has to be checked against the end.
    fn fill(&self, row: &mut [u8; 256], lines: &[Values], i: usize) {
        for (value, &(by, g)) in row.iter_mut().zip(&self.columns) {
            let line = if is_of_page(g as u8) { Some(0) } else { i.checked_add_signed(by.into()) };
            *value = line.and_then(|l| lines.get(l)).map_or(values(g) as u8, |l| l[g as usize]);
        }
    }

    /// What they make of each line.
    pub(super) fn scores(&self, lines: &[Values]) -> Vec<i32> {
        if lines.is_empty() {
            return Vec::new();
        }
        let mut row = [0; 256];
        self.fill(&mut row, lines, 0);
        let left: Vec<u16> = self.all.iter().map(|t| leaves(&t.of_page, &row, u16::MAX)).collect();
        let score = |i| {
            self.fill(&mut row, lines, i);
            let adds = |(t, left): (&Tree, &u16)| {
                let leaf = leaves(&t.of_line, &row, *left).trailing_zeros();
                t.adds.get(leaf as usize).map_or(0, |adds| i32::from(*adds))
            };
            self.all.iter().zip(&left).map(adds).sum()
        };
        (0..lines.len()).map(score).collect()
    }

    /// The leaves that hold for line `i`, by their places.
    pub(super) fn each(&self, lines: &[Values], i: usize, mut each: impl FnMut(usize)) {
        let row = self.row(lines, i);
        let holds = |leaf: &Leaf| leaf.2.iter().all(|&(c, from, to)| (from..=to).contains(&row[usize::from(c)]));
        self.leaves.iter().enumerate().filter(|(_, leaf)| holds(leaf)).for_each(|(place, _)| each(place));
    }
}

/// Those of the leaves `left` that `row` admits.
#[inline]
fn leaves(asks: &Asks, row: &[u8; 256], left: u16) -> u16 {
    asks.iter().fold(left, |left, (column, admits)| left & admits[usize::from(row[usize::from(*column)] & 15)])
}

impl Tree {
    fn of(leaves: &[Leaf], columns: &[(i8, G)]) -> Tree {
        let mut tree = Tree { of_page: Asks::new(), of_line: Asks::new(), adds: [0; 16] };
        for (bit, leaf) in leaves.iter().take(16).enumerate() {
            tree.adds[bit] = leaf.1;
            for &(column, from, to) in &leaf.2 {
                let of_page = is_of_page(columns[usize::from(column)].1 as u8);
                let asks = if of_page { &mut tree.of_page } else { &mut tree.of_line };
                let at = asks.iter().position(|a| a.0 == column).unwrap_or_else(|| {
                    asks.push((column, [u16::MAX; 16]));
                    asks.len() - 1
                });
                for (value, admits) in asks[at].1.iter_mut().enumerate() {
                    if !(usize::from(from)..=usize::from(to)).contains(&value) {
                        *admits &= !(1 << bit);
                    }
                }
            }
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_written_and_read() {
        let words =
            ["0", "1; words: 0..3", "1; words: 4..100+; page: prose: none", "2; line above ends in: stop..no line"];
        let leaves = read([7, -9, 30, 50].into_iter().zip(words));
        assert_eq!(leaves.iter().map(write).collect::<Vec<_>>(), words);
        let mut lines = vec![[0; 128]; 2];
        lines[1][G::WORDS as usize] = 12;
        let trees = Trees::of(leaves);
        // No line is above the first; the second stands below one that ends in nothing, where no leaf
        // of the last tree holds.
        for (i, sum) in [(0, 7 - 9 + 50), (1, 7 + 30)] {
            let mut held = 0;
            trees.each(&lines, i, |leaf| held += i32::from(trees.leaves[leaf].1));
            assert_eq!((trees.scores(&lines)[i], held), (sum, sum), "line {i}");
        }
    }
}
