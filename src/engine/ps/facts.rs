//! What the kernel says of one process, before any column is written.
//!
//! Parses the texts `files` read: `stat` through `procfs`, `status` by its labels. `Process` calls
//! it. A text that cannot be parsed gives `None` (a kernel that writes other lines than Linux 5.10
//! and later); nothing is guessed.

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
    /// Device number of the controlling terminal, 0 without one.
    pub(super) terminal: i32,
    /// The terminal's foreground process group, -1 without one.
    pub(super) foreground: i32,
    pub(super) nice: i64,
    pub(super) threads: i64,
    /// Processor time of all its threads, user and system, in clock ticks.
    pub(super) busy_ticks: u64,
    /// Start in clock ticks since boot; with the PID, the identity of the process.
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
            busy_ticks: stat.utime + stat.stime,
            start_ticks: stat.starttime,
        })
    }

    pub(super) fn is_zombie(&self) -> bool {
        self.state == 'Z'
    }
}

/// The command's name in a `stat` text, as raw bytes: between the first `(` and the last `)`.
pub(super) fn command_name(stat: &[u8]) -> &[u8] {
    let first = stat
        .iter()
        .position(|&byte| byte == b'(')
        .map_or(0, |at| at + 1);
    let last = stat.iter().rposition(|&byte| byte == b')').unwrap_or(first);
    stat.get(first..last).unwrap_or_default()
}

/// The lines of `/proc/PID/status` that `ps aux` shows or decides by. Sizes are KiB and 0 for
/// kernel threads and zombies, which have no memory of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct StatusFacts {
    pub(super) effective_uid: u32,
    pub(super) size: u64,
    /// Counted exactly; the figure in `stat` may lag by some pages for each processor.
    pub(super) resident: u64,
    pub(super) locked: u64,
}

impl StatusFacts {
    pub(super) fn parse(status: &[u8]) -> Option<StatusFacts> {
        // Names stand in the order the kernel writes them, so each search goes on where the last
        // one ended; only the memory lines may be missing.
        let (effective_uid, rest) = number(status, b"\nUid:", 1)?;
        let mut facts = StatusFacts {
            effective_uid: u32::try_from(effective_uid).ok()?,
            ..StatusFacts::default()
        };
        if let Some((size, rest)) = number(rest, b"\nVmSize:", 0) {
            facts.size = size;
            (facts.locked, _) = number(rest, b"\nVmLck:", 0)?;
            (facts.resident, _) = number(rest, b"\nVmRSS:", 0)?;
        }
        Some(facts)
    }
}

/// The `nth` number (from 0) on the line of `label`, and the text after the label.
fn number<'a>(text: &'a [u8], label: &[u8], nth: usize) -> Option<(u64, &'a [u8])> {
    let at = find(text, label)?;
    let rest = &text[at + label.len()..];
    let line = rest.split(|&byte| byte == b'\n').next()?;
    let word = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .nth(nth)?;
    Some((std::str::from_utf8(word).ok()?.parse().ok()?, rest))
}

/// Where `label`, which begins with a line end, stands in `text`.
fn find(text: &[u8], label: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(line_end) = text[from..].iter().position(|&byte| byte == b'\n') {
        let at = from + line_end;
        if text[at..].starts_with(label) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{StatFacts, StatusFacts, command_name};

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
    fn status_gives_the_effective_user_and_the_memory() {
        let status = b"Name:\tx\\nVmRSS: 9\nPid:\t42\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n\
VmPeak:\t 900 kB\nVmSize:\t 800 kB\nVmLck:\t 16 kB\nVmPin:\t 0 kB\nVmHWM:\t 70 kB\nVmRSS:\t 60 kB\n";
        let facts = StatusFacts::parse(status).unwrap();
        let wanted = StatusFacts {
            effective_uid: 2,
            size: 800,
            resident: 60,
            locked: 16,
        };
        assert_eq!(facts, wanted);
    }

    #[test]
    fn a_zombie_has_no_memory_lines() {
        let facts = StatusFacts::parse(b"Name:\tx\nUid:\t0\t5\t0\t0\nThreads:\t1\n").unwrap();
        assert_eq!(
            facts,
            StatusFacts {
                effective_uid: 5,
                ..StatusFacts::default()
            }
        );
        assert_eq!(StatusFacts::parse(b"Name:\tx\n"), None);
    }
}
