//! `exit-codes`: how processes ended.

use super::OfRun;
use crate::check::is_of;
use crate::check::processes::{label, no_process};
use crate::check::shown::few_clauses;
use crate::check::{Judged, Result};
use crate::lesson::kinds::ExitCodes;
use crate::lesson::kinds::Who;
use crate::lesson::{Scope, Value, Words};
use crate::model::Process;
use crate::model::World;
use crate::trace::Exit;

impl OfRun for ExitCodes {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let mut seen = 0;
        let mut wrong = Vec::new();
        let mut test = |process: &Process, scope: &dyn Scope| -> Result<()> {
            seen += 1;
            let (passed, wanted) = self.code.test(&code(process), scope)?;
            if !passed {
                wrong.push(Words::tell(
                    "verdict.exit-code-wrong",
                    &[
                        ("who", &label(process)),
                        ("how", &ended(process)),
                        ("wanted", &wanted),
                    ],
                ));
            }
            Ok(())
        };
        let mut missing = None;
        match &self.who {
            Who::Role(of) => {
                for process in world.processes().filter(|process| is_of(*of, process)) {
                    test(process, scope)?;
                }
            }
            Who::Named { process, loops } => {
                loops.each(scope, &mut |scope| {
                    let name = process.fill(scope)?;
                    match world.processes().find(|p| name.matches(&p.name)) {
                        Some(process) => test(process, scope)?,
                        None => missing = Some(name.to_string()),
                    }
                    Ok(())
                })?;
            }
        }
        if let Some(name) = missing {
            return Ok(no_process(&name));
        }
        if seen == 0 {
            return Ok(Judged::failed(Words::tell("verdict.no-such-process", &[])));
        }
        if wrong.is_empty() {
            return Ok(Judged::passed(Words::tell(
                "verdict.exit-codes",
                &[("n", &seen)],
            )));
        }
        Ok(Judged::failed(few_clauses(&wrong)))
    }
}

/// The exit code as CPython's `exitcode` has it; `None` where unknown or still alive.
fn code(process: &Process) -> Value {
    match process.exit().and_then(Exit::exitcode) {
        Some(code) => code.into(),
        None => Value::None,
    }
}

fn ended(process: &Process) -> Words {
    match process.exit() {
        Some(Exit::Code(code)) => Words::tell("verdict.exit-code", &[("code", &code)]),
        Some(Exit::Signal(signal)) => Words::tell("verdict.exit-signal", &[("signal", &signal)]),
        Some(Exit::Unknown) => Words::tell("verdict.exit-unknown", &[]),
        None => Words::tell("verdict.alive", &[]),
    }
}
