//! Taking a `Look`: what every thread of some processes does, by `/proc`.
//!
//! Nothing is stopped and nothing is changed. A process that ends meanwhile is left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;

use super::descriptors::Descriptors;
use super::{Suspect, wakeups};
use crate::proc::{Call, Memory, Syscall, file, mappings, threads};
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
    let stat = file(pid, &format!("task/{tid}/stat"));
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
    let call = call.decode(&Memory::of(pid));
    look.timed = call.until().is_some();
    match call {
        Call::Futex { address, .. } => look.shared = file_at(pid, address),
        Call::Child(child) => look.child = Some(child.unwrap_or(-1)),
        Call::ChildBy(_) => look.child = Some(-1),
        _ => {}
    }
    if !look.timed {
        look.fds = descriptors.waited(pid, &call);
        let fds = look.fds.iter();
        look.on = fds.map(|fd| descriptors.target(pid, *fd)).collect();
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
    let mut mappings = mappings(pid).into_iter();
    let mapping = mappings.find(|mapping| mapping.contains(address) && mapping.shared)?;
    let named = mapping.path.starts_with('/');
    let name = if named { &mapping.path } else { "shared" };
    Some(format!("{name}#{}", mapping.inode))
}
