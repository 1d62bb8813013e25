//! Ends a whole tree of processes, by pidfd: TERM, a deadline, KILL, until none is left.
//!
//! The guard calls it for its descendants, the supervisor when the guard itself was killed. It
//! signals only a process that it has found to be a descendant and holds by a pidfd, so that a PID
//! that was reused is never hit.

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use super::membership::Membership;
use crate::sys::process::reap;
use crate::sys::{clock, pidfd::PidFd, stat::Stat};

/// How long a process may take to end on SIGTERM. Whoever interrupts a run waits no longer than half a
/// second, whatever the run's processes ignore.
const GRACE: Duration = Duration::from_millis(300);
/// How long a process may take to end on SIGKILL. After that it is stuck in the kernel.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause between two readings of the tree in which nothing has ended: a child may be forked meanwhile.
const LOOK: u16 = 20;

/// All processes of the machine at one moment: the `stat` line by PID.
type Table = HashMap<i32, Stat>;

fn table() -> Table {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Table::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, Stat::of(pid)?))).collect()
}

/// The PIDs of the descendants of `roots`, without the roots, parents before children.
fn descendants(table: &Table, roots: &[i32]) -> Vec<i32> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for (pid, stat) in table {
        children.entry(stat.ppid).or_default().push(*pid);
    }
    let mut found = Vec::new();
    let mut known: HashSet<i32> = roots.iter().copied().collect();
    let mut level = roots.to_vec();
    while !level.is_empty() {
        let mut below: Vec<i32> = level
            .iter()
            .filter_map(|pid| children.get(pid))
            .flatten()
            .copied()
            .collect();
        below.retain(|pid| known.insert(*pid));
        below.sort_unstable();
        found.extend_from_slice(&below);
        level = below;
    }
    found
}

/// How many descendants of a process are alive.
#[must_use]
pub fn living_below(root: i32) -> usize {
    let table = table();
    let found = descendants(&table, &[root]);
    let lives = |pid: &&i32| table.get(pid).is_some_and(|stat| !stat.is_dead());
    found.iter().filter(lives).count()
}

/// Ends every descendant of this process. `reap` is called repeatedly to collect what has ended.
///
/// Returns the PIDs that were alive and had to be signalled, in the order in which they were found.
pub(crate) fn end_descendants(mut reap: impl FnMut()) -> Vec<i32> {
    let me = std::process::id().cast_signed();
    end(|table| descendants(table, &[me]), |_| reap())
}

/// Ends what is left of a run whose guard is gone: the known processes, those with the guard's mark in
/// their environment, and all their descendants. Only what became a child of this process is
/// collected.
pub(crate) fn end_orphans(guard: i32, known: &[Arc<PidFd>]) -> Vec<i32> {
    let membership = Membership::new(guard);
    let me = std::process::id().cast_signed();
    let find = |table: &Table| {
        // Checked after the table was read, so the line under this PID belongs to this process.
        let mut roots: Vec<i32> = known
            .iter()
            .filter(|process| process.signal(None).is_ok())
            .map(|process| process.pid())
            .collect();
        let others = table
            .keys()
            .filter(|pid| **pid != me && !roots.contains(pid));
        let marked: Vec<i32> = others
            .copied()
            .filter(|pid| membership.is_marked(*pid))
            .collect();
        roots.extend(marked);
        roots.extend(descendants(table, &roots));
        roots
    };
    end(find, |seen| {
        for pid in seen {
            // Most are other processes' children, or still alive.
            let _ = reap(*pid);
        }
    })
}

/// Ends the processes that `find` returns from the table, until none of them is alive. `reap`
/// receives every PID found so far.
fn end(mut find: impl FnMut(&Table) -> Vec<i32>, mut reap: impl FnMut(&[i32])) -> Vec<i32> {
    let mut ended = Vec::new();
    let mut seen = Vec::new();
    for (signal, time) in [(Signal::SIGTERM, GRACE), (Signal::SIGKILL, PATIENCE)] {
        let deadline = clock::deadline(time).unwrap_or(i64::MAX);
        let mut held: HashMap<i32, PidFd> = HashMap::new();
        loop {
            reap(&seen);
            let table = table();
            let mut tree = find(&table);
            seen.extend(
                tree.iter()
                    .filter(|pid| !seen.contains(pid))
                    .copied()
                    .collect::<Vec<_>>(),
            );
            tree.retain(|pid| table.get(pid).is_some_and(|stat| !stat.is_dead()));
            if tree.is_empty() {
                reap(&seen);
                return ended;
            }
            if clock::monotonic_ns() >= deadline {
                break;
            }
            held.retain(|pid, _| tree.contains(pid));
            for pid in tree {
                if held.contains_key(&pid) {
                    continue;
                }
                // It has ended, or the PID belongs to another process now.
                if let Some(process) = hold(pid, &table) {
                    if process.signal(Some(signal)).is_ok() && !ended.contains(&pid) {
                        ended.push(pid);
                    }
                    // A stopped process receives SIGTERM only when it is continued.
                    let _ = process.signal(Some(Signal::SIGCONT));
                    held.insert(pid, process);
                }
            }
            await_any(&held);
        }
    }
    ended
}

/// A pidfd of the process that the table has under this PID, if it is still the same process.
fn hold(pid: i32, table: &Table) -> Option<PidFd> {
    let process = PidFd::open(pid).ok()?;
    let now = Stat::of(pid)?;
    (now.start == table.get(&pid)?.start).then_some(process)
}

/// Waits a short time for one of the processes to end.
fn await_any(processes: &HashMap<i32, PidFd>) {
    let mut fds: Vec<PollFd<'_>> = processes
        .values()
        .map(|process| PollFd::new(process.as_fd(), PollFlags::POLLIN))
        .collect();
    // Interrupted or timed out: the caller checks again anyway.
    let _ = poll(&mut fds, PollTimeout::from(LOOK));
}

#[cfg(test)]
mod tests {
    use super::{Stat, Table, descendants};

    fn table(pairs: &[(i32, i32)]) -> Table {
        let stat = |ppid| Stat {
            name: String::new(),
            state: 'S',
            ppid,
            start: 0,
            permitted: true,
            exit_code: 0,
        };
        pairs
            .iter()
            .map(|(pid, ppid)| (*pid, stat(*ppid)))
            .collect()
    }

    #[test]
    fn parents_come_before_children_and_strangers_not_at_all() {
        let table = table(&[
            (1, 0),
            (10, 1),
            (11, 10),
            (12, 10),
            (9, 12),
            (50, 1),
            (51, 50),
        ]);
        assert_eq!(descendants(&table, &[10]), [11, 12, 9]);
        assert_eq!(descendants(&table, &[12, 50]), [9, 51]);
        assert_eq!(descendants(&table, &[99]), [0; 0]);
    }

    #[test]
    fn a_circle_in_the_table_ends_the_walk() {
        // PIDs are read one after another, so a table can have states that never held at one time.
        assert_eq!(descendants(&table(&[(2, 3), (3, 2)]), &[2]), [3]);
    }
}
