//! `Rule`: what a rule is asked, and when.
//!
//! A rule names the events it looks at (`Watch`) and is asked about no others, so that a rule costs
//! nothing where it has nothing to say.

use std::fmt::Debug;

use super::found::Found;
use super::still::Still;
use crate::model::World;
use crate::trace::{Event, OpName};

/// A kind of event that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    dead_code,
    reason = "the vocabulary is whole; not every word has a rule yet"
)]
pub(super) enum Watch {
    /// `process.start`
    Start,
    /// `process.exec`
    Exec,
    /// `process.exit`
    Exit,
    /// `process.reaped`
    Reaped,
    /// A finished operation of this name.
    Op(OpName),
    /// Every finished operation.
    EveryOp,
    /// An operation of this name that is about to block.
    Wait(OpName),
    /// Every operation that is about to block.
    EveryWait,
    Output,
    Line,
    Ps,
    Fault,
    Marker,
}

/// An event, and the `World` around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub event: &'a Event,
    pub world: &'a World,
}

/// One rule over a run. It keeps a bounded amount, whatever the run does.
pub(super) trait Rule: Debug + Send {
    /// The events it looks at; one that only says why a run stands still needs none.
    fn watches(&self) -> &'static [Watch] {
        &[]
    }

    /// Such an event comes; the `World` does not know it yet.
    fn before(&mut self, _moment: Moment<'_>, _found: &mut Found) {}

    /// Such an event has come; the `World` knows it.
    fn after(&mut self, _moment: Moment<'_>, _found: &mut Found) {}

    /// The run stands still: why? Asked before anybody is ended for it.
    fn still(&mut self, _still: &Still<'_>, _found: &mut Found) {}

    /// There are no more events. (A torn recording has no `end` event.)
    fn end(&mut self, _world: &World, _found: &mut Found) {}
}
