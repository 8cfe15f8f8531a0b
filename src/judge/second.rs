//! The second look: what the first made of the lines around and of the page as a whole.

use super::groups::{G, Values};
use super::measure::Line;
use super::steps::step;

/// `1000 / (1 + exp(-x / 4))` for x = 0, 1, 2 …: whole numbers, so that no processor rounds them
/// otherwise.
const LOGISTIC: [i32; 26] = [
    500, 562, 622, 679, 731, 777, 818, 852, 881, 905, 924, 940, 953, 963, 971, 977, 982, 986, 989, 991, 993, 995, 996,
    997, 998, 998,
];

/// The probability, in thousandths, that `score` (hundredths of a logit) stands for.
pub(super) fn probability(score: i32) -> i32 {
    let x = score.abs().min(624);
    let (step, rest) = ((x / 25) as usize, x % 25);
    let p = LOGISTIC[step] + (LOGISTIC[step + 1] - LOGISTIC[step]) * rest / 25;
    if score < 0 { 1000 - p } else { p }
}

/// Adds to `values` what `scores` say.
pub(super) fn add(lines: &[Line], scores: &[i32], values: &mut [Values]) {
    let n = lines.len();
    let weight = |i: usize| i64::from(lines[i].words.min(40)) + 1;
    let chances: Vec<i64> = scores.iter().map(|&s| i64::from(probability(s))).collect();
    // Weights, and weights times probabilities, of the lines before each.
    let mut sums = Vec::with_capacity(n + 1);
    let (mut all, mut kept) = (0i64, 0i64);
    sums.push((0, 0));
    for (i, chance) in chances.iter().enumerate() {
        all += weight(i);
        kept += weight(i) * chance;
        sums.push((all, kept));
    }
    let sure: i64 = (0..n).map(|i| weight(i) * (chances[i] - 500).abs() * 2).sum();
    let gone = scores.iter().filter(|&&s| s < -250).count() as i64;
    let best = stretch(&chances, weight);
    let in_best = best.map_or(0, |(a, b)| sums[b + 1].1 - sums[a].1);
    let page = [
        (G::P_KEPT, step!(kept / all.max(1), [50, 150, 300, 450, 600, 750, 900, 980])),
        (G::P_BEST, step!(in_best * 1000 / kept.max(1), [300, 600, 800, 950])),
        (G::P_SURE, step!(sure / all.max(1), [500, 650, 800, 900])),
        (G::P_GONE, if gone == 0 { 0 } else { 1 + step!(gone * 100 / n.max(1) as i64, [5, 15, 40]) }),
    ];
    if let Some(first) = values.first_mut() {
        page.iter().for_each(|&(g, value)| first[g as usize] = value);
    }
    for i in 0..n {
        let v = &mut values[i];
        let mut set = |g: G, value: u8| v[g as usize] = value;
        let score = i64::from(scores[i]);
        set(G::SCORE, step!(score, [-500, -350, -250, -170, -110, -60, -20, 20, 60, 110, 170, 250, 350, 500]));
        set(G::VERDICT, step!(score, [-300, -150, -50, 0, 50, 150, 300]));
        for (g, reach) in [(G::KEPT_2, 2), (G::KEPT_5, 5), (G::KEPT_12, 12)] {
            let (a, b) = (sums[i.saturating_sub(reach)], sums[(i + reach + 1).min(n)]);
            let own = weight(i);
            // Of 25 lines at most, so that 32 bits are enough.
            let (of, part) = ((b.0 - a.0 - own).max(1) as i32, (b.1 - a.1 - own * chances[i]) as i32);
            // Divisions are slow.
            set(g, [50, 150, 300, 450, 550, 700, 850, 950].iter().map(|&b| u8::from(part >= b * of)).sum());
        }
        let place = match best {
            None => 0,
            Some((a, _)) if i < a => 8 - 1 - step!((a - i) as i64, [2, 3, 6, 11, 21, 41]),
            Some((_, b)) if i > b => 8 + 1 + step!((i - b) as i64, [2, 3, 6, 11, 21, 41]),
            Some(_) => 8,
        };
        set(G::BEST, place);
    }
}

/// Adds to the values of the page what the second look's `scores` say.
pub(super) fn add_page(lines: &[Line], scores: &[i32], values: &mut Values) {
    let n = lines.len() as i64;
    let mut set = |g: G, value: u8| values[g as usize] = value;
    let share = |part: i64, of: i64, bounds: &[i64]| {
        let percent = part * 100 / of.max(1);
        if part == 0 { 0 } else { 1 + bounds.iter().filter(|&&b| percent >= b).count() as u8 }
    };
    let drop = scores.iter().filter(|&&s| s < 0).count() as i64;
    let words: i64 = lines.iter().map(|l| i64::from(l.words)).sum();
    let drop_words = lines.iter().zip(scores).filter(|(_, s)| **s < 0).map(|(l, _)| i64::from(l.words)).sum();
    let surely = scores.iter().filter(|&&s| s < -130).count() as i64;
    set(G::P_DROP, share(drop, n, &[5, 10, 20, 35, 60]));
    set(G::P_DROP_WORDS, share(drop_words, words, &[3, 6, 12, 25, 50]));
    set(G::P_SURELY, step!(surely, [1, 2, 4, 7, 13, 25, 50, 100]));
    set(G::P_SURE_SHARE, share(surely, n, &[5, 10, 20, 35, 60]));
    let mut worst: Vec<i32> = lines.iter().zip(scores).filter(|(l, _)| !l.ruled).map(|(_, s)| *s).collect();
    let five = worst.len().min(5);
    if five > 0 {
        worst.select_nth_unstable(five - 1);
    }
    let mean = worst[..five].iter().map(|&s| i64::from(s)).sum::<i64>() / five.max(1) as i64;
    set(G::P_WORST, step!(mean, [-400, -300, -220, -150, -80, 0]));
    let stay: i64 = scores.iter().filter(|&&s| s >= 0).map(|&s| i64::from(s)).sum();
    let best = if drop == n { 0 } else { 1 + step!(stay / (n - drop), [100, 200, 300, 400]) };
    set(G::P_BEST_LINES, best);
}

/// The score up to which lines of the page go: where the F1 that is to be expected, counted in
/// words, is best. On a page that is hard to judge that lies lower than on a clear one.
pub(super) fn bar(lines: &[Line], scores: &[i32]) -> i32 {
    const STEP: i32 = 10;
    const STEPS: usize = 20;
    // Words, and words times probabilities, of the lines up to each step below zero.
    let (mut words, mut kept) = ([0i64; STEPS + 1], [0i64; STEPS + 1]);
    for (l, &score) in lines.iter().zip(scores).filter(|(l, _)| !l.ruled) {
        let step = (-score).clamp(0, STEP * STEPS as i32) / STEP;
        words[step as usize] += i64::from(l.words) * 1000;
        // Scores are a little surer than they should be.
        kept[step as usize] += i64::from(l.words) * i64::from(probability(score * 4 / 5));
    }
    let all: i64 = kept.iter().sum();
    let (mut bar, mut best) = (0, (0i64, 1i64));
    let (mut stay, mut both) = (0, 0);
    for step in 0..STEPS {
        stay += words[step];
        both += kept[step];
        // F1 is 2 both / (stay + all); fractions are compared crosswise.
        let f = (both, (stay + all).max(1));
        if i128::from(f.0) * i128::from(best.1) > i128::from(best.0) * i128::from(f.1) {
            (best, bar) = (f, -STEP * (step as i32 + 1));
        }
    }
    bar.min(-1)
}

/// The stretch of lines in which more speaks for keeping than anywhere.
fn stretch(chances: &[i64], weight: impl Fn(usize) -> i64) -> Option<(usize, usize)> {
    let (mut best, mut sum, mut from, mut run) = (0i64, 0i64, 0, None);
    for (i, chance) in chances.iter().enumerate() {
        if sum <= 0 {
            (sum, from) = (0, i);
        }
        sum += (chance - 450) * weight(i);
        if sum > best {
            (best, run) = (sum, Some((from, i)));
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_rise() {
        assert_eq!((probability(0), probability(100), probability(-100)), (500, 731, 269));
        let all: Vec<i32> = (-900..900).map(probability).collect();
        assert!(all.is_sorted() && all[0] > 0 && all[1799] < 1000);
    }
}
