//! Lock: one process at a time may write the array and print it.
use crate::mp::{AnyLock, Array, Lock, Process, RLock, Result, print};
use crate::programs::Params;

fn foo(lock: Option<AnyLock>, temp: Array, i: i64, depth: i64) -> Result<()> {
    if let Some(lock) = &lock {
        for _ in 0..depth {
            lock.acquire(); // py:13
        }
    }
    temp.set(0, 100 + i)?; // py:14
    for item in temp.iter() {
        print!("{i} -----> {item}"); // py:16
    }
    if let Some(lock) = &lock {
        for _ in 0..depth {
            lock.release()?; // py:19
        }
    }
    Ok(())
}

pub(super) fn main(params: &Params) -> Result<()> {
    let lock = match params.word("lock") {
        "RLock" => Some(AnyLock::RLock(RLock::new()?.named("lock"))), // py:25
        "Lock" => Some(AnyLock::Lock(Lock::new()?.named("lock"))),    // py:27
        _ => None,
    };
    let temp = Array::new('i', [11, 22, 33, 44])?.named("temp"); // py:28
    let mut children = Vec::new(); // py:29
    for i in 0..params.int("processes") {
        let p = Process::new(foo, (lock.clone(), temp.clone(), i, params.int("depth"))); // py:31
        p.start()?; // py:32
        children.push(p); // py:33
    }
    if params.flag("join") {
        for p in &children {
            p.join()?; // py:36
        }
    }
    Ok(())
}
