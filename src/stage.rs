//! The stage: the tutorial's main process. It is single-threaded and executed by the guard.
//!
//! It takes over the event channel and the control page that the guard left open, and runs the
//! lesson's program. It ends when the guard dies; its children end when the supervisor is gone too.
//! It never talks to a screen and never starts a thread.

mod zygote;

use std::os::fd::{AsFd as _, IntoRawFd as _};

pub use zygote::zygote;

use crate::mp;
use crate::programs::{self, Params};
use crate::protocol::{ControlPage, StageConfig, descriptors, environment};
use crate::sys::{process, signal};

/// Runs the lesson's program and ends the process.
pub fn main(json: &str) -> ! {
    let config: StageConfig = match serde_json::from_str(json) {
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
    if config.zygote {
        zygote(config, || program(&params));
    }
    perform(config, || program(&params))
}

/// Runs `program` as the main process of a run and ends the process. For the stage, and for tests
/// that bring programs of their own.
pub fn perform(config: StageConfig, program: impl FnOnce() -> mp::Result<()>) -> ! {
    let guard = begin(config);
    mp::exit_main(mp::run_main(guard, program))
}

/// Takes over what the guard left open; the guard's PID.
fn begin(config: StageConfig) -> i32 {
    let guard = match bind_to_guard(config.supervisor) {
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
    guard
}

/// Dies with the guard (`PR_SET_PDEATHSIG`), also with one that died before this was set. Its children end
/// when the supervisor is gone too.
fn bind_to_guard(supervisor: i32) -> std::io::Result<i32> {
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
    if std::env::var(environment::GUARD).ok() != Some(guard.to_string()) {
        return Err(std::io::Error::other("it has ended"));
    }
    signal::end_without(guard, supervisor)?;
    Ok(guard)
}

fn connect() -> std::io::Result<()> {
    let channel = process::inherited(descriptors::EVENTS)?;
    let page = ControlPage::map(process::inherited(descriptors::PAGE)?.as_fd())?;
    let origin = page.origin();
    mp::tracer::connect(channel.into_raw_fd(), Some(page), origin);
    Ok(())
}

/// A stage that can't begin says why on stderr, which the supervisor shows.
fn refuse(why: &str) -> ! {
    mp::write_stderr(&format!("forklore: {why}\n"));
    mp::exit_main(3)
}
