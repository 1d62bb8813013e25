//! `Offscreen`: a session without a terminal, for whoever draws its frames elsewhere.
//!
//! It is the same `App`, `update` and `view` as the session in a terminal; benches measure frames with
//! it, and a recording is made into a film with it. It starts nothing: keys that ask something of the
//! outside do nothing outside.

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use ratatui::Frame;

use super::action::Action;
use super::app::{App, Start};
use super::host::Started;
use super::run::RunView;
use super::{keymap, update, view};
use crate::feed::Flaw;
use crate::trace::Event;

/// Longest time a recording is waited for before it is asked again.
const READING: Duration = Duration::from_secs(1);

/// A session that is drawn by its owner.
pub struct Offscreen {
    app: App,
    clock: fn() -> Instant,
}

impl Offscreen {
    pub fn new(start: Start, (width, height): (u16, u16)) -> Offscreen {
        let clock = super::terminal::now;
        let mut app = App::new(start);
        update::update(&mut app, Action::Resize((width, height)), clock());
        Offscreen { app, clock }
    }

    /// Shows a run that has begun.
    pub fn begin(&mut self, started: Started) {
        let params = self.app.course.params.clone();
        self.app.begin_run(started, &params);
    }

    /// Takes events that are there until the deadline; whether any came.
    pub fn take_events(&mut self, until: Instant) -> bool {
        self.app.take_events(self.clock, until).came
    }

    pub fn press(&mut self, key: KeyEvent) {
        if let Some(action) = keymap::action(&self.app, key) {
            update::update(&mut self.app, action, (self.clock)());
        }
    }

    pub fn draw(&self, frame: &mut Frame<'_>) {
        view::view(&self.app, frame);
    }

    /// Reads all of the recording that is shown and goes to before its first event, playing.
    pub fn read(&mut self) {
        while self
            .app
            .runs
            .current
            .as_ref()
            .is_some_and(RunView::is_reading)
        {
            self.app.take_events(self.clock, (self.clock)() + READING);
        }
        if let Some(run) = &mut self.app.runs.current {
            run.rewind();
        }
        self.play_to(i64::MIN);
    }

    /// What is wrong with the recording that was read.
    pub fn flaw(&self) -> Option<Flaw> {
        self.app.runs.current.as_ref()?.flaw().cloned()
    }

    /// How many events it has, and whether the run's end is among them.
    pub fn extent(&self) -> (u64, bool) {
        let run = self.app.runs.current.as_ref();
        run.map_or((0, false), |run| (run.places().1, !run.is_unfinished()))
    }

    /// Gives every event that was read, in order.
    pub fn each_event(&self, each: &mut dyn FnMut(&Event)) {
        if let Some(run) = &self.app.runs.current {
            run.each_event(each);
        }
    }

    /// When the next event is due (ns of the run); `None` at the end.
    pub fn next_due(&self) -> Option<i64> {
        self.app.runs.current.as_ref()?.next_due()
    }

    /// Plays on to a moment of the run, ns.
    pub fn play_to(&mut self, t: i64) {
        let now = (self.clock)();
        if let Some(run) = &mut self.app.runs.current {
            run.play_to(now, t);
        }
    }
}
