//! Settings that differ in all that matters to the laws.

/// Each is a list of `key=value`.
pub const SETTINGS: &[&[&str]] = &[
    &["profile=news"],
    &["profile=web"],
    &["profile=standard", "level=likely"],
    &["profile=minimal"],
    &["profile=news", "level=likely", "quotes.style=curly", "punctuation.dashes=em", "punctuation.ellipsis=char"],
    &[
        "profile=web",
        "quotes.style=keep",
        "punctuation.dashes=hyphen",
        "punctuation.ellipsis=dots",
        "controls.bidi=remove",
    ],
    &["profile=standard", "decode.newline=crlf", "decode.bom=keep", "whitespace.blank_lines=0"],
    &["profile=news", "stages=captions,boilerplate"],
    &["profile=standard", "whitespace.unwrap=true", "whitespace.hyphens=true", "decode.newline=crlf"],
    &["profile=web", "boilerplate.min_confidence=20", "whitespace.layout=keep"],
    &["profile=web", "rules.enable=boilerplate.*,captions.*,entities.*", "whitespace.layout=keep"],
];
