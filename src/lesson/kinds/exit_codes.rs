//! `exit-codes {of, is|…}` or `{process, for, is|…}`: exit codes, negative for signals as CPython's
//! `exitcode`.

use super::{Kind, Of, evaluate_expected, of_or_all};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::fields::{expected, loops};
use crate::lesson::lines::{Expected, Loops};
use crate::lesson::names::Names;
use crate::lesson::section::Section;
use crate::lesson::template::Template;

#[derive(Debug, Clone, PartialEq)]
pub struct ExitCodes {
    pub who: Who,
    pub code: Expected,
}

impl Kind for ExitCodes {
    fn read(section: &Section<'_>, names: &Names) -> ExitCodes {
        let loops = loops(section, names);
        let inner = names.with_loops(&loops);
        let code = expected(section, &inner);
        let process = section.optional("process");
        let of = of_or_all(section);
        let who = match process {
            Some(process) => Who::Named {
                process: inner.template(&process),
                loops,
            },
            None => Who::Role(of),
        };
        ExitCodes { who, code }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        match &self.who {
            Who::Role(_) => evaluate_expected(Some(&self.code), scope),
            Who::Named { process, loops } => {
                let each = loops.each(scope, &mut |scope| {
                    process.fill(scope)?;
                    evaluate_expected(Some(&self.code), scope)
                });
                each.map(drop)
            }
        }
    }
}

/// Processes by role, or by name.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    Role(Of),
    Named { process: Template, loops: Loops },
}
