//! Random events: hostile ones, where anything goes, and honest ones, made by a small simulation
//! of processes that do only what could really happen.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::{create, on};
use crate::model::World;
use crate::trace::{
    Args, Event, Exit, Fault, FaultKind, Kind, Op, OpName, Output, ProcessStart, PsRow, PsUpdate,
    Reaped, Role, RunEnd, RunStatus, StartMethod, Stream,
};

const CLASSES: [&str; 20] = [
    "Lock",
    "RLock",
    "Semaphore",
    "BoundedSemaphore",
    "Event",
    "Condition",
    "Barrier",
    "Array",
    "Value",
    "Queue",
    "SimpleQueue",
    "JoinableQueue",
    "Connection",
    "DictProxy",
    "ListProxy",
    "Namespace",
    "SyncManager",
    "Pool",
    "Nothing",
    "",
];

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -3..6i64,
        1 => Just(i64::MAX),
        1 => Just(i64::MIN),
        1 => any::<i64>()
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]{0,2}",
        1 => Just("False".to_owned()),
        1 => Just("\u{1b}[2J第\u{0}".to_owned()),
        1 => (1..3000usize).prop_map(|n| "第".repeat(n)),
    ]
}

fn object() -> impl Strategy<Value = String> {
    let known = (0..CLASSES.len(), 1..3u8).prop_map(|(class, n)| format!("{}-{n}", CLASSES[class]));
    prop_oneof![9 => known, 1 => text()]
}

fn args() -> impl Strategy<Value = Args> {
    let texts = (
        option::weighted(
            0.3,
            (0..CLASSES.len()).prop_map(|class| CLASSES[class].to_owned()),
        ),
        option::weighted(0.2, object()),
        option::weighted(0.4, text()),
        option::weighted(0.4, text()),
        option::weighted(0.2, vec(text(), 0..4)),
        option::weighted(0.4, text()),
        option::weighted(0.2, prop_oneof![text(), Just("begin".to_owned())]),
    );
    let numbers = (
        option::weighted(0.4, number()),
        option::weighted(0.4, number()),
        option::weighted(0.5, prop_oneof![0..4u64, any::<u64>()]),
        option::weighted(0.2, 98..105i32),
        option::weighted(
            0.2,
            prop_oneof![Just(f64::NAN), Just(f64::INFINITY), any::<f64>(), 0.0..2.0],
        ),
        option::weighted(0.1, any::<bool>()),
    );
    (texts, numbers).prop_map(|(texts, (index, n, task, pid, timeout, blocking))| {
        let (class, of, name, value, values, item, key) = texts;
        Args {
            class,
            name: name.clone(),
            typecode: name.clone(),
            of,
            index,
            key: key.or_else(|| value.clone()),
            value,
            values,
            item,
            task,
            func: name.clone(),
            child: name,
            pid,
            n,
            callbacks: None,
            timeout,
            blocking,
        }
    })
}

fn op() -> impl Strategy<Value = Box<Op>> {
    (
        0..OpName::ALL.len(),
        option::weighted(0.9, object()),
        option::weighted(0.5, prop_oneof![0..6u64, any::<u64>()]),
        args(),
        option::weighted(0.3, text()),
        option::weighted(0.2, text()),
    )
        .prop_map(|(op, object, ver, args, result, error)| {
            Box::new(Op {
                op: OpName::ALL[op],
                object,
                ver,
                at: result.clone(),
                args,
                t0: None,
                result,
                error,
            })
        })
}

fn kind() -> impl Strategy<Value = Kind> {
    let role = prop_oneof![
        Just(Role::Main),
        Just(Role::Process),
        Just(Role::Worker),
        Just(Role::Manager),
        Just(Role::Foreign)
    ];
    let exit = prop_oneof![
        any::<i32>().prop_map(Exit::Code),
        (0..70).prop_map(Exit::Signal),
        Just(Exit::Unknown)
    ];
    let start = (98..105i32, object(), role, any::<bool>());
    let output = (
        vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..40),
        any::<bool>(),
    );
    let rows = (vec(98..105i32, 0..4), vec(98..105i32, 0..4));
    prop_oneof![
        3 => start.prop_map(|(ppid, name, role, daemon)| {
            let method = StartMethod::Fork;
            Kind::ProcessStart(ProcessStart { ppid, name, role, daemon, method })
        }),
        1 => exit.clone().prop_map(Kind::ProcessExit),
        1 => exit.prop_map(|exit| Kind::ProcessReaped(Reaped { by: 100, exit })),
        20 => op().prop_map(Kind::Op),
        8 => op().prop_map(Kind::OpWait),
        4 => op().prop_map(Kind::OpBegin),
        4 => op().prop_map(Kind::OpEnd),
        4 => output.prop_map(|(data, err)| {
            let stream = if err { Stream::Stderr } else { Stream::Stdout };
            Kind::Output(Output { stream, data, at: None, left_out: None, })
        }),
        1 => (text(), any::<u32>()).prop_map(|(file, line)| Kind::Line { file, line }),
        2 => rows.prop_map(|(rows, gone)| {
            let rows = rows.into_iter().map(|pid| PsRow { pid, ..PsRow::default() }).collect();
            Kind::Ps(PsUpdate { rows, gone })
        }),
        1 => Just(Kind::Gate),
        1 => text().prop_map(|detail| Kind::Fault(Fault { fault: FaultKind::Other, detail })),
        1 => text().prop_map(|text| Kind::Marker { text, finding: None }),
        1 => Just(Kind::End(RunEnd { status: RunStatus::Failed, detail: None, ended: vec![] })),
        1 => Just(Kind::Unknown { kind: "x".to_owned(), json: "{\"kind\":\"x\"}".to_owned() }),
    ]
}

/// Events of any sort, numbered as a log is or not at all.
pub(super) fn hostile(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let proc = option::weighted(0.9, prop_oneof![20 => 0..5u32, 1 => any::<u32>()]);
    let tid = option::weighted(0.2, 98..105i32);
    let event = (proc, 98..105i32, tid, any::<i64>(), kind(), any::<bool>());
    vec((event, option::weighted(0.05, any::<u64>())), 0..most).prop_map(|drawn| {
        let events = drawn.into_iter().enumerate();
        events
            .map(|(place, ((proc, pid, tid, t, kind, small), odd))| Event {
                seq: odd.unwrap_or(place as u64 + 1),
                t: if small { t % 1_000_000 } else { t },
                proc,
                pid,
                tid,
                kind,
            })
            .collect()
    })
}

/// A choice of the simulation: which process, which operation, on which object of its class.
pub(super) type Choice = (u32, u8, u8);

pub(super) fn choices(most: usize) -> impl Strategy<Value = Vec<Choice>> {
    vec((0..4u32, 0..20u8, 0..2u8), 0..most)
}

/// A run of four processes that do only what the World says they could: what is not enabled is
/// waited for, and done when its time has come.
pub(super) fn honest(choices: &[Choice]) -> Vec<Event> {
    let mut run = Run::default();
    run.prepare();
    for choice in choices {
        run.step(*choice);
    }
    run.events
}

#[derive(Default)]
struct Run {
    world: World,
    events: Vec<Event>,
    /// What each process waits with.
    waiting: [Option<Op>; 4],
    items: u64,
    /// Messages taken are named: those in each queue, in order.
    queues: [Vec<String>; 2],
    vers: std::collections::HashMap<String, u64>,
}

impl Run {
    fn push(&mut self, proc: u32, kind: Kind) {
        let seq = self.events.len() as u64 + 1;
        let event = Event {
            seq,
            t: i64::try_from(seq).expect("small") * 10,
            proc: Some(proc),
            pid: 100 + i32::try_from(proc).expect("small"),
            tid: None,
            kind,
        };
        self.world.apply(&event);
        self.events.push(event);
    }

    fn prepare(&mut self) {
        for proc in 0..4 {
            let (name, role) = match proc {
                0 => ("MainProcess".to_owned(), Role::Main),
                _ => (format!("Process-{proc}"), Role::Process),
            };
            let ppid = if proc == 0 { 1 } else { 100 };
            let (daemon, method) = (false, StartMethod::Fork);
            self.push(
                proc,
                Kind::ProcessStart(ProcessStart {
                    ppid,
                    name,
                    role,
                    daemon,
                    method,
                }),
            );
        }
        for n in 1..3 {
            for class in [
                "Lock",
                "RLock",
                "BoundedSemaphore",
                "Event",
                "Condition",
                "Barrier",
                "Array",
                "Queue",
            ] {
                let mut op = create(&format!("{class}-{n}"), class);
                op.args.n = Some(2);
                op.args.of =
                    (class == "Array" || class == "Condition").then(|| format!("RLock-{n}"));
                self.push(0, Kind::Op(Box::new(op)));
            }
        }
    }

    fn step(&mut self, (proc, which, n): Choice) {
        if let Some(op) = self.waiting[proc as usize].take() {
            if self.world.enabled(proc, &op) {
                self.finish(proc, op);
            } else if which % 3 > 0 || !self.give_up(proc, op.clone()) {
                self.waiting[proc as usize] = Some(op);
            }
            return;
        }
        let Some(op) = self.draw(proc, which, n) else {
            return;
        };
        if op.op == OpName::Wait
            && op
                .object
                .as_deref()
                .is_some_and(|id| id.starts_with("Cond"))
        {
            let lock = format!("RLock-{}", n + 1);
            let depth = self.depth(proc, &lock);
            let mut release = on(OpName::Release, &lock);
            release.args.n = i64::try_from(depth).ok();
            self.finish(proc, release);
            self.wait(proc, op);
        } else if self.barrier_waits(&op) || !self.world.enabled(proc, &op) {
            self.wait(proc, op);
        } else {
            self.finish(proc, op);
        }
    }

    /// Its time is over: it gets nothing. Says whether it can come back now.
    fn give_up(&mut self, proc: u32, mut op: Op) -> bool {
        let id = op.object.clone().unwrap_or_default();
        match op.op {
            OpName::Wait if id.starts_with("Cond") => {
                let lock = id.replace("Condition", "RLock");
                let mut acquire = on(OpName::Acquire, &lock);
                if !self.world.enabled(proc, &acquire) {
                    return false;
                }
                acquire.args.n = Some(1);
                self.finish(proc, acquire);
                op.result = Some("False".to_owned());
            }
            OpName::Wait if id.starts_with("Barrier") => {
                op.error = Some("threading.BrokenBarrierError".to_owned());
            }
            OpName::Put | OpName::QueueGet => op.error = Some("queue.Empty".to_owned()),
            _ => op.result = Some("False".to_owned()),
        }
        self.push(proc, Kind::Op(Box::new(op)));
        true
    }

    fn barrier_waits(&self, op: &Op) -> bool {
        let object = op.object.as_deref().and_then(|id| self.world.object(id));
        object.is_some_and(|object| {
            let arrived = object
                .barrier()
                .map(|barrier| (barrier.arrived(object.waiters.len()), barrier.parties));
            arrived.is_some_and(|(arrived, parties)| arrived + 1 < parties)
        })
    }

    fn wait(&mut self, proc: u32, op: Op) {
        self.waiting[proc as usize] = Some(op.clone());
        self.push(proc, Kind::OpWait(Box::new(op)));
    }

    fn depth(&self, proc: u32, lock: &str) -> u64 {
        let lock = self.world.object(lock).and_then(|object| object.lock());
        let mine = lock.filter(|lock| lock.owner.as_ref().is_some_and(|owner| owner.proc == proc));
        mine.map_or(0, |lock| lock.depth)
    }

    /// An operation the program may do now; `None` for one that would raise.
    fn draw(&self, proc: u32, which: u8, n: u8) -> Option<Op> {
        let n = n + 1;
        let lock = format!("Lock-{n}");
        let rlock = format!("RLock-{n}");
        let mine = |id: &str| self.depth(proc, id) > 0;
        let mut op = match which {
            0 | 1 if !mine(&lock) => on(OpName::Acquire, &lock),
            0 | 1 => on(OpName::Release, &lock),
            2 | 3 => on(OpName::Acquire, &rlock),
            4 | 5 if mine(&rlock) => on(OpName::Release, &rlock),
            6 => on(OpName::Acquire, &format!("BoundedSemaphore-{n}")),
            7 => {
                let semaphore = self
                    .world
                    .object(&format!("BoundedSemaphore-{n}"))?
                    .semaphore()?;
                if semaphore.value >= semaphore.initial {
                    return None;
                }
                on(OpName::Release, &format!("BoundedSemaphore-{n}"))
            }
            8 => on(OpName::SetFlag, &format!("Event-{n}")),
            9 => on(OpName::Wait, &format!("Event-{n}")),
            10 if mine(&rlock) => on(OpName::Wait, &format!("Condition-{n}")),
            11 if mine(&rlock) => on(OpName::Notify, &format!("Condition-{n}")),
            12 => on(OpName::Wait, &format!("Barrier-{n}")),
            13 | 14 => on(OpName::Put, &format!("Queue-{n}")),
            15 | 16 => on(OpName::QueueGet, &format!("Queue-{n}")),
            18 => on(OpName::Reset, &format!("Barrier-{n}")),
            19 => on(OpName::ClearFlag, &format!("Event-{n}")),
            17 => on(OpName::Set, &format!("Array-{n}")),
            _ => return None,
        };
        if op.op == OpName::Set {
            op.args.index = Some(0);
            op.args.value = Some(proc.to_string());
        }
        Some(op)
    }

    fn finish(&mut self, proc: u32, mut op: Op) {
        let id = op.object.clone().unwrap_or_default();
        if op.op == OpName::Wait && id.starts_with("Cond") {
            let mut lock = on(OpName::Acquire, &id.replace("Condition", "RLock"));
            lock.args.n = Some(1);
            self.finish(proc, lock);
        } else {
            let ver = self.vers.entry(id.clone()).or_default();
            *ver += 1;
            op.ver = Some(*ver);
        }
        let queue = usize::from(id.ends_with('2'));
        let barrier = self.world.object(&id).and_then(|object| object.barrier());
        if op.op == OpName::Wait && barrier.is_some_and(|barrier| barrier.broken) {
            op.error = Some("threading.BrokenBarrierError".to_owned());
        }
        match op.op {
            OpName::Put => {
                self.items += 1;
                op.args.item = Some(format!("{proc}:{}", self.items));
                self.queues[queue].extend(op.args.item.clone());
            }
            OpName::QueueGet => op.args.item = Some(self.queues[queue].remove(0)),
            _ => {}
        }
        self.push(proc, Kind::Op(Box::new(op)));
    }
}
