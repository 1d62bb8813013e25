//! `forklore trace -- PROGRAM …`: a program of one's own under the lens, told as it happens.
//!
//! Ends with the program's own exit code, 128 and the number where a signal killed it. The first
//! Ctrl-C is the program's, as at a terminal; the second one ends the run.

mod input;
mod program;
mod screen;
mod watched;

use std::ffi::OsString;

use super::Stop;
use super::args::{RunFormat, StdoutArg, TraceArgs};
use super::context::Context;
use super::drive::{Ending, Interrupts};
use super::header;
use super::outlet::Outlet;
use super::recorder::Recorder;
use super::session::{Human, Json, Session};
use super::words;
use crate::engine::traced::{Buffering, TraceConfig, name_of};
use crate::engine::{Run, StartError};
use crate::error::{Code, Failure};
use crate::feed::Feed;
use crate::model::World;
use crate::report::{Style, deadlock, exit_word, findings};
use crate::text::{Mood, clean, seconds};
use crate::trace::{Engine, Exit, Header, RunStatus};
use crate::tui::Program;

pub(crate) use screen::show;

pub(crate) fn run(context: &Context, args: TraceArgs) -> Result<Code, Stop> {
    if args.tui {
        return show(context, args.stdout, args.record, args.command);
    }
    let (buffering, header) = described(args.stdout, &args.command);
    let name = name_of(&args.command);
    let recorder = args
        .record
        .as_deref()
        .map(|path| Recorder::named(context, path, &header))
        .transpose()?;
    let shutdown = context.listen()?;
    let outlet = Outlet::open().map_err(|error| context.no_thread(&error))?;
    let input = input::of_program().map_err(|error| context.no_thread(&error))?;
    let run = Run::trace(TraceConfig {
        argv: args.command,
        buffering,
        input,
        wait: args.wait,
        forklore: None,
        environment: Vec::new(),
    })
    .map_err(|error| not_started(context, &name, &error))?;
    let session = Session {
        context,
        shutdown: &shutdown,
        outlet,
        recorder,
        recording_lost: false,
        time_scale: header.time_scale,
        interrupts: Interrupts::PassOnce,
    };
    match args.format {
        RunFormat::Human => human(session, run, &header),
        RunFormat::Json => json(session, run, &header),
    }
}

/// How the program's stdout is buffered, and the header of its recording.
fn described(stdout: StdoutArg, command: &[OsString]) -> (Buffering, Header) {
    let buffering = match stdout {
        StdoutArg::Tty => Buffering::Lines,
        StdoutArg::Pipe => Buffering::Blocks,
    };
    let argv = program::words(command);
    let title = program::title(&name_of(command), &argv);
    let header = Header {
        engine: Engine::Trace.into(),
        program_sha256: program::fingerprint(command),
        argv,
        stdout: buffering.word().to_owned(),
        ..header::of_now(title)
    };
    (buffering, header)
}

fn human(mut session: Session, run: impl Feed, header: &Header) -> Result<Code, Stop> {
    let style = session.context.style();
    let mut human = Human::of_program(style);
    let driven = session.drive(run, &mut human, head(&style, header));
    if !matches!(driven.ending, Ending::Over) {
        return session.cut_short(driven);
    }
    let world = driven.world;
    let mut page = String::new();
    human.rest(&world, &mut page);
    page.push('\n');
    page.push_str(&ending(&style, header, &world));
    page.push('\n');
    findings(&style, &world, &driven.findings.list(), &mut page);
    session.close(page.into_bytes(), code(&world))
}

fn json(mut session: Session, run: impl Feed, header: &Header) -> Result<Code, Stop> {
    let lang = session.context.lang;
    let driven = session.drive(run, &mut Json { lang }, Json::head(header));
    if !matches!(driven.ending, Ending::Over) {
        return session.cut_short(driven);
    }
    let world = driven.world;
    let context = session.context;
    let code = session.close(Vec::new(), code(&world))?;
    let style = context.style_of_stderr();
    let mut words = String::new();
    deadlock(&style, &world, &mut words);
    words.push_str(&ending(&style, header, &world));
    words.push('\n');
    findings(&style, &world, &driven.findings.list(), &mut words);
    context.tell_styled(words.trim_end_matches('\n'));
    Ok(code)
}

/// The program and the machine.
fn head(style: &Style, header: &Header) -> Vec<u8> {
    let lang = style.lang;
    let command = clean(&header.argv.join(" ")).into_owned();
    let machine = lang.tell(
        "trace.machine",
        &[
            ("kernel", &clean(&header.kernel)),
            ("cpus", &header.cpus),
            ("version", &header.version),
        ],
    );
    let title = style.paint.mood(Mood::Heading, command);
    let machine = style.paint.mood(Mood::Dim, machine);
    format!("{title}\n{machine}\n").into_bytes()
}

/// The text of a recording's program, where the user asks for it and it is a script that is still what
/// it was. A recording alone makes us open no file.
pub(crate) fn program_of(header: &Header, asked: bool) -> Option<Program> {
    if !asked {
        return None;
    }
    let argv: Vec<OsString> = header.argv.iter().map(OsString::from).collect();
    let (name, text) = program::text(&argv, &header.program_sha256)?;
    Some(Program { name, text })
}

/// How the program ended, or the run where that is not the same.
pub(crate) fn ending(style: &Style, header: &Header, world: &World) -> String {
    let exit = world.process(0).and_then(crate::model::Process::exit);
    let stopped = world
        .end()
        .is_none_or(|note| note.end.status == RunStatus::Stopped);
    let Some(exit) = exit.filter(|_| !stopped) else {
        return crate::report::ending(style, world);
    };
    let argv: Vec<OsString> = header.argv.iter().map(OsString::from).collect();
    let name = name_of(&argv);
    let words = style.lang.tell(
        "trace.ended",
        &[
            ("program", &clean(&name)),
            ("exit", &exit_word(exit)),
            ("seconds", &seconds(world.now())),
        ],
    );
    let mood = match exit {
        Exit::Code(0) => Mood::Good,
        _ => Mood::Warning,
    };
    style.paint.mood(mood, words).to_string()
}

/// The program's own exit code, as a shell would have it.
pub(crate) fn code(world: &World) -> Code {
    let exit = world.process(0).and_then(crate::model::Process::exit);
    code_of(exit.unwrap_or(Exit::Unknown))
}

fn code_of(exit: Exit) -> Code {
    match exit {
        Exit::Code(code) => Code::Program(u8::try_from(code & 0xff).unwrap_or(1)),
        Exit::Signal(signal) => Code::Signalled(u8::try_from(signal).unwrap_or(0)),
        Exit::Unknown => Code::CheckFailed,
    }
}

fn not_started(context: &Context, name: &str, error: &StartError) -> Failure {
    let lang = context.lang;
    let missing = matches!(error, StartError::System { source, .. } if source.kind() == std::io::ErrorKind::NotFound);
    let (what, remedy) = if missing {
        (
            lang.tell("trace.no-program", &[("program", &name)]),
            lang.phrase("trace.no-program-remedy"),
        )
    } else {
        let why = words::starting(lang, error);
        (
            lang.tell("trace.not-started", &[("program", &name), ("why", &why)]),
            lang.phrase("run.not-started-remedy"),
        )
    };
    Failure::new(Code::NotStarted, what).remedy(remedy)
}
