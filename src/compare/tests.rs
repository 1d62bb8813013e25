//! Runs made by hand beside each other.

use super::{Comparison, Kind, Run, compare};
use crate::model::World;
use crate::trace::{
    Event, Exit, Kind as EventKind, Op, OpName, Output, ProcessStart, Role, StartMethod, Stream,
};

/// A run of two processes whose PIDs begin at `pid`; `order` says who takes its step when.
fn run(pid: i32, order: &[u32], value: &str) -> Run {
    let mut kinds = Vec::new();
    for (proc, name) in [(0, "MainProcess"), (1, "Process-1")] {
        let start = ProcessStart {
            ppid: 1,
            name: name.to_owned(),
            role: Role::Process,
            daemon: false,
            method: StartMethod::Fork,
        };
        kinds.push((proc, EventKind::ProcessStart(start)));
    }
    for (step, proc) in order.iter().enumerate() {
        let nth = order[..step].iter().filter(|other| *other == proc).count();
        let mut op = Op {
            op: OpName::Put,
            object: Some("Queue-1".to_owned()),
            at: Some(format!("program.rs:{nth}")),
            ..Op::default()
        };
        op.args.value = Some(if *proc == 1 { value } else { "0" }.to_owned());
        kinds.push((*proc, EventKind::Op(Box::new(op))));
    }
    let output = Output {
        stream: Stream::Stdout,
        data: format!("I am {}\n", pid + 1).into_bytes(),
        at: None,
        left_out: None,
    };
    kinds.push((1, EventKind::Output(output)));
    kinds.push((1, EventKind::ProcessExit(Exit::Code(0))));
    let mut world = World::new();
    let mut run = Run::default();
    for (index, (proc, kind)) in kinds.into_iter().enumerate() {
        let event = Event {
            seq: index as u64 + 1,
            t: 1000 * i64::from(pid),
            proc: Some(proc),
            pid: pid + proc.cast_signed(),
            tid: None,
            kind,
        };
        world.apply(&event);
        run.push(&event, &world);
    }
    run.end(&world);
    run
}

fn first(comparison: &Comparison) -> (Kind, &str, usize) {
    let first = comparison.first.as_ref().unwrap();
    (first.kind, &first.process, first.same)
}

#[test]
fn pids_times_and_the_order_of_processes_are_no_difference() {
    let same = compare(
        &run(100, &[0, 1, 0, 1], "7"),
        &run(5000, &[0, 1, 0, 1], "7"),
    );
    assert!(same.is_same() && same.order.is_none(), "{same:?}");
    let other = compare(
        &run(100, &[0, 1, 0, 1], "7"),
        &run(5000, &[0, 0, 1, 1], "7"),
    );
    assert!(other.is_same(), "{other:?}");
    assert_eq!(other.order, Some((4, 4)));
}

#[test]
fn the_first_difference_is_named_with_both_sides() {
    let other = compare(&run(100, &[0, 1, 0, 1], "7"), &run(100, &[0, 1, 0, 1], "8"));
    assert_eq!(first(&other), (Kind::Outcome, "Process-1", 0));
    let parting = other.first.unwrap();
    assert_eq!(&*parting.a.unwrap().outcome, "7");
    assert_eq!(&*parting.b.unwrap().outcome, "8");
    // One step fewer: the line it wrote comes where a step was.
    let shorter = compare(&run(100, &[1, 1], "7"), &run(100, &[1], "7"));
    assert_eq!(first(&shorter), (Kind::Position, "Process-1", 1));
    let missing = compare(&run(100, &[0, 0], "7"), &run(100, &[0], "7"));
    assert_eq!(first(&missing), (Kind::Missing, "MainProcess", 1));
    assert!(missing.first.unwrap().b.is_none());
    let nobody = compare(&run(100, &[0], "7"), &Run::default());
    assert_eq!(first(&nobody).0, Kind::Process);
}
