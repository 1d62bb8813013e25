//! `Check`: an invariant of a lesson, as data.
//!
//! Owns what a check may ask (`CheckKind`) and which of them plain text can answer. Evaluating one
//! over a finished `World` is the business of `check`.

use super::expr::Expr;
use super::lines::{Expected, Lines, Loops};
use super::template::Template;
use super::words::Words;

/// One invariant, with its words for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Unique in its lesson.
    pub id: String,
    pub words: Words,
    /// Where it is false the check does not apply and is left out.
    pub when: Option<Expr>,
    pub kind: CheckKind,
}

/// Which processes a check speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Everyone but services (a manager's server).
    All,
    Main,
    /// Children started as `Process`.
    Process,
    /// Workers of a pool.
    Worker,
    Manager,
}

impl Of {
    pub const WORDS: &[(&str, Of)] = &[
        ("all", Of::All),
        ("main", Of::Main),
        ("process", Of::Process),
        ("worker", Of::Worker),
        ("manager", Of::Manager),
    ];

    #[must_use]
    pub fn parse(word: &str) -> Option<Of> {
        Of::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, of)| *of)
    }

    #[must_use]
    pub fn word(self) -> &'static str {
        Of::WORDS
            .iter()
            .find(|(_, of)| *of == self)
            .map_or("all", |(word, _)| *word)
    }
}

/// What is asked. The comment of each gives its `kind` in lesson.toml and its keys.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// `lines-multiset {lines, stream}`: stdout (or `stream = "stderr"`) consists of exactly these
    /// lines, in any order.
    LinesMultiset { lines: Lines, stderr: bool },
    /// `lines-exact {lines}`: exactly these lines in this order.
    LinesExact { lines: Lines },
    /// `lines-in-order {for, lines}`: for each round, these lines stand in the output in this order,
    /// others may stand between.
    LinesInOrder { loops: Loops, lines: Lines },
    /// `contiguous-blocks {for, lines}`: for each round, these lines stand together in this order.
    ContiguousBlocks { loops: Loops, lines: Lines },
    /// `line-before {line, others}`: the line stands before every other one (or those named).
    LineBefore { line: Lines, others: Option<Lines> },
    /// `line-after {line, others}`: … after every other one (or those named).
    LineAfter { line: Lines, others: Option<Lines> },
    /// `line-times {line, is|one-of|at-most|at-least}`: how often the line stands in the output.
    LineTimes { line: Lines, times: Expected },
    /// `never-together {for, lines}`: in no round do all these lines stand in the output.
    NeverTogether { loops: Loops, lines: Lines },

    /// `process-lines {process, for, lines}`: what each process named printed, in its order.
    ProcessLines {
        process: Template,
        loops: Loops,
        lines: Lines,
    },
    /// `exit-codes {of, is|one-of}` or `{process, for, is|one-of}`: CPython's sign convention.
    ExitCodes { who: Who, code: Expected },
    /// `process-count {of, is|…}`: how many were started.
    ProcessCount { of: Of, count: Expected },
    /// `at-most-alive {of, n}`: never more than `n` alive at once.
    AtMostAlive { of: Of, n: Expr },
    /// `tasks-at-most {n}`: never more than `n` tasks of a pool in work at once.
    TasksAtMost { n: Expr },
    /// `tasks-never-overlap`: a task starts only when the one before has ended.
    TasksNeverOverlap,
    /// `submits-return-at-once`: between its first and last submit main waited for nothing.
    SubmitsReturnAtOnce,
    /// `submits-wait-for-result`: each task has ended before the next is submitted.
    SubmitsWaitForResult,
    /// `task-pids {is|at-most|…}`: how many different processes ran tasks.
    TaskPids { count: Expected },
    /// `task-results {tasks, state, value}`: how many tasks were submitted (`is|at-most|…` table),
    /// how each ended (`success`, `failure`, `pending`, `lost` with its worker;
    /// `task` is its number) and what it returned.
    TaskResults {
        tasks: Option<Expected>,
        state: Option<Expected>,
        value: Option<Template>,
    },
    /// `delivered-once {object, puts, gets}`: every message taken was put, none taken twice; with
    /// counts where given.
    DeliveredOnce {
        object: Option<String>,
        puts: Option<Expected>,
        gets: Option<Expected>,
    },
    /// `final-value {object, cells|entries}`: cells of an Array, a Value (index 0), a list or
    /// entries of a dict at the end. `entries` must be all of the dict.
    FinalValue {
        object: String,
        cells: Vec<Cell>,
        whole: bool,
    },
    /// `lock-exclusive {object}`: never acquired by one process while another holds it, and its
    /// counter rises with the log. Without `object` every lock of the run.
    LockExclusive { object: Option<String> },
    /// `raised {op, error, of}`: an operation raised this error.
    Raised {
        op: Option<String>,
        error: Template,
        of: Of,
    },
    /// `never-raised {of}`: no operation raised anything.
    NeverRaised { of: Of },
    /// `status {is|one-of}`: how the run ended; `finished` where not said.
    Status { status: Expected },
    /// `nothing-left`: every process exited, none had to be ended by force.
    NothingLeft,
}

/// Processes by role, or by name.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    Role(Of),
    Named { process: Template, loops: Loops },
}

/// One cell or entry at the end of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The index, or the key of a dict.
    pub at: Expr,
    pub value: Expected,
    pub loops: Loops,
}

impl CheckKind {
    /// Every kind's word in lesson.toml.
    pub const WORDS: &[&str] = &[
        "lines-multiset",
        "lines-exact",
        "lines-in-order",
        "contiguous-blocks",
        "line-before",
        "line-after",
        "line-times",
        "never-together",
        "process-lines",
        "exit-codes",
        "process-count",
        "at-most-alive",
        "tasks-at-most",
        "tasks-never-overlap",
        "submits-return-at-once",
        "submits-wait-for-result",
        "task-pids",
        "task-results",
        "delivered-once",
        "final-value",
        "lock-exclusive",
        "raised",
        "never-raised",
        "status",
        "nothing-left",
    ];

    /// Whether the printed text alone answers it, so that plain `python3 program.py` can be held
    /// against it.
    #[must_use]
    pub fn is_textual(&self) -> bool {
        matches!(
            self,
            CheckKind::LinesMultiset { .. }
                | CheckKind::LinesExact { .. }
                | CheckKind::LinesInOrder { .. }
                | CheckKind::ContiguousBlocks { .. }
                | CheckKind::LineBefore { .. }
                | CheckKind::LineAfter { .. }
                | CheckKind::LineTimes { .. }
                | CheckKind::NeverTogether { .. }
        )
    }
}
