//! `lessons check --run`: what shows only when a lesson runs. Its program at the defaults, at the ends of every
//! parameter's range and with every row of its matrix, and its probes.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cli::Stop;
use crate::cli::args::engine::EngineArgs;
use crate::cli::args::{CheckArgs, StdoutArg};
use crate::cli::context::Context;
use crate::cli::recordings::Recordings;
use crate::cli::scenario::{Conditions, Order, Scenario, any_seed};
use crate::cli::test::Tested;
use crate::cli::trial::{Bench, Bounds, Keep};
use crate::cli::{engine, probe, trust};
use crate::engine::GateMode;
use crate::engine::shutdown::Shutdown;
use crate::lesson::{Finding, Lesson, Params, Spot, Words};

/// What multiplies the sleeps of a program: an author waits for every run.
const TIME_SCALE: f64 = 0.05;

/// How long one run may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs of lessons, and what they found.
pub(super) struct Trials<'a> {
    args: &'a CheckArgs,
    bench: Bench<'a>,
    pub findings: Vec<Finding>,
    /// What was said of this lesson's runs: the other settings would say the same.
    told: BTreeSet<String>,
    pub runs: u32,
    pub probes: usize,
}

impl<'a> Trials<'a> {
    pub(super) fn new(
        context: &'a Context,
        args: &'a CheckArgs,
        shutdown: &'a Shutdown,
    ) -> Trials<'a> {
        Trials {
            args,
            bench: Bench {
                context,
                shutdown,
                outlet: None,
                recordings: Recordings::none(),
                keep: Keep::Failed,
                time_scale: TIME_SCALE,
                bounds: Bounds::of_author(PATIENCE),
            },
            findings: Vec::new(),
            told: BTreeSet::new(),
            runs: 0,
            probes: 0,
        }
    }

    pub(super) fn lesson(&mut self, lesson: &Lesson) -> Result<(), Stop> {
        if let Err(failure) = trust::require(self.bench.context, lesson) {
            self.not_run(lesson, &failure.what);
            return Ok(());
        }
        self.told.clear();
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

    fn not_run(&mut self, lesson: &Lesson, why: &String) {
        let not_run = Words::tell("lessons.not-run", &[("why", why)]);
        self.say(lesson, "program.py", None, not_run);
    }

    /// Whether it could be run.
    fn run(&mut self, lesson: &Lesson, params: &Params, setting: &Words) -> Result<bool, Stop> {
        let context = self.bench.context;
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
        let scenario = engine
            .played(context, lesson)
            .and_then(|played| Scenario::new(context, lesson, conditions(played)));
        let scenario = match scenario {
            Ok(scenario) => scenario,
            Err(failure) => {
                self.not_run(lesson, &failure.what);
                return Ok(false);
            }
        };
        let tested = Tested {
            name: lesson.slug().to_owned(),
            scenario: &scenario,
            context,
        };
        let ran = match self.bench.once(&tested, self.runs + 1)? {
            Ok(ran) => ran,
            Err(why) => {
                self.not_run(lesson, &why);
                return Ok(false);
            }
        };
        self.runs += 1;
        for verdict in ran.verdicts.iter().filter(|verdict| !verdict.passed) {
            if !self.told.insert(verdict.id.clone()) {
                continue;
            }
            let (id, detail) = (&verdict.id, &verdict.detail);
            let mut checks = lesson.manifest.checks.iter();
            match checks.find(|check| check.id == *id) {
                Some(_) if ran.trial.cut.is_some() => {}
                Some(check) => {
                    let told = Words::tell(
                        "lessons.run-failed",
                        &[("id", id), ("setting", setting), ("detail", detail)],
                    );
                    self.say(lesson, "lesson.toml", Some(check.spot), told);
                }
                None => {
                    let told = Words::tell(
                        "lessons.run-ended",
                        &[("setting", setting), ("why", detail)],
                    );
                    self.say(lesson, "program.py", None, told);
                }
            }
        }
        Ok(true)
    }

    fn claims(&mut self, lesson: &Lesson) -> Result<(), Stop> {
        if lesson.manifest.claims.is_empty() {
            return Ok(());
        }
        let interpreter = engine::interpreter(self.bench.context, self.args.python.as_deref())?;
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
                asked = asked.or_else(|| self.bench.shutdown.requests().try_recv().ok());
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
