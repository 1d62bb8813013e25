//! Children that nobody collects, and processes that outlive main.

use std::collections::{BTreeMap, HashSet};

use crate::finding::names::who;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, State, World};
use crate::trace::{Exit, Kind, OpName, Role};

const MOST: usize = 1 << 14;
/// Shorter than this nobody minds a zombie.
const LONG: i64 = 100_000_000;
const SIGCHLD: i64 = 17;

#[derive(Debug, Default)]
pub(in crate::finding) struct LeftBehind {
    /// Children that have ended and were not collected: parent and when.
    zombies: BTreeMap<u32, (u32, i64, u64)>,
    /// Processes that have the kernel collect their children.
    ignoring: HashSet<u32>,
    told: BTreeMap<u32, Vec<u32>>,
    helpers: HashSet<u32>,
    /// Where children were started, by parent and name.
    starts: BTreeMap<(u32, String), String>,
}

impl Rule for LeftBehind {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Exec,
            Watch::Exit,
            Watch::Reaped,
            Watch::Fault,
            Watch::Op(OpName::Signal),
            Watch::Op(OpName::Start),
            Watch::Op(OpName::OsFork),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        match (&event.kind, event.proc) {
            // `multiprocessing`'s own helpers end when all others have.
            (Kind::ProcessExec { command, .. }, Some(proc))
                if command.contains("-c from multiprocessing.") && self.helpers.len() < MOST =>
            {
                self.helpers.insert(proc);
            }
            (Kind::ProcessExit(_), Some(proc)) => self.ended(world, proc, event.seq),
            (Kind::ProcessReaped(reaped), Some(proc)) => {
                self.zombies.remove(&proc);
                // The word of the parent may come late.
                let parent = world.by_pid(reaped.by).map(|parent| parent.proc);
                if let Some(told) = parent.and_then(|parent| self.told.get_mut(&parent)) {
                    told.retain(|child| *child != proc);
                }
            }
            (Kind::Op(op), Some(proc)) if matches!(op.op, OpName::OsFork | OpName::Start) => {
                if let (Some(child), Some(at)) = (&op.args.child, &op.at)
                    && self.starts.len() < MOST
                {
                    self.starts.insert((proc, child.clone()), at.clone());
                }
            }
            (Kind::Op(op), Some(proc)) if op.args.n == Some(SIGCHLD) => {
                let func = op.args.func.as_deref().unwrap_or_default();
                if func.contains("SIG_IGN") && self.ignoring.len() < MOST {
                    self.ignoring.insert(proc);
                }
            }
            (Kind::Fault(fault), _) if fault.fault == crate::trace::FaultKind::LivesOn => {
                if let Some(finding) = self.outlives(world, &fault.detail, event.seq) {
                    found.add(finding);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (parent, children) in self
            .told
            .iter()
            .filter(|(_, children)| !children.is_empty())
        {
            let ended = |owner: &Process| world.was_ended(owner.pid);
            if world.process(*parent).is_some_and(ended) {
                continue;
            }
            let first = children.first().and_then(|child| world.process(*child));
            let start = first.and_then(|child| self.starts.get(&(*parent, child.name.to_string())));
            found.add(zombies(world, *parent, children).place(start.map(String::as_str)));
        }
        for (owner, children, at) in never_asked(world) {
            let mut finding = zombies(world, owner, &children);
            finding.certainty = Certainty::Hint;
            found.add(finding.place(at));
        }
    }
}

impl LeftBehind {
    fn outlives(&self, world: &World, names: &str, seq: u64) -> Option<Finding> {
        let main = world.process(0);
        let others: Vec<&Process> = named(world, names)
            .filter_map(|proc| world.process(proc))
            .filter(|process| !self.helpers.contains(&process.proc))
            .collect();
        if others.is_empty() {
            return None;
        }
        let lives: Vec<String> = others.iter().map(|process| who(Some(process))).collect();
        let lives = lives.join(", ");
        let text = match main.and_then(Process::exit) {
            Some(Exit::Signal(_)) => Words::tell(
                "finding.outlives-main.killed",
                &[("main", &who(main)), ("lives", &lives)],
            ),
            _ => Words::tell(
                "finding.outlives-main.text",
                &[("main", &who(main)), ("lives", &lives)],
            ),
        };
        let mut finding = Finding::new("outlives-main", Harm::Waste, Certainty::Hint, text)
            .advice(Words::tell("finding.outlives-main.advice", &[]))
            .lesson("create-process")
            .process(main)
            .event(seq);
        for process in others {
            let popen = world.objects().find(|object| {
                object
                    .popen()
                    .is_some_and(|popen| popen.pid == Some(process.pid))
            });
            let key = (process.parent.unwrap_or(0), process.name.to_string());
            let started = self.starts.get(&key).map(String::as_str);
            let at = popen.and_then(|popen| popen.created_at.as_deref());
            finding = finding.process(Some(process)).place(at.or(started));
        }
        Some(finding)
    }

    fn ended(&mut self, world: &World, proc: u32, seq: u64) {
        let Some(process) = world.process(proc) else {
            return;
        };
        // Who ends leaves its zombies to others.
        let State::Exited { t: now, .. } = process.state else {
            return;
        };
        let of_python = process.role == Role::Process
            || process.role == Role::Worker
            || &*process.name == "MainProcess"
            || process.name.starts_with("os.fork");
        if of_python && !self.ignoring.contains(&proc) {
            let mine = self
                .zombies
                .iter()
                .filter(|(_, (parent, t, _))| *parent == proc && now - t >= LONG);
            let children: Vec<u32> = mine.map(|(child, _)| *child).collect();
            if !children.is_empty() && self.told.len() < MOST {
                self.told.insert(proc, children);
            }
        }
        self.zombies.retain(|_, (parent, ..)| *parent != proc);
        if let Some(parent) = process.parent.filter(|_| self.zombies.len() < MOST) {
            self.zombies.insert(proc, (parent, now, seq));
        }
    }
}

/// Programs that were started and that nobody ever asked about: owner, children, where. (Python collects
/// them when it forgets their objects.)
fn never_asked(world: &World) -> Vec<(u32, Vec<u32>, Option<&str>)> {
    let mut all: Vec<(u32, Vec<u32>, Option<&str>)> = Vec::new();
    for object in world.objects() {
        let asked = object
            .last
            .is_some_and(|last| !matches!(last.op, OpName::Create | OpName::Name));
        let child = object.popen().and_then(|popen| world.by_pid(popen.pid?));
        let owner = object.creator.and_then(|proc| world.process(proc));
        let (Some(child), Some(owner)) = (child.filter(|_| !asked), owner) else {
            continue;
        };
        let over = |process: &Process| match process.state {
            State::Exited { t, .. } => Some(t),
            _ => None,
        };
        let long = over(child).is_some_and(|t| over(owner).unwrap_or(world.now()) - t >= LONG);
        if !long {
            continue;
        }
        match all.iter_mut().find(|(proc, ..)| *proc == owner.proc) {
            Some((_, children, _)) if children.len() < MOST => children.push(child.proc),
            Some(_) => {}
            None => all.push((owner.proc, vec![child.proc], object.created_at.as_deref())),
        }
    }
    all
}

fn zombies(world: &World, parent: u32, children: &[u32]) -> Finding {
    let owner = world.process(parent);
    let first = children.first().and_then(|child| world.process(*child));
    let text = Words::tell(
        "finding.zombies.text",
        &[
            ("who", &who(owner)),
            ("n", &children.len()),
            ("child", &who(first)),
        ],
    );
    // One may be a slip at the end; three are a habit.
    let certainty = if children.len() >= 3 {
        Certainty::Likely
    } else {
        Certainty::Hint
    };
    let mut finding = Finding::new("zombies", Harm::Waste, certainty, text)
        .advice(Words::tell("finding.zombies.advice", &[]))
        .process(owner)
        .event(first.map_or(0, |child| child.start_seq));
    for child in children {
        finding = finding.process(world.process(*child));
    }
    finding
}

/// `sleep (PID 12), python3 (PID 13)` as a process each.
fn named(world: &World, names: &str) -> impl Iterator<Item = u32> {
    let pids = names
        .split("(PID ")
        .skip(1)
        .filter_map(|part| part.split(')').next()?.parse().ok());
    let procs: Vec<u32> = pids
        .filter_map(|pid| Some(world.by_pid(pid)?.proc))
        .collect();
    procs.into_iter()
}
