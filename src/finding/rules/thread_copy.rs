//! A process waits for its own copy of a thing between threads: a `queue.Queue` or a `threading.Event` of
//! its parent. What other processes do with theirs never reaches it.

use crate::finding::Finding;
use crate::finding::found::Found;
use crate::finding::names::{at_place, copied, waiter, what_of, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::{Object, Wait};
use crate::text::clean;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct ThreadCopy;

impl Rule for ThreadCopy {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for (wait, object) in still.on(&[OpName::Wait, OpName::QueueGet, OpName::QueueJoin]) {
            if let Some(original) = copied(still.world, object).filter(|_| is_untouched(object)) {
                found.hang(told(still, wait, object, original), wait);
            }
        }
    }
}

/// No thread of this process has done what the wait is for.
fn is_untouched(object: &Object) -> bool {
    let set = object.flag().is_some_and(|flag| flag.set_by.is_some());
    let put = object
        .queue()
        .is_some_and(|queue| !queue.putters.is_empty());
    let heard = object
        .condition()
        .is_some_and(|condition| condition.unheard.is_some());
    !set && !put && !heard
}

fn told(still: &Still<'_>, wait: &Wait, object: &Object, original: &Object) -> Finding {
    let maker = original.creator.and_then(|proc| still.world.process(proc));
    let text = Words::tell(
        "finding.thread-copy.text",
        &[
            ("who", &waiter(still.world, wait)),
            ("at", &at_place(wait.at.as_deref())),
            ("object", &what_of(still.world, Some(object))),
            ("class", &clean(&object.class)),
            ("maker", &who(maker)),
        ],
    );
    still
        .finding("thread-copy", text, wait)
        .advice(Words::tell("finding.thread-copy.advice", &[]))
        .lesson("no-sharing")
        .process(maker)
        .object(Some(original))
        .place(original.created_at.as_deref())
        .same(&*original.id)
}
