//! What an announced operation touches: its accesses, worked out from the log.
//!
//! Finer than the object where operations on parts of it commute: a cell of an Array, with the
//! Array's own lock as part of the access. Where in doubt it is coarser, which costs executions and
//! never an outcome.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

mod pools;

use crate::explore::operation::{Access, Needs, Object, Operation, Proc};
use crate::model::{Body, Object as ModelObject, World};
use crate::trace::{Op, OpName};

/// What an outcome is made of: decides whether the order of two prints matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// The order of all lines.
    Output,
    /// What each process printed, and values at the end.
    Processes,
}

/// Something with a level. Processes are known by numbers that are the same in all executions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Lock(String),
    Semaphore(String),
    Flag(String),
    /// Wakes of a condition that nobody has taken yet.
    Wakes(String),
    /// How often a barrier has filled.
    Barrier(String),
    Cell(String, u64),
    /// Messages in a queue, or on their way to this end of a pipe.
    Messages(String),
    /// Tasks of a queue that are not done.
    Unfinished(String),
    /// All of a manager's object.
    Proxied(String),
    /// Tasks that wait for a worker.
    Tasks(String),
    /// Whether a pool takes no more tasks.
    Closed(String),
    /// The result of a task, by its number.
    Result(String, u64),
    /// 1 while this worker has a task.
    Busy(u32),
    /// 1 once the process has ended; the number is its birth number.
    End(u32),
    /// The output of all; its level is its length in bytes.
    Output,
    Clock,
}

/// What is known beside the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now<'a> {
    pub world: &'a World,
    /// Virtual time.
    pub clock: i64,
    /// Bytes on stdout so far.
    pub printed: i64,
}

impl Part {
    fn number(&self, names: &impl Names) -> Object {
        let mut hasher = DefaultHasher::new();
        std::mem::discriminant(self).hash(&mut hasher);
        match self {
            Part::Lock(id)
            | Part::Semaphore(id)
            | Part::Flag(id)
            | Part::Wakes(id)
            | Part::Barrier(id)
            | Part::Messages(id)
            | Part::Unfinished(id)
            | Part::Tasks(id)
            | Part::Closed(id)
            | Part::Proxied(id) => names.object(id).hash(&mut hasher),
            Part::Cell(id, index) | Part::Result(id, index) => {
                (names.object(id), index).hash(&mut hasher);
            }
            Part::End(birth) | Part::Busy(birth) => names.process(*birth).hash(&mut hasher),
            Part::Output | Part::Clock => {}
        }
        Object(hasher.finish())
    }

    /// Its level now.
    pub(super) fn level(&self, now: Now<'_>) -> i64 {
        let Now {
            world,
            clock,
            printed,
        } = now;
        let object = |id: &str| world.object(id);
        let pool = |id: &str| object(id).and_then(ModelObject::pool);
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        match self {
            Part::Lock(id) => {
                let owner = object(id)
                    .and_then(ModelObject::lock)
                    .and_then(|lock| lock.owner.as_ref());
                i64::from(owner.is_none())
            }
            Part::Semaphore(id) => {
                let semaphore = object(id).and_then(ModelObject::semaphore);
                semaphore.map_or(0, |semaphore| semaphore.value)
            }
            Part::Flag(id) => {
                let flag = object(id).and_then(ModelObject::flag);
                i64::from(flag.is_some_and(|flag| flag.set))
            }
            Part::Wakes(id) => {
                let condition = object(id).and_then(ModelObject::condition);
                condition.map_or(0, |condition| number(condition.wakes))
            }
            Part::Barrier(id) => match object(id).and_then(ModelObject::barrier) {
                Some(barrier) if barrier.broken => i64::MAX,
                Some(barrier) => number(barrier.filled + barrier.resets),
                None => 0,
            },
            Part::Messages(id) => object(id).map_or(0, |object| match &object.body {
                Body::Queue(queue) => number(queue.mailbox.len()),
                Body::Connection(end) => {
                    let recv = Op {
                        op: OpName::Recv,
                        object: Some(id.clone()),
                        ..Op::default()
                    };
                    // At the end of a pipe a recv goes, too: it raises EOFError.
                    number(end.inbox.len()).max(i64::from(world.enabled(0, &recv)))
                }
                _ => 0,
            }),
            Part::Unfinished(id) => {
                let queue = object(id).and_then(ModelObject::queue);
                queue.map_or(0, |queue| number(queue.unfinished))
            }
            Part::End(birth) => {
                let process = world.process(*birth);
                i64::from(process.is_none_or(|process| !process.is_alive()))
            }
            Part::Tasks(id) => pool(id).map_or(0, pools::waiting),
            Part::Closed(id) => pool(id).map_or(0, pools::closed),
            Part::Result(id, task) => pool(id).map_or(0, |pool| pools::has_result(pool, *task)),
            Part::Busy(birth) => {
                let process = world.process(*birth);
                let pool = process.and_then(|process| world.object_at(process.pool?)?.pool());
                let mut workers = pool.into_iter().flat_map(|pool| &pool.workers);
                i64::from(workers.any(|worker| worker.proc == *birth && worker.task.is_some()))
            }
            Part::Clock => clock,
            Part::Output => printed,
            Part::Cell(..) | Part::Proxied(_) => 0,
        }
    }
}

/// Names that are the same in every execution.
pub(super) trait Names {
    fn process(&self, birth: u32) -> Proc;
    /// An object made by a child has that child's PID in its id.
    fn object(&self, id: &str) -> String;
}

/// An operation and, in the order of its accesses, what they are on.
#[derive(Debug, Clone, Default)]
pub(super) struct Announced {
    pub operation: Operation,
    pub parts: Vec<Part>,
    /// The same of its other way.
    pub other_parts: Vec<Part>,
}

/// An operation that can't be explored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsupported {
    pub op: OpName,
    pub why: Why,
}

/// Why an operation can't be explored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no model of it.
    Operation,
    /// It names a function that is called when a result arrives, and that is no operation.
    Callback,
    /// It takes the result that arrives first, and an arrival is no operation.
    FirstResult,
    /// Whether its process has died of a signal by now is the kernel's choice.
    Dying,
    /// It is ended while others count on it: it waits at a Condition or a Barrier.
    KilledWaiting,
    /// A worker has ended while there was work: its pool replaces it at a moment that is no operation.
    Replaced,
    /// With a listing: what it prints is not known before.
    Text,
}

/// What is known where an operation is announced.
pub(super) struct Scene<'a, N> {
    pub world: &'a World,
    pub now: Now<'a>,
    pub names: &'a N,
    pub projection: Projection,
    /// All that may be printed, where that is given.
    pub listing: Option<&'a [u8]>,
    /// When the operation's timeout or sleep is over.
    pub due: Option<i64>,
    /// Others may end it at any time.
    pub mortal: bool,
}

type Wanted = (Part, bool, Needs);

fn read(part: Part) -> Wanted {
    (part, false, Needs::Nothing)
}

fn write(part: Part) -> Wanted {
    (part, true, Needs::Nothing)
}

fn take(part: Part) -> Wanted {
    (part, true, Needs::AtLeast(1))
}

impl<N: Names> Scene<'_, N> {
    pub(super) fn announced(&self, birth: u32, op: &Op) -> Result<Announced, Unsupported> {
        let (wanted, mut other) = self.ways(birth, op)?;
        if op.op != OpName::Sleep && op.args.timeout.is_some_and(|seconds| seconds > 0.0) {
            other = self.expired(&wanted, op);
        }
        let mortal = self.mortal && op.op != OpName::Exit;
        let alive = mortal.then_some((Part::End(birth), false, Needs::AtMost(0)));
        let at_once = op.args.blocking == Some(false)
            || op.args.timeout.is_some_and(|seconds| seconds <= 0.0);
        let accesses = |wanted: &[Wanted]| {
            let access = |(part, write, needs): &Wanted| Access {
                object: part.number(self.names),
                write: *write,
                needs: needs.clone(),
                // Who has ended can't be ended again.
                reads_from: matches!(part, Part::End(_)).then_some(1),
                level: part.level(self.now),
            };
            wanted.iter().map(access).collect::<Vec<_>>()
        };
        let parts = |wanted: Vec<Wanted>| {
            let all = wanted.into_iter().chain(alive.clone());
            all.map(|(part, ..)| part).collect()
        };
        Ok(Announced {
            operation: Operation {
                accesses: accesses(&wanted),
                otherwise: accesses(&other),
                lives: accesses(alive.as_slice()).pop(),
                tries: at_once && op.op != OpName::Sleep,
                times_out: None,
            },
            parts: parts(wanted),
            other_parts: parts(other),
        })
    }

    /// What a wait touches that its time is over for.
    fn expired(&self, wanted: &[Wanted], op: &Op) -> Vec<Wanted> {
        let over = Needs::AtLeast(self.due.unwrap_or(self.now.clock));
        // A Condition and a Barrier count who waits; the lock of a Condition is taken back.
        let counts = op.op == OpName::Wait && op.args.key.as_deref() == Some("wake");
        let rest = wanted.iter().map(|(part, _, needs)| match part {
            Part::Lock(_) if counts => (part.clone(), true, needs.clone()),
            part => (part.clone(), counts, Needs::Nothing),
        });
        std::iter::once((Part::Clock, false, over))
            .chain(rest)
            .collect()
    }

    fn ways(&self, birth: u32, op: &Op) -> Result<pools::Ways, Unsupported> {
        let object = op.object.as_deref().and_then(|id| self.world.object(id));
        if let Some(object) = object
            && let Some(pool) = object.pool()
        {
            return self.of_pool(birth, object, pool, op);
        }
        Ok((self.wanted(birth, op)?, Vec::new()))
    }

    fn wanted(&self, birth: u32, op: &Op) -> Result<Vec<Wanted>, Unsupported> {
        let Some(id) = op.object.as_deref() else {
            return self.of_process(birth, op);
        };
        let unsupported = Unsupported {
            op: op.op,
            why: Why::Operation,
        };
        let Some(object) = self.world.object(id) else {
            return Err(unsupported);
        };
        let me = id.to_owned();
        Ok(match (&object.body, op.op) {
            (Body::Lock(_), OpName::Acquire | OpName::Release) => self.lock(birth, id, op.op),
            (Body::Semaphore(_), OpName::Acquire) => vec![take(Part::Semaphore(me))],
            (Body::Semaphore(_), OpName::Release) => vec![write(Part::Semaphore(me))],
            (Body::Flag(_), OpName::Wait) => vec![(Part::Flag(me), false, Needs::AtLeast(1))],
            (Body::Flag(_), OpName::IsSet) => vec![read(Part::Flag(me))],
            (Body::Flag(_), _) => vec![write(Part::Flag(me))],
            (Body::Condition(_), OpName::Wait) => {
                let lock = Part::Lock(object.of.as_deref().unwrap_or(id).to_owned());
                match op.args.key.as_deref() {
                    Some("wake") => vec![take(Part::Wakes(me)), take(lock)],
                    _ => vec![write(Part::Wakes(me)), write(lock)],
                }
            }
            (Body::Condition(_), _) => vec![write(Part::Wakes(me))],
            (Body::Barrier(barrier), OpName::Wait) if op.args.key.as_deref() == Some("wake") => {
                let filled = i64::try_from(barrier.filled + barrier.resets).unwrap_or(i64::MAX);
                let needs = Needs::AtLeast(due_filling(birth, object, filled));
                vec![(Part::Barrier(me), false, needs)]
            }
            (Body::Barrier(_), _) => vec![write(Part::Barrier(me))],
            (Body::Shared(shared), _) => {
                let len = u64::try_from(shared.cells.len()).unwrap_or(0);
                self.cells(birth, object, op, len)
            }
            (Body::Queue(queue), _) => queue_accesses(me, queue.maxsize, op.op),
            (Body::Connection(_), _) => {
                let other = object
                    .of
                    .clone()
                    .map_or_else(|| me.clone(), |of| of.to_string());
                match op.op {
                    OpName::Recv => vec![take(Part::Messages(me))],
                    OpName::Poll => vec![(Part::Messages(me), false, Needs::AtLeast(1))],
                    OpName::Send | OpName::Close => vec![write(Part::Messages(other))],
                    _ => Vec::new(),
                }
            }
            (Body::Mapping(_) | Body::Sequence(_), _) => {
                let whole = Part::Proxied(me);
                vec![if only_reads(op.op) {
                    read(whole)
                } else {
                    write(whole)
                }]
            }
            (Body::Manager(_), OpName::Shutdown) => {
                // Whoever asks it for anything after that is refused.
                let objects = self.world.objects();
                let its = objects.filter(|object| object.of.as_deref() == Some(id));
                its.map(|object| write(Part::Proxied(object.id.to_string())))
                    .collect()
            }
            (Body::Plain, OpName::Close) => Vec::new(),
            _ => return Err(unsupported),
        })
    }

    /// What a process lets go of as it ends: itself, and its ends of pipes.
    fn killed(&self, birth: u32) -> Vec<Wanted> {
        let mut wanted = vec![write(Part::End(birth))];
        let objects = self.world.objects();
        let ends = objects.filter(|object| object.connection().is_some());
        wanted.extend(ends.map(|end| write(Part::Messages(end.id.to_string()))));
        wanted
    }

    fn of_process(&self, birth: u32, op: &Op) -> Result<Vec<Wanted>, Unsupported> {
        let child = || {
            let mut processes = self.world.processes();
            let pid = op.args.pid;
            let child = processes.rfind(|process| Some(process.pid) == pid);
            child.map(|process| Part::End(process.proc))
        };
        Ok(match op.op {
            OpName::Sleep => {
                let over = Needs::AtLeast(self.due.unwrap_or(self.now.clock));
                vec![(Part::Clock, false, over)]
            }
            OpName::Print | OpName::Flush => self.output(op)?,
            OpName::Start => Vec::new(),
            OpName::Exit => {
                let mut wanted = self.killed(birth);
                wanted[0].2 = Needs::AtMost(0);
                wanted
            }
            OpName::Terminate | OpName::Kill => match child() {
                Some(Part::End(birth)) => self.killed(birth),
                _ => Vec::new(),
            },
            OpName::Join => {
                let end = child().map(|end| (end, false, Needs::AtLeast(1)));
                end.into_iter().collect()
            }
            OpName::IsAlive | OpName::ExitCode => child().map(read).into_iter().collect(),
            _ => {
                return Err(Unsupported {
                    op: op.op,
                    why: Why::Operation,
                });
            }
        })
    }

    /// What goes out has its place among the output of all, where that matters: with a listing, the
    /// places at which it has this very text.
    fn output(&self, op: &Op) -> Result<Vec<Wanted>, Unsupported> {
        let goes_out = op.args.value.is_some() || op.args.n.is_some();
        let Some(listing) = self.listing else {
            let matters = self.projection == Projection::Output && goes_out;
            return Ok(matters.then(|| write(Part::Output)).into_iter().collect());
        };
        let Some(text) = op.args.value.as_deref() else {
            return if goes_out {
                Err(Unsupported {
                    op: op.op,
                    why: Why::Text,
                })
            } else {
                Ok(Vec::new())
            };
        };
        let places = (0..listing.len()).filter(|at| listing[*at..].starts_with(text.as_bytes()));
        let places = places.filter_map(|at| i64::try_from(at).ok()).collect();
        Ok(vec![(Part::Output, true, Needs::Among(places))])
    }

    /// Nothing of a lock that its owner takes or gives back once more can be seen by others.
    fn lock(&self, birth: u32, id: &str, op: OpName) -> Vec<Wanted> {
        let lock = self.world.object(id).and_then(ModelObject::lock);
        let mine = lock
            .and_then(|lock| lock.owner.as_ref())
            .is_some_and(|owner| owner.proc == birth);
        let recursive = lock.is_some_and(|lock| lock.recursive);
        let deep = lock.is_some_and(|lock| lock.depth > 1);
        match op {
            OpName::Acquire if mine && recursive => Vec::new(),
            OpName::Release if mine && deep => Vec::new(),
            OpName::Acquire => vec![take(Part::Lock(id.to_owned()))],
            _ => vec![write(Part::Lock(id.to_owned()))],
        }
    }

    fn cells(&self, birth: u32, object: &ModelObject, op: &Op, len: u64) -> Vec<Wanted> {
        let writes = matches!(op.op, OpName::Set | OpName::SetSlice);
        let cell = |index| {
            (
                Part::Cell(object.id.to_string(), index),
                writes,
                Needs::Nothing,
            )
        };
        let index = op.args.index.unwrap_or(0);
        let index = if index < 0 {
            u64::try_from(index.saturating_add_unsigned(len)).unwrap_or(0)
        } else {
            index.unsigned_abs()
        };
        let mut wanted: Vec<Wanted> = match op.op {
            OpName::Get | OpName::Set => vec![cell(index)],
            _ => (0..len).map(cell).collect(),
        };
        // Its own lock is held for the moment of the access, which is seen only by who takes it.
        let lock = object.of.as_deref().and_then(|id| self.world.object(id));
        if let Some(lock) = lock
            && let Some(held) = lock.lock()
            && held.owner.as_ref().is_none_or(|owner| owner.proc != birth)
        {
            wanted.push((Part::Lock(lock.id.to_string()), false, Needs::AtLeast(1)));
        }
        wanted
    }
}

/// The number of the clock.
pub(super) fn clock(names: &impl Names) -> Object {
    Part::Clock.number(names)
}

/// The filling of a barrier that lets this waiter go.
fn due_filling(birth: u32, object: &ModelObject, filled: i64) -> i64 {
    let mut waiters = object.waiters.iter();
    let place = waiters.position(|waiter| waiter.proc == birth);
    let leaving = object.barrier().map_or(0, |barrier| barrier.leaving);
    let leaves = place.is_some_and(|place| u64::try_from(place).unwrap_or(0) < leaving);
    if leaves {
        filled
    } else {
        filled.saturating_add(1)
    }
}

fn queue_accesses(id: String, maxsize: Option<u64>, op: OpName) -> Vec<Wanted> {
    let messages = Part::Messages(id.clone());
    let unfinished = Part::Unfinished(id);
    match op {
        OpName::Put => {
            let room = maxsize.and_then(|maxsize| i64::try_from(maxsize).ok());
            let needs = room.map_or(Needs::Nothing, |room| Needs::AtMost(room - 1));
            vec![(messages, true, needs), write(unfinished)]
        }
        OpName::QueueGet => vec![take(messages)],
        OpName::QSize | OpName::Empty | OpName::Full => vec![read(messages)],
        OpName::TaskDone => vec![write(unfinished)],
        OpName::QueueJoin => vec![(unfinished, false, Needs::AtMost(0))],
        _ => Vec::new(),
    }
}

fn only_reads(op: OpName) -> bool {
    matches!(
        op,
        OpName::DictGet
            | OpName::DictValues
            | OpName::DictKeys
            | OpName::DictItems
            | OpName::DictLen
            | OpName::DictContains
            | OpName::DictCopy
            | OpName::ListGet
            | OpName::ListLen
            | OpName::ListItems
            | OpName::ListContains
            | OpName::ListIndex
            | OpName::ListCount
            | OpName::NamespaceGet
    )
}
