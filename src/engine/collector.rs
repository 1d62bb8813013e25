//! The collector: the one thread that reads everything a run's processes say and see happen to them.
//!
//! It reads the event channel, both output streams, the guard's words and the pidfds, and sends what
//! it read to the dispatcher as `Report`s in the order of arrival. It answers the start handshake.
//! It never waits for disk, screen or a child; beyond a bound of what nobody has taken it stops
//! reading, and the processes wait.

mod control;
mod door;
mod exit_watch;
mod pace;
mod packets;

use std::collections::HashSet;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::Arc;

use crossbeam_channel::Sender;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

pub(super) use self::door::Door;
use self::exit_watch::{ExitWatch, FIRST_TOKEN};
use self::pace::Pace;
use super::backlog::Backlog;
use super::exits::of_process;
use super::membership::Membership;
use super::report::{REPORT_COST, Report, Round};
use super::sampler_thread::SamplerThread;
use crate::sys::clock::monotonic_ns;
use crate::sys::pidfd::PidFd;
use crate::sys::socket::{Inbox, queued};
use crate::trace::{Exit, Output, Stream, read_packet};

/// Longest packet: 64 KiB of output whose every byte is a JSON escape, and the rest of the event. The
/// odd bytes keep the beginnings of the buffers out of the same lines of the processor's cache.
const LONGEST_PACKET: usize = (448 << 10) + 320;
/// Packets read by one system call.
const BATCH: usize = 32;
/// System calls on one channel before the others have their turn.
const TURN: usize = 16;
/// What one stream may bring, as it counts, before the others have theirs; what is held is looked at
/// between turns.
const STREAM_TURN: usize = 2 << 20;
/// Reports sent together at most.
const ROUND: usize = 256;
/// … or so many bytes: whoever shows them takes a round at a time.
const ROUND_BYTES: usize = 1 << 20;
const LONGEST_RUN: usize = 64 << 10;
/// Refusals that are told at most.
const REFUSED: usize = 1000;
/// What a line of a stream counts beside its bytes: a flood of short ones is held back before it takes
/// long to work off, for a run that is ended waits for that. Some 130 000 lines are held at most.
const LINE_COST: usize = 512;

const WAKE: u64 = 0;
const CONTROL: u64 = 1;
const STREAMS: u64 = 2;
const DOOR: u64 = 4;

/// The descriptors a collector reads.
#[derive(Debug)]
pub(crate) struct Sources {
    pub events: OwnedFd,
    pub stdout: OwnedFd,
    pub stderr: OwnedFd,
    pub control: Arc<OwnedFd>,
    /// PID of the guard.
    pub guard: i32,
    /// The main process, watched before it says anything.
    pub main: Arc<PidFd>,
    /// Where programs started by exec ask for the event channel.
    pub door: Option<Door>,
}

pub(crate) struct Collector {
    events: Source,
    streams: [Source; 2],
    control: Option<Arc<OwnedFd>>,
    control_inbox: Inbox,
    door: Option<Door>,
    epoll: Epoll,
    exits: ExitWatch,
    main: i32,
    /// The program should be traced and can't be: nothing stops its processes at their births.
    untraced: bool,
    /// Were gone when they were met; what they have said may still be in the channel.
    gone: Vec<i32>,
    limit_told: bool,
    /// What was refused from whom.
    refused: HashSet<(i32, String)>,
    pace: Pace,
    births: usize,
    /// Bytes read from the event channel so far.
    read: usize,
    /// The guard has said that nothing is left.
    empty: bool,
    backlog: Arc<Backlog>,
    out: Sender<Round>,
    /// Reports of this round: sent together, for a dispatcher that has to be woken for each costs
    /// more than all the rest.
    round: Round,
    sampler: SamplerThread,
    origin: i64,
}

/// A channel and its buffers; `None` after its end.
struct Source {
    fd: Option<OwnedFd>,
    inbox: Inbox,
}

impl Source {
    /// What is waiting now, in bytes.
    fn queued(&self) -> usize {
        self.fd
            .as_ref()
            .and_then(|fd| queued(fd.as_fd()).ok())
            .unwrap_or(0)
    }

    fn receive(&mut self) -> usize {
        let Some(fd) = &self.fd else { return 0 };
        self.inbox.receive(fd.as_fd()).unwrap_or(0)
    }
}

impl Collector {
    /// # Errors
    /// `EMFILE` at the descriptor limit.
    pub(crate) fn new(
        sources: Sources,
        backlog: Arc<Backlog>,
        out: Sender<Round>,
        sampler: SamplerThread,
        origin: i64,
    ) -> std::io::Result<Collector> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let watch =
            |fd: BorrowedFd<'_>, token| epoll.add(fd, EpollEvent::new(EpollFlags::EPOLLIN, token));
        watch(backlog.wake().as_fd(), WAKE)?;
        watch(sources.control.as_fd(), CONTROL)?;
        watch(sources.stdout.as_fd(), STREAMS)?;
        watch(sources.stderr.as_fd(), STREAMS + 1)?;
        if let Some(door) = &sources.door {
            watch(door.as_fd(), DOOR)?;
        }
        let mut exits = ExitWatch::new(of_process, Membership::new(sources.guard));
        exits.enter_main(&sources.main, &epoll);
        let stream = |fd| Source {
            fd: Some(fd),
            inbox: Inbox::new(BATCH, LONGEST_RUN),
        };
        Ok(Collector {
            events: Source {
                fd: Some(sources.events),
                inbox: Inbox::new(BATCH, LONGEST_PACKET),
            },
            streams: [stream(sources.stdout), stream(sources.stderr)],
            control: Some(sources.control),
            control_inbox: Inbox::new(BATCH, 64 << 10),
            door: sources.door,
            epoll,
            exits,
            main: sources.main.pid(),
            untraced: false,
            gone: Vec::new(),
            limit_told: false,
            refused: HashSet::new(),
            pace: Pace::new(),
            births: 0,
            read: 0,
            empty: false,
            backlog,
            out,
            round: Round::default(),
            sampler,
            origin,
        })
    }

    /// Reads until it is told to stop.
    pub(crate) fn run(mut self) {
        let mut held = false;
        while !self.backlog.stopping() {
            if self.backlog.must_hold() {
                if !held {
                    let (t, bytes) = (self.now(), self.backlog.queued());
                    self.report(Report::Held { t, bytes }, 0);
                }
                held = true;
                self.flush();
                self.rest();
                continue;
            }
            held = false;
            match self.pace.nap() {
                Some(nap) => std::thread::sleep(nap),
                None => self.wait(),
            }
            self.births = 0;
            let packets = self.take_events(BATCH * TURN);
            self.look_around();
            self.flush();
            self.pace.note(monotonic_ns(), packets, self.births);
        }
    }

    fn now(&self) -> i64 {
        monotonic_ns() - self.origin
    }

    fn report(&mut self, report: Report, bytes: usize) {
        self.round.cost += bytes + REPORT_COST;
        self.round.reports.push(report);
        if self.round.reports.len() >= ROUND || self.round.cost >= ROUND_BYTES {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.round.reports.is_empty() {
            let round = std::mem::take(&mut self.round);
            self.backlog.put(round.cost);
            // Without a dispatcher there is nobody to tell; it stops us before it goes.
            let _ = self.out.send(round);
        }
    }

    /// Waits until anything can be read or an exit is overdue.
    fn wait(&self) {
        let (due, next) = self.exits.overdue(monotonic_ns());
        let timeout = match next {
            _ if !due.is_empty() || !self.gone.is_empty() => PollTimeout::ZERO,
            Some(at) => millis_until(at),
            None => PollTimeout::NONE,
        };
        let mut fds = vec![PollFd::new(self.epoll.0.as_fd(), PollFlags::POLLIN)];
        fds.extend(
            self.events
                .fd
                .as_ref()
                .map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN)),
        );
        // Interrupted: the round finds nothing and we are back here.
        let _ = poll(&mut fds, timeout);
    }

    /// While nothing is read from the processes: the guard's words and ours still count.
    fn rest(&mut self) {
        let mut fds = vec![PollFd::new(self.backlog.wake().as_fd(), PollFlags::POLLIN)];
        fds.extend(
            self.control
                .as_ref()
                .map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN)),
        );
        let _ = poll(&mut fds, PollTimeout::NONE);
        let _ = self.backlog.wake().read();
        self.take_control();
        self.answer_settle();
        self.flush();
    }

    /// Everything but the event channel: streams, guard, ends of processes.
    fn look_around(&mut self) {
        let mut ready = [EpollEvent::empty(); 64];
        let count = self.epoll.wait(&mut ready, EpollTimeout::ZERO).unwrap_or(0);
        let mut ended = Vec::new();
        for event in &ready[..count] {
            match event.data() {
                WAKE => {
                    let _ = self.backlog.wake().read();
                }
                CONTROL => self.take_control(),
                DOOR => self.answer_door(),
                token if token < FIRST_TOKEN => {
                    let index = usize::from(token != STREAMS);
                    self.take_stream(index, None);
                }
                token => ended.extend(i32::try_from(token - FIRST_TOKEN)),
            }
        }
        ended.extend(self.exits.overdue(monotonic_ns()).0);
        ended.append(&mut self.gone);
        if !ended.is_empty() {
            self.take_control();
            self.drain();
            for pid in ended {
                self.tell_exit(pid, None);
            }
        }
        self.answer_settle();
        self.tell_limit();
    }

    /// Processes that can't be held have no row and no exit of their own: that is said, once.
    fn tell_limit(&mut self) {
        if self.exits.limit_reached() && !self.limit_told {
            self.limit_told = true;
            let t = self.now();
            self.report(Report::TooFewDescriptors { t }, 0);
        }
    }

    fn answer_door(&mut self) {
        if self.door.as_ref().is_some_and(|door| !door.answer()) {
            // Dropped, it is watched no longer.
            self.door = None;
        }
    }

    /// Reads what all channels hold at this moment: before an exit is told, all that the process
    /// said has to be.
    fn drain(&mut self) {
        let target = self.read + self.events.queued();
        while self.read < target && self.take_events(BATCH) > 0 {}
        self.drain_streams();
    }

    fn drain_streams(&mut self) {
        for index in 0..self.streams.len() {
            let left = self.streams[index].queued();
            self.take_stream(index, Some(left));
        }
    }

    /// Reads up to about `most` packets and gives how many.
    fn take_events(&mut self, most: usize) -> usize {
        let mut taken = 0;
        while taken < most {
            let count = self.events.receive();
            for index in 0..count {
                let Some(mut packet) = self.events.inbox.take(index) else {
                    break;
                };
                let (pid, gate) = (packet.pid, packet.descriptor.take().ok_or(packet.refused));
                let (length, cut) = (packet.bytes.len(), packet.cut);
                if length == 0 && pid == 0 {
                    self.events.fd = None;
                    return taken;
                }
                let event = read_packet(packet.bytes);
                self.read += length;
                self.packet(pid, event, length, cut, gate);
            }
            taken += count;
            if count < BATCH {
                break;
            }
        }
        taken
    }

    /// Somebody collected this process's status: its exit comes before that word.
    fn reaped(&mut self, pid: i32, t: i64, by: i32, exit: Exit) {
        if self.exits.has(pid) {
            // What it sent as packets stood before this word; what it wrote may still be waiting.
            self.drain_streams();
            self.tell_exit(pid, Some(exit));
        }
        self.report(Report::Reaped { pid, t, by, exit }, 0);
    }

    fn tell_exit(&mut self, pid: i32, reaper: Option<Exit>) {
        if let Some(exit) = self.exits.exit(pid, reaper, monotonic_ns(), &self.epoll) {
            let t = self.now();
            self.report(Report::Exit { pid, t, exit }, 0);
        }
    }

    /// Reads about so many bytes of a stream, or what it may bring in a turn.
    fn take_stream(&mut self, index: usize, bytes: Option<usize>) {
        let (mut taken, mut spent, mut calls) = (0, 0, 0);
        while bytes.map_or(spent < STREAM_TURN && calls < TURN, |most| taken < most) {
            let count = self.streams[index].receive();
            for place in 0..count {
                let Some(run) = self.streams[index].inbox.take(place) else {
                    break;
                };
                let (pid, data) = (run.pid, run.bytes.to_vec());
                if data.is_empty() {
                    if let Some(fd) = self.streams[index].fd.take() {
                        let _ = self.epoll.delete(fd.as_fd());
                    }
                    return;
                }
                taken += data.len();
                spent += cost(&data);
                self.output(pid, [Stream::Stdout, Stream::Stderr][index], data);
            }
            if count < BATCH {
                break;
            }
            calls += 1;
        }
    }

    fn output(&mut self, pid: i32, stream: Stream, data: Vec<u8>) {
        let t = self.now();
        let gone = pid != 0 && !self.exits.has(pid) && self.appeared(pid);
        let length = cost(&data);
        self.report(
            Report::Output {
                pid,
                t,
                output: Output {
                    stream,
                    data,
                    at: None,
                    left_out: None,
                },
            },
            length,
        );
        if gone {
            self.drain_streams();
            self.tell_exit(pid, None);
        }
    }
}

/// What these bytes of a stream count.
fn cost(data: &[u8]) -> usize {
    let lines: usize = data.iter().map(|byte| usize::from(*byte == b'\n')).sum();
    data.len() + LINE_COST * lines
}

/// Milliseconds until that time, rounded up, at most a minute.
fn millis_until(at: i64) -> PollTimeout {
    let millis = (at - monotonic_ns()).max(0) / 1_000_000 + 1;
    u16::try_from(millis).map_or(PollTimeout::MAX, PollTimeout::from)
}
