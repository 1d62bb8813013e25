//! `forklore lessons list` and `forklore lessons check`.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::Stop;
use super::context::Context;
use crate::error::Code;
use crate::lesson::{Lesson, Library, Parameter, ParameterKind, lint, lint_library};
use crate::text::{Lang, Mood, clean, fit, width};

/// Every lesson: order, slug, title, and what can be set.
pub(crate) fn list(context: &Context) -> Result<Code, Stop> {
    let library = context.library()?;
    let slugs = library.iter().map(|lesson| width(lesson.slug())).max();
    let column = slugs.unwrap_or(0) + 2;
    let mut page = String::new();
    for lesson in library.iter() {
        let title = clean(lesson.manifest.title.get(context.lang));
        let slug = fit(&clean(lesson.slug()), column);
        let slug = context.paint.mood(Mood::Heading, slug);
        // Writing to a String does not fail.
        let _ = writeln!(page, "{}  {slug}{title}", order(lesson));
        parameters(context, lesson, &mut page);
    }
    io::stdout().write_all(page.as_bytes())?;
    Ok(readable(&library))
}

/// Lessons that can't be read were told; they make the command fail.
fn readable(library: &Library) -> Code {
    if library.broken().is_empty() {
        Code::Fine
    } else {
        Code::Unreadable
    }
}

/// Its place in the course; a pack's lesson without one has none.
fn order(lesson: &Lesson) -> String {
    match lesson.manifest.order {
        None => "  -".to_owned(),
        Some(order) => format!("{order:>3}"),
    }
}

fn parameters(context: &Context, lesson: &Lesson, page: &mut String) {
    let parameters = &lesson.manifest.parameters;
    let names = parameters.iter().map(|parameter| width(&parameter.name));
    let column = names.max().unwrap_or(0) + 2;
    for parameter in parameters {
        let name = fit(&clean(&parameter.name), column);
        let range = range(context.lang, parameter);
        let label = clean(parameter.label.get(context.lang));
        let range = context.paint.mood(Mood::Dim, clean(&range));
        let _ = writeln!(page, "       {name}{label}  {range}");
    }
}

/// What a parameter takes, and what it is unless set.
fn range(lang: Lang, parameter: &Parameter) -> String {
    let default = parameter.default();
    match &parameter.kind {
        ParameterKind::Int { min, max, .. } => lang.tell(
            "lessons.int",
            &[("min", min), ("max", max), ("default", &default)],
        ),
        ParameterKind::Seconds { min, max, default } => lang.tell(
            "lessons.seconds",
            &[("min", min), ("max", max), ("default", default)],
        ),
        ParameterKind::Bool { default } => lang.tell("lessons.bool", &[("default", default)]),
        ParameterKind::Choice { choices, .. } => {
            let words: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
            lang.tell(
                "lessons.choice",
                &[("choices", &words.join(", ")), ("default", &default)],
            )
        }
    }
}

/// What an author should mend, a line each.
pub(crate) fn check(context: &Context) -> Result<Code, Stop> {
    let library = context.library()?;
    let mut findings: Vec<_> = library.iter().flat_map(lint).collect();
    findings.extend(lint_library(&library));
    let mut page = String::new();
    for finding in &findings {
        let _ = writeln!(page, "{}", clean(&finding.to_string()));
    }
    io::stdout().write_all(page.as_bytes())?;
    let (lessons, found) = (library.len(), findings.len());
    let words = match found {
        0 => context
            .lang
            .tell("lessons.all-well", &[("lessons", &lessons)]),
        _ => context.lang.tell(
            "lessons.to-mend",
            &[("lessons", &lessons), ("found", &found)],
        ),
    };
    context.tell(&words);
    Ok(if found == 0 {
        readable(&library)
    } else {
        Code::CheckFailed
    })
}
