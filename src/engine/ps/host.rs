//! What all rows share: memory, boot time, names of users and terminals, the moment of a sample.
//!
//! `Process` and the sampler call it. One `Host` serves any number of processes on one thread. What
//! cannot change is read once. Names are cached from their first use, as in `ps`.

use std::collections::HashMap;

use nix::unistd::{SysconfVar, Uid, User, sysconf};
use sysinfo::{MemoryRefreshKind, System};

use super::tty::Drivers;
use crate::sys::calendar::{LocalTime, boottime_ns, local_time, realtime_ns};

/// A larger move of the clock against the time since boot means that the clock was set.
const CLOCK_WAS_SET_NS: i64 = 10_000_000;

/// Width of the USER column.
const USER_WIDTH: usize = 8;

/// Longest user name that procps keeps, in bytes.
const LONGEST_USER: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error("read the size of the memory: {0}")]
    Memory(#[source] sysinfo::Error),
    #[error("read when the machine was started: {0}")]
    BootTime(#[source] sysinfo::Error),
}

/// What rows of ps need to know of the machine.
#[derive(Debug)]
pub struct Host {
    memory_kib: u64,
    page_kib: u64,
    pid_width: usize,
    ticks_per_second: u64,
    /// Seconds since 1970.
    boot_unix: i64,
    /// Time of day minus time since boot when `boot_unix` was read.
    clock_offset_ns: i64,
    users: HashMap<u32, String>,
    terminals: HashMap<i32, String>,
    drivers: Option<Drivers>,
}

/// When a row was read. All rows of one sample have the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Clock ticks since boot.
    pub(super) boot_ticks: u64,
    /// The local day: it decides whether START shows a time, a day or a year.
    pub(super) today: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: i32,
    pub(super) year_day: i32,
}

impl From<LocalTime> for Day {
    fn from(time: LocalTime) -> Day {
        Day {
            year: time.year,
            year_day: time.year_day,
        }
    }
}

impl Host {
    /// Reads what all rows need.
    ///
    /// # Errors
    /// `/proc/meminfo` or `/proc/stat` cannot be read.
    pub fn new() -> Result<Host, HostError> {
        let mut system = System::new().map_err(HostError::Memory)?;
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let mut host = Host {
            memory_kib: system.total_memory() / 1024,
            page_kib: constant(SysconfVar::PAGE_SIZE).unwrap_or(4096) / 1024,
            pid_width: pid_width().unwrap_or(5),
            ticks_per_second: constant(SysconfVar::CLK_TCK).unwrap_or(100),
            boot_unix: 0,
            clock_offset_ns: 0,
            users: HashMap::new(),
            terminals: HashMap::new(),
            drivers: None,
        };
        host.read_boot_time().map_err(HostError::BootTime)?;
        Ok(host)
    }

    /// The current moment. Reads the boot time again when the clock was set.
    pub fn moment(&mut self) -> Moment {
        let (boot_ns, unix_ns) = (boottime_ns(), realtime_ns());
        if (unix_ns - boot_ns - self.clock_offset_ns).abs() > CLOCK_WAS_SET_NS {
            // When this fails the old value is the best there is.
            let _ = self.read_boot_time();
        }
        let boot_ticks = self.uptime_ticks(boot_ns);
        Moment {
            boot_ticks,
            today: local_time(unix_ns.div_euclid(1_000_000_000)).map(Day::from),
        }
    }

    /// Clock ticks since boot, computed as in procps: from hundredths of a second in floating point,
    /// so that some results are one too low (1.15 × 100 is 114.99…). In the %CPU of a process that is
    /// a third of a second old, one tick is half a percent.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "procps' own arithmetic"
    )]
    fn uptime_ticks(&self, boot_ns: i64) -> u64 {
        let seconds = (boot_ns / 10_000_000) as f64 / 100.0;
        (seconds * self.ticks_per_second as f64) as u64
    }

    fn read_boot_time(&mut self) -> Result<(), sysinfo::Error> {
        self.boot_unix = i64::try_from(System::boot_time()?).unwrap_or(i64::MAX);
        self.clock_offset_ns = realtime_ns() - boottime_ns();
        Ok(())
    }

    pub(super) fn memory_kib(&self) -> u64 {
        self.memory_kib
    }

    /// Width of the PID column, as `PsRow::line` wants it: the digits of the highest PID.
    pub fn pid_width(&self) -> usize {
        self.pid_width
    }

    pub(super) fn page_kib(&self) -> u64 {
        self.page_kib
    }

    pub(super) fn ticks_per_second(&self) -> u64 {
        self.ticks_per_second
    }

    /// The age of a process in clock ticks, through floating point like `uptime_ticks`.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "procps' own arithmetic"
    )]
    pub(super) fn lived_ticks(&self, start_ticks: u64, moment: &Moment) -> u64 {
        let ticks_per_second = self.ticks_per_second as f64;
        let seconds = moment.boot_ticks.saturating_sub(start_ticks) as f64 / ticks_per_second;
        (seconds * ticks_per_second) as u64
    }

    /// The second since 1970 in which a process started.
    pub(super) fn start_unix(&self, start_ticks: u64) -> i64 {
        let seconds = i64::try_from(start_ticks / self.ticks_per_second).unwrap_or(i64::MAX);
        self.boot_unix.saturating_add(seconds)
    }

    /// The USER column for a user's number.
    pub(super) fn user(&mut self, uid: u32) -> &str {
        self.users.entry(uid).or_insert_with(|| {
            let name = User::from_uid(Uid::from_raw(uid))
                .ok()
                .flatten()
                .map(|user| user.name);
            user_column(name.filter(|name| name.len() <= LONGEST_USER), uid)
        })
    }

    /// The TTY column for a terminal's device number; `pid` is a process that has it.
    pub(super) fn terminal(&mut self, terminal: i32, pid: i32) -> &str {
        const NONE: &str = "?";
        if terminal == 0 {
            return NONE;
        }
        if !self.terminals.contains_key(&terminal) {
            let drivers = self.drivers.get_or_insert_with(Drivers::read);
            // A device that is missing may appear later, so this is not cached.
            let Some(name) = drivers.name(terminal, pid) else {
                return NONE;
            };
            self.terminals.insert(terminal, name);
        }
        self.terminals.get(&terminal).map_or(NONE, String::as_str)
    }
}

fn pid_width() -> Option<usize> {
    let highest = std::fs::read_to_string("/proc/sys/kernel/pid_max").ok()?;
    Some(highest.trim_end().len())
}

/// A constant of the system that is never 0.
fn constant(name: SysconfVar) -> Option<u64> {
    let value = sysconf(name).ok().flatten()?;
    u64::try_from(value).ok().filter(|&value| value > 0)
}

/// USER: the name if it fits, else its first seven bytes and a `+`. If the eighth byte is not ASCII,
/// the user's number.
fn user_column(name: Option<String>, uid: u32) -> String {
    let Some(name) = name else {
        return uid.to_string();
    };
    if name.chars().count() <= USER_WIDTH {
        return name;
    }
    let kept = &name.as_bytes()[..USER_WIDTH - 1];
    if name.as_bytes()[USER_WIDTH - 1] < 127 {
        format!("{}+", String::from_utf8_lossy(kept))
    } else {
        uid.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, Moment};

    #[test]
    fn ticks_come_out_as_procps_has_them() {
        let host = Host {
            ticks_per_second: 100,
            ..Host::new().unwrap()
        };
        // 1.15 * 100 and 0.57 * 100 as C computes them.
        assert_eq!(host.uptime_ticks(1_159_999_999), 114);
        assert_eq!(host.uptime_ticks(1_200_000_000), 120);
        let at = |boot_ticks| Moment {
            boot_ticks,
            today: None,
        };
        assert_eq!(host.lived_ticks(1000, &at(1057)), 56);
        assert_eq!(host.lived_ticks(1000, &at(1058)), 57);
        assert_eq!(
            host.lived_ticks(1000, &at(900)),
            0,
            "started after the clock was read"
        );
    }

    #[test]
    fn the_boot_time_is_the_kernels() {
        let stat = std::fs::read_to_string("/proc/stat").unwrap();
        let line = stat
            .lines()
            .find_map(|line| line.strip_prefix("btime "))
            .unwrap();
        assert_eq!(Host::new().unwrap().boot_unix, line.parse::<i64>().unwrap());
    }

    #[test]
    fn users_and_terminals_have_names() {
        let mut host = Host::new().unwrap();
        assert_eq!(host.user(0), "root");
        assert_eq!(host.user(4_000_001), "4000001");
        assert_eq!(host.terminal(0, 1), "?");
        assert_eq!(host.terminal(0x7fff_ffff, 1), "?");
    }

    #[test]
    fn a_user_is_a_name_a_cut_name_or_a_number() {
        let user = |name: &str| super::user_column(Some(name.to_owned()), 1234);
        assert_eq!(user("root"), "root");
        assert_eq!(user("eightlet"), "eightlet");
        assert_eq!(user("ninelette"), "ninelet+");
        assert_eq!(user("ééé"), "ééé");
        assert_eq!(user("abcdefgéh"), "1234");
        assert_eq!(super::user_column(None, 1234), "1234");
    }
}
