//! A thread ended with an exception, and its process with 0: Python prints the traceback of a thread and
//! goes on.

use crate::finding::errors::failure;
use crate::finding::names::{at, who};
use crate::finding::rule::Rule;
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, World};
use crate::trace::Exit;

#[derive(Debug, Default)]
pub(in crate::finding) struct ThreadErrorUnseen;

impl Rule for ThreadErrorUnseen {
    fn end(&mut self, world: &World, found: &mut Found) {
        let well = |proc| world.process(proc).and_then(Process::exit) == Some(Exit::Code(0));
        if !well(0) {
            return;
        }
        for process in world.processes().filter(|process| well(process.proc)) {
            let failure = failure(world, process.proc);
            let failure = failure.filter(|failure| failure.head.starts_with(HEAD));
            let Some(failure) = failure.filter(|failure| failure.at.is_some()) else {
                continue;
            };
            let thread = failure.head.trim_start_matches(HEAD).trim_end_matches(':');
            let text = Words::tell(
                "finding.thread-error-unseen.text",
                &[
                    ("thread", &thread),
                    ("who", &who(Some(process))),
                    ("error", &failure.error),
                    ("at", &at(failure.at.as_deref())),
                ],
            );
            found.add(
                Finding::new("thread-error-unseen", Harm::Wrong, Certainty::Likely, text)
                    .advice(Words::tell("finding.thread-error-unseen.advice", &[]))
                    .event(process.start_seq)
                    .process(Some(process))
                    .place(failure.at.as_deref()),
            );
        }
    }
}

/// What Python prints before such a traceback.
const HEAD: &str = "Exception in thread ";
