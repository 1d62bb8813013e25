//! `task-pids`: how many different processes ran tasks.

use super::OfRun;
use crate::check::processes::{label, number};
use crate::check::shown::few;
use crate::check::tasks::{none, workers};
use crate::check::{Judged, Result};
use crate::lesson::kinds::TaskPids;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for TaskPids {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let workers = workers(world);
        if workers.is_empty() {
            return Ok(none());
        }
        let n = workers.len();
        let (passed, wanted) = self.count.test(&number(n), scope)?;
        let workers = workers.iter().filter_map(|proc| world.process(*proc));
        let names: Vec<String> = workers.map(label).collect();
        Ok(Judged::new(
            passed,
            Words::tell(
                "verdict.task-pids",
                &[("n", &n), ("wanted", &wanted), ("names", &few(&names))],
            ),
        ))
    }
}
