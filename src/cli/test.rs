//! `forklore test`: every lesson, run several times, each run held against its checks.
//!
//! Runs go one after another: beside another run a lesson's own processes would come to run less
//! often, and what a learner sees is one run. A failing run's recording is kept.

mod claims;

use std::fs::File;
use std::io::{self, Write as _};

use super::Stop;
use super::args::{StdoutArg, TestArgs, TestFormat};
use super::choose;
use super::context::Context;
use super::drive::{Driver, Ending, Interrupts, Silent};
use super::engine::{Played, TestEngines};
use super::grade;
use super::outlet::Outlet;
use super::recorder::Recorded;
use super::recordings::{Recordings, discard};
use super::scenario::{Conditions, Order, Scenario, any_seed};
use super::words;
use crate::check::Verdict;
use crate::engine::GateMode;
use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::lesson::{Lesson, Library, Params, Words};
use crate::model::World;
use crate::report::{LessonResult, Results, results};
use crate::sys::clock;
use crate::text::Lang;
use crate::trace::{Engine, RunStatus};

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
    let mut bench = Bench {
        context,
        args,
        shutdown: &shutdown,
        outlet: &outlet,
        recordings: Recordings::new(args.record.clone()),
        human_on_stdout: args.format == TestFormat::Human || output.is_some(),
    };
    let ran = if args.claims {
        bench.claims(&library)
    } else {
        bench.all(scenarios)
    };
    let report = match ran {
        Ok(report) => report,
        Err(Stop::Asked(request)) => {
            bench.interrupted();
            return Err(Stop::Asked(request));
        }
        Err(stop) => return Err(stop),
    };
    bench.recordings.close();
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
        let broken = library.broken().iter();
        chosen.extend(broken.map(|broken| {
            let why = words::lesson(context.lang, &broken.error);
            refused(&broken.name(), &why)
        }));
    }
    Ok(chosen)
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

/// Where lessons are run.
struct Bench<'a> {
    context: &'a Context,
    args: &'a TestArgs,
    shutdown: &'a Shutdown,
    outlet: &'a Outlet,
    recordings: Recordings,
    /// Words for people go to stdout; else to stderr, because a machine reads stdout.
    human_on_stdout: bool,
}

impl Bench<'_> {
    fn all(&mut self, chosen: Vec<Result<Scenario<'_>, LessonResult>>) -> Result<Report, Stop> {
        let mut results = Results::default();
        let mut words = String::new();
        let mut tap = results::tap_start(chosen.len());
        for (index, scenario) in chosen.into_iter().enumerate() {
            let result = match scenario {
                Ok(scenario) => self.lesson(&scenario)?,
                Err(refused) => refused,
            };
            let told = results::human_lesson(&self.style(), &result);
            self.tell(&told)?;
            words += &told;
            tap += &results::tap_lesson(index + 1, &result);
            results.lessons.push(result);
        }
        let summary = results::human_summary(&self.style(), &results);
        self.tell(&summary)?;
        let document = match self.args.format {
            TestFormat::Human => words + &summary,
            TestFormat::Json => results::json(&results)?,
            TestFormat::Junit => results::junit(&results).map_err(io::Error::other)?,
            TestFormat::Tap => tap,
        };
        Ok(Report { results, document })
    }

    fn style(&self) -> crate::report::Style {
        if self.human_on_stdout && self.args.output.is_none() {
            self.context.style()
        } else {
            self.context.style_of_stderr()
        }
    }

    fn tell(&self, words: &str) -> Result<(), Stop> {
        if self.human_on_stdout {
            self.outlet
                .write(words.as_bytes().to_vec(), self.shutdown)?;
        } else {
            self.context.tell_styled(words.trim_end_matches('\n'));
        }
        Ok(())
    }

    /// A signal came: what a reader of TAP has got so far must not look complete.
    fn interrupted(&mut self) {
        self.recordings.close();
        self.context
            .tell(&self.context.lang.phrase("test.interrupted"));
    }

    fn lesson(&mut self, scenario: &Scenario) -> Result<LessonResult, Stop> {
        let mut result =
            LessonResult::new(scenario.lesson.slug(), scenario.conditions.played.engine()).under(
                title(
                    scenario.lesson,
                    &scenario.conditions.played,
                    &scenario.conditions.params,
                ),
            );
        for number in 1..=self.args.runs {
            let mut scenario = scenario.clone();
            scenario.conditions.seed = any_seed();
            self.once(&scenario, number, &mut result)?;
            if result.is_refused() {
                break;
            }
        }
        Ok(result)
    }

    /// One run.
    fn once(
        &mut self,
        scenario: &Scenario,
        number: u32,
        result: &mut LessonResult,
    ) -> Result<(), Stop> {
        let path = self
            .recordings
            .path(&result.name().replace([' ', '/'], "-"), number);
        let header = scenario.header();
        let recorder = self
            .recordings
            .recorder(self.context, path.as_deref(), &header);
        let began = clock::instant();
        let run = match scenario.start(self.context) {
            Ok(run) => run,
            Err(failure) => {
                discard(path.as_ref());
                result.refuse(&failure.what);
                return Ok(());
            }
        };
        let recorded = recorder.is_some();
        let mut run = Recorded::new(run, recorder, self.context.lang);
        let mut driver = Driver {
            shutdown: self.shutdown,
            time_scale: scenario.conditions.time_scale,
            outlet: Some(self.outlet),
            interrupts: Interrupts::End,
        };
        let driven = driver.drive(&mut run, &mut Silent, Vec::new());
        let seconds = clock::instant().duration_since(began).as_secs_f64();
        let verdicts = judged(scenario, &driven.world);
        let red = verdicts.iter().any(|verdict| !verdict.passed);
        let kept = path.clone().filter(|_| red && recorded);
        if let Some(why) = run.lost().filter(|_| red) {
            self.context.recording_stopped(why);
        }
        if kept.is_none() {
            discard(path.as_ref());
        }
        match driven.ending {
            Ending::Over => {}
            Ending::Asked(request) => {
                discard(path.as_ref());
                return Err(Stop::Asked(request));
            }
            Ending::OutputLost(error) => return Err(error.into()),
        }
        result.add(verdicts, seconds, kept.as_deref());
        result.found(driven.findings.list());
        Ok(())
    }
}

/// The lesson's checks, and that the run came to an end a check could speak of.
fn judged(scenario: &Scenario, world: &World) -> Vec<Verdict> {
    let mut verdicts = scenario.verdicts(world);
    let status = world
        .end()
        .map_or(RunStatus::Unknown, |note| note.end.status);
    if matches!(
        status,
        RunStatus::Failed | RunStatus::Stopped | RunStatus::Unknown
    ) {
        let why = world
            .end()
            .and_then(|note| note.end.detail.clone())
            .unwrap_or_default();
        let words = |lang: Lang| lang.phrase("test.run-ended").to_owned();
        let detail = |lang: Lang| {
            let status = lang.term("status", status.as_str());
            lang.tell("test.run-did", &[("status", &status), ("why", &why)])
        };
        verdicts.push(Verdict {
            id: "run".to_owned(),
            passed: false,
            words: Words::new(words(Lang::En), words(Lang::Zh)),
            detail: Words::new(detail(Lang::En), detail(Lang::Zh)),
        });
    }
    verdicts
}
