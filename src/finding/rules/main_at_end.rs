//! Main has come to its end and waits for a child that is no daemon and goes on: the run had to be ended.

use crate::finding::errors::failure;
use crate::finding::names::{at, who};
use crate::finding::rule::Rule;
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, World};
use crate::text::seconds;
use crate::trace::OpName;

/// So long main must have waited, in ns.
const LONG: i64 = 2_000_000_000;

#[derive(Debug, Default)]
pub(in crate::finding) struct MainAtEnd;

impl Rule for MainAtEnd {
    fn end(&mut self, world: &World, found: &mut Found) {
        if !found.has_hangs()
            && let Some(finding) = judge(world)
        {
            found.add(finding);
        }
    }
}

fn judge(world: &World) -> Option<Finding> {
    let main = world.process(0)?;
    let note = world.end()?;
    let wait = main.pending().or(main.ended_in.as_ref())?;
    // A join on no line of the program is the one at the end of every main process.
    let at_end = wait.op.op == OpName::Join && wait.op.at.is_none();
    if !at_end || !note.end.ended.contains(&main.pid) || note.t - wait.since < LONG {
        return None;
    }
    let child = world.by_pid(wait.op.args.pid?)?;
    let failed = failure(world, main.proc).filter(|failure| failure.head.is_empty());
    let waited = seconds(note.t - wait.since);
    let (main_is, child_is) = (who(Some(main)), who(Some(child)));
    let last = at(child.at.as_deref());
    let site = failed.as_ref().and_then(|failure| failure.at.as_deref());
    let (certainty, text) = match &failed {
        Some(failure) => (
            Certainty::Likely,
            Words::tell(
                "finding.main-at-end.failed",
                &[
                    ("who", &main_is),
                    ("error", &failure.error),
                    ("at", &at(site)),
                    ("seconds", &waited),
                    ("child", &child_is),
                    ("last", &last),
                ],
            ),
        ),
        None => (
            Certainty::Hint,
            Words::tell(
                "finding.main-at-end.text",
                &[
                    ("who", &main_is),
                    ("seconds", &waited),
                    ("child", &child_is),
                    ("last", &last),
                ],
            ),
        ),
    };
    Some(told(main, child, certainty, text, wait.since_seq).place(site))
}

fn told(main: &Process, child: &Process, certainty: Certainty, text: Words, seq: u64) -> Finding {
    Finding::new("main-at-end", Harm::Hang, certainty, text)
        .advice(Words::tell("finding.main-at-end.advice", &[]))
        .lesson("create-process")
        .event(seq)
        .process(Some(main))
        .process(Some(child))
        .place(child.at.as_deref())
}
