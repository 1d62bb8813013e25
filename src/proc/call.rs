//! The system call a thread is blocked in, as `/proc/PID/task/TID/syscall` tells it (proc(5)).
//!
//! Only waiting calls are told apart. What their arguments point to is read from the memory of the
//! process: the descriptors of poll(2) and select(2), the ends of sleeps.

use super::file;
use super::memory::Memory;

/// Descriptors looked at in one call.
const MOST: u64 = 4096;

/// What a thread does, by the kernel's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// It runs, or is about to.
    Running,
    /// Stopped by a signal or a debugger.
    Stopped,
    /// futex(2) on this address.
    Futex {
        address: u64,
        until: Option<Until>,
    },
    /// wait4(2) or waitid(2); `None` is any child.
    Child(Option<i32>),
    /// waitid(2) for the child of this pidfd.
    ChildBy(i32),
    Read(i32),
    Write(i32),
    Accept(i32),
    Connect(i32),
    /// poll(2), select(2) or epoll_wait(2): descriptors, and whether it waits to write there.
    Poll {
        fds: Vec<(i32, bool)>,
        until: Option<Until>,
    },
    Sleep(Until),
    /// flock(2) or a lock of fcntl(2).
    FileLock(i32),
    /// open(2) of the path at this address: of a FIFO, whose other end nobody has open.
    Open(u64),
    Signal {
        until: Option<Until>,
    },
    /// Another call, by number.
    Other(i64),
    /// The kernel does not say.
    Unseen,
}

/// When a wait ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Milliseconds, as far as is known from the beginning of the wait.
    For(u64),
    /// Milliseconds of this clock, absolute.
    At { realtime: bool, millis: u64 },
    /// Some time.
    Sometime,
}

/// An `int` argument: the lower half of its register.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the kernel reads no more of it"
)]
fn int(argument: u64) -> i32 {
    (argument as u32).cast_signed()
}

/// A system call and its arguments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syscall {
    number: i64,
    arguments: [u64; 6],
}

impl Syscall {
    /// What a thread is blocked in; `None` when it is not blocked, or is not shown. A poll(2) that a signal
    /// interrupted is called `restart_syscall` afterwards, with the arguments it had; what the kernel waits in
    /// tells that it polls.
    pub(crate) fn of(pid: i32, tid: i32) -> Option<Syscall> {
        let line = file(pid, &format!("task/{tid}/syscall"));
        let call = Syscall::parse(std::str::from_utf8(&line).ok()?)?;
        #[cfg(target_arch = "x86_64")]
        if call.number == libc::SYS_restart_syscall {
            let place = file(pid, &format!("task/{tid}/wchan"));
            if place.starts_with(b"poll_") || place.starts_with(b"do_sys_poll") {
                return Some(Syscall {
                    number: libc::SYS_poll,
                    ..call
                });
            }
        }
        Some(call)
    }

    fn parse(line: &str) -> Option<Syscall> {
        let mut words = line.split_ascii_whitespace();
        let number = words.next()?.parse().ok()?;
        let mut arguments = [0; 6];
        for (argument, word) in arguments.iter_mut().zip(&mut words) {
            *argument = u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()?;
        }
        Some(Syscall { number, arguments })
    }

    pub(crate) fn number(self) -> i64 {
        self.number
    }

    /// What a recording calls it; its number where it has no name there.
    pub(crate) fn name(self) -> String {
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

    /// What it waits for; `memory` is the caller's.
    pub(crate) fn decode(self, memory: &Memory) -> Call {
        let [a0, a1, a2, a3, a4, _] = self.arguments;
        let span = |address: u64| (address != 0).then(|| interval(memory, address, 1_000_000));
        // A null pointer is no timeout, and so is a negative number of milliseconds.
        let millis = |argument: u64| u64::try_from(int(argument)).ok().map(Until::For);
        let epoll = |until| Call::Poll {
            fds: vec![(int(a0), false)],
            until,
        };
        match self.number {
            libc::SYS_futex => futex(memory, self.arguments),
            // The first of several: struct futex_waitv has the address behind the value.
            libc::SYS_futex_waitv => Call::Futex {
                address: memory.word(a0 + 8).unwrap_or(0),
                until: (a3 != 0).then_some(Until::Sometime),
            },
            libc::SYS_nanosleep => Call::Sleep(interval(memory, a0, 1_000_000)),
            libc::SYS_clock_nanosleep if a1 & 1 == 1 => Call::Sleep(absolute(memory, a2, a0 == 0)),
            libc::SYS_clock_nanosleep => Call::Sleep(interval(memory, a2, 1_000_000)),
            libc::SYS_restart_syscall => Call::Sleep(Until::Sometime),
            libc::SYS_wait4 => Call::Child((int(a0) > 0).then(|| int(a0))),
            libc::SYS_waitid if int(a0) == libc::P_PID.cast_signed() => Call::Child(Some(int(a1))),
            libc::SYS_waitid if int(a0) == libc::P_PIDFD.cast_signed() => Call::ChildBy(int(a1)),
            libc::SYS_waitid => Call::Child(None),
            libc::SYS_read | libc::SYS_readv | libc::SYS_recvfrom | libc::SYS_recvmsg => {
                Call::Read(int(a0))
            }
            libc::SYS_write | libc::SYS_writev | libc::SYS_sendto | libc::SYS_sendmsg => {
                Call::Write(int(a0))
            }
            libc::SYS_accept | libc::SYS_accept4 => Call::Accept(int(a0)),
            libc::SYS_connect => Call::Connect(int(a0)),
            libc::SYS_rt_sigsuspend => Call::Signal { until: None },
            libc::SYS_rt_sigtimedwait => Call::Signal { until: span(a2) },
            libc::SYS_flock | libc::SYS_fcntl => Call::FileLock(int(a0)),
            libc::SYS_openat => Call::Open(a1),
            libc::SYS_ppoll => polled(memory, a0, a1, span(a2)),
            libc::SYS_pselect6 => selected(memory, a0, [a1, a2, a3], span(a4)),
            libc::SYS_epoll_pwait => epoll(millis(a3)),
            libc::SYS_epoll_pwait2 => epoll(span(a3)),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_epoll_wait => epoll(millis(a3)),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_poll => polled(memory, a0, a1, millis(a2)),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_select => {
                let until = (a4 != 0).then(|| interval(memory, a4, 1_000));
                selected(memory, a0, [a1, a2, a3], until)
            }
            #[cfg(target_arch = "x86_64")]
            libc::SYS_pause => Call::Signal { until: None },
            #[cfg(target_arch = "x86_64")]
            libc::SYS_open => Call::Open(a0),
            // Blocked outside a call.
            -1 => Call::Unseen,
            number => Call::Other(number),
        }
    }
}

impl Call {
    /// When the wait ends by itself.
    pub(crate) fn until(&self) -> Option<Until> {
        match self {
            Call::Futex { until, .. } | Call::Poll { until, .. } | Call::Signal { until } => *until,
            Call::Sleep(until) => Some(*until),
            _ => None,
        }
    }
}

/// `FUTEX_WAIT_BITSET` and `FUTEX_LOCK_PI` take an absolute time; the latter always CLOCK_REALTIME.
const ABSOLUTE: [i32; 3] = [9, 6, 11];
const REALTIME: i32 = 256;

fn futex(memory: &Memory, arguments: [u64; 6]) -> Call {
    let [address, operation, _, timeout, ..] = arguments;
    let command = int(operation) & 127;
    let realtime = int(operation) & REALTIME != 0;
    let until = (timeout != 0).then(|| {
        if ABSOLUTE.contains(&command) {
            absolute(memory, timeout, realtime || command == 6)
        } else {
            interval(memory, timeout, 1_000_000)
        }
    });
    Call::Futex { address, until }
}

/// A `timespec` (units of a second's fraction: ns) or `timeval` (µs).
fn moment(memory: &Memory, address: u64, units_a_milli: u64) -> Option<u64> {
    let words = memory.words(address, 2)?;
    words[0]
        .checked_mul(1000)?
        .checked_add(words[1] / units_a_milli)
}

fn interval(memory: &Memory, address: u64, units_a_milli: u64) -> Until {
    moment(memory, address, units_a_milli).map_or(Until::Sometime, Until::For)
}

fn absolute(memory: &Memory, address: u64, realtime: bool) -> Until {
    moment(memory, address, 1_000_000)
        .map_or(Until::Sometime, |millis| Until::At { realtime, millis })
}

/// poll(2): an array of `struct pollfd`.
fn polled(memory: &Memory, address: u64, count: u64, until: Option<Until>) -> Call {
    const SIZE: usize = size_of::<libc::pollfd>();
    let count = usize::try_from(count.min(MOST)).unwrap_or(0);
    let Some(bytes) = memory.bytes(address, count * SIZE) else {
        return Call::Unseen;
    };
    let entry = |entry: &[u8]| {
        let fd = i32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
        let events = i16::from_le_bytes([entry[4], entry[5]]);
        (fd, events & libc::POLLOUT != 0)
    };
    let fds = bytes.chunks_exact(SIZE).map(entry);
    Call::Poll {
        fds: fds.filter(|(fd, _)| *fd >= 0).collect(),
        until,
    }
}

/// select(2): three bit sets. What the kernel took is still there: it writes the answer over them only
/// when it is done.
fn selected(memory: &Memory, count: u64, sets: [u64; 3], until: Option<Until>) -> Call {
    let bits = usize::try_from(count.min(MOST)).unwrap_or(0);
    let mut fds = Vec::new();
    for (place, set) in sets.into_iter().enumerate().filter(|(_, set)| *set != 0) {
        let Some(bytes) = memory.bytes(set, bits.div_ceil(64) * 8) else {
            return Call::Unseen;
        };
        let is_in = |fd: &usize| {
            bytes
                .get(fd / 8)
                .is_some_and(|byte| byte >> (fd % 8) & 1 == 1)
        };
        let found = (0..bits).filter(is_in);
        fds.extend(found.filter_map(|fd| Some((i32::try_from(fd).ok()?, place == 1))));
    }
    // Without descriptors it is a sleep.
    match (fds.is_empty(), until) {
        (true, Some(until)) => Call::Sleep(until),
        _ => Call::Poll { fds, until },
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Syscall, Until};
    use crate::proc::Memory;

    #[test]
    fn arguments_are_read_from_memory() {
        let memory = Memory::of(std::process::id().cast_signed());
        // Written before the first reading: a page is read once.
        let time = std::hint::black_box([2_u64, 500_000_000]);
        let fds = [
            libc::pollfd {
                fd: 7,
                events: libc::POLLIN,
                revents: 0,
            },
            libc::pollfd {
                fd: 9,
                events: libc::POLLOUT,
                revents: 0,
            },
        ];
        let line = format!("{} {:p} 0x2 0x0 0x0 0x0", libc::SYS_ppoll, fds.as_ptr());
        let expected = Call::Poll {
            fds: vec![(7, false), (9, true)],
            until: None,
        };
        let call = |line: &str| Syscall::parse(line).map(|call| call.decode(&memory));
        assert_eq!(call(&line), Some(expected));
        let line = format!("{} 0x0 0x0 {:p}", libc::SYS_clock_nanosleep, time.as_ptr());
        assert_eq!(call(&line), Some(Call::Sleep(Until::For(2500))));
        // Where its memory can't be read, nothing is known of its descriptors.
        let line = format!("{} 0x8 0x2 0x0", libc::SYS_ppoll);
        assert_eq!(call(&line), Some(Call::Unseen));
        assert_eq!(call("running\n"), None);
        assert_eq!(call("-1 0x7ffc 0x7f00"), Some(Call::Unseen));
    }
}
