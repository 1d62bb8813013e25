//! What the end of a child drops: the value its target returned, a function that never ran because its
//! call only made a generator, exit handlers, items of a queue that were not sent.

use crate::finding::names::{label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::text::clean;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct Dropped;

impl Rule for Dropped {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::Drop)]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        let process = world.process(proc);
        let who = who(process);
        let func = clean(op.args.func.as_deref().unwrap_or("?")).into_owned();
        let value = clean(op.args.value.as_deref().unwrap_or("?")).into_owned();
        let finding = match op.args.key.as_deref() {
            Some("return") => Finding::new(
                "return-value-dropped",
                Harm::Wrong,
                Certainty::Hint,
                Words::tell(
                    "finding.return-value-dropped.text",
                    &[("func", &func), ("who", &who), ("value", &value)],
                ),
            )
            .advice(Words::tell("finding.return-value-dropped.advice", &[]))
            .lesson("queue"),
            Some("call") => Finding::new(
                "target-never-ran",
                Harm::Wrong,
                Certainty::Certain,
                Words::tell(
                    "finding.target-never-ran.text",
                    &[("func", &func), ("who", &who), ("value", &value)],
                ),
            )
            .advice(Words::tell("finding.target-never-ran.advice", &[]))
            .lesson("create-process"),
            Some("atexit") => Finding::new(
                "exit-handler-dropped",
                Harm::Wrong,
                Certainty::Certain,
                Words::tell(
                    "finding.exit-handler-dropped.text",
                    &[("func", &func), ("who", &who)],
                ),
            )
            .advice(Words::tell("finding.exit-handler-dropped.advice", &[])),
            Some("run") => Finding::new(
                "run-called-directly",
                Harm::Wrong,
                Certainty::Likely,
                Words::tell(
                    "finding.run-called-directly.text",
                    &[("func", &func), ("who", &who)],
                ),
            )
            .advice(Words::tell("finding.run-called-directly.advice", &[]))
            .lesson("create-process"),
            Some("unsent") => {
                let item = op.args.item.as_deref().unwrap_or_default();
                let queue = world.objects().find(|object| {
                    let mailbox = object.queue().map(|queue| &queue.mailbox);
                    mailbox.is_some_and(|mailbox| {
                        mailbox.messages().any(|message| &*message.item == item)
                    })
                });
                let name = queue.map_or_else(|| "?".to_owned(), label);
                let error = clean(op.error.as_deref().unwrap_or("?")).into_owned();
                Finding::new(
                    "item-not-pickled",
                    Harm::Wrong,
                    Certainty::Certain,
                    Words::tell(
                        "finding.item-not-pickled.text",
                        &[("who", &who), ("queue", &name), ("error", &error)],
                    ),
                )
                .advice(Words::tell("finding.item-not-pickled.advice", &[]))
                .lesson("queue")
                .object(queue)
            }
            Some("queue") => {
                let queue = op.object.as_deref().and_then(|id| world.object(id));
                let name = queue.map_or_else(|| "?".to_owned(), label);
                let n = op.args.n.unwrap_or(0);
                Finding::new(
                    "items-not-sent",
                    Harm::Wrong,
                    Certainty::Certain,
                    Words::tell(
                        "finding.items-not-sent.text",
                        &[("who", &who), ("n", &n), ("queue", &name)],
                    ),
                )
                .advice(Words::tell("finding.items-not-sent.advice", &[]))
                .lesson("queue")
                .object(queue)
            }
            _ => return,
        };
        found.add(
            finding
                .event(event.seq)
                .process(process)
                .place(op.at.as_deref()),
        );
    }
}
