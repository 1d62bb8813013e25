//! `Student`: one student's program, read, and `Sitting`: its run in the lesson's place, judged.

use std::io;
use std::path::{Path, PathBuf};

use crate::check::Verdict;
use crate::cli::header;
use crate::cli::trial::{Subject, Trial, failed};
use crate::cli::words;
use crate::engine::interpreter::Interpreter;
use crate::engine::python::{Program, PythonConfig};
use crate::engine::traced::Buffering;
use crate::engine::{GateMode, Run};
use crate::lesson::hexadecimal;
use crate::lesson::{Lesson, Origin, Params, Words, read_text};
use crate::text::Lang;
use crate::trace::{Engine, Header};

pub(super) struct Student {
    /// What its recordings are called.
    name: String,
    text: String,
}

impl Student {
    /// Reads it, whatever stands there.
    pub(super) fn read(path: &Path, name: String) -> io::Result<Student> {
        let text = read_text(path)?;
        Ok(Student { name, text })
    }
}

/// What the recordings of each program are called: its file's name, with its folders where another program has
/// the same, and a number where even that is not enough.
pub(super) fn names(paths: &[PathBuf]) -> Vec<String> {
    let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let plain = |text: &std::ffi::OsStr| -> String {
        let text = text.to_string_lossy();
        text.chars()
            .map(|c| if fits(c) { c } else { '_' })
            .collect()
    };
    let short = |path: &PathBuf| plain(path.file_stem().unwrap_or(path.as_os_str()));
    let all: Vec<String> = paths.iter().map(short).collect();
    let mut names: Vec<String> = Vec::new();
    for (path, name) in paths.iter().zip(&all) {
        let alone = all.iter().filter(|other| *other == name).count() == 1;
        let long = plain(path.with_extension("").as_os_str());
        let long = long.trim_matches(['_', '.']).to_owned();
        let mut unique = if alone { name.clone() } else { long.clone() };
        let mut n = 1;
        while names.contains(&unique) {
            n += 1;
            unique = format!("{long}_{n}");
        }
        names.push(unique);
    }
    names
}

/// A student's program in a lesson's place, with a row of parameters.
pub(super) struct Sitting<'a> {
    pub student: &'a Student,
    pub lesson: &'a Lesson,
    pub row: &'a Params,
    /// The row in words.
    pub changed: String,
    pub interpreter: &'a Interpreter,
    pub time_scale: f64,
    pub lang: Lang,
}

impl Subject for Sitting<'_> {
    fn name(&self) -> String {
        self.student.name.clone()
    }

    fn row(&self) -> String {
        self.changed.clone()
    }

    fn start(&self) -> Result<(Run, Header), String> {
        let (text, _) = self.lesson.set_in(&self.student.text, self.row);
        let version = self.interpreter.version;
        let header = Header {
            engine: Engine::Python.into(),
            python: Some(version.to_string()),
            start_method: Some(version.default_method().as_str().to_owned()),
            program_sha256: hexadecimal(self.student.text.as_bytes()),
            params: self.row.to_json(),
            time_scale: self.time_scale,
            ..header::of_now(self.lesson.slug())
        };
        let run = Run::python(PythonConfig {
            lesson: self.lesson.slug().to_owned(),
            interpreter: self.interpreter.path.clone(),
            program: Program::Copy {
                text,
                of: match &self.lesson.origin {
                    Origin::Embedded => None,
                    Origin::Folder(folder) => Some(folder.clone()),
                },
            },
            buffering: Buffering::Lines,
            method: None,
            time_scale: self.time_scale,
            lines: false,
            gate: GateMode::Open,
            scheduler: None,
            forklore: None,
            environment: Vec::new(),
        });
        match run {
            Ok(run) => Ok((run, header)),
            Err(error) => Err(words::starting(self.lang, &error)),
        }
    }

    /// What is wrong with the program, then what there is to say of its run.
    fn verdicts(&self, header: &Header, trial: &Trial) -> Vec<Verdict> {
        let (_, missing) = self.lesson.set_in(&self.student.text, self.row);
        let constants = (!missing.is_empty()).then(|| {
            let names = missing.join(", ");
            let words = Words::tell("grade.constants", &[("names", &names)]);
            failed("constants", words)
        });
        let judged = trial.judged(self.lesson, self.row, header);
        constants.into_iter().chain(judged).collect()
    }
}
