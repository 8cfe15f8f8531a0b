//! A sieve for literals: finds the places of a text where one of many may stand, by four bytes of
//! each, 32 places a step.
//!
//! Literals are parted into sets; a place is let through for a set if each of the four bytes is one
//! that some literal of the set has there. (Langdale's "Teddy", of Hyperscan, works like this; here
//! each literal is known by its rarest bytes, not by its first ones.)

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use crate::features::has_wider;

/// Most sets of literals; each has a bit.
pub(super) const SETS: usize = 32;
/// Sets that vector code looks up at once.
const GROUP: usize = 8;
/// Bytes that a literal is known by.
pub(super) const WIDTH: usize = 4;
/// What is expected of groups.
#[cfg(target_arch = "x86_64")]
const AS_MANY: &str = "as many as there are";
/// Places that vector code looks at in one step.
#[cfg(target_arch = "x86_64")]
const LANES: usize = 32;

/// For each place of a literal, and either half of the byte there: the sets of a group.
#[cfg(target_arch = "x86_64")]
type Halves = [[[u8; LANES]; 2]; WIDTH];

/// Which sets each byte may belong to, in each place.
pub(super) struct Sieve {
    bytes: [[u32; 256]; WIDTH],
    /// The same by the low and the high half of a byte, for a group of sets at a time; may let more
    /// through.
    #[cfg(target_arch = "x86_64")]
    halves: Vec<Halves>,
    /// The same by the low seven bits of a byte, where the processor looks those up at once.
    #[cfg(target_arch = "x86_64")]
    sevenths: Vec<[[u8; 128]; WIDTH]>,
}

impl Sieve {
    /// A sieve for `literals`, each given as the bytes that may stand in its places; and for each
    /// literal its set, and which of its places the sieve looks at first.
    pub(super) fn new(literals: &[Vec<&[u8]>]) -> (Sieve, Vec<(usize, usize)>) {
        // Fewer sets are faster to look up, and let more through.
        let most = match literals.len() {
            0..=10 => GROUP,
            11..=32 => 2 * GROUP,
            _ => SETS,
        };
        let mut sets: Vec<Set> = Vec::new();
        let literals = literals.iter().map(|l| l.iter().map(|b| Place::of(b)).collect::<Vec<_>>());
        let mut chosen = Vec::new();
        for literal in literals {
            // Where it adds least to what a set lets through.
            let mut best = (f32::INFINITY, 0, 0);
            let fresh = Set::default();
            let room = sets.len() < most;
            for (n, set) in sets.iter().chain(room.then_some(&fresh)).enumerate() {
                for from in 0..=literal.len().saturating_sub(WIDTH) {
                    let more = set.more(&literal[from..]);
                    best = if more < best.0 { (more, n, from) } else { best };
                }
            }
            let (_, n, from) = best;
            if n == sets.len() {
                sets.push(fresh);
            }
            sets[n].add(&literal[from..]);
            chosen.push((n, from));
        }
        let mut sieve = Sieve {
            bytes: [[0; 256]; WIDTH],
            #[cfg(target_arch = "x86_64")]
            halves: vec![[[[0; LANES]; 2]; WIDTH]; most / GROUP],
            #[cfg(target_arch = "x86_64")]
            sevenths: Vec::new(),
        };
        for (n, set) in sets.iter().enumerate() {
            for (place, bytes) in set.bytes.iter().enumerate() {
                for b in bytes.iter().map(|&b| usize::from(b)) {
                    sieve.bytes[place][b] |= 1 << n;
                    #[cfg(target_arch = "x86_64")]
                    {
                        let [low, high] = &mut sieve.halves[n / GROUP][place];
                        // Once for each half of a vector.
                        for side in [0, 16] {
                            low[side + (b & 15)] |= 1 << (n % GROUP);
                            high[side + (b >> 4)] |= 1 << (n % GROUP);
                        }
                    }
                }
            }
        }
        #[cfg(target_arch = "x86_64")]
        if has_wider() {
            let of = |group: usize, place: &[u32; 256]| {
                std::array::from_fn(|b| ((place[b] | place[b | 0x80]) >> (GROUP * group)) as u8)
            };
            sieve.sevenths = (0..most / GROUP).map(|group| sieve.bytes.each_ref().map(|p| of(group, p))).collect();
        }
        (sieve, chosen)
    }

    /// Calls `hit` with each place of `text` within `run` that is let through, in order, and the sets
    /// that it is let through for.
    pub(super) fn each(&self, text: &[u8], run: Range<usize>, hit: impl FnMut(usize, u32)) {
        #[cfg(target_arch = "x86_64")]
        if !self.sevenths.is_empty() {
            let all = &self.sevenths[..];
            // SAFETY: they are there only if the processor has what the functions were compiled for.
            #[allow(unsafe_code)]
            return unsafe {
                match all.len() {
                    1 => self.each_wider::<1>(all.try_into().expect(AS_MANY), text, run, hit),
                    2 => self.each_wider::<2>(all.try_into().expect(AS_MANY), text, run, hit),
                    _ => self.each_wider::<{ SETS / GROUP }>(all.try_into().expect(AS_MANY), text, run, hit),
                }
            };
        }
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            let all = &self.halves[..];
            // SAFETY: the processor has what the functions were compiled for.
            #[allow(unsafe_code)]
            return unsafe {
                match all.len() {
                    1 => self.each_wide::<1>(all.try_into().expect(AS_MANY), text, run, hit),
                    2 => self.each_wide::<2>(all.try_into().expect(AS_MANY), text, run, hit),
                    _ => self.each_wide::<{ SETS / GROUP }>(all.try_into().expect(AS_MANY), text, run, hit),
                }
            };
        }
        self.each_plain(text, run, hit);
    }

    /// Place by place.
    fn each_plain(&self, text: &[u8], run: Range<usize>, mut hit: impl FnMut(usize, u32)) {
        for at in run {
            let sets = self.sets(text, at);
            if sets != 0 {
                hit(at, sets);
            }
        }
    }

    /// The sets that a place is let through for; what is beyond the text may be anything.
    #[inline]
    fn sets(&self, text: &[u8], at: usize) -> u32 {
        let part = &text[at..text.len().min(at + WIDTH)];
        part.iter().zip(&self.bytes).fold(u32::MAX, |sets, (&b, of)| sets & of[usize::from(b)])
    }

    /// Calls `hit` for those of the `lanes` places from `at` on, up to `end`, whose bit is set in `seen`
    /// and that are let through.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    fn let_through(
        &self,
        text: &[u8],
        end: usize,
        at: usize,
        lanes: usize,
        seen: u64,
        hit: &mut impl FnMut(usize, u32),
    ) {
        let mut places = seen;
        // So near the end that a literal may reach beyond it, vectors do not know.
        let left = text.len() - at;
        if left < lanes + WIDTH - 1 {
            places |= u64::MAX.checked_shl(left.saturating_sub(WIDTH - 1) as u32).unwrap_or(0);
        }
        places &= u64::MAX >> (64 - lanes.min(end - at));
        while places != 0 {
            let n = places.trailing_zeros() as usize;
            places &= places - 1;
            let sets = self.sets(text, at + n);
            if sets != 0 {
                hit(at + n, sets);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn each_wide<const GROUPS: usize>(
        &self,
        halves: &[Halves; GROUPS],
        text: &[u8],
        run: Range<usize>,
        mut hit: impl FnMut(usize, u32),
    ) {
        use std::arch::x86_64::*;
        const STEP: usize = LANES + WIDTH - 1;
        let half = _mm256_set1_epi8(0x0F);
        let mut at = run.start;
        let mut last: [u8; STEP];
        while at < run.end {
            let chunk: &[u8; STEP] = match text[at..].first_chunk() {
                Some(chunk) => chunk,
                None => {
                    let rest = &text[at..];
                    last = [0; STEP];
                    last[..rest.len()].copy_from_slice(rest);
                    &last
                }
            };
            let mut seen = [_mm256_set1_epi8(-1); GROUPS];
            for place in 0..WIDTH {
                let v = load(chunk[place..place + LANES].try_into().expect("of that length"));
                let low = _mm256_and_si256(v, half);
                let high = _mm256_and_si256(_mm256_srli_epi16(v, 4), half);
                for (seen, group) in seen.iter_mut().zip(halves) {
                    let (of_low, of_high) = (load(&group[place][0]), load(&group[place][1]));
                    let sets = _mm256_and_si256(_mm256_shuffle_epi8(of_low, low), _mm256_shuffle_epi8(of_high, high));
                    *seen = _mm256_and_si256(*seen, sets);
                }
            }
            let any = seen[1..].iter().fold(seen[0], |a, b| _mm256_or_si256(a, *b));
            let none = _mm256_movemask_epi8(_mm256_cmpeq_epi8(any, _mm256_setzero_si256()));
            self.let_through(text, run.end, at, LANES, u64::from(!(none as u32)), &mut hit);
            at += LANES;
        }
    }

    /// The same, 64 places a step.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn each_wider<const GROUPS: usize>(
        &self,
        tables: &[[[u8; 128]; WIDTH]; GROUPS],
        text: &[u8],
        run: Range<usize>,
        mut hit: impl FnMut(usize, u32),
    ) {
        use std::arch::x86_64::*;
        const WIDER: usize = 2 * LANES;
        const STEP: usize = WIDER + WIDTH - 1;
        let tables = tables.map(|group| {
            group.map(|table| {
                let (low, high) = table.split_at(WIDER);
                [low, high].map(|half| load_wider(half.first_chunk().expect("half of them")))
            })
        });
        let mut at = run.start;
        let mut last: [u8; STEP];
        while at < run.end {
            let chunk: &[u8; STEP] = match text[at..].first_chunk() {
                Some(chunk) => chunk,
                None => {
                    let rest = &text[at..];
                    last = [0; STEP];
                    last[..rest.len()].copy_from_slice(rest);
                    &last
                }
            };
            let mut seen = [_mm512_set1_epi8(-1); GROUPS];
            for place in 0..WIDTH {
                let v = load_wider(chunk[place..place + WIDER].try_into().expect("of that length"));
                for (seen, group) in seen.iter_mut().zip(&tables) {
                    let [low, high] = group[place];
                    *seen = _mm512_and_si512(*seen, _mm512_permutex2var_epi8(low, v, high));
                }
            }
            let any = seen[1..].iter().fold(seen[0], |a, b| _mm512_or_si512(a, *b));
            self.let_through(text, run.end, at, WIDER, _mm512_test_epi8_mask(any, any), &mut hit);
            at += WIDER;
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn load_wider(b: &[u8; 2 * LANES]) -> std::arch::x86_64::__m512i {
    // SAFETY: 64 bytes can be read there, and the instruction asks for no alignment.
    #[allow(unsafe_code)]
    unsafe {
        std::arch::x86_64::_mm512_loadu_si512(b.as_ptr().cast())
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
fn load(b: &[u8; LANES]) -> std::arch::x86_64::__m256i {
    // SAFETY: 32 bytes can be read there, and the instruction asks for no alignment.
    #[allow(unsafe_code)]
    unsafe {
        std::arch::x86_64::_mm256_loadu_si256(b.as_ptr().cast())
    }
}

/// Some literals.
#[derive(Default)]
struct Set {
    /// For each place the low and the high halves of the bytes that may stand there, a bit each.
    places: [[u16; 2]; WIDTH],
    /// The bytes, which are fewer than their halves can make.
    bytes: [Vec<u8>; WIDTH],
    /// About which share of all places it lets through.
    share: f32,
}

impl Set {
    /// About which share of all places more it lets through with one more literal, whose places start
    /// at the first of `literal`.
    fn more(&self, literal: &[Place<'_>]) -> f32 {
        let places = self.places.iter().enumerate();
        places.map(|(n, of)| share(join(*of, literal.get(n).map(|p| p.halves)))).product::<f32>() - self.share
    }

    fn add(&mut self, literal: &[Place<'_>]) {
        self.share += self.more(literal);
        for (n, (halves, bytes)) in self.places.iter_mut().zip(&mut self.bytes).enumerate() {
            *halves = join(*halves, literal.get(n).map(|p| p.halves));
            match literal.get(n) {
                Some(place) => bytes.extend(place.bytes),
                None => bytes.extend(0..=255),
            }
        }
    }
}

/// The bytes that may stand in one place of a literal.
#[derive(Clone, Copy)]
struct Place<'b> {
    bytes: &'b [u8],
    halves: [u16; 2],
}

impl Place<'_> {
    fn of(bytes: &[u8]) -> Place<'_> {
        let halves = bytes.iter().fold([0; 2], |[low, high], b| [low | 1 << (b & 15), high | 1 << (b >> 4)]);
        Place { bytes, halves }
    }
}

/// Both; what is beyond the literal may be anything.
fn join(a: [u16; 2], b: Option<[u16; 2]>) -> [u16; 2] {
    let b = b.unwrap_or([u16::MAX; 2]);
    [a[0] | b[0], a[1] | b[1]]
}

/// About which share of text the bytes are that can be made of these halves.
fn share([low, high]: [u16; 2]) -> f32 {
    let [first, second] = low.to_le_bytes();
    let of = |h: usize| SHARES[h][0][usize::from(first)] + SHARES[h][1][usize::from(second)];
    let (mut rest, mut all) = (high, 0.0);
    while rest != 0 {
        all += of(rest.trailing_zeros() as usize);
        rest &= rest - 1;
    }
    all
}

/// For each high half of a byte, and for each eight of the low halves: the share of text that some
/// of the eight, one bit each, make up with it.
static SHARES: [[[f32; 256]; 2]; 16] = {
    let mut all = [[[0.0; 256]; 2]; 16];
    let mut n = 0;
    while n < 16 * 2 * 256 {
        let (high, part, bits): (usize, usize, usize) = (n / 512, n / 256 % 2, n % 256);
        // One bit less is known already.
        if bits > 0 {
            let lowest = bits.trailing_zeros() as usize;
            all[high][part][bits] = all[high][part][bits & (bits - 1)] + FREQUENCY[high * 16 + part * 8 + lowest];
        }
        n += 1;
    }
    all
};

/// About which share of text each byte is, over many languages.
const FREQUENCY: [f32; 256] = {
    const LETTERS: [f32; 26] = [
        7.2, 1.2, 2.9, 3.4, 10.2, 1.7, 1.6, 3.6, 6.2, 0.2, 0.6, 3.6, 2.2, 6.0, 6.2, 1.8, 0.2, 5.6, 5.6, 7.0, 2.6, 0.9,
        1.3, 0.2, 1.4, 0.3,
    ];
    let mut all = [0.0; 256];
    let mut b = 0;
    while b < 256 {
        let percent = match b as u8 {
            c @ b'a'..=b'z' => LETTERS[(c - b'a') as usize],
            c @ b'A'..=b'Z' => LETTERS[(c - b'A') as usize] / 20.0,
            b' ' => 16.0,
            b'0'..=b'9' => 0.15,
            b'.' | b',' => 0.9,
            0x80..=0xBF => 0.2,
            0xC3 | 0xE2 => 1.0,
            _ => 0.05,
        };
        all[b] = percent / 100.0;
        b += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sieve(words: &[String]) -> (Sieve, Vec<(usize, usize)>) {
        let both: Vec<Vec<[u8; 2]>> =
            words.iter().map(|w| w.bytes().map(|b| [b, b.to_ascii_uppercase()]).collect()).collect();
        Sieve::new(&both.iter().map(|w| w.iter().map(|b| &b[..]).collect()).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn lets_every_literal_through(
            words in prop_oneof![
                prop::collection::vec("[a-zé©0]{2,9}", 1..80),
                prop::collection::vec("[a-zé©0]{2,9}", 1..20),
            ],
            text in "[a-z é©0A-C]{0,200}",
            place in 0usize..200,
            which in 0usize..80,
        ) {
            let (mut s, chosen) = sieve(&words);
            let which = which % words.len();
            let place = (0..=place.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
            let text = format!("{}{}{}", &text[..place], words[which], &text[place..]);
            let mut seen = Vec::new();
            let run = place / 3..text.len() - place / 5;
            s.each(text.as_bytes(), run.clone(), |at, sets| seen.push((at, sets)));
            let mut slow = Vec::new();
            s.each_plain(text.as_bytes(), run.clone(), |at, sets| slow.push((at, sets)));
            prop_assert_eq!(&seen, &slow);
            // The same where the processor has less.
            #[cfg(target_arch = "x86_64")]
            s.sevenths.clear();
            seen.clear();
            s.each(text.as_bytes(), run.clone(), |at, sets| seen.push((at, sets)));
            prop_assert_eq!(&seen, &slow);
            let (set, from) = chosen[which];
            prop_assert!(
                !run.contains(&(place + from))
                    || seen.iter().any(|&(at, sets)| at == place + from && sets >> set & 1 == 1)
            );
        }
    }
}
