//! `delivered-once`: every message taken was put, none was taken twice.

use super::OfRun;
use crate::check::objects::{anomalies, called, other};
use crate::check::processes::label;
use crate::check::shown::few;
use crate::check::{Judged, Result};
use crate::lesson::kinds::DeliveredOnce;
use crate::lesson::{Scope, Words};
use crate::model::AnomalyKind;
use crate::model::World;

impl OfRun for DeliveredOnce {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let names = self.objects.names(scope)?;
        let queues = match called(world, names.as_deref(), "Queue", |it| it.queue().is_some()) {
            Ok(queues) => queues,
            Err(absent) => return Ok(absent),
        };
        let (mut put, mut taken) = (0_u64, 0_u64);
        let mut strange = Vec::new();
        for object in queues {
            let Some(queue) = object.queue() else {
                continue;
            };
            put += queue.mailbox.put;
            taken += queue.mailbox.taken;
            for anomaly in anomalies(world, object) {
                if anomaly.kind == AnomalyKind::NeverPut {
                    let process = anomaly.proc.and_then(|proc| world.process(proc));
                    strange.push(process.map_or("?".to_owned(), label));
                }
            }
        }
        if !strange.is_empty() {
            return Ok(Judged::failed(Words::tell(
                "verdict.never-put",
                &[("names", &few(&strange))],
            )));
        }
        if let Some(wanted) = other(self.puts.as_ref(), put, scope)? {
            return Ok(Judged::failed(Words::tell(
                "verdict.messages-put",
                &[("n", &put), ("wanted", &wanted)],
            )));
        }
        if let Some(wanted) = other(self.gets.as_ref(), taken, scope)? {
            return Ok(Judged::failed(Words::tell(
                "verdict.messages-taken",
                &[("n", &taken), ("wanted", &wanted)],
            )));
        }
        let left = put.saturating_sub(taken);
        Ok(Judged::passed(Words::tell(
            "verdict.delivered",
            &[("put", &put), ("taken", &taken), ("left", &left)],
        )))
    }
}
