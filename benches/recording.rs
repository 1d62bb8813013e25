//! The cost of recordings: writing, recording a run, reading, opening, seeking, memory.
//!
//! `cargo bench --bench recording [-- EVENTS]`. The log is a real recording (the lock lesson's
//! example), repeated with continuing sequence numbers, so that its lines look as a run writes them.
//! All figures are from one run of this bench. Quote ratios and per-event figures.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a bench prints figures"
)]

use std::io::{BufRead, BufReader, BufWriter, Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use forklore::cli::Recorder;
use forklore::feed::{Feed as _, FeedItem};
use forklore::model::{History, World};
use forklore::replay::Ahead;
use forklore::sys::clock;
use forklore::trace::{Batch, Event, Header, Kind, Reader, Sink, encode_event, uncompressed};
use nix::time::{ClockId, clock_gettime};

/// Number of rounds; the median counts.
const ROUNDS: usize = 5;
/// Runs of a lesson per side.
const RUNS: usize = 40;

/// A long recording: its header, its lines, its events.
struct Log {
    header: Header,
    text: Vec<u8>,
    events: Vec<Event>,
}

fn open(bytes: Vec<u8>) -> Reader<Box<dyn BufRead + Send>> {
    Reader::new(uncompressed(Cursor::new(bytes)).expect("readable")).expect("a recording")
}

/// The example's operations and output, over and over, as one run's events.
fn log(events: usize) -> Log {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/recordings/lock.jsonl.zst");
    let mut reader = open(std::fs::read(path).expect("the example"));
    let header = reader.header().clone();
    let mut whole = Vec::new();
    while let Some(event) = reader.next_event().expect("an event") {
        whole.push(event);
    }
    let work: Vec<Event> = whole
        .iter()
        .filter(|event| {
            matches!(&event.kind, Kind::Op(op) | Kind::OpWait(op)
                if ["acquire", "release", "get", "set"].contains(&op.op.as_str()))
                || matches!(event.kind, Kind::Output(_))
        })
        .cloned()
        .collect();
    let first = whole.iter().filter(|event| {
        !matches!(
            event.kind,
            Kind::End(_) | Kind::ProcessExit(_) | Kind::ProcessReaped { .. }
        )
    });
    let mut list: Vec<Event> = first
        .filter(|event| match &event.kind {
            Kind::ProcessStart(_) => true,
            Kind::Op(op) => ["create", "name", "start"].contains(&op.op.as_str()),
            _ => false,
        })
        .cloned()
        .collect();
    while list.len() < events {
        let left = events - list.len();
        list.extend(work.iter().take(left).cloned());
    }
    let (mut versions, mut t) = (std::collections::HashMap::new(), 0);
    for (index, event) in list.iter_mut().enumerate() {
        event.seq = index as u64 + 1;
        t += 1500;
        event.t = t;
        if let Kind::Op(op) | Kind::OpWait(op) = &mut event.kind {
            op.t0 = op.t0.map(|_| t - 700);
            if let (Some(object), Some(ver)) = (&op.object, &mut op.ver) {
                let next: &mut u64 = versions.entry(object.clone()).or_insert(0);
                *ver = *next;
                *next += 1;
            }
        }
    }
    let mut text = header.line();
    for event in &list {
        encode_event(&mut text, event);
    }
    Log {
        header,
        text,
        events: list,
    }
}

fn processor_ns() -> i64 {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(0, |now| now.tv_sec() * 1_000_000_000 + now.tv_nsec())
}

/// Of all threads of this process.
fn both_processors_ns() -> i64 {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)
        .map_or(0, |now| now.tv_sec() * 1_000_000_000 + now.tv_nsec())
}

/// Median seconds over the rounds, by the given clock (ns).
fn median(rounds: usize, now: fn() -> i64, work: impl FnMut()) -> f64 {
    median_and_best(rounds, now, work).0
}

/// The same with the minimum: what the work takes on an otherwise idle machine.
fn median_and_best(rounds: usize, now: fn() -> i64, mut work: impl FnMut()) -> (f64, f64) {
    let mut times: Vec<i64> = (0..rounds)
        .map(|_| {
            let begun = now();
            work();
            now() - begun
        })
        .collect();
    times.sort_unstable();
    let seconds = |ns: i64| ns as f64 / 1e9;
    (seconds(times[times.len() / 2]), seconds(times[0]))
}

/// Resident memory, bytes: the second field of /proc/self/statm, in pages.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_usize) * 4096
}

fn row(what: &str, figure: &str) {
    println!("| {what} | {figure} |");
}

fn writing(log: &Log, folder: &Path) {
    let encoding = median(ROUNDS, processor_ns, || {
        for events in log.events.chunks(512) {
            let mut batch = Batch::default();
            for event in events {
                batch.add(std::hint::black_box(event.clone()));
            }
        }
    });
    let cloning = median(ROUNDS, processor_ns, || {
        for event in &log.events {
            std::hint::black_box(event.clone());
        }
    });
    row(
        "encode a line, in the supervisor",
        &format!(
            "{:.1} ns/event",
            (encoding - cloning) / log.events.len() as f64 * 1e9
        ),
    );
    let batches: Vec<Batch> = log
        .events
        .chunks(512)
        .map(|events| events.iter().cloned().collect())
        .collect();
    for name in ["a.jsonl", "a.jsonl.zst"] {
        let path = folder.join(name);
        let seconds = median(ROUNDS, processor_ns, || {
            let file = BufWriter::new(std::fs::File::create(&path).expect("a file"));
            let mut sink = Sink::named(&path, file).expect("a sink");
            sink.write_all(&log.header.line()).expect("a header");
            for batch in &batches {
                sink.write_all(&batch.text()).expect("lines");
            }
            sink.finish().expect("an end");
        });
        let bytes = std::fs::metadata(&path).map_or(0, |data| data.len());
        let events = log.events.len() as f64;
        row(
            &format!("write {name}, in the recording's own thread"),
            &format!(
                "{:.2} µs/event, {:.1} bytes/event",
                seconds / events * 1e6,
                bytes as f64 / events
            ),
        );
    }
    for name in ["handed.jsonl", "handed.jsonl.zst"] {
        handing_over(log, &folder.join(name));
    }
}

/// What a recording costs the supervisor's thread: handing batches to the thread that writes.
fn handing_over(log: &Log, path: &Path) {
    let mut times: Vec<i64> = (0..ROUNDS)
        .map(|_| {
            let batch = |events: &[Event]| events.iter().cloned().collect::<Batch>();
            let batches: Vec<Batch> = log.events.chunks(512).map(batch).collect();
            let recorder = Recorder::create(path, &log.header).expect("a file");
            let begun = processor_ns();
            for batch in &batches {
                recorder.take(batch).expect("somebody writes");
            }
            let taken = processor_ns() - begun;
            recorder.close();
            let last = recorder.ended(std::time::Duration::from_mins(1));
            last.expect("an end").expect("a disk");
            taken
        })
        .collect();
    times.sort_unstable();
    let handed = times[times.len() / 2] as f64 / log.events.len() as f64;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    row(
        &format!("write {name}, in the supervisor (handing over)"),
        &format!("{handed:.1} ns/event"),
    );
}

/// Wall time of a lesson's runs, recorded and unrecorded, in turns.
fn recorded(folder: &Path) {
    for lesson in ["pool-async", "pool-blocking"] {
        let run = |record: Option<&Path>| {
            let begun = clock::monotonic_ns();
            let mut command = Command::new(env!("CARGO_BIN_EXE_forklore"));
            command.args(["run", lesson, "--time-scale", "0", "--seed", "1"]);
            if let Some(path) = record {
                command.arg("--record").arg(path);
            }
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.code().is_some_and(|code| code < 2)));
            clock::monotonic_ns() - begun
        };
        let (plain, small) = (folder.join("r.jsonl"), folder.join("r.jsonl.zst"));
        let mut sides = [const { Vec::new() }; 3];
        for round in 0..RUNS {
            for turn in 0..3 {
                let side = (turn + round) % 3;
                sides[side].push(run(
                    [None, Some(plain.as_path()), Some(small.as_path())][side]
                ));
            }
        }
        // The median, because times are noisy, and the minimum: the time of an undisturbed run.
        let [none, plain, small] = sides.map(|mut times| {
            times.sort_unstable();
            (times[times.len() / 2] as f64, times[0] as f64)
        });
        row(
            &format!("run {lesson}, time-scale 0: recorded / only traced"),
            &format!(
                "{:.3} plain, {:.3} .zst ({:.0} ms); the best of {RUNS}: {:.3}, {:.3} ({:.0} ms)",
                plain.0 / none.0,
                small.0 / none.0,
                none.0 / 1e6,
                plain.1 / none.1,
                small.1 / none.1,
                none.1 / 1e6
            ),
        );
    }
}

fn reading(log: &Log, folder: &Path) {
    let fold = |bytes: &[u8]| {
        let mut reader = Reader::new(BufReader::new(Cursor::new(bytes))).expect("a recording");
        let mut world = World::new();
        while let Some(event) = reader.next_event().expect("an event") {
            world.apply(&event);
        }
        assert_eq!(world.folded(), log.events.len() as u64);
    };
    let ahead = |path: &Path| {
        let mut world = World::new();
        let file = std::fs::File::open(path).expect("a file");
        let lines = uncompressed(file).expect("readable");
        let mut ahead = Ahead::new(Reader::new(lines).expect("a recording")).expect("a thread");
        while let Some(batch) = next(&mut ahead) {
            for event in batch.events() {
                world.apply(event);
            }
            ahead.give_back(batch);
        }
        assert_eq!(world.folded(), log.events.len() as u64);
    };
    let parse = |bytes: &[u8]| {
        let mut reader = Reader::new(BufReader::new(Cursor::new(bytes))).expect("a recording");
        while reader.next_event().expect("an event").is_some() {}
    };
    let events = log.events.len() as f64;
    let alone = |what: &str, work: &dyn Fn(&[u8])| {
        let (wall, best) = median_and_best(ROUNDS, clock::monotonic_ns, || work(&log.text));
        let busy = median(ROUNDS, processor_ns, || work(&log.text));
        row(
            what,
            &format!(
                "{:.2} M events/s, {:.2} at best, {:.2} µs of the processor an event",
                events / wall / 1e6,
                events / best / 1e6,
                busy / events * 1e6
            ),
        );
    };
    alone("read JSONL to events, one thread", &parse);
    alone("read JSONL to World, one thread", &fold);
    for name in ["a.jsonl", "a.jsonl.zst"] {
        let path = folder.join(name);
        let (wall, best) = median_and_best(ROUNDS, clock::monotonic_ns, || ahead(&path));
        let busy = median(ROUNDS, both_processors_ns, || ahead(&path));
        row(
            &format!("read {name} to World, parsing ahead"),
            &format!(
                "{:.2} M events/s, {:.2} at best, {:.2} µs of both processors an event",
                events / wall / 1e6,
                events / best / 1e6,
                busy / events * 1e6
            ),
        );
    }
}

/// The next events; `None` at the end of a recording without damage.
fn next(ahead: &mut Ahead) -> Option<Batch> {
    loop {
        match ahead.poll(clock::instant() + std::time::Duration::from_secs(1)) {
            FeedItem::Events(batch) => return Some(batch),
            FeedItem::End => {
                assert_eq!(ahead.flaw(), None);
                return None;
            }
            FeedItem::Idle => {}
        }
    }
}

fn opening(log: &Log) {
    let before = resident();
    let bytes = log.text.clone();
    let begun = clock::monotonic_ns();
    let mut first = 0.0;
    let mut ahead = Ahead::new(open(bytes)).expect("a thread");
    let mut history = History::new(World::new());
    while let Some(batch) = next(&mut ahead) {
        for (line, event) in batch.lines() {
            history.push(line, event);
        }
        ahead.give_back(batch);
        if first == 0.0 {
            first = (clock::monotonic_ns() - begun) as f64 / 1e6;
        }
    }
    let whole = (clock::monotonic_ns() - begun) as f64 / 1e6;
    drop(ahead);
    let kept = resident().saturating_sub(before);
    let len = history.len();
    row(
        &format!("open {len} events with their history"),
        &format!("first World after {first:.1} ms, all after {whole:.0} ms"),
    );
    row(
        "memory (the text's own copy of this bench included in none)",
        &format!(
            "{:.0} bytes/event resident, {:.0} packed",
            kept as f64 / len as f64,
            history.packed().bytes() as f64 / len as f64
        ),
    );
    let mut seeks: Vec<f64> = (1..=400_u64)
        .map(|n| n * 7_654_321 % len)
        .map(|place| {
            let begun = clock::monotonic_ns();
            std::hint::black_box(history.world_at(place).seq());
            (clock::monotonic_ns() - begun) as f64 / 1e6
        })
        .collect();
    seeks.sort_by(f64::total_cmp);
    row(
        "seek anywhere",
        &format!(
            "{:.2} ms median, {:.2} ms worst of 400",
            seeks[200], seeks[399]
        ),
    );
}

fn main() {
    let events = std::env::args().find_map(|word| word.parse().ok());
    let log = log(events.unwrap_or(1_000_000));
    let folder = tempfile::tempdir().expect("a folder");
    println!(
        "\n| recording of {} events | |\n|---|---|",
        log.events.len()
    );
    opening(&log);
    writing(&log, folder.path());
    reading(&log, folder.path());
    recorded(folder.path());
}
