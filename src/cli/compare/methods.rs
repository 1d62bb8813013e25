//! `forklore compare --start-methods LESSON|SCRIPT`: one program under fork, spawn and forkserver.
//!
//! Runs it once with each, says what came of each and where its processes part from those under fork,
//! and why, as far as the events show it (`reasons`). Judges by how processes ended and what they made,
//! never by who was quicker.

mod reasons;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use self::reasons::{Maker, reasons};
use crate::check::{Facts, outcome};
use crate::cli::Stop;
use crate::cli::args::{CompareArgs, CompareFormat};
use crate::cli::choose;
use crate::cli::context::Context;
use crate::cli::drive::{Driver, Ending, Interrupts, Show};
use crate::cli::engine::{interpreter, python_config};
use crate::cli::words::{params as refused, starting};
use crate::compare::{Comparison, Kind as Difference, Parting, Run as Steps, compare, told};
use crate::engine::interpreter::Interpreter;
use crate::engine::python::{Program, PythonConfig};
use crate::engine::shutdown::Shutdown;
use crate::engine::traced::Buffering;
use crate::engine::{GateMode, Run};
use crate::error::{Code, Failure};
use crate::lesson::{Circumstances, Lesson, Params};
use crate::model::{Process, World};
use crate::report::exit_word;
use crate::text::{Lang, Mood, clean, push_json};
use crate::trace::{Event, Kind, OpName, Role, RunStatus, StartMethod, Stream};

const METHODS: [StartMethod; 3] = [
    StartMethod::Fork,
    StartMethod::Spawn,
    StartMethod::Forkserver,
];

/// What multiplies a lesson's sleeps: nobody watches.
const TIME_SCALE: f64 = 0.05;

/// What came of one method.
struct Side {
    method: StartMethod,
    world: World,
    steps: Steps,
    makers: Vec<Maker>,
    /// The listing of the lesson that it printed.
    listing: Option<String>,
}

pub(super) fn run(context: &Context, args: &CompareArgs, given: &str) -> Result<Code, Stop> {
    let interpreter = interpreter(context, args.python.as_deref())?;
    let library = context.library()?;
    let script = Path::new(given).is_file();
    let lesson = (!script)
        .then(|| choose::lesson(context, &library, given))
        .transpose()?;
    let sets = |lesson: &Lesson| {
        let params = lesson.params(&args.set);
        params.map_err(|error| Failure::new(Code::Usage, refused(context.lang, &error)))
    };
    let lesson = match lesson {
        Some(lesson) => Some((lesson, sets(lesson)?)),
        None => None,
    };
    let shutdown = context.listen()?;
    let mut sides = Vec::new();
    for method in METHODS {
        let config = match &lesson {
            Some((lesson, params)) => PythonConfig {
                time_scale: TIME_SCALE,
                ..python_config(context, lesson, params, (&interpreter, Some(method)))?
            },
            None => of_script(given, &interpreter, method),
        };
        let mut side = side(context, config, method, &shutdown)?;
        if let Some((lesson, params)) = &lesson {
            side.listing = listing(context, lesson, params, &side.world);
        }
        sides.push(side);
    }
    let page = match args.format {
        CompareFormat::Text => words(context, given, &interpreter, &sides).into_bytes(),
        CompareFormat::Json => {
            let document = document(given, &interpreter, &sides);
            let json = serde_json::to_vec_pretty(&document).map_err(io::Error::from)?;
            let mut page = Vec::new();
            push_json(&mut page, &json);
            page.push(b'\n');
            page
        }
    };
    io::stdout().write_all(&page)?;
    let same = sides
        .iter()
        .all(|side| side.came_out() == sides[0].came_out());
    Ok(if same { Code::Fine } else { Code::CheckFailed })
}

fn of_script(given: &str, interpreter: &Interpreter, method: StartMethod) -> PythonConfig {
    let script = Path::new(given);
    let name = script.file_stem().unwrap_or_default().to_string_lossy();
    PythonConfig {
        lesson: name.into_owned(),
        interpreter: interpreter.path.clone(),
        program: Program::InPlace(script.to_owned()),
        buffering: Buffering::Lines,
        method: Some(method),
        time_scale: 1.0,
        lines: false,
        gate: GateMode::Open,
        scheduler: None,
        forklore: None,
        environment: Vec::new(),
    }
}

/// The title of the lesson's listing that the run printed, as far as the lesson tells outcomes apart.
fn listing(context: &Context, lesson: &Lesson, params: &Params, world: &World) -> Option<String> {
    let setting = lesson.setting(params, &Circumstances::default());
    let facts = Facts {
        lesson,
        setting: &setting,
        world,
    };
    let label = outcome(&facts).ok()?;
    let found = lesson.manifest.listings.iter().find(|listing| {
        let lines: Vec<&str> = listing.lines.iter().map(String::as_str).collect();
        let printed = lesson.manifest.outcome.of_lines(&lines, &setting);
        printed.is_ok_and(|printed| printed.as_ref() == Some(&label))
    })?;
    let title = found.title.as_ref().map(|title| title.get(context.lang));
    Some(title.unwrap_or(&found.id).to_owned())
}

/// Runs it to its end.
fn side(
    context: &Context,
    config: PythonConfig,
    method: StartMethod,
    shutdown: &Shutdown,
) -> Result<Side, Stop> {
    let (name, time_scale) = (config.lesson.clone(), config.time_scale);
    let mut run = Run::python(config).map_err(|error| {
        let lang = context.lang;
        let why = starting(lang, &error);
        let what = lang.tell("run.not-started", &[("lesson", &name), ("why", &why)]);
        Failure::new(Code::NotStarted, what)
    })?;
    let mut driver = Driver {
        shutdown,
        time_scale,
        outlet: None,
        interrupts: Interrupts::End,
    };
    let mut seen = Seen {
        steps: Steps::in_python(Vec::new()),
        makers: Vec::new(),
    };
    let driven = driver.drive(&mut run, &mut seen, Vec::new());
    let world = driven.world;
    if let Ending::Asked(request) = driven.ending {
        return Err(Stop::Asked(request));
    }
    seen.steps.end(&world);
    Ok(Side {
        method,
        world,
        steps: seen.steps,
        makers: seen.makers,
        listing: None,
    })
}

/// What is kept of the events beside the World.
struct Seen {
    steps: Steps,
    makers: Vec<Maker>,
}

impl Show for Seen {
    fn after(&mut self, (_, event): (&[u8], &Event), world: &World, _: &mut Vec<u8>) {
        self.steps.push(event, world);
        if let (Kind::Op(op), Some(proc)) = (&event.kind, event.proc)
            && let (OpName::Create, Some(at)) = (op.op, &op.at)
        {
            self.makers.push(Maker {
                at: at.clone(),
                class: op.args.class.clone().unwrap_or_default(),
                proc,
            });
        }
    }
}

impl Side {
    fn children(&self) -> impl Iterator<Item = &Process> {
        let own = |process: &&Process| matches!(process.role, Role::Process | Role::Worker);
        self.world.processes().filter(own)
    }

    fn lines(&self) -> usize {
        let lines = self.world.log().lines();
        lines.filter(|line| line.stream == Stream::Stdout).count()
    }

    fn status(&self) -> RunStatus {
        let end = self.world.end();
        end.map_or(RunStatus::Unknown, |note| note.end.status)
    }

    /// What a process died of: the last line of a traceback that names an exception.
    fn error(&self, proc: u32) -> Option<String> {
        let lines = self.world.log().lines_of(proc);
        let mut told = lines.filter(|line| line.stream == Stream::Stderr).rev();
        told.find_map(|line| {
            let text = line.text();
            let name = text.split(':').next().unwrap_or_default();
            let named = name.ends_with("Error") || name.ends_with("Exception");
            let named = named && !name.contains(' ');
            named.then(|| text.trim_end_matches([':', ' ']).to_owned())
        })
    }

    /// How children ended, and how many ended so.
    fn ends(&self) -> BTreeMap<(String, Option<String>), usize> {
        let mut ends = BTreeMap::new();
        for child in self.children() {
            let exit = child.exit().map_or_else(|| "?".to_owned(), exit_word);
            *ends.entry((exit, self.error(child.proc))).or_default() += 1;
        }
        ends
    }

    fn main_exit(&self) -> String {
        let main = self.world.process(0).and_then(Process::exit);
        main.map_or_else(|| "?".to_owned(), exit_word)
    }

    /// What of it is the method's work and not luck's.
    fn came_out(&self) -> impl PartialEq {
        let own = self.makers.iter().filter(|maker| maker.proc != 0).count();
        (
            self.status(),
            self.main_exit(),
            self.ends(),
            self.lines(),
            own,
        )
    }
}

/// Where two methods part: the first step that is another one, rather than one with another value.
fn parting(fork: &Side, other: &Side) -> Comparison {
    let mut found = compare(&fork.steps, &other.steps);
    let by_method = |parting: &&Parting| parting.kind != Difference::Outcome;
    let first = found.processes.iter().find(by_method).cloned();
    found.first = first.or(found.first);
    found
}

fn words(context: &Context, given: &str, interpreter: &Interpreter, sides: &[Side]) -> String {
    let lang = context.lang;
    let mut page = lang.tell(
        "methods.title",
        &[
            ("program", &clean(given)),
            ("version", &interpreter.version),
        ],
    );
    page.push('\n');
    for side in sides {
        let _ = writeln!(
            page,
            "  {:<11} {}",
            side.method.as_str(),
            totals(lang, side)
        );
        if let Some(title) = &side.listing {
            let told = lang.tell("methods.listing", &[("title", &clean(title))]);
            let _ = writeln!(page, "  {:<11} {told}", "");
        }
    }
    for side in sides.get(1..).unwrap_or_default() {
        let found = parting(&sides[0], side);
        let why = reasons(lang, &sides[0], side);
        let title = lang.tell("methods.against", &[("method", &side.method)]);
        let mood = if why.is_empty() {
            Mood::Good
        } else {
            Mood::Warning
        };
        let _ = writeln!(page, "\n{}", context.paint.mood(mood, title));
        if why.is_empty() && side.came_out() == sides[0].came_out() {
            let _ = writeln!(page, "  {}", lang.phrase("methods.no-reason"));
            continue;
        }
        for line in told(lang, &found) {
            let _ = writeln!(page, "  {line}");
        }
        for reason in why {
            let _ = writeln!(page, "  → {}", reason.words);
        }
    }
    page
}

/// What came of one method, on a line.
fn totals(lang: Lang, side: &Side) -> String {
    let ends: Vec<String> = side
        .ends()
        .into_iter()
        .map(|((exit, error), count)| {
            let error = error.map_or_else(String::new, |error| format!(" ({})", clean(&error)));
            format!("{count} × {exit}{error}")
        })
        .collect();
    lang.tell(
        "methods.totals",
        &[
            ("lines", &side.lines()),
            ("main", &side.main_exit()),
            ("children", &ends.join(", ")),
            ("status", &lang.term("status", side.status().as_str())),
        ],
    )
}

fn document(given: &str, interpreter: &Interpreter, sides: &[Side]) -> Value {
    let methods = sides.iter().map(|side| {
        let ends = side
            .ends()
            .into_iter()
            .map(|((exit, error), count)| json!({"exit": exit, "error": error, "children": count}));
        let first = (side.method != StartMethod::Fork)
            .then(|| super::first(&parting(&sides[0], side)))
            .flatten();
        let reasons = reasons(Lang::En, &sides[0], side);
        json!({
            "method": side.method.as_str(),
            "status": side.status().as_str(),
            "lines": side.lines(),
            "main_exit": side.main_exit(),
            "children": ends.collect::<Vec<_>>(),
            "first": first,
            "listing": side.listing,
            "reasons": reasons
                .iter()
                .map(|reason| json!({"id": reason.id, "words": reason.words}))
                .collect::<Vec<_>>(),
        })
    });
    json!({
        "program": given,
        "python": interpreter.version.to_string(),
        "methods": methods.collect::<Vec<_>>(),
    })
}
