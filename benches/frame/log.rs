//! The log of a large run: a thousand processes that wait for locks, write cells and print.

use std::fmt::Write as _;

use forklore::trace::{
    Args, Event, Kind, Op, OpName, Output, ProcessStart, PsRow, PsUpdate, Role, StartMethod, Stream,
};

#[derive(Default)]
struct Log(Vec<Event>);

impl Log {
    fn push(&mut self, proc: Option<u32>, kind: Kind) {
        let seq = self.0.len() as u64 + 1;
        self.0.push(Event {
            seq,
            t: i64::try_from(seq).unwrap_or(i64::MAX) * 20_000,
            proc,
            pid: proc.map_or(0, |proc| 1000 + i32::try_from(proc).unwrap_or(0)),
            tid: None,
            kind,
        });
    }

    fn op(&mut self, proc: u32, op: OpName, object: &str, args: Args) -> Box<Op> {
        let line = 24 + proc % 12;
        Box::new(Op {
            op,
            object: Some(object.to_owned()),
            at: Some(format!("program.rs:{line}")),
            ver: Some(self.0.len() as u64),
            args,
            ..Op::default()
        })
    }

    /// One turn of a process: it waits for the lock, acquires it, writes a cell, prints, releases it.
    fn turn(&mut self, proc: u32, step: usize, lines: usize) {
        let op = self.op(proc, OpName::Acquire, "RLock-1", Args::default());
        self.push(Some(proc), Kind::OpWait(op.clone()));
        self.push(Some(proc), Kind::Op(op));
        let write = Args {
            index: Some(i64::from(proc % 4)),
            value: Some(step.to_string()),
            ..Args::default()
        };
        let op = self.op(proc, OpName::Set, "Array-1", write);
        self.push(Some(proc), Kind::Op(op));
        let mut text = String::new();
        for line in 0..lines {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{proc} -----> {step} {line}");
        }
        let output = Output {
            stream: Stream::Stdout,
            data: text.into_bytes(),
            at: Some("program.rs:28".to_owned()),
            left_out: None,
        };
        self.push(Some(proc), Kind::Output(output));
        let op = self.op(proc, OpName::Release, "RLock-1", Args::default());
        self.push(Some(proc), Kind::Op(op));
    }
}

fn rows(processes: u32) -> PsUpdate {
    let rows = (0..=processes)
        .map(|proc| PsRow {
            pid: 1000 + i32::try_from(proc).unwrap_or(0),
            ppid: 1000,
            user: "learner".to_owned(),
            cpu: 12,
            mem: 3,
            vsz: 16_660,
            rss: 8_364,
            tty: "pts/0".to_owned(),
            stat: "S+".to_owned(),
            start: "10:43".to_owned(),
            time: "0:00".to_owned(),
            command: format!("lock: Process-{proc}"),
        })
        .collect();
    PsUpdate {
        rows,
        gone: Vec::new(),
    }
}

/// A run of about this many events and lines, and `more` events after it.
pub fn events(processes: u32, lines: usize, events: usize, more: usize) -> Vec<Event> {
    let mut log = Log::default();
    let class = |class: &str, name: &str| Args {
        class: Some(class.to_owned()),
        name: Some(name.to_owned()),
        ..Args::default()
    };
    for proc in 0..=processes {
        let main = proc == 0;
        let start = ProcessStart {
            ppid: if main { 1 } else { 1000 },
            name: if main {
                "MainProcess".to_owned()
            } else {
                format!("Process-{proc}")
            },
            role: if main { Role::Main } else { Role::Process },
            daemon: false,
            method: StartMethod::Fork,
        };
        log.push(Some(proc), Kind::ProcessStart(start));
    }
    let lock = log.op(0, OpName::Create, "RLock-1", class("RLock", "lock"));
    log.push(Some(0), Kind::Op(lock));
    let cells = Args {
        typecode: Some("i".to_owned()),
        values: Some((0..1000).map(|n: i32| n.to_string()).collect()),
        ..class("Array", "temp")
    };
    let array = log.op(0, OpName::Create, "Array-1", cells);
    log.push(Some(0), Kind::Op(array));
    for number in 1..200 {
        let object = format!("Queue-{number}");
        let queue = log.op(
            0,
            OpName::Create,
            &object,
            class("Queue", &format!("queue{number}")),
        );
        log.push(Some(0), Kind::Op(queue));
    }
    log.push(None, Kind::Ps(rows(processes)));
    let turns = (events - log.0.len()) / 5;
    let each = lines.div_ceil(turns);
    for step in 0..turns + more.div_ceil(5) {
        let proc = 1 + u32::try_from(step).unwrap_or(0) % processes;
        log.turn(proc, step, each);
    }
    let wanted = log.0.len() - log.0.len().saturating_sub(events).saturating_sub(more);
    log.0.truncate(wanted);
    log.0
}
