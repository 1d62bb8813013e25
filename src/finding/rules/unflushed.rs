//! Text that Python had not written yet when a process forked or left by `os._exit`: printed twice, or not
//! at all.

use std::collections::BTreeMap;

use crate::finding::names::who;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, World};
use crate::text::clean;
use crate::trace::{Exit, OpName};

const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(in crate::finding) struct Unflushed {
    /// By parent and name of the child.
    forks: BTreeMap<(u32, String), Fork>,
    /// Processes that left by `os._exit`.
    left: BTreeMap<u32, u64>,
}

#[derive(Debug)]
struct Fork {
    bytes: i64,
    text: String,
    at: Option<String>,
    seq: u64,
    /// Lines the parent had printed.
    printed: usize,
}

impl Rule for Unflushed {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::OsFork), Watch::Op(OpName::OsExit)]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        let bytes = op.args.n.unwrap_or(0);
        if op.op == OpName::OsFork {
            if self.forks.len() < MOST {
                let fork = Fork {
                    bytes,
                    text: op.args.value.clone().unwrap_or_default(),
                    at: op.at.clone(),
                    seq: event.seq,
                    printed: world.log().count_of(proc),
                };
                let child = op.args.child.clone().unwrap_or_default();
                self.forks.insert((proc, child), fork);
            }
            return;
        }
        if self.left.len() < MOST {
            self.left.insert(proc, event.seq);
        }
        let process = world.process(proc);
        let inherited = process
            .and_then(|process| self.fork_of(process))
            .map_or(0, |fork| fork.bytes);
        if bytes <= inherited {
            return;
        }
        let lost = first_line(op.args.value.as_deref().unwrap_or_default());
        let text = Words::tell(
            "finding.output-lost.text",
            &[
                ("who", &who(process)),
                ("n", &(bytes - inherited)),
                ("text", &lost),
            ],
        );
        found.add(
            Finding::new("output-lost", Harm::Wrong, Certainty::Certain, text)
                .advice(Words::tell("finding.output-lost.advice", &[]))
                .event(event.seq)
                .process(process)
                .place(op.at.as_deref()),
        );
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for process in world.processes() {
            let fork = self
                .fork_of(process)
                .filter(|_| !self.left.contains_key(&process.proc));
            if let Some(finding) = fork.and_then(|fork| doubled(world, process, fork)) {
                found.add(finding);
            }
        }
    }
}

impl Unflushed {
    /// The fork that made the process.
    fn fork_of(&self, process: &Process) -> Option<&Fork> {
        self.forks.get(&(process.parent?, process.name.to_string()))
    }
}

/// The first line of a text, short enough for a sentence.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    let rest = if short.len() < text.trim_end().len() {
        "…"
    } else {
        ""
    };
    format!("{}{rest}", clean(&short))
}

fn doubled(world: &World, child: &Process, fork: &Fork) -> Option<Finding> {
    let parent = world.process(child.parent?);
    let (certainty, text) = if fork.bytes > 0 {
        let start = fork.text.lines().next().unwrap_or_default();
        let mut lines = world.log().lines_of(child.proc);
        if start.is_empty() || !lines.any(|line| line.text().starts_with(start)) {
            return None;
        }
        let text = Words::tell(
            "finding.output-doubled.text",
            &[
                ("who", &who(parent)),
                ("child", &who(Some(child))),
                ("n", &fork.bytes),
                ("text", &first_line(&fork.text)),
            ],
        );
        (Certainty::Certain, text)
    } else {
        if fork.printed == 0 || child.exit() != Some(Exit::Code(0)) {
            return None;
        }
        let text = Words::tell(
            "finding.output-doubled.piped",
            &[
                ("who", &who(parent)),
                ("child", &who(Some(child))),
                ("n", &fork.printed),
            ],
        );
        (Certainty::Hint, text)
    };
    let finding = Finding::new("output-doubled", Harm::Wrong, certainty, text)
        .advice(Words::tell("finding.output-doubled.advice", &[]))
        .event(fork.seq)
        .process(parent)
        .process(Some(child))
        .place(fork.at.as_deref());
    Some(finding)
}
