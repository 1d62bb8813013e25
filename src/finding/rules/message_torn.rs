//! A process reads a message whose sender was ended in the middle of writing it: the rest never comes, and
//! neither does the end, for somebody still has the other end open.

use crate::finding::found::Found;
use crate::finding::names::{at, ended, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Message, Object, Process};

#[derive(Debug, Default)]
pub(in crate::finding) struct MessageTorn;

impl Rule for MessageTorn {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for process in still.world.processes().filter(|process| process.is_alive()) {
            // It began to read when there was something: the log knows of no wait.
            let main = still.main_thread(process.pid);
            let reads = main.is_some_and(|main| main.call == "read" && !main.timed);
            if !reads || process.pending().is_some() || found.explains(process.proc) {
                continue;
            }
            if let Some((object, message, sender)) = torn(still) {
                let finding = told(still, process, object, message, sender);
                found.hang_of(finding, process.proc);
            }
        }
    }
}

/// A message that was sent and not received, by a process that has ended.
fn torn<'a>(still: &Still<'a>) -> Option<(&'a Object, &'a Message, &'a Process)> {
    still.world.objects().find_map(|object| {
        let inbox = object.connection().map(|end| &end.inbox);
        let mailbox = inbox.or(object.queue().map(|queue| &queue.mailbox))?;
        let message = mailbox.messages().next()?;
        let sender = still.world.process(message.producer)?;
        (!sender.is_alive()).then_some((object, message, sender))
    })
}

fn told(
    still: &Still<'_>,
    process: &Process,
    object: &Object,
    message: &Message,
    sender: &Process,
) -> Finding {
    let site = sender
        .ended_in
        .as_ref()
        .and_then(|last| last.op.at.as_deref());
    let site = site.or(sender.at.as_deref());
    let text = Words::tell(
        "finding.message-torn.text",
        &[
            ("who", &who(Some(process))),
            ("object", &what(Some(object))),
            ("sender", &who(Some(sender))),
            ("ended", &ended(still.world, sender)),
            ("at", &at(site)),
        ],
    );
    Finding::new("message-torn", Harm::Hang, Certainty::Likely, text)
        .advice(Words::tell("finding.message-torn.advice", &[]))
        .event(message.seq)
        .process(Some(process))
        .process(Some(sender))
        .object(Some(object))
        .place(site)
}
