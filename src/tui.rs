//! The screen: a terminal session over a `Feed`, live or replayed.
//!
//! ```text
//! ┌ lesson / source ─────────┐┌ ps aux ───────────────────────────────────────┐
//! │ text, program, checks    ││ one row a process, in the order of birth      │
//! │                          │├ output ───────────────────────────────────────┤
//! │                          ││ time, PID, name, line                         │
//! ├ objects ─────────────────┤├ timeline ─────────────────────────────────────┤
//! │ cells, owners, messages  ││ a lane a process                              │
//! └──────────────────────────┘└───────────────────────────────────────────────┘
//!  ▶ 12/340 ━━━━━━━━━━━━╸────────────────  transport: the same live and in replay
//! ```
//!
//! key, mouse, tick → `Action` → `update(&mut App, Action)` → `Effect`s; `view` only reads `App`.
//! Everything of the run comes from the `World`. What the screen needs from outside (starting runs,
//! files) goes through `Host`, which the cli implements; only `terminal` touches the terminal.

mod action;
mod app;
mod effect;
mod host;
mod keymap;
mod layout;
mod panel;
mod run;
mod terminal;
mod theme;
mod update;
mod view;
mod words;

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

pub use app::Start;
pub use effect::Leave;
pub use host::{Host, Order, Started};
pub use theme::{Glyphs, Ground, Theme};

use action::Action;
use app::App;
use effect::Effect;
use terminal::{Happening, Terminal};

/// Longest wait for a key while events may come: a frame at 60 Hz.
const FRAME: Duration = Duration::from_millis(16);
/// Longest wait while nothing can change by itself.
const REST: Duration = Duration::from_secs(60);
/// Events taken from the feed between two looks at the keyboard.
const BATCHES: usize = 8;

/// Runs the session until the learner leaves.
///
/// # Errors
/// When the terminal can't be read or drawn on.
pub fn run(host: &mut dyn Host, start: Start) -> std::io::Result<Leave> {
    let mut terminal = Terminal::open()?;
    let mut app = App::new(start);
    let mut dirty = true;
    loop {
        if dirty {
            terminal.draw(|frame| view::view(&app, frame))?;
        }
        dirty = false;
        let wait = if app.is_moving() { FRAME } else { REST };
        for happening in terminal.wait(wait)? {
            dirty = true;
            let action = match happening {
                Happening::Key(key) => keymap::action(&app, key),
                Happening::Mouse(mouse) => layout::action(&app, mouse),
                Happening::Resized(size) => Some(Action::Resize(size)),
                Happening::Ended(signal) => Some(Action::Leave(signal)),
            };
            let Some(action) = action else { continue };
            for effect in update::update(&mut app, action) {
                if let Some(leave) = perform(&mut app, host, &mut terminal, effect)? {
                    app.stop_run();
                    return Ok(leave);
                }
            }
        }
        dirty |= app.take_events(BATCHES, now());
    }
}

/// Does what `update` asked for; gives how the session ends, if it does.
fn perform(
    app: &mut App,
    host: &mut dyn Host,
    terminal: &mut Terminal,
    effect: Effect,
) -> std::io::Result<Option<Leave>> {
    match effect {
        Effect::Leave(leave) => return Ok(Some(leave)),
        Effect::Start(order) => {
            app.stop_run();
            match host.start(&order) {
                Ok(started) => app.begin_run(started),
                Err(why) => app.notice(why),
            }
        }
        Effect::Control(control) => app.control(control),
        Effect::Copy(text) => terminal.copy(&text)?,
        Effect::Suspend => terminal.suspend()?,
        Effect::Redraw => terminal.clear()?,
    }
    Ok(None)
}

fn now() -> Instant {
    terminal::now()
}
