//! What a process has open, and what that leads to (`proc_pid_fd(5)`).

use std::cell::OnceCell;
use std::fs::File;

use nix::fcntl::readlinkat;
use nix::sys::stat::{Mode, lstat};

use super::{file, numbers};

/// Descriptors of one process that are looked at.
const MOST: usize = 65_536;

/// An open descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fd {
    pub number: i32,
    pub target: String,
    pid: i32,
    /// The permissions of its link, once asked for.
    mode: OnceCell<Mode>,
    /// Of a pidfd, its process; of an epoll(7) set, its descriptors.
    pub watches: Vec<i32>,
}

impl Fd {
    /// One descriptor; `None` where it is not open.
    pub(crate) fn of(pid: i32, number: i32) -> Option<Fd> {
        let target = std::fs::read_link(format!("/proc/{pid}/fd/{number}")).ok()?;
        Some(Fd::new(pid, number, target.to_string_lossy().into_owned()))
    }

    fn new(pid: i32, number: i32, target: String) -> Fd {
        let watches = match target.as_str() {
            "anon_inode:[pidfd]" | "anon_inode:[eventpoll]" => watches(pid, number),
            _ => Vec::new(),
        };
        Fd {
            number,
            target,
            pid,
            mode: OnceCell::new(),
            watches,
        }
    }

    pub(crate) fn reads(&self) -> bool {
        self.mode().contains(Mode::S_IRUSR)
    }

    pub(crate) fn writes(&self) -> bool {
        self.mode().contains(Mode::S_IWUSR)
    }

    /// How it is open stands in the permissions of its link.
    fn mode(&self) -> Mode {
        *self.mode.get_or_init(|| {
            let link = format!("/proc/{}/fd/{}", self.pid, self.number);
            lstat(link.as_str())
                .map_or(Mode::empty(), |stat| Mode::from_bits_truncate(stat.st_mode))
        })
    }

    /// The inode of a pipe.
    pub(crate) fn pipe(&self) -> Option<u64> {
        inode(&self.target, "pipe:[")
    }

    pub(crate) fn socket(&self) -> Option<u64> {
        inode(&self.target, "socket:[")
    }
}

fn inode(target: &str, kind: &str) -> Option<u64> {
    target.strip_prefix(kind)?.strip_suffix(']')?.parse().ok()
}

/// What each descriptor of a process leads to.
pub(crate) fn links(pid: i32) -> Vec<(i32, String)> {
    let path = format!("/proc/{pid}/fd");
    let Ok(folder) = File::open(&path) else {
        return Vec::new();
    };
    let link = |number: i32| {
        let target = readlinkat(&folder, number.to_string().as_str()).ok()?;
        Some((number, target.to_string_lossy().into_owned()))
    };
    let numbers = numbers(&path).into_iter().take(MOST);
    numbers.filter_map(link).collect()
}

/// What a process has open.
pub(crate) fn descriptors(pid: i32) -> Vec<Fd> {
    let open = links(pid).into_iter();
    open.map(|(number, target)| Fd::new(pid, number, target))
        .collect()
}

/// What it watches, by its fdinfo (`proc_pid_fdinfo(5)`).
fn watches(pid: i32, fd: i32) -> Vec<i32> {
    let info = file(pid, &format!("fdinfo/{fd}"));
    let info = String::from_utf8_lossy(&info);
    let watched = info.lines().filter_map(|line| {
        let rest = line
            .strip_prefix("Pid:")
            .or_else(|| line.strip_prefix("tfd:"))?;
        rest.split_ascii_whitespace().next()?.parse().ok()
    });
    watched.collect()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use super::descriptors;

    #[test]
    fn the_ends_of_a_pipe_are_told_apart() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let fds = descriptors(std::process::id().cast_signed());
        let of = |number| {
            fds.iter()
                .find(|fd| fd.number == number)
                .expect("it is open")
        };
        let (reader, writer) = (of(reader.as_raw_fd()), of(writer.as_raw_fd()));
        assert!(reader.reads() && !reader.writes() && writer.writes() && !writer.reads());
        assert!(reader.pipe().is_some() && reader.pipe() == writer.pipe());
    }
}
