//! The gate: which announced operation goes next, and when.
//!
//! Asked by the dispatcher after every turn. It lets through only what is enabled in the `World`,
//! one operation at a time, and only once every process that could announce something has done so.
//! Sleep is virtual here: the earliest sleeper, or wait with a timeout, goes when nothing else can.
//! It knows no clock and sends nothing: it is told the time, and the dispatcher sends what it
//! decides.

use std::collections::{BTreeMap, VecDeque};

use super::native::GateMode;
use crate::feed::Control;
use crate::model::{Pending, State, World};
use crate::trace::{Event, Kind, Op, OpName};

/// How long a process may take from its last word to its next announcement before it counts as
/// outside the gate: computing, or in a call nobody traces.
const OUTSIDE: i64 = 100_000_000;
const SECOND: f64 = 1e9;

/// What a waiting process is told. One byte on its gate channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// Go through: the operation is enabled.
    Go,
    /// Go on with the timeout as the outcome.
    Expire,
    /// The gate was opened: go on as if there were none.
    Open,
}

impl Grant {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Grant::Go => b'g',
            Grant::Expire => b't',
            Grant::Open => b'o',
        }
    }
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Tell this process so.
    Grant { proc: u32, grant: Grant },
    /// Nothing before this time (ns), unless something happens.
    Wait { until: i64 },
    /// All who could go on are announced and none of them can.
    Stuck,
}

/// One process that can be held.
#[derive(Debug, Default)]
struct Line {
    /// When it last said anything (ns).
    active_at: i64,
    /// When, in virtual ns, the operation it announced times out or its sleep ends.
    due: Option<f64>,
}

#[derive(Debug)]
pub(crate) struct Gate {
    mode: GateMode,
    paused: bool,
    lines: BTreeMap<u32, Line>,
    /// PIDs of children whose parents said they were started, and when.
    expected: BTreeMap<i32, i64>,
    /// Steps asked for and not yet taken; `None` lets the next in turn go.
    steps: VecDeque<Option<u32>>,
    /// Whose operation went last.
    last: u32,
    /// When the next may go (ns).
    next_at: i64,
    /// Virtual time, ns.
    clock: f64,
}

impl Gate {
    pub(crate) fn new(mode: GateMode) -> Gate {
        Gate {
            mode,
            paused: false,
            lines: BTreeMap::new(),
            expected: BTreeMap::new(),
            steps: VecDeque::new(),
            last: 0,
            next_at: 0,
            clock: 0.0,
        }
    }

    /// Whether operations have to be announced: the control page says so to all processes.
    pub(crate) fn is_closed(&self) -> bool {
        self.paused || self.mode != GateMode::Open
    }

    /// Obeys a control that concerns it, at `now` (ns).
    pub(crate) fn obey(&mut self, control: Control, now: i64) {
        if !self.is_closed() {
            // Nothing was noted while it was open: give everybody time to announce something.
            self.lines
                .values_mut()
                .for_each(|line| line.active_at = now);
        }
        match control {
            Control::Pace { per_second } if per_second > 0.0 && per_second.is_finite() => {
                self.mode = GateMode::Paced { per_second };
                self.next_at = 0;
            }
            Control::Open => {
                self.mode = GateMode::Open;
                self.paused = false;
                self.steps.clear();
            }
            Control::Pause => self.paused = true,
            Control::Resume => {
                self.paused = false;
                self.steps.clear();
            }
            Control::Step { proc } => {
                self.paused = true;
                self.steps.push_back(proc);
            }
            Control::Pace { .. } | Control::Stop | Control::Kill { .. } => {}
        }
    }

    /// A process with a gate channel was born.
    pub(crate) fn enter(&mut self, proc: u32, now: i64) {
        self.lines.insert(
            proc,
            Line {
                active_at: now,
                due: None,
            },
        );
    }

    /// It ended, or lost its channel.
    pub(crate) fn leave(&mut self, proc: u32) {
        self.lines.remove(&proc);
    }

    /// An event was logged at `now` (ns) and is folded into `world`.
    pub(crate) fn note(&mut self, event: &Event, world: &World, now: i64) {
        if let Kind::ProcessStart(_) = event.kind {
            self.expected.remove(&event.pid);
        }
        let Some(line) = event.proc.and_then(|proc| self.lines.get_mut(&proc)) else {
            return;
        };
        line.active_at = now;
        match &event.kind {
            Kind::OpBegin(op) => {
                line.due = op
                    .args
                    .timeout
                    .map(|seconds| self.clock + seconds.max(0.0) * SECOND)
            }
            Kind::Op(op) | Kind::OpEnd(op) if op.op == OpName::Start && op.error.is_none() => {
                if let Some(child) = op.args.pid.filter(|pid| world.living(*pid).is_none()) {
                    self.expected.insert(child, now);
                }
            }
            _ => {}
        }
    }

    /// What is to be done at `now` (ns).
    pub(crate) fn decide(&mut self, world: &World, now: i64) -> Decision {
        if !self.is_closed() {
            // Whoever announced before it saw the gate open.
            return match self.announced(world).next() {
                Some((proc, _)) => Decision::Grant {
                    proc,
                    grant: Grant::Open,
                },
                None => Decision::Wait { until: i64::MAX },
            };
        }
        if let Some(until) = self.unsettled(world, now) {
            return Decision::Wait { until };
        }
        let Some(next) = self.next(world) else {
            return stuck(world);
        };
        if matches!(self.mode, GateMode::Paced { .. }) && !self.paused {
            return if now < self.next_at {
                Decision::Wait {
                    until: self.next_at,
                }
            } else {
                self.grant(next, now)
            };
        }
        while let Some(step) = self.steps.pop_front() {
            let choice = step.map_or(Some(next), |proc| self.chosen(world, proc));
            // One that has ended or can't go makes its step void.
            if let Some(choice) = choice {
                return self.grant(choice, now);
            }
        }
        Decision::Wait { until: i64::MAX }
    }

    fn announced<'w>(&self, world: &'w World) -> impl Iterator<Item = (u32, &'w Pending)> {
        self.lines
            .keys()
            .filter_map(|proc| match &world.process(*proc)?.state {
                State::AtGate(pending) => Some((*proc, pending)),
                _ => None,
            })
    }

    /// When to look again while somebody may still announce something; `None` when nobody may.
    fn unsettled(&mut self, world: &World, now: i64) -> Option<i64> {
        self.expected.retain(|_, since| now < *since + OUTSIDE);
        let children = self.expected.values().map(|since| since + OUTSIDE);
        let running = self.lines.iter().filter(|(proc, line)| {
            let process = world.process(**proc);
            now < line.active_at + OUTSIDE
                && process
                    .is_some_and(|process| process.state == State::Running && !process.is_service())
        });
        children
            .chain(running.map(|(_, line)| line.active_at + OUTSIDE))
            .min()
    }

    /// Who goes next: the next in birth order that is enabled; else the earliest sleeper or timeout.
    fn next(&self, world: &World) -> Option<Choice> {
        let mut enabled = self
            .announced(world)
            .filter(|(proc, pending)| can_go(world, *proc, &pending.op));
        let first = enabled.next();
        let turn = match first {
            Some((proc, _)) if proc > self.last => first,
            _ => enabled.find(|(proc, _)| *proc > self.last).or(first),
        };
        if let Some((proc, _)) = turn {
            return Some(Choice {
                proc,
                grant: Grant::Go,
                due: None,
            });
        }
        let timed = self
            .announced(world)
            .filter_map(|(proc, pending)| self.in_time(proc, pending));
        timed.min_by(|one, other| one.due.unwrap_or(0.0).total_cmp(&other.due.unwrap_or(0.0)))
    }

    /// What a process chosen by hand can be told, if it can go.
    fn chosen(&self, world: &World, proc: u32) -> Option<Choice> {
        let (_, pending) = self
            .announced(world)
            .find(|(announced, _)| *announced == proc)?;
        if can_go(world, proc, &pending.op) {
            return Some(Choice {
                proc,
                grant: Grant::Go,
                due: None,
            });
        }
        self.in_time(proc, pending)
    }

    /// The end of a sleep, or of a wait that has a timeout.
    fn in_time(&self, proc: u32, pending: &Pending) -> Option<Choice> {
        let due = self.lines.get(&proc)?.due?;
        let grant = if pending.op.op == OpName::Sleep {
            Grant::Go
        } else {
            Grant::Expire
        };
        Some(Choice {
            proc,
            grant,
            due: Some(due),
        })
    }

    fn grant(&mut self, choice: Choice, now: i64) -> Decision {
        let Choice { proc, grant, due } = choice;
        self.last = proc;
        // Time passes only by what was waited for.
        self.clock = self.clock.max(due.unwrap_or(0.0));
        if let GateMode::Paced { per_second } = self.mode {
            #[expect(clippy::cast_possible_truncation, reason = "such a cast saturates")]
            let pause = (SECOND / per_second) as i64;
            self.next_at = now.saturating_add(pause);
        }
        if let Some(line) = self.lines.get_mut(&proc) {
            line.active_at = now;
            line.due = None;
        }
        Decision::Grant { proc, grant }
    }
}

/// Who goes, with what outcome; `due` where it goes because its time has come.
#[derive(Debug, Clone, Copy)]
struct Choice {
    proc: u32,
    grant: Grant,
    due: Option<f64>,
}

/// A sleeper can go only when nobody else can.
fn can_go(world: &World, proc: u32, op: &Op) -> bool {
    op.op != OpName::Sleep && world.enabled(proc, op)
}

/// Nobody announced can go. Somebody outside may still change that.
fn stuck(world: &World) -> Decision {
    if world.blocked().deadlock {
        Decision::Stuck
    } else {
        Decision::Wait { until: i64::MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, Gate, Grant, OUTSIDE};
    use crate::engine::native::GateMode;
    use crate::feed::Control;
    use crate::model::World;
    use crate::trace::{Args, Event, Kind, Op, OpName, ProcessStart, Role, StartMethod};

    /// A gate, the world it decides by, and a clock moved by hand.
    struct Table {
        gate: Gate,
        world: World,
        now: i64,
        seq: u64,
    }

    impl Table {
        fn new(mode: GateMode, processes: u32) -> Table {
            let mut table = Table {
                gate: Gate::new(mode),
                world: World::new(),
                now: 1_000_000_000,
                seq: 0,
            };
            for proc in 0..processes {
                table.gate.enter(proc, table.now);
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
            self.gate.note(&event, &self.world, self.now);
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
            self.gate.decide(&self.world, self.now)
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
    fn a_child_that_was_started_is_waited_for() {
        let mut table = Table::new(FAST, 1);
        let args = Args {
            pid: Some(555),
            ..Args::default()
        };
        table.log(
            0,
            Kind::OpEnd(Box::new(Op {
                op: OpName::Start,
                args,
                ..Op::default()
            })),
        );
        table.announce(0, OpName::Print, None, None);
        assert_eq!(
            table.decide(),
            Decision::Wait {
                until: table.now + OUTSIDE
            }
        );
    }
}
