//! Coarse classes of characters by script, for stages whose answer hangs on the neighbours.
//!
//! They are ranges of whole blocks, on the generous side: a class that guards a character from
//! change may hold too much and never too little.

/// Ideographs, kana, hangul, bopomofo, Yi and the punctuation that goes with them. The full width
/// forms of Latin letters and the ideographic space are not among them: they prove nothing.
pub(crate) fn is_cjk(c: char) -> bool {
    if c < '\u{1100}' {
        return false;
    }
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{2FFF}' | '\u{3001}'..='\u{A4CF}' | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF61}'..='\u{FFDC}'
        | '\u{16FE0}'..='\u{18CFF}' | '\u{1AFF0}'..='\u{1B2FF}' | '\u{1F200}'..='\u{1F2FF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Scripts that write their words without spaces between them.
pub(crate) fn is_unspaced(c: char) -> bool {
    if c < '\u{E00}' {
        return false;
    }
    is_cjk(c)
        || matches!(c,
            '\u{E00}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{1950}'..='\u{19FF}' | '\u{1A20}'..='\u{1AAF}'
            | '\u{1B00}'..='\u{1B7F}' | '\u{3000}' | '\u{A980}'..='\u{A9FF}' | '\u{AA60}'..='\u{AADF}')
}

/// Scripts in which letters join or stack, so that a joiner or non-joiner changes what is read.
pub(crate) fn takes_joiners(c: char) -> bool {
    if c < '\u{590}' {
        return false;
    }
    matches!(c,
        '\u{590}'..='\u{109F}' | '\u{1700}'..='\u{1CFF}' | '\u{A800}'..='\u{A8FF}' | '\u{A930}'..='\u{AAFF}'
        | '\u{ABC0}'..='\u{ABFF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{11FFF}'
        | '\u{16D40}'..='\u{16D7F}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Scripts written from right to left.
pub(crate) fn is_rtl(c: char) -> bool {
    if c < '\u{590}' {
        return false;
    }
    matches!(c,
        '\u{590}'..='\u{61B}' | '\u{61D}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Characters that can stand in an emoji sequence.
pub(crate) fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}'
        | '\u{2300}'..='\u{23FF}' | '\u{24C2}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Letters of the Latin script.
pub(crate) fn is_latin(c: char) -> bool {
    match c {
        'A'..='Z' | 'a'..='z' | '\u{AA}' | '\u{BA}' => true,
        '\u{C0}'..='\u{24F}' => c != '\u{D7}' && c != '\u{F7}',
        _ => {
            matches!(c, '\u{250}'..='\u{2AF}' | '\u{1E00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A720}'..='\u{A7FF}' | '\u{AB30}'..='\u{AB6F}')
        }
    }
}

/// Spaces of any width, tab among them; not the zero width ones.
pub(crate) fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{A0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}
