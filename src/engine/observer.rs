//! What the kernel tells of a process that has not said what it does: is it asleep, does it compute,
//! has it children nobody has heard of?
//!
//! Asked by the gate before it calls everybody settled, and before a run is called a deadlock: a
//! child between its fork and its first word is seen here alone. A trait, so that the gate is tested
//! without processes.

use crate::sys::stat::Stat;

/// What a process is doing at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Asleep, stopped, or ended: it will not say anything soon.
    Resting,
    /// It runs, or would if it had a processor; so many ns it has had so far.
    Running { cpu: u64 },
}

/// A look at processes from outside.
pub(crate) trait Observer {
    fn doing(&self, pid: i32) -> Activity;

    /// PIDs of its children that have not been collected.
    fn children(&self, pid: i32) -> Vec<i32>;
}

/// The look through /proc.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProcFs;

impl Observer for ProcFs {
    fn doing(&self, pid: i32) -> Activity {
        match Stat::of(pid) {
            Some(stat) if stat.state == 'R' => Activity::Running {
                cpu: processor_time(pid),
            },
            _ => Activity::Resting,
        }
    }

    /// Needs a kernel with `CONFIG_PROC_CHILDREN`, as all distributions' are; else nobody has any.
    fn children(&self, pid: i32) -> Vec<i32> {
        let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        list.unwrap_or_default()
            .split_ascii_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .collect()
    }
}

/// Nanoseconds on a processor: the first number of `/proc/PID/schedstat`.
fn processor_time(pid: i32) -> u64 {
    let line = std::fs::read_to_string(format!("/proc/{pid}/schedstat"));
    line.ok()
        .and_then(|line| line.split(' ').next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Activity, Observer as _, ProcFs};

    #[test]
    fn a_sleeper_rests_and_is_its_parents_child() {
        let mut child = Command::new("sleep")
            .arg("100")
            .spawn()
            .expect("sleep is there");
        let pid = child.id().cast_signed();
        // It runs until it has come to its sleep.
        let deadline = crate::sys::clock::monotonic_ns() + 10_000_000_000;
        while ProcFs.doing(pid) != Activity::Resting {
            assert!(
                crate::sys::clock::monotonic_ns() < deadline,
                "it never sleeps"
            );
            std::thread::yield_now();
        }
        let me = nix::unistd::gettid().as_raw();
        let list =
            std::fs::read_to_string(format!("/proc/self/task/{me}/children")).expect("/proc");
        assert!(
            list.split(' ').any(|word| word == pid.to_string()),
            "{list}"
        );
        child.kill().expect("it runs");
        child.wait().expect("our own child");
        assert_eq!(ProcFs.doing(pid), Activity::Resting, "gone");
        assert_eq!(ProcFs.children(pid), [0; 0]);
    }

    #[test]
    fn one_that_computes_runs_and_its_time_grows() {
        let mut child = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .spawn()
            .expect("sh is there");
        let pid = child.id().cast_signed();
        let deadline = crate::sys::clock::monotonic_ns() + 20_000_000_000;
        let mut first = None;
        loop {
            if let Activity::Running { cpu } = ProcFs.doing(pid)
                && cpu > *first.get_or_insert(cpu) + 1_000_000
            {
                break;
            }
            assert!(
                crate::sys::clock::monotonic_ns() < deadline,
                "its time stands still"
            );
        }
        child.kill().expect("it runs");
        child.wait().expect("our own child");
    }
}
