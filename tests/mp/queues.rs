//! Cases of `Queue`, `SimpleQueue` and `JoinableQueue`.

use std::collections::{HashMap, HashSet};

use forklore::mp::{self, Bytes, JoinableQueue, Process, Queue, SimpleQueue, print};
use forklore::trace::{Kind, OpName};

use crate::harness::{Case, Finished};

fn say<T: std::fmt::Debug>(result: mp::Result<T>) {
    match result {
        Ok(value) => print!("{value:?}"),
        Err(error) => print!("{error}"),
    }
}

fn errors() -> mp::Result<()> {
    let queue: Queue<u32> = Queue::with_maxsize(1)?;
    say(queue.try_get());
    say(queue.get_timeout(0.01));
    queue.put(1)?;
    say(queue.try_put(2));
    say(queue.put_timeout(2, 0.01));
    print!("{} {} {}", queue.qsize(), queue.empty(), queue.full());
    say(queue.get());
    let anonymous = |result: mp::Result<()>| {
        let text = result.err().map(|error| error.to_string());
        let text = text.unwrap_or_default().replace(&queue.to_string(), "Q");
        print!("{text}");
    };
    anonymous(queue.join_thread());
    queue.close();
    anonymous(queue.put(3));
    anonymous(queue.get().map(drop));
    queue.join_thread()?;
    print!(
        "{}",
        queue
            .to_string()
            .starts_with("<multiprocessing.queues.Queue object at 0x")
    );
    let joinable: JoinableQueue<u32> = JoinableQueue::new()?;
    say(joinable.task_done());
    let simple: SimpleQueue<u32> = SimpleQueue::new()?;
    print!("{}", simple.empty());
    simple.close();
    say(simple.put(1));
    say(simple.get());
    Ok(())
}

fn errors_are_pythons(run: &Finished) {
    run.ok();
    assert_eq!(
        run.lines(),
        [
            "_queue.Empty",
            "_queue.Empty",
            "queue.Full",
            "queue.Full",
            "1 false true",
            "1",
            "AssertionError: Queue Q not closed",
            "ValueError: Queue Q is closed",
            "ValueError: Queue Q is closed",
            "true",
            "ValueError: task_done() called too many times",
            "true",
            "OSError: handle is closed",
            "OSError: handle is closed",
        ]
    );
}

fn three_producers() -> mp::Result<()> {
    const MESSAGES: u32 = 5_000;
    let queue: Queue<(usize, u32)> = Queue::new()?;
    let producers: Vec<Process> = (0..3)
        .map(|i| {
            let queue = queue.clone();
            let work = move || (0..MESSAGES).try_for_each(|n| queue.put((i, n)));
            Process::new(work, ())
        })
        .collect();
    producers.iter().try_for_each(Process::start)?;
    let mut next = [0; 3];
    for _ in 0..3 * MESSAGES {
        let (i, n) = queue.get()?;
        if next[i] != n {
            print!("producer {i}: {n} where {} was due", next[i]);
        }
        next[i] = n + 1;
    }
    producers.iter().try_for_each(Process::join)?;
    print!("{next:?} {}", queue.empty());
    Ok(())
}

/// Two producers and two consumers, each message delivered once.
fn exactly_once() -> mp::Result<()> {
    const MESSAGES: u32 = 300;
    let queue: Queue<u32> = Queue::with_maxsize(10)?.named("q");
    let mut all = Vec::new();
    for i in 0..2 {
        let queue = queue.clone();
        let work = move || (0..MESSAGES).try_for_each(|n| queue.put(i * MESSAGES + n));
        all.push(Process::new(work, ()));
    }
    for _ in 0..2 {
        let queue = queue.clone();
        let work = move || -> mp::Result<()> {
            for _ in 0..MESSAGES {
                print!("{}", queue.get()?);
            }
            Ok(())
        };
        all.push(Process::new(work, ()));
    }
    all.iter().try_for_each(Process::start)?;
    all.iter().try_for_each(Process::join)
}

fn delivered_once(run: &Finished) {
    let lines = if run.events.is_empty() {
        run.ok();
        run.stdout.clone()
    } else {
        outputs(run)
    };
    let seen: HashSet<u32> = lines
        .lines()
        .map(|line| line.parse().expect("a number"))
        .collect();
    assert_eq!((seen.len(), lines.lines().count()), (600, 600));
}

fn outputs(run: &Finished) -> String {
    let data = run.events.iter().filter_map(|event| match &event.kind {
        Kind::Output(output) => Some(String::from_utf8_lossy(&output.data)),
        _ => None,
    });
    data.collect()
}

/// A queue in the order of the log: every get names a message that was put before and not yet taken; it
/// never holds more than maxsize; and each consumer gets each producer's messages in their order.
fn log_tells_a_queue(run: &Finished) {
    delivered_once(run);
    run.versions_are_in_order();
    run.no_contradictions();
    let mut inside: Vec<(&str, &str)> = Vec::new();
    let mut last: HashMap<(i32, &str), u64> = HashMap::new();
    let (mut puts, mut gets) = (0, 0);
    for (pid, op) in run.ops() {
        match op.op {
            OpName::Put => {
                let item = op.args.item.as_deref().expect("an item");
                inside.push((item, op.args.value.as_deref().expect("a value")));
                assert!(inside.len() <= 10, "more messages than places");
                assert!(item.starts_with(&format!("{pid}:")));
                puts += 1;
            }
            OpName::QueueGet => {
                let item = op.args.item.as_deref().expect("an item");
                let place = inside.iter().position(|(name, _)| *name == item);
                let (_, value) = inside.remove(place.expect("it was put before and is inside"));
                assert_eq!(op.result.as_deref(), Some(value));
                let (producer, n) = item.split_once(':').expect("pid:n");
                let n = n.parse().expect("a number");
                let before = last.insert((pid, producer), n);
                assert!(before.is_none_or(|before| before < n));
                gets += 1;
            }
            _ => {}
        }
    }
    assert_eq!((puts, gets, inside.len()), (600, 600, 0));
    let waits = run
        .events
        .iter()
        .any(|event| matches!(&event.kind, Kind::OpWait(op) if op.op == OpName::Put));
    assert!(waits, "a queue of ten places makes somebody wait");
}

fn big_put_keeps_its_process() -> mp::Result<()> {
    let queue: Queue<String> = Queue::new()?;
    let out = queue.clone();
    let p = Process::new(
        move || -> mp::Result<()> {
            out.put("x".repeat(200_000))?;
            print!("put returned");
            Ok(())
        },
        (),
    );
    p.start()?;
    p.join_timeout(0.3)?;
    print!("alive {}", p.is_alive()?);
    print!("{}", queue.get()?.len());
    p.join()?;
    print!("exit {:?}", p.exitcode()?);
    let out = queue.clone();
    let p = Process::new(
        move || -> mp::Result<()> {
            out.put("x".repeat(200_000))?;
            out.cancel_join_thread();
            Ok(())
        },
        (),
    );
    p.start()?;
    p.join()?;
    print!("cancelled {:?}", p.exitcode()?);
    // A message that its writer left half written is skipped; the next one is received.
    queue.put("whole".to_owned())?;
    print!("{}", queue.get()?);
    Ok(())
}

fn main_waits_at_its_end() -> mp::Result<()> {
    let queue: Queue<Bytes> = Queue::new()?;
    for n in 0..3_u8 {
        queue.put(Bytes::from(vec![n; 300_000]))?;
    }
    // The child's copy of what main has not written yet belongs to nobody.
    let p = Process::new(
        move || -> mp::Result<()> {
            mp::sleep(0.2);
            for _ in 0..3 {
                let bytes = queue.get()?;
                print!("{} {}", bytes[0], bytes.len());
            }
            say(queue.try_get());
            Ok(())
        },
        (),
    );
    p.start()
}

fn killed_processes_leave_the_queue_whole() -> mp::Result<()> {
    let queue: Queue<String> = Queue::new()?;
    let waiting = mp::Event::new()?;
    for kill_while_idle in [true, false] {
        let (inbox, word) = (queue.clone(), waiting.clone());
        let consumer = Process::new(
            move || {
                word.set();
                inbox.get().map(drop)
            },
            (),
        );
        waiting.clear();
        consumer.start()?;
        waiting.wait();
        if kill_while_idle {
            mp::sleep(0.1);
        }
        consumer.kill()?;
        consumer.join()?;
        queue.put("after the consumer".to_owned())?;
        say(queue.get_timeout(5.0));
    }
    let (outbox, word) = (queue.clone(), waiting.clone());
    let producer = Process::new(
        move || -> mp::Result<()> {
            outbox.put("y".repeat(1_000_000))?;
            word.set();
            mp::sleep(60.0);
            Ok(())
        },
        (),
    );
    waiting.clear();
    producer.start()?;
    waiting.wait();
    producer.kill()?;
    producer.join()?;
    queue.put("after the producer".to_owned())?;
    say(queue.get_timeout(5.0));
    Ok(())
}

fn joinable() -> mp::Result<()> {
    let queue: JoinableQueue<u32> = JoinableQueue::new()?;
    for n in 0..4 {
        queue.put(n)?;
    }
    let inbox = queue.clone();
    let p = Process::new(
        move || -> mp::Result<()> {
            for _ in 0..4 {
                let n = inbox.get()?;
                mp::sleep(0.02);
                print!("done {n}");
                inbox.task_done()?;
            }
            Ok(())
        },
        (),
    );
    p.start()?;
    queue.join();
    print!("joined");
    p.join()?;
    say(queue.task_done());
    Ok(())
}

fn joined_after_done(run: &Finished) {
    run.ok();
    let text =
        "done 0\ndone 1\ndone 2\ndone 3\njoined\nValueError: task_done() called too many times\n";
    assert_eq!(run.stdout, text);
}

fn joined_after_done_in_the_log(run: &Finished) {
    run.versions_are_in_order();
    run.no_contradictions();
    let ops = run.ops();
    let last_done = ops
        .iter()
        .rposition(|(_, op)| op.op == OpName::TaskDone && op.error.is_none());
    let joined = ops.iter().position(|(_, op)| op.op == OpName::QueueJoin);
    assert!(last_done < joined && joined.is_some());
}

fn simple() -> mp::Result<()> {
    let queue: SimpleQueue<String> = SimpleQueue::new()?;
    let back: SimpleQueue<usize> = SimpleQueue::new()?;
    let (inbox, outbox) = (queue.clone(), back.clone());
    let p = Process::new(
        move || -> mp::Result<()> {
            for _ in 0..40 {
                outbox.put(inbox.get()?.len())?;
            }
            Ok(())
        },
        (),
    );
    p.start()?;
    for n in 0..40 {
        queue.put("z".repeat(n * 5_000))?;
    }
    for n in 0..40 {
        let got = back.get()?;
        if got != n * 5_000 {
            print!("{got} bytes where {} were due", n * 5_000);
        }
    }
    p.join()?;
    print!("all");
    Ok(())
}

fn unreadable() -> mp::Result<()> {
    let queue: Queue<serde_json::Value> = Queue::new()?;
    queue.put(serde_json::json!([1]))?;
    match queue.get() {
        Err(error) => print!("{}", error.class),
        Ok(value) => print!("{value}"),
    }
    print!("{}", queue.qsize());
    Ok(())
}

pub fn cases() -> Vec<Case> {
    let expect_all: fn(&Finished) = |run| {
        run.ok();
        assert_eq!(run.stdout, "all\n");
    };
    vec![
        Case::plain("queue_errors", errors, errors_are_pythons),
        Case::plain("queue_fifo_per_producer", three_producers, |run| {
            run.ok();
            assert_eq!(run.stdout, "[5000, 5000, 5000] true\n");
        }),
        Case::plain("queue_exactly_once", exactly_once, delivered_once),
        Case::traced("queue_log", exactly_once, log_tells_a_queue),
        Case::plain("queue_big_put", big_put_keeps_its_process, |run| {
            run.ok();
            let lines = [
                "put returned",
                "alive true",
                "200000",
                "exit Some(0)",
                "cancelled Some(0)",
                "whole",
            ];
            assert_eq!(run.lines(), lines);
        }),
        Case::plain(
            "queue_main_waits_at_its_end",
            main_waits_at_its_end,
            |run| {
                run.ok();
                assert_eq!(run.stdout, "0 300000\n1 300000\n2 300000\n_queue.Empty\n");
            },
        ),
        Case::traced("queue_end_is_told", big_put_keeps_its_process, |run| {
            let told = |wait: bool| {
                run.events.iter().any(|event| match &event.kind {
                    Kind::OpWait(op) => wait && op.op == OpName::JoinThread,
                    Kind::Op(op) => !wait && op.op == OpName::JoinThread,
                    _ => false,
                })
            };
            assert!(told(true) && told(false));
        }),
        Case::plain(
            "queue_killed_processes",
            killed_processes_leave_the_queue_whole,
            |run| {
                run.ok();
                let lines = [
                    "\"after the consumer\"",
                    "\"after the consumer\"",
                    "\"after the producer\"",
                ];
                assert_eq!(run.lines(), lines);
            },
        ),
        Case::plain("queue_joinable", joinable, joined_after_done),
        Case::traced("queue_joinable_log", joinable, joined_after_done_in_the_log),
        Case::plain("queue_simple", simple, expect_all),
        Case::traced("queue_simple_log", simple, |run| {
            run.versions_are_in_order();
            run.no_contradictions();
            assert_eq!(outputs(run), "all\n");
        }),
        Case::plain("queue_unreadable", unreadable, |run| {
            run.ok();
            assert_eq!(run.stdout, "_pickle.UnpicklingError\n0\n");
        }),
    ]
}
