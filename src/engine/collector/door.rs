//! The door of a run: a socket at which programs that were started by exec(2) ask for the event channel.
//!
//! A forked process inherits the channel; another program does not. Whoever knocks as this user
//! (`SO_PEERCRED`) is handed the channel's writing end (`SCM_RIGHTS`). It hears nothing else, and never waits.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, Backlog, ControlMessage, MsgFlags, SockFlag, SockType, UnixAddr, bind,
    getsockopt, listen, sendmsg, socket, sockopt,
};
use nix::unistd::geteuid;

use crate::sys::private;
use crate::sys::socket::accept;

/// Callers that may wait to be let in.
const CALLERS: i32 = 128;

#[derive(Debug)]
pub(crate) struct Door {
    listener: OwnedFd,
    events: OwnedFd,
}

impl Door {
    /// Opens the door at `path`; `events` is the writing end that is handed out.
    ///
    /// # Errors
    /// What socket(2) or bind(2) reports.
    pub(crate) fn open(path: &Path, events: OwnedFd) -> io::Result<Door> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let listener = socket(AddressFamily::Unix, SockType::SeqPacket, flags, None)?;
        bind(listener.as_raw_fd(), &UnixAddr::new(path)?)?;
        private::socket(path)?;
        listen(&listener, Backlog::new(CALLERS)?)?;
        Ok(Door { listener, events })
    }

    /// Serves everybody who stands before it now. False when it can't be kept open: whoever comes
    /// later goes on untraced.
    pub(crate) fn answer(&self) -> bool {
        loop {
            match accept(self.listener.as_fd()) {
                Ok(caller) => self.hand_out(&caller),
                Err(error) => match error.raw_os_error().map(Errno::from_raw) {
                    Some(Errno::EAGAIN) => return true,
                    Some(Errno::EINTR | Errno::ECONNABORTED) => {}
                    // At the limit of descriptors it would be knocked at for ever.
                    _ => return false,
                },
            }
        }
    }

    fn hand_out(&self, caller: &OwnedFd) {
        let user = getsockopt(caller, sockopt::PeerCredentials).map(|who| who.uid());
        if user != Ok(geteuid().as_raw()) {
            return;
        }
        let channel = [self.events.as_raw_fd()];
        let rights = [ControlMessage::ScmRights(&channel)];
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        // Rights travel with a byte at least.
        let parts = [IoSlice::new(b"-")];
        // One that has gone again goes on untraced.
        let _ = sendmsg::<()>(caller.as_raw_fd(), &parts, &rights, flags, None);
    }
}

impl AsFd for Door {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}
