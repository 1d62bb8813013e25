//! What a program asks of the system itself: forks, waits, programs, timers, memory by name.

use super::{Log, create, on};
use crate::model::State;
use crate::trace::{Exit, Kind, Op, OpName, Role};

fn of_process(op: OpName) -> Op {
    Op {
        op,
        ..Op::default()
    }
}

#[test]
fn a_wait_for_any_child_is_stuck_until_one_has_ended() {
    let mut log = Log::with_children(0);
    let mut fork = of_process(OpName::OsFork);
    fork.args.child = Some("os.fork-1".to_owned());
    let forked = log.op(0, fork);
    log.op(0, create("os.pipe-1", "os.pipe"));
    log.start(1, 100, "os.fork-1", Role::Process);
    let child = log.world.process(1).expect("a child");
    assert_eq!(child.forked_seq(), forked);
    log.op(0, create("Lock-1", "Lock"));
    log.op(0, on(OpName::Acquire, "Lock-1"));
    log.wait(1, on(OpName::Acquire, "Lock-1"));
    log.wait(0, of_process(OpName::OsWait));
    assert!(log.world.blocked().deadlock);
    log.exit(1, Exit::Code(0));
    assert!(log.world.blocked().stuck.is_empty());
}

#[test]
fn a_wait_for_a_program_hangs_on_that_program() {
    let mut log = Log::with_children(0);
    log.start(1, 100, "sleep", Role::Foreign);
    let mut popen = create("Popen-1", "Popen");
    popen.args.pid = Some(101);
    popen.args.key = Some("stdout".to_owned());
    log.op(0, popen);
    log.wait(0, on(OpName::Wait, "Popen-1"));
    let stuck = log.world.blocked().stuck;
    assert_eq!((stuck[0].proc, &stuck[0].held_by[..]), (0, &[1][..]));
    log.exit(1, Exit::Code(2));
    assert!(log.world.blocked().stuck.is_empty());
    let mut waited = on(OpName::Wait, "Popen-1");
    waited.result = Some("2".to_owned());
    log.op(0, waited);
    let popen = log
        .world
        .object("Popen-1")
        .and_then(|object| object.popen());
    let popen = popen.expect("a program");
    assert_eq!(popen.returncode.as_deref(), Some("2"));
    assert_eq!(popen.pipes.as_deref(), Some("stdout"));
    assert!(matches!(log.state(0), State::Running));
}

#[test]
fn a_timer_is_known_until_it_is_stopped() {
    let mut log = Log::with_children(0);
    let timer = |log: &Log| log.world.process(0).expect("main").timer;
    let mut alarm = of_process(OpName::Alarm);
    alarm.args.timeout = Some(2.0);
    log.op(0, alarm.clone());
    assert_eq!(timer(&log), Some(2_000_000_000 + log.world.now()));
    alarm.args.timeout = Some(0.0);
    log.op(0, alarm);
    assert_eq!(timer(&log), None);
    let mut itimer = of_process(OpName::SetITimer);
    itimer.args.timeout = Some(2.0);
    // A timer of processor time stands still while all wait.
    itimer.args.index = Some(1);
    log.op(0, itimer.clone());
    assert_eq!(timer(&log), None);
    itimer.args.index = Some(0);
    itimer.args.key = Some("repeats".to_owned());
    log.op(0, itimer);
    assert_eq!(timer(&log), Some(i64::MAX));
}

#[test]
fn a_block_knows_who_has_it_and_who_took_its_name() {
    let mut log = Log::with_children(1);
    let mut made = create("SharedMemory-1", "SharedMemory");
    (made.args.key, made.args.n) = (Some("psm_1".to_owned()), Some(100));
    made.args.pid = Some(900);
    log.op(0, made);
    let mut attach = on(OpName::Attach, "SharedMemory-1");
    attach.args.pid = Some(901);
    log.op(1, attach);
    log.op(0, on(OpName::Close, "SharedMemory-1"));
    let unlinked = log.op(0, on(OpName::Unlink, "SharedMemory-1"));
    let object = log.world.object("SharedMemory-1");
    let block = object.and_then(|object| object.block()).expect("a block");
    assert_eq!((block.size, &block.attached[..]), (100, &[1][..]));
    assert_eq!(block.trackers, [(0, 900), (1, 901)]);
    assert_eq!(block.unlinked, Some((0, unlinked)));
}

#[test]
fn a_lock_that_was_copied_while_it_was_held_is_free_for_nobody() {
    let mut log = Log::with_children(1);
    log.op(0, create("threading.Lock-1", "threading.Lock"));
    let acquire = Kind::Op(Box::new(on(OpName::Acquire, "threading.Lock-1")));
    log.on_thread(0, 77, acquire);
    let mut copy = create("threading.Lock-1@101", "threading.Lock");
    copy.args.of = Some("threading.Lock-1".to_owned());
    copy.args.n = Some(1);
    copy.args.key = Some("Thread-1".to_owned());
    copy.args.value = Some("program.py:9".to_owned());
    log.op(1, copy);
    log.wait(1, on(OpName::Acquire, "threading.Lock-1@101"));
    let stuck = log.world.blocked().stuck;
    assert_eq!((stuck.len(), stuck[0].proc), (1, 1));
    let lock = log.world.object("threading.Lock-1@101");
    let lock = lock.and_then(|object| object.lock()).expect("a lock");
    let copied = lock.copied.as_ref().expect("it was held");
    assert_eq!(copied.holder.as_deref(), Some("Thread-1"));
    assert_eq!(copied.at.as_deref(), Some("program.py:9"));
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_thread_has_a_name_until_it_ends() {
    let mut log = Log::with_children(0);
    let mut begins = of_process(OpName::ThreadStart);
    begins.args.name = Some("worker".to_owned());
    log.on_thread(0, 77, Kind::Op(Box::new(begins)));
    let mut join = of_process(OpName::ThreadJoin);
    join.args.index = Some(77);
    log.op(0, create("Lock-1", "Lock"));
    log.op(0, on(OpName::Acquire, "Lock-1"));
    let wait = on(OpName::Acquire, "Lock-1");
    log.on_thread(0, 77, Kind::OpWait(Box::new(wait)));
    log.wait(0, join);
    let threads = |log: &Log| log.world.process(0).expect("main").threads.clone();
    assert_eq!(threads(&log)[0].name.as_deref(), Some("worker"));
    assert!(log.world.blocked().deadlock);
    let ends = of_process(OpName::ThreadEnd);
    log.on_thread(0, 77, Kind::Op(Box::new(ends)));
    assert!(threads(&log).is_empty());
    assert!(log.world.blocked().stuck.is_empty());
}
