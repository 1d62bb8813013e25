//! The rules: one file each, one table.

mod barrier_short;
mod condition_unnotified;
mod event_unset;
mod forked_lock;
mod hang_unknown;
mod joined_one_by_one;
mod lock_circle;
mod manager_answer;
mod owner_died;
mod pipe_full;
mod pipe_kept_open;
mod pipe_no_end;
mod pool_stands;
mod queue_not_drained;
mod queue_waits;
mod result_thread_died;
mod semaphore_empty;
mod task_done_missing;
mod task_error_unseen;
mod task_lost;
mod threads_wait;
mod worker_cannot_start;

use super::rule::Rule;

macro_rules! rules {
    ($($rule:ident in $module:ident,)*) => {
        /// Every rule, before the first event.
        pub(super) fn all() -> Vec<Box<dyn Rule>> {
            vec![$(Box::<$module::$rule>::default(),)*]
        }
    };
}

// Of the rules on hangs, those with the surest cause come first: some ask whether a wait is explained
// already. The last one speaks where no other did.
rules! {
    OwnerDied in owner_died,
    TaskLost in task_lost,
    ResultThreadDied in result_thread_died,
    TaskDoneMissing in task_done_missing,
    QueueNotDrained in queue_not_drained,
    PoolStands in pool_stands,
    BarrierShort in barrier_short,
    EventUnset in event_unset,
    ConditionUnnotified in condition_unnotified,
    QueueWaits in queue_waits,
    LockCircle in lock_circle,
    SemaphoreEmpty in semaphore_empty,
    PipeFull in pipe_full,
    PipeNoEnd in pipe_no_end,
    ForkedLock in forked_lock,
    PipeKeptOpen in pipe_kept_open,
    WorkerCannotStart in worker_cannot_start,
    ManagerAnswer in manager_answer,
    ThreadsWait in threads_wait,
    HangUnknown in hang_unknown,
    JoinedOneByOne in joined_one_by_one,
    TaskErrorUnseen in task_error_unseen,
}
