//! `Offscreen`: a session without a terminal, for whoever draws its frames elsewhere.
//!
//! It is the same `App`, `update` and `view` as the session in a terminal; benches measure frames with
//! it. It starts nothing: keys that ask something of the outside do nothing outside.

use std::time::Instant;

use crossterm::event::KeyEvent;
use ratatui::Frame;

use super::action::Action;
use super::app::{App, Start};
use super::host::Started;
use super::{keymap, update, view};

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
        let params = self.app.params.clone();
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
}
