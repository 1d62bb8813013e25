//! `forklore lessons check`: everything an author should mend, a line each, with file, line and column.
//!
//! Folders and lessons may be named; else it is every lesson there is. Python is asked whether it can read the
//! programs; with `--run` programs and probes run as well.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::list::readable;
use super::syntax;
use super::trials::Trials;
use crate::cli::args::CheckArgs;
use crate::cli::choose;
use crate::cli::context::Context;
use crate::cli::{Stop, words};
use crate::error::{Code, Failure};
use crate::lesson::{
    Finding, Lesson, LessonError, Library, Origin, Words, lint, lint_broken, lint_library,
};
use crate::text::clean;

/// What is looked at.
#[derive(Default)]
struct Looked {
    lessons: Vec<Lesson>,
    /// Folders that are no lesson.
    broken: Vec<PathBuf>,
    findings: Vec<Finding>,
}

pub(super) fn run(context: &Context, args: &CheckArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let mut looked = looked_at(context, &library, &args.named)?;
    for folder in &looked.broken {
        looked.findings.extend(lint_broken(folder));
    }
    looked.findings.extend(looked.lessons.iter().flat_map(lint));
    match syntax::check(&looked.lessons, &looked.broken, args.python.as_deref()) {
        Ok(found) => looked.findings.extend(found),
        Err(error) => {
            let why = crate::cli::engine::no_interpreter(context.lang, &error);
            let told = context.lang.tell("lessons.no-python", &[("why", &why)]);
            context.tell(&told);
        }
    }
    if args.run {
        let ran = run_all(context, args, &looked.lessons)?;
        looked.findings.extend(ran);
    }
    looked
        .findings
        .sort_by_key(|finding| (finding.file.clone(), finding.spot));
    looked.findings.dedup();
    let mut page = String::new();
    for finding in &looked.findings {
        // Writing to a String does not fail.
        let _ = writeln!(page, "{}", clean(finding.words().get(context.lang)));
    }
    io::stdout().write_all(page.as_bytes())?;
    summary(context, &looked);
    Ok(if !looked.broken.is_empty() {
        Code::Unreadable
    } else if looked.findings.is_empty() {
        readable(&library)
    } else {
        Code::CheckFailed
    })
}

/// What the lessons' runs and probes show.
fn run_all(context: &Context, args: &CheckArgs, lessons: &[Lesson]) -> Result<Vec<Finding>, Stop> {
    let shutdown = context.listen()?;
    let mut trials = Trials::new(context, args, &shutdown);
    for lesson in lessons {
        trials.lesson(lesson)?;
    }
    let (runs, probes) = (trials.runs, trials.probes);
    let told = context
        .lang
        .tell("lessons.ran", &[("runs", &runs), ("probes", &probes)]);
    context.tell(&told);
    Ok(trials.findings)
}

fn summary(context: &Context, looked: &Looked) {
    let lessons = looked.lessons.len() + looked.broken.len();
    let found = looked.findings.len();
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
}

fn looked_at(context: &Context, library: &Library, named: &[String]) -> Result<Looked, Failure> {
    let mut looked = Looked::default();
    if named.is_empty() {
        looked.lessons = library.iter().cloned().collect();
        looked.findings = lint_library(library);
        for broken in library.broken() {
            one(context, library, broken.folder.clone(), &mut looked);
        }
        return Ok(looked);
    }
    for given in named {
        let path = Path::new(given);
        if path.is_dir() || given.contains('/') {
            folder(context, library, path, &mut looked)?;
        } else {
            looked
                .lessons
                .push(choose::lesson(context, library, given)?.clone());
        }
    }
    Ok(looked)
}

/// The lessons of a pack's folder. A slug that is taken keeps none of them from being looked at.
fn folder(
    context: &Context,
    library: &Library,
    path: &Path,
    looked: &mut Looked,
) -> Result<(), Failure> {
    let folders = Library::folders(path).map_err(|error| {
        let what = words::lesson(context.lang, &error);
        Failure::new(Code::Unreadable, what)
    })?;
    for folder in folders {
        one(context, library, folder, looked);
    }
    Ok(())
}

/// The lesson of a folder.
fn one(context: &Context, library: &Library, folder: PathBuf, looked: &mut Looked) {
    let Ok(lesson) = Lesson::read(&folder) else {
        looked.broken.push(folder);
        return;
    };
    let is_other = |other: &&Lesson| other.slug() == lesson.slug() && other.path() != lesson.path();
    let other = looked.lessons.iter().find(is_other);
    if let Some(other) = other.or_else(|| library.iter().find(is_other)) {
        let replaces = context.replaces() && other.origin == Origin::Embedded;
        if !replaces {
            looked.findings.push(taken(&lesson, other));
        }
    }
    looked.lessons.push(lesson);
}

fn taken(lesson: &Lesson, other: &Lesson) -> Finding {
    let (slug, first, second) = (lesson.slug().to_owned(), other.path(), lesson.path());
    let error = match other.origin {
        Origin::Embedded => LessonError::BuiltIn {
            slug,
            first,
            second,
        },
        Origin::Folder(_) => LessonError::Twice {
            slug,
            first,
            second,
        },
    };
    Finding {
        file: lesson.file("lesson.toml"),
        spot: None,
        message: Words::of(|lang| words::lesson(lang, &error)),
    }
}
