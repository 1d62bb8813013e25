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
mod choosing;
mod claims;
mod course;
mod destination;
mod effect;
mod hint;
mod hints;
mod host;
mod inquiry;
mod keymap;
mod layout;
pub(crate) mod markdown;
mod offscreen;
mod outcomes;
pub(crate) mod panel;
mod panes;
mod popup;
mod progress;
mod quiz;
pub(crate) mod run;
mod runs;
mod search;
mod terminal;
mod theme;
mod update;
mod view;
mod viewport;
mod words;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use app::Start;
pub use effect::Leave;
pub use host::{Host, Program, PythonChoice, Recorded, RunOptions, RunRequest, RunToSave, Started};
pub use inquiry::{Answer, Inquiry, Probed, Question};
pub use offscreen::Offscreen;
pub use outcomes::{Explorable, Explored, OutcomeFound, Stage, Survey};
pub use progress::{AnswerRecord, PROGRESS, Progress, RecordedAnswer, Visit};
pub use theme::{Background, Glyphs, Theme};

use action::Action;
use app::App;
use effect::Effect;
use terminal::{Input, Terminal};

/// Longest wait for a key while events may come: a frame at 60 Hz.
const FRAME: Duration = Duration::from_millis(16);
/// Longest wait while nothing can change by itself.
const REST: Duration = Duration::from_mins(1);
/// Longest time events are taken before the keyboard is looked at again.
const TAKING: Duration = Duration::from_millis(4);

/// Runs the session until the learner leaves.
///
/// # Errors
/// When the terminal can't be read or drawn on.
pub fn run(host: &mut dyn Host, start: Start) -> std::io::Result<Leave> {
    let mut terminal = Terminal::open()?;
    let mut app = App::new(start);
    app.panes.size = terminal.size();
    // What was asked for is seen at once; what comes by itself, as often as a screen can show it.
    let (mut asked, mut dirty, mut hurry) = (true, false, false);
    let mut due = terminal::now();
    loop {
        let left = due.saturating_duration_since(terminal::now());
        if asked || (dirty && left.is_zero()) {
            terminal.draw(|frame| view::view(&app, frame))?;
            (asked, dirty) = (false, false);
            due = terminal::now() + FRAME;
        }
        let moving = app.runs.is_moving() || app.outcomes.is_going() || app.inquiries.is_going();
        let wait = match (hurry, dirty, moving) {
            (true, ..) => Duration::ZERO,
            (false, true, _) => left,
            (false, false, true) => FRAME,
            (false, false, false) => REST,
        };
        for input in terminal.wait(wait)? {
            asked = true;
            let action = match input {
                Input::Key(key) => keymap::action(&app, key),
                Input::Mouse(mouse) => layout::action(&app, mouse),
                Input::Resized(size) => Some(Action::Resize(size)),
                Input::Stopped => Some(Action::Suspend),
                Input::Redraw => Some(Action::Redraw),
                Input::Ended(signal) => Some(Action::Leave(signal)),
            };
            let Some(action) = action else { continue };
            if app.pythons.is_empty() {
                app.pythons = host.pythons();
            }
            for effect in update::update(&mut app, action, terminal::now()) {
                if let Some(leave) = perform(&mut app, host, &mut terminal, effect)? {
                    app.runs.stop();
                    keep(&mut app, host);
                    return Ok(leave);
                }
            }
        }
        let taken = app.take_events(terminal::now, terminal::now() + TAKING);
        dirty |= taken.came;
        hurry = taken.more;
        if let Some(of) = app.survey_due()
            && let Some(survey) = host.survey(&of)
        {
            app.outcomes.begin(of, survey);
        }
        let found = app.take_outcomes();
        dirty |= app.inquiries.take() || found;
        if taken.ended || found {
            keep(&mut app, host);
        }
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
            app.runs.stop();
            begin(app, host, &order);
            keep(app, host);
        }
        Effect::StartBoth(orders) => {
            app.runs.stop();
            for order in orders.iter() {
                begin(app, host, order);
            }
        }
        Effect::Ask(question) => match host.ask(&question) {
            Ok(inquiry) => app.inquiries.begin(*question, inquiry),
            Err(why) => app.notice(why),
        },
        Effect::Control(control) => app.runs.control(control),
        Effect::Copy(text) => terminal.copy(&text)?,
        Effect::Input(text) => {
            if let Err(why) = host.input(&text) {
                app.notice(why);
            }
        }
        Effect::Save => save(app, host),
        Effect::Keep => keep(app, host),
        Effect::Suspend => terminal.suspend()?,
        Effect::Redraw => terminal.clear()?,
    }
    Ok(None)
}

fn begin(app: &mut App, host: &mut dyn Host, order: &RunRequest) {
    match host.start(order) {
        Ok(started) => {
            app.begin_run(started, &order.params);
            app.follow(order);
        }
        Err(why) => app.notice(why),
    }
}

fn keep(app: &mut App, host: &mut dyn Host) {
    if let Err(why) = host.keep(&app.course.progress) {
        app.notice(why);
    }
}

fn save(app: &mut App, host: &mut dyn Host) {
    let Some(run) = &app.runs.current else { return };
    let words = match host.save(&RunToSave(run)) {
        Ok(file) => app.lang.tell("tui.saved", &[("file", &file)]),
        Err(why) => why,
    };
    app.notice(words);
}
