//! What an operation on a pool touches.
//!
//! Tasks wait in one line, and any worker that is let go takes the first. One that finds nothing in a
//! closed pool ends once nobody has a task any more. A result is read by whoever asks for it, not
//! when it arrives. What happens at moments that are no operation is refused (`Why`).

use super::{Names, Part, Scene, Unsupported, Wanted, Why, read, take, write};
use crate::explore::operation::Needs;
use crate::model::{Object as ModelObject, Pool, PoolState};
use crate::trace::{Op, OpName};

/// An operation in the terms of `Operation`: its accesses, and those of its other way.
pub(super) type Ways = (Vec<Wanted>, Vec<Wanted>);

impl<N: Names> Scene<'_, N> {
    pub(super) fn of_pool(
        &self,
        birth: u32,
        object: &ModelObject,
        pool: &Pool,
        op: &Op,
    ) -> Result<Ways, Unsupported> {
        let id = || object.id.to_string();
        let refused = |why| Err(Unsupported { op: op.op, why });
        let one_way = |wanted| Ok((wanted, Vec::new()));
        match op.op {
            OpName::Submit if op.args.callbacks.is_some() => refused(Why::Callback),
            // It is refused.
            OpName::Submit if pool.state != PoolState::Open => one_way(Vec::new()),
            OpName::Submit => one_way(vec![write(Part::Tasks(id()))]),
            OpName::Close => one_way(vec![write(Part::Closed(id()))]),
            OpName::Terminate => {
                let alive = pool.workers.iter().filter(|worker| worker.alive);
                let workers = alive.flat_map(|worker| self.killed(worker.proc));
                one_way(workers.collect())
            }
            OpName::Join if pool.state == PoolState::Open => one_way(Vec::new()),
            OpName::Join => {
                let ended = |birth| (Part::End(birth), false, Needs::AtLeast(1));
                one_way(
                    pool.workers
                        .iter()
                        .map(|worker| ended(worker.proc))
                        .collect(),
                )
            }
            OpName::ResultGet | OpName::ResultWait => match results(op) {
                Some(numbers) => {
                    let there = |n| (Part::Result(id(), n), false, Needs::AtLeast(1));
                    one_way(numbers.map(there).collect())
                }
                None => refused(Why::FirstResult),
            },
            OpName::Ready | OpName::Successful => match results(op) {
                Some(numbers) => one_way(numbers.map(|n| read(Part::Result(id(), n))).collect()),
                None => refused(Why::Operation),
            },
            OpName::TaskStart => {
                let takes = vec![take(Part::Tasks(id())), write(Part::Busy(birth))];
                let mut ends = vec![
                    (Part::Tasks(id()), false, Needs::AtMost(0)),
                    (Part::Closed(id()), false, Needs::AtLeast(1)),
                ];
                let others = pool.workers.iter().map(|worker| worker.proc);
                ends.extend(others.map(|birth| (Part::Busy(birth), false, Needs::AtMost(0))));
                Ok((takes, ends))
            }
            OpName::TaskEnd => {
                let numbers = results(op).into_iter().flatten();
                let mut wanted = vec![write(Part::Busy(birth))];
                wanted.extend(numbers.map(|n| write(Part::Result(id(), n))));
                one_way(wanted)
            }
            _ => refused(Why::Operation),
        }
    }
}

/// The numbers of the tasks whose results an operation is about.
fn results(op: &Op) -> Option<std::ops::Range<u64>> {
    let first = op.args.task?;
    let count = op.args.n.map_or(1, |n| n.max(0).unsigned_abs());
    Some(first..first.saturating_add(count))
}

/// The level of a pool's line of tasks.
pub(super) fn waiting(pool: &Pool) -> i64 {
    i64::try_from(pool.totals.waiting).unwrap_or(i64::MAX)
}

/// 1 once a pool that is closed may end: a task that was lost keeps it for ever.
pub(super) fn closed(pool: &Pool) -> i64 {
    i64::from(pool.state == PoolState::Closed && pool.totals.lost == 0)
}

pub(super) fn has_result(pool: &Pool, task: u64) -> i64 {
    let task = pool.tasks.get(task);
    i64::from(task.is_some_and(|task| task.state.has_result()))
}
