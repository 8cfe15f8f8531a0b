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
            Some((column as u8, value(from)?, value(to)?)).filter(|(_, from, to)| from <= to)
        };
        Some((tree, adds, parts.map(ask).collect::<Option<_>>()?))
    };
    lines.filter_map(one).collect()
}

/// All trees.
#[derive(Debug, Default)]
pub(super) struct Trees {
    columns: Vec<(i8, G)>,
    /// Those of them that the page decides.
    of_page: Vec<bool>,
    /// What each leaf adds, and where among `asks` its own of the page end and those of the line.
    ends: Vec<(i16, usize, usize)>,
    asks: Vec<Ask>,
    /// Their leaves, those of one tree side by side.
    pub(super) leaves: Vec<Leaf>,
}

impl Trees {
    pub(super) fn of(leaves: Vec<Leaf>) -> Trees {
        let columns = columns();
        let of_page: Vec<bool> = columns.iter().map(|c| is_of_page(c.1 as u8)).collect();
        let (mut ends, mut asks) = (Vec::new(), Vec::<Ask>::new());
        for (_, adds, of_leaf) in &leaves {
            asks.extend(of_leaf.iter().filter(|ask| of_page[usize::from(ask.0)]));
            let page = asks.len();
            asks.extend(of_leaf.iter().filter(|ask| !of_page[usize::from(ask.0)]));
            ends.push((*adds, page, asks.len()));
        }
        Trees { columns, of_page, ends, asks, leaves }
    }

    /// All that trees may ask of line `i`.
    pub(super) fn row(&self, lines: &[Values], i: usize) -> Vec<u8> {
        (0..self.columns.len()).map(|column| self.value(lines, i, column)).collect()
    }

    /// A line's value in a column; those of the page stand with its first line.
    fn value(&self, lines: &[Values], i: usize, column: usize) -> u8 {
        let (by, g) = self.columns[column];
        let line = if self.of_page[column] { Some(0) } else { i.checked_add_signed(by.into()) };
        line.and_then(|l| lines.get(l)).map_or(values(g) as u8, |l| l[g as usize])
    }

    /// What they make of each line, of some lines at one time.
    pub(super) fn scores(&self, lines: &[Values]) -> Vec<i32> {
        let Some(first) = lines.first() else { return Vec::new() };
        let of_page = |c: u8| first[self.columns[usize::from(c)].1 as usize];
        // What the page rules out is asked of none of its lines.
        let mut left: Vec<(i16, &[Ask])> = Vec::with_capacity(self.ends.len());
        let mut asked = [false; 256];
        let mut start = 0;
        for &(adds, page, end) in &self.ends {
            if self.asks[start..page].iter().all(|&(c, from, to)| (from..=to).contains(&of_page(c))) {
                left.push((adds, &self.asks[page..end]));
                self.asks[page..end].iter().for_each(|ask| asked[usize::from(ask.0)] = true);
            }
            start = end;
        }
        let mut scores = vec![0; lines.len()];
        let mut rows = [[0; AT_ONCE]; 256];
        for (n, scores) in scores.chunks_mut(AT_ONCE).enumerate() {
            for (column, row) in rows.iter_mut().enumerate().filter(|(column, _)| asked[*column]) {
                let (by, g) = self.columns[column];
                let from = (n * AT_ONCE).checked_add_signed(by.into());
                if let Some(some) = from.and_then(|from| lines.get(from..from + AT_ONCE)) {
                    row.iter_mut().zip(some).for_each(|(value, line)| *value = line[g as usize]);
                } else {
                    let value = |i| self.value(lines, n * AT_ONCE + i, column);
                    row.iter_mut().enumerate().for_each(|(i, v)| *v = value(i));
                }
            }
            let mut sums = [0i16; AT_ONCE];
            for &(adds, asks) in &left {
                let mut holds = [u8::MAX; AT_ONCE];
                for &(column, from, to) in asks {
                    for (holds, value) in holds.iter_mut().zip(&rows[usize::from(column)]) {
                        *holds &= if value.wrapping_sub(from) <= to - from { u8::MAX } else { 0 };
                    }
                }
                for (sum, holds) in sums.iter_mut().zip(holds) {
                    *sum = sum.saturating_add(adds & i16::from(holds as i8));
                }
            }
            scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = sum.into());
        }
        scores
    }

    /// The leaves that hold for line `i`, by their places.
    pub(super) fn each(&self, lines: &[Values], i: usize, mut each: impl FnMut(usize)) {
        let row = self.row(lines, i);
        let holds = |leaf: &Leaf| leaf.2.iter().all(|&(c, from, to)| (from..=to).contains(&row[usize::from(c)]));
        self.leaves.iter().enumerate().filter(|(_, leaf)| holds(leaf)).for_each(|(place, _)| each(place));
    }
}

/// Lines that are added up at one time.
const AT_ONCE: usize = 16;

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
