//! The gate, moved by hand: a `World` of made events, a clock that stands still, eyes that see what
//! they are told.

use super::participant::{COMPUTES, LONGEST, LOOK, OUTSIDE};
use super::{Chosen, Decision, Gate, Grant, Ready, Scheduler};
use crate::engine::GateMode;
use crate::engine::observer::{Activity, Observer};
use crate::feed::Control;
use crate::model::World;
use crate::trace::{Args, Event, Kind, Op, OpName, ProcessStart, Role, StartMethod};

/// What is seen from outside, set by hand.
#[derive(Default)]
struct Seen {
    runs: Option<u64>,
    children: Vec<i32>,
}

impl Observer for Seen {
    fn doing(&self, _: i32) -> Activity {
        self.runs
            .map_or(Activity::Resting, |cpu| Activity::Running { cpu })
    }

    fn children(&self, _: i32) -> Vec<i32> {
        self.children.clone()
    }
}

/// A gate, the world it decides by, and a clock moved by hand.
struct Table {
    gate: Gate,
    world: World,
    now: i64,
    seq: u64,
    seen: Seen,
}

impl Table {
    fn new(mode: GateMode, processes: u32) -> Table {
        let mut table = Table {
            gate: Gate::new(mode, None),
            world: World::new(),
            now: 1_000_000_000,
            seq: 0,
            seen: Seen::default(),
        };
        for proc in 0..processes {
            table.gate.enter(proc, 100 + proc.cast_signed(), table.now);
            let start = ProcessStart {
                ppid: 99,
                name: format!("Process-{proc}"),
                role: if proc == 0 { Role::Main } else { Role::Process },
                daemon: false,
                method: StartMethod::Fork,
            };
            table.log(proc, Kind::ProcessStart(start));
        }
        table
    }

    fn log(&mut self, proc: u32, kind: Kind) {
        self.seq += 1;
        let pid = 100 + proc.cast_signed();
        let event = Event {
            seq: self.seq,
            t: self.now,
            proc: Some(proc),
            pid,
            tid: None,
            kind,
        };
        self.world.apply(&event);
        self.gate.note(&event, self.now);
    }

    fn announce(&mut self, proc: u32, op: OpName, object: Option<&str>, timeout: Option<f64>) {
        let args = Args {
            timeout,
            ..Args::default()
        };
        let op = Op {
            op,
            object: object.map(str::to_owned),
            args,
            ..Op::default()
        };
        self.log(proc, Kind::OpBegin(Box::new(op)));
    }

    fn decide(&mut self) -> Decision {
        self.gate.decide(&self.world, self.now, &self.seen)
    }

    /// A decision that must be a grant, and what follows it: the operation's end.
    fn go(&mut self, op: OpName, object: Option<&str>) -> (u32, Grant) {
        let Decision::Grant { proc, grant } = self.decide() else {
            panic!("no grant: {:?} in {:?}", self.gate, self.world.blocked())
        };
        self.log(proc, Kind::Gate);
        let result = (grant == Grant::Go && op == OpName::Acquire).then(|| "True".to_owned());
        let op = Op {
            op,
            object: object.map(str::to_owned),
            result,
            ..Op::default()
        };
        self.log(proc, Kind::OpEnd(Box::new(op)));
        (proc, grant)
    }

    fn lock(&mut self) {
        let args = Args {
            class: Some("Lock".to_owned()),
            ..Args::default()
        };
        let create = Op {
            op: OpName::Create,
            object: Some("Lock-1".to_owned()),
            args,
            ..Op::default()
        };
        self.log(0, Kind::Op(Box::new(create)));
    }
}

const FAST: GateMode = GateMode::Paced { per_second: 1e12 };

#[test]
fn nothing_goes_before_all_are_announced_or_outside() {
    let mut table = Table::new(FAST, 2);
    table.announce(0, OpName::Print, None, None);
    assert_eq!(
        table.decide(),
        Decision::Wait {
            until: table.now + OUTSIDE
        }
    );
    table.now += OUTSIDE;
    assert_eq!(
        table.decide(),
        Decision::Grant {
            proc: 0,
            grant: Grant::Go
        }
    );
}

#[test]
fn those_who_can_go_take_turns_in_birth_order() {
    let mut table = Table::new(FAST, 3);
    for proc in 0..3 {
        table.announce(proc, OpName::Print, None, None);
    }
    let mut order = Vec::new();
    for _ in 0..6 {
        let (proc, grant) = table.go(OpName::Print, None);
        assert_eq!(grant, Grant::Go);
        order.push(proc);
        table.announce(proc, OpName::Print, None, None);
        table.now += 1;
    }
    assert_eq!(order, [1, 2, 0, 1, 2, 0]);
}

#[test]
fn a_pace_keeps_its_distance() {
    let mut table = Table::new(GateMode::Paced { per_second: 4.0 }, 1);
    table.announce(0, OpName::Print, None, None);
    table.go(OpName::Print, None);
    table.announce(0, OpName::Print, None, None);
    assert_eq!(
        table.decide(),
        Decision::Wait {
            until: table.now + 250_000_000
        }
    );
    table.now += 250_000_000;
    assert_eq!(
        table.decide(),
        Decision::Grant {
            proc: 0,
            grant: Grant::Go
        }
    );
}

#[test]
fn a_lock_that_is_held_lets_nobody_in_and_a_timeout_expires_last() {
    let mut table = Table::new(FAST, 2);
    table.lock();
    for proc in 0..2 {
        table.announce(
            proc,
            OpName::Acquire,
            Some("Lock-1"),
            (proc == 0).then_some(5.0),
        );
    }
    assert_eq!(table.go(OpName::Acquire, Some("Lock-1")), (1, Grant::Go));
    table.announce(1, OpName::Sleep, None, Some(2.0));
    assert_eq!(
        table.go(OpName::Sleep, None),
        (1, Grant::Go),
        "2 s come before 5 s"
    );
    table.announce(1, OpName::Sleep, None, Some(4.0));
    assert_eq!(
        table.decide(),
        Decision::Grant {
            proc: 0,
            grant: Grant::Expire
        },
        "5 s come before 6 s"
    );
}

#[test]
fn all_waiting_for_each_other_are_stuck() {
    let mut table = Table::new(FAST, 2);
    table.lock();
    table.announce(0, OpName::Acquire, Some("Lock-1"), None);
    table.announce(1, OpName::Acquire, Some("Lock-1"), None);
    table.go(OpName::Acquire, Some("Lock-1"));
    table.announce(1, OpName::Acquire, Some("Lock-1"), None);
    assert_eq!(table.decide(), Decision::Stuck);
}

#[test]
fn by_hand_only_what_was_chosen_goes_and_an_open_gate_lets_all_go() {
    let mut table = Table::new(GateMode::Manual, 3);
    for proc in 0..3 {
        table.announce(proc, OpName::Print, None, None);
    }
    assert_eq!(table.decide(), Decision::Wait { until: i64::MAX });
    table.gate.obey(Control::Step { proc: Some(7) }, table.now);
    table.gate.obey(Control::Step { proc: Some(2) }, table.now);
    assert_eq!(table.go(OpName::Print, None), (2, Grant::Go));
    assert_eq!(
        table.decide(),
        Decision::Wait {
            until: table.now + OUTSIDE
        },
        "2 has not said what next"
    );
    table.gate.obey(Control::Open, table.now);
    assert!(!table.gate.is_closed());
    assert_eq!(
        table.decide(),
        Decision::Grant {
            proc: 0,
            grant: Grant::Open
        }
    );
}

#[test]
fn a_child_nobody_has_heard_of_is_waited_for() {
    let mut table = Table::new(FAST, 1);
    table.seen.children = vec![101];
    table.announce(0, OpName::Join, None, None);
    assert_eq!(
        table.decide(),
        Decision::Wait {
            until: table.now + OUTSIDE
        }
    );
    let start = ProcessStart {
        ppid: 100,
        name: "Process-1".to_owned(),
        role: Role::Process,
        daemon: false,
        method: StartMethod::Fork,
    };
    table.gate.enter(1, 101, table.now);
    table.log(1, Kind::ProcessStart(start));
    table.announce(1, OpName::Print, None, None);
    assert_eq!(table.go(OpName::Print, None), (1, Grant::Go));
}

#[test]
fn one_that_gets_no_processor_is_waited_for_and_one_that_computes_is_not() {
    let mut table = Table::new(FAST, 2);
    table.announce(0, OpName::Print, None, None);
    table.seen.runs = Some(7);
    table.now += OUTSIDE;
    let begun = table.now;
    for _ in 0..10 {
        assert_eq!(
            table.decide(),
            Decision::Wait {
                until: table.now + LOOK
            }
        );
        table.now += LOOK;
    }
    table.seen.runs = Some(7 + COMPUTES);
    assert_eq!(
        table.decide(),
        Decision::Grant {
            proc: 0,
            grant: Grant::Go
        }
    );
    assert!(table.now < begun + LONGEST);
}

/// A schedule, as `explore` has it, that notes who went by hand.
#[derive(Debug)]
struct Listed(std::collections::VecDeque<Chosen>);

impl Scheduler for Listed {
    fn choose(&mut self, _: &[Ready<'_>]) -> Option<Chosen> {
        self.0.pop_front()
    }

    fn went(&mut self, proc: u32, begins: bool) {
        if self.0.front() == Some(&Chosen { proc, begins }) {
            self.0.pop_front();
        } else {
            self.0.clear();
        }
    }
}

/// A gate by hand that follows these steps, and two processes about to take one lock.
fn followed(steps: &[(u32, bool)]) -> Table {
    let mut table = Table::new(GateMode::Manual, 2);
    let steps = steps.iter().map(|(proc, begins)| Chosen {
        proc: *proc,
        begins: *begins,
    });
    table.gate.scheduler = Some(Box::new(Listed(steps.collect())));
    table.lock();
    for proc in 0..2 {
        table.announce(proc, OpName::Acquire, Some("Lock-1"), None);
    }
    table
}

#[test]
fn a_step_that_names_nobody_follows_the_schedule_its_waits_too() {
    let mut table = followed(&[(1, false), (0, true), (1, false)]);
    let follow = |table: &mut Table| table.gate.obey(Control::Step { proc: None }, table.now);
    let lock = Some("Lock-1");
    follow(&mut table);
    assert_eq!(table.go(OpName::Acquire, lock), (1, Grant::Go));
    table.announce(1, OpName::Print, None, None);
    follow(&mut table);
    let (proc, grant) = (0, Grant::Begin);
    assert_eq!(table.decide(), Decision::Grant { proc, grant });
    table.log(0, Kind::Gate);
    let op = Op {
        op: OpName::Acquire,
        object: lock.map(str::to_owned),
        ..Op::default()
    };
    table.log(0, Kind::OpWait(Box::new(op)));
    assert_eq!(table.decide(), Decision::Wait { until: i64::MAX });
    follow(&mut table);
    assert_eq!(table.go(OpName::Print, None), (1, Grant::Go));
    let turns = table.world.turns().all();
    assert_eq!(turns, Some((vec![1, 0, 1], [1].into())));
}

#[test]
fn a_schedule_is_left_when_somebody_else_goes_by_hand() {
    let mut table = followed(&[(1, false), (1, false)]);
    let step = Control::Step { proc: Some(0) };
    table.gate.obey(step, table.now);
    assert_eq!(table.go(OpName::Acquire, Some("Lock-1")), (0, Grant::Go));
    table.announce(0, OpName::Print, None, None);
    table.gate.obey(Control::Step { proc: None }, table.now);
    assert_eq!(table.go(OpName::Print, None), (0, Grant::Go));
}

#[test]
fn a_schedule_that_lets_somebody_begin_to_wait_who_can_go_does_not_fit() {
    let mut table = followed(&[(1, true)]);
    table.gate.obey(Control::Step { proc: None }, table.now);
    assert!(matches!(table.decide(), Decision::Misfit(_)));
}

#[test]
fn one_that_cannot_go_begins_to_wait_when_it_is_chosen_and_goes_when_it_can() {
    let mut table = Table::new(GateMode::Manual, 2);
    table.lock();
    let lock = Some("Lock-1");
    let choose = |table: &mut Table, proc| {
        let step = Control::Step { proc: Some(proc) };
        table.gate.obey(step, table.now);
    };
    let wait = Decision::Wait { until: i64::MAX };
    table.announce(0, OpName::Acquire, lock, None);
    table.announce(1, OpName::Acquire, lock, None);
    choose(&mut table, 0);
    assert_eq!(table.go(OpName::Acquire, lock), (0, Grant::Go));
    table.announce(0, OpName::Release, lock, None);
    choose(&mut table, 1);
    let (proc, grant) = (1, Grant::Begin);
    assert_eq!(table.decide(), Decision::Grant { proc, grant });
    table.log(1, Kind::Gate);
    assert_ne!(table.decide(), wait, "it has not said yet that it waits");
    let op = Op {
        op: OpName::Acquire,
        object: lock.map(str::to_owned),
        ..Op::default()
    };
    table.log(1, Kind::OpWait(Box::new(op)));
    assert_eq!(table.decide(), wait);
    choose(&mut table, 1);
    assert_eq!(table.decide(), wait, "a second time makes the step void");
    choose(&mut table, 0);
    assert_eq!(table.go(OpName::Release, lock), (0, Grant::Go));
    table.announce(0, OpName::Print, None, None);
    choose(&mut table, 1);
    assert_eq!(table.go(OpName::Acquire, lock), (1, Grant::Go));
}
