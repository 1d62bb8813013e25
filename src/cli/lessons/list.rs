//! `forklore lessons list`: every lesson there is, with its parameters.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::cli::Stop;
use crate::cli::context::Context;
use crate::error::Code;
use crate::lesson::{Lesson, Library, Parameter, ParameterKind};
use crate::text::{Lang, Mood, clean, fit, width};

/// Every lesson: order, slug, title, and what can be set.
pub(super) fn run(context: &Context) -> Result<Code, Stop> {
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
        let summary = clean(lesson.manifest.summary.get(context.lang));
        if !summary.is_empty() {
            let _ = writeln!(page, "       {}", context.paint.mood(Mood::Dim, summary));
        }
        parameters(context, lesson, &mut page);
    }
    io::stdout().write_all(page.as_bytes())?;
    Ok(readable(&library))
}

/// Lessons that can't be read were told; they make the command fail.
pub(super) fn readable(library: &Library) -> Code {
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
