//! What may stand on the command line of `grade`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct GradeArgs {
    #[arg(value_name = "SLUG")]
    pub lesson: String,
    #[arg(value_name = "STUDENT.py", required = true)]
    pub students: Vec<PathBuf>,
    #[arg(long, value_name = "NAME=VALUE,…")]
    pub set: Vec<String>,
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::numbers::runs, allow_negative_numbers = true)]
    pub runs: u32,
    #[arg(long, value_name = "S", default_value = "20", value_parser = super::numbers::timeout, allow_negative_numbers = true)]
    pub timeout: Duration,
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = super::numbers::time_scale, allow_negative_numbers = true)]
    pub time_scale: f64,
    #[arg(long, value_name = "PATH|VERSION")]
    pub python: Option<String>,
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    #[arg(long)]
    pub explore: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: GradeFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum GradeFormat {
    #[default]
    Human,
    Json,
    Junit,
}
