//! The rules: one file each, one table.

mod barrier_short;
mod child_error_unseen;
mod condition_unnotified;
mod copy_changed;
mod dropped;
mod empty_believed;
mod event_unset;
mod executor_broken;
mod forked_lock;
mod handler_inherited;
mod hang_unknown;
mod inherited;
mod items_lost;
mod joined_last_only;
mod joined_one_by_one;
mod leaked;
mod left_behind;
mod lock_circle;
mod lost_update;
mod main_at_end;
mod manager_answer;
mod message_torn;
mod no_work;
mod noted;
mod owner_died;
mod pickling_dwarfs;
mod pipe_full;
mod pipe_kept_open;
mod pipe_no_end;
mod pool_stands;
mod queue_not_drained;
mod queue_waits;
mod result_thread_died;
mod semaphore_empty;
mod start_refused;
mod task_done_missing;
mod task_error_unseen;
mod task_lost;
mod tasks_thrown_away;
mod thread_copy;
mod thread_error_unseen;
mod threads_wait;
mod unflushed;
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
    ThreadCopy in thread_copy,
    EventUnset in event_unset,
    ConditionUnnotified in condition_unnotified,
    QueueWaits in queue_waits,
    LockCircle in lock_circle,
    SemaphoreEmpty in semaphore_empty,
    MessageTorn in message_torn,
    PipeFull in pipe_full,
    PipeNoEnd in pipe_no_end,
    ForkedLock in forked_lock,
    PipeKeptOpen in pipe_kept_open,
    WorkerCannotStart in worker_cannot_start,
    ManagerAnswer in manager_answer,
    ThreadsWait in threads_wait,
    HangUnknown in hang_unknown,
    Noted in noted,
    JoinedOneByOne in joined_one_by_one,
    ChildErrorUnseen in child_error_unseen,
    CopyChanged in copy_changed,
    Dropped in dropped,
    EmptyBelieved in empty_believed,
    ExecutorBroken in executor_broken,
    HandlerInherited in handler_inherited,
    Inherited in inherited,
    ItemsLost in items_lost,
    JoinedLastOnly in joined_last_only,
    Leaked in leaked,
    LeftBehind in left_behind,
    LostUpdate in lost_update,
    MainAtEnd in main_at_end,
    NoWork in no_work,
    PicklingDwarfs in pickling_dwarfs,
    StartRefused in start_refused,
    TaskErrorUnseen in task_error_unseen,
    TasksThrownAway in tasks_thrown_away,
    ThreadErrorUnseen in thread_error_unseen,
    Unflushed in unflushed,
}
