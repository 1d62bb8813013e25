//! The channels between a run's processes and the supervisor, and reading them in batches.
//!
//! Owns the making of the event channel, the output streams and the control socket, and `Inbox`,
//! which reads many packets by one recvmmsg(2) and gives each with the PID the kernel attests
//! (`SCM_CREDENTIALS`, unix(7)) and the descriptor that came with it. It never waits.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockType, send, setsockopt, socketpair, sockopt,
};

/// What the event channel's buffer should hold, in bytes of the kernel's own account (a packet of
/// 128 bytes counts 768 there). Without privileges the system's bound (`wmem_max`) cuts it.
const EVENT_BUFFER: usize = 8 << 20;

/// Makes the event channel: the reading end, which is told every packet's writer, and the writing
/// end, which all processes of the run share.
///
/// # Errors
/// `EMFILE`, `ENFILE` at a descriptor limit.
pub fn event_channel() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pair(SockType::SeqPacket)?;
    setsockopt(&reader, sockopt::PassCred, &true)?;
    if setsockopt(&writer, sockopt::SndBufForce, &EVENT_BUFFER).is_err() {
        setsockopt(&writer, sockopt::SndBuf, &EVENT_BUFFER)?;
    }
    Ok((reader, writer))
}

/// Makes an output stream: the reading end, where the kernel keeps two writers' bytes apart and
/// names each, and the end that becomes a process's descriptor 1 or 2.
///
/// # Errors
/// `EMFILE`, `ENFILE` at a descriptor limit.
pub fn output_stream() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pair(SockType::Stream)?;
    setsockopt(&reader, sockopt::PassCred, &true)?;
    Ok((reader, writer))
}

/// Makes a pair of sockets that keep packets whole, for words between two processes.
///
/// # Errors
/// `EMFILE`, `ENFILE` at a descriptor limit.
pub fn packet_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    pair(SockType::SeqPacket)
}

fn pair(kind: SockType) -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::Unix,
        kind,
        None,
        SockFlag::SOCK_CLOEXEC,
    )?)
}

/// Sends one packet without waiting and without the signal a closed other end would raise.
///
/// # Errors
/// `EAGAIN` when the other end does not read, `EPIPE` or `ECONNRESET` when it is gone.
pub fn send_packet(socket: BorrowedFd<'_>, packet: &[u8]) -> io::Result<()> {
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    send(socket.as_raw_fd(), packet, flags)?;
    Ok(())
}

/// Lets in the next caller of a listening socket, without waiting where that does not wait.
///
/// # Errors
/// `EAGAIN` when nobody calls, `EMFILE`, `ENFILE` at a descriptor limit.
pub fn accept(listener: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let caller = nix::sys::socket::accept4(listener.as_raw_fd(), SockFlag::SOCK_CLOEXEC)?;
    // SAFETY: the kernel has just made this descriptor for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(caller) })
}

/// Bytes waiting to be read on a socket, over all its packets.
///
/// # Errors
/// When the descriptor is no socket.
pub fn queued(socket: BorrowedFd<'_>) -> io::Result<usize> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int, to which the pointer leads.
    unsafe { bytes_to_read(socket.as_raw_fd(), &raw mut bytes) }?;
    Ok(usize::try_from(bytes).unwrap_or(0))
}

nix::ioctl_read_bad!(bytes_to_read, libc::FIONREAD, libc::c_int);

/// Room for the credentials of the writer and up to four descriptors; the kernel closes what does
/// not fit, and `Inbox` closes all but the first.
const CONTROL: usize = 64;

/// Buffers for many packets, filled by one system call and used again.
#[derive(Debug)]
pub struct Inbox {
    slot: usize,
    bytes: Vec<u8>,
    control: Vec<u8>,
    arrived: Vec<Arrived>,
}

/// What is known of a packet beside its bytes.
#[derive(Debug)]
struct Arrived {
    length: usize,
    pid: i32,
    descriptor: Option<OwnedFd>,
    refused: bool,
    cut: bool,
}

/// One packet, or one run of bytes of a stream that a single process wrote.
#[derive(Debug)]
pub struct Received<'a> {
    /// The writer as the kernel attests it; 0 for one outside this PID namespace.
    pub pid: i32,
    /// Empty at the end of the channel.
    pub bytes: &'a [u8],
    /// The first descriptor that came along.
    pub descriptor: Option<OwnedFd>,
    /// A descriptor came along for which this process had no room.
    pub refused: bool,
    /// The packet was longer than the buffer; its rest is lost.
    pub cut: bool,
}

/// Greatest number of packets one `receive` takes; bounds what it keeps on its stack.
pub const MOST_PACKETS: usize = 64;

impl Inbox {
    /// Buffers for `packets` (at most `MOST_PACKETS`) of up to `slot` bytes each. Memory is used
    /// only where packets have been.
    pub fn new(packets: usize, slot: usize) -> Inbox {
        let packets = packets.clamp(1, MOST_PACKETS);
        Inbox {
            slot,
            bytes: vec![0; packets * slot],
            control: vec![0; packets * CONTROL],
            arrived: Vec::with_capacity(packets),
        }
    }

    /// Reads what is there without waiting and gives the number of packets; what an earlier call
    /// left is dropped.
    ///
    /// The end of the channel is a packet without bytes and without a writer.
    ///
    /// # Errors
    /// `EAGAIN` when nothing is there.
    pub fn receive(&mut self, socket: BorrowedFd<'_>) -> io::Result<usize> {
        self.receive_with(socket, libc::MSG_DONTWAIT)
    }

    /// `receive`, but waits for the first packet, at most as long as the socket's receive timeout.
    ///
    /// # Errors
    /// `EAGAIN` when nothing came, `EINTR`.
    pub fn await_packets(&mut self, socket: BorrowedFd<'_>) -> io::Result<usize> {
        self.receive_with(socket, libc::MSG_WAITFORONE)
    }

    fn receive_with(&mut self, socket: BorrowedFd<'_>, flags: i32) -> io::Result<usize> {
        self.arrived.clear();
        let count = u32::try_from(self.control.len() / CONTROL).unwrap_or(0);
        let mut parts = [const { MaybeUninit::<libc::iovec>::zeroed() }; MOST_PACKETS];
        let mut headers = [const { MaybeUninit::<libc::mmsghdr>::zeroed() }; MOST_PACKETS];
        let slots = self
            .bytes
            .chunks_exact_mut(self.slot)
            .zip(self.control.chunks_exact_mut(CONTROL));
        for ((part, header), (bytes, control)) in parts.iter_mut().zip(&mut headers).zip(slots) {
            let part = part.write(libc::iovec {
                iov_base: bytes.as_mut_ptr().cast(),
                iov_len: bytes.len(),
            });
            let header = header.as_mut_ptr();
            // SAFETY: the header lies in the array above, zeroed, which is a valid mmsghdr.
            let header = unsafe { &mut *header };
            header.msg_hdr.msg_iov = part;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = control.len() as _;
        }
        let flags = flags | libc::MSG_CMSG_CLOEXEC;
        // SAFETY: the first `count` headers are whole; each leads to one part and one control
        // buffer of the length given, all of which outlive the call and overlap nowhere.
        let received = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr().cast(),
                count,
                flags as _,
                std::ptr::null_mut(),
            )
        };
        let received = usize::try_from(Errno::result(received)?).unwrap_or(0);
        for (header, control) in headers[..received]
            .iter()
            .zip(self.control.chunks_exact(CONTROL))
        {
            // SAFETY: the header was written above and filled in by the kernel.
            let header = unsafe { header.assume_init_ref() };
            let used = control.len().min(header.msg_hdr.msg_controllen as _);
            let (pid, descriptor) = attested(&control[..used]);
            let length = (header.msg_len as usize).min(self.slot);
            self.arrived.push(Arrived {
                length,
                pid,
                descriptor,
                refused: header.msg_hdr.msg_flags & libc::MSG_CTRUNC != 0,
                cut: header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0,
            });
            // The end of a channel would fill all remaining headers with itself.
            if (length, pid) == (0, 0) {
                break;
            }
        }
        Ok(self.arrived.len())
    }

    /// The packet `index` of the last `receive`; its descriptor is given once.
    pub fn take(&mut self, index: usize) -> Option<Received<'_>> {
        let arrived = self.arrived.get_mut(index)?;
        let start = index * self.slot;
        Some(Received {
            pid: arrived.pid,
            bytes: &self.bytes[start..start + arrived.length],
            descriptor: arrived.descriptor.take(),
            refused: arrived.refused,
            cut: arrived.cut,
        })
    }
}

/// Reads control messages (cmsg(3)): the writer's PID and the first descriptor; further ones are
/// closed.
fn attested(mut control: &[u8]) -> (i32, Option<OwnedFd>) {
    const HEAD: usize = size_of::<libc::cmsghdr>();
    const WORD: usize = size_of::<usize>();
    let (mut pid, mut descriptor) = (0, None);
    while let Some((head, _)) = control.split_at_checked(HEAD) {
        let length = head[..WORD].try_into().map_or(0, usize::from_ne_bytes);
        if length < HEAD || length > control.len() {
            break;
        }
        let data = &control[HEAD..length];
        match (int_at(head, WORD), int_at(head, WORD + 4)) {
            (Some(libc::SOL_SOCKET), Some(libc::SCM_CREDENTIALS)) => {
                pid = int_at(data, 0).unwrap_or(0);
            }
            (Some(libc::SOL_SOCKET), Some(libc::SCM_RIGHTS)) => {
                for at in (0..data.len()).step_by(4) {
                    if let Some(number) = int_at(data, at) {
                        // SAFETY: the kernel has just installed this descriptor for us alone.
                        let fd = unsafe { OwnedFd::from_raw_fd(number) };
                        descriptor.get_or_insert(fd);
                    }
                }
            }
            _ => {}
        }
        control = control
            .get(length.next_multiple_of(WORD)..)
            .unwrap_or_default();
    }
    (pid, descriptor)
}

fn int_at(bytes: &[u8], at: usize) -> Option<RawFd> {
    let word = bytes.get(at..at + 4)?;
    Some(i32::from_ne_bytes(word.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::io::{IoSlice, Read as _, Write as _};
    use std::os::fd::{AsFd as _, AsRawFd as _};
    use std::os::unix::net::UnixStream;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};

    use super::{Inbox, event_channel, output_stream, queued, send_packet};

    fn me() -> i32 {
        std::process::id().cast_signed()
    }

    #[test]
    fn packets_come_whole_in_order_with_their_writer() {
        let (reader, writer) = event_channel().expect("a socket pair");
        let mut inbox = Inbox::new(4, 64);
        assert_eq!(
            inbox
                .receive(reader.as_fd())
                .expect_err("nothing is there")
                .kind(),
            std::io::ErrorKind::WouldBlock
        );
        for text in ["a", "bc", "def", "", "ghij"] {
            send_packet(writer.as_fd(), text.as_bytes()).expect("there is room");
        }
        assert_eq!(queued(reader.as_fd()).expect("a socket"), 10);
        let mut seen = Vec::new();
        while let Ok(count) = inbox.receive(reader.as_fd()) {
            assert!(count <= 4);
            for index in 0..count {
                let packet = inbox.take(index).expect("it arrived");
                assert_eq!((packet.pid, packet.cut), (me(), false));
                seen.push(String::from_utf8_lossy(packet.bytes).into_owned());
            }
        }
        assert_eq!(seen, ["a", "bc", "def", "", "ghij"]);
        drop(writer);
        // Another test's child may hold a copy of the writing end until its exec(2).
        let mut fds = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut fds, PollTimeout::from(5_000_u16)), Ok(1));
        assert_eq!(inbox.receive(reader.as_fd()).expect("the end"), 1);
        let end = inbox.take(0).expect("the end");
        assert_eq!((end.pid, end.bytes), (0, &b""[..]));
    }

    #[test]
    fn a_packet_longer_than_the_buffer_says_so() {
        let (reader, writer) = event_channel().expect("a socket pair");
        send_packet(writer.as_fd(), &[7; 100]).expect("there is room");
        let mut inbox = Inbox::new(2, 64);
        assert_eq!(inbox.receive(reader.as_fd()).expect("one packet"), 1);
        let packet = inbox.take(0).expect("one packet");
        assert_eq!((packet.bytes.len(), packet.cut), (64, true));
    }

    #[test]
    fn a_descriptor_comes_along_once_and_the_others_are_closed() {
        let (reader, writer) = event_channel().expect("a socket pair");
        let (mut first, first_far) = UnixStream::pair().expect("a pair");
        let (mut second, second_far) = UnixStream::pair().expect("a pair");
        let fds = [first_far.as_raw_fd(), second_far.as_raw_fd()];
        let rights = [ControlMessage::ScmRights(&fds)];
        let words = [IoSlice::new(b"x")];
        sendmsg::<()>(writer.as_raw_fd(), &words, &rights, MsgFlags::empty(), None).expect("sent");
        drop((first_far, second_far));
        let mut inbox = Inbox::new(2, 64);
        assert_eq!(inbox.receive(reader.as_fd()).expect("one packet"), 1);
        let packet = inbox.take(0).expect("one packet");
        assert_eq!(packet.pid, me());
        let taken = packet.descriptor.expect("it came along");
        assert!(
            inbox
                .take(0)
                .is_some_and(|packet| packet.descriptor.is_none())
        );
        UnixStream::from(taken).write_all(b"hello").expect("open");
        let mut text = String::new();
        first.read_to_string(&mut text).expect("to the end");
        assert_eq!(text, "hello");
        assert_eq!(
            second.read(&mut [0]).expect("the end, for it was closed"),
            0
        );
    }

    #[test]
    fn a_stream_keeps_writers_apart() {
        let (reader, writer) = output_stream().expect("a socket pair");
        let mut child = std::process::Command::new("sh");
        let status = child
            .args(["-c", "printf one"])
            .stdout(writer.try_clone().expect("a copy"))
            .status();
        assert!(status.expect("sh is there").success());
        send_packet(writer.as_fd(), b"two").expect("there is room");
        let mut inbox = Inbox::new(4, 1024);
        let count = inbox.receive(reader.as_fd()).expect("two runs");
        assert_eq!(count, 2);
        let first = inbox.take(0).expect("first");
        assert_eq!(first.bytes, b"one");
        assert_ne!(first.pid, me());
        let second = inbox.take(1).expect("second");
        assert_eq!((second.pid, second.bytes), (me(), &b"two"[..]));
    }
}
