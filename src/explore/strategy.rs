//! Choosing who goes next at random: fairly, by priorities, or by what each has left to do.
//!
//! For runs that are drawn and not searched for. One seed gives one sequence of choices. PCT is
//! Burckhardt et al. (ASPLOS 2010), SURW is Zhao et al. (ASPLOS 2025). Both are better the more is
//! known of earlier runs of the program: `learn` tells them.

use std::collections::BTreeMap;

use super::operation::{Machine, Next, Proc, all_ended};
use super::search::Ended;

/// SplitMix64 (Steele et al., OOPSLA 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0; all are equally likely.
    pub fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(n);
        // The upper half, as by Lemire: the bias is below n in 2^64.
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let n = u64::try_from(of.len()).unwrap_or(0);
        (n > 0).then(|| of[usize::try_from(self.below(n)).unwrap_or(0)])
    }
}

/// How a random run chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrategyName {
    /// All who can go are equally likely.
    Random,
    /// Priorities that are drawn, and change at a few steps that are drawn.
    Pct,
    /// Who has more left to do goes more often.
    Surw,
}

impl StrategyName {
    pub const ALL: [StrategyName; 3] =
        [StrategyName::Random, StrategyName::Pct, StrategyName::Surw];
}

/// A strategy at work: `begin` a run, then `choose` at each step.
#[derive(Debug)]
pub struct Strategy {
    name: StrategyName,
    random: Random,
    /// Steps each process took in the runs so far, at most.
    steps: BTreeMap<Proc, u64>,
    // PCT
    priorities: BTreeMap<Proc, u64>,
    /// Steps at which the first loses its place.
    changes: Vec<u64>,
    taken: u64,
    // SURW
    done: BTreeMap<Proc, u64>,
    /// Whose operation on a shared object comes next.
    intended: Option<Proc>,
}

/// Changes of priority in a run: bugs need few.
const CHANGES: usize = 2;
/// Steps of a process of which nothing is known yet.
const UNKNOWN: u64 = 8;

impl Strategy {
    pub fn new(name: StrategyName, seed: u64) -> Strategy {
        let mut strategy = Strategy {
            name,
            random: Random::new(seed),
            steps: BTreeMap::new(),
            priorities: BTreeMap::new(),
            changes: Vec::new(),
            taken: 0,
            done: BTreeMap::new(),
            intended: None,
        };
        strategy.begin();
        strategy
    }

    /// A new run begins; what the last one was is learnt.
    pub fn begin(&mut self) {
        for (proc, done) in std::mem::take(&mut self.done) {
            let most = self.steps.entry(proc).or_default();
            *most = (*most).max(done);
        }
        let length = self.steps.values().sum::<u64>().max(4 * UNKNOWN);
        self.changes = (0..CHANGES)
            .map(|_| 1 + self.random.below(length))
            .collect();
        self.priorities.clear();
        self.taken = 0;
        self.intended = None;
    }

    /// Who goes next of those offered; `None` where nobody can.
    pub fn choose(&mut self, offered: &[Next]) -> Option<Proc> {
        let enabled = offered.iter().filter(|next| next.operation.is_enabled());
        let enabled: Vec<Proc> = enabled.map(|next| next.proc).collect();
        let choice = match self.name {
            StrategyName::Random => self.random.pick(&enabled),
            StrategyName::Pct => self.first(&enabled),
            StrategyName::Surw => self.weighted(offered, &enabled),
        }?;
        *self.done.entry(choice).or_default() += 1;
        if self.intended == Some(choice) {
            self.intended = None;
        }
        Some(choice)
    }

    /// The one of the highest priority, after the changes that are due.
    fn first(&mut self, enabled: &[Proc]) -> Option<Proc> {
        for proc in enabled {
            if !self.priorities.contains_key(proc) {
                // Above all that a change gives.
                let priority = CHANGES as u64 + self.random.next() / 2;
                self.priorities.insert(*proc, priority);
            }
        }
        self.taken += 1;
        let highest = |priorities: &BTreeMap<Proc, u64>| {
            enabled
                .iter()
                .copied()
                .max_by_key(|proc| priorities.get(proc))
        };
        for (place, at) in self.changes.iter().enumerate() {
            if *at == self.taken
                && let Some(first) = highest(&self.priorities)
            {
                self.priorities.insert(first, place as u64);
            }
        }
        highest(&self.priorities)
    }

    /// One of those whose next step concerns nobody else, or the one whose turn it is.
    fn weighted(&mut self, offered: &[Next], enabled: &[Proc]) -> Option<Proc> {
        if self.intended.is_none_or(|proc| !enabled.contains(&proc)) {
            self.intended = self.by_weight(enabled);
        }
        let free = offered.iter().filter(|next| {
            next.operation.is_enabled()
                && (next.operation.accesses.is_empty() || Some(next.proc) == self.intended)
        });
        let free: Vec<Proc> = free.map(|next| next.proc).collect();
        self.by_weight(&free)
    }

    fn by_weight(&mut self, of: &[Proc]) -> Option<Proc> {
        let left = |proc: &Proc| {
            let steps = self.steps.get(proc).copied().unwrap_or(UNKNOWN);
            let done = self.done.get(proc).copied().unwrap_or(0);
            steps.saturating_sub(done).max(1)
        };
        let weights: Vec<u64> = of.iter().map(left).collect();
        let mut ticket = self.random.below(weights.iter().sum::<u64>().max(1));
        for (proc, weight) in of.iter().zip(weights) {
            match ticket.checked_sub(weight) {
                Some(rest) => ticket = rest,
                None => return Some(*proc),
            }
        }
        None
    }
}

/// Runs the program once as the strategy chooses; how it ended, and who took each step.
///
/// # Errors
/// What the machine reports.
pub fn draw<M: Machine>(
    machine: &mut M,
    strategy: &mut Strategy,
) -> Result<(Ended, Vec<Proc>), M::Error> {
    strategy.begin();
    machine.restart()?;
    let mut steps = Vec::new();
    while let Some(proc) = strategy.choose(machine.next()) {
        machine.step(proc)?;
        steps.push(proc);
    }
    Ok((
        if all_ended(machine.next()) {
            Ended::Complete
        } else {
            Ended::Deadlock
        },
        steps,
    ))
}
