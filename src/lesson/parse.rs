//! lesson.toml → `Manifest`: which keys there are and what each must be.
//!
//! The one place that knows the file's schema. Checks and questions have files of their own; here
//! stand the lesson's head, its parameters and the names its expressions may use. Refuses unknown
//! keys, unknown names in expressions, doubled ids and defaults out of range, each with its
//! position.

mod questions;

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::Value;
use super::checks::Check;
use super::error::LessonError;
use super::expr::Expr;
use super::names::Names;
use super::params::{Choice, Parameter, ParameterKind};
use super::questions::{Claim, Listing, Outcome, Prediction};
use super::scope::CIRCUMSTANCES;
use super::section::source::{Notes, Source};
use super::section::{Field, Section};
use super::words::Words;

/// Most parameters, checks, predictions, listings, claims or definitions of a lesson.
const MAX_ENTRIES: usize = 200;

/// The greatest place in the course.
pub(super) const MAX_ORDER: u32 = 999;

/// What lesson.toml says.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The file it was read from, as errors name it.
    pub file: String,
    pub slug: String,
    /// Place in the course, from 1.
    pub order: Option<u32>,
    pub title: Words,
    /// Empty where there is none.
    pub summary: Words,
    /// Slugs of lessons to have seen before.
    pub needs: Vec<String>,
    /// Two lessons to see side by side, left and right; this one is among them.
    pub pair: Option<[String; 2]>,
    /// The word to look for among the rows of ps: `ps aux | grep pool`.
    pub grep: Option<String>,
    pub parameters: Vec<Parameter>,
    /// Names for expressions used more than once.
    pub define: Vec<(String, Expr)>,
    pub listings: Vec<Listing>,
    pub outcome: Outcome,
    pub checks: Vec<Check>,
    pub predictions: Vec<Prediction>,
    pub claims: Vec<Claim>,
    /// Values of parameters to run the program with, a row each; `test` and `grade` run all rows.
    pub matrix: Vec<Vec<(String, Value)>>,
    /// For the lint.
    pub(super) notes: Notes,
}

impl Manifest {
    /// Reads a lesson.toml; `file` is its name for errors.
    ///
    /// # Errors
    /// Everything that is wrong, each with line, column, what was found and what is expected.
    pub fn parse(file: &str, text: &str) -> Result<Manifest, LessonError> {
        let source = Source::new(file, text);
        let (document, errors) = DeTable::parse_recoverable(text);
        let mut again: BTreeSet<&str> = BTreeSet::new();
        for error in &errors {
            let span = error.span().unwrap_or_default();
            let message = error.message().trim().replace('\n', ", ");
            let key = text.get(span.clone()).unwrap_or_default();
            // The parser says it of every table that follows.
            let message = match message.as_str() {
                "duplicate key" if !again.insert(key) => continue,
                "duplicate key" => Words::tell("mistake.key-again", &[("key", &key)]),
                message => Words::tell("mistake.toml", &[("why", &message)]),
            };
            source.mistake(span.start, "", message, Words::default());
        }
        if !errors.is_empty() {
            return Err(LessonError::Malformed(source.mistakes()));
        }
        let section = Section::new(&source, document.get_ref());
        let manifest = read(file, &section);
        section.done();
        let mistakes = source.mistakes();
        if !mistakes.is_empty() {
            return Err(LessonError::Malformed(mistakes));
        }
        Ok(Manifest {
            notes: source.notes.take(),
            ..manifest
        })
    }
}

fn read(file: &str, section: &Section<'_>) -> Manifest {
    let parameters = items(section, "parameters", |field| Some(parameter(field)));
    let mut names = Names::of(&parameters);
    let define = definitions(section, &mut names);
    let listings = items(section, "listings", |field| Some(questions::listing(field)));
    let matrix = matrix(section, &parameters);
    Manifest {
        file: file.to_owned(),
        slug: {
            let slug = section.required("slug");
            slug.is_slug();
            slug.identifier('-')
        },
        order: section.optional("order").map(|field| order(&field)),
        title: section.required("title").words(),
        summary: section
            .optional("summary")
            .map(|field| field.words())
            .unwrap_or_default(),
        needs: slugs(section.optional("needs").as_ref()),
        pair: pair(section.optional("pair").as_ref()),
        grep: section.optional("grep").map(|field| field.text()),
        outcome: section
            .optional("outcome")
            .map_or(Outcome::Lines, |field| questions::outcome(&field, &names)),
        checks: items(section, "checks", |field| Check::read(field, &names)),
        predictions: items(section, "predictions", |field| {
            questions::prediction(field, &names, &listings)
        }),
        claims: items(section, "claims", |field| Some(questions::claim(field))),
        parameters,
        define,
        listings,
        matrix,
        notes: Notes::default(),
    }
}

/// An array of tables whose `id` (or `name`) is not to be given twice.
fn items<T>(
    section: &Section<'_>,
    key: &'static str,
    mut read: impl FnMut(&Field<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(field) = section.optional(key) else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let items = field.items();
    if !few(&field, items.len()) {
        return Vec::new();
    }
    for item in items {
        if let Some((id, name)) = item.id()
            && !seen.insert(name.clone())
        {
            id.complain(
                Words::tell("mistake.again", &[("name", &name)]),
                Words::tell("mistake.different-names", &[("key", &key)]),
            );
        }
        found.extend(read(&item));
    }
    found
}

/// Refuses more than a learner would ever see.
fn few(field: &Field<'_>, count: usize) -> bool {
    if count > MAX_ENTRIES {
        field.complain(
            Words::tell("mistake.entries", &[("n", &count)]),
            Words::tell("mistake.at-most", &[("most", &MAX_ENTRIES)]),
        );
    }
    count <= MAX_ENTRIES
}

fn order(field: &Field<'_>) -> u32 {
    let Some(Value::Int(order)) = field.plain() else {
        field.int();
        return 1;
    };
    let order = u32::try_from(order).ok();
    let order = order.filter(|order| (1..=MAX_ORDER).contains(order));
    if order.is_none() {
        field.wrong(Words::tell("mistake.order", &[]));
    }
    order.unwrap_or(1)
}

fn slugs(field: Option<&Field<'_>>) -> Vec<String> {
    let items = field.map(Field::items).unwrap_or_default();
    items.iter().map(|item| item.identifier('-')).collect()
}

fn pair(field: Option<&Field<'_>>) -> Option<[String; 2]> {
    let pair = <[String; 2]>::try_from(slugs(Some(field?)));
    if pair.is_err() {
        field?.wrong(Words::tell("mistake.pair", &[]));
    }
    pair.ok()
}

fn definitions(section: &Section<'_>, names: &mut Names) -> Vec<(String, Expr)> {
    let Some(field) = section.optional("define") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let entries = field.section("define").entries();
    if !few(&field, entries.len()) {
        return found;
    }
    for (name, value) in entries {
        if names.knows(name) {
            value.complain(
                Words::tell("mistake.second-meaning", &[("name", &name)]),
                Words::tell("mistake.name-in-use", &[]),
            );
        }
        let expr = value.expr();
        let kind = names.check(&value, &expr);
        names.add(name, kind);
        value.defines(name);
        found.push((name.to_owned(), expr));
    }
    found
}

/// `[[matrix]]`: each table names values of parameters, and stands for every combination of them.
fn matrix(section: &Section<'_>, parameters: &[Parameter]) -> Vec<Vec<(String, Value)>> {
    let Some(field) = section.optional("matrix") else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for item in field.items() {
        let mut combined: Vec<Vec<(String, Value)>> = vec![Vec::new()];
        for (name, value) in item.section("matrix").entries() {
            let Some(parameter) = parameters.iter().find(|known| known.name == name) else {
                let known: Vec<&str> = parameters.iter().map(|known| known.name.as_str()).collect();
                value.complain(
                    Words::tell("mistake.unknown-key", &[("key", &name)]),
                    Words::tell("mistake.one-of", &[("known", &known.join(", "))]),
                );
                continue;
            };
            let given = if value.is_array() {
                value.items()
            } else {
                vec![value]
            };
            if given.is_empty() {
                let list = item.section("matrix").entries();
                let list = list.into_iter().find(|(known, _)| *known == name);
                if let Some((_, list)) = list {
                    list.wrong(parameter.kind.takes());
                }
                continue;
            }
            let mut values = Vec::new();
            for value in given {
                match value.plain().and_then(|plain| parameter.admit(&plain)) {
                    Some(admitted) => values.push(admitted),
                    None => value.wrong(parameter.kind.takes()),
                }
            }
            if combined.len().saturating_mul(values.len()) > MAX_ENTRIES {
                few(&item, combined.len().saturating_mul(values.len()));
                break;
            }
            let with = |row: &Vec<(String, Value)>, value: &Value| {
                [row.clone(), vec![(name.to_owned(), value.clone())]].concat()
            };
            combined = combined
                .iter()
                .flat_map(|row| values.iter().map(move |value| with(row, value)))
                .collect();
        }
        rows.extend(combined);
    }
    few(&field, rows.len());
    rows
}

fn parameter(field: &Field<'_>) -> Parameter {
    const KINDS: &[(&str, &str)] = &[
        ("int", "parameter-int"),
        ("bool", "parameter-bool"),
        ("seconds", "parameter-seconds"),
        ("choice", "parameter-choice"),
    ];
    let mut section = field.section("parameter");
    let before = section.mistakes();
    let name_field = section.required("name");
    let name = name_field.identifier('_');
    if CIRCUMSTANCES.iter().any(|(known, _)| *known == name) {
        name_field.complain(
            Words::tell("mistake.circumstance", &[("name", &name)]),
            Words::tell("mistake.another-name", &[]),
        );
    }
    let label = section.required("label").words();
    let default = section.required("default");
    name_field.defines(&name);
    let Some(kind) = section.required("kind").word(KINDS) else {
        return Parameter {
            name,
            label,
            kind: ParameterKind::Bool { default: false },
        };
    };
    section.keys_of(kind);
    let kind = match kind {
        "parameter-int" => ParameterKind::Int {
            default: default.int(),
            min: section.required("min").int(),
            max: section.required("max").int(),
        },
        "parameter-bool" => ParameterKind::Bool {
            default: default.bool(),
        },
        "parameter-seconds" => ParameterKind::Seconds {
            default: default.float(),
            min: section.required("min").float(),
            max: section.required("max").float(),
        },
        _ => ParameterKind::Choice {
            default: default.string().to_owned(),
            choices: {
                let choices = section.required("choices").items();
                few(field, choices.len());
                choices.iter().map(choice).collect()
            },
        },
    };
    let section_is_sound = section.mistakes() == before;
    section.done();
    let parameter = Parameter { name, label, kind };
    // A default that was not read, or bounds that were not, say nothing of it.
    if section_is_sound && parameter.admit(&parameter.default()).is_none() {
        default.wrong(Words::tell(
            "mistake.default",
            &[("takes", &parameter.kind.takes())],
        ));
    }
    parameter
}

fn choice(field: &Field<'_>) -> Choice {
    let section = field.section("choice");
    let choice = Choice {
        value: section.required("value").text(),
        label: section.required("label").words(),
    };
    section.done();
    choice
}

#[cfg(test)]
mod tests;
