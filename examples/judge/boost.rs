//! Learns trees by gradient boosting: each is grown leaf by leaf where the logistic loss falls most,
//! and adds a little to those before it.

use std::ops::Range;

use lave::judge::Leaf;

/// Lines to grow trees from.
#[derive(Default)]
pub(crate) struct Rows {
    /// One value a line for each column.
    columns: Vec<Vec<u8>>,
    /// How much each line counts, and whether it stays.
    lines: Vec<(f32, bool)>,
}

/// How trees are grown.
pub(crate) struct Growth {
    pub(crate) trees: usize,
    pub(crate) leaves: usize,
    /// What share of its own worth a tree adds.
    pub(crate) rate: f32,
    /// Lines that a leaf must hold for.
    pub(crate) least: usize,
    /// How much holds a leaf back.
    pub(crate) ridge: f32,
    /// Percent of the columns that a tree may ask.
    pub(crate) columns: u64,
}

/// Sums of gradients, of second derivatives, and lines.
type Sums = [f32; 3];

struct Node {
    rows: Vec<u32>,
    sums: Sums,
    /// First and last value of each column that is asked on the way here.
    asks: Vec<(u8, u8, u8)>,
    /// By how much a split betters it, the column, and the first value of the right side.
    best: Option<(f32, usize, u8)>,
}

impl Rows {
    pub(crate) fn push(&mut self, row: &[u8], weight: f32, stays: bool) {
        self.columns.resize(row.len(), Vec::new());
        self.columns.iter_mut().zip(row).for_each(|(column, value)| column.push(*value));
        self.lines.push((weight, stays));
    }

    pub(crate) fn grow(&self, how: &Growth) -> Vec<Leaf> {
        let n = self.lines.len();
        if n == 0 {
            return Vec::new();
        }
        let mean = self.lines.iter().map(|l| l.0).sum::<f32>() / n as f32;
        let (mut keep, mut all) = (0.0, 0.0);
        for &(weight, stays) in &self.lines {
            keep += weight * f32::from(u8::from(stays));
            all += weight;
        }
        let base = (keep / (all - keep)).ln();
        let mut scores = vec![base; n];
        // What is said of every line is a tree of one leaf.
        let mut leaves = vec![(0, hundredths(base), Vec::new())];
        let mut slopes = vec![(0f32, 0f32); n];
        let mut random = 0x9E37_79B9_7F4A_7C15u64;
        for tree in 1..=how.trees {
            for ((slope, &(weight, stays)), score) in slopes.iter_mut().zip(&self.lines).zip(&scores) {
                let p = 1.0 / (1.0 + (-score).exp());
                let weight = (weight / mean).min(8.0);
                *slope = (weight * (p - f32::from(u8::from(stays))), (weight * p * (1.0 - p)).max(1e-6));
            }
            let asked: Vec<usize> = (0..self.columns.len())
                .filter(|_| {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (random >> 33) % 100 < how.columns
                })
                .collect();
            for node in self.tree(how, &slopes, &asked) {
                let adds = -how.rate * node.sums[0] / (node.sums[1] + how.ridge);
                node.rows.iter().for_each(|&r| scores[r as usize] += adds);
                leaves.push((tree as u16, hundredths(adds), node.asks));
            }
        }
        leaves
    }

    /// The leaves of one tree.
    fn tree(&self, how: &Growth, slopes: &[(f32, f32)], asked: &[usize]) -> Vec<Node> {
        let mut root = Node { rows: (0..slopes.len() as u32).collect(), sums: [0.0; 3], asks: Vec::new(), best: None };
        self.look(&mut root, how, slopes, asked);
        let mut nodes = vec![root];
        while nodes.len() < how.leaves {
            let gain = |n: &Node| n.best.map_or(0.0, |b| b.0);
            let Some(at) = (0..nodes.len()).max_by(|&a, &b| gain(&nodes[a]).total_cmp(&gain(&nodes[b]))) else { break };
            let Some((_, column, from)) = nodes[at].best else { break };
            let node = nodes.swap_remove(at);
            let values = &self.columns[column];
            let (left, right): (Vec<u32>, Vec<u32>) = node.rows.iter().partition(|&&r| values[r as usize] < from);
            let most = values.iter().copied().max().unwrap_or(0);
            for (rows, side) in [(left, 0..from), (right, from..most + 1)] {
                let mut half =
                    Node { rows, sums: [0.0; 3], asks: narrowed(&node.asks, column as u8, side), best: None };
                self.look(&mut half, how, slopes, asked);
                nodes.push(half);
            }
        }
        nodes
    }

    /// Sums up a node, and finds where it is best split.
    fn look(&self, node: &mut Node, how: &Growth, slopes: &[(f32, f32)], asked: &[usize]) {
        let here: Vec<(f32, f32)> = node.rows.iter().map(|&r| slopes[r as usize]).collect();
        node.sums = here.iter().fold([0.0; 3], |s, (g, h)| [s[0] + g, s[1] + h, s[2] + 1.0]);
        let worth = |s: &Sums| s[0] * s[0] / (s[1] + how.ridge);
        let whole = worth(&node.sums);
        for &column in asked {
            let values = &self.columns[column];
            let mut sums: [Sums; 17] = [[0.0; 3]; 17];
            for (&r, (g, h)) in node.rows.iter().zip(&here) {
                let s = &mut sums[usize::from(values[r as usize]).min(16)];
                *s = [s[0] + g, s[1] + h, s[2] + 1.0];
            }
            let mut left: Sums = [0.0; 3];
            for (value, sum) in sums.iter().enumerate().take(16) {
                left = std::array::from_fn(|i| left[i] + sum[i]);
                let right: Sums = std::array::from_fn(|i| node.sums[i] - left[i]);
                if left[2].min(right[2]) < how.least as f32 {
                    continue;
                }
                let gain = worth(&left) + worth(&right) - whole;
                if gain > node.best.map_or(1e-3, |b| b.0) {
                    node.best = Some((gain, column, value as u8 + 1));
                }
            }
        }
    }
}

/// What is asked already, and that the column's value lies in `side`.
fn narrowed(asks: &[(u8, u8, u8)], column: u8, side: Range<u8>) -> Vec<(u8, u8, u8)> {
    let mut asks = asks.to_vec();
    match asks.iter_mut().find(|a| a.0 == column) {
        Some(ask) => (ask.1, ask.2) = (ask.1.max(side.start), ask.2.min(side.end - 1)),
        None => asks.push((column, side.start, side.end - 1)),
    }
    asks
}

fn hundredths(logit: f32) -> i16 {
    (logit * 100.0).round().clamp(-3000.0, 3000.0) as i16
}
