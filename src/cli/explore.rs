//! `forklore explore LESSON`: every outcome the lesson's program can have, each with a schedule that
//! leads there.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::Stop;
use super::args::{CompareFormat, ExploreArgs, StdoutArg};
use super::choose;
use super::context::Context;
use super::engine::Played;
use super::run::schedule_of;
use super::scenario::{Conditions, Order, Scenario};
use super::words;
use crate::check::{Facts, outcome_name};
use crate::engine::GateMode;
use crate::engine::directory::{in_use, run_directory};
use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::explore::native::{Config, Launch, Native, NativeError, Projection};
use crate::explore::search::SearchError;
use crate::explore::{Came, Explored, explore};
use crate::lesson::{Circumstances, Lesson, Outcome, Params, Setting};
use crate::protocol::{StageConfig, subcommand};
use crate::sys::clock;
use crate::text::{Mood, clean, clean_text};

/// Lines of an outcome that are shown to people.
const LINES: usize = 40;

pub(crate) fn run(context: &Context, args: &ExploreArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let lesson = choose::lesson(context, &library, &args.lesson)?;
    let params = lesson
        .params(&args.set)
        .map_err(|error| Failure::new(Code::Usage, words::params(context.lang, &error)))?;
    let conditions = Conditions {
        played: Played::native(context, lesson)?,
        params,
        stdout: args.stdout,
        time_scale: 1.0,
        seed: args.seed,
        gate: GateMode::Open,
        order: Order::InTurn,
    };
    let scenario = Scenario::new(context, lesson, conditions)?;
    let params = &scenario.conditions.params;
    let shutdown = context.listen()?;
    let dir = run_directory()
        .map_err(|error| Failure::new(Code::NotStarted, words::starting(context.lang, &error)))?;
    let _in_use = in_use(&dir);
    let explorer = Explorer {
        context,
        args,
        lesson,
        params,
        setting: Setting::new(
            params,
            &Circumstances {
                stdout: args.stdout.word().to_owned(),
                ..Circumstances::default()
            },
            &lesson.manifest.define,
        ),
    };
    let found = explorer.explore(dir.clone(), &shutdown);
    let _ = std::fs::remove_dir_all(&dir);
    let (found, seconds) = found?;
    let shown = explorer.shown(&found);
    let asked = !shutdown.requests().is_empty();
    let page = match args.format {
        CompareFormat::Text => explorer.page(&found, &shown, seconds, asked),
        CompareFormat::Json => {
            let document = explorer.document(&found, &shown, seconds);
            serde_json::to_string_pretty(&document).map_err(io::Error::from)? + "\n"
        }
    };
    io::stdout().write_all(page.as_bytes())?;
    match shutdown.requests().try_recv() {
        Ok(request) => Err(Stop::Asked(request)),
        Err(_) if args.outcome.is_some() && shown.is_empty() => Ok(Code::CheckFailed),
        Err(_) => Ok(Code::Fine),
    }
}

struct Explorer<'a> {
    context: &'a Context,
    args: &'a ExploreArgs,
    lesson: &'a Lesson,
    params: &'a Params,
    setting: Setting,
}

/// How a lesson is explored.
pub(crate) fn config(
    lesson: &Lesson,
    params: &Params,
    line_buffered: bool,
    seed: u64,
    dir: PathBuf,
) -> Config {
    let projection = match lesson.manifest.outcome {
        Outcome::Lines | Outcome::Blocks { .. } => Projection::Output,
        Outcome::Multiset | Outcome::Value { .. } => Projection::Processes,
    };
    Config {
        launch: Launch {
            program: PathBuf::from("/proc/self/exe"),
            argv: vec!["forklore".into(), subcommand::STAGE.into()],
            stage: StageConfig {
                lesson: lesson.slug().to_owned(),
                params: params.to_json(),
                time_scale: 1.0,
                line_buffered,
                seed,
                dir,
                zygote: true,
            },
        },
        projection,
        any_timing: false,
    }
}

/// An outcome and its number.
type Shown<'a> = (usize, &'a crate::explore::Outcome);

impl Explorer<'_> {
    fn explore(&self, dir: PathBuf, shutdown: &Shutdown) -> Result<(Explored, f64), Failure> {
        let began = clock::instant();
        let failed = |error: &dyn std::fmt::Display| {
            let lesson = self.lesson.slug();
            let lang = self.context.lang;
            let what = lang.tell("explore.failed", &[("lesson", &lesson), ("why", &error)]);
            Failure::new(Code::NotStarted, what)
        };
        let line_buffered = matches!(self.args.stdout, StdoutArg::Tty);
        let config = Config {
            any_timing: self.args.any_timing,
            ..config(self.lesson, self.params, line_buffered, self.args.seed, dir)
        };
        let mut native = Native::new(config).map_err(|error| failed(&error))?;
        let found = explore(
            &mut native,
            self.args.budget,
            self.args.seed,
            |native, schedule| self.came(native, schedule),
            |_| shutdown.requests().is_empty(),
        );
        let found = found.map_err(|error: SearchError<NativeError>| failed(&error))?;
        Ok((found, began.elapsed().as_secs_f64()))
    }

    /// What an execution came to, under the lesson's projection.
    fn came(&self, native: &Native, schedule: &[u32]) -> Came {
        let world = native.world();
        let facts = Facts {
            lesson: self.lesson,
            setting: &self.setting,
            world,
        };
        let label = outcome_name(&facts).unwrap_or_else(|error| error.to_string());
        Came {
            label,
            schedule: native.births(schedule),
        }
    }

    /// The outcomes that are asked for, by number, name or beginning.
    fn shown<'f>(&self, found: &'f Explored) -> Vec<Shown<'f>> {
        let all = found.outcomes.iter().enumerate();
        let all = all.map(|(index, outcome)| (index + 1, outcome));
        match self.args.outcome.as_deref() {
            None => all.collect(),
            Some(name) => all
                .filter(|(number, outcome)| {
                    number.to_string() == name
                        || outcome.label == name
                        || (name == "deadlock" && outcome.deadlock)
                })
                .collect(),
        }
    }

    fn code(&self, steps: &[u32]) -> String {
        schedule_of(self.lesson, self.params, steps)
    }

    fn page(&self, found: &Explored, shown: &[Shown<'_>], seconds: f64, asked: bool) -> String {
        let lang = self.context.lang;
        let paint = self.context.paint;
        let mut page = String::new();
        for (number, outcome) in shown {
            let executions = &outcome.executions;
            let head = match (outcome.deadlock, executions) {
                (true, _) => lang.tell(
                    "explore.deadlock",
                    &[("number", number), ("executions", executions)],
                ),
                (false, 0) => lang.tell("explore.drawn-outcome", &[("number", number)]),
                (false, _) => lang.tell(
                    "explore.outcome",
                    &[("number", number), ("executions", executions)],
                ),
            };
            let mood = if outcome.deadlock {
                Mood::Warning
            } else {
                Mood::Heading
            };
            // Writing to a String does not fail.
            let _ = writeln!(page, "{}", paint.mood(mood, head));
            let lines: Vec<&str> = outcome.label.lines().collect();
            for line in lines.iter().take(LINES) {
                let _ = writeln!(page, "  {}", clean(line));
            }
            if lines.len() > LINES {
                let _ = writeln!(page, "  … ({})", lines.len() - LINES);
            }
            let _ = writeln!(
                page,
                "  {}\n",
                paint.mood(Mood::Dim, self.code(&outcome.schedule))
            );
        }
        let outcomes = found.outcomes.len();
        let seconds = format!("{seconds:.1}");
        let mut told = if asked {
            lang.tell(
                "explore.interrupted",
                &[
                    ("outcomes", &outcomes),
                    ("executions", &found.executions),
                    ("vain", &found.given_up),
                    ("seconds", &seconds),
                ],
            )
        } else if found.complete {
            lang.tell(
                "explore.complete",
                &[
                    ("outcomes", &outcomes),
                    ("executions", &found.executions),
                    ("vain", &found.given_up),
                    ("seconds", &seconds),
                ],
            )
        } else {
            lang.tell(
                "explore.stopped",
                &[
                    ("outcomes", &outcomes),
                    ("executions", &found.executions),
                    ("vain", &found.given_up),
                    ("seconds", &seconds),
                ],
            )
        };
        if let Some(interleavings) = found.interleavings {
            told += &lang.tell(
                "explore.interleavings",
                &[("interleavings", &interleavings)],
            );
        }
        if let Some(seed) = found.seed.filter(|_| found.drawn > 0) {
            told += &lang.tell("explore.drawn", &[("runs", &found.drawn), ("seed", &seed)]);
        }
        let mood = if found.complete {
            Mood::Good
        } else {
            Mood::Warning
        };
        let _ = writeln!(page, "{}", paint.mood(mood, clean_text(&told)));
        page
    }

    fn document(&self, found: &Explored, shown: &[Shown<'_>], seconds: f64) -> Value {
        let outcomes = shown.iter().map(|(_, outcome)| {
            json!({
                "outcome": outcome.label,
                "executions": outcome.executions,
                "deadlock": outcome.deadlock,
                "schedule": self.code(&outcome.schedule),
            })
        });
        json!({
            "forklore_explore": 1,
            "lesson": self.lesson.slug(),
            "params": self.params.to_json(),
            "complete": found.complete,
            "executions": found.executions,
            "given_up": found.given_up,
            // Whole numbers of this size are no numbers of JSON's.
            "interleavings": found.interleavings.map(|n| n.to_string()),
            "drawn": found.drawn,
            "seed": found.seed,
            "seconds": seconds,
            "outcomes": outcomes.collect::<Vec<_>>(),
        })
    }
}
