//! An executor that broke: a worker was killed, or the exception of a task could not be rebuilt in the
//! process that asked for it. And one that is left only when a task has ended that nobody waits for any more.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::errors::failure;
use crate::finding::names::{at, ended, label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, Process, World};
use crate::text::{clean, seconds};
use crate::trace::{Event, Exit, Op, OpName};

const MOST: usize = 1024;
/// So long somebody must have waited in vain, in ns.
const LONG: i64 = 300_000_000;

#[derive(Debug, Default)]
pub(in crate::finding) struct ExecutorBroken {
    broken: BTreeMap<String, Broken>,
    /// Tasks that somebody gave up waiting for: executor, task, where.
    given_up: BTreeMap<(String, u64), (u64, Option<String>)>,
}

#[derive(Debug, Default)]
struct Broken {
    tasks: BTreeSet<u64>,
    cause: Option<String>,
    seq: u64,
}

impl Rule for ExecutorBroken {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Op(OpName::ResultReady),
            Watch::Op(OpName::ResultGet),
            Watch::Op(OpName::Shutdown),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let Some(op) = event.kind.op() else { return };
        let Some(id) = &op.object else { return };
        if op.op == OpName::Shutdown {
            if let Some(finding) = self.left(world, event, op, id) {
                found.add(finding);
            }
            return;
        }
        let Some(task) = op.args.task else { return };
        match op.error.as_deref() {
            Some(error) if error.contains("BrokenProcessPool") => {
                self.broke(id, task, op, event.seq);
            }
            Some(error) if error.contains("TimeoutError") && self.given_up.len() < MOST => {
                self.given_up
                    .insert((id.clone(), task), (event.seq, op.at.clone()));
            }
            None if op.op == OpName::ResultGet && !self.given_up.is_empty() => {
                self.given_up.remove(&(id.clone(), task));
            }
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (id, broken) in &self.broken {
            let Some(object) = world.object(id) else {
                continue;
            };
            found.add(judge(world, object, broken));
        }
    }
}

impl ExecutorBroken {
    fn broke(&mut self, id: &str, task: u64, op: &Op, seq: u64) {
        if self.broken.len() >= MOST && !self.broken.contains_key(id) {
            return;
        }
        let broken = self.broken.entry(id.to_owned()).or_default();
        if broken.tasks.len() < MOST {
            broken.tasks.insert(task);
        }
        if broken.cause.is_none() {
            broken.cause.clone_from(&op.args.value);
            broken.seq = seq;
        }
    }

    /// The `with` block was left; did that wait for a task that was given up?
    fn left(&self, world: &World, event: &Event, op: &Op, id: &str) -> Option<Finding> {
        let object = world.object(id)?;
        let pool = object.pool()?;
        let began = op.t0?;
        let ((_, number), (seq, at)) = self.given_up.iter().find(|((of, number), _)| {
            let ended = pool.tasks.get(*number).and_then(|task| task.ended);
            of == id && ended.is_some_and(|(_, t)| t - began >= LONG)
        })?;
        let task = pool.tasks.get(*number)?;
        let text = Words::tell(
            "finding.executor-waits.text",
            &[
                ("task", number),
                ("func", &clean(task.func.as_deref().unwrap_or("?"))),
                ("pool", &label(object)),
                ("seconds", &seconds(event.t - began)),
            ],
        );
        let finding = Finding::new("executor-waits", Harm::Waste, Certainty::Likely, text)
            .advice(Words::tell("finding.executor-waits.advice", &[]))
            .lesson("pool-async")
            .event(*seq)
            .event(event.seq)
            .object(Some(object))
            .process(world.process(task.by))
            .process(task.worker.and_then(|worker| world.process(worker)))
            .place(at.as_deref())
            .place(op.at.as_deref());
        Some(finding)
    }
}

fn judge(world: &World, object: &Object, broken: &Broken) -> Finding {
    let workers = || {
        let pool = object.pool();
        let workers = pool.map(|pool| pool.workers.as_slice()).unwrap_or_default();
        workers
            .iter()
            .filter_map(|worker| world.process(worker.proc))
    };
    let died = |process: &&Process| {
        // What the executor ends itself, it ends by SIGTERM once it is broken.
        !matches!(
            process.exit(),
            None | Some(Exit::Code(0) | Exit::Signal(15) | Exit::Unknown)
        )
    };
    let victim = workers().find(died);
    let initializer = workers().find_map(|worker| failure(world, worker.proc));
    let name = label(object);
    let n = broken.tasks.len();
    let (certainty, text, advice) = match (victim, &broken.cause) {
        (Some(victim), _) => (
            Certainty::Likely,
            Words::tell(
                "finding.executor-broken.killed",
                &[
                    ("worker", &who(Some(victim))),
                    ("ended", &ended(world, victim)),
                    ("task", &task_of(object, victim)),
                    ("pool", &name),
                    ("n", &n),
                ],
            ),
            Words::tell("finding.executor-broken.advice", &[]),
        ),
        (None, Some(cause)) => (
            Certainty::Certain,
            Words::tell(
                "finding.executor-broken.rebuilt",
                &[("pool", &name), ("cause", &clean(cause)), ("n", &n)],
            ),
            Words::tell("finding.executor-broken.advice-rebuilt", &[]),
        ),
        (None, None) if initializer.is_some() => (
            Certainty::Likely,
            Words::tell(
                "finding.executor-broken.initializer",
                &[
                    ("pool", &name),
                    ("n", &n),
                    (
                        "error",
                        &initializer.as_ref().map_or("?", |failure| &failure.error),
                    ),
                    (
                        "at",
                        &at(initializer
                            .as_ref()
                            .and_then(|failure| failure.at.as_deref())),
                    ),
                ],
            ),
            Words::tell("finding.worker-cannot-start.advice", &[]),
        ),
        (None, None) => (
            Certainty::Likely,
            Words::tell(
                "finding.executor-broken.text",
                &[("pool", &name), ("n", &n)],
            ),
            Words::tell("finding.executor-broken.advice", &[]),
        ),
    };
    let task = object
        .pool()
        .and_then(|pool| pool.tasks.get(*broken.tasks.first()?));
    let site = object
        .pool()
        .zip(task)
        .and_then(|(pool, task)| pool.submitted_at(task.number));
    Finding::new("executor-broken", Harm::Wrong, certainty, text)
        .advice(advice)
        .lesson("pool-async")
        .event(broken.seq)
        .object(Some(object))
        .process(victim)
        .place(site)
        .place(
            initializer
                .as_ref()
                .and_then(|failure| failure.at.as_deref()),
        )
}

/// The task that a worker ran when it ended.
fn task_of(object: &Object, worker: &Process) -> Words {
    let tasks = object.pool().map(|pool| &pool.tasks);
    let task = tasks.and_then(|tasks| {
        tasks
            .iter()
            .find(|task| task.worker == Some(worker.proc) && task.ended.is_none())
    });
    match task {
        Some(task) => Words::tell("finding.executor-broken.in-task", &[("task", &task.number)]),
        None => Words::default(),
    }
}
