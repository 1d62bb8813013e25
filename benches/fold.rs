//! The cost of folding: events per second into a `World` (alone, and with the rules of findings asked about
//! each) and into a `History`, and seeking.
//!
//! Prints one table. It also shows what it costs to read the same events as lines, because a replay has
//! to do that anyway. Run with `cargo bench --bench fold [EVENTS]`.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use forklore::finding::Findings;
use forklore::model::{History, World};
use forklore::trace::{
    Event, Exit, Kind, Op, OpName, Output, ProcessStart, Role, StartMethod, Stream, encode_event,
    read_packet,
};
use nix::time::{ClockId, clock_gettime};

/// Rounds of what is measured side by side.
const ROUNDS: usize = 5;

const LOGS: [&str; 4] = ["lock-10", "lock-1000", "queue", "pool"];

/// Events in the order of a log.
#[derive(Default)]
struct Log(Vec<Event>);

impl Log {
    fn push(&mut self, proc: u32, kind: Kind) {
        let seq = self.0.len() as u64 + 1;
        self.0.push(Event {
            seq,
            t: i64::try_from(seq).unwrap_or(i64::MAX) * 1500,
            proc: Some(proc),
            pid: 1000 + i32::try_from(proc).unwrap_or(0),
            tid: None,
            kind,
        });
    }

    fn start(&mut self, proc: u32, name: &str, role: Role) {
        let start = ProcessStart {
            ppid: if proc == 0 { 1 } else { 1000 },
            name: name.to_owned(),
            role,
            daemon: false,
            method: StartMethod::Fork,
        };
        self.push(proc, Kind::ProcessStart(start));
    }

    fn op(&mut self, proc: u32, op: Op) {
        self.push(proc, Kind::Op(Box::new(op)));
    }

    fn print(&mut self, proc: u32, text: &str) {
        let output = Output {
            stream: Stream::Stdout,
            data: text.as_bytes().to_vec(),
            at: Some("program.rs:21".to_owned()),
            left_out: None,
        };
        self.push(proc, Kind::Output(output));
    }
}

fn on(op: OpName, object: &str, ver: usize, line: usize) -> Op {
    Op {
        op,
        object: Some(object.to_owned()),
        ver: Some(ver as u64),
        at: Some(format!("program.rs:{line}")),
        t0: Some(1000),
        ..Op::default()
    }
}

fn children(log: &mut Log, count: u32, name: &str, role: Role) {
    log.start(0, "MainProcess", Role::Main);
    for proc in 1..=count {
        log.start(proc, &format!("{name}-{proc}"), role);
    }
}

/// The lock lesson, over and over: a process waits, acquires, writes, reads four cells, prints, releases.
fn lock_lesson(events: usize, processes: u32) -> Vec<Event> {
    let mut log = Log::default();
    children(&mut log, processes, "Process", Role::Process);
    let mut made = on(OpName::Create, "Array-1", 0, 3);
    made.args.class = Some("Array".to_owned());
    made.args.n = Some(4);
    log.op(0, made);
    for round in 0usize.. {
        if log.0.len() >= events {
            break;
        }
        let proc = u32::try_from(round).unwrap_or(0) % processes + 1;
        let wait = on(OpName::Acquire, "RLock-1", 0, 12);
        log.push(proc, Kind::OpWait(Box::new(Op { ver: None, ..wait })));
        log.op(proc, on(OpName::Acquire, "RLock-1", 2 * round + 1, 12));
        let mut set = on(OpName::Set, "Array-1", 5 * round + 1, 13);
        set.args.index = Some(0);
        set.args.value = Some((100 + proc).to_string());
        log.op(proc, set);
        for index in 0..4 {
            let mut get = on(OpName::Get, "Array-1", 5 * round + 2 + index, 14);
            get.args.index = i64::try_from(index).ok();
            get.result = Some("22".to_owned());
            log.op(proc, get);
            log.print(proc, "1 -----> 22\n");
        }
        log.op(proc, on(OpName::Release, "RLock-1", 2 * round + 2, 16));
    }
    log.0
}

/// A producer and consumers that lag a little.
fn queue(events: usize) -> Vec<Event> {
    let mut log = Log::default();
    children(&mut log, 4, "Process", Role::Process);
    let mut ver = 0;
    for n in 0usize.. {
        if log.0.len() >= events {
            break;
        }
        ver += 1;
        let mut put = on(OpName::Put, "Queue-1", ver, 8);
        put.args.item = Some(format!("1000:{n}"));
        put.args.value = Some(format!("'h{n}'"));
        log.op(0, put);
        if let Some(taken) = n.checked_sub(50) {
            ver += 1;
            let mut get = on(OpName::QueueGet, "Queue-1", ver, 5);
            get.args.item = Some(format!("1000:{taken}"));
            get.result = Some(format!("'h{taken}'"));
            log.op(u32::try_from(n % 4).unwrap_or(0) + 1, get);
        }
    }
    log.0
}

/// A pool of three that gets a new task whenever one has ended.
fn pool(events: usize) -> Vec<Event> {
    let mut log = Log::default();
    let mut made = on(OpName::Create, "Pool-1", 0, 3);
    made.args.class = Some("Pool".to_owned());
    made.args.n = Some(3);
    children(&mut log, 3, "ForkPoolWorker", Role::Worker);
    log.op(0, made);
    let with = |op, task: usize, line| {
        let mut op = on(op, "Pool-1", 0, line);
        op.ver = None;
        op.args.task = Some(task as u64);
        op
    };
    for task in 0usize.. {
        if log.0.len() >= events {
            break;
        }
        let worker = u32::try_from(task % 3).unwrap_or(0) + 1;
        log.op(0, with(OpName::Submit, task, 9));
        log.op(worker, with(OpName::TaskStart, task, 4));
        log.print(worker, "0---------->11\n");
        let mut end = with(OpName::TaskEnd, task, 6);
        end.result = Some("None".to_owned());
        log.op(worker, end);
        log.op(0, with(OpName::ResultGet, task, 10));
    }
    log.push(1, Kind::ProcessExit(Exit::Code(0)));
    log.0
}

/// Processor time of a call, in seconds: nothing here waits, and other work of the machine should not
/// count.
fn seconds(work: impl FnOnce()) -> f64 {
    let begun = processor_ns();
    work();
    seconds_of(processor_ns() - begun)
}

fn processor_ns() -> i64 {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(0, |now| now.tv_sec() * 1_000_000_000 + now.tv_nsec())
}

/// Resident memory of this process, bytes: the second field of /proc/self/statm, in pages.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn seconds_of(ns: i64) -> f64 {
    ns as f64 / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn ratio(a: usize, b: f64) -> f64 {
    a as f64 / b
}

fn measure(name: &str, events: &[Event]) {
    let mut world = World::new();
    for event in events {
        world.apply(event);
    }
    assert_eq!(world.anomaly_count(), 0, "{name} is a log that could be");
    let (fold, found) = side_by_side(events);

    let lines: Vec<Vec<u8>> = events
        .iter()
        .map(|event| {
            let mut line = Vec::new();
            encode_event(&mut line, event);
            line
        })
        .collect();
    let bytes: usize = lines.iter().map(Vec::len).sum();
    let read = seconds(|| {
        for line in &lines {
            std::hint::black_box(read_packet(line).is_ok());
        }
    });

    let before = resident();
    let mut history = History::default();
    let push = seconds(|| {
        for (line, event) in lines.iter().zip(events) {
            history.push(line.trim_ascii_end(), event);
        }
    });
    let kept = resident().saturating_sub(before);
    let clone = seconds(|| {
        for _ in 0..100 {
            std::hint::black_box(history.now().clone());
        }
    }) / 100.0;

    // Places far apart, each only once: an odd step through the whole log.
    let len = history.len();
    let mut seeks: Vec<f64> = (1..=400u64)
        .map(|n| n * 7_654_321 % len)
        .map(|place| {
            seconds(|| {
                std::hint::black_box(history.world_at(place).seq());
            })
        })
        .collect();
    seeks.sort_by(f64::total_cmp);
    let million = |seconds: f64| ratio(events.len(), seconds) / 1e6;
    println!(
        "| {name} | {} | {:.2} | {:+.1} | {:.2} | {:.2} | {} | {} | {} | {:.1} | {:.2} | {:.2} |",
        events.len(),
        million(fold),
        (found / fold - 1.0) * 100.0,
        million(push),
        million(read),
        bytes / events.len(),
        kept / events.len(),
        history.checkpoints(),
        clone * 1e6,
        seeks[seeks.len() / 2] * 1e3,
        seeks[seeks.len() - 1] * 1e3,
    );
}

/// Seconds of a fold, and of one with findings: by turns, the best of each.
fn side_by_side(events: &[Event]) -> (f64, f64) {
    let (mut fold, mut found) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        let mut world = World::new();
        fold = fold.min(seconds(|| {
            for event in events {
                world.apply(event);
            }
        }));
        let (mut world, mut findings) = (World::new(), Findings::new());
        found = found.min(seconds(|| {
            for event in events {
                findings.apply(&mut world, event);
            }
        }));
    }
    (fold, found)
}

/// A log, by its name.
fn log(word: &str, events: usize) -> Vec<Event> {
    match word {
        "queue" => queue(events),
        "pool" => pool(events),
        "lock-1000" => lock_lesson(events, 1000),
        _ => lock_lesson(events, 10),
    }
}

fn main() {
    // Cargo adds `--bench` to the arguments.
    let words: Vec<String> = std::env::args().collect();
    let events = words.iter().find_map(|word| word.parse().ok());
    let events = events.unwrap_or(1_000_000);
    if let Some(word) = words.last().filter(|word| LOGS.contains(&word.as_str())) {
        return measure(word, &log(word, events));
    }
    println!(
        "\nM/s = million events a second of processor time; seek = world_at a place far from the last, ms\n"
    );
    println!(
        "| log | events | fold M/s | findings % | history M/s | (reading lines M/s) | bytes/line | bytes/event kept | checkpoints | clone µs | seek median | seek worst |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    // Each log gets its own process: memory freed by one log would hide what the next one needs.
    for word in LOGS {
        let me = std::env::current_exe().unwrap_or_default();
        let status = std::process::Command::new(me)
            .args([&events.to_string(), word])
            .status();
        if !status.is_ok_and(|status| status.success()) {
            println!("| {word} | failed |");
        }
    }
}
