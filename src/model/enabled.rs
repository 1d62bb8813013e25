//! `World::enabled`: could this operation go through now without blocking?
//!
//! Asked by the gate before it lets an announced operation go on, and by `blocked`. It answers from
//! the log alone. Where the log can't tell (the room in a pipe, an object never seen) it says yes:
//! a deadlock must never be claimed that is none.

use crate::trace::{Op, OpName};

use super::World;
use super::body::Body;
use super::lock::Lock;
use super::object::Object;
use super::pool::{Pool, PoolState, numbers};
use super::process::{Process, Target};

impl World {
    /// Whether the operation, done by the main thread of `proc`, would not block now.
    ///
    /// An operation that does not wait (`blocking` false, a timeout of 0) is always enabled; a
    /// timed one is so only when it would succeed, its timeout is the gate's own choice. A wait on
    /// a Condition or a Barrier is enabled for a process that is not waiting there yet (it begins
    /// to wait) and for one that may wake. An operation that would raise at once is enabled.
    pub fn enabled(&self, proc: u32, op: &Op) -> bool {
        self.enabled_for(proc, None, op)
    }

    pub(super) fn enabled_for(&self, proc: u32, tid: Option<i32>, op: &Op) -> bool {
        if never_waits(op) {
            return true;
        }
        let Some(id) = op.object.as_deref() else {
            return match op.op {
                OpName::Join | OpName::OsWaitpid => self.child_ended(proc, op),
                OpName::OsWait => self.some_child_ended(proc),
                OpName::ThreadJoin => self.thread_ended(proc, op),
                _ => true,
            };
        };
        let Some(object) = self.object(id) else {
            return true;
        };
        match &object.body {
            Body::Lock(lock) => op.op != OpName::Acquire || lock.is_free_for(proc, tid),
            Body::Semaphore(semaphore) => op.op != OpName::Acquire || semaphore.value > 0,
            Body::Flag(flag) => op.op != OpName::Wait || flag.set,
            Body::Condition(condition) => {
                // Waking is two things: being notified and taking the lock back.
                let lock_is_free = || {
                    let lock = self.lock_of(object);
                    lock.is_none_or(|lock| lock.is_free_for(proc, tid))
                };
                op.op != OpName::Wait
                    || !waits(object, proc, tid)
                    || condition.wakes > 0 && lock_is_free()
            }
            Body::Barrier(barrier) => {
                let mut waiters = object.waiters.iter();
                let place = waiters.position(|waiter| (waiter.proc, waiter.tid) == (proc, tid));
                let may_go = place.is_none_or(|place| (place as u64) < barrier.leaving);
                op.op != OpName::Wait || barrier.broken || may_go
            }
            Body::Shared(_) => self.lock_is_free(object, proc, tid, op.op),
            Body::Queue(queue) => match op.op {
                OpName::Put => !queue.is_full(),
                OpName::QueueGet => !queue.mailbox.is_empty(),
                OpName::QueueJoin => queue.unfinished == 0,
                // Only one that waits can tell that the pipe is full; it has room once its messages went.
                OpName::JoinThread if waits(object, proc, tid) => {
                    let mut messages = queue.mailbox.messages();
                    !messages.any(|message| message.producer == proc)
                }
                _ => true,
            },
            Body::Connection(end) => match op.op {
                OpName::Recv | OpName::Poll => !end.inbox.is_empty() || self.at_eof(object),
                OpName::Send if waits(object, proc, tid) => self.peer_drained(object),
                _ => true,
            },
            Body::Pool(pool) => pool_enabled(pool, proc, op),
            Body::Popen(popen) => match op.op {
                OpName::Wait | OpName::Communicate => popen
                    .pid
                    .and_then(|pid| self.by_pid(pid))
                    .is_none_or(|child| !child.is_alive()),
                _ => true,
            },
            Body::Mapping(_)
            | Body::Sequence(_)
            | Body::Manager(_)
            | Body::Block(_)
            | Body::PipeEnd(_)
            | Body::Plain => true,
        }
    }

    /// Whether the child a join names has ended; yes for one nobody knows.
    fn child_ended(&self, proc: u32, op: &Op) -> bool {
        let Some(place) = self.processes.place(proc) else {
            return true;
        };
        match self.target(place, op, None) {
            Target::Child {
                proc: Some(child), ..
            } => self.process(child).is_none_or(|child| !child.is_alive()),
            _ => true,
        }
    }

    /// Whether the thread a join names has ended; yes for one that has told nothing.
    fn thread_ended(&self, proc: u32, op: &Op) -> bool {
        let tid = op.args.index.and_then(|tid| i32::try_from(tid).ok());
        let threads = self
            .process(proc)
            .map_or(&[][..], |process| &process.threads);
        threads.iter().all(|thread| Some(thread.tid) != tid)
    }

    /// Whether a wait for any child comes back: one has ended, or there is none.
    fn some_child_ended(&self, proc: u32) -> bool {
        let children = || self.processes().filter(|child| child.parent == Some(proc));
        children().any(Process::is_zombie) || !children().any(Process::is_alive)
    }

    /// An element is read or written under the array's own lock.
    fn lock_is_free(&self, object: &Object, proc: u32, tid: Option<i32>, op: OpName) -> bool {
        let locked = matches!(
            op,
            OpName::Get | OpName::Set | OpName::GetSlice | OpName::SetSlice
        );
        !locked
            || self
                .lock_of(object)
                .is_none_or(|lock| lock.is_free_for(proc, tid))
    }

    /// The lock an array, a value or a condition uses.
    pub(super) fn lock_of(&self, object: &Object) -> Option<&Lock> {
        self.object(object.of.as_deref()?)?.lock()
    }

    fn peer_drained(&self, end: &Object) -> bool {
        let other = end.of.as_deref().and_then(|id| self.object(id));
        other
            .and_then(Object::connection)
            .is_none_or(|other| other.inbox.is_empty())
    }

    /// Nobody is left who could send to this end: every process that has a copy of the other end
    /// has closed it or ended.
    fn at_eof(&self, end: &Object) -> bool {
        let Some(other) = end.of.as_deref().and_then(|id| self.object(id)) else {
            return false;
        };
        !self
            .processes()
            .any(|process| process.is_alive() && self.has_end(process, other))
    }

    /// Living processes that have an open copy of this end of a pipe, by birth number.
    #[must_use]
    pub fn holders_of(&self, end: &Object) -> Vec<u32> {
        let alive = self.processes().filter(|process| process.is_alive());
        let holders = alive.filter(|process| self.has_end(process, end));
        holders.map(|process| process.proc).collect()
    }

    /// Whether a process has an open copy of this end of a pipe: it made it, or was forked by one
    /// that had it.
    fn has_end(&self, process: &Process, end: &Object) -> bool {
        let closed = |proc: u32| {
            let mut closed = end.connection().into_iter().flat_map(|end| &end.closed_by);
            closed.find(|(who, _)| *who == proc).map(|(_, seq)| *seq)
        };
        if closed(process.proc).is_some() {
            return false;
        }
        let (mut process, mut before) = (process, u64::MAX);
        // Births go back in time, so this ends; the bound is for logs that lie.
        for _ in 0..64 {
            if closed(process.proc).is_some_and(|seq| seq < before) {
                return false;
            }
            if end.creator == Some(process.proc) {
                return end.since_seq < before;
            }
            before = process.forked_seq;
            match process.parent.and_then(|parent| self.process(parent)) {
                Some(parent) => process = parent,
                None => return end.creator.is_none(),
            }
        }
        true
    }
}

fn pool_enabled(pool: &Pool, proc: u32, op: &Op) -> bool {
    match op.op {
        OpName::Join => pool.state == PoolState::Open || pool.alive() == 0,
        OpName::Shutdown => pool.totals.waiting == 0 && pool.totals.running == 0,
        OpName::ResultGet | OpName::ResultWait => {
            let Some(first) = op.args.task else {
                return true;
            };
            let asked = numbers(first, op.args.n);
            let mut tasks = pool.tasks.iter();
            tasks.all(|task| !asked.contains(&task.number) || task.state.has_result())
        }
        OpName::TaskEnd => true,
        _ if pool.has_worker(proc) => worker_can_go(pool),
        _ => true,
    }
}

/// There is a task to run, or a reason to end.
pub(super) fn worker_can_go(pool: &Pool) -> bool {
    match pool.state {
        PoolState::Open => pool.totals.waiting > 0,
        PoolState::Closed => pool.totals.waiting > 0 || pool.is_drained(),
        PoolState::Terminated => true,
    }
}

fn waits(object: &Object, proc: u32, tid: Option<i32>) -> bool {
    let mut waiters = object.waiters.iter();
    waiters.any(|waiter| (waiter.proc, waiter.tid) == (proc, tid))
}

/// The caller would not wait at all.
fn never_waits(op: &Op) -> bool {
    op.args.blocking == Some(false) || op.args.timeout.is_some_and(|seconds| seconds <= 0.0)
}
