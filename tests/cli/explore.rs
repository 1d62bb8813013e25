//! `forklore explore`: what it finds of the lessons, and what it says.

use serde_json::Value;

use crate::harness::say;

fn explored(arguments: &[&str]) -> Value {
    let said = say(&[&["explore", "--format", "json"], arguments].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    serde_json::from_str(&said.out).expect("one document")
}

/// Outcomes and executions.
fn counts(document: &Value) -> (usize, u64) {
    let outcomes = document["outcomes"].as_array().expect("outcomes");
    assert_eq!(document["complete"], true);
    assert_eq!(document["given_up"], 0);
    let executions = outcomes
        .iter()
        .filter_map(|outcome| outcome["executions"].as_u64());
    assert_eq!(
        Some(executions.sum::<u64>()),
        document["executions"].as_u64()
    );
    (
        outcomes.len(),
        document["executions"].as_u64().expect("a number"),
    )
}

#[test]
fn the_lessons_have_the_outcomes_that_were_counted_by_hand() {
    // Three children and main print a line each, in any order.
    assert_eq!(counts(&explored(&["create-process"])), (24, 24));
    // Two children print two lines each, main one: 5! / (2! 2!).
    assert_eq!(
        counts(&explored(&["no-sharing", "--set", "processes=2"])),
        (30, 30)
    );
    // 22 of 64 conceivable read vectors.
    assert_eq!(counts(&explored(&["array"])).0, 22);
    // Whoever takes the lock first prints first.
    let lock = explored(&["lock", "--set", "processes=2", "--set", "join=true"]);
    assert_eq!(counts(&lock), (2, 2));
}

#[test]
fn one_outcome_is_shown_with_its_schedule() {
    let said = say(&[
        "explore",
        "create-process",
        "--set",
        "processes=1",
        "--outcome",
        "2",
    ]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.out.starts_with("outcome 2: 1 execution\n"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("\n  create-process@processes=1:0"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("complete: these are all 2 outcomes."),
        "{}",
        said.out
    );
    let said = say(&["explore", "create-process", "--outcome", "never printed"]);
    assert_eq!(said.code, Some(1), "{}", said.out);
}

#[test]
fn a_budget_that_ends_first_is_said() {
    let said = say(&["explore", "no-sharing", "--budget", "40", "--seed", "7"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let told = said.out.lines().last().unwrap_or_default();
    assert!(
        told.starts_with("stopped at the budget after 30 executions, 0 given up"),
        "{told}"
    );
    assert!(told.ends_with("; then 10 random runs, seed 7"), "{told}");
}

#[test]
fn what_can_not_be_explored_is_refused() {
    let said = say(&["explore", "pool-async"]);
    assert_eq!((said.code, said.out.as_str()), (Some(3), ""));
    assert!(
        said.err.contains("submit of MainProcess can't be explored"),
        "{}",
        said.err
    );
    let said = say(&["explore", "lock", "--budget", "0"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("such as 90s, 2m or 1h"), "{}", said.err);
}

#[test]
fn a_deadlock_is_one_outcome_however_it_comes() {
    let twice = [
        "lock",
        "--set",
        "lock=Lock",
        "--set",
        "depth=2",
        "--set",
        "processes=2",
    ];
    let found = explored(&twice);
    let outcomes = found["outcomes"].as_array().expect("outcomes");
    let labels: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome["outcome"].as_str())
        .collect();
    assert!(
        outcomes.iter().all(|outcome| outcome["deadlock"] == true),
        "{labels:?}"
    );
    assert_eq!(
        labels.len(),
        2,
        "one for each process that takes the lock first: {labels:?}"
    );
    let first = labels[0].unwrap_or_default();
    assert!(
        first.contains("Process-1: acquire lock → Process-1"),
        "{first}"
    );
    assert!(
        first.contains("Process-2: acquire lock → Process-1"),
        "{first}"
    );
}
