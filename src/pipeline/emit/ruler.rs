//! Lines and columns of places.

/// Line and column of a place of a text, found by going on from the last.
#[derive(Default)]
pub(in crate::pipeline) struct Ruler {
    at: usize,
    line: u64,
    column: u64,
    /// The first newline from there on, once looked for.
    newline: Option<usize>,
}

impl Ruler {
    /// For a text before which there are `line` lines.
    pub(super) fn from_line(line: u64) -> Self {
        Ruler { line, ..Ruler::default() }
    }

    /// Line and column of where it has come.
    pub(super) fn here(&self) -> (u64, u64) {
        (self.line + 1, self.column + 1)
    }

    /// Line and column (characters), from 1, of byte `to` of `text`.
    pub(in crate::pipeline) fn go(&mut self, text: &str, to: usize) -> (u64, u64) {
        if to > self.at {
            let find = |at: usize| memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(usize::MAX, |i| at + i);
            let mut newline = self.newline.unwrap_or_else(|| find(self.at));
            while newline < to {
                self.line += 1;
                self.column = 0;
                self.at = newline + 1;
                newline = find(self.at);
            }
            self.newline = Some(newline);
            self.column += text[self.at..to].chars().count() as u64;
            self.at = to;
        }
        self.here()
    }
}
