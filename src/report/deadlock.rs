//! Who waits for what, in words.
//!
//! Asked of a `World` at the moment nothing could go on: afterwards the processes are ended and wait
//! for nothing any more.

use crate::model::{Blocked, Object, Pool, Process, Stuck, Target, World};
use crate::text::{Lang, clean};

/// A sentence for each process that is stuck, in birth order.
#[must_use]
pub fn waits(lang: Lang, world: &World, blocked: &Blocked) -> Vec<String> {
    let stuck = blocked.stuck.iter();
    stuck.map(|stuck| wait(lang, world, stuck)).collect()
}

fn wait(lang: Lang, world: &World, stuck: &Stuck) -> String {
    let who = named(world.process(stuck.proc));
    match &stuck.pending.target {
        Target::Child { name, pid, proc } => {
            let known = proc.and_then(|proc| world.process(proc));
            let child = known.map_or_else(
                || name.as_deref().map_or_else(|| pid_word(*pid), clean_word),
                |child| named(Some(child)),
            );
            lang.tell("deadlock.child", &[("who", &who), ("child", &child)])
        }
        Target::Task { pool, task } => {
            let pool = object_word(world.object_at(*pool));
            let worker = stuck.held_by.first().and_then(|proc| world.process(*proc));
            match worker.filter(|worker| !worker.is_alive()) {
                Some(worker) => lang.tell(
                    "deadlock.task-lost",
                    &[
                        ("who", &who),
                        ("task", task),
                        ("pool", &pool),
                        ("worker", &named(Some(worker))),
                    ],
                ),
                None => lang.tell(
                    "deadlock.task",
                    &[("who", &who), ("task", task), ("pool", &pool)],
                ),
            }
        }
        Target::Object(key) => {
            let object = world.object_at(*key);
            match object.and_then(Object::pool) {
                Some(pool) => on_pool(lang, world, pool, &who, &object_word(object)),
                None => on_object(lang, world, stuck, &who, &object_word(object)),
            }
        }
        Target::Nothing => {
            let op = stuck.pending.op.op;
            lang.tell("deadlock.operation", &[("who", &who), ("op", &op)])
        }
    }
}

/// Who joins a pool waits for its workers, and they for a task's end that will not come.
fn on_pool(lang: Lang, world: &World, pool: &Pool, who: &str, object: &str) -> String {
    let lost = pool.lost_task();
    let worker = lost.and_then(|task| world.process(task.worker?));
    match lost {
        Some(task) => lang.tell(
            "deadlock.pool-lost",
            &[
                ("who", &who),
                ("pool", &object),
                ("task", &task.number),
                ("worker", &named(worker)),
            ],
        ),
        None => lang.tell("deadlock.pool", &[("who", &who), ("pool", &object)]),
    }
}

fn on_object(lang: Lang, world: &World, stuck: &Stuck, who: &str, object: &str) -> String {
    let op = stuck.pending.op.op;
    let Some(holder) = stuck.held_by.first() else {
        return lang.tell(
            "deadlock.object",
            &[("who", &who), ("object", &object), ("op", &op)],
        );
    };
    if *holder == stuck.proc {
        return lang.tell("deadlock.itself", &[("who", &who), ("object", &object)]);
    }
    let process = world.process(*holder);
    let holder = named(process);
    if process.is_some_and(Process::is_alive) {
        lang.tell(
            "deadlock.held",
            &[("who", &who), ("object", &object), ("holder", &holder)],
        )
    } else {
        lang.tell(
            "deadlock.held-by-dead",
            &[("who", &who), ("object", &object), ("holder", &holder)],
        )
    }
}

/// `Process-3 (PID 1234)`.
fn named(process: Option<&Process>) -> String {
    process.map_or_else(
        || "?".to_owned(),
        |process| format!("{} (PID {})", clean(&process.name), process.pid),
    )
}

fn clean_word(name: &str) -> String {
    clean(name).into_owned()
}

fn pid_word(pid: Option<i32>) -> String {
    pid.map_or_else(|| "?".to_owned(), |pid| format!("PID {pid}"))
}

/// The program's name for it and its identity: `lock (RLock-1)`.
fn object_word(object: Option<&Object>) -> String {
    match object {
        Some(object) => match &object.name {
            Some(name) => format!("{} ({})", clean(name), clean(&object.id)),
            None => clean(&object.id).into_owned(),
        },
        None => "?".to_owned(),
    }
}
