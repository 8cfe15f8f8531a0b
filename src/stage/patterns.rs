//! Rules with a pattern that change a part of a line: `cut` and `replace`, of any stage. No stage of
//! its own: the pipeline asks it about each line that the stages have left at rest.
//!
//! A cut makes the line shorter, so cuts end. A replacement is its author's: one that feeds itself
//! runs into the pipeline's budget, and the line stays as it was.

use crate::edit::EditSink;
use crate::rule::{Action, LineRules, Places, Scratch};

/// The rules in force that change a part of a line.
pub(crate) struct Patterns {
    rules: LineRules,
}

impl Patterns {
    /// `rules`: only such rules.
    pub(crate) fn new(rules: LineRules) -> Self {
        Patterns { rules }
    }

    /// Pushes edits for `line`, which holds no `\n`.
    pub(crate) fn edit(&self, line: &str, scratch: &mut Scratch, sink: &mut EditSink) {
        if self.rules.is_empty() {
            return;
        }
        let mut places = None;
        self.rules.each_hit(line, None, scratch, |id, rule, key, matcher| {
            let places: &Places = places.get_or_insert_with(|| Places::of(line));
            for found in matcher.captures_iter(key.text()) {
                match &rule.action {
                    Action::Cut(group) => {
                        if let Some(m) = found.get(*group) {
                            sink.delete(places.in_line(m.range()), id);
                        }
                    }
                    Action::Replace(with) => {
                        let Some(whole) = found.get(0) else { continue };
                        let new = expand(with, line, places, |name| {
                            let group = match name.parse() {
                                Ok(n) => found.get(n),
                                Err(_) => found.name(name),
                            };
                            group.map(|m| m.range())
                        });
                        sink.replace(places.in_line(whole.range()), &new, id);
                    }
                    _ => {}
                }
            }
        });
    }
}

/// `with`, in which `$1`, `${1}` and `${name}` stand for what the line, not its key, has there, and
/// `$$` for a dollar sign.
fn expand(with: &str, line: &str, places: &Places, group: impl Fn(&str) -> Option<std::ops::Range<usize>>) -> String {
    let mut out = String::new();
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let name = if let Some(tail) = rest.strip_prefix('$') {
            out.push('$');
            rest = tail;
            continue;
        } else if let Some((name, tail)) = rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
            rest = tail;
            name
        } else if digits > 0 {
            let (name, tail) = rest.split_at(digits);
            rest = tail;
            name
        } else {
            out.push('$');
            continue;
        };
        if let Some(span) = group(name) {
            out.push_str(&line[places.in_line(span)]);
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{EditSet, Effect};
    use crate::rule::RuleSet;

    fn washed(rules: &str, line: &str) -> String {
        let mut set = RuleSet::default();
        set.add("test", rules, false).expect("sound");
        let patterns = Patterns::new(LineRules::new(&set, false, |_, _| true));
        let mut sink = EditSink::new([Effect::Act].into());
        let mut edits = EditSet::default();
        patterns.edit(line, &mut Scratch::default(), &mut sink);
        sink.take(line, &mut edits);
        edits.apply(line)
    }

    #[test]
    fn cuts_a_group() {
        let rule =
            "[[rule]]\nid = \"t.a\"\nwhy = \"w\"\ndo = \"cut\"\ngroup = 1\nmatch = '[.](?: )([(]photo by [^)]+[)])$'\n";
        assert_eq!(washed(rule, "He “won”. (Photo by Ann Ode/Agency)"), "He “won”. ");
    }

    #[test]
    fn replaces_with_what_the_line_says() {
        let rule = "[[rule]]\nid = \"t.a\"\nwhy = \"w\"\ndo = \"replace\"\nwith = '${2}, $1$$'\nmatch = '([a-z]+) vs ([a-z]+)'\n";
        assert_eq!(washed(rule, "Éa: Foo VS Bar!"), "Éa: Bar, Foo$!");
    }
}
