//! SIGCHLD as a word to wait on.
//!
//! Every SIGCHLD adds one to a word of this process and interrupts whatever it sleeps in, so 'a
//! child changed state' can stand in the same futex wait as any other condition: a signal before
//! the wait changes the word, one during it ends the wait with EINTR.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

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

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    #[test]
    fn an_ignored_signal_does_nothing() {
        use nix::sys::signal::{Signal, raise};
        super::ignore(&[Signal::SIGUSR2]).expect("it can be ignored");
        // Its default action would end this process.
        raise(Signal::SIGUSR2).expect("it is sent");
        super::restore_defaults(&[Signal::SIGUSR2]).expect("it can be given back");
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
