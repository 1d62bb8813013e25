//! The system call a thread is blocked in, as `/proc/PID/task/TID/syscall` tells it (proc(5)).
//!
//! Only waiting calls are told apart. What their arguments point to is read from the memory of the
//! process: the descriptors of poll(2) and select(2), the ends of sleeps.

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
    /// open(2) of a FIFO, whose other end nobody has open.
    Open,
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

impl Call {
    /// Reads the line of a thread that does not run.
    pub(crate) fn parse(line: &str, memory: &Memory) -> Call {
        let mut words = line.split_ascii_whitespace();
        let number = match words.next() {
            Some("running") => return Call::Running,
            Some(number) => number.parse().unwrap_or(-1),
            None => return Call::Unseen,
        };
        let mut arguments = [0; 6];
        for (argument, word) in arguments.iter_mut().zip(&mut words) {
            let digits = word.strip_prefix("0x").unwrap_or(word);
            *argument = u64::from_str_radix(digits, 16).unwrap_or(0);
        }
        decode(number, arguments, memory)
    }

    /// Whether the wait ends by itself.
    pub(crate) fn until(&self) -> Option<Until> {
        match self {
            Call::Futex { until, .. } | Call::Poll { until, .. } | Call::Signal { until } => *until,
            Call::Sleep(until) => Some(*until),
            _ => None,
        }
    }
}

fn decode(number: i64, arguments: [u64; 6], memory: &Memory) -> Call {
    let [a0, a1, a2, a3, a4, _] = arguments;
    let span = |address: u64| (address != 0).then(|| interval(memory, address, 1_000_000));
    let millis = |argument: u64| u64::try_from(int(argument)).ok().map(Until::For);
    match number {
        libc::SYS_futex => futex(memory, arguments),
        libc::SYS_nanosleep => Call::Sleep(interval(memory, a0, 1_000_000)),
        libc::SYS_clock_nanosleep if a1 & 1 == 1 => Call::Sleep(absolute(memory, a2, a0 == 0)),
        libc::SYS_clock_nanosleep => Call::Sleep(interval(memory, a2, 1_000_000)),
        libc::SYS_restart_syscall => Call::Sleep(Until::Sometime),
        libc::SYS_wait4 => Call::Child((int(a0) > 0).then(|| int(a0))),
        libc::SYS_waitid if a0 == 1 => Call::Child(Some(int(a1))),
        // P_PIDFD.
        libc::SYS_waitid if a0 == 3 => Call::Read(int(a1)),
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
        libc::SYS_flock => Call::FileLock(int(a0)),
        libc::SYS_fcntl => Call::FileLock(int(a0)),
        libc::SYS_openat => Call::Open,
        libc::SYS_ppoll => polled(memory, a0, a1, span(a2)),
        libc::SYS_pselect6 => selected(memory, a0, [a1, a2, a3], span(a4)),
        libc::SYS_epoll_pwait => Call::Poll {
            fds: vec![(int(a0), false)],
            until: millis(a3),
        },
        #[cfg(target_arch = "x86_64")]
        libc::SYS_epoll_wait => Call::Poll {
            fds: vec![(int(a0), false)],
            until: millis(a3),
        },
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
        libc::SYS_open => Call::Open,
        -1 => Call::Unseen,
        number => Call::Other(number),
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
    let bytes = memory.bytes(address, count * SIZE).unwrap_or_default();
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
        let bytes = memory.bytes(set, bits.div_ceil(64) * 8).unwrap_or_default();
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
    use super::{Call, Until};
    use crate::inspect::memory::Memory;

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
        assert_eq!(Call::parse(&line, &memory), expected);
        let line = format!("{} 0x0 0x0 {:p}", libc::SYS_clock_nanosleep, time.as_ptr());
        let slept = Call::parse(&line, &memory);
        assert_eq!(slept, Call::Sleep(Until::For(2500)));
        assert_eq!(Call::parse("running\n", &memory), Call::Running);
        assert_eq!(Call::parse("-1 0x7ffc 0x7f00", &memory), Call::Unseen);
    }
}
