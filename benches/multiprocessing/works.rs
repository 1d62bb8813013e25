//! The works on `mp`: what a program would write, timed from inside.

use forklore::mp::{self, Process, RLock, Semaphore};

use crate::bare::{cpu_ns, per_unit};

/// Nanoseconds per unit of the work with this name; `None` for a work `mp` has no part in.
pub fn run(name: &str) -> Option<f64> {
    let result = match name {
        "process" => process(),
        "lock" => lock(),
        "handoff" => hand_off(),
        "burst" | "sustained" | "asleep" => traced(name),
        _ => return None,
    };
    result
        .map_err(|error| mp::write_stderr(&error.traceback()))
        .ok()
}

fn process() -> mp::Result<f64> {
    let mut failed = None;
    let ns = per_unit(200, |_| {
        let p = Process::new(|| (), ());
        failed = p.start().and_then(|()| p.join()).err().or(failed.take());
    });
    failed.map_or(Ok(ns), Err)
}

fn lock() -> mp::Result<f64> {
    let lock = mp::Lock::new()?;
    Ok(per_unit(1_000_000, |_| {
        lock.acquire();
        let _ = lock.release();
    }))
}

/// Two semaphores, one for each side: a hand-off wakes the other and waits for it.
fn hand_off() -> mp::Result<f64> {
    const TURNS: u32 = 20_000;
    let (there, back) = (Semaphore::new(0)?, Semaphore::new(0)?);
    let (to_child, to_parent) = (there.clone(), back.clone());
    let p = Process::new(
        move || -> mp::Result<()> {
            for _ in 0..TURNS {
                to_child.acquire();
                to_parent.release()?;
            }
            Ok(())
        },
        (),
    );
    p.start()?;
    let ns = per_unit(TURNS, |_| {
        let _ = there.release();
        back.acquire();
    });
    p.join()?;
    Ok(ns / 2.0)
}

/// How many operations a tracing work does: a burst fits the channel (278 packets by default).
pub fn traced_count(name: &str) -> u32 {
    if name == "burst" { 200 } else { 50_000 }
}

/// The sender's CPU time of one traced operation; measured only where tracing is on.
fn traced(name: &str) -> mp::Result<f64> {
    let lock = RLock::new()?;
    lock.acquire();
    lock.release()?;
    let pairs = traced_count(name) / 2;
    let begun = cpu_ns();
    for _ in 0..pairs {
        lock.acquire();
        lock.release()?;
    }
    Ok((cpu_ns() - begun) as f64 / f64::from(2 * pairs))
}
