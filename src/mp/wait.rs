//! Blocking: every call of `mp` that may wait waits here.
//!
//! Owns the loop 'poll, then sleep on the futex words that change when it is worth polling again',
//! and the pumps: the work CPython gives to threads (a queue's feeder, a pool's handlers), which is
//! done here whenever the process is inside a call of `mp`. Nothing else in `mp` sleeps.

use std::cell::{Cell, RefCell};
use std::os::fd::BorrowedFd;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::sys::{clock, futex, signal};
use crate::trace::Packet;

/// Something with work to do in the background of its process.
pub(crate) trait Pump {
    /// Does what can be done without waiting. False when there is nothing left to do or to wait
    /// for; it is not called again until it registers again.
    fn pump(&self) -> bool;

    /// Adds the words that change when there is more to do, and arranges that their writers wake
    /// this process.
    fn watch(&self, watch: &mut Vec<Watched>);
}

/// A word to sleep on, and its value while there is nothing to do. With any other value the sleep
/// does not begin.
pub(crate) struct Watched {
    pub(crate) word: Rc<dyn Word>,
    pub(crate) value: u32,
}

/// A word to watch; the implementor keeps its memory mapped.
pub(crate) trait Word {
    fn word(&self) -> &AtomicU32;
}

impl Word for &'static AtomicU32 {
    fn word(&self) -> &AtomicU32 {
        self
    }
}

/// How long background work sleeps before it polls again by itself: the process it waits for may
/// have been killed before it could wake this one.
const PATIENCE: Duration = Duration::from_millis(100);

thread_local! {
    static PUMPS: RefCell<Vec<Weak<dyn Pump>>> = const { RefCell::new(Vec::new()) };
    static HELD: Cell<u32> = const { Cell::new(0) };
}

/// Runs `step`, which may wait while it holds a lock of `mp`. Until it returns no pump may run the
/// program's functions, because they could need that lock.
pub(crate) fn without_callbacks<T>(step: impl FnOnce() -> T) -> T {
    HELD.set(HELD.get() + 1);
    let value = step();
    HELD.set(HELD.get() - 1);
    value
}

/// Whether a pump may not run the program's functions now.
pub(crate) fn callbacks_held() -> bool {
    HELD.get() > 0
}

/// Lets `pump` work inside every call of `mp` from now on, as long as it lives and has work.
pub(crate) fn register(pump: Weak<dyn Pump>) {
    PUMPS.with_borrow_mut(|pumps| {
        if !pumps.iter().any(|known| known.ptr_eq(&pump)) {
            pumps.push(pump);
        }
    });
}

/// Drops all pumps: the parent's background work is not a forked child's.
pub(crate) fn forget_pumps() {
    PUMPS.with_borrow_mut(Vec::clear);
}

/// Lets every pump work once.
#[inline]
pub(crate) fn pump_all() {
    if has_pumps() {
        for pump in pumps() {
            if !pump.pump() {
                let gone = Rc::downgrade(&pump);
                PUMPS.with_borrow_mut(|pumps| pumps.retain(|pump| !pump.ptr_eq(&gone)));
            }
        }
    }
}

fn pumps() -> Vec<Rc<dyn Pump>> {
    PUMPS.with_borrow_mut(|pumps| {
        pumps.retain(|pump| pump.strong_count() > 0);
        pumps.iter().filter_map(Weak::upgrade).collect()
    })
}

/// The words all pumps watch.
fn watch_all() -> Vec<Watched> {
    let mut watch = Vec::new();
    if has_pumps() {
        for pump in pumps() {
            pump.watch(&mut watch);
        }
    }
    watch
}

/// Whether any pump is registered: the common case is none.
#[inline]
pub(crate) fn has_pumps() -> bool {
    PUMPS.with_borrow(|pumps| !pumps.is_empty())
}

/// The deadline of a call that does not wait: it has passed.
pub(crate) const NOW: Option<i64> = Some(i64::MIN);

/// How long an operation may wait: CPython's `block` and `timeout` in one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Timeout {
    /// `block=False`: not at all.
    Now,
    /// `timeout=seconds`.
    After(f64),
    /// As long as it takes.
    Never,
}

impl Timeout {
    pub(crate) fn blocks(self) -> bool {
        self != Timeout::Now
    }

    /// The deadline of a wait that begins now.
    pub(crate) fn deadline(self) -> Option<i64> {
        match self {
            Timeout::Now => NOW,
            Timeout::After(seconds) => deadline(Some(seconds)),
            Timeout::Never => None,
        }
    }

    /// Adds it to an operation's arguments, where it is not the usual `Never`.
    pub(crate) fn fill(self, packet: &mut Packet<'_>) {
        match self {
            Timeout::Now => {
                packet.boolean("blocking", false);
            }
            Timeout::After(seconds) => {
                packet.seconds("timeout", seconds);
            }
            Timeout::Never => {}
        }
    }
}

/// What one poll found.
pub(crate) enum Poll<T> {
    Ready(T),
    /// Not yet; sleep while the word holds this value.
    Wait(u32),
}

/// Polls until the answer is there or the clock passes `deadline` (ns of `CLOCK_MONOTONIC`; `None`
/// waits for ever). `None` at the deadline.
pub(crate) fn until<T>(
    word: &AtomicU32,
    deadline: Option<i64>,
    mut poll: impl FnMut() -> Poll<T>,
) -> Option<T> {
    loop {
        pump_all();
        let expected = match poll() {
            Poll::Ready(value) => return Some(value),
            Poll::Wait(expected) => expected,
        };
        if deadline == NOW {
            return None;
        }
        if deadline.is_some_and(|at| clock::monotonic_ns() >= at) {
            return None;
        }
        let watch = watch_all();
        if watch.is_empty() {
            futex::wait(word, expected, deadline.map(clock::left));
        } else {
            let mut words = vec![(word, expected)];
            words.extend(
                watch
                    .iter()
                    .map(|watched| (watched.word.word(), watched.value)),
            );
            let again = clock::deadline(PATIENCE).unwrap_or(i64::MAX);
            let until = Some(deadline.map_or(again, |at| at.min(again)));
            futex::wait_any(&words, until);
        }
    }
}

/// In ns: an answer from another processor often takes no longer, while a sleep and a wake take tens of
/// microseconds.
pub(crate) const ANSWER: i64 = 15_000;

/// Attempts again and again for `ns`, without a sleep.
pub(crate) fn soon<T>(ns: i64, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let end = clock::monotonic_ns() + ns;
    loop {
        let value = attempt();
        if value.is_some() || clock::monotonic_ns() >= end {
            return value;
        }
        std::hint::spin_loop();
    }
}

/// Polls after every change of one of this process's children until `poll` gives a value.
pub(crate) fn for_child<T>(
    deadline: Option<i64>,
    mut poll: impl FnMut() -> Option<T>,
) -> Option<T> {
    let word = signal::child_changes();
    until(word, deadline, || {
        let expected = word.load(Ordering::SeqCst);
        poll().map_or(Poll::Wait(expected), Poll::Ready)
    })
}

/// Waits until a descriptor has one of `events` or its other end is closed; the events it has,
/// `None` at the deadline.
///
/// Pumps run meanwhile. One wait can't cover their words and a descriptor, so they are polled, at
/// first every millisecond.
pub(crate) fn until_fd(
    fd: BorrowedFd<'_>,
    events: PollFlags,
    deadline: Option<i64>,
) -> Option<PollFlags> {
    let mut step = Duration::from_millis(1);
    loop {
        pump_all();
        let left = deadline.map(clock::left);
        let turn = if has_pumps() {
            Some(left.map_or(step, |left| left.min(step)))
        } else {
            left
        };
        step = (step * 2).min(LONGEST_STEP);
        let timeout = turn.map_or(PollTimeout::NONE, |turn| {
            // Rounded up: a wait that ended too early would have to begin again.
            let up = turn + Duration::from_micros(999);
            PollTimeout::try_from(up).unwrap_or(PollTimeout::MAX)
        });
        let mut fds = [PollFd::new(fd, events)];
        if let Ok(1..) = poll(&mut fds, timeout) {
            return fds[0].revents().or(Some(PollFlags::empty()));
        }
        if left == Some(Duration::ZERO) {
            return None;
        }
    }
}

/// Longest time between two runs of the pumps while waiting for a descriptor.
const LONGEST_STEP: Duration = Duration::from_millis(16);

/// Sleeps until `deadline`, letting the pumps work.
pub(crate) fn sleep_until(deadline: i64) {
    static NEVER: AtomicU32 = AtomicU32::new(0);
    until::<()>(&NEVER, Some(deadline), || Poll::Wait(0));
}

/// Seconds from now as a deadline. Negative counts as zero; `None` for what the clock can't count.
pub(crate) fn deadline(timeout: Option<f64>) -> Option<i64> {
    let seconds = timeout?.max(0.0);
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(clock::deadline)
}
