//! Tasks whose arguments take longer to pickle and to carry than the work takes.

use std::collections::BTreeMap;

use crate::finding::names::label;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::World;
use crate::text::clean;
use crate::trace::OpName;

/// Fewer tasks, or smaller ones, are not worth a word.
const FEWEST: usize = 8;
const BYTES: u64 = 100_000;
/// Nanoseconds for a byte to be pickled, carried and unpickled, at the very least.
const COST: u64 = 5;
/// So many times the work must be less than the carrying.
const DWARFED: u64 = 4;
const MOST: usize = 1024;
const SAMPLES: usize = 256;

#[derive(Debug, Default)]
pub(in crate::finding) struct PicklingDwarfs {
    pools: BTreeMap<String, Sums>,
    /// Tasks that run: when they began, by worker.
    running: BTreeMap<u32, i64>,
}

#[derive(Debug, Default)]
struct Sums {
    tasks: u64,
    bytes: u64,
    /// Nanoseconds of work, of the first tasks.
    worked: Vec<u64>,
    seq: u64,
}

impl Rule for PicklingDwarfs {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::TaskStart), Watch::Op(OpName::TaskEnd)]
    }

    fn after(&mut self, Moment { event, .. }: Moment<'_>, _: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        let Some(pool) = &op.object else { return };
        let room = self.pools.len() < MOST;
        let sums = match self.pools.get_mut(pool) {
            Some(sums) => sums,
            None if room => self.pools.entry(pool.clone()).or_default(),
            None => return,
        };
        if op.op == OpName::TaskStart {
            let bytes = op.args.n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
            sums.tasks += 1;
            sums.bytes = sums.bytes.saturating_add(bytes);
            sums.seq = event.seq;
            if self.running.len() < MOST {
                self.running.insert(proc, event.t);
            }
        } else if let Some(began) = self.running.remove(&proc) {
            // When the operation began, for its result is pickled before it is told.
            let worked = op.t0.unwrap_or(event.t).saturating_sub(began).max(0);
            if sums.worked.len() < SAMPLES {
                sums.worked.push(worked.unsigned_abs());
            }
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (id, sums) in &self.pools {
            if sums.worked.len() < FEWEST {
                continue;
            }
            // Of the quicker tasks: the others had to wait for a processor, or threw old arguments away.
            let mut worked = sums.worked.clone();
            worked.sort_unstable();
            let (bytes, worked) = (sums.bytes / sums.tasks.max(1), worked[worked.len() / 4]);
            if bytes < BYTES || bytes.saturating_mul(COST) < worked.saturating_mul(DWARFED) {
                continue;
            }
            let object = world.object(id);
            let task = object.and_then(|object| object.pool()?.tasks.iter().next());
            let func = task.and_then(|task| task.func.as_deref()).unwrap_or("?");
            let at = object
                .zip(task)
                .and_then(|(object, task)| object.pool()?.submitted_at(task.number));
            #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
            let worked = format!("{:.3}", worked as f64 / 1e6);
            let text = Words::tell(
                "finding.pickling-dwarfs.text",
                &[
                    ("n", &sums.tasks),
                    ("pool", &object.map_or_else(|| "?".to_owned(), label)),
                    ("func", &clean(func)),
                    ("kilobytes", &(bytes / 1000)),
                    ("worked", &worked),
                ],
            );
            found.add(
                Finding::new("pickling-dwarfs", Harm::Waste, Certainty::Likely, text)
                    .advice(Words::tell("finding.pickling-dwarfs.advice", &[]))
                    .lesson("pool-blocking")
                    .event(sums.seq)
                    .object(object)
                    .place(at),
            );
        }
    }
}
