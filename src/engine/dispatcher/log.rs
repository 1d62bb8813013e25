//! The run's log: numbers events, folds them into a `World`, and collects them into batches.

use crossbeam_channel::Sender;

use super::processes::Processes;
use crate::model::World;
use crate::sys::clock::monotonic_ns;
use crate::trace::{self, Event, Fault, FaultKind, Kind};

/// Events given out together, and what they cost the backlog.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub events: trace::Batch,
    pub cost: usize,
}

pub(super) struct Log {
    /// When the run began, ns of `CLOCK_MONOTONIC`.
    origin: i64,
    seq: u64,
    pub(super) processes: Processes,
    pub(super) world: World,
    batch: Batch,
    output: Sender<Batch>,
}

impl Log {
    pub(super) fn new(origin: i64, output: Sender<Batch>) -> Log {
        Log {
            origin,
            seq: 0,
            processes: Processes::default(),
            world: World::new(),
            batch: Batch::default(),
            output,
        }
    }

    /// ns since the run began.
    pub(super) fn now(&self) -> i64 {
        monotonic_ns() - self.origin
    }

    /// Appends an event of process `pid`; `pid` is 0 where it belongs to none.
    pub(super) fn append(&mut self, t: i64, pid: i32, tid: Option<i32>, kind: Kind) -> &Event {
        self.seq += 1;
        let proc = self.processes.proc(pid);
        let event = Event {
            seq: self.seq,
            t,
            proc,
            pid: if proc.is_some() { pid } else { 0 },
            tid,
            kind,
        };
        self.world.apply(&event);
        self.batch.events.add(event)
    }

    pub(super) fn fault(
        &mut self,
        t: i64,
        pid: i32,
        fault: FaultKind,
        detail: impl Into<String>,
    ) -> &Event {
        let detail = detail.into();
        self.append(t, pid, None, Kind::Fault(Fault { fault, detail }))
    }

    /// Notes the backlog's share of what the next batch is made of.
    pub(super) fn charge(&mut self, cost: usize) {
        self.batch.cost += cost;
    }

    /// What the next batch costs so far.
    pub(super) fn cost(&self) -> usize {
        self.batch.cost
    }

    /// Gives the batch out; false when nobody takes it any more.
    pub(super) fn flush(&mut self) -> bool {
        if self.batch.events.is_empty() && self.batch.cost == 0 {
            return true;
        }
        let batch = std::mem::take(&mut self.batch);
        self.output.send(batch).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Log;
    use crate::trace::{Kind, ProcessStart, Role, StartMethod};

    #[test]
    fn events_are_numbered_from_one_without_a_gap() {
        let (sender, batches) = crossbeam_channel::unbounded();
        let mut log = Log::new(0, sender);
        let start = ProcessStart {
            ppid: 1,
            name: String::new(),
            role: Role::Main,
            daemon: false,
            method: StartMethod::Fork,
        };
        log.processes.enter(7, &start);
        log.append(9, 7, None, Kind::Gate);
        log.append(3, 0, None, Kind::Gate);
        assert!(log.flush() && log.flush());
        let events = batches.recv().expect("a batch").events;
        let heads: Vec<_> = events
            .events()
            .iter()
            .map(|event| (event.seq, event.proc, event.pid))
            .collect();
        assert_eq!(heads, [(1, Some(0), 7), (2, None, 0)]);
        assert!(batches.try_recv().is_err(), "an empty batch is not sent");
        drop(batches);
        log.charge(5);
        assert!(!log.flush(), "nobody takes it");
    }
}
