//! Which processes hold one of the run's channels: a socket of its output, or the event channel.
//!
//! An orphan that holds none can say nothing more to this run and is not waited for.

use std::io;
use std::os::fd::AsFd;

/// The run's ends of its channels, by what /proc/PID/fd calls them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Channels(Vec<String>);

impl Channels {
    /// # Errors
    /// What fstat(2) reports.
    pub(crate) fn of(ends: impl IntoIterator<Item = impl AsFd>) -> io::Result<Channels> {
        let name = |end| Ok(format!("socket:[{}]", nix::sys::stat::fstat(end)?.st_ino));
        ends.into_iter()
            .map(name)
            .collect::<io::Result<_>>()
            .map(Channels)
    }

    /// Whether the process has one open, or does not let us look.
    pub(crate) fn are_held_by(&self, pid: i32) -> bool {
        let Ok(fds) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
            // Gone, or another user's.
            return crate::sys::stat::Stat::of(pid).is_some_and(|stat| !stat.is_dead());
        };
        fds.flatten().any(|entry| {
            let target = std::fs::read_link(entry.path()).unwrap_or_default();
            self.0
                .iter()
                .any(|name| target.as_os_str() == name.as_str())
        })
    }
}
