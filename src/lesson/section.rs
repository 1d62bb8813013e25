//! `Section` and `Field`: reading a TOML table key by key, with positions for every complaint.
//!
//! Owns the wording of 'found … expected …' and the refusal of unknown keys. `parse` says which
//! keys there are. Reads toml's own value tree rather than deriving, because a derived tagged enum
//! loses the positions.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Value;
use super::error::LessonError;
use super::expr::{Expr, SyntaxError};
use super::template::Template;
use super::words::Words;

/// A lesson.toml being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn error(
        self,
        offset: usize,
        place: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> LessonError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LessonError::Malformed {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            place: place.to_owned(),
            found: found.into(),
            expected: expected.into(),
        }
    }
}

/// A table, and which of its keys were asked for.
pub(super) struct Section<'a> {
    source: Source<'a>,
    path: String,
    offset: usize,
    table: &'a DeTable<'a>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(source: Source<'a>, table: &'a DeTable<'a>) -> Section<'a> {
        Section {
            source,
            path: String::new(),
            offset: 0,
            table,
            asked: RefCell::default(),
        }
    }

    pub(super) fn optional(&self, key: &'static str) -> Option<Field<'a>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key).map(|value| Field {
            source: self.source,
            path: self.place(key),
            value,
        })
    }

    pub(super) fn required(
        &self,
        key: &'static str,
        expected: &str,
    ) -> Result<Field<'a>, LessonError> {
        self.optional(key).ok_or_else(|| {
            self.source.error(
                self.offset,
                &self.place(key),
                "nothing",
                format!("`{key}`: {expected}"),
            )
        })
    }

    /// Keys and values in the order of the file.
    pub(super) fn entries(&self) -> Vec<(&'a str, Field<'a>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
            .into_iter()
            .map(|(key, value)| {
                let key: &str = key.get_ref();
                let field = Field {
                    source: self.source,
                    path: self.place(key),
                    value,
                };
                (key, field)
            })
            .collect()
    }

    /// Refuses keys that were not asked for.
    pub(super) fn done(self) -> Result<(), LessonError> {
        let asked = self.asked.borrow();
        let stranger = self
            .table
            .keys()
            .filter(|key| !asked.contains(key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        let Some(key) = stranger else {
            return Ok(());
        };
        let known: Vec<&str> = asked.iter().copied().collect();
        Err(self.source.error(
            key.span().start,
            &self.place(key.get_ref()),
            format!("the key `{}`", key.get_ref()),
            format!("one of {}", known.join(", ")),
        ))
    }

    pub(super) fn place(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

/// One value and where it stands.
pub(super) struct Field<'a> {
    source: Source<'a>,
    path: String,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Field<'a> {
    /// The error that this value is not what is expected.
    pub(super) fn wrong(&self, expected: impl Into<String>) -> LessonError {
        self.complain(describe(self.value.get_ref()), expected)
    }

    pub(super) fn complain(
        &self,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> LessonError {
        self.source
            .error(self.value.span().start, &self.path, found, expected)
    }

    /// Its line in the file, from 1.
    pub(super) fn line(&self) -> usize {
        let before = self.source.text.get(..self.value.span().start);
        before.unwrap_or_default().matches('\n').count() + 1
    }

    pub(super) fn is_table(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Table(_))
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Array(_))
    }

    pub(super) fn string(&self) -> Result<&'a str, LessonError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong("a string")),
        }
    }

    /// A string with something in it.
    pub(super) fn text(&self) -> Result<String, LessonError> {
        let text = self.string()?;
        if text.trim().is_empty() {
            return Err(self.complain("an empty string", "some text"));
        }
        Ok(text.to_owned())
    }

    /// One of the words of a table.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, LessonError> {
        let text = self.string()?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(format!("one of {}", known.join(", ")))
        })
    }

    /// Lower-case letters, digits and the joining character: what may stand in a file name, on a
    /// command line and in a report.
    pub(super) fn identifier(&self, joint: char) -> Result<String, LessonError> {
        let text = self.string()?;
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint;
        if text.is_empty()
            || !text.starts_with(|c: char| c.is_ascii_lowercase())
            || !text.chars().all(fits)
        {
            return Err(self.wrong(format!(
                "a name of lower-case letters, digits and `{joint}`, beginning with a letter"
            )));
        }
        Ok(text.to_owned())
    }

    pub(super) fn int(&self) -> Result<i64, LessonError> {
        match self.constant() {
            Some(value @ Value::Int(_)) => Ok(value.as_int().unwrap_or(0)),
            _ => Err(self.wrong("an integer")),
        }
    }

    pub(super) fn float(&self) -> Result<f64, LessonError> {
        match self.constant() {
            Some(value @ (Value::Int(_) | Value::Float(_))) => Ok(value.as_float().unwrap_or(0.0)),
            _ => Err(self.wrong("a number")),
        }
    }

    pub(super) fn bool(&self) -> Result<bool, LessonError> {
        match self.value.get_ref() {
            DeValue::Boolean(b) => Ok(*b),
            _ => Err(self.wrong("true or false")),
        }
    }

    pub(super) fn section(&self) -> Result<Section<'a>, LessonError> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(Section {
                source: self.source,
                path: self.path.clone(),
                offset: self.value.span().start,
                table,
                asked: RefCell::default(),
            }),
            _ => Err(self.wrong("a table")),
        }
    }

    pub(super) fn items(&self) -> Result<Vec<Field<'a>>, LessonError> {
        match self.value.get_ref() {
            DeValue::Array(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(place, value)| Field {
                    source: self.source,
                    path: format!("{}[{place}]", self.path),
                    value,
                })
                .collect()),
            _ => Err(self.wrong("an array")),
        }
    }

    /// `{ en = "…", zh = "…" }`, both with something in them.
    pub(super) fn words(&self) -> Result<Words, LessonError> {
        const EXPECTED: &str = "a text in each language: { en = \"…\", zh = \"…\" }";
        if !self.is_table() {
            return Err(self.wrong(EXPECTED));
        }
        let section = self.section()?;
        let words = Words {
            en: section.required("en", "the English text")?.text()?,
            zh: section.required("zh", "the Chinese text")?.text()?,
        };
        section.done()?;
        Ok(words)
    }

    /// A plain value, or the text of an expression.
    pub(super) fn expr(&self) -> Result<Expr, LessonError> {
        if let DeValue::String(text) = self.value.get_ref() {
            return Expr::parse(text).map_err(|error| self.syntax(&error, "an expression"));
        }
        self.constant()
            .map(Expr::constant)
            .ok_or_else(|| self.wrong("an expression, a number, true, false or an array of these"))
    }

    pub(super) fn template(&self) -> Result<Template, LessonError> {
        let text = self.string()?;
        if text.contains('\n') {
            return Err(self.complain("several lines", "one line of output"));
        }
        Template::parse(text).map_err(|error| self.syntax(&error, "a line with {expression} holes"))
    }

    /// `name in list`, as a name and an expression.
    pub(super) fn each(&self) -> Result<(String, Expr), LessonError> {
        let text = self.string()?;
        let header = "`NAME in LIST`, for example `i in 0..processes`";
        let (name, over) = text.split_once(" in ").ok_or_else(|| self.wrong(header))?;
        let name = name.trim();
        let fits = |c: char| c.is_ascii_lowercase() || c == '_';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(self.wrong(header));
        }
        let expr = Expr::parse(over).map_err(|mut error| {
            error.offset += text.len() - over.len();
            self.syntax(&error, "a list")
        })?;
        Ok((name.to_owned(), expr))
    }

    fn constant(&self) -> Option<Value> {
        constant(self.value.get_ref())
    }

    /// Points into the string where the file has it as it is, else at its beginning.
    fn syntax(&self, error: &SyntaxError, expected: &str) -> LessonError {
        let span = self.value.span();
        let raw = self.source.text.get(span.clone()).unwrap_or("");
        let inside = match self.value.get_ref() {
            DeValue::String(text) => raw.find(text.as_ref()),
            _ => None,
        };
        let offset = match inside {
            Some(start) => span.start + start + error.offset,
            None => span.start,
        };
        self.source
            .error(offset, &self.path, error.to_string(), expected)
    }
}

fn constant(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix())
            .ok()
            .map(Value::from),
        DeValue::Float(x) => x.as_str().parse().ok().map(Value::Float),
        DeValue::Boolean(b) => Some(Value::Bool(*b)),
        DeValue::Array(items) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => Some(Value::Str(text.to_string())),
                other => constant(other),
            })
            .collect::<Option<_>>()
            .map(Value::List),
        _ => None,
    }
}

fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => {
            let short: String = text.chars().take(40).collect();
            let dots = if short.len() < text.len() { "…" } else { "" };
            format!("\"{}{dots}\"", short.escape_debug())
        }
        DeValue::Integer(n) => n.to_string(),
        DeValue::Float(x) => x.to_string(),
        DeValue::Boolean(b) => b.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
