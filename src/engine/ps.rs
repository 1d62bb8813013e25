//! Rows of `ps aux`: from a PID to the row the real procps would print for it.
//!
//! `Process` is one followed process, `Host` what is the same for all of them; the sampler calls
//! both. It refuses to know which processes matter, when to look, and who is told.
//!
//! Where the values come from: total memory and boot time from `sysinfo`, the fields of
//! `/proc/PID/stat` through `procfs`. The files of a process are read in `files`, and the two words
//! wanted of `statm` and `status` taken in `facts`, because both crates open every file anew, follow
//! a PID that may have been given to another process meanwhile, parse all of `status` for one line,
//! and take five to ten times as long: kept-open files belong to one process for ever and cost one
//! `pread` each. The rules of the columns are those of procps 4.0.2 (`src/ps/output.c`,
//! `library/escape.c`, `library/devname.c`) in a UTF-8 locale. Known differences: names of months
//! are English in every locale; bytes that spell a character beyond U+10FFFF become four `?`
//! instead of one; a START shown before the machine's clock was set is corrected within seconds.

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

/// The row of `pid` now, read once and kept nowhere; `None` when there is no such process.
pub fn row(pid: i32, host: &mut Host) -> Option<PsRow> {
    Process::read_now(pid, host, Look::Usual)?.row().cloned()
}
