//! `run --schedule` and `--strategy`: a given or drawn order, the same every time.

use serde_json::Value;

use crate::harness::say;

/// Who did what, in order: operations, births, output and ends, and who collected whom. The moment of a
/// manager's server is nobody's choice.
fn told(arguments: &[&str]) -> Vec<(Option<u64>, String, String)> {
    let said = say(&[&["run", "--format", "json"], arguments].concat());
    let events = said.out.lines().skip(1).map(|line| {
        let event: Value = serde_json::from_str(line).expect("an event");
        let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let code = event["code"].as_i64().map(|code| code.to_string());
        let role = event["role"].as_str() == Some("manager");
        (
            (event["proc"].as_u64(), word("kind")),
            word("op") + &word("data") + &code.unwrap_or_default(),
            role,
        )
    });
    let events: Vec<_> = events.collect();
    let services = events.iter().filter(|(.., service)| *service);
    let services: Vec<_> = services.map(|((proc, _), ..)| *proc).collect();
    // Rows come by the clock; announcements are no operations.
    let given = |((proc, kind), _): &((Option<u64>, String), String)| {
        kind != "ps" && kind != "op.begin" && !services.contains(proc)
    };
    let events = events.into_iter().map(|(of, what, _)| (of, what));
    // At a deadlock forklore looks, and ends them in whatever order.
    let events = events.take_while(|((_, kind), _)| kind != "look");
    let events = events.filter(given);
    events
        .map(|((proc, kind), what)| (proc, kind, what))
        .collect()
}

/// The schedule that a run of words tells.
fn schedule_of(arguments: &[&str]) -> String {
    let said = say(&[&["run"], arguments].concat());
    let code = said
        .out
        .lines()
        .find_map(|line| line.strip_prefix("schedule: "));
    code.unwrap_or_else(|| panic!("{}{}", said.out, said.err))
        .to_owned()
}

#[test]
fn one_schedule_is_one_run() {
    for (lesson, few) in [
        ("create-process", &["processes=2"][..]),
        ("no-sharing", &["processes=2"]),
        ("array", &["processes=2"]),
        ("manager-dict", &["processes=2"]),
        ("queue", &["processes=2"]),
        ("lock", &["processes=2"]),
        ("pool-async", &["processes=2", "tasks=3", "rounds=1"]),
        ("pool-blocking", &["processes=2", "tasks=2", "rounds=1"]),
        ("lost-update", &["processes=2"]),
        ("philosophers", &["philosophers=2"]),
    ] {
        let set = few.iter().flat_map(|value| ["--set", value]);
        let set: Vec<&str> = set.collect();
        let code = schedule_of(&[&[lesson, "--strategy", "surw"], &set[..]].concat());
        let first = told(&["--schedule", &code]);
        assert!(first.len() > 10, "{first:?}");
        for _ in 0..19 {
            assert_eq!(told(&["--schedule", &code]), first, "{code}");
        }
    }
}

#[test]
fn a_seed_draws_one_schedule() {
    for strategy in ["random", "pct", "surw"] {
        let draw = |seed| schedule_of(&["queue", "--strategy", strategy, "--seed", seed]);
        assert_eq!(draw("3"), draw("3"));
        assert_ne!(draw("3"), draw("4"));
    }
}

#[test]
fn an_outcome_that_was_explored_is_reached() {
    let said = say(&["explore", "array", "--format", "json"]);
    let found: Value = serde_json::from_str(&said.out).expect("a document");
    let outcomes = found["outcomes"].as_array().expect("outcomes");
    for outcome in [&outcomes[0], &outcomes[21]] {
        let code = outcome["schedule"].as_str().expect("a schedule");
        let lines = told(&["--schedule", code]).into_iter();
        let lines = lines.filter(|(_, kind, _)| kind == "output");
        let mut lines: Vec<String> = lines.map(|(.., data)| data.trim_end().to_owned()).collect();
        lines.sort_unstable();
        assert_eq!(
            lines.join("\n"),
            outcome["outcome"].as_str().unwrap_or_default()
        );
    }
}

#[test]
fn slow_motion_draws_an_order_and_never_always_the_same() {
    let first = |seed: &str| {
        let lines = told(&["create-process", "--pace", "100000", "--seed", seed]);
        let mut lines = lines.into_iter().filter(|(_, kind, _)| kind == "output");
        lines.next().map(|(.., data)| data)
    };
    let seeds = ["1", "2", "3", "4", "5", "6", "7", "8"];
    let firsts: std::collections::BTreeSet<_> = seeds.into_iter().map(first).collect();
    assert!(firsts.len() > 1, "{firsts:?}");
    assert_eq!(first("5"), first("5"));
}

#[test]
fn a_step_may_only_begin_to_wait() {
    let code = "lock@processes=2:0x2.1.2b.1";
    let told = told(&["--schedule", code]);
    let waits = told.iter().filter(|(_, kind, _)| kind == "op.wait");
    assert_eq!(waits.count(), 1, "{told:?}");
    // One that can go does not begin to wait.
    let said = say(&["run", "--schedule", "lock@processes=2:0x2.1b"]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
}

#[test]
fn a_schedule_in_a_file_may_have_comments() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let text = b"# main alone first\ncreate-process@processes=1:\n0x2. # start, print\n1x2.0x2\n";
    std::io::Write::write_all(&mut file, text).expect("written");
    let path = file.path().display().to_string();
    let said = say(&["run", "--schedule", &path]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let place = |text| said.out.find(text).expect("it was printed");
    assert!(
        place("main proccess stop") < place("say hi 0"),
        "{}",
        said.out
    );
}

#[test]
fn a_schedule_that_does_not_fit_says_where_and_why() {
    for (code, why) in [
        ("create-process:0.9", "step 2: there is no process 9"),
        ("create-process:0.1x9", "step 4: Process-1 has ended"),
        (
            "lock:0x2.1x2.2x2",
            "step 5: Process-2 can't go: it waits at acquire lock",
        ),
    ] {
        let said = say(&["run", "--schedule", code]);
        assert_eq!(said.code, Some(1), "{code}");
        let all = said.out + &said.err;
        assert!(all.contains(why), "{code}: {all}");
    }
    let said = say(&["run", "--schedule", "lock:1..2"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err
            .contains("at character 8 there is `.2` instead of the number of a process"),
        "{}",
        said.err
    );
    let said = say(&["run", "queue", "--schedule", "lock:1"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err
            .contains("this schedule is of lesson lock, not of lesson queue"),
        "{}",
        said.err
    );
}

/// What was printed, by whom, in order.
fn printed(arguments: &[&str]) -> Vec<(Option<u64>, String)> {
    let all = told(arguments).into_iter();
    let output = all.filter(|(_, kind, _)| kind == "output");
    output.map(|(proc, _, data)| (proc, data)).collect()
}

#[test]
fn a_schedule_of_the_native_engine_is_the_same_run_under_python() {
    for lesson in ["create-process", "array", "manager-dict", "queue", "lock"] {
        let quick = ["--set", "processes=3", "--time-scale", "0.05"];
        let code = schedule_of(&[&[lesson, "--strategy", "random"], &quick[..]].concat());
        let native = printed(&["--schedule", &code, "--time-scale", "0.05"]);
        assert!(native.len() > 2, "{native:?}");
        let engine = ["--engine", "python", "--time-scale", "0.05"];
        let python = printed(&[&["--schedule", &code], &engine[..]].concat());
        assert_eq!(python, native, "{code}");
    }
}
