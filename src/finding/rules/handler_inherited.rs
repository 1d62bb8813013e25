//! A forked child that has its parent's handler of a signal, or its wakeup descriptor: `terminate()` doesn't
//! end it, or the parent hears of a signal that was the child's.

use std::collections::BTreeMap;

use crate::finding::names::who;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, State, World};
use crate::text::clean;
use crate::trace::{Event, Exit, Kind, Op, OpName, StartMethod};

const MOST: usize = 4096;
const SIGKILL: i32 = 9;
const SIGTERM: i64 = 15;
/// Who goes on so long after `terminate()` was not ended by it, in ns.
const LONG: i64 = 500_000_000;

#[derive(Debug, Default)]
pub(in crate::finding) struct HandlerInherited {
    processes: BTreeMap<u32, Signals>,
    /// `terminate()` of a child: when, and by which event.
    terminated: BTreeMap<u32, (i64, u64, Option<String>)>,
}

/// What a process does about SIGTERM.
#[derive(Debug, Clone, Default)]
struct Signals {
    handler: Option<(String, Option<String>)>,
    wakeup: bool,
    /// It has both from its parent.
    inherited: bool,
}

impl Rule for HandlerInherited {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Start,
            Watch::Op(OpName::Signal),
            Watch::Op(OpName::SetWakeupFd),
            Watch::Op(OpName::Terminate),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let Some(proc) = event.proc else { return };
        match &event.kind {
            Kind::ProcessStart(start) => self.starts(world, proc, start.method),
            Kind::Op(op) | Kind::OpEnd(op) => self.operation(world, event, op, proc, found),
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (child, (t, seq, at)) in &self.terminated {
            let Some(process) = world.process(*child) else {
                continue;
            };
            let Some(Signals {
                handler: Some((func, set_at)),
                inherited: true,
                ..
            }) = self.processes.get(child)
            else {
                continue;
            };
            let over = match process.state {
                State::Exited { t, .. } => t,
                _ => i64::MAX,
            };
            let killed = process.exit() == Some(Exit::Signal(SIGKILL));
            if !killed && over.saturating_sub(*t) < LONG {
                continue;
            }
            let certainty = if killed {
                Certainty::Certain
            } else {
                Certainty::Likely
            };
            found.add(
                deaf(world, process, func, certainty)
                    .event(*seq)
                    .place(at.as_deref())
                    .place(set_at.as_deref()),
            );
        }
    }
}

impl HandlerInherited {
    fn starts(&mut self, world: &World, proc: u32, method: StartMethod) {
        let parent = world.process(proc).and_then(|process| process.parent);
        if method != StartMethod::Fork || self.processes.len() >= MOST {
            return;
        }
        if let Some(signals) = parent
            .and_then(|parent| self.processes.get(&parent))
            .cloned()
        {
            let inherited = Signals {
                inherited: true,
                ..signals
            };
            self.processes.entry(proc).or_insert(inherited);
        }
    }

    fn operation(&mut self, world: &World, event: &Event, op: &Op, proc: u32, found: &mut Found) {
        match op.op {
            OpName::Signal if op.args.n == Some(SIGTERM) && op.error.is_none() => {
                let func = op.args.func.as_deref().unwrap_or_default();
                let own = !func.contains("SIG_DFL") && !func.contains("SIG_IGN");
                let signals = self.processes.entry(proc).or_default();
                signals.handler = own.then(|| (func.to_owned(), op.at.clone()));
                signals.inherited = false;
            }
            OpName::SetWakeupFd if op.error.is_none() => {
                let signals = self.processes.entry(proc).or_default();
                signals.wakeup = op.args.index.is_some_and(|number| number >= 0);
                if !signals.wakeup {
                    signals.inherited = false;
                }
            }
            OpName::Terminate => {
                let Some(child) = op.args.pid.and_then(|pid| world.by_pid(pid)) else {
                    return;
                };
                let Some(signals) = self.processes.get(&child.proc) else {
                    return;
                };
                if signals.inherited && signals.wakeup {
                    found.add(heard(world, child).event(event.seq).place(op.at.as_deref()));
                } else if signals.inherited
                    && signals.handler.is_some()
                    && self.terminated.len() < MOST
                {
                    let known = (event.t, event.seq, op.at.clone());
                    self.terminated.entry(child.proc).or_insert(known);
                }
            }
            _ => {}
        }
    }
}

fn deaf(world: &World, child: &Process, func: &str, certainty: Certainty) -> Finding {
    let parent = world.process(child.parent.unwrap_or(0));
    let text = Words::tell(
        "finding.handler-inherited.text",
        &[
            ("child", &who(Some(child))),
            ("func", &clean(func)),
            ("parent", &who(parent)),
        ],
    );
    Finding::new("handler-inherited", Harm::Wrong, certainty, text)
        .advice(Words::tell("finding.handler-inherited.advice", &[]))
        .process(Some(child))
        .process(parent)
}

fn heard(world: &World, child: &Process) -> Finding {
    let parent = world.process(child.parent.unwrap_or(0));
    let text = Words::tell(
        "finding.wakeup-shared.text",
        &[("child", &who(Some(child))), ("parent", &who(parent))],
    );
    Finding::new("wakeup-shared", Harm::Wrong, Certainty::Hint, text)
        .advice(Words::tell("finding.wakeup-shared.advice", &[]))
        .process(Some(child))
        .process(parent)
}
