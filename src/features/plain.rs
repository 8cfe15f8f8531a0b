//! What single bytes of a line and neighbours say, byte by byte; the form that any processor runs.

use super::Features;

pub(super) const STOP: u8 = 1;
pub(super) const QUOTE: u8 = 2;
pub(super) const TICK: u8 = 4;
const SPACE: u8 = 8;
pub(super) const OPEN: u8 = 16;
pub(super) const CLOSE: u8 = 32;

/// What single bytes are, for the ends of a line.
pub(super) fn class(b: u8) -> u8 {
    CLASSES[usize::from(b)]
}

static CLASSES: [u8; 256] = {
    let mut all = [0; 256];
    let mut b = 0;
    while b < 256 {
        all[b] = class_of(b as u8);
        b += 1;
    }
    all
};

pub(super) const fn class_of(b: u8) -> u8 {
    match b {
        b'.' | b',' | b';' | b':' | b'!' | b'?' => STOP,
        b'"' | b'\'' => QUOTE,
        b'`' => TICK,
        b' ' | b'\t' => SPACE,
        b'(' | b'[' | b'{' => OPEN,
        b')' | b']' | b'}' => CLOSE,
        _ => 0,
    }
}

/// What one byte says by itself.
pub(super) const fn alone(b: u8) -> u32 {
    match b {
        b'\t' => Features::TAB.0,
        0..=0x1F | 0x7F => Features::CONTROL.0,
        b'&' => Features::AMPERSAND.0,
        b'\\' => Features::BACKSLASH.0,
        b'`' => Features::BACKTICK.0,
        b'%' => Features::PERCENT.0,
        b'"' | b'\'' => Features::QUOTE_STRAIGHT.0,
        0x80..=0xFF => Features::NON_ASCII.0,
        _ => 0,
    }
}

/// What a byte says as the first of a line, and as the last.
static EDGES: [[u32; 256]; 2] = {
    let mut all = [[0; 256]; 2];
    let mut n = 0;
    while n < 2 * 256 {
        let (end, b) = (n / 256, (n % 256) as u8);
        let class = class_of(b);
        let bracket = if end == 0 { b'[' } else { b']' };
        if class & SPACE != 0 {
            all[end][b as usize] |= Features::SPACE_EDGE.0;
        }
        if class & (QUOTE | TICK) != 0 || b == bracket {
            all[end][b as usize] |= Features::QUOTE_EDGE.0;
        }
        n += 1;
    }
    all
};

/// What the first and last byte say as such.
pub(super) fn edges(bytes: &[u8], first: u8, last: u8) -> u32 {
    let mut bits = EDGES[0][usize::from(first)] | EDGES[1][usize::from(last)];
    if bits & Features::QUOTE_EDGE.0 != 0
        && let [_, .., _] = *bytes
        && (class(first) & QUOTE != 0 && bytes[1] == b' ' || class(last) & QUOTE != 0 && bytes[bytes.len() - 2] == b' ')
    {
        bits |= Features::QUOTE_LOOSE.0;
    }
    bits
}

/// What two neighbours say; the slow and plain form of what the others do for many at once.
pub(super) fn pair(a: u8, b: u8) -> u32 {
    let (ca, cb) = (class(a), class(b));
    let mut bits = 0;
    if a == b' ' && b == b' ' {
        bits |= Features::SPACE_RUN.0;
    }
    if a == b' ' && cb & STOP != 0 {
        bits |= Features::SPACE_STOP.0;
    }
    if ca & OPEN != 0 && b == b' ' || a == b' ' && cb & CLOSE != 0 {
        bits |= Features::SPACE_BRACKET.0;
    }
    if ca & STOP != 0 && cb & STOP != 0 {
        bits |= Features::STOP_RUN.0;
    }
    if ca & (QUOTE | TICK) != 0 && cb & (QUOTE | TICK) != 0 {
        bits |= Features::QUOTE_RUN.0;
    }
    if a == b'-' && b == b'-' {
        bits |= Features::HYPHEN_RUN.0;
    }
    bits
}

/// Bytes looked at in one step; a multiple of every vector length.
const LANES: usize = 32;

pub(super) fn inner_any(bytes: &[u8]) -> u32 {
    match *bytes {
        [] => 0,
        [only] => alone(only),
        [first, .., last] => {
            let pairs = pair(first, bytes[1]) | pair(bytes[bytes.len() - 2], last);
            alone(first) | alone(last) | pairs | middle(bytes)
        }
    }
}

/// What all bytes but the first and the last say, with both their neighbours.
fn middle(bytes: &[u8]) -> u32 {
    let n = bytes.len();
    if n < 3 {
        return 0;
    }
    let mut seen = Seen { low: [0; LANES], high: [0; LANES] };
    if n < LANES + 2 {
        // Padded with a byte that says nothing, beside any neighbour.
        let mut padded = [b'#'; LANES + 2];
        padded[..n].copy_from_slice(bytes);
        seen.step(&padded);
        return seen.features();
    }
    let mut at = 0;
    while at + LANES + 2 <= n {
        seen.step(bytes[at..at + LANES + 2].try_into().expect("of that length"));
        at += LANES;
    }
    // The rest, with some bytes seen twice: to see one twice changes nothing.
    seen.step(bytes[n - LANES - 2..].try_into().expect("of that length"));
    seen.features()
}

/// What was seen in each lane: eight features a byte, two bytes a lane. Written so that the
/// compiler turns it into vector instructions.
struct Seen {
    low: [u8; LANES],
    high: [u8; LANES],
}

/// The features of the bits of `Seen::low`, and of `Seen::high`.
const LOW: [Features; 8] = [
    Features::CONTROL,
    Features::TAB,
    Features::AMPERSAND,
    Features::SPACE_RUN,
    Features::SPACE_STOP,
    Features::SPACE_BRACKET,
    Features::STOP_RUN,
    Features::QUOTE_RUN,
];
const HIGH: [Features; 8] = [
    Features::QUOTE_GLUED,
    Features::QUOTE_LOOSE,
    Features::BACKSLASH,
    Features::QUOTE_STRAIGHT,
    Features::HYPHEN_RUN,
    Features::NON_ASCII,
    Features::BACKTICK,
    Features::PERCENT,
];

impl Seen {
    /// Looks at the `LANES` bytes between the first and the last of `w`.
    #[inline(always)]
    fn step(&mut self, w: &[u8; LANES + 2]) {
        let prev: &[u8; LANES] = w[..LANES].try_into().expect("of that length");
        let this: &[u8; LANES] = w[1..=LANES].try_into().expect("of that length");
        let next: &[u8; LANES] = w[2..].try_into().expect("of that length");
        for i in 0..LANES {
            let (p, c, n) = (prev[i], this[i], next[i]);
            let is = |x: bool, bit: u8| if x { bit } else { 0 };
            // Pairs that differ in one bit: `,.` `:;` `[{` `]}`.
            let stop = |b: u8| (b | 2 == b'.') | (b | 1 == b';') | (b == b'!') | (b == b'?');
            let quote = (c == b'"') | (c == b'\'');
            let any_quote = quote | (c == b'`');
            let next_quote = (n == b'"') | (n == b'\'') | (n == b'`');
            let c_stop = stop(c);
            let p_space = p == b' ';
            let n_space = n == b' ';
            let open = (c == b'(') | (c | 0x20 == b'{');
            let close = (c == b')') | (c | 0x20 == b'}');
            self.low[i] |= is((c < 0x20) & (c != b'\t') | (c == 0x7F), 1)
                | is(c == b'\t', 2)
                | is(c == b'&', 4)
                | is((c == b' ') & n_space, 8)
                | is(c_stop & p_space, 16)
                | is(open & n_space | close & p_space, 32)
                | is(c_stop & stop(n), 64)
                | is(any_quote & next_quote, 128);
            self.high[i] |= is(quote & stop(p) & (n >= b'0'), 1)
                | is(quote & p_space & n_space, 2)
                | is(c == b'\\', 4)
                | is(quote, 8)
                | is((c == b'-') & (n == b'-'), 16)
                | is(c >= 0x80, 32)
                | is(c == b'`', 64)
                | is(c == b'%', 128);
        }
    }

    #[inline(always)]
    fn features(&self) -> u32 {
        let or = |lanes: &[u8; LANES]| lanes.iter().fold(0u8, |a, &b| a | b);
        let (low, high) = (or(&self.low), or(&self.high));
        let mut bits = 0;
        for i in 0..8 {
            bits |= if low >> i & 1 == 1 { LOW[i].0 } else { 0 };
            bits |= if high >> i & 1 == 1 { HIGH[i].0 } else { 0 };
        }
        bits
    }
}
