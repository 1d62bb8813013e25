//! Ending a whole tree of processes, by pidfd: TERM, a deadline, KILL, until none is left.
//!
//! Called by the guard for its descendants, and by the supervisor when the guard itself was killed.
//! It signals only what it has looked up as a descendant and holds by a descriptor, so a PID given
//! to a stranger meanwhile is never hit.

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use super::membership::Membership;
use crate::sys::process::reap;
use crate::sys::{clock, pidfd::PidFd, stat::Stat};

/// How long a process may take to end on SIGTERM.
pub(crate) const GRACE: Duration = Duration::from_millis(500);
/// How long one that was sent SIGKILL may take; beyond it the kernel itself is stuck with it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause between two looks at the tree when nothing in it has ended: a child may be forked between.
const LOOK: u16 = 20;

/// All processes of the machine at one moment: PID to its stat line.
type Table = HashMap<i32, Stat>;

fn table() -> Table {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Table::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, Stat::of(pid)?))).collect()
}

/// The PIDs that descend from `roots`, parents before their children, roots left out.
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

/// Ends every descendant of this process. `reap` is called again and again to collect what ended.
///
/// Gives the PIDs that were alive and had to be signalled, in the order they were found.
pub(crate) fn end_descendants(mut reap: impl FnMut()) -> Vec<i32> {
    let me = std::process::id().cast_signed();
    end(|table| descendants(table, &[me]), |_| reap())
}

/// Ends what is left of a run whose guard is gone: the processes known, those marked as the guard's
/// in their environment, and all their descendants. What became a child of this process is
/// collected, nothing else is.
pub(crate) fn end_orphans(guard: i32, known: &[Arc<PidFd>]) -> Vec<i32> {
    let membership = Membership::new(guard);
    let me = std::process::id().cast_signed();
    let find = |table: &Table| {
        // Looked at after the table was read: its line under this PID is this process's.
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
            // Most are somebody else's children, or still alive.
            let _ = reap(*pid);
        }
    })
}

/// Ends the processes that `find` finds in the table, until it finds none alive. `reap` is given
/// every PID found so far.
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
                // One that ended meanwhile, or is somebody else's by now, needs no signal.
                if let Some(process) = hold(pid, &table) {
                    if process.signal(Some(signal)).is_ok() && !ended.contains(&pid) {
                        ended.push(pid);
                    }
                    // A stopped process takes SIGTERM only when it goes on.
                    let _ = process.signal(Some(Signal::SIGCONT));
                    held.insert(pid, process);
                }
            }
            await_any(&held);
        }
    }
    ended
}

/// A descriptor of the process that the table shows under this PID, if it is still the same one.
fn hold(pid: i32, table: &Table) -> Option<PidFd> {
    let process = PidFd::open(pid).ok()?;
    let now = Stat::of(pid)?;
    (now.start == table.get(&pid)?.start).then_some(process)
}

/// Waits until one of the processes has ended, but not long.
fn await_any(processes: &HashMap<i32, PidFd>) {
    let mut fds: Vec<PollFd<'_>> = processes
        .values()
        .map(|process| PollFd::new(process.as_fd(), PollFlags::POLLIN))
        .collect();
    // Interrupted or timed out: the caller looks again anyway.
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
        // PIDs are read one after another, so a table can show what never was.
        assert_eq!(descendants(&table(&[(2, 3), (3, 2)]), &[2]), [3]);
    }
}
