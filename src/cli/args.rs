//! What may stand on the command line.
//!
//! Data for clap only: nothing is done here. Only what works is offered. Values are checked as far
//! as they can be without a lesson; parameters of lessons are the lesson's to check. What the help
//! says of each stands in the locale files under the same names (`help`).

pub(super) mod engine;
mod findings;
mod grade;
mod lessons;
mod numbers;
mod reproduce;
mod why;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::explore::Budget;
use crate::explore::strategy::StrategyName;
use crate::text::{ColourChoice, Lang};
use engine::{EngineArgs, TestEngineArgs};
pub(crate) use findings::{CertaintyArg, FindingsArgs};
pub(crate) use grade::{GradeArgs, GradeFormat};
pub(crate) use lessons::{CheckArgs, Lessons};
use numbers::{number, runs, time_scale};
pub(crate) use reproduce::ReproduceArgs;
pub(crate) use why::WhyArgs;

/// The whole of it.
#[derive(Debug, Parser)]
#[command(name = "forklore", version)]
#[command(subcommand_precedence_over_arg = true, infer_subcommands = false)]
pub(crate) struct CommandLine {
    pub lesson: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[arg(long, value_enum)]
    pub stdout: Option<StdoutArg>,
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
    #[arg(value_name = "PROGRAM", last = true)]
    pub program: Vec<OsString>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    #[arg(long, value_name = "DIR", global = true, display_order = 900)]
    pub lessons: Vec<PathBuf>,
    #[arg(long, global = true, requires = "lessons", display_order = 900)]
    pub replace: bool,
    #[arg(long, global = true, display_order = 900)]
    pub trust: bool,
    #[arg(
        long,
        value_enum,
        value_name = "LANG",
        global = true,
        display_order = 900
    )]
    pub lang: Option<LangArg>,
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        global = true,
        display_order = 900
    )]
    pub color: ColorArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LangArg {
    En,
    Zh,
}

impl From<LangArg> for Lang {
    fn from(arg: LangArg) -> Lang {
        match arg {
            LangArg::En => Lang::En,
            LangArg::Zh => Lang::Zh,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum, Default)]
pub(crate) enum ColorArg {
    #[default]
    Auto,
    Always,
    Never,
}

impl From<ColorArg> for ColourChoice {
    fn from(arg: ColorArg) -> ColourChoice {
        match arg {
            ColorArg::Auto => ColourChoice::Auto,
            ColorArg::Always => ColourChoice::Always,
            ColorArg::Never => ColourChoice::Never,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArgs),
    Test(TestArgs),
    Grade(GradeArgs),
    Explore(ExploreArgs),
    Reproduce(ReproduceArgs),
    Trace(TraceArgs),
    Findings(FindingsArgs),
    Replay(ReplayArgs),
    Compare(CompareArgs),
    Export(ExportArgs),
    #[command(subcommand)]
    Lessons(Lessons),
    Doctor,
    Why(WhyArgs),
    Completions {
        #[arg(value_enum, required_unless_present = "install")]
        shell: Option<clap_complete::Shell>,
        #[arg(long)]
        install: bool,
    },
    Man {
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[arg(required_unless_present = "schedule")]
    pub lesson: Option<String>,
    #[command(flatten)]
    pub engine: EngineArgs,
    #[arg(long)]
    pub no_lines: bool,
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    pub stdout: StdoutArg,
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = time_scale, allow_negative_numbers = true)]
    pub time_scale: f64,
    #[arg(long, value_name = "N", value_parser = pace, allow_negative_numbers = true)]
    pub pace: Option<f64>,
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    #[arg(long, value_name = "CODE|FILE", conflicts_with = "strategy")]
    pub schedule: Option<String>,
    #[arg(long, value_enum)]
    pub strategy: Option<StrategyArg>,
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub ps: PsArg,
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[arg(value_name = "LESSON")]
    pub named: Vec<String>,
    #[command(flatten)]
    pub engine: TestEngineArgs,
    #[arg(long, conflicts_with_all = ["engine", "start_method", "set", "record"])]
    pub claims: bool,
    #[arg(long, value_name = "NAME=VALUE,…")]
    pub set: Vec<String>,
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = runs, allow_negative_numbers = true)]
    pub runs: u32,
    #[arg(long, value_name = "S", default_value = "600", value_parser = numbers::timeout, allow_negative_numbers = true)]
    pub timeout: Duration,
    #[arg(long, value_name = "X", default_value_t = 0.05, value_parser = time_scale, allow_negative_numbers = true)]
    pub time_scale: f64,
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: TestFormat,
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ExploreArgs {
    pub lesson: String,
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    pub stdout: StdoutArg,
    #[arg(long, value_name = "N|TIME", default_value = "60s", value_parser = budget, allow_negative_numbers = true)]
    pub budget: Budget,
    #[arg(long, value_name = "NAME")]
    pub outcome: Option<String>,
    #[arg(long)]
    pub any_timing: bool,
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    #[expect(
        clippy::option_option,
        reason = "the flag, and its value: both may be missing"
    )]
    pub save: Option<Option<PathBuf>>,
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    #[arg(long, value_enum, default_value_t)]
    pub format: CompareFormat,
}

#[derive(Debug, Args)]
pub(crate) struct TraceArgs {
    #[arg(long, conflicts_with_all = ["format", "wait"])]
    pub tui: bool,
    #[arg(long, value_enum, default_value_t)]
    pub stdout: StdoutArg,
    #[arg(long)]
    pub wait: bool,
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    #[arg(value_name = "PROGRAM", required = true, trailing_var_arg = true)]
    pub command: Vec<OsString>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Recorded {
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "LESSON")]
    pub example: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[arg(value_name = "A", required_unless_present = "start_methods")]
    pub a: Option<PathBuf>,
    #[arg(value_name = "B", required_unless_present = "start_methods")]
    pub b: Option<PathBuf>,
    #[arg(long, value_name = "LESSON|SCRIPT", conflicts_with_all = ["a", "b"])]
    pub start_methods: Option<String>,
    #[arg(long, value_name = "PATH|VERSION", requires = "start_methods")]
    pub python: Option<String>,
    #[arg(long, value_name = "NAME=VALUE", requires = "start_methods")]
    pub set: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    pub format: CompareFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum, Default)]
pub(crate) enum CompareFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub recording: Recorded,
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: ExportFormat,
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_enum, value_name = "THEME", default_value_t)]
    pub theme: ThemeArg,
    #[arg(long, value_name = "COLSxROWS", value_parser = screen, num_args = 0..=1, default_missing_value = "120x40")]
    pub screen: Option<(u16, u16)>,
    #[arg(long, value_name = "X", requires = "screen", value_parser = speed, allow_negative_numbers = true)]
    pub speed: Option<f64>,
    #[arg(long, requires = "screen")]
    pub cut_idle: bool,
    #[arg(long, requires = "screen")]
    pub source: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ExportFormat {
    Perfetto,
    Asciicast,
    Svg,
    Csv,
}

#[derive(Debug, Clone, Copy, ValueEnum, Default)]
pub(crate) enum ThemeArg {
    #[default]
    Auto,
    Light,
    Dark,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub recording: Recorded,
    #[arg(long)]
    pub headless: bool,
    #[arg(long, requires = "headless")]
    pub times: bool,
    #[arg(long, value_name = "X", value_parser = speed, allow_negative_numbers = true)]
    pub speed: Option<f64>,
    #[arg(long, conflicts_with = "headless")]
    pub source: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum StdoutArg {
    #[default]
    Tty,
    Pipe,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StrategyArg {
    Random,
    Pct,
    Surw,
}

impl From<StrategyArg> for StrategyName {
    fn from(arg: StrategyArg) -> StrategyName {
        match arg {
            StrategyArg::Random => StrategyName::Random,
            StrategyArg::Pct => StrategyName::Pct,
            StrategyArg::Surw => StrategyName::Surw,
        }
    }
}

impl StdoutArg {
    pub(crate) fn word(self) -> &'static str {
        match self {
            StdoutArg::Tty => "tty",
            StdoutArg::Pipe => "pipe",
        }
    }
}

/// Which rows of ps are told.
#[derive(Debug, Clone, Copy, ValueEnum, Default)]
pub(crate) enum PsArg {
    #[default]
    Fullest,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum RunFormat {
    #[default]
    Human,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum TestFormat {
    #[default]
    Human,
    Json,
    Junit,
    Tap,
}

fn pace(text: &str) -> Result<f64, &'static str> {
    number(text, "pace", |x| *x > 0.0 && *x <= 1_000_000.0)
}

fn speed(text: &str) -> Result<f64, &'static str> {
    number(text, "speed", |x| (0.125..=64.0).contains(x))
}

/// Columns and rows: as few as the session's screen can do with, and no more than any terminal has.
fn screen(text: &str) -> Result<(u16, u16), &'static str> {
    let size = text
        .split_once(['x', 'X', '×'])
        .and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    size.filter(|(columns, rows)| (60..=500).contains(columns) && (15..=200).contains(rows))
        .ok_or("screen")
}

/// So many executions, or so long: `500`, `90s`, `2m`.
fn budget(text: &str) -> Result<Budget, &'static str> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) => (number, &text[number.len()..]),
        None => (text, ""),
    };
    let of = |seconds: u64| number.parse().ok().map(|n: u64| n.saturating_mul(seconds));
    let most = match unit {
        "m" => of(60),
        "h" => of(3600),
        _ => of(1),
    };
    let most = most
        .filter(|most| (1..=100_000_000).contains(most))
        .ok_or("budget")?;
    Ok(match unit {
        "" => Budget {
            executions: Some(most),
            time: None,
        },
        _ => Budget {
            executions: None,
            time: Some(Duration::from_secs(most)),
        },
    })
}

fn seed(text: &str) -> Result<u64, &'static str> {
    number(text, "seed", |_| true)
}
