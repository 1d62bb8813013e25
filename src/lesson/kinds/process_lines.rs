//! `process-lines {process, for, lines}`: what each process named printed, in its order.

use super::{Kind, evaluate_rounds, read_rounds};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::{Lines, Loops};
use crate::lesson::names::Names;
use crate::lesson::section::Section;
use crate::lesson::template::Template;

#[derive(Debug, Clone, PartialEq)]
pub struct ProcessLines {
    pub process: Template,
    pub loops: Loops,
    pub lines: Lines,
}

impl Kind for ProcessLines {
    fn read(section: &Section<'_>, names: &Names) -> ProcessLines {
        let (loops, lines) = read_rounds(section, names);
        let process = section.required("process");
        ProcessLines {
            process: names.with_loops(&loops).template(&process),
            loops,
            lines,
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_rounds(&self.loops, &self.lines, scope)?;
        let names = self
            .loops
            .each(scope, &mut |scope| self.process.fill(scope));
        names.map(drop)
    }
}
