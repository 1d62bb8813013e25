//! The files of one process under `/proc`, opened so that they can only ever be that process's.
//!
//! Everything is opened relative to the directory's descriptor, which is bound to the process and
//! not to its number: once the process is reaped, every open and every read fails, even when the
//! PID has been given away again. `Process` calls it; nothing else reads `/proc/PID`.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, fstat};

/// Most bytes of a file that are read: as much as procps reads of a command line.
const LONGEST: usize = 128 * 1024 - 1;

/// The opened files of one process. What only a change makes worth reading is opened when first
/// wanted; `status`, wanted rarely, is opened anew each time.
#[derive(Debug)]
pub(super) struct Files {
    directory: OwnedFd,
    stat: File,
    schedstat: Option<File>,
    statm: Option<File>,
    cmdline: Option<File>,
}

impl Files {
    /// Descriptors one value holds at most.
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

    /// `/proc/PID/stat`: one line, the kernel's numbers.
    pub(super) fn read_stat<'a>(&self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(&self.stat, into)
    }

    /// `/proc/PID/schedstat`: time on a processor, time waiting for one, turns taken. Empty where
    /// the kernel does not count them (without `CONFIG_SCHED_INFO` there is no such file).
    pub(super) fn read_schedstat<'a>(&mut self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        match opened(&mut self.schedstat, &self.directory, "schedstat") {
            Ok(file) => read(file, into),
            Err(_) => Ok(&[]),
        }
    }

    /// The effective user: the owner of the directory, whether or not the process may be dumped
    /// (`task_dump_owner` in the kernel's fs/proc/base.c). Root for a process that is gone, so
    /// another reading must succeed after it.
    pub(super) fn effective_uid(&self) -> io::Result<u32> {
        Ok(fstat(&self.directory)?.st_uid)
    }

    /// `/proc/PID/statm`: sizes in pages.
    pub(super) fn read_statm<'a>(&mut self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(opened(&mut self.statm, &self.directory, "statm")?, into)
    }

    /// `/proc/PID/cmdline`: the arguments, each ended by a NUL; empty for kernel threads and zombies.
    pub(super) fn read_cmdline<'a>(&mut self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(opened(&mut self.cmdline, &self.directory, "cmdline")?, into)
    }

    /// `/proc/PID/status`: a line a fact, in words. As dear as all the others together.
    pub(super) fn read_status<'a>(&self, into: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        read(&open_in(&self.directory, "status")?, into)
    }
}

/// Whether this error says that the process is no more.
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

/// Reads the whole file from its start into the front of `buffer`, which grows as it must. These
/// files give all they have in one `pread`, so an answer shorter than the room is the end.
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
