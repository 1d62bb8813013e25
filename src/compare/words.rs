//! A comparison in words, for a page and for the screen alike.

use std::fmt::Write as _;

use super::{Comparison, Deed, Kind};
use crate::text::{Lang, clean};

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
    let side = |letter: &str, it: Option<&Deed>| format!("  {letter}  {}", deed(lang, it));
    vec![
        head,
        side("A", first.a.as_ref()),
        side("B", first.b.as_ref()),
    ]
}

/// `#14 0.023 s  set  temp  program.rs:11  [0] 100`.
fn deed(lang: Lang, deed: Option<&Deed>) -> String {
    let Some(deed) = deed else {
        return lang.phrase("compare.nothing").to_owned();
    };
    let mut told = format!("#{} {} s  {}", deed.seq, seconds(deed.t), clean(&deed.what));
    for part in [&deed.object, &deed.at, &deed.outcome] {
        if !part.is_empty() {
            let _ = write!(told, "  {}", clean(part));
        }
    }
    told
}

/// Seconds with three digits, from nanoseconds.
pub fn seconds(ns: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let seconds = ns as f64 / 1e9;
    format!("{seconds:.3}")
}
