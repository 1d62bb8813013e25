//! Cases of `Pool` and `AsyncResult`.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use forklore::mp::{self, Callbacks, Event, Exception, Pool, Process, print};
use forklore::trace::{Exit, Kind, OpName, Reaped, Role};

use crate::harness::{Case, Finished};

fn say<T: std::fmt::Debug>(result: mp::Result<T>) {
    match result {
        Ok(value) => print!("{value:?}"),
        Err(error) => print!("{error}"),
    }
}

fn square(x: i64) -> i64 {
    x * x
}

fn own_pid(_: u32) -> u32 {
    std::process::id()
}

fn slow_pid(seconds: f64) -> u32 {
    mp::sleep(seconds);
    std::process::id()
}

fn odd(x: i64) -> mp::Result<i64> {
    if x % 2 == 0 {
        return Err(Exception::new("ValueError", format!("{x} is even")));
    }
    Ok(x)
}

/// Kills a process of the case, unless it has ended.
fn kill(pid: u32) {
    let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
    let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
}

fn results() -> mp::Result<()> {
    let pool = Pool::new(3)?;
    let results: Vec<_> = (11..20)
        .map(|x| pool.apply_async(square, (x,)))
        .collect::<mp::Result<_>>()?;
    pool.close();
    pool.join()?;
    let values: Vec<i64> = results
        .iter()
        .map(|result| result.get())
        .collect::<mp::Result<_>>()?;
    print!("{values:?} {}", results[8].successful()?);
    print!("{pool} {:?}", mp::active_children());
    // A closure that captures nothing works too, with any number of arguments.
    let pool = Pool::new(2)?;
    say(pool.apply(
        |a: String, b: Vec<u8>| format!("{a}{b:?}"),
        ("x".to_owned(), vec![1]),
    ));
    say(pool.apply(|| Some((1.5, 'c')), ()));
    let large = "y".repeat(1_000_000);
    let back = pool.apply(|text: String| text, (large.clone(),))?;
    print!("{}", back == large);
    Ok(())
}

fn values_come_back(run: &Finished) {
    run.ok();
    let lines = [
        "[121, 144, 169, 196, 225, 256, 289, 324, 361] true",
        "<multiprocessing.pool.Pool state=CLOSE pool_size=3> []",
        "\"x[1]\"",
        "Some((1.5, 'c'))",
        "true",
    ];
    assert_eq!(run.lines(), lines);
}

fn errors() -> mp::Result<()> {
    for processes in [0, -1] {
        say(Pool::new(processes).map(drop));
    }
    say(Pool::options()
        .processes(1)
        .maxtasksperchild(0)
        .start()
        .map(drop));
    let pool = Pool::new(1)?;
    let result = pool.apply_async(slow_pid, (0.3,))?;
    let anonymous = |error: Exception| {
        print!("{}", error.to_string().replace(&result.to_string(), "R"));
    };
    result
        .successful()
        .map_or_else(anonymous, |ok| print!("{ok}"));
    print!(
        "{} {}",
        result.ready(),
        result
            .to_string()
            .starts_with("<multiprocessing.pool.ApplyResult object at 0x")
    );
    say(result.get_timeout(0.01).map(drop));
    say(pool.join());
    pool.close();
    pool.close();
    say(pool.apply(square, (1,)));
    say(pool.apply_async(square, (1,)).map(|_| ()));
    say(pool.map(square, [1]));
    say(pool.imap(square, [1], 1).map(|_| ()));
    pool.join()?;
    pool.join()?;
    pool.terminate();
    pool.close();
    print!("{} {}", result.ready(), result.successful()?);
    let pool = Rc::new(Pool::new(1)?);
    let other = Rc::clone(&pool);
    let child = Process::new(move || say(other.apply(square, (1,))), ());
    child.start()?;
    child.join()?;
    say(pool.apply(|| Pool::new(1).map(drop), ()));
    say(pool.imap(square, [1], 0).map(|_| ()));
    Ok(())
}

fn errors_are_pythons(run: &Finished) {
    run.ok();
    let lines = [
        "ValueError: Number of processes must be at least 1",
        "ValueError: Number of processes must be at least 1",
        "ValueError: maxtasksperchild must be a positive int or None",
        "ValueError: R not ready",
        "false true",
        "multiprocessing.context.TimeoutError",
        "ValueError: Pool is still running",
        "ValueError: Pool not running",
        "ValueError: Pool not running",
        "ValueError: Pool not running",
        "ValueError: Pool not running",
        "true true",
        "NotImplementedError: pool objects cannot be passed between processes or pickled",
        "AssertionError: daemonic processes are not allowed to have children",
        "ValueError: Chunksize must be 1+, not 0",
    ];
    assert_eq!(run.lines(), lines);
}

/// A value whose type refuses to be serialised.
#[derive(serde::Deserialize, Debug)]
struct Unwritable;

impl serde::Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no"))
    }
}

fn exceptions() -> mp::Result<()> {
    let pool = Pool::new(2)?;
    let result = pool.apply_async(odd, (2,))?;
    result.wait();
    print!("{}", result.successful()?);
    if let Err(error) = result.get() {
        print!("{error} at {}", error.at.0);
        let remote = error.remote.clone().unwrap_or_default();
        print!(
            "{}",
            remote.starts_with("Traceback (most recent call last):\n")
        );
        print!("{}", remote.ends_with("\nValueError: 2 is even\n"));
        print!(
            "{}",
            error
                .traceback()
                .contains("RemoteTraceback: \n\"\"\"\nTraceback")
        );
    }
    say(pool.map(odd, [1, 3, 5]));
    say(pool.map(odd, [1, 4, 5]));
    if let Err(error) = pool.apply(|| -> () { panic!("no {}", "way") }, ()) {
        print!("{error}");
    }
    if let Err(error) = pool.apply(|| Ok(Unwritable), ()) {
        print!("{}", error.class);
    }
    // Nobody gets this one.
    pool.apply_async(odd, (4,))?;
    pool.close();
    pool.join()
}

fn exceptions_come_back(run: &Finished) {
    run.ok();
    let lines = [
        "false",
        "ValueError: 2 is even at pool.rs",
        "true",
        "true",
        "true",
        "[1, 3, 5]",
        "ValueError: 4 is even",
        "Panic: no way",
        "multiprocessing.pool.MaybeEncodingError",
    ];
    assert_eq!(run.lines(), lines);
}

fn maps() -> mp::Result<()> {
    let pool = Pool::new(3)?;
    let expected: Vec<i64> = (0..1_001).map(square).collect();
    print!("{}", pool.map(square, 0..1_001)? == expected);
    print!("{:?}", pool.map(square, [])?);
    let pids = pool.map(own_pid, 0..9)?;
    print!("{}", pids.iter().collect::<HashSet<_>>().len() <= 3);
    print!(
        "{:?}",
        pool.starmap(|a: i64, b: i64| a - b, [(5, 1), (7, 2)])?
    );
    let result = pool.map_async(square, 0..10, Some(4))?;
    print!(
        "{:?} {}",
        result.get()?,
        result.to_string().contains("MapResult")
    );
    for chunksize in [1, 3] {
        let values = pool
            .imap(square, 0..8, chunksize)?
            .collect::<mp::Result<Vec<i64>>>()?;
        print!("{values:?}");
        let mut values = pool
            .imap_unordered(square, 0..8, chunksize)?
            .collect::<mp::Result<Vec<i64>>>()?;
        values.sort_unstable();
        print!("{values:?}");
    }
    let mut odds = pool.imap(odd, 1..4, 1)?;
    say(odds.next().transpose());
    say(odds.next().transpose());
    say(odds.next().transpose());
    say(odds.next().transpose());
    let mut slow = pool.imap(slow_pid, [0.2], 1)?;
    say(slow.next_timeout(0.01).transpose().map(drop));
    say(slow.next_timeout(5.0).transpose().map(drop));
    Ok(())
}

fn maps_keep_order(run: &Finished) {
    run.ok();
    let squares = "[0, 1, 4, 9, 16, 25, 36, 49]";
    let lines = [
        "true",
        "[]",
        "true",
        "[4, 5]",
        "[0, 1, 4, 9, 16, 25, 36, 49, 64, 81] true",
        squares,
        squares,
        squares,
        squares,
        "Some(1)",
        "ValueError: 2 is even",
        "Some(3)",
        "None",
        "multiprocessing.context.TimeoutError",
        "()",
    ];
    assert_eq!(run.lines(), lines);
}

fn callbacks() -> mp::Result<()> {
    let pool = Pool::new(2)?;
    let seen = Rc::new(RefCell::new(Vec::new()));
    let callbacks = || {
        let (values, errors) = (Rc::clone(&seen), Rc::clone(&seen));
        Callbacks::new()
            .callback(move |value: i64| values.borrow_mut().push(value.to_string()))
            .error_callback(move |error| errors.borrow_mut().push(error.to_string()))
    };
    for x in 1..4 {
        pool.apply_async_with(odd, (x,), callbacks())?;
    }
    let all = Rc::clone(&seen);
    let whole = Callbacks::new().callback(move |values: Vec<i64>| {
        // The result becomes ready only after this.
        all.borrow_mut().push(format!("{values:?}"));
    });
    let result = pool.map_async_with(square, 0..3, None, whole)?;
    result.wait();
    pool.close();
    pool.join()?;
    seen.borrow_mut().sort();
    print!("{:?}", seen.borrow());
    Ok(())
}

/// More tasks and results than the rings hold, and callbacks that put what they get into a queue.
fn many() -> mp::Result<()> {
    const TASKS: i64 = 5_000;
    let pool = Pool::new(3)?;
    let queue: mp::Queue<i64> = mp::Queue::new()?;
    for x in 0..TASKS {
        let queue = queue.clone();
        let put = Callbacks::new().callback(move |value| say_if_wrong(queue.put(value)));
        pool.apply_async_with(square, (x,), put)?;
    }
    let mut sum = 0;
    for _ in 0..TASKS {
        sum += queue.get()?;
    }
    pool.close();
    pool.join()?;
    print!("{}", sum == (0..TASKS).map(square).sum::<i64>());
    Ok(())
}

fn say_if_wrong(result: mp::Result<()>) {
    if let Err(error) = result {
        print!("{error}");
    }
}

fn turns() -> mp::Result<()> {
    let pool = Pool::new(3)?;
    let pids: Vec<u32> = (0..9)
        .map(|_| pool.apply(slow_pid, (0.02,)))
        .collect::<mp::Result<_>>()?;
    print!("{}", pids[..3] == pids[3..6] && pids[3..6] == pids[6..]);
    print!("{}", pids.iter().collect::<HashSet<_>>().len());
    let many = pool.map_async(slow_pid, vec![0.02; 9], Some(1))?.get()?;
    print!("{}", many.iter().collect::<HashSet<_>>().len());
    Ok(())
}

fn max_tasks() -> mp::Result<()> {
    for (most, tasks) in [(1, 9), (2, 9)] {
        let pool = Pool::options()
            .processes(3)
            .maxtasksperchild(most)
            .start()?;
        let results: Vec<_> = (0..tasks)
            .map(|_| pool.apply_async(slow_pid, (0.01,)))
            .collect::<mp::Result<_>>()?;
        pool.close();
        pool.join()?;
        let mut count = BTreeMap::new();
        for result in results {
            *count.entry(result.get()?).or_insert(0) += 1;
        }
        print!("{} {:?}", count.len(), count.values().max());
    }
    Ok(())
}

fn replaced(run: &Finished) {
    run.ok();
    let lines = run.lines();
    assert_eq!(lines[0], "9 Some(1)");
    assert!(["5 Some(2)", "6 Some(2)"].contains(&lines[1]), "{lines:?}");
}

fn worker_dies_in_a_task() -> mp::Result<()> {
    let started = Event::new()?;
    let word = started.clone();
    let pool = Pool::options()
        .processes(2)
        .initializer(move || WORD.set(Some(word.clone())))
        .start()?;
    let lost = pool.apply_async(set_and_sleep, ())?;
    started.wait();
    let busy = pool.apply(own_pid, (0,))?;
    let children = children();
    let victim = children.iter().find(|pid| **pid != busy).copied();
    kill(victim.expect("two workers"));
    say(lost.get_timeout(0.3));
    // Another worker has replaced it: there are two again.
    print!("{:?}", pool.map(square, 0..4)?);
    print!("{}", self::children().len());
    let exits = pool.apply_async(|| -> () { mp::exit(3) }, ())?;
    say(exits.get_timeout(0.3));
    print!("{:?} {}", pool.map(square, 0..4)?, lost.ready());
    Ok(())
}

thread_local! {
    static WORD: std::cell::Cell<Option<Event>> = const { std::cell::Cell::new(None) };
}

fn set_and_sleep() {
    if let Some(word) = WORD.take() {
        word.set();
    }
    mp::sleep(60.0);
}

/// PIDs of this process's children, as the kernel lists them.
fn children() -> Vec<u32> {
    let me = std::process::id();
    let list = std::fs::read_to_string(format!("/proc/{me}/task/{me}/children"));
    let list = list.expect("the kernel lists children");
    list.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

fn the_lost_task_keeps_join_waiting() -> mp::Result<()> {
    let holder = Process::new(
        || -> mp::Result<()> {
            let pool = Pool::new(2)?;
            pool.apply_async(|| -> () { mp::exit(1) }, ())?;
            print!("{:?}", pool.map(square, 0..4)?);
            pool.close();
            pool.join()
        },
        (),
    );
    holder.start()?;
    holder.join_timeout(1.0)?;
    print!("alive {}", holder.is_alive()?);
    holder.terminate()?;
    holder.join()
}

fn idle_workers_die() -> mp::Result<()> {
    let pool = Pool::new(3)?;
    for _ in 0..10 {
        for pid in children() {
            kill(pid);
            // At once, while the dead worker may be first in line.
            print!("{}", pool.apply_async(square, (3,))?.get_timeout(10.0)?);
        }
    }
    pool.close();
    pool.join()
}

fn terminated() -> mp::Result<()> {
    let pool = Pool::new(3)?;
    let results: Vec<_> = (0..9)
        .map(|_| {
            let task = |seconds: f64| {
                print!("started");
                mp::sleep(seconds);
                print!("done");
            };
            pool.apply_async(task, (0.4,))
        })
        .collect::<mp::Result<_>>()?;
    results[0].wait();
    let workers = children();
    pool.terminate();
    print!("{} {:?}", workers.len(), children());
    let ready = results.iter().filter(|result| result.ready()).count();
    print!("{}", (1..=3).contains(&ready));
    say(results[8].get_timeout(0.05));
    Ok(())
}

fn orphans() -> mp::Result<()> {
    let told: mp::Queue<Vec<u32>> = mp::Queue::new()?;
    let out = told.clone();
    let holder = Process::new(
        move || -> mp::Result<()> {
            let pool = Pool::new(3)?;
            pool.map(square, 0..9)?;
            out.put(children())?;
            mp::sleep(60.0);
            Ok(())
        },
        (),
    );
    holder.start()?;
    let workers = told.get()?;
    holder.kill()?;
    holder.join()?;
    let gone = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ")
            .is_none_or(|(_, rest)| rest.starts_with('Z'))
    };
    for _ in 0..200 {
        if workers.iter().all(gone) {
            print!("{} workers ended by themselves", workers.len());
            return Ok(());
        }
        mp::sleep(0.05);
    }
    print!("still there");
    Ok(())
}

fn initialised() -> mp::Result<()> {
    let pool = Pool::options()
        .processes(2)
        .initializer(|| print!("hello from {}", mp::current_name()))
        .start()?;
    say(pool.apply(|| mp::current_name().starts_with("ForkPoolWorker-"), ()));
    pool.close();
    pool.join()
}

fn traced_work() -> mp::Result<()> {
    let pool = Pool::new(3)?.named("pool");
    let results: Vec<_> = (0..9)
        .map(|x| pool.apply_async(odd, (x,)))
        .collect::<mp::Result<_>>()?;
    for result in &results {
        print!("{}", result.get().is_ok());
    }
    pool.map(square, 0..100)?;
    pool.apply(square, (7,))?;
    print!("{}", results[0].successful()?);
    pool.close();
    pool.join()
}

/// In the order of the log, every task is submitted, started, ended, ready and got, each once.
fn log_tells_a_pool(run: &Finished) {
    run.versions_are_in_order();
    run.no_contradictions();
    let order = [
        OpName::Submit,
        OpName::TaskStart,
        OpName::TaskEnd,
        OpName::ResultReady,
    ];
    let mut steps: BTreeMap<u64, usize> = BTreeMap::new();
    let mut got = 0;
    let main = run.events.first().expect("events").pid;
    for (pid, op) in run.ops() {
        if let Some(step) = order.iter().position(|name| *name == op.op) {
            let task = op.args.task.expect("a task's number");
            let last = steps.entry(task).or_insert(0);
            assert_eq!(*last, step, "task {task}: {}", op.op);
            *last += 1;
            assert_eq!(pid == main, step == 0 || step == 3, "{}", op.op);
        }
        if op.op == OpName::ResultGet {
            assert_eq!(steps[&op.args.task.expect("a task's number")], 4);
            got += 1;
        }
    }
    // Nine tasks, a map in chunks of nine, and one more.
    assert_eq!((steps.len(), got), (9 + 12 + 1, 11));
    assert!(steps.values().all(|step| *step == 4));
    let workers = run.events.iter().filter(|event| match &event.kind {
        Kind::ProcessStart(start) => {
            start.role == Role::Worker && start.daemon && start.name.starts_with("ForkPoolWorker-")
        }
        _ => false,
    });
    assert_eq!(workers.count(), 3);
    let find = |name| run.ops().into_iter().find(|(_, op)| op.op == name);
    let (_, created) = find(OpName::Create).expect("a pool");
    assert_eq!(
        (created.args.class.as_deref(), created.args.n),
        (Some("Pool"), Some(3))
    );
    let (_, submitted) = find(OpName::Submit).expect("a task");
    assert_eq!(submitted.args.func.as_deref(), Some("odd"));
    assert_eq!(submitted.args.value.as_deref(), Some("(0,)"));
    let reaped = |event: &&forklore::trace::Event| {
        matches!(
            event.kind,
            Kind::ProcessReaped(Reaped {
                exit: Exit::Code(0),
                ..
            })
        )
    };
    assert_eq!(run.events.iter().filter(reaped).count(), 3);
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::plain("pool_results", results, values_come_back),
        Case::plain("pool_errors", errors, errors_are_pythons),
        Case::plain("pool_exceptions", exceptions, exceptions_come_back),
        Case::plain("pool_maps", maps, maps_keep_order),
        Case::plain("pool_callbacks", callbacks, |run| {
            run.ok();
            let seen = "[\"1\", \"3\", \"ValueError: 2 is even\", \"[0, 1, 4]\"]\n";
            assert_eq!(run.stdout, seen);
        }),
        Case::plain("pool_many", many, |run| {
            run.ok();
            assert_eq!(run.stdout, "true\n");
        }),
        Case::plain("pool_turns", turns, |run| {
            run.ok();
            assert_eq!(run.stdout, "true\n3\n3\n");
        }),
        Case::plain("pool_max_tasks", max_tasks, replaced),
        Case::plain("pool_worker_dies_in_a_task", worker_dies_in_a_task, |run| {
            run.ok();
            let lines = [
                "multiprocessing.context.TimeoutError",
                "[0, 1, 4, 9]",
                "2",
                "multiprocessing.context.TimeoutError",
                "[0, 1, 4, 9] false",
            ];
            assert_eq!(run.lines(), lines);
        }),
        Case::plain(
            "pool_lost_task_keeps_join_waiting",
            the_lost_task_keeps_join_waiting,
            |run| {
                run.ok();
                assert_eq!(run.stdout, "[0, 1, 4, 9]\nalive true\n");
            },
        ),
        Case::plain("pool_idle_workers_die", idle_workers_die, |run| {
            run.ok();
            let lines = run.lines();
            assert!(
                lines.len() >= 10 && lines.iter().all(|line| *line == "9"),
                "{lines:?}"
            );
        }),
        Case::plain("pool_terminated", terminated, |run| {
            run.ok();
            let lines = run.lines();
            let rest: Vec<_> = lines
                .iter()
                .filter(|line| !["started", "done"].contains(line))
                .collect();
            assert_eq!(
                rest,
                [&"3 []", &"true", &"multiprocessing.context.TimeoutError"]
            );
            assert!(lines.iter().filter(|line| **line == "started").count() < 9);
        }),
        Case::plain("pool_terminated_piped", terminated, |run| {
            run.ok();
            assert_eq!(run.lines().len(), 3, "what workers had not flushed is lost");
        })
        .piped(),
        Case::plain("pool_orphans", orphans, |run| {
            run.ok();
            assert_eq!(run.stdout, "3 workers ended by themselves\n");
        }),
        Case::plain("pool_initializer", initialised, |run| {
            run.ok();
            let lines = [
                "hello from ForkPoolWorker-1",
                "hello from ForkPoolWorker-2",
                "true",
            ];
            assert_eq!(run.sorted(), lines);
        }),
        Case::traced("pool_log", traced_work, log_tells_a_pool),
    ]
}
