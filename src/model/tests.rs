//! Fold cases: each kind of event, each family typical and misused. `Log` writes the events.

use super::{AnomalyKind, State, World};
use crate::trace::{
    Event, Exit, Kind, Op, OpName, Output, ProcessStart, Reaped, Role, StartMethod, Stream,
};

mod blocked;
mod calls;
mod flood;
mod generate;
mod life;
mod managers;
mod messages;
mod pools;
mod properties;
mod shared;
mod sync;
mod system;
mod timeline;
mod unwritten;

/// Events with numbers and times counted up; each kind of event has its short word.
#[derive(Default)]
pub(super) struct Log {
    pub world: World,
    seq: u64,
}

impl Log {
    /// A run with a main process and so many children, PIDs 100, 101, …
    pub(super) fn with_children(children: u32) -> Log {
        let mut log = Log::default();
        log.start(0, 1, "MainProcess", Role::Main);
        for n in 1..=children {
            log.start(n, 100, &format!("Process-{n}"), Role::Process);
        }
        log
    }

    pub(super) fn with_limits(limits: super::Limits) -> Log {
        Log {
            world: World::with_limits(limits),
            seq: 0,
        }
    }

    pub(super) fn push(&mut self, proc: Option<u32>, kind: Kind) -> u64 {
        self.event(proc, None, kind)
    }

    /// An event of a thread; the main one's number is the PID.
    pub(super) fn on_thread(&mut self, proc: u32, tid: i32, kind: Kind) {
        self.event(Some(proc), Some(tid), kind);
    }

    fn event(&mut self, proc: Option<u32>, tid: Option<i32>, kind: Kind) -> u64 {
        self.seq += 1;
        let pid = proc.map_or(0, |proc| 100 + i32::try_from(proc).expect("small"));
        self.world.apply(&Event {
            seq: self.seq,
            t: i64::try_from(self.seq).expect("small") * 1000,
            proc,
            pid,
            tid,
            kind,
        });
        self.seq
    }

    pub(super) fn start(&mut self, proc: u32, ppid: i32, name: &str, role: Role) {
        let start = ProcessStart {
            ppid,
            name: name.to_owned(),
            role,
            daemon: false,
            method: StartMethod::Fork,
        };
        self.push(Some(proc), Kind::ProcessStart(start));
    }

    pub(super) fn exit(&mut self, proc: u32, exit: Exit) {
        self.push(Some(proc), Kind::ProcessExit(exit));
    }

    pub(super) fn reap(&mut self, proc: u32, exit: Exit) {
        self.push(Some(proc), Kind::ProcessReaped(Reaped { by: 100, exit }));
    }

    pub(super) fn op(&mut self, proc: u32, op: Op) -> u64 {
        self.push(Some(proc), Kind::Op(Box::new(op)))
    }

    pub(super) fn wait(&mut self, proc: u32, op: Op) {
        self.push(Some(proc), Kind::OpWait(Box::new(op)));
    }

    pub(super) fn print(&mut self, proc: u32, text: &str) {
        let output = Output {
            stream: Stream::Stdout,
            data: text.as_bytes().to_vec(),
            at: None,
            left_out: None,
        };
        self.push(Some(proc), Kind::Output(output));
    }

    pub(super) fn anomalies(&self) -> Vec<AnomalyKind> {
        self.world
            .anomalies()
            .iter()
            .map(|found| found.kind)
            .collect()
    }

    pub(super) fn state(&self, proc: u32) -> &State {
        &self.world.process(proc).expect("known").state
    }

    fn lines(&self) -> Vec<String> {
        self.world
            .log()
            .lines()
            .map(|line| line.text().into_owned())
            .collect()
    }
}

/// An operation on an object.
pub(super) fn on(op: OpName, object: &str) -> Op {
    Op {
        op,
        object: Some(object.to_owned()),
        ..Op::default()
    }
}

pub(super) fn create(object: &str, class: &str) -> Op {
    let mut op = on(OpName::Create, object);
    op.args.class = Some(class.to_owned());
    op
}

pub(super) fn set(object: &str, index: i64, value: &str) -> Op {
    let mut op = on(OpName::Set, object);
    op.args.index = Some(index);
    op.args.value = Some(value.to_owned());
    op
}
