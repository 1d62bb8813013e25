//! `Section` and `Field`: reading a TOML table key by key, with a position for every mistake.
//!
//! Reading never stops at a mistake: it notes it and goes on with a stand-in, so that an author is told
//! everything at once. A text with mistakes is refused as a whole in the end (`Source::mistakes`). Owns the
//! wording of 'found … expected …' and the refusal of unknown keys; `parse` says which keys there are.
//! Reads toml's own value tree rather than deriving, because a derived tagged enum loses the positions.

pub(super) mod likely;
pub(super) mod source;

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Value;
use super::error::Spot;
use super::expr::{Expr, SyntaxError};
use super::reference::describe;
use super::template::Template;
use super::words::Words;
use likely::one_of;
use source::Source;

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

    /// How many mistakes the file has so far.
    pub(super) fn mistakes(&self) -> usize {
        self.source.count()
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
                    one_of(key.get_ref(), &known),
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

/// Characters of a string that a mistake quotes.
const QUOTED: usize = 40;

/// One value and where it stands.
pub(super) struct Field<'a> {
    source: &'a Source<'a>,
    path: String,
    offset: usize,
    value: Option<&'a Spanned<DeValue<'a>>>,
}

impl<'a> Field<'a> {
    fn new(source: &'a Source<'a>, path: String, value: &'a Spanned<DeValue<'a>>) -> Field<'a> {
        Field {
            source,
            path,
            offset: value.span().start,
            value: Some(value),
        }
    }

    fn absent(source: &'a Source<'a>, path: String, offset: usize) -> Field<'a> {
        Field {
            source,
            path,
            offset,
            value: None,
        }
    }

    fn get(&self) -> Option<&'a DeValue<'a>> {
        self.value.map(Spanned::get_ref)
    }

    /// Notes that this value is not what is expected.
    pub(super) fn wrong(&self, expected: Words) {
        if let Some(value) = self.get() {
            self.complain(found(value), expected);
        }
    }

    pub(super) fn complain(&self, found: Words, expected: Words) {
        self.source
            .mistake(self.offset, &self.path, found, expected);
    }

    /// Notes for the lint what is wrong with an expression whatever the run.
    pub(super) fn doubt(&self, expr: &Expr, what: &Words) {
        let message = Words::tell("eval.in", &[("text", expr), ("what", what)]);
        self.source
            .notes
            .borrow_mut()
            .doubts
            .push((self.spot(), message));
    }

    /// Notes which names an expression uses, and which objects it asks for.
    pub(super) fn uses(&self, expr: &Expr) {
        let mut notes = self.source.notes.borrow_mut();
        notes
            .used
            .extend(expr.names().into_iter().map(str::to_owned));
        let objects = expr.objects().into_iter();
        notes
            .objects
            .extend(objects.map(|name| (self.spot(), name.to_owned())));
    }

    /// Notes that this is the name of an object of the program.
    pub(super) fn names_object(&self) {
        if let Some(DeValue::String(name)) = self.get() {
            let mut notes = self.source.notes.borrow_mut();
            notes.objects.push((self.spot(), name.to_string()));
        }
    }

    /// Notes that this gives the name a meaning.
    pub(super) fn defines(&self, name: &str) {
        let mut notes = self.source.notes.borrow_mut();
        notes.names.push((self.spot(), name.to_owned()));
    }

    /// Notes that this is the lesson's slug.
    pub(super) fn is_slug(&self) {
        self.source.notes.borrow_mut().slug = Some(self.spot());
    }

    /// The `id` or `name` in this table.
    pub(super) fn id(&self) -> Option<(Field<'a>, String)> {
        let Some(DeValue::Table(table)) = self.get() else {
            return None;
        };
        let value = table.get("id").or_else(|| table.get("name"))?;
        let DeValue::String(name) = value.get_ref() else {
            return None;
        };
        let field = Field::new(self.source, format!("{}.id", self.path), value);
        Some((field, name.to_string()))
    }

    /// A plain value: a string, a number, true or false.
    pub(super) fn plain(&self) -> Option<Value> {
        match self.get()? {
            DeValue::String(text) => Some(Value::Str(text.to_string())),
            value => constant(value),
        }
    }

    pub(super) fn spot(&self) -> Spot {
        self.source.spot(self.offset)
    }

    pub(super) fn is_table(&self) -> bool {
        matches!(self.get(), Some(DeValue::Table(_)))
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self.get(), Some(DeValue::Array(_)))
    }

    pub(super) fn string(&self) -> &'a str {
        if let Some(DeValue::String(text)) = self.get() {
            return text;
        }
        self.wrong(Words::tell("mistake.string", &[]));
        ""
    }

    /// A string with something in it.
    pub(super) fn text(&self) -> String {
        if let Some(DeValue::String(text)) = self.get()
            && text.trim().is_empty()
        {
            self.complain(
                Words::tell("mistake.empty", &[]),
                Words::tell("mistake.some-text", &[]),
            );
            return String::new();
        }
        self.string().to_owned()
    }

    /// One of the words of a table; `None` where it is none of them.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        if let Some(DeValue::String(text)) = self.get()
            && let Some((_, meaning)) = words.iter().find(|(word, _)| word == text)
        {
            return Some(*meaning);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let given = match self.get() {
            Some(DeValue::String(text)) => text,
            _ => "",
        };
        self.wrong(one_of(given, &known));
        None
    }

    /// Lower-case letters, digits and the joining character: what may stand in a file name, on a
    /// command line and in a report.
    pub(super) fn identifier(&self, joint: char) -> String {
        let text = match self.get() {
            Some(DeValue::String(text)) => text.as_ref(),
            _ => return self.string().to_owned(),
        };
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint;
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(fits) {
            self.wrong(Words::tell("mistake.identifier", &[("joint", &joint)]));
        }
        text.to_owned()
    }

    pub(super) fn int(&self) -> i64 {
        if let Some(value @ Value::Int(_)) = self.constant() {
            return value.as_int().unwrap_or(0);
        }
        self.wrong(Words::tell("mistake.integer", &[]));
        0
    }

    pub(super) fn float(&self) -> f64 {
        if let Some(value @ (Value::Int(_) | Value::Float(_))) = self.constant() {
            return value.as_float().unwrap_or(0.0);
        }
        self.wrong(Words::tell("mistake.number", &[]));
        0.0
    }

    pub(super) fn bool(&self) -> bool {
        if let Some(DeValue::Boolean(b)) = self.get() {
            return *b;
        }
        self.wrong(Words::tell("mistake.boolean", &[]));
        false
    }

    /// The table, whose keys are those of `of` in the reference.
    pub(super) fn section(&self, of: &'static str) -> Section<'a> {
        let table = if let Some(DeValue::Table(table)) = self.get() {
            Some(table)
        } else {
            self.wrong(Words::tell("mistake.table", &[]));
            None
        };
        Section {
            source: self.source,
            of,
            path: self.path.clone(),
            offset: self.offset,
            table,
            asked: std::cell::RefCell::default(),
        }
    }

    pub(super) fn items(&self) -> Vec<Field<'a>> {
        let Some(DeValue::Array(items)) = self.get() else {
            self.wrong(Words::tell("mistake.array", &[]));
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items
            .map(|(place, value)| Field::new(self.source, format!("{}[{place}]", self.path), value))
            .collect()
    }

    /// A text in both languages, or one string for both: a pack may be written in one language.
    pub(super) fn words(&self) -> Words {
        if matches!(self.get(), Some(DeValue::String(_))) {
            let text = self.text();
            return Words::new(text.clone(), text);
        }
        let section = self.section("words");
        let (en, zh) = (section.optional("en"), section.optional("zh"));
        if en.is_none() && zh.is_none() {
            section.required("en");
        }
        let text = |field: Option<Field<'_>>| field.map(|field| field.text()).unwrap_or_default();
        let words = Words::new(text(en), text(zh));
        section.done();
        words
    }

    /// A string that is an expression, or a plain value that stands for itself.
    pub(super) fn expr(&self) -> Expr {
        let expr = if let Some(DeValue::String(text)) = self.get() {
            Expr::parse(text)
                .map_err(|error| self.syntax(&error, Words::tell("mistake.expression", &[])))
                .ok()
        } else {
            let constant = self.constant();
            if constant.is_none() {
                self.wrong(Words::tell("mistake.expression-or-value", &[]));
            }
            constant.map(Expr::constant)
        };
        expr.unwrap_or_else(|| Expr::constant(Value::None))
            .at(self.spot())
    }

    pub(super) fn template(&self) -> Template {
        let text = self.string();
        if text.contains('\n') {
            self.complain(
                Words::tell("mistake.several-lines", &[]),
                Words::tell("mistake.one-line", &[]),
            );
            return Template::default();
        }
        match Template::parse(text) {
            Ok(template) => template.at(self.spot()),
            Err(error) => {
                self.syntax(&error, Words::tell("mistake.template", &[]));
                Template::default()
            }
        }
    }

    /// `name in list`, as a name and an expression; where it is wrong, a stand-in with the name it begins with.
    pub(super) fn each(&self) -> Option<(String, Expr)> {
        let text = self.string();
        let fits = |c: char| c.is_ascii_lowercase() || c == '_';
        let parts = text
            .split_once(" in ")
            .map(|(name, over)| (name.trim(), over));
        let Some((name, over)) =
            parts.filter(|(name, _)| !name.is_empty() && name.chars().all(fits))
        else {
            self.wrong(Words::tell("mistake.each", &[]));
            let name = text.split(|c| !fits(c)).next()?;
            return (!name.is_empty()).then(|| (name.to_owned(), Expr::default()));
        };
        match Expr::parse(over) {
            Ok(expr) => Some((name.to_owned(), expr.at(self.spot()))),
            Err(mut error) => {
                error.offset += text.len() - over.len();
                self.syntax(&error, Words::tell("mistake.list", &[]));
                Some((name.to_owned(), Expr::default()))
            }
        }
    }

    fn constant(&self) -> Option<Value> {
        self.get().and_then(constant)
    }

    /// Points into the string where the file has it as it is, else at its beginning.
    fn syntax(&self, error: &SyntaxError, expected: Words) {
        let Some(value) = self.value else { return };
        let raw = self.source.text.get(value.span()).unwrap_or("");
        let inside = match value.get_ref() {
            DeValue::String(text) => raw.find(text.as_ref()),
            _ => None,
        };
        let offset = match inside {
            Some(start) => self.offset + start + error.offset,
            None => self.offset,
        };
        self.source
            .mistake(offset, &self.path, error.message.clone(), expected);
    }
}

fn found(value: &DeValue<'_>) -> Words {
    let plain = |text: String| Words::new(text.clone(), text);
    match value {
        DeValue::String(text) => {
            let short: String = text.chars().take(QUOTED).collect();
            let dots = if short.len() < text.len() { "…" } else { "" };
            plain(format!("\"{}{dots}\"", short.escape_debug()))
        }
        DeValue::Integer(n) => plain(n.to_string()),
        DeValue::Float(x) => plain(x.to_string()),
        DeValue::Boolean(b) => plain(b.to_string()),
        DeValue::Datetime(_) => Words::tell("mistake.date", &[]),
        DeValue::Array(_) => Words::tell("mistake.array", &[]),
        DeValue::Table(_) => Words::tell("mistake.table", &[]),
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
