//! Where in a line a character reference is at home: markup, code and addresses.

use std::ops::Range;

use super::reference;

/// Elements of HTML, sorted.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "meta",
    "nav",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "picture",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Elements without content, of which both sides are outside, sorted.
const VOID: &[&str] =
    &["base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// The longest name of an element, in bytes.
const ELEMENT_MAX: usize = 10;

/// How far a tag reaches at most, in bytes, when one end of it is still escaped.
const TAG_MAX: usize = 300;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Opens,
    Closes,
    Void,
}

/// The places of one line.
pub(super) struct Places {
    /// Code spans and attribute values, ordered by their start.
    kept: Vec<Range<usize>>,
    /// Tags, in order.
    tags: Vec<(Range<usize>, Tag)>,
}

impl Places {
    pub(super) fn of(line: &str) -> Places {
        let mut kept = Vec::new();
        code_spans(line, &mut kept);
        attributes(line, &mut kept);
        kept.sort_unstable_by_key(|r| (r.start, r.end));
        // Spans may nest; only the outermost matter.
        let mut end = 0;
        kept.retain(|r| {
            let outer = r.end > end;
            end = end.max(r.end);
            outer
        });
        Places { kept, tags: tags(line) }
    }

    /// Whether the reference at `span` is markup or code itself: in a tag, beside one, between an
    /// opening and a closing one, in an attribute or in backquotes.
    pub(super) fn keep(&self, line: &str, span: &Range<usize>) -> bool {
        let i = self.kept.partition_point(|r| r.end <= span.start);
        if self.kept.get(i).is_some_and(|r| r.start <= span.start) {
            return true;
        }
        let i = self.tags.partition_point(|(r, _)| r.end <= span.start);
        let left = i.checked_sub(1).map(|i| &self.tags[i]);
        let right = self.tags.get(i);
        right.is_some_and(|(r, _)| r.start <= span.start)
            || left.is_some_and(|(r, t)| *t == Tag::Opens || touch(&line[r.end..span.start]))
            || right.is_some_and(|(r, t)| *t == Tag::Closes || line.get(span.end..r.start).is_some_and(touch))
    }
}

/// Whether nothing but a few letters without a gap parts a reference from a tag.
fn touch(between: &str) -> bool {
    between.len() < 64 && !between.contains(char::is_whitespace)
}

/// Code spans of Markdown: from a run of backquotes to the next one of the same length.
fn code_spans(line: &str, out: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let mut open: [Option<usize>; 4] = [None; 4];
    let mut at = 0;
    while let Some(i) = memchr::memchr(b'`', &bytes[at..]) {
        let start = at + i;
        let n = bytes[start..].iter().take_while(|&&b| b == b'`').count();
        at = start + n;
        if let Some(slot) = open.get_mut(n) {
            match slot.take() {
                Some(from) => out.push(from..at),
                None => *slot = Some(start),
            }
        }
    }
}

/// Values of attributes, of tags that go on over several lines too: `name="…"`.
fn attributes(line: &str, out: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(i) = memchr::memchr(b'=', &bytes[at..]) {
        let eq = at + i;
        at = eq + 1;
        let named = eq > 0 && bytes[eq - 1].is_ascii_alphanumeric();
        let quote = bytes.get(at).copied().filter(|q| matches!(q, b'"' | b'\''));
        if let (true, Some(q)) = (named, quote) {
            let end = memchr::memchr(q, &bytes[at + 1..]).map_or(bytes.len(), |n| at + 1 + n + 1);
            out.push(at..end);
            at = end;
        }
    }
}

/// The name of the element that a tag at the start of `text` (after its `<`) names, and what is
/// left after it.
fn element(text: &str) -> Option<(&str, &str, bool)> {
    let inner = text.strip_prefix('/').unwrap_or(text);
    let end = inner.bytes().take(ELEMENT_MAX + 1).take_while(u8::is_ascii_alphanumeric).count();
    let name = &inner[..end];
    let mut small = [0; ELEMENT_MAX + 1];
    small[..end].copy_from_slice(name.as_bytes());
    small.make_ascii_lowercase();
    let known = ELEMENTS.binary_search_by(|e| e.as_bytes().cmp(&small[..end])).is_ok();
    known.then_some((name, &inner[end..], inner.len() < text.len()))
}

/// Whether `rest`, from the name of a tag to its `>`, is what a tag can hold.
fn is_tag_rest(rest: &str) -> bool {
    let body = rest.trim_end_matches('/').trim_end();
    body.is_empty() || (body.starts_with([' ', '\t', '/']) && body.contains('='))
}

fn tags(line: &str) -> Vec<(Range<usize>, Tag)> {
    let bytes = line.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(i) = memchr::memchr(b'<', &bytes[at..]) {
        let start = at + i;
        at = start + 1;
        let Some(end) = memchr::memchr2(b'<', b'>', &bytes[at..]).map(|n| at + n) else { break };
        if bytes[end] == b'<' {
            continue;
        }
        let inner = &line[at..end];
        let tag = if inner.starts_with(['!', '?']) {
            Some(Tag::Void)
        } else {
            element(inner).filter(|(_, rest, _)| is_tag_rest(rest)).map(|(name, _, closes)| {
                if VOID.contains(&name.to_ascii_lowercase().as_str()) {
                    Tag::Void
                } else if closes {
                    Tag::Closes
                } else {
                    Tag::Opens
                }
            })
        };
        if let Some(tag) = tag {
            at = end + 1;
            out.push((start..at, tag));
        }
    }
    out
}

/// If `after` goes on so that a `<` before it would make a tag: the bytes up to the end of it,
/// which may be escaped too.
pub(super) fn tag_if_opened(after: &str) -> Option<usize> {
    let rest = match after.strip_prefix(['!', '?']) {
        Some(rest) => rest.starts_with(|c: char| c == '-' || c.is_ascii_alphabetic()).then_some(rest)?,
        None => element(after)?.1,
    };
    let special = after.starts_with(['!', '?']);
    let from = after.len() - rest.len();
    let mut end = rest.len().min(TAG_MAX);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let window = &rest[..end];
    let mut at = 0;
    loop {
        let i = at + memchr::memchr3(b'<', b'>', b'&', &window.as_bytes()[at..])?;
        let len = match window.as_bytes()[i] {
            b'<' => return None,
            b'>' => 1,
            _ => match reference::read(&window[i..]) {
                Some(r) if r.text == ">" => r.len,
                Some(r) if r.text == "<" => return None,
                r => {
                    at = i + r.map_or(1, |r| r.len);
                    continue;
                }
            },
        };
        return (special || is_tag_rest(&window[..i])).then_some(from + i + len);
    }
}

/// Whether `before` ends so that a `>` after it would make a tag.
pub(super) fn is_tag_if_closed(before: &str) -> bool {
    let bytes = before.as_bytes();
    let from = bytes.len().saturating_sub(TAG_MAX);
    let Some(i) = memchr::memrchr2(b'<', b'>', &bytes[from..]).map(|i| from + i) else { return false };
    bytes[i] == b'<' && element(&before[i + 1..]).is_some_and(|(_, rest, _)| is_tag_rest(rest))
}

/// Whether the word that ends at byte `at` and starts at or after byte `from` is part of an
/// address with a query.
pub(super) fn in_address(line: &str, from: usize, at: usize) -> bool {
    let word = &line.as_bytes()[from..at];
    word.windows(3).any(|w| w == b"://") || word.starts_with(b"www.") || {
        let query = memchr::memchr(b'?', word);
        query.is_some_and(|q| memchr::memchr(b'=', &word[q..]).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(ELEMENTS.is_sorted() && VOID.is_sorted());
        assert_eq!(ELEMENTS.iter().map(|e| e.len()).max(), Some(ELEMENT_MAX));
    }

    #[test]
    fn keeps() {
        for (line, keep) in [
            ("<b>&amp;</b>", true),
            ("<p>Fish &amp; chips", true),
            ("Fish &amp; chips</p>", true),
            ("Fish &amp; chips<br>and peas", false),
            ("a<br>&amp;<br>", true),
            ("`&amp;`", true),
            ("``Fish &amp; chips''", false),
            ("title=\"Fish &amp; chips\"", true),
            ("a < b &amp; c > d", false),
            ("a <b and c> d &amp; e", false),
            ("<img alt=\"x\"> said &amp; done", false),
        ] {
            let at = line.find("&amp;").expect("has one");
            assert_eq!(Places::of(line).keep(line, &(at..at + 5)), keep, "{line}");
        }
    }

    #[test]
    fn sees_tags_to_be() {
        assert_eq!(tag_if_opened("br&gt;x"), Some(6));
        assert_eq!(tag_if_opened("/p>"), Some(3));
        assert_eq!(tag_if_opened("a href=x&gt;"), Some(12));
        assert_eq!(tag_if_opened("br&amp;gt;"), Some(10));
        assert_eq!(tag_if_opened("br&#62;"), Some(7));
        assert_eq!(tag_if_opened("!--x--&gt;"), Some(10));
        for s in ["", " 2", "3", "john@example.org&gt;", "b and c&gt;", "p"] {
            assert_eq!(tag_if_opened(s), None, "{s}");
        }
        assert!(is_tag_if_closed("x <br"));
        assert!(!is_tag_if_closed("x <br> y"));
        assert!(!is_tag_if_closed("-"));
    }
}
