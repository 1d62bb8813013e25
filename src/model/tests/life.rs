//! Processes, output, rows of ps, the gate and the run's own events.

use super::{Log, on};
use crate::model::{AnomalyKind, Ending, Limits, Process, State, Target};
use crate::trace::{
    Event, Exit, Fault, FaultKind, Kind, Op, OpName, ProcessStart, PsRow, PsUpdate, Role, RunEnd,
    RunStatus, StartMethod,
};

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
fn the_row_of_an_ended_process_is_no_longer_true() {
    let mut log = Log::with_children(2);
    let alive = |pid: i32| PsUpdate {
        rows: vec![row(pid)],
        gone: vec![],
    };
    log.push(None, Kind::Ps(alive(101)));
    log.push(Some(1), Kind::ProcessExit(Exit::Code(0)));
    // A look taken before the end, told after it.
    log.push(None, Kind::Ps(alive(101)));
    log.push(None, Kind::Ps(alive(102)));
    let rows = |world: &crate::model::World| {
        world
            .ps()
            .fullest()
            .rows
            .keys()
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows(&log.world),
        [101],
        "the two were never seen alive together"
    );
    let zombie = PsUpdate {
        rows: vec![PsRow {
            stat: "Z".to_owned(),
            ..row(101)
        }],
        gone: vec![],
    };
    log.push(None, Kind::Ps(zombie));
    assert_eq!(
        log.world.ps().now().rows.keys().collect::<Vec<_>>(),
        [&101, &102],
        "a zombie has a row"
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
        .and_then(|l| l.owner.clone());
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
            finding: None,
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

#[test]
fn a_sleep_is_as_long_as_the_run_is_scaled() {
    let mut log = Log::with_children(0);
    log.world = std::mem::take(&mut log.world).scaled(0.5);
    let mut sleep = Op {
        op: OpName::Sleep,
        ..Op::default()
    };
    sleep.args.timeout = Some(1e300);
    log.wait(0, sleep.clone());
    assert_eq!(
        *log.state(0),
        State::Sleeping {
            until: Some(i64::MAX)
        }
    );
    sleep.args.timeout = Some(1e-6);
    log.wait(0, sleep);
    assert_eq!(*log.state(0), State::Sleeping { until: Some(3500) });
}

#[test]
fn a_status_only_the_reaper_was_told_is_kept() {
    let mut log = Log::with_children(1);
    log.exit(1, Exit::Unknown);
    log.reap(1, Exit::Code(3));
    assert_eq!(
        log.world.process(1).and_then(Process::exit),
        Some(Exit::Code(3))
    );
}

#[test]
fn a_process_heard_of_before_its_start_is_the_same_process() {
    let mut log = Log::with_children(0);
    // Its first words were told without its PID.
    log.world.apply(&Event {
        seq: 2,
        t: 5,
        proc: Some(1),
        pid: 0,
        tid: None,
        kind: Kind::Line {
            file: "a.py".to_owned(),
            line: 1,
        },
    });
    log.seq += 1;
    log.start(1, 100, "Process-1", Role::Process);
    assert_eq!(log.world.process_count(), 2);
    assert_eq!(
        log.world.by_pid(101).map(|p| (p.proc, &*p.name)),
        Some((1, "Process-1"))
    );
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_line_written_in_pieces_by_one_alone_is_not_torn() {
    let mut log = Log::with_children(1);
    for piece in ["a", "b", "c\n"] {
        log.print(1, piece);
    }
    let line = log.world.log().lines().next().expect("a line");
    assert_eq!((line.text().as_ref(), line.torn), ("abc", false));
    assert_eq!((line.seq, line.last_seq), (3, 5));
}

#[test]
fn a_flood_leaves_its_end_and_says_what_went() {
    let limits = Limits {
        lines: 5,
        output_bytes: 60,
        line_bytes: 40,
        ..Limits::default()
    };
    let mut log = Log::with_limits(limits);
    log.start(0, 1, "MainProcess", Role::Main);
    for n in 0..9 {
        log.print(0, &format!("line {n}\n"));
    }
    assert_eq!(
        log.lines(),
        ["line 4", "line 5", "line 6", "line 7", "line 8"]
    );
    let world = log.world.log();
    assert_eq!(
        (world.first(), world.end(), world.dropped_bytes()),
        (4, 9, 24)
    );
    assert_eq!(world.line(3), None);
    assert_eq!(world.line_of(0, 0).map(|line| line.number), Some(4));
    log.print(0, &"x".repeat(50));
    log.print(0, &"x".repeat(50));
    // The long line is cut, and makes room for itself.
    let world = log.world.log();
    let last = world.lines().last().expect("lines");
    assert_eq!((last.data.len(), last.cut), (40, 60));
    assert_eq!(world.lines().map(|line| line.data.len()).sum::<usize>(), 58);
    assert_eq!(world.bytes(), 9 * 7 + 100);
    assert_eq!(world.dropped_bytes() + 58, 9 * 6 + 100);
}
