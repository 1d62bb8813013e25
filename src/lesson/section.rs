//! `Section` and `Field`: reading a TOML table key by key, with a position for every mistake.
//!
//! Reading never stops at a mistake: it notes it and goes on with a stand-in, so that an author is told
//! everything at once. A text with mistakes is refused as a whole in the end (`Source::mistakes`). Owns the
//! wording of 'found … expected …' and the refusal of unknown keys; `parse` says which keys there are.
//! Reads toml's own value tree rather than deriving, because a derived tagged enum loses the positions.

mod field;

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::Value;
use super::error::{Mistake, Spot};
use super::reference::describe;
use super::words::Words;
pub(super) use field::Field;

/// Most mistakes that are told of one file.
const MOST: usize = 200;

/// A lesson.toml being read, and what was wrong so far.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    /// Where the lines begin.
    lines: Vec<usize>,
    mistakes: RefCell<Vec<Mistake>>,
    pub(super) notes: RefCell<Notes>,
}

/// What reading a lesson.toml notes for the lint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notes {
    /// What is wrong with expressions whatever the run.
    pub(super) doubts: Vec<(Spot, Words)>,
    /// Objects of the program that checks and expressions name.
    pub(super) objects: Vec<(Spot, String)>,
    /// Names that expressions use.
    pub(super) used: BTreeSet<String>,
    /// Where parameters and definitions stand, by name.
    pub(super) names: Vec<(Spot, String)>,
}

impl<'a> Source<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Source<'a> {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Source {
            file,
            text,
            lines: std::iter::once(0).chain(ends).collect(),
            mistakes: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// Line and column of a byte.
    pub(super) fn spot(&self, offset: usize) -> Spot {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let before = self.text.get(self.lines[line - 1]..offset);
        Spot {
            line,
            column: before.unwrap_or_default().chars().count() + 1,
        }
    }

    pub(super) fn mistake(&self, offset: usize, place: &str, found: Words, expected: Words) {
        let mut mistakes = self.mistakes.borrow_mut();
        if mistakes.len() < MOST {
            mistakes.push(Mistake {
                file: self.file.to_owned(),
                spot: self.spot(offset),
                place: place.to_owned(),
                found,
                expected,
                is_lack: false,
            });
        }
    }

    /// The last mistake is that something is not there.
    fn was_a_lack(&self) {
        if let Some(mistake) = self.mistakes.borrow_mut().last_mut() {
            mistake.is_lack = true;
        }
    }

    /// Everything wrong so far, in the order of the file.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.take();
        // What the file as a whole lacks has no place of its own.
        let whole = |mistake: &Mistake| !mistake.place.contains('.') && mistake.is_lack;
        mistakes.sort_by_key(|mistake| (whole(mistake), mistake.spot));
        mistakes
    }
}

/// A table, and which of its keys were asked for.
pub(super) struct Section<'a> {
    source: &'a Source<'a>,
    /// Whose keys these are, in the reference: `lesson`, `parameter`, a kind of check.
    of: &'static str,
    path: String,
    offset: usize,
    /// `None` where no table stands; that was noted.
    table: Option<&'a DeTable<'a>>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Section<'a> {
        Section {
            source,
            of: "lesson",
            path: String::new(),
            offset: 0,
            table: Some(table),
            asked: RefCell::default(),
        }
    }

    /// From here on keys are those of `of`, in the reference.
    pub(super) fn keys_of(&mut self, of: &'static str) {
        self.of = of;
    }

    pub(super) fn optional(&self, key: &'static str) -> Option<Field<'a>> {
        self.shared(self.of, key)
    }

    /// A key that several kinds have: `of` says where the reference describes it.
    pub(super) fn shared(&self, of: &'static str, key: &'static str) -> Option<Field<'a>> {
        #[cfg(test)]
        super::reference::tests::asked(of, key);
        #[cfg(not(test))]
        let _ = of;
        self.asked.borrow_mut().insert(key);
        let value = self.table?.get(key)?;
        Some(Field::new(self.source, self.place(key), value))
    }

    /// The value of a key that has to be there; a stand-in where it is not.
    pub(super) fn required(&self, key: &'static str) -> Field<'a> {
        self.required_shared(self.of, key)
    }

    /// As `required`, for a key that several kinds have.
    pub(super) fn required_shared(&self, of: &'static str, key: &'static str) -> Field<'a> {
        self.shared(of, key).unwrap_or_else(|| {
            if self.table.is_some() {
                let expected = Words::of(|lang| {
                    let what = describe(lang, of, key);
                    lang.tell("mistake.key", &[("key", &key), ("what", &what)])
                });
                self.source
                    .mistake(self.offset, &self.place(key), Words::default(), expected);
                self.source.was_a_lack();
            }
            Field::absent(self.source, self.place(key), self.offset)
        })
    }

    /// Notes that the table as a whole is not what is expected.
    pub(super) fn complain(&self, found: Words, expected: Words) {
        self.source
            .mistake(self.offset, &self.path, found, expected);
    }

    /// Keys and values in the order of the file.
    pub(super) fn entries(&self) -> Vec<(&'a str, Field<'a>)> {
        let mut entries: Vec<_> = self.table.iter().flat_map(|table| table.iter()).collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
            .into_iter()
            .map(|(key, value)| {
                let key: &str = key.get_ref();
                (key, Field::new(self.source, self.place(key), value))
            })
            .collect()
    }

    /// Notes every key that was not asked for.
    pub(super) fn done(self) {
        let asked = self.asked.borrow();
        let known: Vec<&str> = asked.iter().copied().collect();
        for key in self.table.iter().flat_map(|table| table.keys()) {
            if !asked.contains(key.get_ref().as_ref()) {
                self.source.mistake(
                    key.span().start,
                    &self.place(key.get_ref()),
                    Words::tell("mistake.unknown-key", &[("key", key.get_ref())]),
                    Words::tell("mistake.one-of", &[("known", &known.join(", "))]),
                );
            }
        }
    }

    pub(super) fn place(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

/// A plain value as TOML has it; `None` for dates and tables.
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
