//! A lock whose owner has ended: no `multiprocessing` lock is released by death.

use crate::finding::names::{ended, party, thing, who};
use crate::finding::rule::{Rule, Watch};
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::Awaited;

#[derive(Debug, Default)]
pub(in crate::finding) struct OwnerDied;

impl Rule for OwnerDied {
    fn watches(&self) -> &'static [Watch] {
        &[]
    }

    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for wait in still.waits {
            let Awaited::Object(object) = &wait.target else {
                continue;
            };
            let owner = wait.held_by.first().filter(|owner| !owner.alive);
            let Some(owner) = owner.and_then(|owner| still.world.process(owner.proc)) else {
                continue;
            };
            let lock = thing(object.name.as_deref(), &object.id);
            let text = Words::tell(
                "finding.owner-died.text",
                &[
                    ("who", &party(&wait.who)),
                    ("lock", &lock),
                    ("owner", &who(Some(owner))),
                    ("ended", &ended(owner)),
                ],
            );
            let finding = Finding::new("owner-died", Harm::Hang, Certainty::Certain, text)
                .advice(Words::tell("finding.owner-died.advice", &[]))
                .event(wait.since_seq)
                .process(still.world.process(wait.who.proc))
                .process(Some(owner))
                .object(still.world.object(&object.id))
                .place(wait.at.as_deref())
                .same(&*object.id);
            found.hang(finding, wait);
        }
    }
}
