//! `status`: how the run ended.

use super::OfRun;
use crate::check::shown::quoted;
use crate::check::{Judged, Result};
use crate::lesson::kinds::Status;
use crate::lesson::{Scope, Value, Words};
use crate::model::World;
use crate::trace::RunStatus;

impl OfRun for Status {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let end = world.end();
        let word = end.map_or("unknown", |note| note.end.status.as_str());
        let (passed, wanted) = self.status.test(&Value::Str(word.to_owned()), scope)?;
        let how = Words::of(|lang| lang.term("status", word));
        let ended = if passed {
            Words::tell("verdict.status", &[("how", &how)])
        } else {
            Words::tell(
                "verdict.status-wrong",
                &[("how", &how), ("word", &word), ("wanted", &wanted)],
            )
        };
        // A deadlock is worded by whoever shows it, from `World::deadlock`; its detail is one English line.
        let end = end.filter(|note| note.end.status != RunStatus::Deadlock);
        let detail = end.and_then(|note| note.end.detail.as_deref());
        let told = match detail {
            Some(detail) => Words::tell(
                "verdict.because",
                &[("what", &ended), ("why", &quoted(detail))],
            ),
            None => ended,
        };
        Ok(Judged::new(passed, told))
    }
}
