//! What was read from a run's processes and not yet taken by whoever shows it.
//!
//! It bounds memory: beyond the bound the collector stops reading and the processes wait. It is also
//! how the other threads reach the collector: to go on, to stop, to report what is left.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nix::sys::eventfd::{EfdFlags, EventFd};

#[derive(Debug)]
pub(crate) struct Backlog {
    /// Bytes read and not yet taken.
    queued: AtomicUsize,
    /// Bytes at which reading stops; it goes on at half.
    bound: usize,
    held: AtomicBool,
    /// Nobody takes any more: nothing is ever held again.
    free: AtomicBool,
    stop: AtomicBool,
    settle: AtomicBool,
    wake: EventFd,
}

impl Backlog {
    pub(crate) fn new(bound: usize) -> std::io::Result<Backlog> {
        Ok(Backlog {
            queued: AtomicUsize::new(0),
            bound,
            held: AtomicBool::new(false),
            free: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            settle: AtomicBool::new(false),
            wake: EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?,
        })
    }

    /// So many bytes were read.
    pub(crate) fn put(&self, bytes: usize) {
        self.queued.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many bytes were taken by whoever shows them.
    pub(crate) fn took(&self, bytes: usize) {
        let left = self.queued.fetch_sub(bytes, Ordering::Relaxed) - bytes;
        if left <= self.bound / 2 && self.held.load(Ordering::SeqCst) {
            self.nudge();
        }
    }

    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// Whether reading has to rest. Called by the collector alone.
    pub(crate) fn must_hold(&self) -> bool {
        let was = self.held.load(Ordering::Relaxed);
        let limit = if was { self.bound / 2 } else { self.bound };
        // Told before it is looked at: a taker that saw 'not held' left enough behind to look again.
        self.held.store(true, Ordering::SeqCst);
        let holds = self.queued() > limit && !self.free.load(Ordering::SeqCst);
        if !holds {
            self.held.store(false, Ordering::SeqCst);
        }
        holds
    }

    /// Whether reading rests, about.
    pub(crate) fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }

    /// Nobody will take what is read: read on whatever comes.
    pub(crate) fn release(&self) {
        self.free.store(true, Ordering::SeqCst);
        self.nudge();
    }

    /// Ends the collector.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.nudge();
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Asks for a `Settled` once everything that was sent is reported, though the guard is gone.
    pub(crate) fn settle(&self) {
        self.settle.store(true, Ordering::SeqCst);
        self.nudge();
    }

    pub(crate) fn take_settle(&self) -> bool {
        self.settle.swap(false, Ordering::SeqCst)
    }

    fn nudge(&self) {
        // A full counter means it is awake already.
        let _ = self.wake.write(1);
    }

    pub(crate) fn wake(&self) -> &EventFd {
        &self.wake
    }
}

#[cfg(test)]
mod tests {
    use super::Backlog;

    #[test]
    fn reading_rests_beyond_the_bound_and_goes_on_at_half() {
        let backlog = Backlog::new(100).expect("an eventfd");
        backlog.put(100);
        assert!(!backlog.must_hold());
        backlog.put(1);
        assert!(backlog.must_hold());
        backlog.took(50);
        assert!(backlog.must_hold(), "51 is more than half");
        assert!(backlog.wake().read().is_err(), "nobody nudged");
        backlog.took(1);
        assert_eq!(backlog.wake().read(), Ok(1));
        assert!(!backlog.must_hold());
        backlog.put(1_000);
        assert!(backlog.must_hold());
        backlog.release();
        assert!(!backlog.must_hold());
    }
}
