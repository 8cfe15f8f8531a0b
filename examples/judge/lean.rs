//! What words say of the lines that they stand in.

use std::collections::HashMap;

use super::{Doc, EPOCHS, Examples, is_dense, of_set};

/// How many pages a word must stand in to be known.
const PAGES: u32 = 6;

/// How much a word must say at least, in hundredths of a logit, to be known.
const LEAST: i16 = 15;

/// What words say of the lines that they stand in, learned from `docs`, in which a page counts once.
pub(crate) fn leans(docs: &[&Doc], words: &Numbered) -> Vec<(String, i16)> {
    let docs: Vec<&Doc> = docs.iter().copied().filter(|d| !d.words.is_empty()).collect();
    let mut pages = vec![(0u32, 0u32); words.names.len()];
    for (n, d) in docs.iter().enumerate() {
        for &word in d.words.iter().flatten() {
            let known = &mut pages[word as usize];
            if known.1 != n as u32 + 1 {
                *known = (known.0 + 1, n as u32 + 1);
            }
        }
    }
    let mut all: Vec<u32> = (0..pages.len() as u32).filter(|&w| pages[w as usize].0 >= PAGES).collect();
    // Places are 16 bits.
    all.sort_by_key(|&w| (std::cmp::Reverse(pages[w as usize].0), w));
    all.truncate(60_000);
    const LENGTHS: u32 = 32;
    let place: HashMap<u32, u32> = all.iter().copied().zip(LENGTHS..).collect();
    let spread = (0..LENGTHS).map(|_| 10_000).chain(all.iter().map(|&w| pages[w as usize].0)).collect();
    let mut e = Examples { spread, ..Examples::default() };
    for d in &docs {
        let lines: Vec<&str> = d.seen.text.split('\n').filter(|l| !l.trim().is_empty()).collect();
        let dense = u32::from(is_dense(&d.seen.text));
        let of_set = of_set(&d.set);
        let sum: f32 = d.words.iter().map(|w| (w.len().min(100) as f32).sqrt()).sum();
        for ((line, label), words) in lines.iter().zip(&d.labels).zip(&d.words).filter(|((_, l), _)| **l != b'?') {
            let length = [1, 2, 3, 5, 8, 12, 20].iter().take_while(|&&b| words.len() > b).count() as u32;
            let stop = u32::from(line.ends_with(['.', '!', '?', '"']));
            let weight = of_set * (words.len().min(100) as f32 + 0.5).sqrt() / sum.sqrt();
            let places = words.iter().filter_map(|w| place.get(w).copied());
            e.line(places.chain([length + 8 * stop + 16 * dense]), weight, *label == b'K');
        }
    }
    let learned = e.learn(LENGTHS as usize + all.len(), EPOCHS, 5.0);
    let leans = all.iter().zip(&learned[LENGTHS as usize..]).map(|(&w, &lean)| (w, -lean));
    leans.filter(|l| l.1.abs() >= LEAST).map(|(w, lean)| (words.names[w as usize].clone(), lean)).collect()
}

/// Words, each with a number.
#[derive(Default)]
pub(crate) struct Numbered {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Numbered {
    /// The words of a line as the judge reads them, without those that hold digits.
    pub(crate) fn of(&mut self, line: &str) -> Vec<u32> {
        let words = line.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|w| !w.is_empty() && !w.contains(|c: char| c.is_ascii_digit()));
        let small = words.map(|w| w.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect());
        small.map(|w: String| self.number(w)).collect()
    }

    fn number(&mut self, word: String) -> u32 {
        let next = self.names.len() as u32;
        *self.numbers.entry(word).or_insert_with_key(|word| {
            self.names.push(word.clone());
            next
        })
    }
}
