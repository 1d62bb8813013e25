//! `lock-exclusive`: never acquired by one process while another holds it.

use super::OfRun;
use crate::check::objects::{anomalies, called, other};
use crate::check::processes::label;
use crate::check::shown::{few, few_clauses, quoted};
use crate::check::{Judged, Result};
use crate::lesson::kinds::LockExclusive;
use crate::lesson::{Scope, Words};
use crate::model::AnomalyKind;
use crate::model::World;

impl OfRun for LockExclusive {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let names = self.objects.names(scope)?;
        let locks = match called(world, names.as_deref(), "Lock", |it| it.lock().is_some()) {
            Ok(locks) => locks,
            Err(absent) => return Ok(absent),
        };
        let mut acquired = 0;
        let (mut wrong, mut idle, mut miscounted) = (Vec::new(), Vec::new(), Vec::new());
        for object in locks {
            let Some(lock) = object.lock() else { continue };
            acquired += lock.acquired;
            let name = quoted(object.name.as_deref().unwrap_or(&object.id));
            if let Some(wanted) = other(self.acquires.as_ref(), lock.acquired, scope)? {
                let n = lock.acquired;
                miscounted.push(Words::tell(
                    "verdict.acquires",
                    &[("name", &name), ("n", &n), ("wanted", &wanted)],
                ));
            }
            if lock.acquired == 0 {
                idle.push(name);
            }
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
        // A lock that is named has to be used; of all locks one is enough.
        if acquired == 0 {
            return Ok(Judged::failed(Words::tell("verdict.never-acquired", &[])));
        }
        if names.is_some() && !idle.is_empty() {
            let locks = few(&idle);
            return Ok(Judged::failed(Words::tell(
                "verdict.locks-idle",
                &[("locks", &locks)],
            )));
        }
        if !miscounted.is_empty() {
            return Ok(Judged::failed(few_clauses(&miscounted)));
        }
        Ok(Judged::passed(Words::tell(
            "verdict.lock-exclusive",
            &[("n", &acquired)],
        )))
    }
}
