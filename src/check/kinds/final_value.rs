//! `final-value`: what a shared object holds at the end.

use super::OfRun;
use crate::check::objects::{absent, find, value_at, values};
use crate::check::shown::{few_clauses, quoted};
use crate::check::{Judged, Result};
use crate::lesson::kinds::FinalValue;
use crate::lesson::{Scope, Value, Words};
use crate::model::World;

impl OfRun for FinalValue {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let Some(object) = find(world, &self.object) else {
            return Ok(absent(world, Some(&self.object), ""));
        };
        let name = quoted(&self.object);
        let name = name.trim_matches('`');
        let Some(all) = values(object) else {
            return Ok(Judged::failed(Words::tell(
                "verdict.no-values",
                &[("name", &name)],
            )));
        };
        let mut wrong = Vec::new();
        let mut seen = 0;
        for cell in &self.cells {
            cell.loops.each(scope, &mut |scope| {
                seen += 1;
                let at = cell.at.eval(scope)?;
                let place = format!("{name}[{}]", at.repr());
                let found = value_at(object, &at);
                let held = found.as_ref().unwrap_or(&Value::None);
                let (passed, wanted) = cell.value.test(held, scope)?;
                match found {
                    None => wrong.push(Words::tell(
                        "verdict.cell-absent",
                        &[("place", &place), ("wanted", &wanted)],
                    )),
                    Some(found) if !passed => wrong.push(Words::tell(
                        "verdict.cell-differs",
                        &[
                            ("place", &place),
                            ("value", &quoted(&found.repr())),
                            ("wanted", &wanted),
                        ],
                    )),
                    Some(_) => {}
                }
                Ok(())
            })?;
        }
        if self.whole && wrong.is_empty() && all.len() != seen {
            let n = all.len();
            return Ok(Judged::failed(Words::tell(
                "verdict.entries",
                &[("name", &name), ("n", &n), ("wanted", &seen)],
            )));
        }
        if wrong.is_empty() {
            let held = quoted(&Value::List(all).to_string());
            return Ok(Judged::passed(Words::tell(
                "verdict.final-value",
                &[("name", &name), ("value", &held)],
            )));
        }
        Ok(Judged::failed(few_clauses(&wrong)))
    }
}
