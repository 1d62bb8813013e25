//! The works on `mp`: what a program would write, timed from inside.

use forklore::mp::{self, Array, Bytes, Manager, Pool, Process, Queue, RLock, Semaphore, Value};

use crate::bare::{cpu_ns, per_unit};

/// Nanoseconds per unit of the work with this name; `None` for a work that does not use `mp`.
pub fn run(name: &str) -> Option<f64> {
    let result = match name {
        "process" => process(),
        "lock" => lock(),
        "handoff" => hand_off(),
        "array_get" => array_get(),
        "array_set" => array_set(),
        "value_add" => value_add(),
        "queue_small" => queue_small(),
        "queue_trip" => queue_trip(),
        "queue_big" => queue_big(),
        "dict" => dict(),
        "pool_async" => pool_async(),
        "pool_apply" => pool_apply(),
        "pool_life" => pool_life(),
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
    Ok(per_unit(count(1_000_000), |_| {
        lock.acquire();
        let _ = lock.release();
    }))
}

/// Two semaphores, one for each side: a hand-off wakes the other side and waits for it.
fn hand_off() -> mp::Result<f64> {
    let turns = count(20_000);
    let (there, back) = (Semaphore::new(0)?, Semaphore::new(0)?);
    let (to_child, to_parent) = (there.clone(), back.clone());
    let p = Process::new(
        move || -> mp::Result<()> {
            for _ in 0..turns {
                to_child.acquire();
                to_parent.release()?;
            }
            Ok(())
        },
        (),
    );
    p.start()?;
    let ns = per_unit(turns, |_| {
        let _ = there.release();
        back.acquire();
    });
    p.join()?;
    Ok(ns / 2.0)
}

fn array_get() -> mp::Result<f64> {
    let array = Array::zeroed('i', 8)?;
    Ok(per_unit(count(1_000_000), |_| {
        let _ = std::hint::black_box(array.get(3));
    }))
}

fn array_set() -> mp::Result<f64> {
    let array = Array::zeroed('i', 8)?;
    Ok(per_unit(count(1_000_000), |_| {
        let _ = std::hint::black_box(array.set(3, 7));
    }))
}

fn value_add() -> mp::Result<f64> {
    let value = Value::new('i', 0)?;
    let lock = value.get_lock()?;
    Ok(per_unit(count(1_000_000), |_| {
        lock.acquire();
        let _ = value.add(1);
        let _ = lock.release();
    }))
}

/// Fewer turns when each is traced.
fn count(untraced: u32) -> u32 {
    if mp::tracer::is_on() {
        untraced / 50
    } else {
        untraced
    }
}

fn queue_small() -> mp::Result<f64> {
    let messages = count(1_000_000);
    let queue: Queue<u32> = Queue::new()?;
    let theirs = queue.clone();
    let p = Process::new(
        move || -> mp::Result<()> { (0..messages).try_for_each(|i| theirs.put(i)) },
        (),
    );
    let begun = forklore::sys::clock::monotonic_ns();
    p.start()?;
    for _ in 0..messages {
        queue.get()?;
    }
    let ns = (forklore::sys::clock::monotonic_ns() - begun) as f64 / f64::from(messages);
    p.join()?;
    Ok(ns)
}

fn queue_trip() -> mp::Result<f64> {
    let turns = count(50_000);
    let (there, back): (Queue<u32>, Queue<u32>) = (Queue::new()?, Queue::new()?);
    let (inward, outward) = (there.clone(), back.clone());
    let p = Process::new(
        move || -> mp::Result<()> {
            for _ in 0..turns {
                outward.put(inward.get()?)?;
            }
            Ok(())
        },
        (),
    );
    p.start()?;
    let ns = per_unit(turns, |i| {
        let _ = there.put(i);
        let _ = back.get();
    });
    p.join()?;
    Ok(ns)
}

fn queue_big() -> mp::Result<f64> {
    let messages = count(2_000);
    // Bounded on both sides of the comparison: a steady stream, without gigabytes in flight.
    let queue: Queue<Bytes> = Queue::with_maxsize(8)?;
    let theirs = queue.clone();
    let p = Process::new(
        move || -> mp::Result<()> {
            let data = vec![b'x'; 1 << 20];
            // A new message each time, as CPython's feeder thread pickles each.
            (0..messages).try_for_each(|_| theirs.put(Bytes::from(data.clone())))
        },
        (),
    );
    p.start()?;
    queue.get()?;
    let ns = per_unit(messages - 1, |_| {
        let _ = queue.get();
    });
    p.join()?;
    Ok(ns)
}

fn dict() -> mp::Result<f64> {
    let manager = Manager::new()?;
    let dict = manager.dict()?;
    Ok(per_unit(count(100_000), |i| {
        let _ = if i % 2 == 0 {
            dict.set("x", i).map(|()| mp::Object::None)
        } else {
            dict.get("x")
        };
    }))
}

fn nothing(i: u32) -> u32 {
    i
}

fn pool_async() -> mp::Result<f64> {
    let pool = Pool::new(3)?;
    pool.apply(nothing, (1,))?;
    let rounds = count(100).max(2);
    let ns = per_unit(rounds, |_| {
        let results: Vec<_> = (0..1000)
            .filter_map(|i| pool.apply_async(nothing, (i,)).ok())
            .collect();
        for result in results {
            let _ = result.get();
        }
    });
    pool.terminate();
    pool.join()?;
    Ok(ns / 1000.0)
}

fn pool_apply() -> mp::Result<f64> {
    let pool = Pool::new(3)?;
    pool.apply(nothing, (1,))?;
    let ns = per_unit(count(20_000), |i| {
        let _ = pool.apply(nothing, (i,));
    });
    pool.terminate();
    pool.join()?;
    Ok(ns)
}

fn pool_life() -> mp::Result<f64> {
    let mut failed = None;
    let ns = per_unit(50, |_| {
        let life = Pool::new(3).and_then(|pool| {
            pool.close();
            pool.join()
        });
        failed = life.err().or(failed.take());
    });
    failed.map_or(Ok(ns), Err)
}

/// How many operations a traced work does: a burst fits into the channel (278 packets by default).
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
