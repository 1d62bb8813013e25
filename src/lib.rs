//! forklore: a terminal laboratory for multi-process programming.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "forklore runs on Linux only (WSL2 included): it is built on fork, pidfd, futex and /proc"
);

pub mod check;
pub mod cli;
pub mod compare;
pub mod engine;
pub mod error;
pub mod explain;
pub mod export;
pub mod feed;
pub mod lesson;
pub mod model;
pub mod mp;
pub mod object;
pub mod programs;
pub mod protocol;
pub mod replay;
pub mod report;
pub mod stage;
pub mod sys;
pub mod text;
pub mod trace;
pub mod tui;
