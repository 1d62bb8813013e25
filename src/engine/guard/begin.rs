//! Starts the main process, followed or not.
//!
//! A followed program begins as `forklore __exec`, which waits until the guard is its tracer and then
//! executes the program, so that nothing of the program has run before. The result is known at once:
//! the socket between the two is closed by exec(2), or brings the reason of the failure.

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

/// How the main process was started.
pub(super) struct StartedMain {
    pub pid: i32,
    pub state: MainState,
}

pub(super) enum MainState {
    /// It runs, and was not to be followed.
    Running,
    /// It is followed, and stopped before its first instruction.
    Stopped,
    /// It runs, and could not be followed.
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
    // Its exec is complete only when it says so: posix_spawn returns before the kernel has told a
    // tracer.
    if recv(ours.as_raw_fd(), &mut [0; 1], MsgFlags::empty())? != 1 {
        return Err(Errno::ECHILD);
    }
    let followed = ptrace::follow(pid).map_err(|error| errno_of(&error));
    // If it is gone, the next step finds out.
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

/// Waits until the process has executed the program. Signals that arrive meanwhile are its own.
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

/// `forklore __exec IGNORED BLOCKED PROGRAM ARGUMENTS…`: executes the program once it is released.
/// Returns, with an exit code, only when that fails. The program inherits the two signal masks (in
/// hexadecimal), as they were when forklore was started.
///
/// The program has a process group of its own, as under a shell, so a signal to its group does not
/// reach the guard. It has no controlling terminal. With one it would be in the background, and its
/// first use of `/dev/tty` (a password prompt, a pager) would stop it for good; without one it reads
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
    // It is bound to the guard's only thread, and cleared for children; the guard ends those.
    let bound = nix::sys::prctl::set_pdeathsig(Signal::SIGKILL);
    // A guard that died before this releases nobody.
    let _ = send(go.as_raw_fd(), b"r", MsgFlags::MSG_NOSIGNAL);
    if recv(go.as_raw_fd(), &mut [0; 1], MsgFlags::empty()) != Ok(1) {
        return REFUSED;
    }
    let become_program = || -> nix::Result<()> {
        bound?;
        nix::unistd::setpgid(Pid::from_raw(0), Pid::from_raw(0))?;
        // If the guard is gone, there is nobody to tell.
        let _ = leave_terminal();
        // Rust's runtime ignores SIGPIPE, and exec(2) would keep that.
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
