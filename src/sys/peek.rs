//! Looking at another process's descriptors without changing them: a duplicate by `pidfd_getfd(2)`
//! counts as no new reader or writer of a pipe; and which unix sockets belong together, by
//! `sock_diag(7)`.
//!
//! Called by `inspect`. A duplicate is closed at once.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};

use super::pidfd::PidFd;

mod request {
    nix::ioctl_read_bad!(unread, libc::FIONREAD, libc::c_int);
}

/// A descriptor of ours for what another process has open at `number`.
///
/// # Errors
/// `EPERM` where we may not trace it, `EBADF` when it has closed it, `ENOSYS` before Linux 5.6.
pub fn duplicate_of(process: &PidFd, number: RawFd) -> io::Result<OwnedFd> {
    let pidfd = process.as_fd().as_raw_fd();
    // SAFETY: pidfd_getfd takes three integers and touches no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_getfd, pidfd, number, 0) };
    let fd = RawFd::try_from(Errno::result(fd)?).map_err(io::Error::other)?;
    // SAFETY: the kernel has just made this descriptor for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// How many bytes of a pipe or a stream socket nobody has read yet.
///
/// # Errors
/// `ENOTTY` where the descriptor is nothing of the kind.
pub fn unread(fd: impl AsFd) -> io::Result<usize> {
    let mut count: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int, and this one is ours.
    unsafe { request::unread(fd.as_fd().as_raw_fd(), &raw mut count) }?;
    usize::try_from(count).map_err(io::Error::other)
}

/// `SOCK_DIAG_BY_FAMILY`, and the flags of a request for all of them.
const BY_FAMILY: u16 = 20;
const DUMP: u16 = 0x301;
/// `UDIAG_SHOW_PEER` and `UDIAG_SHOW_ICONS` ask for the attributes `UNIX_DIAG_PEER` and `UNIX_DIAG_ICONS`.
const SHOW: u32 = 4 | 8;
const PEER: u16 = 2;
const ICONS: u16 = 3;
const HEAD: usize = 16;
const DONE: u16 = 3;
const ERROR: u16 = 2;

/// The unix sockets of our network namespace, by inode.
#[derive(Debug, Default)]
pub struct UnixSockets {
    /// The other end of each that is connected.
    pub peers: HashMap<u64, u64>,
    /// Where each waits that is connected and not accepted yet: the socket that listens.
    pub pending: HashMap<u64, u64>,
}

/// Which unix sockets belong together.
///
/// # Errors
/// What the kernel answers where it has no such interface.
pub fn unix_sockets() -> io::Result<UnixSockets> {
    let diag = socket(
        AddressFamily::Netlink,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkSockDiag,
    )?;
    let mut message = Vec::with_capacity(HEAD + 24);
    message.extend(40_u32.to_ne_bytes());
    message.extend(BY_FAMILY.to_ne_bytes());
    message.extend(DUMP.to_ne_bytes());
    message.extend([0; 8]);
    message.extend([1, 0, 0, 0]);
    message.extend(u32::MAX.to_ne_bytes());
    message.extend(0_u32.to_ne_bytes());
    message.extend(SHOW.to_ne_bytes());
    message.extend([0xff; 8]);
    sendto(
        diag.as_raw_fd(),
        &message,
        &NetlinkAddr::new(0, 0),
        MsgFlags::empty(),
    )?;
    let mut found = UnixSockets::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let length = recv(diag.as_raw_fd(), &mut buffer, MsgFlags::empty())?;
        if length == 0 || !add(&buffer[..length], &mut found)? {
            return Ok(found);
        }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Reads the messages of one answer; whether more will come.
fn add(mut bytes: &[u8], found: &mut UnixSockets) -> io::Result<bool> {
    while let Some(length) = u32_at(bytes, 0) {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        if length < HEAD || length > bytes.len() {
            return Ok(false);
        }
        match u16_at(bytes, 4) {
            Some(DONE) => return Ok(false),
            Some(ERROR) => {
                let code = u32_at(bytes, HEAD).unwrap_or(0).cast_signed();
                return Err(io::Error::from_raw_os_error(code.wrapping_neg()));
            }
            _ => {}
        }
        let message = &bytes[..length];
        if let Some(inode) = u32_at(message, HEAD + 4) {
            let inode = u64::from(inode);
            if let Some(peer) = attribute(message, PEER).and_then(|peer| u32_at(peer, 0)) {
                found.peers.insert(inode, u64::from(peer));
            }
            let waiting = attribute(message, ICONS)
                .unwrap_or_default()
                .chunks_exact(4);
            let waiting = waiting.filter_map(|client| u32_at(client, 0));
            found
                .pending
                .extend(waiting.map(|client| (u64::from(client), inode)));
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(true)
}

/// An attribute of one message.
fn attribute(message: &[u8], kind: u16) -> Option<&[u8]> {
    let mut at = HEAD + 16;
    loop {
        let length = usize::from(u16_at(message, at)?);
        if u16_at(message, at + 2)? == kind {
            return message.get(at + 4..at + length);
        }
        at += length.max(4).next_multiple_of(4);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::net::{UnixListener, UnixStream};

    use crate::sys::pidfd::PidFd;

    #[test]
    fn what_is_unread_in_a_pipe_is_counted_by_a_duplicate() {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(b"four").expect("there is room");
        let own = PidFd::open(std::process::id().cast_signed()).expect("ourselves");
        let Ok(copy) = super::duplicate_of(&own, writer.as_raw_fd()) else {
            println!("skipped: not allowed here");
            return;
        };
        assert_eq!(super::unread(&copy).expect("a pipe"), 4);
        assert_eq!(super::unread(&reader).expect("a pipe"), 4);
    }

    #[test]
    fn the_two_ends_of_a_socket_pair_know_each_other() {
        let (one, other) = UnixStream::pair().expect("a pair");
        let inode = |socket: &UnixStream| nix::sys::stat::fstat(socket).expect("open").st_ino;
        let Ok(sockets) = super::unix_sockets() else {
            println!("skipped: no sock_diag here");
            return;
        };
        assert_eq!(sockets.peers.get(&inode(&one)), Some(&inode(&other)));
        assert_eq!(sockets.peers.get(&inode(&other)), Some(&inode(&one)));
    }

    #[test]
    fn a_client_that_nobody_has_accepted_waits_at_the_listener() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).expect("a free name");
        let client = UnixStream::connect(&path).expect("somebody listens");
        let inode = |stat: nix::Result<nix::sys::stat::FileStat>| stat.expect("open").st_ino;
        let own = inode(nix::sys::stat::fstat(&client));
        let place = inode(nix::sys::stat::fstat(&listener));
        let Ok(sockets) = super::unix_sockets() else {
            println!("skipped: no sock_diag here");
            return;
        };
        assert_eq!(sockets.pending.get(&own), Some(&place));
        let _accepted = listener.accept().expect("a client waits");
        let sockets = super::unix_sockets().expect("it was there before");
        assert_eq!(sockets.pending.get(&own), None);
        assert!(sockets.peers.contains_key(&own));
    }
}
