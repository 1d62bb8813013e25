//! At a limit of the system a run says what it lacks.

use std::process::{Command, Stdio};

use crate::harness::{MARK, assert_nothing_left, binary, mark};

#[test]
fn too_few_descriptors_are_said_in_the_log() {
    let mark = mark();
    let script =
        "for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 1 & done; wait";
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 30; exec \"$@\"", "sh"])
        .arg(binary())
        .args(["trace", "--format", "json", "--", "sh", "-c", script])
        .env(MARK, &mark)
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    let log = String::from_utf8(output.stdout).expect("JSON");
    let faults: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("\"fault\":\"limit\""))
        .collect();
    assert_eq!(faults.len(), 1, "{log}");
    assert!(faults[0].contains("ulimit -n is 30"), "{faults:?}");
    assert_nothing_left(&mark);
}
