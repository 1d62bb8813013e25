//! Workers of a pool that all end before they take a task: their initializer fails, and the pool starts
//! new ones for ever.

use crate::finding::found::Found;
use crate::finding::names::{ended, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Object, Pool, Process, World};
use crate::trace::Exit;

#[derive(Debug, Default)]
pub(in crate::finding) struct WorkerCannotStart;

impl Rule for WorkerCannotStart {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for object in still.world.objects() {
            let Some(pool) = object.pool() else { continue };
            if let Some((failed, last)) = failed(still.world, pool) {
                let finding = told(still.world, object, failed, last);
                let owner = object.creator.unwrap_or(0);
                found.hang_of(finding, owner);
            }
        }
    }
}

/// Workers that ended with an error and without a task; none where a worker ever ended one.
fn failed<'a>(world: &'a World, pool: &Pool) -> Option<(usize, &'a Process)> {
    if pool.workers.iter().any(|worker| worker.done > 0) || pool.totals.waiting == 0 {
        return None;
    }
    let dead = pool.workers.iter().filter(|worker| !worker.alive);
    let dead = dead.filter_map(|worker| world.process(worker.proc));
    let failed: Vec<&Process> = dead
        .filter(|worker| matches!(worker.exit(), Some(Exit::Code(code)) if code != 0))
        .collect();
    let many = failed.len() as u64 > pool.size.max(1);
    Some((failed.len(), *failed.last()?)).filter(|_| many)
}

fn told(world: &World, object: &Object, failed: usize, last: &Process) -> Finding {
    let owner = object.creator.and_then(|owner| world.process(owner));
    let failure = crate::finding::errors::failure(world, last.proc);
    let text = Words::tell(
        "finding.worker-cannot-start.text",
        &[
            ("n", &failed),
            ("pool", &what(Some(object))),
            ("worker", &who(Some(last))),
            ("ended", &ended(world, last)),
        ],
    );
    Finding::new("worker-cannot-start", Harm::Hang, Certainty::Certain, text)
        .advice(Words::tell("finding.worker-cannot-start.advice", &[]))
        .lesson("pool-async")
        .event(last.start_seq)
        .process(owner)
        .process(Some(last))
        .object(Some(object))
        .place(object.created_at.as_deref())
        .place(failure.and_then(|failure| failure.at).as_deref())
        .same(&*object.id)
}
