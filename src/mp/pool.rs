//! `Pool` (CPython: pool.py): workers that take tasks from one line and send results back.
//!
//! `apply` waits for its task, `apply_async` does not; `close` lets nothing more in, `join` waits for
//! the workers' end. Dropping a pool terminates it, as leaving its `with` block does. What CPython's
//! three handler threads do happens inside calls of `mp` (`handler`).

mod callbacks;
mod handler;
mod idle;
mod job;
mod mapping;
mod options;
mod result;
mod submit;
mod task;
mod worker;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::num::NonZero;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use callbacks::Callbacks;
pub use options::PoolOptions;
pub use result::{AsyncResult, IMap};
pub use task::{Returned, Task};

use handler::{Inner, State};
use idle::IdleWorkers;
use job::Job;
use submit::Submission;
use worker::Shared;

use super::exceptions::{Exception, Result};
use super::queues::Feeder;
use super::ring::Ring;
use super::synchronize::{WITNESS_BYTES, Witness};
use super::tracer::{self, Call, Ended, NO_ARGS};
use super::wait::{self, Timeout};
use super::{codec, context, heap, util};
use crate::object::repr;
use crate::sys::code::Seal;
use crate::sys::signal;
use crate::trace::OpName;

/// CPython's priority of ending a pool at the end of its process.
const AT_EXIT: i32 = 15;

/// A pool of worker processes.
pub struct Pool(Rc<Inner>);

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.terminate();
    }
}

impl Pool {
    /// `Pool(processes)`.
    ///
    /// # Errors
    /// `ValueError` for less than one; `OSError` at a limit of processes or memory;
    /// `AssertionError` in a daemonic process.
    #[track_caller]
    pub fn new(processes: i64) -> Result<Pool> {
        Pool::start(
            &PoolOptions::default().processes(processes),
            Location::caller(),
        )
    }

    /// `Pool(processes=…, initializer=…, maxtasksperchild=…)`.
    pub fn options() -> PoolOptions {
        PoolOptions::default()
    }

    fn start(options: &PoolOptions, at: &'static Location<'static>) -> Result<Pool> {
        let refuse = |class: &str, text: &str| Err(Exception::at(class, text, at));
        let processes = options.processes.unwrap_or_else(|| {
            let count = std::thread::available_parallelism().map_or(1, NonZero::get);
            i64::try_from(count).unwrap_or(i64::MAX)
        });
        if processes < 1 {
            return refuse("ValueError", "Number of processes must be at least 1");
        }
        if options.maxtasksperchild.is_some_and(|tasks| tasks < 1) {
            return refuse(
                "ValueError",
                "maxtasksperchild must be a positive int or None",
            );
        }
        if context::is_daemon() {
            return refuse(
                "AssertionError",
                "daemonic processes are not allowed to have children",
            );
        }
        let places = u32::try_from(processes).unwrap_or(u32::MAX);
        let inner = Pool::make(options, places, at).map_err(|error| error.raised_at(at))?;
        tracer::created(&inner.shared.id, "Pool", at, &|packet| {
            packet.int("n", processes);
        });
        let pool = Pool(inner);
        pool.0.repopulate().map_err(|error| {
            let error = Exception::os(&error).raised_at(at);
            tracer::fault("start_failed", &format!("a pool's worker: {error}"));
            error
        })?;
        wait::register(pool.0.me.clone());
        let me = pool.0.me.clone();
        util::at_exit(AT_EXIT, move || {
            if let Some(inner) = me.upgrade() {
                inner.terminate();
            }
        });
        Ok(pool)
    }

    fn make(
        options: &PoolOptions,
        places: u32,
        at: &'static Location<'static>,
    ) -> Result<Rc<Inner>> {
        let id = context::object_id("Pool");
        let tasks = Ring::new()?;
        let feeder = Feeder::new(&id, &tasks, at);
        feeder.cancel();
        let shared = Rc::new(Shared {
            results: Ring::new()?,
            line: IdleWorkers::new(places)?,
            seal: Seal::default(),
            witness: Witness::new(heap::allocate(WITNESS_BYTES)?),
            tasks,
            id,
        });
        Ok(Rc::new_cyclic(|me| Inner {
            owner: context::pid(),
            shared,
            feeder,
            initializer: options.initializer.clone(),
            most: options.maxtasksperchild.map(i64::cast_unsigned),
            state: Cell::new(State::Run),
            workers: RefCell::new(vec![None; places as usize]),
            jobs: RefCell::new(HashMap::new()),
            next_job: Cell::new(0),
            next_task: Cell::new(0),
            seen: Cell::new(signal::child_changes().load(std::sync::atomic::Ordering::SeqCst)),
            repopulate_failed: Cell::new(false),
            ending: Cell::new(false),
            stop_sent: Cell::new(false),
            handling: Cell::new(false),
            asked: Cell::new(false),
            me: me.clone(),
        }))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Pool {
        tracer::named(&self.0.shared.id, name, Location::caller());
        self
    }

    /// Runs `func(*args)` in a worker and waits for its value.
    ///
    /// # Errors
    /// `ValueError` after `close`; what the function raised.
    #[track_caller]
    pub fn apply<F, A>(&self, func: F, args: A) -> Result<F::Output>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
    {
        let at = Location::caller();
        self.apply_at(func, args, Callbacks::default(), at)?
            .get_until(Timeout::Never, at)
    }

    /// Hands `func(*args)` to the workers and returns a handle on its result at once.
    ///
    /// The function must not capture anything; one that does is not compiled.
    ///
    /// ```no_run
    /// # use forklore::mp::Pool;
    /// # fn program() -> forklore::mp::Result<()> {
    /// fn square(x: i64) -> i64 {
    ///     x * x
    /// }
    /// let pool = Pool::new(3)?;
    /// let result = pool.apply_async(square, (7,))?;
    /// let other = pool.apply_async(|a: i64, b: i64| a + b, (7, 8))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `ValueError` after `close`; `PicklingError` for arguments their types won't write.
    #[track_caller]
    pub fn apply_async<F, A>(&self, func: F, args: A) -> Result<AsyncResult<F::Output>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
    {
        self.apply_at(func, args, Callbacks::default(), Location::caller())
    }

    /// `apply_async(func, args, callback=…, error_callback=…)`.
    #[track_caller]
    pub fn apply_async_with<F, A>(
        &self,
        func: F,
        args: A,
        callbacks: Callbacks<F::Output>,
    ) -> Result<AsyncResult<F::Output>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
    {
        self.apply_at(func, args, callbacks, Location::caller())
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "arguments are given away, as by a call"
    )]
    fn apply_at<F, A>(
        &self,
        func: F,
        args: A,
        callbacks: Callbacks<F::Output>,
        at: &'static Location<'static>,
    ) -> Result<AsyncResult<F::Output>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
    {
        let decode: fn(&Job) -> Result<F::Output> = |job| {
            let mut values = job.decode(codec::read::<F::Output>)?;
            values.pop().ok_or_else(|| Exception::value("no result"))
        };
        let job = self.0.submit(Submission {
            func: task::name::<F>(),
            entry: task::single::<F, A>(func),
            parts: 1,
            args: &|_, bytes| codec::append(&args, bytes),
            value: &|_| repr(&args),
            class: "ApplyResult",
            handler: callbacks.handler(decode),
            at,
        })?;
        Ok(self.result(job, decode))
    }

    fn result<R>(&self, job: Rc<Job>, decode: fn(&Job) -> Result<R>) -> AsyncResult<R> {
        AsyncResult {
            inner: Rc::clone(&self.0),
            job,
            decode,
        }
    }

    /// Accepts no more tasks; submitted ones will be done. Returns at once.
    #[track_caller]
    pub fn close(&self) {
        self.announce(OpName::Close, Location::caller());
        if self.0.state.get() == State::Run {
            self.0.state.set(State::Close);
        }
        wait::pump_all();
    }

    /// Ends the workers at once; results that have not arrived never will.
    #[track_caller]
    pub fn terminate(&self) {
        self.announce(OpName::Terminate, Location::caller());
        self.0.end_workers();
    }

    /// Sends the event of what is about to happen.
    fn announce(&self, op: OpName, at: &'static Location<'static>) {
        let shared = &self.0.shared;
        let call = Call::begin(op, &shared.id, at, NO_ARGS);
        shared.witness.step(|ver| call.done(ver, Ended::Plain));
    }

    /// Waits until all workers have ended; after `close` that is when all tasks are done.
    ///
    /// # Errors
    /// `ValueError` while the pool is running.
    #[track_caller]
    pub fn join(&self) -> Result<()> {
        let at = Location::caller();
        let shared = &self.0.shared;
        let mut call = Call::begin(OpName::Join, &shared.id, at, NO_ARGS);
        if self.0.state.get() == State::Run {
            return Err(call.raised(Exception::at("ValueError", "Pool is still running", at)));
        }
        call.through(Timeout::Never, |deadline| {
            self.0.wait_for_workers(deadline).then_some(())
        });
        shared.witness.step(|ver| call.done(ver, Ended::Plain));
        Ok(())
    }
}

/// CPython's `repr`: `<multiprocessing.pool.Pool state=RUN pool_size=3>`.
impl std::fmt::Display for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match self.0.state.get() {
            State::Run => "RUN",
            State::Close => "CLOSE",
            State::Terminate => "TERMINATE",
        };
        let size = self.0.workers.borrow().len();
        write!(
            f,
            "<multiprocessing.pool.Pool state={state} pool_size={size}>"
        )
    }
}
