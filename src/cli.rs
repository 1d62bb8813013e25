//! The command line: reads it, does what it asks, and ends with the right exit code.
//!
//! Called by `main` for everything that is not a process of a run. Each command has its file and
//! returns a `Code` or a `Failure`. Words for people come from the locale files; errors go to stderr.

mod args;
mod bounded;
mod choose;
mod compare;
mod completions;
mod context;
mod doctor;
pub(crate) mod drive;
mod engine;
mod examples;
mod explore;
mod exploring;
mod export;
mod findings;
mod grade;
mod header;
mod help;
mod lessons;
mod man;
mod outlet;
mod probe;
mod recorder;
mod recording;
mod recordings;
mod replay;
mod reproduce;
mod run;
mod scenario;
mod screen;
mod session;
mod test;
mod trace;
mod trial;
mod trust;
mod usage;
mod why;
mod words;
mod xdg;

/// For the benchmarks: what recording costs the thread that hands events over.
pub use recorder::Recorder;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::FromArgMatches as _;
use clap::error::ErrorKind;
use nix::errno::Errno;

use crate::engine::shutdown::Request;
use crate::error::{Code, Failure};
use crate::sys::stdout;
use crate::text::Lang;
use args::{Command, CommandLine};
use context::Context;
use outlet::WriteError;

/// What keeps a command from coming to its end.
#[derive(Debug)]
enum Stop {
    Failure(Failure),
    /// stdout could not be written.
    Output(io::Error),
    /// A signal asked for it.
    Asked(Request),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failure(failure)
    }
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Stop {
        match error {
            WriteError::Asked(request) => Stop::Asked(request),
            WriteError::Lost(error) => Stop::Output(error),
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Output(error)
    }
}

/// Does what the command line asks.
pub fn main() -> ExitCode {
    announce_panics();
    let lang = context::language(std::env::args_os());
    let matches = help::command(lang).try_get_matches();
    let line = match matches.and_then(|matches| CommandLine::from_arg_matches(&matches)) {
        Ok(line) => line,
        Err(error) => return refused(lang, &error).into(),
    };
    let context = Context::new(&line.global);
    if stdout::was_closed() && prints(&line) {
        return output_lost(&context, &Errno::EBADF.into()).into();
    }
    let code = match dispatch(line, &context) {
        Ok(code) => code,
        Err(Stop::Failure(failure)) => {
            context.tell(&failure);
            failure.code
        }
        Err(Stop::Output(error)) => output_lost(&context, &error),
        Err(Stop::Asked(request)) => signalled(request),
    };
    code.into()
}

/// Whether what is asked for goes to stdout.
fn prints(line: &CommandLine) -> bool {
    match &line.command {
        Some(Command::Test(args)) => args.output.is_none(),
        Some(Command::Export(args)) => args.output.is_none(),
        Some(Command::Completions { install, .. }) => !install,
        Some(Command::Man { .. }) => false,
        _ => true,
    }
}

fn dispatch(line: CommandLine, context: &Context) -> Result<Code, Stop> {
    let options = [
        (line.record.is_some(), "cli.record-and-command"),
        (line.stdout.is_some(), "cli.stdout-and-command"),
    ];
    if let Some((_, words)) = options
        .iter()
        .find(|(given, _)| *given && line.command.is_some())
    {
        let words = context.lang.phrase(words).to_owned();
        return Err(Failure::new(Code::Usage, words).into());
    }
    let stdout = line.stdout.unwrap_or_default();
    if !line.program.is_empty() {
        if let Some(lesson) = &line.lesson {
            let words = context
                .lang
                .tell("cli.lesson-and-program", &[("lesson", lesson)]);
            return Err(Failure::new(Code::Usage, words).into());
        }
        return trace::show(context, stdout, line.record, line.program);
    }
    match (line.command, line.lesson) {
        (Some(_), Some(lesson)) => Err(Failure::new(
            Code::Usage,
            context
                .lang
                .tell("cli.lesson-and-command", &[("lesson", &lesson)]),
        )
        .into()),
        (None, lesson) => screen::open(context, lesson.as_deref(), stdout, line.record),
        (Some(Command::Run(args)), None) => run::run(context, &args),
        (Some(Command::Test(args)), None) => test::run(context, &args),
        (Some(Command::Grade(args)), None) => grade::run(context, &args),
        (Some(Command::Explore(args)), None) => explore::run(context, &args),
        (Some(Command::Reproduce(args)), None) => reproduce::run(context, &args),
        (Some(Command::Trace(args)), None) => trace::run(context, args),
        (Some(Command::Findings(args)), None) => findings::run(context, &args),
        (Some(Command::Compare(args)), None) => compare::run(context, &args),
        (Some(Command::Export(args)), None) => export::run(context, &args),
        (Some(Command::Replay(args)), None) => replay::run(context, &args),
        (Some(Command::Lessons(command)), None) => lessons::run(context, command),
        (Some(Command::Why(args)), None) => why::run(context, &args),
        (Some(Command::Doctor), None) => doctor::run(context),
        (Some(Command::Completions { shell, install }), None) => {
            completions::run(context, shell, install)
        }
        (Some(Command::Man { dir }), None) => man::install(context, dir),
    }
}

/// The code of a command that a signal asked to end.
fn signalled(request: Request) -> Code {
    Code::Signalled(request.exit_code().saturating_sub(128))
}

/// The command line was wrong, or asked for help.
fn refused(lang: Lang, error: &clap::Error) -> Code {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Help that nobody reads any more is no error.
            let _ = error.print();
        }
        _ => context::tell(&usage::refusal(lang, error)),
    }
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Code::Fine,
        _ => Code::Usage,
    }
}

/// stdout is gone or full: a reader that has seen enough is an ordinary end.
fn output_lost(context: &Context, error: &io::Error) -> Code {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Code::OutputClosed;
    }
    let what = context.lang.tell("cli.output-lost", &[("why", error)]);
    context.tell(&Failure::new(Code::CheckFailed, what));
    Code::CheckFailed
}

/// A panic is a defect of ours: it is said in words a user can pass on. The processes of a run are
/// ended by its guard, which notices that we are gone.
fn announce_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        let what = panic.payload_as_str().unwrap_or("?");
        let _ = writeln!(
            io::stderr(),
            "forklore: a defect of forklore itself, at {place}: {what}\n  \
             The processes of the run are ended. Please report this line."
        );
    }));
}
