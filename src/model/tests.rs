//! Fold cases: each kind of event, each family typical and misused. `Log` writes the events.

use super::{AnomalyKind, Ending, State, Target, World};
use crate::trace::{
    Event, Exit, Fault, FaultKind, Kind, Op, OpName, Output, ProcessStart, PsRow, PsUpdate, Role,
    RunEnd, RunStatus, StartMethod, Stream,
};

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

    pub(super) fn push(&mut self, proc: Option<u32>, kind: Kind) -> u64 {
        self.seq += 1;
        let pid = proc.map_or(0, |proc| 100 + i32::try_from(proc).expect("small"));
        self.world.apply(&Event {
            seq: self.seq,
            t: i64::try_from(self.seq).expect("small") * 1000,
            proc,
            pid,
            tid: None,
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
        self.push(Some(proc), Kind::ProcessReaped { by: 100, exit });
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

    fn state(&self, proc: u32) -> &State {
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

fn row(pid: i32) -> PsRow {
    PsRow {
        pid,
        ..PsRow::default()
    }
}

#[test]
fn a_process_is_born_exits_as_a_zombie_and_is_reaped() {
    let mut log = Log::with_children(1);
    let child = log.world.process(1).expect("born");
    assert_eq!(
        (child.pid, child.parent, &*child.name),
        (101, Some(0), "Process-1")
    );
    assert_eq!(log.world.living(101).map(|p| p.proc), Some(1));
    log.exit(1, Exit::Signal(9));
    let child = log.world.process(1).expect("known");
    assert!(child.is_zombie() && !child.is_alive());
    assert_eq!(child.exit().and_then(Exit::exitcode), Some(-9));
    assert_eq!(log.world.living(101), None);
    log.reap(1, Exit::Signal(9));
    assert!(!log.world.process(1).expect("known").is_zombie());
    assert_eq!(log.world.by_pid(101).map(|p| p.proc), Some(1));
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_pid_used_again_is_another_process() {
    let mut log = Log::with_children(1);
    log.exit(1, Exit::Code(0));
    log.reap(1, Exit::Code(0));
    log.seq += 1;
    log.world.apply(&Event {
        seq: log.seq,
        t: 0,
        proc: Some(2),
        pid: 101,
        tid: None,
        kind: Kind::ProcessStart(ProcessStart {
            ppid: 100,
            name: "Process-2".to_owned(),
            role: Role::Process,
            daemon: false,
            method: StartMethod::Fork,
        }),
    });
    assert_eq!(log.world.living(101).map(|p| p.proc), Some(2));
    assert_eq!(log.anomalies(), []);
}

#[test]
fn contradicting_lives_are_noted() {
    let mut log = Log::with_children(1);
    log.start(1, 100, "Again", Role::Process);
    log.reap(1, Exit::Code(3));
    log.exit(1, Exit::Code(3));
    log.op(1, on(OpName::Acquire, "Lock-1"));
    assert_eq!(
        log.anomalies(),
        [
            AnomalyKind::StartedTwice,
            AnomalyKind::ReapedAlive,
            AnomalyKind::EndedTwice,
            AnomalyKind::AfterExit
        ]
    );
    assert_eq!(&*log.world.process(1).expect("known").name, "Process-1");
}

#[test]
fn a_lock_knows_its_owner_and_its_waiters() {
    let mut log = Log::with_children(2);
    log.op(0, create("Lock-1", "Lock"));
    log.op(1, on(OpName::Acquire, "Lock-1"));
    log.wait(2, on(OpName::Acquire, "Lock-1"));
    let lock = log.world.object("Lock-1").expect("created");
    assert_eq!(
        lock.lock()
            .and_then(|lock| lock.owner)
            .map(|owner| owner.proc),
        Some(1)
    );
    assert_eq!(lock.waiters.iter().map(|w| w.proc).collect::<Vec<_>>(), [2]);
    let State::Waiting(pending) = log.state(2) else {
        panic!("2 waits")
    };
    assert_eq!(pending.target, Target::Object(lock.key));
    log.op(1, on(OpName::Release, "Lock-1"));
    log.op(2, on(OpName::Acquire, "Lock-1"));
    let lock = log.world.object("Lock-1").expect("created");
    assert_eq!(
        lock.lock()
            .and_then(|lock| lock.owner)
            .map(|owner| owner.proc),
        Some(2)
    );
    assert!(lock.waiters.is_empty());
    assert_eq!(*log.state(2), State::Running);
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_lock_taken_while_held_and_counters_out_of_order_are_noted() {
    let mut log = Log::with_children(2);
    let with = |op, ver| Op {
        ver: Some(ver),
        ..on(op, "Lock-1")
    };
    log.op(1, with(OpName::Acquire, 1));
    log.op(2, with(OpName::Acquire, 3));
    log.op(1, with(OpName::Release, 2));
    assert_eq!(
        log.anomalies(),
        [
            AnomalyKind::VersionGap { last: 1, found: 3 },
            AnomalyKind::HeldByAnother { owner: 1 },
            AnomalyKind::VersionBack { last: 3, found: 2 },
        ]
    );
}

#[test]
fn an_rlock_counts_its_depth_and_refuses_others() {
    let mut log = Log::with_children(2);
    log.op(0, create("RLock-1", "RLock"));
    for op in [OpName::Acquire, OpName::Acquire, OpName::Release] {
        log.op(1, on(op, "RLock-1"));
    }
    let depth = |log: &Log| {
        log.world
            .object("RLock-1")
            .and_then(|o| o.lock())
            .map(|l| l.depth)
    };
    assert_eq!(depth(&log), Some(1));
    let mut refused = on(OpName::Release, "RLock-1");
    refused.error = Some("AssertionError: attempt to release recursive lock".to_owned());
    log.op(2, refused);
    assert_eq!(log.anomalies(), []);
    log.op(2, on(OpName::Release, "RLock-1"));
    assert_eq!(log.anomalies(), [AnomalyKind::NotOwner { owner: Some(1) }]);
    let mut whole = on(OpName::Release, "RLock-1");
    whole.args.n = Some(i64::MAX);
    log.op(1, whole);
    assert_eq!(depth(&log), Some(0));
}

#[test]
fn an_acquire_that_gave_up_changes_nothing() {
    let mut log = Log::with_children(2);
    log.op(1, on(OpName::Acquire, "Lock-1"));
    let mut late = on(OpName::Acquire, "Lock-1");
    late.result = Some("False".to_owned());
    log.op(2, late);
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_semaphore_counts_down_and_up() {
    let mut log = Log::with_children(1);
    let mut made = create("Semaphore-1", "BoundedSemaphore");
    made.args.n = Some(2);
    log.op(0, made);
    for _ in 0..3 {
        log.op(1, on(OpName::Acquire, "Semaphore-1"));
    }
    for _ in 0..3 {
        log.op(1, on(OpName::Release, "Semaphore-1"));
    }
    assert_eq!(
        log.anomalies(),
        [AnomalyKind::BelowZero, AnomalyKind::NotHeld]
    );
}

#[test]
fn an_array_shows_its_cells_and_their_last_writers() {
    let mut log = Log::with_children(2);
    let mut made = create("Array-1", "Array");
    made.args.typecode = Some("i".to_owned());
    made.args.values = Some(["11", "22", "33"].map(str::to_owned).to_vec());
    log.op(0, made);
    let seq = log.op(2, set("Array-1", 1, "102"));
    log.op(1, set("Array-1", -1, "7"));
    log.op(1, set("Array-1", 3, "no such cell"));
    log.op(1, set("Array-1", i64::MIN, "nor this"));
    let array = log
        .world
        .object("Array-1")
        .and_then(|o| o.shared())
        .expect("array");
    assert_eq!(array.values().collect::<Vec<_>>(), ["11", "102", "7"]);
    assert_eq!(
        (array.cells[1].writer, array.cells[1].written),
        (Some(2), Some(seq))
    );
    assert_eq!(array.cells[0].writer, None);
}

#[test]
fn an_array_of_absurd_length_is_bounded() {
    let mut log = Log::with_children(0);
    let mut made = create("Array-1", "Array");
    made.args.n = Some(i64::MAX);
    log.op(0, made);
    log.op(0, set("Array-1", 5, "1"));
    log.op(0, set("Array-1", i64::MAX, "1"));
    let array = log
        .world
        .object("Array-1")
        .and_then(|o| o.shared())
        .expect("array");
    assert_eq!(array.cells.len(), log.world.limits().elements);
    assert_eq!(&*array.cells[5].value, "1");
}

#[test]
fn output_is_assembled_into_lines_with_their_writers() {
    let mut log = Log::with_children(2);
    log.print(1, "say ");
    log.print(2, "whole\n\nha");
    log.print(1, "hi 1\n");
    log.print(1, "next");
    assert_eq!(log.lines(), ["say hi 1", "whole", "", "ha", "next"]);
    let torn: Vec<bool> = log.world.log().lines().map(|line| line.torn).collect();
    assert_eq!(torn, [true, false, false, false, false]);
    log.exit(2, Exit::Code(0));
    let last = log.world.log().lines_of(2).last().expect("lines");
    assert_eq!((last.text().as_ref(), last.ending), ("ha", Ending::Exit));
    let next = log.world.log().lines_of(1).last().expect("lines");
    assert_eq!(next.ending, Ending::Open);
    log.push(
        None,
        Kind::End(RunEnd {
            status: RunStatus::Finished,
            detail: None,
            ended: vec![],
        }),
    );
    let next = log.world.log().lines_of(1).last().expect("lines");
    assert_eq!(next.ending, Ending::Exit);
}

#[test]
fn rows_of_ps_stay_with_their_process_and_the_fullest_moment_is_kept() {
    let mut log = Log::with_children(2);
    let update = |rows: &[i32], gone: &[i32]| {
        Kind::Ps(PsUpdate {
            rows: rows.iter().map(|pid| row(*pid)).collect(),
            gone: gone.to_vec(),
        })
    };
    log.push(None, update(&[100, 101], &[]));
    log.push(None, update(&[102], &[]));
    log.push(None, update(&[7], &[101, 102]));
    assert_eq!(
        log.world.ps().now().rows.keys().collect::<Vec<_>>(),
        [&7, &100]
    );
    assert_eq!(
        log.world.ps().fullest().rows.keys().collect::<Vec<_>>(),
        [&100, &101, &102]
    );
    assert_eq!(
        log.world
            .process(1)
            .and_then(|p| p.ps.as_ref())
            .map(|r| r.pid),
        Some(101)
    );
}

#[test]
fn a_gated_operation_is_announced_granted_and_done() {
    let mut log = Log::with_children(1);
    log.push(
        Some(1),
        Kind::OpBegin(Box::new(on(OpName::Acquire, "Lock-1"))),
    );
    assert!(matches!(log.state(1), State::AtGate(p) if p.op.op == OpName::Acquire));
    log.push(Some(1), Kind::Gate);
    assert_eq!(*log.state(1), State::Running);
    log.push(
        Some(1),
        Kind::OpEnd(Box::new(on(OpName::Acquire, "Lock-1"))),
    );
    let owner = log
        .world
        .object("Lock-1")
        .and_then(|o| o.lock())
        .and_then(|l| l.owner);
    assert_eq!(owner.map(|owner| owner.proc), Some(1));
}

#[test]
fn sleep_join_line_fault_marker_and_end_are_folded() {
    let mut log = Log::with_children(1);
    let mut sleep = Op {
        op: OpName::Sleep,
        ..Op::default()
    };
    sleep.args.timeout = Some(0.5);
    log.wait(1, sleep);
    assert_eq!(
        *log.state(1),
        State::Sleeping {
            until: Some(3000 + 500_000_000)
        }
    );
    let mut join = Op {
        op: OpName::Join,
        ..Op::default()
    };
    join.args.child = Some("Process-1".to_owned());
    log.wait(0, join);
    let State::Waiting(pending) = log.state(0) else {
        panic!("main waits")
    };
    assert!(matches!(
        pending.target,
        Target::Child { proc: Some(1), .. }
    ));
    log.push(
        Some(1),
        Kind::Line {
            file: "program.py".to_owned(),
            line: 7,
        },
    );
    assert_eq!(
        log.world.process(1).and_then(|p| p.at.as_deref()),
        Some("program.py:7")
    );
    let fault = Fault {
        fault: FaultKind::Killed,
        detail: String::new(),
    };
    log.push(Some(1), Kind::Fault(fault));
    log.push(
        None,
        Kind::Marker {
            text: "here".to_owned(),
        },
    );
    log.push(
        None,
        Kind::Unknown {
            kind: "new".to_owned(),
            json: "{}".to_owned(),
        },
    );
    log.push(
        None,
        Kind::End(RunEnd {
            status: RunStatus::Stopped,
            detail: None,
            ended: vec![101],
        }),
    );
    assert_eq!(log.world.faults().len(), 1);
    assert_eq!(log.world.markers().last().map(|m| &*m.text), Some("here"));
    assert_eq!(log.world.unknown_events(), 1);
    assert_eq!(
        log.world.end().map(|e| e.end.status),
        Some(RunStatus::Stopped)
    );
    log.push(None, Kind::Gate);
    assert_eq!(log.anomalies(), [AnomalyKind::AfterEnd]);
}
