//! `update`: the one place where an action changes the `App`.
//!
//! Pure but for the `App`: what has to be done outside comes back as `Effect`s.

mod comparing;
mod places;
mod stepping;

use std::time::Instant;

use super::action::Action;
use super::app::App;
use super::effect::{Effect, Leave};
use super::host::RunRequest;
use super::inquiry::Question;
use super::layout;
use super::panel::PanelId;
use super::panes::Twin;
use super::popup::Then;
use super::popup::go_to::GoTo;
use super::popup::help::Help;
use super::popup::input::Input;
use super::popup::inquiries::Inquiries;
use super::popup::kill::Kill;
use super::popup::lessons::Lessons;
use super::popup::parameters::Parameters;
use super::popup::predict::Predict;
use super::popup::quit::Quit;
use super::popup::search::Search;
use super::run::RunView;
use crate::feed::Control;
use crate::lesson::Params;
use crate::text::Lang;
use crate::trace::Engine;

use comparing::{both, compare, compared};
pub(crate) use places::{find, go_to};
use places::{pick, scroll, sideways, turn};
pub(crate) use stepping::play_witness;
use stepping::{choose, manual, pause, pick_choice, step_once, takes_a_step, undo};

/// Does an action at this time; gives what has to be done outside.
pub(crate) fn update(app: &mut App, action: Action, now: Instant) -> Vec<Effect> {
    app.notice = None;
    if !is_everywhere(action)
        && let Some(mut popup) = app.popup.take()
    {
        match popup.update(app, action) {
            Then::Stay => {
                app.popup = Some(popup);
                return Vec::new();
            }
            Then::Close => return Vec::new(),
            Then::Effects(effects) => return effects,
            Then::Pass => {}
        }
    }
    if action == Action::Confirm
        && let Some(place) = super::panel::outcomes::playable(app)
    {
        return play_witness(app, place);
    }
    match action {
        Action::Run => return run(app),
        Action::Predict => predict(app),
        Action::Pause => return pause(app, now),
        Action::Stop => return stop(app),
        Action::Outcomes => show_outcomes(app),
        Action::Manual => return manual(app),
        Action::StepOnce => return step_once(app),
        Action::Choose(row) => return choose(app, row),
        Action::Undo => return undo(app),
        Action::Confirm if takes_a_step(app) => return step_once(app),
        Action::Pick(PanelId::Choices, row) => return pick_choice(app, row),
        Action::Faster => return pace(app, 1, now),
        Action::Slower => return pace(app, -1, now),
        Action::Copy => return copy(app),
        Action::Save => return save(app),
        Action::OwnRows => return own_rows(app),
        Action::Compare => return compare(app),
        Action::StartMethods | Action::Claims => return ask(app, action),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Leave(signal) => return vec![Effect::Leave(Leave::Ended(signal))],
        Action::Quit => return quit(app),
        Action::Resize(size) => app.panes.size = size,
        Action::Kill => ask_kill(app),
        Action::Input => ask_input(app),
        Action::Language | Action::Theme | Action::Program => appearance(app, action),
        other => look(app, other),
    }
    Vec::new()
}

/// Whether an action does the same over a popup.
fn is_everywhere(action: Action) -> bool {
    matches!(
        action,
        Action::Resize(_)
            | Action::Leave(_)
            | Action::Language
            | Action::Theme
            | Action::Redraw
            | Action::Suspend
    )
}

/// Actions that change only what is looked at.
fn look(app: &mut App, action: Action) {
    match action {
        Action::Seek(seek) => places::seek(app, seek),
        Action::GoTo => app.open_popup(GoTo::default()),
        Action::NextPanel => turn(app, 1),
        Action::PreviousPanel => turn(app, -1),
        Action::Focus(panel) => app.panes.focus = panel,
        Action::Move(step) => scroll(app, app.panes.focus, step),
        Action::MoveIn(panel, step) => scroll(app, panel, step),
        Action::Sideways(by) if app.runs.comparing || app.panes.focus.panel().has_time_axis() => {
            let (head, end) = time_axis(app);
            app.panes.viewport.shift(by, end, head);
        }
        Action::Sideways(by) => sideways(app, by),
        Action::Pick(panel, row) => pick(app, panel, row),
        Action::Zoom => app.panes.zoom = !app.panes.zoom,
        Action::ZoomTime(by) => zoom_time(app, by),
        Action::Filter => app.panes.filter = !app.panes.filter && app.panes.selected.is_some(),
        Action::Search => app.open_popup(Search::default()),
        Action::Find(by) => find(app, by),
        Action::Engine => switch_engine(app),
        Action::CutIdle => cut_idle(app),
        Action::Help => app.open_popup(Help::default()),
        Action::Lessons => lessons(app),
        Action::Parameters => parameters(app),
        Action::Confirm if app.runs.current.as_ref().is_some_and(RunView::is_over) => {
            app.show_checks();
        }
        Action::Cancel => {
            app.panes.zoom = false;
            app.panes.filter = false;
            app.runs.comparing = false;
            app.panes.selected = None;
        }
        _ => {}
    }
}

/// Shows what is known of the lesson's start methods or claims, and asks where nothing is.
fn ask(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(lesson) = app.course.lesson() else {
        app.notice = Some(app.lang.phrase("tui.lesson-none").to_owned());
        return Vec::new();
    };
    let slug = lesson.slug().to_owned();
    let question = match action {
        Action::Claims => Question::Claims { lesson: slug },
        _ => Question::StartMethods {
            lesson: slug,
            params: app.course.params.clone(),
            python: app.options.python.clone(),
        },
    };
    if action == Action::Claims && lesson.manifest.claims.is_empty() {
        app.notice = Some(app.lang.phrase("tui.claims-none").to_owned());
        return Vec::new();
    }
    app.open_popup(Inquiries::new(question.clone()));
    match app.inquiries.of(&question) {
        Some(_) => Vec::new(),
        None => vec![Effect::Ask(Box::new(question))],
    }
}

/// What runs the lesson next: the twin or program.py.
fn switch_engine(app: &mut App) {
    let Some(lesson) = app.course.lesson() else {
        app.notice = Some(app.lang.phrase("tui.lesson-none").to_owned());
        return;
    };
    if !lesson.twin {
        app.notice = Some(app.lang.phrase("tui.engine-no-twin").to_owned());
        return;
    }
    let next = if app.engine() == Engine::Native {
        Engine::Python
    } else {
        Engine::Native
    };
    app.options.engine = Some(next);
    let python = app.python().map_or("", |python| &python.version);
    app.notice = Some(match next {
        Engine::Python => app.lang.tell("tui.engine-python", &[("version", &python)]),
        _ => app.lang.phrase("tui.engine-native").to_owned(),
    });
}

/// The time axis closer or wider: of the run, or of both that are compared.
fn zoom_time(app: &mut App, by: i64) {
    let (head, end) = time_axis(app);
    app.panes.viewport.zoom(by, end, head);
    if !app.runs.comparing && layout::inner(app, PanelId::Timeline).is_none() {
        app.panes.focus = PanelId::Timeline;
    }
}

/// Where the play head stands on the time axis that is shown, and where that ends; ns.
fn time_axis(app: &App) -> (i64, i64) {
    if app.runs.comparing {
        return app.runs.times();
    }
    let run = app.runs.current.as_ref();
    run.map_or((0, 0), |run| (run.world().now(), run.end()))
}

fn appearance(app: &mut App, action: Action) {
    match action {
        Action::Language => {
            app.lang = if app.lang == Lang::En {
                Lang::Zh
            } else {
                Lang::En
            };
        }
        Action::Theme => {
            app.theme = app.theme.next();
            app.notice = Some(app.lang.phrase(app.theme.words()).to_owned());
        }
        _ => {
            app.panes.focus = PanelId::Source;
            app.panes.twin = if app.panes.twin == Twin::Python {
                Twin::Rust
            } else {
                Twin::Python
            };
        }
    }
}

/// The list, at the next lesson where this one has been run.
fn lessons(app: &mut App) {
    let here = app
        .course
        .library
        .iter()
        .position(|lesson| Some(lesson.slug()) == app.course.slug.as_deref());
    let done = app.runs.current.as_ref().is_some_and(RunView::is_over);
    let last = app.course.library.len().saturating_sub(1);
    let row = here.map_or(0, |row| (row + usize::from(done)).min(last));
    app.open_popup(Lessons {
        row,
        welcome: false,
    });
}

fn parameters(app: &mut App) {
    match app.course.lesson() {
        Some(_) => app.open_popup(Parameters::default()),
        None => app.notice = Some(app.lang.phrase("tui.lesson-none").to_owned()),
    }
}

/// Runs the lesson; first the questions that were not answered yet.
fn run(app: &mut App) -> Vec<Effect> {
    if app.runs.comparing
        && let Some(slugs) = compared(app)
    {
        return both(app, slugs);
    }
    match app.course.quiz(false, &app.circumstances()) {
        Some(quiz) => {
            app.open_popup(Predict(quiz));
            Vec::new()
        }
        None => start(app),
    }
}

fn predict(app: &mut App) {
    match app.course.quiz(true, &app.circumstances()) {
        Some(quiz) => app.open_popup(Predict(quiz)),
        None => app.notice = Some(app.lang.phrase("tui.quiz-none").to_owned()),
    }
}

pub(crate) fn start(app: &mut App) -> Vec<Effect> {
    // A program of one's own is started again; that of a recording is not.
    if let Some(run) = &app.runs.current
        && app.is_of_own_program()
        && !run.is_recording()
    {
        if run.is_live() {
            app.notice = Some(app.lang.phrase("tui.own-runs").to_owned());
            return Vec::new();
        }
        let title = run.header.lesson.clone();
        return vec![Effect::Start(Box::new(order(
            app,
            title,
            Params::default(),
        )))];
    }
    let Some(lesson) = app.course.lesson().map(|lesson| lesson.slug().to_owned()) else {
        app.notice = Some(app.lang.phrase("tui.lesson-none").to_owned());
        return Vec::new();
    };
    if app.options.manual {
        app.panes.focus = PanelId::Choices;
    } else if matches!(
        app.panes.focus,
        PanelId::Lesson | PanelId::Source | PanelId::Checks | PanelId::Outcomes | PanelId::Choices
    ) {
        app.panes.focus = PanelId::Output;
    }
    let params = app.course.params.clone();
    vec![Effect::Start(Box::new(order(app, lesson, params)))]
}

fn order(app: &App, lesson: String, params: Params) -> RunRequest {
    RunRequest {
        lesson,
        params,
        options: app.options.clone(),
        schedule: None,
        taken: None,
    }
}

/// One step along the paces; beyond the fastest the gate is open. Looking back, the speed.
fn pace(app: &mut App, by: i64, now: Instant) -> Vec<Effect> {
    let past = |run: &RunView| run.is_recording() || !run.is_now();
    if app.runs.current.as_ref().is_some_and(past) {
        app.runs.change_speed(by, now);
        return Vec::new();
    }
    app.options.change_pace(by);
    if app.options.manual {
        // It counts once the operations go by themselves again.
        let pace = app.options.pace;
        let pace = pace.map(|pace| app.lang.tell("tui.speed-paced", &[("n", &pace)]));
        let pace = pace.unwrap_or_else(|| app.lang.phrase("tui.speed-open").to_owned());
        app.notice = Some(app.lang.tell("tui.pace-later", &[("pace", &pace)]));
        return Vec::new();
    }
    if app.options.pace.is_some() {
        app.notice = Some(app.lang.phrase("tui.pace-likely").to_owned());
    }
    vec![Effect::Control(
        app.options
            .pace
            .map_or(Control::Open, |per_second| Control::Pace { per_second }),
    )]
}

/// Ends the run that goes on; where none does, the exploring.
fn stop(app: &mut App) -> Vec<Effect> {
    let live = app.runs.current.as_ref().is_some_and(RunView::is_live);
    if !live && app.outcomes.stop() {
        app.notice = Some(app.lang.phrase("tui.outcomes-stopped").to_owned());
        return Vec::new();
    }
    vec![Effect::Control(Control::Stop)]
}

fn show_outcomes(app: &mut App) {
    app.panes.focus = PanelId::Outcomes;
    app.panes.zoom = false;
    if let Some(run) = &mut app.runs.current {
        run.results.outcomes_seen = true;
    }
}

fn cut_idle(app: &mut App) {
    let comparing = app.runs.comparing;
    let Some(run) = &mut app.runs.current else {
        return;
    };
    if comparing {
        // Cut in one, the two would no longer be at one time.
        app.notice = Some(app.lang.phrase("tui.idle-pair").to_owned());
        return;
    }
    run.cut_waits(!run.cuts_waits());
    let key = if run.cuts_waits() {
        "tui.idle-cut"
    } else {
        "tui.idle-kept"
    };
    app.notice = Some(app.lang.phrase(key).to_owned());
}

fn copy(app: &mut App) -> Vec<Effect> {
    let text = super::panel::text(app, app.panes.focus);
    let words = app.lang.tell("tui.copied", &[("n", &text.lines().count())]);
    app.notice = Some(words);
    vec![Effect::Copy(text)]
}

fn save(app: &mut App) -> Vec<Effect> {
    if app.runs.current.is_none() {
        app.notice = Some(app.lang.phrase("tui.save-nothing").to_owned());
        return Vec::new();
    }
    vec![Effect::Save]
}

/// Shows the rows of ps of forklore itself, or hides them again.
fn own_rows(app: &mut App) -> Vec<Effect> {
    app.panes.own_rows = !app.panes.own_rows;
    let shown = app.panes.own_rows;
    let key = if shown {
        "tui.own-shown"
    } else {
        "tui.own-hidden"
    };
    app.notice = Some(app.lang.phrase(key).to_owned());
    vec![Effect::Control(Control::OwnRows { shown })]
}

fn quit(app: &mut App) -> Vec<Effect> {
    if app.runs.current.as_ref().is_some_and(RunView::is_live) {
        app.open_popup(Quit);
        return Vec::new();
    }
    vec![Effect::Leave(Leave::Quit)]
}

/// Asks for a line for the program's stdin.
fn ask_input(app: &mut App) {
    let live = app.runs.current.as_ref().is_some_and(RunView::is_live);
    if app.is_of_own_program() && live {
        app.open_popup(Input::default());
    } else {
        app.notice = Some(app.lang.phrase("tui.input-nobody").to_owned());
    }
}

fn ask_kill(app: &mut App) {
    let world = app.world();
    let live = app.runs.current.as_ref().is_some_and(RunView::is_live);
    let process = app
        .panes
        .selected
        .and_then(|proc| world.process(proc))
        .filter(|process| live && process.is_alive());
    let kill = process.map(|process| Kill {
        pid: process.pid,
        name: process.name.to_string(),
    });
    match kill {
        Some(kill) => app.open_popup(kill),
        None => app.notice = Some(app.lang.phrase("tui.kill-nobody").to_owned()),
    }
}
