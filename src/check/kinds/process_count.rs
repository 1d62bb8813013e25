//! `process-count`: how many processes were started.

use super::OfRun;
use crate::check::is_of;
use crate::check::processes::{counted, number};
use crate::check::{Judged, Result};
use crate::lesson::kinds::ProcessCount;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for ProcessCount {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let processes = world.processes();
        let n = processes.filter(|process| is_of(self.of, process)).count();
        let (passed, wanted) = self.count.test(&number(n), scope)?;
        Ok(Judged::new(
            passed,
            Words::tell(
                "verdict.process-count",
                &[("who", &counted(self.of, n)), ("wanted", &wanted)],
            ),
        ))
    }
}
