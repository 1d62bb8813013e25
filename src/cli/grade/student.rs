//! `Student`: one student's program, read, started in the lesson's place, and judged.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::check::{self, Verdict};
use crate::cli::args::GradeArgs;
use crate::cli::header;
use crate::cli::trial::Trial;
use crate::engine::interpreter::Interpreter;
use crate::engine::python::{Program, PythonConfig};
use crate::engine::traced::Buffering;
use crate::engine::{GateMode, Run, StartError};
use crate::explain;
use crate::lesson::{Check, CheckKind, Lesson, Origin, Params, Words, hexadecimal, kinds::RunKind};
use crate::model::World;
use crate::text::{Lang, clean_line};
use crate::trace::{Engine, Exit, Header, RunStatus, Stream};

/// Longest program that is graded, in bytes.
const LONGEST: u64 = 1 << 20;

/// Columns of a line that is quoted.
const QUOTED: usize = 120;

pub(super) struct Student {
    path: PathBuf,
    text: String,
}

impl Student {
    /// Reads it, whatever stands there.
    pub(super) fn read(path: &Path) -> io::Result<Student> {
        let kind = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        let file = File::options().read(true).custom_flags(flags).open(path)?;
        let data = file.metadata()?;
        if data.is_dir() {
            return Err(kind("is a directory"));
        }
        if !data.is_file() {
            return Err(kind("not a regular file"));
        }
        let mut bytes = Vec::new();
        file.take(LONGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST {
            return Err(kind("longer than 1 MiB"));
        }
        let text = String::from_utf8(bytes).map_err(|_| kind("not UTF-8"))?;
        Ok(Student {
            path: path.to_owned(),
            text,
        })
    }

    /// What a recording of it is called.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_stem().unwrap_or(self.path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        name.chars()
            .map(|c| if fits(c) { c } else { '_' })
            .collect()
    }

    /// Starts it with these parameters. The calling thread has to live as long as the run.
    pub(super) fn start(
        &self,
        lesson: &Lesson,
        row: &Params,
        interpreter: &Interpreter,
        args: &GradeArgs,
    ) -> Result<(Run, Header), StartError> {
        let (text, _) = lesson.set_in(&self.text, row);
        let header = Header {
            engine: Engine::Python.into(),
            python: Some(interpreter.version.to_string()),
            start_method: Some(interpreter.version.default_method().as_str().to_owned()),
            program_sha256: hexadecimal(self.text.as_bytes()),
            params: row.to_json(),
            time_scale: args.time_scale,
            ..header::of_now(lesson.slug())
        };
        let run = Run::python(PythonConfig {
            lesson: lesson.slug().to_owned(),
            interpreter: interpreter.path.clone(),
            program: Program::Copy {
                text,
                of: match &lesson.origin {
                    Origin::Embedded => None,
                    Origin::Folder(folder) => Some(folder.clone()),
                },
            },
            buffering: Buffering::Lines,
            method: None,
            time_scale: args.time_scale,
            lines: false,
            gate: GateMode::Open,
            scheduler: None,
            forklore: None,
            environment: Vec::new(),
        })?;
        Ok((run, header))
    }

    /// What went wrong with the run itself, then the lesson's checks over it. A run that was cut short says
    /// nothing of the checks.
    pub(super) fn verdicts(
        &self,
        lesson: &Lesson,
        row: &Params,
        header: &Header,
        trial: &Trial,
    ) -> Vec<Verdict> {
        let world = &trial.world;
        let mut checks = match trial.cut {
            None => check::evaluate(lesson, row, &check::circumstances(header), world),
            Some(_) => not_judged(lesson),
        };
        let mut verdicts = Vec::new();
        let (_, missing) = lesson.set_in(&self.text, row);
        if !missing.is_empty() {
            let names = missing.join(", ");
            let words = Words::tell("grade.constants", &[("names", &names)]);
            verdicts.push(failed("constants", words));
        }
        let passed = checks.iter().all(|verdict| verdict.passed);
        let wrong_end = ended(trial).filter(|_| !(passed && says_how_it_ends(lesson)));
        let by_itself = wrong_end.is_none();
        match wrong_end {
            Some(what) => verdicts.push(failed("run", what)),
            None => verdicts.push(Verdict {
                passed: true,
                ..failed("run", Words::tell("grade.ended", &[]))
            }),
        }
        if !passed && let Some(error) = error_of(world, by_itself) {
            verdicts.push(failed("error", error));
        }
        // A deadlock is told already, as how the run ended.
        let told = matches!(world.deadlock(), Some(waits) if !waits.is_empty());
        if !passed && !told {
            let cause = trial.findings.first();
            verdicts.extend(cause.map(|cause| failed("cause", cause.clone())));
        }
        verdicts.append(&mut checks);
        verdicts
    }
}

/// Every check of the lesson, failed because it could not be looked at.
fn not_judged(lesson: &Lesson) -> Vec<Verdict> {
    let checks = lesson.manifest.checks.iter();
    let verdict = |check: &Check| Verdict {
        id: check.id.clone(),
        passed: false,
        words: check.words.clone(),
        detail: Words::tell("grade.not-judged", &[]),
    };
    checks.map(verdict).collect()
}

fn failed(id: &'static str, detail: Words) -> Verdict {
    Verdict {
        id: id.to_owned(),
        passed: false,
        words: Words::of(|lang| lang.term("grade-check", id)),
        detail,
    }
}

/// How the run ended, where it did not come to its own end.
fn ended(trial: &Trial) -> Option<Words> {
    if let Some(cut) = trial.cut {
        return Some(cut.words());
    }
    let world = &trial.world;
    let status = world
        .end()
        .map_or(RunStatus::Unknown, |note| note.end.status);
    match status {
        RunStatus::Finished => None,
        RunStatus::Deadlock => Some(Words::of(|lang| deadlock(lang, world))),
        other => Some(Words::of(|lang| {
            let status = lang.term("status", other.as_str());
            let detail = world.end().and_then(|note| note.end.detail.clone());
            let why = detail.unwrap_or_default();
            lang.tell("grade.run-did", &[("status", &status), ("why", &why)])
        })),
    }
}

/// A check of the lesson speaks of how the run ends.
fn says_how_it_ends(lesson: &Lesson) -> bool {
    let mut checks = lesson.manifest.checks.iter();
    checks.any(|check| matches!(check.kind, CheckKind::Run(RunKind::Status(_))))
}

/// Who waits for what, as one sentence.
fn deadlock(lang: Lang, world: &World) -> String {
    let waits = explain::waits(lang, world.deadlock().unwrap_or_default());
    let title = lang.phrase("deadlock.title").trim_end_matches([':', '：']);
    let joint = lang.phrase("verdict.semicolon");
    lang.tell(
        "grade.deadlock",
        &[("title", &title), ("waits", &waits.join(joint))],
    )
}

/// The last line of the first traceback, and whose it is; where there is none, how main ended by itself.
fn error_of(world: &World, by_itself: bool) -> Option<Words> {
    let main = world.process(0).and_then(crate::model::Process::exit);
    let lines = world
        .log()
        .lines()
        .filter(|line| line.stream == Stream::Stderr);
    let (mut traceback, mut at) = (false, String::new());
    for line in lines {
        let text = clean_line(&line.data, QUOTED).text.into_owned();
        let is_error = text
            .split_once(':')
            .map_or(text.as_str(), |(name, _)| name)
            .ends_with("Error");
        traceback |= text.starts_with("Traceback");
        if let Some((_, number)) = text.rsplit_once("program.py\", line ") {
            let digits = number.find(|c: char| !c.is_ascii_digit());
            number[..digits.unwrap_or(number.len())].clone_into(&mut at);
        }
        if is_error && !text.starts_with(' ') && (traceback || text.starts_with("SyntaxError")) {
            let process = line.proc.and_then(|proc| world.process(proc));
            let name = process.map_or("?", |process| &*process.name);
            return Some(match at.as_str() {
                "" => Words::tell("grade.error", &[("name", &name), ("error", &text)]),
                at => Words::tell(
                    "grade.error-at",
                    &[("name", &name), ("error", &text), ("line", &at)],
                ),
            });
        }
    }
    match main.filter(|_| by_itself) {
        Some(Exit::Code(0) | Exit::Unknown) | None => None,
        Some(Exit::Code(code)) => Some(Words::tell("grade.exit", &[("code", &code)])),
        Some(Exit::Signal(signal)) => Some(Words::tell("grade.signal", &[("signal", &signal)])),
    }
}
