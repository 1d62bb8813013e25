//! `Session`: a run that is told on stdout while it lasts, and recorded where that is wanted.
//!
//! Owns what `run` and `trace` have in common: driving the feed, ending the recording, letting the
//! last page out, and the two ways of telling (words, or the lines of a recording).

use super::Stop;
use super::context::Context;
use super::drive::{Driven, Driver, Ending, Interrupts, Show};
use super::outlet::Outlet;
use super::recorder::{Recorded, Recorder};
use crate::engine::shutdown::Shutdown;
use crate::error::Code;
use crate::feed::Feed;
use crate::finding::Findings;
use crate::model::World;
use crate::report::{self, Live, Rows, Style, deadlock, ending, waits_json};
use crate::text::{Lang, push_json};
use crate::trace::{Event, Header, Kind};

/// A run that has been started.
pub(crate) struct Session<'a> {
    pub context: &'a Context,
    pub shutdown: &'a Shutdown,
    pub outlet: Outlet,
    pub recorder: Option<Recorder>,
    /// The recording could not be written to its end; known once the run is over.
    pub recording_lost: bool,
    /// What the run's sleeps are multiplied by.
    pub time_scale: f64,
    pub interrupts: Interrupts,
}

impl Session<'_> {
    /// Drives the run to its end, the first page before its events.
    pub(crate) fn drive(&mut self, run: impl Feed, show: &mut dyn Show, first: Vec<u8>) -> Driven {
        let mut driver = Driver {
            shutdown: self.shutdown,
            time_scale: self.time_scale,
            outlet: Some(&self.outlet),
            interrupts: self.interrupts,
        };
        let context = self.context;
        let mut run = Recorded::new(run, self.recorder.take(), context.lang)
            .telling(|why| context.recording_stopped(why));
        // The processes are gone, and the recording is written, before anything more is said.
        let driven = driver.drive(&mut run, show, first);
        self.recording_lost = run.lost().is_some();
        driven
    }

    /// The run did not come to its own end.
    pub(crate) fn cut_short(self, driven: Driven) -> Result<Code, Stop> {
        let Driven {
            world, findings, ..
        } = &driven;
        match driven.ending {
            Ending::Asked(request) => {
                self.outlet.part();
                let style = self.context.style_of_stderr();
                let mut words = String::new();
                // A program's own Ctrl-C has come before, and its tracebacks behind what was told then.
                if self.interrupts == Interrupts::PassOnce {
                    deadlock(&style, world, &mut words);
                }
                words.push_str(&ending(&style, world));
                words.push('\n');
                report::findings(&style, world, &findings.list(), &mut words);
                self.context.tell_styled(words.trim_matches('\n'));
                Ok(super::signalled(request))
            }
            Ending::OutputLost(error) => Err(error.into()),
            Ending::Over => Ok(Code::Fine),
        }
    }

    /// The last page, and everything before it, goes out. Gives the code to end with: a run that was
    /// to be recorded and is not was no success.
    pub(crate) fn close(self, page: Vec<u8>, code: Code) -> Result<Code, Stop> {
        let sent = self.outlet.write(page, self.shutdown);
        sent.and_then(|()| self.outlet.finish(self.shutdown))?;
        Ok(if self.recording_lost && code.number() == 0 {
            Code::CheckFailed
        } else {
            code
        })
    }
}

/// Words as they happen.
pub(crate) struct Human<'a> {
    live: Live<'a>,
    page: String,
    /// The program asks and answers: its lines are shown as they begin.
    talks: bool,
}

impl<'a> Human<'a> {
    pub(crate) fn new(style: Style, rows: Rows<'a>) -> Human<'a> {
        Human {
            live: Live::new(style, rows),
            page: String::new(),
            talks: false,
        }
    }

    /// Of a lesson's run, with rows of its fullest moment alone.
    pub(crate) fn fullest(style: Style, rows: Rows<'a>) -> Human<'a> {
        let human = Human::new(style, rows);
        Human {
            live: human.live.fullest(),
            ..human
        }
    }

    /// Of a program of one's own: it begins as one process, and may ask something.
    pub(crate) fn of_program(style: Style) -> Human<'a> {
        let human = Human::new(style, Rows { grep: None });
        Human {
            live: human.live.of_program(),
            talks: true,
            ..human
        }
    }

    /// What is told once the run is over.
    pub(crate) fn rest(&mut self, world: &World, page: &mut String) {
        self.live.rest(world, page);
    }
}

impl Show for Human<'_> {
    fn idle(&mut self, world: &World, page: &mut Vec<u8>) {
        if self.talks {
            self.live.idle(world, &mut self.page);
            page.append(&mut std::mem::take(&mut self.page).into_bytes());
        }
    }

    fn still(&mut self, findings: &Findings, page: &mut Vec<u8>) {
        if self.talks {
            self.live.still(&findings.list(), &mut self.page);
            page.append(&mut std::mem::take(&mut self.page).into_bytes());
        }
    }

    fn after(&mut self, (_, event): (&[u8], &Event), world: &World, page: &mut Vec<u8>) {
        self.live.after(event, world, &mut self.page);
        page.extend_from_slice(self.page.as_bytes());
        self.page.clear();
    }
}

/// The lines of a recording. The end of a deadlock also has `waits`: who waited for what, as data and in the
/// user's language.
pub(crate) struct Json {
    pub lang: Lang,
}

impl Json {
    /// The recording's first line.
    pub(crate) fn head(header: &Header) -> Vec<u8> {
        let mut page = Vec::new();
        push_json(&mut page, &header.line());
        page
    }
}

impl Show for Json {
    fn after(&mut self, (line, event): (&[u8], &Event), world: &World, page: &mut Vec<u8>) {
        let waits = world.deadlock().filter(|waits| !waits.is_empty());
        match (&event.kind, waits, line.strip_suffix(b"}")) {
            (Kind::End(_), Some(waits), Some(open)) => {
                let waits = waits_json(self.lang, waits).to_string();
                let line = [open, b",\"waits\":", waits.as_bytes(), b"}"].concat();
                push_json(page, &line);
            }
            _ => push_json(page, line),
        }
        page.push(b'\n');
    }
}
