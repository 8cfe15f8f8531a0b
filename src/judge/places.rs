//! Slots made ready to be looked up, and added up: all of a page at once, as most of what the page
//! decides is the same for each of its lines.

use super::groups::Slot::{self, Beside, Cross, Near, Own};
use super::groups::{GROUPS, Values, ZERO, is_of_page, values};

/// What stands for a line that there is not.
const NOBODY: Values = {
    let mut all = [0; 128];
    let mut g = 0;
    while g < GROUPS.len() {
        all[g] = GROUPS[g].1.len() as u8;
        g += 1;
    }
    all
};

/// A slot as it is looked up: the weight of a line is at `base` + `stride` times one of its values
/// + a value of the line `by` lines on.
#[derive(Clone, Copy, Debug)]
struct Place {
    base: u32,
    stride: u16,
    a: u8,
    b: u8,
    by: i8,
}

/// Slots made ready to be looked up.
#[derive(Debug, Default)]
pub(super) struct Places {
    all: Vec<Place>,
    /// Those that the page alone decides.
    of_page: Vec<Place>,
    /// Those that one group decides, or the page and one group: which of `tabled`, the slot, and
    /// whether that is its first group.
    with_page: Vec<(usize, Place, bool)>,
    /// These groups.
    tabled: Vec<u8>,
    /// Those that a line nearby decides: which of `nearby`, and the slot.
    of_near: Vec<(usize, Place)>,
    /// The groups of these.
    nearby: Vec<u8>,
    /// Two groups of the line, with the weights of their values in a row of 256.
    crosses: Vec<Place>,
    /// A group of the line and one of a line nearby.
    beside: Vec<Place>,
}

/// Lines nearby whose values alone bear weights.
const AROUND: [i8; 6] = [-1, 1, -2, 2, -3, 3];
/// Weights of one value: what it says of the lines from three above to three below. Two lanes are
/// empty, the line's own and the last.
type Lanes = [i16; 8];

/// Where the line has its lane that the value's line is `by` lines from.
fn lane(by: i8) -> usize {
    (3 - by) as usize
}

/// Weights laid out for looking up: a row of 16 for each value of a group.
pub(super) struct Table {
    near: Vec<[Lanes; 16]>,
    crosses: Vec<[i16; 256]>,
    beside: Vec<[i16; 256]>,
}

impl Places {
    pub(super) fn of(slots: &[Slot]) -> Places {
        let mut places = Places::default();
        let mut base = 0;
        for slot in slots {
            let (a, stride, by, b) = match *slot {
                Own(g) => (g as u8, 1, 0, ZERO),
                Near(by, g) => (ZERO, 1, by, g as u8),
                Cross(a, b) => (a as u8, values(b) as u16, 0, b as u8),
                Beside(a, by, b) => (a as u8, values(b) as u16 + 1, by, b as u8),
            };
            places.add(Place { base, stride, a, b, by });
            base += slot.size() as u32;
        }
        places
    }

    fn add(&mut self, p: Place) {
        let place_of = |group: u8, all: &mut Vec<u8>| {
            all.iter().position(|g| *g == group).unwrap_or_else(|| {
                all.push(group);
                all.len() - 1
            })
        };
        self.all.push(p);
        match (is_of_page(p.a), is_of_page(p.b)) {
            (true, true) if p.by == 0 => self.of_page.push(p),
            (a, b) if p.by == 0 && a != b => {
                let at = place_of(if a { p.b } else { p.a }, &mut self.tabled);
                self.with_page.push((at, p, b));
            }
            _ if p.a == ZERO => self.of_near.push((place_of(p.b, &mut self.nearby), p)),
            _ if p.by == 0 => self.crosses.push(p),
            _ => self.beside.push(p),
        }
    }

    /// Lays out `weights`.
    pub(super) fn table(&self, weights: &[i16]) -> Table {
        let mut near = vec![[[0; 8]; 16]; self.nearby.len()];
        for &(at, p) in &self.of_near {
            assert!(AROUND.contains(&p.by), "at most three lines off");
            for value in 0..=GROUPS[usize::from(p.b)].1.len() {
                near[at][value & 15][lane(p.by)] = weights[p.base as usize + value];
            }
        }
        let row = |p: &Place| {
            let (of_a, of_b) = (GROUPS[usize::from(p.a)].1.len(), usize::from(p.stride));
            let mut row = [0; 256];
            for (n, weight) in weights[p.base as usize..][..of_a * of_b].iter().enumerate() {
                row[n / of_b * 16 + n % of_b] = *weight;
            }
            row
        };
        Table { near, crosses: self.crosses.iter().map(row).collect(), beside: self.beside.iter().map(row).collect() }
    }

    /// Calls `each` with every weight, by its place among all of them, that line `i` takes up.
    pub(super) fn each(&self, lines: &[Values], i: usize, mut each: impl FnMut(usize)) {
        let near = near(lines, i);
        let mut own = *near[3];
        for g in (0..GROUPS.len()).filter(|g| is_of_page(*g as u8)) {
            own[g] = lines[0][g];
        }
        for p in &self.all {
            each(p.at(&own, if p.by == 0 { &own } else { near[(p.by + 3) as usize] }));
        }
    }

    /// Adds up the weights of every line. What the page alone decides is added up once, and what a
    /// line says of all those around it at one time.
    pub(super) fn scores(
        &self,
        weights: &[i16],
        table: &Table,
        lines: &[Values],
        skip: impl Fn(usize) -> bool,
    ) -> Vec<i32> {
        let Some(first) = lines.first() else { return Vec::new() };
        let weight = |place: usize| i32::from(weights[place]);
        let page: i32 = self.of_page.iter().map(|p| weight(p.at(first, first))).sum();
        // What each value of a group adds on this page.
        let mut tables = vec![[0i32; 16]; self.tabled.len()];
        for &(at, p, leads) in &self.with_page {
            let (base, stride, size) = if leads {
                (p.base as usize + usize::from(first[usize::from(p.b)]), usize::from(p.stride), p.a)
            } else {
                (p.base as usize + usize::from(p.stride) * usize::from(first[usize::from(p.a)]), 1, p.b)
            };
            let some = weights[base..].iter().step_by(stride).take(GROUPS[usize::from(size)].1.len());
            tables[at].iter_mut().zip(some).for_each(|(sum, w)| *sum += i32::from(*w));
        }
        // With room for three lines at either end, and the empty lane.
        let mut scores = vec![page; lines.len() + 7];
        let nobody = self.around(&NOBODY, table);
        // Some lines at a time, so that a slot is looked at once for all of them.
        for (n, some) in lines.chunks(AT_ONCE).enumerate() {
            let first = n * AT_ONCE;
            let mut sums = [0i32; AT_ONCE];
            if let Ok(all) = <&[Values; AT_ONCE]>::try_from(some) {
                self.add_up(&tables, table, all, &mut sums);
            } else {
                let mut all = [NOBODY; AT_ONCE];
                all[..some.len()].copy_from_slice(some);
                self.add_up(&tables, table, &all, &mut sums);
            }
            for (i, own) in (first..).zip(some) {
                let mut sum = sums[i - first];
                for (p, row) in self.beside.iter().zip(&table.beside) {
                    let near = i.checked_add_signed(p.by.into()).and_then(|j| lines.get(j)).unwrap_or(&NOBODY);
                    sum += i32::from(row[usize::from(value(own, p.a) << 4 | value(near, p.b))]);
                }
                // What it says of the lines around it; at the ends, what is said where there is none.
                let says = self.around(own, table);
                let around = &mut scores[i..i + 8];
                around.iter_mut().zip(says).for_each(|(score, says)| *score += i32::from(says));
                around[3] += sum;
                if i < 3 || i + 3 >= lines.len() {
                    let none = |by: &i8| i.checked_add_signed((*by).into()).is_none_or(|j| j >= lines.len());
                    around[3] += AROUND.into_iter().filter(none).map(|by| i32::from(nobody[lane(by)])).sum::<i32>();
                }
            }
        }
        scores.drain(..3);
        scores.truncate(lines.len());
        scores.iter_mut().enumerate().filter(|(i, _)| skip(*i)).for_each(|(_, score)| *score = super::GONE);
        scores
    }
}

/// Lines that are added up at one time.
const AT_ONCE: usize = 16;

/// A value of a line; no group has more than 16.
#[inline]
fn value(line: &Values, g: u8) -> u8 {
    line[usize::from(g & 127)] & 15
}

impl Places {
    /// Adds up what their own values make of some lines.
    fn add_up(&self, tables: &[[i32; 16]], table: &Table, lines: &[Values; AT_ONCE], sums: &mut [i32; AT_ONCE]) {
        for (g, weights) in self.tabled.iter().zip(tables) {
            for (sum, line) in sums.iter_mut().zip(lines) {
                *sum += weights[usize::from(value(line, *g))];
            }
        }
        for (p, row) in self.crosses.iter().zip(&table.crosses) {
            for (sum, line) in sums.iter_mut().zip(lines) {
                *sum += i32::from(row[usize::from(line[usize::from(p.a & 127)] << 4 | line[usize::from(p.b & 127)])]);
            }
        }
    }

    /// What a line says of those around it.
    fn around(&self, line: &Values, table: &Table) -> Lanes {
        let mut sums: Lanes = [0; 8];
        for (g, rows) in self.nearby.iter().zip(&table.near) {
            let row = &rows[usize::from(value(line, *g))];
            sums.iter_mut().zip(row).for_each(|(sum, w)| *sum = sum.saturating_add(*w));
        }
        sums
    }
}

impl Place {
    fn at(&self, own: &Values, near: &Values) -> usize {
        self.base as usize
            + usize::from(self.stride) * usize::from(own[usize::from(self.a)])
            + usize::from(near[usize::from(self.b)])
    }
}

/// Line `i` between the three before it and the three behind it.
fn near(lines: &[Values], i: usize) -> [&Values; 8] {
    let at = |by: isize| i.checked_add_signed(by).and_then(|j| lines.get(j)).unwrap_or(&NOBODY);
    [at(-3), at(-2), at(-1), at(0), at(1), at(2), at(3), &NOBODY]
}

#[cfg(test)]
mod tests {
    use super::super::groups::{second_slots, slots, third_slots};
    use super::*;

    #[test]
    fn both_ways_of_adding_up_agree() {
        assert!(GROUPS.iter().all(|g| g.1.len() <= 16));
        for slots in [slots(), second_slots(), third_slots()] {
            let size: usize = slots.iter().map(|s| s.size()).sum();
            let weights: Vec<i16> = (0..size).map(|n| (n * 7919 % 601) as i16 - 300).collect();
            let mut lines = vec![[0u8; 128]; 9];
            for (i, line) in lines.iter_mut().enumerate() {
                for (g, group) in GROUPS.iter().enumerate() {
                    let n = if group.0.starts_with("page: ") { 0 } else { i };
                    line[g] = ((g * 31 + n * 17) % group.1.len()) as u8;
                }
            }
            let places = Places::of(&slots);
            let scores = places.scores(&weights, &places.table(&weights), &lines, |i| i == 4);
            for (i, score) in scores.into_iter().enumerate() {
                let mut sum = 0;
                places.each(&lines, i, |w| sum += i32::from(weights[w]));
                assert_eq!(score, if i == 4 { super::super::GONE } else { sum }, "line {i}");
            }
        }
    }
}
