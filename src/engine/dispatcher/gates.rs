//! The gate at work: which process waits at it, and how a grant reaches one.
//!
//! The policy is `Gate`'s. Here are the gate channels of the processes that live, the control page
//! that tells them all whether they have to announce their operations, and when to ask the policy
//! again.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};

use super::super::gate::{Decision, Gate};
use super::super::observer::ProcFs;
use crate::feed::Control;
use crate::model::World;
use crate::protocol::{Grant, PageWriter};
use crate::sys::clock::monotonic_ns;
use crate::sys::socket::send_packet;
use crate::trace::{Event, Kind};

/// Pause before a gate at which all wait is looked at again (ns).
const LATER: i64 = 500_000_000;

pub(super) struct Gates {
    policy: Gate,
    page: PageWriter,
    /// PID and gate channel by birth number.
    channels: HashMap<u32, (i32, OwnedFd)>,
    /// When the policy has to be asked again (ns); at once when an operation was announced.
    ask_at: i64,
}

impl Gates {
    /// Whether operations wait for their grants.
    pub(super) fn is_closed(&self) -> bool {
        self.policy.is_closed()
    }

    pub(super) fn new(policy: Gate, page: PageWriter) -> Gates {
        Gates {
            policy,
            page,
            channels: HashMap::new(),
            ask_at: 0,
        }
    }

    /// When to call `decide` (ns).
    pub(super) fn ask_at(&self) -> i64 {
        self.ask_at
    }

    /// Nobody can go, but somebody may be woken from outside: the policy is asked again in a while.
    pub(super) fn ask_later(&mut self) {
        self.ask_at = monotonic_ns() + LATER;
    }

    /// A process with a gate channel was born.
    pub(super) fn enter(&mut self, proc: u32, pid: i32, channel: OwnedFd) {
        self.channels.insert(proc, (pid, channel));
        self.policy.enter(proc, pid, monotonic_ns());
    }

    /// It ended.
    pub(super) fn leave(&mut self, proc: u32) {
        self.channels.remove(&proc);
        self.policy.leave(proc);
    }

    /// An event was logged.
    pub(super) fn note(&mut self, event: &Event) {
        if self.policy.is_closed() {
            self.policy.note(event, monotonic_ns());
            self.ask_at = 0;
        } else if matches!(event.kind, Kind::OpBegin(_)) {
            // Announced while the gate was being opened.
            self.ask_at = 0;
        }
    }

    /// Obeys a control that concerns the gate.
    pub(super) fn obey(&mut self, control: Control) -> io::Result<()> {
        self.policy.obey(control, monotonic_ns());
        self.ask_at = 0;
        self.page.set_gated(self.policy.is_closed())
    }

    /// What the policy says now; `None` while there is nothing to decide.
    pub(super) fn decide(&mut self, world: &World) -> Option<Decision> {
        let now = monotonic_ns();
        if now < self.ask_at {
            return None;
        }
        let decision = self.policy.decide(world, now, &ProcFs);
        if let Decision::Wait { until } = decision {
            self.ask_at = until;
            return None;
        }
        Some(decision)
    }

    /// Sends a grant; gives the PID it went to.
    pub(super) fn grant(&mut self, proc: u32, grant: Grant) -> Option<i32> {
        let Some((pid, channel)) = self.channels.get(&proc) else {
            self.policy.leave(proc);
            return None;
        };
        // One that has died meanwhile needs no grant; its exit follows.
        let _ = send_packet(channel.as_fd(), &[grant.byte()]);
        Some(*pid)
    }
}
