//! A child ended with an error, nobody looked at its exit code, and the program ends as if all were well.

use std::collections::{BTreeMap, HashSet};

use crate::finding::names::{ended, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, Process, World};
use crate::text::clean;
use crate::trace::{Exit, OpName, Role, Stream};

/// Most children that are remembered.
const MOST: usize = 1 << 14;

#[derive(Debug, Default)]
pub(in crate::finding) struct ChildErrorUnseen {
    /// Children that an exception ended: event, error, where.
    raised: BTreeMap<u32, (u64, String, Option<String>)>,
    /// Children that ended themselves by `os._exit`.
    left: BTreeMap<u32, (u64, Option<String>)>,
    /// Where children were started, by parent and name.
    starts: BTreeMap<(u32, String), String>,
    /// Children whose exit code somebody has read.
    looked: HashSet<u32>,
    /// PIDs of those that a process of the run has killed.
    killed: HashSet<i32>,
}

impl Rule for ChildErrorUnseen {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Op(OpName::Raise),
            Watch::Op(OpName::Start),
            Watch::Op(OpName::OsFork),
            Watch::Op(OpName::ExitCode),
            Watch::Op(OpName::OsExit),
            Watch::Op(OpName::Kill),
            Watch::Op(OpName::Terminate),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, _: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        if self.raised.len()
            + self.left.len()
            + self.looked.len()
            + self.starts.len()
            + self.killed.len()
            >= MOST
        {
            return;
        }
        if let (OpName::Start | OpName::OsFork, Some(child), Some(at)) =
            (op.op, &op.args.child, &op.at)
        {
            self.starts.insert((proc, child.clone()), at.clone());
            return;
        }
        match (op.op, &op.error) {
            (OpName::Raise, Some(error)) => {
                let error = clean(error).into_owned();
                if op.args.key.as_deref() == Some("captured") {
                    // The program keeps the traceback: it may look at that.
                    self.looked.insert(proc);
                }
                self.raised.insert(proc, (event.seq, error, op.at.clone()));
            }
            (OpName::OsExit, _) => {
                self.left.insert(proc, (event.seq, op.at.clone()));
            }
            (OpName::Kill | OpName::Terminate, _) => {
                let pid = op.args.pid;
                self.killed.extend(pid);
            }
            (OpName::ExitCode, _) => {
                let child = op.args.pid.and_then(|pid| world.by_pid(pid));
                self.looked.extend(child.map(|child| child.proc));
            }
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for process in world
            .processes()
            .filter(|process| process.role == Role::Process)
        {
            // Who forks by hand learns the status where it collects the child.
            let finding = if process.name.starts_with("os.fork") {
                self.forked(world, process)
            } else {
                self.judge(world, process)
            };
            if let Some(finding) = finding {
                found.add(finding);
            }
        }
        for finding in programs(world) {
            found.add(finding);
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

/// Programs that `subprocess` started and that failed, where main ends well. Whether anybody looked at
/// `returncode` can't be seen: a hint.
fn programs(world: &World) -> Vec<Finding> {
    if world.process(0).and_then(Process::exit) != Some(Exit::Code(0)) {
        return Vec::new();
    }
    let started = world.objects().filter_map(|object| {
        let child = world.by_pid(object.popen()?.pid?)?;
        let failed = matches!(child.exit()?, Exit::Code(code) if code > 0);
        failed.then_some((object, child))
    });
    let tell = |(object, child): (&Object, &Process)| {
        let text = Words::tell(
            "finding.child-error-unseen.program",
            &[("who", &who(Some(child))), ("ended", &ended(world, child))],
        );
        let at = object.created_at.as_deref();
        told(child, Certainty::Hint, text, child.start_seq, at).advice(Words::tell(
            "finding.child-error-unseen.advice-program",
            &[],
        ))
    };
    started.map(tell).collect()
}

impl ChildErrorUnseen {
    fn started_at(&self, child: &Process) -> Option<&str> {
        let key = (child.parent?, child.name.to_string());
        self.starts.get(&key).map(String::as_str)
    }

    /// A child of `os.fork` that printed a traceback and went to the end of the program.
    fn forked(&self, world: &World, child: &Process) -> Option<Finding> {
        let well = world.process(0).and_then(Process::exit) == Some(Exit::Code(0));
        if child.exit() != Some(Exit::Code(1)) || self.left.contains_key(&child.proc) || !well {
            return None;
        }
        let mut lines = world
            .log()
            .lines_of(child.proc)
            .filter(|line| line.stream == Stream::Stderr);
        lines.find(|line| line.text().starts_with("Traceback (most recent call last)"))?;
        let last = lines.next_back()?;
        let error = clean(&last.text()).into_owned();
        let at = self.started_at(child);
        let text = error_text(child, &error, at, false);
        Some(told(child, Certainty::Likely, text, last.seq, at))
    }

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
            let at = at.as_deref().or(self.started_at(child));
            let text = error_text(child, error, at, looked);
            let kind = error.split(':').next().unwrap_or_default().to_owned();
            let same = format!("{kind} {}", at.unwrap_or_default());
            return Some(told(child, certainty, text, *seq, at).same(same));
        }
        let (seq, at) = match child.exit()? {
            Exit::Code(0) | Exit::Unknown => return None,
            Exit::Code(_) => self
                .left
                .get(&child.proc)
                .map(|(seq, at)| (*seq, at.as_deref()))?,
            // SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV: nobody ends a child by these.
            // SIGKILL that no process of the run sent is the kernel's, short of memory, as a rule.
            Exit::Signal(4 | 6 | 7 | 8 | 11) => (child.start_seq, child.at.as_deref()),
            Exit::Signal(9) if !self.killed.contains(&child.pid) && !world.was_ended(child.pid) => {
                (child.start_seq, child.at.as_deref())
            }
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
