//! What keeps a child from starting: no main guard under spawn, a daemon that wants children, a target or an
//! argument that can't be pickled, an object of another context; and a child that reads a stdin it has not.

use std::collections::BTreeMap;

use crate::finding::names::who;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Process, World};
use crate::text::clean;
use crate::trace::{Event, Exit, Kind, OpName, Output, Stream};

const MOST: usize = 4096;

#[derive(Debug, Default)]
pub(in crate::finding) struct StartRefused {
    /// Where a process last started somebody, or stood in a traceback of its main module.
    places: BTreeMap<u32, String>,
    /// What was found and waits for the end of its process: it may have been handled.
    open: Vec<(u32, Finding)>,
}

impl Rule for StartRefused {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Output,
            Watch::Fault,
            Watch::Op(OpName::Start),
            Watch::Op(OpName::TaskEnd),
            Watch::Op(OpName::ResultGet),
            Watch::Op(OpName::ResultReady),
            Watch::Op(OpName::Submit),
            Watch::Op(OpName::Put),
            Watch::Op(OpName::Send),
            Watch::Op(OpName::Raise),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let Some(proc) = event.proc else { return };
        match &event.kind {
            Kind::Output(output) if output.stream == Stream::Stderr => {
                self.said(world, event, proc, output, found);
            }
            Kind::Fault(fault) => self.refused(world, event, proc, &fault.detail, found),
            Kind::Op(op) | Kind::OpEnd(op) => {
                if let (OpName::Start, Some(at)) = (op.op, &op.at)
                    && (self.places.len() < MOST || self.places.contains_key(&proc))
                {
                    self.places.insert(proc, at.clone());
                }
                if let Some(error) = &op.error {
                    let at = op.at.as_deref().map(str::to_owned);
                    self.failed(world, event, proc, (op.op, error, at), found);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (proc, mut finding) in self.open.drain(..) {
            // Who did not fail has handled it.
            let exit = world.process(proc).and_then(Process::exit);
            let failed = matches!(exit, Some(Exit::Code(code)) if code != 0);
            if !failed {
                finding.certainty = Certainty::Hint;
            }
            found.add(finding);
        }
    }
}

/// `File "/a/b/program.py", line 7, in <module>` as `program.py:7`.
fn place_in(line: &str) -> Option<String> {
    let (_, after) = line.split_once("File \"")?;
    let (path, after) = after.split_once("\", line ")?;
    let (number, rest) = after.split_once(',')?;
    let ours = rest.contains("<module>") && path.starts_with('/') && !path.contains("/lib/python");
    let file = path.rsplit('/').next().unwrap_or(path);
    ours.then(|| format!("{file}:{number}"))
}

impl StartRefused {
    fn said(
        &mut self,
        world: &World,
        event: &Event,
        proc: u32,
        output: &Output,
        found: &mut Found,
    ) {
        let text = String::from_utf8_lossy(&output.data);
        for line in text.lines().filter(|line| line.contains("in <module>")) {
            if let Some(place) = place_in(line)
                && (self.places.len() < MOST || self.places.contains_key(&proc))
            {
                self.places.insert(proc, place);
            }
        }
        if text.contains("has finished its bootstrapping phase") {
            let child = world.process(proc);
            let text = Words::tell("finding.no-main-guard.text", &[("who", &who(child))]);
            found.add(
                Finding::new("no-main-guard", Harm::Wrong, Certainty::Certain, text)
                    .advice(Words::tell("finding.no-main-guard.advice", &[]))
                    .lesson("create-process")
                    .event(event.seq)
                    .process(child)
                    .place(self.places.get(&proc).map(String::as_str)),
            );
        } else if let Some((_, name)) = text.split_once("AttributeError: Can't get attribute ") {
            let child = world.process(proc);
            let name = clean(name.split(" on ").next().unwrap_or(name)).into_owned();
            let text = Words::tell(
                "finding.name-not-found.text",
                &[("who", &who(child)), ("name", &name)],
            );
            found.add(
                Finding::new("name-not-found", Harm::Wrong, Certainty::Certain, text)
                    .advice(Words::tell("finding.name-not-found.advice", &[]))
                    .event(event.seq)
                    .process(child)
                    .same(name),
            );
        }
    }

    /// A start that failed: `Process-1: TypeError: cannot pickle …`.
    fn refused(
        &mut self,
        world: &World,
        event: &Event,
        proc: u32,
        detail: &str,
        found: &mut Found,
    ) {
        if let Some((_, error)) = detail.split_once(": ") {
            let at = self.places.get(&proc).cloned();
            self.failed(world, event, proc, (OpName::Start, error, at), found);
        }
    }

    fn failed(
        &mut self,
        world: &World,
        event: &Event,
        proc: u32,
        (op, error, at): (OpName, &str, Option<String>),
        found: &mut Found,
    ) {
        let process = world.process(proc);
        let Some(finding) = explained(process, op, error) else {
            return;
        };
        let pool = world
            .objects()
            .rev()
            .find(|object| object.pool().is_some() && object.creator == Some(proc));
        let made_at = pool.and_then(|pool| pool.created_at.as_deref());
        let known = self.places.get(&proc).map(String::as_str);
        let finding = finding
            .event(event.seq)
            .process(process)
            .place(at.as_deref().or(known).or(made_at));
        // Whoever asks for the result of a task gets the same error once more.
        let again = matches!(op, OpName::ResultGet | OpName::ResultReady)
            && self
                .open
                .iter()
                .any(|(_, known)| known.key() == finding.key() || known.rule == finding.rule);
        if again {
            return;
        }
        if op == OpName::Raise {
            found.add(finding);
        } else if self.open.len() < MOST {
            // An error of a task is handed on: whoever asks for its result has it then.
            let asks = world.process(0).map_or(proc, |main| main.proc);
            let handles = if op == OpName::TaskEnd { asks } else { proc };
            self.open.push((handles, finding));
        }
    }
}

/// Errors that say what is wrong, to who knows them.
fn explained(process: Option<&Process>, op: OpName, error: &str) -> Option<Finding> {
    let who = who(process);
    let short = clean(error.lines().next().unwrap_or(error)).into_owned();
    let has = |words: &str| error.contains(words);
    let finding = if has("daemonic processes are not allowed to have children") {
        let text = Words::tell("finding.daemon-children.text", &[("who", &who)]);
        Finding::new("daemon-children", Harm::Wrong, Certainty::Certain, text)
            .advice(Words::tell("finding.daemon-children.advice", &[]))
    } else if has("A SemLock created in a ") {
        let text = Words::tell(
            "finding.other-context.text",
            &[("who", &who), ("error", &short)],
        );
        Finding::new("other-context", Harm::Wrong, Certainty::Certain, text)
            .advice(Words::tell("finding.other-context.advice", &[]))
    } else if has("should only be shared between processes through inheritance") {
        let text = Words::tell(
            "finding.not-inherited.text",
            &[("who", &who), ("error", &short)],
        );
        Finding::new("not-inherited", Harm::Wrong, Certainty::Certain, text)
            .advice(Words::tell("finding.not-inherited.advice", &[]))
    } else if has("Can't pickle") || has("Can't get local object") || has("annot pickle") {
        let text = Words::tell(
            "finding.cannot-pickle.text",
            &[("who", &who), ("error", &short)],
        );
        Finding::new("cannot-pickle", Harm::Wrong, Certainty::Certain, text)
            .advice(Words::tell("finding.cannot-pickle.advice", &[]))
    } else if op == OpName::Raise && error.starts_with("EOFError: EOF when reading a line") {
        let text = Words::tell("finding.no-stdin.text", &[("who", &who)]);
        Finding::new("no-stdin", Harm::Wrong, Certainty::Certain, text)
            .advice(Words::tell("finding.no-stdin.advice", &[]))
            .lesson("create-process")
    } else {
        return None;
    };
    Some(finding.same(short))
}
