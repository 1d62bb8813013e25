//! `forklore trace --tui -- PROGRAM …`: the program live on the session's screen.
//!
//! The host of that screen: starts the program, again where the user asks for it, records its runs, and
//! hands on what is typed for its stdin. Left after the program has ended, forklore ends as it did.

use std::ffi::OsString;
use std::io::{self, PipeWriter, Write as _};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::rc::Rc;

use nix::fcntl::{FcntlArg, OFlag, fcntl};

use super::watched::{Ended, Watched};
use super::{code_of, described, not_started, program_of};
use crate::cli::Stop;
use crate::cli::args::StdoutArg;
use crate::cli::context::Context;
use crate::cli::recorder::Recorded;
use crate::cli::screen::{self, Tapes};
use crate::engine::Run;
use crate::engine::traced::{TraceConfig, name_of};
use crate::error::{Code, Failure};
use crate::trace::Exit;
use crate::tui::{Host, Progress, RunRequest, RunToSave, Start, Started};

/// Shows the program from its start.
pub(crate) fn show(
    context: &Context,
    stdout: StdoutArg,
    record: Option<PathBuf>,
    command: Vec<OsString>,
) -> Result<Code, Stop> {
    let library = Rc::new(context.library()?);
    let (_, header) = described(stdout, &command);
    let program = program_of(&header, true);
    let mut host = Own {
        context,
        stdout,
        command,
        tapes: record.map(Tapes::new),
        input: None,
        ended: Ended::default(),
    };
    let started = host.begin()?;
    let start = Start {
        recording: Some(started),
        program,
        theme: screen::theme(context),
        ..Start::new(library, context.lang)
    };
    match screen::session(context, &mut host, start)? {
        // Left before its end, it was asked to end.
        Code::Fine => Ok(code_of(
            host.ended.get().unwrap_or(Exit::Signal(libc::SIGTERM)),
        )),
        code => Ok(code),
    }
}

/// A program of one's own as the screen's host.
struct Own<'a> {
    context: &'a Context,
    stdout: StdoutArg,
    command: Vec<OsString>,
    tapes: Option<Tapes>,
    /// What the program reads on its stdin is written here.
    input: Option<PipeWriter>,
    /// How its last run ended.
    ended: Ended,
}

impl Own<'_> {
    fn begin(&mut self) -> Result<Started, Failure> {
        let context = self.context;
        let (buffering, header) = described(self.stdout, &self.command);
        let tape = match &mut self.tapes {
            Some(tapes) => Some(tapes.next(context, &header)?),
            None => None,
        };
        let (reader, writer) = io::pipe().map_err(|error| context.no_thread(&error))?;
        // A program that does not read must not hold up the screen.
        fcntl(writer.as_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))
            .map_err(|error| context.no_thread(&error.into()))?;
        let run = Run::trace(TraceConfig {
            argv: self.command.clone(),
            buffering,
            input: Some(reader.into()),
            wait: false,
            forklore: None,
            environment: Vec::new(),
        })
        .map_err(|error| not_started(context, &name_of(&self.command), &error))?;
        self.input = Some(writer);
        let run = Watched::new(run, &self.ended);
        Ok(Started {
            feed: Box::new(Recorded::new(run, tape, context.lang)),
            header,
            recorded: None,
        })
    }
}

impl Host for Own<'_> {
    fn start(&mut self, _: &RunRequest) -> Result<Started, String> {
        self.begin().map_err(|failure| failure.to_string())
    }

    fn input(&mut self, text: &str) -> Result<(), String> {
        let lang = self.context.lang;
        let closed = || lang.phrase("tui.input-closed").to_owned();
        let writer = self.input.as_mut().ok_or_else(closed)?;
        match writer.write_all(text.as_bytes()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(lang.phrase("tui.input-full").to_owned())
            }
            Err(_) => {
                self.input = None;
                Err(closed())
            }
        }
    }

    /// Nothing of it is a learner's progress.
    fn keep(&mut self, _: &Progress) -> Result<(), String> {
        Ok(())
    }

    fn save(&mut self, seen: &RunToSave<'_>) -> Result<String, String> {
        screen::save(self.context, seen, None)
    }
}
