//! Slots made ready to be looked up, and added up: all of a page at once, as most of what the page
//! decides is the same for each of its lines.

use super::groups::Slot::{self, Beside, Cross, Near, Own};
use super::groups::{GROUPS, Values, ZERO, values};

/// What stands for a line that there is not.
const NOBODY: Values = {
    let mut all = [0; GROUPS.len() + 1];
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
    /// Those that the page decides but for one group: which of `tabled`, the slot, and whether it is
    /// its first group.
    with_page: Vec<(usize, Place, bool)>,
    /// These groups.
    tabled: Vec<u8>,
    /// All others.
    of_lines: Vec<Place>,
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
        self.all.push(p);
        match (is_of_page(p.a), is_of_page(p.b)) {
            (true, true) if p.by == 0 => self.of_page.push(p),
            (a, b) if p.by == 0 && a != b => {
                let group = if a { p.b } else { p.a };
                let at = self.tabled.iter().position(|g| *g == group).unwrap_or(self.tabled.len());
                if at == self.tabled.len() {
                    self.tabled.push(group);
                }
                self.with_page.push((at, p, b));
            }
            _ => self.of_lines.push(p),
        }
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

    /// Adds up the weights of every line. What the page alone decides is added up once.
    pub(super) fn scores(&self, weights: &[i16], lines: &[Values], skip: impl Fn(usize) -> bool) -> Vec<i32> {
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
        let one = |i: usize| {
            if skip(i) {
                return super::GONE;
            }
            let near = near(lines, i);
            let own = near[3];
            let tabled: i32 =
                self.tabled.iter().zip(&tables).map(|(g, sums)| sums[usize::from(own[usize::from(*g)] & 15)]).sum();
            let rest: i32 = self.of_lines.iter().map(|p| weight(p.at(own, near[(p.by + 3) as usize & 7]))).sum();
            page + tabled + rest
        };
        (0..lines.len()).map(one).collect()
    }
}

/// Whether the page decides a group, so that it is known of the page's first line alone.
fn is_of_page(g: u8) -> bool {
    g == ZERO || GROUPS[usize::from(g)].0.starts_with("page: ")
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
            let mut lines = vec![[0u8; GROUPS.len() + 1]; 9];
            for (i, line) in lines.iter_mut().enumerate() {
                for (g, group) in GROUPS.iter().enumerate() {
                    let n = if group.0.starts_with("page: ") { 0 } else { i };
                    line[g] = ((g * 31 + n * 17) % group.1.len()) as u8;
                }
            }
            let places = Places::of(&slots);
            let scores = places.scores(&weights, &lines, |i| i == 4);
            for (i, score) in scores.into_iter().enumerate() {
                let mut sum = 0;
                places.each(&lines, i, |w| sum += i32::from(weights[w]));
                assert_eq!(score, if i == 4 { super::super::GONE } else { sum }, "line {i}");
            }
        }
    }
}
