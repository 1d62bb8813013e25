//! `forklore test`: every lesson, run several times, each run held against its checks.
//!
//! Owns what is run, and the forms of the results. `trial` makes the runs. A failing run's recording is kept.

mod claims;

use std::fs::File;
use std::io::{self, Write as _};

use super::Stop;
use super::args::{StdoutArg, TestArgs, TestFormat};
use super::choose;
use super::context::Context;
use super::engine::{Played, TestEngines};
use super::grade;
use super::outlet::Outlet;
use super::recordings::Recordings;
use super::scenario::{Conditions, Order, Scenario, any_seed};
use super::trial::{Bench, Bounds, Keep, RUN, Subject, Trial};
use super::words;
use crate::check::Verdict;
use crate::engine::shutdown::Shutdown;
use crate::engine::{GateMode, Run};
use crate::error::{Code, Failure};
use crate::lesson::{Lesson, Library, Params};
use crate::report::{LessonResult, Results, results};
use crate::trace::{Engine, Header};

pub(crate) fn run(context: &Context, args: &TestArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let scenarios = if args.claims {
        Vec::new()
    } else {
        chosen(context, &library, args)?
    };
    let output = args
        .output
        .as_deref()
        .map(|path| {
            File::create(path).map_err(|why| {
                let what = context.lang.tell("test.no-output", &[("why", &why)]);
                Failure::new(Code::Usage, what).at(path.display().to_string())
            })
        })
        .transpose()?;
    let shutdown = context.listen()?;
    let outlet = Outlet::open().map_err(|error| context.no_thread(&error))?;
    let mut tests = Tests {
        args,
        outlet: &outlet,
        bench: Bench {
            context,
            shutdown: &shutdown,
            outlet: Some(&outlet),
            recordings: Recordings::new(args.record.clone()),
            keep: Keep::Failed,
            time_scale: args.time_scale,
            bounds: Bounds::of_author(args.timeout),
        },
        human_on_stdout: args.format == TestFormat::Human || output.is_some(),
    };
    let ran = if args.claims {
        tests.claims(&library)
    } else {
        tests.all(scenarios)
    };
    let report = match ran {
        Ok(report) => report,
        Err(Stop::Asked(request)) => {
            tests.interrupted();
            return Err(Stop::Asked(request));
        }
        Err(stop) => return Err(stop),
    };
    tests.bench.recordings.close();
    deliver(context, args, output, &report.document, &outlet, &shutdown)?;
    outlet.finish(&shutdown)?;
    Ok(if report.results.failed() == 0 {
        Code::Fine
    } else if report.results.none_ran() {
        Code::NotStarted
    } else {
        Code::CheckFailed
    })
}

/// The lessons named, or all. One that can't be run has its result already, and it is red.
fn chosen<'a>(
    context: &Context,
    library: &'a Library,
    args: &TestArgs,
) -> Result<Vec<Result<Scenario<'a>, LessonResult>>, Failure> {
    let refused = |name: &str, why: &str| Err(LessonResult::refused(name, Engine::Native, why));
    let engines = TestEngines::new(&args.engine);
    let scenario = |lesson: &'a Lesson, played: Played, params: Params| {
        let conditions = Conditions {
            played,
            params,
            stdout: StdoutArg::Tty,
            time_scale: args.time_scale,
            seed: any_seed(),
            gate: GateMode::Open,
            order: Order::InTurn,
        };
        Scenario::new(context, lesson, conditions)
    };
    let made = |lesson: &'a Lesson| -> Result<Vec<_>, Failure> {
        let played = match engines.played(context, lesson) {
            Ok(played) => played,
            Err(failure) if failure.code == Code::Usage => return Err(failure),
            Err(failure) => return Ok(vec![refused(lesson.slug(), &failure.what)]),
        };
        let rows = grade::rows(context, lesson, &args.set)?;
        let each = played.iter().flat_map(|played| {
            rows.iter().map(|row| {
                let title = title(lesson, played, row);
                scenario(lesson, played.clone(), row.clone())
                    .or_else(|failure| refused(lesson.slug(), &failure.what))
                    .map_err(|result: LessonResult| result.under(title))
            })
        });
        Ok(each.collect())
    };
    let mut chosen = Vec::new();
    for given in &args.named {
        match choose::lesson(context, library, given) {
            Ok(lesson) => chosen.extend(made(lesson)?),
            Err(failure) if failure.code == Code::Unreadable => {
                chosen.push(refused(given, &failure.what));
            }
            Err(failure) => return Err(failure),
        }
    }
    if args.named.is_empty() {
        for lesson in library.iter() {
            chosen.extend(made(lesson)?);
        }
        chosen.extend(broken(context, library).map(Err));
    }
    Ok(chosen)
}

/// The lessons that can't be read, or whose slugs are taken.
fn broken(context: &Context, library: &Library) -> impl Iterator<Item = LessonResult> {
    library.broken().iter().map(|broken| {
        let why = words::lesson(context.lang, &broken.error);
        // Two results have a slug that is taken.
        let path = broken.error.taken();
        let path = path.map(|_| broken.folder.display().to_string());
        LessonResult::refused(&broken.name(), Engine::Native, &why).under(path)
    })
}

/// What a lesson's result is called beside its slug: what ran it, and the parameters that were changed.
fn title(lesson: &Lesson, played: &Played, params: &Params) -> Option<String> {
    let changed = grade::changed(lesson, params);
    let parts = played.title().into_iter().chain(Some(changed));
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Everything run, and the document a machine reads.
struct Report {
    results: Results,
    document: String,
}

/// Writes the document where it was asked for.
fn deliver(
    context: &Context,
    args: &TestArgs,
    output: Option<File>,
    document: &str,
    outlet: &Outlet,
    shutdown: &Shutdown,
) -> Result<(), Stop> {
    let Some(mut file) = output else {
        if args.format != TestFormat::Human {
            outlet.write(document.as_bytes().to_vec(), shutdown)?;
        }
        return Ok(());
    };
    file.write_all(document.as_bytes()).map_err(|why| {
        let what = context.lang.tell("test.no-output", &[("why", &why)]);
        let place = args.output.as_deref().unwrap_or_else(|| "-".as_ref());
        Stop::from(Failure::new(Code::CheckFailed, what).at(place.display().to_string()))
    })
}

/// Tells results as they come, and makes the document.
struct Tests<'a> {
    args: &'a TestArgs,
    outlet: &'a Outlet,
    bench: Bench<'a>,
    /// Words for people go to stdout; else to stderr, because a machine reads stdout.
    human_on_stdout: bool,
}

impl Tests<'_> {
    fn all(&mut self, chosen: Vec<Result<Scenario<'_>, LessonResult>>) -> Result<Report, Stop> {
        let mut results = Results::default();
        let mut words = String::new();
        for scenario in chosen {
            let result = match scenario {
                Ok(scenario) => self.lesson(&scenario)?,
                Err(refused) => refused,
            };
            let told = results::human_lesson(&self.style(), &result);
            self.tell(&told)?;
            words += &told;
            results.lessons.push(result);
        }
        self.report(results, words)
    }

    /// What was told, as the document that was asked for.
    fn report(&self, results: Results, words: String) -> Result<Report, Stop> {
        let summary = results::human_summary(&self.style(), &results);
        self.tell(&summary)?;
        let document = match self.args.format {
            TestFormat::Human => words + &summary,
            TestFormat::Json => results::json(&results)?,
            TestFormat::Junit => results::junit(&results).map_err(io::Error::other)?,
            TestFormat::Tap => results::tap(&results),
        };
        Ok(Report { results, document })
    }

    fn style(&self) -> crate::report::Style {
        if self.human_on_stdout && self.args.output.is_none() {
            self.bench.context.style()
        } else {
            self.bench.context.style_of_stderr()
        }
    }

    fn tell(&self, words: &str) -> Result<(), Stop> {
        if self.human_on_stdout {
            self.outlet
                .write(words.as_bytes().to_vec(), self.bench.shutdown)?;
        } else {
            self.bench.context.tell_styled(words.trim_end_matches('\n'));
        }
        Ok(())
    }

    /// A signal came: what a reader of TAP has got so far must not look complete.
    fn interrupted(&mut self) {
        self.bench.recordings.close();
        let context = self.bench.context;
        context.tell(&context.lang.phrase("test.interrupted"));
    }

    fn lesson(&mut self, scenario: &Scenario) -> Result<LessonResult, Stop> {
        let conditions = &scenario.conditions;
        let title = title(scenario.lesson, &conditions.played, &conditions.params);
        let engine = conditions.played.engine();
        let mut result = LessonResult::new(scenario.lesson.slug(), engine).under(title);
        let tested = Tested {
            name: result.name().replace([' ', '/'], "-"),
            scenario,
            context: self.bench.context,
        };
        self.bench.runs(&tested, self.args.runs, &mut result)?;
        Ok(result)
    }
}

/// A lesson's own program.
pub(super) struct Tested<'a> {
    /// What its recordings are called.
    pub name: String,
    pub scenario: &'a Scenario<'a>,
    pub context: &'a Context,
}

impl Subject for Tested<'_> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn start(&self) -> Result<(Run, Header), String> {
        let mut scenario = self.scenario.clone();
        scenario.conditions.seed = any_seed();
        let run = scenario.start(self.context);
        let run = run.map_err(|failure| failure.what)?;
        Ok((run, scenario.header()))
    }

    /// The lesson's checks, and that the run came to an end they could speak of.
    fn verdicts(&self, header: &Header, trial: &Trial) -> Vec<Verdict> {
        let scenario = self.scenario;
        let mut verdicts = trial.judged(scenario.lesson, &scenario.conditions.params, header);
        verdicts.retain(|verdict| !(verdict.passed && verdict.id == RUN));
        verdicts
    }
}
