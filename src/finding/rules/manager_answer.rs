//! A call to a manager that has no answer: what it asks for waits inside the manager's server.

use crate::finding::found::Found;
use crate::finding::names::{at_place, gone, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::Process;
use crate::trace::Role;

#[derive(Debug, Default)]
pub(in crate::finding) struct ManagerAnswer;

impl Rule for ManagerAnswer {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        let alive = |process: &&Process| process.is_alive();
        let mut managers = still.world.processes().filter(alive);
        let manager = managers.find(|process| process.role == Role::Manager);
        let (Some(manager), true) = (manager, still.stuck) else {
            return;
        };
        for process in still.world.processes().filter(alive) {
            let of_program = matches!(process.role, Role::Main | Role::Process | Role::Worker);
            let main = still.main_thread(process.pid);
            let reads = main.is_some_and(|main| {
                let socket = main.on.first().is_some_and(|on| on.starts_with("socket:"));
                main.call == "read" && socket
            });
            let known = process.pending().is_some() || found.explains(process.proc);
            if !of_program || !reads || known {
                continue;
            }
            let gone = gone(still.world, |_| true);
            let text = Words::tell(
                "finding.manager-answer.text",
                &[
                    ("who", &who(Some(process))),
                    ("at", &at_place(process.at.as_deref())),
                    ("manager", &who(Some(manager))),
                    ("gone", &gone.words),
                ],
            );
            let finding = Finding::new("manager-answer", Harm::Hang, Certainty::Likely, text)
                .advice(Words::tell("finding.manager-answer.advice", &[]))
                .event(still.world.seq())
                .process(Some(process))
                .process(Some(manager))
                .place(process.at.as_deref())
                .gone(&gone);
            found.hang_of(finding, process.proc);
        }
    }
}
