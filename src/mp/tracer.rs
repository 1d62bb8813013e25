//! The traced side of an operation: what it sends, when, and how the gate holds it.
//!
//! `Call` is one operation from its announcement to its event. Open gate: one `op`, and `op.wait`
//! only when it is about to block. Gated: `op.begin`, the grant, `op.end`. WHERE `done` is called
//! decides whether the log is true: before the effect for what publishes (release, put, set), after
//! it for what consumes (acquire, get). When the supervisor is gone, tracing turns itself off and
//! the program goes on.

use std::cell::RefCell;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, recv, send, sendmsg, socketpair,
};

use super::context;
use super::exceptions::{Exception, Result};
use super::wait::{self, Timeout};
use crate::object::{LONGEST_REPR, Repr};
pub(crate) use crate::protocol::Grant;
use crate::protocol::{ControlPage, MOST_GRANTS};
use crate::sys::clock;
use crate::trace::{Class, Exit, OpName, Packet, Role, StartMethod, Stream};

/// Most output one event carries, in bytes.
const LONGEST_OUTPUT: usize = 64 << 10;
/// How long a granted operation may wait for what the log already has, in seconds.
const IN_FLIGHT: f64 = 2.0;

/// Text that is kept for one packet at most, in bytes.
const MOST_KEPT: usize = 64 << 10;

static TRACING: AtomicBool = AtomicBool::new(false);
/// An explorer listens. It reads what a process has to say up to its next operation from one packet,
/// which halves the switches between it and the process.
static EXPLORED: AtomicBool = AtomicBool::new(false);
/// The event channel; -1 when there is none.
static CHANNEL: AtomicI32 = AtomicI32::new(-1);
/// When the run began, ns of `CLOCK_MONOTONIC`.
static ORIGIN: AtomicI64 = AtomicI64::new(0);

struct Link {
    control: Option<ControlPage>,
    gate: Option<Rc<OwnedFd>>,
    buf: Vec<u8>,
    /// Packets that go out together, a line each.
    kept: Vec<u8>,
    /// Grants for operations to come, the next one last.
    granted: Vec<u8>,
}

thread_local! {
    static LINK: RefCell<Link> = const { RefCell::new(Link { control: None, gate: None, buf: Vec::new(), kept: Vec::new(), granted: Vec::new() }) };
}

/// Whether operations are traced: one load.
#[inline]
pub(crate) fn on() -> bool {
    TRACING.load(Ordering::Relaxed)
}

/// Whether this process sends events.
pub fn is_on() -> bool {
    on()
}

/// Turns tracing on: events go to descriptor `channel`, `control` is the supervisor's page.
pub fn connect(channel: RawFd, control: Option<ControlPage>, origin: i64) {
    CHANNEL.store(channel, Ordering::Relaxed);
    ORIGIN.store(origin, Ordering::Relaxed);
    let explored = control.as_ref().is_some_and(ControlPage::explored);
    EXPLORED.store(explored, Ordering::Relaxed);
    LINK.with_borrow_mut(|link| link.control = control);
    TRACING.store(true, Ordering::Relaxed);
}

/// Nanoseconds since the run began.
pub(crate) fn now() -> i64 {
    clock::monotonic_ns() - ORIGIN.load(Ordering::Relaxed)
}

fn off() {
    TRACING.store(false, Ordering::Relaxed);
}

/// Sends one packet; waits while the channel is full.
fn send_packet(packet: &[u8]) {
    let fd = CHANNEL.load(Ordering::Relaxed);
    loop {
        match send(fd, packet, MsgFlags::MSG_NOSIGNAL) {
            Err(Errno::EINTR) => {}
            Ok(_) => return,
            // The supervisor is gone: the program goes on untraced.
            Err(_) => return off(),
        }
    }
}

/// Builds a packet in the process's one buffer and sends it.
fn emit(build: impl FnOnce(&mut Vec<u8>)) {
    let mut buf = LINK.with_borrow_mut(|link| std::mem::take(&mut link.buf));
    build(&mut buf);
    if !keeps() {
        send_packet(&buf);
        LINK.with_borrow_mut(|link| link.buf = buf);
        return;
    }
    let full = LINK.with_borrow_mut(|link| {
        link.kept.extend_from_slice(&buf);
        link.kept.push(b'\n');
        link.buf = buf;
        link.kept.len() > MOST_KEPT
    });
    if full {
        send_kept();
    }
}

/// Whether packets are kept for one. A service may wait outside the gate, where nobody would hear it.
fn keeps() -> bool {
    EXPLORED.load(Ordering::Relaxed)
        && matches!(context::role(), Role::Main | Role::Process | Role::Worker)
}

/// Sends what is kept.
pub(crate) fn send_kept() {
    let mut kept = LINK.with_borrow_mut(|link| std::mem::take(&mut link.kept));
    if !kept.is_empty() {
        send_packet(&kept);
        kept.clear();
        LINK.with_borrow_mut(|link| link.kept = kept);
    }
}

/// Whether operations are announced and wait for their grants.
pub(crate) fn gated() -> bool {
    LINK.with_borrow(|link| link.control.as_ref().is_some_and(ControlPage::gated))
}

/// Announces this process: its first event, with the supervisor's end of its gate channel, then
/// waits until the supervisor has seen it.
pub(crate) fn announce(ppid: i32, name: &str, role: Role, daemon: bool, method: StartMethod) {
    if !on() {
        return;
    }
    // Without a descriptor left the process has no gate channel, and waits for nobody.
    let pair = socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    );
    let (ours, theirs) = pair.ok().unzip();
    let mut buf = Vec::new();
    let packet = Packet::process_start(&mut buf, now(), ppid, name, role, daemon, method).finish();
    let fds: Vec<RawFd> = theirs.iter().map(OwnedFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&fds)];
    let rights = &rights[..fds.len()];
    let iov = [std::io::IoSlice::new(packet)];
    loop {
        match sendmsg::<()>(
            CHANNEL.load(Ordering::Relaxed),
            &iov,
            rights,
            MsgFlags::MSG_NOSIGNAL,
            None,
        ) {
            Err(Errno::EINTR) => {}
            Ok(_) => break,
            Err(_) => return off(),
        }
    }
    drop(theirs);
    LINK.with_borrow_mut(|link| link.gate = ours.map(Rc::new));
    await_gate();
}

/// Waits for the supervisor's grant.
fn await_gate() -> Grant {
    let grant = |byte| Grant::from_byte(byte).unwrap_or(Grant::Go);
    if let Some(byte) = LINK.with_borrow_mut(|link| link.granted.pop()) {
        return grant(byte);
    }
    send_kept();
    let Some(gate) = LINK.with_borrow(|link| link.gate.clone()) else {
        return Grant::Open;
    };
    let mut bytes = [0u8; MOST_GRANTS];
    loop {
        let mut flags = MsgFlags::empty();
        if wait::has_pumps() {
            // Background work (a queue's overflow) is done meanwhile.
            wait::until_fd(gate.as_fd(), PollFlags::POLLIN, None);
            flags = MsgFlags::MSG_DONTWAIT;
        }
        match recv(gate.as_raw_fd(), &mut bytes, flags) {
            Ok(count @ 1..) => {
                let more = bytes[1..count].iter().rev();
                LINK.with_borrow_mut(|link| link.granted.extend(more));
                return grant(bytes[0]);
            }
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            _ => {
                // The supervisor is gone, as the next packet will find, or had no descriptor left to take
                // the other end by.
                LINK.with_borrow_mut(|link| link.gate = None);
                return Grant::Open;
            }
        }
    }
}

/// Forgets the parent's gate: a forked child makes its own.
pub(crate) fn forget_gate() {
    LINK.with_borrow_mut(|link| {
        link.gate = None;
        link.kept.clear();
        link.granted.clear();
    });
}

/// Adds an operation's arguments to its packet.
pub(crate) type Fill<'a> = &'a dyn Fn(&mut Packet<'_>);

/// Arguments of an operation that has none.
pub(crate) const NO_ARGS: Fill<'static> = &|_| {};

/// How an operation ended.
#[derive(Clone, Copy)]
pub(crate) enum Ended<'a> {
    /// Without a value worth recording.
    Plain,
    /// Returned this value; the event carries its `repr`.
    Value(&'a dyn Repr),
    Raised(&'a Exception),
}

impl<'a, T: Repr> From<&'a Result<T>> for Ended<'a> {
    fn from(result: &'a Result<T>) -> Ended<'a> {
        match result {
            Ok(value) => Ended::Value(value),
            Err(error) => Ended::Raised(error),
        }
    }
}

/// An operation that returns nothing: it raised this, or ended plainly.
impl<'a> From<Option<&'a Exception>> for Ended<'a> {
    fn from(error: Option<&'a Exception>) -> Ended<'a> {
        error.map_or(Ended::Plain, Ended::Raised)
    }
}

/// The value's `repr`, for an event; empty when no event will be sent.
pub(crate) fn shown(value: &dyn Repr) -> String {
    if on() { value.repr() } else { String::new() }
}

/// One operation, from its beginning to its event. Untraced, it does nothing: it costs one load at
/// the beginning and one at the end.
pub(crate) struct Call<'a> {
    op: OpName,
    object: Option<&'a str>,
    /// Where in the program; nowhere for what a service does.
    at: Option<&'static Location<'static>>,
    args: Fill<'a>,
    t0: i64,
    grant: Grant,
    waited: bool,
}

impl<'a> Call<'a> {
    /// Begins an operation on an object; under a closed gate it is announced and waits for its
    /// grant.
    #[inline]
    pub(crate) fn begin(
        op: OpName,
        object: &'a str,
        at: &'static Location<'static>,
        args: Fill<'a>,
    ) -> Call<'a> {
        Call::begin_at(op, Some(object), Some(at), args)
    }

    /// `begin` for an operation that may have no object, or stand in no line of the program (what a
    /// process does when it ends).
    #[inline]
    pub(crate) fn begin_at(
        op: OpName,
        object: Option<&'a str>,
        at: Option<&'static Location<'static>>,
        args: Fill<'a>,
    ) -> Call<'a> {
        let mut call = Call::ungated(op, object, at, args);
        if on() && gated() {
            call.send("op.begin", None, NO_ARGS, Ended::Plain);
            // If it could not be announced, no grant will come.
            if on() {
                call.grant = await_gate();
            }
            if call.grant == Grant::Begin {
                call.grant = Grant::Open;
                call.waiting();
                call.grant = await_gate();
                // If it blocks after that, it says so again.
                call.waited = false;
            }
        }
        call
    }

    /// An operation that is no scheduling point: it needs no grant.
    #[inline]
    pub(crate) fn ungated(
        op: OpName,
        object: Option<&'a str>,
        at: Option<&'static Location<'static>>,
        args: Fill<'a>,
    ) -> Call<'a> {
        Call {
            op,
            object,
            at,
            args,
            t0: if on() { now() } else { 0 },
            grant: Grant::Open,
            waited: false,
        }
    }

    pub(crate) fn grant(&self) -> Grant {
        self.grant
    }

    /// Sends, once, that the operation is about to block. After a grant that is a defect: the
    /// supervisor granted an operation that was not enabled, and gets a fault.
    pub(crate) fn waiting(&mut self) {
        if self.waited || !on() {
            return;
        }
        self.waited = true;
        if self.grant == Grant::Go && self.op != OpName::Sleep {
            let at = self.at.map(ToString::to_string).unwrap_or_default();
            fault(
                "internal",
                &format!("granted {} at {at} would block", self.op),
            );
        }
        self.send("op.wait", None, NO_ARGS, Ended::Plain);
    }

    /// Does a step that may have to wait: first without a sleep, then as long as the caller and the
    /// gate allow. `attempt` is given the deadline up to which it may wait.
    #[inline]
    pub(crate) fn through<T>(
        &mut self,
        timeout: Timeout,
        mut attempt: impl FnMut(Option<i64>) -> Option<T>,
    ) -> Option<T> {
        let first = match self.grant {
            Grant::Expire => return None,
            // The operation is enabled in the log; what it needs may still be in flight.
            Grant::Go if timeout.blocks() => attempt(wait::deadline(Some(IN_FLIGHT))),
            Grant::Open if timeout.blocks() => wait::soon(wait::ANSWER, || attempt(wait::NOW)),
            Grant::Open | Grant::Go | Grant::Begin => attempt(wait::NOW),
        };
        if first.is_some() || !timeout.blocks() {
            return first;
        }
        self.waiting();
        attempt(timeout.deadline())
    }

    /// The operation's event. `ver` is its object's counter.
    #[inline]
    pub(crate) fn done<'e>(&self, ver: impl Into<Option<u64>>, ended: impl Into<Ended<'e>>) {
        self.done_with(ver, NO_ARGS, ended);
    }

    /// `done`, with what the operation's arguments became.
    #[inline]
    pub(crate) fn done_with<'e>(
        &self,
        ver: impl Into<Option<u64>>,
        more: Fill<'_>,
        ended: impl Into<Ended<'e>>,
    ) {
        if on() {
            let kind = match self.grant {
                Grant::Open => "op",
                Grant::Go | Grant::Expire | Grant::Begin => "op.end",
            };
            self.send(kind, ver.into(), more, ended.into());
        }
    }

    /// The event of an operation that raised; gives the exception back.
    pub(crate) fn raised(&self, error: Exception) -> Exception {
        self.done(None, Ended::Raised(&error));
        error
    }

    #[inline(never)]
    fn send(&self, kind: &str, ver: Option<u64>, more: Fill<'_>, ended: Ended<'_>) {
        emit(|buf| {
            let mut packet = Packet::op(buf, now(), kind, self.op, self.object, ver, self.at);
            packet.args();
            (self.args)(&mut packet);
            more(&mut packet);
            packet.end_args().int("t0", self.t0);
            match ended {
                Ended::Plain => {}
                Ended::Value(value) => {
                    packet.text("result", &value.repr());
                }
                Ended::Raised(error) => {
                    packet.text("error", cut(&error.to_string()));
                }
            }
            packet.finish();
        });
    }
}

/// The part of a text an event carries.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_REPR.min(text.len()))]
}

/// An object came into being: its class and what is known of it.
pub(crate) fn created(object: &str, class: &str, at: &'static Location<'static>, args: Fill<'_>) {
    note(OpName::Create, object, None, at, &|packet| {
        debug_assert!(Class::parse(class).is_some(), "{class} has no model");
        packet.text("class", class);
        args(packet);
    });
}

/// The program's own name for an object.
pub(crate) fn named(object: &str, name: &str, at: &'static Location<'static>) {
    note(OpName::Name, object, None, at, &|packet| {
        packet.text("name", name);
    });
}

/// The event of an operation that is no scheduling point.
pub(crate) fn note(
    op: OpName,
    object: &str,
    ver: Option<u64>,
    at: &'static Location<'static>,
    args: Fill<'_>,
) {
    Call::ungated(op, Some(object), Some(at), args).done(ver, Ended::Plain);
}

/// Output of an instrumented print, split where one event would grow too large.
pub(crate) fn output(stream: Stream, data: &[u8], at: Option<&'static Location<'static>>) {
    for part in data.chunks(LONGEST_OUTPUT) {
        emit(|buf| {
            Packet::output(buf, now(), stream, part, at).finish();
        });
    }
}

/// A child's status was collected by this process.
pub(crate) fn reaped(pid: i32, exit: Exit) {
    if on() {
        emit(|buf| {
            Packet::reaped(buf, now(), pid, context::pid().cast_signed(), exit).finish();
        });
    }
}

/// Something went wrong that the supervisor should know.
pub(crate) fn fault(kind: &str, detail: &str) {
    if on() {
        emit(|buf| {
            let mut packet = Packet::new(buf, now(), "fault");
            packet.text("fault", kind).text("detail", detail);
            packet.finish();
        });
    }
}
