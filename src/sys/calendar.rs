//! Wall-clock time, time since boot, and the local calendar.
//!
//! Used where something is shown with a date, as in `ps`. The order of events never comes from here:
//! these clocks can be set. See localtime(3) and `clock_gettime(2)`.

use std::mem::MaybeUninit;

use nix::time::{ClockId, clock_gettime};

/// A moment in the local calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// The full year, such as 2026.
    pub year: i32,
    /// Day of the year from 0.
    pub year_day: i32,
    /// Month from 0.
    pub month: i32,
    /// Day of the month from 1.
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
}

/// Nanoseconds of `CLOCK_REALTIME` since 1970.
pub fn realtime_ns() -> i64 {
    nanoseconds(ClockId::CLOCK_REALTIME)
}

/// Nanoseconds of `CLOCK_BOOTTIME`, the clock of the start times in `/proc/PID/stat`.
pub fn boottime_ns() -> i64 {
    nanoseconds(ClockId::CLOCK_BOOTTIME)
}

fn nanoseconds(clock: ClockId) -> i64 {
    // Both clocks exist on every Linux; a kernel without them has no time to tell.
    clock_gettime(clock).map_or(0, |now| now.tv_sec() * 1_000_000_000 + now.tv_nsec())
}

/// The local date of `unix` seconds since 1970, in the time zone of `TZ`. `None` for a year that does
/// not fit.
pub fn local_time(unix: i64) -> Option<LocalTime> {
    let mut broken_down = MaybeUninit::<libc::tm>::uninit();
    // SAFETY: both pointers are to live locals of the types localtime_r reads and writes, and it
    // keeps neither.
    let filled = unsafe { libc::localtime_r(&raw const unix, broken_down.as_mut_ptr()) };
    if filled.is_null() {
        return None;
    }
    // SAFETY: localtime_r returned the address it was given, which says it wrote every field.
    let broken_down = unsafe { broken_down.assume_init() };
    Some(LocalTime {
        year: broken_down.tm_year + 1900,
        year_day: broken_down.tm_yday,
        month: broken_down.tm_mon,
        day: broken_down.tm_mday,
        hour: broken_down.tm_hour,
        minute: broken_down.tm_min,
    })
}

#[cfg(test)]
mod tests {
    use super::{boottime_ns, local_time, realtime_ns};

    #[test]
    fn a_moment_long_past_has_its_year() {
        // 2001-09-09 01:46:40 UTC: the same day or the one before in every zone.
        let moment = local_time(1_000_000_000).unwrap();
        assert_eq!((moment.year, moment.month), (2001, 8));
        assert!(moment.day == 8 || moment.day == 9, "{moment:?}");
        assert_eq!(moment.minute % 15, 46 % 15, "{moment:?}");
    }

    #[test]
    fn a_year_that_does_not_fit_is_none() {
        assert_eq!(local_time(i64::MAX), None);
    }

    #[test]
    fn the_machine_was_started_before_now() {
        assert!(boottime_ns() > 0);
        assert!(realtime_ns() > boottime_ns());
    }
}
