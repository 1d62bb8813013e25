//! A row of ps as the line `ps aux` prints for it.
//!
//! Used wherever rows are printed as text. It knows the columns and how they are pushed to the right by
//! one that is too wide; what stands in them was decided when the row was taken.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::PsRow;

/// Columns before COMMAND: heading, width, whether numbers stand at its right.
const COLUMNS: [(&str, usize, bool); 10] = [
    ("USER", 8, false),
    ("PID", 0, true),
    ("%CPU", 4, true),
    ("%MEM", 4, true),
    ("VSZ", 6, true),
    ("RSS", 5, true),
    ("TTY", 8, false),
    ("STAT", 4, false),
    ("START", 5, true),
    ("TIME", 6, true),
];

/// Which of them is PID: its width depends on the machine.
const PID: usize = 1;

impl PsRow {
    /// The heading `ps aux` prints; `pid_width` is the number of digits of the highest PID there
    /// can be (5 where it is 32768).
    pub fn heading(pid_width: usize) -> String {
        let mut line = prefix(
            &COLUMNS.map(|(heading, ..)| Cow::Borrowed(heading)),
            pid_width,
        );
        line.push_str("COMMAND");
        line
    }

    /// The line `ps aux` prints, without its end.
    pub fn line(&self, pid_width: usize) -> String {
        let mut line = self.prefix(pid_width);
        line.push_str(&self.command);
        line
    }

    /// The line up to where the command begins.
    pub(crate) fn prefix(&self, pid_width: usize) -> String {
        let texts = [
            Cow::Borrowed(self.user.as_str()),
            self.pid.to_string().into(),
            self.cpu_text().into(),
            self.mem_text().into(),
            self.vsz.to_string().into(),
            self.rss.to_string().into(),
            self.tty.as_str().into(),
            self.stat.as_str().into(),
            self.start.as_str().into(),
            self.time.as_str().into(),
        ];
        prefix(&texts, pid_width)
    }

    /// %CPU as `ps` prints it: `12.3`, and from a hundred on without tenths: `199`.
    pub fn cpu_text(&self) -> String {
        if self.cpu > 999 {
            (self.cpu / 10).to_string()
        } else {
            tenths(self.cpu)
        }
    }

    /// %MEM as `ps` prints it: `0.4`.
    pub fn mem_text(&self) -> String {
        tenths(self.mem)
    }
}

fn tenths(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Each text in its column and the space before COMMAND. A text too wide for its column pushes the
/// next ones to the right until one has room to spare.
fn prefix(texts: &[Cow<'_, str>; 10], pid_width: usize) -> String {
    let mut line = String::with_capacity(80);
    // Where the next column should begin, and how far the line has come.
    let (mut wanted, mut reached) = (0, 0);
    for (column, (text, (_, width, right))) in texts.iter().zip(COLUMNS).enumerate() {
        let width = if column == PID { pid_width } else { width };
        let taken = text.width();
        let pad = if right {
            width.saturating_sub(taken)
        } else {
            0
        };
        let space = gap(wanted + pad, reached);
        // Writing to a String does not fail.
        let _ = write!(line, "{:space$}{text}", "");
        reached += space + taken;
        wanted += width + 1;
    }
    let space = gap(wanted, reached);
    let _ = write!(line, "{:space$}", "");
    line
}

/// Spaces up to the wanted place; at least one between columns.
fn gap(wanted: usize, reached: usize) -> usize {
    wanted.saturating_sub(reached).max(usize::from(reached > 0))
}

#[cfg(test)]
mod tests {
    use crate::trace::PsRow;

    fn row() -> PsRow {
        PsRow {
            pid: 1,
            ppid: 0,
            user: "root".to_owned(),
            cpu: 3,
            mem: 0,
            vsz: 46112,
            rss: 16156,
            tty: "?".to_owned(),
            stat: "SLl".to_owned(),
            start: "08:36".to_owned(),
            time: "0:07".to_owned(),
            command: "/sbin/init -x".to_owned(),
        }
    }

    #[test]
    fn the_line_is_the_one_ps_prints() {
        // As printed by procps 4.0.2.
        let heading = "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND";
        let line = "root         1  0.3  0.0  46112 16156 ?        SLl  08:36   0:07 /sbin/init -x";
        assert_eq!(PsRow::heading(5), heading);
        assert_eq!(row().line(5), line);
    }

    #[test]
    fn a_wide_column_pushes_until_there_is_room() {
        let wide = PsRow {
            vsz: 123_456_789,
            cpu: 1999,
            ..row()
        };
        let line = "root         1  199  0.0 123456789 16156 ?     SLl  08:36   0:07 /sbin/init -x";
        assert_eq!(wide.line(5), line);
    }
}
