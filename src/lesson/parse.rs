//! lesson.toml → `Manifest`: which keys there are and what each must be.
//!
//! The one place that knows the file's schema. Checks and questions have files of their own; here
//! stand the lesson's head, its parameters and the names its expressions may use. Refuses unknown
//! keys, unknown names in expressions, doubled ids and defaults out of range, each with its
//! position.

mod questions;

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::checks::Check;
use super::error::LessonError;
use super::expr::Expr;
use super::names::Names;
use super::params::{Choice, Parameter, ParameterKind};
use super::questions::{Claim, Listing, Outcome, Prediction};
use super::scope::CIRCUMSTANCES;
use super::section::{Field, Section, Source};
use super::words::Words;

/// Most parameters, checks, predictions, listings, claims or definitions of a lesson.
const MAX_ENTRIES: usize = 200;

/// What lesson.toml says.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The file it was read from, as errors name it.
    pub file: String,
    pub slug: String,
    /// Place in the course, from 1; a folder without lesson.toml has none.
    pub order: Option<u32>,
    pub title: Words,
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
}

impl Manifest {
    /// Reads a lesson.toml; `file` is its name for errors.
    ///
    /// # Errors
    /// Line, column, what was found and what is expected.
    pub fn parse(file: &str, text: &str) -> Result<Manifest, LessonError> {
        let source = Source { file, text };
        let document = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let message = error.message().trim().replace('\n', ", ");
            source.error(offset, "lesson.toml", message, "TOML")
        })?;
        let section = Section::new(source, document.get_ref());
        let parameters = items(&section, "parameters", parameter)?;
        let mut names = Names::of(&parameters);
        let define = definitions(&section, &mut names)?;
        let listings = items(&section, "listings", questions::listing)?;
        let manifest = Manifest {
            file: file.to_owned(),
            slug: section
                .required("slug", "the lesson's name on the command line")?
                .identifier('-')?,
            order: Some(order(
                &section.required("order", "its place in the course, from 1")?,
            )?),
            title: section.required("title", "the lesson's title")?.words()?,
            summary: section.required("summary", "what it is about")?.words()?,
            needs: slugs(section.optional("needs"))?,
            pair: pair(section.optional("pair"))?,
            grep: match section.optional("grep") {
                Some(field) => Some(field.text()?),
                None => None,
            },
            outcome: match section.optional("outcome") {
                Some(field) => questions::outcome(&field, &names)?,
                None => Outcome::Lines,
            },
            checks: items(&section, "checks", |field| Check::read(field, &names))?,
            predictions: items(&section, "predictions", |field| {
                questions::prediction(field, &names, &listings)
            })?,
            claims: items(&section, "claims", questions::claim)?,
            parameters,
            define,
            listings,
        };
        section.done()?;
        Ok(manifest)
    }
}

/// An array of tables whose `id` (or `name`) is not to be given twice.
fn items<T>(
    section: &Section<'_>,
    key: &'static str,
    mut read: impl FnMut(&Field<'_>) -> Result<T, LessonError>,
) -> Result<Vec<T>, LessonError> {
    let Some(field) = section.optional(key) else {
        return Ok(Vec::new());
    };
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let items = field.items()?;
    few(&field, items.len())?;
    for item in items {
        let table = item.section()?;
        for name in ["id", "name"] {
            if let Some(id) = table.optional(name)
                && !seen.insert(id.string()?.to_owned())
            {
                return Err(id.complain(
                    format!("`{}` a second time", id.string()?),
                    format!("{key} with different names"),
                ));
            }
        }
        found.push(read(&item)?);
    }
    Ok(found)
}

/// Refuses more than a learner would ever see.
fn few(field: &Field<'_>, count: usize) -> Result<(), LessonError> {
    if count > MAX_ENTRIES {
        return Err(field.complain(format!("{count} entries"), format!("at most {MAX_ENTRIES}")));
    }
    Ok(())
}

fn order(field: &Field<'_>) -> Result<u32, LessonError> {
    u32::try_from(field.int()?)
        .ok()
        .filter(|order| (1..=999).contains(order))
        .ok_or_else(|| field.wrong("a number from 1 to 999"))
}

fn slugs(field: Option<Field<'_>>) -> Result<Vec<String>, LessonError> {
    match field {
        Some(field) => field
            .items()?
            .iter()
            .map(|item| item.identifier('-'))
            .collect(),
        None => Ok(Vec::new()),
    }
}

fn pair(field: Option<Field<'_>>) -> Result<Option<[String; 2]>, LessonError> {
    let Some(field) = field else { return Ok(None) };
    let wrong = field.wrong("two lessons, this one among them");
    let pair = <[String; 2]>::try_from(slugs(Some(field))?);
    pair.map(Some).map_err(|_| wrong)
}

fn definitions(
    section: &Section<'_>,
    names: &mut Names,
) -> Result<Vec<(String, Expr)>, LessonError> {
    let Some(field) = section.optional("define") else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let entries = field.section()?.entries();
    few(&field, entries.len())?;
    for (name, value) in entries {
        if names.knows(name) {
            return Err(value.complain(
                format!("a second meaning of `{name}`"),
                "a name that is not a parameter's or a circumstance's",
            ));
        }
        let expr = value.expr()?;
        names.check_expr(&value, &expr)?;
        names.add(name);
        found.push((name.to_owned(), expr));
    }
    Ok(found)
}

fn parameter(field: &Field<'_>) -> Result<Parameter, LessonError> {
    const KINDS: &[(&str, &str)] = &[
        ("int", "int"),
        ("bool", "bool"),
        ("seconds", "seconds"),
        ("choice", "choice"),
    ];
    let section = field.section()?;
    let name_field = section.required("name", "the constant in program.py, in lower case")?;
    let name = name_field.identifier('_')?;
    if CIRCUMSTANCES.contains(&name.as_str()) {
        return Err(name_field.complain(
            format!("`{name}`, which means a circumstance of the run"),
            "another name",
        ));
    }
    let label = section
        .required("label", "its name on the screen")?
        .words()?;
    let default = section.required("default", "the tutorial's value")?;
    let kind = section
        .required("kind", "int, bool, seconds or choice")?
        .word(KINDS)?;
    let kind = match kind {
        "int" => ParameterKind::Int {
            default: default.int()?,
            min: section.required("min", "the smallest value")?.int()?,
            max: section.required("max", "the greatest value")?.int()?,
        },
        "bool" => ParameterKind::Bool {
            default: default.bool()?,
        },
        "seconds" => ParameterKind::Seconds {
            default: default.float()?,
            min: section.required("min", "the shortest time")?.float()?,
            max: section.required("max", "the longest time")?.float()?,
        },
        _ => ParameterKind::Choice {
            default: default.string()?.to_owned(),
            choices: section
                .required("choices", "the values, each with a label")?
                .items()
                .and_then(|choices| {
                    few(field, choices.len())?;
                    choices.iter().map(choice).collect()
                })?,
        },
    };
    section.done()?;
    let parameter = Parameter { name, label, kind };
    if parameter.admit(&parameter.default()).is_none() {
        return Err(default.wrong(format!(
            "a default within its range: {}",
            parameter.kind.allowed()
        )));
    }
    Ok(parameter)
}

fn choice(field: &Field<'_>) -> Result<Choice, LessonError> {
    let section = field.section()?;
    let choice = Choice {
        value: section.required("value", "the constant's value")?.text()?,
        label: section
            .required("label", "its name on the screen")?
            .words()?,
    };
    section.done()?;
    Ok(choice)
}

#[cfg(test)]
mod tests;
