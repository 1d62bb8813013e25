//! What may stand on the command line, and what its help says.
//!
//! Data for clap only: nothing is done here. Only what works is offered. Values are checked as far
//! as they can be without a lesson; parameters of lessons are the lesson's to check.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help, shown as they stand"
)]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::text::{ColourChoice, Lang};

const EXIT_CODES: &str = "\
Exit codes:
  0    fine
  1    a check failed, a run hung, or output could not be written
  2    the command line is wrong
  3    the scenario could not start
  4    a recording or a lesson can't be read
  130  interrupted (128 and the number of the signal)
  141  whoever read the output has gone (forklore run lock | head -1)";

/// A terminal laboratory for multi-process programming: the scenarios of a multiprocessing tutorial
/// run as real processes.
#[derive(Debug, Parser)]
#[command(name = "forklore", version, about, after_long_help = EXIT_CODES)]
#[command(subcommand_precedence_over_arg = true, infer_subcommands = false)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The lesson to open: its slug, its number, or the beginning of its slug
    pub lesson: Option<String>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Add the lesson folders in DIR (or DIR itself, where it is one); may be given several times
    #[arg(long, value_name = "DIR", global = true)]
    pub lessons: Vec<PathBuf>,
    /// Language of the words; without it LC_ALL, LC_MESSAGES or LANG decides
    #[arg(long, value_enum, value_name = "LANG", global = true)]
    pub lang: Option<LangArg>,
    /// When to use colour; auto is for a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
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
    /// Run a lesson and tell what happens, as it happens; then hold it against the lesson's checks
    Run(RunArgs),
    /// Run lessons several times each and hold every run against the checks
    Test(TestArgs),
    /// Play a recording
    Replay(ReplayArgs),
    /// Lay two recordings beside each other: where they part, and both sides; exit code 1 if they do
    Compare(CompareArgs),
    /// Take a recording to another program
    Export(ExportArgs),
    /// List the lessons, or look for what should be mended in them
    #[command(subcommand)]
    Lessons(Lessons),
    /// Tell what this machine offers: what runs need, and what they can use
    Doctor,
    /// Print the completion script of a shell
    Completions {
        /// The shell it is for
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The lesson: its slug, its number, or the beginning of its slug
    pub lesson: String,
    /// What runs the program
    #[arg(long, value_enum, default_value_t)]
    pub engine: EngineArg,
    /// Set a parameter of the lesson (`forklore lessons list` shows them); may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// How the programs' stdout is buffered: line by line as on a terminal, or in blocks as into a pipe
    #[arg(long, value_enum, default_value_t)]
    pub stdout: StdoutArg,
    /// What every sleep of the program is multiplied by
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = time_scale)]
    pub time_scale: f64,
    /// Let so many operations a second through the gate
    #[arg(long, value_name = "N", value_parser = pace)]
    pub pace: Option<f64>,
    /// Seed of the program's random choices; any, unless given
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Record the run in FILE, one JSON line an event; compressed where its name ends in .zst
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Words for people, or the lines of a recording
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// The lessons; all of them, unless named
    #[arg(value_name = "LESSON")]
    pub named: Vec<String>,
    /// What runs the programs
    #[arg(long, value_enum, default_value_t)]
    pub engine: EngineArg,
    /// How often each lesson is run
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub runs: u32,
    /// What every sleep of the programs is multiplied by
    #[arg(long, value_name = "X", default_value_t = 0.05, value_parser = time_scale)]
    pub time_scale: f64,
    /// Keep the recordings of failing runs in DIR; without it in a new directory for temporary files
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// How the results are written
    #[arg(long, value_enum, default_value_t)]
    pub format: TestFormat,
    /// Write the results to FILE instead of stdout
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Recorded {
    /// The recording, compressed or not; `-` is stdin
    pub file: Option<PathBuf>,
    /// Take the recording of LESSON that ships with forklore
    #[arg(long, value_name = "LESSON")]
    pub example: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// One recording; `-` is stdin
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The other one
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Words for people, or JSON
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
    /// What it becomes
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: ExportFormat,
    /// Write to FILE instead of stdout
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The ground of the picture (svg): as whoever looks prefers, light, or dark
    #[arg(long, value_enum, value_name = "THEME", default_value_t)]
    pub theme: ThemeArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Trace Event JSON, which the Perfetto UI opens
    Perfetto,
    /// The output as asciinema plays it
    Asciicast,
    /// The timeline as a picture
    Svg,
    /// A row an event
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
    /// Print what the programs printed, hold it against the lesson's checks, and end
    #[arg(long)]
    pub headless: bool,
    /// Say before each line when and by whom it was printed
    #[arg(long, requires = "headless")]
    pub times: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum, Default)]
pub(crate) enum EngineArg {
    /// The Rust twin of the program
    #[default]
    Native,
}

#[derive(Debug, Clone, Copy, ValueEnum, Default)]
pub(crate) enum StdoutArg {
    #[default]
    Tty,
    Pipe,
}

impl StdoutArg {
    /// As a recording's header has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            StdoutArg::Tty => "tty",
            StdoutArg::Pipe => "pipe",
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum, Default)]
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

/// A factor of time: no sleep of a lesson is to last for days.
fn time_scale(text: &str) -> Result<f64, String> {
    number(text, "a number from 0 to 1000", |x| {
        (0.0..=1000.0).contains(&x)
    })
}

fn pace(text: &str) -> Result<f64, String> {
    let allowed = "a number above 0, up to 1000000";
    number(text, allowed, |x| x > 0.0 && x <= 1_000_000.0)
}

fn number(text: &str, allowed: &str, admits: impl Fn(f64) -> bool) -> Result<f64, String> {
    let number = text.parse().ok().filter(|x| admits(*x));
    number.ok_or_else(|| format!("it takes {allowed}"))
}

#[derive(Debug, Subcommand)]
pub(crate) enum Lessons {
    /// Every lesson with its parameters and their ranges
    List,
    /// Say what an author should mend; exit code 1 if there is anything
    Check,
}
