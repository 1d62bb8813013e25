//! `lock-exclusive {object, for}`: never acquired by one process while another holds it, and its counter
//! rises with the log. Without `object` it speaks of every lock of the run.

use super::{Kind, Objects};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LockExclusive {
    pub objects: Objects,
}

impl Kind for LockExclusive {
    fn read(section: &Section<'_>, names: &Names) -> LockExclusive {
        LockExclusive {
            objects: Objects::read(section, names),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.objects.names(scope).map(drop)
    }
}
