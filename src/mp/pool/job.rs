//! `Job`: what one call of a pool is waiting for: a task's result, or those of many.
//!
//! Owns the results as they arrive and when they are complete. It does not know the pool.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::mp::exceptions::{Exception, Result};

/// Called with a job whose results are complete, before anybody sees them so.
pub(super) struct Handler {
    pub(super) call: Box<dyn FnOnce(&Job)>,
    /// Which of the program's functions get to know of the result.
    pub(super) told: &'static str,
}

/// A task's result as it arrived: its bytes, or what it raised.
pub(super) type Part = Result<Vec<u8>>;

pub(super) struct Job {
    /// Number of its first task in the pool.
    pub(super) number: u64,
    /// CPython's class, for texts: `ApplyResult`, `MapResult`.
    pub(super) class: &'static str,
    parts: RefCell<Vec<Option<Part>>>,
    /// Parts that have arrived and nobody has taken, in the order of arrival.
    arrived: RefCell<VecDeque<usize>>,
    left: Cell<usize>,
    /// What the first part to fail raised.
    error: RefCell<Option<Exception>>,
    handler: RefCell<Option<Handler>>,
    ready: Cell<bool>,
}

impl Job {
    pub(super) fn new(
        number: u64,
        parts: usize,
        class: &'static str,
        handler: Option<Handler>,
    ) -> Job {
        Job {
            number,
            class,
            parts: RefCell::new(vec![None; parts]),
            arrived: RefCell::new(VecDeque::new()),
            left: Cell::new(parts),
            error: RefCell::new(None),
            handler: RefCell::new(handler),
            ready: Cell::new(parts == 0),
        }
    }

    /// Takes a part in; true when the job is complete with it.
    pub(super) fn arrive(&self, index: usize, part: Part) -> bool {
        if let Err(error) = &part
            && self.error.borrow().is_none()
        {
            *self.error.borrow_mut() = Some(error.clone());
        }
        match self.parts.borrow_mut().get_mut(index) {
            Some(place @ None) => *place = Some(part),
            // No such part, or here before.
            _ => return false,
        }
        self.arrived.borrow_mut().push_back(index);
        self.left.set(self.left.get() - 1);
        if self.left.get() > 0 {
            return false;
        }
        // CPython, too, calls back before the result is ready.
        if let Some(handler) = self.handler.take() {
            (handler.call)(self);
        }
        self.ready.set(true);
        true
    }

    /// Whether something is called with its results.
    pub(super) fn has_handler(&self) -> bool {
        self.handler.borrow().is_some()
    }

    /// Whether all has arrived.
    pub(super) fn is_ready(&self) -> bool {
        self.ready.get()
    }

    /// Whether all has arrived and nothing was raised.
    pub(super) fn is_successful(&self) -> bool {
        self.error.borrow().is_none()
    }

    pub(super) fn count(&self) -> usize {
        self.parts.borrow().len()
    }

    /// The results in order, each given to `decode`; what the first to fail raised.
    pub(super) fn decode<R>(&self, mut decode: impl FnMut(&[u8]) -> Result<R>) -> Result<Vec<R>> {
        if let Some(error) = &*self.error.borrow() {
            return Err(error.clone());
        }
        let parts = self.parts.borrow();
        parts
            .iter()
            .flatten()
            .map(|part| part.as_ref().map_err(Exception::clone))
            .map(|part| part.and_then(|bytes| decode(bytes)))
            .collect()
    }

    /// Takes a part out: the one with this index, or with `None` the one that arrived first.
    pub(super) fn take(&self, index: Option<usize>) -> Option<(usize, Part)> {
        let mut arrived = self.arrived.borrow_mut();
        let index = match index {
            Some(index) => {
                let place = arrived.iter().position(|other| *other == index)?;
                arrived.remove(place)?
            }
            None => arrived.pop_front()?,
        };
        // The place stays filled, so that a part can't arrive twice.
        let mut parts = self.parts.borrow_mut();
        let part = parts
            .get_mut(index)?
            .replace(Ok(Vec::new()))
            .unwrap_or_else(|| Ok(Vec::new()));
        Some((index, part))
    }

    /// CPython's default `repr`.
    pub(super) fn describe(&self) -> String {
        let address = std::ptr::from_ref(self).cast::<()>();
        format!(
            "<multiprocessing.pool.{} object at {address:p}>",
            self.class
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Job;
    use crate::mp::exceptions::Exception;

    #[test]
    fn a_job_is_ready_with_its_last_part() {
        let job = Job::new(0, 2, "MapResult", None);
        assert!(!job.arrive(1, Ok(vec![1])));
        assert!(!job.arrive(1, Ok(vec![9])) && !job.arrive(7, Ok(vec![9])));
        assert!(!job.is_ready());
        assert!(job.arrive(0, Ok(vec![0])));
        assert!(job.is_ready() && job.is_successful());
        let all = job.decode(|bytes| Ok(bytes[0])).expect("no part failed");
        assert_eq!(all, [0, 1]);
    }

    #[test]
    fn the_first_to_fail_is_what_it_raises() {
        let job = Job::new(0, 2, "MapResult", None);
        job.arrive(1, Err(Exception::value("second")));
        job.arrive(0, Err(Exception::value("first")));
        let error = job.decode(|_| Ok(())).expect_err("both failed");
        assert_eq!(error.message, "second");
        assert_eq!(job.take(None).map(|(index, _)| index), Some(1));
        assert_eq!(job.take(Some(1)), None);
    }
}
