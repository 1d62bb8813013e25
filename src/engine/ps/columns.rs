//! The columns of one row: the kernel's numbers in procps' format.
//!
//! `Process` calls `row`. Each column has a function of its own; COMMAND has `command`. Percentages
//! are truncated, not rounded, as in procps.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::facts::{MemoryFacts, StatFacts};
use super::host::{Day, Host, Moment};
use crate::sys::calendar::local_time;
use crate::trace::PsRow;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Widest line `ps` writes into a pipe.
const LINE_WIDTH: usize = 128 * 1024;

/// The values behind a row.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) stat: &'a StatFacts,
    pub(super) memory: MemoryFacts,
    pub(super) effective_uid: u32,
    /// The process has pages locked into memory.
    pub(super) locked: bool,
}

/// The whole row.
pub(super) fn row(facts: &Facts<'_>, command: String, host: &mut Host, moment: &Moment) -> PsRow {
    let stat = facts.stat;
    let resident = facts.memory.resident * host.page_kib();
    let mut row = PsRow {
        pid: stat.pid,
        ppid: stat.ppid,
        user: host.user(facts.effective_uid).to_owned(),
        cpu: cpu(stat.busy_ticks, host.lived_ticks(stat.start_ticks, moment)),
        mem: mem(resident, host.memory_kib()),
        vsz: facts.memory.size * host.page_kib(),
        rss: resident,
        tty: host.terminal(stat.terminal, stat.pid).to_owned(),
        stat: state(stat, facts.locked),
        start: start(host.start_unix(stat.start_ticks), moment.today),
        time: time(stat.busy_ticks / host.ticks_per_second()),
        command,
    };
    cut(&mut row, host.pid_width());
    row
}

/// Cuts the command so that the line is no wider than `ps` prints.
fn cut(row: &mut PsRow, pid_width: usize) {
    // More than the other columns ever take.
    if row.command.len() < LINE_WIDTH - 1024 {
        return;
    }
    let mut room = LINE_WIDTH.saturating_sub(row.prefix(pid_width).width());
    let end = row.command.char_indices().find_map(|(at, c)| {
        let width = c.width().unwrap_or(0);
        let fits = room > 0 && width <= room;
        room = room.saturating_sub(width);
        (!fits).then_some(at)
    });
    row.command.truncate(end.unwrap_or(row.command.len()));
}

/// %CPU in tenths: processor time over time since the start, both in clock ticks.
pub(super) fn cpu(busy: u64, lived: u64) -> u32 {
    (busy * 1000).checked_div(lived).map_or(0, saturated)
}

/// %MEM in tenths: resident memory over total memory, at most 99.9.
fn mem(resident: u64, memory: u64) -> u32 {
    (resident * 1000)
        .checked_div(memory)
        .map_or(0, |mem| saturated(mem).min(999))
}

fn saturated(tenths: u64) -> u32 {
    u32::try_from(tenths).unwrap_or(u32::MAX)
}

/// STAT: the state letter and its modifiers: high or low priority, locked pages, session leader,
/// multi-threaded, in the foreground process group.
fn state(stat: &StatFacts, locked: bool) -> String {
    let letters = [
        ('<', stat.nice < 0),
        ('N', stat.nice > 0),
        ('L', locked),
        ('s', stat.session == stat.pid),
        ('l', stat.threads > 1),
        ('+', stat.group == stat.foreground),
    ];
    let mut state = String::with_capacity(8);
    state.push(stat.state);
    state.extend(
        letters
            .iter()
            .filter(|(_, holds)| *holds)
            .map(|(letter, _)| letter),
    );
    state
}

/// START: the time of day for today, the day for this year, else the year.
pub(super) fn start(unix: i64, today: Option<Day>) -> String {
    let (Some(started), Some(today)) = (local_time(unix), today) else {
        return String::new();
    };
    if started.year != today.year {
        return started.year.to_string();
    }
    if started.year_day != today.year_day {
        let month = usize::try_from(started.month)
            .ok()
            .and_then(|month| MONTHS.get(month));
        return format!("{}{:02}", month.unwrap_or(&"???"), started.day);
    }
    format!("{:02}:{:02}", started.hour, started.minute)
}

/// TIME: minutes and seconds; hours are counted as minutes.
fn time(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::{LINE_WIDTH, cpu, cut, mem, start, state, time};
    use crate::engine::ps::facts::StatFacts;
    use crate::engine::ps::host::Day;
    use crate::sys::calendar::local_time;
    use crate::trace::PsRow;

    const ASLEEP: StatFacts = StatFacts {
        state: 'S',
        pid: 50,
        ppid: 1,
        group: 50,
        session: 40,
        terminal: 0,
        foreground: -1,
        nice: 0,
        threads: 1,
        faults: 0,
        size: 0,
        resident: 0,
        busy_ticks: 0,
        start_ticks: 1000,
    };

    #[test]
    fn shares_are_cut_not_rounded() {
        assert_eq!(cpu(199, 1000), 199);
        assert_eq!(cpu(1999, 2000), 999);
        assert_eq!(cpu(4000, 1000), 4000);
        assert_eq!(cpu(1, 0), 0, "not yet a tick old");
        assert_eq!(mem(1999, 1_000_000), 1);
        assert_eq!(mem(2_000_000, 1_000_000), 999);
        assert_eq!(mem(1, 0), 0);
    }

    #[test]
    fn the_second_letters_stand_in_their_order() {
        assert_eq!(state(&ASLEEP, false), "S");
        let all = StatFacts {
            nice: -5,
            session: 50,
            threads: 2,
            foreground: 50,
            ..ASLEEP
        };
        assert_eq!(state(&all, true), "S<Lsl+");
        let led = StatFacts {
            session: 40,
            group: 40,
            foreground: 50,
            ..ASLEEP
        };
        assert_eq!(state(&led, false), "S");
        let niced = StatFacts {
            nice: 5,
            state: 'T',
            ..ASLEEP
        };
        assert_eq!(state(&niced, false), "TN");
    }

    #[test]
    fn start_is_a_time_a_day_or_a_year() {
        let then = 1_700_000_000;
        let day = Day::from(local_time(then).unwrap());
        let time = start(then, Some(day));
        assert!(time.len() == 5 && time.as_bytes()[2] == b':', "{time}");
        let tomorrow = Day {
            year_day: day.year_day + 1,
            ..day
        };
        assert!(["Nov14", "Nov15"].contains(&start(then, Some(tomorrow)).as_str()));
        let later = Day { year: 2030, ..day };
        assert_eq!(start(then, Some(later)), "2023");
    }

    #[test]
    fn a_line_has_an_end() {
        let row = |command: String| PsRow {
            user: "root".to_owned(),
            command,
            ..PsRow::default()
        };
        let mut long = row("é".repeat(200_000));
        cut(&mut long, 5);
        assert_eq!(long.line(5).chars().count(), LINE_WIDTH);
        let mut wide = row("文".repeat(100_000));
        cut(&mut wide, 6);
        assert_eq!(wide.line(6).width(), LINE_WIDTH);
        let mut short = row("x".repeat(1000));
        cut(&mut short, 5);
        assert_eq!(short.command.len(), 1000);
    }

    #[test]
    fn hours_are_told_in_minutes() {
        assert_eq!(time(0), "0:00");
        assert_eq!(time(61), "1:01");
        assert_eq!(time(36_000), "600:00");
    }
}
