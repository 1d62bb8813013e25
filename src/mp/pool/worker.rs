//! A worker: what a pool's child does from its first task to its last.
//!
//! It waits for a turn, takes a task, runs it and sends the result. An exception or a panic is the
//! task's; `exit` ends the worker (CPython does not catch `SystemExit` either).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use super::idle::{IdleWorkers, Turn};
use super::task::{Ran, ResultHead, TaskHead};
use crate::mp::codec;
use crate::mp::exceptions::{Exception, exit};
use crate::mp::process::{Unwound, unwound};
use crate::mp::ring::{MessageId, Popped, Progress, Ring};
use crate::mp::synchronize::Witness;
use crate::mp::tracer::{self, Call, Ended, Fill, Grant, NO_ARGS};
use crate::mp::wait::{self, Timeout};
use crate::sys::clock;
use crate::sys::code::{Entry, Seal};
use crate::trace::OpName;

/// How long a worker waits before it checks that its pool still lives.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long a worker that is let go waits for what the log says is there.
const IN_FLIGHT: Timeout = Timeout::After(2.0);

/// What the pool's process and its workers share.
#[derive(Debug)]
pub(super) struct Shared {
    /// The pool's identity.
    pub(super) id: String,
    pub(super) tasks: Rc<Ring>,
    pub(super) results: Rc<Ring>,
    pub(super) line: IdleWorkers,
    pub(super) seal: Seal<Ran>,
    pub(super) witness: Witness,
}

impl Shared {
    /// Sends an event of the pool, in the order of the pool's operations.
    pub(super) fn tell(&self, op: OpName, number: u64, ended: Ended<'_>) {
        let args: Fill<'_> = &|packet| {
            packet.int("task", number.cast_signed());
        };
        let call = Call::ungated(op, Some(&self.id), None, args);
        self.witness.step(|ver| call.done(ver, ended));
    }
}

/// One worker of a pool.
pub(super) struct Worker {
    pub(super) shared: Rc<Shared>,
    /// Its number among the workers.
    pub(super) place: u32,
    /// Tasks after which it ends.
    pub(super) most: Option<u64>,
    /// The process of the pool.
    pub(super) parent: i32,
}

impl Worker {
    /// Works until there is nothing more to do.
    pub(super) fn run(&self) {
        let mut bytes = Vec::new();
        let mut out = Vec::new();
        let mut done = 0;
        while self.most.is_none_or(|most| done < most) && self.next_task(&mut bytes) {
            out.clear();
            if !self.do_task(&bytes, &mut out) {
                return;
            }
            done += 1;
        }
    }

    /// The pool's process is gone. (CPython's idle workers see the end of their pipe.)
    fn orphaned(&self) -> bool {
        nix::unistd::getppid().as_raw() != self.parent
    }

    /// Gets a task; false when there will be none.
    fn next_task(&self, bytes: &mut Vec<u8>) -> bool {
        let shared = &*self.shared;
        let call = Call::begin_at(OpName::TaskStart, Some(&shared.id), None, NO_ARGS);
        if call.grant() == Grant::Open {
            let taken = self.take_task(bytes);
            if taken && let Some(head) = head(bytes) {
                shared.tell(OpName::TaskStart, head.number, Ended::Plain);
            }
            return taken;
        }
        // Under the gate whoever is let go takes the task, idle for long or not.
        let deadline = if self.orphaned() {
            wait::NOW
        } else {
            IN_FLIGHT.deadline()
        };
        let taken = matches!(shared.tasks.pop(bytes, deadline), Popped::Message(_));
        let head = head(bytes).filter(|_| taken);
        let args: Fill<'_> = &|packet| {
            if let Some(head) = &head {
                packet.int("task", head.number.cast_signed());
            }
        };
        shared
            .witness
            .step(|ver| call.done_with(ver, args, Ended::Plain));
        taken
    }

    /// Waits for a task; false when there will be none.
    fn take_task(&self, bytes: &mut Vec<u8>) -> bool {
        let Shared { line, tasks, .. } = &*self.shared;
        line.join(self.place);
        loop {
            match line.wait(self.place, clock::deadline(PATIENCE)) {
                Turn::Task => break,
                Turn::Stop => return false,
                Turn::TimedOut if self.orphaned() => return false,
                Turn::TimedOut => {}
            }
        }
        loop {
            match tasks.pop(bytes, clock::deadline(PATIENCE)) {
                Popped::Message(_taken) => {
                    line.busy(self.place);
                    return true;
                }
                Popped::End => return false,
                Popped::Nothing if self.orphaned() => return false,
                Popped::Nothing => {}
            }
        }
    }

    /// Runs a task and sends its result; false when the pool's process is gone.
    fn do_task(&self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        let Ok((head, args)) = postcard::take_from_bytes::<TaskHead>(bytes) else {
            // Only a bug in `mp` could cause this.
            tracer::fault("internal", "a task that can't be read");
            return true;
        };
        let shared = &*self.shared;
        let mut result = ResultHead {
            job: head.job,
            part: head.part,
            number: head.number,
            ok: true,
        };
        // Writing into a vector does not fail.
        let _ = codec::append(&result, out);
        let ran = match shared.seal.open(head.entry) {
            Some(entry) => call(entry, args, out),
            None => Err(Exception::new("AttributeError", "no such function")),
        };
        let ended = match &ran {
            Ok(value) => Ended::Value(&**value),
            Err(error) => {
                result.ok = false;
                out.clear();
                let _ = codec::append(&result, out);
                let sent = Exception {
                    remote: Some(error.traceback()),
                    ..error.clone()
                };
                let _ = codec::append(&sent, out);
                Ended::Raised(error)
            }
        };
        let args: Fill<'_> = &|packet| {
            packet.int("task", head.number.cast_signed());
        };
        let call = Call::begin_at(OpName::TaskEnd, Some(&shared.id), None, args);
        // Sent before main can see the result.
        shared.witness.step(|ver| call.done(ver, ended));
        let (item, mut progress) = (MessageId::next(), Progress::default());
        while !shared.results.push_waiting(
            out,
            item,
            &mut progress,
            false,
            clock::deadline(PATIENCE),
        ) {
            if self.orphaned() {
                return false;
            }
        }
        true
    }
}

/// What a task says of itself.
fn head(bytes: &[u8]) -> Option<TaskHead> {
    Some(postcard::take_from_bytes(bytes).ok()?.0)
}

/// Calls the function. A panic becomes an exception; `exit` ends the worker.
fn call(entry: Entry<Ran>, args: &[u8], out: &mut Vec<u8>) -> Ran {
    match catch_unwind(AssertUnwindSafe(|| entry(args, out))) {
        Ok(ran) => ran,
        Err(payload) => match unwound(payload) {
            Unwound::Exit(code) => exit(code),
            Unwound::Panic(error) => Err(error),
        },
    }
}
