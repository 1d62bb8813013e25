//! `Queue`, `SimpleQueue`, `JoinableQueue` (CPython: queues.py): values between processes, first in
//! first out for each producer.
//!
//! `put` waits for a place (`maxsize`) and for nothing else. What the ring can't take stays in the
//! process, which feeds it to the ring inside every call of `mp` and does not end before all of it
//! is out. CPython's feeder thread does that, and writes every put; here a put that fits is visible
//! when it returns.

mod core;
mod feeder;
mod joinable;
mod simple;

use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use feeder::{Feeder, NEVER};
pub use joinable::JoinableQueue;
pub use simple::SimpleQueue;

use self::core::Core;
use super::exceptions::Result;
use super::wait::Timeout;
use crate::trace::OpName;

/// A queue of values of one type; clones are handles on the same queue.
#[derive(Debug)]
pub struct Queue<T>(Rc<Core<T>>);

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Queue<T> {
        Queue(Rc::clone(&self.0))
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Queue<T> {
    /// `Queue()`: without a bound of its own.
    #[track_caller]
    pub fn new() -> Result<Queue<T>> {
        Queue::with_maxsize(0)
    }

    /// `Queue(maxsize)`; zero and less is no bound.
    #[track_caller]
    pub fn with_maxsize(maxsize: i64) -> Result<Queue<T>> {
        Ok(Queue(Rc::new(Core::new(
            "Queue",
            maxsize,
            Location::caller(),
        )?)))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Queue<T> {
        self.0.named(name, Location::caller());
        self
    }

    /// Puts a value in, waiting while the queue is full.
    ///
    /// # Errors
    /// `ValueError` after `close`; `PicklingError` for a value its type won't write.
    #[track_caller]
    pub fn put(&self, value: T) -> Result<()> {
        self.0.put(value, Timeout::Never, Location::caller())
    }

    /// `put(value, timeout=seconds)`.
    ///
    /// # Errors
    /// `queue.Full` when the time is over; else as `put`.
    #[track_caller]
    pub fn put_timeout(&self, value: T, seconds: f64) -> Result<()> {
        self.0
            .put(value, Timeout::After(seconds), Location::caller())
    }

    /// `put_nowait(value)`.
    ///
    /// # Errors
    /// `queue.Full` when it is full; else as `put`.
    #[track_caller]
    pub fn try_put(&self, value: T) -> Result<()> {
        self.0.put(value, Timeout::Now, Location::caller())
    }

    /// Takes the oldest value out, waiting while there is none.
    ///
    /// # Errors
    /// `ValueError` after `close`; `UnpicklingError` for a value its type can't read back.
    #[track_caller]
    pub fn get(&self) -> Result<T> {
        self.0.get(Timeout::Never, Location::caller())
    }

    /// `get(timeout=seconds)`.
    ///
    /// # Errors
    /// `_queue.Empty` (`queue.Empty`, as tracebacks name it) when the time is over; else as `get`.
    #[track_caller]
    pub fn get_timeout(&self, seconds: f64) -> Result<T> {
        self.0.get(Timeout::After(seconds), Location::caller())
    }

    /// `get_nowait()`.
    ///
    /// # Errors
    /// `_queue.Empty` when nothing is there; else as `get`.
    #[track_caller]
    pub fn try_get(&self) -> Result<T> {
        self.0.get(Timeout::Now, Location::caller())
    }

    /// How many values are in it, those still on their way counted.
    #[track_caller]
    pub fn qsize(&self) -> u32 {
        let at = Location::caller();
        self.0.ask(OpName::QSize, at, || self.0.qsize())
    }

    /// Whether nothing is there to get.
    #[track_caller]
    pub fn empty(&self) -> bool {
        let at = Location::caller();
        self.0.ask(OpName::Empty, at, || self.0.is_empty())
    }

    /// Whether a `put` would wait.
    #[track_caller]
    pub fn full(&self) -> bool {
        let at = Location::caller();
        self.0.ask(OpName::Full, at, || self.0.is_full())
    }

    /// This process will put and get no more. What it has put is still delivered.
    #[track_caller]
    pub fn close(&self) {
        self.0.close(Location::caller());
    }

    /// Waits until all this process has put is out of it.
    ///
    /// # Errors
    /// `AssertionError` before `close`.
    #[track_caller]
    pub fn join_thread(&self) -> Result<()> {
        self.0.join_thread(Location::caller())
    }

    /// The end of this process does not wait for what it has put, which may be lost.
    #[track_caller]
    pub fn cancel_join_thread(&self) {
        self.0.cancel_join_thread(Location::caller());
    }
}

/// CPython's `repr`.
impl<T: Serialize + DeserializeOwned + 'static> std::fmt::Display for Queue<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.describe())
    }
}
