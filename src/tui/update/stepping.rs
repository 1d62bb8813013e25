//! The gate by hand: pausing, stepping, choosing who goes, going back a step.
//!
//! One switch, `RunOptions::manual`, says for the run that goes on and for the next one whether
//! every operation waits to be let go.

use std::time::Instant;

use super::{Effect, order, places};
use crate::feed::Control;
use crate::text::clean;
use crate::tui::action::Seek;
use crate::tui::app::App;
use crate::tui::choosing::{self, Prospect, candidates};
use crate::tui::panel::{Moves, PanelId};
use crate::tui::run::RunView;
use crate::tui::words;

/// Operations a second at which a schedule is followed where no pace is set.
const FOLLOWED: f64 = 4.0;

/// Live and at now: the gate. Looking back, or a recording: the play head.
pub(super) fn pause(app: &mut App, now: Instant) -> Vec<Effect> {
    let run = app.runs.current.as_ref();
    if app.is_of_own_program() && run.is_some_and(|run| run.is_live() && run.is_now()) {
        app.notice = Some(app.lang.phrase("tui.own-no-pause").to_owned());
        return Vec::new();
    }
    if app.runs.stepped().is_some() {
        return manual(app);
    }
    let comparing = app.runs.comparing;
    let Some(run) = &mut app.runs.current else {
        return Vec::new();
    };
    if run.is_recording() || !run.is_now() || (comparing && run.is_over()) {
        app.runs.toggle_playing(now);
        return Vec::new();
    }
    if run.is_over() {
        return Vec::new();
    }
    run.paused = !run.paused;
    if run.paused {
        return vec![Effect::Control(Control::Pause)];
    }
    run.stepped = false;
    vec![Effect::Control(Control::Resume)]
}

/// Every operation waits to be let through by hand, from the run's first one on where it is set
/// before; or none does any more.
pub(super) fn manual(app: &mut App) -> Vec<Effect> {
    if app.is_of_own_program() {
        app.notice = Some(app.lang.phrase("tui.own-no-pause").to_owned());
        return Vec::new();
    }
    app.options.manual = !app.options.manual;
    let by_hand = app.options.manual;
    let live = app.runs.current.as_ref().is_some_and(RunView::is_live);
    let follows = choosing::way(app).is_some();
    let words = match (by_hand, live) {
        (true, true) => app.lang.phrase("tui.manual-on"),
        (true, false) => app.lang.phrase("tui.manual-next"),
        (false, _) => app.lang.phrase("tui.manual-off"),
    };
    app.notice = Some(words.to_owned());
    let Some(run) = app.runs.current.as_mut().filter(|run| run.is_live()) else {
        return Vec::new();
    };
    run.paused = by_hand;
    run.stepped = by_hand;
    if by_hand {
        run.seek(Seek::Now, None);
        app.panes.focus = PanelId::Choices;
        return vec![Effect::Control(Control::Pause)];
    }
    let pace = app.options.pace.or(follows.then_some(FOLLOWED));
    match pace {
        Some(per_second) => vec![
            Effect::Control(Control::Pace { per_second }),
            Effect::Control(Control::Resume),
        ],
        None => vec![Effect::Control(Control::Open)],
    }
}

/// Whether Enter is a step here: among the processes of a run that is stepped.
pub(super) fn takes_a_step(app: &App) -> bool {
    let selects = app.panes.focus.panel().moves() == Moves::Selection;
    selects && app.runs.stepped().is_some()
}

/// Lets one operation through, or lets it begin to wait; says why where neither can be.
pub(super) fn step_once(app: &mut App) -> Vec<Effect> {
    if app.is_of_own_program() {
        app.notice = Some(app.lang.phrase("tui.own-no-pause").to_owned());
        return Vec::new();
    }
    let Some(run) = app.runs.current.as_mut().filter(|run| run.is_live()) else {
        let key = if app.options.manual {
            "tui.step-first"
        } else {
            "tui.step-nothing"
        };
        app.notice = Some(app.lang.phrase(key).to_owned());
        return Vec::new();
    };
    let begins = !run.stepped;
    // From now on it goes step by step.
    (run.paused, run.stepped) = (true, true);
    run.seek(Seek::Now, None);
    app.options.manual = true;
    if begins {
        app.panes.focus = PanelId::Choices;
        // Nobody has announced anything yet that could be chosen from.
        let proc = app.panes.selected;
        return vec![Effect::Control(Control::Step { proc })];
    }
    let chosen = choosing::chosen(app);
    if let Some(words) = chosen.and_then(|proc| held_up(app, proc)) {
        app.notice = Some(words);
        return Vec::new();
    }
    // A schedule is followed as long as nobody else is selected.
    let proc = chosen.filter(|_| app.panes.selected.is_some() || choosing::way(app).is_none());
    vec![Effect::Control(Control::Step { proc })]
}

/// Chooses the process in this row of the choices and lets it go.
pub(super) fn choose(app: &mut App, row: usize) -> Vec<Effect> {
    if app.runs.stepped().is_none() {
        app.notice = Some(app.lang.phrase("tui.step-nothing").to_owned());
        return Vec::new();
    }
    let candidates = candidates(app.world());
    let Some(one) = row.checked_sub(1).and_then(|row| candidates.get(row)) else {
        return Vec::new();
    };
    let proc = one.process.proc;
    app.panes.selected = Some(proc);
    step_once(app)
}

/// A click among the choices marks a process; a second one lets it go.
pub(super) fn pick_choice(app: &mut App, row: u16) -> Vec<Effect> {
    let before = app.panes.selected;
    let here = app.panes.focus == PanelId::Choices;
    places::pick(app, PanelId::Choices, row);
    let again = here && before.is_some() && before == app.panes.selected;
    if again && app.runs.stepped().is_some() {
        return step_once(app);
    }
    Vec::new()
}

/// Ends the run and begins a fresh one that takes the same steps but the last; looking back, those up
/// to the moment looked at.
pub(super) fn undo(app: &mut App) -> Vec<Effect> {
    let run = app.runs.current.as_ref();
    let Some((run, (schedule, steps))) = run.zip(choosing::undone(app)) else {
        app.notice = Some(app.lang.phrase("tui.undo-nothing").to_owned());
        return Vec::new();
    };
    let (lesson, params, seed) = (
        run.header.lesson.clone(),
        run.params.clone(),
        run.header.seed,
    );
    let engine = run.header.engine.engine();
    app.options.manual = true;
    app.panes.focus = PanelId::Choices;
    let mut order = order(app, lesson, params);
    (order.options.seed, order.options.engine) = (seed, Some(engine));
    order.schedule = Some(schedule);
    order.taken = Some(steps);
    vec![Effect::Start(Box::new(order))]
}

/// Begins a run that goes the way of an outcome's witness, a step at a time.
pub(crate) fn play_witness(app: &mut App, place: usize) -> Vec<Effect> {
    let run = app.runs.current.as_ref();
    let map = run.and_then(|run| app.outcome_map(run));
    let outcome = map.and_then(|map| Some((map, map.found.outcomes.get(place)?)));
    let Some((map, outcome)) = outcome else {
        return Vec::new();
    };
    let engine = run.map(|run| run.header.engine.engine());
    let (of, witness) = (map.explored().clone(), outcome.witness.clone());
    app.options.manual = true;
    let mut order = order(app, of.lesson, of.params);
    (order.options.pipe, order.options.seed) = (of.pipe, Some(of.seed));
    order.options.engine = engine;
    order.schedule = Some(witness);
    app.panes.focus = PanelId::Choices;
    vec![Effect::Start(Box::new(order))]
}

/// Why this process can't be let through, where it can't.
fn held_up(app: &App, proc: u32) -> Option<String> {
    let world = app.world();
    let process = world.process(proc)?;
    let candidates = candidates(world);
    let one = candidates.iter().find(|one| one.process.proc == proc);
    let prospect = one.map(|one| one.prospect);
    // One that has not announced anything yet is waited for.
    let steps = prospect.is_some_and(|prospect| prospect != Prospect::Waits);
    (!steps).then(|| {
        let state = words::state(app.lang, world, process);
        let name = clean(&process.name);
        app.lang
            .tell("tui.step-held", &[("name", &name), ("state", &state)])
    })
}
