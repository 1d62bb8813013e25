//! Real processes as a `Machine`: every execution a fresh main process, every step a grant at its
//! gate.
//!
//! It listens to the processes as a run's supervisor does and folds what they say into a `World`,
//! from which it reads who can go and what each would touch. There are no rows of ps, no pace and no
//! recording. All wait at the gate but the one that was let go; a step is over when that one is there
//! again or has ended, and so has whatever it started.

mod access;
mod kills;
mod known;
mod machine;
mod notes;
mod zygote;

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use self::access::{Announced, Now, Scene, Unsupported};
pub use self::access::{Projection, Why};
use self::known::Known;
pub use self::zygote::Launch;
use self::zygote::Zygote;
use super::contradiction::Note;
use super::operation::{Next, Proc};
use crate::engine::exits::of_process;
use crate::model::World;
use crate::protocol::Grant;
use crate::sys::pidfd::PidFd;
use crate::sys::socket::{Inbox, send_packet};
use crate::trace::{Event, Exit, Kind, Op, OpName, ProcessStart, Role, Stream, read_packet};

/// How long a process may do something that is not an operation.
const PATIENCE: Duration = Duration::from_secs(5);
/// As long the event channel waits for a word.
const LOOK: Duration = Duration::from_millis(zygote::LOOK.unsigned_abs());
const LONGEST_PACKET: usize = 448 << 10;
const SECOND: f64 = 1e9;

/// Why an execution can't go on.
#[derive(Debug, thiserror::Error)]
pub enum NativeError {
    #[error("the processes can't be started: {0}")]
    Start(io::Error),
    #[error("the processes can't be reached any more: {0}")]
    Lost(io::Error),
    #[error("{op} of {process} can't be explored")]
    Unsupported {
        process: String,
        op: OpName,
        why: Why,
    },
    #[error("{process} did something for {} s that is no operation", PATIENCE.as_secs())]
    Outside { process: String },
    #[error("{process} printed in a step from which that could not be foreseen")]
    Unforeseen { process: String },
    #[error("a packet can't be read: {0}")]
    Packet(String),
}

/// What is explored.
#[derive(Debug, Clone)]
pub struct Config {
    pub launch: Launch,
    pub projection: Projection,
    /// All that may be printed: whoever would print something else has to wait.
    pub listing: Option<Vec<u8>>,
    /// A sleep may end at any time, not only when nobody else can go.
    pub any_timing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// It will announce something, or end.
    Runs,
    /// It waits for its grant.
    AtGate,
    Ended,
}

#[derive(Debug)]
struct Process {
    /// The same in all executions, other than its birth number.
    number: Proc,
    pid: i32,
    gate: Option<OwnedFd>,
    stand: Stand,
    service: bool,
    /// Grants it has been sent beyond the next.
    ahead: usize,
    op: Op,
    announced: Announced,
    due: Option<i64>,
    children: u32,
    /// Others may end it at any time.
    mortal: bool,
    killed: Killed,
}

/// Whether another process has ended it by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Killed {
    No,
    /// Nobody has waited for its end, so the kernel may still show it alive.
    Now,
    Joined,
}

/// A main process that waits for its first grant.
#[derive(Debug)]
struct Ready {
    pid: i32,
    event: Event,
    gate: Option<OwnedFd>,
}

/// Numbers of processes over all executions, by their parents' numbers and their places among these
/// one's children.
#[derive(Debug, Default)]
struct Numbers(HashMap<(Option<Proc>, u32), Proc>);

impl Numbers {
    fn of(&mut self, parent: Option<Proc>, place: u32) -> Proc {
        let fresh = Proc::try_from(self.0.len()).unwrap_or(Proc::MAX);
        *self.0.entry((parent, place)).or_insert(fresh)
    }
}

#[derive(Debug)]
pub struct Native {
    config: Config,
    zygote: Zygote,
    inbox: Inbox,
    numbers: Numbers,
    /// Processes of this program are ended by others.
    kills: bool,
    /// That has just been learnt.
    anew: bool,
    // Of this execution:
    world: World,
    seq: u64,
    /// By birth number.
    processes: Vec<Process>,
    /// Starts whose child has not introduced itself; below 0 where the children came first.
    unborn: i32,
    /// The main process of the next execution.
    ready: Option<Ready>,
    /// Somebody asks the kernel how others ended: before that the supervisor waits for their ends.
    asks: bool,
    /// For so long nobody has said anything.
    silent: Duration,
    clock: i64,
    /// What went to stdout.
    printed: Vec<u8>,
    notes: Vec<(u32, Note)>,
    next: Vec<Next>,
}

impl Native {
    /// Starts the process that all executions are forked from. The calling thread has to live as
    /// long as that.
    ///
    /// # Errors
    /// What kept it from starting.
    pub fn new(config: Config) -> Result<Native, NativeError> {
        Ok(Native {
            zygote: Zygote::start(&config.launch).map_err(NativeError::Start)?,
            config,
            inbox: Inbox::new(16, LONGEST_PACKET),
            numbers: Numbers::default(),
            kills: false,
            anew: false,
            world: World::new(),
            seq: 0,
            processes: Vec::new(),
            unborn: 0,
            ready: None,
            asks: false,
            silent: Duration::ZERO,
            clock: 0,
            printed: Vec::new(),
            notes: Vec::new(),
            next: Vec::new(),
        })
    }

    /// All that is known of the execution.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What was printed so far.
    pub fn printed(&self) -> &[u8] {
        &self.printed
    }

    /// What was read, written and printed so far, by birth number.
    pub fn notes(&self) -> &[(u32, Note)] {
        &self.notes
    }

    /// Whether all of the listing was printed.
    pub fn is_listing_printed(&self) -> bool {
        self.config.listing.as_ref() == Some(&self.printed)
    }

    /// Whether somebody waits because the listing has something else where it would print.
    pub fn holds_back(&self) -> bool {
        let mut waiting = self.processes.iter().filter(|p| p.stand == Stand::AtGate);
        waiting.any(|process| matches!(process.op.op, OpName::Print | OpName::Flush))
    }

    /// The number over all executions of the process with this birth number.
    pub fn number(&self, birth: u32) -> Option<Proc> {
        let process = self.processes.get(usize::try_from(birth).ok()?)?;
        Some(process.number)
    }

    fn now(&self) -> Now<'_> {
        Now {
            world: &self.world,
            clock: self.clock,
            printed: i64::try_from(self.printed.len()).unwrap_or(i64::MAX),
        }
    }

    /// A schedule of this execution with birth numbers, as any other run of the program has them.
    pub fn births(&self, schedule: &[Proc]) -> Vec<Proc> {
        let birth = |number: &Proc| {
            let mut processes = self.processes.iter();
            let place = processes.position(|process| process.number == *number);
            place.and_then(|place| Proc::try_from(place).ok())
        };
        schedule.iter().filter_map(birth).collect()
    }

    fn name(&self, birth: usize) -> String {
        let process = u32::try_from(birth)
            .ok()
            .and_then(|birth| self.world.process(birth));
        process.map_or_else(
            || "a process".to_owned(),
            |process| process.name.to_string(),
        )
    }

    fn apply(&mut self, birth: usize, mut event: Event) {
        self.seq += 1;
        event.seq = self.seq;
        event.proc = u32::try_from(birth).ok();
        self.notes.extend(event.proc.zip(notes::note(&event)));
        self.world.apply(&event);
    }

    /// Waits until all that were let go are at the gate again or have ended.
    fn settle(&mut self) -> Result<(), NativeError> {
        let busy = |process: &Process| process.stand == Stand::Runs && !process.service;
        while self.unborn != 0 || self.processes.iter().any(busy) {
            self.hear()?;
        }
        self.look()
    }

    /// Waits for words of processes and takes them in; where nothing comes, looks who has died.
    fn hear(&mut self) -> Result<(), NativeError> {
        match self.inbox.await_packets(self.zygote.events.as_fd()) {
            Ok(count) => {
                self.silent = Duration::ZERO;
                self.read(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.silent += LOOK;
                if self.silent < PATIENCE {
                    return self.look_for_ends();
                }
                let running = |process: &Process| process.stand == Stand::Runs && !process.service;
                let process = self.processes.iter().position(running);
                Err(NativeError::Outside {
                    process: self.name(process.unwrap_or(usize::MAX)),
                })
            }
            Err(error) => Err(NativeError::Lost(error)),
        }
    }

    /// Takes in the ends of processes that died without a word. Who ends by itself says so before.
    fn look_for_ends(&mut self) -> Result<(), NativeError> {
        let held = |gate: &OwnedFd| {
            let mut fds = [PollFd::new(gate.as_fd(), PollFlags::empty())];
            poll(&mut fds, PollTimeout::ZERO) == Ok(0)
        };
        let dead = |process: &Process| process.gate.as_ref().is_some_and(|gate| !held(gate));
        let found = (0..self.processes.len()).filter(|birth| dead(&self.processes[*birth]));
        let found: Vec<usize> = found.collect();
        for birth in found {
            let handle = PidFd::open(self.processes[birth].pid).map_err(NativeError::Lost)?;
            await_end(&handle);
            self.gone(birth, of_process(&handle, None));
        }
        Ok(())
    }

    /// Waits for those who have said that they end: somebody will ask the kernel.
    fn await_deaths(&self) -> Result<(), NativeError> {
        let ended = self.processes.iter().filter(|p| p.stand == Stand::Ended);
        for process in ended {
            match PidFd::open(process.pid) {
                Ok(handle) => await_end(&handle),
                // It was collected.
                Err(error) if error.raw_os_error() == Some(Errno::ESRCH as i32) => {}
                Err(error) => return Err(NativeError::Lost(error)),
            }
        }
        Ok(())
    }

    fn gone(&mut self, birth: usize, exit: Exit) {
        let process = &mut self.processes[birth];
        process.stand = Stand::Ended;
        process.gate = None;
        let event = Event {
            seq: 0,
            t: self.world.now(),
            proc: None,
            pid: process.pid,
            tid: None,
            kind: Kind::ProcessExit(exit),
        };
        self.apply(birth, event);
    }

    /// Takes in what was received: packets of one event, or of several, a line each.
    fn read(&mut self, count: usize) -> Result<(), NativeError> {
        for index in 0..count {
            let Some(mut packet) = self.inbox.take(index) else {
                break;
            };
            let (pid, mut gate) = (packet.pid, packet.descriptor.take());
            if packet.bytes.is_empty() && pid == 0 {
                return Err(NativeError::Lost(io::ErrorKind::UnexpectedEof.into()));
            }
            let lines = packet.bytes.split(|byte| *byte == b'\n');
            let events = lines.filter(|line| !line.is_empty()).map(read_packet);
            let events: Vec<Event> = events
                .collect::<Result<_, _>>()
                .map_err(NativeError::Packet)?;
            for event in events {
                self.take_in(pid, event, gate.take())?;
            }
        }
        Ok(())
    }

    fn take_in(
        &mut self,
        pid: i32,
        mut event: Event,
        gate: Option<OwnedFd>,
    ) -> Result<(), NativeError> {
        let of = if event.pid == 0 { pid } else { event.pid };
        event.pid = of;
        if let Kind::ProcessStart(start) = &event.kind {
            if start.role == Role::Main {
                self.ready = Some(Ready { pid, event, gate });
                return Ok(());
            }
            let (start, gate) = (start.clone(), gate);
            return self.born(pid, &start, event, gate);
        }
        let mut processes = self.processes.iter();
        let Some(birth) = processes.rposition(|process| process.pid == of) else {
            // What is left of the execution before.
            return Ok(());
        };
        let process = &mut self.processes[birth];
        match &event.kind {
            Kind::OpBegin(_) if process.ahead > 0 => process.ahead -= 1,
            Kind::OpBegin(op) => {
                process.stand = Stand::AtGate;
                process.op = (**op).clone();
                let timeout = op
                    .args
                    .timeout
                    .filter(|seconds| *seconds > 0.0 || op.op == OpName::Sleep);
                #[expect(clippy::cast_possible_truncation, reason = "such a cast saturates")]
                let due =
                    timeout.map(|seconds| self.clock.saturating_add((seconds * SECOND) as i64));
                process.due = due;
            }
            Kind::OpEnd(op) if op.op == OpName::Start && op.error.is_none() => self.unborn += 1,
            // A pool starts its workers at once.
            Kind::Op(op) if op.op == OpName::Create && op.args.class.as_deref() == Some("Pool") => {
                let workers = i32::try_from(op.args.n.unwrap_or(0));
                self.unborn = self.unborn.saturating_add(workers.unwrap_or(0));
            }
            Kind::Output(output) if output.stream == Stream::Stdout => {
                self.printed.extend_from_slice(&output.data);
            }
            _ => {}
        }
        let code = match &event.kind {
            Kind::OpEnd(op) if op.op == OpName::Exit => op.args.n,
            _ => None,
        };
        let kills = match &event.kind {
            Kind::OpEnd(op) => self.ended_by(op),
            _ => Vec::new(),
        };
        self.apply(birth, event);
        self.kill(&kills)?;
        if let Some(code) = code {
            if self.is_replaced(birth) {
                return Err(self.unsupported(birth, OpName::Exit, Why::Replaced));
            }
            self.gone(birth, Exit::Code(i32::try_from(code).unwrap_or(0)));
        }
        Ok(())
    }

    fn born(
        &mut self,
        pid: i32,
        start: &ProcessStart,
        event: Event,
        gate: Option<OwnedFd>,
    ) -> Result<(), NativeError> {
        let mut processes = self.processes.iter_mut();
        let parent = processes.rfind(|process| process.pid == start.ppid);
        let (parent, place) = match parent {
            Some(parent) => {
                parent.children += 1;
                (Some(parent.number), parent.children)
            }
            None if start.role == Role::Main => (None, 0),
            // A child of the execution before, born as that was ended.
            None => return Ok(()),
        };
        let service = start.role == Role::Manager;
        if !service && parent.is_some() {
            self.unborn -= 1;
        }
        if let Some(gate) = &gate {
            send_packet(gate.as_fd(), &[Grant::Go.byte()]).map_err(NativeError::Lost)?;
        }
        let number = self.numbers.of(parent, place);
        self.processes.push(Process {
            number,
            pid,
            gate,
            stand: Stand::Runs,
            service,
            ahead: 0,
            op: Op::default(),
            announced: Announced::default(),
            due: None,
            children: 0,
            mortal: start.daemon,
            killed: Killed::No,
        });
        self.apply(self.processes.len() - 1, event);
        Ok(())
    }

    /// Works out what each process would do next.
    fn look(&mut self) -> Result<(), NativeError> {
        self.next.clear();
        for birth in 0..self.processes.len() {
            let process = &self.processes[birth];
            let is_dead = process.killed != Killed::No;
            if process.stand != Stand::AtGate && !is_dead {
                continue;
            }
            self.note_target(birth)?;
            let process = &self.processes[birth];
            let scene = Scene {
                world: &self.world,
                now: self.now(),
                names: &Known(&self.processes),
                projection: self.config.projection,
                listing: self.config.listing.as_deref(),
                due: process.due.filter(|_| !self.config.any_timing),
                mortal: process.mortal || self.kills && birth > 0,
            };
            let found = scene.announced(u32::try_from(birth).unwrap_or(u32::MAX), &process.op);
            let announced =
                found.map_err(|Unsupported { op, why }| self.unsupported(birth, op, why))?;
            self.next.push(Next {
                proc: process.number,
                operation: announced.operation.clone(),
                is_dead,
            });
            self.processes[birth].announced = announced;
        }
        if !self.next.iter().any(|next| next.operation.is_enabled()) {
            self.let_time_pass();
        }
        self.next.sort_by_key(|next| next.proc);
        Ok(())
    }
}

impl Native {
    /// Nobody can go: time passes up to the first end of a sleep or of a wait. Of those at one moment
    /// any wait may be the first to give up; where somebody sleeps up to it, that one lets it come,
    /// and then all can go.
    fn let_time_pass(&mut self) {
        let waiting = self.processes.iter().filter(|process| {
            let operation = &process.announced.operation;
            process.stand == Stand::AtGate && operation.could_time_out()
        });
        let due = waiting.filter_map(|process| Some((process.due?, process)));
        let due: Vec<(i64, &Process)> = due.collect();
        let Some(first) = due.iter().map(|(due, _)| *due).min() else {
            return;
        };
        let due = due.iter().filter(|(due, _)| *due == first);
        let due: Vec<&Process> = due.map(|(_, process)| *process).collect();
        let sleeps = |process: &&&Process| process.op.op == OpName::Sleep;
        let sleepers = due.iter().filter(sleeps).map(|process| process.number);
        let chosen: Vec<Proc> = match sleepers.min() {
            Some(sleeper) => vec![sleeper],
            None => due.iter().map(|process| process.number).collect(),
        };
        let clock = access::clock(&Known(&self.processes));
        for next in &mut self.next {
            if chosen.contains(&next.proc) {
                next.operation.times_out = Some(clock);
            }
        }
    }
}

fn await_end(handle: &PidFd) {
    let mut fds = [PollFd::new(handle.as_fd(), PollFlags::POLLIN)];
    let patience = PollTimeout::try_from(PATIENCE).unwrap_or(PollTimeout::MAX);
    while poll(&mut fds, patience) == Err(Errno::EINTR) {}
}
