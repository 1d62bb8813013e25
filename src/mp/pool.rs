//! `Pool` (CPython: pool.py): workers that take tasks from one line and send results back.
//!
//! `apply` waits for its task, `apply_async` does not; `close` lets nothing more in, `join` waits for
//! the workers' end. Dropping a pool terminates it, as leaving its `with` block does. What CPython's
//! three handler threads do happens inside calls of `mp` (`handler`).

mod handler;
mod job;
mod line;
mod result;
mod submit;
mod task;
mod worker;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::marker::PhantomData;
use std::num::NonZero;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use result::{AsyncResult, IMap};
pub use task::{Returned, Task};

use handler::{Initializer, Inner, State};
use job::{Handler, Job};
use line::Line;
use submit::Submission;
use worker::Shared;

use super::exceptions::{Exception, Outcome, Result};
use super::queues::Feeder;
use super::ring::Ring;
use super::synchronize::{WITNESS_BYTES, Witness};
use super::tracer::{self, Call, Ended, NO_ARGS};
use super::{codec, context, heap, repr, util, wait};
use crate::sys::code::Seal;
use crate::sys::signal;
use crate::trace::OpName;

/// CPython's priority of ending a pool at the end of its process.
const AT_EXIT: i32 = 15;

/// How a pool is made; see `Pool::options`.
#[derive(Default)]
pub struct PoolOptions {
    processes: Option<i64>,
    initializer: Option<Initializer>,
    maxtasksperchild: Option<i64>,
}

impl PoolOptions {
    /// `processes=…`; as many as the machine has processors where it is not given.
    pub fn processes(self, processes: i64) -> PoolOptions {
        PoolOptions {
            processes: Some(processes),
            ..self
        }
    }

    /// `initializer=…`: what every worker calls first. What it raises ends the worker.
    pub fn initializer<R: Outcome>(self, initializer: impl Fn() -> R + 'static) -> PoolOptions {
        PoolOptions {
            initializer: Some(Rc::new(move || initializer().raised())),
            ..self
        }
    }

    /// `maxtasksperchild=…`: after so many tasks a worker ends and another takes its place.
    pub fn maxtasksperchild(self, tasks: i64) -> PoolOptions {
        PoolOptions {
            maxtasksperchild: Some(tasks),
            ..self
        }
    }

    /// Starts the workers.
    ///
    /// # Errors
    /// `ValueError` for numbers below one; `OSError` at a limit of processes or memory;
    /// `AssertionError` in a daemonic process.
    #[track_caller]
    pub fn start(self) -> Result<Pool> {
        Pool::start(&self, Location::caller())
    }
}

/// What is called with the results when they are there, in calls of `mp` by the pool's process.
pub struct Callbacks<R> {
    callback: Option<Box<dyn FnOnce(R)>>,
    error_callback: Option<Box<dyn FnOnce(Exception)>>,
}

impl<R> Default for Callbacks<R> {
    fn default() -> Callbacks<R> {
        Callbacks {
            callback: None,
            error_callback: None,
        }
    }
}

impl<R: 'static> Callbacks<R> {
    /// Nothing is called.
    pub fn new() -> Callbacks<R> {
        Callbacks::default()
    }

    /// `callback=…`: called with the value.
    pub fn callback(self, callback: impl FnOnce(R) + 'static) -> Callbacks<R> {
        Callbacks {
            callback: Some(Box::new(callback)),
            ..self
        }
    }

    /// `error_callback=…`: called with what was raised.
    pub fn error_callback(self, callback: impl FnOnce(Exception) + 'static) -> Callbacks<R> {
        Callbacks {
            error_callback: Some(Box::new(callback)),
            ..self
        }
    }

    fn handler(self, decode: fn(&Job) -> Result<R>) -> Option<Handler> {
        if self.callback.is_none() && self.error_callback.is_none() {
            return None;
        }
        Some(Box::new(move |job| match decode(job) {
            Ok(value) => {
                if let Some(callback) = self.callback {
                    callback(value);
                }
            }
            Err(error) => {
                if let Some(callback) = self.error_callback {
                    callback(error);
                }
            }
        }))
    }
}

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
        let inner = Pool::make(options, places, at).map_err(|error| Exception {
            at: Exception::at("", "", at).at,
            ..error
        })?;
        tracer::created(&inner.shared.id, "Pool", at, &|packet| {
            packet.int("n", processes);
        });
        let pool = Pool(inner);
        pool.0.fill_crew().map_err(|error| Exception {
            at: Exception::at("", "", at).at,
            ..Exception::os(&error)
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
            line: Line::new(places)?,
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
            crew: RefCell::new(vec![None; places as usize]),
            jobs: RefCell::new(HashMap::new()),
            next_job: Cell::new(0),
            next_task: Cell::new(0),
            seen: Cell::new(signal::child_changes().load(std::sync::atomic::Ordering::SeqCst)),
            short_handed: Cell::new(false),
            sent_home: Cell::new(false),
            handling: Cell::new(false),
            scratch: RefCell::new(Vec::new()),
            me: me.clone(),
        }))
    }

    /// Gives the object the name it has in the program, for the screen.
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
            .get_until(None, at)
    }

    /// Hands `func(*args)` to the workers and gives back at once what its result will be in.
    ///
    /// The function must not capture anything; that is looked at when it is compiled.
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
    /// ```compile_fail
    /// # use forklore::mp::Pool;
    /// # fn program() -> forklore::mp::Result<()> {
    /// let offset = 5;
    /// let pool = Pool::new(3)?;
    /// pool.apply_async(move |x: i64| x + offset, (7,))?;
    /// # Ok(()) }
    /// # program().unwrap();
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
    ///
    /// # Errors
    /// As `apply_async`.
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
            value: &|_| repr::repr(&args),
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

    /// `map(func, items)`: the values of `func` for all items, in their order.
    ///
    /// # Errors
    /// `ValueError` after `close`; what the first item to fail raised.
    #[track_caller]
    pub fn map<F, T>(&self, func: F, items: impl IntoIterator<Item = T>) -> Result<Vec<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        let (at, none) = (Location::caller(), Callbacks::default());
        self.map_at::<F, (T,), T>(func, items, None, none, at)?
            .get_until(None, at)
    }

    /// `map_async(func, items, chunksize=…)`: `map` that does not wait.
    ///
    /// # Errors
    /// `ValueError` after `close`.
    #[track_caller]
    pub fn map_async<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: Option<usize>,
    ) -> Result<AsyncResult<Vec<F::Output>>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        let (at, none) = (Location::caller(), Callbacks::default());
        self.map_at::<F, (T,), T>(func, items, chunksize, none, at)
    }

    /// `map_async(func, items, chunksize, callback, error_callback)`.
    ///
    /// # Errors
    /// `ValueError` after `close`.
    #[track_caller]
    pub fn map_async_with<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: Option<usize>,
        callbacks: Callbacks<Vec<F::Output>>,
    ) -> Result<AsyncResult<Vec<F::Output>>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        self.map_at::<F, (T,), T>(func, items, chunksize, callbacks, Location::caller())
    }

    /// `starmap(func, items)`: `map` with several arguments an item, as tuples.
    ///
    /// # Errors
    /// As `map`.
    #[track_caller]
    pub fn starmap<F, A>(
        &self,
        func: F,
        items: impl IntoIterator<Item = A>,
    ) -> Result<Vec<F::Output>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
    {
        let (at, none) = (Location::caller(), Callbacks::default());
        self.map_at::<F, A, A>(func, items, None, none, at)?
            .get_until(None, at)
    }

    /// `A` are the arguments of one call, `T` an item: the same bytes, because a tuple of one is
    /// written as what is in it.
    fn map_at<F, A, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: Option<usize>,
        callbacks: Callbacks<Vec<F::Output>>,
        at: &'static Location<'static>,
    ) -> Result<AsyncResult<Vec<F::Output>>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
        T: Serialize,
    {
        let items: Vec<T> = items.into_iter().collect();
        // CPython's: about four chunks for each worker.
        let usual = || items.len().div_ceil(4 * self.0.crew.borrow().len());
        let size = chunksize.unwrap_or_else(usual).max(1);
        let decode: fn(&Job) -> Result<Vec<F::Output>> = |job| {
            let chunks = job.decode(codec::read::<Vec<F::Output>>)?;
            Ok(chunks.into_iter().flatten().collect())
        };
        let job = self.submit_chunks::<F, A, T>(
            func,
            &items,
            size,
            ("MapResult", callbacks.handler(decode)),
            at,
        )?;
        Ok(self.result(job, decode))
    }

    fn submit_chunks<F, A, T>(
        &self,
        func: F,
        items: &[T],
        size: usize,
        (class, handler): (&'static str, Option<Handler>),
        at: &'static Location<'static>,
    ) -> Result<Rc<Job>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
        T: Serialize,
    {
        let part = |index: usize| &items[index * size..items.len().min((index + 1) * size)];
        self.0.submit(Submission {
            func: task::name::<F>(),
            entry: task::chunk::<F, A>(func),
            parts: items.len().div_ceil(size),
            args: &|index, bytes| codec::append(part(index), bytes),
            value: &|index| match part(index) {
                [item] => repr::repr(item),
                items => repr::repr(items),
            },
            class,
            handler,
            at,
        })
    }

    /// `imap(func, items, chunksize)`: the values one by one, in the order of the items, each as soon
    /// as it is there. The items are all taken at once.
    ///
    /// # Errors
    /// `ValueError` after `close` or for a chunk size of zero.
    #[track_caller]
    pub fn imap<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: usize,
    ) -> Result<IMap<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        self.imap_at(func, items, chunksize, false, Location::caller())
    }

    /// `imap_unordered(func, items, chunksize)`: as `imap`, in the order in which they come.
    ///
    /// # Errors
    /// As `imap`.
    #[track_caller]
    pub fn imap_unordered<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: usize,
    ) -> Result<IMap<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        self.imap_at(func, items, chunksize, true, Location::caller())
    }

    fn imap_at<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: usize,
        unordered: bool,
        at: &'static Location<'static>,
    ) -> Result<IMap<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        if chunksize < 1 {
            let text = format!("Chunksize must be 1+, not {chunksize}");
            return Err(Exception::at("ValueError", text, at));
        }
        let items: Vec<T> = items.into_iter().collect();
        let class = if unordered {
            "IMapUnorderedIterator"
        } else {
            "IMapIterator"
        };
        let job = self.submit_chunks::<F, (T,), T>(func, &items, chunksize, (class, None), at)?;
        Ok(IMap {
            inner: Rc::clone(&self.0),
            job,
            unordered,
            given: 0,
            rest: VecDeque::new(),
            values: PhantomData,
        })
    }

    /// Lets nothing more in; what is in will be done. Returns at once.
    #[track_caller]
    pub fn close(&self) {
        self.told(OpName::Close, Location::caller(), || {
            if self.0.state.get() == State::Run {
                self.0.state.set(State::Close);
            }
        });
        wait::pump_all();
    }

    /// Ends the workers where they are; results that have not come never will.
    #[track_caller]
    pub fn terminate(&self) {
        self.told(OpName::Terminate, Location::caller(), || {
            self.0.terminate();
        });
    }

    /// Sends the event of what is going to happen, then does it.
    fn told(&self, op: OpName, at: &'static Location<'static>, act: impl FnOnce()) {
        if tracer::on() {
            let shared = &self.0.shared;
            let call = Call::begin(op, Some(&shared.id), at, NO_ARGS);
            shared
                .witness
                .step(|ver| call.done(Some(ver), NO_ARGS, Ended::Plain));
        }
        act();
    }

    /// Waits until all workers have ended; after `close` that is when all tasks are done.
    ///
    /// # Errors
    /// `ValueError` while the pool is running.
    #[track_caller]
    pub fn join(&self) -> Result<()> {
        let at = Location::caller();
        let shared = &self.0.shared;
        let mut call =
            tracer::on().then(|| Call::begin(OpName::Join, Some(&shared.id), at, NO_ARGS));
        if self.0.state.get() == State::Run {
            let error = Exception::at("ValueError", "Pool is still running", at);
            if let Some(call) = call {
                call.done(None, NO_ARGS, Ended::Raised(&error));
            }
            return Err(error);
        }
        let ended = |deadline| self.0.wait_for_workers(deadline).then_some(());
        match &mut call {
            Some(call) => {
                call.through(true, None, ended);
                shared
                    .witness
                    .step(|ver| call.done(Some(ver), NO_ARGS, Ended::Plain));
            }
            None => {
                ended(None);
            }
        }
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
        let size = self.0.crew.borrow().len();
        write!(
            f,
            "<multiprocessing.pool.Pool state={state} pool_size={size}>"
        )
    }
}
