//! `forklore __guard`: the parent of a run's main process, there to leave nothing behind.
//!
//! A process of its own, so that it outlives a supervisor that is killed. It is the subreaper of
//! everything the run starts, collects orphans and says so, and ends the whole tree on the
//! supervisor's word, when the supervisor is gone, or on SIGTERM; then it removes the run directory.
//! It has one thread, reads no event and writes to nobody's terminal. Of a program that is not ours it
//! is the tracer as well (`follow`).

mod begin;
mod follow;

use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::spawn::{PosixSpawnAttr, PosixSpawnFlags};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{MsgFlags, recv, send};
use serde::{Deserialize, Serialize};

pub use self::begin::exec;
use self::begin::{Beginning, begin};
use self::follow::Follower;
use super::tree;
use crate::sys::process::{ended_child, inherited, reap};
use crate::sys::signal::is_ignored;
use crate::sys::title;

/// The descriptors a guard is started with. The stage gets the first two under the same numbers,
/// the streams as its descriptors 1 and 2.
pub(crate) const EVENTS: RawFd = 3;
pub(crate) const PAGE: RawFd = 4;
pub(crate) const CONTROL: RawFd = 5;
pub(crate) const STDOUT: RawFd = 6;
pub(crate) const STDERR: RawFd = 7;
/// … and, where the main process has something to read, its descriptor 0.
pub(crate) const INPUT: RawFd = 8;

/// The environment variable that names the guard's PID to the main process: its parent, if all is
/// well. It marks every process of the run, too.
pub const GUARD_VARIABLE: &str = "FORKLORE_GUARD";

/// What a guard is told, as JSON in its second argument.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Config {
    /// PID of the supervisor: the guard's parent, unless that is gone already.
    pub supervisor: i32,
    /// What the main process is started as; its arguments stand behind this configuration.
    pub program: PathBuf,
    /// The arguments are a program of its own, which is followed.
    pub follow: bool,
    /// `INPUT` is its descriptor 0; else it has nothing to read.
    pub input: bool,
    /// The run directory, removed at the end.
    pub dir: PathBuf,
}

/// What the guard tells the supervisor, one JSON packet each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// The main process runs, or stands before its first instruction.
    Started { pid: i32 },
    /// It can't be followed, and why.
    NotFollowed { errno: i32 },
    /// A process was born and is held until `ANSWER`.
    Born { pid: i32, ppid: i32 },
    /// A process has become another program and is held until `ANSWER`.
    Became { pid: i32 },
    /// A process was stopped by a signal, or goes on.
    Halted { pid: i32, halted: bool },
    /// A process ended that is somebody else's to collect.
    Gone { pid: i32, status: i32 },
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

/// … and, with the PID behind it, for each process that is held: it may go on.
pub(crate) const ANSWER: u8 = b'a';

/// Runs the guard; gives its exit code. `json` is its configuration, `argv` what the main process is
/// started with (its first word is its name).
///
/// Call it first thing in the process: it takes over descriptors 3 to 8.
pub fn main(json: &str, argv: &[OsString]) -> u8 {
    match Guard::start(json, argv) {
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
    voice: Voice,
    signals: SignalFd,
    dir: PathBuf,
    /// Says to others that the directory is in use.
    _in_use: Option<File>,
    follower: Option<Follower>,
}

/// The way to the supervisor.
struct Voice {
    control: OwnedFd,
    /// The supervisor may still be listening.
    heard: bool,
}

impl Voice {
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

impl Guard {
    fn start(json: &str, argv: &[OsString]) -> io::Result<Guard> {
        let config: Config = serde_json::from_str(json)?;
        // The configuration holds the lesson's name: a learner's `ps aux | grep pool` shall find the
        // lesson's own processes and not this one.
        title::set_title("forklore: guard");
        title::set_comm(&title::comm("forklore-guard")?)?;
        let control = inherited(CONTROL)?;
        let streams = [inherited(STDOUT)?, inherited(STDERR)?];
        let input = config.input.then(|| inherited(INPUT)).transpose()?;
        // A program of its own finds no descriptors it has not asked for.
        let channels = if config.follow {
            Some((inherited(EVENTS)?, inherited(PAGE)?))
        } else {
            None
        };
        let signals = hold_signals()?;
        nix::sys::prctl::set_child_subreaper(true)?;
        // Bound to the supervisor's thread that started us; the control socket's end says the same.
        nix::sys::prctl::set_pdeathsig(Signal::SIGTERM)?;
        let mut guard = Guard {
            voice: Voice {
                control,
                heard: true,
            },
            signals,
            _in_use: super::supervisor::in_use(&config.dir),
            dir: config.dir.clone(),
            follower: None,
        };
        if nix::unistd::getppid().as_raw() != config.supervisor {
            guard.voice.heard = false;
            return Ok(guard);
        }
        guard.start_main(&config, argv, &streams);
        // The channels must end when the run's processes have: keep no copy of them.
        drop((streams, input));
        match channels {
            Some(channels) => drop(channels),
            None => drop((inherited(EVENTS)?, inherited(PAGE)?)),
        }
        Ok(guard)
    }

    fn start_main(&mut self, config: &Config, argv: &[OsString], streams: &[OwnedFd; 2]) {
        let begun = match begin(config, argv, streams) {
            Ok(begun) => begun,
            Err(errno) => {
                return self.voice.say(&Word::Failed {
                    errno: errno as i32,
                });
            }
        };
        let pid = begun.pid;
        self.voice.say(&Word::Started { pid });
        // Not collected before that, however short it lives: its PID stays its own. A
        // supervisor that is gone ends the wait as well, and then all the rest.
        let _ = recv(
            self.voice.control.as_raw_fd(),
            &mut [0; 8],
            MsgFlags::empty(),
        );
        match begun.state {
            Beginning::Stands => {
                self.follower = Some(Follower::new(pid, &mut |word| self.voice.say(word)));
            }
            Beginning::NotFollowed(errno) => self.voice.say(&Word::NotFollowed {
                errno: errno as i32,
            }),
            Beginning::Runs => {}
        }
    }

    /// Collects children until none is left, ending them all when it is time to.
    fn watch(&mut self) {
        let mut left = self.collect();
        while left {
            if self.must_end() {
                if let Some(follower) = &mut self.follower {
                    follower.release(&mut |word| self.voice.say(word));
                }
                let pids = tree::end_descendants(|| {
                    self.collect();
                });
                self.voice.say(&Word::Ended { pids });
            }
            left = self.collect();
        }
        self.voice.say(&Word::Empty);
    }

    /// Waits for a signal or a word; true when the tree has to be ended.
    fn must_end(&mut self) -> bool {
        let mut fds = [
            PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.voice.control.as_fd(), PollFlags::POLLIN),
        ];
        if poll(&mut fds, PollTimeout::NONE).is_err() {
            return false;
        }
        let mut end = false;
        while let Ok(Some(signal)) = self.signals.read_signal() {
            // INT, HUP and TSTP come from the terminal and are the supervisor's to answer.
            end |= signal.ssi_signo == Signal::SIGTERM as u32;
        }
        let mut word = [0; 16];
        loop {
            let control = self.voice.control.as_raw_fd();
            match recv(control, &mut word, MsgFlags::MSG_DONTWAIT) {
                Ok(0) => return true,
                Ok(length) if word[0] == ANSWER => self.answered(&word[1..length]),
                Ok(length) => end |= &word[..length] == END,
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return end,
                Err(_) => return true,
            }
        }
    }

    fn answered(&mut self, pid: &[u8]) {
        let pid = std::str::from_utf8(pid)
            .ok()
            .and_then(|pid| pid.parse().ok());
        if let (Some(follower), Some(pid)) = (&mut self.follower, pid) {
            follower.answered(pid, &mut |word| self.voice.say(word));
        }
    }

    /// Collects every child that has ended; false when no child is left at all.
    fn collect(&mut self) -> bool {
        if let Some(follower) = &mut self.follower {
            return follower.news(&mut |word| self.voice.say(word));
        }
        loop {
            match ended_child() {
                Ok(Some(pid)) => {
                    if let Ok(status) = reap(pid) {
                        self.voice.say(&Word::Reaped { pid, status });
                    }
                }
                Ok(None) => return true,
                Err(_) => return false,
            }
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

/// Attributes that give a started program the signal state it would have at a shell, and the flags
/// that put them into force. A hang-up that is ignored (nohup(1)) stays so.
pub(crate) fn clean_signals() -> nix::Result<(PosixSpawnAttr, PosixSpawnFlags)> {
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_sigmask(&SigSet::empty())?;
    let mut defaults = SigSet::all();
    if is_ignored(Signal::SIGHUP) {
        defaults.remove(Signal::SIGHUP);
    }
    attributes.set_sigdefault(&defaults)?;
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
