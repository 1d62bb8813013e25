//! `Track`: what one process did when, as spans for a lane of a timeline.
//!
//! Fed by every change of state; it keeps spans that have ended in shared pieces and the one that
//! goes on beside them. Times are as the events told them: a span may be empty, never negative.

use crate::trace::OpName;

use super::appended::Appended;
use super::object_id::ObjectId;
use super::process::{State, Target};

/// What a process did during a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    Running,
    Sleeping,
    /// Blocked in an operation on an object …
    Waiting {
        op: OpName,
        object: Option<ObjectId>,
    },
    /// … or for the end of a child, by birth number.
    WaitingForChild {
        child: Option<u32>,
    },
    /// At the gate, waiting for its grant.
    Gate {
        op: OpName,
        object: Option<ObjectId>,
    },
}

/// A stretch of time in which a process did one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub activity: Activity,
    /// Nanoseconds since the run began.
    pub start: i64,
    pub end: i64,
    /// Events at which it began and ended.
    pub start_seq: u64,
    pub end_seq: u64,
}

/// A task of a pool that ran in a process: drawn over its spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskSpan {
    pub pool: ObjectId,
    pub task: u64,
    pub start: i64,
    /// `None` while it runs, or where its worker died in it (then the process's end is its end).
    pub end: Option<i64>,
}

/// The lane of one process.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Spans that have ended, in order.
    pub spans: Appended<Span>,
    /// The span that goes on; `None` once the process has ended.
    pub open: Option<Span>,
    /// Tasks of a pool it ran and ended, in order.
    pub tasks: Appended<TaskSpan>,
    /// The task it runs, or died in.
    pub task: Option<TaskSpan>,
    /// Spans and tasks forgotten because there were too many.
    pub forgotten: u64,
    /// When the process ended.
    pub ended: Option<i64>,
    limit: usize,
}

impl Activity {
    fn of(state: &State) -> Option<Activity> {
        match state {
            State::Running => Some(Activity::Running),
            State::Sleeping { .. } => Some(Activity::Sleeping),
            State::Waiting(pending) => Some(match &pending.target {
                Target::Child { proc, .. } => Activity::WaitingForChild { child: *proc },
                target => Activity::Waiting {
                    op: pending.op.op,
                    object: target.object(),
                },
            }),
            State::AtGate(pending) => Some(Activity::Gate {
                op: pending.op.op,
                object: pending.target.object(),
            }),
            State::Exited { .. } => None,
        }
    }
}

impl Target {
    /// The object this is on, the pool for a task.
    pub fn object(&self) -> Option<ObjectId> {
        match self {
            Target::Object(object) | Target::Task { pool: object, .. } => Some(*object),
            Target::Child { .. } | Target::Nothing => None,
        }
    }
}

impl Track {
    /// Everything it did, in order; the last span goes on where the process does.
    pub fn all_spans(&self) -> impl DoubleEndedIterator<Item = &Span> {
        self.spans.iter().chain(&self.open)
    }

    /// Every task it ran, in order; the last one runs still, or died with its worker, where it has no end.
    pub fn all_tasks(&self) -> impl DoubleEndedIterator<Item = &TaskSpan> {
        self.tasks.iter().chain(&self.task)
    }

    pub(super) fn new(t: i64, seq: u64, limit: usize) -> Track {
        Track {
            spans: Appended::default(),
            open: Some(Span {
                activity: Activity::Running,
                start: t,
                end: t,
                start_seq: seq,
                end_seq: seq,
            }),
            tasks: Appended::default(),
            task: None,
            forgotten: 0,
            ended: None,
            limit,
        }
    }

    pub(super) fn turn(&mut self, state: &State, t: i64, seq: u64) {
        let activity = Activity::of(state);
        let Some(open) = &mut self.open else { return };
        open.end = open.start.max(t);
        open.end_seq = seq;
        if activity == Some(open.activity) {
            return;
        }
        let ended = *open;
        if self.spans.push_bounded(ended, self.limit) {
            self.forgotten += 1;
        }
        self.open = activity.map(|activity| Span {
            activity,
            start: ended.end,
            end: ended.end,
            start_seq: seq,
            end_seq: seq,
        });
        if activity.is_none() {
            self.ended = Some(ended.end);
        }
    }

    pub(super) fn task_started(&mut self, pool: ObjectId, task: u64, t: i64) {
        // One that was never ended is drawn to where the next begins.
        self.end_task(t);
        self.task = Some(TaskSpan {
            pool,
            task,
            start: t,
            end: None,
        });
    }

    pub(super) fn task_ended(&mut self, pool: ObjectId, task: u64, t: i64) {
        if self
            .task
            .is_some_and(|span| (span.pool, span.task) == (pool, task))
        {
            self.end_task(t);
        }
    }

    fn end_task(&mut self, t: i64) {
        let Some(span) = self.task.take() else { return };
        let span = TaskSpan {
            end: Some(span.start.max(t)),
            ..span
        };
        if self.tasks.push_bounded(span, self.limit) {
            self.forgotten += 1;
        }
    }
}
