//! A process changes its own copy of what it takes to be shared: a variable of the parent, an argument, a
//! list inside a manager's dictionary, a queue between threads. Nobody else sees the change.

use std::collections::HashSet;

use crate::finding::names::{label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::World;
use crate::text::clean;
use crate::trace::{Event, Op, OpName};

const MOST: usize = 256;

#[derive(Debug, Default)]
pub(in crate::finding) struct CopyChanged {
    /// Variables that a child has otherwise than its parent, until its end: (child, finding).
    imports: Vec<(u32, Finding)>,
    /// Children that an exception has ended.
    failed: HashSet<u32>,
}

impl Rule for CopyChanged {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::CopyChanged), Watch::Op(OpName::Raise)]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        if op.op == OpName::Raise {
            if self.failed.len() < MOST {
                self.failed.insert(proc);
            }
            return;
        }
        let Some(finding) = told(world, event, proc, op) else {
            return;
        };
        if op.args.key.as_deref() == Some("import") && self.imports.len() < MOST {
            self.imports.push((proc, finding));
        } else {
            found.add(finding);
        }
    }

    fn end(&mut self, _: &World, found: &mut Found) {
        for (proc, mut finding) in self.imports.drain(..) {
            if self.failed.contains(&proc) {
                finding.certainty = Certainty::Likely;
            }
            found.add(finding);
        }
    }
}

fn told(world: &World, event: &Event, proc: u32, op: &Op) -> Option<Finding> {
    let process = world.process(proc);
    let who = who(process);
    let name = clean(op.args.name.as_deref().unwrap_or("?")).into_owned();
    let value = clean(op.args.value.as_deref().unwrap_or("?")).into_owned();
    let finding = match op.args.key.as_deref()? {
        "global" => hint(
            "global-copy-changed",
            Words::tell(
                "finding.global-copy-changed.text",
                &[("who", &who), ("name", &name), ("value", &value)],
            ),
        )
        .advice(Words::tell("finding.global-copy-changed.advice", &[]))
        .lesson("no-sharing")
        .same(name.clone()),
        "attribute" => hint(
            "process-object-copied",
            Words::tell(
                "finding.process-object-copied.text",
                &[("who", &who), ("name", &name), ("value", &value)],
            ),
        )
        .advice(Words::tell("finding.process-object-copied.advice", &[]))
        .lesson("no-sharing")
        .same(name.clone()),
        "argument" => hint(
            "argument-copy-changed",
            Words::tell(
                "finding.argument-copy-changed.text",
                &[("who", &who), ("name", &name), ("value", &value)],
            ),
        )
        .advice(Words::tell("finding.argument-copy-changed.advice", &[]))
        .lesson("no-sharing"),
        "queue" => Finding::new(
            "thread-queue-copied",
            Harm::Wrong,
            Certainty::Likely,
            Words::tell(
                "finding.thread-queue-copied.text",
                &[("who", &who), ("name", &name), ("value", &value)],
            ),
        )
        .advice(Words::tell("finding.thread-queue-copied.advice", &[]))
        .lesson("queue")
        .same(name.clone()),
        "import" => {
            let parents = op.args.values.as_deref().and_then(<[String]>::first);
            let parents = clean(parents.map_or("?", String::as_str)).into_owned();
            hint(
                "variable-not-set-in-child",
                Words::tell(
                    "finding.variable-not-set-in-child.text",
                    &[
                        ("who", &who),
                        ("name", &name),
                        ("value", &value),
                        ("parents", &parents),
                    ],
                ),
            )
            .advice(Words::tell("finding.variable-not-set-in-child.advice", &[]))
            .lesson("no-sharing")
            .same(name.clone())
        }
        "item" => item(world, op, &who, &value),
        "put" => changed_after_put(world, op, &who, &value),
        _ => return None,
    };
    Some(
        finding
            .event(event.seq)
            .process(process)
            .place(op.at.as_deref()),
    )
}

/// A container that was put and changed before the feeder thread pickled it.
fn changed_after_put(world: &World, op: &Op, who: &str, value: &str) -> Finding {
    let queue = op.object.as_deref().and_then(|id| world.object(id));
    let name = queue.map_or_else(|| "?".to_owned(), label);
    let text = Words::tell(
        "finding.changed-after-put.text",
        &[("who", &who), ("queue", &name), ("value", &value)],
    );
    Finding::new("changed-after-put", Harm::Wrong, Certainty::Certain, text)
        .advice(Words::tell("finding.changed-after-put.advice", &[]))
        .lesson("queue")
        .object(queue)
}

fn hint(rule: &'static str, text: Words) -> Finding {
    Finding::new(rule, Harm::Wrong, Certainty::Hint, text)
}

/// A value inside a manager's object. (`args.name` says what became of the copy: nobody kept it, or it was
/// only ever changed.)
fn item(world: &World, op: &Op, who: &str, value: &str) -> Finding {
    let object = op.object.as_deref().and_then(|id| world.object(id));
    let owner = object.map_or_else(|| "?".to_owned(), label);
    let of_namespace = object.is_some_and(|object| object.class.contains("Namespace"));
    let cell = match (&op.args.func, op.args.index) {
        (Some(key), _) if of_namespace => format!("{owner}.{}", clean(key)),
        (Some(key), _) => format!("{owner}[{}]", clean(key)),
        (None, Some(index)) => format!("{owner}[{index}]"),
        (None, None) => format!("{owner}.value"),
    };
    let certainty = match op.args.name.as_deref() {
        Some("dropped") => Certainty::Certain,
        _ => Certainty::Likely,
    };
    let text = Words::tell(
        "finding.nested-change-lost.text",
        &[("who", &who), ("cell", &cell), ("value", &value)],
    );
    Finding::new("nested-change-lost", Harm::Wrong, certainty, text)
        .advice(Words::tell(
            "finding.nested-change-lost.advice",
            &[("cell", &cell)],
        ))
        .lesson("manager-dict")
        .object(object)
}
