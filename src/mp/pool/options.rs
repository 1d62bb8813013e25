//! How a pool is made: the keyword arguments of CPython's `Pool(…)`.

use std::panic::Location;
use std::rc::Rc;

use super::Pool;
use super::handler::Initializer;
use crate::mp::exceptions::{Outcome, Result};

/// How a pool is made; see `Pool::options`.
#[derive(Default)]
pub struct PoolOptions {
    pub(super) processes: Option<i64>,
    pub(super) initializer: Option<Initializer>,
    pub(super) maxtasksperchild: Option<i64>,
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
