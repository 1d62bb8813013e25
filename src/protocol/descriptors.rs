//! Descriptor numbers that are agreed on across exec(2).
//!
//! The supervisor starts the guard with all of them but `GO`. The stage inherits `EVENTS` and `PAGE`
//! under the same numbers. A traced program inherits none: its descriptors are 0, 1 and 2.

use std::os::fd::RawFd;

/// Writing end of the event channel.
pub(crate) const EVENTS: RawFd = 3;
/// The control page, a memfd.
pub(crate) const PAGE: RawFd = 4;
/// Messages between supervisor and guard.
pub(crate) const CONTROL: RawFd = 5;
/// The main process's standard output and error.
pub(crate) const STDOUT: RawFd = 6;
pub(crate) const STDERR: RawFd = 7;
/// The main process's standard input, where it has one.
pub(crate) const INPUT: RawFd = 8;
/// Between the guard and `forklore __exec`, which waits there until it is traced.
pub(crate) const GO: RawFd = 9;
