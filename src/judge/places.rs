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
pub(super) struct Places(Vec<Place>);

impl Places {
    pub(super) fn of(slots: &[Slot]) -> Places {
        let mut base = 0;
        let ready = |slot: &Slot| {
            let (a, stride, by, b) = match *slot {
                Own(g) => (g as u8, 1, 0, ZERO),
                Near(by, g) => (ZERO, 1, by, g as u8),
                Cross(a, b) => (a as u8, values(b) as u16, 0, b as u8),
                Beside(a, by, b) => (a as u8, values(b) as u16 + 1, by, b as u8),
            };
            let place = Place { base, stride, a, b, by };
            base += slot.size() as u32;
            place
        };
        Places(slots.iter().map(ready).collect())
    }

    /// Calls `each` with every weight, by its place among all of them, that line `i` takes up.
    pub(super) fn each(&self, lines: &[Values], i: usize, mut each: impl FnMut(usize)) {
        let near = near(lines, i);
        for p in &self.0 {
            each(p.at(near[3], near[(p.by + 3) as usize]));
        }
    }

    /// Adds up the weights of every line. What the page alone decides is added up once.
    pub(super) fn scores(&self, weights: &[i16], lines: &[Values], skip: impl Fn(usize) -> bool) -> Vec<i32> {
        let Some(first) = lines.first() else { return Vec::new() };
        let of_page = |g: u8| g == ZERO || GROUPS[usize::from(g)].0.starts_with("page: ");
        let weight = |place: usize| i32::from(weights[place]);
        // The page's part, and what each value of a group adds on this page.
        let mut page = 0;
        let mut tables: Vec<(u8, [i32; 16])> = Vec::new();
        let mut rest: Vec<Place> = Vec::new();
        for &p in &self.0 {
            let groups = match (of_page(p.a), of_page(p.b)) {
                _ if p.by != 0 => None,
                (true, true) => {
                    page += weight(p.at(first, first));
                    continue;
                }
                (false, true) => Some((p.a, p.base as usize + usize::from(first[usize::from(p.b)]), p.stride)),
                (true, false) => {
                    Some((p.b, p.base as usize + usize::from(p.stride) * usize::from(first[usize::from(p.a)]), 1))
                }
                (false, false) => None,
            };
            let Some((g, base, stride)) = groups else {
                rest.push(p);
                continue;
            };
            let at = tables.iter().position(|t| t.0 == g).unwrap_or(tables.len());
            if at == tables.len() {
                tables.push((g, [0; 16]));
            }
            for (n, sum) in tables[at].1.iter_mut().enumerate().take(GROUPS[usize::from(g)].1.len()) {
                *sum += weight(base + n * usize::from(stride));
            }
        }
        let one = |i: usize| {
            if skip(i) {
                return super::GONE;
            }
            let near = near(lines, i);
            let own = near[3];
            let tabled: i32 = tables.iter().map(|(g, sums)| sums[usize::from(own[usize::from(*g)] & 15)]).sum();
            let rest: i32 = rest.iter().map(|p| weight(p.at(own, near[(p.by + 3) as usize & 7]))).sum();
            page + tabled + rest
        };
        (0..lines.len()).map(one).collect()
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
