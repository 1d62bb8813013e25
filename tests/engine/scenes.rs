//! The scenes and what they must show.

use std::collections::BTreeMap;
use std::time::Duration;

use forklore::engine::GateMode;
use forklore::engine::{Launch, Run};
use forklore::feed::{Control, Feed as _};
use forklore::mp::{self, Barrier, Lock, Process, RLock, print};
use forklore::sys::clock;
use forklore::trace::{Event, Exit, Kind, Op, OpName, RunStatus, Stream};
use forklore::{protocol::StageConfig, stage};

use crate::harness::{MARK, assert_nothing_left, binary, end, exits, mark, output, rest, until};
use crate::{forged, rogues, timed};

type Program = fn() -> mp::Result<()>;

const PROGRAMS: &[(&str, Program)] = &[
    ("critical", critical),
    ("embrace", embrace),
    ("sleepers", sleepers),
    ("impatient", impatient),
    ("holder", holder),
    ("crowd", crowd),
    ("talkers", talkers),
    ("timed", timed::program),
    ("raw", timed::raw),
    ("stubborn", rogues::stubborn),
    ("mute", rogues::mute),
    ("forger", forged::forger),
    ("generous", forged::generous),
];

pub const TESTS: &[(&str, fn())] = &[
    ("paced_operations_keep_the_critical_section_whole", paced),
    (
        "a_gate_can_be_closed_stepped_and_opened_while_the_run_goes_on",
        stepped,
    ),
    (
        "one_that_cannot_go_begins_to_wait_and_goes_when_it_can",
        begun_by_hand,
    ),
    (
        "an_embrace_ends_within_two_seconds_and_is_named",
        deadlock_open,
    ),
    ("an_embrace_under_the_gate_is_seen_at_once", deadlock_gated),
    (
        "sleepers_under_the_gate_wake_in_the_order_of_their_sleep_and_cost_no_time",
        virtual_time,
    ),
    (
        "a_timeout_under_the_gate_expires_when_nobody_else_can_go",
        expiry,
    ),
    (
        "a_killed_holder_is_named_by_those_who_wait_for_it",
        killed_holder,
    ),
    (
        "processes_that_live_a_moment_are_all_seen_and_all_end_before_they_are_reaped",
        all_seen,
    ),
    (
        "what_a_process_said_stands_before_its_exit",
        said_before_exit,
    ),
    (
        "each_timed_operation_has_two_outcomes_under_the_gate",
        timed::two_outcomes,
    ),
    (
        "an_array_is_read_past_its_lock_under_the_gate",
        timed::past_the_lock,
    ),
    (
        "children_that_ignore_signals_and_hide_others_are_ended",
        rogues::are_ended,
    ),
    (
        "a_child_that_closes_the_event_channel_runs_to_its_end",
        rogues::without_a_voice,
    ),
    (
        "a_forging_child_is_believed_about_itself_alone",
        forged::each_line_of_the_table,
    ),
    (
        "a_process_from_outside_is_shown_and_never_touched",
        forged::guests_are_shown_and_never_touched,
    ),
    (
        "an_ordinary_user_has_the_same_protection",
        forged::as_an_ordinary_user,
    ),
];

/// The stage's side.
pub fn perform(name: &str, json: &str) -> ! {
    let config = serde_json::from_str(json).expect("made below");
    let program = PROGRAMS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a scene")
        .1;
    stage::perform(config, program)
}

pub fn start(scene: &str, gate: GateMode, mark: &str) -> Run {
    start_with(scene, gate, mark, Vec::new())
}

/// `start` with variables added to the environment.
pub fn start_with(
    scene: &str,
    gate: GateMode,
    mark: &str,
    mut environment: Vec<(std::ffi::OsString, std::ffi::OsString)>,
) -> Run {
    environment.push((MARK.into(), mark.into()));
    let dir = tempfile::Builder::new()
        .prefix("forklore-test-")
        .tempdir()
        .expect("a directory")
        .keep();
    let config = StageConfig {
        lesson: scene.to_owned(),
        params: BTreeMap::new(),
        time_scale: 1.0,
        line_buffered: true,
        seed: 0,
        dir: dir.clone(),
        supervisor: std::process::id().cast_signed(),
        zygote: false,
    };
    let json = serde_json::to_string(&config).expect("plain values");
    let program = std::env::current_exe().expect("this test binary");
    let argv = ["scene", "__scene", scene, &json].map(std::ffi::OsString::from);
    Run::launch(Launch {
        forklore: binary(),
        environment,
        gate: Some(gate),
        ..Launch::new(program, argv.to_vec(), dir)
    })
    .expect("the run starts")
}

/// Runs a scene to its end; no process may be left.
pub fn play(scene: &str, gate: GateMode) -> Vec<Event> {
    let mark = mark();
    let events = rest(&mut start(scene, gate, &mark), Vec::new());
    assert_nothing_left(&mark);
    events
}

pub const FAST: GateMode = GateMode::Paced { per_second: 1e6 };

fn ops(events: &[Event]) -> impl Iterator<Item = (u32, &Op)> {
    events.iter().filter_map(|event| match &event.kind {
        Kind::Op(op) | Kind::OpEnd(op) => Some((event.proc?, &**op)),
        _ => None,
    })
}

/// Names by birth number; the order of births is not the order of starts.
fn names(events: &[Event]) -> BTreeMap<u32, &str> {
    events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::ProcessStart(start) => Some((event.proc?, start.name.as_str())),
            _ => None,
        })
        .collect()
}

pub fn assert_finished(events: &[Event]) {
    assert_eq!(end(events).status, RunStatus::Finished, "{events:#?}");
    assert_eq!(end(events).ended, [0; 0]);
    assert!(
        exits(events).values().all(|exit| *exit == Exit::Code(0)),
        "{events:#?}"
    );
}

/// In the order of the log, no process enters a critical section that another is in.
fn assert_exclusive(events: &[Event], turns: usize) {
    let (mut inside, mut entered) = (None, 0);
    for (proc, op) in ops(events) {
        match op.op {
            OpName::Acquire => {
                assert_eq!(inside.replace(proc), None, "{op:?}");
                entered += 1;
            }
            OpName::Release => assert_eq!(inside.take(), Some(proc)),
            _ => {}
        }
    }
    assert_eq!(entered, turns);
}

fn children(n: usize, work: impl Fn(usize) -> mp::Result<()> + Clone + 'static) -> mp::Result<()> {
    let children: Vec<Process> = (0..n)
        .map(|i| {
            let work = work.clone();
            Process::new(move || work(i), ())
        })
        .collect();
    children.iter().try_for_each(Process::start)?;
    children.iter().try_for_each(Process::join)
}

fn critical() -> mp::Result<()> {
    let lock = Lock::new()?;
    children(4, move |i| {
        for turn in 0..5 {
            lock.acquire();
            print!("{i} {turn}");
            lock.release()?;
        }
        Ok(())
    })
}

fn paced() {
    let events = play("critical", FAST);
    assert_finished(&events);
    assert_exclusive(&events, 20);
    let count =
        |wanted: fn(&Kind) -> bool| events.iter().filter(|event| wanted(&event.kind)).count();
    let begun = count(|kind| matches!(kind, Kind::OpBegin(_)));
    assert!(begun >= 60, "{begun}");
    assert_eq!(
        begun,
        count(|kind| matches!(kind, Kind::Gate)),
        "each is granted"
    );
    assert_eq!(
        begun,
        count(|kind| matches!(kind, Kind::OpEnd(_))),
        "and done"
    );
    let bad: Vec<&Event> = events
        .iter()
        .filter(|event| matches!(event.kind, Kind::OpWait(_) | Kind::Fault(_)))
        .collect();
    assert!(bad.is_empty(), "one blocked that was let through: {bad:#?}");
}

fn stepped() {
    let mark = mark();
    let mut run = start("critical", GateMode::Manual, &mark);
    let mut seen = Vec::new();
    let is_end_of =
        |event: &Event, proc| event.proc == Some(proc) && matches!(event.kind, Kind::OpEnd(_));
    let is_begin = |event: &Event| matches!(event.kind, Kind::OpBegin(_));
    assert!(until(&mut run, &mut seen, is_begin));
    assert!(
        !seen.iter().any(|event| matches!(event.kind, Kind::Gate)),
        "nothing goes by itself"
    );
    run.control(Control::Step { proc: Some(0) })
        .expect("it runs");
    assert!(until(&mut run, &mut seen, |event| is_end_of(event, 0)));
    run.control(Control::Step { proc: None }).expect("it runs");
    let mut gates = 0;
    until(&mut run, &mut seen, |event| {
        gates += u32::from(matches!(event.kind, Kind::Gate));
        gates == 1
    });
    run.control(Control::Pace { per_second: 200.0 })
        .expect("it runs");
    run.control(Control::Resume).expect("it runs");
    assert!(until(&mut run, &mut seen, |event| matches!(
        event.kind,
        Kind::Output(_)
    )));
    run.control(Control::Open).expect("it runs");
    assert!(until(&mut run, &mut seen, |event| matches!(
        event.kind,
        Kind::Op(_)
    )));
    // Unless the run is over already.
    let _ = run.control(Control::Pace { per_second: 1e6 });
    let events = rest(&mut run, seen);
    assert_finished(&events);
    assert_exclusive(&events, 20);
    assert_nothing_left(&mark);
}

fn begun_by_hand() {
    let mark = mark();
    let mut run = start("critical", GateMode::Manual, &mark);
    let mut seen = Vec::new();
    let mut step = |proc, wanted: fn(&Kind) -> bool| {
        run.control(Control::Step { proc: Some(proc) })
            .expect("it runs");
        let here = |event: &Event| event.proc == Some(proc) && wanted(&event.kind);
        assert!(until(&mut run, &mut seen, here), "the run is over");
        let found = seen.iter().rfind(|event| here(event));
        found.expect("it was seen").clone()
    };
    let ends = |kind: &Kind| matches!(kind, Kind::OpEnd(_));
    for _ in 0..2 {
        step(0, ends);
    }
    step(1, ends);
    let waits = step(
        2,
        |kind| matches!(kind, Kind::OpWait(op) if op.op == OpName::Acquire),
    );
    // It says so before it sleeps.
    let deadline = clock::instant() + Duration::from_secs(20);
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", waits.pid)).expect("it lives");
        if stat.contains(") S ") {
            break;
        }
        assert!(clock::instant() < deadline, "{stat}");
        std::thread::yield_now();
    }
    // The lock's owner prints and releases it.
    step(1, ends);
    step(1, ends);
    step(
        2,
        |kind| matches!(kind, Kind::OpEnd(op) if op.result.as_deref() == Some("True")),
    );
    // A third begins to wait; the gate is opened on it.
    step(1, |kind| matches!(kind, Kind::OpWait(_)));
    run.control(Control::Open).expect("it runs");
    let events = rest(&mut run, seen);
    assert_finished(&events);
    assert_exclusive(&events, 20);
    assert_nothing_left(&mark);
}

fn embrace() -> mp::Result<()> {
    let (left, right, both) = (Lock::new()?, Lock::new()?, Barrier::new(2)?);
    children(2, move |i| {
        let (first, second) = if i == 0 {
            (&left, &right)
        } else {
            (&right, &left)
        };
        first.acquire();
        both.wait()?;
        second.acquire();
        second.release()?;
        first.release()
    })
}

fn assert_embrace(events: &[Event]) {
    assert_eq!(end(events).status, RunStatus::Deadlock, "{events:#?}");
    let detail = end(events).detail.clone().expect("it is said");
    for word in [
        "MainProcess",
        "Process-1 (",
        "Process-2 (",
        "Lock-1",
        "Lock-2",
        "held by",
    ] {
        assert!(detail.contains(word), "no {word} in {detail}");
    }
    assert_eq!(end(events).ended.len(), 3, "{:?}", end(events));
}

fn deadlock_open() {
    let events = play("embrace", GateMode::Open);
    assert_embrace(&events);
    let last_op = events
        .iter()
        .rposition(|event| matches!(event.kind, Kind::OpWait(_)))
        .expect("they wait");
    let took = events[events.len() - 1].t - events[last_op].t;
    assert!(took < 2_000_000_000, "{took} ns");
}

fn deadlock_gated() {
    assert_embrace(&play("embrace", FAST));
}

fn sleepers() -> mp::Result<()> {
    children(3, |i| {
        mp::sleep([3000.0, 1000.0, 2000.0][i]);
        print!("awake");
        Ok(())
    })
}

fn virtual_time() {
    let begun = clock::monotonic_ns();
    let events = play("sleepers", FAST);
    assert_finished(&events);
    let names = names(&events);
    let prints = events
        .iter()
        .filter(|event| matches!(event.kind, Kind::Output(_)));
    let awake: Vec<&str> = prints
        .filter_map(|event| Some(names[&event.proc?]))
        .collect();
    assert_eq!(awake, ["Process-2", "Process-3", "Process-1"]);
    assert!(
        clock::monotonic_ns() - begun < 60_000_000_000,
        "an hour in a minute"
    );
}

fn impatient() -> mp::Result<()> {
    let lock = RLock::new()?;
    lock.acquire();
    let other = lock.clone();
    let child = Process::new(move || print!("{}", other.acquire_timeout(500.0)), ());
    child.start()?;
    child.join()?;
    lock.release()
}

fn expiry() {
    let events = play("impatient", FAST);
    assert_finished(&events);
    assert_eq!(output(&events, 1, Stream::Stdout), "false\n");
}

fn holder() -> mp::Result<()> {
    let lock = Lock::new()?;
    children(2, move |i| {
        mp::sleep([0.0, 0.01][i]);
        lock.acquire();
        print!("got it");
        mp::sleep(1000.0);
        lock.release()
    })
}

fn killed_holder() {
    let mark = mark();
    let mut run = start("holder", GateMode::Open, &mark);
    let mut seen = Vec::new();
    // One holds it and sleeps, the other is about to wait for it.
    let waits = |event: &Event| matches!(&event.kind, Kind::OpWait(op) if op.op == OpName::Acquire);
    assert!(until(&mut run, &mut seen, waits));
    let holder = ops(&seen)
        .find(|(_, op)| op.op == OpName::Acquire)
        .expect("one has it")
        .0;
    let pid = seen
        .iter()
        .find(|event| event.proc == Some(holder))
        .expect("it has events")
        .pid;
    run.control(Control::Kill { pid }).expect("it lives");
    let events = rest(&mut run, seen);
    assert_eq!(end(&events).status, RunStatus::Deadlock);
    let detail = end(&events).detail.clone().expect("it is said");
    assert!(
        detail.contains(&format!(
            "held by {} ({pid}, which has ended)",
            names(&events)[&holder]
        )),
        "{detail}"
    );
    assert_eq!(exits(&events)[&holder], Exit::Signal(9));
    assert_nothing_left(&mark);
}

const CROWD: usize = 150;

fn crowd() -> mp::Result<()> {
    for _ in 0..CROWD / 50 {
        children(50, |_| Ok(()))?;
    }
    Ok(())
}

fn all_seen() {
    // The harness checks for every run that each process has an exit before it is reaped.
    let events = play("crowd", GateMode::Open);
    assert_finished(&events);
    let starts = events
        .iter()
        .filter(|event| matches!(event.kind, Kind::ProcessStart(_)))
        .count();
    let reaped = events
        .iter()
        .filter(|event| matches!(event.kind, Kind::ProcessReaped { .. }))
        .count();
    let rows = events.iter().filter(|event| match &event.kind {
        Kind::Ps(update) => update.rows.iter().any(|row| row.pid != 0),
        _ => false,
    });
    assert_eq!((starts, reaped), (CROWD + 1, CROWD + 1));
    assert!(rows.count() >= starts);
}

fn talkers() -> mp::Result<()> {
    children(20, |i| {
        for line in 0..50 {
            print!("{i} {line}");
        }
        // Directly to the descriptor, so past the event channel.
        mp::write_stderr(&format!("{i} done\n"));
        Ok(())
    })
}

fn said_before_exit() {
    let events = play("talkers", GateMode::Open);
    assert_finished(&events);
    for (proc, name) in names(&events) {
        let Some(n) = name.strip_prefix("Process-") else {
            continue;
        };
        let i = n.parse::<u32>().expect("a number") - 1;
        let lines: Vec<String> = (0..50).map(|line| format!("{i} {line}")).collect();
        assert_eq!(
            output(&events, proc, Stream::Stdout)
                .lines()
                .collect::<Vec<_>>(),
            lines
        );
        assert_eq!(output(&events, proc, Stream::Stderr), format!("{i} done\n"));
    }
}
