//! What the kernel says of one process, before any column is written.
//!
//! `Process` calls it with the texts that `files` read. `procfs` parses `stat`; the few other values
//! are parsed here. A text that cannot be parsed gives `None`: the kernel's format is not that of
//! Linux 5.10 and later. Nothing is guessed.

use procfs::FromRead;
use procfs::process::Stat;

/// The numbers of `/proc/PID/stat` that `ps aux` shows or decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StatFacts {
    pub(super) state: char,
    pub(super) pid: i32,
    pub(super) ppid: i32,
    pub(super) group: i32,
    pub(super) session: i32,
    /// Device number of the controlling terminal; 0 when there is none.
    pub(super) terminal: i32,
    /// The terminal's foreground process group; -1 when there is none.
    pub(super) foreground: i32,
    pub(super) nice: i64,
    pub(super) threads: i64,
    /// Page faults of all threads. While the number stands still, memory does not grow.
    pub(super) faults: u64,
    /// Memory in bytes and in pages, as in `stat`: cheap to read, and some pages behind.
    pub(super) size: u64,
    pub(super) resident: u64,
    /// Processor time of all threads, user and system, in clock ticks.
    pub(super) busy_ticks: u64,
    /// Start time in clock ticks since boot. With the PID it identifies the process.
    pub(super) start_ticks: u64,
}

impl StatFacts {
    pub(super) fn parse(stat: &[u8]) -> Option<StatFacts> {
        let stat = Stat::from_read(stat).ok()?;
        Some(StatFacts {
            state: stat.state,
            pid: stat.pid,
            ppid: stat.ppid,
            group: stat.pgrp,
            session: stat.session,
            terminal: stat.tty_nr,
            foreground: stat.tpgid,
            nice: stat.nice,
            threads: stat.num_threads,
            faults: stat.minflt + stat.majflt,
            size: stat.vsize,
            resident: stat.rss,
            busy_ticks: stat.utime + stat.stime,
            start_ticks: stat.starttime,
        })
    }

    pub(super) fn is_zombie(&self) -> bool {
        self.state == 'Z'
    }
}

/// The name of the command in a `stat` text: the raw bytes between the first `(` and the last `)`.
pub(super) fn command_name(stat: &[u8]) -> &[u8] {
    let first = stat
        .iter()
        .position(|&byte| byte == b'(')
        .map_or(0, |at| at + 1);
    let last = stat.iter().rposition(|&byte| byte == b')').unwrap_or(first);
    stat.get(first..last).unwrap_or_default()
}

/// The memory of a process in pages, from `/proc/PID/statm`. Kernel threads and zombies have none.
/// These are the counters behind the sizes in `status`; those in `stat` may lag by some pages for
/// each processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct MemoryFacts {
    pub(super) size: u64,
    pub(super) resident: u64,
}

impl MemoryFacts {
    pub(super) fn parse(statm: &[u8]) -> Option<MemoryFacts> {
        let mut words = std::str::from_utf8(statm).ok()?.split_ascii_whitespace();
        let mut number = || words.next()?.parse().ok();
        Some(MemoryFacts {
            size: number()?,
            resident: number()?,
        })
    }
}

/// Whether the process has pages locked into memory: the line `VmLck` of `/proc/PID/status`. Kernel
/// threads and zombies do not have the line. A process name cannot forge it: a newline in a name is
/// written as `\n`.
pub(super) fn has_locked_pages(status: &[u8]) -> bool {
    status
        .split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(b"VmLck:"))
        .is_some_and(|size| size.iter().any(|byte| (b'1'..=b'9').contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::{MemoryFacts, StatFacts, command_name, has_locked_pages};

    const STAT: &[u8] =
        b"42 (a) R (b) T 7 42 40 34817 41 4194304 90 0 0 0 11 3 0 0 30 10 2 0 5000 \
8192000 300 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let facts = StatFacts::parse(STAT).unwrap();
        assert_eq!(command_name(STAT), b"a) R (b");
        assert_eq!((facts.pid, facts.state, facts.ppid), (42, 'T', 7));
        assert_eq!((facts.group, facts.session), (42, 40));
        assert_eq!((facts.terminal, facts.foreground), (34817, 41));
        assert_eq!((facts.nice, facts.threads), (10, 2));
        assert_eq!((facts.busy_ticks, facts.start_ticks), (14, 5000));
    }

    #[test]
    fn a_torn_stat_is_none() {
        assert_eq!(StatFacts::parse(&STAT[..40]), None);
        assert_eq!(StatFacts::parse(b""), None);
        assert_eq!(command_name(b"42 "), b"");
    }

    #[test]
    fn memory_is_the_first_two_numbers() {
        let facts = MemoryFacts::parse(b"711 456 400 5 0 90 0\n").unwrap();
        let wanted = MemoryFacts {
            size: 711,
            resident: 456,
        };
        assert_eq!(facts, wanted);
        assert_eq!(MemoryFacts::parse(b"711"), None);
    }

    #[test]
    fn locked_pages_are_those_of_the_line() {
        let status =
            |line: &str| format!("Name:\tx\\nVmLck: 9\nVmPeak:\t 9 kB\n{line}VmPin:\t 9 kB\n");
        assert!(has_locked_pages(status("VmLck:\t      10 kB\n").as_bytes()));
        assert!(!has_locked_pages(
            status("VmLck:\t       0 kB\n").as_bytes()
        ));
        assert!(!has_locked_pages(status("").as_bytes()));
    }
}
