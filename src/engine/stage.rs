//! The stage: the process that is the tutorial's main process, single-threaded, exec'd by the guard.
//!
//! Owns taking over what the guard left open (event channel on descriptor 3, control page on 4),
//! its own end when the guard dies and its children's when the supervisor is gone too, and running the lesson's program. It never talks to a screen and
//! never starts a thread.

use std::collections::BTreeMap;
use std::os::fd::{AsFd as _, IntoRawFd as _};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::guard::{EVENTS, GUARD_VARIABLE, PAGE};
use super::stat::Stat;
use crate::mp;
use crate::programs::{self, Params};
use crate::sys::{mmap::Block, process, signal};

/// Bytes of the control page: gate mode (u32, 0 open, 1 gated) at 0, origin of the clock (i64, ns
/// of `CLOCK_MONOTONIC`) at 8.
pub(crate) const CONTROL_BYTES: usize = 4096;
const ORIGIN: usize = 8;
/// Spaces behind the arguments: room for the titles the processes write over them.
pub(crate) const TITLE_ROOM: usize = 160;

/// What the stage is started with, as JSON in its arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Slug of the lesson: `pool-async`.
    pub lesson: String,
    /// All of the lesson's parameters.
    pub params: BTreeMap<String, serde_json::Value>,
    /// What multiplies every sleep.
    pub time_scale: f64,
    /// Whether prints are buffered as on a terminal; else as into a pipe.
    pub line_buffered: bool,
    /// Seed of random choices of the program.
    pub seed: u64,
    /// The run's 0700 directory.
    pub dir: PathBuf,
}

/// Runs the lesson's program and ends the process.
pub fn main(json: &str) -> ! {
    let config: Config = match serde_json::from_str(json) {
        Ok(config) => config,
        Err(error) => refuse(&format!(
            "the stage was started with no configuration: {error}"
        )),
    };
    let Some(program) = programs::find(&config.lesson) else {
        refuse(&format!(
            "no native program for the lesson '{}'",
            config.lesson
        ));
    };
    let params = Params::new(config.params.clone());
    perform(config, || program(&params))
}

/// Runs `program` as the main process of a run and ends the process. For the stage, and for tests
/// that bring programs of their own.
pub fn perform(config: Config, program: impl FnOnce() -> mp::Result<()>) -> ! {
    let guard = match bind_to_guard() {
        Ok(guard) => guard,
        Err(error) => refuse(&format!("the stage can't be bound to its guard: {error}")),
    };
    if let Err(error) = connect() {
        refuse(&format!(
            "the stage was started without its channels: {error}"
        ));
    }
    mp::configure(mp::Settings {
        title: config.lesson,
        time_scale: config.time_scale,
        line_buffered: config.line_buffered,
        dir: config.dir,
        seed: config.seed,
    });
    mp::exit_main(mp::run_main(guard, program))
}

/// Dies with the guard (`PR_SET_PDEATHSIG`), also with one that died before this was set.
fn bind_to_guard() -> std::io::Result<i32> {
    use nix::sys::signal::Signal;
    signal::restore_defaults(&[
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGPIPE,
        Signal::SIGTSTP,
        Signal::SIGTTIN,
        Signal::SIGTTOU,
        // The standard library answers the first of these itself, and CPython's processes die of it.
        Signal::SIGSEGV,
        Signal::SIGBUS,
    ])?;
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    let guard = nix::unistd::getppid().as_raw();
    if std::env::var(GUARD_VARIABLE).ok() != Some(guard.to_string()) {
        return Err(std::io::Error::other("it has ended"));
    }
    // A guard that is dying has no parent to tell: 0 stands for nobody then.
    let supervisor = Stat::of(guard).map_or(0, |stat| stat.ppid);
    signal::end_without(guard, supervisor)?;
    Ok(guard)
}

fn connect() -> std::io::Result<()> {
    let channel = process::inherited(EVENTS)?;
    let control = process::inherited(PAGE)?;
    let page = Block::map_fd(control.as_fd(), CONTROL_BYTES)?;
    let origin = page.u64(ORIGIN).load(Ordering::Relaxed).cast_signed();
    mp::tracer::connect(channel.into_raw_fd(), Some(page), origin);
    Ok(())
}

/// A stage that can't begin says why on stderr, which the supervisor shows.
fn refuse(why: &str) -> ! {
    mp::write_stderr(&format!("forklore: {why}\n"));
    mp::exit_main(3)
}
