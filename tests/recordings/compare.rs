//! `forklore compare`: its output and its exit codes.

use std::path::Path;

use crate::harness::say;

const GOLDEN: &str = include_str!("../golden/format-1.jsonl");

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_recording_is_the_same_as_itself_with_other_pids() {
    let folder = tempfile::tempdir().unwrap();
    let a = written(folder.path(), "a.jsonl", GOLDEN);
    let moved = GOLDEN.replace("101", "7101");
    let b = written(folder.path(), "b.jsonl", &moved);
    let said = say(&["compare", &a, &b]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(said.out.contains("The runs are the same"), "{}", said.out);
    assert!(said.out.contains("29 events"), "{}", said.out);
}

#[test]
fn the_event_where_two_runs_part_is_shown_from_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let a = written(folder.path(), "a.jsonl", GOLDEN);
    let changed = GOLDEN.replace("\"op\":\"dict.set\"", "\"op\":\"dict.get\"");
    let b = written(folder.path(), "b.jsonl", &changed);
    let said = say(&["compare", &a, &b]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out
            .contains("The runs diverge in Process-1, after 2 equal steps"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("  A  #15") && said.out.contains("dict.set"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("  B  #15") && said.out.contains("dict.get"),
        "{}",
        said.out
    );

    let said = say(&["compare", &a, &b, "--format", "json"]);
    assert_eq!(said.code, Some(1));
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["same"], false);
    assert_eq!(document["first"]["kind"], "position");
    assert_eq!(document["first"]["a"]["op"], "dict.set");
    assert_eq!(document["first"]["b"]["seq"], 15);
    assert_eq!(document["a"]["events"], 29);
}

#[test]
fn a_recording_that_stops_is_compared_as_far_as_it_goes_and_ends_with_4() {
    let folder = tempfile::tempdir().unwrap();
    let a = written(folder.path(), "a.jsonl", GOLDEN);
    let b = written(folder.path(), "b.jsonl", &GOLDEN[..GOLDEN.len() / 2]);
    let said = say(&["--lang", "zh", "compare", &a, &b]);
    assert_eq!(said.code, Some(4), "{}", said.err);
    assert!(said.err.contains("最后一行不完整"), "{}", said.err);
    assert!(said.out.contains("处开始不同"), "{}", said.out);
}

#[test]
fn what_was_set_differently_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let record = |name: &str, words: &[&str]| {
        let path = place(name);
        let mut all = vec!["run", "--record", &path, "--seed", "1"];
        all.extend(words);
        assert!(say(&all).code.is_some());
        path
    };
    let one = record("a.jsonl", &["lock"]);
    let unlocked = record("b.jsonl.zst", &["lock", "--set", "lock=none"]);
    let other = record("c.jsonl", &["create-process"]);
    let said = say(&["compare", &one, &unlocked]);
    assert_eq!(said.code, Some(1));
    let settings = "Different settings (A / B): lock RLock / none\n";
    assert!(said.out.contains(settings), "{}", said.out);
    let said = say(&["compare", &one, &other]);
    assert!(
        said.out.contains("lesson lock / create-process"),
        "{}",
        said.out
    );
    let said = say(&["compare", &one, &other, "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["settings"]["lesson"]["b"], "create-process");
    let said = say(&["compare", &one, &one]);
    assert_eq!(said.code, Some(0));
    assert!(!said.out.contains("Different settings"), "{}", said.out);
    let said = say(&["compare", &one, "/nowhere"]);
    assert_eq!((said.code, said.out.as_str()), (Some(4), ""));
}

#[test]
fn stdin_is_one_recording_and_not_two() {
    let said = say(&["compare", "-", "-"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.contains("only one of the two"), "{}", said.err);
}

/// The learner reads program.py; the twin's lines are told as its.
#[test]
fn places_of_native_runs_are_lines_of_the_python_program() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| folder.path().join(name).display().to_string());
    for (path, processes) in [(&a, "processes=2"), (&b, "processes=3")] {
        let words = [
            "run",
            "lock",
            "--set",
            processes,
            "--time-scale",
            "0",
            "--record",
            path,
        ];
        say(&words);
    }
    let said = say(&["compare", &a, &b]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(said.out.contains("program.py:"), "{}", said.out);
    assert!(!said.out.contains("program.rs:"), "{}", said.out);
}
