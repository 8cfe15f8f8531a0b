//! The normalised key of a line: what line rules match against, so that patterns need no `(?i)`,
//! no `\w`, no `\b` and survive curly quotes.

/// A line, case folded, with digits as `0`, every kind of space as one plain space, quotes
/// straight, dashes as `-`, `…` as `...`, and no space at either end.
#[derive(Default)]
pub(crate) struct Key {
    text: String,
    /// For each byte of `text`, and one past it: the byte of the line that it stands for.
    at: Vec<u32>,
}

impl Key {
    /// Makes this the key of `line`.
    pub(crate) fn set(&mut self, line: &str) {
        self.text.clear();
        self.at.clear();
        let mut end = 0;
        for (i, c) in line.char_indices() {
            let before = self.text.len();
            match c {
                'A'..='Z' => self.text.push(c.to_ascii_lowercase()),
                '0'..='9' => self.text.push('0'),
                '!'..='~' => self.text.push(c),
                c if is_space(c) => {
                    if before > 0 && !self.text.ends_with(' ') {
                        self.text.push(' ');
                    }
                }
                '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{B4}' => self.text.push('\''),
                '\u{201C}'..='\u{201F}' | '\u{AB}' | '\u{BB}' | '\u{2033}' => self.text.push('"'),
                '\u{2010}'..='\u{2015}' => self.text.push('-'),
                '\u{2026}' => self.text.push_str("..."),
                // U+212A (kelvin) and U+0130 fold to ASCII, which gates, blind to case beyond
                // ASCII, would not see.
                '\u{212A}' | '\u{130}' => self.text.push(c),
                c => self.text.extend(c.to_lowercase()),
            }
            self.at.resize(self.text.len(), i as u32);
            if !is_space(c) {
                end = i + c.len_utf8();
            }
        }
        if self.text.ends_with(' ') {
            self.text.pop();
            self.at.pop();
        }
        self.at.push(end as u32);
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the line that the bytes `span` of the key stand for.
    pub(crate) fn span_in_line(&self, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let start = self.at[span.start] as usize;
        start..(self.at[span.end] as usize).max(start)
    }
}

/// Whether `c`, beyond ASCII, is written in ASCII in a key.
pub(super) fn becomes_ascii(c: char) -> bool {
    is_space(c) || matches!(c, '\u{B4}' | '\u{AB}' | '\u{BB}' | '\u{2010}'..='\u{2033}')
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{180E}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_maps_back() {
        let line = "  “READ\u{A0} More”: 3 Ärzte… ";
        let mut k = Key::default();
        k.set(line);
        assert_eq!(k.text(), "\"read more\": 0 ärzte...");
        let at = k.text().find("more").expect("there");
        assert_eq!(&line[k.span_in_line(at..at + 4)], "More");
        assert_eq!(&line[k.span_in_line(0..k.text().len())], line.trim());
    }

    #[test]
    fn what_becomes_ascii_is_known() {
        let mut k = Key::default();
        for c in (0x80..=0x10_FFFF).filter_map(char::from_u32) {
            k.set(&format!("a{c}a"));
            assert!(!k.text().is_ascii() || becomes_ascii(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn empty() {
        let mut k = Key::default();
        k.set(" \u{A0} ");
        assert_eq!(k.text(), "");
        assert_eq!(k.span_in_line(0..0), 0..0);
    }
}
