//! What actions do while something stands over the panels.

use super::super::action::Action;
use super::super::app::{App, Popup};
use super::super::effect::{Effect, Leave};
use super::super::quiz::Quiz;
use super::moved;
use crate::feed::Control;
use crate::lesson::{Parameter, ParameterKind, Value};

/// Actions a popup takes for itself; `None` lets the action through.
pub(super) fn in_popup(app: &mut App, popup: Popup, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::Resize(_)
        | Action::Leave(_)
        | Action::Language
        | Action::Theme
        | Action::Redraw
        | Action::Suspend => return None,
        _ => {}
    }
    match popup {
        Popup::Predict(quiz) => return Some(predict(app, quiz, action)),
        Popup::Search { text } => typed(app, text, action, true),
        Popup::GoTo { text } => typed(app, text, action, false),
        Popup::Graded { .. } if matches!(action, Action::Cancel) => {
            app.popup = None;
            app.show_checks();
        }
        _ if matches!(action, Action::Cancel) => app.popup = None,
        Popup::Help { scroll } => match action {
            Action::Move(step) => {
                let scroll = moved(scroll, step, super::super::keymap::TABLE.len());
                app.popup = Some(Popup::Help { scroll });
            }
            Action::Help | Action::Confirm | Action::Quit => app.popup = None,
            _ => {}
        },
        Popup::Graded { scroll } => match action {
            Action::Move(step) => {
                let count = super::super::panel::quiz::graded(app, 66).len();
                let scroll = moved(scroll, step, count);
                app.popup = Some(Popup::Graded { scroll });
            }
            Action::Confirm => {
                app.popup = None;
                app.show_checks();
            }
            Action::Predict | Action::Run | Action::Lessons | Action::Parameters | Action::Quit => {
                app.popup = None;
                return None;
            }
            _ => {}
        },
        Popup::Lessons { row, welcome } => return lessons(app, row, welcome, action),
        Popup::Parameters { row } => return parameters(app, row, action),
        Popup::Kill { pid, .. } => {
            if matches!(action, Action::Confirm) {
                app.popup = None;
                return Some(vec![Effect::Control(Control::Kill { pid })]);
            }
        }
        Popup::Quit => {
            if matches!(action, Action::Confirm | Action::Quit) {
                return Some(vec![Effect::Leave(Leave::Quit)]);
            }
        }
    }
    Some(Vec::new())
}

fn lessons(app: &mut App, row: usize, welcome: bool, action: Action) -> Option<Vec<Effect>> {
    let count = app.library.len();
    match action {
        Action::Move(step) => {
            let row = moved(row, step, count);
            app.popup = Some(Popup::Lessons { row, welcome });
        }
        Action::PickLine(line) => {
            let above = super::super::panel::list::above(app, welcome);
            let Some(row) = usize::from(line)
                .checked_sub(above)
                .filter(|row| *row < count)
            else {
                return Some(Vec::new());
            };
            app.popup = Some(Popup::Lessons { row, welcome });
        }
        Action::Confirm => {
            app.popup = None;
            let lesson = app.library.iter().nth(row);
            if let Some(slug) = lesson.map(|lesson| lesson.slug().to_owned()) {
                app.open(&slug);
                return Some(vec![Effect::Keep]);
            }
        }
        Action::Quit => {
            app.popup = None;
            return None;
        }
        _ => {}
    }
    Some(Vec::new())
}

fn parameters(app: &mut App, row: usize, action: Action) -> Option<Vec<Effect>> {
    let rows = app
        .lesson()
        .map_or(0, |lesson| lesson.manifest.parameters.len());
    match action {
        Action::Move(step) => {
            let row = moved(row, step, rows);
            app.popup = Some(Popup::Parameters { row });
        }
        Action::PickLine(line) if usize::from(line) < rows => {
            let row = usize::from(line);
            app.popup = Some(Popup::Parameters { row });
        }
        Action::Sideways(by) => change(app, row, by),
        Action::Confirm | Action::Parameters => app.popup = None,
        Action::Run => {
            app.popup = None;
            return None;
        }
        _ => {}
    }
    Some(Vec::new())
}

/// A question being answered: Enter locks it in and goes on, Esc runs without the rest.
fn predict(app: &mut App, mut quiz: Quiz, action: Action) -> Vec<Effect> {
    let more = match action {
        Action::Move(step) => {
            quiz.step(step);
            true
        }
        Action::Sideways(by) => {
            quiz.sure(by);
            true
        }
        Action::Pause => {
            quiz.toggle();
            true
        }
        Action::Type(c) => {
            quiz.digit(Some(c));
            true
        }
        Action::Erase => {
            quiz.digit(None);
            true
        }
        Action::Confirm => quiz.next(),
        Action::Cancel => false,
        Action::Quit => {
            app.popup = None;
            return Vec::new();
        }
        _ => true,
    };
    if more {
        app.popup = Some(Popup::Predict(quiz));
        return Vec::new();
    }
    let answered = quiz.at.min(quiz.questions.len());
    app.answers = quiz.locked(answered);
    for question in quiz.questions.iter().skip(answered) {
        app.skipped.insert(question.id.clone());
    }
    app.popup = None;
    super::start(app)
}

/// Words being typed: what to search for, or where to go.
fn typed(app: &mut App, mut text: String, action: Action, search: bool) {
    match action {
        Action::Type(c) => text.push(c),
        Action::Erase => drop(text.pop()),
        Action::Confirm => {
            app.popup = None;
            if search {
                app.search = Some(text).filter(|text| !text.is_empty());
                super::find(app, 1);
            } else {
                super::places::go_to(app, &text);
            }
            return;
        }
        Action::Cancel => {
            app.popup = None;
            return;
        }
        _ => {}
    }
    app.popup = Some(if search {
        Popup::Search { text }
    } else {
        Popup::GoTo { text }
    });
}

/// Changes a parameter by one step of its range.
fn change(app: &mut App, row: usize, by: i64) {
    let Some(lesson) = app.lesson() else { return };
    let parameters = lesson.manifest.parameters.clone();
    let Some(parameter) = parameters.get(row) else {
        return;
    };
    let Some(value) = app.params.get(&parameter.name) else {
        return;
    };
    if let Some(next) = neighbour(parameter, value, by) {
        // The neighbour is within the range, so this does not fail.
        let _ = app.params.set(
            app.slug.as_deref().unwrap_or_default(),
            &parameters,
            &format!("{}={next}", parameter.name),
        );
    }
}

/// The value next to this one, as `--set` writes it.
fn neighbour(parameter: &Parameter, value: &Value, by: i64) -> Option<String> {
    match (&parameter.kind, value) {
        (ParameterKind::Int { min, max, .. }, Value::Int(_)) => {
            Some((value.as_int()? + by).clamp(*min, *max).to_string())
        }
        (ParameterKind::Bool { .. }, Value::Bool(on)) => Some((!on).to_string()),
        (ParameterKind::Seconds { min, max, .. }, value) => {
            #[expect(clippy::cast_precision_loss, reason = "a step of a quarter")]
            let next = value.as_float()? + 0.25 * by as f64;
            Some(next.clamp(*min, *max).to_string())
        }
        (ParameterKind::Choice { choices, .. }, Value::Str(text)) => {
            let place = choices.iter().position(|choice| choice.value == *text)?;
            let count = i64::try_from(choices.len()).ok()?;
            let next = (i64::try_from(place).ok()? + by).rem_euclid(count.max(1));
            choices
                .get(usize::try_from(next).ok()?)
                .map(|choice| choice.value.clone())
        }
        _ => None,
    }
}
