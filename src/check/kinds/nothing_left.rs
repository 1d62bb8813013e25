//! `nothing-left`: every process exited, and none had to be ended by force.

use super::OfRun;
use crate::check::processes::label;
use crate::check::shown::few;
use crate::check::{Judged, Result};
use crate::lesson::kinds::NothingLeft;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for NothingLeft {
    fn judge(&self, _: &dyn Scope, world: &World) -> Result<Judged> {
        let processes = world.processes();
        let alive: Vec<String> = processes
            .filter(|process| process.is_alive())
            .map(label)
            .collect();
        if !alive.is_empty() {
            return Ok(Judged::failed(Words::tell(
                "verdict.still-alive",
                &[("names", &few(&alive))],
            )));
        }
        let Some(end) = world.end() else {
            return Ok(Judged::failed(Words::tell("verdict.no-end", &[])));
        };
        let ended = end.end.ended.iter();
        let forced: Vec<String> = ended
            .map(|pid| world.by_pid(*pid).map_or(pid.to_string(), label))
            .collect();
        if !forced.is_empty() {
            return Ok(Judged::failed(Words::tell(
                "verdict.forced",
                &[("names", &few(&forced))],
            )));
        }
        let n = world.process_count();
        Ok(Judged::passed(Words::tell(
            "verdict.nothing-left",
            &[("n", &n)],
        )))
    }
}
