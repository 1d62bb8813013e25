//! Runs that go well.

use std::process::Command;

use forklore::engine::Run;
use forklore::lesson::{Lesson, Library};
use forklore::trace::{Exit, Kind, Reader, Role, RunStatus, Stream};

use super::harness::{
    MARK, assert_nothing_left, assert_whole, binary, end, exits, lesson, mark, output, rest, shell,
};

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
    // The shell reaps it within microseconds: the status is known only where the kernel keeps it.
    assert!(
        matches!(exits[&1], Exit::Code(4) | Exit::Unknown),
        "{exits:?}"
    );
    assert_nothing_left(&mark);
}

#[test]
fn every_lesson_goes_through_the_gate_and_nothing_let_through_blocks() {
    let library = Library::embedded().expect("the lessons");
    for slug in library.iter().map(Lesson::slug) {
        let mark = mark();
        // All left-handed they may lawfully come to hold a fork each.
        let set: &[&str] = match slug {
            "philosophers" => &["--set", "order=reversed"],
            _ => &[],
        };
        let run = Command::new(binary())
            .args(["run", slug, "--pace", "100000", "--format", "json"])
            .args(set)
            .env(MARK, &mark)
            .output()
            .expect("the binary runs");
        assert!(run.status.success(), "{slug}: {run:?}");
        let mut reader = Reader::new(run.stdout.as_slice()).expect("a recording");
        let mut events = Vec::new();
        while let Some(event) = reader.next_event().expect("whole lines") {
            events.push(event);
        }
        assert_whole(&events);
        assert_eq!(end(&events).status, RunStatus::Finished, "{slug}");
        let count =
            |wanted: fn(&Kind) -> bool| events.iter().filter(|event| wanted(&event.kind)).count();
        let granted = count(|kind| matches!(kind, Kind::Gate));
        assert!(granted > 5, "{slug}: {granted}");
        assert_eq!(
            granted,
            count(|kind| matches!(kind, Kind::OpBegin(_))),
            "{slug}"
        );
        assert_eq!(
            granted,
            count(|kind| matches!(kind, Kind::OpEnd(_))),
            "{slug}"
        );
        assert_eq!(
            count(|kind| matches!(kind, Kind::OpWait(_) | Kind::Fault(_))),
            0,
            "{slug}"
        );
        assert_nothing_left(&mark);
    }
}
