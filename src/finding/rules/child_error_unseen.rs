//! A child ended with an error, nobody looked at its exit code, and the program ends as if all were well.

use std::collections::{BTreeMap, HashSet};

use crate::finding::names::{ended, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, World};
use crate::text::clean;
use crate::trace::{Exit, OpName, Role};

/// Most children that are remembered.
const MOST: usize = 1 << 14;

#[derive(Debug, Default)]
pub(in crate::finding) struct ChildErrorUnseen {
    /// Children that an exception ended: event, error, where.
    raised: BTreeMap<u32, (u64, String, Option<String>)>,
    /// Children that ended themselves by `os._exit`.
    left: BTreeMap<u32, (u64, Option<String>)>,
    /// Children whose exit code somebody has read.
    looked: HashSet<u32>,
}

impl Rule for ChildErrorUnseen {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Op(OpName::Raise),
            Watch::Op(OpName::ExitCode),
            Watch::Op(OpName::OsExit),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, _: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        if self.raised.len() + self.left.len() + self.looked.len() >= MOST {
            return;
        }
        match (op.op, &op.error) {
            (OpName::Raise, Some(error)) => {
                let error = clean(error).into_owned();
                self.raised.insert(proc, (event.seq, error, op.at.clone()));
            }
            (OpName::OsExit, _) => {
                self.left.insert(proc, (event.seq, op.at.clone()));
            }
            (OpName::ExitCode, _) => {
                let child = op.args.pid.and_then(|pid| world.by_pid(pid));
                self.looked.extend(child.map(|child| child.proc));
            }
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        // Who forks by hand learns the status where it collects the child.
        let is_child = |process: &&Process| {
            process.role == Role::Process && !process.name.starts_with("os.fork")
        };
        for process in world.processes().filter(is_child) {
            if let Some(finding) = self.judge(world, process) {
                found.add(finding);
            }
        }
    }
}

/// Errors that a rule of their own explains.
fn is_explained(error: &str) -> bool {
    ["KeyboardInterrupt", "EOFError: EOF when reading a line"]
        .iter()
        .any(|start| error.starts_with(start))
        || ["daemonic processes are not allowed", "SemLock created in a"]
            .iter()
            .any(|words| error.contains(words))
}

impl ChildErrorUnseen {
    fn judge(&self, world: &World, child: &Process) -> Option<Finding> {
        let looked = self.looked.contains(&child.proc);
        let well = world.process(0).and_then(Process::exit) == Some(Exit::Code(0));
        let sure = |certainty| {
            if well && !looked {
                certainty
            } else {
                Certainty::Hint
            }
        };
        if let Some((seq, error, at)) = self.raised.get(&child.proc) {
            let on_purpose = error.starts_with("SystemExit");
            if is_explained(error) || on_purpose && looked {
                return None;
            }
            let certainty = sure(if on_purpose {
                Certainty::Likely
            } else {
                Certainty::Certain
            });
            let text = error_text(child, error, at.as_deref(), looked);
            let kind = error.split(':').next().unwrap_or_default().to_owned();
            let same = format!("{kind} {}", at.as_deref().unwrap_or_default());
            return Some(told(child, certainty, text, *seq, at.as_deref()).same(same));
        }
        let (seq, at) = match child.exit()? {
            Exit::Code(0) | Exit::Unknown => return None,
            Exit::Code(_) => self
                .left
                .get(&child.proc)
                .map(|(seq, at)| (*seq, at.as_deref()))?,
            // SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV: nobody ends a child by these.
            Exit::Signal(4 | 6 | 7 | 8 | 11) => (child.start_seq, child.at.as_deref()),
            Exit::Signal(_) => return None,
        };
        if looked {
            return None;
        }
        let text = Words::tell(
            "finding.child-error-unseen.ended",
            &[("who", &who(Some(child))), ("ended", &ended(world, child))],
        );
        let same = format!("{:?} {}", child.exit(), at.unwrap_or_default());
        Some(told(child, sure(Certainty::Likely), text, seq, at).same(same))
    }
}

fn error_text(child: &Process, error: &str, at: Option<&str>, looked: bool) -> Words {
    let (who, at) = (who(Some(child)), clean(at.unwrap_or("?")).into_owned());
    if looked {
        return Words::tell(
            "finding.child-error-unseen.looked",
            &[("who", &who), ("error", &error), ("at", &at)],
        );
    }
    Words::tell(
        "finding.child-error-unseen.text",
        &[("who", &who), ("error", &error), ("at", &at)],
    )
}

fn told(child: &Process, certainty: Certainty, text: Words, seq: u64, at: Option<&str>) -> Finding {
    Finding::new("child-error-unseen", Harm::Wrong, certainty, text)
        .advice(Words::tell("finding.child-error-unseen.advice", &[]))
        .lesson("create-process")
        .event(seq)
        .process(Some(child))
        .place(at)
}
