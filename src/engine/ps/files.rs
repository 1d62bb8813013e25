//! The files of one process under `/proc`, opened so that they can only belong to that process.
//!
//! Every file is opened relative to the descriptor of the directory, which is bound to the process and
//! not to its PID. Once the process is reaped, every open and every read fails, even when the PID
//! has been reused. `Process` is the only caller.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, fstat};

/// Most bytes read of a file: what procps reads of a command line.
const LONGEST: usize = 128 * 1024 - 1;

/// The open files of one process. A file that is read only after a change is opened when it is first
/// needed. `status` is rarely needed and is opened each time.
#[derive(Debug)]
pub(super) struct Files {
    directory: OwnedFd,
    stat: File,
    schedstat: Option<File>,
    statm: Option<File>,
    cmdline: Option<File>,
}

impl Files {
    /// Most descriptors that one `Files` holds.
    pub(super) const DESCRIPTORS: usize = 5;

    pub(super) fn open(pid: i32) -> io::Result<Files> {
        let directory = open(
            format!("/proc/{pid}").as_str(),
            OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
            Mode::empty(),
        )?;
        let stat = open_in(&directory, "stat")?;
        Ok(Files {
            directory,
            stat,
            schedstat: None,
            statm: None,
            cmdline: None,
        })
    }

    /// `/proc/PID/stat`: the kernel's numbers on one line.
    pub(super) fn read_stat<'a>(&self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(&self.stat, into)
    }

    /// `/proc/PID/schedstat`: time on a processor, time waiting for one, time slices run. Empty where
    /// the kernel does not count them; without `CONFIG_SCHED_INFO` there is no such file.
    pub(super) fn read_schedstat<'a>(&mut self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        match opened(&mut self.schedstat, &self.directory, "schedstat") {
            Ok(file) => read(file, into),
            Err(_) => Ok(&[]),
        }
    }

    /// The effective user. It owns the directory, whether or not the process is dumpable
    /// (`task_dump_owner` in the kernel's fs/proc/base.c). For a process that is gone the owner is
    /// root, so a later reading must succeed before this one counts.
    pub(super) fn effective_uid(&self) -> io::Result<u32> {
        Ok(fstat(&self.directory)?.st_uid)
    }

    /// `/proc/PID/statm`: sizes in pages.
    pub(super) fn read_statm<'a>(&mut self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(opened(&mut self.statm, &self.directory, "statm")?, into)
    }

    /// `/proc/PID/cmdline`: the arguments, each ended by NUL. Empty for kernel threads and zombies.
    pub(super) fn read_cmdline<'a>(&mut self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(opened(&mut self.cmdline, &self.directory, "cmdline")?, into)
    }

    /// `/proc/PID/status`: one fact a line. It costs as much as all the other files together.
    pub(super) fn read_status<'a>(&self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(&open_in(&self.directory, "status")?, into)
    }
}

/// Whether the error means that the process is gone.
pub(super) fn is_gone(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(Errno::ESRCH as i32)
}

fn opened<'a>(slot: &'a mut Option<File>, directory: &OwnedFd, name: &str) -> io::Result<&'a File> {
    match slot {
        Some(file) => Ok(file),
        None => Ok(slot.insert(open_in(directory, name)?)),
    }
}

fn open_in(directory: &OwnedFd, name: &str) -> io::Result<File> {
    let opened = openat(
        directory,
        name,
        OFlag::O_RDONLY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )?;
    Ok(File::from(opened))
}

/// Reads the whole file into the front of `buffer`, which grows as needed. These files return
/// everything in one `pread`, so a short read is the end.
fn read<'a>(file: &File, buffer: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
    if buffer.is_empty() {
        buffer.resize(4096, 0);
    }
    loop {
        let length = file.read_at(buffer, 0)?;
        if length < buffer.len() || length >= LONGEST {
            return Ok(&buffer[..length.min(LONGEST)]);
        }
        buffer.resize((buffer.len() * 4).min(LONGEST + 1), 0);
    }
}
