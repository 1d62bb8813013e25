//! `Rhythm`: what a learner does next, and with which key.
//!
//! read → predict → run → compare → explain → change a parameter → run again → next lesson. The step
//! is worked out from what the `App` shows, nothing is kept here; the footer tells it, so that a
//! learner who only ever presses the key told there comes through every lesson.

use super::action::PanelId;
use super::app::{App, Popup};
use super::quiz::Draft;
use super::run::RunView;
use super::{layout, panel};

/// A key and what it does, for the footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) keys: &'static str,
    /// Locale key of its words.
    pub(crate) words: &'static str,
}

const fn hint(keys: &'static str, words: &'static str) -> Hint {
    Hint { keys, words }
}

/// The next step.
pub(crate) fn next(app: &App) -> Hint {
    if let Some(popup) = &app.popup {
        return in_popup(app, popup);
    }
    match &app.run {
        _ if app.comparing => comparing(app),
        Some(run) if run.is_recording() => hint("Space", "tui.next-play"),
        _ if app.slug.is_none() => hint("g", "tui.next-open"),
        None => before(app),
        Some(run) if !run.over => during(app, run),
        Some(run) => after(app, run),
    }
}

fn comparing(app: &App) -> Hint {
    if app.is_going() {
        hint("Space", "tui.key-pause")
    } else {
        hint("<", "tui.next-scrub")
    }
}

fn before(app: &App) -> Hint {
    if app.quiz(false).is_some() {
        hint("r", "tui.next-predict")
    } else {
        hint("r", "tui.next-run")
    }
}

fn during(app: &App, run: &RunView) -> Hint {
    if !run.is_now() {
        hint("e", "tui.key-now")
    } else if app.manual || run.stepped {
        hint("o", "tui.next-step")
    } else if run.paused {
        hint("Space", "tui.next-resume")
    } else {
        hint("Space", "tui.next-pause")
    }
}

fn after(app: &App, run: &RunView) -> Hint {
    if !run.is_now() {
        hint("e", "tui.key-now")
    } else if !has_compared(app, run) {
        hint("Enter", "tui.next-checks")
    } else if !app.has_varied() && has_parameters(app) {
        hint("p", "tui.next-change")
    } else if is_last(app) {
        hint("g", "tui.next-choose")
    } else {
        hint("g", "tui.next-lesson")
    }
}

/// The checks have been seen, or stand there to be seen.
fn has_compared(app: &App, run: &RunView) -> bool {
    run.compared || run.verdicts.is_empty() || layout::inner(app, PanelId::Checks).is_some()
}

fn has_parameters(app: &App) -> bool {
    app.lesson()
        .is_some_and(|lesson| !lesson.manifest.parameters.is_empty())
}

fn is_last(app: &App) -> bool {
    let last = app.library.iter().last();
    last.map(crate::lesson::Lesson::slug) == app.slug.as_deref()
}

fn in_popup(app: &App, popup: &Popup) -> Hint {
    match popup {
        Popup::Help { .. } => hint("Esc", "tui.hint-close"),
        Popup::Lessons { .. } => hint("Enter", "tui.hint-open"),
        Popup::Parameters { .. } if !app.has_changed() => hint("→", "tui.hint-change"),
        Popup::Parameters { .. } => hint("r", "tui.next-run"),
        Popup::Kill { .. } => hint("Enter", "tui.key-kill"),
        Popup::Quit => hint("Enter", "tui.key-quit"),
        Popup::Predict(_) => hint("Enter", "tui.hint-lock"),
        Popup::Graded { .. } => hint("Enter", "tui.next-checks"),
        Popup::Search { .. } => hint("Enter", "tui.key-search"),
        Popup::GoTo { .. } => hint("Enter", "tui.key-goto"),
    }
}

/// What stands beside the next step before the table's keys: the text goes on below.
pub(crate) fn also(app: &App) -> Option<Hint> {
    let high = layout::inner(app, PanelId::Lesson)?.height;
    let focused = app.focus == PanelId::Lesson && !app.comparing;
    let below =
        || panel::count(app, PanelId::Lesson) > app.place(PanelId::Lesson).top + usize::from(high);
    (focused && app.run.is_none() && app.slug.is_some() && below())
        .then(|| hint("↓", "tui.hint-read"))
}

/// What else can be done in a popup; `None` where none is open.
pub(crate) fn others(app: &App) -> Option<Vec<Hint>> {
    const CHOOSE: Hint = hint("↑↓", "tui.hint-choose");
    const CLOSE: Hint = hint("Esc", "tui.hint-close");
    const SCROLL: Hint = hint("↑↓", "tui.hint-scroll");
    Some(match app.popup.as_ref()? {
        Popup::Help { .. } => vec![SCROLL],
        Popup::Parameters { .. } if app.has_changed() => {
            vec![CHOOSE, hint("←→", "tui.hint-change"), CLOSE]
        }
        Popup::Parameters { .. } | Popup::Lessons { .. } => vec![CHOOSE, CLOSE],
        Popup::Kill { .. } | Popup::Quit => vec![hint("Esc", "tui.hint-no")],
        Popup::Predict(quiz) => {
            let mut hints = vec![CHOOSE];
            let draft = quiz.question().map(|question| &question.draft);
            if matches!(draft, Some(Draft::Possible(_))) {
                hints.push(hint("Space", "tui.hint-turn"));
            } else if matches!(draft, Some(Draft::Order { .. })) {
                hints.push(hint("Space", "tui.hint-take"));
            }
            hints.push(hint("←→", "tui.hint-sure"));
            hints.push(hint("Esc", "tui.hint-skip"));
            hints
        }
        Popup::Graded { .. } => vec![SCROLL, hint("p", "tui.next-change")],
        Popup::Search { .. } | Popup::GoTo { .. } => Vec::new(),
    })
}
