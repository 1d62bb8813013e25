//! Each lesson broken on purpose, in real runs: a process killed, a parameter that differs from the one
//! asked for, the lock left out. The checks concerned fail.
//!
//! `mutants` shows the same for every single check, with falsified logs.

use std::collections::{BTreeMap, BTreeSet};

use forklore::check;
use forklore::engine::GateMode;
use forklore::feed::{Control, Feed as _, FeedItem};
use forklore::lesson::{Lesson, Library, Params};
use forklore::model::World;
use forklore::sys::clock;
use forklore::trace::{Event, Kind, Op, OpName, Role};

use super::native;

fn set(lesson: &Lesson, values: &[&str]) -> Params {
    let parameters = &lesson.manifest.parameters;
    let mut params = Params::defaults(parameters);
    for value in values {
        let set = params.set(lesson.slug(), parameters, value);
        set.expect("a value within its range");
    }
    params
}

/// The checks that fail for a run if it is evaluated with these parameters.
fn reds(lesson: &Lesson, judged_as: &Params, events: &[Event]) -> BTreeSet<String> {
    let mut world = World::new().scaled(native::TIME_SCALE);
    for event in events {
        world.apply(event);
    }
    check::evaluate(lesson, judged_as, &native::circumstances(true), &world)
        .into_iter()
        .filter(|verdict| !verdict.passed)
        .map(|verdict| verdict.id)
        .collect()
}

/// A run in which a process is killed at `moment`. Until then the gate grants one operation after the
/// other, but not the one at `moment`.
fn with_one_killed(lesson: &Lesson, params: &Params, moment: Moment) -> Vec<Event> {
    let mut run = native::start(lesson, params, true, GateMode::Manual);
    let (mut world, mut events, mut killed) = (World::new(), Vec::new(), false);
    let mut announced: BTreeMap<u32, Op> = BTreeMap::new();
    let mut going = None;
    let deadline = clock::instant() + native::PATIENCE;
    while let FeedItem::Events(more) = run.poll(deadline) {
        for event in more.events() {
            world.apply(event);
            let Some(proc) = event.proc else { continue };
            if !killed && moment.has_come(&world, event) {
                killed = true;
                let kill = Control::Kill { pid: event.pid };
                run.control(kill).expect("it runs");
                run.control(Control::Open).expect("it runs");
            }
            match &event.kind {
                Kind::OpBegin(op) => drop(announced.insert(proc, (**op).clone())),
                Kind::OpEnd(_) if going == Some(proc) => going = None,
                _ => {}
            }
        }
        events.extend_from_slice(more.events());
        let mut able = announced
            .iter()
            .filter(|(proc, op)| world.enabled(**proc, op));
        if let Some(proc) = able.next().map(|(proc, _)| *proc)
            && !killed
            && going.is_none()
        {
            announced.remove(&proc);
            going = Some(proc);
            run.control(Control::Step { proc: Some(proc) })
                .expect("it runs");
        }
    }
    assert!(killed, "{}: the moment did not come", lesson.slug());
    events
}

/// The moment at which a process is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// A child or worker announces this operation for the first time.
    Child(OpName),
    /// Main announces the start of its second child. (A child that only prints announces nothing.)
    Main,
    /// The manager's server has announced itself.
    Server,
}

impl Moment {
    fn has_come(self, world: &World, event: &Event) -> bool {
        let process = event.proc.and_then(|proc| world.process(proc));
        let role = process.map(|process| process.role);
        match (self, &event.kind) {
            (Moment::Child(op), Kind::OpBegin(begun)) => {
                matches!(role, Some(Role::Process | Role::Worker)) && begun.op == op
            }
            (Moment::Main, Kind::OpBegin(begun)) => {
                let second = begun.args.child.as_deref() == Some("Process-2");
                role == Some(Role::Main) && begun.op == OpName::Start && second
            }
            (Moment::Server, Kind::ProcessStart(start)) => start.role == Role::Manager,
            _ => false,
        }
    }
}

/// The lesson, the moment at which one of its processes is killed, and the checks that have to fail. A pool's
/// lost task can end the run before the worker is replaced, so the number of workers is not among them.
const KILLED: &[(&str, Moment, &[&str])] = &[
    (
        "create-process",
        Moment::Main,
        &[
            "children",
            "every-line",
            "main-line",
            "exit-codes",
            "ending",
        ],
    ),
    (
        "no-sharing",
        Moment::Main,
        &["children", "every-line", "exit-codes", "ending"],
    ),
    (
        "array",
        Moment::Child(OpName::Set),
        &["every-line", "own-order", "all-writes-stay", "exit-codes"],
    ),
    (
        "manager-dict",
        Moment::Child(OpName::Sleep),
        &[
            "every-line",
            "own-line",
            "growing",
            "final-dict",
            "exit-codes",
        ],
    ),
    (
        "manager-dict",
        Moment::Server,
        &[
            "every-line",
            "own-line",
            "growing",
            "final-dict",
            "exit-codes",
        ],
    ),
    (
        "queue",
        Moment::Child(OpName::QueueGet),
        &["own-line", "each-child-one", "exit-codes"],
    ),
    (
        "lock",
        Moment::Child(OpName::Release),
        &[
            "every-line",
            "whole-blocks",
            "exit-codes",
            "ending",
            "nothing-left",
        ],
    ),
    (
        "pool-async",
        Moment::Child(OpName::Sleep),
        &[
            "results",
            "every-line",
            "exit-codes",
            "main-exit-code",
            "ending",
        ],
    ),
    (
        "pool-blocking",
        Moment::Child(OpName::Sleep),
        &[
            "results",
            "every-line",
            "exit-codes",
            "main-exit-code",
            "ending",
        ],
    ),
    ("lost-update", Moment::Child(OpName::Set), &["exit-codes"]),
    (
        "philosophers",
        Moment::Child(OpName::Release),
        &["all-or-nobody"],
    ),
];

/// The lesson, the parameters of the run, those it is evaluated with, and the checks that have to fail.
const OTHER: &[(&str, &str, &str, &[&str])] = &[
    (
        "create-process",
        "processes=2",
        "processes=3",
        &["children", "every-line", "own-line"],
    ),
    (
        "no-sharing",
        "processes=2",
        "processes=3",
        &["children", "every-line", "own-order"],
    ),
    (
        "array",
        "processes=2",
        "processes=3",
        &["children", "every-line", "all-writes-stay"],
    ),
    (
        "manager-dict",
        "processes=2",
        "processes=3",
        &["children", "growing", "final-dict"],
    ),
    (
        "queue",
        "processes=2",
        "processes=3",
        &["children", "delivered-once", "each-child-one"],
    ),
    (
        "lock",
        "processes=2",
        "processes=3",
        &["children", "every-line", "whole-blocks"],
    ),
    ("lock", "lock=none", "lock=RLock", &["lock-exclusive"]),
    ("pool-async", "processes=2", "processes=3", &["workers"]),
    (
        "pool-async",
        "tasks=2",
        "tasks=3",
        &["every-line", "results"],
    ),
    ("pool-blocking", "processes=2", "processes=3", &["workers"]),
    (
        "pool-blocking",
        "tasks=2",
        "tasks=3",
        &["in-order", "results"],
    ),
    ("lost-update", "processes=2", "processes=3", &["children"]),
    (
        "philosophers",
        "meet=true",
        "order=reversed",
        &["all-eat", "ending", "exit-codes", "nothing-left"],
    ),
];

/// The lock lesson without its lock. The gate takes turns between the processes, so blocks get mixed.
#[test]
fn a_lock_left_out_is_seen_in_what_is_printed() {
    let library = Library::embedded().expect("the lessons");
    let lesson = library.find("lock").expect("a lesson");
    let mut run = native::start(
        lesson,
        &set(lesson, &["lock=none"]),
        true,
        GateMode::Paced { per_second: 1e5 },
    );
    let events = native::rest(&mut run);
    let red = reds(lesson, &set(lesson, &[]), &events);
    for check in ["whole-blocks", "lock-exclusive"] {
        assert!(red.contains(check), "{check} is not among {red:?}");
    }
}

fn missing(what: &str, red: &BTreeSet<String>, expected: &[&str]) -> Option<String> {
    let green: Vec<&&str> = expected
        .iter()
        .filter(|check| !red.contains(**check))
        .collect();
    (!green.is_empty()).then(|| format!("{what}: {green:?} stayed green; red: {red:?}"))
}

#[test]
fn a_killed_process_turns_the_checks_red_that_speak_of_it() {
    let library = Library::embedded().expect("the lessons");
    let wrong = super::together(KILLED, |(slug, moment, expected)| {
        let lesson = library.find(slug).expect("a lesson");
        let params = set(lesson, &[]);
        let events = with_one_killed(lesson, &params, *moment);
        let what = format!("{slug}, killed: {moment:?}");
        missing(&what, &reds(lesson, &params, &events), expected)
            .into_iter()
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let lessons: BTreeSet<&str> = KILLED.iter().map(|(slug, ..)| *slug).collect();
    assert_eq!(lessons.len(), library.len(), "every lesson is among them");
}

#[test]
fn another_parameter_turns_the_checks_red_that_speak_of_it() {
    let library = Library::embedded().expect("the lessons");
    let wrong = super::together(OTHER, |(slug, ran, judged, expected)| {
        let lesson = library.find(slug).expect("a lesson");
        let events = native::events(lesson, &set(lesson, &[ran]), true);
        let red = reds(lesson, &set(lesson, &[judged]), &events);
        missing(&format!("{slug}, {ran} for {judged}"), &red, expected)
            .into_iter()
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let lessons: BTreeSet<&str> = OTHER.iter().map(|(slug, ..)| *slug).collect();
    assert_eq!(lessons.len(), library.len(), "every lesson is among them");
}
