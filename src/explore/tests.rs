//! The search held against numbers that are not ours, and against all interleavings.
//!
//! Published counts of traces are those of Abdulla et al. (POPL 2014), of the tests of GenMC, and of
//! Nguyen et al. (CAV 2018). Random programs are run in every order and their traces compared.

mod draws;
mod published;
mod random;
mod toy;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::toy::{Outcome, Program, Toy};
use super::execution::{Clock, Execution};
use super::operation::{Footprint, Machine as _, Operation, Proc, Step};
use super::search::{Ended, Search};

type Trace = Vec<(Proc, Clock, Footprint)>;

/// What was found of a program.
#[derive(Debug, Default)]
struct Found {
    /// How often each trace was run.
    traces: HashMap<Trace, u64>,
    outcomes: BTreeSet<Outcome>,
    executions: u64,
    deadlocks: u64,
    given_up: u64,
    /// Over all traces; `None` where that is too many to count.
    interleavings: Option<u128>,
}

/// Looks for all executions, one a trace.
fn search(program: &Program) -> Found {
    let mut toy = Toy::new(program);
    let mut search = Search::default();
    let mut found = Found {
        interleavings: Some(0),
        ..Found::default()
    };
    while let Some(ended) = search.advance(&mut toy).expect("it repeats itself") {
        found.executions += 1;
        match ended {
            Ended::GivenUp => {
                found.given_up += 1;
                continue;
            }
            Ended::Deadlock => found.deadlocks += 1,
            Ended::Complete | Ended::Anew => {}
        }
        let execution = search.execution();
        *found.traces.entry(execution.canonical()).or_default() += 1;
        found.outcomes.insert(toy.outcome());
        let ways = execution.interleavings(20_000);
        found.interleavings = found.interleavings.zip(ways).map(|(sum, ways)| sum + ways);
    }
    found
}

/// Runs all interleavings; `None` where there are more than `most`.
fn all(program: &Program, most: u64) -> Option<Found> {
    let mut found = Found::default();
    let mut path = Vec::new();
    walk(&Toy::new(program), &mut path, most, &mut found).then_some(found)
}

fn walk(toy: &Toy, path: &mut Vec<(Proc, Operation, Step)>, most: u64, found: &mut Found) -> bool {
    let mut enabled = toy.next().iter().filter(|next| next.operation.is_enabled());
    let mut next = enabled.next();
    if next.is_none() {
        found.executions += 1;
        let mut execution = Execution::default();
        for (proc, operation, step) in path.iter() {
            execution.push(*proc, operation.clone(), step.clone());
        }
        *found.traces.entry(execution.canonical()).or_default() += 1;
        found.outcomes.insert(toy.outcome());
    }
    while let Some(choice) = next {
        let mut after = toy.clone();
        let Ok(step) = after.step(choice.proc);
        path.push((choice.proc, choice.operation.clone(), step));
        let few = walk(&after, path, most, found);
        path.pop();
        if !few {
            return false;
        }
        next = enabled.next();
    }
    found.executions <= most
}

/// The two found the same, and the search ran each trace once.
fn agree(program: &Program, all: &Found, found: &Found) {
    let traces: BTreeMap<&Trace, u64> = found.traces.iter().map(|(trace, n)| (trace, *n)).collect();
    let expected: BTreeMap<&Trace, u64> = all.traces.keys().map(|trace| (trace, 1)).collect();
    assert_eq!(found.given_up, 0, "{program:?}");
    assert_eq!(found.outcomes, all.outcomes, "{program:?}");
    assert_eq!(traces.len(), expected.len(), "{program:?}");
    assert!(traces == expected, "{program:?}");
    let ways = u128::from(all.executions);
    assert!(
        found.interleavings.is_none_or(|counted| counted == ways),
        "{program:?}"
    );
}
