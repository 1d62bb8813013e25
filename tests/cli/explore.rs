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
fn pools_are_explored() {
    let few = [
        "--set",
        "processes=2",
        "--set",
        "tasks=2",
        "--set",
        "rounds=1",
    ];
    let explored = |lesson, more: &[&str]| explored(&[&[lesson], &few[..], more].concat());
    assert_eq!(counts(&explored("pool-blocking", &[])), (1, 4));
    assert_eq!(counts(&explored("pool-async", &[])), (1, 4));
    // Main ends the workers at whatever they are doing.
    let cut = ["--set", "misuse=terminate-with-work-left"];
    assert_eq!(counts(&explored("pool-async", &cut)).0, 2);
}

/// The tables that the lessons carry are what is found now, those apart that take long to find.
#[test]
fn the_tables_of_outcomes_hold() {
    let library = forklore::lesson::Library::embedded().expect("the lessons");
    let mut checked = 0;
    for lesson in library.iter() {
        let Some(text) = &lesson.files.outcomes else {
            continue;
        };
        let file = forklore::lesson::OutcomeFile::parse(text).expect("a table");
        assert_eq!(file.program_sha256, lesson.outcomes_sha256());
        let few = file.tables.iter().filter(|table| table.executions <= 100);
        for table in few {
            let mut words = vec![lesson.slug().to_owned(), "--any-timing".to_owned()];
            for (name, value) in &table.params {
                words.extend(["--set".to_owned(), format!("{name}={value}")]);
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let found = explored(&words);
            let rows = found["outcomes"].as_array().expect("outcomes").iter();
            let rows = rows.map(|row| (row["outcome"].as_str(), row["executions"].as_u64()));
            let mut rows: Vec<_> = rows.collect();
            let known = table.outcomes.iter();
            let known = known.map(|known| (Some(known.outcome.as_str()), Some(known.executions)));
            let mut known: Vec<_> = known.collect();
            rows.sort_unstable();
            known.sort_unstable();
            assert_eq!(rows, known, "{words:?}");
            checked += 1;
        }
    }
    assert!(checked >= 9, "{checked}");
}

#[test]
fn what_can_not_be_saved_is_said() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().display().to_string();
    let said = say(&["explore", "lost-update", "--save", &path]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let saved = std::fs::read_to_string(file.path()).expect("a table");
    let saved = forklore::lesson::OutcomeFile::parse(&saved).expect("a table");
    assert_eq!(saved.tables[0].outcomes.len(), 2);
    let said = say(&["explore", "no-sharing", "--budget", "4", "--save", &path]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(
        said.err.contains("the search is not complete"),
        "{}",
        said.err
    );
    let said = say(&["explore", "lost-update", "--save", "/nowhere/at/all"]);
    assert_eq!(said.code, Some(3), "{}", said.out);
    assert!(said.err.contains("/nowhere/at/all"), "{}", said.err);
}

#[test]
fn a_budget_of_nothing_is_refused() {
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
