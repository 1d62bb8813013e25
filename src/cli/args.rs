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

#[derive(Debug, Subcommand)]
pub(crate) enum Lessons {
    /// Every lesson with its parameters and their ranges
    List,
    /// Say what an author should mend; exit code 1 if there is anything
    Check,
}
