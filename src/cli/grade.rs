//! `forklore grade SLUG STUDENT.py…`: the programs of many students against one lesson's checks.
//!
//! Each is run over a matrix of parameters, several times, in the lesson's place: its constants are set, it is ended
//! at a deadlock and beyond its bounds (`trial`), and what a check has to say is told for each student. A program
//! that can't be graded keeps no other from it.

mod student;
mod told;

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::args::{GradeArgs, GradeFormat};
use super::context::Context;
use super::engine;
use super::outlet::Outlet;
use super::recordings::Recordings;
use super::trial::{Bench, Bounds, Keep};
use super::{Stop, choose, words};
use crate::engine::interpreter::Interpreter;
use crate::error::{Code, Failure};
use crate::lesson::{Lesson, Params, why_unreadable};
use crate::report::{LessonResult, Results, results};
use crate::text::{Mood, clean};
use crate::trace::Engine;
use student::{Sitting, Student};

/// What students are graded with.
struct Grading<'a> {
    args: &'a GradeArgs,
    lesson: &'a Lesson,
    rows: Vec<Params>,
    interpreter: Interpreter,
    bench: Bench<'a>,
}

pub(crate) fn run(context: &Context, args: &GradeArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let lesson = choose::lesson(context, &library, &args.lesson)?;
    let rows = rows(context, lesson, &args.set)?;
    let interpreter = engine::interpreter(context, args.python.as_deref())?;
    let shutdown = context.listen()?;
    let outlet = Outlet::open().map_err(|error| context.no_thread(&error))?;
    let mut grading = Grading {
        args,
        lesson,
        rows,
        interpreter,
        bench: Bench {
            context,
            shutdown: &shutdown,
            outlet: Some(&outlet),
            recordings: Recordings::kept(args.record.clone()),
            keep: Keep::All,
            time_scale: args.time_scale,
            bounds: Bounds::of_student(args.timeout),
        },
    };
    let human = args.format == GradeFormat::Human;
    let style = if human {
        context.style()
    } else {
        context.style_of_stderr()
    };
    if args.explore {
        context.tell(&context.lang.phrase("grade.no-explore"));
    }
    let mut all = Results::default();
    for (path, name) in args.students.iter().zip(student::names(&args.students)) {
        let graded = grading.student(path, name)?;
        let page = results::human_lesson(&style, &graded);
        if human {
            outlet.write(page.into_bytes(), &shutdown)?;
        } else {
            context.tell_styled(page.trim_end_matches('\n'));
        }
        all.lessons.push(graded);
    }
    let mut summary = told::summary(&style, &all);
    if let Some(folder) = grading.bench.recordings.folder() {
        let folder = folder.display().to_string();
        let words = context
            .lang
            .tell("grade.recordings", &[("folder", &clean(&folder))]);
        let _ = writeln!(summary, "{}", style.paint.mood(Mood::Dim, words));
    }
    if !human {
        context.tell_styled(summary.trim_end_matches('\n'));
    }
    let document = match args.format {
        GradeFormat::Human => summary,
        GradeFormat::Json => told::json(lesson.slug(), &all)?,
        GradeFormat::Junit => results::junit(&all).map_err(io::Error::other)?,
    };
    outlet.write(document.into_bytes(), &shutdown)?;
    outlet.finish(&shutdown)?;
    Ok(if all.failed() == 0 {
        Code::Fine
    } else {
        Code::CheckFailed
    })
}

/// The rows of the matrix: those of `--set`, else the lesson's own, else the defaults alone.
pub(crate) fn rows(
    context: &Context,
    lesson: &Lesson,
    sets: &[String],
) -> Result<Vec<Params>, Failure> {
    let refused = |error| Failure::new(Code::Usage, words::params(context.lang, &error));
    if sets.is_empty() {
        return Ok(lesson.matrix());
    }
    let row = |set: &String| {
        let values: Vec<&str> = set
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .collect();
        lesson.params(&values).map_err(refused)
    };
    sets.iter().map(row).collect()
}

impl Grading<'_> {
    fn student(&mut self, path: &Path, name: String) -> Result<LessonResult, Stop> {
        let title = path.display().to_string();
        let mut result = LessonResult::new(&title, Engine::Python);
        let student = match Student::read(path, name) {
            Ok(student) => student,
            Err(why) => {
                let lang = self.bench.context.lang;
                let why = why_unreadable(lang, &why);
                result.refuse(&lang.tell("grade.unreadable", &[("why", &why)]));
                return Ok(result);
            }
        };
        for row in &self.rows {
            let sitting = Sitting {
                student: &student,
                lesson: self.lesson,
                row,
                changed: changed(self.lesson, row),
                interpreter: &self.interpreter,
                time_scale: self.args.time_scale,
                lang: self.bench.context.lang,
            };
            self.bench.runs(&sitting, self.args.runs, &mut result)?;
        }
        Ok(result)
    }
}

/// The parameters that are not at their defaults: `processes=4, lock=Lock`.
pub(crate) fn changed(lesson: &Lesson, row: &Params) -> String {
    let defaults = Params::defaults(&lesson.manifest.parameters);
    let values = row.iter().zip(row.settings());
    let changed = values.filter(|((name, value), _)| defaults.get(name) != Some(value));
    let changed: Vec<String> = changed.map(|(_, setting)| setting).collect();
    changed.join(", ")
}
