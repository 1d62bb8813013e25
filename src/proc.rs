//! What `/proc` and the memory of another process say of it: the system call a thread is blocked in, what
//! is open, what is mapped, which signals are handled.
//!
//! Facts alone: `inspect` makes a graph of them, `engine` asks what could still wake a run. Nothing is
//! stopped and nothing is written. A process may end meanwhile; what is then missing is left out.

mod call;
mod descriptors;
mod maps;
mod memory;
mod signals;

use std::collections::BTreeSet;

pub(crate) use call::{Call, Syscall, Until};
pub(crate) use descriptors::{Fd, descriptors, links};
pub(crate) use maps::{Mapping, mappings};
pub(crate) use memory::{AddressHasher, ByAddress, Memory, is_address};
pub(crate) use signals::{may_wake, names};

/// The numbers that a directory of /proc lists.
pub(crate) fn numbers(path: &str) -> BTreeSet<i32> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The threads of a process.
pub(crate) fn threads(pid: i32) -> BTreeSet<i32> {
    numbers(&format!("/proc/{pid}/task"))
}

/// A file of a process; empty where it may not be read.
pub(crate) fn file(pid: i32, name: &str) -> Vec<u8> {
    std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default()
}
