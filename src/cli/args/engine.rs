//! The options that choose what runs a lesson's program.
//!
//! `run`, `test` and the session take them; `cli::engine` says what they come to.

use clap::{Args, ValueEnum};

use crate::trace::{Engine, StartMethod};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineArg {
    Native,
    Python,
}

impl From<EngineArg> for Engine {
    fn from(arg: EngineArg) -> Engine {
        match arg {
            EngineArg::Native => Engine::Native,
            EngineArg::Python => Engine::Python,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArg {
    Fork,
    Spawn,
    Forkserver,
}

impl From<MethodArg> for StartMethod {
    fn from(arg: MethodArg) -> StartMethod {
        match arg {
            MethodArg::Fork => StartMethod::Fork,
            MethodArg::Spawn => StartMethod::Spawn,
            MethodArg::Forkserver => StartMethod::Forkserver,
        }
    }
}

impl EngineArg {
    pub(crate) fn of(engine: Engine) -> Option<EngineArg> {
        let all = EngineArg::value_variants().iter().copied();
        all.into_iter().find(|arg| Engine::from(*arg) == engine)
    }
}

impl MethodArg {
    pub(crate) fn of(method: StartMethod) -> Option<MethodArg> {
        let all = MethodArg::value_variants().iter().copied();
        all.into_iter()
            .find(|arg| StartMethod::from(*arg) == method)
    }
}

/// What runs the program, as the command line says it.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct EngineArgs {
    #[arg(long, value_enum)]
    pub engine: Option<EngineArg>,
    #[arg(long, value_name = "PATH|VERSION")]
    pub python: Option<String>,
    #[arg(long, value_enum, value_name = "METHOD")]
    pub start_method: Option<MethodArg>,
}

/// What runs the programs of a test: each lesson once with everything that is named.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TestEngineArgs {
    #[arg(long, value_enum)]
    pub engine: Option<TestEngineArg>,
    #[arg(long, value_name = "PATH|VERSION")]
    pub python: Vec<String>,
    #[arg(long, value_enum, value_name = "METHOD")]
    pub start_method: Vec<MethodArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestEngineArg {
    Native,
    Python,
    All,
}
