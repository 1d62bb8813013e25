//! Who chooses among those that can go.

use crate::model::World;
use crate::trace::Op;

/// A process at the gate that can go.
#[derive(Debug, Clone, Copy)]
pub struct Ready<'w> {
    /// Its birth number.
    pub proc: u32,
    pub op: &'w Op,
}

/// Who goes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// By birth number.
    pub proc: u32,
    /// It can't go, and is only to begin to wait.
    pub begins: bool,
}

/// Chooses the order of a gated run. Without one the processes go in turn.
pub trait Scheduler: Send + std::fmt::Debug {
    /// Who goes next; `ready` is not empty, in order of birth. `None` leaves it to
    /// the gate from now on.
    ///
    /// One that names somebody who can't go does not fit the program: the run ends.
    fn choose(&mut self, ready: &[Ready<'_>]) -> Option<Chosen>;

    /// Somebody went by hand instead, or only began to wait.
    fn went(&mut self, _proc: u32, _begins: bool) {}
}

/// Why a process that was chosen can't go, in English, for the run's last event.
pub(super) fn misfit(world: &World, proc: u32, step: u64) -> String {
    let why = match world.process(proc) {
        None => format!("there is no process {proc}"),
        Some(process) if !process.is_alive() => format!("{} has ended", process.name),
        Some(process) => match process.pending() {
            Some(pending) => {
                let op = &pending.op;
                let object = op.object.as_deref().unwrap_or_default();
                let object = world.object(object).map_or("", |object| object.label());
                let space = if object.is_empty() { "" } else { " " };
                format!(
                    "{} can't go: it waits at {}{space}{object}",
                    process.name, op.op
                )
            }
            None => format!("{} is not at the gate", process.name),
        },
    };
    format!("the schedule does not fit this program: step {step}: {why}")
}
