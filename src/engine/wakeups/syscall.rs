//! The system call a thread is blocked in, as `/proc/PID/task/TID/syscall` tells it (proc(5)).
//!
//! Says what kind of wait it is. The arguments of poll(2) and select(2) are read from the memory of
//! the process.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// Descriptors looked at in one call.
const MOST: u64 = 4096;

/// What kind of wait a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wait {
    /// Only the process itself or its children can end it.
    Inside,
    /// It ends by itself.
    Timed,
    ForSignal,
    /// For one of these descriptors.
    For(Vec<i32>),
    /// For somebody to connect to this socket.
    ForClient(i32),
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Syscall {
    number: i64,
    arguments: [u64; 6],
}

impl Syscall {
    /// `None` for a thread that is not blocked, or is not shown.
    pub(super) fn parse(line: &str) -> Option<Syscall> {
        let mut words = line.split_ascii_whitespace();
        let number = words.next()?.parse().ok()?;
        let mut arguments = [0; 6];
        for (argument, word) in arguments.iter_mut().zip(&mut words) {
            *argument = u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()?;
        }
        Some(Syscall { number, arguments })
    }

    /// The call of a thread, seen as what it was before a signal interrupted it: poll(2) is then called
    /// `restart_syscall`, with the arguments it had. That it polls is what the kernel waits in.
    pub(super) fn of(pid: i32, tid: i32) -> Option<Syscall> {
        let task = format!("/proc/{pid}/task/{tid}");
        let line = std::fs::read_to_string(format!("{task}/syscall")).ok()?;
        let call = Syscall::parse(&line)?;
        #[cfg(target_arch = "x86_64")]
        if call.number == libc::SYS_restart_syscall {
            let place = std::fs::read_to_string(format!("{task}/wchan")).unwrap_or_default();
            if place.starts_with("poll_") || place.starts_with("do_sys_poll") {
                return Some(Syscall {
                    number: libc::SYS_poll,
                    ..call
                });
            }
        }
        Some(call)
    }

    pub(super) fn number(self) -> i64 {
        self.number
    }

    /// What it is called; its number where it is none of those told apart here.
    pub(super) fn name(self) -> String {
        let name = match self.number {
            libc::SYS_futex | libc::SYS_futex_waitv => "futex",
            libc::SYS_nanosleep | libc::SYS_clock_nanosleep => "nanosleep",
            libc::SYS_wait4 => "wait4",
            libc::SYS_waitid => "waitid",
            libc::SYS_read | libc::SYS_readv => "read",
            libc::SYS_write | libc::SYS_writev => "write",
            libc::SYS_recvfrom | libc::SYS_recvmsg => "recv",
            libc::SYS_sendto | libc::SYS_sendmsg => "send",
            libc::SYS_accept | libc::SYS_accept4 => "accept",
            libc::SYS_ppoll => "poll",
            libc::SYS_pselect6 => "select",
            libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => "epoll",
            libc::SYS_rt_sigsuspend => "sigsuspend",
            #[cfg(target_arch = "x86_64")]
            libc::SYS_poll => "poll",
            #[cfg(target_arch = "x86_64")]
            libc::SYS_select => "select",
            #[cfg(target_arch = "x86_64")]
            libc::SYS_epoll_wait => "epoll",
            #[cfg(target_arch = "x86_64")]
            libc::SYS_pause => "pause",
            number => return number.to_string(),
        };
        name.to_owned()
    }

    /// The child that is waited for: a PID, or -1 for any.
    pub(super) fn child(self) -> Option<i32> {
        let [a0, a1, ..] = self.arguments;
        match self.number {
            libc::SYS_wait4 => Some(descriptor(a0)),
            libc::SYS_waitid if descriptor(a0) == libc::P_PID.cast_signed() => Some(descriptor(a1)),
            libc::SYS_waitid => Some(-1),
            _ => None,
        }
    }

    /// The address that is waited on.
    pub(super) fn futex(self) -> Option<u64> {
        (self.number == libc::SYS_futex).then_some(self.arguments[0])
    }

    /// What the call waits for; `pid` is the process whose memory holds its arguments.
    pub(super) fn wait(self, pid: i32) -> Wait {
        let [a0, a1, a2, a3, a4, _] = self.arguments;
        let for_fd = || Wait::For(vec![descriptor(a0)]);
        // A null pointer is no timeout, and so is a negative number of milliseconds.
        let unless_timed = |timeout: u64, wait: Wait| if timeout == 0 { wait } else { Wait::Timed };
        let unless_millis = |timeout: u64, wait: Wait| {
            if descriptor(timeout) < 0 {
                wait
            } else {
                Wait::Timed
            }
        };
        match self.number {
            libc::SYS_futex | libc::SYS_futex_waitv => unless_timed(a3, Wait::Inside),
            libc::SYS_nanosleep | libc::SYS_clock_nanosleep | libc::SYS_restart_syscall => {
                Wait::Timed
            }
            libc::SYS_wait4 | libc::SYS_waitid => Wait::Inside,
            libc::SYS_read
            | libc::SYS_readv
            | libc::SYS_write
            | libc::SYS_writev
            | libc::SYS_recvfrom
            | libc::SYS_recvmsg
            | libc::SYS_sendto
            | libc::SYS_sendmsg => for_fd(),
            // Anybody may connect.
            libc::SYS_accept | libc::SYS_accept4 => Wait::ForClient(descriptor(a0)),
            libc::SYS_rt_sigsuspend => Wait::ForSignal,
            libc::SYS_rt_sigtimedwait => unless_timed(a2, Wait::ForSignal),
            libc::SYS_ppoll => unless_timed(a2, polled(pid, a0, a1)),
            libc::SYS_pselect6 => unless_timed(a4, selected(pid, a0, [a1, a2, a3])),
            libc::SYS_epoll_pwait => unless_millis(a3, watched(pid, a0)),
            libc::SYS_epoll_pwait2 => unless_timed(a3, watched(pid, a0)),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_poll => unless_millis(a2, polled(pid, a0, a1)),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_select => unless_timed(a4, selected(pid, a0, [a1, a2, a3])),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_epoll_wait => unless_millis(a3, watched(pid, a0)),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_pause => Wait::ForSignal,
            _ => Wait::Unknown,
        }
    }
}

/// An `int` argument: the lower half of its register.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the kernel reads no more of it"
)]
fn descriptor(argument: u64) -> i32 {
    (argument as u32).cast_signed()
}

fn memory(pid: i32, address: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    let file = File::open(format!("/proc/{pid}/mem")).ok()?;
    file.read_exact_at(&mut bytes, address).ok()?;
    Some(bytes)
}

/// The descriptors of poll(2): an array of `struct pollfd`.
fn polled(pid: i32, address: u64, count: u64) -> Wait {
    const SIZE: usize = size_of::<libc::pollfd>();
    let count = usize::try_from(count.min(MOST)).unwrap_or(0);
    let Some(bytes) = memory(pid, address, count * SIZE) else {
        return Wait::Unknown;
    };
    let fds = bytes.chunks_exact(SIZE).map(|entry| {
        let first = [entry[0], entry[1], entry[2], entry[3]];
        i32::from_ne_bytes(first)
    });
    Wait::For(fds.filter(|fd| *fd >= 0).collect())
}

/// The descriptors of select(2): three bit sets of so many bits. What the kernel took is still there:
/// it writes the answer over them only when it is done.
fn selected(pid: i32, count: u64, sets: [u64; 3]) -> Wait {
    let count = usize::try_from(count.min(MOST)).unwrap_or(0);
    let mut fds = Vec::new();
    for set in sets.into_iter().filter(|set| *set != 0) {
        let Some(bytes) = memory(pid, set, count.div_ceil(64) * 8) else {
            return Wait::Unknown;
        };
        let is_in = |fd: &usize| bytes[fd / 8] >> (fd % 8) & 1 == 1;
        fds.extend(
            (0..count)
                .filter(is_in)
                .filter_map(|fd| i32::try_from(fd).ok()),
        );
    }
    Wait::For(fds)
}

/// The descriptors of an epoll(7) set.
fn watched(pid: i32, epoll: u64) -> Wait {
    let path = format!("/proc/{pid}/fdinfo/{}", descriptor(epoll));
    let Ok(info) = std::fs::read_to_string(path) else {
        return Wait::Unknown;
    };
    let fds = info.lines().filter_map(|line| {
        let rest = line.strip_prefix("tfd:")?;
        rest.split_ascii_whitespace().next()?.parse().ok()
    });
    Wait::For(fds.collect())
}

#[cfg(test)]
mod tests {
    use super::{Syscall, Wait};

    #[test]
    fn a_line_of_proc_is_read_and_a_running_thread_has_none() {
        let line = format!(
            "{} 0x7f 0x80 0x0 0x0 0x0 0xffffffff 0x7ffc 0x7f00\n",
            libc::SYS_futex
        );
        let call = Syscall::parse(&line).expect("a blocked thread");
        assert_eq!(call.wait(0), Wait::Inside);
        assert!(Syscall::parse("running\n").is_none());
        let blocked_elsewhere = Syscall::parse("-1 0x7ffc 0x7f00\n").expect("no call");
        assert_eq!(blocked_elsewhere.wait(0), Wait::Unknown);
    }
}
