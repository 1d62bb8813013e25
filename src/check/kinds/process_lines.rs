//! `process-lines`: what each process named printed, in its order.

use super::OfRun;
use super::lines_exact::exact;
use crate::check::processes::{label, no_process};
use crate::check::{Judged, Result};
use crate::lesson::kinds::ProcessLines;
use crate::lesson::{Scope, Words};
use crate::model::World;
use crate::trace::Stream;

impl OfRun for ProcessLines {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let rounds = self.loops.each(scope, &mut |scope| {
            Ok((self.process.fill(scope)?, self.lines.expand(scope)?))
        })?;
        for (name, slots) in &rounds {
            let mut processes = world.processes();
            let Some(process) = processes.find(|process| name.matches(&process.name)) else {
                return Ok(no_process(&name.to_string()));
            };
            let lines = world.log().lines_of(process.proc);
            let texts: Vec<String> = lines
                .filter(|line| line.stream == Stream::Stdout)
                .map(|line| line.text().into_owned())
                .collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let found = exact(slots, &texts);
            if !found.passed {
                return Ok(Judged::failed(Words::tell(
                    "verdict.of-process",
                    &[("who", &label(process)), ("what", &found.detail)],
                )));
            }
        }
        let n = rounds.len();
        Ok(Judged::passed(Words::tell(
            "verdict.process-lines",
            &[("n", &n)],
        )))
    }
}
