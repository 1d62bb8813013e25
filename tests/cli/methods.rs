//! `compare --start-methods`: what a program does under fork, spawn and forkserver, and why.

use crate::harness::{finish, forklore, say};
use crate::packs::write;

#[test]
fn the_array_is_shared_under_fork_alone_and_the_reason_is_said() {
    let said = say(&["compare", "--start-methods", "array"]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    for words in [
        "as the tutorial prints it: each sees only its own write",
        "program.py:10 makes one Array in each of 4 processes",
    ] {
        assert!(said.out.contains(words), "{words} in {}", said.out);
    }
    let said = say(&[
        "compare",
        "--start-methods",
        "create-process",
        "--lang",
        "zh",
    ]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains("程序的结果相同"), "{}", said.out);
}

#[test]
fn what_breaks_silently_and_what_breaks_loudly() {
    let said = say(&["compare", "--start-methods", "queue", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let spawn = &document["methods"][1];
    let ids: Vec<&str> = spawn["reasons"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|reason| reason["id"].as_str())
        .collect();
    assert_eq!(ids, ["removed", "silent"], "{document}");
    assert_eq!(
        (spawn["lines"].as_u64(), spawn["main_exit"].as_str()),
        (Some(0), Some("0"))
    );
    // The tutorial's manager, unguarded at the top of the program.
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("manager.py");
    write(
        &script,
        "from multiprocessing import Manager\n\nprint(Manager().dict({1: 2}))\n",
    );
    let mut command = forklore(&["compare", "--start-methods"]);
    let said = finish(command.arg(&script));
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.out.contains("__name__ == '__main__'"), "{}", said.out);
}
