//! Children that have nothing to do or never get to it: a `Process` without a target (`target=work()`),
//! workers of a pool that an exception ends before they take a task, a daemon that main ends in the middle
//! of its work, and tasks that a pool runs one by one.

use std::collections::BTreeMap;

use crate::finding::names::{label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, Process, State, World};
use crate::text::{clean, seconds};
use crate::trace::{Event, Exit, Kind, Op, OpName, Role};

const MOST: usize = 1024;
const SIGTERM: i32 = 15;
/// Fewer tasks are no pattern, and less work, in ns, is not worth a pool.
const FEWEST: usize = 4;
const WORK: i64 = 100_000_000;

#[derive(Debug, Default)]
pub(in crate::finding) struct NoWork {
    /// Where children were started, by parent and name.
    starts: BTreeMap<(u32, String), String>,
}

impl Rule for NoWork {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Op(OpName::Start),
            Watch::Op(OpName::Raise),
            Watch::Exit,
        ]
    }

    fn before(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        if let (Kind::ProcessExit(Exit::Signal(SIGTERM)), Some(proc)) = (&event.kind, event.proc)
            && let Some(finding) = self.cut_short(world, event, proc)
        {
            found.add(finding);
        }
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        if let (OpName::Start, Some(child), Some(at)) = (op.op, &op.args.child, &op.at)
            && self.starts.len() < MOST
        {
            self.starts.insert((proc, child.clone()), at.clone());
        }
        let process = world.process(proc);
        let finding = match op.op {
            OpName::Start => nothing_to_do(process, op),
            OpName::Raise => worker_died(world, process, op),
            _ => None,
        };
        if let Some(finding) = finding {
            found.add(
                finding
                    .event(event.seq)
                    .process(process)
                    .place(op.at.as_deref()),
            );
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for object in world.objects() {
            if let Some(finding) = one_by_one(world, object) {
                found.add(finding);
            }
        }
    }
}

/// A child of a class of CPython's own without a target: its `run` does nothing.
fn nothing_to_do(process: Option<&Process>, op: &Op) -> Option<Finding> {
    let of_cpython = [
        "Process.run",
        "ForkProcess.run",
        "SpawnProcess.run",
        "ForkServerProcess.run",
    ];
    let func = op
        .args
        .func
        .as_deref()
        .filter(|func| of_cpython.contains(func))?;
    let child = clean(op.args.child.as_deref().unwrap_or(func)).into_owned();
    let text = Words::tell(
        "finding.nothing-to-do.text",
        &[("who", &who(process)), ("child", &child)],
    );
    let finding = Finding::new("nothing-to-do", Harm::Wrong, Certainty::Hint, text)
        .advice(Words::tell("finding.nothing-to-do.advice", &[]))
        .lesson("create-process");
    Some(finding)
}

/// The exception of a task goes to whoever asks for its result; what ends a worker comes from elsewhere.
fn worker_died(world: &World, process: Option<&Process>, op: &Op) -> Option<Finding> {
    let worker = process.filter(|process| process.role == Role::Worker)?;
    let error = op
        .error
        .as_deref()
        .filter(|error| !error.starts_with("KeyboardInterrupt"))?;
    let pool = worker.pool.and_then(|pool| world.object_at(pool));
    let name = pool.map_or_else(|| "?".to_owned(), label);
    let kind = error.split(':').next().unwrap_or_default().to_owned();
    let text = Words::tell(
        "finding.worker-died.text",
        &[
            ("who", &who(process)),
            ("pool", &name),
            ("error", &clean(error)),
        ],
    );
    let finding = Finding::new("worker-died", Harm::Wrong, Certainty::Certain, text)
        .advice(Words::tell("finding.worker-died.advice", &[]))
        .object(pool)
        .same(format!("{name} {kind}"));
    Some(finding)
}

impl NoWork {
    /// Main has come to its end and ends a daemon that computes, sleeps or prints.
    fn cut_short(&self, world: &World, event: &Event, proc: u32) -> Option<Finding> {
        let daemon = world.process(proc)?;
        let works = matches!(daemon.state, State::Running | State::Sleeping { .. });
        let main = daemon.parent?;
        if !daemon.daemon || daemon.role != Role::Process || !works {
            return None;
        }
        let at = self.starts.get(&(main, daemon.name.to_string()));
        let text = Words::tell(
            "finding.daemon-cut-short.text",
            &[
                ("who", &who(Some(daemon))),
                ("main", &who(world.process(main))),
            ],
        );
        let finding = Finding::new("daemon-cut-short", Harm::Wrong, Certainty::Hint, text)
            .advice(Words::tell("finding.daemon-cut-short.advice", &[]))
            .lesson("create-process")
            .event(event.seq)
            .process(Some(daemon))
            .place(at.map(String::as_str));
        Some(finding)
    }
}

/// Several workers, and never two tasks at the same time: each result was waited for before the next task.
fn one_by_one(world: &World, object: &Object) -> Option<Finding> {
    let pool = object.pool()?;
    if pool.size < 2 || pool.most_busy != 1 || pool.tasks.len() < FEWEST {
        return None;
    }
    let worked: i64 = pool
        .tasks
        .iter()
        .filter_map(|task| Some(task.ended?.1.saturating_sub(task.started?.1)))
        .fold(0, i64::saturating_add);
    let first = pool.tasks.iter().next().filter(|_| worked >= WORK)?;
    let text = Words::tell(
        "finding.tasks-one-by-one.text",
        &[
            ("n", &pool.tasks.len()),
            ("pool", &label(object)),
            ("seconds", &seconds(worked)),
        ],
    );
    let finding = Finding::new("tasks-one-by-one", Harm::Waste, Certainty::Hint, text)
        .advice(Words::tell("finding.tasks-one-by-one.advice", &[]))
        .lesson("pool-blocking")
        .event(first.submitted.0)
        .object(Some(object))
        .process(world.process(first.by))
        .place(pool.submitted_at(first.number));
    Some(finding)
}
