//! What the supervisor and the guard start programs with: signal state and environment.

use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStrExt as _;

use nix::spawn::{PosixSpawnAttr, PosixSpawnFlags};
use nix::sys::signal::{SigSet, Signal};

use crate::sys::signal::SignalState;

/// Attributes that give a process of ours default actions and an empty mask, and the flags that put
/// them into force. A hang-up that is ignored (nohup(1)) stays so. A program of the user's own is
/// given what forklore was started with instead (`GuardConfig::ignored`).
pub(crate) fn clean_signals() -> nix::Result<(PosixSpawnAttr, PosixSpawnFlags)> {
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_sigmask(&SigSet::empty())?;
    let mut defaults = SigSet::all();
    if SignalState::at_start().ignores(Signal::SIGHUP) {
        defaults.remove(Signal::SIGHUP);
    }
    attributes.set_sigdefault(&defaults)?;
    let flags = PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF;
    attributes.set_flags(flags)?;
    Ok((attributes, flags))
}

/// This process's environment with `added` variables in the place of those of the same names.
pub(crate) fn environment(added: impl IntoIterator<Item = (OsString, OsString)>) -> Vec<CString> {
    let mut variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    variables.extend(added);
    let line = |(name, value): (&OsString, &OsString)| {
        CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()).ok()
    };
    variables.iter().filter_map(line).collect()
}
