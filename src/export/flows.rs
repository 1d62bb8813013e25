//! Flows: which operation let which other one go on.
//!
//! put → get by the message's identity, release → acquire by the lock, submit → task → result by the
//! task's number. Called by exports that draw arrows. It remembers what nobody has taken yet, up to
//! a bound; what goes beyond has no arrow.

use std::collections::HashMap;

use crate::trace::{Op, OpName};

/// Ends of arrows remembered.
const OPEN: usize = 100_000;

/// Where an arrow comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) id: u64,
    /// Birth number of the process it comes from.
    pub(super) proc: u32,
    /// When what it comes from began, and when it let others go on; ns.
    pub(super) from: i64,
    pub(super) at: i64,
}

/// Where an operation stands in arrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// An arrow begins here …
    Out(u64),
    /// … ends here.
    In(Source),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Message(String, String),
    Lock(String),
    Task(String, u64),
}

/// Arrows that have begun.
#[derive(Debug, Default)]
pub(super) struct Flows {
    open: HashMap<Key, Source>,
    last: u64,
}

impl Flows {
    /// The place of a finished operation of this process in arrows, and what kind of arrow it is.
    /// `other` is the other end of a connection, `span` when the operation began and ended.
    pub(super) fn of(
        &mut self,
        proc: u32,
        op: &Op,
        other: Option<&str>,
        span: (i64, i64),
    ) -> Option<(&'static str, End)> {
        if op.error.is_some() {
            return None;
        }
        let object = op.object.as_ref()?;
        let message = || Some(Key::Message(object.clone(), op.args.item.clone()?));
        let task = || Some(Key::Task(object.clone(), op.args.task?));
        match op.op {
            OpName::Put => Some(("message", self.begin(message()?, proc, span)?)),
            OpName::Send => {
                // A message of a connection is received at its other end.
                let key = Key::Message(other?.to_owned(), op.args.item.clone()?);
                Some(("message", self.begin(key, proc, span)?))
            }
            OpName::QueueGet | OpName::Recv => Some(("message", self.end(&message()?)?)),
            OpName::Release => Some(("lock", self.begin(Key::Lock(object.clone()), proc, span)?)),
            // One that was refused took nothing.
            OpName::Acquire if op.result.as_deref() == Some("False") => None,
            OpName::Acquire => {
                // What a process gives to itself is no arrow.
                let source = self.open.remove(&Key::Lock(object.clone()))?;
                (source.proc != proc).then_some(("lock", End::In(source)))
            }
            OpName::Submit => Some(("task", self.begin(task()?, proc, span)?)),
            OpName::ResultGet => Some(("task", self.end(&task()?)?)),
            _ => None,
        }
    }

    /// A task was run by this process from when to when: its arrow passes through there. The arrow's
    /// number; `None` where it has none, or would run back in time.
    pub(super) fn through(
        &mut self,
        proc: u32,
        pool: &str,
        task: u64,
        (from, at): (i64, i64),
    ) -> Option<u64> {
        let source = self.open.get_mut(&Key::Task(pool.to_owned(), task))?;
        if source.from > from {
            return None;
        }
        *source = Source {
            id: source.id,
            proc,
            from,
            at,
        };
        Some(source.id)
    }

    fn begin(&mut self, key: Key, proc: u32, (from, at): (i64, i64)) -> Option<End> {
        if self.open.len() >= OPEN && !self.open.contains_key(&key) {
            return None;
        }
        self.last += 1;
        let id = self.last;
        let source = Source { id, proc, from, at };
        self.open.insert(key, source);
        Some(End::Out(id))
    }

    fn end(&mut self, key: &Key) -> Option<End> {
        self.open.remove(key).map(End::In)
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Flows, Source};
    use crate::trace::{Op, OpName};

    fn op(op: OpName, object: &str) -> Op {
        Op {
            op,
            object: Some(object.to_owned()),
            ..Op::default()
        }
    }

    fn source(id: u64, proc: u32, (from, at): (i64, i64)) -> Source {
        Source { id, proc, from, at }
    }

    #[test]
    fn a_lock_is_handed_to_another_process_only() {
        let mut flows = Flows::default();
        let (release, acquire) = (op(OpName::Release, "L"), op(OpName::Acquire, "L"));
        let mut of = |proc, op, span| flows.of(proc, op, None, span);
        assert_eq!(of(1, &acquire, (0, 1)), None);
        assert_eq!(of(1, &release, (2, 3)), Some(("lock", End::Out(1))));
        let refused = Op {
            result: Some("False".to_owned()),
            ..acquire.clone()
        };
        assert_eq!(of(3, &refused, (3, 4)), None);
        let came = End::In(source(1, 1, (2, 3)));
        assert_eq!(of(2, &acquire, (1, 4)), Some(("lock", came)));
        assert_eq!(of(2, &release, (5, 6)), Some(("lock", End::Out(2))));
        assert_eq!(of(2, &acquire, (7, 8)), None);
        assert_eq!(of(1, &acquire, (9, 10)), None);
    }

    #[test]
    fn a_task_goes_through_its_worker_to_its_result() {
        let mut flows = Flows::default();
        let with = |name| {
            let mut op = op(name, "Pool-1");
            op.args.task = Some(3);
            op
        };
        let submit = flows.of(0, &with(OpName::Submit), None, (1, 2));
        assert_eq!(submit, Some(("task", End::Out(1))));
        assert_eq!(flows.of(5, &with(OpName::TaskStart), None, (3, 4)), None);
        assert_eq!(flows.through(5, "Pool-1", 3, (0, 9)), None);
        assert_eq!(flows.through(5, "Pool-1", 3, (3, 9)), Some(1));
        assert_eq!(flows.through(5, "Pool-1", 4, (3, 9)), None);
        let get = with(OpName::ResultGet);
        let came = End::In(source(1, 5, (3, 9)));
        assert_eq!(flows.of(0, &get, None, (2, 10)), Some(("task", came)));
        assert_eq!(flows.of(0, &get, None, (11, 12)), None);
    }

    #[test]
    fn a_message_arrives_once() {
        let mut flows = Flows::default();
        let with = |name, item: &str| {
            let mut op = op(name, "Queue-1");
            op.args.item = Some(item.to_owned());
            op
        };
        flows.of(0, &with(OpName::Put, "7:1"), None, (1, 2));
        let get = with(OpName::QueueGet, "7:1");
        let came = End::In(source(1, 0, (1, 2)));
        assert_eq!(flows.of(1, &get, None, (3, 4)), Some(("message", came)));
        assert_eq!(flows.of(1, &get, None, (5, 6)), None);
    }
}
