//! A run that stands still for a reason no other rule knows. It says who waits, and that the cause is
//! unknown.

use crate::explain;
use crate::finding::found::Found;
use crate::finding::names::{ended, list, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::TaskState;
use crate::text::clean;
use crate::trace::Role;

#[derive(Debug, Default)]
pub(in crate::finding) struct HangUnknown;

/// Most processes that are named.
const MOST: usize = 6;

/// A task that was lost while nobody was seen to wait for it: its callback never comes.
fn lost(still: &Still<'_>) -> Option<(Finding, u32)> {
    let mut pools = still.world.objects();
    let (object, task) = pools.find_map(|object| {
        let mut tasks = object.pool()?.tasks.iter();
        Some((object, tasks.find(|task| task.state == TaskState::Lost)?))
    })?;
    let worker = task.worker.and_then(|worker| still.world.process(worker))?;
    let owner = still.world.process(task.by);
    let text = Words::tell(
        "finding.task-lost.unawaited",
        &[
            ("task", &task.number),
            ("func", &clean(task.func.as_deref().unwrap_or("?"))),
            ("pool", &what(Some(object))),
            ("worker", &who(Some(worker))),
            ("ended", &ended(still.world, worker)),
            ("owner", &who(owner)),
        ],
    );
    let finding = Finding::new("task-lost", Harm::Hang, Certainty::Likely, text)
        .advice(Words::tell("finding.task-lost.advice", &[]))
        .lesson("pool-async")
        .event(task.submitted.0)
        .process(owner)
        .process(Some(worker))
        .object(Some(object))
        .place(worker.at.as_deref())
        .place(object.pool()?.submitted_at(task.number));
    Some((finding, task.by))
}

impl Rule for HangUnknown {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck || found.has_hangs() {
            return;
        }
        if let Some((finding, proc)) = lost(still) {
            found.hang_of(finding, proc);
            return;
        }
        let mut parts = Vec::new();
        for wait in still.waits.iter().take(MOST) {
            let place = wait
                .at
                .as_deref()
                .map_or_else(String::new, |at| format!(" ({})", clean(at)));
            parts.push(Words::of(|lang| {
                format!("{}{place}", explain::wait(lang, wait))
            }));
        }
        let silent = still.world.processes().filter(|process| {
            process.is_alive()
                && !matches!(process.role, Role::Worker | Role::Guest | Role::Manager)
                && !still.waits.iter().any(|wait| wait.who.proc == process.proc)
        });
        let mut procs = still
            .waits
            .iter()
            .map(|wait| wait.who.proc)
            .collect::<Vec<_>>();
        for process in silent.take(MOST - parts.len()) {
            let Some(main) = still.main_thread(process.pid) else {
                continue;
            };
            procs.push(process.proc);
            parts.push(Words::tell(
                "finding.hang-unknown.call",
                &[("who", &who(Some(process))), ("call", &clean(&main.call))],
            ));
        }
        let Some(first) = procs.first().copied() else {
            return;
        };
        let text = Words::tell("finding.hang-unknown.text", &[("waits", &list(&parts))]);
        let mut finding = Finding::new("hang-unknown", Harm::Hang, Certainty::Likely, text)
            .advice(Words::tell("finding.hang-unknown.advice", &[]))
            .event(still.world.seq())
            .same("");
        for proc in procs {
            finding = finding.process(still.world.process(proc));
        }
        for wait in &still.waits {
            finding = finding.place(wait.at.as_deref());
        }
        found.hang_of(finding, first);
    }
}
