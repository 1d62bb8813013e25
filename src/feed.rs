//! `Feed`: where a front end gets its events from, and `Control`: what it may ask of that source.
//!
//! The screen and the headless front ends read a `Feed` and fold its events into a `World`. They do not
//! know whether the events come from a live run or from a recording. The engine implements `Feed` for a
//! live run, `replay` for a recording. Nothing here reads a clock, a file or a process.

mod play_head;

use std::time::Instant;

use crate::trace::Batch;

pub use play_head::PlayHead;

/// What one `poll` gave.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedItem {
    /// Events in the order of their `seq`, never empty, continuing where the last batch stopped; each
    /// with its line.
    Events(Batch),
    /// Nothing came before the deadline.
    Idle,
    /// No event will come any more. The last one given was the run's `end`, unless the source was
    /// cut off before it (a torn recording).
    End,
}

/// What a front end asks of the source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Control {
    /// End the run in order: every process of it is ended, then the feed gives its `end`.
    Stop,
    /// `SIGINT` to the main process and its group, as Ctrl-C at its terminal.
    Interrupt,
    /// `SIGKILL` to one process of the run.
    Kill {
        pid: i32,
    },
    /// Let so many operations a second through the gate (more than 0, finite).
    Pace {
        per_second: f64,
    },
    /// Open the gate: operations go through as they come.
    Open,
    /// Let nothing through until `Resume` (a replay: hold the play head).
    Pause,
    Resume,
    /// Let the announced operation of this process through, or let it begin to wait; `None` follows
    /// the run's schedule, or draws.
    Step {
        proc: Option<u32>,
    },
    /// Take rows of ps of forklore itself too, its supervisor and its guard, or no longer.
    OwnRows {
        shown: bool,
    },
    /// Note in the log that the recording can't be written any further (`FaultKind::RecordingStopped`);
    /// the run goes on.
    RecordingStopped,
}

/// What a source can do: a recording can't be killed, a live run has no length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of independent abilities, read by name"
)]
pub struct Abilities {
    /// Its processes are alive: `Stop` and `Kill` mean something.
    pub live: bool,
    /// `Pace` and `Open` are obeyed.
    pub pace: bool,
    /// `Pause` and `Resume` are obeyed.
    pub pause: bool,
    /// `Step` is obeyed.
    pub step: bool,
}

impl Abilities {
    /// Whether a source with these abilities obeys the control.
    #[must_use]
    pub fn obeys(self, control: Control) -> bool {
        match control {
            Control::Stop
            | Control::Interrupt
            | Control::Kill { .. }
            | Control::OwnRows { .. }
            | Control::RecordingStopped => self.live,
            Control::Pace { .. } | Control::Open => self.pace,
            Control::Pause | Control::Resume => self.pause,
            Control::Step { .. } => self.step,
        }
    }
}

/// Why a control was not obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The source lacks the ability (see `Feed::abilities`).
    #[error("this source can't do that")]
    Unable,
    /// The run is over.
    #[error("the run is over")]
    Over,
    /// No such process, or it has ended.
    #[error("no such process is running")]
    NoProcess,
}

/// What is wrong with a source whose events could not all be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The last line was cut off, as by a crash; the events before it are whole.
    Torn,
    /// There is more of it than can be kept; the events before that are whole.
    Large,
    /// It is a run that is recorded, and the recording lacks its end; why.
    Unrecorded(String),
    /// It could be read no further, and why.
    Damaged(String),
}

/// A source of events.
pub trait Feed {
    /// Waits until events are there or `deadline` has come, whichever is first. A deadline that
    /// has passed never waits. After `End` it gives `End` for ever.
    fn poll(&mut self, deadline: Instant) -> FeedItem;

    /// What this source can do now; it may shrink when the run ends.
    fn abilities(&self) -> Abilities;

    /// Asks something of the source. It returns at once: what follows is seen as events.
    ///
    /// # Errors
    /// `Unable` where `abilities` says so, `Over` after the end, `NoProcess` for a process that is not there.
    fn control(&mut self, control: Control) -> Result<(), ControlError>;

    /// Takes back what it gave, to be filled again; whoever is done with it may drop it as well.
    fn give_back(&mut self, _: Batch) {}

    /// What was wrong with the source, known once it gave `End`.
    fn flaw(&self) -> Option<Flaw> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Abilities, Control};

    #[test]
    fn a_recording_obeys_pause_but_no_kill() {
        let recording = Abilities {
            pause: true,
            ..Abilities::default()
        };
        assert!(recording.obeys(Control::Resume));
        assert!(!recording.obeys(Control::Kill { pid: 1 }));
        assert!(!recording.obeys(Control::Step { proc: None }));
    }
}
