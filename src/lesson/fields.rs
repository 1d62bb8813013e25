//! Lines, loops and expected values of lesson.toml.

use super::names::Names;
use crate::lesson::error::LessonError;
use crate::lesson::expr::Expr;
use crate::lesson::lines::{Expected, Line, LineText, Lines, Loops};
use crate::lesson::section::{Field, Section};

/// `for = "i in 0..n"` or an array of these; nothing where it is absent.
pub(super) fn loops(section: &Section<'_>, names: &Names) -> Result<Loops, LessonError> {
    let Some(field) = section.optional("for") else {
        return Ok(Loops::default());
    };
    let items = if field.is_array() {
        field.items()?
    } else {
        vec![field]
    };
    let mut loops = Vec::new();
    let mut names = names.clone();
    for item in items {
        let (name, over) = item.each()?;
        names.check_expr(&item, &over)?;
        if names.knows(&name) {
            return Err(item.complain(
                format!("a second meaning of `{name}`"),
                "a name that is not in use",
            ));
        }
        names.add(&name);
        loops.push((name, over));
    }
    Ok(Loops { loops })
}

/// A condition, where there is one.
pub(super) fn when(section: &Section<'_>, names: &Names) -> Result<Option<Expr>, LessonError> {
    match section.optional("when") {
        Some(field) => names.expr(&field).map(Some),
        None => Ok(None),
    }
}

/// An array of lines, or one.
pub(super) fn lines(field: &Field<'_>, names: &Names) -> Result<Lines, LessonError> {
    let lines = if field.is_array() {
        field
            .items()?
            .iter()
            .map(|item| line(item, names))
            .collect::<Result<_, _>>()?
    } else {
        vec![line(field, names)?]
    };
    Ok(Lines { lines })
}

fn line(field: &Field<'_>, names: &Names) -> Result<Line, LessonError> {
    if !field.is_table() {
        return Ok(Line {
            text: LineText::One(names.template(field)?),
            loops: Loops::default(),
            when: None,
        });
    }
    let section = field.section()?;
    let loops = loops(&section, names)?;
    let inner = names.with_loops(&loops);
    let when = when(&section, &inner)?;
    let text = match (section.optional("text"), section.optional("any")) {
        (Some(text), None) => LineText::One(inner.template(&text)?),
        (None, Some(any)) => LineText::Any(self::lines(&any, &inner)?),
        _ => {
            return Err(field.complain(
                "a line with both or neither of `text` and `any`",
                "one of them",
            ));
        }
    };
    section.done()?;
    Ok(Line { text, loops, when })
}

/// `is`, `one-of`, `at-most` or `at-least` of this table; `None` where none of them stands in it.
pub(super) fn expectation(
    section: &Section<'_>,
    names: &Names,
) -> Result<Option<Expected>, LessonError> {
    type Make = fn(Expr) -> Expected;
    const FORMS: &[(&str, Make)] = &[
        ("is", Expected::Is),
        ("one-of", Expected::OneOf),
        ("at-most", Expected::AtMost),
        ("at-least", Expected::AtLeast),
    ];
    let mut found = None;
    for (key, make) in FORMS {
        let Some(field) = section.optional(key) else {
            continue;
        };
        if found.is_some() {
            return Err(field.complain(
                format!("`{key}` beside another expectation"),
                "one of is, one-of, at-most, at-least",
            ));
        }
        found = Some(make(names.expr(&field)?));
    }
    Ok(found)
}

/// As `expectation`, and there must be one.
pub(super) fn expected(
    section: &Section<'_>,
    names: &Names,
    what: &str,
) -> Result<Expected, LessonError> {
    match expectation(section, names)? {
        Some(expected) => Ok(expected),
        None => match section.required("is", what) {
            Ok(field) => Err(field.wrong(what)),
            Err(missing) => Err(missing),
        },
    }
}

/// A field that is an expectation: a plain value or expression means `is`.
pub(super) fn expected_field(field: &Field<'_>, names: &Names) -> Result<Expected, LessonError> {
    if !field.is_table() {
        return names.expr(field).map(Expected::Is);
    }
    let section = field.section()?;
    let expected = expected(&section, names, "the value")?;
    section.done()?;
    Ok(expected)
}
