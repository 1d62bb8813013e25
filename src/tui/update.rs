//! `update`: the one place where an action changes the `App`.
//!
//! Pure but for the `App`: what has to be done outside comes back as `Effect`s.

use super::action::{Action, PanelId, Step};
use super::app::{App, Popup, Twin};
use super::effect::{Effect, Leave};
use super::host::Order;
use crate::feed::Control;
use crate::lesson::{Parameter, ParameterKind, Value};
use crate::text::Lang;

/// Operations a second a paced run may be set to.
const PACES: [f64; 8] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Does an action; gives what has to be done outside.
pub(crate) fn update(app: &mut App, action: Action) -> Vec<Effect> {
    app.notice = None;
    if let Some(popup) = app.popup.clone()
        && let Some(effects) = in_popup(app, popup, action)
    {
        return effects;
    }
    match action {
        Action::Run => return run(app),
        Action::Pause => return pause(app),
        Action::Stop => return vec![Effect::Control(Control::Stop)],
        Action::Manual => return manual(app),
        Action::StepOnce => return vec![Effect::Control(Control::Step { proc: app.selected })],
        Action::Faster => return pace(app, 1),
        Action::Slower => return pace(app, -1),
        Action::Copy => return vec![Effect::Copy(super::view::text_of(app, app.focus))],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Leave(signal) => return vec![Effect::Leave(Leave::Ended(signal))],
        Action::Quit => return quit(app),
        Action::Resize(size) => app.size = size,
        Action::Kill => ask_kill(app),
        other => look(app, other),
    }
    Vec::new()
}

/// Actions that change only what is looked at.
fn look(app: &mut App, action: Action) {
    match action {
        Action::Seek(seek) => {
            if let Some(run) = &mut app.run {
                run.seek(seek);
            }
        }
        Action::NextPanel => turn(app, 1),
        Action::PreviousPanel => turn(app, -1),
        Action::Focus(panel) => app.focus = panel,
        Action::Move(step) => scroll(app, step),
        Action::Sideways(by) => sideways(app, by),
        Action::Pick(row) => pick(app, row),
        Action::Zoom => app.zoom = !app.zoom,
        Action::Filter => app.filter = !app.filter && app.selected.is_some(),
        Action::Program => {
            app.focus = PanelId::Source;
            app.twin = if app.twin == Twin::Python {
                Twin::Rust
            } else {
                Twin::Python
            };
        }
        Action::Language => {
            app.lang = if app.lang == Lang::En {
                Lang::Zh
            } else {
                Lang::En
            };
        }
        Action::Theme => app.theme = app.theme.next(),
        Action::Help => app.popup = Some(Popup::Help { scroll: 0 }),
        Action::Lessons => {
            let row = app
                .library
                .iter()
                .position(|lesson| Some(lesson.slug()) == app.slug.as_deref());
            app.popup = Some(Popup::Lessons {
                row: row.unwrap_or(0),
            });
        }
        Action::Parameters => {
            if app
                .lesson()
                .is_some_and(|lesson| !lesson.manifest.parameters.is_empty())
            {
                app.popup = Some(Popup::Parameters { row: 0 });
            }
        }
        Action::Cancel => {
            app.zoom = false;
            app.filter = false;
        }
        _ => {}
    }
}

fn run(app: &mut App) -> Vec<Effect> {
    let Some(lesson) = app.slug.clone() else {
        return Vec::new();
    };
    if matches!(
        app.focus,
        PanelId::Lesson | PanelId::Source | PanelId::Checks
    ) {
        app.focus = PanelId::Output;
    }
    let order = Order {
        lesson,
        params: app.params.clone(),
        pace: app.pace,
        manual: app.manual,
    };
    vec![Effect::Start(Box::new(order))]
}

fn pause(app: &mut App) -> Vec<Effect> {
    let Some(run) = app.run.as_mut().filter(|run| !run.over) else {
        return Vec::new();
    };
    run.paused = !run.paused;
    vec![Effect::Control(if run.paused {
        Control::Pause
    } else {
        Control::Resume
    })]
}

fn manual(app: &mut App) -> Vec<Effect> {
    app.manual = !app.manual;
    let control = match (app.manual, app.pace) {
        (true, _) => Control::Pause,
        (false, Some(per_second)) => Control::Pace { per_second },
        (false, None) => Control::Open,
    };
    if let Some(run) = &mut app.run {
        run.manual = app.manual;
        run.paused = app.manual;
    }
    vec![Effect::Control(control)]
}

/// One step along the paces; beyond the fastest the gate is open.
fn pace(app: &mut App, by: i64) -> Vec<Effect> {
    let place = app
        .pace
        .and_then(|pace| PACES.iter().position(|known| *known >= pace))
        .unwrap_or(PACES.len());
    let next = place
        .saturating_add_signed(isize::try_from(by).unwrap_or(0))
        .min(PACES.len());
    app.pace = PACES.get(next).copied();
    if let Some(run) = &mut app.run {
        run.pace = app.pace;
    }
    vec![Effect::Control(
        app.pace
            .map_or(Control::Open, |per_second| Control::Pace { per_second }),
    )]
}

fn quit(app: &mut App) -> Vec<Effect> {
    if app.run.as_ref().is_some_and(super::run::RunView::is_live) {
        app.popup = Some(Popup::Quit);
        return Vec::new();
    }
    vec![Effect::Leave(Leave::Quit)]
}

fn ask_kill(app: &mut App) {
    let world = app.world();
    let process = app
        .selected
        .and_then(|proc| world.process(proc))
        .filter(|process| process.is_alive());
    app.popup = process.map(|process| Popup::Kill {
        pid: process.pid,
        name: process.name.to_string(),
    });
    if app.popup.is_none() {
        app.notice = Some(app.lang.phrase("tui.kill-nobody").to_owned());
    }
}

/// Actions a popup takes for itself; `None` lets the action through.
fn in_popup(app: &mut App, popup: Popup, action: Action) -> Option<Vec<Effect>> {
    if matches!(action, Action::Cancel) {
        app.popup = None;
        return Some(Vec::new());
    }
    match (popup, action) {
        (Popup::Help { scroll }, Action::Move(step)) => {
            app.popup = Some(Popup::Help {
                scroll: moved(scroll, step, super::keymap::TABLE.len()),
            });
        }
        (Popup::Help { .. }, Action::Help | Action::Confirm | Action::Quit) => app.popup = None,
        (Popup::Lessons { row }, Action::Move(step)) => {
            app.popup = Some(Popup::Lessons {
                row: moved(row, step, app.library.len()),
            });
        }
        (Popup::Lessons { .. }, Action::Pick(row)) => {
            let row = usize::from(row).min(app.library.len().saturating_sub(1));
            app.popup = Some(Popup::Lessons { row });
        }
        (Popup::Lessons { row }, Action::Confirm) => {
            app.popup = None;
            let slug = app
                .library
                .iter()
                .nth(row)
                .map(|lesson| lesson.slug().to_owned());
            if let Some(slug) = slug {
                app.open(&slug);
            }
        }
        (Popup::Parameters { row }, Action::Move(step)) => {
            let rows = app
                .lesson()
                .map_or(0, |lesson| lesson.manifest.parameters.len());
            app.popup = Some(Popup::Parameters {
                row: moved(row, step, rows),
            });
        }
        (Popup::Parameters { row }, Action::Sideways(by)) => change(app, row, by),
        (Popup::Parameters { .. }, Action::Confirm | Action::Parameters) => app.popup = None,
        (Popup::Kill { pid, .. }, Action::Confirm) => {
            app.popup = None;
            return Some(vec![Effect::Control(Control::Kill { pid })]);
        }
        (Popup::Quit, Action::Confirm | Action::Quit) => {
            return Some(vec![Effect::Leave(Leave::Quit)]);
        }
        (
            _,
            Action::Resize(_)
            | Action::Leave(_)
            | Action::Language
            | Action::Theme
            | Action::Redraw
            | Action::Suspend,
        ) => {
            return None;
        }
        (Popup::Lessons { .. }, Action::Quit) => return None,
        (Popup::Parameters { .. }, Action::Run) => {
            app.popup = None;
            return None;
        }
        _ => {}
    }
    Some(Vec::new())
}

/// Changes a parameter by one step of its range.
fn change(app: &mut App, row: usize, by: i64) {
    let Some(parameter) = app
        .lesson()
        .and_then(|lesson| lesson.manifest.parameters.get(row).cloned())
    else {
        return;
    };
    let Some(value) = app.params.get(&parameter.name) else {
        return;
    };
    if let Some(next) = neighbour(&parameter, value, by) {
        let parameters = app
            .lesson()
            .map(|lesson| lesson.manifest.parameters.clone())
            .unwrap_or_default();
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
        (ParameterKind::Int { min, max, .. }, Value::Int(n)) => {
            Some((n + by).clamp(*min, *max).to_string())
        }
        (ParameterKind::Bool { .. }, Value::Bool(on)) => Some((!on).to_string()),
        (ParameterKind::Seconds { min, max, .. }, value) => {
            #[expect(clippy::cast_precision_loss, reason = "a step of one")]
            let next = value.as_float()? + 0.25 * by as f64;
            Some(next.clamp(*min, *max).to_string())
        }
        (ParameterKind::Choice { choices, .. }, Value::Text(text)) => {
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

/// The next panel of those shown.
fn turn(app: &mut App, by: isize) {
    let all = PanelId::ALL;
    let place = all
        .iter()
        .position(|panel| *panel == app.focus)
        .unwrap_or(0);
    let next = (place.cast_signed() + by).rem_euclid(all.len().cast_signed());
    app.focus = all[next.cast_unsigned()];
}

fn moved(place: usize, step: Step, count: usize) -> usize {
    let last = count.saturating_sub(1);
    match step {
        Step::Lines(by) => place
            .saturating_add_signed(isize::try_from(by).unwrap_or(0))
            .min(last),
        Step::Pages(by) => place
            .saturating_add_signed(isize::try_from(by * 10).unwrap_or(0))
            .min(last),
        Step::Start => 0,
        Step::End => last,
    }
}

fn scroll(app: &mut App, step: Step) {
    let panel = app.focus;
    if panel == PanelId::Ps {
        return select(app, step);
    }
    let lines = super::view::lines_of(app, panel);
    let place = app.places.entry(panel).or_default();
    if panel == PanelId::Output {
        let from = if app.follow {
            lines.saturating_sub(1)
        } else {
            place.top
        };
        let top = moved(from, step, lines);
        app.follow =
            top + 1 >= lines && !matches!(step, Step::Lines(by) | Step::Pages(by) if by < 0);
        place.top = top;
    } else {
        place.top = moved(place.top, step, lines);
    }
}

/// Moves the selection of a process.
fn select(app: &mut App, step: Step) {
    let count = app.world().process_count();
    let row = match app.selected {
        Some(proc) => moved(proc as usize, step, count),
        None => 0,
    };
    app.selected = u32::try_from(row).ok().filter(|_| count > 0);
}

fn sideways(app: &mut App, by: i64) {
    let place = app.places.entry(app.focus).or_default();
    place.left = place
        .left
        .saturating_add_signed(isize::try_from(by * 8).unwrap_or(0));
}

/// A click into the focused panel.
fn pick(app: &mut App, row: u16) {
    if app.focus == PanelId::Ps {
        let place = app.place(PanelId::Ps);
        // The first row is the head.
        let row = u32::from(row.saturating_sub(1)) + u32::try_from(place.top).unwrap_or(0);
        app.selected = Some(row).filter(|_| (row as usize) < app.world().process_count());
    }
}
