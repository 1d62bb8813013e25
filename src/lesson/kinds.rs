//! The kinds of checks: what each asks, and its keys in lesson.toml.
//!
//! One file a kind: a struct with its keys, how they are read (`Kind::read`), and which of its
//! expressions have a value before a run (`Kind::evaluate`, for the lint). `check::kinds` has a file
//! of the same name that answers it.
//!
//! # How to add a kind
//!
//! 1. Its file here, and its row in the table below. The row makes it a variant of [`RunKind`], or of
//!    [`TextKind`] where printed text alone answers it; the match in `check::kinds` then no longer
//!    compiles.
//! 2. Its file and its arm in `check::kinds`.
//! 3. The sentences of its verdicts: `[verdict]` in `assets/locales/en.toml` and `zh.toml`.
//! 4. A case that holds and one that breaks in `check/tests`; a test wants both of every kind.

mod at_most_alive;
mod contiguous_blocks;
mod delivered_once;
mod exit_codes;
mod final_value;
mod line_after;
mod line_before;
mod line_times;
mod lines_exact;
mod lines_in_order;
mod lines_multiset;
mod lock_exclusive;
mod never_raised;
mod never_together;
mod nothing_left;
mod process_count;
mod process_lines;
mod raised;
mod status;
mod submits_return_at_once;
mod submits_wait_for_result;
mod task_pids;
mod task_results;
mod tasks_at_most;
mod tasks_never_overlap;

pub use exit_codes::Who;
pub use final_value::Cell;

use super::expr::{EvalError, Scope};
use super::lines::{Expected, Lines, Loops};
use super::names::Names;
pub use super::role::Of;
use super::section::{Field, Section};
use super::template::Template;
use super::words::Words;
use crate::trace::OpName;

/// What every kind can do. `read` is given the check's table, `id`, `words` and `when` apart.
trait Kind: Sized {
    fn read(section: &Section<'_>, names: &Names) -> Self;

    /// Evaluates the expressions that need no run.
    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError>;
}

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident: $($word:literal => $module:ident::$kind:ident,)*) => {
        $(pub use $module::$kind;)*

        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($kind($kind),)*
        }

        impl $name {
            /// Every kind's word in lesson.toml.
            pub const WORDS: &[&str] = &[$($word),*];

            fn read(word: &str, section: &Section<'_>, names: &Names) -> Option<$name> {
                Some(match word {
                    $($word => $name::$kind($kind::read(section, names)),)*
                    _ => return None,
                })
            }

            fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
                match self {
                    $($name::$kind(kind) => kind.evaluate(scope),)*
                }
            }
        }
    };
}

kinds! {
    /// Printed text alone answers these: plain `python3 program.py` can be held against them.
    TextKind:
    "lines-multiset" => lines_multiset::LinesMultiset,
    "lines-exact" => lines_exact::LinesExact,
    "lines-in-order" => lines_in_order::LinesInOrder,
    "contiguous-blocks" => contiguous_blocks::ContiguousBlocks,
    "line-before" => line_before::LineBefore,
    "line-after" => line_after::LineAfter,
    "line-times" => line_times::LineTimes,
    "never-together" => never_together::NeverTogether,
}

kinds! {
    /// These need the `World` of a run.
    RunKind:
    "process-lines" => process_lines::ProcessLines,
    "exit-codes" => exit_codes::ExitCodes,
    "process-count" => process_count::ProcessCount,
    "at-most-alive" => at_most_alive::AtMostAlive,
    "tasks-at-most" => tasks_at_most::TasksAtMost,
    "tasks-never-overlap" => tasks_never_overlap::TasksNeverOverlap,
    "submits-return-at-once" => submits_return_at_once::SubmitsReturnAtOnce,
    "submits-wait-for-result" => submits_wait_for_result::SubmitsWaitForResult,
    "task-pids" => task_pids::TaskPids,
    "task-results" => task_results::TaskResults,
    "delivered-once" => delivered_once::DeliveredOnce,
    "final-value" => final_value::FinalValue,
    "lock-exclusive" => lock_exclusive::LockExclusive,
    "raised" => raised::Raised,
    "never-raised" => never_raised::NeverRaised,
    "status" => status::Status,
    "nothing-left" => nothing_left::NothingLeft,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    Text(TextKind),
    Run(RunKind),
}

impl CheckKind {
    /// Reads `kind` and the keys of that kind; `None` where there is no such kind.
    pub(super) fn read(section: &mut Section<'_>, names: &Names) -> Option<CheckKind> {
        let field = section.required("kind");
        let words: Vec<(&str, &str)> = CheckKind::words().map(|word| (word, word)).collect();
        let word = field.word(&words)?;
        section.keys_of(word);
        let text = TextKind::read(word, section, names).map(CheckKind::Text);
        text.or_else(|| RunKind::read(word, section, names).map(CheckKind::Run))
    }

    /// Every kind's word in lesson.toml.
    pub fn words() -> impl Iterator<Item = &'static str> {
        TextKind::WORDS.iter().chain(RunKind::WORDS).copied()
    }

    /// Evaluates the expressions that need no run.
    pub(super) fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        match self {
            CheckKind::Text(kind) => kind.evaluate(scope),
            CheckKind::Run(kind) => kind.evaluate(scope),
        }
    }
}

/// Which processes a check speaks of; all, where it is not said or not known.
fn of(section: &Section<'_>) -> Of {
    section.required("of").word(Of::WORDS).unwrap_or(Of::All)
}

fn of_or_all(section: &Section<'_>) -> Of {
    let field = section.optional("of");
    field
        .and_then(|field| field.word(Of::WORDS))
        .unwrap_or(Of::All)
}

/// Which objects a check speaks of: one, one `for` each value, or all there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Objects {
    named: Option<Template>,
    loops: Loops,
}

impl Objects {
    fn read(section: &Section<'_>, names: &Names) -> Objects {
        let loops = super::fields::loops(section, names);
        let named = section.optional("object");
        Objects {
            named: named.map(|field| names.with_loops(&loops).object(&field)),
            loops,
        }
    }

    /// Their names; `None` stands for all objects of the run.
    ///
    /// # Errors
    /// What the expressions report.
    pub fn names(&self, scope: &dyn Scope) -> Result<Option<Vec<String>>, EvalError> {
        let Some(named) = &self.named else {
            return Ok(None);
        };
        let each = &mut |scope: &dyn Scope| Ok(named.fill(scope)?.to_string());
        self.loops.each(scope, each).map(Some)
    }
}

/// The operation's name.
fn op(field: Option<Field<'_>>) -> Option<OpName> {
    let field = field?;
    let name = field.string();
    let known = OpName::parse(name);
    if known.is_none() {
        field.wrong(Words::tell("mistake.operation", &[]));
    }
    known
}

fn read_expected(section: &Section<'_>, key: &'static str, names: &Names) -> Option<Expected> {
    let field = section.optional(key)?;
    Some(super::fields::expected_field(&field, names))
}

fn read_lines(section: &Section<'_>, key: &'static str, names: &Names) -> Lines {
    super::fields::lines(&section.required(key), names)
}

fn read_others(section: &Section<'_>, names: &Names) -> Option<Lines> {
    let field = section.optional("others")?;
    Some(super::fields::lines(&field, names))
}

fn read_rounds(section: &Section<'_>, names: &Names) -> (Loops, Lines) {
    let loops = super::fields::loops(section, names);
    let lines = read_lines(section, "lines", &names.with_loops(&loops));
    (loops, lines)
}

fn evaluate_lines(lines: &Lines, scope: &dyn Scope) -> Result<(), EvalError> {
    lines.expand(scope).map(drop)
}

fn evaluate_rounds(loops: &Loops, lines: &Lines, scope: &dyn Scope) -> Result<(), EvalError> {
    let each = loops.each(scope, &mut |scope| evaluate_lines(lines, scope));
    each.map(drop)
}

fn evaluate_expected(expected: Option<&Expected>, scope: &dyn Scope) -> Result<(), EvalError> {
    expected.map_or(Ok(()), |expected| expected.evaluate(scope))
}
