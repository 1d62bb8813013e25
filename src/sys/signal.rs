//! Signals: SIGCHLD as a word to wait on, and the end of those who would end this process.
//!
//! Every SIGCHLD adds one to a word of this process and interrupts whatever it sleeps in, so 'a
//! child changed state' can stand in the same futex wait as any other condition: a signal before
//! the wait changes the word, one during it ends the wait with EINTR.
//!
//! A process of a run outlives its parent, as CPython's do, but not both guard and supervisor: with
//! them killed at once (`pkill -9 forklore`) nobody would be left to end it. So the kernel tells it of
//! each parent's end, and where neither of the two is its parent then, it ends itself.
//!
//! How signals stood when this process was started is noted before Rust's own start changes any of
//! it, for the programs that are to inherit exactly that.

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
    // Without SA_RESTART: a blocked wait must come back to look.
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

/// Who sees to it that this process ends, guard and supervisor; 0 where nobody does.
static CARETAKERS: [AtomicI32; 2] = [AtomicI32::new(0), AtomicI32::new(0)];
/// What tells of a parent's end: a signal that nothing else uses and whose default is to do nothing.
const PARENT_ENDED: Signal = Signal::SIGURG;

extern "C" fn end_if_alone(_signal: libc::c_int) {
    // All of this is async-signal-safe: two loads and at most three system calls.
    let parent = nix::unistd::getppid().as_raw();
    let known = |caretaker: &AtomicI32| caretaker.load(Ordering::SeqCst) == parent;
    if !CARETAKERS.iter().any(known) {
        let _ = nix::sys::signal::kill(nix::unistd::getpid(), Signal::SIGKILL);
    }
}

/// Names the processes of which one must live for this one and its forked children to go on. Each
/// child has to call `notice_parents_end` then.
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

/// Asks the kernel to tell this process, a child just forked by `parent`, of its parents' ends; a
/// child does not inherit that. Nothing happens where nobody was named by `end_without`.
pub fn notice_parents_end(parent: i32) {
    if CARETAKERS[0].load(Ordering::SeqCst) == 0 {
        return;
    }
    // It can't fail for a signal that exists.
    let _ = nix::sys::prctl::set_pdeathsig(PARENT_ENDED);
    if nix::unistd::getppid().as_raw() != parent {
        // Gone before the kernel was asked.
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

/// Gives these signals their default action back: an exec'd program inherits what its parent ignored.
pub fn restore_defaults(signals: &[Signal]) -> io::Result<()> {
    let action = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in signals {
        // SAFETY: the default action runs no code of ours.
        unsafe { sigaction(*signal, &action) }?;
    }
    Ok(())
}

/// Whether this process ignores the signal now, by its own will or as it was started.
fn is_ignored(number: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is set, and the structure that is filled is ours.
    let result = unsafe { libc::sigaction(number, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: zeroed is a valid sigaction, and so is what the kernel made of it.
    let action = unsafe { action.assume_init() };
    result == 0 && action.sa_sigaction == libc::SIG_IGN
}

/// How signals stand in a process: which it ignores and which it holds back, as `/proc/PID/status`
/// has them (bit 0 is signal 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalState {
    pub ignored: u64,
    pub blocked: u64,
}

static IGNORED_AT_START: AtomicU64 = AtomicU64::new(0);
static BLOCKED_AT_START: AtomicU64 = AtomicU64::new(0);

/// Run by the loader before Rust's own start, which has SIGPIPE ignored.
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

    /// Brings this process, whose signals have their default actions, into this state.
    ///
    /// # Errors
    /// What the kernel says of a signal that it does not refuse to everybody.
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
