//! Follows processes by ptrace(2): their fork, exec and exit.
//!
//! Only the guard of a traced program uses it, and only for these events: it reads no memory and stops
//! at no system call. A followed process dies with its tracer (`PTRACE_O_EXITKILL`), so that a guard
//! that is killed leaves nothing behind. Only the tracer's thread may call these functions.

use std::io;
use std::mem::MaybeUninit;
use std::os::raw::c_void;
use std::ptr::null_mut;

use nix::errno::Errno;

/// A change of state of a followed process or thread, or of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It has ended. Its status can be collected (`process::reap`).
    Ended,
    /// It is about to receive this signal. `resume` with the signal delivers it.
    Signalled(i32),
    /// It has made a child or a thread with this ID, which is followed too.
    Forked(i32),
    /// It has executed another program. The ID is the former one; it differs when a thread called exec.
    Executed(i32),
    /// The whole process was stopped by this signal (`SIGSTOP`, `SIGTSTP` …). `listen` leaves it stopped.
    Stopped(i32),
    /// A stop for the tracer only: the first one, or the one when it continues after `Stopped`.
    Trapped,
}

/// Follows a child, and from then on every process that it makes.
///
/// # Errors
/// `EPERM` where that is not allowed (a container's rules, another tracer), `ESRCH` once it has ended.
pub fn follow(pid: i32) -> io::Result<()> {
    let options = libc::PTRACE_O_TRACEFORK
        | libc::PTRACE_O_TRACEVFORK
        | libc::PTRACE_O_TRACECLONE
        | libc::PTRACE_O_TRACEEXEC
        | libc::PTRACE_O_EXITKILL;
    request(libc::PTRACE_SEIZE, pid, null_mut(), number(options))
}

/// Continues a stopped thread. A `signal` other than 0 is delivered.
///
/// # Errors
/// `ESRCH` when it is not stopped (killed meanwhile).
pub fn resume(pid: i32, signal: i32) -> io::Result<()> {
    request(libc::PTRACE_CONT, pid, null_mut(), number(signal))
}

/// Leaves a thread `Stopped` until a signal continues or ends it.
///
/// # Errors
/// As `resume`.
pub fn listen(pid: i32) -> io::Result<()> {
    request(libc::PTRACE_LISTEN, pid, null_mut(), null_mut())
}

/// Stops a thread for the tracer only. `Trapped` follows, or a change that was under way.
///
/// # Errors
/// `ESRCH` once it has ended.
pub fn interrupt(pid: i32) -> io::Result<()> {
    request(libc::PTRACE_INTERRUPT, pid, null_mut(), null_mut())
}

/// Detaches from a stopped thread, which continues. A `signal` other than 0 is delivered.
///
/// # Errors
/// As `resume`.
pub fn detach(pid: i32, signal: i32) -> io::Result<()> {
    request(libc::PTRACE_DETACH, pid, null_mut(), number(signal))
}

/// The next change of a child or a followed process, without waiting: its ID and the change. A change
/// is returned once; an exit is returned until it is collected.
///
/// # Errors
/// `ECHILD` when there is neither a child nor a followed process.
pub fn changed() -> io::Result<Option<(i32, Change)>> {
    let peek = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT;
    let Some((pid, stopped, _)) = wait(libc::P_ALL, 0, peek)? else {
        return Ok(None);
    };
    if !stopped {
        return Ok(Some((pid, Change::Ended)));
    }
    // Only stops are consumed: a process that was killed meanwhile keeps its status for `reap`.
    match wait(libc::P_PID, pid.unsigned_abs(), libc::WSTOPPED)? {
        Some((_, true, status)) => Ok(Some((pid, meaning(pid, status)))),
        _ => Ok(Some((pid, Change::Ended))),
    }
}

/// Waits for the next change of this process or thread.
///
/// # Errors
/// `ECHILD` when it is neither a child nor followed.
pub fn next_change(pid: i32) -> io::Result<Change> {
    let number = pid.unsigned_abs();
    let look = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT;
    match state(libc::P_PID, number, look)? {
        Some((_, true, _)) => match wait(libc::P_PID, number, libc::WSTOPPED)? {
            Some((_, true, status)) => Ok(meaning(pid, status)),
            _ => Ok(Change::Ended),
        },
        _ => Ok(Change::Ended),
    }
}

/// As `state`, without waiting. `None` when nothing has changed.
fn wait(kind: libc::idtype_t, id: u32, flags: i32) -> io::Result<Option<(i32, bool, i32)>> {
    state(kind, id, flags | libc::WNOHANG)
}

/// waitid(2): the ID, whether the state is a stop, and the status.
fn state(kind: libc::idtype_t, id: u32, flags: i32) -> io::Result<Option<(i32, bool, i32)>> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let flags = flags | libc::__WALL;
    // SAFETY: the structure is ours and of the kernel's size.
    let result = unsafe { libc::waitid(kind, id, info.as_mut_ptr(), flags) };
    Errno::result(result)?;
    // SAFETY: zeroed is a valid siginfo_t, and so is what the kernel made of it.
    let info = unsafe { info.assume_init() };
    // SAFETY: waitid fills the fields of a child; where it found none they are still zero.
    let pid = unsafe { info.si_pid() };
    // SAFETY: as above.
    let status = unsafe { info.si_status() };
    let stopped = matches!(info.si_code, libc::CLD_TRAPPED | libc::CLD_STOPPED);
    Ok((pid != 0).then_some((pid, stopped, status)))
}

/// Collects this process or thread, which has ended, and returns its status as wait(2) does.
///
/// # Errors
/// `ECHILD` when it is neither a child nor followed; `EAGAIN` when it has not ended.
pub fn reap(pid: i32) -> io::Result<i32> {
    let mut status = 0;
    // SAFETY: the pointer leads to an int of ours.
    let result = unsafe { libc::waitpid(pid, &raw mut status, libc::WNOHANG | libc::__WALL) };
    match Errno::result(result)? {
        0 => Err(Errno::EAGAIN.into()),
        _ => Ok(status),
    }
}

/// The meaning of a stop (ptrace(2), 'Stopped states'). waitid(2) has the event above the signal.
fn meaning(pid: i32, status: i32) -> Change {
    let signal = status & 0x7f;
    match status >> 8 {
        libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
            Change::Forked(message(pid))
        }
        libc::PTRACE_EVENT_EXEC => Change::Executed(message(pid)),
        libc::PTRACE_EVENT_STOP if signal == libc::SIGTRAP => Change::Trapped,
        libc::PTRACE_EVENT_STOP => Change::Stopped(signal),
        _ => Change::Signalled(signal),
    }
}

/// The ID that came with an event. 0 for a process that was killed meanwhile.
fn message(pid: i32) -> i32 {
    let mut message: libc::c_ulong = 0;
    let room = (&raw mut message).cast();
    match request(libc::PTRACE_GETEVENTMSG, pid, null_mut(), room) {
        Ok(()) => i32::try_from(message).unwrap_or(0),
        Err(_) => 0,
    }
}

fn number(value: i32) -> *mut c_void {
    std::ptr::without_provenance_mut(usize::try_from(value).unwrap_or(0))
}

/// The type of a request: glibc has an enumeration without a sign, musl an int.
#[cfg(target_env = "musl")]
type Request = libc::c_int;
#[cfg(not(target_env = "musl"))]
type Request = libc::c_uint;

fn request(what: Request, pid: i32, address: *mut c_void, data: *mut c_void) -> io::Result<()> {
    // SAFETY: the requests made above change no memory of ours, except GETEVENTMSG, whose `data`
    // leads to a long of the caller's.
    let result = unsafe { libc::ptrace(what, pid, address, data) };
    Errno::result(result)?;
    Ok(())
}
