//! The rules: one file each, one table.

mod child_error_unseen;
mod copy_changed;
mod dropped;
mod empty_believed;
mod executor_broken;
mod handler_inherited;
mod inherited;
mod items_lost;
mod joined_last_only;
mod joined_one_by_one;
mod leaked;
mod left_behind;
mod lost_update;
mod no_work;
mod owner_died;
mod pickling_dwarfs;
mod shell_killed;
mod start_refused;
mod task_error_unseen;
mod tasks_thrown_away;
mod unflushed;

use super::rule::Rule;

macro_rules! rules {
    ($($rule:ident in $module:ident,)*) => {
        /// Every rule, before the first event.
        pub(super) fn all() -> Vec<Box<dyn Rule>> {
            vec![$(Box::<$module::$rule>::default(),)*]
        }
    };
}

rules! {
    ChildErrorUnseen in child_error_unseen,
    CopyChanged in copy_changed,
    Dropped in dropped,
    EmptyBelieved in empty_believed,
    ExecutorBroken in executor_broken,
    HandlerInherited in handler_inherited,
    Inherited in inherited,
    ItemsLost in items_lost,
    JoinedLastOnly in joined_last_only,
    JoinedOneByOne in joined_one_by_one,
    Leaked in leaked,
    LeftBehind in left_behind,
    LostUpdate in lost_update,
    NoWork in no_work,
    OwnerDied in owner_died,
    PicklingDwarfs in pickling_dwarfs,
    ShellKilled in shell_killed,
    StartRefused in start_refused,
    TaskErrorUnseen in task_error_unseen,
    TasksThrownAway in tasks_thrown_away,
    Unflushed in unflushed,
}
