//! A comparison in words, for a page and for the screen alike.

use std::fmt::Write as _;

use super::{Comparison, Kind, Step};
use crate::text::{Lang, clean, seconds};

impl Kind {
    /// As locale files and machine formats call it.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Position => "position",
            Kind::Outcome => "outcome",
            Kind::Process => "process",
            Kind::Missing => "missing",
        }
    }
}

/// Where the runs part, a line, and what each of them did there, a line each; of runs that are the
/// same one line that says so.
pub fn told(lang: Lang, comparison: &Comparison) -> Vec<String> {
    let Some(first) = &comparison.first else {
        return vec![lang.phrase("compare.same").to_owned()];
    };
    let head = lang.tell(
        "compare.part",
        &[
            ("process", &clean(&first.process)),
            ("same", &first.same),
            ("how", &lang.term("compare.kind", first.kind.word())),
        ],
    );
    let side = |letter: &str, it: Option<&Step>| format!("  {letter}  {}", step(lang, it));
    vec![
        head,
        side("A", first.a.as_ref()),
        side("B", first.b.as_ref()),
    ]
}

/// `#14 0.023 s  set  temp  program.rs:11  [0] 100`.
fn step(lang: Lang, step: Option<&Step>) -> String {
    let Some(step) = step else {
        return lang.phrase("compare.nothing").to_owned();
    };
    let mut told = format!("#{} {} s  {}", step.seq, seconds(step.t), clean(&step.what));
    for part in [&step.object, &step.at, &step.outcome] {
        if !part.is_empty() {
            let _ = write!(told, "  {}", clean(part));
        }
    }
    told
}
