//! `forklore replay FILE`: the screen on a recording; `--headless`: what the programs printed, and the
//! recorded verdict.
//!
//! stdout gets the programs' output alone; what forklore has to say goes to stderr.

use std::time::Instant;

use super::Stop;
use super::args::ReplayArgs;
use super::context::Context;
use super::drive::{Driver, Ending, Interrupts, Show};
use super::outlet::Outlet;
use super::recording::{Recording, unreadable};
use super::scenario::fingerprint;
use super::{trace, words};
use crate::check::{self, Verdict};
use crate::error::Code;
use crate::finding::Findings;
use crate::lesson::{Lesson, Params};
use crate::model::World;
use crate::replay::{Ahead, Clock, Replay, Speed};
use crate::report::{Printed, deadlock, ending, findings, verdicts};
use crate::sys::clock;
use crate::trace::{Engine, Event, Header};
use crate::tui::{Recorded, Started};

pub(crate) fn run(context: &Context, args: &ReplayArgs) -> Result<Code, Stop> {
    let lang = context.lang;
    let recording = Recording::named(context, &args.recording)?;
    let (reader, place) = (recording.reader, recording.place);
    let header = reader.header().clone();
    if !args.headless {
        let recorded = Recorded {
            head: reader.line().to_vec(),
            speed: args.speed.unwrap_or(1.0),
            program: trace::program_of(&header, args.source),
        };
        let feed = Ahead::new(reader).map_err(|error| context.no_thread(&error))?;
        let recording = Started {
            feed: Box::new(feed.in_words(move |why| words::reading(lang, why))),
            header,
            recorded: Some(recorded),
        };
        let original = args.recording.file.clone();
        return super::screen::replay(context, recording, original);
    }
    let speed = args.speed.map_or(Speed::AllAtOnce, Speed::Times);
    let mut replay = Replay::new(reader, Monotonic, speed);
    let shutdown = context.listen()?;
    let outlet = Outlet::open().map_err(|error| context.no_thread(&error))?;
    let mut driver = Driver {
        shutdown: &shutdown,
        time_scale: header.time_scale,
        outlet: Some(&outlet),
        interrupts: Interrupts::End,
    };
    let mut text = Text {
        context,
        printed: Printed::new(context.style(), args.times),
    };
    let driven = driver.drive(&mut replay, &mut text, Vec::new());
    let world = &driven.world;
    match driven.ending {
        Ending::Over => outlet.finish(&shutdown)?,
        Ending::Asked(request) => return Ok(super::signalled(request)),
        Ending::OutputLost(error) => return Err(error.into()),
    }
    if let Some(damage) = replay.damage() {
        let told = unreadable(context, &place, damage);
        let remedy = lang.tell("replay.until-here", &[("events", &world.folded())]);
        return Err(told.remedy(remedy).into());
    }
    let torn = replay.torn();
    if torn {
        context.tell(&lang.phrase("replay.torn"));
    }
    let code = verdict(context, &header, world, &driven.findings)?;
    // What is there was held against the checks; a verdict over the whole run it can't be.
    Ok(if torn || world.end().is_none() {
        Code::Unreadable
    } else {
        code
    })
}

/// Says how the run ended and what its checks say of it, on stderr.
fn verdict(
    context: &Context,
    header: &Header,
    world: &World,
    found: &Findings,
) -> Result<Code, Stop> {
    let style = context.style_of_stderr();
    if header.engine.engine() == Engine::Trace {
        // A program of one's own has no checks: its verdict is its own exit code.
        let mut page = String::new();
        deadlock(&style, world, &mut page);
        page.push_str(&trace::ending(&style, header, world));
        page.push('\n');
        findings(&style, world, &found.list(), &mut page);
        context.tell_styled(page.trim_end_matches('\n'));
        return Ok(trace::code(world));
    }
    let library = context.library()?;
    let lesson = library.iter().find(|lesson| lesson.slug() == header.lesson);
    let judged = judge(context, lesson, header, world).unwrap_or_default();
    let mut page = String::new();
    deadlock(&style, world, &mut page);
    verdicts(&style, &judged, &mut page);
    page.push_str(&ending(&style, world));
    page.push('\n');
    findings(&style, world, &found.list(), &mut page);
    context.tell_styled(page.trim_end_matches('\n'));
    Ok(if check::is_as_expected(lesson, &judged, world) {
        Code::Fine
    } else {
        Code::CheckFailed
    })
}

/// The checks of the recording's lesson; `None`, with a word, where they can't be had.
fn judge(
    context: &Context,
    lesson: Option<&Lesson>,
    header: &Header,
    world: &World,
) -> Option<Vec<Verdict>> {
    let lang = context.lang;
    let Some(lesson) = lesson else {
        let words = lang.tell(
            "replay.no-lesson",
            &[("lesson", &words::brief(&header.lesson))],
        );
        context.tell(&words);
        return None;
    };
    let parameters = &lesson.manifest.parameters;
    let params = match Params::from_json(lesson.slug(), parameters, &header.params) {
        Ok(params) => params,
        Err(why) => {
            let why = words::params(lang, &why);
            context.tell(&lang.tell("replay.other-lesson", &[("why", &words::brief(&why))]));
            return None;
        }
    };
    if header.program_sha256 != fingerprint(lesson, header.engine.engine()) {
        context.tell(&lang.phrase("replay.other-program"));
    }
    let circumstances = check::circumstances(header);
    Some(check::evaluate(lesson, &params, &circumstances, world))
}

/// The programs' lines: stdout's to stdout; stderr's to stderr, or beside them with their times.
struct Text<'a> {
    context: &'a Context,
    printed: Printed,
}

impl Show for Text<'_> {
    fn after(&mut self, (_, event): (&[u8], &Event), world: &World, page: &mut Vec<u8>) {
        let (mut out, mut err) = (String::new(), String::new());
        self.printed.after(event, world, &mut out, &mut err);
        page.extend_from_slice(out.as_bytes());
        if !err.is_empty() {
            self.context.tell_styled(err.trim_end_matches('\n'));
        }
    }
}

/// The real clock.
struct Monotonic;

impl Clock for Monotonic {
    fn now(&mut self) -> Instant {
        clock::instant()
    }

    fn wait_until(&mut self, then: Instant) {
        std::thread::sleep(then.saturating_duration_since(clock::instant()));
    }
}
