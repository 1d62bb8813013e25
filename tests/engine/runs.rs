//! Runs that go well.

use forklore::engine::Run;
use forklore::trace::{Exit, Kind, Role, RunStatus, Stream};

use super::harness::{assert_nothing_left, end, exits, lesson, mark, output, rest, shell};

#[test]
fn a_lesson_is_followed_from_its_first_process_to_its_last() {
    let mark = mark();
    let mut run =
        Run::start(lesson("create-process", &[("processes", 3)], &mark)).expect("it starts");
    let dir = run.dir().to_owned();
    assert!(dir.is_dir());
    let events = rest(&mut run, Vec::new());
    assert_eq!(end(&events).status, RunStatus::Finished, "{events:#?}");
    assert_eq!(end(&events).ended, [0; 0]);
    let starts: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::ProcessStart(start) => Some((event.proc, start.role, start.name.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(starts[0], (Some(0), Role::Main, "MainProcess"));
    assert_eq!(
        exits(&events).values().copied().collect::<Vec<_>>(),
        vec![Exit::Code(0); starts.len()]
    );
    // Its first row of ps follows the start of every process.
    for (index, event) in events.iter().enumerate() {
        if let Kind::ProcessStart(_) = event.kind {
            assert!(
                matches!(&events[index + 1].kind, Kind::Ps(update) if update.rows[0].pid == event.pid),
                "{:?}",
                events[index + 1]
            );
        }
    }
    assert!(!dir.exists(), "the run directory is gone");
    assert_nothing_left(&mark);
}

#[test]
fn a_strangers_output_is_its_own() {
    let mark = mark();
    let mut run = shell(
        "echo one; sh -c 'echo two; echo three >&2; exit 4'; echo four; exit 5",
        &mark,
    );
    let events = rest(&mut run, Vec::new());
    assert_eq!(end(&events).status, RunStatus::Finished);
    assert_eq!(output(&events, 0, Stream::Stdout), "one\nfour\n");
    assert_eq!(output(&events, 1, Stream::Stdout), "two\n");
    assert_eq!(output(&events, 1, Stream::Stderr), "three\n");
    let exits = exits(&events);
    assert_eq!(exits[&0], Exit::Code(5));
    // The shell reaps it within microseconds: known only where the kernel keeps the status.
    assert!(
        matches!(exits[&1], Exit::Code(4) | Exit::Unknown),
        "{exits:?}"
    );
    assert_nothing_left(&mark);
}
