//! *entities*: character references of HTML that were left in text: `&eacute;`, `&#8217;`,
//! `&#146;`, `&amp;quot;`.
//!
//! All levels of escaping go in one edit, so that `&amp;amp;amp;…` is linear; what an edit puts in
//! is shorter than what it takes out, so the line shrinks and it settles. Each place is judged by
//! its own line alone: in a tag, beside one, in an attribute or in backquotes a reference is at
//! home and stays; in the query of an address only `&amp;` goes.
//!
//! It refuses to make a tag (`&lt;br&gt;` is a finding), a control character, a line break (they
//! become a space), half a surrogate pair or a noncharacter; and `AT&T`, `R&D;`, `&copy=2`.

mod loose;
mod places;
mod reference;

use crate::edit::{EditSink, RuleId};
use crate::features::Features;
use crate::options::Options;
use crate::rule::RuleSet;
use crate::stage::Stage;
use places::{Places, in_address, is_tag_if_closed, tag_if_opened};
use reference::{Form, Reference};

/// The stage.
pub(crate) struct Entities {
    named: RuleId,
    capitals: RuleId,
    numeric: RuleId,
    windows: RuleId,
    surrogates: RuleId,
    control: RuleId,
    invalid: RuleId,
    open: RuleId,
    double: RuleId,
    address: RuleId,
    tag: RuleId,
    percent: RuleId,
    escapes: RuleId,
}

impl Entities {
    pub(crate) fn new(rules: &RuleSet, _: &Options) -> Self {
        let percent = rules.id("entities.percent");
        let escapes = rules.id("entities.escapes");
        Entities {
            named: rules.id("entities.named"),
            capitals: rules.id("entities.capitals"),
            numeric: rules.id("entities.numeric"),
            windows: rules.id("entities.windows-1252"),
            surrogates: rules.id("entities.surrogates"),
            control: rules.id("entities.control"),
            invalid: rules.id("entities.invalid"),
            open: rules.id("entities.no-semicolon"),
            double: rules.id("entities.double"),
            address: rules.id("entities.address"),
            tag: rules.id("entities.escaped-tag"),
            percent,
            escapes,
        }
    }

    fn rule(&self, r: &Reference) -> RuleId {
        match r.form {
            Form::Invalid => self.invalid,
            Form::Open => self.open,
            Form::Control => self.control,
            Form::Capitals => self.capitals,
            _ if r.depth > 0 => self.double,
            Form::Named => self.named,
            Form::Numeric => self.numeric,
            Form::Windows => self.windows,
            Form::Surrogates => self.surrogates,
        }
    }

    fn references(&self, line: &str, sink: &mut EditSink) {
        let bytes = line.as_bytes();
        let mut places = None;
        // The word that the last reference stood in: where it starts, and whether it is an address.
        let (mut word, mut address) = (0, false);
        let (mut at, mut seen) = (0, 0);
        while let Some(i) = memchr::memchr(b'&', &bytes[at..]) {
            let start = at + i;
            at = start + 1;
            let Some(r) = reference::read(&line[start..]) else { continue };
            if let Some(gap) = bytes[seen..start].iter().rposition(u8::is_ascii_whitespace) {
                (word, address) = (seen + gap + 1, false);
            }
            // What was looked at for an address before is not looked at again, but for its end.
            address = address || in_address(line, word.max(seen.saturating_sub(16)), start);
            seen = start;
            let span = start..start + r.len;
            at = span.end;
            if is_initials(&bytes[..start], &line[span.clone()]) {
                continue;
            }
            if places.get_or_insert_with(|| Places::of(line)).keep(line, &span) {
                continue;
            }
            if address {
                self.in_query(line, &span, &r, sink);
                continue;
            }
            if r.text == "<"
                && let Some(more) = tag_if_opened(&line[span.end..])
            {
                at = span.end + more;
                sink.flag(start..at, self.tag);
            } else if r.text == ">" && is_tag_if_closed(&line[..start]) {
                sink.flag(span, self.tag);
            } else {
                sink.replace(span, &r.text, self.rule(&r));
            }
        }
    }

    /// In an address `&amp;` is an escaped `&`, whatever comes after it.
    fn in_query(&self, line: &str, span: &std::ops::Range<usize>, r: &Reference, sink: &mut EditSink) {
        let text = &line[span.clone()];
        let depth = r.depth + usize::from(r.text == "&");
        let escapes = text.bytes().enumerate().filter(|&(_, b)| b == b';').take(depth).last();
        if let (1.., Some((end, _)), false) = (depth, escapes, r.form == Form::Open) {
            sink.replace(span.start..span.start + end + 1, "&", self.address);
        }
    }
}

/// Whether the reference is rather the second half of a name like "B&B;": one or two letters,
/// right after a capital.
fn is_initials(before: &[u8], reference: &str) -> bool {
    before.last().is_some_and(u8::is_ascii_uppercase)
        && reference.len() <= 4
        && !matches!(reference, "&lt;" | "&gt;" | "&LT;" | "&GT;" | "&amp" | "&mu;")
}

impl Stage for Entities {
    fn id(&self) -> &'static str {
        "entities"
    }

    fn needs(&self) -> Features {
        // The last two for rules that are off unless asked for; they cost next to nothing.
        Features::AMPERSAND | Features::PERCENT | Features::BACKSLASH
    }

    fn edit(&self, line: &str, sink: &mut EditSink) {
        self.references(line, sink);
        if sink.wants(self.percent) {
            loose::percent(self, line, sink);
        }
        if sink.wants(self.escapes) {
            loose::escapes(self, line, sink);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::stage::testing::wash;
    use proptest::prelude::*;

    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().expect("sound rules"));
    static STAGE: LazyLock<Entities> = LazyLock::new(|| Entities::new(&RULES, &Options::default()));

    #[test]
    fn decodes() {
        for (line, want, by) in [
            ("1 &lt; 2", "1 < 2", "entities.named"),
            ("3 &amp; 4", "3 & 4", "entities.named"),
            ("a < b &amp; c > d", "a < b & c > d", "entities.named"),
            ("Bell&ampCo &nbspran", "Bell&Co \u{a0}ran", "entities.no-semicolon"),
            ("&amp;amp;amp;quot;x", "\"x", "entities.double"),
            ("S&amp;P", "S&P", "entities.named"),
            ("don&#146;t", "don’t", "entities.windows-1252"),
            ("&amp;#x92;", "’", "entities.double"),
            ("&#55357;&#56832;!", "😀!", "entities.surrogates"),
            ("a&#13;b", "a b", "entities.control"),
            ("x&#xffff;y", "x\u{FFFD}y", "entities.invalid"),
            ("so&shy;ft", "so\u{ad}ft", "entities.named"),
            ("&EACUTE;", "É", "entities.capitals"),
            ("http://x.org/?a=1&amp;lt;b", "http://x.org/?a=1&lt;b", "entities.address"),
            ("&lt;3 &lt;me@x.org&gt; -&gt;", "<3 <me@x.org> ->", "entities.named"),
        ] {
            let w = wash(&*STAGE, &RULES, line);
            assert_eq!(w.text, want, "{line}");
            assert!(w.by.iter().any(|r| r == by), "{line}: {:?}", w.by);
        }
    }

    #[test]
    fn leaves_alone() {
        for line in [
            "",
            "AT&T R&D a & b &c. B&B; Q&A;",
            "?a=1&copy=2&lt=3",
            "<b>&amp;</b>",
            "<br>&lt;<br>",
            "`&amp;` ``&lt;``",
            "alt=\"a &amp; b\"",
            "&#82 &#; &#x; &nosuch; &",
            "&ample &quotes &amp=1",
        ] {
            assert_eq!(wash(&*STAGE, &RULES, line).text, line);
        }
        for tag in
            ["&lt;br&gt;", "&lt;/p&gt;", "&amp;lt;b&amp;gt;", "&#60;br&#62;", "&lt;br>", "<br&gt;", "&lt;!--x--&gt;"]
        {
            let w = wash(&*STAGE, &RULES, tag);
            assert_eq!(w.text, tag);
            assert_eq!(w.seen.len(), 1, "{tag}: {:?}", w.seen);
        }
    }

    #[test]
    fn off_unless_asked_for() {
        // Here every rule may act.
        for (line, want) in [
            ("it%E2%80%99s", "it’s"),
            ("%E2%80%9Cno%E2%80%9D", "“no”"),
            ("x/%E2%80%99 a%20caf%C3%A9 100%", "x/%E2%80%99 a%20caf%C3%A9 100%"),
            (r"it\u2019s \ud83d\ude00", "it’s 😀"),
            (r"C:\new C:\u2019 \\u2019 \ud83d \uffff \u00", r"C:\new C:\u2019 \\u2019 \ud83d \uffff \u00"),
        ] {
            assert_eq!(wash(&*STAGE, &RULES, line).text, want, "{line}");
        }
    }

    #[test]
    fn hostile_lines_settle() {
        for unit in
            ["&", "&amp;", "amp;", "&lt;b", "<b", "`", "&#", "a=\"", "&lt;&gt;", "?=&amp;", "&#82&#82&#8203;03;03;"]
        {
            wash(&*STAGE, &RULES, &format!("&{}", unit.repeat(3000)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn settles(parts in prop::collection::vec(prop::sample::select(vec![
            "&", "amp;", "amp", "#", "lt;", "gt;", "&lt;", "&gt;", "&amp;", "br", "<", ">", "/", " ", "x", "=", "\"", "`",
            "&#146;", "&#55357;", "&#56832;", "#38;", "nbsp", "quot;", "http://", "?", "é", "%E2%80%99", "\\u2019", "A", "&#10;",
        ]), 0..14)) {
            let line = parts.concat();
            let once = wash(&*STAGE, &RULES, &line).text;
            prop_assert!(!once.contains(['\r', '\n', '\0']));
            prop_assert_eq!(&wash(&*STAGE, &RULES, &once).text, &once);
        }
    }
}
