//! A process whose main thread waits for another of its threads, and that one waits as well.

use crate::finding::found::Found;
use crate::finding::names::{at_place, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::trace::Role;

#[derive(Debug, Default)]
pub(in crate::finding) struct ThreadsWait;

impl Rule for ThreadsWait {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for process in still.world.processes().filter(|process| process.is_alive()) {
            let program = !matches!(process.role, Role::Worker | Role::Guest | Role::Manager);
            let known = process.pending().is_some() || found.explains(process.proc);
            let Some(main) = still.main_thread(process.pid) else {
                continue;
            };
            let others = still.threads(process.pid).count().saturating_sub(1);
            let inside = main.call == "futex" && main.shared.is_none();
            if !program || known || others == 0 || !inside {
                continue;
            }
            let text = Words::tell(
                "finding.threads-wait.text",
                &[
                    ("who", &who(Some(process))),
                    ("at", &at_place(process.at.as_deref())),
                    ("n", &others),
                ],
            );
            let finding = Finding::new("threads-wait", Harm::Hang, Certainty::Likely, text)
                .advice(Words::tell("finding.threads-wait.advice", &[]))
                .event(still.world.seq())
                .process(Some(process))
                .place(process.at.as_deref());
            found.hang_of(finding, process.proc);
        }
    }
}
