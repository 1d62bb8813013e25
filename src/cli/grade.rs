//! `forklore grade SLUG STUDENT.py…`: the programs of many students against one lesson's checks.
//!
//! Each is run over a matrix of parameters, several times, in the lesson's place: its constants are set, it is ended
//! at a deadlock and beyond its bounds (`trial`), and what a check has to say is told for each student. A program
//! that can't be graded keeps no other from it.

mod args;
mod student;

use std::io;
use std::path::Path;

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
use crate::report::{LessonResult, Results, Style, results};
use crate::text::{Mood, clean};
use crate::trace::Engine;
pub(crate) use args::{GradeArgs, GradeFormat};
use student::Student;

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
    let mut results = Results::default();
    for path in &args.students {
        let result = grading.student(path)?;
        let told = told(&style, &result, &grading.recordings);
        if human {
            outlet.write(told.into_bytes(), &shutdown)?;
        } else {
            context.tell_styled(told.trim_end_matches('\n'));
        }
        results.lessons.push(result);
    }
    let summary = results::human_summary(&style, &results);
    let document = match args.format {
        GradeFormat::Human => summary,
        GradeFormat::Json => results::json(&results)?,
        GradeFormat::Junit => results::junit(&results).map_err(io::Error::other)?,
    };
    outlet.write(document.into_bytes(), &shutdown)?;
    outlet.finish(&shutdown)?;
    grading.recordings.close();
    Ok(match results.failed() {
        0 => Code::Fine,
        _ => Code::CheckFailed,
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
    fn student(&mut self, path: &Path) -> Result<LessonResult, Stop> {
        let name = path.display().to_string();
        let mut result = LessonResult::new(&name, Engine::Python);
        let student = match Student::read(path) {
            Ok(student) => student,
            Err(why) => {
                let what = self.context.lang.tell("grade.unreadable", &[("why", &why)]);
                result.refuse(&what);
                return Ok(result);
            }
        };
        for row in self.rows.clone() {
            for _ in 0..self.args.runs {
                self.once(&student, &row, &mut result)?;
                if result.is_refused() {
                    return Ok(result);
                }
            }
        }
        Ok(result)
    }

    /// One run.
    fn once(
        &mut self,
        student: &Student,
        row: &Params,
        result: &mut LessonResult,
    ) -> Result<(), Stop> {
        let recording = self.recordings.path(&student.name(), result.runs + 1);
        let started = student.start(self.lesson, row, &self.interpreter, self.args);
        let (run, header) = match started {
            Ok(started) => started,
            Err(error) => {
                result.refuse(&words::starting(self.context.lang, &error));
                return Ok(());
            }
        };
        let recorder = self
            .recordings
            .recorder(self.context, recording.as_deref(), &header);
        let bounds = Bounds::of_student(self.args.timeout);
        let scale = self.args.time_scale;
        let trial = trial::run(self.context, self.shutdown, (run, recorder), scale, bounds);
        let trial = trial.inspect_err(|_| self.recordings.close())?;
        let kept = recording.filter(|_| trial.lost.is_none());
        let verdicts = student.verdicts(self.lesson, row, &header, &trial);
        result.add(verdicts, trial.seconds, kept.as_deref());
        Ok(())
    }
}

/// The student's verdict, and where the recordings are.
fn told(style: &Style, result: &LessonResult, recordings: &Recordings) -> String {
    let mut told = results::human_lesson(style, result);
    if let (Some(folder), false) = (recordings.folder(), result.is_refused()) {
        let folder = folder.display().to_string();
        let words = style
            .lang
            .tell("grade.recordings", &[("folder", &clean(&folder))]);
        told += &format!("  {}\n", style.paint.mood(Mood::Dim, words));
    }
    told
}
