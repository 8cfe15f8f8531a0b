//! The scan of [`super::inner`], 32 bytes a step: each byte's classes come from two tables of 16,
//! one for either half of the byte, and what neighbours say from the classes of the bytes before.
//! (Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte", 2021, classify
//! bytes like this.)

use std::arch::x86_64::*;

use super::Features;
use super::chars::Loud;

// Classes of bytes, first table: also what a byte says of its neighbours.
const SPACE: u8 = 1;
const STOP_2: u8 = 2; // ! , .
const STOP_3: u8 = 4; // : ; ?
const MARK: u8 = 8; // " ' and, in the end, `
const TICK: u8 = 16;
const HYPHEN: u8 = 32;
const PERCENT: u8 = 64;
const QUOTE: u8 = 128; // " '

// Second table.
const CONTROL_0: u8 = 1;
const TAB: u8 = 2;
const CONTROL_1: u8 = 4;
const DEL: u8 = 8;
const OPEN_2: u8 = 16; // (
const OPEN: u8 = 32; // [ {
const CLOSE_2: u8 = 64; // )
const CLOSE: u8 = 128; // ] }

/// Classes by the high half of a byte, and by its low half; a byte has those that both give it.
const FIRST: [[u8; 16]; 2] = [
    [0, 0, SPACE | STOP_2 | MARK | HYPHEN | PERCENT | QUOTE, STOP_3, 0, 0, TICK, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [
        SPACE | TICK,
        STOP_2,
        MARK | QUOTE,
        0,
        0,
        PERCENT,
        0,
        MARK | QUOTE,
        0,
        0,
        STOP_3,
        STOP_3,
        STOP_2,
        HYPHEN,
        STOP_2,
        STOP_3,
    ],
];
const SECOND: [[u8; 16]; 2] = [
    [CONTROL_0 | TAB, CONTROL_1, OPEN_2 | CLOSE_2, 0, 0, OPEN | CLOSE, 0, DEL | OPEN | CLOSE, 0, 0, 0, 0, 0, 0, 0, 0],
    {
        let mut low = [CONTROL_0 | CONTROL_1; 16];
        low[8] |= OPEN_2;
        low[9] = CONTROL_1 | TAB | CLOSE_2;
        // A newline is none: it parts lines.
        low[0xA] = CONTROL_1;
        low[0xB] |= OPEN;
        low[0xD] |= CLOSE;
        low[0xF] |= DEL;
        low
    },
];

const LANES: usize = 32;

#[inline]
#[target_feature(enable = "avx2")]
fn load(b: &[u8; LANES]) -> __m256i {
    // SAFETY: 32 bytes can be read there, and the instruction asks for no alignment.
    #[allow(unsafe_code)]
    unsafe {
        _mm256_loadu_si256(b.as_ptr().cast())
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn table(t: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes can be read there, and the instruction asks for no alignment.
    #[allow(unsafe_code)]
    let once = unsafe { _mm_loadu_si128(t.as_ptr().cast()) };
    _mm256_broadcastsi128_si256(once)
}

/// All bits of the 32 bytes, in one.
#[inline]
#[target_feature(enable = "avx2")]
fn gather(v: __m256i) -> u8 {
    let half = _mm_or_si128(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    let word = _mm_cvtsi128_si64(_mm_or_si128(half, _mm_unpackhi_epi64(half, half)));
    word.to_le_bytes().iter().fold(0, |a, b| a | b)
}

/// Bytes 32 to 63 are all ones: 32 bytes from `32 - n` on are ones from lane `n` on.
static FROM: [u8; 3 * LANES] = {
    let mut all = [0; 3 * LANES];
    let mut n = LANES;
    while n < 3 * LANES {
        all[n] = 0xFF;
        n += 1;
    }
    all
};

/// Ones in the lanes of `from` and after, up to 32.
#[inline]
#[target_feature(enable = "avx2")]
fn lanes(from: usize) -> __m256i {
    load(FROM[LANES - from..].first_chunk().expect("of that length"))
}

/// What was seen in each lane, in bits that [`Seen::names`] spells out.
#[derive(Clone, Copy)]
struct Seen([__m256i; 4]);

impl Seen {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn nothing() -> Seen {
        Seen([_mm256_setzero_si256(); 4])
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn and(self, mask: __m256i) -> Seen {
        let [a, b, c, d] = self.0;
        Seen([
            _mm256_and_si256(a, mask),
            _mm256_and_si256(b, mask),
            _mm256_and_si256(c, mask),
            _mm256_and_si256(d, mask),
        ])
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn or(self, other: Seen) -> Seen {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Seen([_mm256_or_si256(a, e), _mm256_or_si256(b, f), _mm256_or_si256(c, g), _mm256_or_si256(d, h)])
    }

    /// The features that it stands for.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn names(self) -> u32 {
        let [first, second, third, beyond] = self.0;
        NAMES[0][usize::from(gather(first))]
            | NAMES[1][usize::from(gather(second))]
            | NAMES[2][usize::from(gather(third))]
            | if _mm256_movemask_epi8(beyond) != 0 { Features::NON_ASCII.0 } else { 0 }
    }
}

/// The classes of the step before.
struct Before {
    kinds: __m256i,
    brackets: __m256i,
}

impl Before {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new() -> Before {
        Before { kinds: _mm256_setzero_si256(), brackets: _mm256_setzero_si256() }
    }

    /// What the next 32 bytes say, each with the two before it.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn step(&mut self, v: __m256i) -> Seen {
        let all = |b: u8| _mm256_set1_epi8(b as i8);
        let zero = _mm256_setzero_si256();
        let low = _mm256_and_si256(v, all(0x0F));
        let high = _mm256_and_si256(_mm256_srli_epi16(v, 4), all(0x0F));
        let class = |t: &[[u8; 16]; 2]| {
            _mm256_and_si256(_mm256_shuffle_epi8(table(&t[0]), high), _mm256_shuffle_epi8(table(&t[1]), low))
        };
        let (first, second) = (class(&FIRST), class(&SECOND));
        // The stops are one class now, and the backtick is a mark.
        let moved = _mm256_and_si256(_mm256_srli_epi16(first, 1), all(STOP_2 | MARK));
        let kinds = _mm256_or_si256(first, moved);
        // The same for the bytes one and two before.
        let across = _mm256_permute2x128_si256(self.kinds, kinds, 0x21);
        let kinds_1 = _mm256_alignr_epi8(kinds, across, 15);
        let kinds_2 = _mm256_alignr_epi8(kinds, across, 14);
        let brackets_1 = _mm256_alignr_epi8(second, _mm256_permute2x128_si256(self.brackets, second, 0x21), 15);
        (self.kinds, self.brackets) = (kinds, second);

        let space = _mm256_cmpeq_epi8(v, all(b' '));
        let space_1 = _mm256_cmpgt_epi8(_mm256_and_si256(kinds_1, all(SPACE)), zero);
        let same = _mm256_and_si256(_mm256_and_si256(kinds, kinds_1), all(SPACE | STOP_2 | MARK | HYPHEN));
        let alone = _mm256_and_si256(first, all(TICK | PERCENT | QUOTE));

        let open = _mm256_and_si256(_mm256_and_si256(brackets_1, space), all(OPEN_2 | OPEN));
        let close = _mm256_and_si256(_mm256_and_si256(second, space_1), all(CLOSE_2 | CLOSE));
        let control = _mm256_and_si256(second, all(CONTROL_0 | TAB | CONTROL_1 | DEL));

        let spaced = _mm256_and_si256(_mm256_and_si256(kinds, space_1), all(STOP_2));
        // Unsigned: not less than `0`.
        let not_less = _mm256_cmpeq_epi8(_mm256_max_epu8(v, all(b'0')), v);
        let quote_1 = _mm256_and_si256(kinds_1, all(QUOTE));
        let glued = _mm256_and_si256(_mm256_and_si256(_mm256_slli_epi16(kinds_2, 6), quote_1), not_less);
        let loose = _mm256_and_si256(_mm256_and_si256(_mm256_slli_epi16(kinds_2, 7), quote_1), space);
        let loose = _mm256_srli_epi16(loose, 1);
        let ampersand = _mm256_and_si256(_mm256_cmpeq_epi8(v, all(b'&')), all(1));
        let backslash = _mm256_and_si256(_mm256_cmpeq_epi8(v, all(b'\\')), all(4));
        let marks = _mm256_or_si256(_mm256_or_si256(glued, loose), _mm256_or_si256(ampersand, backslash));
        Seen([
            _mm256_or_si256(same, alone),
            _mm256_or_si256(control, _mm256_or_si256(open, close)),
            _mm256_or_si256(spaced, marks),
            v,
        ])
    }
}

/// Takes the next 32 bytes off `rest`; at its end, padded with a byte that says nothing, beside any
/// neighbour.
#[inline]
#[target_feature(enable = "avx2")]
fn next(rest: &mut &[u8]) -> __m256i {
    if let Some((chunk, more)) = rest.split_first_chunk::<LANES>() {
        *rest = more;
        return load(chunk);
    }
    let mut padded = [b'#'; LANES];
    padded[..rest.len()].copy_from_slice(rest);
    *rest = &[];
    load(&padded)
}

/// Features of all bytes and of all neighbours.
#[target_feature(enable = "avx2")]
pub(super) fn scan(bytes: &[u8]) -> u32 {
    let (mut before, mut seen) = (Before::new(), Seen::nothing());
    let mut rest = bytes;
    while !rest.is_empty() {
        seen = seen.or(before.step(next(&mut rest)));
    }
    seen.names()
}

/// The same for every line of `text`: calls `each` with where it ends, and its features.
#[target_feature(enable = "avx2")]
pub(super) fn lines(text: &[u8], mut each: impl FnMut(usize, u32)) {
    let (mut before, mut seen) = (Before::new(), Seen::nothing());
    let (mut rest, mut at) = (text, 0);
    let newline = _mm256_set1_epi8(b'\n' as i8);
    while !rest.is_empty() {
        let v = next(&mut rest);
        let here = before.step(v);
        let mut ends = _mm256_movemask_epi8(_mm256_cmpeq_epi8(v, newline)) as u32;
        if ends == 0 {
            seen = seen.or(here);
        } else {
            let mut from = 0;
            while ends != 0 {
                let end = ends.trailing_zeros() as usize;
                let inner = _mm256_andnot_si256(lanes(end), lanes(from));
                each(at + end, seen.or(here.and(inner)).names());
                seen = Seen::nothing();
                from = end + 1;
                ends &= ends - 1;
            }
            seen = here.and(lanes(from));
        }
        at += LANES;
    }
    if text.last().is_some_and(|&b| b != b'\n') {
        each(text.len(), seen.names());
    }
}

/// Calls `hit` with each place of a first byte that is `loud` with its second one, but for those that
/// are alike. Whether two characters of U+0080 and above stand in a row, or one of U+00C2, U+00C3 and
/// U+00E2 before a space or `"`; and whether there are any that are alike.
#[target_feature(enable = "avx2")]
pub(super) fn beyond(bytes: &[u8], loud: &Loud, mut hit: impl FnMut(usize)) -> (bool, bool) {
    let all = |b: u8| _mm256_set1_epi8(b as i8);
    let [first_high, first_low, second_high] = [table(&loud.first[0]), table(&loud.first[1]), table(&loud.second)];
    let zero = _mm256_setzero_si256();
    let (mut before, mut run, mut alike) = (zero, zero, zero);
    let (mut rest, mut at) = (bytes, 0);
    while !rest.is_empty() {
        let v = next(&mut rest);
        // The bytes one and two before.
        let across = _mm256_permute2x128_si256(before, v, 0x21);
        let v_1 = _mm256_alignr_epi8(v, across, 15);
        let v_2 = _mm256_alignr_epi8(v, across, 14);
        before = v;
        let first = _mm256_cmpeq_epi8(_mm256_max_epu8(v, all(0xC0)), v);
        run = _mm256_or_si256(run, _mm256_and_si256(first, v_1));
        let spaced = _mm256_or_si256(_mm256_cmpeq_epi8(v, all(b' ')), _mm256_cmpeq_epi8(v, all(b'"')));
        let second = _mm256_cmpeq_epi8(_mm256_or_si256(v_1, all(1)), all(0x83));
        let second = _mm256_or_si256(second, _mm256_cmpeq_epi8(v_1, all(0xA2)));
        let third = _mm256_and_si256(_mm256_cmpeq_epi8(v_2, all(0xC3)), spaced);
        run = _mm256_or_si256(run, _mm256_and_si256(second, third));

        let high = |v: __m256i| _mm256_and_si256(_mm256_srli_epi16(v, 4), all(0x0F));
        let seen = _mm256_and_si256(
            _mm256_shuffle_epi8(first_high, high(v_1)),
            _mm256_shuffle_epi8(first_low, _mm256_and_si256(v_1, all(0x0F))),
        );
        let seen = _mm256_and_si256(seen, _mm256_shuffle_epi8(second_high, high(v)));
        alike = _mm256_or_si256(alike, seen);
        let heard = _mm256_and_si256(seen, all(!Loud::ALIKE));
        let mut places = !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(heard, zero)) as u32);
        while places != 0 {
            hit(at + places.trailing_zeros() as usize - 1);
            places &= places - 1;
        }
        at += LANES;
    }
    // That class is the high bit.
    (_mm256_movemask_epi8(run) != 0, _mm256_movemask_epi8(alike) != 0)
}

/// Calls `hit` with each place of `bytes` that holds one of `any`, in order.
#[target_feature(enable = "avx2")]
pub(super) fn places<const N: usize>(bytes: &[u8], any: [u8; N], mut hit: impl FnMut(usize)) {
    let any = any.map(|b| _mm256_set1_epi8(b as i8));
    let (mut rest, mut at) = (bytes, 0);
    while !rest.is_empty() {
        let few = rest.len();
        let v = next(&mut rest);
        let here = any.iter().fold(_mm256_setzero_si256(), |m, a| _mm256_or_si256(m, _mm256_cmpeq_epi8(v, *a)));
        let mut places = _mm256_movemask_epi8(here) as u32;
        if few < LANES {
            places &= (1 << few) - 1;
        }
        while places != 0 {
            hit(at + places.trailing_zeros() as usize);
            places &= places - 1;
        }
        at += LANES;
    }
}

/// Whether one of `bytes` is from `first`, beyond ASCII, to `last`.
#[target_feature(enable = "avx2")]
pub(super) fn any_within(bytes: &[u8], first: u8, last: u8) -> bool {
    let (from, most) = (_mm256_set1_epi8(first as i8), _mm256_set1_epi8((last - first) as i8));
    let mut rest = bytes;
    while !rest.is_empty() {
        let over = _mm256_sub_epi8(next(&mut rest), from);
        if _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(over, most), over)) != 0 {
            return true;
        }
    }
    false
}

/// The features that the bits of the three bytes seen stand for.
const NAMES: [[u32; 256]; 3] = {
    const BITS: [[Features; 8]; 3] = {
        let mut all = [[Features::NONE; 8]; 3];
        let mut bit = 0;
        while bit < 8 {
            all[0][bit] = match 1u8 << bit {
                SPACE => Features::SPACE_RUN,
                STOP_2 => Features::STOP_RUN,
                MARK => Features::QUOTE_RUN,
                HYPHEN => Features::HYPHEN_RUN,
                TICK => Features::BACKTICK,
                PERCENT => Features::PERCENT,
                QUOTE => Features::QUOTE_STRAIGHT,
                _ => Features::NONE,
            };
            all[1][bit] = match 1u8 << bit {
                CONTROL_0 | CONTROL_1 | DEL => Features::CONTROL,
                TAB => Features::TAB,
                OPEN_2 | OPEN | CLOSE_2 | CLOSE => Features::SPACE_BRACKET,
                _ => Features::NONE,
            };
            all[2][bit] = match 1u8 << bit {
                1 => Features::AMPERSAND,
                2 => Features::SPACE_STOP,
                4 => Features::BACKSLASH,
                0x40 => Features::QUOTE_LOOSE,
                0x80 => Features::QUOTE_GLUED,
                _ => Features::NONE,
            };
            bit += 1;
        }
        all
    };
    let mut names = [[0; 256]; 3];
    let mut n = 0usize;
    while n < 3 * 256 {
        let (which, bits) = (n / 256, n % 256);
        if bits > 0 {
            let lowest = bits.trailing_zeros() as usize;
            names[which][bits] = names[which][bits & (bits - 1)] | BITS[which][lowest].0;
        }
        n += 1;
    }
    names
};
