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
use crate::mp::ring::MessageId;
use crate::mp::tracer::{Call, Ended, Fill};
use crate::mp::{codec, wait};
use crate::sys::code::Entry;
use crate::trace::{OpName, Packet};

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

impl Submission<'_> {
    /// Adds a part to its event.
    fn fill(&self, packet: &mut Packet<'_>, part: usize) {
        packet.text("func", self.func);
        if part < self.parts {
            packet.text("value", &(self.value)(part));
        }
    }
}

impl Inner {
    /// Hands the tasks to the workers; never waits.
    ///
    /// # Errors
    /// `ValueError` when the pool accepts no more tasks.
    pub(super) fn submit(&self, mut what: Submission<'_>) -> Result<Rc<Job>> {
        wait::pump_all();
        let handler = what.handler.take();
        let told = handler.as_ref().map(|handler| handler.told);
        let args: Fill<'_> = &|packet| {
            what.fill(packet, 0);
            if let Some(told) = told {
                packet.text("callbacks", told);
            }
        };
        let call = Call::begin(OpName::Submit, &self.shared.id, what.at, args);
        self.check_running(what.at)
            .map_err(|error| call.raised(error))?;
        let first = self.next_task.get();
        self.next_task.set(first + what.parts as u64);
        let number = self.next_job.get();
        self.next_job.set(number + 1);
        let job = Rc::new(Job::new(first, what.parts, what.class, handler));
        if what.parts > 0 {
            self.jobs.borrow_mut().insert(number, Rc::clone(&job));
        }
        for part in 0..what.parts {
            let sent = if part == 0 {
                self.send(&what, number, part, first, &call)
            } else {
                let args: Fill<'_> = &|packet| what.fill(packet, part);
                let (id, at) = (Some(&*self.shared.id), Some(what.at));
                let call = Call::ungated(OpName::Submit, id, at, args);
                self.send(&what, number, part, first, &call)
            };
            // As in CPython, a task that can't be sent raises that from its result.
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
        call: &Call<'_>,
    ) -> Result<()> {
        let number = first + part as u64;
        let head = TaskHead {
            job,
            part: u32::try_from(part).map_err(|_| Exception::value("too many parts"))?,
            number,
            entry: self.shared.seal.close(what.entry),
        };
        let mut bytes = Vec::new();
        let task: Fill<'_> = &|packet| {
            packet.int("task", number.cast_signed());
        };
        let encoded = codec::append(&head, &mut bytes).and_then(|()| (what.args)(part, &mut bytes));
        if let Err(error) = &encoded {
            call.done_with(None, task, Ended::Raised(error));
            return encoded;
        }
        // Sent before any worker can take the task.
        self.shared.witness.step(|ver| {
            call.done_with(ver, task, Ended::Plain);
            self.feeder.put(bytes, MessageId::next());
            self.shared.line.give();
        });
        Ok(())
    }
}
