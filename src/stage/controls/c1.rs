//! C1 controls: characters of Windows-1252 that were read as Latin-1.
//!
//! They are no evidence of Windows-1252 where they give nonsense: a dagger between two letters, a
//! capital after a small letter. Then the bytes were of another code page (Mac OS Roman has its
//! accented letters there), and no C1 control of that line that stands in a word is touched.

/// The character of Windows-1252, if it has one there.
pub(super) fn windows(c: char) -> Option<char> {
    const TABLE: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”',
        '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    TABLE.get((c as usize).checked_sub(0x80)?).copied().filter(|&c| c != '\0')
}

/// Whether `c`, a C1 control, gives nonsense between `before` and `after`.
pub(super) fn is_nonsense(before: Option<char>, c: char, after: Option<char>) -> bool {
    let small = before.is_some_and(char::is_lowercase);
    let inside = before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic);
    match windows(c) {
        None => true,
        Some('Š' | 'Œ' | 'Ž' | 'Ÿ') => small,
        Some('†' | '‡' | 'ˆ' | '‰' | '‹' | '›' | '‚' | '„' | '˜' | '•' | '€' | 'ƒ') => inside,
        Some(_) => false,
    }
}

/// Whether some C1 control of `line` gives nonsense.
pub(super) fn doubtful(line: &str) -> bool {
    let mut before = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if matches!(c, '\u{80}'..='\u{9F}') && windows(c).is_some() && is_nonsense(before, c, chars.peek().copied()) {
            return true;
        }
        before = Some(c);
    }
    false
}
