//! `forklore why PID`: why a program that runs now does not go on.
//!
//! Looks from outside and changes nothing. What is seen goes to stdout, as text or as JSON; which
//! program is meant is asked on stderr.

mod page;
mod tape;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use super::Stop;
use super::args::{RunFormat, WhyArgs};
use super::context::Context;
use tape::Tape;

use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::finding::Certainty;
use crate::inspect::{Denied, LookError, Report, Running, look, named, running};
use crate::text::clean;

/// Between two looks of `--watch`.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) fn run(context: &Context, args: &WhyArgs) -> Result<Code, Stop> {
    let pid = chosen(context, args.program.as_deref())?;
    if args.watch {
        return watch(context, args, pid);
    }
    let report = look(pid).map_err(|error| refused(context, pid, &error))?;
    if let Some(path) = &args.record {
        let mut tape = Tape::open(context, path, &report)?;
        tape.add(&report);
        tape.close(context);
    }
    io::stdout().write_all(&page::page(context, args.format, &report)?)?;
    Ok(code(args, &report))
}

fn code(args: &WhyArgs, report: &Report) -> Code {
    let Some(least) = args.fail_on.map(Certainty::from) else {
        return Code::Fine;
    };
    let mut sure = report.findings.iter().map(|finding| finding.certainty);
    if sure.any(|certainty| certainty >= least) {
        Code::CheckFailed
    } else {
        Code::Fine
    }
}

/// Looks again and again until the program ends or a signal comes.
fn watch(context: &Context, args: &WhyArgs, pid: i32) -> Result<Code, Stop> {
    let shutdown = context.listen()?;
    let mut tape = None;
    let code = looks(context, args, pid, &shutdown, &mut tape);
    if let Some(tape) = tape {
        tape.close(context);
    }
    code
}

fn looks(
    context: &Context,
    args: &WhyArgs,
    pid: i32,
    shutdown: &Shutdown,
    tape: &mut Option<Tape>,
) -> Result<Code, Stop> {
    let mut last = Vec::new();
    let mut result = Code::Fine;
    loop {
        let report = match look(pid) {
            Ok(report) => report,
            Err(LookError::Gone | LookError::Zombie(_)) if !last.is_empty() => {
                let ended = context.lang.tell("why.ended-meanwhile", &[("pid", &pid)]);
                context.tell(&ended);
                return Ok(result);
            }
            Err(error) => return Err(refused(context, pid, &error).into()),
        };
        result = code(args, &report);
        let page = page::page(context, args.format, &report)?;
        if tape.is_none()
            && let Some(path) = &args.record
        {
            *tape = Some(Tape::open(context, path, &report)?);
        }
        if page != last {
            if let Some(tape) = tape {
                tape.add(&report);
            }
            let mut out = io::stdout().lock();
            out.write_all(&page)?;
            if args.format == RunFormat::Human {
                out.write_all(b"\n")?;
            }
            out.flush()?;
            last = page;
        }
        if let Ok(request) = shutdown.requests().recv_timeout(PAUSE) {
            return Err(Stop::Asked(request));
        }
    }
}

/// The PID of a process of the program that is meant.
fn chosen(context: &Context, given: Option<&str>) -> Result<i32, Failure> {
    let lang = context.lang;
    let Some(given) = given else {
        return match running().as_slice() {
            [] => Err(Failure::new(Code::NotStarted, lang.phrase("why.none-runs"))),
            [only] => Ok(only.pid),
            several => ask(context, several, lang.phrase("why.choose")),
        };
    };
    if let Ok(pid) = given.parse::<i32>()
        && pid > 0
    {
        if pid == std::process::id().cast_signed() {
            return Err(Failure::new(Code::Usage, lang.phrase("why.own")));
        }
        return Ok(pid);
    }
    match named(given).as_slice() {
        [] => {
            let what = lang.tell("why.nothing", &[("given", &clean(given))]);
            Err(Failure::new(Code::NotStarted, what))
        }
        [only] => Ok(only.pid),
        several => {
            let what = lang.tell("why.several", &[("given", &clean(given))]);
            ask(context, several, &what)
        }
    }
}

/// Lists the programs; at a terminal one is chosen by its number.
fn ask(context: &Context, programs: &[Running], what: &str) -> Result<i32, Failure> {
    let lang = context.lang;
    for (at, program) in programs.iter().enumerate() {
        let Running { pid, command } = program;
        let line = lang.tell(
            "why.one-of",
            &[("n", &(at + 1)), ("pid", pid), ("command", command)],
        );
        context.tell(&line);
    }
    let refused = || Failure::new(Code::Usage, what);
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(refused());
    }
    let _ = write!(io::stderr(), "{}", lang.phrase("why.ask"));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    let number = read.ok().and_then(|_| answer.trim().parse::<usize>().ok());
    let program = number.and_then(|number| programs.get(number.checked_sub(1)?));
    program.map(|program| program.pid).ok_or_else(refused)
}

/// What keeps the program from being looked at, and what to do about it.
fn refused(context: &Context, pid: i32, error: &LookError) -> Failure {
    let lang = context.lang;
    let not_seen =
        |what: String, remedy: String| Failure::new(Code::NotStarted, what).remedy(remedy);
    match error {
        LookError::Gone => {
            let what = lang.tell("why.gone", &[("pid", &pid)]);
            Failure::new(Code::NotStarted, what)
        }
        LookError::Zombie(parent) => not_seen(
            lang.tell("why.zombie-only", &[("pid", &pid), ("parent", parent)]),
            lang.tell("why.zombie-remedy", &[("parent", parent)]),
        ),
        LookError::Kernel(name) => {
            let what = lang.tell("why.kernel", &[("pid", &pid), ("name", name)]);
            Failure::new(Code::NotStarted, what)
        }
        LookError::Denied(Denied::User(user)) => not_seen(
            lang.tell("why.denied", &[("pid", &pid), ("user", &clean(user))]),
            lang.tell("why.denied-remedy", &[("pid", &pid)]),
        ),
        LookError::Denied(Denied::Yama(scope)) => not_seen(
            lang.tell("why.denied-yama", &[("pid", &pid), ("scope", scope)]),
            lang.tell("why.denied-yama-remedy", &[("pid", &pid)]),
        ),
        LookError::Denied(Denied::Root) => not_seen(
            lang.tell("why.denied-other", &[("pid", &pid)]),
            lang.phrase("why.denied-root-remedy").to_owned(),
        ),
        LookError::Denied(Denied::Other) => not_seen(
            lang.tell("why.denied-other", &[("pid", &pid)]),
            lang.tell("why.denied-other-remedy", &[("pid", &pid)]),
        ),
    }
}
