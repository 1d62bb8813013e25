//! Results come back to a pool whose result thread has ended: a callback raised in it.

use crate::finding::errors::failure;
use crate::finding::found::Found;
use crate::finding::names::{at_place, party, what};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::Task;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct ResultThreadDied;

impl Rule for ResultThreadDied {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for (wait, object) in still.on(&[OpName::ResultGet, OpName::ResultWait, OpName::Join]) {
            let Some(pool) = object.pool() else { continue };
            let unready = |task: &&Task| {
                task.state.has_result() && task.ready.is_none() && task.ended.is_some()
            };
            let unread = pool.tasks.iter().filter(unready).count();
            let failure = failure(still.world, wait.who.proc);
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
                    ("who", &party(&wait.who)),
                    ("pool", &what(Some(object))),
                    ("error", &failure.error),
                    ("at", &at_place(place)),
                    ("n", &unread),
                ],
            );
            let finding = still
                .finding("result-thread-died", text, wait)
                .advice(Words::tell(advice, &[]))
                .lesson("pool-async")
                .place(place);
            found.hang(finding, wait);
        }
    }
}
