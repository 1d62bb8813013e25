//! `lock-exclusive {object, for, acquires}`: never acquired by one process while another holds it, and its counter
//! rises with the log. Without `object` it speaks of every lock of the run.

use super::{Kind, Objects, evaluate_expected, read_expected};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::Expected;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LockExclusive {
    pub objects: Objects,
    /// How often each of them is acquired.
    pub acquires: Option<Expected>,
}

impl Kind for LockExclusive {
    fn read(section: &Section<'_>, names: &Names) -> LockExclusive {
        LockExclusive {
            objects: Objects::read(section, names),
            acquires: read_expected(section, "acquires", names),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.objects.names(scope)?;
        evaluate_expected(self.acquires.as_ref(), scope)
    }
}
