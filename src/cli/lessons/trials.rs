//! `lessons check --run`: what shows only when a lesson runs. Its program at the defaults, at the ends of every
//! parameter's range and with every row of its matrix, and its probes.

use std::time::Duration;

use crate::cli::Stop;
use crate::cli::args::engine::EngineArgs;
use crate::cli::args::{CheckArgs, StdoutArg};
use crate::cli::context::Context;
use crate::cli::scenario::{Conditions, Order, Scenario, any_seed};
use crate::cli::trial::{self, Bounds};
use crate::cli::{engine, probe, trust};
use crate::engine::GateMode;
use crate::engine::shutdown::Shutdown;
use crate::lesson::{Finding, Lesson, Params, Spot, Words};
use crate::trace::RunStatus;

/// What multiplies the sleeps of a program: an author waits for every run.
const TIME_SCALE: f64 = 0.05;

/// How long one run may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs of lessons, and what they found.
pub(super) struct Trials<'a> {
    pub context: &'a Context,
    pub args: &'a CheckArgs,
    pub shutdown: &'a Shutdown,
    pub findings: Vec<Finding>,
    pub runs: usize,
    pub probes: usize,
}

impl Trials<'_> {
    pub(super) fn lesson(&mut self, lesson: &Lesson) -> Result<(), Stop> {
        if let Err(failure) = trust::require(self.context, lesson) {
            let what = failure.what;
            let not_run = Words::tell("lessons.not-run", &[("why", &what)]);
            self.say(lesson, "program.py", None, not_run);
            return Ok(());
        }
        for (params, setting) in lesson.extremes() {
            if !self.run(lesson, &params, &setting)? {
                break;
            }
        }
        self.claims(lesson)
    }

    fn say(&mut self, lesson: &Lesson, file: &str, spot: Option<Spot>, message: Words) {
        self.findings.push(Finding {
            file: lesson.file(file),
            spot,
            message,
        });
    }

    /// Whether it could be run.
    fn run(&mut self, lesson: &Lesson, params: &Params, setting: &Words) -> Result<bool, Stop> {
        let conditions = |played| Conditions {
            played,
            params: params.clone(),
            stdout: StdoutArg::Tty,
            time_scale: TIME_SCALE,
            seed: any_seed(),
            gate: GateMode::Open,
            order: Order::InTurn,
        };
        let engine = EngineArgs {
            python: self.args.python.clone().filter(|_| !lesson.twin),
            ..EngineArgs::default()
        };
        let started = engine
            .played(self.context, lesson)
            .and_then(|played| Scenario::new(self.context, lesson, conditions(played)))
            .and_then(|scenario| Ok((scenario.start(self.context)?, scenario)));
        let (run, scenario) = match started {
            Ok(started) => started,
            Err(failure) => {
                let not_run = Words::tell("lessons.not-run", &[("why", &failure.what)]);
                self.say(lesson, "program.py", None, not_run);
                return Ok(false);
            }
        };
        self.runs += 1;
        let bounds = Bounds {
            alive: 2_000,
            ..Bounds::within(PATIENCE)
        };
        let trial = trial::run(self.context, self.shutdown, (run, None), TIME_SCALE, bounds)?;
        if let Some(cut) = trial.cut {
            let why = cut.words();
            let told = Words::tell("lessons.run-ended", &[("setting", setting), ("why", &why)]);
            self.say(lesson, "program.py", None, told);
            return Ok(true);
        }
        let verdicts = scenario.verdicts(&trial.world);
        for verdict in verdicts.iter().filter(|verdict| !verdict.passed) {
            let mut checks = lesson.manifest.checks.iter();
            let check = checks.find(|check| check.id == verdict.id);
            let (id, detail) = (&verdict.id, &verdict.detail);
            let told = Words::tell(
                "lessons.run-failed",
                &[("id", id), ("setting", setting), ("detail", detail)],
            );
            self.say(lesson, "lesson.toml", check.map(|check| check.spot), told);
        }
        let status = trial
            .world
            .end()
            .map_or(RunStatus::Unknown, |note| note.end.status);
        if !matches!(status, RunStatus::Finished | RunStatus::Deadlock) {
            let why = Words::of(|lang| lang.term("status", status.as_str()));
            let told = Words::tell("lessons.run-ended", &[("setting", setting), ("why", &why)]);
            self.say(lesson, "program.py", None, told);
        }
        Ok(true)
    }

    fn claims(&mut self, lesson: &Lesson) -> Result<(), Stop> {
        if lesson.manifest.claims.is_empty() {
            return Ok(());
        }
        let interpreter = engine::interpreter(self.context, self.args.python.as_deref())?;
        for claim in &lesson.manifest.claims {
            // A probe that is not there is found without a run.
            let there = lesson
                .files
                .probes
                .iter()
                .any(|(name, _)| *name == claim.probe);
            if !there || !probe::applies(claim, &interpreter) {
                continue;
            }
            self.probes += 1;
            let mut asked = None;
            let mut stop = || {
                asked = asked.or_else(|| self.shutdown.requests().try_recv().ok());
                asked.is_some()
            };
            let shown = probe::shows(lesson, claim, &interpreter, &mut stop)?;
            if let Some(request) = asked {
                return Err(Stop::Asked(request));
            }
            if let Some(why) = shown.contradicts {
                self.say(lesson, "lesson.toml", Some(claim.expect_spot), why);
            }
        }
        Ok(())
    }
}
