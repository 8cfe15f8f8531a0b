//! One spelling for each character: NFC, Latin ligatures and digraphs taken apart, full width
//! Latin folded, line and paragraph separators made line ends.
//!
//! It settles because each edit lowers the number of characters that are not in their settled
//! form, and none makes a new one: NFC of NFC is itself, and no replacement holds a ligature, a
//! full width form or a separator.
//!
//! It refuses: CJK compatibility ideographs (NFC would merge names that their bearers tell apart),
//! any width in a line that holds CJK, half width kana, ligatures that stand alone (a text about
//! them), and `ŉ`, which Afrikaans writes on purpose.

mod nfc;
pub(crate) mod script;
mod width;

use self::script::is_latin;
use super::Stage;
use crate::edit::{EditSink, RuleId};
use crate::features::Features;
use crate::options::Options;
use crate::rule::RuleSet;

/// The stage.
pub(crate) struct Unicode {
    nfc: RuleId,
    ligature: RuleId,
    digraph: RuleId,
    width: RuleId,
    line_separator: RuleId,
    paragraph_separator: RuleId,
    with_nfc: bool,
    with_ligatures: bool,
    with_width: bool,
}

impl Unicode {
    /// With the ids of `rules` and what `options` ask for.
    pub(crate) fn new(rules: &RuleSet, options: &Options) -> Self {
        Unicode {
            nfc: rules.id("unicode.nfc"),
            ligature: rules.id("unicode.ligature"),
            digraph: rules.id("unicode.digraph"),
            width: rules.id("unicode.full-width"),
            line_separator: rules.id("unicode.line-separator"),
            paragraph_separator: rules.id("unicode.paragraph-separator"),
            with_nfc: options.unicode_nfc,
            with_ligatures: options.unicode_ligatures,
            with_width: options.unicode_width,
        }
    }

    /// Ligatures, digraphs and separators: one character each, told by itself and its neighbours.
    fn singles(&self, line: &str, sink: &mut EditSink) {
        let bytes = line.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            // Leads of all that is looked for: U+0132 to U+01F3, U+2028 and U+2029, U+FB00 to U+FB06.
            if !matches!(bytes[i], 0xC4 | 0xC7 | 0xE2 | 0xEF) {
                i += 1;
                continue;
            }
            let Some(c) = line[i..].chars().next() else { break };
            let end = i + c.len_utf8();
            match c {
                '\u{2028}' => sink.replace(i..end, "\n", self.line_separator),
                '\u{2029}' => sink.replace(i..end, "\n\n", self.paragraph_separator),
                _ if self.with_ligatures => {
                    if let Some((new, is_ligature)) = taken_apart(c)
                        && (!is_ligature || in_word(line, i, end))
                    {
                        sink.replace(i..end, new, if is_ligature { self.ligature } else { self.digraph });
                    }
                }
                _ => {}
            }
            i = end;
        }
    }
}

/// The letters of a ligature or digraph, and whether it is a mere ligature.
fn taken_apart(c: char) -> Option<(&'static str, bool)> {
    Some(match c {
        '\u{FB00}' => ("ff", true),
        '\u{FB01}' => ("fi", true),
        '\u{FB02}' => ("fl", true),
        '\u{FB03}' => ("ffi", true),
        '\u{FB04}' => ("ffl", true),
        '\u{FB05}' | '\u{FB06}' => ("st", true),
        '\u{132}' => ("IJ", false),
        '\u{133}' => ("ij", false),
        '\u{1C4}' => ("DŽ", false),
        '\u{1C5}' => ("Dž", false),
        '\u{1C6}' => ("dž", false),
        '\u{1C7}' => ("LJ", false),
        '\u{1C8}' => ("Lj", false),
        '\u{1C9}' => ("lj", false),
        '\u{1CA}' => ("NJ", false),
        '\u{1CB}' => ("Nj", false),
        '\u{1CC}' => ("nj", false),
        '\u{1F1}' => ("DZ", false),
        '\u{1F2}' => ("Dz", false),
        '\u{1F3}' => ("dz", false),
        _ => return None,
    })
}

/// Whether a letter of the Latin script, or another ligature, stands at either side.
fn in_word(line: &str, start: usize, end: usize) -> bool {
    let part = |c: char| is_latin(c) || matches!(c, '\u{FB00}'..='\u{FB06}');
    line[..start].chars().next_back().is_some_and(part) || line[end..].chars().next().is_some_and(part)
}

impl Stage for Unicode {
    fn id(&self) -> &'static str {
        "unicode"
    }

    fn needs(&self) -> Features {
        let mut needs = Features::LINE_SEPARATOR;
        if self.with_nfc {
            needs = needs | Features::NOT_NFC;
        }
        if self.with_ligatures {
            needs = needs | Features::LIGATURE;
        }
        if self.with_width {
            needs = needs | Features::WIDTH;
        }
        needs
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        if self.with_nfc {
            nfc::edit(line, sink, self.nfc);
        }
        self.singles(line, sink);
        if self.with_width {
            width::edit(line, sink, self.width);
        }
    }
}

#[cfg(test)]
mod tests;
