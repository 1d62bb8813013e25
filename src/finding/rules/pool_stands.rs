//! Tasks wait in a pool, and no worker can take them: none is left, or one died with the queue's lock.

use crate::finding::found::Found;
use crate::finding::names::{at_place, ended, party, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::{Object, Pool, Process, Wait};
use crate::trace::{Exit, OpName};

#[derive(Debug, Default)]
pub(in crate::finding) struct PoolStands;

impl Rule for PoolStands {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for (wait, object) in still.on(&[
            OpName::ResultGet,
            OpName::ResultWait,
            OpName::Join,
            OpName::Shutdown,
        ]) {
            let Some(pool) = object.pool() else { continue };
            if object.creator != Some(wait.who.proc) && !found.explains(wait.who.proc) {
                found.hang(of_another(still, wait, object), wait);
                continue;
            }
            let busy = pool.totals.running;
            if pool.totals.waiting == 0 || busy > 0 && busy < pool.alive() as u64 {
                continue;
            }
            let finding = if busy > 0 {
                starved(still, wait, object, pool)
            } else if pool.alive() == 0 {
                without_workers(still, wait, object, pool)
            } else {
                match killed_idle(still, pool) {
                    Some(worker) => idle(still, wait, object, pool, worker),
                    None => continue,
                }
            };
            found.hang(finding, wait);
        }
    }
}

/// The pool of another process, copied by fork.
fn of_another(still: &Still<'_>, wait: &Wait, object: &Object) -> crate::finding::Finding {
    let owner = object.creator.and_then(|proc| still.world.process(proc));
    let text = Words::tell(
        "finding.pool-stands.copied",
        &[
            ("who", &party(&wait.who)),
            ("at", &at_place(wait.at.as_deref())),
            ("pool", &what(Some(object))),
            ("owner", &who(owner)),
        ],
    );
    still
        .finding("pool-stands", text, wait)
        .advice(Words::tell("finding.pool-stands.advice-copied", &[]))
        .process(owner)
        .place(object.created_at.as_deref())
}

fn without_workers(
    still: &Still<'_>,
    wait: &Wait,
    object: &Object,
    pool: &Pool,
) -> crate::finding::Finding {
    let limited = pool.workers.iter().all(|worker| {
        let exit = still.world.process(worker.proc).and_then(Process::exit);
        exit == Some(Exit::Code(0)) && worker.done > 0
    });
    let how = if limited && !pool.workers.is_empty() {
        Words::tell("finding.pool-stands.limited", &[])
    } else {
        Words::default()
    };
    let text = Words::tell(
        "finding.pool-stands.none-left",
        &[
            ("who", &party(&wait.who)),
            ("at", &at_place(wait.at.as_deref())),
            ("n", &pool.totals.waiting),
            ("pool", &what(Some(object))),
            ("workers", &pool.workers.len()),
            ("how", &how),
        ],
    );
    let mut finding = still
        .finding("pool-stands", text, wait)
        .advice(Words::tell("finding.pool-stands.advice-none-left", &[]));
    for worker in pool.workers.iter().take(4) {
        finding = finding.process(still.world.process(worker.proc));
    }
    finding
}

/// Every worker is in a task that waits.
fn starved(
    still: &Still<'_>,
    wait: &Wait,
    object: &Object,
    pool: &Pool,
) -> crate::finding::Finding {
    let text = Words::tell(
        "finding.pool-stands.starved",
        &[
            ("who", &party(&wait.who)),
            ("at", &at_place(wait.at.as_deref())),
            ("busy", &pool.totals.running),
            ("n", &pool.totals.waiting),
            ("pool", &what(Some(object))),
        ],
    );
    let mut finding = still
        .finding("pool-stands", text, wait)
        .advice(Words::tell("finding.pool-stands.advice-starved", &[]));
    for worker in pool.workers.iter().filter(|worker| worker.task.is_some()) {
        let process = still.world.process(worker.proc);
        finding = finding
            .process(process)
            .place(process.and_then(|process| process.at.as_deref()));
    }
    finding
}

/// A worker that a signal ended while it waited for a task.
fn killed_idle<'a>(still: &Still<'a>, pool: &Pool) -> Option<&'a Process> {
    let workers = pool.workers.iter().filter(|worker| !worker.alive);
    let workers = workers.filter_map(|worker| still.world.process(worker.proc));
    let mut killed = workers.filter(|worker| matches!(worker.exit(), Some(Exit::Signal(_))));
    killed.next()
}

fn idle(
    still: &Still<'_>,
    wait: &Wait,
    object: &Object,
    pool: &Pool,
    worker: &Process,
) -> crate::finding::Finding {
    let text = Words::tell(
        "finding.pool-stands.idle",
        &[
            ("who", &party(&wait.who)),
            ("at", &at_place(wait.at.as_deref())),
            ("n", &pool.totals.waiting),
            ("pool", &what(Some(object))),
            ("worker", &who(Some(worker))),
            ("ended", &ended(still.world, worker)),
        ],
    );
    still
        .finding("pool-stands", text, wait)
        .advice(Words::tell("finding.pool-stands.advice-idle", &[]))
        .process(Some(worker))
}
