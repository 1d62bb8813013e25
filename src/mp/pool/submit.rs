//! How tasks get from the program to the workers.
//!
//! One call of the program is one job of one or more parts; each part is a task of its own: its event
//! goes out, then the task, then a turn for a worker.

use std::panic::Location;
use std::rc::Rc;

use super::handler::Inner;
use super::job::{Handler, Job};
use super::task::{Ran, TaskHead};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::tracer::{self, Call, Ended, NO_ARGS};
use crate::mp::{codec, wait};
use crate::sys::code::Entry;
use crate::trace::{OpName, Packet};

/// A buffer larger than this is not kept for the next task.
const LARGEST_SCRATCH: usize = 256 << 10;

/// What a program hands to its pool in one call.
pub(super) struct Submission<'a> {
    /// The function's name.
    pub(super) func: &'static str,
    pub(super) entry: Entry<Ran>,
    /// Number of tasks it is cut into.
    pub(super) parts: usize,
    /// Appends the arguments of a part.
    pub(super) args: &'a dyn Fn(usize, &mut Vec<u8>) -> Result<()>,
    /// The `repr` of a part's arguments.
    pub(super) value: &'a dyn Fn(usize) -> String,
    /// CPython's class of the job.
    pub(super) class: &'static str,
    pub(super) handler: Option<Handler>,
    pub(super) at: &'static Location<'static>,
}

impl Inner {
    /// Hands the tasks to the workers; never waits.
    ///
    /// # Errors
    /// `ValueError` when the pool takes nothing any more.
    pub(super) fn submit(&self, mut what: Submission<'_>) -> Result<Rc<Job>> {
        wait::pump_all();
        let value = (tracer::on() && what.parts > 0).then(|| (what.value)(0));
        let args = |packet: &mut Packet<'_>| fill(packet, what.func, value.as_deref());
        let call = tracer::on()
            .then(|| Call::begin(OpName::Submit, Some(&self.shared.id), what.at, &args));
        if let Err(error) = self.check_running(what.at) {
            if let Some(call) = call {
                call.done(None, NO_ARGS, Ended::Raised(&error));
            }
            return Err(error);
        }
        let first = self.next_task.get();
        self.next_task.set(first + what.parts as u64);
        let number = self.next_job.get();
        self.next_job.set(number + 1);
        let handler = what.handler.take();
        let job = Rc::new(Job::new(first, what.parts, what.class, handler));
        if what.parts > 0 {
            self.jobs.borrow_mut().insert(number, Rc::clone(&job));
        }
        for part in 0..what.parts {
            let sent = match (&call, part) {
                (None, _) => self.send(&what, number, part, first, None),
                (Some(call), 0) => self.send(&what, number, part, first, Some(call)),
                (Some(_), _) => {
                    let value = (what.value)(part);
                    let args = |packet: &mut Packet<'_>| fill(packet, what.func, Some(&value));
                    let at = Some(what.at);
                    let call = tracer::unasked(OpName::Submit, &self.shared.id, at, &args);
                    self.send(&what, number, part, first, Some(&call))
                }
            };
            // As in CPython, what can't be sent is what its result raises.
            if let Err(error) = sent
                && job.arrive(part, Err(error))
            {
                self.jobs.borrow_mut().remove(&number);
            }
        }
        Ok(job)
    }

    fn send(
        &self,
        what: &Submission<'_>,
        job: u64,
        part: usize,
        first: u64,
        call: Option<&Call<'_>>,
    ) -> Result<()> {
        let number = first + part as u64;
        let head = TaskHead {
            job,
            part: u32::try_from(part).map_err(|_| Exception::value("too many parts"))?,
            number,
            entry: self.shared.seal.close(what.entry),
        };
        let mut bytes = self.scratch.take();
        bytes.clear();
        let more = |packet: &mut Packet<'_>| {
            packet.int("task", number.cast_signed());
        };
        let encoded = codec::append(&head, &mut bytes).and_then(|()| (what.args)(part, &mut bytes));
        let send = |bytes: &mut Vec<u8>| {
            self.feeder.put(bytes, None);
            self.shared.line.give();
        };
        match (&encoded, call) {
            (Ok(()), None) => send(&mut bytes),
            // Sent before any worker can take it.
            (Ok(()), Some(call)) => self.shared.witness.step(|ver| {
                call.done(Some(ver), &more, Ended::Plain);
                send(&mut bytes);
            }),
            (Err(error), Some(call)) => call.done(None, &more, Ended::Raised(error)),
            (Err(_), None) => {}
        }
        if bytes.capacity() <= LARGEST_SCRATCH {
            self.scratch.replace(bytes);
        }
        encoded
    }
}

fn fill(packet: &mut Packet<'_>, func: &str, value: Option<&str>) {
    packet.text("func", func);
    if let Some(value) = value {
        packet.text("value", value);
    }
}
