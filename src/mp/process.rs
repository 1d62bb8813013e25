//! `Process` (CPython: process.py, popen_fork.py): a function that runs in a child process.
//!
//! Owns starting, waiting for and ending children, and what a child does from its first instruction
//! to its last. The fork is real: a child's memory is a copy of its parent's at `start`.

mod bootstrap;
mod child;

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::rc::Rc;

pub(crate) use bootstrap::{SpawnSpec, Unwound, spawn, unwound};
pub use bootstrap::{exit_main, run_main};
pub use child::active_children;
pub(crate) use child::{Child, reap_finished};

use super::context;
use super::exceptions::{Exception, Outcome, Result};
use super::stdio;
use super::tracer::{self, Call, Ended, Fill, Grant};
use super::wait::{self, Timeout};
use crate::object::Repr;
use crate::trace::{Exit, OpName, Role};

/// A function a process can run, with its arguments as one tuple.
pub trait Target<A>: 'static {
    /// Calls the function; gives what it raised.
    fn call(self, args: A) -> Option<Exception>;
}

macro_rules! target {
    ($($arg:ident),*) => {
        impl<F, R, $($arg),*> Target<($($arg,)*)> for F
        where
            F: FnOnce($($arg),*) -> R + 'static,
            R: Outcome,
        {
            #[allow(non_snake_case, reason = "the type parameters name the values too")]
            fn call(self, ($($arg,)*): ($($arg,)*)) -> Option<Exception> {
                self($($arg),*).raised()
            }
        }
    };
}
target!();
target!(A1);
target!(A1, A2);
target!(A1, A2, A3);
target!(A1, A2, A3, A4);
target!(A1, A2, A3, A4, A5);
target!(A1, A2, A3, A4, A5, A6);

type Work = Box<dyn FnOnce() -> Option<Exception>>;

struct Inner {
    name: RefCell<String>,
    path: Vec<u32>,
    daemon: Cell<bool>,
    func: &'static str,
    work: RefCell<Option<Work>>,
    creator: u32,
    child: RefCell<Option<Rc<Child>>>,
    closed: Cell<bool>,
}

/// A process that runs `target` with `args`; nothing happens before `start`.
#[derive(Clone)]
pub struct Process(Rc<Inner>);

impl Process {
    /// `Process(target=…, args=…)`.
    pub fn new<A: 'static, F: Target<A>>(target: F, args: A) -> Process {
        let path = context::next_child_path();
        let count: Vec<String> = path.iter().map(u32::to_string).collect();
        Process(Rc::new(Inner {
            name: RefCell::new(format!("Process-{}", count.join(":"))),
            path,
            daemon: Cell::new(context::is_daemon()),
            func: std::any::type_name::<F>()
                .rsplit("::")
                .next()
                .unwrap_or_default(),
            work: RefCell::new(Some(Box::new(move || target.call(args)))),
            creator: context::pid(),
            child: RefCell::new(None),
            closed: Cell::new(false),
        }))
    }

    /// `name=…`.
    pub fn named(self, name: &str) -> Process {
        name.clone_into(&mut self.0.name.borrow_mut());
        self
    }

    /// `daemon=…`.
    pub fn with_daemon(self, daemon: bool) -> Process {
        self.0.daemon.set(daemon);
        self
    }

    pub fn name(&self) -> String {
        self.0.name.borrow().clone()
    }

    pub fn daemon(&self) -> bool {
        self.0.daemon.get()
    }

    /// # Errors
    /// `AssertionError` once it has been started.
    #[track_caller]
    pub fn set_daemon(&self, daemon: bool) -> Result<()> {
        if self.0.child.borrow().is_some() {
            return Err(Exception::assertion("process has already started"));
        }
        self.0.daemon.set(daemon);
        Ok(())
    }

    /// The child's PID; `None` before `start`.
    pub fn pid(&self) -> Option<i32> {
        self.0.child.borrow().as_ref().map(|child| child.pid())
    }

    /// Forks a child that runs the target.
    ///
    /// # Errors
    /// `AssertionError` when started twice, by another than its creator or by a daemonic process;
    /// `BlockingIOError` at a limit of processes.
    #[track_caller]
    pub fn start(&self) -> Result<()> {
        let at = Location::caller();
        let inner = &*self.0;
        let args: Fill<'_> = &|packet| {
            packet
                .text("func", inner.func)
                .text("child", &inner.name.borrow());
        };
        stdio::flush();
        let call = Call::begin_at(OpName::Start, None, Some(at), args);
        child::reap_finished();
        self.may_start(at).map_err(|error| call.raised(error))?;
        // Sent before the fork, so that the child's first event can't precede its cause.
        call.done(None, Ended::Plain);
        let work = inner.work.borrow_mut().take();
        let name = inner.name.borrow().clone();
        let spec = SpawnSpec {
            name,
            path: inner.path.clone(),
            role: Role::Process,
            daemon: inner.daemon.get(),
        };
        match spawn(&spec, move || work.and_then(|work| work())) {
            Ok(child) => {
                *inner.child.borrow_mut() = Some(child);
                Ok(())
            }
            Err(error) => {
                let error = Exception::os(&error).raised_at(at);
                tracer::fault("start_failed", &format!("{}: {error}", spec.name));
                Err(error)
            }
        }
    }

    fn may_start(&self, at: &'static Location<'static>) -> Result<()> {
        let refuse = |text: &str| Err(Exception::at("AssertionError", text, at));
        if self.0.closed.get() {
            return Err(Exception::at("ValueError", "process object is closed", at));
        }
        if self.0.child.borrow().is_some() {
            return refuse("cannot start a process twice");
        }
        if self.0.creator != context::pid() {
            return refuse("can only start a process object created by current process");
        }
        if context::is_daemon() {
            return refuse("daemonic processes are not allowed to have children");
        }
        Ok(())
    }

    /// The child, for an operation that needs one.
    fn started(&self, otherwise: impl FnOnce() -> Exception) -> Result<Rc<Child>> {
        if self.0.closed.get() {
            return Err(Exception::value("process object is closed"));
        }
        self.0.child.borrow().clone().ok_or_else(otherwise)
    }

    /// Waits until the child has ended.
    ///
    /// # Errors
    /// `AssertionError` before `start`; `ValueError` after `close`.
    #[track_caller]
    pub fn join(&self) -> Result<()> {
        self.join_until(Timeout::Never, Location::caller())
    }

    /// `join(timeout=seconds)`: also returns when the time is over; `exitcode` tells the two apart.
    #[track_caller]
    pub fn join_timeout(&self, seconds: f64) -> Result<()> {
        self.join_until(Timeout::After(seconds), Location::caller())
    }

    fn join_until(&self, timeout: Timeout, at: &'static Location<'static>) -> Result<()> {
        let child = self
            .started(|| Exception::at("AssertionError", "can only join a started process", at))?;
        if self.0.creator != context::pid() {
            return Err(Exception::at(
                "AssertionError",
                "can only join a child process",
                at,
            ));
        }
        child.join(&self.0.name.borrow(), timeout, Some(at));
        Ok(())
    }

    /// Whether the child still runs. Asking reaps a finished child.
    #[track_caller]
    pub fn is_alive(&self) -> Result<bool> {
        self.ask(OpName::IsAlive, |child| {
            child.is_some_and(|child| child.poll().is_none())
        })
    }

    /// The exit code: `None` while it runs, −N when signal N killed it.
    #[track_caller]
    pub fn exitcode(&self) -> Result<Option<i32>> {
        self.ask(OpName::ExitCode, |child| {
            child.and_then(Child::poll).and_then(Exit::exitcode)
        })
    }

    #[track_caller]
    fn ask<T: Repr>(&self, op: OpName, question: impl FnOnce(Option<&Child>) -> T) -> Result<T> {
        if self.0.closed.get() {
            return Err(Exception::value("process object is closed"));
        }
        let child = self.0.child.borrow().clone();
        let args: Fill<'_> = &|packet| match &child {
            Some(child) => child.fill(packet, &self.0.name.borrow()),
            None => {
                packet.text("child", &self.0.name.borrow());
            }
        };
        let call = Call::begin_at(op, None, Some(Location::caller()), args);
        let value = question(child.as_deref());
        call.done(None, Ended::Value(&value));
        Ok(value)
    }

    /// Sends SIGTERM; no effect once it has ended.
    ///
    /// # Errors
    /// `AttributeError` before `start`; `ValueError` after `close`.
    #[track_caller]
    pub fn terminate(&self) -> Result<()> {
        self.signal(OpName::Terminate, nix::sys::signal::SIGTERM, "terminate")
    }

    /// Sends SIGKILL; no effect once it has ended.
    #[track_caller]
    pub fn kill(&self) -> Result<()> {
        self.signal(OpName::Kill, nix::sys::signal::SIGKILL, "kill")
    }

    #[track_caller]
    fn signal(&self, op: OpName, signal: nix::sys::signal::Signal, word: &str) -> Result<()> {
        let at = Location::caller();
        let missing = || {
            Exception::at(
                "AttributeError",
                format!("'NoneType' object has no attribute '{word}'"),
                at,
            )
        };
        let child = self.started(missing)?;
        let args: Fill<'_> = &|packet| child.fill(packet, &self.0.name.borrow());
        Call::begin_at(op, None, Some(at), args).done(None, Ended::Plain);
        child.signal(signal);
        Ok(())
    }

    /// Releases the process object.
    ///
    /// # Errors
    /// `ValueError` while the child runs.
    #[track_caller]
    pub fn close(&self) -> Result<()> {
        let running = self
            .0
            .child
            .borrow()
            .as_ref()
            .is_some_and(|child| child.poll().is_none());
        if running {
            return Err(Exception::value(
                "Cannot close a process while it is still running. You should first call join() or terminate().",
            ));
        }
        self.0.closed.set(true);
        Ok(())
    }
}

/// `time.sleep(seconds)`, multiplied by the run's time scale.
#[track_caller]
pub fn sleep(seconds: f64) {
    let scaled = seconds * context::setting(|settings| settings.time_scale);
    let args: Fill<'_> = &|packet| {
        packet.seconds("timeout", seconds);
    };
    let mut call = Call::begin_at(OpName::Sleep, None, Some(Location::caller()), args);
    // Under the gate time is virtual: the grant is the end of the sleep.
    if call.grant() == Grant::Open {
        call.waiting();
        // `None` is longer than the clock counts.
        wait::sleep_until(wait::deadline(Some(scaled)).unwrap_or(i64::MAX));
    }
    call.done(None, Ended::Plain);
}
