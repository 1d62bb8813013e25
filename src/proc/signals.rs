//! Signals that a process handles, and which of them could end a wait (`SigCgt`, proc_pid_status(5)).

use nix::sys::signal::Signal;

/// Handlers of these end no wait, as far as can be told: they ask a process to end, tell of its own
/// faults or of its children, or concern a terminal.
const OTHERS: [i32; 13] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGILL,
    libc::SIGABRT,
    libc::SIGFPE,
    libc::SIGBUS,
    libc::SIGSEGV,
    libc::SIGCHLD,
    libc::SIGWINCH,
    libc::SIGPIPE,
    libc::SIGCONT,
];

/// The first two real-time signals are the C library's own.
const OF_C_LIBRARY: u64 = 3 << 31;

/// The signals of a mask that could end a wait.
pub(crate) fn may_wake(caught: u64) -> u64 {
    let others = OTHERS.iter().map(|signal| 1_u64 << (signal - 1));
    caught & !others.fold(OF_C_LIBRARY, |mask, bit| mask | bit)
}

/// What the signals of a mask are called.
pub(crate) fn names(mask: u64) -> Vec<String> {
    let name = |number: i32| {
        Signal::try_from(number).map_or_else(
            |_| format!("signal {number}"),
            |signal| signal.as_str().to_owned(),
        )
    };
    let numbers = (1..=64).filter(|number| mask >> (number - 1) & 1 == 1);
    numbers.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::{may_wake, names};

    #[test]
    fn a_handler_of_a_signal_that_asks_to_end_wakes_nobody() {
        let mask = |signal: i32| 1_u64 << (signal - 1);
        let caught = mask(libc::SIGTERM) | mask(libc::SIGUSR1) | mask(32) | mask(40);
        assert_eq!(names(may_wake(caught)), ["SIGUSR1", "signal 40"]);
    }
}
