//! A process whose only thread waits for a lock of its own memory: nobody is left who could release it.
//!
//! In a forked child such a lock is a copy. The thread that held it was not copied.

use std::collections::BTreeMap;

use crate::finding::found::Found;
use crate::finding::names::{at_place, party, what, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::Process;
use crate::text::clean;
use crate::trace::{Op, OpName, Role};

#[derive(Debug, Default)]
pub(in crate::finding) struct ForkedLock {
    /// Modules that another thread of the parent was importing at the fork, by child.
    imports: BTreeMap<u32, Op>,
}

const MOST: usize = 256;

impl Rule for ForkedLock {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::Inherit)]
    }

    fn after(&mut self, Moment { event, .. }: Moment<'_>, _: &mut Found) {
        let op = event
            .kind
            .op()
            .filter(|op| op.args.key.as_deref() == Some("import"));
        if let (Some(op), Some(proc)) = (op, event.proc)
            && self.imports.len() < MOST
        {
            self.imports.insert(proc, op.clone());
        }
    }

    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        copies(still, found);
        for process in still.world.processes().filter(|process| process.is_alive()) {
            let mut threads = still.threads(process.pid);
            let (Some(only), None) = (threads.next(), threads.next()) else {
                continue;
            };
            let alone = only.call == "futex" && !only.timed && only.shared.is_none();
            let is_known = process.pending().is_some() || found.explains(process.proc);
            if !alone || is_known || process.role == Role::Guest {
                continue;
            }
            let parent = process
                .parent
                .and_then(|parent| still.world.process(parent));
            let forked = process.role != Role::Main && process.became <= process.started;
            let import = self.imports.get(&process.proc).filter(|_| forked);
            let text = if let Some(import) = import {
                importing(process, parent, import)
            } else if forked {
                Words::tell(
                    "finding.forked-lock.forked",
                    &[
                        ("who", &who(Some(process))),
                        ("at", &at_place(process.at.as_deref())),
                        ("parent", &who(parent)),
                    ],
                )
            } else {
                Words::tell(
                    "finding.forked-lock.own",
                    &[
                        ("who", &who(Some(process))),
                        ("at", &at_place(process.at.as_deref())),
                    ],
                )
            };
            let several = parent.is_some_and(|parent| is_threaded(still, parent));
            let certainty = if several || !forked || import.is_some() {
                Certainty::Certain
            } else {
                Certainty::Likely
            };
            let started = still.joiner(process.proc);
            let finding = Finding::new("forked-lock", Harm::Hang, certainty, text)
                .advice(Words::tell("finding.forked-lock.advice", &[]))
                .event(process.start_seq)
                .process(Some(process))
                .process(parent.filter(|_| forked))
                .place(process.at.as_deref())
                .place(import.and_then(|import| import.at.as_deref()))
                .place(started.and_then(|started| started.at.as_deref()));
            found.hang_of(finding, process.proc);
        }
    }
}

/// The lock of a module that was being imported.
fn importing(process: &Process, parent: Option<&Process>, import: &Op) -> Words {
    let text = |text: &Option<String>| clean(text.as_deref().unwrap_or("?")).into_owned();
    Words::tell(
        "finding.forked-lock.import",
        &[
            ("who", &who(Some(process))),
            ("module", &text(&import.args.name)),
            ("thread", &text(&import.args.value)),
            ("parent", &who(parent)),
            ("there", &at_place(import.at.as_deref())),
        ],
    )
}

/// Locks of threads that the log knows to be copies.
fn copies(still: &Still<'_>, found: &mut Found) {
    for (wait, object) in still.on(&[OpName::Acquire]) {
        let Some(copied) = object.lock().and_then(|lock| lock.copied.as_ref()) else {
            continue;
        };
        // The program's name for it is the original's.
        let original = object.of.as_deref().and_then(|id| still.world.object(id));
        let process = still.process(&wait.who);
        let parent = process.and_then(|process| still.world.process(process.parent?));
        let holder = clean(copied.holder.as_deref().unwrap_or("?")).into_owned();
        let text = Words::tell(
            "finding.forked-lock.copied",
            &[
                ("who", &party(&wait.who)),
                ("at", &at_place(wait.at.as_deref())),
                ("lock", &what(original.or(Some(object)))),
                ("holder", &holder),
                ("parent", &who(parent)),
                ("there", &at_place(copied.at.as_deref())),
            ],
        );
        let finding = still
            .finding("forked-lock", text, wait)
            .advice(Words::tell("finding.forked-lock.advice", &[]))
            .process(parent)
            .object(original)
            .place(copied.at.as_deref());
        found.hang(finding, wait);
    }
}

fn is_threaded(still: &Still<'_>, process: &Process) -> bool {
    !process.threads.is_empty() || still.threads(process.pid).count() > 1
}
