//! Rows of ps of forklore itself: its supervisor and its guard, while somebody wants to see them.
//!
//! They come from a sampler of their own that is started when they are asked for, so that nobody
//! else pays for them. They are rows of no process of the run.

use crossbeam_channel::{Receiver, never};

use crate::engine::sampler_thread::{SamplerError, SamplerThread};
use crate::trace::PsUpdate;

/// The sampler, while there is one; dropping it ends its thread.
#[derive(Default)]
pub(super) struct OwnRows(Option<Sampling>);

struct Sampling {
    _sampler: SamplerThread,
    pids: Vec<i32>,
    rows: Receiver<PsUpdate>,
}

impl OwnRows {
    /// Begins to sample; without effect where it has begun.
    pub(super) fn start(&mut self, pids: Vec<i32>) -> Result<(), SamplerError> {
        if self.0.is_none() {
            let (sampler, rows) = SamplerThread::start()?;
            for pid in &pids {
                sampler.add(*pid);
            }
            self.0 = Some(Sampling {
                _sampler: sampler,
                pids,
                rows,
            });
        }
        Ok(())
    }

    /// Ends it; gives the update that takes the rows away, where there are any.
    pub(super) fn stop(&mut self) -> Option<PsUpdate> {
        let sampling = self.0.take()?;
        Some(PsUpdate {
            rows: Vec::new(),
            gone: sampling.pids,
        })
    }

    pub(super) fn rows(&self) -> Receiver<PsUpdate> {
        self.0
            .as_ref()
            .map_or_else(never, |sampling| sampling.rows.clone())
    }
}
