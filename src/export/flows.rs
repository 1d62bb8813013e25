//! Flows: which operation let which other one go on.
//!
//! put → get by the message's identity, release → acquire by the lock, submit → task → result by the
//! task's number. Called by exports that draw arrows. It remembers what nobody has taken yet, up to
//! a bound; what goes beyond has no arrow.

use std::collections::HashMap;

use crate::trace::{Op, OpName};

/// Ends of arrows remembered.
const OPEN: usize = 100_000;

/// Where an operation stands in arrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// An arrow begins here …
    Out(u64),
    /// … passes through …
    Through(u64),
    /// … ends here.
    In(u64),
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
    open: HashMap<Key, (u64, u32)>,
    last: u64,
}

impl Flows {
    /// The place of a finished operation of this process in arrows, and what kind of arrow it is.
    /// `other` is the other end of a connection.
    pub(super) fn of(
        &mut self,
        proc: u32,
        op: &Op,
        other: Option<&str>,
    ) -> Option<(&'static str, End)> {
        if op.error.is_some() {
            return None;
        }
        let object = op.object.as_ref()?;
        let message = || Some(Key::Message(object.clone(), op.args.item.clone()?));
        let task = || Some(Key::Task(object.clone(), op.args.task?));
        match op.op {
            OpName::Put => Some(("message", self.begin(message()?, proc)?)),
            OpName::Send => {
                // A message of a connection is received at its other end.
                let key = Key::Message(other?.to_owned(), op.args.item.clone()?);
                Some(("message", self.begin(key, proc)?))
            }
            OpName::QueueGet | OpName::Recv => Some(("message", self.end(&message()?)?)),
            OpName::Release => Some(("lock", self.begin(Key::Lock(object.clone()), proc)?)),
            OpName::Acquire => {
                // What a process gives to itself is no arrow.
                let key = Key::Lock(object.clone());
                let (id, from) = self.open.remove(&key)?;
                (from != proc).then_some(("lock", End::In(id)))
            }
            OpName::Submit => Some(("task", self.begin(task()?, proc)?)),
            OpName::TaskStart | OpName::TaskEnd => {
                let (id, _) = self.open.get(&task()?)?;
                Some(("task", End::Through(*id)))
            }
            OpName::ResultGet => Some(("task", self.end(&task()?)?)),
            _ => None,
        }
    }

    fn begin(&mut self, key: Key, proc: u32) -> Option<End> {
        if self.open.len() >= OPEN && !self.open.contains_key(&key) {
            return None;
        }
        self.last += 1;
        self.open.insert(key, (self.last, proc));
        Some(End::Out(self.last))
    }

    fn end(&mut self, key: &Key) -> Option<End> {
        let (id, _) = self.open.remove(key)?;
        Some(End::In(id))
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Flows};
    use crate::trace::{Op, OpName};

    fn op(op: OpName, object: &str) -> Op {
        Op {
            op,
            object: Some(object.to_owned()),
            ..Op::default()
        }
    }

    #[test]
    fn a_lock_is_handed_to_another_process_only() {
        let mut flows = Flows::default();
        let (release, acquire) = (op(OpName::Release, "L"), op(OpName::Acquire, "L"));
        assert_eq!(flows.of(1, &acquire, None), None);
        assert_eq!(flows.of(1, &release, None), Some(("lock", End::Out(1))));
        assert_eq!(flows.of(2, &acquire, None), Some(("lock", End::In(1))));
        assert_eq!(flows.of(2, &release, None), Some(("lock", End::Out(2))));
        assert_eq!(flows.of(2, &acquire, None), None);
        assert_eq!(flows.of(1, &acquire, None), None);
    }

    #[test]
    fn a_task_goes_through_its_worker_to_its_result() {
        let mut flows = Flows::default();
        let with = |name| {
            let mut op = op(name, "Pool-1");
            op.args.task = Some(3);
            op
        };
        assert_eq!(
            flows.of(0, &with(OpName::Submit), None),
            Some(("task", End::Out(1)))
        );
        for word in [OpName::TaskStart, OpName::TaskEnd] {
            assert_eq!(
                flows.of(5, &with(word), None),
                Some(("task", End::Through(1)))
            );
        }
        let get = with(OpName::ResultGet);
        assert_eq!(flows.of(0, &get, None), Some(("task", End::In(1))));
        assert_eq!(flows.of(0, &get, None), None);
    }

    #[test]
    fn a_message_arrives_once() {
        let mut flows = Flows::default();
        let with = |name, item: &str| {
            let mut op = op(name, "Queue-1");
            op.args.item = Some(item.to_owned());
            op
        };
        flows.of(0, &with(OpName::Put, "7:1"), None);
        assert_eq!(
            flows.of(1, &with(OpName::QueueGet, "7:1"), None),
            Some(("message", End::In(1)))
        );
        assert_eq!(flows.of(1, &with(OpName::QueueGet, "7:1"), None), None);
    }
}
