//! Moments of a run as people read them, the same on every page and screen.

/// Seconds with three digits, rounded, of nanoseconds since the run began: `0.012`.
#[must_use]
pub fn seconds(ns: i64) -> String {
    let ms = ns.max(0).saturating_add(500_000) / 1_000_000;
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn seconds_are_rounded_and_never_negative() {
        for (ns, told) in [
            (0, "0.000"),
            (911_499_999, "0.911"),
            (911_500_000, "0.912"),
            (912_000_000, "0.912"),
            (61_000_500_000, "61.001"),
            (-5, "0.000"),
            (i64::MAX, "9223372036.854"),
        ] {
            assert_eq!(seconds(ns), told);
        }
    }
}
