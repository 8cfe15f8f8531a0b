//! The one scan: what bytes a line holds, as a bitset that decides which stages wake.
//!
//! A feature may be set for a line that lacks it (the scan works in chunks, and a chunk may reach
//! into the next line), but never be missing: gates have no false negatives (law 4), and no
//! behaviour may depend on a bit being absent.

mod nfc;
#[cfg(target_arch = "x86_64")]
mod wide;
#[cfg(target_arch = "x86_64")]
mod wider;

use std::ops::BitOr;
use std::sync::OnceLock;

/// A set of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Features(pub u32);

macro_rules! features {
    ($($(#[doc = $doc:literal])* $name:ident = $bit:literal;)*) => {
        impl Features {
            /// No feature: a stage that needs none of them never runs.
            pub const NONE: Features = Features(0);
            /// Every feature: a gate forced open.
            pub const ALL: Features = Features(u32::MAX);
            $($(#[doc = $doc])* pub const $name: Features = Features(1 << $bit);)*
        }
    };
}

features! {
    /// A C0 control other than tab and newline, or DEL.
    CONTROL = 0;
    /// A tab.
    TAB = 1;
    /// `&`.
    AMPERSAND = 2;
    /// Two spaces in a row.
    SPACE_RUN = 3;
    /// A space or tab at the start or end of the line.
    SPACE_EDGE = 4;
    /// A space before one of `.,;:!?`.
    SPACE_STOP = 5;
    /// A space after an opening or before a closing bracket, `()[]{}`.
    SPACE_BRACKET = 6;
    /// One of `.,;:!?` twice in a row.
    STOP_RUN = 7;
    /// Two of `"'` and backtick in a row.
    QUOTE_RUN = 8;
    /// One of `"'`, backtick or `[` at the start of the line, or one of `"']` or backtick at its end.
    QUOTE_EDGE = 9;
    /// One of `"'` after one of `.,;:!?` and before a byte of 30 to FF: a letter, a digit and more.
    QUOTE_GLUED = 10;
    /// One of `"'` between two spaces, or between a space and the start or end of the line.
    QUOTE_LOOSE = 11;
    /// A backslash.
    BACKSLASH = 12;
    /// A straight quote, `"` or `'`.
    QUOTE_STRAIGHT = 13;
    /// Two hyphens in a row.
    HYPHEN_RUN = 14;
    /// A backtick.
    BACKTICK = 15;
    /// A percent sign.
    PERCENT = 27;
    /// Any byte of 80 to FF: the line is not ASCII.
    NON_ASCII = 16;
    /// U+0080 to U+009F.
    C1 = 17;
    /// U+2018 to U+201F, U+02BC, U+00B4, or U+FF02, U+FF07: a quotation mark that is neither ASCII nor guillemet.
    CURLY = 18;
    /// A space that is not U+0020: U+00A0, U+1680, U+2000 to U+200A, U+202F, U+205F, U+3000, U+180E, U+2800.
    EXOTIC_SPACE = 19;
    /// Invisible: U+00AD, U+034F, U+061C, U+115F, U+1160, U+17B4, U+17B5, U+180B to U+180F, U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F, U+3164, U+FE00 to U+FE0F, U+FEFF, U+FFA0, U+FFF0 to U+FFFF, all of planes 14 to 16, private use
    /// and noncharacters.
    INVISIBLE = 20;
    /// U+2028 or U+2029.
    LINE_SEPARATOR = 21;
    /// A character that NFC may change or that may combine with the one before.
    NOT_NFC = 22;
    /// A ligature or digraph of the Latin script: U+0132, U+0133, U+0149, U+01C4 to U+01CC, U+01F1 to U+01F3, U+FB00 to U+FB06.
    LIGATURE = 23;
    /// U+FF00 to U+FFEF, full and half width forms, or U+3000.
    WIDTH = 24;
    /// Two characters of U+0080 and above in a row, or one of U+00C2, U+00C3 and U+00E2 before a
    /// space or `"`: what mojibake needs.
    NON_ASCII_RUN = 25;
    /// U+3400 to U+9FFF or U+AC00 to U+D7A3: what UTF-8 read as an encoding of East Asia is full of.
    IDEOGRAPH = 28;
    /// An en, em or other dash, U+2010 to U+2015, or U+2026, the ellipsis.
    DASH = 26;
}

impl Features {
    /// Whether the two sets share a feature.
    pub fn meets(self, needs: Features) -> bool {
        self.0 & needs.0 != 0
    }
}

impl BitOr for Features {
    type Output = Features;
    fn bitor(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }
}

impl Features {
    /// Union, in constants.
    pub const fn or(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }
}

impl Features {
    /// The features of one line, which holds no `\n`.
    pub fn of_line(line: &str) -> Features {
        let bytes = line.as_bytes();
        let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return Features::NONE };
        let inner = inner(bytes);
        let beyond = if inner & Features::NON_ASCII.0 != 0 { beyond(line) } else { 0 };
        Features(edges(bytes, first, last) | inner | beyond)
    }
}

/// A line of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lined {
    /// The byte of the text that it ends before, its `\n` aside.
    pub end: u32,
    /// What it holds.
    pub features: Features,
}

impl Lined {
    /// Finds all lines of `text`, which has less than 4 GiB, into `lines`.
    pub fn all(text: &str, lines: &mut Vec<Lined>) {
        lines.clear();
        let mut start = 0;
        each_line(text, |end, says| {
            let line = &text[start..end];
            start = end + 1;
            let mut features = Features::NONE;
            if let (Some(&first), Some(&last)) = (line.as_bytes().first(), line.as_bytes().last()) {
                features = Features(edges(line.as_bytes(), first, last) | says);
            }
            lines.push(Lined { end: end as u32, features });
        });
    }
}

const STOP: u8 = 1;
const QUOTE: u8 = 2;
const TICK: u8 = 4;
const SPACE: u8 = 8;
const OPEN: u8 = 16;
const CLOSE: u8 = 32;

/// What single bytes are, for the ends of a line.
fn class(b: u8) -> u8 {
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

const fn class_of(b: u8) -> u8 {
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
const fn alone(b: u8) -> u32 {
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
fn edges(bytes: &[u8], first: u8, last: u8) -> u32 {
    let mut bits = EDGES[0][usize::from(first)] | EDGES[1][usize::from(last)];
    if bits & Features::QUOTE_EDGE.0 != 0
        && let [_, .., _] = *bytes
        && (class(first) & QUOTE != 0 && bytes[1] == b' ' || class(last) & QUOTE != 0 && bytes[bytes.len() - 2] == b' ')
    {
        bits |= Features::QUOTE_LOOSE.0;
    }
    bits
}

/// What two neighbours say; the slow and plain form of what [`middle`] does for many at once.
fn pair(a: u8, b: u8) -> u32 {
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

/// What all bytes say, each with its neighbours.
fn inner(bytes: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function was compiled for.
        #[allow(unsafe_code)]
        return unsafe { wide::scan(bytes) };
    }
    inner_any(bytes)
}

/// Calls `each` with where each line of `text` ends, and what [`inner`] and [`beyond`] say of it.
fn each_line(text: &str, mut each: impl FnMut(usize, u32)) {
    let bytes = text.as_bytes();
    #[cfg(target_arch = "x86_64")]
    if wider::here() {
        // SAFETY: the processor has what the function was compiled for.
        #[allow(unsafe_code)]
        return unsafe { wider::lines(bytes, table(), each) };
    }
    let mut start = 0;
    let mut with_beyond = |end: usize, inner: u32| {
        let beyond = if inner & Features::NON_ASCII.0 != 0 { beyond(&text[start..end]) } else { 0 };
        start = end + 1;
        each(end, inner | beyond);
    };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: as above.
        #[allow(unsafe_code)]
        return unsafe { wide::lines(bytes, with_beyond) };
    }
    let mut from = 0;
    let last = bytes.last().is_some_and(|&b| b != b'\n').then_some(bytes.len());
    for end in memchr::memchr_iter(b'\n', bytes).chain(last) {
        with_beyond(end, inner_any(&bytes[from..end]));
        from = end + 1;
    }
}

fn inner_any(bytes: &[u8]) -> u32 {
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

/// Lowest bit of the features that single characters of U+0080 and above bear.
const CHAR_SHIFT: u32 = 17;

/// Features of single characters: code points, both ends included.
#[rustfmt::skip]
const CHARS: &[(u32, u32, Features)] = &[
    (0x80, 0x9F, Features::C1),
    (0x2018, 0x201F, Features::CURLY), (0x2BC, 0x2BC, Features::CURLY), (0xB4, 0xB4, Features::CURLY),
    (0xFF02, 0xFF02, Features::CURLY), (0xFF07, 0xFF07, Features::CURLY),
    (0xA0, 0xA0, Features::EXOTIC_SPACE), (0x1680, 0x1680, Features::EXOTIC_SPACE),
    (0x180E, 0x180E, Features::EXOTIC_SPACE), (0x2000, 0x200A, Features::EXOTIC_SPACE),
    (0x202F, 0x202F, Features::EXOTIC_SPACE), (0x205F, 0x205F, Features::EXOTIC_SPACE),
    (0x2800, 0x2800, Features::EXOTIC_SPACE), (0x3000, 0x3000, Features::EXOTIC_SPACE.or(Features::WIDTH)),
    (0xAD, 0xAD, Features::INVISIBLE), (0x34F, 0x34F, Features::INVISIBLE), (0x61C, 0x61C, Features::INVISIBLE),
    (0x115F, 0x1160, Features::INVISIBLE), (0x17B4, 0x17B5, Features::INVISIBLE),
    (0x180B, 0x180F, Features::INVISIBLE), (0x200B, 0x200F, Features::INVISIBLE),
    (0x202A, 0x202E, Features::INVISIBLE), (0x2060, 0x206F, Features::INVISIBLE),
    (0x3164, 0x3164, Features::INVISIBLE), (0xE000, 0xF8FF, Features::INVISIBLE),
    (0xFDD0, 0xFDEF, Features::INVISIBLE), (0xFE00, 0xFE0F, Features::INVISIBLE),
    (0xFEFF, 0xFEFF, Features::INVISIBLE), (0xFFA0, 0xFFA0, Features::INVISIBLE),
    (0xFFF0, 0xFFFF, Features::INVISIBLE), (0xE0000, 0x10FFFF, Features::INVISIBLE),
    (0x2028, 0x2029, Features::LINE_SEPARATOR),
    (0x132, 0x133, Features::LIGATURE), (0x149, 0x149, Features::LIGATURE), (0x1C4, 0x1CC, Features::LIGATURE),
    (0x1F1, 0x1F3, Features::LIGATURE), (0xFB00, 0xFB06, Features::LIGATURE),
    (0xFF00, 0xFFEF, Features::WIDTH),
    (0x3400, 0x9FFF, Features::IDEOGRAPH), (0xAC00, 0xD7A3, Features::IDEOGRAPH),
    (0x2010, 0x2015, Features::DASH), (0x2026, 0x2026, Features::DASH),
];

/// For each block of 64 code points its row of `rows`; row 0 says nothing.
struct Table {
    block: Vec<u8>,
    rows: Vec<[u16; 64]>,
    /// For each first byte of which no character says anything by itself: how many bytes its
    /// characters have.
    quiet: [u8; 256],
    /// All others.
    #[cfg(target_arch = "x86_64")]
    loud: Loud,
}

/// First bytes, C2 to F4, some of whose characters say something by themselves.
#[cfg(target_arch = "x86_64")]
#[derive(Default)]
struct Loud {
    /// Classes by the high half of a first byte, and by its low half: it has those that both give it.
    first: [[u8; 16]; 2],
    /// Classes that a second byte allows for, by its high half.
    second: [u8; 16],
    /// What all characters of the class [`Loud::ALIKE`] say.
    alike: u16,
}

#[cfg(target_arch = "x86_64")]
impl Loud {
    /// The class of those whose characters all say the same.
    const ALIKE: u8 = 0x80;
    /// The class of those of two bytes of which only the second bytes 80 to 8F matter.
    const LOW: u8 = 0x40;

    fn new(block: &[u8], rows: &[[u16; 64]]) -> Loud {
        let mut l = Loud::default();
        l.second[8..12].fill(!Self::LOW);
        l.second[8] = u8::MAX;
        for lead in 0xC2..=0xF4 {
            let class = match lead {
                0xC2..=0xDF => {
                    let row = rows[usize::from(block[lead & 0x1F])];
                    match row.iter().rposition(|&f| f != 0) {
                        None => continue,
                        Some(..0x10) if lead < 0xD0 => Self::LOW,
                        Some(_) => 1 << (lead >> 4 & 3),
                    }
                }
                0xE0..=0xEF => {
                    let blocks = &block[(lead & 0xF) << 6..][..64];
                    let [first, ..] = rows[usize::from(blocks[0])];
                    if blocks.iter().all(|&row| row == 0) {
                        continue;
                    }
                    let alike = blocks.iter().all(|&row| rows[usize::from(row)] == [first; 64]);
                    if alike && (l.alike == 0 || l.alike == first) {
                        l.alike = first;
                        Self::ALIKE
                    } else {
                        1 << (lead >> 4 & 3)
                    }
                }
                _ => 1 << (lead >> 4 & 3),
            };
            l.first[0][lead >> 4] |= class;
            l.first[1][lead & 0xF] |= class;
        }
        l
    }
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut t = Table {
            block: vec![0; 0x11_0000 / 64],
            rows: vec![[0; 64]],
            quiet: [0; 256],
            #[cfg(target_arch = "x86_64")]
            loud: Loud::default(),
        };
        let nfc = nfc::NOT_NFC.iter().map(|&(a, b)| (a, b, Features::NOT_NFC));
        // The last two code points of every plane are no characters.
        let none = (1..14).map(|plane| (plane << 16 | 0xFFFE, plane << 16 | 0xFFFF, Features::INVISIBLE));
        for (first, last, features) in CHARS.iter().copied().chain(nfc).chain(none) {
            let bits = (features.0 >> CHAR_SHIFT) as u16;
            for block in first / 64..=last / 64 {
                let (low, high) = (first.max(block * 64), last.min(block * 64 + 63));
                let mut row = t.rows[t.block[block as usize] as usize];
                (low..=high).for_each(|cp| row[cp as usize % 64] |= bits);
                // Blocks that are alike share a row.
                let at = t.rows.iter().position(|r| *r == row).unwrap_or_else(|| {
                    t.rows.push(row);
                    t.rows.len() - 1
                });
                t.block[block as usize] = u8::try_from(at).expect("few rows");
            }
        }
        for lead in 0xC2..=0xEFu8 {
            let (blocks, len) = match lead {
                ..=0xDF => (usize::from(lead & 0x1F)..usize::from(lead & 0x1F) + 1, 2),
                _ => (usize::from(lead & 0x0F) << 6..(usize::from(lead & 0x0F) + 1) << 6, 3),
            };
            if t.block[blocks].iter().all(|&row| row == 0) {
                t.quiet[usize::from(lead)] = len;
            }
        }
        #[cfg(target_arch = "x86_64")]
        {
            t.loud = Loud::new(&t.block, &t.rows);
        }
        t
    })
}

/// How many bytes from the first on are ASCII.
pub(crate) fn ascii_run(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((w, more)) = rest.split_first_chunk::<8>() {
        let beyond = u64::from_le_bytes(*w) & 0x8080_8080_8080_8080;
        if beyond != 0 {
            return bytes.len() - rest.len() + beyond.trailing_zeros() as usize / 8;
        }
        rest = more;
    }
    bytes.len() - rest.iter().skip_while(|b| b.is_ascii()).count()
}

/// Calls `hit` with each place of `bytes` that holds one of `any`, in order; for bytes of which a line
/// may hold many.
pub(crate) fn each_of<const N: usize>(bytes: &[u8], any: [u8; N], mut hit: impl FnMut(usize)) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function was compiled for.
        #[allow(unsafe_code)]
        return unsafe { wide::places(bytes, any, hit) };
    }
    bytes.iter().enumerate().filter(|(_, b)| any.contains(b)).for_each(|(at, _)| hit(at));
}

/// Whether NFC may change `c`, or `c` may combine with the character before; quick, and sometimes
/// true of others.
pub(crate) fn may_compose(c: char) -> bool {
    let mut bytes = [0; 4];
    let bytes = c.encode_utf8(&mut bytes).as_bytes();
    !c.is_ascii() && u32::from(table().at(bytes).0) << CHAR_SHIFT & Features::NOT_NFC.0 != 0
}

/// What the characters of U+0080 and above say.
fn beyond(line: &str) -> u32 {
    let table = table();
    #[cfg(target_arch = "x86_64")]
    {
        let bytes = line.as_bytes();
        if wider::here() {
            // SAFETY: the processor has what the function was compiled for.
            #[allow(unsafe_code)]
            return unsafe { wider::beyond(bytes, table) };
        }
        if is_x86_feature_detected!("avx2") {
            let mut found = 0;
            // SAFETY: as above.
            #[allow(unsafe_code)]
            let (run, alike) = unsafe { wide::beyond(bytes, &table.loud, |at| found |= table.at(&bytes[at..]).0) };
            return named(if alike { found | table.loud.alike } else { found }, run);
        }
    }
    beyond_any(line, table)
}

fn beyond_any(line: &str, table: &Table) -> u32 {
    let (mut found, mut run) = (0, false);
    let mut rest = line.as_bytes();
    // Bytes that were left where the last such character ended.
    let mut end = usize::MAX;
    loop {
        if rest.first().is_some_and(u8::is_ascii) {
            rest = &rest[ascii_run(rest)..];
        }
        if rest.is_empty() {
            return named(found, run);
        }
        let (features, len) = table.at(rest);
        found |= features;
        run |= end == rest.len() || matches!(rest, [0xC3, 0x82 | 0x83 | 0xA2, b' ' | b'"', ..]);
        rest = &rest[len..];
        end = rest.len();
    }
}

fn named(found: u16, run: bool) -> u32 {
    u32::from(found) << CHAR_SHIFT | if run { Features::NON_ASCII_RUN.0 } else { 0 }
}

impl Table {
    /// What the character of U+0080 or above says that `rest`, the end of a string, starts with, and
    /// how many bytes it has.
    #[inline]
    fn at(&self, rest: &[u8]) -> (u16, usize) {
        let (row, low, len) = match *rest {
            [lead, ..] if self.quiet[usize::from(lead)] > 0 => (0, 0, usize::from(self.quiet[usize::from(lead)])),
            [lead @ ..=0xDF, tail, ..] => (self.block[usize::from(lead & 0x1F)], tail, 2),
            [lead @ ..=0xEF, mid, tail, ..] => {
                (self.block[usize::from(lead & 0x0F) << 6 | usize::from(mid & 0x3F)], tail, 3)
            }
            [lead, a, b, tail, ..] => {
                let block = usize::from(lead & 0x07) << 12 | usize::from(a & 0x3F) << 6 | usize::from(b & 0x3F);
                (self.block[block], tail, 4)
            }
            // A string ends with a whole character.
            _ => (0, 0, rest.len()),
        };
        (self.rows[usize::from(row)][usize::from(low & 0x3F)], len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::{IsNormalized, char::canonical_combining_class, is_nfc_quick};

    /// The same, byte by byte and by the definitions.
    fn plain(line: &str) -> u32 {
        let b = line.as_bytes();
        let (Some(&first), Some(&last)) = (b.first(), b.last()) else { return 0 };
        let mut bits = edges(b, first, last);
        for w in b.windows(2) {
            bits |= pair(w[0], w[1]);
        }
        for w in b.windows(3) {
            let quote = class(w[1]) & QUOTE != 0;
            if quote && w[0] == b' ' && w[2] == b' ' {
                bits |= Features::QUOTE_LOOSE.0;
            }
            if quote && class(w[0]) & STOP != 0 && w[2] >= b'0' {
                bits |= Features::QUOTE_GLUED.0;
            }
        }
        b.iter().for_each(|&x| bits |= alone(x));
        for (c, next) in line.chars().zip(line.chars().skip(1)) {
            if !c.is_ascii() && !next.is_ascii() || matches!((c, next), ('Â' | 'Ã' | 'â', ' ' | '"')) {
                bits |= Features::NON_ASCII_RUN.0;
            }
        }
        for c in line.chars().filter(|c| !c.is_ascii()) {
            let cp = u32::from(c);
            bits |= CHARS.iter().filter(|r| (r.0..=r.1).contains(&cp)).fold(0, |a, r| a | r.2.0);
            if is_nfc_quick(std::iter::once(c)) != IsNormalized::Yes || canonical_combining_class(c) != 0 {
                bits |= Features::NOT_NFC.0;
            }
        }
        bits
    }

    #[test]
    fn every_character_that_nfc_touches_is_seen() {
        for c in (0x80..=0x10_FFFFu32).filter_map(char::from_u32) {
            let quick = is_nfc_quick(std::iter::once(c));
            if quick != IsNormalized::Yes || canonical_combining_class(c) != 0 {
                let f = Features::of_line(c.encode_utf8(&mut [0; 4]));
                assert!(f.meets(Features::NOT_NFC), "U+{:04X}", u32::from(c));
            }
        }
    }

    #[test]
    fn sound_english_wakes_nobody() {
        let line = r#"No is what she'd said; (perhaps) "it's 10,000", he thought: a-b e.g. x/y; and so on, and so on."#;
        let quiet = Features::QUOTE_STRAIGHT;
        assert_eq!(Features::of_line(line).0 & !quiet.0, 0, "{:?}", Features::of_line(line));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn each_line_by_itself(text in "[ \\n\\t\"'`.,;:!?()\\[\\]&\\\\a-c1éÂ“\u{A0}\u{1}-]{0,200}") {
            let mut lines = Vec::new();
            Lined::all(&text, &mut lines);
            let mut start = 0;
            for line in &lines {
                let end = line.end as usize;
                prop_assert_eq!(line.features, Features::of_line(&text[start..end]), "{:?}", &text[start..end]);
                start = end + 1;
            }
            prop_assert_eq!(lines.len(), text.lines().count());
        }

        /// On processors that have both.
        #[test]
        #[cfg(target_arch = "x86_64")]
        fn what_is_beyond_ascii(line in "[ \"a\u{80}-\u{3FF}ÃÂâé]{0,99}|[ a\u{2000}-\u{2100}\u{3000}-\u{A100}\u{AC00}-\u{D7FF}]{0,99}|\\PC{0,99}") {
            let (table, bytes) = (table(), line.as_bytes());
            if is_x86_feature_detected!("avx2") {
                let mut found = 0;
                // SAFETY: the processor has what the function was compiled for.
                #[allow(unsafe_code)]
                let (run, alike) = unsafe { wide::beyond(bytes, &table.loud, |at| found |= table.at(&bytes[at..]).0) };
                found |= if alike { table.loud.alike } else { 0 };
                prop_assert_eq!(named(found, run), beyond_any(&line, table));
            }
            prop_assert_eq!(beyond(&line), beyond_any(&line, table));
        }

        /// On processors that have both.
        #[test]
        #[cfg(target_arch = "x86_64")]
        fn wide_and_wider_are_the_same(text in "[ \\n\\t\"'`.,;:!?()\\[\\]&%/0\\\\a-c1éÂ“\u{A0}\u{1}\u{7F}-]{0,300}") {
            if wider::here() && is_x86_feature_detected!("avx2") {
                let (mut a, mut b, mut start) = (Vec::new(), Vec::new(), 0);
                // SAFETY: the processor has what the functions were compiled for.
                #[allow(unsafe_code)]
                unsafe {
                    wide::lines(text.as_bytes(), |end, bits| {
                        a.push((end, bits | beyond_any(&text[start..end], table())));
                        start = end + 1;
                    });
                    wider::lines(text.as_bytes(), table(), |end, bits| b.push((end, bits)));
                }
                prop_assert_eq!(a, b);
            }
        }

        #[test]
        fn each_place_of_a_few_bytes(bytes in prop::collection::vec(0u8..8, 0..200)) {
            let mut seen = Vec::new();
            each_of(&bytes, [b'#', 1, 5], |at| seen.push(at));
            let wanted: Vec<usize> = (0..bytes.len()).filter(|&i| matches!(bytes[i], b'#' | 1 | 5)).collect();
            prop_assert_eq!(seen, wanted);
        }

        #[test]
        fn nothing_is_missed(line in "[ \\t\"'`.,;:!?()\\[\\]&\\\\a-c1éÂÃâ“\u{A0}\u{301}中\u{200B}\u{1}тж·–😀\u{E000}ő-]{0,200}") {
            let plain = plain(&line);
            let fast = Features::of_line(&line).0;
            prop_assert_eq!(inner(line.as_bytes()), inner_any(line.as_bytes()), "{:?}", &line);
            prop_assert_eq!(beyond(&line), beyond_any(&line, table()));
            prop_assert_eq!(plain & !fast, 0, "missed in {:?}", &line);
            // And nothing too much.
            prop_assert_eq!(fast & !plain, 0, "too much in {:?}", &line);
        }
    }
}
