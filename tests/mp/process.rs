//! Cases of `Process`: exit codes, names, daemons, output, misuse.

use std::sync::atomic::{AtomicI64, Ordering};

use forklore::mp::{self, Exception, Process, print};
use forklore::trace::{Exit, Kind, OpName, Role, Stream};

use crate::harness::{Case, Finished};

fn say_hi(i: i64) {
    print!("say hi {i}");
}

fn three_children() -> mp::Result<()> {
    for i in 0..3 {
        Process::new(say_hi, (i,)).start()?;
    }
    print!("main proccess stop");
    Ok(())
}

static COUNTER: AtomicI64 = AtomicI64::new(0);

fn memory_is_a_copy() -> mp::Result<()> {
    let p = Process::new(
        || {
            COUNTER.fetch_add(5, Ordering::SeqCst);
            print!("child {}", COUNTER.load(Ordering::SeqCst));
        },
        (),
    );
    p.start()?;
    p.join()?;
    print!("parent {}", COUNTER.load(Ordering::SeqCst));
    Ok(())
}

fn exit_codes() -> mp::Result<()> {
    let fails = || -> mp::Result<()> { Err(Exception::new("ValueError", "no")) };
    let children = [
        Process::new(|| (), ()),
        Process::new(|| -> () { mp::exit(7) }, ()),
        Process::new(|| -> () { mp::exit(256) }, ()),
        Process::new(|| -> () { mp::exit(-1) }, ()),
        Process::new(fails, ()),
        Process::new(|| -> () { panic!("oh") }, ()),
        Process::new(|| -> () { std::process::abort() }, ()),
        Process::new(|| mp::sleep(60.0), ()),
        Process::new(|| mp::sleep(60.0), ()),
    ];
    for p in &children {
        p.start()?;
    }
    children[7].terminate()?;
    children[8].kill()?;
    for p in &children {
        p.join()?;
        p.join()?;
        print!("{} {:?}", p.name(), p.exitcode()?);
    }
    Ok(())
}

fn misuse() -> mp::Result<()> {
    let p = Process::new(|| mp::sleep(60.0), ());
    let say = |result: mp::Result<()>| match result {
        Ok(()) => print!("no error"),
        Err(error) => print!("{error}"),
    };
    say(p.join());
    say(p.terminate());
    print!("{:?} {:?} {}", p.exitcode()?, p.pid(), p.is_alive()?);
    p.start()?;
    say(p.start());
    say(p.set_daemon(true));
    say(p.close());
    p.join_timeout(0.01)?;
    print!("{:?} {}", p.exitcode()?, p.is_alive()?);
    p.kill()?;
    p.join()?;
    say(p.kill());
    p.close()?;
    say(p.start());
    say(p.join());
    let d = Process::new(
        move || match Process::new(|| (), ()).start() {
            Ok(()) => print!("no error"),
            Err(error) => print!("{error}"),
        },
        (),
    )
    .with_daemon(true);
    d.start()?;
    d.join()
}

fn nested_names() -> mp::Result<()> {
    Process::new(|| (), ()).start()?;
    let p = Process::new(
        || {
            let inner = Process::new(|| print!("inner {}", mp::current_name()), ());
            print!("outer {}", mp::current_name());
            inner.start().and_then(|()| inner.join())
        },
        (),
    );
    p.start()?;
    p.join()
}

fn daemons_are_ended() -> mp::Result<()> {
    Process::new(|| mp::sleep(600.0), ())
        .with_daemon(true)
        .start()?;
    print!("main ends");
    Ok(())
}

/// Every process has a start, and the start has a cause; each child is reaped once.
fn life_is_in_order(run: &Finished) {
    run.ok();
    assert_eq!(run.stdout, "", "instrumented prints are events");
    for (i, event) in run.events.iter().enumerate() {
        let first = run.events.iter().position(|other| other.pid == event.pid);
        if let Kind::ProcessStart(start) = &event.kind {
            assert_eq!(first, Some(i), "a process's start is its first event");
            let caused = start.role == Role::Main
                || run.events[..i].iter().any(|cause| match &cause.kind {
                    Kind::Op(op) => {
                        op.op == OpName::Start && op.args.child.as_deref() == Some(&start.name)
                    }
                    _ => false,
                });
            assert!(caused, "{} has no cause", start.name);
        }
    }
    let out: Vec<_> = run
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Output(output) if output.stream == Stream::Stdout => {
                Some(String::from_utf8_lossy(&output.data).into_owned())
            }
            _ => None,
        })
        .collect();
    assert_eq!(out.len(), 4);
    let reaped = run
        .events
        .iter()
        .filter(|event| matches!(event.kind, Kind::ProcessReaped { .. }))
        .count();
    assert_eq!(reaped, 3, "every child is collected once");
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::plain("process_three_children_run", three_children, |run| {
            run.ok();
            assert_eq!(
                run.sorted(),
                ["main proccess stop", "say hi 0", "say hi 1", "say hi 2"]
            );
        }),
        Case::traced(
            "process_life_is_logged_in_order",
            three_children,
            life_is_in_order,
        ),
        Case::plain("process_memory_is_a_copy", memory_is_a_copy, |run| {
            run.ok();
            assert_eq!(run.lines(), ["child 5", "parent 0"]);
        }),
        Case::plain("process_memory_is_a_copy_piped", memory_is_a_copy, |run| {
            run.ok();
            assert_eq!(
                run.lines(),
                ["child 5", "parent 0"],
                "nothing is printed twice"
            );
        })
        .piped(),
        Case::plain("process_exit_codes_are_cpythons", exit_codes, |run| {
            assert_eq!(run.exit, Exit::Code(0));
            let codes: Vec<_> = run.lines();
            assert_eq!(
                codes,
                [
                    "Process-1 Some(0)",
                    "Process-2 Some(7)",
                    "Process-3 Some(0)",
                    "Process-4 Some(255)",
                    "Process-5 Some(1)",
                    "Process-6 Some(1)",
                    "Process-7 Some(-6)",
                    "Process-8 Some(-15)",
                    "Process-9 Some(-9)",
                ]
            );
            assert!(
                run.stderr
                    .contains("Process Process-5:\nTraceback (most recent call last):\n"),
                "{run:?}"
            );
            assert!(run.stderr.contains("\nValueError: no\n"), "{run:?}");
        }),
        Case::plain("process_misuse_raises_cpythons_errors", misuse, |run| {
            run.ok();
            assert_eq!(
                run.lines(),
                [
                    "AssertionError: can only join a started process",
                    "AttributeError: 'NoneType' object has no attribute 'terminate'",
                    "None None false",
                    "AssertionError: cannot start a process twice",
                    "AssertionError: process has already started",
                    "ValueError: Cannot close a process while it is still running. You should first call join() or \
                     terminate().",
                    "None true",
                    "no error",
                    "ValueError: process object is closed",
                    "ValueError: process object is closed",
                    "AssertionError: daemonic processes are not allowed to have children",
                ]
            );
        }),
        Case::plain("process_names_nest", nested_names, |run| {
            run.ok();
            assert_eq!(run.sorted(), ["inner Process-2:1", "outer Process-2"]);
        }),
        Case::plain(
            "process_daemons_are_ended_at_exit",
            daemons_are_ended,
            |run| {
                run.ok();
                assert_eq!(run.lines(), ["main ends"]);
            },
        ),
    ]
}
