//! `forklore explore LESSON`: every outcome the lesson's program can have, each with a schedule that
//! leads there.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Stop;
use super::args::{CompareFormat, ExploreArgs};
use super::choose;
use super::context::Context;
use super::exploring::{Exploring, Progress};
use super::run::schedule_of;
use super::words;
use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::explore::native::{Config, Native, NativeError};
use crate::explore::search::SearchError;
use crate::explore::{Explored, explore};
use crate::lesson::{KnownOutcome, OutcomeFile, OutcomeTable, in_words};
use crate::model::Wait;
use crate::report;
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
    let shutdown = context.listen()?;
    let explorer = Explorer {
        context,
        args,
        exploring: Exploring::new(context, lesson, params, args.stdout, args.seed)?,
        circles: RefCell::default(),
    };
    let (found, seconds) = explorer.explore(&shutdown)?;
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
    let saved = match &args.save {
        Some(file) if !asked => explorer.save(file.as_deref(), &found)?,
        _ => Code::Fine,
    };
    match shutdown.requests().try_recv() {
        Ok(request) => Err(Stop::Asked(request)),
        Err(_) if args.outcome.is_some() && shown.is_empty() => Ok(Code::CheckFailed),
        Err(_) => Ok(saved),
    }
}

struct Explorer<'a> {
    context: &'a Context,
    args: &'a ExploreArgs,
    exploring: Exploring<'a>,
    /// Who waits for whom in the deadlocks, by the outcomes' names.
    circles: RefCell<HashMap<String, Vec<Wait>>>,
}

/// An outcome and its number.
type Shown<'a> = (usize, &'a crate::explore::Outcome);

impl Explorer<'_> {
    fn explore(&self, shutdown: &Shutdown) -> Result<(Explored, f64), Failure> {
        let began = clock::instant();
        let mut progress = Progress::new(self.context.lang);
        let failed = |error: SearchError<NativeError>| self.exploring.failed(self.context, &error);
        let circles = &self.circles;
        let config = Config {
            any_timing: self.args.any_timing,
            ..self.exploring.config()
        };
        let mut native = Native::new(config).map_err(|error| failed(error.into()))?;
        let found = explore(
            &mut native,
            self.args.budget,
            self.args.seed,
            |native, schedule| {
                let came = self.exploring.came(native, schedule);
                if native.world().blocked().deadlock {
                    let waits = || native.world().waits();
                    let mut circles = circles.borrow_mut();
                    circles.entry(came.label.clone()).or_insert_with(waits);
                }
                came
            },
            |found| {
                progress.tell(found);
                shutdown.requests().is_empty()
            },
        );
        drop(progress);
        Ok((found.map_err(failed)?, began.elapsed().as_secs_f64()))
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
        schedule_of(self.exploring.lesson, &self.exploring.params, steps)
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
            if let Some(waits) = self.circles.borrow().get(&outcome.label) {
                report::circle(lang, waits, &mut page);
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
            let key = match outcomes {
                1 => "explore.complete-one",
                _ => "explore.complete",
            };
            lang.tell(
                key,
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

    /// Puts the table into the lesson's file, or into another; nothing that is not complete.
    fn save(&self, file: Option<&Path>, found: &Explored) -> Result<Code, Failure> {
        let (lang, lesson) = (self.context.lang, self.exploring.lesson);
        if !found.complete {
            self.context.tell(&lang.phrase("explore.not-saved"));
            return Ok(Code::CheckFailed);
        }
        let own = PathBuf::from(lesson.path()).join("outcomes.toml");
        let file = file.unwrap_or(&own);
        let outcomes = found.outcomes.iter().map(|outcome| KnownOutcome {
            outcome: outcome.label.clone(),
            executions: outcome.executions,
            deadlock: outcome.deadlock,
            schedule: self.code(&outcome.schedule),
        });
        let table = OutcomeTable {
            params: in_words(&self.exploring.params),
            stdout: self.args.stdout.word().to_owned(),
            any_timing: self.args.any_timing,
            executions: found.executions,
            outcomes: outcomes.collect(),
        };
        let program_sha256 = lesson.outcomes_sha256();
        let known = std::fs::read_to_string(file).ok();
        let known = known.and_then(|text| OutcomeFile::parse(&text).ok());
        let known = known.filter(|known| known.program_sha256 == program_sha256);
        let mut tables = known.unwrap_or(OutcomeFile {
            program_sha256,
            tables: Vec::new(),
        });
        tables.put(table);
        let text = tables.text().map_err(io::Error::other);
        let shown = file.display();
        text.and_then(|text| std::fs::write(file, text))
            .map_err(|why| {
                let what = lang.tell("explore.save-failed", &[("file", &shown), ("why", &why)]);
                Failure::new(Code::NotStarted, what)
            })?;
        let outcomes = found.outcomes.len();
        let told = lang.tell(
            "explore.saved",
            &[("outcomes", &outcomes), ("file", &shown)],
        );
        self.context.tell(&told);
        Ok(Code::Fine)
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
            "lesson": self.exploring.lesson.slug(),
            "params": self.exploring.params.to_json(),
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
