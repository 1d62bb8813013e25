//! A JoinableQueue's `join` that waits for a `task_done` that nobody will call.

use crate::finding::found::Found;
use crate::finding::names::{at_place, ended, gone, list, party, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::Taker;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct TaskDoneMissing;

impl Rule for TaskDoneMissing {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for (wait, object) in still.on(&[OpName::QueueJoin]) {
            let Some(queue) = object.queue() else {
                continue;
            };
            let owing: Vec<&Taker> = queue
                .takers
                .iter()
                .filter(|taker| taker.taken > taker.done)
                .collect();
            let is_dead = |taker: &&&Taker| {
                let process = still.world.process(taker.proc);
                process.is_some_and(|process| !process.is_alive())
            };
            if !still.stuck && !owing.iter().any(|taker| is_dead(&taker)) {
                continue;
            }
            let debts: Vec<Words> = owing
                .iter()
                .take(4)
                .map(|taker| {
                    let process = still.world.process(taker.proc);
                    let dead = process.filter(|process| !process.is_alive());
                    let end = dead.map_or_else(Words::default, |process| {
                        let ended = ended(still.world, process);
                        Words::tell("finding.task-done-missing.and-ended", &[("ended", &ended)])
                    });
                    let value = crate::text::clean(&taker.value).into_owned();
                    let owes = taker.taken.saturating_sub(taker.done);
                    Words::tell(
                        "finding.task-done-missing.debt",
                        &[
                            ("who", &who(process)),
                            ("at", &at_place(taker.at.as_deref())),
                            ("value", &value),
                            ("owes", &owes),
                            ("end", &end),
                        ],
                    )
                })
                .collect();
            let gone = gone(still.world, |_| true);
            let why = if debts.is_empty() {
                gone.words.clone()
            } else {
                list(&debts)
            };
            let text = Words::tell(
                "finding.task-done-missing.text",
                &[
                    ("who", &party(&wait.who)),
                    ("at", &at_place(wait.at.as_deref())),
                    ("queue", &what(Some(object))),
                    ("n", &queue.unfinished),
                    ("why", &why),
                ],
            );
            let mut finding = still
                .finding("task-done-missing", text, wait)
                .advice(Words::tell("finding.task-done-missing.advice", &[]))
                .lesson("queue");
            for taker in owing.iter().take(4) {
                finding = finding
                    .process(still.world.process(taker.proc))
                    .place(taker.at.as_deref());
            }
            found.hang(finding.gone(&gone), wait);
        }
    }
}
