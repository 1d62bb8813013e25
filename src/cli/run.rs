//! `forklore run LESSON`: one run, told as it happens, then held against its checks.

use super::Stop;
use super::args::{RunArgs, RunFormat};
use super::choose;
use super::context::Context;
use super::drive::{Driver, Ending, Show};
use super::outlet::Outlet;
use super::recorder::Recorder;
use super::scenario::{Scenario, any_seed, paced};
use super::words;
use crate::check::Verdict;
use crate::engine::native::GateMode;
use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::feed::Feed;
use crate::model::World;
use crate::report::{Live, Rows, Style, ending, verdicts};
use crate::text::{Mood, clean};
use crate::trace::{Event, FaultKind, Header, RunStatus, encode_event};

pub(crate) fn run(context: &Context, args: &RunArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let lesson = choose::lesson(context, &library, &args.lesson)?;
    let params = lesson
        .params(&args.set)
        .map_err(|error| Failure::new(Code::Usage, words::params(context.lang, &error)))?;
    Scenario::must_be_native(context, lesson)?;
    let scenario = Scenario {
        lesson,
        params,
        stdout: args.stdout,
        time_scale: args.time_scale,
        seed: args.seed.unwrap_or_else(any_seed),
        gate: paced(args.pace),
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
        scenario: &scenario,
        shutdown: &shutdown,
        outlet,
        recorder,
    };
    match args.format {
        RunFormat::Human => session.human(run, &header),
        RunFormat::Json => session.json(run, &header),
    }
}

/// A run that has been started.
struct Session<'a> {
    context: &'a Context,
    scenario: &'a Scenario<'a>,
    shutdown: &'a Shutdown,
    outlet: Outlet,
    recorder: Option<Recorder>,
}

impl Session<'_> {
    fn human(mut self, run: impl Feed, header: &Header) -> Result<Code, Stop> {
        let style = self.context.style();
        let grep = self.scenario.lesson.slug().starts_with("pool");
        let rows = Rows {
            grep: grep.then_some("pool"),
        };
        let page = head(&style, self.scenario, header);
        let mut human = Human {
            live: Live::new(style, rows),
            page: String::new(),
        };
        let (world, end) = self.drive(run, &mut human, page);
        if !matches!(end, Ending::Over) {
            return self.cut_short(&world, end);
        }
        let judged = self.scenario.verdicts(&world);
        let mut page = String::new();
        human.live.rest(&world, &mut page);
        page.push('\n');
        verdicts(&style, &judged, &mut page);
        page.push_str(&ending(&style, &world));
        page.push('\n');
        self.close(page.into_bytes())?;
        Ok(code(&world, &judged))
    }

    fn json(mut self, run: impl Feed, header: &Header) -> Result<Code, Stop> {
        let mut page = serde_json::to_vec(header).map_err(std::io::Error::from)?;
        page.push(b'\n');
        let (world, end) = self.drive(run, &mut Json, page);
        if !matches!(end, Ending::Over) {
            return self.cut_short(&world, end);
        }
        let judged = self.scenario.verdicts(&world);
        let mut words = String::new();
        let style = self.context.style_of_stderr();
        verdicts(&style, &judged, &mut words);
        words.push_str(&ending(&style, &world));
        let context = self.context;
        self.close(Vec::new())?;
        context.tell_styled(&words);
        Ok(code(&world, &judged))
    }

    /// Drives the run to its end, the first page before its events.
    fn drive(
        &mut self,
        mut run: impl Feed,
        show: &mut dyn Show,
        first: Vec<u8>,
    ) -> (World, Ending) {
        let mut driver = Driver {
            context: self.context,
            shutdown: self.shutdown,
            time_scale: self.scenario.time_scale,
            outlet: Some(&self.outlet),
            recorder: self.recorder.as_mut(),
        };
        let driven = driver.drive(&mut run, show, first);
        if let Some(recorder) = &self.recorder {
            recorder.close();
        }
        // The processes are gone before anything more is said.
        drop(run);
        if let Some(recorder) = self.recorder.take()
            && let Err(why) = recorder.finish()
        {
            self.context.recording_stopped(&why);
        }
        driven
    }

    /// The run did not come to its own end.
    fn cut_short(self, world: &World, end: Ending) -> Result<Code, Stop> {
        match end {
            Ending::Asked(request) => {
                let style = self.context.style_of_stderr();
                self.context.tell_styled(&ending(&style, world));
                Ok(super::signalled(request))
            }
            Ending::OutputLost(error) => Err(error.into()),
            Ending::Over => Ok(Code::Fine),
        }
    }

    /// The last page, and everything before it, goes out.
    fn close(self, page: Vec<u8>) -> Result<(), Stop> {
        let sent = self.outlet.write(page, self.shutdown);
        let closed = sent.and_then(|()| self.outlet.finish(self.shutdown));
        closed.map_err(Stop::from)
    }
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
    let mut settings: Vec<String> = scenario
        .params
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    settings.push(format!("--stdout {}", header.stdout));
    settings.push(format!("--time-scale {}", header.time_scale));
    if let GateMode::Paced { per_second: pace } = scenario.gate {
        settings.push(format!("--pace {pace}"));
    }
    settings.push(format!("--seed {}", scenario.seed));
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

/// Words as they happen.
struct Human<'a> {
    live: Live<'a>,
    page: String,
}

impl Show for Human<'_> {
    fn before(&mut self, event: &Event, world: &World) {
        self.live.before(event, world);
    }

    fn after(&mut self, event: &Event, world: &World, page: &mut Vec<u8>) {
        self.live.after(event, world, &mut self.page);
        page.extend_from_slice(self.page.as_bytes());
        self.page.clear();
    }
}

/// The lines of a recording.
struct Json;

impl Show for Json {
    fn after(&mut self, event: &Event, _: &World, page: &mut Vec<u8>) {
        encode_event(page, event);
    }
}

/// What the end of a run means to a shell.
fn code(world: &World, judged: &[Verdict]) -> Code {
    let not_started = world
        .faults()
        .iter()
        .any(|note| note.fault.fault == FaultKind::StartFailed);
    let finished = world
        .end()
        .is_some_and(|note| note.end.status == RunStatus::Finished);
    if not_started {
        Code::NotStarted
    } else if finished && judged.iter().all(|verdict| verdict.passed) {
        Code::Fine
    } else {
        Code::CheckFailed
    }
}
