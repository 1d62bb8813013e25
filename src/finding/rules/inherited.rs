//! What forked children have from their parent without knowing: a random generator that begins where its
//! siblings' do, the position in an open file.

use std::collections::BTreeMap;

use crate::finding::names::who;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::World;
use crate::text::clean;
use crate::trace::{Event, Op, OpName};

const MOST: usize = 256;

#[derive(Debug, Default)]
pub(in crate::finding) struct Inherited {
    /// Who drew from a generator that began in this state, by name and state.
    generators: BTreeMap<(String, String), Drawn>,
}

#[derive(Debug, Default)]
struct Drawn {
    procs: Vec<u32>,
    seq: u64,
    at: Option<String>,
}

impl Rule for Inherited {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::Inherit)]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        match op.args.key.as_deref() {
            Some("generator") => self.draws(op, proc, event.seq),
            Some("file") => found.add(moved(world, event, op, proc)),
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for ((name, _), drawn) in &self.generators {
            if drawn.procs.len() < 2 {
                continue;
            }
            let text = Words::tell(
                "finding.same-random-numbers.text",
                &[("n", &drawn.procs.len()), ("name", &clean(name))],
            );
            let mut finding =
                Finding::new("same-random-numbers", Harm::Wrong, Certainty::Hint, text)
                    .advice(Words::tell("finding.same-random-numbers.advice", &[]))
                    .event(drawn.seq)
                    .place(drawn.at.as_deref());
            for proc in &drawn.procs {
                finding = finding.process(world.process(*proc));
            }
            found.add(finding);
        }
    }
}

impl Inherited {
    fn draws(&mut self, op: &Op, proc: u32, seq: u64) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let key = (text(&op.args.name), text(&op.args.value));
        if self.generators.len() >= MOST && !self.generators.contains_key(&key) {
            return;
        }
        let drawn = self.generators.entry(key).or_default();
        if drawn.procs.len() < MOST && !drawn.procs.contains(&proc) {
            drawn.procs.push(proc);
        }
        drawn.seq = seq;
        drawn.at.clone_from(&op.at);
    }
}

fn moved(world: &World, event: &Event, op: &Op, proc: u32) -> Finding {
    let process = world.process(proc);
    let file = clean(op.args.name.as_deref().unwrap_or("?")).into_owned();
    let positions = op.args.value.as_deref().unwrap_or_default();
    let (from, to) = positions.split_once(", ").unwrap_or(("?", "?"));
    let parent = process.and_then(|process| world.process(process.parent?));
    let text = Words::tell(
        "finding.file-position-shared.text",
        &[
            ("file", &file),
            ("who", &who(process)),
            ("parent", &who(parent)),
            ("from", &clean(from)),
            ("to", &clean(to)),
        ],
    );
    Finding::new("file-position-shared", Harm::Wrong, Certainty::Hint, text)
        .advice(Words::tell("finding.file-position-shared.advice", &[]))
        .event(event.seq)
        .process(process)
        .same(file)
}
