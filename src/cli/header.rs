//! The header of a recording that begins now, on this machine.
//!
//! Owns what it says of time, kernel and processors; what is run, and how, its callers fill in.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::trace::Header;

/// Everything but what is run.
pub(crate) fn of_now(lesson: impl Into<String>) -> Header {
    let started = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64());
    let kernel = nix::sys::utsname::uname().map_or_else(
        |_| String::new(),
        |name| name.release().to_string_lossy().into_owned(),
    );
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    Header {
        started,
        kernel,
        cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
        ..Header::of(lesson)
    }
}
