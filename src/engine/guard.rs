//! `forklore __guard`: the parent of a run's main process, there to leave nothing behind.
//!
//! A process of its own, so that it outlives a supervisor that is killed. It is the subreaper of
//! everything the run starts, collects orphans and says so, and ends the whole tree on the
//! supervisor's word, when the supervisor is gone, or on SIGTERM; then it removes the run directory.
//! It has one thread, reads no event and writes to nobody's terminal.

use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{MsgFlags, recv, send};
use serde::{Deserialize, Serialize};

use super::tree;
use crate::sys::process::{ended_child, inherited, reap};
use crate::sys::title;

/// The descriptors a guard is started with. The stage gets the first two under the same numbers,
/// the streams as its descriptors 1 and 2.
pub(crate) const EVENTS: RawFd = 3;
pub(crate) const PAGE: RawFd = 4;
pub(crate) const CONTROL: RawFd = 5;
pub(crate) const STDOUT: RawFd = 6;
pub(crate) const STDERR: RawFd = 7;

/// The environment variable that names the guard's PID to the main process: its parent, if all is
/// well. It marks every process of the run, too.
pub const GUARD_VARIABLE: &str = "FORKLORE_GUARD";

/// What a guard is told, as JSON in its second argument.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Config {
    /// PID of the supervisor: the guard's parent, unless that is gone already.
    pub supervisor: i32,
    /// The main process: program and arguments (the first is its name).
    pub program: PathBuf,
    pub argv: Vec<String>,
    /// The run directory, removed at the end.
    pub dir: PathBuf,
}

/// What the guard tells the supervisor, one JSON packet each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// The main process runs.
    Started { pid: i32 },
    /// It could not be started.
    Failed { errno: i32 },
    /// The guard collected a child: the main process or an orphan. `status` as wait(2) gives it.
    Reaped { pid: i32, status: i32 },
    /// The tree was ended; these had to be signalled.
    Ended { pids: Vec<i32> },
    /// No process of the run is left. The guard's last word.
    Empty,
}

/// What the supervisor says to the guard: end the tree.
pub(crate) const END: &[u8] = b"e";
/// … and once, after `Started`: it holds the main process's pidfd, so that may be collected now.
pub(crate) const HELD: &[u8] = b"h";

/// Runs the guard; gives its exit code. `json` is its configuration.
///
/// Call it first thing in the process: it takes over descriptors 3 to 7.
pub fn main(json: &str) -> u8 {
    match Guard::start(json) {
        Ok(mut guard) => {
            guard.watch();
            // The directory may be gone already; there is nobody left to tell of anything else.
            let _ = std::fs::remove_dir_all(&guard.dir);
            0
        }
        // Started by hand, or at the descriptor limit: the supervisor sees the channel's end.
        Err(_) => 3,
    }
}

struct Guard {
    control: OwnedFd,
    signals: SignalFd,
    dir: PathBuf,
    /// Says to others that the directory is in use.
    _in_use: Option<File>,
    /// The supervisor may still be listening.
    heard: bool,
}

impl Guard {
    fn start(json: &str) -> io::Result<Guard> {
        let config: Config = serde_json::from_str(json)?;
        // The configuration holds the lesson's name: a learner's `ps aux | grep pool` shall find the
        // lesson's own processes and not this one.
        title::set_title("forklore: guard");
        title::set_comm(&title::comm("forklore-guard")?)?;
        let control = inherited(CONTROL)?;
        let streams = [inherited(STDOUT)?, inherited(STDERR)?];
        let signals = hold_signals()?;
        nix::sys::prctl::set_child_subreaper(true)?;
        // Bound to the supervisor's thread that started us; the control socket's end says the same.
        nix::sys::prctl::set_pdeathsig(Signal::SIGTERM)?;
        let mut guard = Guard {
            control,
            signals,
            _in_use: super::supervisor::in_use(&config.dir),
            dir: config.dir.clone(),
            heard: true,
        };
        if nix::unistd::getppid().as_raw() != config.supervisor {
            guard.heard = false;
            return Ok(guard);
        }
        match start_main(&config, &streams) {
            Ok(pid) => {
                guard.say(&Word::Started { pid });
                // Not collected before that, however short it lives: its PID stays its own. A
                // supervisor that is gone ends the wait as well, and then all the rest.
                let _ = recv(guard.control.as_raw_fd(), &mut [0; 8], MsgFlags::empty());
            }
            Err(errno) => guard.say(&Word::Failed {
                errno: errno as i32,
            }),
        }
        // The channels must end when the run's processes have: keep no copy of them.
        drop((streams, inherited(EVENTS)?, inherited(PAGE)?));
        Ok(guard)
    }

    /// Collects children until none is left, ending them all when it is time to.
    fn watch(&mut self) {
        let mut left = self.collect();
        while left {
            if self.must_end() {
                let pids = tree::end_descendants(|| {
                    self.collect();
                });
                self.say(&Word::Ended { pids });
            }
            left = self.collect();
        }
        self.say(&Word::Empty);
    }

    /// Waits for a signal or a word; true when the tree has to be ended.
    fn must_end(&self) -> bool {
        let mut fds = [
            PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.control.as_fd(), PollFlags::POLLIN),
        ];
        if poll(&mut fds, PollTimeout::NONE).is_err() {
            return false;
        }
        let mut end = false;
        while let Ok(Some(signal)) = self.signals.read_signal() {
            // INT, HUP and TSTP come from the terminal and are the supervisor's to answer.
            end |= signal.ssi_signo == Signal::SIGTERM as u32;
        }
        let mut word = [0; 8];
        match recv(self.control.as_raw_fd(), &mut word, MsgFlags::MSG_DONTWAIT) {
            Ok(length) => end || &word[..length] == END || length == 0,
            Err(Errno::EAGAIN | Errno::EINTR) => end,
            Err(_) => true,
        }
    }

    /// Collects every child that has ended; false when no child is left at all.
    fn collect(&self) -> bool {
        loop {
            match ended_child() {
                Ok(Some(pid)) => {
                    if let Ok(status) = reap(pid) {
                        self.say(&Word::Reaped { pid, status });
                    }
                }
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }

    fn say(&self, word: &Word) {
        if !self.heard {
            return;
        }
        if let Ok(packet) = serde_json::to_vec(word) {
            // A supervisor that is gone needs no word.
            let _ = send(self.control.as_raw_fd(), &packet, MsgFlags::MSG_NOSIGNAL);
        }
    }
}

/// Blocks the signals a terminal or a caretaker sends and gives a descriptor to read them from.
fn hold_signals() -> io::Result<SignalFd> {
    let mut held = SigSet::empty();
    for signal in [
        Signal::SIGINT,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGTERM,
        Signal::SIGTSTP,
        Signal::SIGTTIN,
        Signal::SIGTTOU,
        Signal::SIGCHLD,
    ] {
        held.add(signal);
    }
    held.thread_set_mask()?;
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    Ok(SignalFd::with_flags(&held, flags)?)
}

/// Starts the main process with an empty signal mask, default handlers and nothing to read.
fn start_main(config: &Config, streams: &[OwnedFd; 2]) -> nix::Result<i32> {
    let bad = |_| Errno::EINVAL;
    let argv: Vec<CString> = config
        .argv
        .iter()
        .map(|word| CString::new(word.as_bytes()).map_err(bad))
        .collect::<Result<_, _>>()?;
    let mark = (GUARD_VARIABLE.into(), std::process::id().to_string().into());
    let mut actions = PosixSpawnFileActions::init()?;
    actions.add_dup2(streams[0].as_raw_fd(), 1)?;
    actions.add_dup2(streams[1].as_raw_fd(), 2)?;
    posix_spawn(
        &config.program,
        &actions,
        &clean_signals()?.0,
        &argv,
        &environment([mark]),
    )
    .map(nix::unistd::Pid::as_raw)
}

/// Attributes that give a started program the signal state it would have at a shell, and the flags
/// that put them into force.
pub(crate) fn clean_signals() -> nix::Result<(PosixSpawnAttr, PosixSpawnFlags)> {
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_sigmask(&SigSet::empty())?;
    attributes.set_sigdefault(&SigSet::all())?;
    let flags = PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF;
    attributes.set_flags(flags)?;
    Ok((attributes, flags))
}

/// This process's environment with `added` variables in the place of those of the same names.
pub(crate) fn environment(added: impl IntoIterator<Item = (OsString, OsString)>) -> Vec<CString> {
    let mut variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    variables.extend(added);
    let line = |(name, value): (&OsString, &OsString)| {
        CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()).ok()
    };
    variables.iter().filter_map(line).collect()
}
