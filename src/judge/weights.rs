//! `judge/weights.tsv`, which `build.rs` reads so that nothing has to be parsed at a start.

use std::collections::HashMap;

use super::groups::{self, Slot};
use super::trees::{self, Leaf};

/// All weights: of each look in the order of its slots, of words, and of the leaves of trees.
#[derive(Default)]
pub(super) struct Weights {
    pub(super) looks: [Vec<i16>; 3],
    pub(super) leans: Vec<(String, i16)>,
    pub(super) leaves: Vec<Leaf>,
}

/// The slots of the three looks.
pub(super) fn looks() -> [Vec<Slot>; 3] {
    [groups::slots(), groups::second_slots(), groups::third_slots()]
}

/// The names of all weights of `slots`.
pub(super) fn names(slots: &[Slot]) -> impl Iterator<Item = String> + '_ {
    slots.iter().flat_map(|s| (0..s.size()).map(|n| s.name(n)))
}

/// Reads weights; what there is none for weighs nothing.
pub(super) fn read(text: &str) -> Weights {
    let mut weights = Weights::default();
    let mut given: HashMap<(&str, &str), i16> = HashMap::new();
    let mut leaves = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let mut fields = line.split('\t');
        if let (Some(look), Some(weight), Some(name)) = (fields.next(), fields.next(), fields.next())
            && let Ok(weight) = weight.parse()
        {
            if look == "w" {
                weights.leans.push((name.to_owned(), weight));
            } else if look == "4" {
                leaves.push((weight, name));
            } else {
                given.insert((look, name), weight);
            }
        }
    }
    for ((slots, number), look) in looks().iter().zip(["1", "2", "3"]).zip(&mut weights.looks) {
        *look = names(slots).map(|name| given.get(&(number, &*name)).copied().unwrap_or(0)).collect();
    }
    weights.leaves = trees::read(leaves.into_iter());
    weights
}
