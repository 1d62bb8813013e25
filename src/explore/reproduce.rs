//! Looking for an execution that prints one given text, to the byte.
//!
//! The machine lets nobody print what the text does not have at that place (`native::Config::listing`).
//! What can't go on any more is a short end of an execution, so the search runs only beginnings of the
//! text, each trace of them once. Where it ends without having found the text, there is no execution
//! that prints it.

use super::native::{Native, NativeError};
use super::operation::{Machine as _, Proc};
use super::outcomes::{Budget, Meter};
use super::search::{Ended, Search, SearchError};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reproduced {
    /// By the execution that the machine has run last.
    Found {
        /// Who took each step.
        schedule: Vec<Proc>,
        /// Having printed all of it, the program waits for ever.
        hangs: bool,
    },
    /// All was searched.
    Unreachable,
    /// The budget ended first, or somebody stopped it.
    Stopped,
}

/// The search and its cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub reproduced: Reproduced,
    pub executions: u64,
    /// The longest beginning of the text that came out, in bytes.
    pub longest: usize,
}

/// Looks for the listing of `native`'s configuration. `go_on` is asked after each execution.
///
/// # Errors
/// What the machine reports, and a program that does not repeat itself.
pub fn reproduce(
    native: &mut Native,
    budget: Budget,
    mut go_on: impl FnMut(&Attempt) -> bool,
) -> Result<Attempt, SearchError<NativeError>> {
    let meter = Meter::new(budget);
    let mut search = Search::default();
    let mut attempt = Attempt {
        reproduced: Reproduced::Stopped,
        executions: 0,
        longest: 0,
    };
    while !meter.is_used(attempt.executions, 4) {
        let Some(ended) = search.advance(native)? else {
            attempt.reproduced = Reproduced::Unreachable;
            break;
        };
        if ended == Ended::Anew {
            attempt.executions = 0;
            continue;
        }
        attempt.executions += 1;
        let printed = native.printed().len();
        attempt.longest = attempt.longest.max(printed);
        let hangs = ended == Ended::Deadlock;
        if native.is_listing_printed()
            && (ended == Ended::Complete || hangs && !native.holds_back())
        {
            let schedule = search.execution().schedule();
            attempt.reproduced = Reproduced::Found { schedule, hangs };
            break;
        }
        if !go_on(&attempt) {
            break;
        }
    }
    Ok(attempt)
}

/// Runs the program once as this schedule of birth numbers has it; the rest goes in order of birth.
///
/// # Errors
/// What the machine reports.
pub fn follow(native: &mut Native, schedule: &[Proc]) -> Result<(), NativeError> {
    native.restart()?;
    for birth in schedule {
        let proc = native.number(*birth);
        let mut offered = native.next().iter();
        match offered.find(|next| Some(next.proc) == proc && next.operation.is_enabled()) {
            Some(next) => native.step(next.proc)?,
            None => break,
        };
    }
    while let Some(next) = native
        .next()
        .iter()
        .find(|next| next.operation.is_enabled())
    {
        native.step(next.proc)?;
    }
    Ok(())
}
