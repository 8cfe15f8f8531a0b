//! The scan of [`super::inner`], 64 bytes a step: each byte's classes come from tables of 128, which
//! processors with AVX-512 VBMI look up in one instruction.

use std::arch::x86_64::*;

use super::Features;
use super::chars::{Loud, Table, named, table};
use super::plain::{CLOSE, OPEN, QUOTE, STOP, TICK, alone, class_of};

const LANES: usize = 64;

/// What pairs of neighbours say: a bit that the byte before has in `BEFORE` and the other in `AFTER`.
const PAIRS: [Features; 8] = {
    let mut all = [Features::NONE; 8];
    all[SPACES] = Features::SPACE_RUN;
    all[STOPS] = Features::STOP_RUN;
    all[1] = Features::SPACE_STOP;
    all[2] = Features::SPACE_BRACKET;
    all[3] = Features::SPACE_BRACKET;
    all[5] = Features::QUOTE_RUN;
    all[6] = Features::HYPHEN_RUN;
    all
};
/// What single bytes say. A straight quote has two bits, those of what may stand before it.
const SINGLES: [Features; 8] = {
    let mut all = [Features::NONE; 8];
    all[SPACES] = Features::QUOTE_STRAIGHT;
    all[STOPS] = Features::QUOTE_STRAIGHT;
    all[1] = Features::CONTROL;
    all[2] = Features::TAB;
    all[3] = Features::AMPERSAND;
    all[5] = Features::BACKSLASH;
    all[6] = Features::BACKTICK;
    all[7] = Features::PERCENT;
    all
};
/// What a straight quote says with both its neighbours: a bit that the byte before it has in
/// `BEFORE`, it in `ALONE`, and the byte after it in `THIRD`.
const TRIPLES: [Features; 8] = {
    let mut all = [Features::NONE; 8];
    all[SPACES] = Features::QUOTE_LOOSE;
    all[STOPS] = Features::QUOTE_GLUED;
    all
};
/// The bits of a space, and of a stop.
const SPACES: usize = 0;
const STOPS: usize = 4;

type Classes = [u8; 128];

const fn bit(n: usize, set: bool) -> u8 {
    if set { 1 << n } else { 0 }
}

const BEFORE: Classes = {
    let mut all = [0; 128];
    let mut b = 0;
    while b < 128 {
        let c = class_of(b as u8);
        let space = b as u8 == b' ';
        all[b] = bit(SPACES, space)
            | bit(1, space)
            | bit(2, c & OPEN != 0)
            | bit(3, space)
            | bit(STOPS, c & STOP != 0)
            | bit(5, c & (QUOTE | TICK) != 0)
            | bit(6, b as u8 == b'-');
        b += 1;
    }
    all
};
const AFTER: Classes = {
    let mut all = [0; 128];
    let mut b = 0;
    while b < 128 {
        let c = class_of(b as u8);
        let space = b as u8 == b' ';
        all[b] = bit(SPACES, space)
            | bit(1, c & STOP != 0)
            | bit(2, space)
            | bit(3, c & CLOSE != 0)
            | bit(STOPS, c & STOP != 0)
            | bit(5, c & (QUOTE | TICK) != 0)
            | bit(6, b as u8 == b'-');
        b += 1;
    }
    all
};
const ALONE: Classes = {
    let mut all = [0; 128];
    let mut b = 0;
    while b < 128 {
        // A newline parts lines.
        let says = if b as u8 == b'\n' { 0 } else { alone(b as u8) };
        let mut n = 0;
        while n < 8 {
            all[b] |= bit(n, says & SINGLES[n].0 != 0);
            n += 1;
        }
        b += 1;
    }
    all
};
const THIRD: Classes = {
    let mut all = [0; 128];
    let mut b = 0;
    while b < 128 {
        all[b] = bit(SPACES, b as u8 == b' ') | bit(STOPS, b as u8 >= b'0');
        b += 1;
    }
    all
};

/// The features that eight bits stand for.
const fn names(of: [Features; 8]) -> [u32; 256] {
    let mut all = [0; 256];
    let mut bits = 1usize;
    while bits < 256 {
        all[bits] = all[bits & (bits - 1)] | of[bits.trailing_zeros() as usize].0;
        bits += 1;
    }
    all
}
static NAMES: [[u32; 256]; 3] = [names(PAIRS), names(SINGLES), names(TRIPLES)];

/// Whether the processor can run this.
pub(super) fn here() -> bool {
    is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi")
}

#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn load(b: &[u8; LANES]) -> __m512i {
    // SAFETY: 64 bytes can be read there, and the instruction asks for no alignment.
    #[allow(unsafe_code)]
    unsafe {
        _mm512_loadu_si512(b.as_ptr().cast())
    }
}

/// The 64 bytes from `at` on; at the end, padded with a byte that says nothing, beside any neighbour.
#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn load_from(bytes: &[u8], at: usize) -> __m512i {
    let rest = &bytes[at..];
    if let Some(chunk) = rest.first_chunk() {
        return load(chunk);
    }
    let here = (1 << rest.len()) - 1;
    // SAFETY: lanes that are not `here` are not read, and the instruction asks for no alignment.
    #[allow(unsafe_code)]
    unsafe {
        _mm512_mask_loadu_epi8(_mm512_set1_epi8(b'#' as i8), here, rest.as_ptr().cast())
    }
}

/// For each lane its place in two vectors, one after the other, of the byte `by` before it in the
/// second.
#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn back(by: u8) -> __m512i {
    let places: [u8; LANES] = std::array::from_fn(|i| LANES as u8 + i as u8 - by);
    load(&places)
}

/// Classes of 64 bytes.
#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn classes(of: &Classes, v: __m512i, ascii: __mmask64) -> __m512i {
    let (low, high) = of.split_at(LANES);
    let half = |h: &[u8]| load(h.first_chunk().expect("half of them"));
    _mm512_maskz_permutex2var_epi8(ascii, half(low), v, half(high))
}

/// All bits of 64 bytes, in one.
#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn gather(v: __m512i) -> usize {
    let word = _mm512_reduce_or_epi64(v) as u64;
    let word = word | word >> 32;
    let word = word | word >> 16;
    usize::from((word | word >> 8) as u8)
}

/// What was seen in each lane, and in which lanes bytes beyond ASCII were.
#[derive(Clone, Copy)]
struct Seen([__m512i; 3], __mmask64);

impl Seen {
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn nothing() -> Seen {
        Seen([_mm512_setzero_si512(); 3], 0)
    }

    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn or(self, other: Seen) -> Seen {
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Seen([_mm512_or_si512(a, d), _mm512_or_si512(b, e), _mm512_or_si512(c, f)], self.1 | other.1)
    }

    /// In some lanes only.
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn and(self, lanes: __mmask64) -> Seen {
        Seen(self.0.map(|v| _mm512_maskz_mov_epi8(lanes, v)), self.1 & lanes)
    }

    /// The features that it stands for.
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn names(self) -> u32 {
        let [pairs, singles, triples] = self.0;
        let beyond = if self.1 != 0 { Features::NON_ASCII.0 } else { 0 };
        // Most lines hold nothing of it.
        let any = _mm512_or_si512(_mm512_or_si512(pairs, singles), triples);
        if _mm512_test_epi8_mask(any, any) == 0 {
            return beyond;
        }
        NAMES[0][gather(pairs)] | NAMES[1][gather(singles)] | NAMES[2][gather(triples)] | beyond
    }
}

/// What bytes beyond ASCII say, in the lanes where it is known.
struct Beyond {
    /// See [`Features::NON_ASCII_RUN`].
    run: __mmask64,
    /// Characters of [`Loud::ALIKE`].
    alike: __mmask64,
    /// The second byte of those that have to be looked up.
    look: __mmask64,
}

/// The vectors that [`Loud`] makes.
struct Louds {
    first: [__m512i; 2],
    second: __m512i,
}

impl Louds {
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn of(loud: &Loud) -> Louds {
        let table = |t: &[u8; 16]| {
            let [low, high] = [0, 8].map(|i| i64::from_le_bytes(t[i..i + 8].try_into().expect("of that length")));
            _mm512_broadcast_i32x4(_mm_set_epi64x(high, low))
        };
        Louds { first: [table(&loud.first[0]), table(&loud.first[1])], second: table(&loud.second) }
    }

    /// Of the bytes `v`, with those one and two before them.
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn step(&self, v: __m512i, v_1: __m512i, v_2: __m512i) -> Beyond {
        let all = |b: u8| _mm512_set1_epi8(b as i8);
        let first = _mm512_cmpge_epu8_mask(v, all(0xC0)) & _mm512_movepi8_mask(v_1);
        let spaced = _mm512_cmpeq_epi8_mask(v, all(b' ')) | _mm512_cmpeq_epi8_mask(v, all(b'"'));
        let second =
            _mm512_cmpeq_epi8_mask(_mm512_or_si512(v_1, all(1)), all(0x83)) | _mm512_cmpeq_epi8_mask(v_1, all(0xA2));
        let third = spaced & second & _mm512_cmpeq_epi8_mask(v_2, all(0xC3));

        let high = |v: __m512i| _mm512_and_si512(_mm512_srli_epi16(v, 4), all(0x0F));
        let seen = _mm512_and_si512(
            _mm512_shuffle_epi8(self.first[0], high(v_1)),
            _mm512_shuffle_epi8(self.first[1], _mm512_and_si512(v_1, all(0x0F))),
        );
        let seen = _mm512_and_si512(seen, _mm512_shuffle_epi8(self.second, high(v)));
        Beyond {
            run: first | third,
            // That class is the high bit.
            alike: _mm512_movepi8_mask(seen),
            look: _mm512_test_epi8_mask(seen, all(!Loud::ALIKE)),
        }
    }
}

/// What the characters beyond ASCII of a line said so far: see [`named`].
#[derive(Default)]
struct Said {
    found: u16,
    run: bool,
}

impl Said {
    /// Takes in what is known of some lanes, the first of which is byte `at` of `text`: nothing
    /// without a table.
    #[inline]
    fn add(&mut self, of: &Beyond, lanes: __mmask64, text: &[u8], at: usize, table: Option<&Table>) {
        let Some(table) = table else { return };
        self.run |= of.run & lanes != 0;
        if of.alike & lanes != 0 {
            self.found |= table.loud.alike;
        }
        let mut look = of.look & lanes;
        while look != 0 {
            self.found |= table.at(&text[at + look.trailing_zeros() as usize - 1..]).0;
            look &= look - 1;
        }
    }
}

/// The step before, and its classes.
struct Before {
    v: __m512i,
    beyond: __mmask64,
    first: __m512i,
    single: __m512i,
}

impl Before {
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn new() -> Before {
        let zero = _mm512_setzero_si512();
        Before { v: zero, beyond: 0, first: zero, single: zero }
    }

    /// What the next 64 bytes say, those in the lanes of `beyond` not being ASCII.
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn step(&mut self, v: __m512i, beyond: __mmask64) -> Seen {
        let (one, two) = (back(1), back(2));
        let first = classes(&BEFORE, v, !beyond);
        let single = classes(&ALONE, v, !beyond);
        let pairs = _mm512_and_si512(_mm512_permutex2var_epi8(self.first, one, first), classes(&AFTER, v, !beyond));
        let quotes = _mm512_permutex2var_epi8(self.single, one, single);
        let third = _mm512_mask_mov_epi8(classes(&THIRD, v, !beyond), beyond, _mm512_set1_epi8(1 << STOPS));
        let triples = _mm512_and_si512(_mm512_permutex2var_epi8(self.first, two, first), quotes);
        *self = Before { v, beyond, first, single };
        Seen([pairs, single, _mm512_and_si512(triples, third)], beyond)
    }
}

/// Calls `each` with where each line of `text` ends, and the features of its bytes and neighbours and
/// of its characters beyond ASCII.
#[target_feature(enable = "avx512bw,avx512vbmi")]
pub(super) fn lines(text: &[u8], mut each: impl FnMut(usize, u32)) {
    let newline = _mm512_set1_epi8(b'\n' as i8);
    // Made when a character beyond ASCII comes.
    let mut known: Option<(&Table, Louds)> = None;
    let mut before = Before::new();
    let mut seen = Seen::nothing();
    let mut said = Said::default();
    let mut at = 0;
    while at < text.len() {
        // Most steps end no line and hold ASCII alone; of what is beyond, the step before matters, too.
        while let Some(chunk) = text[at..].first_chunk() {
            let v = load(chunk);
            let beyond = _mm512_movepi8_mask(v) | before.beyond >> (LANES - 2);
            if beyond | _mm512_cmpeq_epi8_mask(v, newline) != 0 {
                break;
            }
            seen = seen.or(before.step(v, 0));
            at += LANES;
        }
        if at >= text.len() {
            break;
        }
        let v = load_from(text, at);
        let beyond = _mm512_movepi8_mask(v);
        let mut others = Beyond { run: 0, alike: 0, look: 0 };
        if beyond != 0 || before.beyond >> (LANES - 2) != 0 {
            let v_1 = _mm512_permutex2var_epi8(before.v, back(1), v);
            let v_2 = _mm512_permutex2var_epi8(before.v, back(2), v);
            let (_, louds) = known.get_or_insert_with(|| {
                let table = table();
                (table, Louds::of(&table.loud))
            });
            others = louds.step(v, v_1, v_2);
        }
        let here = before.step(v, beyond);
        let mut ends = _mm512_cmpeq_epi8_mask(v, newline);
        let mut from = 0;
        while ends != 0 {
            let end = ends.trailing_zeros();
            // Before `end` and not before `from`.
            let inner = (1u64 << end).wrapping_sub(1) & u64::MAX.checked_shl(from).unwrap_or(0);
            said.add(&others, inner, text, at, known.as_ref().map(|k| k.0));
            each(at + end as usize, seen.or(here.and(inner)).names() | named(said.found, said.run));
            (seen, said) = (Seen::nothing(), Said::default());
            from = end + 1;
            ends &= ends - 1;
        }
        let rest = u64::MAX.checked_shl(from).unwrap_or(0);
        said.add(&others, rest, text, at, known.as_ref().map(|k| k.0));
        seen = if from == 0 { seen.or(here) } else { here.and(rest) };
        at += LANES;
    }
    if text.last().is_some_and(|&b| b != b'\n') {
        each(text.len(), seen.names() | named(said.found, said.run));
    }
}

/// What the characters beyond ASCII of one line say.
#[target_feature(enable = "avx512bw,avx512vbmi")]
pub(super) fn beyond(line: &[u8], table: &Table) -> u32 {
    let louds = Louds::of(&table.loud);
    let (one, two) = (back(1), back(2));
    let mut before = _mm512_setzero_si512();
    let mut said = Said::default();
    let mut at = 0;
    while at < line.len() {
        let v = load_from(line, at);
        let (v_1, v_2) = (_mm512_permutex2var_epi8(before, one, v), _mm512_permutex2var_epi8(before, two, v));
        said.add(&louds.step(v, v_1, v_2), u64::MAX, line, at, Some(table));
        before = v;
        at += LANES;
    }
    named(said.found, said.run)
}
