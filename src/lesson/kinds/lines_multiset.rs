//! `lines-multiset {lines, stream}`: stdout (or `stream = "stderr"`) consists of exactly these
//! lines, in any order.

use super::{Kind, evaluate_lines, read_lines};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::Lines;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LinesMultiset {
    pub lines: Lines,
    pub stderr: bool,
}

impl Kind for LinesMultiset {
    fn read(section: &Section<'_>, names: &Names) -> LinesMultiset {
        const STREAMS: &[(&str, bool)] = &[("stdout", false), ("stderr", true)];
        LinesMultiset {
            lines: read_lines(section, "lines", names),
            stderr: section
                .optional("stream")
                .and_then(|field| field.word(STREAMS))
                .unwrap_or(false),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_lines(&self.lines, scope)
    }
}
