//! What the collector tells the dispatcher: one `Report` for each thing that arrived, in the order
//! it arrived, not yet numbered.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::membership::Standing;
use crate::sys::pidfd::PidFd;
use crate::trace::{Event, Exit, Output, PsUpdate, StartMethod};

/// One thing that arrived. `pid` is the kernel's word, `t` ns since the run began.
#[derive(Debug)]
pub(crate) enum Report {
    /// A process introduced itself (`process.start`) and has been let go.
    Born {
        pid: i32,
        event: Event,
        process: Option<Arc<PidFd>>,
        gate: Option<OwnedFd>,
    },
    /// A process that did not introduce itself: it wrote something, or was seen to be born.
    Appeared {
        pid: i32,
        t: i64,
        parent: i32,
        name: String,
        method: StartMethod,
        standing: Standing,
        /// Of the run's own alone.
        process: Option<Arc<PidFd>>,
    },
    /// A traced process has executed another program.
    Executed {
        pid: i32,
        t: i64,
        name: String,
        command: String,
    },
    /// A signal stopped a traced process, or let it go on.
    Stopped {
        pid: i32,
        stopped: bool,
    },
    /// Processes can't be traced, and why.
    NotTraced {
        t: i64,
        why: String,
    },
    /// Any other packet.
    Packet {
        pid: i32,
        event: Event,
    },
    /// Bytes on descriptor 1 or 2.
    Output {
        pid: i32,
        t: i64,
        output: Output,
    },
    Exit {
        pid: i32,
        t: i64,
        exit: Exit,
    },
    /// `by` collected the status of `pid`.
    Reaped {
        pid: i32,
        t: i64,
        by: i32,
        exit: Exit,
    },
    Ps {
        t: i64,
        update: PsUpdate,
    },
    /// No descriptor was left to hold a process by.
    TooFewDescriptors {
        t: i64,
    },
    /// A packet that could not be read, or was not believed.
    Bad {
        pid: i32,
        t: i64,
        why: String,
    },
    /// So many bytes wait to be taken that reading has stopped.
    Held {
        t: i64,
        bytes: usize,
    },
    /// The guard ended the tree and had to signal these.
    TreeEnded {
        pids: Vec<i32>,
    },
    /// No process of the run is left, and all they sent has been reported.
    Settled {
        t: i64,
    },
    /// The guard is gone and did not say that nothing is left.
    GuardLost {
        t: i64,
    },
}

/// What one round of reading brought, with the bytes it stands for in the backlog.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub reports: Vec<Report>,
    pub cost: usize,
}

/// What a report costs beside its bytes, about.
pub(crate) const REPORT_COST: usize = 256;
