//! Settings: what profile, file and caller say, in layers; all of it strings, checked against one
//! table. [`Settings::options`] and the pipeline's plan turn them into something immutable.
//!
//! Later layers win: default, profile, `lave.toml`, caller. A key that nobody knows, or a value
//! that a key cannot have, is an error which names the nearest valid one.

use std::collections::BTreeMap;

use twox_hash::XxHash3_64;

use crate::decode::Encoding;
use crate::error::{Error, Result, nearest};
use crate::options::{Bidi, Dashes, Ellipsis, Layout, Newline, Options, QuoteStyle};
use crate::rule::Level;
use crate::stage::ORDER;
use crate::strict::{File, Table, unknown_key};

/// What a key's value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Stages of [`ORDER`]; or `none`.
    Stages,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Number,
    /// Any text; empty for none.
    Text,
    /// Any texts.
    List,
}

/// One key of the configuration.
#[derive(Debug)]
pub struct Key {
    /// Its name, with the table before a dot.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// Its value where nobody sets it.
    pub default: &'static str,
    /// What it is for.
    pub doc: &'static str,
}

const BOOL: &str = "true or false";
const LEVELS: Kind = Kind::OneOf(&["safe", "likely"]);
const STAGE_LEVEL: Kind = Kind::OneOf(&["", "safe", "likely"]);

const fn key(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Key {
    Key { name, kind, default, doc }
}

/// Every key there is.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("profile", Kind::OneOf(&["minimal", "standard", "news", "web"]), "news", "named set of stages and options"),
    key("level", LEVELS, "safe", "how sure a rule must be to change text; what is less sure is a finding"),
    key("stages", Kind::Stages, "", "the stages to run, in this order; `none` only decodes"),
    key("without", Kind::Stages, "", "stages to leave out"),
    key("decode.encoding", Kind::Text, "", "the encoding of the input; empty to find it out"),
    key("decode.newline", Kind::OneOf(&["keep", "lf", "crlf"]), "lf", "line ends of the output; `keep`: as most lines of the document"),
    key("decode.bom", Kind::OneOf(&["drop", "keep"]), "drop", "whether a byte order mark stays in the output"),
    key("entities.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("mojibake.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("controls.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("controls.bidi", Kind::OneOf(&["flag", "remove"]), "flag", "controls that reorder text: a finding, or removed"),
    key("unicode.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("unicode.nfc", Kind::Bool, "true", "compose characters (normalisation form C)"),
    key("unicode.ligatures", Kind::Bool, "true", "take Latin ligatures apart"),
    key("unicode.width", Kind::Bool, "true", "fold full and half width forms outside CJK text"),
    key("quotes.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("quotes.style", Kind::OneOf(&["keep", "straight", "curly"]), "keep", "which quotation marks sound text is written with"),
    key("punctuation.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("punctuation.dashes", Kind::OneOf(&["keep", "hyphen", "em"]), "keep", "dashes: as they are, all `-`, or ` - ` and `--` made em dashes"),
    key("punctuation.ellipsis", Kind::OneOf(&["keep", "dots", "char"]), "keep", "ellipses: as they are, `...`, or `…`"),
    key("captions.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("boilerplate.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("boilerplate.judge", Kind::Bool, "false", "judge the lines of whole pages, and drop navigation, teasers, comments and footers"),
    key("boilerplate.min_confidence", Kind::Number, "50", "how sure, in percent, the judge must be to drop a line"),
    key("whitespace.level", STAGE_LEVEL, "", "level of this stage alone"),
    key("whitespace.layout", Kind::OneOf(&["keep", "prose"]), "keep", "`prose`: single spaces, no indentation; `keep`: only what trails goes"),
    key("whitespace.blank_lines", Kind::Number, "2", "blank lines that may follow each other"),
    key("whitespace.unwrap", Kind::Bool, "false", "join lines that a wrapper broke"),
    key("whitespace.hyphens", Kind::Bool, "false", "with `unwrap`: make words whole that were parted with a hyphen"),
    key("guard.max_loss", Kind::Number, "0", "a document that would lose more than this percentage of its words with its lines keeps them; 0 for no limit"),
    key("rules.paths", Kind::List, "", "rule files or folders to add"),
    key("rules.disable", Kind::List, "", "rules to switch off, by id"),
    key("rules.enable", Kind::List, "", "rules to switch on, whatever their level"),
    key("report.detail", Kind::OneOf(&["full", "tally"]), "full", "`tally`: counts only; such a report cannot revert"),
    key("format", Kind::OneOf(&["auto", "text"]), "auto", "`text`: clean files of any name as text"),
    key("jobs", Kind::Number, "0", "threads; 0 for as many as there are"),
];

/// The profiles that come with lave.
const PROFILES: &str = include_str!("../rules/profiles.toml");

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    value: String,
    origin: String,
}

/// What a run is to do.
#[derive(Clone, Debug)]
pub struct Settings {
    profile: BTreeMap<&'static str, Entry>,
    explicit: BTreeMap<&'static str, Entry>,
    rules: Vec<(String, String)>,
}

impl Default for Settings {
    /// What the default profile says.
    fn default() -> Self {
        // The profiles are lave's own; a test reads them all.
        let profile = find("profile").and_then(|k| read_profile(k.default).ok()).unwrap_or_default();
        Settings { profile, explicit: BTreeMap::new(), rules: Vec::new() }
    }
}

fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name)
}

fn names() -> Vec<&'static str> {
    KEYS.iter().map(|k| k.name).collect()
}

impl Settings {
    /// What profile `name` says, and nothing else.
    ///
    /// # Errors
    /// If there is no such profile.
    pub fn profile(name: &str) -> Result<Settings> {
        let mut s = Settings::default();
        s.set("profile", name, "the caller")?;
        Ok(s)
    }

    /// Sets one key; `origin` says who does, for messages.
    ///
    /// # Errors
    /// If there is no such key, or it cannot have that value.
    pub fn set(&mut self, name: &str, value: &str, origin: &str) -> Result<()> {
        let key = find(name).ok_or_else(|| unknown_key(origin, name, name, &names()))?;
        check(key, value).map_err(|(what, remedy)| Error::new(origin, what).remedy(remedy))?;
        if name == "profile" {
            self.profile = read_profile(value)?;
        }
        self.explicit.insert(key.name, Entry { value: value.trim().to_owned(), origin: origin.to_owned() });
        Ok(())
    }

    /// Sets a key unless file or caller did: over the profile, under everything that was said.
    ///
    /// # Errors
    /// As [`Settings::set`].
    pub fn prefer(&mut self, name: &str, value: &str, origin: &str) -> Result<()> {
        if self.explicit.contains_key(name) { Ok(()) } else { self.set(name, value, origin) }
    }

    /// Sets a key as given by `--set key=value`.
    ///
    /// # Errors
    /// As [`Settings::set`]; or if there is no `=`.
    pub fn set_pair(&mut self, pair: &str, origin: &str) -> Result<()> {
        match pair.split_once('=') {
            Some((k, v)) => self.set(k.trim(), v.trim(), origin),
            None => Err(Error::new(origin, format_args!("`{pair}` has no `=`")).remedy("write key=value")),
        }
    }

    /// Takes every key of a `lave.toml`, whose text is `text` and which messages call `name`.
    ///
    /// # Errors
    /// On the first key or value that is not sound, with its line.
    pub fn load(&mut self, name: &str, text: &str) -> Result<()> {
        let file = File::parse(name, text)?;
        for (key, value, line) in flatten(&file.root())? {
            self.set_at(key, &value, name, line)?;
        }
        Ok(())
    }

    fn set_at(&mut self, key: &'static Key, value: &str, name: &str, line: usize) -> Result<()> {
        check(key, value).map_err(|(what, remedy)| Error::new(name, what).line(line).remedy(remedy))?;
        self.set(key.name, value, &format!("{name}:{line}"))
    }

    /// Adds a rule file: its text, and what messages call it.
    pub fn add_rules(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.rules.push((name.into(), text.into()));
    }

    /// The rule files added.
    pub fn rule_files(&self) -> &[(String, String)] {
        &self.rules
    }

    /// The value of `key`, as text; empty for a key that does not exist.
    pub fn get(&self, key: &str) -> &str {
        self.entry(key).0
    }

    fn entry(&self, key: &str) -> (&str, &str) {
        if let Some(e) = self.explicit.get(key).or_else(|| self.profile.get(key)) {
            return (&e.value, &e.origin);
        }
        (find(key).map_or("", |k| k.default), "default")
    }

    /// The parts of a list.
    pub fn list(&self, key: &str) -> Vec<&str> {
        self.get(key).split(',').map(str::trim).filter(|s| !s.is_empty()).collect()
    }

    /// Every key with its value and where that comes from.
    pub fn all(&self) -> impl Iterator<Item = (&'static Key, &str, &str)> {
        KEYS.iter().map(|k| {
            let (value, origin) = self.entry(k.name);
            (k, value, origin)
        })
    }

    /// XXH3 of every key that has a say in the output, and of the rule files: equal hashes, equal
    /// behaviour of one version of lave.
    pub fn hash(&self) -> u64 {
        let mut text = String::new();
        for (k, value, _) in self.all().filter(|(k, ..)| !matches!(k.name, "jobs" | "report.detail" | "rules.paths")) {
            text.push_str(&format!("{}={value}\n", k.name));
        }
        for (_, rules) in &self.rules {
            text.push_str(rules);
        }
        XxHash3_64::oneshot(text.as_bytes())
    }

    /// The stages to run, in order.
    pub fn stages(&self) -> Vec<&str> {
        let without = self.list("without");
        let wanted = if self.get("stages").is_empty() { ORDER.to_vec() } else { self.list("stages") };
        wanted.into_iter().filter(|s| *s != "none" && !without.contains(s)).collect()
    }

    /// What is odd about the order of the stages: each with the reason.
    pub fn order_warnings(&self) -> Vec<String> {
        const BEFORE: &[(&str, &str, &str)] = &[
            ("entities", "mojibake", "entities can spell mojibake"),
            ("mojibake", "controls", "C1 characters are evidence for mojibake, and `controls` removes them"),
            ("mojibake", "quotes", "mojibake holds quotes that only look stray"),
            ("captions", "whitespace", "`whitespace` tidies the gaps that the others leave"),
            ("boilerplate", "whitespace", "`whitespace` tidies the gaps that the others leave"),
        ];
        let stages = self.stages();
        let at = |s: &str| stages.iter().position(|x| *x == s);
        let wrong = BEFORE.iter().filter(|(a, b, _)| matches!((at(a), at(b)), (Some(a), Some(b)) if a > b));
        wrong.map(|(a, b, why)| format!("`{a}` should run before `{b}`: {why}")).collect()
    }

    /// The level that the rules of `stage` need in order to act.
    pub fn level(&self, stage: &str) -> Level {
        let own = self.get(&format!("{stage}.level"));
        let name = if own.is_empty() { self.get("level") } else { own };
        Level::parse(name).unwrap_or(Level::Safe)
    }

    /// The encoding that the input is said to have.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn encoding(&self) -> Result<Option<Encoding>> {
        let name = self.get("decode.encoding");
        if name.is_empty() {
            return Ok(None);
        }
        Encoding::for_label(name).map(Some).ok_or_else(|| {
            Error::new(self.entry("decode.encoding").1, format_args!("unknown encoding `{name}`"))
                .remedy("use a name such as utf-8, windows-1252, shift_jis, gb18030 or utf-16le")
        })
    }

    /// Threads, at most 256; 0 was made 1, for as many as there are is the program's to say.
    pub fn jobs(&self) -> usize {
        self.get("jobs").parse().unwrap_or(1).clamp(1, 256)
    }

    /// The options, resolved.
    pub fn options(&self) -> Options {
        Options {
            quotes_style: match self.get("quotes.style") {
                "straight" => QuoteStyle::Straight,
                "curly" => QuoteStyle::Curly,
                _ => QuoteStyle::Keep,
            },
            controls_bidi: if self.get("controls.bidi") == "remove" { Bidi::Remove } else { Bidi::Flag },
            unicode_nfc: self.get("unicode.nfc") == "true",
            unicode_ligatures: self.get("unicode.ligatures") == "true",
            unicode_width: self.get("unicode.width") == "true",
            punctuation_dashes: match self.get("punctuation.dashes") {
                "hyphen" => Dashes::Hyphen,
                "em" => Dashes::Em,
                _ => Dashes::Keep,
            },
            mojibake_legacy: self.level("mojibake") >= Level::Likely
                || self.list("rules.enable").iter().any(|r| r.starts_with("mojibake.")),
            punctuation_ellipsis: match self.get("punctuation.ellipsis") {
                "dots" => Ellipsis::Dots,
                "char" => Ellipsis::Char,
                _ => Ellipsis::Keep,
            },
            whitespace_layout: if self.get("whitespace.layout") == "prose" { Layout::Prose } else { Layout::Keep },
            guard_max_loss: self.get("guard.max_loss").parse().unwrap_or(0),
            whitespace_blank_lines: self.get("whitespace.blank_lines").parse().unwrap_or(2),
            whitespace_unwrap: self.get("whitespace.unwrap") == "true",
            whitespace_hyphens: self.get("whitespace.hyphens") == "true",
            boilerplate_judge: self.get("boilerplate.judge") == "true",
            boilerplate_min_confidence: self.get("boilerplate.min_confidence").parse().unwrap_or(50),
            newline: match self.get("decode.newline") {
                "keep" => Newline::Keep,
                "crlf" => Newline::Crlf,
                _ => Newline::Lf,
            },
            keep_bom: self.get("decode.bom") == "keep",
        }
    }
}

/// Whether `key` can have `value`; if not, what is wrong and what to do.
fn check(key: &Key, value: &str) -> std::result::Result<(), (String, String)> {
    let name = key.name;
    let parts = || value.split(',').map(str::trim).filter(|s| !s.is_empty());
    let word = |value: &str, known: &[&str]| {
        if known.contains(&value) {
            return Ok(());
        }
        let known: Vec<&str> = known.iter().copied().filter(|k| !k.is_empty()).collect();
        let remedy = match nearest(value, known.iter().copied()) {
            Some(k) => format!("did you mean `{k}`?"),
            None => format!("one of {}", known.join(", ")),
        };
        Err((format!("`{name}` cannot be `{value}`"), remedy))
    };
    match key.kind {
        Kind::OneOf(known) => word(value, known),
        Kind::Stages => {
            let known: Vec<&str> = ORDER.iter().copied().chain(["none"]).collect();
            parts().try_for_each(|s| word(s, &known))
        }
        Kind::Bool => word(value, &["true", "false"]).map_err(|(what, _)| (what, BOOL.to_owned())),
        Kind::Number => match value.parse::<u32>() {
            Ok(_) => Ok(()),
            Err(_) => Err((format!("`{name}` cannot be `{value}`"), "a whole number, 0 or more".to_owned())),
        },
        Kind::Text | Kind::List => Ok(()),
    }
}

/// All entries of a configuration file, with their lines.
fn flatten(root: &Table<'_, '_>) -> Result<Vec<(&'static Key, String, usize)>> {
    let tables: Vec<&str> = KEYS.iter().filter_map(|k| k.name.split_once('.').map(|(t, _)| t)).collect();
    let tops: Vec<&str> = KEYS.iter().map(|k| k.name.split('.').next().unwrap_or(k.name)).collect();
    root.only(&tops)?;
    let mut all = Vec::new();
    for (name, value) in root.entries() {
        if tables.contains(&name) {
            let table = value.table()?;
            let prefix = format!("{name}.");
            let known: Vec<&str> = KEYS.iter().filter_map(|k| k.name.strip_prefix(prefix.as_str())).collect();
            table.only(&known)?;
            for (_, v) in table.entries() {
                if let Some(key) = find(&v.key) {
                    all.push((key, v.plain()?, v.line()));
                }
            }
        } else if let Some(key) = find(name) {
            all.push((key, value.plain()?, value.line()));
        }
    }
    Ok(all)
}

fn read_profile(name: &str) -> Result<BTreeMap<&'static str, Entry>> {
    let file = File::parse("rules/profiles.toml", PROFILES)?;
    let Some(table) = file.root().get(name) else { return Ok(BTreeMap::new()) };
    let origin = format!("profile {name}");
    let all = flatten(&table.table()?.as_root())?;
    Ok(all.into_iter().map(|(k, value, _)| (k.name, Entry { value, origin: origin.clone() })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers() {
        let mut s = Settings::profile("news").expect("sound");
        assert_eq!(s.get("quotes.style"), "straight");
        s.load("lave.toml", "level = \"likely\"\n[quotes]\nstyle = \"keep\"\n").expect("sound");
        assert_eq!(s.get("quotes.style"), "keep");
        assert_eq!(s.level("captions"), Level::Likely);
        s.set_pair("captions.level=safe", "--set").expect("sound");
        assert_eq!(s.level("captions"), Level::Safe);
        s.set("profile", "minimal", "--profile").expect("sound");
        assert_eq!(s.stages(), ["controls", "whitespace"]);
        assert_eq!(s.get("quotes.style"), "keep", "what was said outright stays");
    }

    #[test]
    fn a_preference_yields_to_what_was_said() {
        let mut s = Settings::profile("news").expect("sound");
        s.prefer("quotes.style", "keep", "check").expect("sound");
        assert_eq!(s.get("quotes.style"), "keep");
        let mut s = Settings::profile("news").expect("sound");
        s.set("quotes.style", "curly", "--set").expect("sound");
        s.prefer("quotes.style", "keep", "check").expect("sound");
        assert_eq!(s.get("quotes.style"), "curly");
    }

    #[test]
    fn every_profile_is_sound() {
        for p in ["minimal", "standard", "news", "web"] {
            assert!(!Settings::profile(p).expect(p).stages().is_empty());
        }
    }

    #[test]
    fn errors_name_place_and_remedy() {
        let bad = |text: &str| Settings::default().load("lave.toml", text).expect_err(text).to_string();
        assert_eq!(
            bad("profile = \"news\"\n[qoutes]\nstyle = \"keep\"\n"),
            "lave.toml:2: unknown key `qoutes`; did you mean `quotes`?"
        );
        assert_eq!(
            bad("[quotes]\nstyel = \"keep\"\n"),
            "lave.toml:2: unknown key `quotes.styel`; did you mean `style`?"
        );
        assert_eq!(
            bad("[quotes]\nstyle = \"kepp\"\n"),
            "lave.toml:2: `quotes.style` cannot be `kepp`; did you mean `keep`?"
        );
        assert!(bad("level = \n").starts_with("lave.toml:1: "));
        let e = Settings::default().set_pair("quotes.stlye=keep", "--set").expect_err("unknown");
        assert_eq!(e.to_string(), "--set: unknown key `quotes.stlye`; did you mean `quotes.style`?");
    }

    #[test]
    fn hash_depends_on_what_matters() {
        let a = Settings::profile("news").expect("sound");
        let mut b = a.clone();
        b.set("jobs", "7", "x").expect("sound");
        assert_eq!(a.hash(), b.hash());
        b.set("level", "likely", "x").expect("sound");
        assert_ne!(a.hash(), b.hash());
    }
}
