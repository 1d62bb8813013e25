//! Operations with a timeout under the gate. Each expires if what it waits for comes too late, and
//! succeeds if that comes in time. Time is virtual, so the tests take only a moment.

use forklore::engine::GateMode;
use forklore::mp::{
    self, Array, Barrier, Condition, Event, JoinableQueue, Lock, Pool, Process, Queue, RLock,
    Semaphore, pipe, print,
};
use forklore::trace::{Kind, OpName, Stream};

use crate::harness::output;
use crate::scenes::{FAST, assert_finished, play};

/// Too short for what comes after `LATER`, and long enough for it.
const SHORT: f64 = 100.0;
const LATER: f64 = 200.0;
const LONG: f64 = 300.0;

/// A child that does something later.
fn later(work: impl FnOnce() -> mp::Result<()> + 'static) -> mp::Result<Process> {
    let child = Process::new(
        move || {
            mp::sleep(LATER);
            work()
        },
        (),
    );
    child.start()?;
    Ok(child)
}

fn told<T: std::fmt::Debug>(what: &str, short: mp::Result<T>, long: mp::Result<T>) {
    let words = |outcome: mp::Result<T>| match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.class,
    };
    print!("{what}: {}, {}", words(short), words(long));
}

pub fn program() -> mp::Result<()> {
    queues()?;
    locks()?;
    meetings()?;
    pools()?;
    let (ours, theirs) = pipe::<i64, i64>(true)?;
    let child = later(move || theirs.send(1))?;
    told(
        "poll",
        ours.poll_timeout(Some(SHORT)),
        ours.poll_timeout(Some(LONG)),
    );
    child.join()
}

fn queues() -> mp::Result<()> {
    let queue = Queue::<i64>::with_maxsize(1)?;
    let other = queue.clone();
    let child = later(move || other.put(7))?;
    told("get", queue.get_timeout(SHORT), queue.get_timeout(LONG));
    child.join()?;
    queue.put(8)?;
    let other = queue.clone();
    let child = later(move || other.get().map(|_| ()))?;
    told(
        "put",
        queue.put_timeout(1, SHORT),
        queue.put_timeout(2, LONG),
    );
    child.join()?;
    queue.get()?;
    let queue = JoinableQueue::<i64>::new()?;
    let other = queue.clone();
    let child = later(move || other.put(9))?;
    told(
        "JoinableQueue.get",
        queue.get_timeout(SHORT),
        queue.get_timeout(LONG),
    );
    queue.task_done()?;
    child.join()?;
    let child = later(|| Ok(()))?;
    child.join_timeout(SHORT)?;
    let early = child.exitcode();
    child.join_timeout(LONG)?;
    told("join", early, child.exitcode());
    Ok(())
}

/// A child that holds a lock when this returns, and releases it later.
fn holder(
    take: impl FnOnce() -> bool + 'static,
    give: impl FnOnce() -> mp::Result<()> + 'static,
) -> mp::Result<Process> {
    let taken = Event::new()?;
    let flag = taken.clone();
    let work = move || {
        take();
        flag.set();
        mp::sleep(LATER);
        give()
    };
    let child = Process::new(work, ());
    child.start()?;
    taken.wait();
    Ok(child)
}

fn locks() -> mp::Result<()> {
    let lock = Lock::new()?;
    let (first, last) = (lock.clone(), lock.clone());
    let child = holder(move || first.acquire(), move || last.release())?;
    let short = lock.acquire_timeout(SHORT);
    told("Lock", Ok(short), Ok(lock.acquire_timeout(LONG)));
    lock.release()?;
    child.join()?;
    let lock = RLock::new()?;
    let (first, last) = (lock.clone(), lock.clone());
    let child = holder(move || first.acquire(), move || last.release())?;
    let short = lock.acquire_timeout(SHORT);
    told("RLock", Ok(short), Ok(lock.acquire_timeout(LONG)));
    lock.release()?;
    child.join()?;
    let semaphore = Semaphore::new(0)?;
    let other = semaphore.clone();
    let child = later(move || other.release())?;
    told(
        "Semaphore",
        Ok(semaphore.acquire_timeout(SHORT)),
        Ok(semaphore.acquire_timeout(LONG)),
    );
    child.join()
}

fn meetings() -> mp::Result<()> {
    let event = Event::new()?;
    let other = event.clone();
    let child = later(move || {
        other.set();
        Ok(())
    })?;
    told(
        "Event",
        Ok(event.wait_timeout(SHORT)),
        Ok(event.wait_timeout(LONG)),
    );
    child.join()?;
    let condition = Condition::new()?;
    let other = condition.clone();
    let child = later(move || {
        other.acquire();
        other.notify(1)?;
        other.release()
    })?;
    condition.acquire();
    told(
        "Condition",
        condition.wait_timeout(SHORT),
        condition.wait_timeout(LONG),
    );
    condition.release()?;
    child.join()?;
    let barrier = Barrier::new(2)?;
    let broken = barrier.wait_timeout(SHORT);
    barrier.reset();
    let other = barrier.clone();
    let child = later(move || other.wait().map(|_| ()))?;
    told("Barrier", broken, barrier.wait_timeout(LONG));
    child.join()
}

fn nap(value: i64) -> i64 {
    mp::sleep(LATER);
    value
}

fn pools() -> mp::Result<()> {
    let pool = Pool::new(2)?;
    let result = pool.apply_async(nap, (5,))?;
    told(
        "AsyncResult.get",
        result.get_timeout(SHORT),
        result.get_timeout(LONG),
    );
    let result = pool.apply_async(nap, (6,))?;
    result.wait_timeout(SHORT);
    let early = result.ready();
    result.wait_timeout(LONG);
    told("AsyncResult.wait", Ok(early), Ok(result.ready()));
    let mut results = pool.imap(nap, [7], 1)?;
    let mut next = |seconds| results.next_timeout(seconds).unwrap_or(Ok(-1));
    told("IMap.next", next(SHORT), next(LONG));
    pool.close();
    pool.join()
}

pub fn two_outcomes() {
    let events = play("timed", FAST);
    assert_finished(&events);
    let said = output(&events, 0, Stream::Stdout);
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            "get: _queue.Empty, 7",
            "put: queue.Full, ()",
            "JoinableQueue.get: _queue.Empty, 9",
            "join: None, Some(0)",
            "Lock: false, true",
            "RLock: false, true",
            "Semaphore: false, true",
            "Event: false, true",
            "Condition: false, true",
            "Barrier: threading.BrokenBarrierError, 0",
            "AsyncResult.get: multiprocessing.context.TimeoutError, 5",
            "AsyncResult.wait: false, true",
            "IMap.next: multiprocessing.context.TimeoutError, 7",
            "poll: false, true",
        ]
    );
    // No operation that was granted had to wait.
    let bad = events
        .iter()
        .find(|event| matches!(event.kind, Kind::OpWait(_) | Kind::Fault(_)));
    assert_eq!(bad, None);
}

pub fn raw() -> mp::Result<()> {
    let array = Array::new('i', vec![11, 22])?;
    let (taken, seen) = (Event::new()?, Event::new()?);
    let (theirs, flag, go) = (array.clone(), taken.clone(), seen.clone());
    let child = Process::new(
        move || {
            theirs.get_lock()?.acquire();
            flag.set();
            go.wait();
            theirs.get_lock()?.release()
        },
        (),
    );
    child.start()?;
    taken.wait();
    let past = array.get_obj()?;
    past.set(0, 33)?;
    print!("{}", past.get(0)?);
    seen.set();
    print!("{}", array.get(0)?);
    child.join()
}

pub fn past_the_lock() {
    for gate in [FAST, GateMode::Open] {
        let events = play("raw", gate);
        assert_finished(&events);
        assert_eq!(output(&events, 0, Stream::Stdout), "33\n33\n");
        let past = events.iter().filter(|event| {
            matches!(&event.kind, Kind::Op(op) | Kind::OpEnd(op)
                if op.op == OpName::Get && op.args.blocking == Some(false))
        });
        assert_eq!(past.count(), 1, "one of the two asks for no lock");
    }
}
