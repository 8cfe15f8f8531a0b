//! Reading rule files, strictly: an unknown key, a second rule of the same id or a pattern that
//! does not compile is an error with its line.

use twox_hash::XxHash3_64;

use super::{Action, Example, Level, Neighbour, Rule, RuleId, RuleSet, When, Zone};
use crate::error::{Error, Result};
use crate::strict::{File, Table, Value};

macro_rules! builtin {
    ($($stage:literal),* $(,)?) => {
        /// The rule files that come with lave: name and text.
        pub const BUILTIN: &[(&str, &str)] = &[
            $((concat!("rules/", $stage, ".toml"), include_str!(concat!("../../rules/", $stage, ".toml")))),*
        ];
    };
}

builtin!(
    "decode",
    "entities",
    "mojibake",
    "controls",
    "unicode",
    "quotes",
    "punctuation",
    "captions",
    "boilerplate",
    "neighbours",
    "news_de",
    "news_es",
    "news_fr",
    "news_it",
    "news_pt",
    "news_ru",
    "credits",
    "whitespace",
    "pipeline",
);

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// A rule as `build.rs` wrote it.
struct Raw {
    id: &'static str,
    why: &'static str,
    level: Option<&'static str>,
    enabled: bool,
    action: &'static str,
    with: Option<&'static str>,
    group: Option<u32>,
    pattern: Option<&'static str>,
    marks: Option<&'static str>,
    needles: &'static [&'static str],
    line_max: Option<u32>,
    words_min: Option<u32>,
    words_max: Option<u32>,
    final_stop: Option<bool>,
    capitals: Option<bool>,
    zone: Option<&'static str>,
    prev: Option<&'static str>,
    next: Option<&'static str>,
    needs: Option<&'static str>,
    after: Option<&'static str>,
    before: Option<&'static str>,
    line: usize,
}

impl Raw {
    fn rule(&self, source: &str) -> Rule {
        let owned = |s: Option<&str>| s.map(str::to_owned);
        Rule {
            id: self.id.to_owned(),
            why: self.why.to_owned(),
            level: self.level.and_then(Level::parse).unwrap_or(Level::Safe),
            enabled: self.enabled,
            action: action(self.action, self.with, self.group),
            when: When {
                needles: self.needles.iter().map(|n| (*n).to_owned()).collect(),
                line_max: self.line_max,
                words_min: self.words_min,
                words_max: self.words_max,
                final_stop: self.final_stop,
                capitals: self.capitals,
                zone: self.zone.and_then(zone),
                prev: self.prev.and_then(neighbour),
                next: self.next.and_then(neighbour),
                needs: owned(self.needs),
                after: owned(self.after),
                before: owned(self.before),
            },
            pattern: owned(self.pattern),
            marks: owned(self.marks),
            fix: Vec::new(),
            keep: Vec::new(),
            open: Vec::new(),
            own: true,
            source: source.to_owned(),
            line: self.line,
        }
    }
}

const RULE_KEYS: &[&str] =
    &["id", "why", "level", "enabled", "when", "match", "do", "with", "group", "marks", "fix", "keep", "open"];
const WHEN_KEYS: &[&str] = &[
    "needles",
    "line_max",
    "words_min",
    "words_max",
    "final_stop",
    "capitals",
    "zone",
    "prev",
    "next",
    "needs",
    "after",
    "before",
];
const EXAMPLE_KEYS: &[&str] = &["in", "out", "set"];
const ACTIONS: &[&str] = &["builtin", "delete-line", "cut", "replace", "flag"];

impl RuleSet {
    /// The rules that come with lave, without their examples.
    pub fn builtin() -> Result<RuleSet> {
        let mut set = RuleSet::default();
        for (name, text) in BUILTIN {
            set.hash = XxHash3_64::oneshot_with_seed(set.hash, text.as_bytes());
            let all = OWN.iter().find(|(file, _)| file == name).map_or(&[][..], |(_, all)| all);
            for raw in all {
                set.by_id.insert(raw.id.to_owned(), RuleId(set.rules.len() as u16));
                set.rules.push(raw.rule(name));
            }
        }
        Ok(set)
    }

    /// The same, with their examples.
    pub fn builtin_with_examples() -> Result<RuleSet> {
        let mut set = RuleSet::default();
        for (name, text) in BUILTIN {
            set.read(name, text, true, true)?;
        }
        Ok(set)
    }

    /// Adds the rules of one file: `text`, which errors call `name`. A rule with the id of an
    /// earlier *file's* rule replaces it. Examples are kept only when asked for: they are the
    /// bulk of a rule file, and only tests read them.
    pub fn add(&mut self, name: &str, text: &str, examples: bool) -> Result<()> {
        self.read(name, text, examples, false)
    }

    /// With `own`, the rules are lave's, whose patterns its tests have checked.
    fn read(&mut self, name: &str, text: &str, examples: bool, own: bool) -> Result<()> {
        let file = File::parse(name, text)?;
        let root = file.root();
        root.only(&["rule"])?;
        let first = self.rules.len();
        let mut replaced = Vec::new();
        for v in root.array("rule")? {
            let rule = read_rule(name, &v, examples, own)?;
            let fresh = RuleId(
                u16::try_from(self.rules.len())
                    .ok()
                    .filter(|&n| n < u16::MAX)
                    .ok_or_else(|| v.error("too many rules").remedy("65,534 are the most that one run can hold"))?,
            );
            match self.by_id.get(&rule.id) {
                Some(&old) if (old.0 as usize) < first && !replaced.contains(&old) => {
                    replaced.push(old);
                    self.rules[old.0 as usize] = rule;
                }
                Some(&old) => {
                    let first_line = self.rules[old.0 as usize].line;
                    return Err(v
                        .error(format_args!("a second rule `{}`", rule.id))
                        .remedy(format_args!("the first stands in line {first_line}; rename one")));
                }
                None => {
                    self.by_id.insert(rule.id.clone(), fresh);
                    self.rules.push(rule);
                }
            }
        }
        self.hash = XxHash3_64::oneshot_with_seed(self.hash, text.as_bytes());
        Ok(())
    }
}

fn read_rule(source: &str, v: &Value<'_, '_>, examples: bool, own: bool) -> Result<Rule> {
    let t = v.table()?;
    t.only(RULE_KEYS)?;
    let need = |key: &str| {
        t.str(key)?.ok_or_else(|| t.error(format_args!("a rule without `{key}`")).remedy("every rule needs one"))
    };
    let id = need("id")?;
    let sound = |s: &str| {
        !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    if id.split_once('.').is_none_or(|(stage, name)| !sound(stage) || !sound(name)) {
        return Err(t
            .error(format_args!("`{id}` is no rule id"))
            .remedy("write stage.name in small letters, digits and hyphens"));
    }
    let level = one_of(&t, "level", &Level::NAMES)?.and_then(Level::parse).unwrap_or(Level::Safe);
    let pattern = t.str("match")?.map(str::to_owned);
    let action = read_action(&t, id)?;
    if pattern.is_none() && action != Action::Builtin {
        return Err(t.error(format_args!("rule `{id}` has no `match`")).remedy("say what it looks for"));
    }
    if let Some(p) = &pattern
        && !own
        && let Err(e) = super::matcher::check(p)
    {
        let v = t.get("match").expect("it has one");
        return Err(v.error(format_args!("rule `{id}`: `match` is no sound pattern: {e}")));
    }
    let when = match t.get("when") {
        Some(v) => read_when(&v.table()?)?,
        None => When::default(),
    };
    if matches!(action, Action::Cut(_) | Action::Replace(_)) && when.looks_around() {
        return Err(t
            .error(format_args!("rule `{id}` changes a part of a line and looks at other lines"))
            .remedy("`zone`, `prev`, `next`, `needs`, `after` and `before` go with `delete-line` or `flag`"));
    }
    let mut rule = Rule {
        id: id.to_owned(),
        why: need("why")?.to_owned(),
        level,
        enabled: t.bool("enabled")?.unwrap_or(true),
        action,
        when,
        pattern,
        marks: t.str("marks")?.map(str::to_owned),
        own,
        fix: Vec::new(),
        keep: Vec::new(),
        open: Vec::new(),
        source: source.to_owned(),
        line: v.line(),
    };
    if examples {
        rule.fix = read_examples(&t, "fix")?;
        rule.keep = read_examples(&t, "keep")?;
        rule.open = read_examples(&t, "open")?;
    }
    Ok(rule)
}

fn one_of<'f>(t: &Table<'f, '_>, key: &str, names: &[&str]) -> Result<Option<&'f str>> {
    let Some(s) = t.str(key)? else { return Ok(None) };
    if names.contains(&s) {
        return Ok(Some(s));
    }
    let v = t.get(key).expect("it has one");
    Err(v.error(format_args!("`{}` cannot be `{s}`", v.key)).remedy(format_args!("one of {}", names.join(", "))))
}

fn read_action(t: &Table<'_, '_>, id: &str) -> Result<Action> {
    let Some(name) = one_of(t, "do", ACTIONS)? else {
        return Err(t
            .error(format_args!("rule `{id}` has no `do`"))
            .remedy(format_args!("one of {}", ACTIONS.join(", "))));
    };
    let with = t.str("with")?;
    let group = t.int("group")?;
    let stray = |key: &str| {
        let v = t.get(key).expect("it has one");
        v.error(format_args!("rule `{id}`: `{key}` means nothing with `do = \"{name}\"`"))
    };
    if with.is_some() && !matches!(name, "delete-line" | "replace") {
        return Err(stray("with"));
    }
    if group.is_some() && name != "cut" {
        return Err(stray("group"));
    }
    if name == "delete-line" && with.is_some_and(|with| with != "next-line") {
        return Err(stray("with").remedy("`next-line` is the one thing that can go with a line"));
    }
    if name == "replace" && with.is_none() {
        return Err(t.error(format_args!("rule `{id}` has no `with`")));
    }
    Ok(action(name, with, group))
}

fn action(name: &str, with: Option<&str>, group: Option<u32>) -> Action {
    match name {
        "delete-line" => Action::DeleteLine { and_next: with.is_some() },
        "cut" => Action::Cut(group.unwrap_or(0) as usize),
        "replace" => Action::Replace(with.unwrap_or_default().to_owned()),
        "flag" => Action::Flag,
        _ => Action::Builtin,
    }
}

fn zone(name: &str) -> Option<Zone> {
    Some(match name {
        "head" => Zone::Head,
        "tail" => Zone::Tail,
        "edge" => Zone::Edge,
        "inside" => Zone::Inside,
        _ => return None,
    })
}

fn neighbour(name: &str) -> Option<Neighbour> {
    Some(match name {
        "body" => Neighbour::Body,
        "edge" => Neighbour::Edge,
        "short" => Neighbour::Short,
        "body-or-edge" => Neighbour::BodyOrEdge,
        _ => return None,
    })
}

fn read_when(t: &Table<'_, '_>) -> Result<When> {
    t.only(WHEN_KEYS)?;
    let seen = |key: &str| -> Result<Option<Neighbour>> {
        Ok(one_of(t, key, &["body", "edge", "short", "body-or-edge"])?.and_then(neighbour))
    };
    for key in ["words_min", "words_max"] {
        if let Some(v) = t.get(key)
            && v.int()? >= super::lines::WORDS_COUNTED
        {
            return Err(v.error(format_args!("`{}` is more than words are counted", v.key)).remedy("255 is the most"));
        }
    }
    Ok(When {
        needles: t.array("needles")?.iter().map(|v| v.str().map(str::to_owned)).collect::<Result<_>>()?,
        line_max: t.int("line_max")?,
        words_min: t.int("words_min")?,
        words_max: t.int("words_max")?,
        final_stop: t.bool("final_stop")?,
        capitals: t.bool("capitals")?,
        zone: one_of(t, "zone", &["head", "tail", "edge", "inside"])?.and_then(zone),
        prev: seen("prev")?,
        next: seen("next")?,
        needs: t.str("needs")?.map(str::to_owned),
        after: t.str("after")?.map(str::to_owned),
        before: t.str("before")?.map(str::to_owned),
    })
}

/// `fix` and `open` are tables with `in` and `out`; `keep` may be bare strings.
fn read_examples(t: &Table<'_, '_>, key: &str) -> Result<Vec<Example>> {
    t.array(key)?
        .iter()
        .map(|v| {
            if let Ok(s) = v.str() {
                if key != "keep" {
                    return Err(v.error(format_args!("`{key}` needs `in` and `out`")));
                }
                return Ok(Example { input: s.into(), output: s.into(), set: Vec::new(), line: v.line() });
            }
            let e = v.table()?;
            e.only(EXAMPLE_KEYS)?;
            let input = e.str("in")?.ok_or_else(|| e.error("an example without `in`"))?;
            let output = match e.str("out")? {
                Some(s) => s,
                None if key == "keep" => input,
                None => return Err(e.error("an example without `out`")),
            };
            let set = e.array("set")?.iter().map(|v| v.str().map(str::to_owned)).collect::<Result<_, Error>>()?;
            Ok(Example { input: input.into(), output: output.into(), set, line: v.line() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_build_wrote_is_what_the_files_say() {
        let (built, read) = (RuleSet::builtin().expect("sound"), RuleSet::builtin_with_examples().expect("sound"));
        assert_eq!(built.hash(), read.hash());
        assert_eq!(built.rules().len(), read.rules().len());
        for (b, r) in built.rules().iter().zip(read.rules()) {
            let bare = Rule { fix: Vec::new(), keep: Vec::new(), open: Vec::new(), ..r.clone() };
            assert_eq!(format!("{b:?}"), format!("{bare:?}"));
            assert_eq!(built.id(&b.id), read.id(&b.id));
        }
    }
}
