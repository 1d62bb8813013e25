//! What CPython's three handler threads do for a pool, here done by its process inside calls of `mp`.
//!
//! Collects results and runs callbacks, replaces workers that ended, and stops the workers once a
//! closed pool has all its results.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::sync::atomic::Ordering;

use nix::sys::signal::Signal;

use super::job::Job;
use super::task::ResultHead;
use super::worker::{Shared, Worker};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::process::{Child, SpawnSpec, spawn};
use crate::mp::queues::{Feeder, NEVER};
use crate::mp::ring::Popped;
use crate::mp::tracer::{Call, Ended, NO_ARGS};
use crate::mp::wait::{self, Poll, Pump, Timeout, Watched};
use crate::mp::{codec, context, stdio, tracer};
use crate::sys::signal;
use crate::trace::{OpName, Role};

/// How long a worker may take to be born, before its pool goes on without it.
const START: Timeout = Timeout::After(2.0);

/// The state of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Run,
    Close,
    Terminate,
}

/// A function every worker begins with.
pub(super) type Initializer = Rc<dyn Fn() -> Option<Exception>>;

/// A pool as its process holds it.
pub(super) struct Inner {
    /// The process that made it, the only one that uses it.
    pub(super) owner: u32,
    pub(super) shared: Rc<Shared>,
    pub(super) feeder: Rc<Feeder>,
    pub(super) initializer: Option<Initializer>,
    pub(super) most: Option<u64>,
    pub(super) state: Cell<State>,
    /// The workers by their number; `None` where one has ended.
    pub(super) workers: RefCell<Vec<Option<Rc<Child>>>>,
    /// Jobs that wait for results (CPython's `_cache`).
    pub(super) jobs: RefCell<HashMap<u64, Rc<Job>>>,
    pub(super) next_job: Cell<u64>,
    pub(super) next_task: Cell<u64>,
    /// The value of the SIGCHLD word when the workers were last checked.
    pub(super) seen: Cell<u32>,
    /// A worker that ended could not be replaced yet.
    pub(super) repopulate_failed: Cell<bool>,
    /// The end is in the line of tasks.
    pub(super) ending: Cell<bool>,
    /// The workers have been told to stop.
    pub(super) stop_sent: Cell<bool>,
    /// Results are being handled; a callback that waits for one waits for ever, as in CPython.
    pub(super) handling: Cell<bool>,
    /// The program waits for something that only the pump can bring.
    pub(super) asked: Cell<bool>,
    pub(super) me: Weak<Inner>,
}

impl Inner {
    /// Whether results stay where they are until the program asks for one: under the gate every
    /// order is made of operations, and their arrival is none. A callback can't wait for that.
    fn is_held(&self) -> bool {
        tracer::gated()
            && !self.asked.get()
            && !self.jobs.borrow().values().any(|job| job.has_handler())
    }

    /// Does something for which the program waits, with the pump at work.
    fn asking<R>(&self, wait: impl FnOnce() -> R) -> R {
        let before = self.asked.replace(true);
        let value = wait();
        self.asked.set(before);
        value
    }

    /// Starts a worker in each empty place.
    pub(super) fn repopulate(&self) -> std::io::Result<()> {
        let places = self.workers.borrow().len();
        for place in 0..places {
            if self.workers.borrow()[place].is_none() {
                let child = self.start_worker(place)?;
                self.workers.borrow_mut()[place] = Some(child);
            }
        }
        Ok(())
    }

    fn start_worker(&self, place: usize) -> std::io::Result<Rc<Child>> {
        let path = context::next_child_path();
        let count: Vec<String> = path.iter().map(u32::to_string).collect();
        let spec = SpawnSpec {
            name: format!("ForkPoolWorker-{}", count.join(":")),
            path,
            role: Role::Worker,
            daemon: true,
        };
        let worker = Worker {
            shared: Rc::clone(&self.shared),
            place: u32::try_from(place).unwrap_or(u32::MAX),
            most: self.most,
            parent: self.owner.cast_signed(),
        };
        let initializer = self.initializer.clone();
        stdio::flush();
        let here = Rc::clone(&self.shared);
        let place = worker.place;
        let child = spawn(&spec, move || {
            worker.shared.line.come(worker.place);
            if let Some(error) = initializer.and_then(|initializer| initializer()) {
                return Some(error);
            }
            worker.run();
            None
        })?;
        if tracer::gated() {
            // Those who are born have numbers, in the order they say so.
            here.line.await_come(place, START.deadline());
        }
        Ok(child)
    }

    /// Collects the results that have arrived.
    fn handle_results(&self) {
        let mut bytes = Vec::new();
        while self.shared.results.ready() {
            let Popped::Message(taken) = self.shared.results.pop(&mut bytes, wait::NOW) else {
                break;
            };
            drop(taken);
            self.handle_result(&bytes);
        }
    }

    fn handle_result(&self, bytes: &[u8]) {
        let Ok((head, rest)) = postcard::take_from_bytes::<ResultHead>(bytes) else {
            tracer::fault("internal", "a result that can't be read");
            return;
        };
        let part = if head.ok {
            Ok(rest.to_vec())
        } else {
            Err(codec::read(rest).unwrap_or_else(|error| error))
        };
        let job = self.jobs.borrow().get(&head.job).cloned();
        let shared = &self.shared;
        shared.tell(OpName::ResultReady, head.number, Ended::Plain);
        if let Some(job) = job
            && job.arrive(head.part as usize, part)
        {
            self.jobs.borrow_mut().remove(&head.job);
        }
    }

    /// Notices workers that have ended and replaces them as long as there may be work.
    fn maintain(&self) {
        let changes = signal::child_changes().load(Ordering::SeqCst);
        if self.seen.replace(changes) == changes && !self.repopulate_failed.get() {
            return;
        }
        let places = self.workers.borrow().len();
        for place in 0..places {
            let child = self.workers.borrow()[place].clone();
            if child.is_some_and(|child| child.poll().is_some()) {
                self.workers.borrow_mut()[place] = None;
                let place = u32::try_from(place).unwrap_or(u32::MAX);
                self.shared.line.bury(place);
            }
        }
        let work = match self.state.get() {
            State::Run => true,
            State::Close => !self.jobs.borrow().is_empty(),
            State::Terminate => false,
        };
        if !work {
            return;
        }
        let filled = self.repopulate();
        // It is tried again at the next run of the pump.
        let before = self.repopulate_failed.replace(filled.is_err());
        if let Err(error) = filled
            && !before
        {
            tracer::fault("start_failed", &format!("a pool's worker: {error}"));
        }
    }

    fn stop_workers_if_done(&self) {
        if self.state.get() == State::Close
            && !self.stop_sent.get()
            && self.jobs.borrow().is_empty()
            && self.feeder.is_empty()
            && (self.ending.get() || self.shared.tasks.finish())
        {
            self.stop_sent.set(true);
            self.shared.line.close();
        }
    }

    pub(super) fn all_ended(&self) -> bool {
        self.workers.borrow().iter().all(Option::is_none)
    }

    /// Waits until every worker has ended.
    pub(super) fn wait_for_workers(&self, deadline: Option<i64>) -> bool {
        let poll = || {
            if self.all_ended() {
                Poll::Ready(())
            } else {
                Poll::Wait(0)
            }
        };
        self.asking(|| wait::until(&NEVER, deadline, poll).is_some())
    }

    /// Waits until `done` gives a value, which only the arrival of a result can make it do.
    pub(super) fn wait_for<R>(
        &self,
        deadline: Option<i64>,
        mut done: impl FnMut() -> Option<R>,
    ) -> Option<R> {
        if let Some(value) = done() {
            return Some(value);
        }
        self.asking(|| {
            self.pump();
            wait::until(&NEVER, deadline, || {
                done().map_or(Poll::Wait(0), Poll::Ready)
            })
        })
    }

    /// Ends the workers at once; results that have not arrived never will.
    pub(super) fn terminate(&self) {
        if self.owner != context::pid() || self.state.get() == State::Terminate {
            return;
        }
        if tracer::gated() && !self.all_ended() {
            // Nobody called it, and still others feel it.
            let id = Some(&*self.shared.id);
            let call = Call::begin_at(OpName::Terminate, id, None, NO_ARGS);
            let witness = &self.shared.witness;
            witness.step(|ver| call.done(ver, Ended::Plain));
        }
        self.end_workers();
    }

    /// `terminate` once it has been announced.
    pub(super) fn end_workers(&self) {
        if self.owner != context::pid() || self.state.replace(State::Terminate) == State::Terminate
        {
            return;
        }
        let workers: Vec<Rc<Child>> = self.workers.borrow().iter().flatten().cloned().collect();
        for child in &workers {
            child.signal(Signal::SIGTERM);
        }
        for child in &workers {
            child.wait(None);
        }
        self.workers.borrow_mut().fill(None);
        self.jobs.borrow_mut().clear();
        self.feeder.clear();
    }

    /// # Errors
    /// `ValueError` once it has been closed; `NotImplementedError` in another process than its own.
    pub(super) fn check_running(&self, at: &'static Location<'static>) -> Result<()> {
        if self.owner != context::pid() {
            let text = "pool objects cannot be passed between processes or pickled";
            return Err(Exception::at("NotImplementedError", text, at));
        }
        if self.state.get() != State::Run {
            return Err(Exception::at("ValueError", "Pool not running", at));
        }
        Ok(())
    }
}

impl Pump for Inner {
    fn pump(&self) -> bool {
        if self.owner != context::pid() || self.state.get() == State::Terminate {
            return false;
        }
        if self.is_held() {
            if self.state.get() == State::Close && !self.ending.get() && self.feeder.is_empty() {
                // Whoever finds nothing more to do ends by itself.
                self.ending.set(self.shared.tasks.finish());
            }
            return true;
        }
        if !wait::callbacks_held() && !self.handling.replace(true) {
            self.handle_results();
            self.maintain();
            self.stop_workers_if_done();
            self.handling.set(false);
        }
        !(self.stop_sent.get() && self.all_ended())
    }

    fn watch(&self, watch: &mut Vec<Watched>) {
        if !wait::callbacks_held() && !self.handling.get() && !self.is_held() {
            watch.push(self.shared.results.watch_head());
            watch.push(Watched {
                word: Rc::new(signal::child_changes()),
                value: self.seen.get(),
            });
        }
    }
}
