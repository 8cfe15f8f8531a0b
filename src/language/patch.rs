//! A text few of whose characters are others: what that changes of what is known of the text.

use smallvec::SmallVec;

use super::{LANES, Model, STRAY, Text, symbols};

/// What the symbols of a text cost by themselves, by language.
pub(crate) type Sums = [u32; LANES];

/// Longer texts are not patched: no sum of theirs may be full.
const LONGEST: usize = 1 << 20;
/// One symbol in so many may change.
const ONE_IN: usize = 3;

/// Which symbols of a text are others, by number, in order.
#[derive(Default)]
pub(crate) struct Patch(SmallVec<[usize; 16]>);

impl Text {
    /// The same with the characters of numbers `changed`, in order, those of `chars`; nothing where it
    /// is as well prepared anew. `self` is of as many characters.
    pub(crate) fn patched(&self, model: &Model, changed: &[usize], chars: &[char]) -> Option<(Text, Patch)> {
        let len = self.symbols.len();
        if changed.len() * ONE_IN > len || len > LONGEST || self.hyphens || chars.contains(&'\u{AD}') {
            return None;
        }
        let mut new = Text { symbols: self.symbols.clone(), stray: self.stray.clone(), ..*self };
        for (&i, &c) in changed.iter().zip(chars) {
            let s = model.symbols.of(c);
            let rank = |s: symbols::Symbol| if s.ranked { i64::from(s.rarity) } else { 0 };
            new.ranks += rank(s) - rank(new.symbols[i]);
            new.symbols[i] = s;
        }
        let space = model.symbols.of(' ');
        let case = |text: &Text, i: usize| {
            let back = |n: usize| i.checked_sub(n).map_or(space, |i| text.symbols[i]);
            i64::from(symbols::case(back(2), back(1), text.symbols[i]))
        };
        let mut done = 0;
        for &i in changed {
            for at in done.max(i)..(i + 3).min(len) {
                new.case += case(&new, at) - case(self, at);
                let last = if at == 0 { space } else { new.symbols[at - 1] };
                new.stray[at] = model.latin.cost(last, new.symbols[at]).saturating_add(STRAY);
                done = at + 1;
            }
        }
        Some((new, Patch(changed.into())))
    }
}

impl Patch {
    /// What the symbols of `new` add up to, which is `old` with this patch, where those of `old` do to
    /// `sums`.
    pub(crate) fn sums(&self, model: &Model, old: &Text, new: &Text, sums: &Sums) -> Sums {
        let mut sums = *sums;
        for &i in &self.0 {
            let alone = |text: &Text| &model.alone[usize::from(text.symbols[i].id)];
            for ((sum, &was), &is) in sums.iter_mut().zip(alone(old)).zip(alone(new)) {
                *sum = *sum + u32::from(is) - u32::from(was);
            }
        }
        sums
    }

    /// By how much more `new`, which is `old` with this patch, costs in `language`.
    pub(crate) fn costs(&self, model: &Model, old: &Text, new: &Text, language: usize) -> i64 {
        let language = &model.languages[language];
        let cost = |text: &Text, at: usize| {
            let last = if at == 0 { model.symbols.of(' ') } else { text.symbols[at - 1] };
            i64::from(language.cost(last, text.symbols[at]).min(text.stray[at]))
        };
        let (mut done, mut sum) = (0, new.case - old.case);
        for &i in &self.0 {
            for at in done.max(i)..(i + 2).min(new.symbols.len()) {
                sum += cost(new, at) - cost(old, at);
                done = at + 1;
            }
        }
        sum
    }
}
