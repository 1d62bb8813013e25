//! The axis of time: from the first process's start to the end, in the unit that gives short figures.

use std::fmt::Write as _;

/// Pixels of the time.
pub(super) const TIME: usize = 860;

/// Where times stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) left: usize,
    /// The time at the left edge, ns.
    pub(super) from: i64,
    /// Nanoseconds the picture shows, at least one.
    pub(super) whole: i64,
}

impl Scale {
    pub(super) fn new(left: usize, from: i64, to: i64) -> Scale {
        let from = from.clamp(0, to.max(0));
        Scale {
            left,
            from,
            whole: to.saturating_sub(from).max(1),
        }
    }

    /// Pixels from the left, with two digits behind the point.
    pub(super) fn x(self, t: i64) -> f64 {
        let passed = t.saturating_sub(self.from).clamp(0, self.whole);
        #[expect(clippy::cast_precision_loss, reason = "a pixel is no exact number")]
        let share = passed as f64 / self.whole as f64;
        #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
        let (left, time) = (self.left as f64, TIME as f64);
        left + share * time
    }
}

/// Pixels of lanes above which the times stand over them too.
const TALL: usize = 800;

/// Lines and times under the lanes.
pub(super) fn axis(scale: Scale, top: usize, bottom: usize, page: &mut String) {
    let places = [Some(bottom + 16), (bottom - top > TALL).then(|| top - 4)];
    let step = step(scale.whole);
    let to = scale.from.saturating_add(scale.whole);
    let (unit, name) = unit(to);
    let mut next = scale.from.checked_add(step - 1).map(|t| t / step * step);
    while let Some(t) = next.filter(|t| *t <= to) {
        let x = scale.x(t);
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let figure = t as f64 / unit as f64;
        let _ = writeln!(
            page,
            "<line class=\"l\" x1=\"{x:.2}\" x2=\"{x:.2}\" y1=\"{top}\" y2=\"{bottom}\"/>"
        );
        for y in places.into_iter().flatten() {
            let _ = writeln!(
                page,
                "<text class=\"f\" x=\"{x:.2}\" y=\"{y}\" text-anchor=\"middle\">{figure} {name}</text>"
            );
        }
        next = t.checked_add(step);
    }
}

/// Nanoseconds between two lines: a 1, 2 or 5 and zeros, for at most ten lines.
fn step(whole: i64) -> i64 {
    let mut unit = 1_i64;
    loop {
        for times in [1, 2, 5] {
            let step = unit.saturating_mul(times);
            if whole / step <= 10 {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// The unit times up to this one are told in, ns. The signs are the same in every language.
fn unit(to: i64) -> (i64, &'static str) {
    match to {
        1_000_000_000.. => (1_000_000_000, "s"),
        1_000_000.. => (1_000_000, "ms"),
        1_000.. => (1_000, "µs"),
        _ => (1, "ns"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Scale, axis, step};

    #[test]
    fn there_are_few_lines_whatever_the_time() {
        assert_eq!(step(1), 1);
        assert_eq!(step(100), 10);
        assert_eq!(step(1_200_000_000), 200_000_000);
        for whole in [1, 999, 1_000_000_007, i64::MAX] {
            assert!(whole / step(whole) <= 10);
        }
    }

    #[test]
    fn figures_are_short_and_the_picture_begins_with_the_first_process() {
        let drawn = |from, to| {
            let mut page = String::new();
            let scale = Scale::new(100, from, to);
            axis(scale, 0, 10, &mut page);
            assert!((scale.x(scale.from) - 100.0).abs() < 0.01);
            assert!((scale.x(i64::MAX) - 960.0).abs() < 0.01);
            page.matches("middle\">")
                .zip(page.split("middle\">").skip(1))
                .map(|(_, rest)| rest.split('<').next().unwrap().to_owned())
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(
            drawn(18_000_000, 25_300_000),
            "18 ms, 19 ms, 20 ms, 21 ms, 22 ms, 23 ms, 24 ms, 25 ms"
        );
        assert_eq!(
            drawn(0, 1_100_000_000),
            "0 s, 0.2 s, 0.4 s, 0.6 s, 0.8 s, 1 s"
        );
        assert_eq!(drawn(-5, 25_000), "0 µs, 5 µs, 10 µs, 15 µs, 20 µs, 25 µs");
        assert_eq!(drawn(7, 3), "3 ns, 4 ns");
        assert!(!drawn(i64::MAX - 1, i64::MAX).is_empty());
    }
}
