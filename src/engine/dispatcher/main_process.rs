//! The main process of a run: how it is known before it introduces itself, and how it ended.

use std::sync::Arc;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::sys::pidfd::PidFd;
use crate::trace::{Exit, ProcessStart, Role, StartMethod};

#[derive(Debug)]
pub(crate) struct MainProcess {
    pub process: Arc<PidFd>,
    /// What it is called until it introduces itself.
    pub name: String,
    /// It sends `process.start`; one that ends before that was not started.
    pub introduces_itself: bool,
    pub introduced: bool,
    pub exit: Option<Exit>,
}

impl MainProcess {
    pub(super) fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Its birth as the supervisor tells it.
    pub(super) fn start(&self, guard: i32) -> ProcessStart {
        ProcessStart {
            ppid: guard,
            name: self.name.clone(),
            role: Role::Main,
            daemon: false,
            method: StartMethod::Exec,
        }
    }

    /// Ended before it said anything, though it should have.
    pub(super) fn never_began(&self) -> bool {
        self.introduces_itself && !self.introduced
    }

    /// Interrupts its process group, as a terminal would; false when that is gone. While its exit
    /// has not been seen it is not collected, so PID and group are still its own.
    pub(super) fn interrupt_group(&self) -> bool {
        self.exit.is_none() && killpg(Pid::from_raw(self.pid()), Signal::SIGINT).is_ok()
    }
}
