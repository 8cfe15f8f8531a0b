//! Reading TOML strictly: a key that nobody knows is an error which names the nearest valid one.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::error::{Error, Result, nearest};

/// A parsed file, which knows where each value stands.
pub(crate) struct File<'a> {
    name: &'a str,
    text: &'a str,
    root: DeTable<'a>,
}

impl<'a> File<'a> {
    pub(crate) fn parse(name: &'a str, text: &'a str) -> Result<Self> {
        match DeTable::parse(text) {
            Ok(root) => Ok(File { name, text, root: root.into_inner() }),
            Err(e) => {
                let at = e.span().map_or(0, |s| s.start);
                Err(Error::new(name, e.message()).line(line_of(text, at)))
            }
        }
    }

    pub(crate) fn root(&self) -> Table<'_, 'a> {
        Table { file: self, inner: &self.root, at: 0, what: String::new() }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|&&b| b == b'\n').count()
}

/// One table of a file.
pub(crate) struct Table<'f, 'a> {
    file: &'f File<'a>,
    inner: &'f DeTable<'a>,
    at: usize,
    what: String,
}

/// One value of a file.
pub(crate) struct Value<'f, 'a> {
    file: &'f File<'a>,
    inner: &'f DeValue<'a>,
    span: Range<usize>,
    /// Its key, with those of the tables around it.
    pub(crate) key: String,
}

impl<'f, 'a> Table<'f, 'a> {
    /// An error at the head of this table.
    pub(crate) fn error(&self, what: impl std::fmt::Display) -> Error {
        Error::new(self.file.name, what).line(line_of(self.file.text, self.at))
    }

    /// Refuses keys other than `known`.
    pub(crate) fn only(&self, known: &[&str]) -> Result<()> {
        for (k, _) in self.inner {
            let name: &str = k.get_ref();
            if !known.contains(&name) {
                return Err(unknown_key(self.file.name, &self.path(name), name, known)
                    .line(line_of(self.file.text, k.span().start)));
            }
        }
        Ok(())
    }

    /// The same table, whose keys are named as if it were the whole file.
    pub(crate) fn as_root(&self) -> Table<'f, 'a> {
        Table { file: self.file, inner: self.inner, at: self.at, what: String::new() }
    }

    fn path(&self, key: &str) -> String {
        if self.what.is_empty() { key.to_owned() } else { format!("{}.{key}", self.what) }
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'f, 'a>> {
        // Looked up by iteration: the map's key type borrows from the file.
        self.inner
            .iter()
            .find(|(k, _)| {
                let k: &DeString<'_> = k.get_ref();
                k == key
            })
            .map(|(_, v)| self.value(key, v))
    }

    fn value(&self, key: &str, v: &'f Spanned<DeValue<'a>>) -> Value<'f, 'a> {
        Value { file: self.file, inner: v.get_ref(), span: v.span(), key: self.path(key) }
    }

    /// All entries, in the order of the file.
    pub(crate) fn entries(&self) -> Vec<(&'f str, Value<'f, 'a>)> {
        let mut all: Vec<_> =
            self.inner.iter().map(|(k, v)| (k.get_ref().as_ref(), self.value(k.get_ref(), v))).collect();
        all.sort_by_key(|(_, v)| v.span.start);
        all
    }

    pub(crate) fn str(&self, key: &str) -> Result<Option<&'f str>> {
        self.get(key).map(|v| v.str()).transpose()
    }

    pub(crate) fn bool(&self, key: &str) -> Result<Option<bool>> {
        self.get(key).map(|v| v.bool()).transpose()
    }

    pub(crate) fn int(&self, key: &str) -> Result<Option<u32>> {
        self.get(key).map(|v| v.int()).transpose()
    }

    /// The array under `key`; empty when there is none.
    pub(crate) fn array(&self, key: &str) -> Result<Vec<Value<'f, 'a>>> {
        self.get(key).map_or(Ok(Vec::new()), |v| v.array())
    }
}

/// The error for a key that nobody knows.
pub(crate) fn unknown_key(place: &str, path: &str, name: &str, known: &[&str]) -> Error {
    let e = Error::new(place, format_args!("unknown key `{path}`"));
    match nearest(name, known.iter().copied()) {
        Some(k) => e.remedy(format_args!("did you mean `{k}`?")),
        None => e.remedy(format_args!("known keys: {}", known.join(", "))),
    }
}

impl<'f, 'a> Value<'f, 'a> {
    /// An error at this value.
    pub(crate) fn error(&self, what: impl std::fmt::Display) -> Error {
        Error::new(self.file.name, what).line(self.line())
    }

    pub(crate) fn line(&self) -> usize {
        line_of(self.file.text, self.span.start)
    }

    fn wrong(&self, want: &str) -> Error {
        self.error(format_args!("`{}` must be {want}", self.key))
    }

    pub(crate) fn str(&self) -> Result<&'f str> {
        match self.inner {
            DeValue::String(s) => Ok(s.as_ref()),
            _ => Err(self.wrong("a string")),
        }
    }

    pub(crate) fn bool(&self) -> Result<bool> {
        match self.inner {
            DeValue::Boolean(b) => Ok(*b),
            _ => Err(self.wrong("true or false")),
        }
    }

    pub(crate) fn int(&self) -> Result<u32> {
        match self.inner {
            DeValue::Integer(i) => u32::from_str_radix(i.as_str(), i.radix()).ok(),
            _ => None,
        }
        .ok_or_else(|| self.wrong("a whole number, 0 or more"))
    }

    pub(crate) fn array(&self) -> Result<Vec<Value<'f, 'a>>> {
        match self.inner {
            DeValue::Array(all) => Ok(all
                .iter()
                .map(|v| Value { file: self.file, inner: v.get_ref(), span: v.span(), key: self.key.clone() })
                .collect()),
            _ => Err(self.wrong("an array")),
        }
    }

    pub(crate) fn table(&self) -> Result<Table<'f, 'a>> {
        match self.inner {
            DeValue::Table(t) => Ok(Table { file: self.file, inner: t, at: self.span.start, what: self.key.clone() }),
            _ => Err(self.wrong("a table")),
        }
    }

    /// The value as a person would type it after `--set key=`.
    pub(crate) fn plain(&self) -> Result<String> {
        Ok(match self.inner {
            DeValue::String(s) => s.to_string(),
            DeValue::Boolean(b) => b.to_string(),
            DeValue::Integer(_) => self.int()?.to_string(),
            DeValue::Array(_) => {
                let all: Result<Vec<_>> = self.array()?.iter().map(|v| v.plain()).collect();
                all?.join(",")
            }
            _ => return Err(self.wrong("a string, a number, a boolean or an array of these")),
        })
    }
}
