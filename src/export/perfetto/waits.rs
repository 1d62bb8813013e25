//! Waits that have begun: which operation a thread waits in, and since when.
//!
//! An operation may be done while another one waits (a pool's results arrive while main waits for one
//! of them), so a wait ends with its own operation and with no other.

use std::collections::HashMap;

use crate::trace::{Op, OpName};

/// Threads that wait, at most, and waits in each other: more are not drawn.
const THREADS: usize = 100_000;
const DEEPEST: usize = 16;

/// A process's birth number and, where it has several, its thread.
pub(super) type Thread = (u32, Option<i32>);

/// A wait that has begun.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wait {
    pub(super) op: OpName,
    pub(super) object: Option<String>,
    pub(super) child: Option<String>,
    pub(super) since: i64,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Waits {
    open: HashMap<Thread, Vec<Wait>>,
}

impl Waits {
    pub(super) fn begin(&mut self, thread: Thread, op: &Op, since: i64) {
        if self.open.len() >= THREADS && !self.open.contains_key(&thread) {
            return;
        }
        let open = self.open.entry(thread).or_default();
        if open.len() < DEEPEST {
            open.push(Wait {
                op: op.op,
                object: op.object.clone(),
                child: op.args.child.clone(),
                since,
            });
        }
    }

    /// Since when this operation, which has ended, waited. What waited in it is over too.
    pub(super) fn end(&mut self, thread: Thread, op: &Op) -> Option<i64> {
        let open = self.open.get_mut(&thread)?;
        let own = |wait: &Wait| wait.op == op.op && wait.object == op.object;
        let place = open.iter().rposition(own)?;
        let since = open.get(place).map(|wait| wait.since);
        open.truncate(place);
        if open.is_empty() {
            self.open.remove(&thread);
        }
        since
    }

    /// Those that never ended, the outer before the inner ones.
    pub(super) fn rest(&mut self) -> Vec<(Thread, Vec<Wait>)> {
        let mut rest: Vec<_> = std::mem::take(&mut self.open).into_iter().collect();
        rest.sort_by_key(|(thread, _)| *thread);
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::Waits;
    use crate::trace::{Op, OpName};

    #[test]
    fn a_wait_ends_with_its_own_operation() {
        let op = |op| Op {
            op,
            object: Some("Pool-1".to_owned()),
            ..Op::default()
        };
        let mut waits = Waits::default();
        let thread = (0, None);
        waits.begin(thread, &op(OpName::ResultGet), 5);
        assert_eq!(waits.end(thread, &op(OpName::ResultReady)), None);
        waits.begin(thread, &op(OpName::Sleep), 6);
        assert_eq!(waits.end(thread, &op(OpName::ResultGet)), Some(5));
        assert!(waits.rest().is_empty());
    }
}
