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
use super::trial::{self, Bounds};
use super::{Stop, choose, words};
use crate::engine::interpreter::Interpreter;
use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::lesson::{Lesson, Params};
use crate::report::{LessonResult, results};
use crate::text::{Mood, clean};
use crate::trace::Engine;
use student::Student;
use told::Graded;

/// What students are graded with.
struct Grading<'a> {
    context: &'a Context,
    args: &'a GradeArgs,
    lesson: &'a Lesson,
    rows: Vec<Params>,
    interpreter: Interpreter,
    shutdown: &'a Shutdown,
    recordings: Recordings,
}

pub(crate) fn run(context: &Context, args: &GradeArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let lesson = choose::lesson(context, &library, &args.lesson)?;
    let rows = rows(context, lesson, &args.set)?;
    let interpreter = engine::interpreter(context, args.python.as_deref())?;
    let shutdown = context.listen()?;
    let outlet = Outlet::open().map_err(|error| context.no_thread(&error))?;
    let folder = args.record.clone();
    let mut grading = Grading {
        context,
        args,
        lesson,
        rows,
        interpreter,
        shutdown: &shutdown,
        recordings: Recordings::kept(folder),
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
    let mut all = Vec::new();
    for path in &args.students {
        let graded = grading.student(path)?;
        let page = told::human(&style, &graded);
        if human {
            outlet.write(page.into_bytes(), &shutdown)?;
        } else {
            context.tell_styled(page.trim_end_matches('\n'));
        }
        all.push(graded);
    }
    let mut summary = told::summary(&style, &all);
    if let Some(folder) = grading.recordings.folder() {
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
        GradeFormat::Junit => results::junit(&told::results(&all)).map_err(io::Error::other)?,
    };
    outlet.write(document.into_bytes(), &shutdown)?;
    outlet.finish(&shutdown)?;
    Ok(if all.iter().all(told::is_passed) {
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
    fn student(&mut self, path: &Path) -> Result<Graded, Stop> {
        let name = path.display().to_string();
        let mut graded = Graded {
            result: LessonResult::new(&name, Engine::Python),
            rows: Vec::new(),
            refused: None,
        };
        let student = match Student::read(path) {
            Ok(student) => student,
            Err(why) => {
                self.refuse(&mut graded, &why);
                return Ok(graded);
            }
        };
        for row in self.rows.clone() {
            for _ in 0..self.args.runs {
                self.once(&student, &row, &mut graded)?;
                if graded.refused.is_some() {
                    return Ok(graded);
                }
            }
        }
        Ok(graded)
    }

    fn refuse(&self, graded: &mut Graded, why: &dyn std::fmt::Display) {
        let what = self.context.lang.tell("grade.unreadable", &[("why", why)]);
        graded.result.refuse(&what);
        graded.refused = Some(what);
    }

    /// One run.
    fn once(&mut self, student: &Student, row: &Params, graded: &mut Graded) -> Result<(), Stop> {
        let run = graded.result.runs + 1;
        let recording = self.recordings.path(&student.name(), run);
        let started = student.start(self.lesson, row, &self.interpreter, self.args);
        let (run, header) = match started {
            Ok(started) => started,
            Err(error) => {
                self.refuse(graded, &words::starting(self.context.lang, &error));
                return Ok(());
            }
        };
        let recorder = self
            .recordings
            .recorder(self.context, recording.as_deref(), &header);
        let recorded = recorder.is_some();
        let bounds = Bounds::of_student(self.args.timeout);
        let scale = self.args.time_scale;
        let trial = trial::run(self.context, self.shutdown, (run, recorder), scale, bounds)?;
        let kept = recording.filter(|_| recorded && trial.lost.is_none());
        let verdicts = student.verdicts(self.lesson, row, &header, &trial);
        let changed = changed(self.lesson, row);
        graded.add(verdicts, trial.seconds, kept.as_deref(), changed);
        graded.result.found(&trial.findings);
        Ok(())
    }
}

/// The parameters that are not at their defaults: `processes=4, lock=Lock`.
pub(crate) fn changed(lesson: &Lesson, row: &Params) -> String {
    let defaults = Params::defaults(&lesson.manifest.parameters);
    let values = row
        .iter()
        .filter(|(name, value)| defaults.get(name) != Some(value));
    let values: Vec<String> = values
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    values.join(", ")
}
