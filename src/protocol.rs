//! What the processes of a run agree on: supervisor, guard, main process and whatever that starts.
//!
//! Descriptor numbers, environment variables, the control page, grants and the messages to and from
//! the guard are defined here and nowhere else. The engine speaks for supervisor and guard, `stage`
//! and `mp` for the native programs, `assets/python` for Python programs. Nothing here does any
//! work beyond encoding and decoding. Events have a format of their own, `trace`.

pub(crate) mod descriptors;
pub(crate) mod environment;
pub(crate) mod files;
mod grant;
mod guard;
mod page;
mod stage;
mod zygote;

pub(crate) use grant::{Grant, MOST_GRANTS};
pub(crate) use guard::{FromGuard, GuardConfig, ToGuard};
pub use page::ControlPage;
pub(crate) use page::PageWriter;
pub use stage::StageConfig;
pub(crate) use stage::TITLE_ROOM;
pub(crate) use zygote::{ENDED as ZYGOTE_ENDED, ToZygote};

/// The first arguments that make `forklore` one of the processes of a run.
pub(crate) mod subcommand {
    pub(crate) const GUARD: &str = "__guard";
    pub(crate) const STAGE: &str = "__stage";
    pub(crate) const EXEC: &str = "__exec";
}
