//! What runs at the end of a process and at its beginning (CPython: util.py): finalizers, by
//! priority, and what every child does after the fork.
//!
//! Owns the lists and their order, not what is run. Finalizers with a priority of 0 and more run
//! before children are joined, the rest after.

use std::cell::RefCell;

struct Finalizer {
    priority: i32,
    count: u64,
    run: Box<dyn FnOnce()>,
}

thread_local! {
    static FINALIZERS: RefCell<Vec<Finalizer>> = const { RefCell::new(Vec::new()) };
}

/// Runs `run` at the end of this process; higher priorities first, later ones first among equals.
pub(crate) fn at_exit(priority: i32, run: impl FnOnce() + 'static) {
    FINALIZERS.with_borrow_mut(|finalizers| {
        let count = finalizers.last().map_or(0, |last| last.count + 1);
        finalizers.push(Finalizer {
            priority,
            count,
            run: Box::new(run),
        });
    });
}

/// Runs and drops the finalizers of at least this priority.
pub(crate) fn run_finalizers(lowest: i32) {
    let mut due: Vec<Finalizer> = FINALIZERS
        .with_borrow_mut(|all| all.extract_if(.., |one| one.priority >= lowest).collect());
    due.sort_by_key(|one| {
        (
            std::cmp::Reverse(one.priority),
            std::cmp::Reverse(one.count),
        )
    });
    for one in due {
        (one.run)();
    }
}

/// Drops all: a forked child has none of its parent's.
pub(crate) fn forget_finalizers() {
    FINALIZERS.with_borrow_mut(Vec::clear);
}

thread_local! {
    /// Kept by a fork: a child's children begin as it did.
    static AFTER_FORK: RefCell<Vec<fn()>> = const { RefCell::new(Vec::new()) };
}

/// Lets every child call `run` before anything else; the same function is registered once.
pub(crate) fn register_after_fork(run: fn()) {
    AFTER_FORK.with_borrow_mut(|all| {
        if !all.iter().any(|known| std::ptr::fn_addr_eq(*known, run)) {
            all.push(run);
        }
    });
}

/// What a child does first (CPython's `_run_after_forkers`).
pub(crate) fn run_after_forkers() {
    AFTER_FORK.with_borrow(|all| all.iter().for_each(|run| run()));
}
