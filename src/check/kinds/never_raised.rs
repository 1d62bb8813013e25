//! `never-raised`: no operation raised anything.

use super::OfRun;
use crate::check::is_of;
use crate::check::shown::{few, quoted};
use crate::check::{Judged, Result};
use crate::lesson::kinds::NeverRaised;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for NeverRaised {
    fn judge(&self, _: &dyn Scope, world: &World) -> Result<Judged> {
        let found: Vec<String> = world
            .raised()
            .iter()
            .filter(|raised| {
                let process = world.process(raised.proc);
                process.is_some_and(|process| is_of(self.of, process))
            })
            .map(|raised| format!("{}: {}", raised.op, quoted(&raised.error)))
            .collect();
        if found.is_empty() {
            return Ok(Judged::passed(Words::tell("verdict.never-raised", &[])));
        }
        Ok(Judged::failed(Words::tell(
            "verdict.raised-some",
            &[("errors", &few(&found))],
        )))
    }
}
