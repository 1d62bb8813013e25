//! Starts runs for tests, reads them to their end, and looks for what they left behind.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use forklore::engine::{GateMode, native::NativeConfig};
use forklore::engine::{Launch, Run};
use forklore::feed::{Feed as _, FeedItem};
use forklore::sys::clock;
use forklore::trace::{Event, Exit, Kind, Role, RunEnd, Stream};

/// The longest time a run of these tests may take; a hang becomes a failure.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The variable whose value is unique to one test's processes.
pub const MARK: &str = "FORKLORE_TEST_MARK";

/// A value for the mark that is unique on this machine.
pub fn mark() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{count}-{}", std::process::id(), clock::monotonic_ns())
}

pub fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_forklore"))
}

/// A lesson with its parameters, at a speed for tests.
pub fn lesson(slug: &str, params: &[(&str, i64)], mark: &str) -> NativeConfig {
    let params: BTreeMap<String, serde_json::Value> = params
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    NativeConfig {
        lesson: slug.to_owned(),
        params,
        time_scale: 0.05,
        seed: 0,
        line_buffered: true,
        gate: GateMode::Open,
        scheduler: None,
        forklore: Some(binary()),
        environment: vec![(MARK.to_owned(), mark.to_owned())],
    }
}

/// A shell script as the main process: everything in it is a stranger.
pub fn shell(script: &str, mark: &str) -> Run {
    let dir = tempfile::Builder::new()
        .prefix("forklore-test-")
        .tempdir()
        .expect("a directory")
        .keep();
    let argv = ["sh", "-c", script].map(OsString::from).to_vec();
    Run::launch(Launch {
        forklore: binary(),
        environment: vec![(MARK.into(), mark.into())],
        introduced: false,
        ..Launch::new(PathBuf::from("/bin/sh"), argv, dir)
    })
    .expect("the run starts")
}

/// Events until one satisfies `wanted`, or the run's end.
pub fn until(run: &mut Run, seen: &mut Vec<Event>, mut wanted: impl FnMut(&Event) -> bool) -> bool {
    let deadline = clock::instant() + PATIENCE;
    loop {
        match run.poll(deadline) {
            FeedItem::Events(batch) => {
                let found = batch.events().iter().any(&mut wanted);
                seen.extend_from_slice(batch.events());
                if found {
                    return true;
                }
            }
            FeedItem::Idle => panic!("nothing came for {PATIENCE:?}; seen: {seen:#?}"),
            FeedItem::End => return false,
        }
    }
}

/// All further events of a run.
pub fn rest(run: &mut Run, mut seen: Vec<Event>) -> Vec<Event> {
    assert!(!until(run, &mut seen, |_| false));
    assert_whole(&seen);
    seen
}

/// What is true of every run: sequence numbers have no gap, there is an end, every process has an exit,
/// which comes before it is reaped, and no process has an event after its exit.
pub fn assert_whole(events: &[Event]) {
    let mut ended: Vec<u32> = Vec::new();
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.seq, index as u64 + 1, "{event:?}");
        let Some(proc) = event.proc else { continue };
        match event.kind {
            Kind::ProcessReaped { .. } => {
                assert!(ended.contains(&proc), "reaped before its exit: {event:?}");
            }
            // Events about a process, not from it.
            Kind::Fault(_) => {}
            _ => {
                assert!(!ended.contains(&proc), "after its exit: {event:?}");
            }
        }
        if matches!(event.kind, Kind::ProcessExit(_)) {
            ended.push(proc);
        }
    }
    for event in events {
        if let (Kind::ProcessStart(start), Some(proc)) = (&event.kind, event.proc)
            && start.role != Role::Guest
        {
            assert!(ended.contains(&proc), "no exit of {event:?}");
        }
    }
    assert!(
        matches!(events.last().map(|event| &event.kind), Some(Kind::End(_))),
        "{:?}",
        events.last()
    );
}

pub fn end(events: &[Event]) -> &RunEnd {
    match events.last().map(|event| &event.kind) {
        Some(Kind::End(end)) => end,
        other => panic!("no end: {other:?}"),
    }
}

/// Exits by birth number.
pub fn exits(events: &[Event]) -> BTreeMap<u32, Exit> {
    events
        .iter()
        .filter_map(|event| match event.kind {
            Kind::ProcessExit(exit) => Some((event.proc?, exit)),
            _ => None,
        })
        .collect()
}

/// Everything each process wrote to a stream, by birth number.
pub fn output(events: &[Event], proc: u32, stream: Stream) -> String {
    let mut bytes = Vec::new();
    for event in events {
        if let (Some(writer), Kind::Output(output)) = (event.proc, &event.kind)
            && writer == proc
            && output.stream == stream
        {
            bytes.extend_from_slice(&output.data);
        }
    }
    String::from_utf8(bytes).expect("text")
}

/// PIDs of the processes that carry this mark and are not zombies.
pub fn marked(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}");
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes())
        {
            found.push(pid);
        }
    }
    found
}

/// Waits until this many processes carry the mark. A process that is about to execute a program has
/// none yet.
pub fn await_marked(mark: &str, count: usize) -> Vec<i32> {
    let deadline = clock::deadline(PATIENCE).expect("near");
    loop {
        let found = marked(mark);
        if found.len() >= count {
            return found;
        }
        assert!(clock::monotonic_ns() < deadline, "only {found:?}");
        std::thread::yield_now();
    }
}

/// Waits until no process carries the mark.
pub fn assert_nothing_left(mark: &str) {
    let deadline = clock::deadline(Duration::from_secs(10)).expect("near");
    loop {
        let left = marked(mark);
        if left.is_empty() {
            return;
        }
        assert!(clock::monotonic_ns() < deadline, "left running: {left:?}");
        std::thread::yield_now();
    }
}
