//! `lock-exclusive`: never acquired by one process while another holds it.

use super::OfRun;
use crate::check::objects::{absent, anomalies, called};
use crate::check::processes::label;
use crate::check::shown::few_clauses;
use crate::check::{Judged, Result};
use crate::lesson::kinds::LockExclusive;
use crate::lesson::{Scope, Words};
use crate::model::AnomalyKind;
use crate::model::World;

impl OfRun for LockExclusive {
    fn judge(&self, _: &dyn Scope, world: &World) -> Result<Judged> {
        let name = self.object.as_deref();
        let (mut acquired, mut seen) = (0, false);
        let mut wrong = Vec::new();
        for object in called(world, name) {
            let Some(lock) = object.lock() else { continue };
            seen = true;
            acquired += lock.acquired;
            for anomaly in anomalies(world, object) {
                let who = anomaly.proc.and_then(|proc| world.process(proc));
                let who = who.map_or("?".to_owned(), label);
                let at = anomaly.seq;
                match anomaly.kind {
                    AnomalyKind::HeldByAnother { owner } => {
                        let owner = world.process(owner).map_or("?".to_owned(), label);
                        wrong.push(Words::tell(
                            "verdict.acquired-while-held",
                            &[("who", &who), ("owner", &owner), ("at", &at)],
                        ));
                    }
                    AnomalyKind::VersionBack { .. } => wrong.push(Words::tell(
                        "verdict.order-wrong",
                        &[("who", &who), ("at", &at)],
                    )),
                    _ => {}
                }
            }
        }
        if !wrong.is_empty() {
            return Ok(Judged::failed(few_clauses(&wrong)));
        }
        if !seen {
            return Ok(absent(world, name, "Lock"));
        }
        if acquired == 0 {
            return Ok(Judged::failed(Words::tell("verdict.never-acquired", &[])));
        }
        Ok(Judged::passed(Words::tell(
            "verdict.lock-exclusive",
            &[("n", &acquired)],
        )))
    }
}
