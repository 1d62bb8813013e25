//! Rows of `ps aux`: from a PID to the row the real procps would print for it.
//!
//! `Process` is one followed process, `Host` what is the same for all of them; the sampler calls
//! both. It refuses to know which processes matter, when to look, and who is told.
//!
//! Where the values come from: total memory and boot time from `sysinfo`, the fields of
//! `/proc/PID/stat` through `procfs`. The files themselves are read here (`files`) and
//! `/proc/PID/status` is scanned here (`facts`), because both crates open every file anew, follow a
//! PID that may have been given to another process meanwhile, and take 2 to 4 times the time for
//! it: kept-open files belong to one process for ever and cost one `pread` each. The rules of the
//! columns are those of procps 4.0 (`src/ps/output.c`, `library/escape.c`, `library/devname.c`),
//! in a UTF-8 locale with English names of months.

mod columns;
mod command;
mod facts;
mod files;
mod host;
mod process;
mod tty;

pub use host::{Host, HostError, Moment};
pub use process::{Process, Scratch, Seen};

use crate::trace::PsRow;

/// The row of `pid` now, read once and kept nowhere; `None` when there is no such process.
pub fn row(pid: i32, host: &mut Host) -> Option<PsRow> {
    let mut process = Process::new(pid);
    let moment = host.moment();
    match process.refresh(host, &moment, &mut Scratch::default(), false) {
        Seen::Changed => process.row().cloned(),
        Seen::Same | Seen::Gone => None,
    }
}
