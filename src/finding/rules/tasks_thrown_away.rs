//! Tasks that a pool was given and never finished, because it was ended first; and an `imap` that takes its
//! whole input long before its results are wanted.

use std::collections::{BTreeMap, HashSet};

use crate::finding::names::{label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, Pool, PoolState, Process, Task, TaskState, World};
use crate::text::clean;
use crate::trace::{Event, Exit, Op, OpName};

const MOST: usize = 1 << 14;
/// Tasks from here on came from an iterable without a length.
const UNSIZED: u64 = 1 << 32;
/// So far ahead an input is taken for nothing.
const AHEAD: u64 = 100;

#[derive(Debug, Default)]
pub(in crate::finding) struct TasksThrownAway {
    /// First tasks of the results that somebody asked for in vain, by pool.
    asked: HashSet<(String, u64)>,
    inputs: BTreeMap<String, Input>,
    /// Pools whose end was told.
    over: HashSet<String>,
}

/// What `imap` took from iterables without a length, and the tasks of all that it took.
#[derive(Debug, Default)]
struct Input {
    taken: u64,
    given: u64,
    most_ahead: u64,
    at_most: (u64, u64),
    tasks: Vec<(u64, u64)>,
    at: Option<String>,
    seq: u64,
}

impl Rule for TasksThrownAway {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Op(OpName::Submit),
            Watch::Op(OpName::ResultGet),
            Watch::Op(OpName::ResultWait),
            Watch::Op(OpName::Terminate),
        ]
    }

    fn before(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let Some(op) = event.kind.op() else { return };
        let Some(id) = op.object.as_deref() else {
            return;
        };
        match (op.op, op.args.task) {
            (OpName::Submit, Some(task)) => self.submitted(id, event, op, task),
            (OpName::ResultGet | OpName::ResultWait, task) => self.asked(id, task, op),
            (OpName::Terminate, _) => {
                let Some(object) = world.object(id) else {
                    return;
                };
                if object.pool().is_some() && self.over.insert(id.to_owned()) {
                    let with = op.args.key.as_deref() == Some("with");
                    found_if(self.thrown(world, object, Some((event, op)), with), found);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for object in world.objects() {
            let Some(pool) = object.pool().filter(|_| !self.over.contains(&*object.id)) else {
                continue;
            };
            if pool.state != PoolState::Terminated {
                found_if(self.thrown(world, object, None, false), found);
            }
        }
        for (id, input) in &self.inputs {
            if input.most_ahead >= AHEAD {
                found.add(ahead(world, id, input));
            }
        }
    }
}

fn found_if(finding: Option<Finding>, found: &mut Found) {
    if let Some(finding) = finding {
        found.add(finding);
    }
}

impl TasksThrownAway {
    fn submitted(&mut self, id: &str, event: &Event, op: &Op, task: u64) {
        // The parts of an imap are told by the pool's own thread.
        if event.tid.is_none() || op.error.is_some() || self.inputs.len() >= MOST {
            return;
        }
        let input = self.inputs.entry(id.to_owned()).or_default();
        let room = input.tasks.len() < MOST;
        match input.tasks.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(task) => *last = task,
            _ if room => input.tasks.push((task, task)),
            _ => {}
        }
        if task >= UNSIZED {
            input.taken += 1;
            input.at.clone_from(&op.at);
            input.seq = event.seq;
            let is_ahead = input.taken.saturating_sub(input.given);
            if is_ahead > input.most_ahead {
                input.most_ahead = is_ahead;
                input.at_most = (input.taken, input.given);
            }
        }
    }

    fn asked(&mut self, id: &str, task: Option<u64>, op: &Op) {
        let Some(task) = task else { return };
        // (Of those that were got nothing is open.)
        if op.error.is_some() && self.asked.len() < MOST {
            self.asked.insert((id.to_owned(), task));
        }
        if task >= UNSIZED
            && op.op == OpName::ResultGet
            && op.error.is_none()
            && let Some(input) = self.inputs.get_mut(id)
        {
            input.given += 1;
        }
    }

    fn is_of_imap(&self, id: &str, task: u64) -> bool {
        let input = self.inputs.get(id);
        input.is_some_and(|input| {
            let mut parts = input.tasks.iter();
            parts.any(|(first, last)| (*first..=*last).contains(&task))
        })
    }

    fn thrown(
        &self,
        world: &World,
        object: &Object,
        by: Option<(&Event, &Op)>,
        with: bool,
    ) -> Option<Finding> {
        let pool = object.pool()?;
        let unfinished: Vec<&Task> = unfinished(pool).collect();
        let first = *unfinished.first()?;
        let imap = unfinished
            .iter()
            .all(|task| self.is_of_imap(&object.id, task.number));
        if self.asked.contains(&(object.id.to_string(), first.number)) {
            // Somebody waited for it and gave up, or was told why it can't be had.
            return None;
        }
        let owner = world.process(first.by);
        let lives = world.end().is_none() || exited_well(owner);
        // With `terminate()` somebody says that he wants no more; and so does who leaves a search.
        let sure = (with || by.is_none()) && !imap && lives;
        let certainty = if sure {
            Certainty::Likely
        } else {
            Certainty::Hint
        };
        if by.is_none() && !sure {
            return None;
        }
        let waiting = unfinished
            .iter()
            .filter(|task| task.state == TaskState::Waiting)
            .count();
        let how = match by {
            Some(_) if with => Words::tell("finding.tasks-thrown-away.with", &[]),
            Some(_) => Words::tell("finding.tasks-thrown-away.terminate", &[]),
            None if pool.state == PoolState::Closed => {
                Words::tell("finding.tasks-thrown-away.closed", &[])
            }
            None => Words::tell("finding.tasks-thrown-away.exit", &[]),
        };
        let text = Words::tell(
            "finding.tasks-thrown-away.text",
            &[
                ("pool", &label(object)),
                ("n", &unfinished.len()),
                ("waiting", &waiting),
                ("running", &(unfinished.len() - waiting)),
                ("how", &how),
                ("task", &first.number),
                ("func", &clean(first.func.as_deref().unwrap_or("?"))),
            ],
        );
        let mut finding = Finding::new("tasks-thrown-away", Harm::Wrong, certainty, text)
            .advice(Words::tell("finding.tasks-thrown-away.advice", &[]))
            .lesson("pool-async")
            .event(by.map_or(first.submitted.0, |(event, _)| event.seq))
            .event(first.submitted.0)
            .process(owner)
            .object(Some(object))
            .place(pool.submitted_at(first.number))
            .same(&*object.id);
        if let Some((_, op)) = by {
            finding = finding.place(op.at.as_deref());
        }
        Some(finding)
    }
}

fn unfinished(pool: &Pool) -> impl Iterator<Item = &Task> {
    let open = |task: &&Task| matches!(task.state, TaskState::Waiting | TaskState::Running);
    pool.tasks.iter().filter(open)
}

fn exited_well(process: Option<&Process>) -> bool {
    process.and_then(Process::exit) == Some(Exit::Code(0))
}

fn ahead(world: &World, id: &str, input: &Input) -> Finding {
    let object = world.object(id);
    let (taken, given) = input.at_most;
    let taker = who(object.and_then(|object| world.process(object.creator?)));
    let text = Words::tell(
        "finding.imap-reads-ahead.text",
        &[
            ("pool", &object.map_or_else(|| "?".to_owned(), label)),
            ("taken", &taken),
            ("given", &given),
            ("who", &taker),
        ],
    );
    Finding::new("imap-reads-ahead", Harm::Waste, Certainty::Hint, text)
        .advice(Words::tell("finding.imap-reads-ahead.advice", &[]))
        .event(input.seq)
        .object(object)
        .place(input.at.as_deref())
}
