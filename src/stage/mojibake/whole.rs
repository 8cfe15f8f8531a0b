//! UTF-8 that was read as an encoding of East Asia: a few characters tell whether it may be.

use super::hints::is_eastern;
use super::pairs::ENCODERS;

/// How many characters of East Asia tell whether there is more to a line.
const FEW: usize = 6;

/// A character's bytes in each encoding, and how many; none: it is not in it.
#[derive(Clone, Copy)]
struct Known {
    char: char,
    bytes: [([u8; 4], u8); ENCODINGS],
}

const ENCODINGS: usize = 5;

impl Known {
    fn of(char: char) -> Known {
        let mut buffer = [0; 4];
        let text = char.encode_utf8(&mut buffer);
        let bytes = std::array::from_fn(|i| {
            let (raw, _, bad) = ENCODERS[i].codec.encode(text);
            let mut bytes = [0; 4];
            let fits = !bad && raw.len() <= bytes.len();
            let len = if fits { raw.len() } else { 0 };
            bytes[..len].copy_from_slice(&raw[..len]);
            (bytes, len as u8)
        });
        Known { char, bytes }
    }
}

/// What is known of characters.
pub(super) struct Whole(Vec<Known>);

impl Whole {
    /// Room for so many characters.
    pub(super) fn new(count: usize) -> Whole {
        Whole(vec![Known { char: '\0', bytes: [([0; 4], 0); ENCODINGS] }; count])
    }

    /// Whether the first characters of East Asia in `line` are UTF-8 in one of its encodings.
    pub(super) fn is_whole(&mut self, line: &str) -> bool {
        let Some(start) = line.find(is_eastern) else { return false };
        let mut all = [[0; 4 * FEW]; ENCODINGS];
        let mut lens = [0; ENCODINGS];
        let mut may = [true; ENCODINGS];
        for c in line[start..].chars().take(FEW).take_while(|&c| is_eastern(c)) {
            let at = c as usize % self.0.len();
            let slot = &mut self.0[at];
            if slot.char != c {
                *slot = Known::of(c);
            }
            for (i, (bytes, len)) in slot.bytes.iter().enumerate() {
                all[i][lens[i]..lens[i] + 4].copy_from_slice(bytes);
                lens[i] += usize::from(*len);
                may[i] &= *len > 0;
            }
        }
        // One broken sequence at most.
        let broken = |i: usize| all[i][..lens[i]].utf8_chunks().filter(|c| !c.invalid().is_empty()).nth(1).is_some();
        (0..ENCODINGS).any(|i| may[i] && !broken(i))
    }
}
