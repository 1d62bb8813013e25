//! Rows of ps of forklore itself: its supervisor and its guard, while somebody wants to see them.
//!
//! They come from a sampler of their own that is started when they are asked for, so that nobody
//! else pays for them. They are rows of no process of the run.

use crossbeam_channel::Receiver;

use super::Dispatcher;
use crate::engine::sampler::SamplerThread;
use crate::trace::{FaultKind, Kind, PsUpdate};

/// The sampler; dropping it ends its thread.
pub(super) struct Own {
    _sampler: SamplerThread,
    pids: Vec<i32>,
    pub(super) rows: Receiver<PsUpdate>,
}

impl Dispatcher {
    /// Begins or ends to take forklore's own rows.
    pub(super) fn own_rows(&mut self, shown: bool) {
        if !shown {
            if let Some(own) = self.own.take() {
                let gone = PsUpdate {
                    rows: Vec::new(),
                    gone: own.pids,
                };
                self.log(self.now(), 0, None, Kind::Ps(gone));
            }
            return;
        }
        if self.own.is_some() {
            return;
        }
        match SamplerThread::start() {
            Ok((sampler, rows)) => {
                let pids = vec![std::process::id().cast_signed(), self.desk.guard.pid()];
                for pid in &pids {
                    sampler.add(*pid);
                }
                self.own = Some(Own {
                    _sampler: sampler,
                    pids,
                    rows,
                });
            }
            Err(error) => self.fault(self.now(), 0, FaultKind::Other, error.to_string()),
        }
    }
}
