//! The processes of a run that live, each held by a pidfd.
//!
//! Shared by the dispatcher, which keeps it, and the `Run`, which asks whether a process that the
//! user names is one of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sys::pidfd::PidFd;

#[derive(Debug, Default)]
pub(crate) struct LiveProcesses(Mutex<HashMap<i32, Arc<PidFd>>>);

impl LiveProcesses {
    fn map(&self) -> MutexGuard<'_, HashMap<i32, Arc<PidFd>>> {
        // A map is whole between any two of these calls, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn insert(&self, process: Arc<PidFd>) {
        self.map().insert(process.pid(), process);
    }

    pub(crate) fn remove(&self, pid: i32) {
        self.map().remove(&pid);
    }

    pub(crate) fn contains(&self, pid: i32) -> bool {
        self.map().contains_key(&pid)
    }

    pub(crate) fn get(&self, pid: i32) -> Option<Arc<PidFd>> {
        self.map().get(&pid).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<PidFd>> {
        self.map().values().cloned().collect()
    }
}
