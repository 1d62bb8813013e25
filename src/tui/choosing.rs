//! Choosing who goes next: what each process could do, whom the next step lets go, the schedule that
//! is followed.
//!
//! Read from the World alone. The gate decides the same way, and has the last word.

use super::app::App;
use super::panel::started_order;
use super::words;
use crate::lesson::schedule::Schedule;
use crate::model::{Pending, Process, State, World};
use crate::trace::OpName;

/// A process that has not ended, and what a step would do to it.
pub(crate) struct Candidate<'w> {
    pub(crate) process: &'w Process,
    pub(crate) prospect: Prospect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prospect {
    /// It does its operation.
    Goes,
    /// Its sleep is over at once: time under the gate is virtual.
    Wakes,
    /// Its operation ends with its timeout.
    TimesOut,
    /// It can't go, and begins to wait.
    BeginsToWait,
    /// It waits, and can't go yet.
    Waits,
    /// It is on its way to its next operation.
    Busy,
}

impl Prospect {
    fn of(world: &World, process: &Process) -> Option<Prospect> {
        let of = |pending: &Pending, begun: bool| match pending.op.op {
            OpName::Sleep => Prospect::Wakes,
            _ if world.enabled(process.proc, &pending.op) => Prospect::Goes,
            _ if pending.timeout.is_some() => Prospect::TimesOut,
            _ if begun => Prospect::Waits,
            _ => Prospect::BeginsToWait,
        };
        match &process.state {
            State::AtGate(pending) => Some(of(pending, false)),
            State::Waiting(pending) => Some(of(pending, true)),
            State::Running if words::is_idle(world, process) => None,
            State::Running | State::Sleeping { .. } => Some(Prospect::Busy),
            State::Exited { .. } => None,
        }
    }

    /// Whether a step changes anything.
    pub(crate) fn takes_a_step(self) -> bool {
        !matches!(self, Prospect::Waits | Prospect::Busy)
    }
}

/// Everybody who has not ended and does something of his own, in the order of start.
pub(crate) fn candidates(world: &World) -> Vec<Candidate<'_>> {
    let unfinished = started_order(world).into_iter();
    unfinished
        .filter(|process| !process.is_service())
        .filter_map(|process| {
            let prospect = Prospect::of(world, process)?;
            Some(Candidate { process, prospect })
        })
        .collect()
}

/// Whom the next step lets go: who is selected, who stands in the schedule that is followed, else the
/// next in turn.
pub(crate) fn chosen(app: &App) -> Option<u32> {
    let world = app.runs.stepped()?.world();
    let candidates = candidates(world);
    let known = |proc: u32| candidates.iter().any(|one| one.process.proc == proc);
    if let Some(proc) = app.panes.selected.filter(|proc| known(*proc)) {
        return Some(proc);
    }
    if let Some(way) = way(app) {
        return Some(way.next).filter(|proc| known(*proc));
    }
    let goes = |one: &&Candidate<'_>| one.prospect == Prospect::Goes;
    let last = world.turns().last();
    let proc = |one: &Candidate<'_>| one.process.proc;
    let able = || candidates.iter().filter(goes).map(proc);
    let next = able().filter(|proc| Some(*proc) > last).min();
    let wakes = || {
        candidates
            .iter()
            .find(|one| one.prospect == Prospect::Wakes)
    };
    next.or_else(|| able().min()).or_else(|| wakes().map(proc))
}

/// A schedule that is followed.
pub(crate) struct Way {
    /// Steps taken, of how many.
    pub(crate) done: usize,
    pub(crate) of: usize,
    /// Who takes the next one.
    pub(crate) next: u32,
}

/// How far the run has followed the schedule it was begun with; `None` once that was left or is over.
pub(crate) fn way(app: &App) -> Option<Way> {
    let run = app.runs.current.as_ref()?;
    let guide = run.guide.as_ref()?;
    let (procs, _) = run.whole().turns().all()?;
    let next = *guide.steps.get(procs.len())?;
    guide.steps.starts_with(&procs).then_some(Way {
        done: procs.len(),
        of: guide.steps.len(),
        next,
    })
}

/// The schedule of the run up to the moment looked at; `None` where its gate was open.
pub(crate) fn schedule(app: &App) -> Option<Schedule> {
    let run = app.runs.current.as_ref().filter(|run| run.is_scheduled)?;
    let lesson = app.course.lesson_of(&run.header.lesson)?;
    let (steps, begins) = run.world().turns().all()?;
    let parameters = &lesson.manifest.parameters;
    Some(Schedule {
        steps,
        begins,
        ..Schedule::of(lesson.slug(), parameters, &run.params)
    })
}

/// The schedule of a fresh run to the step before, or to the moment looked back on, and how many steps
/// that is; a schedule that is followed is followed on.
pub(crate) fn undone(app: &App) -> Option<(Schedule, usize)> {
    let run = app.runs.current.as_ref()?;
    let schedule = schedule(app)?;
    let steps = schedule.steps.len();
    let kept = if run.is_now() {
        steps.checked_sub(1)?
    } else {
        steps
    };
    let guide = run.guide.clone().filter(|_| way(app).is_some());
    Some((guide.unwrap_or_else(|| schedule.cut(kept)), kept))
}
