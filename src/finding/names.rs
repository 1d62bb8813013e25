//! How findings name processes and objects: harmless text that is the same in every language.

use nix::sys::signal::Signal;

use crate::lesson::Words;
use crate::model::{Object, Party, Process};
use crate::text::clean;
use crate::trace::Exit;

/// `Process-3 (PID 1234)`.
pub(super) fn who(process: Option<&Process>) -> String {
    process.map_or_else(
        || "?".to_owned(),
        |process| named(&process.name, process.pid),
    )
}

/// The same, of a process as it was remembered.
pub(super) fn party(party: &Party) -> String {
    named(&party.name, party.pid)
}

fn named(name: &str, pid: i32) -> String {
    format!("{} (PID {pid})", clean(name))
}

/// The program's name for it and its identity: `lock (RLock-1)`.
pub(super) fn what(object: Option<&Object>) -> String {
    object.map_or_else(
        || "?".to_owned(),
        |object| thing(object.name.as_deref(), &object.id),
    )
}

/// The same, of an object as it was remembered.
pub(super) fn thing(name: Option<&str>, id: &str) -> String {
    match name {
        Some(name) => format!("{} ({})", clean(name), clean(id)),
        None => clean(id).into_owned(),
    }
}

/// The program's name for it, else its identity.
pub(super) fn label(object: &Object) -> String {
    clean(object.label()).into_owned()
}

/// How a process ended: `was killed by SIGKILL`.
pub(super) fn ended(process: &Process) -> Words {
    match process.exit() {
        Some(Exit::Code(code)) => Words::tell("finding.ended-with-code", &[("code", &code)]),
        Some(Exit::Signal(number)) => {
            let signal = Signal::try_from(number).map_or_else(
                |_| format!("signal {number}"),
                |signal| signal.as_str().to_owned(),
            );
            Words::tell("finding.killed-by", &[("signal", &signal)])
        }
        Some(Exit::Unknown) | None => Words::tell("finding.ended", &[]),
    }
}
