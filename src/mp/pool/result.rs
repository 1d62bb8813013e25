//! `AsyncResult` and `IMap`: what a pool gives back at once for what will come later.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handler::Inner;
use super::job::Job;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::tracer::{self, Call, Ended, Fill, NO_ARGS};
use crate::mp::{codec, repr, synchronize, wait};
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
        self.get_until(None, Location::caller())
    }

    /// `get(timeout=seconds)`.
    ///
    /// # Errors
    /// `multiprocessing.context.TimeoutError` when it has not come by then; else as `get`.
    #[track_caller]
    pub fn get_timeout(&self, seconds: f64) -> Result<R> {
        self.get_until(Some(seconds), Location::caller())
    }

    pub(super) fn get_until(
        &self,
        timeout: Option<f64>,
        at: &'static Location<'static>,
    ) -> Result<R> {
        let value = |ready: Option<()>| match ready {
            Some(()) => (self.decode)(&self.job).map_err(|error| raised_at(error, at)),
            None => Err(Exception::at(
                "multiprocessing.context.TimeoutError",
                "",
                at,
            )),
        };
        if !tracer::on() {
            return value(self.ready_by(wait::deadline(timeout)));
        }
        let args = |packet: &mut Packet<'_>| {
            self.fill(packet);
            synchronize::wait_args(packet, true, timeout);
        };
        let mut call = self.begin(OpName::ResultGet, at, &args);
        let value = value(call.through(true, timeout, |deadline| self.ready_by(deadline)));
        let text = value.as_ref().map(repr::repr);
        let ended = match &text {
            Ok(text) => Ended::Value(text),
            Err(error) => Ended::Raised(error),
        };
        self.done(&call, ended);
        value
    }

    /// Waits until the result is there.
    #[track_caller]
    pub fn wait(&self) {
        self.wait_until(None, Location::caller());
    }

    /// `wait(timeout=seconds)`: until it is there or the time is over.
    #[track_caller]
    pub fn wait_timeout(&self, seconds: f64) {
        self.wait_until(Some(seconds), Location::caller());
    }

    fn wait_until(&self, timeout: Option<f64>, at: &'static Location<'static>) {
        if !tracer::on() {
            self.ready_by(wait::deadline(timeout));
            return;
        }
        let args = |packet: &mut Packet<'_>| {
            self.fill(packet);
            synchronize::wait_args(packet, true, timeout);
        };
        let mut call = self.begin(OpName::ResultWait, at, &args);
        call.through(true, timeout, |deadline| self.ready_by(deadline));
        self.done(&call, Ended::Plain);
    }

    /// Whether the result is there.
    #[track_caller]
    pub fn ready(&self) -> bool {
        let ready = || self.ready_by(wait::NOW).is_some();
        if !tracer::on() {
            return ready();
        }
        let args = |packet: &mut Packet<'_>| self.fill(packet);
        let call = self.begin(OpName::Ready, Location::caller(), &args);
        let ready = ready();
        self.done(&call, Ended::truth(ready));
        ready
    }

    /// Whether the task raised nothing.
    ///
    /// # Errors
    /// `ValueError` as long as the result is not there.
    #[track_caller]
    pub fn successful(&self) -> Result<bool> {
        let at = Location::caller();
        let answer = || {
            if self.ready_by(wait::NOW).is_some() {
                return Ok(self.job.is_successful());
            }
            let text = format!("{} not ready", self.job.describe());
            Err(Exception::at("ValueError", text, at))
        };
        if !tracer::on() {
            return answer();
        }
        let args = |packet: &mut Packet<'_>| self.fill(packet);
        let call = self.begin(OpName::Successful, at, &args);
        let answer = answer();
        self.done(
            &call,
            match &answer {
                Ok(value) => Ended::truth(*value),
                Err(error) => Ended::Raised(error),
            },
        );
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
        Call::begin(op, Some(&self.inner.shared.id), at, args)
    }

    fn done(&self, call: &Call<'_>, ended: Ended<'_>) {
        let witness = &self.inner.shared.witness;
        witness.step(|ver| call.done(Some(ver), NO_ARGS, ended));
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
        self.next_until(Some(seconds), Location::caller())
    }

    fn next_until(
        &mut self,
        timeout: Option<f64>,
        at: &'static Location<'static>,
    ) -> Option<Result<R>> {
        if let Some(value) = self.rest.pop_front() {
            return Some(Ok(value));
        }
        if self.given == self.job.count() {
            return None;
        }
        let wanted = (!self.unordered).then_some(self.given);
        let part = if tracer::on() {
            self.take_traced(wanted, timeout, at)
        } else {
            let deadline = wait::deadline(timeout);
            self.inner.wait_for(deadline, || self.job.take(wanted))
        };
        let Some((_, part)) = part else {
            return Some(Err(Exception::at(
                "multiprocessing.context.TimeoutError",
                "",
                at,
            )));
        };
        self.given += 1;
        match part.and_then(|bytes| codec::read::<Vec<R>>(&bytes)) {
            Ok(values) => self.rest = values.into(),
            Err(error) => return Some(Err(raised_at(error, at))),
        }
        self.next_until(timeout, at)
    }

    fn take_traced(
        &self,
        wanted: Option<usize>,
        timeout: Option<f64>,
        at: &'static Location<'static>,
    ) -> Option<(usize, super::job::Part)> {
        let number = |index: usize| self.job.number.cast_signed() + index.cast_signed() as i64;
        let args = |packet: &mut Packet<'_>| {
            if let Some(index) = wanted {
                packet.int("task", number(index));
            }
            synchronize::wait_args(packet, true, timeout);
        };
        let shared = &self.inner.shared;
        let mut call = Call::begin(OpName::ResultGet, Some(&shared.id), at, &args);
        let part = call.through(true, timeout, |deadline| {
            self.inner.wait_for(deadline, || self.job.take(wanted))
        });
        let more = |packet: &mut Packet<'_>| {
            if let (None, Some((index, _))) = (wanted, &part) {
                packet.int("task", number(*index));
            }
        };
        let text = match &part {
            Some((_, Ok(bytes))) => {
                codec::read::<Vec<R>>(bytes).map(|values| match values.as_slice() {
                    [value] => repr::repr(value),
                    values => repr::repr(values),
                })
            }
            Some((_, Err(error))) => Err(error.clone()),
            None => Err(Exception::at(
                "multiprocessing.context.TimeoutError",
                "",
                at,
            )),
        };
        let ended = match &text {
            Ok(text) => Ended::Value(text),
            Err(error) => Ended::Raised(error),
        };
        shared
            .witness
            .step(|ver| call.done(Some(ver), &more, ended));
        part
    }
}

impl<R: Serialize + DeserializeOwned> Iterator for IMap<R> {
    type Item = Result<R>;

    #[track_caller]
    fn next(&mut self) -> Option<Result<R>> {
        self.next_until(None, Location::caller())
    }
}

/// The exception as `get` raises it: at the program's line, the worker's traceback kept.
fn raised_at(error: Exception, at: &'static Location<'static>) -> Exception {
    Exception {
        at: Exception::at("", "", at).at,
        ..error
    }
}
