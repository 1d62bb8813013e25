//! What a `World` shows, in sentences of the user's language.
//!
//! Called by the headless reports and by the screen, so that both say the same. Nothing is decided
//! here. Names of the program are foreign text and are cleaned.

mod circle;

pub use circle::{Link, circle};

use crate::model::{Awaited, LostTask, Party, Thing, Wait};
use crate::text::{Lang, clean};

/// A sentence for each process that waits for what nothing can bring. `waits` is
/// `World::deadlock`, or `World::waits` for this moment.
#[must_use]
pub fn waits(lang: Lang, waits: &[Wait]) -> Vec<String> {
    waits.iter().map(|each| wait(lang, each)).collect()
}

/// The same for one of them.
#[must_use]
pub fn wait(lang: Lang, wait: &Wait) -> String {
    let who = party(Some(&wait.who));
    match &wait.target {
        Awaited::Child {
            name,
            pid,
            party: known,
        } => {
            let child = match (known, name, pid) {
                (Some(known), _, _) => party(Some(known)),
                (None, Some(name), _) => clean(name).into_owned(),
                (None, None, Some(pid)) => format!("PID {pid}"),
                (None, None, None) => "?".to_owned(),
            };
            lang.tell("deadlock.child", &[("who", &who), ("child", &child)])
        }
        Awaited::Result { task, pool } => {
            let pool = thing(pool.as_ref());
            let worker = wait.held_by.first().filter(|worker| !worker.alive);
            match worker {
                Some(worker) => lang.tell(
                    "deadlock.task-lost",
                    &[
                        ("who", &who),
                        ("task", task),
                        ("pool", &pool),
                        ("worker", &party(Some(worker))),
                    ],
                ),
                None => lang.tell(
                    "deadlock.task",
                    &[("who", &who), ("task", task), ("pool", &pool)],
                ),
            }
        }
        Awaited::Workers { pool, lost } => {
            on_workers(lang, lost.as_ref(), &who, &thing(Some(pool)))
        }
        Awaited::Object(object) => on_object(lang, wait, &who, &thing(Some(object))),
        Awaited::Nothing => lang.tell("deadlock.operation", &[("who", &who), ("op", &wait.op)]),
    }
}

/// Who joins a pool waits for its workers, and they for a task's end that will not come.
fn on_workers(lang: Lang, lost: Option<&LostTask>, who: &str, pool: &str) -> String {
    match lost {
        Some(lost) => lang.tell(
            "deadlock.pool-lost",
            &[
                ("who", &who),
                ("pool", &pool),
                ("task", &lost.task),
                ("worker", &party(lost.worker.as_ref())),
            ],
        ),
        None => lang.tell("deadlock.pool", &[("who", &who), ("pool", &pool)]),
    }
}

fn on_object(lang: Lang, wait: &Wait, who: &str, object: &str) -> String {
    let Some(holder) = wait.held_by.first() else {
        return lang.tell(
            "deadlock.object",
            &[("who", &who), ("object", &object), ("op", &wait.op)],
        );
    };
    if holder.proc == wait.who.proc {
        return lang.tell("deadlock.itself", &[("who", &who), ("object", &object)]);
    }
    let alive = holder.alive;
    let holder = party(Some(holder));
    if alive {
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
fn party(party: Option<&Party>) -> String {
    party.map_or_else(
        || "?".to_owned(),
        |party| format!("{} (PID {})", clean(&party.name), party.pid),
    )
}

/// The program's name for it and its identity: `lock (RLock-1)`.
fn thing(thing: Option<&Thing>) -> String {
    match thing {
        Some(Thing {
            id,
            name: Some(name),
        }) => format!("{} ({})", clean(name), clean(id)),
        Some(Thing { id, name: None }) => clean(id).into_owned(),
        None => "?".to_owned(),
    }
}
