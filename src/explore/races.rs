//! The races of an execution, each as the sequence that lets its later step go first.
//!
//! Two steps race when they depend on each other and the later could have gone before the earlier.
//! Where operations wait, that is not always the step just before: who acquires a lock could not go
//! before its release, but could before the acquire that came before that. Whoever waits for ever
//! races too. Levels say what could go where; see `Execution::level`.

use std::rc::Rc;

use super::execution::{Clock, Execution};
use super::operation::{Next, Operation, Proc};
use super::wakeup::Planned;

/// A step that may race with earlier ones, taken or not.
struct Later<'a> {
    proc: Proc,
    operation: &'a Operation,
    /// The past of the moment at which its process came to it.
    past: Option<&'a Clock>,
    index: usize,
}

/// Finds all races; `waiting` are the processes that have not ended. `plan` is given the place of
/// the earlier step and the sequence to be run from the point before it.
pub(super) fn reverse(
    execution: &Execution,
    waiting: &[Next],
    mut plan: impl FnMut(usize, Vec<Planned>),
) {
    let events = execution.events();
    let past = |parent: Option<usize>| parent.map(|parent| &events[parent].clock);
    for (index, event) in events.iter().enumerate() {
        let later = Later {
            proc: event.proc,
            operation: &event.operation,
            past: past(event.parent),
            index,
        };
        later.races(execution, &mut plan);
    }
    for next in waiting {
        let later = Later {
            proc: next.proc,
            operation: &next.operation,
            past: past(execution.parent(next.proc)),
            index: execution.len(),
        };
        later.races(execution, &mut plan);
    }
}

impl Later<'_> {
    fn races(&self, execution: &Execution, plan: &mut impl FnMut(usize, Vec<Planned>)) {
        let events = execution.events();
        let accesses = self.operation.all_accesses();
        let touched = accesses.flat_map(|access| execution.touching(access.object));
        let mut earlier: Vec<usize> = touched.copied().collect();
        earlier.retain(|index| *index < self.index && events[*index].proc != self.proc);
        earlier.sort_unstable();
        earlier.dedup();
        let mut races: Vec<usize> = Vec::new();
        for first in earlier.into_iter().rev() {
            let event = &events[first];
            let before_other = |other: &usize| event.is_before(&events[*other].clock);
            if self.past.is_some_and(|past| event.is_before(past)) || races.iter().any(before_other)
            {
                continue;
            }
            if let Some(sequence) = self.ahead_of(execution, first) {
                races.push(first);
                plan(first, sequence);
            }
        }
    }

    /// The sequence that leads from the point before step `first` to this one, by all steps that do
    /// not happen after `first`; `None` where it could not go there, or does not depend on `first`.
    fn ahead_of(&self, execution: &Execution, first: usize) -> Option<Vec<Planned>> {
        let events = execution.events();
        let race = &events[first];
        let kept = |index: usize| index < first || !race.is_before(&events[index].clock);
        let level = |access: &_| execution.level(access, kept);
        let footprint = self.operation.footprint_at(level)?;
        if !footprint.depends_on(&race.footprint) {
            return None;
        }
        let planned = (first..events.len()).filter(|index| kept(*index));
        let planned = planned.map(|index| Planned {
            proc: events[index].proc,
            footprint: Rc::clone(&events[index].footprint),
        });
        let mut sequence: Vec<Planned> = planned.collect();
        sequence.push(Planned {
            proc: self.proc,
            footprint: Rc::new(footprint),
        });
        Some(sequence)
    }
}
