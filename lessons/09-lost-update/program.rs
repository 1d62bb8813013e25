//! Lost update: several processes add 1 to one shared number.
use crate::mp::{Process, Result, Value, print, sleep};
use crate::programs::Params;

fn add(counter: Value, times: i64, lock: bool, seconds: f64) -> Result<()> {
    for _ in 0..times {
        if lock {
            counter.get_lock()?.acquire(); // py:14
        }
        let before = counter.get().as_int().unwrap_or(0); // py:15
        if seconds > 0.0 {
            sleep(seconds); // py:17
        }
        counter.set(before + 1)?; // py:18
        if lock {
            counter.get_lock()?.release()?; // py:20
        }
    }
    Ok(())
}

pub(super) fn main(params: &Params) -> Result<()> {
    let (times, lock) = (params.int("times"), params.flag("lock"));
    let seconds = params.seconds("sleep");
    let counter = Value::new('i', 0)?.named("counter"); // py:24
    let mut children = Vec::new(); // py:25
    for _ in 0..params.int("processes") {
        let p = Process::new(add, (counter.clone(), times, lock, seconds)); // py:27
        p.start()?; // py:28
        children.push(p); // py:29
    }
    for p in &children {
        p.join()?; // py:31
    }
    print!("counter {}", counter.get()); // py:32
    Ok(())
}
