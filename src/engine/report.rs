//! What the collector tells the dispatcher: one `Report` for each thing that arrived, in the order
//! it arrived, not yet numbered.
//!
//! Also the count of what has been read and not yet taken by whoever shows it, which bounds memory:
//! beyond the bound the collector stops reading and the processes wait.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::sys::pidfd::PidFd;
use crate::trace::{Event, Exit, Output, PsUpdate, StartMethod};

/// One thing that arrived. `pid` is the kernel's word, `t` ns since the run began.
#[derive(Debug)]
pub(crate) enum Report {
    /// A process introduced itself (`process.start`) and has been let go.
    Born {
        pid: i32,
        event: Event,
        process: Option<Arc<PidFd>>,
        gate: Option<OwnedFd>,
    },
    /// A process that nobody introduced: it wrote something, or was seen to be born.
    Stranger {
        pid: i32,
        t: i64,
        parent: i32,
        name: String,
        method: StartMethod,
        process: Option<Arc<PidFd>>,
    },
    /// A followed process has become another program.
    Became {
        pid: i32,
        t: i64,
        name: String,
        command: String,
    },
    /// A followed process was stopped by a signal, or goes on.
    Halted {
        pid: i32,
        halted: bool,
    },
    /// Processes can't be followed, and why.
    NotFollowed {
        t: i64,
        why: String,
    },
    /// Any other packet.
    Packet {
        pid: i32,
        event: Event,
    },
    /// Bytes on descriptor 1 or 2.
    Output {
        pid: i32,
        t: i64,
        output: Output,
    },
    Exit {
        pid: i32,
        t: i64,
        exit: Exit,
    },
    /// `by` collected the status of `pid`.
    Reaped {
        pid: i32,
        t: i64,
        by: i32,
        exit: Exit,
    },
    Ps {
        t: i64,
        update: PsUpdate,
    },
    /// A packet that could not be read.
    Bad {
        pid: i32,
        t: i64,
        why: String,
    },
    /// So many bytes wait to be taken that reading has stopped.
    Held {
        t: i64,
        bytes: usize,
    },
    /// The guard ended the tree and had to signal these.
    Ended {
        pids: Vec<i32>,
    },
    /// No process of the run is left, and all they sent has been reported.
    Settled {
        t: i64,
    },
    /// The guard is gone and did not say that nothing is left.
    GuardLost {
        t: i64,
    },
}

/// What one round of reading brought, with the bytes it stands for in the backlog.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub reports: Vec<Report>,
    pub cost: usize,
}

/// What a report costs beside its bytes, about.
pub(crate) const REPORT_COST: usize = 256;

/// How the other threads reach the collector: what they took, and what it should do.
#[derive(Debug)]
pub(crate) struct Handle {
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

impl Handle {
    pub(crate) fn new(bound: usize) -> std::io::Result<Handle> {
        Ok(Handle {
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
    use super::Handle;

    #[test]
    fn reading_rests_beyond_the_bound_and_goes_on_at_half() {
        let handle = Handle::new(100).expect("an eventfd");
        handle.put(100);
        assert!(!handle.must_hold());
        handle.put(1);
        assert!(handle.must_hold());
        handle.took(50);
        assert!(handle.must_hold(), "51 is more than half");
        assert!(handle.wake().read().is_err(), "nobody nudged");
        handle.took(1);
        assert_eq!(handle.wake().read(), Ok(1));
        assert!(!handle.must_hold());
        handle.put(1_000);
        assert!(handle.must_hold());
        handle.release();
        assert!(!handle.must_hold());
    }
}
