//! Who waits for what in one English sentence: the `detail` of a recording's deadlock.
//!
//! Part of format 1, for readers that know no `World`. Whoever has a `World` words its
//! `World::deadlock` by `explain` instead.

use crate::model::{Awaited, LostTask, Party, Thing, Wait};

/// Everybody who is stuck, in birth order.
pub(super) fn of_deadlock(waits: &[Wait]) -> String {
    let stuck: Vec<String> = waits.iter().map(of_one).collect();
    format!("all wait and none can go on: {}", stuck.join("; "))
}

fn of_one(wait: &Wait) -> String {
    let place = wait.at.as_deref();
    let place = place.map_or_else(String::new, |at| format!(" at {at}"));
    let target = match &wait.target {
        Awaited::Object(thing) | Awaited::Workers { pool: thing, .. } => Some(of_thing(thing)),
        Awaited::Result { task, .. } => Some(format!("the result of task {task}")),
        Awaited::Child { name, .. } => name.as_deref().map(str::to_owned),
        Awaited::Nothing => None,
    };
    let target = target.map_or_else(String::new, |target| format!(" of {target}"));
    let waiter = of_party(&wait.who);
    format!(
        "{waiter} waits in {}{target}{place}{}",
        wait.op,
        holders(wait)
    )
}

/// Who has it, where that says more than the target does.
fn holders(wait: &Wait) -> String {
    let names: Vec<String> = wait.held_by.iter().map(of_party).collect();
    let names = names.join(", ");
    match &wait.target {
        Awaited::Child { .. } => String::new(),
        _ if names.is_empty() => String::new(),
        Awaited::Workers { lost, .. } => {
            format!(", whose workers are {names}{}", of_lost(lost.as_ref()))
        }
        _ => format!(", held by {names}"),
    }
}

/// The task that a pool's workers will never see the end of.
fn of_lost(lost: Option<&LostTask>) -> String {
    let worker = lost.and_then(|lost| Some((lost.task, lost.worker.as_ref()?)));
    worker.map_or_else(String::new, |(task, worker)| {
        format!("; task {task} was lost with {}", of_party(worker))
    })
}

fn of_thing(thing: &Thing) -> String {
    match &thing.name {
        Some(name) => format!("{name} ({})", thing.id),
        None => thing.id.to_string(),
    }
}

fn of_party(party: &Party) -> String {
    let name = if party.name.is_empty() {
        "a process"
    } else {
        &party.name
    };
    let ended = if party.alive { "" } else { ", which has ended" };
    format!("{name} ({}{ended})", party.pid)
}
