//! Rows of `ps aux`: from a PID to the row the real procps would print for it.
//!
//! `Process` is one followed process. `Host` is what all of them share. The sampler calls both.
//! Neither knows which processes matter, when to look, or who is told.
//!
//! Total memory and boot time come from `sysinfo`, the fields of `/proc/PID/stat` from `procfs`.
//! `files` reads the files of a process, and `facts` takes one value each from `statm` and
//! `status`. The crates are not used there: they open every file again, follow a PID that may belong
//! to another process by then, parse all of `status` for one line, and take five to ten times as
//! long. A file that stays open belongs to one process for ever and costs one `pread`.
//!
//! The columns follow procps 4.0.2 (`src/ps/output.c`, `library/escape.c`, `library/devname.c`) in a
//! UTF-8 locale. Known differences: month names are English in every locale; bytes that encode a
//! character beyond U+10FFFF become four `?` instead of one; a START shown before the machine's
//! clock was set is corrected within seconds.

mod columns;
mod command;
mod facts;
mod files;
mod host;
mod process;
mod tty;

pub use host::{Host, HostError, Moment};
pub use process::{Look, Process, Scratch, Seen};

use crate::trace::PsRow;

/// The row of `pid` now, read once. `None` when there is no such process.
pub fn row(pid: i32, host: &mut Host) -> Option<PsRow> {
    Process::read_now(pid, host, Look::Usual)?.row().cloned()
}
