//! `status {is|one-of}`: how the run ended; `finished` where not said.

use super::Kind;
use crate::lesson::Value;
use crate::lesson::expr::{EvalError, Expr, Scope};
use crate::lesson::fields::expectation;
use crate::lesson::lines::Expected;
use crate::lesson::names::Names;
use crate::lesson::section::Section;
use crate::trace::RunStatus;

#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub status: Expected,
}

impl Kind for Status {
    fn read(section: &Section<'_>, names: &Names) -> Status {
        let finished = || Expected::Is(Expr::constant(Value::Str("finished".into())));
        let status = expectation(section, names).unwrap_or_else(finished);
        Status { status }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.status
            .only(scope, &|word| RunStatus::parse(word).is_some(), || {
                let words = RunStatus::ALL.iter().map(|status| status.as_str());
                words.collect::<Vec<_>>().join(", ")
            })
    }
}
