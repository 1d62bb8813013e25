//! `forklore lessons …`: what there is (`list`), what to mend (`check`), a new one (`new`), how one is
//! written (`help`).

mod check;
mod help;
mod new;
mod syntax;
mod trials;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Stop;
use super::context::Context;
use crate::error::Code;
use crate::lesson::{Lesson, Library, Parameter, ParameterKind};
use crate::text::{Lang, Mood, clean, fit, width};

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum Lessons {
    List,
    Check(CheckArgs),
    New { slug: String, dir: Option<PathBuf> },
    Help { topic: Option<String> },
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[arg(value_name = "DIR|SLUG")]
    pub named: Vec<String>,
    #[arg(long)]
    pub run: bool,
    #[arg(long, value_name = "PATH|VERSION")]
    pub python: Option<String>,
}

pub(crate) fn run(context: &Context, command: Lessons) -> Result<Code, Stop> {
    match command {
        Lessons::List => list(context),
        Lessons::Check(args) => check::run(context, &args),
        Lessons::New { slug, dir } => new::run(context, &slug, dir),
        Lessons::Help { topic } => help::run(context, topic.as_deref()),
    }
}

/// Every lesson: order, slug, title, and what can be set.
fn list(context: &Context) -> Result<Code, Stop> {
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
