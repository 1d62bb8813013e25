//! `at-most-alive`: how many processes were alive at once.

use super::OfRun;
use crate::check::is_of;
use crate::check::processes::{counted, exit_seq, label, lives, most_at_once};
use crate::check::shown::few;
use crate::check::{Judged, Result};
use crate::lesson::kinds::AtMostAlive;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for AtMostAlive {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let bound = self.n.int(scope)?;
        let (most, at) = most_at_once(&lives(self.of, world));
        let who = counted(self.of, most);
        if most == 0 {
            return Ok(Judged::failed(Words::tell(
                "verdict.nobody-alive",
                &[("who", &who)],
            )));
        }
        if usize::try_from(bound).is_ok_and(|bound| most <= bound) {
            return Ok(Judged::passed(Words::tell(
                "verdict.at-most-alive",
                &[("who", &who), ("bound", &bound)],
            )));
        }
        let names: Vec<String> = world
            .processes()
            .filter(|process| is_of(self.of, process) && process.start_seq <= at)
            .filter(|process| exit_seq(process).is_none_or(|end| end > at))
            .map(label)
            .collect();
        Ok(Judged::failed(Words::tell(
            "verdict.too-many-alive",
            &[("who", &who), ("bound", &bound), ("names", &few(&names))],
        )))
    }
}
