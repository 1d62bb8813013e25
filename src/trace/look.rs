//! `Look`: what the kernel says that the threads of a run do at one moment.
//!
//! Taken by the supervisor when a run stands still and before it ends one. It has what no process can
//! tell of itself: the system call each thread is blocked in, and who has which end of a pipe.

use serde::{Deserialize, Serialize};

/// Of a `look`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// Nothing inside or outside the run can wake any of its threads.
    pub stuck: bool,
    pub threads: Vec<ThreadLook>,
    /// Pipes that a thread reads from or writes to.
    pub pipes: Vec<PipeLook>,
}

/// A thread. (Read as it stands: every name and type here is the wire's.)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadLook {
    pub pid: i32,
    pub tid: i32,
    /// The letter of ps: `S` sleeps, `R` runs.
    pub state: String,
    /// The system call it is blocked in: `read`, `futex`, `wait4`; a number where it has no name here.
    pub call: String,
    /// It ends by itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub timed: bool,
    /// The descriptors it waits for, and what they lead to: `pipe:[1234]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fds: Vec<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// The child it waits for; -1 for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<i32>,
    /// The file whose memory it waits on: a semaphore that processes share. None is its own memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<String>,
}

/// A pipe or a socket, and the processes that have it open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PipeLook {
    /// `pipe:[1234]`
    pub pipe: String,
    /// Bytes in it, and how many fit in; absent for a socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    pub readers: Vec<i32>,
    pub writers: Vec<i32>,
}
