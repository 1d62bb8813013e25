//! The one clock: nanoseconds of `CLOCK_MONOTONIC`.
//!
//! Everything that takes time from the system takes it here, so that a reader finds every clock in
//! one place. See clock_gettime(2).

use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

/// Nanoseconds of `CLOCK_MONOTONIC`; comparable between all processes of the machine.
pub fn monotonic_ns() -> i64 {
    // CLOCK_MONOTONIC exists on every Linux; a kernel without it has no time to tell.
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_or(0, |now| now.tv_sec() * 1_000_000_000 + now.tv_nsec())
}

/// The same clock as the standard library's type, for calls that take a deadline of that type.
#[allow(clippy::disallowed_methods, reason = "this is the clock")]
pub fn instant() -> Instant {
    Instant::now()
}

/// The clock's value `timeout` from now; `None` for one too far to count.
pub fn deadline(timeout: Duration) -> Option<i64> {
    i64::try_from(timeout.as_nanos())
        .ok()
        .and_then(|ns| monotonic_ns().checked_add(ns))
}

/// Time left until `deadline`, zero when it has passed.
pub fn left(deadline: i64) -> Duration {
    u64::try_from(deadline.saturating_sub(monotonic_ns()))
        .map_or(Duration::ZERO, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_clock_does_not_run_backwards() {
        let first = super::monotonic_ns();
        assert!(first > 0);
        assert!(super::monotonic_ns() >= first);
    }
}
