//! The rules: one file each, one table.

mod joined_one_by_one;
mod owner_died;
mod task_error_unseen;

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
    JoinedOneByOne in joined_one_by_one,
    OwnerDied in owner_died,
    TaskErrorUnseen in task_error_unseen,
}
