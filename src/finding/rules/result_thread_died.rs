//! Results come back to a pool whose result thread has ended: a callback raised in it.

use crate::finding::errors::failure;
use crate::finding::found::Found;
use crate::finding::names::{at_place, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Pending, Target, Task};
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct ResultThreadDied;

impl Rule for ResultThreadDied {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        // By the log a result that is there could be taken: the wait itself is looked at.
        for process in still.world.processes().filter(|process| process.is_alive()) {
            let Some(pending) = process.pending().filter(|pending| waits(pending)) else {
                continue;
            };
            let key = match &pending.target {
                Target::Task { pool, .. } => Some(*pool),
                target => target.object(),
            };
            let object = key.and_then(|key| still.world.object_at(key));
            let Some((object, pool)) = object.and_then(|object| Some((object, object.pool()?)))
            else {
                continue;
            };
            let unready = |task: &&Task| {
                task.state.has_result() && task.ready.is_none() && task.ended.is_some()
            };
            let unread = pool.tasks.iter().filter(unready).count();
            let failure = failure(still.world, process.proc);
            let Some(failure) = failure.filter(|failure| failure.of_results) else {
                continue;
            };
            let place = failure.at.as_deref();
            // What is no line of the program is the unpickling of a result.
            let (key, advice) = match place {
                Some(_) => (
                    "finding.result-thread-died.text",
                    "finding.result-thread-died.advice",
                ),
                None => (
                    "finding.result-thread-died.rebuilt",
                    "finding.executor-broken.advice-rebuilt",
                ),
            };
            let text = Words::tell(
                key,
                &[
                    ("who", &who(Some(process))),
                    ("pool", &what(Some(object))),
                    ("error", &failure.error),
                    ("at", &at_place(place)),
                    ("n", &unread),
                ],
            );
            let finding = Finding::new("result-thread-died", Harm::Hang, Certainty::Certain, text)
                .advice(Words::tell(advice, &[]))
                .lesson("pool-async")
                .event(pending.since_seq)
                .process(Some(process))
                .object(Some(object))
                .place(pending.op.at.as_deref())
                .place(place)
                .same(&*object.id);
            found.hang_of(finding, process.proc);
        }
    }
}

fn waits(pending: &Pending) -> bool {
    let ops = [OpName::ResultGet, OpName::ResultWait, OpName::Join];
    ops.contains(&pending.op.op) && pending.timeout.is_none()
}
