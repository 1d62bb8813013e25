//! Finds what a run left behind. Its processes are known by a mark in their environment, never by name.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use forklore::sys::clock;

/// The variable whose value is unique to one test's processes.
const MARK: &str = "FORKLORE_TEST_MARK";

/// Marks a command's processes and returns the mark.
pub fn mark(command: &mut Command) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mark = format!("{}-{count}-{}", std::process::id(), clock::monotonic_ns());
    command.env(MARK, &mark);
    mark
}

/// PIDs of the processes that carry this mark and are not zombies.
pub fn marked(mark: &str) -> Vec<String> {
    let wanted = format!("{MARK}={mark}");
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        if variables.any(|variable| variable == wanted.as_bytes()) {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

/// Waits until no process carries the mark.
#[track_caller]
pub fn assert_nothing_left(mark: &str) {
    let mut left = Vec::new();
    let all_gone = come(|| {
        left = marked(mark);
        left.is_empty()
    });
    let told = |pid: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.unwrap_or_default()
    };
    assert!(
        all_gone,
        "left: {:#?}",
        left.iter().map(told).collect::<Vec<_>>()
    );
}

/// Polls for a condition that nobody reports, and fails at the deadline.
#[track_caller]
pub fn wait_until(condition: impl FnMut() -> bool) {
    assert!(come(condition), "it has not come");
}

/// Polls for a condition that nobody reports; false at the deadline.
fn come(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = clock::deadline(Duration::from_secs(30)).expect("near");
    while !condition() {
        if clock::monotonic_ns() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}
