//! The executions as a `Machine`: from a fresh main process on, one granted step after another.
//!
//! What the processes say in return is read by `native`.

use std::io;
use std::os::fd::AsFd as _;

use super::access::{Part, Projection};
use super::{Native, NativeError, Stand};
use crate::explore::operation::{Machine, Next, Operation, Proc, Step};
use crate::model::World;
use crate::protocol::{Grant, MOST_GRANTS};
use crate::sys::socket::send_packet;
use crate::trace::{Kind, OpName};

impl Native {
    fn birth(&self, proc: Proc) -> Result<usize, NativeError> {
        let mut processes = self.processes.iter();
        let birth = processes.position(|process| process.number == proc);
        birth.ok_or(NativeError::Lost(io::ErrorKind::NotFound.into()))
    }

    /// Lets a process go on, by one operation for each byte.
    fn grant(&mut self, birth: usize, grants: &[u8]) -> Result<(), NativeError> {
        let process = &mut self.processes[birth];
        process.stand = Stand::Runs;
        process.due = None;
        process.ahead = grants.len() - 1;
        let gate = process.gate.as_ref();
        let sent = gate.map(|gate| send_packet(gate.as_fd(), grants));
        sent.transpose().map_err(NativeError::Lost)?;
        self.settle()
    }
}

impl Machine for Native {
    type Error = NativeError;

    fn restart(&mut self) -> Result<(), NativeError> {
        self.processes.clear();
        self.world = World::new();
        self.seq = 0;
        self.clock = 0;
        self.printed.clear();
        self.notes.clear();
        self.unborn = 0;
        let ready = loop {
            match self.ready.take() {
                Some(ready) => break ready,
                None => self.hear()?,
            }
        };
        self.zygote.begin().map_err(NativeError::Lost)?;
        if let Kind::ProcessStart(start) = &ready.event.kind {
            let start = start.clone();
            self.born(ready.pid, &start, ready.event, ready.gate)?;
        }
        self.settle()
    }

    fn begins_anew(&mut self) -> bool {
        std::mem::take(&mut self.anew)
    }

    fn next(&self) -> &[Next] {
        &self.next
    }

    fn step(&mut self, proc: Proc) -> Result<Step, NativeError> {
        let birth = self.birth(proc)?;
        let mut next = self.next.iter();
        let Some(operation) = next.find(|next| next.proc == proc) else {
            return Err(NativeError::Lost(io::ErrorKind::NotFound.into()));
        };
        let operation: Operation = operation.operation.clone();
        let footprint = operation.footprint().unwrap_or_default();
        let process = &mut self.processes[birth];
        let objects = operation.accesses.iter().chain(&operation.lives);
        let mut objects = objects.map(|access| access.object);
        let mut touched = footprint.touches.iter().map(|(object, _)| *object);
        let first = objects.by_ref().eq(touched.by_ref());
        let announced = std::mem::take(&mut process.announced);
        let parts: Vec<Part> = match (footprint.passes_time, first) {
            (true, _) => vec![Part::Clock],
            (false, true) => announced.parts,
            (false, false) => announced.other_parts,
        };
        let (starts, sleeps) = (
            process.op.op == OpName::Start,
            process.op.op == OpName::Sleep,
        );
        let expires = footprint.passes_time || !first && process.due.is_some();
        let grant = if expires && !sleeps {
            Grant::Expire
        } else {
            Grant::Go
        };
        if footprint.passes_time {
            self.clock = process.due.map_or(self.clock, |due| due.max(self.clock));
        }
        let asks = match process.op.op {
            OpName::IsAlive | OpName::ExitCode => true,
            OpName::Join => process.op.args.timeout.is_some(),
            _ => false,
        };
        if asks {
            self.asks = true;
            self.await_deaths()?;
        }
        let before = self.processes.len();
        let printed = self.printed.len();
        self.grant(birth, &[grant.byte()])?;
        let matters = self.config.projection == Projection::Output || self.config.listing.is_some();
        if matters && self.printed.len() > printed && !parts.contains(&Part::Output) {
            return Err(NativeError::Unforeseen {
                process: self.name(birth),
            });
        }
        let touches = footprint.touches.len();
        let levels = parts.iter().take(touches);
        Ok(Step {
            levels: levels.map(|part| part.level(self.now())).collect(),
            starts: self
                .processes
                .get(before)
                .filter(|_| starts)
                .map(|child| child.number),
            footprint,
        })
    }

    fn repeat(&mut self, proc: Proc, steps: usize) -> Result<(), NativeError> {
        if self.asks {
            for _ in 0..steps {
                self.step(proc)?;
            }
            return Ok(());
        }
        let birth = self.birth(proc)?;
        for grants in vec![Grant::Go.byte(); steps].chunks(MOST_GRANTS) {
            self.grant(birth, grants)?;
        }
        Ok(())
    }
}
