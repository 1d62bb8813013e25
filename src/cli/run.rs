//! `forklore run LESSON`: one run, told as it happens, then held against its checks.

use super::Stop;
use super::args::{PsArg, RunArgs, RunFormat};
use super::choose;
use super::context::Context;
use super::drive::{Ending, Interrupts, Show};
use super::engine::Played;
use super::outlet::Outlet;
use super::recorder::Recorder;
use super::scenario::{Conditions, Order, Scenario, any_seed, paced};
use super::session::{Human, Json, Session};
use super::words;
use crate::check::{self, Verdict};
use crate::engine::GateMode;
use crate::error::{Code, Failure};
use crate::explore::strategy::StrategyName;
use crate::feed::Feed;
use crate::lesson::schedule::{Schedule, ScheduleError, without_comments};
use crate::lesson::{Lesson, Params};
use crate::model::World;
use crate::report::{Rows, Style, deadlock, ending, findings, verdicts};
use crate::text::{Mood, clean};
use crate::trace::{Event, FaultKind, Header, Kind};

/// Operations a second where nobody is to watch.
const AT_ONCE: f64 = 1_000_000.0;

pub(crate) fn run(context: &Context, args: &RunArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let schedule = args.schedule.as_deref();
    let schedule = schedule
        .map(|given| read_schedule(context, given))
        .transpose()?;
    let named = schedule.as_ref().map(|schedule| schedule.lesson.as_str());
    let lesson = choose::lesson(
        context,
        &library,
        args.lesson.as_deref().or(named).unwrap_or_default(),
    )?;
    if let Some(other) = named.filter(|named| *named != lesson.slug()) {
        let lesson = lesson.slug();
        let lang = context.lang;
        let what = lang.tell(
            "run.schedule-of-another",
            &[("lesson", &lesson), ("other", &other)],
        );
        return Err(Failure::new(Code::Usage, what).into());
    }
    let params = schedule.iter().flat_map(|schedule| &schedule.params);
    let params = params.map(|(name, value)| format!("{name}={value}"));
    let set: Vec<String> = params.chain(args.set.iter().cloned()).collect();
    let params = lesson
        .params(&set)
        .map_err(|error| Failure::new(Code::Usage, words::params(context.lang, &error)))?;
    let conditions = Conditions {
        played: args.engine.played(context, lesson)?,
        params,
        stdout: args.stdout,
        time_scale: args.time_scale,
        seed: args.seed.unwrap_or_else(any_seed),
        // A schedule can be followed only where everybody waits for his turn.
        gate: match (args.pace, &schedule, args.strategy) {
            (None, None, None) => GateMode::Open,
            (pace, ..) => paced(Some(pace.unwrap_or(AT_ONCE))),
        },
        order: match schedule {
            Some(schedule) => Order::Scheduled(schedule),
            None => Order::Drawn(
                args.strategy
                    .map_or(StrategyName::Random, StrategyName::from),
            ),
        },
    };
    let scenario = Scenario::new(context, lesson, conditions)?;
    let scenario = if args.no_lines {
        scenario
    } else {
        scenario.telling_lines()
    };
    let header = scenario.header();
    let recorder = args
        .record
        .as_deref()
        .map(|path| Recorder::named(context, path, &header))
        .transpose()?;
    let shutdown = context.listen()?;
    let outlet = Outlet::open().map_err(|error| context.no_thread(&error))?;
    let run = scenario.start(context)?;
    let session = Session {
        context,
        shutdown: &shutdown,
        outlet,
        recorder,
        recording_lost: false,
        time_scale: scenario.conditions.time_scale,
        interrupts: Interrupts::End,
    };
    match args.format {
        RunFormat::Human => human(session, &scenario, run, &header, args.ps),
        RunFormat::Json => json(session, &scenario, run, &header),
    }
}

/// The schedule that is given as a code, or as the name of a file that has one in it.
fn read_schedule(context: &Context, given: &str) -> Result<Schedule, Failure> {
    let code = match std::fs::read_to_string(given) {
        Ok(text) => without_comments(&text),
        // No file of this name: it is the code itself.
        Err(_) => given.to_owned(),
    };
    code.parse().map_err(|error: ScheduleError| {
        let lang = context.lang;
        let expected = lang.term("run.schedule-has", error.expected);
        let what = lang.tell(
            "run.no-schedule",
            &[
                ("column", &error.column),
                ("found", &error.found),
                ("expected", &expected),
            ],
        );
        Failure::new(Code::Usage, what)
    })
}

fn human(
    mut session: Session,
    scenario: &Scenario,
    run: impl Feed,
    header: &Header,
    moments: PsArg,
) -> Result<Code, Stop> {
    let style = session.context.style();
    let rows = Rows {
        grep: scenario.lesson.manifest.grep.as_deref(),
    };
    let mut human = Taken {
        human: match moments {
            PsArg::Fullest => Human::fullest(style, rows),
            PsArg::All => Human::new(style, rows),
        },
        steps: Vec::new(),
    };
    let driven = session.drive(run, &mut human, head(&style, scenario, header));
    let Taken { mut human, steps } = human;
    if !matches!(driven.ending, Ending::Over) {
        return session.cut_short(driven);
    }
    let world = driven.world;
    let judged = scenario.verdicts(&world);
    let mut page = String::new();
    human.rest(&world, &mut page);
    page.push('\n');
    verdicts(&style, &judged, &mut page);
    page.push_str(&ending(&style, &world));
    page.push('\n');
    if !steps.is_empty() {
        let code = schedule_of(scenario.lesson, &scenario.conditions.params, &steps);
        page.push_str(&style.lang.tell("run.schedule", &[("code", &code)]));
        page.push('\n');
    }
    findings(&style, &world, &driven.findings.list(), &mut page);
    session.close(page.into_bytes(), code(scenario.lesson, &world, &judged))
}

/// What people are told, and who was let go at each step.
struct Taken<'a> {
    human: Human<'a>,
    steps: Vec<u32>,
}

impl Show for Taken<'_> {
    fn idle(&mut self, world: &World, page: &mut Vec<u8>) {
        self.human.idle(world, page);
    }

    fn after(&mut self, told: (&[u8], &Event), world: &World, page: &mut Vec<u8>) {
        if let (Kind::Gate, Some(proc)) = (&told.1.kind, told.1.proc) {
            self.steps.push(proc);
        }
        self.human.after(told, world, page);
    }
}

/// The schedule in which these steps were taken, as text.
pub(crate) fn schedule_of(lesson: &Lesson, params: &Params, steps: &[u32]) -> String {
    let mut schedule = Schedule::of(lesson.slug(), &lesson.manifest.parameters, params);
    schedule.steps = steps.to_vec();
    schedule.to_string()
}

fn json(
    mut session: Session,
    scenario: &Scenario,
    run: impl Feed,
    header: &Header,
) -> Result<Code, Stop> {
    let lang = session.context.lang;
    let driven = session.drive(run, &mut Json { lang }, Json::head(header));
    if !matches!(driven.ending, Ending::Over) {
        return session.cut_short(driven);
    }
    let world = driven.world;
    let judged = scenario.verdicts(&world);
    let mut words = String::new();
    let context = session.context;
    let style = context.style_of_stderr();
    deadlock(&style, &world, &mut words);
    verdicts(&style, &judged, &mut words);
    words.push_str(&ending(&style, &world));
    words.push('\n');
    findings(&style, &world, &driven.findings.list(), &mut words);
    let code = session.close(Vec::new(), code(scenario.lesson, &world, &judged))?;
    context.tell_styled(words.trim_end_matches('\n'));
    Ok(code)
}

/// Lesson, parameters and circumstances.
fn head(style: &Style, scenario: &Scenario, header: &Header) -> Vec<u8> {
    let lang = style.lang;
    let lesson = scenario.lesson;
    let title = format!(
        "{} · {}",
        clean(lesson.slug()),
        clean(lesson.manifest.title.get(lang))
    );
    let mut settings: Vec<String> = scenario.conditions.params.settings().collect();
    if let Played::Python { interpreter, .. } = &scenario.conditions.played {
        settings.push("--engine python".to_owned());
        settings.push(format!("--python {}", interpreter.version));
        settings.push(format!(
            "--start-method {}",
            scenario.conditions.played.method()
        ));
    }
    settings.push(format!("--stdout {}", header.stdout));
    settings.push(format!("--time-scale {}", header.time_scale));
    if let GateMode::Paced { per_second: pace } = scenario.conditions.gate {
        settings.push(format!("--pace {pace}"));
    }
    settings.push(format!("--seed {}", scenario.conditions.seed));
    let machine = lang.tell(
        "run.machine",
        &[
            ("kernel", &clean(&header.kernel)),
            ("cpus", &header.cpus),
            ("version", &header.version),
            ("program", &&header.program_sha256[..12]),
        ],
    );
    let title = style.paint.mood(Mood::Heading, title);
    let settings = style.paint.mood(Mood::Dim, settings.join("  "));
    let machine = style.paint.mood(Mood::Dim, machine);
    format!("{title}\n{settings}\n{machine}\n").into_bytes()
}

/// What the end of a run means to a shell.
fn code(lesson: &Lesson, world: &World, judged: &[Verdict]) -> Code {
    let not_started = world
        .faults()
        .iter()
        .any(|note| note.fault.fault == FaultKind::StartFailed);
    if not_started {
        Code::NotStarted
    } else if check::is_as_expected(Some(lesson), judged, world) {
        Code::Fine
    } else {
        Code::CheckFailed
    }
}
