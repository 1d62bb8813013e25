//! Cases of locks, semaphores, events, conditions and barriers.

use forklore::mp::{
    self, Barrier, BoundedSemaphore, Condition, Event, Lock, Process, RLock, Semaphore, print,
};
use forklore::trace::{Kind, OpName};

use crate::harness::{Case, Finished};

fn say(result: mp::Result<()>) {
    match result {
        Ok(()) => print!("no error"),
        Err(error) => print!("{error}"),
    }
}

fn lock_rules() -> mp::Result<()> {
    let lock = Lock::new()?;
    say(lock.release());
    print!("{lock} {} {}", lock.acquire(), lock.try_acquire());
    print!("{lock} {}", lock.acquire_timeout(0.01));
    let other = lock.clone();
    let p = Process::new(move || say(other.release()), ());
    p.start()?;
    p.join()?;
    print!("{lock}");
    let rlock = RLock::new()?;
    print!("{} {} {rlock}", rlock.acquire(), rlock.acquire());
    let other = rlock.clone();
    let p = Process::new(
        move || {
            print!("{} {other}", other.try_acquire());
            say(other.release());
        },
        (),
    );
    p.start()?;
    p.join()?;
    rlock.release()?;
    rlock.release()?;
    say(rlock.release());
    print!("{rlock}");
    Ok(())
}

fn a_lock_excludes() -> mp::Result<()> {
    let lock = RLock::new()?;
    let children: Vec<Process> = (0..4)
        .map(|_| {
            let lock = lock.clone();
            Process::new(
                move || -> mp::Result<()> {
                    for _ in 0..200 {
                        lock.acquire();
                        lock.acquire();
                        lock.release()?;
                        lock.release()?;
                    }
                    Ok(())
                },
                (),
            )
        })
        .collect();
    children.iter().try_for_each(Process::start)?;
    children.iter().try_for_each(Process::join)
}

/// In the order of the log, nobody acquires what another process holds.
fn never_held_by_two(run: &Finished) {
    let (mut owner, mut depth, mut turns) = (0, 0, 0);
    for (pid, op) in run.ops() {
        match op.op {
            OpName::Acquire => {
                assert!(
                    depth == 0 || owner == pid,
                    "{pid} acquired what {owner} held"
                );
                owner = pid;
                depth += 1;
                turns += 1;
            }
            OpName::Release => {
                assert_eq!(owner, pid);
                depth -= 1;
            }
            _ => {}
        }
    }
    assert_eq!((depth, turns), (0, 1600));
}

fn semaphores() -> mp::Result<()> {
    let semaphore = Semaphore::new(2)?;
    print!(
        "{} {} {}",
        semaphore.acquire(),
        semaphore.acquire(),
        semaphore.try_acquire()
    );
    let other = semaphore.clone();
    let p = Process::new(move || other.release(), ());
    p.start()?;
    print!("{} {}", semaphore.acquire(), semaphore.get_value());
    semaphore.release()?;
    semaphore.release()?;
    semaphore.release()?;
    print!("{}", semaphore.get_value());
    let bounded = BoundedSemaphore::new(1)?;
    say(bounded.release());
    print!("{} {}", bounded.acquire(), bounded.acquire_timeout(0.01));
    say(bounded.release());
    Ok(())
}

/// Waits until the kernel says that a process sleeps. The deadline of the case bounds the wait.
fn await_asleep(pid: i32) {
    let asleep = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| rest.starts_with(" S"))
    };
    while !asleep() {
        std::thread::yield_now();
    }
}

fn events_and_conditions() -> mp::Result<()> {
    let event = Event::new()?;
    print!("{} {}", event.is_set(), event.wait_timeout(0.01));
    let condition = Condition::new()?;
    say(condition.notify(1));
    say(condition.wait().map(|_| ()));
    condition.acquire();
    print!("{}", condition.wait_timeout(0.01)?);
    let sleepers: Vec<Process> = (0..3)
        .map(|_| {
            let (event, condition) = (event.clone(), condition.clone());
            Process::new(
                move || -> mp::Result<()> {
                    condition.acquire();
                    event.set();
                    print!("woken {}", condition.wait()?);
                    condition.release()
                },
                (),
            )
        })
        .collect();
    for sleeper in &sleepers {
        event.clear();
        sleeper.start()?;
        condition.release()?;
        event.wait();
        // The sleeper set the flag under the lock. Once this process has the lock, all that is left for
        // the sleeper is to announce that it waits, and to sleep.
        condition.acquire();
        await_asleep(sleeper.pid().expect("it was started"));
    }
    condition.notify(1)?;
    condition.notify_all()?;
    condition.release()?;
    sleepers.iter().try_for_each(Process::join)
}

fn barriers() -> mp::Result<()> {
    let barrier = Barrier::new(3)?;
    let partners: Vec<Process> = (0..2)
        .map(|_| {
            let barrier = barrier.clone();
            Process::new(
                move || -> mp::Result<()> {
                    for round in 0..20 {
                        print!("{round} {}", barrier.wait()?);
                    }
                    Ok(())
                },
                (),
            )
        })
        .collect();
    partners.iter().try_for_each(Process::start)?;
    for round in 0..20 {
        print!("{round} {}", barrier.wait()?);
    }
    partners.iter().try_for_each(Process::join)?;
    say(barrier.wait_timeout(0.01).map(|_| ()));
    print!("{}", barrier.broken());
    say(barrier.wait().map(|_| ()));
    barrier.reset();
    print!("{}", barrier.broken());
    Ok(())
}

fn barrier_checks(run: &Finished) {
    run.ok();
    let mut rounds: Vec<(u32, u32)> = run
        .stdout
        .lines()
        .filter_map(|line| {
            let (round, place) = line.split_once(' ')?;
            Some((round.parse().ok()?, place.parse().ok()?))
        })
        .collect();
    rounds.sort_unstable();
    let all: Vec<(u32, u32)> = (0..20)
        .flat_map(|round| (0..3).map(move |place| (round, place)))
        .collect();
    assert_eq!(rounds, all, "each place once a round");
    let tail: Vec<_> = run.lines().into_iter().rev().take(4).collect();
    assert_eq!(
        tail,
        [
            "false",
            "threading.BrokenBarrierError",
            "true",
            "threading.BrokenBarrierError"
        ]
    );
}

fn dead_owner() -> mp::Result<()> {
    let lock = Lock::new()?;
    let held = Event::new()?;
    let (theirs, flag) = (lock.clone(), held.clone());
    let p = Process::new(
        move || {
            theirs.acquire();
            flag.set();
            mp::sleep(600.0);
        },
        (),
    );
    p.start()?;
    held.wait();
    p.kill()?;
    p.join()?;
    print!("{} {lock}", lock.acquire_timeout(0.05));
    Ok(())
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::plain("synchronize_lock_rules_are_cpythons", lock_rules, |run| {
            run.ok();
            assert_eq!(
                run.lines(),
                [
                    "ValueError: semaphore or lock released too many times",
                    "<Lock(owner=MainProcess)> true false",
                    "<Lock(owner=MainProcess)> false",
                    "no error",
                    "<Lock(owner=None)>",
                    "true true <RLock(MainProcess, 2)>",
                    "false <RLock(SomeOtherProcess, nonzero)>",
                    "AssertionError: attempt to release recursive lock not owned by thread",
                    "AssertionError: attempt to release recursive lock not owned by thread",
                    "<RLock(None, 0)>",
                ]
            );
        }),
        Case::traced(
            "synchronize_a_lock_excludes_in_the_log",
            a_lock_excludes,
            |run| {
                run.ok();
                run.versions_are_in_order();
                never_held_by_two(run);
            },
        ),
        Case::plain("synchronize_semaphores_count", semaphores, |run| {
            run.ok();
            assert_eq!(
                run.lines(),
                [
                    "true true false",
                    "true 0",
                    "3",
                    "ValueError: semaphore or lock released too many times",
                    "true false",
                    "no error",
                ]
            );
        }),
        Case::traced(
            "synchronize_semaphores_are_logged_in_order",
            semaphores,
            |run| {
                run.ok();
                run.versions_are_in_order();
            },
        ),
        Case::plain(
            "synchronize_conditions_wake",
            events_and_conditions,
            conditions_check,
        ),
        Case::traced(
            "synchronize_conditions_wake_traced",
            events_and_conditions,
            |run| {
                run.ok();
                run.versions_are_in_order();
                let is_wait = |kind: &Kind| matches!(kind, Kind::OpWait(op) if op.object.as_deref() == Some("Condition-1"));
                let waits = run.events.iter().filter(|event| is_wait(&event.kind));
                // The timed one and three sleepers, each of them asleep before anybody notifies.
                assert_eq!(waits.count(), 4);
            },
        ),
        Case::plain(
            "synchronize_barriers_meet_and_break",
            barriers,
            barrier_checks,
        ),
        Case::plain(
            "synchronize_a_dead_owner_keeps_its_lock",
            dead_owner,
            |run| {
                run.ok();
                assert_eq!(run.lines(), ["false <Lock(owner=SomeOtherProcess)>"]);
            },
        ),
    ]
}

fn conditions_check(run: &Finished) {
    run.ok();
    assert_eq!(
        run.lines(),
        [
            "false false",
            "AssertionError: lock is not owned",
            "AssertionError: must acquire() condition before using wait()",
            "false",
            "woken true",
            "woken true",
            "woken true",
        ]
    );
}
