//! Real lessons damaged from outside: the right message, the right exit code, no process left.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use forklore::trace::{Exit, Kind, OpName, RunStatus};
use nix::sys::signal::Signal;

use crate::harness::{finish, plain};
use crate::live::{Live, Over, op_of};
use crate::marks::{assert_nothing_left, mark};

const KILLED: Exit = Exit::Signal(9);
const TERMINATED: Exit = Exit::Signal(15);

/// A pool lesson with three workers and one task: the PIDs of the worker that does it and of one that
/// waits.
fn pool_at_work(lesson: &str, tasks: &str) -> (Live, i32, i32) {
    let arguments = [lesson, "--time-scale", "0.2", "--set", tasks];
    let mut run = Live::start(&arguments);
    run.crowd(3);
    let begins = |event: &_| op_of(event).is_some_and(|op| op.op == OpName::TaskStart);
    let busy = run.until(begins).pid;
    let idle = (1..=3).map(|n| run.started(&format!("ForkPoolWorker-{n}")));
    let idle = idle
        .collect::<Vec<_>>()
        .into_iter()
        .find(|pid| *pid != busy);
    // By now it sleeps in its task.
    run.until(|event| event.pid == busy && matches!(event.kind, Kind::OpWait(_)));
    (run, busy, idle.expect("there are three"))
}

fn lost(over: &Over) -> Vec<Exit> {
    over.exits()
        .into_values()
        .filter(|exit| *exit == KILLED)
        .collect()
}

/// The run ended within two seconds of its last operation.
fn assert_named_soon(over: &Over) {
    let last = over.seen.iter().rev().find(|event| op_of(event).is_some());
    let took = over.seen.last().expect("an end").t - last.expect("operations").t;
    assert!(took < 2_000_000_000, "{took} ns");
}

#[test]
fn a_pool_replaces_an_idle_worker_that_is_killed_and_goes_on() {
    // One task at a time, and only one in all: the other workers have nothing to do.
    for (lesson, tasks) in [("pool-blocking", "tasks=2"), ("pool-async", "tasks=1")] {
        let (run, _, idle) = pool_at_work(lesson, tasks);
        run.kill(idle);
        let over = run.over();
        assert_eq!(over.said.code, Some(1), "{over:#?}");
        assert_eq!(over.end().status, RunStatus::Finished);
        assert_eq!(over.end().ended, [0; 0]);
        assert_eq!(lost(&over), [KILLED]);
        assert_eq!(
            over.exits()["ForkPoolWorker-4"],
            Exit::Code(0),
            "who came instead"
        );
        over.assert_told(&["  successful\n", "The run finished after "]);
        // The death is seen, and nothing else is wrong.
        let [crew, codes] = over.failed()[..] else {
            panic!("{:?}", over.failed());
        };
        assert!(
            crew.starts_with("As many workers as the pool's size"),
            "{crew}"
        );
        assert!(codes.starts_with("Workers end with 0"), "{codes}");
    }
}

#[test]
fn a_worker_killed_in_its_task_takes_the_result_with_it() {
    for (lesson, tasks) in [("pool-blocking", "tasks=2"), ("pool-async", "tasks=4")] {
        let (run, busy, _) = pool_at_work(lesson, tasks);
        run.kill(busy);
        let over = run.over();
        assert_eq!(over.said.code, Some(1), "{over:#?}");
        assert_eq!(over.end().status, RunStatus::Deadlock);
        assert_named_soon(&over);
        // Its replacement waits for a task; main may end first and terminate it.
        let instead = over.exits()["ForkPoolWorker-4"];
        assert!(
            [TERMINATED, Exit::Code(0)].contains(&instead),
            "{instead:?}"
        );
        assert_eq!(over.exits()["MainProcess"], TERMINATED);
        let dead = format!("(PID {busy}) was doing it when it ended");
        over.assert_told(&[
            "Nothing can go on:",
            &dead,
            "Deadlock: every process was waiting and none could be woken.",
        ]);
        assert!(
            !over.said.out.contains("  successful\n"),
            "{}",
            over.said.out
        );
        assert!(
            over.failed()
                .contains(&"Every submitted task is done without an error")
        );
    }
}

#[test]
fn who_waits_for_the_lock_of_a_killed_process_waits_for_ever() {
    // A process that acquires a Lock twice waits for itself, so there is time to kill it. Slow
    // operations leave time to kill a process between acquire and release.
    let twice = [
        "lock",
        "--set",
        "processes=3",
        "--set",
        "lock=Lock",
        "--set",
        "depth=2",
    ];
    let slow = ["lock", "--set", "processes=3", "--pace", "20"];
    for arguments in [&twice[..], &slow] {
        let mut run = Live::start(arguments);
        run.crowd(3);
        let holder = run.until(|event| {
            let taken = |op: &forklore::trace::Op| op.op == OpName::Acquire && op.ver.is_some();
            !matches!(event.kind, Kind::OpWait(_)) && op_of(event).is_some_and(taken)
        });
        run.kill(holder.pid);
        let over = run.over();
        // Acquiring twice hangs anyway, as the lesson says.
        let code = i32::from(arguments != &twice[..]);
        assert_eq!(over.said.code, Some(code), "{over:#?}");
        assert_eq!(over.end().status, RunStatus::Deadlock);
        assert_named_soon(&over);
        assert_eq!(lost(&over), [KILLED]);
        let dead = format!("(PID {}) held when it ended", holder.pid);
        over.assert_told(&[
            "waits for lock (",
            &dead,
            "Deadlock: every process was waiting and none could be woken.",
        ]);
        assert_eq!(
            over.said.out.matches(&dead).count(),
            2,
            "both others: {}",
            over.said.out
        );
    }
}

#[test]
fn a_managers_server_killed_is_what_its_clients_raise() {
    let arguments = [
        "manager-dict",
        "--time-scale",
        "0.1",
        "--set",
        "processes=3",
    ];
    let mut run = Live::start(&arguments);
    let server = run.started("SyncManager-1");
    let asleep = |event: &_| matches!(event, Kind::OpWait(op) if op.op == OpName::Sleep);
    run.until(|event| asleep(&event.kind));
    run.kill(server);
    let over = run.over();
    assert_eq!(over.said.code, Some(1), "{over:#?}");
    // Nobody waits for ever: each child fails at its first request, and main runs to its end.
    assert_eq!(over.end().status, RunStatus::Finished);
    assert_eq!(over.exits()["SyncManager-1"], KILLED);
    assert_eq!(over.exits()["MainProcess"], Exit::Code(0));
    for child in ["Process-2", "Process-3", "Process-4"] {
        assert_eq!(over.exits()[child], Exit::Code(1));
    }
    let error = "stderr: ConnectionRefusedError: [Errno 111] Connection refused";
    assert_eq!(over.said.out.matches(error).count(), 3, "{}", over.said.out);
    over.assert_told(&["  main proccess stop\n", "The run finished after "]);
    assert!(
        over.failed().contains(&"No request fails"),
        "{:?}",
        over.failed()
    );
}

#[test]
fn a_server_killed_under_a_client_breaks_its_connection() {
    // Slow operations: the client is connected and held before its next request, for longer than it
    // takes until the last request is in the recording.
    let mut run = Live::start(&["manager-dict", "--set", "processes=1", "--pace", "2"]);
    let server = run.started("SyncManager-1");
    run.until(|event| op_of(event).is_some_and(|op| op.op == OpName::DictSet));
    run.kill(server);
    let over = run.over();
    assert_eq!(
        (over.said.code, over.end().status),
        (Some(1), RunStatus::Finished)
    );
    assert_eq!(over.exits()["Process-2"], Exit::Code(1));
    over.assert_told(&["stderr: BrokenPipeError: [Errno 32] Broken pipe"]);
}

/// A lesson in the middle of its run: processes of every kind wait for something. It would go on for
/// longer than any test waits.
fn in_the_middle(lesson: &str) -> Live {
    let slow = match lesson {
        // Without sleeps of their own.
        "queue" | "lock" => ["--pace", "0.5"],
        _ => ["--time-scale", "20"],
    };
    let mut run = Live::start(&[&[lesson][..], &slow].concat());
    run.crowd(2);
    let waits = |kind: &_| matches!(kind, Kind::OpWait(_) | Kind::OpBegin(_));
    run.until(|event| waits(&event.kind) && event.proc != Some(0));
    run
}

const LESSONS: [&str; 4] = ["manager-dict", "pool-async", "queue", "lock"];

#[test]
fn a_main_process_killed_fails_the_run() {
    for lesson in LESSONS {
        let mut run = in_the_middle(lesson);
        let main = run.started("MainProcess");
        run.kill(main);
        let over = run.over();
        assert_eq!(over.said.code, Some(1), "{over:#?}");
        assert_eq!(over.end().status, RunStatus::Failed);
        assert_eq!(over.exits()["MainProcess"], KILLED);
        // They outlive main, as CPython's do, and are ended then.
        assert!(!over.end().ended.is_empty());
        over.assert_told(&["the main process was killed by SIGKILL", "outlive it"]);
    }
}

#[test]
fn a_guard_killed_fails_the_run() {
    for lesson in LESSONS {
        let mut run = in_the_middle(lesson);
        let guard = run.guard();
        run.kill(guard);
        let over = run.over();
        assert_eq!(over.said.code, Some(1), "{over:#?}");
        assert_eq!(over.end().status, RunStatus::Failed);
        over.assert_told(&["The run failed after ", "the guard process was killed"]);
    }
}

#[test]
fn forklore_killed_leaves_nothing() {
    for lesson in LESSONS {
        let run = in_the_middle(lesson);
        run.kill(run.pid());
        let over = run.over();
        assert_eq!(over.said.code, None, "{over:#?}");
    }
}

#[test]
fn forklore_and_its_guard_killed_at_once_leave_no_process() {
    // As `pkill -9 forklore` does. The main process ends with the guard; its children notice that nobody is
    // left.
    for lesson in LESSONS {
        let mut run = in_the_middle(lesson);
        let guard = run.guard();
        // Stopped, forklore can't react to the end of the guard before its own. (A stopped guard would be
        // continued when forklore ends: its process group is an orphan then.)
        run.signal(run.pid(), Signal::SIGSTOP);
        run.kill(guard);
        run.kill(run.pid());
        run.gone();

        let mut run = in_the_middle(lesson);
        let guard = run.guard();
        run.kill(run.pid());
        // It may have done its work by now.
        run.kill_if_there(guard);
        run.gone();
    }
}

#[test]
fn a_signal_ends_every_lesson_in_order() {
    for lesson in LESSONS {
        for (signal, code) in [
            (Signal::SIGINT, 130),
            (Signal::SIGTERM, 143),
            (Signal::SIGHUP, 129),
        ] {
            let run = in_the_middle(lesson);
            run.signal(run.pid(), signal);
            let over = run.over();
            assert_eq!(over.said.code, Some(code), "{lesson} {signal}: {over:#?}");
            assert!(
                over.said.err.starts_with("The run was stopped after"),
                "{}",
                over.said.err
            );
            assert_eq!(over.end().status, RunStatus::Stopped);
        }
    }
}

#[test]
fn a_stopped_process_does_not_hold_up_the_end() {
    for who in ["ForkPoolWorker-1", "MainProcess", "the guard"] {
        let mut run = in_the_middle("pool-async");
        let pid = match who {
            "the guard" => run.guard(),
            name => run.started(name),
        };
        run.signal(pid, Signal::SIGSTOP);
        run.signal(run.pid(), Signal::SIGTERM);
        let over = run.over();
        assert_eq!(over.said.code, Some(143), "{who}: {over:#?}");
        let asked = over.seen.iter().rev().find(|event| op_of(event).is_some());
        let took = over.seen.last().expect("an end").t - asked.expect("operations").t;
        assert!(took < 4_000_000_000, "{who}: {took} ns");
    }
}

#[expect(
    clippy::print_stderr,
    reason = "who runs the tests is told what was left out"
)]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// A copy of the binary that any user may run, and a user who has no other process.
fn as_a_stranger(folder: &std::path::Path, limit: u32, arguments: &[&str]) -> Option<Command> {
    if !nix::unistd::geteuid().is_root() {
        skipped("no limit of processes binds one run alone, unless root gives it a user");
        return None;
    }
    if Command::new("prlimit").arg("--version").output().is_err() {
        skipped("there is no prlimit(1)");
        return None;
    }
    // Distinct among tests that run at the same time, and unused otherwise.
    let user = 1_000_000 + std::process::id();
    let program = folder.join("forklore");
    std::fs::copy(env!("CARGO_BIN_EXE_forklore"), &program).expect("a copy");
    std::os::unix::fs::chown(folder, Some(user), Some(user)).expect("root may");
    let mut command = Command::new("prlimit");
    command
        .arg(format!("--nproc={limit}"))
        .arg(program)
        .args(arguments);
    plain(&mut command);
    command.env("XDG_RUNTIME_DIR", folder).env("TMPDIR", folder);
    command.uid(user).gid(user);
    Some(command)
}

#[test]
fn a_process_limit_reached_half_way_is_said_and_ends_the_run_in_order() {
    // The guard and forklore's own threads count too, so only some of the children can start. Those
    // stay: they sleep, wait for a lock for ever, or wait for a task.
    let asleep = [
        "run",
        "manager-dict",
        "--set",
        "processes=20",
        "--set",
        "join_inside=false",
    ];
    let stuck = [
        "run",
        "lock",
        "--set",
        "processes=32",
        "--set",
        "lock=Lock",
        "--set",
        "depth=2",
    ];
    let idle = [
        "run",
        "pool-async",
        "--set",
        "processes=8",
        "--time-scale",
        "0.1",
    ];
    for (arguments, limit, status) in [
        (&asleep[..], 20, "The run finished after"),
        (&stuck, 20, "Deadlock: "),
        (&idle, 13, "The run finished after"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(mut command) = as_a_stranger(folder.path(), limit, arguments) else {
            return;
        };
        let mark = mark(&mut command);
        let said = finish(&mut command);
        assert_eq!(said.code, Some(3), "{said:#?}");
        let why = "BlockingIOError: [Errno 11] Resource temporarily unavailable";
        for words in [
            "! not started, from MainProcess (PID ",
            why,
            "✗ FAILED",
            status,
        ] {
            assert!(said.out.contains(words), "no {words} in {said:#?}");
        }
        assert_nothing_left(&mark);
        let left = std::fs::read_dir(folder.path()).expect("ours").flatten();
        let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["forklore"]);
    }
}
