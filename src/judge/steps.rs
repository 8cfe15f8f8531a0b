//! Numbers in steps, looked up: faster than to compare with each bound.

/// The number of the first of the bounds, which rise, that a number does not reach.
macro_rules! step {
    ($n:expr, [$($bound:literal),+ $(,)?]) => {{
        use crate::judge::steps::{size, table};
        const BOUNDS: &[i64] = &[$($bound),+];
        static TABLE: [u8; size(BOUNDS)] = table(BOUNDS);
        let n: i64 = $n;
        TABLE[n.saturating_sub(BOUNDS[0] - 1).clamp(0, TABLE.len() as i64 - 1) as usize]
    }};
}
pub(super) use step;

/// How many numbers there are from the one below the first of `bounds` up to the last.
pub(super) const fn size(bounds: &[i64]) -> usize {
    (bounds[bounds.len() - 1] - bounds[0] + 2) as usize
}

/// The step of each of these.
pub(super) const fn table<const N: usize>(bounds: &[i64]) -> [u8; N] {
    let mut all = [0; N];
    let (mut n, mut step) = (0, 0);
    while n < N {
        while step < bounds.len() && bounds[0] - 1 + n as i64 >= bounds[step] {
            step += 1;
        }
        all[n] = step as u8;
        n += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_bound_that_is_not_reached() {
        for (n, want) in [(i64::MIN, 0), (-8, 0), (-7, 1), (-1, 1), (0, 2), (4, 2), (5, 3), (6, 3), (i64::MAX, 3)] {
            assert_eq!(step!(n, [-7, 0, 5]), want, "{n}");
        }
        assert_eq!([0, 1, 2].map(|n| step!(n, [1])), [0, 1, 1]);
    }
}
