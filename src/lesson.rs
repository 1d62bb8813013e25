//! Lessons: what a folder under `lessons/` holds, as data.
//!
//! A lesson is `lesson.toml` (read into `Manifest`), the two texts `en.md` and `zh.md`, the program
//! in Python and its Rust twin. This module reads and lints them. It runs nothing and knows no events:
//! `check` evaluates checks over a finished `World`, and the engines run programs.
//!
//! # How to add a lesson
//!
//! 1. Make the folder `lessons/NN-slug` with `lesson.toml`, `en.md`, `zh.md`, `program.py`, its twin
//!    `program.rs` and a probe for every claim. build.rs finds it; nothing else names it.
//! 2. `forklore lessons check` says what is missing or contradictory, `forklore test SLUG` runs it.
//! 3. Record it into `assets/recordings/SLUG.jsonl.zst` as the README there says. A test wants a
//!    recording of every lesson.
//!
//! # lesson.toml
//!
//! `assets/reference/en.md` describes every key, kind, name and function ([`mod@reference`]); `forklore lessons
//! help` shows it. `lessons/06-lock/lesson.toml` is the example to copy from.

mod checks;
mod embedded;
mod error;
mod expr;
mod extremes;
mod fields;
mod folder;
pub mod kinds;
mod library;
mod lines;
mod lint;
mod names;
mod outcome;
mod outcome_table;
mod params;
mod parse;
pub(crate) mod printed;
mod questions;
pub mod reference;
mod role;
pub mod schedule;
mod scope;
mod section;
mod source;
mod template;
mod words;

pub use checks::Check;
pub use error::{LessonError, Mistake, Spot, malformed};
pub use expr::{
    Bound, EvalError, Expr, Fuel, Function, RUN_FUNCTIONS, RUN_NAMES, Scope, SyntaxError, Takes,
};
pub use folder::{Files, Lesson, Origin, program_text, read_text, why_unreadable};
pub use kinds::{CheckKind, Of};
pub use library::{Broken, Library};
pub use lines::{Expected, Lines, Loops, Slot};
pub use lint::{Finding, lint, lint_broken, lint_library};
pub use outcome::{OTHER, OutcomeLabel, TORN};
pub use outcome_table::{KnownOutcome, OutcomeFile, OutcomeTable, hexadecimal, in_words};
pub use params::{Choice, Parameter, ParameterKind, Params, ParamsError};
pub use parse::Manifest;
pub use questions::{
    AnswerOption, Claim, Listing, Outcome, Prediction, PredictionKind, PythonRange, Truth,
};
pub use scope::{CIRCUMSTANCES, Circumstances, Setting};
pub use template::{Pattern, Template};
pub use words::Words;

/// A value as the learner's Python would have it.
pub use crate::object::Object as Value;
pub use crate::text::Lang;
