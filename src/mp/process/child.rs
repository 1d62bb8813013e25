//! `Child`: a forked child as its parent holds it (CPython: popen_fork.py).
//!
//! Owns waiting for it and its status, and the list of children not yet collected. Only the parent
//! waits, and always by PID, so that it never takes a status that another wait needs.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::rc::Rc;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use crate::mp::context;
use crate::mp::tracer::{self, Call, Ended, Fill};
use crate::mp::wait::{self, Timeout};
use crate::trace::{Exit, OpName, Packet};

#[derive(Debug)]
pub(crate) struct Child {
    pid: Pid,
    name: String,
    parent: u32,
    daemon: bool,
    exit: Cell<Option<Exit>>,
}

thread_local! {
    /// Children of this process whose end it has not been told (CPython's `_children`).
    static CHILDREN: RefCell<Vec<Rc<Child>>> = const { RefCell::new(Vec::new()) };
}

impl Child {
    /// Registers a child just forked.
    pub(crate) fn register(pid: Pid, name: &str, daemon: bool) -> Rc<Child> {
        let name = name.to_owned();
        let child = Rc::new(Child {
            pid,
            name,
            parent: context::pid(),
            daemon,
            exit: Cell::new(None),
        });
        CHILDREN.with_borrow_mut(|children| children.push(Rc::clone(&child)));
        child
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn daemon(&self) -> bool {
        self.daemon
    }

    /// Names the child in an event.
    pub(crate) fn fill(&self, packet: &mut Packet<'_>, name: &str) {
        packet.text("child", name).int("pid", i64::from(self.pid()));
    }

    pub(crate) fn is_collected(&self) -> bool {
        self.exit.get().is_some()
    }

    /// How it ended, if it has; collects it. `None` too for a process that is not its parent.
    pub(crate) fn poll(&self) -> Option<Exit> {
        let exit = self.collect();
        if exit.is_some() {
            CHILDREN.with_borrow_mut(|children| children.retain(|child| child.pid != self.pid));
        }
        exit
    }

    fn collect(&self) -> Option<Exit> {
        if let Some(exit) = self.exit.get() {
            return Some(exit);
        }
        if self.parent != context::pid() {
            return None;
        }
        let exit = match waitid(
            Id::Pid(self.pid),
            WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG,
        ) {
            Ok(WaitStatus::Exited(_, code)) => Exit::Code(code),
            Ok(WaitStatus::Signaled(_, signal, _)) => Exit::Signal(signal as i32),
            Ok(_) | Err(nix::errno::Errno::EINTR) => return None,
            // Another wait has collected it: its status is lost.
            Err(_) => Exit::Unknown,
        };
        self.exit.set(Some(exit));
        tracer::reaped(self.pid(), exit);
        Some(exit)
    }

    /// Waits for its end; `None` at the deadline.
    pub(crate) fn wait(&self, deadline: Option<i64>) -> Option<Exit> {
        wait::for_child(deadline, || self.poll())
    }

    /// Waits for its end as an operation of the program; `at` is nowhere for the joins of a process
    /// that ends.
    pub(crate) fn join(
        &self,
        name: &str,
        timeout: Timeout,
        at: Option<&'static Location<'static>>,
    ) -> Option<Exit> {
        let args: Fill<'_> = &|packet| {
            self.fill(packet, name);
            timeout.fill(packet);
        };
        let mut call = Call::begin_at(OpName::Join, None, at, args);
        let exit = call.through(timeout, |deadline| self.wait(deadline));
        match exit.and_then(Exit::exitcode) {
            Some(code) => call.done(None, Ended::Value(&code)),
            None => call.done(None, Ended::Plain),
        }
        exit
    }

    /// Sends a signal, unless it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.poll().is_none() && self.parent == context::pid() {
            // Not collected, so the PID is still this child's.
            let _ = kill(self.pid, signal);
        }
    }
}

/// Collects children that have ended (CPython's `_cleanup`).
pub(crate) fn reap_finished() {
    for child in unjoined() {
        child.collect();
    }
}

/// Children whose end this process has not been told.
pub(crate) fn unjoined() -> Vec<Rc<Child>> {
    CHILDREN.with_borrow(Clone::clone)
}

/// Forgets the parent's children: they are a forked child's siblings.
pub(crate) fn forget_children() {
    CHILDREN.with_borrow_mut(Vec::clear);
}

/// `active_children()`: names of the children still running; collects the others.
pub fn active_children() -> Vec<String> {
    reap_finished();
    unjoined()
        .iter()
        .filter(|child| !child.is_collected())
        .map(|child| child.name.clone())
        .collect()
}
