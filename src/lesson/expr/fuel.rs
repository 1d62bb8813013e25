//! `Fuel`: what evaluating a lesson may cost, in time and memory together.
//!
//! A lesson of a stranger's pack can be wrong, not harmful: every loop and everything that grows
//! burns fuel, and one tank serves all the expressions of a run. The lessons of this repository
//! need less than a tenth of it.

use std::cell::Cell;

use crate::lesson::Words;

/// Units in a full tank. A unit is a few nanoseconds or eight bytes.
const FULL: u64 = 5_000_000;

/// Units of one node of an expression.
pub(super) const NODE: usize = 10;

/// What is left.
#[derive(Debug, Clone, PartialEq)]
pub struct Fuel(Cell<u64>);

/// There is none left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfFuel;

impl From<OutOfFuel> for Words {
    fn from(_: OutOfFuel) -> Words {
        Words::tell("eval.too-much", &[])
    }
}

impl Default for Fuel {
    fn default() -> Fuel {
        Fuel(Cell::new(FULL))
    }
}

impl Fuel {
    /// Takes units.
    ///
    /// # Errors
    /// There are fewer left; then nothing is left.
    pub fn burn(&self, units: usize) -> Result<(), OutOfFuel> {
        let units = u64::try_from(units).unwrap_or(u64::MAX);
        let left = self.0.get().checked_sub(units);
        self.0.set(left.unwrap_or(0));
        left.map(drop).ok_or(OutOfFuel)
    }

    /// The share of the tank that was burned, from 0 to 1.
    #[must_use]
    pub fn burned(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let share = |units: u64| units as f64 / FULL as f64;
        1.0 - share(self.0.get())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.get() == 0
    }
}
