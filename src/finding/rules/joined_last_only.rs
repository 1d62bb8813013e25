//! Of several children started on one line only some are joined: main goes on while the others still run.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::names::who;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, State, World};
use crate::trace::{Kind, OpName, Stream};

/// Fewer children are no row.
const FEWEST: usize = 3;
const MOST: usize = 256;

#[derive(Debug, Default)]
pub(in crate::finding) struct JoinedLastOnly {
    /// Children by parent and the line of their start.
    rows: BTreeMap<(u32, String), Vec<String>>,
    parents: BTreeSet<u32>,
    /// Joins that came to an end: parent, child, when, where.
    joins: Vec<(u32, String, i64, Option<String>)>,
    /// When each process printed last.
    printed: BTreeMap<u32, (i64, u64)>,
}

impl Rule for JoinedLastOnly {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Op(OpName::Start),
            Watch::Op(OpName::Join),
            Watch::Output,
        ]
    }

    fn after(&mut self, Moment { event, .. }: Moment<'_>, _: &mut Found) {
        let Some(proc) = event.proc else { return };
        if let Kind::Output(output) = &event.kind {
            // Only parents matter, and they have started somebody before.
            if output.stream == Stream::Stdout && self.parents.contains(&proc) {
                self.printed.insert(proc, (event.t, event.seq));
            }
            return;
        }
        let Some(op) = event.kind.op() else { return };
        let (Some(child), None) = (&op.args.child, &op.error) else {
            return;
        };
        if op.op == OpName::Start {
            let Some(at) = &op.at else { return };
            if self.rows.len() < MOST {
                self.parents.insert(proc);
                let row = self.rows.entry((proc, at.clone())).or_default();
                if row.len() < MOST {
                    row.push(child.clone());
                }
            }
        } else if op.at.is_some() && self.joins.len() < MOST * 8 {
            // (Python itself joins what is left when main ends: no line of the program does.)
            self.joins
                .push((proc, child.clone(), event.t, op.at.clone()));
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for ((parent, at), row) in &self.rows {
            if row.len() >= FEWEST
                && let Some(finding) = self.judge(world, *parent, at, row)
            {
                found.add(finding);
            }
        }
    }
}

impl JoinedLastOnly {
    fn judge(&self, world: &World, parent: u32, at: &str, row: &[String]) -> Option<Finding> {
        let of_row = |(who, child, ..): &&(u32, String, i64, Option<String>)| {
            *who == parent && row.contains(child)
        };
        let (_, _, joined, join_at) = self.joins.iter().rev().find(of_row)?;
        let (printed, seq) = *self.printed.get(&parent)?;
        if printed < *joined {
            return None;
        }
        let unjoined = |child: &&String| {
            !self
                .joins
                .iter()
                .any(|(who, other, ..)| *who == parent && other == *child)
        };
        let running: Vec<&Process> = row
            .iter()
            .filter(unjoined)
            .filter_map(|child| child_of(world, parent, child))
            .filter(|child| match child.state {
                State::Exited { t, .. } => t > printed,
                _ => true,
            })
            .collect();
        let first = *running.first()?;
        let owner = world.process(parent);
        let text = Words::tell(
            "finding.joined-last-only.text",
            &[
                ("who", &who(owner)),
                ("n", &row.len()),
                ("running", &running.len()),
                ("child", &who(Some(first))),
            ],
        );
        let mut finding = Finding::new("joined-last-only", Harm::Wrong, Certainty::Likely, text)
            .advice(Words::tell("finding.joined-last-only.advice", &[]))
            .lesson("create-process")
            .event(seq)
            .process(owner)
            .place(join_at.as_deref())
            .place(Some(at));
        for child in running {
            finding = finding.process(Some(child));
        }
        Some(finding)
    }
}

fn child_of<'a>(world: &'a World, parent: u32, name: &str) -> Option<&'a Process> {
    let mut processes = world.processes();
    processes.find(|process| process.parent == Some(parent) && &*process.name == name)
}
