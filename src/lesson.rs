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
//! `lessons/06-lock/lesson.toml` is the example to copy from. Texts for people are
//! `{ en = "…", zh = "…" }`, both required. Wherever a number or condition is wanted, an expression
//! may stand as a string (`expr`): parameters by name, `[define]` names, and the circumstances
//! `stdout` (`'tty'`, `'pipe'`), `engine` (`'native'`, `'python'`), `method` (`'fork'`, `'spawn'`,
//! `'forkserver'`) and `python` (313 for 3.13). A line is a template with `{expr}` holes, `{*}` for
//! any text; it may be repeated (`for = "i in 0..n"`), conditional (`when`), or one of several
//! (`any = [lines]`).
//!
//! | key | what it is |
//! |---|---|
//! | `slug` `order` `title` `summary` `needs` | the lesson's head |
//! | `pair` | two slugs, left and right, this lesson's among them: runs to see side by side |
//! | `grep` | the word to look for among the rows of ps, as in `ps aux \| grep pool` |
//! | `[[parameters]]` | `name` `label` `kind` (int, bool, seconds, choice) `default`, `min`/`max` or `choices`; the constant of that name at the top of program.py |
//! | `[define]` | names for expressions used more than once |
//! | `[[listings]]` | `id` (`tutorial` is the tutorial's) `lines` `title` |
//! | `[outcome]` | `kind`: lines, multiset, blocks (`for` `label` `lines`), value (`value`) |
//! | `[[checks]]` | `id` `kind` `words` `when`, and the keys of the kind ([`kinds`]) |
//! | `[[predictions]]` | `id` `kind` `when` `question` `explanation`, and the keys of the kind ([`PredictionKind`]); its expressions may use [`RUN_NAMES`] and [`RUN_FUNCTIONS`] |
//! | `[[claims]]` | `id` `says` `verdict` (`since`) `finding` `probe` `expect`, `python` and `methods` where it holds only there |

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
pub use folder::{Files, Lesson, Origin, program_text};
pub use kinds::{CheckKind, Of};
pub use library::{Broken, Library};
pub use lines::{Expected, Lines, Loops, Slot};
pub use lint::{Finding, lint, lint_broken, lint_library};
pub use outcome::{OTHER, OutcomeLabel, TORN};
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
