//! Bringing the main process to life, followed or not.
//!
//! One that is followed begins as `forklore __exec`, which waits until the guard is its tracer and
//! then becomes the program: so nothing of the program has run before. Whether that went is known at
//! once: the socket between the two closes by exec(2), or brings why it failed.

use std::ffi::{CString, OsString};
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use nix::errno::Errno;
use nix::spawn::{PosixSpawnFileActions, posix_spawn};
use nix::sys::signal::Signal;
use nix::sys::socket::{MsgFlags, recv, send};
use nix::unistd::Pid;

use super::super::spawn::{clean_signals, environment};
use crate::protocol::{GuardConfig, descriptors, environment as variables, subcommand};
use crate::sys::process::{inherited, leave_terminal};
use crate::sys::ptrace::{self, Change};
use crate::sys::signal::{SignalState, restore_defaults};
use crate::sys::socket::packet_pair;

/// How the main process began.
pub(super) struct StartedMain {
    pub pid: i32,
    pub state: MainState,
}

pub(super) enum MainState {
    /// It runs, and nobody wanted it followed.
    Running,
    /// It stands before its first instruction, followed.
    Stopped,
    /// It runs and could not be followed.
    NotTraced(Errno),
}

/// Starts the main process.
pub(super) fn start_main(
    config: &GuardConfig,
    argv: &[OsString],
    streams: &[OwnedFd; 2],
) -> nix::Result<StartedMain> {
    if config.follow {
        return start_traced(config, argv, streams);
    }
    let actions = actions(config, streams)?;
    let pid = spawn(config, &actions, argv.iter().map(OsString::as_os_str))?;
    Ok(StartedMain {
        pid,
        state: MainState::Running,
    })
}

fn start_traced(
    config: &GuardConfig,
    argv: &[OsString],
    streams: &[OwnedFd; 2],
) -> nix::Result<StartedMain> {
    let (ours, theirs) = packet_pair().map_err(|error| errno_of(&error))?;
    let mut actions = actions(config, streams)?;
    actions.add_dup2(theirs.as_raw_fd(), descriptors::GO)?;
    let signals = [config.ignored, config.blocked].map(|mask| format!("{mask:x}"));
    let words = ["forklore", subcommand::EXEC, &signals[0], &signals[1]].map(std::ffi::OsStr::new);
    let words = words
        .into_iter()
        .chain(argv.iter().map(OsString::as_os_str));
    let pid = spawn(config, &actions, words)?;
    drop(theirs);
    // Its own exec is over only when it says so: posix_spawn comes back before the kernel has told
    // a tracer of it.
    if recv(ours.as_raw_fd(), &mut [0; 1], MsgFlags::empty())? != 1 {
        return Err(Errno::ECHILD);
    }
    let followed = ptrace::follow(pid).map_err(|error| errno_of(&error));
    // A helper that is gone is found out by what follows.
    let _ = send(ours.as_raw_fd(), b"g", MsgFlags::MSG_NOSIGNAL);
    let mut why = [0; 4];
    match recv(ours.as_raw_fd(), &mut why, MsgFlags::empty()) {
        Ok(4) => return Err(Errno::from_raw(i32::from_ne_bytes(why))),
        Ok(_) => {}
        Err(errno) => return Err(errno),
    }
    let state = match followed {
        Ok(()) => {
            await_exec(pid).map_err(|error| errno_of(&error))?;
            MainState::Stopped
        }
        Err(errno) => MainState::NotTraced(errno),
    };
    Ok(StartedMain { pid, state })
}

/// Waits until the process has become the program; signals that come meanwhile are its own.
fn await_exec(pid: i32) -> io::Result<()> {
    loop {
        match ptrace::next_change(pid)? {
            Change::Executed(_) => return Ok(()),
            Change::Signalled(signal) => ptrace::resume(pid, signal)?,
            Change::Ended => return Err(Errno::ESRCH.into()),
            Change::Forked(_) | Change::Trapped => ptrace::resume(pid, 0)?,
            Change::Stopped(_) => ptrace::listen(pid)?,
        }
    }
}

fn actions(config: &GuardConfig, streams: &[OwnedFd; 2]) -> nix::Result<PosixSpawnFileActions> {
    let mut actions = PosixSpawnFileActions::init()?;
    if config.input {
        actions.add_dup2(descriptors::INPUT, 0)?;
    }
    actions.add_dup2(streams[0].as_raw_fd(), 1)?;
    actions.add_dup2(streams[1].as_raw_fd(), 2)?;
    Ok(actions)
}

fn spawn<'a>(
    config: &GuardConfig,
    actions: &PosixSpawnFileActions,
    argv: impl Iterator<Item = &'a std::ffi::OsStr>,
) -> nix::Result<i32> {
    let argv: Vec<CString> = argv
        .map(|word| CString::new(word.as_bytes()).map_err(|_| Errno::EINVAL))
        .collect::<Result<_, _>>()?;
    let mark = (
        variables::GUARD.into(),
        std::process::id().to_string().into(),
    );
    posix_spawn(
        &config.program,
        actions,
        &clean_signals()?.0,
        &argv,
        &environment([mark]),
    )
    .map(Pid::as_raw)
}

fn errno_of(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// `forklore __exec IGNORED BLOCKED PROGRAM ARGUMENTS…`: becomes the program once it is let go. Comes
/// back, with an exit code, only where that fails. The program inherits the two masks of signals, in
/// hexadecimal: as they were when forklore was started.
///
/// The program has a process group of its own, as at a shell: what it sends to its group does not
/// reach the guard. It has no controlling terminal: there it would be in the background, and stopped
/// for good by its first word with `/dev/tty` (a password's, a pager's), while it can be answered on
/// its descriptor 0.
pub fn exec(argv: &[OsString]) -> u8 {
    const REFUSED: u8 = 127;
    let mask = |word: &OsString| u64::from_str_radix(word.to_str()?, 16).ok();
    let [ignored, blocked, argv @ ..] = argv else {
        return REFUSED;
    };
    let (Some(ignored), Some(blocked), Ok(go)) =
        (mask(ignored), mask(blocked), inherited(descriptors::GO))
    else {
        return REFUSED;
    };
    let signals = SignalState { ignored, blocked };
    // Bound to the guard's one thread, and cleared for children; the guard ends those.
    let bound = nix::sys::prctl::set_pdeathsig(Signal::SIGKILL);
    // A guard that died before that lets nobody go.
    let _ = send(go.as_raw_fd(), b"r", MsgFlags::MSG_NOSIGNAL);
    if recv(go.as_raw_fd(), &mut [0; 1], MsgFlags::empty()) != Ok(1) {
        return REFUSED;
    }
    let become_program = || -> nix::Result<()> {
        bound?;
        nix::unistd::setpgid(Pid::from_raw(0), Pid::from_raw(0))?;
        // One that hung up meanwhile is left already.
        let _ = leave_terminal();
        // Rust's own start has ignored SIGPIPE, and exec(2) would keep that.
        restore_defaults(&[Signal::SIGPIPE])
            .and_then(|()| signals.take_on())
            .map_err(|error| errno_of(&error))?;
        let words: Vec<CString> = argv
            .iter()
            .map(|word| CString::new(word.as_bytes()).map_err(|_| Errno::EINVAL))
            .collect::<Result<_, _>>()?;
        let program = words.first().ok_or(Errno::ENOENT)?;
        let root = (
            variables::ROOT.into(),
            std::process::id().to_string().into(),
        );
        nix::unistd::execvpe(program, &words, &environment([root])).map(|_| ())
    };
    let why = become_program().err().unwrap_or(Errno::EIO);
    let _ = send(
        go.as_raw_fd(),
        &(why as i32).to_ne_bytes(),
        MsgFlags::MSG_NOSIGNAL,
    );
    REFUSED
}
