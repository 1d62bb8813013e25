//! The real ps: its lines, and how ours are compared with them.

use std::ops::RangeInclusive;
use std::process::Command;
use std::time::Instant;

use forklore::engine::ps::Host;
use forklore::trace::PsRow;

use crate::held::{DEADLINE, Held, row};

/// The lines the real ps prints for these processes, heading first.
pub(crate) fn real_ps(pids: &[i32]) -> Vec<String> {
    let list = pids
        .iter()
        .map(i32::to_string)
        .collect::<Vec<_>>()
        .join(",");
    let output = Command::new("ps")
        .args(["u", "-p", &list])
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// How many digits the PID column has.
pub(crate) fn pid_width() -> usize {
    std::fs::read_to_string("/proc/sys/kernel/pid_max")
        .unwrap()
        .trim()
        .len()
}

/// The columns that change over time, split off so that the others can be compared as text.
#[derive(Debug)]
pub(crate) struct Elapsed {
    /// Tenths of a percent.
    cpu: i64,
    seconds: u64,
    start: String,
}

/// Splits a line of ps into its elapsed-time columns and all the others.
pub(crate) fn split(line: &str) -> (Elapsed, Vec<String>) {
    let mut rest = line;
    let mut words = Vec::new();
    for _ in 0..10 {
        rest = rest.trim_start();
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        words.push(word.to_owned());
        rest = after;
    }
    // Leading spaces of the command itself are compared too.
    words.push(rest.to_owned());
    let time = words.remove(9);
    let start = words.remove(8);
    let cpu = words.remove(2);
    let (minutes, seconds) = time.split_once(':').unwrap();
    let seconds = minutes.parse::<u64>().unwrap() * 60 + seconds.parse::<u64>().unwrap();
    (
        Elapsed {
            cpu: tenths(&cpu),
            seconds,
            start,
        },
        words,
    )
}

/// `12.3` is 123, and `123` is 1230.
pub(crate) fn tenths(cpu: &str) -> i64 {
    let (whole, tenths) = cpu.split_once('.').unwrap_or((cpu, "0"));
    whole.parse::<i64>().unwrap() * 10 + tenths.parse::<i64>().unwrap()
}

/// Minutes of the day of a START column that shows a time.
pub(crate) fn minutes(start: &str) -> i32 {
    let (hours, minutes) = start
        .split_once(':')
        .unwrap_or_else(|| panic!("START is {start}"));
    hours.parse::<i32>().unwrap() * 60 + minutes.parse::<i32>().unwrap()
}

/// Compares our row with the real line, ours taken before and after it; `cpu` is what %CPU may have
/// been in between, in tenths.
pub(crate) fn assert_same(before: &PsRow, real: &str, after: &PsRow, cpu: RangeInclusive<i64>) {
    let width = pid_width();
    let (ours, theirs) = (before.line(width), real);
    let (elapsed, columns) = split(&ours);
    let (real_elapsed, real_columns) = split(theirs);
    assert_eq!(columns, real_columns, "\nours: {ours}\nreal: {theirs}");

    let (later, _) = split(&after.line(width));
    assert!(
        cpu.contains(&real_elapsed.cpu),
        "%CPU in {cpu:?}\nours: {ours}\nreal: {theirs}"
    );
    let seconds = elapsed.seconds.saturating_sub(1)..=later.seconds + 1;
    assert!(
        seconds.contains(&real_elapsed.seconds),
        "TIME\nours: {ours}\nreal: {theirs}"
    );
    let apart = (minutes(&elapsed.start) - minutes(&real_elapsed.start)).rem_euclid(24 * 60);
    assert!(
        [0, 1, 24 * 60 - 1].contains(&apart),
        "START\nours: {ours}\nreal: {theirs}"
    );

    // With the elapsed-time columns of the real line, ours equals it to the last space.
    let cpu = real_elapsed.cpu.try_into().unwrap();
    let time = format!(
        "{}:{:02}",
        real_elapsed.seconds / 60,
        real_elapsed.seconds % 60
    );
    let same = PsRow {
        cpu,
        time,
        start: real_elapsed.start,
        ..before.clone()
    };
    assert_eq!(same.line(width), theirs);
}

/// Compares idle processes with the real ps. A process that still changes (a program not yet asleep) is
/// looked at again: a look counts only if our row before it and our row after it are the same.
pub(crate) fn compare(held: &[&Held], host: &mut Host) -> Vec<PsRow> {
    let pids: Vec<i32> = held.iter().map(|held| held.pid).collect();
    let deadline = Instant::now() + DEADLINE;
    loop {
        let rows = |host: &mut Host| pids.iter().map(|&pid| row(pid, host)).collect::<Vec<_>>();
        let before = rows(host);
        let real = real_ps(&pids);
        let after = rows(host);
        assert_eq!(real.first(), Some(&PsRow::heading(pid_width())));
        if before
            .iter()
            .zip(&after)
            .all(|(before, after)| holds_still(before, after))
        {
            for (before, after) in before.iter().zip(&after) {
                let real = real[1..]
                    .iter()
                    .find(|line| split(line).1[1] == before.pid.to_string());
                let real = real.unwrap_or_else(|| panic!("ps does not know {}", before.pid));
                // The %CPU of an idle process falls from one to the other.
                let cpu = i64::from(after.cpu) - 1..=i64::from(before.cpu) + 1;
                assert_same(before, real, after, cpu);
            }
            return after;
        }
        assert!(
            Instant::now() < deadline,
            "never still:\n{before:#?}\n{after:#?}"
        );
    }
}

pub(crate) fn holds_still(before: &PsRow, after: &PsRow) -> bool {
    timeless(before) == timeless(after)
}

pub(crate) fn timeless(row: &PsRow) -> PsRow {
    PsRow {
        cpu: 0,
        ..row.clone()
    }
}
