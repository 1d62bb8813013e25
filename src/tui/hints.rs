//! `Rhythm`: what a learner does next, and with which key.
//!
//! read → predict → run → compare → explain → change a parameter → run again → next lesson. The step
//! is worked out from what the `App` shows, nothing is kept here; the footer tells it, so that a
//! learner who only ever presses the key told there comes through every lesson.

use super::action::Action;
use super::app::App;
use super::choosing::{self, Prospect, candidates};
use super::hint::Hint;
use super::keymap::Binding;
use super::layout::Frames;
use super::panel::{PanelId, outcomes};
use super::run::RunView;

/// The next step.
pub(crate) fn next(app: &App, frames: &Frames) -> Hint {
    if let Some(popup) = &app.popup {
        return popup.next(app);
    }
    match &app.runs.current {
        _ if app.runs.comparing => comparing(app),
        Some(run) if run.is_recording() => Hint::new("Space", "tui.next-play"),
        Some(run) if app.is_of_own_program() => own(run),
        _ if app.course.slug.is_none() => Hint::new("g", "tui.next-open"),
        None => before(app),
        Some(run) if !run.is_over() => during(app, run),
        Some(run) => after(app, run, frames),
    }
}

/// A program of one's own: looked back on while it runs, started again afterwards.
fn own(run: &RunView) -> Hint {
    if !run.is_now() {
        Hint::new("e", "tui.key-now")
    } else if run.is_over() {
        Hint::new("r", "tui.own-again")
    } else {
        Hint::new(",", "tui.own-back")
    }
}

fn comparing(app: &App) -> Hint {
    if app.runs.is_going() {
        Hint::new("Space", "tui.key-pause")
    } else {
        Hint::new("<", "tui.next-scrub")
    }
}

fn before(app: &App) -> Hint {
    if app.course.quiz(false, &app.circumstances()).is_some() {
        Hint::new("r", "tui.next-predict")
    } else {
        Hint::new("r", "tui.next-run")
    }
}

fn during(app: &App, run: &RunView) -> Hint {
    if !run.is_now() {
        Hint::new("e", "tui.key-now")
    } else if run.stepped {
        step(app)
    } else if run.paused {
        Hint::new("Space", "tui.next-resume")
    } else {
        Hint::new("Space", "tui.next-pause")
    }
}

/// What `o` does next.
fn step(app: &App) -> Hint {
    let chosen = choosing::chosen(app);
    let candidates = candidates(app.world());
    let one = candidates
        .iter()
        .find(|one| Some(one.process.proc) == chosen);
    match one.map(|one| one.prospect) {
        Some(Prospect::BeginsToWait) => Hint::new("o", "tui.next-begin"),
        Some(Prospect::Waits) => Hint::new("↑↓", "tui.next-another"),
        _ => Hint::new("o", "tui.next-step"),
    }
}

/// A key of the table as it is offered now: what it does in this state, or nothing at all.
pub(crate) fn offered(app: &App, binding: &Binding) -> Option<Hint> {
    let hint = |words| Some(Hint::new(binding.shown, words));
    let run = app.runs.current.as_ref();
    let live = run.filter(|run| run.is_live());
    let stepped = app.runs.stepped().is_some();
    match binding.action() {
        Action::Run if live.is_some() => hint("tui.key-run-again"),
        Action::Pause => match run? {
            _ if stepped => hint("tui.key-let-run"),
            run if run.is_playing() => hint("tui.key-pause"),
            run if run.is_recording() || !run.is_now() => hint("tui.key-play"),
            run if run.is_over() && !app.runs.comparing => None,
            run if run.paused => hint("tui.next-resume"),
            _ => hint(binding.words),
        },
        // Space says it already.
        Action::Manual if stepped => None,
        Action::Manual if app.options.manual => hint("tui.key-manual-off"),
        Action::Outcomes => {
            let map = app.outcome_map(run?);
            map.and_then(|_| hint(binding.words))
        }
        Action::Undo => choosing::undone(app).and_then(|_| hint(binding.words)),
        _ => hint(binding.words),
    }
}

fn after(app: &App, run: &RunView, frames: &Frames) -> Hint {
    if run.is_played_slowly() {
        Hint::new("e", "tui.next-slow")
    } else if !run.is_now() {
        Hint::new("e", "tui.key-now")
    } else if outcomes::playable(app).is_some() {
        Hint::new("Enter", "tui.next-witness")
    } else if !has_compared(run, frames) {
        Hint::new("Enter", "tui.next-checks")
    } else if has_more_outcomes(app, run) {
        Hint::new("m", "tui.next-outcomes")
    } else if !app.has_varied() && has_parameters(app) {
        Hint::new("p", "tui.next-change")
    } else if is_last(app) {
        Hint::new("g", "tui.next-choose")
    } else {
        Hint::new("g", "tui.next-lesson")
    }
}

/// The checks have been seen, or stand there to be seen.
fn has_compared(run: &RunView, frames: &Frames) -> bool {
    run.results.seen || run.results.verdicts.is_empty() || frames.inner(PanelId::Checks).is_some()
}

/// There is something to see beside what happened.
fn has_more_outcomes(app: &App, run: &RunView) -> bool {
    let map = app.outcome_map(run);
    !run.results.outcomes_seen && map.is_some_and(|map| map.found.outcomes.len() > 1)
}

fn has_parameters(app: &App) -> bool {
    app.course
        .lesson()
        .is_some_and(|lesson| !lesson.manifest.parameters.is_empty())
}

fn is_last(app: &App) -> bool {
    let last = app.course.library.iter().last();
    last.map(crate::lesson::Lesson::slug) == app.course.slug.as_deref()
}

/// What stands beside the next step before the table's keys: the text goes on below.
pub(crate) fn also(app: &App, frames: &Frames) -> Option<Hint> {
    let area = frames.inner(PanelId::Lesson)?;
    let reads = app.panes.focus == PanelId::Lesson && !app.runs.comparing;
    let reads = reads && app.runs.current.is_none() && app.course.slug.is_some();
    let rows = || PanelId::Lesson.panel().rows(app, area.as_size());
    let below = || rows().below(area.height) > 0;
    (reads && below()).then(|| Hint::new("↓", "tui.hint-read"))
}
