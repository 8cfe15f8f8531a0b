//! Lines and columns of places.

use crate::features::chars_in;

/// Line and column of a place of a text, found by going on from the last.
#[derive(Default)]
pub(in crate::pipeline) struct Ruler {
    at: usize,
    line: u64,
    column: u64,
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
        let passed = text.as_bytes().get(self.at..to).unwrap_or_default();
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            let before = memchr::memchr_iter(b'\n', &passed[..last]).count() as u64;
            self.skip_to(self.at + last + 1, self.line + before + 1);
        }
        self.go_on(text, to)
    }

    /// Goes on to the start of a line, before which there are `line`, unless it has come as far.
    pub(super) fn skip_to(&mut self, start: usize, line: u64) {
        if start > self.at {
            *self = Ruler { at: start, line, column: 0 };
        }
    }

    /// The same as [`Ruler::go`], where no line ends before `to`.
    pub(super) fn go_on(&mut self, text: &str, to: usize) -> (u64, u64) {
        if to > self.at {
            self.column += chars_in(&text.as_bytes()[self.at..to]) as u64;
            self.at = to;
        }
        self.here()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_lines_and_columns() {
        let text = format!("é☃a\n\n{}\nend\n\n", "ö".repeat(700));
        for step in 1..9 {
            let mut ruler = Ruler::from_line(2);
            for to in (0..=text.len()).step_by(step).filter(|&to| text.is_char_boundary(to)) {
                let line = text[..to].matches('\n').count() as u64 + 3;
                let column = text[..to].chars().rev().take_while(|&c| c != '\n').count() as u64 + 1;
                assert_eq!(ruler.go(&text, to), (line, column));
                assert_eq!(ruler.go(&text, to / 2), (line, column), "never back");
            }
        }
    }
}
