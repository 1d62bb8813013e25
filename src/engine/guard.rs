//! `forklore __guard`: the parent of a run's main process. It makes sure that nothing is left behind.
//!
//! It is a process of its own, so it outlives a supervisor that is killed. It is the subreaper of
//! everything that the run starts, and collects and reports orphans. It ends the whole tree when the
//! supervisor asks for it, when the supervisor is gone, or on SIGTERM; then it removes the run
//! directory. It has one thread, reads no events and never writes to a terminal. For the user's own
//! program it is also the tracer (`follow`).

mod begin;
mod follow;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::path::PathBuf;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{MsgFlags, recv, send};

pub use self::begin::exec;
use self::begin::{MainState, start_main};
use self::follow::Follower;
use super::{directory, tree};
use crate::protocol::{FromGuard, GuardConfig, ToGuard, descriptors};
use crate::sys::process::{ended_child, inherited, reap};
use crate::sys::title;

/// Runs the guard and returns its exit code. `json` is its configuration, `argv` the arguments of the
/// main process, beginning with its name.
///
/// It must be called before anything else in the process: it takes over descriptors 3 to 8.
pub fn main(json: &str, argv: &[OsString]) -> u8 {
    match Guard::start(json, argv) {
        Ok(mut guard) => {
            guard.watch();
            // The directory may be gone already. There is nobody left to report another error to.
            let _ = std::fs::remove_dir_all(&guard.dir);
            0
        }
        // Started by hand, or out of descriptors: the supervisor sees the end of the channel.
        Err(_) => 3,
    }
}

struct Guard {
    supervisor: SupervisorLink,
    signals: SignalFd,
    dir: PathBuf,
    /// The lock that marks the directory as in use.
    _in_use: Option<File>,
    follower: Option<Follower>,
}

/// The channel to the supervisor.
struct SupervisorLink {
    control: OwnedFd,
    /// Whether the supervisor may still be listening.
    connected: bool,
}

impl SupervisorLink {
    fn tell(&self, word: &FromGuard) {
        if !self.connected {
            return;
        }
        if let Ok(packet) = serde_json::to_vec(word) {
            // A supervisor that is gone needs no message.
            let _ = send(self.control.as_raw_fd(), &packet, MsgFlags::MSG_NOSIGNAL);
        }
    }
}

impl Guard {
    fn start(json: &str, argv: &[OsString]) -> io::Result<Guard> {
        let config: GuardConfig = serde_json::from_str(json)?;
        // The configuration has the lesson's name. A learner's `ps aux | grep pool` must find the
        // lesson's processes and not this one.
        title::set_title("forklore: guard");
        title::set_comm(&title::comm("forklore-guard")?)?;
        let control = inherited(descriptors::CONTROL)?;
        let streams = [
            inherited(descriptors::STDOUT)?,
            inherited(descriptors::STDERR)?,
        ];
        let input = config
            .input
            .then(|| inherited(descriptors::INPUT))
            .transpose()?;
        // The user's own program must not find descriptors that it has not opened.
        let channels = if config.follow {
            Some((
                inherited(descriptors::EVENTS)?,
                inherited(descriptors::PAGE)?,
            ))
        } else {
            None
        };
        let signals = hold_signals()?;
        nix::sys::prctl::set_child_subreaper(true)?;
        // This is bound to the supervisor's thread that started us. The end of the control socket covers the rest.
        nix::sys::prctl::set_pdeathsig(Signal::SIGTERM)?;
        let mut guard = Guard {
            supervisor: SupervisorLink {
                control,
                connected: true,
            },
            signals,
            _in_use: directory::in_use(&config.dir),
            dir: config.dir.clone(),
            follower: None,
        };
        if nix::unistd::getppid().as_raw() != config.supervisor {
            guard.supervisor.connected = false;
            return Ok(guard);
        }
        guard.start_main(&config, argv, &streams);
        // The channels must close when the run's processes have ended, so no copy is kept.
        drop((streams, input));
        match channels {
            Some(channels) => drop(channels),
            None => drop((
                inherited(descriptors::EVENTS)?,
                inherited(descriptors::PAGE)?,
            )),
        }
        Ok(guard)
    }

    fn start_main(&mut self, config: &GuardConfig, argv: &[OsString], streams: &[OwnedFd; 2]) {
        let started = match start_main(config, argv, streams) {
            Ok(started) => started,
            Err(errno) => {
                return self.supervisor.tell(&FromGuard::Failed {
                    errno: errno as i32,
                });
            }
        };
        let pid = started.pid;
        self.supervisor.tell(&FromGuard::Started { pid });
        // It is not collected before that, however short it lives, so its PID is not reused. A
        // supervisor that is gone ends this wait too, and then the run.
        let _ = recv(
            self.supervisor.control.as_raw_fd(),
            &mut [0; 8],
            MsgFlags::empty(),
        );
        match started.state {
            MainState::Stopped => {
                self.follower = Some(Follower::new(pid, &mut |word| self.supervisor.tell(word)));
            }
            MainState::NotTraced(errno) => self.supervisor.tell(&FromGuard::NotTraced {
                errno: errno as i32,
            }),
            MainState::Running => {}
        }
    }

    /// Collects children until none is left. Ends them all when it is time.
    fn watch(&mut self) {
        let mut left = self.collect();
        while left {
            if self.must_end() {
                if let Some(follower) = &mut self.follower {
                    follower.release(&mut |word| self.supervisor.tell(word));
                }
                let pids = tree::end_descendants(|| {
                    self.collect();
                });
                self.supervisor.tell(&FromGuard::TreeEnded { pids });
            }
            left = self.collect();
            if self.follower.as_ref().is_some_and(Follower::has_left) {
                return self.supervisor.tell(&FromGuard::Left);
            }
        }
        self.supervisor.tell(&FromGuard::Empty);
    }

    /// Waits for a signal or a message. True when the tree has to be ended.
    fn must_end(&mut self) -> bool {
        let mut fds = [
            PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.supervisor.control.as_fd(), PollFlags::POLLIN),
        ];
        if poll(&mut fds, PollTimeout::NONE).is_err() {
            return false;
        }
        let mut end = false;
        while let Ok(Some(signal)) = self.signals.read_signal() {
            // INT, HUP and TSTP come from the terminal; the supervisor handles them.
            end |= signal.ssi_signo == Signal::SIGTERM as u32;
        }
        let mut word = [0; 16];
        loop {
            let control = self.supervisor.control.as_raw_fd();
            match recv(control, &mut word, MsgFlags::MSG_DONTWAIT) {
                Ok(0) => return true,
                Ok(length) => match ToGuard::decode(&word[..length]) {
                    Some(ToGuard::End) => end = true,
                    Some(ToGuard::Leave) => self.leave(),
                    Some(ToGuard::LetGo { pid }) => self.let_go(pid),
                    Some(ToGuard::Held) | None => {}
                },
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return end,
                Err(_) => return true,
            }
        }
    }

    /// Only where they are traced: otherwise it is not known who is left.
    fn leave(&mut self) {
        if let Some(follower) = &mut self.follower {
            follower.leave();
        }
    }

    fn let_go(&mut self, pid: i32) {
        if let Some(follower) = &mut self.follower {
            follower.answered(pid, &mut |word| self.supervisor.tell(word));
        }
    }

    /// Collects every child that has ended. False when no child is left.
    fn collect(&mut self) -> bool {
        if let Some(follower) = &mut self.follower {
            return follower.news(&mut |word| self.supervisor.tell(word));
        }
        loop {
            match ended_child() {
                Ok(Some(pid)) => {
                    if let Ok(status) = reap(pid) {
                        self.supervisor.tell(&FromGuard::Reaped { pid, status });
                    }
                }
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }
}

/// Blocks the signals that a terminal or a service manager sends. Returns a descriptor to read them from.
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
