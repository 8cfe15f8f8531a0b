//! What a run does beside its rules: every option with its type. `config` fills it in.

/// Which quotation marks English text is written with; apart from the repair of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteStyle {
    /// As they are.
    Keep,
    /// `"` and `'`.
    Straight,
    /// `“…”` and `‘…’`, apostrophe `’`.
    Curly,
}

/// What becomes of controls that reorder text (U+202A to U+202E, U+2066 to U+2069 and the marks).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bidi {
    /// A finding.
    Flag,
    /// Removed.
    Remove,
}

/// What becomes of dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dashes {
    /// As they are.
    Keep,
    /// Every en, em and other dash becomes `-`, with its spaces.
    Hyphen,
    /// ` - `, ` -- ` and `--` between words become ` — ` or `—`.
    Em,
}

/// What becomes of ellipses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ellipsis {
    /// As they are.
    Keep,
    /// `…` becomes `...`.
    Dots,
    /// `...` becomes `…`.
    Char,
}

/// How white space within and around a line is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Indentation, tabs, runs of spaces within a line, Markdown's two trailing spaces and French
    /// no-break spaces stay; other trailing white space goes.
    Keep,
    /// Running text: single spaces, no indentation, no trailing space.
    Prose,
}

/// How lines end in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// As most lines of the document do.
    Keep,
    /// `\n`.
    Lf,
    /// `\r\n`.
    Crlf,
}

/// Every option of a run, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `quotes.style`
    pub quotes_style: QuoteStyle,
    /// `controls.bidi`
    pub controls_bidi: Bidi,
    /// `unicode.nfc`: normalise to NFC.
    pub unicode_nfc: bool,
    /// `unicode.ligatures`: take Latin ligatures apart.
    pub unicode_ligatures: bool,
    /// `unicode.width`: fold full and half width forms outside CJK context.
    pub unicode_width: bool,
    /// `punctuation.dashes`
    pub punctuation_dashes: Dashes,
    /// `punctuation.ellipsis`
    pub punctuation_ellipsis: Ellipsis,
    /// Whether readings between legacy encodings are weighed, which takes its time: where the level
    /// lets them act, or a rule for them was enabled.
    pub mojibake_legacy: bool,
    /// `whitespace.layout`
    pub whitespace_layout: Layout,
    /// `whitespace.blank_lines`: how many blank lines in a row may stay.
    pub whitespace_blank_lines: u32,
    /// `guard.max_loss`: the share of its words, in percent, that a document may lose with its lines;
    /// 0 or 100: all of them.
    pub guard_max_loss: u32,
    /// `whitespace.unwrap`: join lines that a wrapper broke.
    pub whitespace_unwrap: bool,
    /// `whitespace.hyphens`: make words whole that a wrapper parted with a hyphen.
    pub whitespace_hyphens: bool,
    /// `boilerplate.judge`: judge the lines of whole pages.
    pub boilerplate_judge: bool,
    /// `boilerplate.min_confidence`: how sure, in percent, the judge must be to drop a line.
    pub boilerplate_min_confidence: u32,
    /// `decode.newline`
    pub newline: Newline,
    /// `decode.bom`: keep a BOM in the output where the input had one.
    pub keep_bom: bool,
}

impl Default for Options {
    /// What profile `news` sets.
    fn default() -> Self {
        Options {
            quotes_style: QuoteStyle::Straight,
            controls_bidi: Bidi::Flag,
            unicode_nfc: true,
            unicode_ligatures: true,
            unicode_width: true,
            punctuation_dashes: Dashes::Keep,
            punctuation_ellipsis: Ellipsis::Keep,
            mojibake_legacy: true,
            whitespace_layout: Layout::Prose,
            whitespace_blank_lines: 1,
            guard_max_loss: 60,
            whitespace_unwrap: false,
            whitespace_hyphens: false,
            boilerplate_judge: false,
            boilerplate_min_confidence: 50,
            newline: Newline::Lf,
            keep_bom: false,
        }
    }
}
