//! `Viewport`: how close the time axis is looked at, and where.
//!
//! Whole until the learner goes closer; then it follows the play head until it is moved by hand.

use super::panel::timeline::Window;

/// Each step shows half as much; the closest a thousandth of a run of a second.
const CLOSEST: u32 = 14;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Viewport {
    steps: u32,
    /// Where it begins, ns; `None` follows the play head.
    from: Option<i64>,
}

impl Viewport {
    pub(crate) fn is_close(self) -> bool {
        self.steps > 0
    }

    /// The stretch shown of a run that has come to `end` (ns), the play head being at `head`.
    pub(crate) fn window(self, end: i64, head: i64) -> Window {
        let end = end.max(1);
        let length = (end >> self.steps).max(1);
        // The head stands in the middle, or where the run's ends allow it.
        let from = self.from.unwrap_or(head - length / 2);
        let from = from.clamp(0, end - length);
        Window {
            from,
            to: from + length,
        }
    }

    /// Closer (by more than 0) or wider, about the middle of what is seen.
    pub(crate) fn zoom(&mut self, by: i64, end: i64, head: i64) {
        let before = self.window(end, head);
        let steps = i64::from(self.steps) + by;
        self.steps = u32::try_from(steps.clamp(0, i64::from(CLOSEST))).unwrap_or(0);
        if self.steps == 0 {
            self.from = None;
        } else if self.from.is_some() {
            let length = (end.max(1) >> self.steps).max(1);
            self.from = Some(i64::midpoint(before.from, before.to) - length / 2);
        }
    }

    /// An eighth of what is seen to the right, or (by less than 0) to the left.
    pub(crate) fn shift(&mut self, by: i64, end: i64, head: i64) {
        let window = self.window(end, head);
        let length = window.to - window.from;
        let far = (length / 8).max(1) * by;
        let from = (window.from + far).clamp(0, end.max(1) - length);
        self.from = Some(from);
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOSEST, Viewport};

    #[test]
    fn closer_it_follows_the_head_until_it_is_moved() {
        let mut lens = Viewport::default();
        let whole = lens.window(1000, 400);
        assert_eq!((whole.from, whole.to), (0, 1000));
        lens.zoom(2, 1000, 400);
        assert_eq!(lens.window(1000, 400).from, 275);
        assert_eq!(lens.window(1000, 990).to, 1000);
        lens.shift(-1, 1000, 400);
        assert_eq!(lens.window(1000, 990).from, 244);
        lens.shift(100, 1000, 400);
        assert_eq!(lens.window(1000, 0).to, 1000);
        lens.zoom(-9, 1000, 400);
        assert_eq!(lens, Viewport::default());
        lens.zoom(99, 10, 0);
        assert_eq!(lens.steps, CLOSEST);
        assert_eq!(lens.window(10, 0).to, 1);
    }
}
