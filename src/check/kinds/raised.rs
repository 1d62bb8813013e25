//! `raised`: an operation raised this error.

use super::OfRun;
use crate::check::is_of;
use crate::check::shown::{few, quoted};
use crate::check::{Judged, Result};
use crate::lesson::kinds::Raised;
use crate::lesson::{Scope, Words};
use crate::model::World;
use crate::trace::OpName;

impl OfRun for Raised {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let wanted = self.error.fill(scope)?;
        let from = |proc: u32| {
            let process = world.process(proc);
            process.is_some_and(|process| is_of(self.of, process))
        };
        let op = self.op;
        let candidates: Vec<_> = world
            .raised()
            .iter()
            .filter(|raised| op.is_none_or(|op| is_meant(op, raised.op)) && from(raised.proc))
            .collect();
        let op = op.map_or(String::new(), |op| format!("{}: ", op.as_str()));
        if let Some(found) = candidates.iter().find(|found| wanted.matches(&found.error)) {
            return Ok(Judged::passed(Words::tell(
                "verdict.raised",
                &[("op", &op), ("error", &quoted(&found.error))],
            )));
        }
        let wanted = quoted(&wanted.to_string());
        if candidates.is_empty() {
            return Ok(Judged::failed(Words::tell(
                "verdict.raised-nothing",
                &[("op", &op), ("wanted", &wanted)],
            )));
        }
        let errors = candidates.iter().map(|found| quoted(&found.error));
        let errors = few(&errors.collect::<Vec<_>>());
        Ok(Judged::failed(Words::tell(
            "verdict.raised-other",
            &[("op", &op), ("errors", &errors), ("wanted", &wanted)],
        )))
    }
}

/// Whether the operation is meant: `get` is also a pool's `result.get`, as a program writes it.
fn is_meant(op: OpName, raised: OpName) -> bool {
    let method = raised.as_str().rsplit('.').next();
    raised == op || method == Some(op.as_str())
}
