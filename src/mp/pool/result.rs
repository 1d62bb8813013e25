//! `AsyncResult` and `IMap`: handles on results that arrive later.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handler::Inner;
use super::job::Job;
use crate::mp::codec;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::tracer::{Call, Ended, Fill};
use crate::mp::wait::{self, Timeout};
use crate::trace::{OpName, Packet};

/// The result of `apply_async`, `map_async` and their kin: there, or still to come.
pub struct AsyncResult<R> {
    pub(super) inner: Rc<Inner>,
    pub(super) job: Rc<Job>,
    pub(super) decode: fn(&Job) -> Result<R>,
}

impl<R: Serialize> AsyncResult<R> {
    /// Waits for the result and gives it.
    ///
    /// # Errors
    /// What the task raised, with the traceback text of its worker.
    #[track_caller]
    pub fn get(&self) -> Result<R> {
        self.get_until(Timeout::Never, Location::caller())
    }

    /// `get(timeout=seconds)`.
    ///
    /// # Errors
    /// `multiprocessing.context.TimeoutError` when it has not come by then; else as `get`.
    #[track_caller]
    pub fn get_timeout(&self, seconds: f64) -> Result<R> {
        self.get_until(Timeout::After(seconds), Location::caller())
    }

    pub(super) fn get_until(&self, timeout: Timeout, at: &'static Location<'static>) -> Result<R> {
        let args: Fill<'_> = &|packet| {
            self.fill(packet);
            timeout.fill(packet);
        };
        let mut call = self.begin(OpName::ResultGet, at, args);
        let value = match call.through(timeout, |deadline| self.ready_by(deadline)) {
            Some(()) => (self.decode)(&self.job).map_err(|error| error.raised_at(at)),
            None => Err(timed_out(at)),
        };
        self.done(&call, &value);
        value
    }

    /// Waits until the result is there.
    #[track_caller]
    pub fn wait(&self) {
        self.wait_until(Timeout::Never, Location::caller());
    }

    /// `wait(timeout=seconds)`: until it is there or the time is over.
    #[track_caller]
    pub fn wait_timeout(&self, seconds: f64) {
        self.wait_until(Timeout::After(seconds), Location::caller());
    }

    fn wait_until(&self, timeout: Timeout, at: &'static Location<'static>) {
        let args: Fill<'_> = &|packet| {
            self.fill(packet);
            timeout.fill(packet);
        };
        let mut call = self.begin(OpName::ResultWait, at, args);
        call.through(timeout, |deadline| self.ready_by(deadline));
        self.done(&call, Ended::Plain);
    }

    /// Whether the result is there.
    #[track_caller]
    pub fn ready(&self) -> bool {
        let args: Fill<'_> = &|packet| self.fill(packet);
        let call = self.begin(OpName::Ready, Location::caller(), args);
        let ready = self.ready_by(wait::NOW).is_some();
        self.done(&call, Ended::Value(&ready));
        ready
    }

    /// Whether the task raised nothing.
    ///
    /// # Errors
    /// `ValueError` as long as the result is not there.
    #[track_caller]
    pub fn successful(&self) -> Result<bool> {
        let at = Location::caller();
        let args: Fill<'_> = &|packet| self.fill(packet);
        let call = self.begin(OpName::Successful, at, args);
        let not_ready = || {
            let text = format!("{} not ready", self.job.describe());
            Exception::at("ValueError", text, at)
        };
        let answer = self
            .ready_by(wait::NOW)
            .map(|()| self.job.is_successful())
            .ok_or_else(not_ready);
        self.done(&call, &answer);
        answer
    }

    fn ready_by(&self, deadline: Option<i64>) -> Option<()> {
        self.inner
            .wait_for(deadline, || self.job.is_ready().then_some(()))
    }

    fn fill(&self, packet: &mut Packet<'_>) {
        packet.int("task", self.job.number.cast_signed());
        if self.job.count() != 1 {
            packet.int("n", i64::try_from(self.job.count()).unwrap_or(i64::MAX));
        }
    }

    fn begin<'a>(&'a self, op: OpName, at: &'static Location<'static>, args: Fill<'a>) -> Call<'a> {
        Call::begin(op, &self.inner.shared.id, at, args)
    }

    fn done<'e>(&self, call: &Call<'_>, ended: impl Into<Ended<'e>>) {
        let witness = &self.inner.shared.witness;
        witness.step(|ver| call.done(ver, ended));
    }
}

/// CPython's `repr`.
impl<R> std::fmt::Display for AsyncResult<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.job.describe())
    }
}

/// The results of `imap` one by one, in the order of the arguments or as they come.
pub struct IMap<R> {
    pub(super) inner: Rc<Inner>,
    pub(super) job: Rc<Job>,
    /// In the order of arrival.
    pub(super) unordered: bool,
    /// Parts given out.
    pub(super) given: usize,
    /// Results of a part that are not given out yet.
    pub(super) rest: VecDeque<R>,
    pub(super) values: PhantomData<R>,
}

impl<R: Serialize + DeserializeOwned> IMap<R> {
    /// `next(timeout=seconds)`: the next result, `None` after the last.
    ///
    /// # Errors
    /// `multiprocessing.context.TimeoutError` when it has not come by then; what its task raised.
    #[track_caller]
    pub fn next_timeout(&mut self, seconds: f64) -> Option<Result<R>> {
        self.next_until(Timeout::After(seconds), Location::caller())
    }

    fn next_until(
        &mut self,
        timeout: Timeout,
        at: &'static Location<'static>,
    ) -> Option<Result<R>> {
        if let Some(value) = self.rest.pop_front() {
            return Some(Ok(value));
        }
        if self.given == self.job.count() {
            return None;
        }
        match self.take(timeout, at) {
            Ok(values) => self.rest = values.into(),
            Err(error) => return Some(Err(error)),
        }
        self.next_until(timeout, at)
    }

    /// The values of the next part.
    fn take(&mut self, timeout: Timeout, at: &'static Location<'static>) -> Result<Vec<R>> {
        let number = |index: usize| self.job.number.cast_signed() + index.cast_signed() as i64;
        let wanted = (!self.unordered).then_some(self.given);
        let args: Fill<'_> = &|packet| {
            if let Some(index) = wanted {
                packet.int("task", number(index));
            }
            timeout.fill(packet);
        };
        let shared = &self.inner.shared;
        let mut call = Call::begin(OpName::ResultGet, &shared.id, at, args);
        let part = call.through(timeout, |deadline| {
            self.inner.wait_for(deadline, || self.job.take(wanted))
        });
        let index = part.as_ref().map(|(index, _)| *index);
        let task: Fill<'_> = &|packet| {
            if let (None, Some(index)) = (wanted, index) {
                packet.int("task", number(index));
            }
        };
        let values = match part {
            Some((_, part)) => part
                .and_then(|bytes| codec::read::<Vec<R>>(&bytes))
                .map_err(|error| error.raised_at(at)),
            None => Err(timed_out(at)),
        };
        let ended = match &values {
            Ok(values) if values.len() == 1 => Ended::Value(&values[0]),
            values => values.into(),
        };
        let witness = &shared.witness;
        witness.step(|ver| call.done_with(ver, task, ended));
        if index.is_some() {
            self.given += 1;
        }
        values
    }
}

impl<R: Serialize + DeserializeOwned> Iterator for IMap<R> {
    type Item = Result<R>;

    #[track_caller]
    fn next(&mut self) -> Option<Result<R>> {
        self.next_until(Timeout::Never, Location::caller())
    }
}

fn timed_out(at: &'static Location<'static>) -> Exception {
    Exception::at("multiprocessing.context.TimeoutError", "", at)
}
