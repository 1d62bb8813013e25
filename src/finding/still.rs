//! `Still`: a moment at which a run stands still, for the rules that say why.
//!
//! The waits are the log's word, the look is the kernel's. A wait of a thread that the kernel saw
//! running is none.

use super::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Awaited, Object, Party, Process, Wait, World};
use crate::trace::{Look, OpName, PipeLook, ThreadLook};

/// Who waits for what when nothing goes on.
#[derive(Debug)]
pub(super) struct Still<'a> {
    pub world: &'a World,
    /// Of a recording without one there is none.
    pub look: Option<&'a Look>,
    /// Nothing can wake anybody, by the log and by the kernel.
    pub stuck: bool,
    /// Waits without a timeout that nothing can end as things stand, in birth order.
    pub waits: Vec<Wait>,
}

impl<'a> Still<'a> {
    /// A moment at which all that wait still do.
    pub(super) fn now(world: &'a World, look: Option<&'a Look>, stuck: bool) -> Still<'a> {
        // What the kernel says to be stuck is, whatever the log could tell.
        let mut waits = world.standing(stuck && look.is_some());
        if let Some(look) = look {
            waits.retain(|wait| {
                let thread = thread_of(look, wait);
                thread.is_none_or(|thread| thread.state != "R")
            });
        }
        Still {
            world,
            look,
            stuck,
            waits,
        }
    }

    /// Waits that were remembered; who waited may have ended since.
    pub(super) fn remembered(world: &'a World, waits: &[Wait]) -> Still<'a> {
        Still {
            world,
            look: None,
            stuck: true,
            waits: waits.to_vec(),
        }
    }

    /// Waits in one of these operations on an object.
    pub(super) fn on(&self, ops: &'static [OpName]) -> impl Iterator<Item = (&Wait, &'a Object)> {
        let waits = self.waits.iter();
        waits.filter_map(move |wait| {
            let object = self.object(wait)?;
            ops.contains(&wait.op).then_some((wait, object))
        })
    }

    /// The object a wait is on.
    pub(super) fn object(&self, wait: &Wait) -> Option<&'a Object> {
        let thing = match &wait.target {
            Awaited::Object(thing) | Awaited::Workers { pool: thing, .. } => thing,
            Awaited::Result { pool, .. } => pool.as_ref()?,
            Awaited::Child { .. } | Awaited::Nothing => return None,
        };
        self.world.object(&thing.id)
    }

    pub(super) fn process(&self, party: &Party) -> Option<&'a Process> {
        self.world.process(party.proc)
    }

    /// Threads of a process, by the kernel's word.
    pub(super) fn threads(&self, pid: i32) -> impl Iterator<Item = &'a ThreadLook> {
        let threads = self.look.map(|look| look.threads.as_slice());
        let threads = threads.unwrap_or_default().iter();
        threads.filter(move |thread| thread.pid == pid)
    }

    pub(super) fn main_thread(&self, pid: i32) -> Option<&'a ThreadLook> {
        self.threads(pid).find(|thread| thread.tid == pid)
    }

    /// The pipe or socket with this name.
    pub(super) fn pipe(&self, name: &str) -> Option<&'a PipeLook> {
        let pipes = self.look.map(|look| look.pipes.as_slice());
        let mut pipes = pipes.unwrap_or_default().iter();
        pipes.find(|pipe| pipe.pipe == name)
    }

    /// Living processes that could end the system call its main thread is blocked in.
    pub(super) fn could_wake(&self, process: &Process) -> Vec<u32> {
        let Some(main) = self.main_thread(process.pid) else {
            return Vec::new();
        };
        let writes = matches!(main.call.as_str(), "write" | "send");
        let pipes = main.on.iter().filter_map(|on| self.pipe(on));
        let others = pipes.flat_map(|pipe| if writes { &pipe.readers } else { &pipe.writers });
        let pids = others.chain(&main.child);
        let living = pids.filter_map(|pid| self.world.living(*pid));
        living.map(|process| process.proc).collect()
    }

    /// Who waits for the end of this process.
    pub(super) fn joiner(&self, proc: u32) -> Option<&Wait> {
        let mut waits = self.waits.iter();
        waits.find(|wait| match &wait.target {
            Awaited::Child {
                party: Some(party), ..
            } => party.proc == proc,
            _ => false,
        })
    }

    /// A finding on a wait, with what every such finding names.
    pub(super) fn finding(&self, rule: &'static str, text: Words, wait: &Wait) -> Finding {
        let object = self.object(wait);
        let finding = Finding::new(rule, Harm::Hang, Certainty::Certain, text)
            .event(wait.since_seq)
            .process(self.process(&wait.who))
            .object(object)
            .place(wait.at.as_deref());
        match object {
            Some(object) => finding.same(&*object.id),
            None => finding,
        }
    }
}

fn thread_of<'a>(look: &'a Look, wait: &Wait) -> Option<&'a ThreadLook> {
    let tid = wait.tid.unwrap_or(wait.who.pid);
    let mut threads = look.threads.iter();
    threads.find(|thread| thread.pid == wait.who.pid && thread.tid == tid)
}
