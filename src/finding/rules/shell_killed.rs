//! A shell is killed, but the program that it started goes on and holds the pipe: `communicate()` waits for
//! that one.

use crate::finding::names::{label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{State, World};
use crate::text::seconds;
use crate::trace::{Event, Op, OpName};

/// Waits that are shorter are nobody's trouble, in ns.
const LONG: i64 = 300_000_000;

#[derive(Debug, Default)]
pub(in crate::finding) struct ShellKilled;

impl Rule for ShellKilled {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::Communicate)]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        if let Some(finding) = event.kind.op().and_then(|op| judge(world, event, op)) {
            found.add(finding);
        }
    }
}

fn judge(world: &World, event: &Event, op: &Op) -> Option<Finding> {
    let object = world.object(op.object.as_deref()?)?;
    let shell = world.by_pid(object.popen()?.pid?)?;
    let State::Exited { t: ended, .. } = shell.state else {
        return None;
    };
    let began = op.t0.unwrap_or(ended).max(ended);
    let waited = event.t.saturating_sub(began);
    let holds = world.processes().find(|process| {
        process.parent == Some(shell.proc)
            && match process.state {
                State::Exited { t, .. } => t.saturating_sub(began) >= LONG,
                _ => true,
            }
    })?;
    if waited < LONG {
        return None;
    }
    let text = Words::tell(
        "finding.shell-killed.text",
        &[
            ("shell", &who(Some(shell))),
            ("popen", &label(object)),
            ("child", &who(Some(holds))),
            ("seconds", &seconds(waited)),
        ],
    );
    let finding = Finding::new("shell-killed", Harm::Waste, Certainty::Likely, text)
        .advice(Words::tell("finding.shell-killed.advice", &[]))
        .event(event.seq)
        .object(Some(object))
        .process(Some(shell))
        .process(Some(holds))
        .place(op.at.as_deref());
    Some(finding)
}
