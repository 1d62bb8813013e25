//! `Anomaly`: a sequence of events that no correct run can show.
//!
//! Noted by the fold, read by checks and by the negative tests of the event-order rule: a log in
//! which a publishing operation was sent too late shows inversions here. A program's own mistakes
//! (an unlocked race, a misuse that raises) are no anomalies.

use super::object_id::ObjectId;

/// One contradiction in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anomaly {
    /// Event that shows it.
    pub seq: u64,
    pub proc: Option<u32>,
    pub object: Option<ObjectId>,
    pub kind: AnomalyKind,
}

/// What contradicts what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnomalyKind {
    /// An operation's `ver` is not above the last one of its object: two operations stand in the
    /// log in the wrong order.
    VersionBack { last: u64, found: u64 },
    /// Operations of the object between these two are missing so far (they come later, or their
    /// process was killed before it could send them).
    VersionGap { last: u64, found: u64 },
    /// Acquired while this process held it.
    HeldByAnother { owner: u32 },
    /// An `RLock` released by a process that does not own it.
    NotOwner { owner: Option<u32> },
    /// Released more often than acquired.
    NotHeld,
    /// A semaphore acquired at 0.
    BelowZero,
    /// A message taken that was never put, or taken before.
    NeverPut,
    /// A wait came through that nothing had allowed (an event not set, a barrier not full, nobody notified).
    NotAllowed,
    /// The result of a task was given out before the task ended, or a task ran that was not submitted.
    NoSuchResult,
    /// An event of a process that had ended.
    AfterExit,
    /// `process.start` a second time for one birth number.
    StartedTwice,
    /// A second `process.exit`.
    EndedTwice,
    /// Collected by a parent before it ended.
    ReapedAlive,
    /// A join of a child came through while the child was alive.
    JoinedAlive { child: u32 },
    /// Something after the run's `end`.
    AfterEnd,
    /// The event's number is not above the one before it.
    OutOfOrder,
}
