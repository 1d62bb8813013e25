//! One sentence on who waits for what, for the `end` of a deadlocked run.
//!
//! For logs and recordings, in English; the screen words it from the `World` in its own language.

use crate::model::{Object, ObjectId, Pool, Process, Stuck, Target, World};

/// Everybody who is stuck, in birth order.
pub(super) fn of_deadlock(world: &World) -> String {
    let blocked = world.blocked();
    let stuck: Vec<String> = blocked
        .stuck
        .iter()
        .map(|stuck| of_one(world, stuck))
        .collect();
    format!("all wait and none can go on: {}", stuck.join("; "))
}

fn of_one(world: &World, stuck: &Stuck) -> String {
    let pending = &stuck.pending;
    let place = pending
        .op
        .at
        .as_deref()
        .map(|at| format!(" at {at}"))
        .unwrap_or_default();
    let target = match &pending.target {
        Target::Object(key) => world.object_at(*key).map(|object| match &object.name {
            Some(name) => format!("{name} ({})", object.id),
            None => object.id.to_string(),
        }),
        Target::Task { task, .. } => Some(format!("the result of task {task}")),
        Target::Child { name, .. } => name.as_deref().map(str::to_owned),
        Target::Nothing => None,
    };
    let target = target
        .map(|target| format!(" of {target}"))
        .unwrap_or_default();
    let waiter = named(world, stuck.proc);
    format!(
        "{waiter} waits in {}{target}{place}{}",
        pending.op.op,
        holders(world, stuck)
    )
}

/// Who has it, where that says more than the target does.
fn holders(world: &World, stuck: &Stuck) -> String {
    let names: Vec<String> = stuck
        .held_by
        .iter()
        .map(|proc| named(world, *proc))
        .collect();
    let is_pool = |key| {
        world
            .object_at(key)
            .is_some_and(|object| object.pool().is_some())
    };
    match stuck.pending.target {
        Target::Child { .. } => String::new(),
        _ if names.is_empty() => String::new(),
        Target::Object(key) if is_pool(key) => {
            let workers = names.join(", ");
            format!(", whose workers are {workers}{}", lost(world, key))
        }
        _ => format!(", held by {}", names.join(", ")),
    }
}

/// The task that a pool's workers will never see the end of.
fn lost(world: &World, pool: ObjectId) -> String {
    let pool = world.object_at(pool).and_then(Object::pool);
    let task = pool.and_then(Pool::lost_task);
    let worker = task.and_then(|task| Some((task.number, task.worker?)));
    worker.map_or_else(String::new, |(task, worker)| {
        format!("; task {task} was lost with {}", named(world, worker))
    })
}

fn named(world: &World, proc: u32) -> String {
    let Some(process) = world.process(proc) else {
        return format!("process {proc}");
    };
    let ended = if process.is_alive() {
        ""
    } else {
        ", which has ended"
    };
    format!("{} ({}{ended})", name_of(process), process.pid)
}

fn name_of(process: &Process) -> &str {
    if process.name.is_empty() {
        "a process"
    } else {
        &process.name
    }
}
