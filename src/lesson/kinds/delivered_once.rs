//! `delivered-once {object, for, puts, gets}`: every message taken was put, none was taken twice; with
//! counts where given. Without `object` it speaks of every queue of the run.

use super::{Kind, Objects, evaluate_expected, read_expected};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::Expected;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct DeliveredOnce {
    pub objects: Objects,
    pub puts: Option<Expected>,
    pub gets: Option<Expected>,
}

impl Kind for DeliveredOnce {
    fn read(section: &Section<'_>, names: &Names) -> DeliveredOnce {
        DeliveredOnce {
            objects: Objects::read(section, names),
            puts: read_expected(section, "puts", names),
            gets: read_expected(section, "gets", names),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.objects.names(scope)?;
        evaluate_expected(self.puts.as_ref(), scope)?;
        evaluate_expected(self.gets.as_ref(), scope)
    }
}
