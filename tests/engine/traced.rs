//! A user's own program, followed: every process is seen from its birth, with the parent, the program and
//! the exit that the kernel reports, and no process is left.

use std::ffi::OsString;

use forklore::engine::Run;
use forklore::engine::traced::{Buffering, TraceConfig};
use forklore::feed::{Abilities, Control, ControlError, Feed as _};
use forklore::model::World;
use forklore::sys::stat::Stat;
use forklore::trace::{
    Event, Exit, FaultKind, Kind, ProcessStart, Role, RunStatus, StartMethod, Stream,
};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::harness::{
    MARK, assert_nothing_left, await_marked, binary, end, exits, mark, output, rest, until,
};

fn traced(argv: &[&str], mark: &str) -> Run {
    waiting(argv, mark, false)
}

/// `wait`: for whatever outlives the program.
fn waiting(argv: &[&str], mark: &str, wait: bool) -> Run {
    Run::trace(TraceConfig {
        argv: argv.iter().map(OsString::from).collect(),
        buffering: Buffering::Lines,
        input: None,
        wait,
        forklore: Some(binary()),
        environment: vec![(MARK.into(), mark.into())],
    })
    .expect("it starts")
}

/// Runs a shell script to its end. No process may be left, and the log may not contradict itself.
fn script(script: &str) -> Vec<Event> {
    let mark = mark();
    let events = rest(&mut traced(&["sh", "-c", script], &mark), Vec::new());
    assert_nothing_left(&mark);
    let mut world = World::new();
    for event in &events {
        world.apply(event);
    }
    let anomalies = world.anomalies();
    assert!(anomalies.is_empty(), "{anomalies:?} in {events:#?}");
    for process in world.processes() {
        assert!(!process.is_alive() && !process.is_zombie(), "{process:?}");
    }
    events
}

fn starts(events: &[Event]) -> Vec<(&Event, &ProcessStart)> {
    let mut found = Vec::new();
    for event in events {
        if let Kind::ProcessStart(start) = &event.kind {
            found.push((event, start));
        }
    }
    found
}

/// The programs that processes executed, with the processes.
fn programs(events: &[Event]) -> Vec<(u32, &str)> {
    let mut found = Vec::new();
    for event in events {
        if let (Kind::ProcessExec { name, .. }, Some(proc)) = (&event.kind, event.proc) {
            found.push((proc, name.as_str()));
        }
    }
    found
}

#[test]
fn every_process_is_seen_however_short_it_lives() {
    const COUNT: usize = 150;
    let events = script(&format!(
        "i=0; while [ $i -lt {COUNT} ]; do /bin/true; i=$((i+1)); done"
    ));
    let programs = programs(&events);
    assert_eq!(programs[0], (0, "sh"));
    let children = programs.iter().filter(|(_, name)| *name == "true").count();
    assert_eq!(children, COUNT);
    let starts = starts(&events);
    assert_eq!(starts.len(), COUNT + 1);
    let main = starts[0].0.pid;
    assert_eq!(
        (starts[0].1.role, starts[0].1.name.as_str()),
        (Role::Main, "sh")
    );
    for (_, start) in &starts[1..] {
        assert_eq!(start.ppid, main);
        assert_eq!(
            (start.role, start.method),
            (Role::Foreign, StartMethod::Fork)
        );
    }
    assert!(exits(&events).values().all(|exit| *exit == Exit::Code(0)));
    assert_eq!(exits(&events).len(), COUNT + 1);
}

#[test]
fn a_process_with_the_pid_of_one_that_has_ended_is_not_held_for_ever() {
    // Only who may set the next PID can have it at once.
    let events = script(
        "/bin/true & first=$!; wait; last=/proc/sys/kernel/ns_last_pid; i=0
         while [ -w $last ] && [ $i -lt 500 ]; do
             echo $((first - 1)) > $last || exit 0
             /bin/true & again=$!; wait
             [ $again != $first ] || exit 7
             i=$((i + 1))
         done",
    );
    if exits(&events)[&0] != Exit::Code(7) {
        return eprintln!("skipped: no PID could be had again");
    }
    let starts = starts(&events);
    let pid = starts[1].0.pid;
    let same = starts.iter().filter(|(event, _)| event.pid == pid);
    assert_eq!(same.count(), 2);
}

#[test]
fn the_first_row_of_a_process_and_of_its_program_comes_before_it_does_anything() {
    let events = script("sh -c 'echo child'; echo main");
    for (index, event) in events.iter().enumerate() {
        if matches!(event.kind, Kind::ProcessExec { .. }) {
            let Kind::Ps(update) = &events[index + 1].kind else {
                panic!("{:?}", events[index + 1]);
            };
            assert_eq!(update.rows[0].pid, event.pid);
            assert!(!update.rows[0].stat.starts_with('t'), "held for our sake");
        }
    }
    assert_eq!(output(&events, 1, Stream::Stdout), "child\n");
    assert_eq!(output(&events, 0, Stream::Stdout), "main\n");
}

#[test]
fn children_are_told_in_the_order_of_their_birth() {
    let events = script("i=0; while [ $i -lt 40 ]; do (:) & i=$((i+1)); done; wait");
    let pids: Vec<i32> = starts(&events).iter().map(|(event, _)| event.pid).collect();
    assert_eq!(pids.len(), 41);
    // The kernel gives out PIDs in order and starts again after the greatest.
    let wraps = pids.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(wraps <= 1, "{pids:?}");
}

#[test]
fn who_outlives_the_main_process_is_waited_for_and_told() {
    // The inner one goes on when its parent has ended: then it reads the end of the pipe.
    let events = script("(read line; exit 5) < /dev/null & (sleep 0.2; exit 6) & exit 3");
    let exits = exits(&events);
    assert_eq!(exits[&0], Exit::Code(3));
    let mut others: Vec<_> = exits.values().skip(1).copied().collect();
    others.sort_by_key(|exit| exit.exitcode());
    assert_eq!(
        others,
        [Exit::Code(0), Exit::Code(5), Exit::Code(6)],
        "sleep, and both"
    );
    assert_eq!(end(&events).status, RunStatus::Finished);
    assert_eq!(end(&events).ended, [0; 0]);
}

#[test]
fn signals_reach_the_program_as_without_us() {
    let events = script("trap 'echo got; exit 9' USR1; kill -USR1 $$; exit 1");
    assert_eq!(output(&events, 0, Stream::Stdout), "got\n");
    assert_eq!(exits(&events)[&0], Exit::Code(9));
    let events = script("sh -c 'kill -SEGV $$'; echo $?");
    assert_eq!(exits(&events)[&1], Exit::Signal(11));
    assert_eq!(output(&events, 0, Stream::Stdout), "139\n");
}

#[test]
fn a_writer_whose_reader_has_gone_is_ended_by_the_signal_as_without_us() {
    let events = script("sh -c 'kill -PIPE $$; echo on'; echo $?");
    assert_eq!(exits(&events)[&1], Exit::Signal(13));
    assert_eq!(output(&events, 0, Stream::Stdout), "141\n");
}

#[test]
fn a_process_that_is_stopped_stays_so_until_it_is_continued() {
    let mark = mark();
    let mut run = traced(&["sh", "-c", "kill -STOP $$; echo on"], &mark);
    let mut seen = Vec::new();
    let stopped = |event: &Event| match &event.kind {
        Kind::Ps(update) => update.rows.iter().any(|row| row.stat.starts_with('T')),
        _ => false,
    };
    assert!(until(&mut run, &mut seen, stopped), "its row says so");
    assert_eq!(output(&seen, 0, Stream::Stdout), "");
    let main = starts(&seen)[0].0.pid;
    kill(Pid::from_raw(main), Signal::SIGCONT).expect("it lives");
    let events = rest(&mut run, seen);
    assert_eq!(output(&events, 0, Stream::Stdout), "on\n");
    assert_eq!(exits(&events)[&0], Exit::Code(0));
    assert_nothing_left(&mark);
}

#[test]
fn ctrl_c_is_the_programs_to_answer() {
    let mark = mark();
    let loops = "trap 'echo got; exit 7' INT; echo ready; while :; do sleep 0.01; done";
    let mut run = traced(&["sh", "-c", loops], &mark);
    let mut seen = Vec::new();
    let ready = |event: &Event| matches!(&event.kind, Kind::Output(_));
    assert!(until(&mut run, &mut seen, ready));
    run.control(Control::Interrupt).expect("it runs");
    let events = rest(&mut run, seen);
    assert_eq!(output(&events, 0, Stream::Stdout), "ready\ngot\n");
    assert_eq!(exits(&events)[&0], Exit::Code(7));
    assert_nothing_left(&mark);
}

#[test]
fn a_tree_that_keeps_forking_is_ended() {
    let mark = mark();
    let deaf = "trap '' TERM INT HUP; while :; do /bin/true; (:) & done";
    let mut run = traced(&["sh", "-c", deaf], &mark);
    let mut seen = Vec::new();
    let mut births = 0;
    assert!(until(&mut run, &mut seen, |event| {
        births += usize::from(matches!(event.kind, Kind::ProcessStart(_)));
        births > 50
    }));
    run.control(Control::Stop).expect("it runs");
    let events = rest(&mut run, seen);
    assert_eq!(end(&events).status, RunStatus::Stopped);
    assert_eq!(exits(&events)[&0], Exit::Signal(9), "it is deaf to SIGTERM");
    assert_nothing_left(&mark);
}

#[test]
fn nothing_outlives_a_guard_that_is_killed() {
    let mark = mark();
    let mut run = traced(
        &["sh", "-c", "setsid sleep 1000 & sleep 1000 & wait"],
        &mark,
    );
    // The guard, the shell, both sleepers.
    await_marked(&mark, 4);
    kill(Pid::from_raw(run.guard()), Signal::SIGKILL).expect("it lives");
    let events = rest(&mut run, Vec::new());
    assert_eq!(end(&events).status, RunStatus::Failed);
    assert_nothing_left(&mark);
}

#[test]
fn dropping_the_run_ends_what_is_held() {
    let mark = mark();
    let run = traced(&["sh", "-c", "while :; do /bin/true; done"], &mark);
    drop(run);
    assert_nothing_left(&mark);
}

#[test]
fn threads_are_no_processes() {
    let program = "import threading, os, sys
threads = [threading.Thread(target=os.getpid) for _ in range(20)]
[t.start() for t in threads]; [t.join() for t in threads]
pid = os.fork()
if pid == 0: os._exit(4)
print(os.waitpid(pid, 0)[1] >> 8)
threading.Thread(target=lambda: os.execv('/bin/sh', ['sh', '-c', 'exit 8'])).start()
threading.Event().wait()
";
    if std::process::Command::new("python3")
        .arg("-V")
        .output()
        .is_err()
    {
        println!("skipped: there is no python3");
        return;
    }
    let mark = mark();
    let events = rest(&mut traced(&["python3", "-c", program], &mark), Vec::new());
    assert_nothing_left(&mark);
    let main = exits(&events)[&0];
    assert_eq!(main, Exit::Code(8), "one thread became another program");
    let forked = starts(&events).len() - 1;
    let others: Vec<_> = exits(&events)
        .values()
        .filter(|exit| **exit == Exit::Code(4))
        .copied()
        .collect();
    assert_eq!(others, [Exit::Code(4)]);
    // A python3 that is a shell script has children of its own; threads do not count.
    let names = programs(&events);
    assert_eq!(
        names.iter().rev().find(|(proc, _)| *proc == 0),
        Some(&(0, "sh"))
    );
    assert!(forked < 20 + names.len(), "{forked}");
}

#[test]
fn a_traced_run_claims_no_gate() {
    let mark = mark();
    let mut run = traced(&["sleep", "100"], &mark);
    let live = Abilities {
        live: true,
        ..Abilities::default()
    };
    assert_eq!(run.abilities(), live);
    assert_eq!(
        run.control(Control::Step { proc: None }),
        Err(ControlError::Unable)
    );
    assert_eq!(run.control(Control::Stop), Ok(()));
    rest(&mut run, Vec::new());
    assert_eq!(run.control(Control::Stop), Err(ControlError::Over));
    drop(run);
    assert_nothing_left(&mark);
}

#[test]
fn orphans_that_hold_nothing_of_the_run_live_on_untraced() {
    let mark = mark();
    // The second is stopped by a signal, once it is no shell any more that holds the output.
    let script = "for n in 1 2; do sleep 1000 >/dev/null 2>&1 </dev/null & done; \
        until grep -q sleep /proc/$!/comm; do :; done; kill -STOP $!; exit 3";
    let mut run = traced(&["sh", "-c", script], &mark);
    let mut events = Vec::new();
    assert!(!until(&mut run, &mut events, |_| false));
    drop(run);
    assert_eq!(end(&events).status, RunStatus::Finished);
    assert_eq!(exits(&events)[&0], Exit::Code(3));
    let told = events.iter().any(|event| {
        matches!(&event.kind, Kind::Fault(fault) if fault.fault == FaultKind::LivesOn
            && fault.detail.matches("sleep (PID ").count() == 2)
    });
    assert!(told, "{events:#?}");
    let orphans = await_marked(&mark, 2);
    assert_eq!(orphans.len(), 2);
    let mut states = Vec::new();
    for pid in orphans {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
        assert!(status.contains("\nTracerPid:\t0\n"), "{status}");
        states.push(Stat::of(pid).expect("it lives").state);
        kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it lives");
    }
    states.sort_unstable();
    assert_eq!(states, ['S', 'T']);
    assert_nothing_left(&mark);
}

#[test]
fn orphans_are_waited_for_where_they_hold_the_output_or_are_asked_for() {
    for (script, wait) in [
        ("sleep 1 & exit 3", false),
        ("sleep 1 >/dev/null 2>&1 & exit 3", true),
    ] {
        let mark = mark();
        let events = rest(&mut waiting(&["sh", "-c", script], &mark, wait), Vec::new());
        assert_eq!(exits(&events)[&0], Exit::Code(3));
        assert_eq!(exits(&events)[&1], Exit::Code(0), "{script}");
        assert_nothing_left(&mark);
    }
}
