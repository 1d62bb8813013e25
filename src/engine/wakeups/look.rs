//! Taking a `Look`: what every thread of some processes does, by `/proc`.
//!
//! Nothing is stopped and nothing is changed. A process that ends meanwhile is left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;

use super::descriptors::Descriptors;
use super::syscall::{Syscall, Wait};
use super::{Suspect, threads, wakeups};
use crate::trace::{Look, PipeLook, ThreadLook};

/// Most processes that are looked at, and most threads that are told of.
const PROCESSES: usize = 512;
const THREADS: usize = 1024;

/// What the threads of these processes do now.
pub(crate) fn look(suspects: &[Suspect]) -> Look {
    let pids = suspects.iter().map(|suspect| suspect.pid);
    let pids: Vec<i32> = pids.take(PROCESSES).collect();
    let descriptors = Descriptors::of(&pids);
    let tasks = pids
        .iter()
        .flat_map(|pid| threads(*pid).into_iter().map(|tid| (*pid, tid)));
    let threads: Vec<ThreadLook> = tasks
        .take(THREADS)
        .filter_map(|(pid, tid)| thread(pid, tid, &descriptors))
        .collect();
    let mut pipes: BTreeMap<&str, PipeLook> = BTreeMap::new();
    for thread in &threads {
        for (fd, on) in thread.fds.iter().zip(&thread.on) {
            if on.starts_with("pipe:") || on.starts_with("socket:") {
                pipes
                    .entry(on)
                    .or_insert_with(|| pipe((thread.pid, *fd), on, &descriptors));
            }
        }
    }
    Look {
        stuck: suspects.len() <= PROCESSES && !threads.is_empty() && wakeups(suspects).is_empty(),
        pipes: pipes.into_values().collect(),
        threads,
    }
}

fn thread(pid: i32, tid: i32, descriptors: &Descriptors) -> Option<ThreadLook> {
    let stat = std::fs::read(format!("/proc/{pid}/task/{tid}/stat")).ok()?;
    let state = crate::sys::stat::Stat::parse(&stat)?.state;
    if matches!(state, 'Z' | 'X' | 'x') {
        return None;
    }
    let mut look = ThreadLook {
        pid,
        tid,
        state: state.to_string(),
        ..ThreadLook::default()
    };
    let Some(call) = Syscall::of(pid, tid) else {
        return Some(look);
    };
    look.call = call.name();
    look.child = call.child();
    look.shared = call.futex().and_then(|address| file_at(pid, address));
    match call.wait(pid) {
        Wait::Timed => look.timed = true,
        Wait::For(fds) => {
            look.on = fds.iter().map(|fd| descriptors.target(pid, *fd)).collect();
            look.fds = fds;
        }
        Wait::ForClient(fd) => {
            look.on = vec![descriptors.target(pid, fd)];
            look.fds = vec![fd];
        }
        Wait::Inside | Wait::ForSignal | Wait::Unknown => {}
    }
    Some(look)
}

fn pipe((pid, fd): (i32, i32), name: &str, descriptors: &Descriptors) -> PipeLook {
    let (bytes, size) = fill(pid, fd, name).unzip();
    PipeLook {
        pipe: name.to_owned(),
        bytes,
        size,
        readers: descriptors.holders(name, false),
        writers: descriptors.holders(name, true),
    }
}

/// Bytes in a pipe, and how many fit in. Sockets can't be opened.
fn fill(pid: i32, fd: i32, name: &str) -> Option<(u64, u64)> {
    if !name.starts_with("pipe:") {
        return None;
    }
    let mut options = File::options();
    options.custom_flags(libc::O_NONBLOCK);
    let path = format!("/proc/{pid}/fd/{fd}");
    let read = options.clone().read(true).open(&path);
    let file = read.or_else(|_| options.write(true).open(&path)).ok()?;
    let bytes = crate::sys::pipe::bytes_in(file.as_raw_fd()).ok()?;
    let size = nix::fcntl::fcntl(&file, nix::fcntl::FcntlArg::F_GETPIPE_SZ).ok()?;
    Some((bytes, u64::try_from(size).ok()?))
}

/// The file that is mapped at this address, where the memory is shared.
fn file_at(pid: i32, address: u64) -> Option<String> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    maps.lines().find_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let from = u64::from_str_radix(from, 16).ok()?;
        let to = u64::from_str_radix(to, 16).ok()?;
        let shared = rest.as_bytes().get(3) == Some(&b's');
        let path = rest.find('/').map(|at| rest[at..].to_owned());
        let inode = rest.split_ascii_whitespace().nth(3).unwrap_or_default();
        let name = path.unwrap_or_else(|| "shared".to_owned());
        ((from..to).contains(&address) && shared).then(|| format!("{name}#{inode}"))
    })
}
