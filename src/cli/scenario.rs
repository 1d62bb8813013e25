//! `Scenario`: a lesson with its parameters and the way it is run, ready to start.
//!
//! Owns what a recording's header says of it. `run` starts one, `test` many.

use std::time::{SystemTime, UNIX_EPOCH};

use super::args::StdoutArg;
use super::context::Context;
use super::engine::{Played, python_config};
use super::header;
use super::words;
use crate::check::{self, Verdict};
use crate::engine::Run;
use crate::engine::traced::Buffering;
use crate::engine::{GateMode, Scheduler, StartError, native::NativeConfig, python::PythonConfig};
use crate::error::{Code, Failure};
use crate::explore::scheduler::Script;
use crate::explore::strategy::{Strategy, StrategyName};
use crate::lesson::schedule::Schedule;
use crate::lesson::{Lesson, Params, hexadecimal};
use crate::model::World;
use crate::trace::{Engine, Header};

/// How a lesson is run.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    pub played: Played,
    pub params: Params,
    pub stdout: StdoutArg,
    pub time_scale: f64,
    pub seed: u64,
    /// How the gate stands at its beginning.
    pub gate: GateMode,
    pub order: Order,
}

/// Who chooses, in a run whose gate is paced.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Nobody: the processes go in turn.
    InTurn,
    Scheduled(Schedule),
    /// As it is scheduled, and then drawn at random.
    Continued(Schedule),
    Drawn(StrategyName),
}

impl Conditions {
    fn scheduler(&self) -> Option<Box<dyn Scheduler>> {
        match &self.order {
            Order::InTurn => None,
            Order::Scheduled(schedule) => Some(Box::new(Script::new(schedule, None))),
            Order::Continued(schedule) => {
                let then = Strategy::new(StrategyName::Random, self.seed);
                Some(Box::new(Script::new(schedule, Some(then))))
            }
            Order::Drawn(strategy) => Some(Box::new(Strategy::new(*strategy, self.seed))),
        }
    }
}

/// A lesson and how it is run.
#[derive(Debug, Clone)]
pub(crate) struct Scenario<'a> {
    pub lesson: &'a Lesson,
    pub conditions: Conditions,
    /// Under Python, the line of each process is told.
    lines: bool,
}

impl<'a> Scenario<'a> {
    /// Refuses parameters that program.py has no constants for, where it is what runs.
    pub(crate) fn new(
        context: &Context,
        lesson: &'a Lesson,
        conditions: Conditions,
    ) -> Result<Scenario<'a>, Failure> {
        if let Played::Python {
            interpreter,
            method,
        } = &conditions.played
        {
            python_config(context, lesson, &conditions.params, (interpreter, *method))?;
        }
        Ok(Scenario {
            lesson,
            conditions,
            lines: false,
        })
    }

    /// What the native engine runs.
    pub(crate) fn native(lesson: &'a Lesson, conditions: Conditions) -> Scenario<'a> {
        Scenario {
            lesson,
            conditions: Conditions {
                played: Played::Native,
                ..conditions
            },
            lines: false,
        }
    }

    /// The same, with the line of each process where Python runs it.
    pub(crate) fn telling_lines(mut self) -> Scenario<'a> {
        self.lines = true;
        self
    }

    /// The first line of its recording, were it to begin now.
    pub(crate) fn header(&self) -> Header {
        let python = match &self.conditions.played {
            Played::Native => None,
            Played::Python { interpreter, .. } => Some(interpreter.version.to_string()),
        };
        let method = self.conditions.played.method();
        Header {
            engine: self.conditions.played.engine().into(),
            start_method: python.as_ref().map(|_| method.as_str().to_owned()),
            python,
            program_sha256: fingerprint(self.lesson, self.conditions.played.engine()),
            params: self.conditions.params.to_json(),
            time_scale: self.conditions.time_scale,
            stdout: self.conditions.stdout.word().to_owned(),
            gate: gate_word(self.conditions.gate).to_owned(),
            seed: Some(self.conditions.seed),
            ..header::of_now(self.lesson.slug())
        }
    }

    /// The lesson's checks over the finished run.
    pub(crate) fn verdicts(&self, world: &World) -> Vec<Verdict> {
        check::evaluate(
            self.lesson,
            &self.conditions.params,
            &check::circumstances(&self.header()),
            world,
        )
    }

    /// Starts it. The calling thread has to live as long as the run.
    pub(crate) fn start(&self, context: &Context) -> Result<Run, Failure> {
        let started = match &self.conditions.played {
            Played::Native => self.start_native(),
            Played::Python {
                interpreter,
                method,
            } => Run::python(PythonConfig {
                buffering: match self.conditions.stdout {
                    StdoutArg::Tty => Buffering::Lines,
                    StdoutArg::Pipe => Buffering::Blocks,
                },
                time_scale: self.conditions.time_scale,
                lines: self.lines,
                gate: self.conditions.gate,
                scheduler: self.conditions.scheduler(),
                ..python_config(
                    context,
                    self.lesson,
                    &self.conditions.params,
                    (interpreter, *method),
                )?
            }),
        };
        started.map_err(|error| {
            let lang = context.lang;
            let what = lang.tell(
                "run.not-started",
                &[
                    ("lesson", &self.lesson.slug()),
                    ("why", &words::starting(lang, &error)),
                ],
            );
            Failure::new(Code::NotStarted, what).remedy(lang.phrase("run.not-started-remedy"))
        })
    }

    /// The same, by the native engine, whatever it is to be run by.
    pub(crate) fn start_native(&self) -> Result<Run, StartError> {
        Run::start(NativeConfig {
            lesson: self.lesson.slug().to_owned(),
            params: self.conditions.params.to_json(),
            time_scale: self.conditions.time_scale,
            seed: self.conditions.seed,
            line_buffered: matches!(self.conditions.stdout, StdoutArg::Tty),
            gate: self.conditions.gate,
            scheduler: self.conditions.scheduler(),
            forklore: None,
            environment: Vec::new(),
        })
    }
}

/// How the gate stands, as a recording's header says it.
fn gate_word(gate: GateMode) -> &'static str {
    match gate {
        GateMode::Open => "open",
        GateMode::Paced { .. } => "paced",
        GateMode::Manual => "manual",
    }
}

/// The gate at this pace; without one it is open.
pub(crate) fn paced(per_second: Option<f64>) -> GateMode {
    per_second.map_or(GateMode::Open, |per_second| GateMode::Paced { per_second })
}

/// SHA-256 of the program the engine runs, its parameters at their defaults: of the native engine the
/// Rust twin, where the folder has one.
pub(crate) fn fingerprint(lesson: &Lesson, engine: Engine) -> String {
    let files = &lesson.files;
    let twin = files.rust.as_deref().filter(|_| engine != Engine::Python);
    let program = twin.unwrap_or(&files.python);
    hexadecimal(program.as_bytes())
}

/// A seed nobody chose.
pub(crate) fn any_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_nanos());
    // Small enough to be typed again.
    u64::try_from(now % 1_000_000_000).unwrap_or(0)
}
