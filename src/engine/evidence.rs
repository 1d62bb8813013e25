//! What is believed from whom: one table of the kinds of events, who may send each, and what is
//! checked before it goes into the log.
//!
//! A packet's sender is the kernel's word (`SCM_CREDENTIALS`). All that stands in the packet is the
//! sender's word. The collector asks `judge` for every packet; what is refused becomes a fault that
//! names the sender.
//!
//! The kernel lets a process with `CAP_SYS_ADMIN` name any PID as the sender, so one that runs as
//! root can speak for another process of the same run. It can't speak for a process outside the run,
//! for those are not believed.

use super::membership::Standing;
use crate::trace::{Event, FaultKind, Kind, Role};

/// Who may send a kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A process of the run, about itself.
    Own,
    /// Nobody: the supervisor alone makes such events, of what it sees.
    Supervisor,
}

/// What is checked beside that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It concerns the sender alone; its time is not in the future.
    Itself,
    /// Only the main process introduces itself as such. The parent is the kernel's word where the
    /// kernel still knows it.
    Introduction,
    /// The process named is a child of the sender, by the kernel's word, and has ended. How it ended
    /// is believed only where the kernel doesn't say.
    EndedChild,
    /// A fault that a process can know of itself.
    OwnFault,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub sender: Sender,
    pub check: Check,
}

/// The table.
pub fn rule(kind: &Kind) -> Rule {
    use Check::{EndedChild, Introduction, Itself, OwnFault};
    use Sender::{Own, Supervisor};
    let (sender, check) = match kind {
        Kind::ProcessStart(_) => (Own, Introduction),
        Kind::ProcessReaped(_) => (Own, EndedChild),
        Kind::Fault(_) => (Own, OwnFault),
        Kind::Op(_)
        | Kind::OpWait(_)
        | Kind::OpBegin(_)
        | Kind::OpEnd(_)
        | Kind::Output(_)
        | Kind::Line { .. }
        | Kind::Marker { finding: None, .. } => (Own, Itself),
        Kind::ProcessExec { .. }
        | Kind::ProcessExit(_)
        | Kind::Gate
        | Kind::Ps(_)
        | Kind::Look(_)
        | Kind::Marker {
            finding: Some(_), ..
        }
        | Kind::End(_)
        | Kind::Unknown { .. } => (Supervisor, Itself),
    };
    Rule { sender, check }
}

/// Faults that a process may tell of itself.
pub const OWN_FAULTS: [FaultKind; 4] = [
    FaultKind::StartFailed,
    FaultKind::TracingOff,
    FaultKind::Internal,
    FaultKind::Other,
];

/// What the supervisor knows of the sender and of a child that it names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub standing: Standing,
    pub is_main: bool,
    /// Processes that end before they are looked at are expected: nothing holds them at their start.
    pub may_be_gone: bool,
    /// The sender's own child, and ended.
    pub ended_child: bool,
}

/// Whether the event is believed; else why not.
pub(crate) fn judge(event: &Event, known: Known) -> Result<(), String> {
    let kind = event.kind.word();
    let Rule { sender, check } = rule(&event.kind);
    if sender == Sender::Supervisor {
        return Err(format!("no process may send '{kind}'"));
    }
    match known.standing {
        Standing::Own => {}
        Standing::Gone if known.may_be_gone => {}
        Standing::Guest | Standing::Gone => {
            return Err(format!(
                "'{kind}' from a process that is not known to belong to the run"
            ));
        }
    }
    match (check, &event.kind) {
        (Check::Introduction, Kind::ProcessStart(start))
            if start.role == Role::Main && !known.is_main =>
        {
            Err("it is not the main process".to_owned())
        }
        (Check::EndedChild, _) if !known.ended_child => {
            let child = event.pid;
            Err(format!("process {child} is no child of it that has ended"))
        }
        (Check::OwnFault, Kind::Fault(fault)) if !OWN_FAULTS.contains(&fault.fault) => {
            let fault = fault.fault;
            Err(format!("only forklore itself can tell the fault '{fault}'"))
        }
        _ => Ok(()),
    }
}
