//! The process that every execution is forked from: a stage that has been started and has done
//! nothing yet.
//!
//! Forking it is many times cheaper than starting a stage. It adopts what an execution leaves behind
//! and ends it before the next.

use std::ffi::{CString, OsString};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::spawn::{PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::Signal;
use nix::sys::socket::{setsockopt, sockopt};
use nix::sys::time::{TimeVal, TimeValLike as _};
use nix::unistd::Pid;

use crate::engine::spawn;
use crate::protocol::{PageWriter, StageConfig, TITLE_ROOM, ToZygote, descriptors, environment};
use crate::sys::clock::monotonic_ns;
use crate::sys::pidfd::PidFd;
use crate::sys::process::{duplicate, reap};
use crate::sys::socket::{event_channel, packet_pair, send_packet};

/// What becomes the zygote.
#[derive(Debug, Clone)]
pub struct Launch {
    pub program: PathBuf,
    /// Arguments from `argv[0]` on; the stage's configuration follows them.
    pub argv: Vec<OsString>,
    pub stage: StageConfig,
}

/// How long it may take to end what an execution left.
const PATIENCE: u16 = 10_000;
/// How long an explorer waits for a word before it looks who has died, in milliseconds.
pub(super) const LOOK: i64 = 20;

#[derive(Debug)]
pub(super) struct Zygote {
    process: PidFd,
    control: OwnedFd,
    pub events: OwnedFd,
    /// Keeps the page that says the gate is closed.
    _page: PageWriter,
}

impl Zygote {
    pub(super) fn start(launch: &Launch) -> io::Result<Zygote> {
        let (events, their_events) = event_channel()?;
        setsockopt(
            &events,
            sockopt::ReceiveTimeout,
            &TimeVal::milliseconds(LOOK),
        )?;
        let (control, their_control) = packet_pair()?;
        let page = PageWriter::new(monotonic_ns())?;
        page.set_explored()?;
        let null = std::fs::File::options()
            .read(true)
            .write(true)
            .open("/dev/null")?;
        let theirs = [
            (their_events, descriptors::EVENTS),
            (page.share()?, descriptors::PAGE),
            (their_control, descriptors::CONTROL),
        ];
        let mut actions = PosixSpawnFileActions::init()?;
        for standard in 0..3 {
            actions.add_dup2(null.as_raw_fd(), standard)?;
        }
        let mut kept = Vec::new();
        for (fd, number) in theirs {
            // Above the numbers, so that none is overwritten before it is copied.
            let fd = duplicate(fd.as_fd(), descriptors::GO + 1)?;
            actions.add_dup2(fd.as_raw_fd(), number)?;
            kept.push(fd);
        }
        let (mut attributes, flags) = spawn::clean_signals()?;
        attributes.set_pgroup(Pid::from_raw(0))?;
        attributes.set_flags(flags | PosixSpawnFlags::POSIX_SPAWN_SETPGROUP)?;
        let json = serde_json::to_string(&launch.stage)?;
        let mut argv = Vec::new();
        for word in &launch.argv {
            argv.push(CString::new(word.as_bytes())?);
        }
        argv.push(CString::new(json + &" ".repeat(TITLE_ROOM))?);
        let me = std::process::id().to_string();
        let environment = spawn::environment([(environment::GUARD.into(), me.into())]);
        let pid = posix_spawn(&launch.program, &actions, &attributes, &argv, &environment)?;
        drop(kept);
        let process = PidFd::open(pid.as_raw())?;
        Ok(Zygote {
            process,
            control,
            events,
            _page: page,
        })
    }

    /// Begins the execution whose main process is ready, and ends the one before.
    pub(super) fn begin(&self) -> io::Result<()> {
        send_packet(self.control.as_fd(), &[ToZygote::Begin.byte()])
    }

    /// Ends all executions; when it returns, none of their processes is left.
    fn end(&self) -> io::Result<()> {
        send_packet(self.control.as_fd(), &[ToZygote::End.byte()])?;
        let mut fds = [PollFd::new(self.control.as_fd(), PollFlags::POLLIN)];
        while poll(&mut fds, PollTimeout::from(PATIENCE)) == Err(Errno::EINTR) {}
        Ok(())
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        // It ends what it has forked before it is gone; if it doesn't, it is ended and they with it.
        let _ = self.end();
        let _ = self.process.signal(Some(Signal::SIGKILL));
        let mut fds = [PollFd::new(self.process.as_fd(), PollFlags::POLLIN)];
        while poll(&mut fds, PollTimeout::from(PATIENCE)) == Err(Errno::EINTR) {}
        let _ = reap(self.process.pid());
    }
}
