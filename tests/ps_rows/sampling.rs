//! The sampler and its thread: what they report, and when.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::time::Instant;

use forklore::engine::ps::Host;
use forklore::engine::{sampler::Sampler, sampler_thread::SamplerThread};
use forklore::trace::{PsRow, PsUpdate};
use nix::sys::signal::Signal;

use crate::held::{DEADLINE, Held, present, row, wait_for_state};
use crate::real::timeless;

/// A process that changes at each signal, in less than a clock tick.
fn changing() -> Held {
    Held::python(
        "import ctypes, signal, sys\n\
         stat = open('/proc/self/stat').read().rpartition(')')[2].split()\n\
         begin, end = int(stat[45]), int(stat[46])\n\
         memory = open('/proc/self/mem', 'r+b', buffering=0)\n\
         locked = ctypes.create_string_buffer(8192)\n\
         lock = ctypes.CDLL(None).mlock\n\
         signals = {signal.SIGUSR1, signal.SIGUSR2}\n\
         signal.pthread_sigmask(signal.SIG_BLOCK, signals)\n\
         print('ready')\n\
         while True:\n\
         \x20 if signal.sigwait(signals) == signal.SIGUSR1:\n\
         \x20   memory.seek(begin); memory.write(b'renamed'.ljust(end - begin, b'\\0'))\n\
         \x20 else: lock(locked, 4096)\n\
         \x20 print('done')",
    )
}

#[test]
fn what_a_process_does_to_itself_is_seen_within_half_a_second() {
    if !present(&["python3"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let mut sampler = Sampler::new().unwrap();
    let mut held = changing();
    wait_for_state(held.pid, 'S', &mut host);
    sampler.add(held.pid);
    let first = sampler.sample().rows.remove(0);
    assert!(first.command.contains(" -u -c import"), "{first:?}");
    for (signal, changed) in [(Signal::SIGUSR1, "renamed"), (Signal::SIGUSR2, "SL")] {
        held.signal(signal);
        held.read_line();
        wait_for_state(held.pid, 'S', &mut host);
        // Writing or locking memory it already had leaves no trace in `stat`. The sampler reads it again
        // at the fifth look at the latest, or when it sees that the process is idle.
        let rows = [(); 5].map(|()| sampler.sample().rows).concat();
        let Some(last) = rows.last() else {
            panic!("no change seen")
        };
        assert!(last.command == changed || last.stat == changed, "{last:?}");
        assert_eq!(timeless(last), timeless(&row(held.pid, &mut host)));
    }
}

#[test]
fn what_others_do_to_a_resting_process_is_seen_within_two_looks() {
    if !present(&["sleep", "renice"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let mut sampler = Sampler::new().unwrap();
    let asleep = Held::start(Command::new("sleep").arg("1000"));
    wait_for_state(asleep.pid, 'S', &mut host);
    sampler.add(asleep.pid);
    assert_eq!(sampler.sample().rows[0].stat, "S");
    let done = Command::new("renice")
        .args(["-n", "7", "-p", &asleep.pid.to_string()])
        .stdout(Stdio::null())
        .status();
    assert!(done.is_ok_and(|status| status.success()));
    let rows = [sampler.sample().rows, sampler.sample().rows].concat();
    assert_eq!(rows.last().map(|row| row.stat.as_str()), Some("SN"));
}

#[test]
fn only_changes_are_told() {
    if !present(&["sleep"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let mut sampler = Sampler::new().unwrap();
    let mut sleeper = Held::start(Command::new("sleep").arg("1000"));
    let other = Held::start(Command::new("sleep").arg("1000"));
    for held in [&sleeper, &other] {
        held.signal(Signal::SIGSTOP);
        wait_for_state(held.pid, 'T', &mut host);
    }
    let first = sampler.row(other.pid).unwrap();
    assert_eq!((first.pid, first.stat.as_str()), (other.pid, "T"));
    sampler.add(sleeper.pid);
    sampler.add(sleeper.pid);
    assert_eq!(sampler.len(), 2);
    let told = |sampler: &mut Sampler| {
        let update = sampler.sample();
        // The %CPU of an idle process may still be falling.
        let new = |row: &&PsRow| row.cpu == 0;
        let rows = update
            .rows
            .iter()
            .filter(new)
            .map(|row| (row.pid, row.stat.clone()));
        (rows.collect::<Vec<_>>(), update.gone)
    };
    assert_eq!(
        told(&mut sampler),
        (vec![(sleeper.pid, "T".to_owned())], vec![])
    );
    assert_eq!(told(&mut sampler), (vec![], vec![]));

    sleeper.signal(Signal::SIGCONT);
    wait_for_state(sleeper.pid, 'S', &mut host);
    assert_eq!(
        told(&mut sampler),
        (vec![(sleeper.pid, "S".to_owned())], vec![])
    );

    sleeper.signal(Signal::SIGKILL);
    wait_for_state(sleeper.pid, 'Z', &mut host);
    assert_eq!(
        told(&mut sampler),
        (vec![(sleeper.pid, "Z".to_owned())], vec![])
    );
    sleeper.child.wait().unwrap();
    assert_eq!(told(&mut sampler), (vec![], vec![sleeper.pid]));
    assert_eq!(told(&mut sampler), (vec![], vec![]));
    assert_eq!(sampler.len(), 1);

    sampler.remove(other.pid);
    assert!(sampler.is_empty());
}

#[test]
fn a_process_that_vanishes_before_its_first_row_has_none() {
    if !present(&["true"]) {
        return;
    }
    let mut sampler = Sampler::new().unwrap();
    let mut gone = Held::start(&mut Command::new("true"));
    sampler.add(gone.pid);
    gone.child.wait().unwrap();
    assert_eq!(sampler.sample(), PsUpdate::default());
    assert!(sampler.is_empty());
    assert_eq!(sampler.row(gone.pid), None);
    assert!(sampler.is_empty());
}

#[test]
fn another_process_with_the_same_pid_is_another_process() {
    let last_pid = "/proc/sys/kernel/ns_last_pid";
    if !present(&["sleep"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let mut sampler = Sampler::new().unwrap();
    let mut first = Held::start(Command::new("sleep").arg("1000"));
    wait_for_state(first.pid, 'S', &mut host);
    let (pid, before) = (first.pid, sampler.row(first.pid).unwrap());
    first.signal(Signal::SIGKILL);
    first.child.wait().unwrap();
    // The next process gets the next PID, unless another process is faster.
    let again = (0..100).find_map(|_| {
        std::fs::write(last_pid, (pid - 1).to_string()).ok()?;
        let next = Held::start(Command::new("sleep").arg("2000"));
        (next.pid == pid).then_some(next)
    });
    if again.is_none() {
        println!("skipped: no PID can be chosen here");
        return;
    }
    let update = sampler.sample();
    assert_eq!(
        (update.rows, update.gone),
        (vec![], vec![pid]),
        "the new one was not added"
    );

    // The same, with the PID added before the old process was missed.
    let mut sampler = Sampler::new().unwrap();
    wait_for_state(pid, 'S', &mut host);
    sampler.add(pid);
    let known = sampler.sample().rows.remove(0);
    assert_eq!(
        (before.command.as_str(), known.command.as_str()),
        ("sleep 1000", "sleep 2000")
    );
    drop(again);
    let again = (0..100).find_map(|_| {
        std::fs::write(last_pid, (pid - 1).to_string()).ok()?;
        let next = Held::start(Command::new("sleep").arg("3000"));
        (next.pid == pid).then_some(next)
    });
    let _again = again.expect("a PID could be chosen a moment ago");
    wait_for_state(pid, 'S', &mut host);
    sampler.add(pid);
    let update = sampler.sample();
    assert_eq!(update.gone, [pid]);
    assert_eq!(update.rows[0].command, "sleep 3000");
}

#[test]
fn the_thread_sends_changes_and_stops_at_once() {
    if !present(&["sleep"]) {
        return;
    }
    let (mut thread, updates) = SamplerThread::start().unwrap();
    let mut sleeper = Held::start(Command::new("sleep").arg("1000"));
    let stopped = Held::start(Command::new("sleep").arg("1000"));
    let first = thread.row(stopped.pid).unwrap();
    assert_eq!(first.pid, stopped.pid);
    stopped.signal(Signal::SIGSTOP);
    thread.add(sleeper.pid);

    let mut rows = HashMap::new();
    let mut gone = Vec::new();
    let deadline = Instant::now() + DEADLINE;
    let is = |rows: &HashMap<i32, PsRow>, pid, state| {
        rows.get(&pid)
            .is_some_and(|row| row.stat.starts_with(state))
    };
    while !(is(&rows, sleeper.pid, 'S') && is(&rows, stopped.pid, 'T')) {
        let update = updates.recv_deadline(deadline).unwrap();
        assert_ne!(update, PsUpdate::default());
        rows.extend(update.rows.into_iter().map(|row| (row.pid, row)));
    }
    thread.remove(stopped.pid);
    sleeper.signal(Signal::SIGKILL);
    sleeper.child.wait().unwrap();
    while gone.is_empty() {
        gone = updates.recv_deadline(deadline).unwrap().gone;
    }
    assert_eq!(gone, [sleeper.pid]);

    // Nobody reads any more; adding and stopping still work.
    let busy = Held::start(Command::new("sh").args(["-c", "while :; do :; done"]));
    thread.add(busy.pid);
    while !updates.is_full() {
        assert!(Instant::now() < deadline);
        std::thread::yield_now();
    }
    for _ in 0..1000 {
        thread.add(stopped.pid);
        thread.remove(stopped.pid);
    }
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        drop(thread);
        let _ = done.send(());
    });
    assert!(
        ended.recv_timeout(DEADLINE).is_ok(),
        "it waits for its reader"
    );
    let sent = updates.iter().count();
    assert!(sent < 10, "{sent} updates were sent that nobody read");
}
