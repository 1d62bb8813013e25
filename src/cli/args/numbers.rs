//! Numbers on the command line, and which are admitted.

use std::str::FromStr;
use std::time::Duration;

/// A factor of time: no sleep of a lesson is to last for days.
pub(crate) fn time_scale(text: &str) -> Result<f64, &'static str> {
    number(text, "time-scale", |x| (0.0..=1000.0).contains(x))
}

pub(crate) fn runs(text: &str) -> Result<u32, &'static str> {
    number(text, "runs", |n| (1..=10_000).contains(n))
}

/// Seconds a run may take.
pub(crate) fn timeout(text: &str) -> Result<Duration, &'static str> {
    let admits = |seconds: &f64| (0.1..=3600.0).contains(seconds);
    let text = text.strip_suffix('s').unwrap_or(text);
    number(text, "timeout", admits).map(Duration::from_secs_f64)
}

/// A number that is admitted; else the name of what the option takes in the locale files.
pub(crate) fn number<N: FromStr>(
    text: &str,
    takes: &'static str,
    admits: impl Fn(&N) -> bool,
) -> Result<N, &'static str> {
    text.parse().ok().filter(admits).ok_or(takes)
}
