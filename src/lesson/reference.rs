//! `Reference`: the page that describes lessons, `assets/reference/en.md` and `zh.md`.
//!
//! The page is the only place where keys are described: `lessons help` shows its parts, and mistakes quote its
//! rows. A comment `<!-- of: parameter -->` before a table says whose keys stand there. The test holds it
//! complete against the parser.

use crate::text::Lang;

static PAGES: [&str; 2] = [
    include_str!("../../assets/reference/en.md"),
    include_str!("../../assets/reference/zh.md"),
];

/// One part of the page: `## topic: Title` and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    pub name: &'static str,
    pub title: &'static str,
    /// Markdown, without the heading.
    pub text: &'static str,
}

/// The whole page, as Markdown.
#[must_use]
pub fn page(lang: Lang) -> &'static str {
    PAGES[lang as usize]
}

/// What stands before the first topic, without the title.
#[must_use]
pub fn preface(lang: Lang) -> &'static str {
    let preface = page(lang).split("\n## ").next().unwrap_or_default();
    preface.split_once('\n').map_or("", |(_, rest)| rest.trim())
}

/// The page's parts, in its order.
pub fn topics(lang: Lang) -> impl Iterator<Item = Topic> {
    page(lang).split("\n## ").skip(1).filter_map(|part| {
        let (heading, text) = part.split_once('\n')?;
        let (name, title) = heading.split_once(':')?;
        Some(Topic {
            name: name.trim(),
            title: title.trim(),
            text: text.trim(),
        })
    })
}

/// What the page says of a check or a prediction, from its `### kind` to the next.
#[must_use]
pub fn kind(lang: Lang, name: &str) -> Option<&'static str> {
    let sections = page(lang).split("\n### ").skip(1);
    sections
        .filter_map(|part| part.split_once('\n'))
        .find(|(heading, _)| heading.trim() == name)
        .map(|(_, text)| text.split("\n## ").next().unwrap_or(text).trim())
}

/// What the page says of a key; the key itself where it says nothing.
pub(super) fn describe(lang: Lang, of: &str, key: &str) -> String {
    let found = rows(lang).find(|row| row.of == of && row.keys().any(|known| known == key));
    found.map_or_else(|| key.to_owned(), |row| row.what.replace("\\|", "|"))
}

/// A row of a table.
struct Row {
    of: &'static str,
    keys: &'static str,
    what: &'static str,
}

impl Row {
    /// What stands in backquotes in its first column, arguments left out.
    fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        let quoted = self.keys.split('`').skip(1).step_by(2);
        quoted.map(|key| key.split('(').next().unwrap_or(key))
    }
}

fn rows(lang: Lang) -> impl Iterator<Item = Row> {
    let mut of = "";
    page(lang).lines().filter_map(move |line| {
        if let Some(rest) = line.strip_prefix("<!-- of: ") {
            of = rest.trim_end_matches("-->").trim();
        }
        let cells = line.strip_prefix("| `")?;
        let (keys, what) = cells.split_once(" | ")?;
        Some(Row {
            of,
            keys: &line[2..2 + 1 + keys.len()],
            what: what.trim_end_matches('|').trim(),
        })
    })
}

#[cfg(test)]
pub(super) mod tests;
