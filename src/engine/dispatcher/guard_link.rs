//! The guard as the dispatcher deals with it: a process, and a socket to tell it things.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;

use nix::sys::signal::Signal;

use crate::protocol::ToGuard;
use crate::sys::pidfd::PidFd;
use crate::sys::socket::send_packet;

#[derive(Debug)]
pub(crate) struct GuardLink {
    pub process: Arc<PidFd>,
    pub control: Arc<OwnedFd>,
}

impl GuardLink {
    pub(super) fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Asks for the end of the tree. A guard that is gone has been reported; one that somebody
    /// stopped has to go on.
    pub(super) fn end_tree(&self) {
        let _ = self.process.signal(Some(Signal::SIGCONT));
        let _ = send_packet(self.control.as_fd(), &ToGuard::End.encode());
    }

    /// Asks it to let those that are left live on.
    pub(super) fn leave(&self) {
        let _ = send_packet(self.control.as_fd(), &ToGuard::Leave.encode());
    }

    /// Kills a guard that is stuck: its children become the supervisor's.
    pub(super) fn kill(&self) {
        let _ = self.process.signal(Some(Signal::SIGKILL));
    }
}
