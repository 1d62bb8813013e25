//! Waits that have begun: which operation a thread waits in, and since when.
//!
//! An operation may be done while another one waits (a pool's results arrive while main waits for one
//! of them), so a wait ends with its own operation and with no other. An operation under the gate is
//! kept too: one that is never let through or never done is seen at the end.

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
    /// It was announced at the gate; whether it would have to wait was not said.
    pub(super) gated: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Waits {
    open: HashMap<Thread, Vec<Wait>>,
}

impl Waits {
    pub(super) fn begin(&mut self, thread: Thread, op: &Op, since: i64, gated: bool) {
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
                gated,
            });
        }
    }

    /// Since when this operation, which has ended, is known to have waited. What waited in it is over
    /// too.
    pub(super) fn end(&mut self, thread: Thread, op: &Op) -> Option<i64> {
        let open = self.open.get_mut(&thread)?;
        let own = |wait: &Wait| wait.op == op.op && wait.object == op.object;
        let last = open.iter().rposition(own)?;
        // Announced, let through, and then it had to wait: both are of this operation.
        let others = open[..last].iter().rposition(|wait| !own(wait));
        let first = others.map_or(0, |place| place + 1);
        let wait = open[first..].iter().find(|wait| own(wait) && !wait.gated);
        let since = wait.map(|wait| wait.since);
        open.truncate(first);
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
        waits.begin(thread, &op(OpName::ResultGet), 5, false);
        assert_eq!(waits.end(thread, &op(OpName::ResultReady)), None);
        waits.begin(thread, &op(OpName::Sleep), 6, false);
        assert_eq!(waits.end(thread, &op(OpName::ResultGet)), Some(5));
        waits.begin(thread, &op(OpName::Sleep), 7, true);
        assert_eq!(waits.end(thread, &op(OpName::Sleep)), None);
        waits.begin(thread, &op(OpName::Sleep), 7, true);
        waits.begin(thread, &op(OpName::Sleep), 8, false);
        assert_eq!(waits.end(thread, &op(OpName::Sleep)), Some(8));
        assert!(waits.rest().is_empty());
    }
}
