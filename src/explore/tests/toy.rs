//! A machine whose processes are lists of operations in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::explore::operation::{Access, Machine, Needs, Next, Object, Operation, Proc, Step};

/// An operation; the number names the object of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Read(u8),
    Write(u8),
    /// Writes what the process read last, plus 1.
    WritePlus(u8),
    /// Reads cells from this one down to the first that is 0.
    LastZero(u8),
    Lock(u8),
    TryLock(u8),
    /// Waits for so long at most.
    TimedLock(u8, i64),
    /// Where the process holds it.
    Unlock(u8),
    Acquire(u8),
    TryAcquire(u8),
    Release(u8),
    Put(u8),
    Get(u8),
    TryGet(u8),
    /// Where the process holds the lock of the same number: gives it up, sleeps, takes it back.
    Wait(u8),
    TimedWait(u8, i64),
    Notify(u8),
    NotifyAll(u8),
    /// Into a pipe with room for one message.
    Send(u8),
    Recv(u8),
    Start(u8),
    Join(u8),
    Alive(u8),
    Exit,
    Sleep(i64),
    /// Adds a line to a text that is given; the bits are the places that allow it. Where the process
    /// has read a cell that was written, it says something else.
    Say(u8),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Program {
    pub procs: Vec<Vec<Op>>,
    /// All but the first wait until they are started.
    pub born_later: bool,
    /// Value of each semaphore at the beginning.
    pub value: i64,
    /// Room in each queue.
    pub maxsize: i64,
}

/// What came of an execution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Outcome {
    levels: BTreeMap<Object, i64>,
    seen: Vec<Vec<i64>>,
    deadlock: bool,
}

#[derive(Debug, Clone, Default)]
struct Process {
    at: usize,
    born: bool,
    seen: Vec<i64>,
    /// What it read last.
    last: i64,
    /// Cells `LastZero` has found not to be 0.
    passed: u8,
    held: Vec<u8>,
    asleep: bool,
    due: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Toy {
    program: Program,
    processes: Vec<Process>,
    /// The value of a cell, too.
    levels: BTreeMap<Object, i64>,
    items: BTreeMap<Object, Vec<i64>>,
    sleepers: BTreeMap<Object, i64>,
    next: Vec<Next>,
}

const CLOCK: Object = Object(1);
/// Its level is how many lines it has.
const TEXT: Object = Object(2);

fn object(kind: u64, n: u8) -> Object {
    Object(kind * 1000 + u64::from(n))
}

fn cell(n: u8) -> Object {
    object(1, n)
}

fn lock(n: u8) -> Object {
    object(2, n)
}

fn semaphore(n: u8) -> Object {
    object(3, n)
}

fn queue(n: u8) -> Object {
    object(4, n)
}

fn condition(n: u8) -> Object {
    object(5, n)
}

fn pipe(n: u8) -> Object {
    object(6, n)
}

fn end(n: u8) -> Object {
    object(7, n)
}

impl Toy {
    pub(super) fn new(program: &Program) -> Toy {
        let mut toy = Toy {
            program: program.clone(),
            processes: Vec::new(),
            levels: BTreeMap::new(),
            items: BTreeMap::new(),
            sleepers: BTreeMap::new(),
            next: Vec::new(),
        };
        let Ok(()) = toy.restart();
        toy
    }

    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            levels: self.levels.clone(),
            seen: self
                .processes
                .iter()
                .map(|process| process.seen.clone())
                .collect(),
            deadlock: !self.next.is_empty(),
        }
    }

    fn level(&self, object: Object) -> i64 {
        let first = match object.0 / 1000 {
            2 => 1,
            3 => self.program.value,
            _ => 0,
        };
        self.levels.get(&object).copied().unwrap_or(first)
    }

    fn operation(&self, proc: usize, op: Op) -> Operation {
        let process = &self.processes[proc];
        let access = |object, write, needs| Access {
            object,
            write,
            needs,
            reads_from: None,
            level: self.level(object),
        };
        let of = |accesses| Operation {
            accesses,
            ..Operation::default()
        };
        let read = |object| of(vec![access(object, false, Needs::Nothing)]);
        let write = |object| of(vec![access(object, true, Needs::Nothing)]);
        let take = |object| of(vec![access(object, true, Needs::AtLeast(1))]);
        let holds = |n| process.held.contains(&n);
        match op {
            Op::Read(n) => read(cell(n)),
            Op::Write(n) | Op::WritePlus(n) => write(cell(n)),
            Op::LastZero(n) => read(cell(n - process.passed)),
            Op::Lock(n) | Op::TimedLock(n, _) => take(lock(n)),
            Op::Unlock(n) if holds(n) => write(lock(n)),
            Op::Acquire(n) => take(semaphore(n)),
            Op::Release(n) => write(semaphore(n)),
            Op::Put(n) => {
                let room = Needs::AtMost(self.program.maxsize - 1);
                of(vec![access(queue(n), true, room)])
            }
            Op::Get(n) => take(queue(n)),
            Op::TryLock(n) => tries(take(lock(n))),
            Op::TryAcquire(n) => tries(take(semaphore(n))),
            Op::TryGet(n) => tries(take(queue(n))),
            Op::Wait(n) | Op::TimedWait(n, _) if process.asleep => of(vec![
                access(condition(n), true, Needs::AtLeast(1)),
                access(lock(n), true, Needs::AtLeast(1)),
            ]),
            Op::Wait(n) | Op::TimedWait(n, _) if holds(n) => of(vec![
                access(condition(n), true, Needs::Nothing),
                access(lock(n), true, Needs::Nothing),
            ]),
            Op::Notify(n) | Op::NotifyAll(n) => write(condition(n)),
            Op::Send(n) => of(vec![access(pipe(n), true, Needs::AtMost(0))]),
            Op::Recv(n) => take(pipe(n)),
            Op::Join(n) => of(vec![access(end(n), false, Needs::AtLeast(1))]),
            Op::Alive(n) => read(end(n)),
            Op::Exit => write(object(7, u8::try_from(proc).unwrap_or(0))),
            Op::Sleep(_) => {
                let over = Needs::AtLeast(process.due.unwrap_or(0));
                of(vec![access(CLOCK, false, over)])
            }
            Op::Say(places) => {
                let places = places.rotate_left(u32::from(process.last > 0));
                let among = (0..8).filter(|at| places >> at & 1 == 1).collect();
                of(vec![access(TEXT, true, Needs::Among(among))])
            }
            Op::Unlock(_) | Op::Wait(_) | Op::TimedWait(..) | Op::Start(_) => Operation::default(),
        }
    }

    /// Works out what each process would do next.
    fn look(&mut self) {
        let now = self.level(CLOCK);
        let mut next = Vec::new();
        for proc in 0..self.processes.len() {
            let process = &mut self.processes[proc];
            let Some(op) = self.program.procs[proc].get(process.at).copied() else {
                continue;
            };
            if !process.born {
                continue;
            }
            let lasts = match op {
                Op::Sleep(lasts) | Op::TimedLock(_, lasts) => Some(lasts),
                Op::TimedWait(_, lasts) => process.asleep.then_some(lasts),
                _ => None,
            };
            process.due = lasts.map(|lasts| process.due.unwrap_or(now + lasts));
            next.push(Next {
                is_dead: false,
                proc: Proc::try_from(proc).unwrap_or(0),
                operation: self.operation(proc, op),
            });
        }
        if !next.iter().any(|next| next.operation.is_enabled()) {
            let due = |next: &Next| self.processes[next.proc as usize].due;
            let first = next.iter_mut().filter(|next| due(next).is_some());
            if let Some(first) = first.min_by_key(|next| due(next)) {
                first.operation.times_out = Some(CLOCK);
            }
        }
        self.next = next;
    }

    /// Does it; `goes` is false for what fails or times out.
    fn perform(&mut self, proc: usize, op: Op, goes: bool) {
        let mut process = std::mem::take(&mut self.processes[proc]);
        let message = i64::try_from(proc * 100 + process.at).unwrap_or(0);
        process.at += 1;
        match op {
            Op::Read(n) => {
                process.last = self.level(cell(n));
                process.seen.push(process.last);
            }
            Op::Write(n) => self.set(cell(n), message + 10),
            Op::WritePlus(n) => self.set(cell(n), process.last + 1),
            Op::LastZero(n) => {
                if self.level(cell(n - process.passed)) == 0 {
                    process.seen.push(i64::from(n - process.passed));
                } else {
                    process.passed += 1;
                    process.at -= 1;
                }
            }
            Op::Lock(n) | Op::TryLock(n) | Op::TimedLock(n, _) => {
                process.seen.push(i64::from(goes));
                if goes {
                    self.set(lock(n), 0);
                    process.held.push(n);
                }
            }
            Op::Unlock(n) => {
                if process.held.contains(&n) {
                    self.set(lock(n), 1);
                    process.held.retain(|held| *held != n);
                }
            }
            Op::Acquire(n) | Op::TryAcquire(n) => {
                process.seen.push(i64::from(goes));
                self.add(semaphore(n), -i64::from(goes));
            }
            Op::Release(n) => self.add(semaphore(n), 1),
            Op::Put(n) => self.put(queue(n), message),
            Op::Send(n) => self.put(pipe(n), message),
            Op::Get(n) => process.seen.push(self.take(queue(n))),
            Op::TryGet(n) if goes => process.seen.push(self.take(queue(n))),
            Op::TryGet(_) => process.seen.push(-1),
            Op::Recv(n) => process.seen.push(self.take(pipe(n))),
            Op::Wait(n) | Op::TimedWait(n, _) => self.wait(&mut process, n, goes),
            Op::Notify(n) | Op::NotifyAll(n) => {
                let sleepers = self.sleepers.entry(condition(n)).or_default();
                let woken = if op == Op::Notify(n) {
                    (*sleepers).min(1)
                } else {
                    *sleepers
                };
                *sleepers -= woken;
                self.add(condition(n), woken);
            }
            Op::Start(n) => self.processes[usize::from(n)].born = true,
            Op::Alive(n) => process.seen.push(self.level(end(n))),
            Op::Exit => self.set(end(u8::try_from(proc).unwrap_or(0)), 1),
            Op::Say(_) => self.add(TEXT, 1),
            Op::Join(_) | Op::Sleep(_) => {}
        }
        self.processes[proc] = process;
    }

    fn wait(&mut self, process: &mut Process, n: u8, goes: bool) {
        if process.asleep {
            process.asleep = false;
            process.seen.push(i64::from(goes));
            if goes {
                self.add(condition(n), -1);
                self.set(lock(n), 0);
                process.held.push(n);
            } else {
                // It goes on without the lock, which is enough for a toy.
                *self.sleepers.entry(condition(n)).or_default() -= 1;
            }
        } else if process.held.contains(&n) {
            process.held.retain(|held| *held != n);
            process.asleep = true;
            process.at -= 1;
            *self.sleepers.entry(condition(n)).or_default() += 1;
            self.set(lock(n), 1);
        }
    }

    fn set(&mut self, object: Object, level: i64) {
        self.levels.insert(object, level);
    }

    fn add(&mut self, object: Object, more: i64) {
        self.set(object, self.level(object) + more);
    }

    fn put(&mut self, object: Object, message: i64) {
        self.items.entry(object).or_default().push(message);
        self.add(object, 1);
    }

    fn take(&mut self, object: Object) -> i64 {
        self.add(object, -1);
        self.items.entry(object).or_default().remove(0)
    }
}

fn tries(operation: Operation) -> Operation {
    Operation {
        tries: true,
        ..operation
    }
}

impl Machine for Toy {
    type Error = Infallible;

    fn restart(&mut self) -> Result<(), Infallible> {
        let process = |proc| Process {
            born: proc == 0 || !self.program.born_later,
            ..Process::default()
        };
        self.processes = (0..self.program.procs.len()).map(process).collect();
        self.levels.clear();
        self.items.clear();
        self.sleepers.clear();
        self.look();
        Ok(())
    }

    fn next(&self) -> &[Next] {
        &self.next
    }

    fn step(&mut self, proc: Proc) -> Result<Step, Infallible> {
        let next = self.next.iter().find(|next| next.proc == proc);
        let operation = next.expect("it has not ended").operation.clone();
        let footprint = operation.footprint().expect("it is enabled");
        let wants = operation.accesses.iter().any(|access| access.write);
        let writes = !footprint.passes_time && footprint.touches.iter().any(|(_, write)| *write);
        let process = &mut self.processes[proc as usize];
        let op = self.program.procs[proc as usize][process.at];
        if footprint.passes_time
            && let Some(due) = process.due
        {
            self.set(CLOCK, due);
        }
        self.processes[proc as usize].due = None;
        self.perform(proc as usize, op, writes || !wants);
        self.look();
        let touches = footprint.touches.iter();
        Ok(Step {
            levels: touches.map(|(object, _)| self.level(*object)).collect(),
            starts: match op {
                Op::Start(n) => Some(Proc::from(n)),
                _ => None,
            },
            footprint,
        })
    }
}
