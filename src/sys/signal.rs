//! Signals: SIGCHLD as a futex word, the death of parents, and signal dispositions at the start.
//!
//! Every SIGCHLD increments a word of this process and interrupts the system call in which it sleeps.
//! So 'a child changed state' can be one of the conditions of a futex wait: a signal before the wait
//! changes the word, and a signal during the wait ends it with EINTR.
//!
//! A process of a run outlives its parent, as in CPython, but not both guard and supervisor: when both
//! are killed at once (`pkill -9 forklore`) nobody is left to end it. So the kernel signals it when a
//! parent dies, and when its new parent is neither of the two, it ends itself.
//!
//! The dispositions with which this process was started are saved before Rust's runtime changes any
//! of them. Programs that forklore starts inherit exactly these.

use std::io;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

static CHILD_CHANGES: AtomicU32 = AtomicU32::new(0);

extern "C" fn count_child_change(_signal: libc::c_int) {
    CHILD_CHANGES.fetch_add(1, Ordering::SeqCst);
}

/// Counts SIGCHLDs from now on; forked children inherit it.
pub fn install_child_counter() -> io::Result<()> {
    // Without SA_RESTART: a blocked wait must return and check.
    let action = SigAction::new(
        SigHandler::Handler(count_child_change),
        SaFlags::empty(),
        SigSet::empty(),
    );
    // SAFETY: the handler only adds to an atomic, which is async-signal-safe.
    unsafe { sigaction(Signal::SIGCHLD, &action) }?;
    Ok(())
}

/// The word that changes whenever a child of this process changes state.
pub fn child_changes() -> &'static AtomicU32 {
    &CHILD_CHANGES
}

/// The PIDs of the guard and the supervisor, which end this process; 0 where there is none.
static CARETAKERS: [AtomicI32; 2] = [AtomicI32::new(0), AtomicI32::new(0)];
/// The signal for the death of a parent: nothing else uses it, and its default action is to ignore.
const PARENT_ENDED: Signal = Signal::SIGURG;

extern "C" fn end_if_alone(_signal: libc::c_int) {
    // All of this is async-signal-safe: two loads and at most three system calls.
    let parent = nix::unistd::getppid().as_raw();
    let known = |caretaker: &AtomicI32| caretaker.load(Ordering::SeqCst) == parent;
    if !CARETAKERS.iter().any(known) {
        let _ = nix::sys::signal::kill(nix::unistd::getpid(), Signal::SIGKILL);
    }
}

/// Sets the processes of which one must be alive for this process and its forked children to go on.
/// Each child then has to call `notice_parents_end`.
pub fn end_without(guard: i32, supervisor: i32) -> io::Result<()> {
    let action = SigAction::new(
        SigHandler::Handler(end_if_alone),
        SaFlags::SA_RESTART,
        SigSet::empty(),
    );
    // SAFETY: the handler reads atomics and makes system calls that are async-signal-safe.
    unsafe { sigaction(PARENT_ENDED, &action) }?;
    for (place, pid) in CARETAKERS.iter().zip([guard, supervisor]) {
        place.store(pid, Ordering::SeqCst);
    }
    Ok(())
}

/// Asks the kernel to signal the death of a parent to this process, a child just forked by `parent`.
/// A child does not inherit that. Does nothing unless `end_without` was called.
pub fn notice_parents_end(parent: i32) {
    if CARETAKERS[0].load(Ordering::SeqCst) == 0 {
        return;
    }
    // It can't fail for a signal that exists.
    let _ = nix::sys::prctl::set_pdeathsig(PARENT_ENDED);
    if nix::unistd::getppid().as_raw() != parent {
        // The parent died before the request.
        end_if_alone(0);
    }
}

/// Ignores these signals from now on; forked children inherit it.
pub fn ignore(signals: &[Signal]) -> io::Result<()> {
    let action = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    for signal in signals {
        // SAFETY: ignoring runs no code of ours.
        unsafe { sigaction(*signal, &action) }?;
    }
    Ok(())
}

/// Resets these signals to their default action: an executed program inherits what its parent ignores.
pub fn restore_defaults(signals: &[Signal]) -> io::Result<()> {
    let action = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in signals {
        // SAFETY: the default action runs no code of ours.
        unsafe { sigaction(*signal, &action) }?;
    }
    Ok(())
}

/// Whether this process ignores the signal now.
fn is_ignored(number: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is set, and the structure that is filled is ours.
    let result = unsafe { libc::sigaction(number, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: zeroed is a valid sigaction, and so is what the kernel made of it.
    let action = unsafe { action.assume_init() };
    result == 0 && action.sa_sigaction == libc::SIG_IGN
}

/// The ignored and the blocked signals of a process, as in `/proc/PID/status` (bit 0 is signal 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalState {
    pub ignored: u64,
    pub blocked: u64,
}

static IGNORED_AT_START: AtomicU64 = AtomicU64::new(0);
static BLOCKED_AT_START: AtomicU64 = AtomicU64::new(0);

/// Called by the loader before Rust's runtime, which ignores SIGPIPE.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = note_start;

extern "C" fn note_start() {
    let mut mask = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: nothing is set, and the structure that is filled is ours.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr()) };
    // SAFETY: zeroed is a valid signal set, and so is what the kernel made of it.
    let mask = unsafe { mask.assume_init() };
    for number in 1..=64 {
        let bit = 1 << (number - 1);
        if is_ignored(number) {
            IGNORED_AT_START.fetch_or(bit, Ordering::Relaxed);
        }
        // SAFETY: the set is initialised; a number that is none gives -1.
        if unsafe { libc::sigismember(&raw const mask, number) } == 1 {
            BLOCKED_AT_START.fetch_or(bit, Ordering::Relaxed);
        }
    }
}

impl SignalState {
    /// As this process was started.
    pub fn at_start() -> SignalState {
        SignalState {
            ignored: IGNORED_AT_START.load(Ordering::Relaxed),
            blocked: BLOCKED_AT_START.load(Ordering::Relaxed),
        }
    }

    pub fn ignores(self, signal: Signal) -> bool {
        self.ignored >> (signal as i32 - 1) & 1 == 1
    }

    /// Puts this process, whose signals have their default actions, into this state.
    ///
    /// # Errors
    /// The kernel's error for a signal whose action can be changed.
    pub fn take_on(self) -> io::Result<()> {
        let mut blocked = SigSet::empty();
        for signal in Signal::iterator() {
            if self.ignores(signal) {
                ignore(&[signal])?;
            }
            if self.blocked >> (signal as i32 - 1) & 1 == 1 {
                blocked.add(signal);
            }
        }
        blocked.thread_set_mask()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    #[test]
    fn an_ignored_signal_does_nothing() {
        use nix::sys::signal::{Signal, raise};
        super::ignore(&[Signal::SIGUSR2]).expect("it can be ignored");
        assert!(super::is_ignored(Signal::SIGUSR2 as i32));
        assert!(!super::SignalState::at_start().ignores(Signal::SIGUSR2));
        // Its default action would end this process.
        raise(Signal::SIGUSR2).expect("it is sent");
        super::restore_defaults(&[Signal::SIGUSR2]).expect("it can be given back");
        assert!(!super::is_ignored(Signal::SIGUSR2 as i32));
    }

    #[test]
    fn a_dead_child_changes_the_word() {
        super::install_child_counter().expect("SIGCHLD can be handled");
        let word = super::child_changes();
        let before = word.load(Ordering::SeqCst);
        let mut child = std::process::Command::new("true")
            .spawn()
            .expect("true can be run");
        child.wait().expect("true ends");
        assert_ne!(word.load(Ordering::SeqCst), before);
    }
}
