//! `JoinableQueue`: a queue whose values are declared done, and a wait until all are.

use std::ops::Deref;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Queue;
use super::core::Core;
use crate::mp::exceptions::Result;

/// A `Queue` that counts values not yet declared done.
#[derive(Debug)]
pub struct JoinableQueue<T>(Queue<T>);

impl<T> Clone for JoinableQueue<T> {
    fn clone(&self) -> JoinableQueue<T> {
        JoinableQueue(self.0.clone())
    }
}

impl<T> Deref for JoinableQueue<T> {
    type Target = Queue<T>;

    fn deref(&self) -> &Queue<T> {
        &self.0
    }
}

impl<T: Serialize + DeserializeOwned + 'static> JoinableQueue<T> {
    /// `JoinableQueue()`.
    #[track_caller]
    pub fn new() -> Result<JoinableQueue<T>> {
        JoinableQueue::with_maxsize(0)
    }

    /// `JoinableQueue(maxsize)`; zero and less is no bound.
    #[track_caller]
    pub fn with_maxsize(maxsize: i64) -> Result<JoinableQueue<T>> {
        let core = Core::new("JoinableQueue", maxsize, Location::caller())?;
        Ok(JoinableQueue(Queue(Rc::new(core))))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> JoinableQueue<T> {
        self.0.0.named(name, Location::caller());
        self
    }

    /// Declares one value that was got as done.
    ///
    /// # Errors
    /// `ValueError` when more are declared done than were put.
    #[track_caller]
    pub fn task_done(&self) -> Result<()> {
        self.0.0.task_done(Location::caller())
    }

    /// Waits until every value put has been declared done.
    #[track_caller]
    pub fn join(&self) {
        self.0.0.join(Location::caller());
    }
}
