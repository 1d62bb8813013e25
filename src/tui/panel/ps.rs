//! Rows as `ps aux` prints them, with each process's name and what it is doing.
//!
//! Rows stand in the order of birth and the dead stay, dimmed, with how they ended.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::Process;
use crate::text::{clean, cut, fit, fit_right};
use crate::trace::PsRow;
use crate::tui::action::PanelId;
use crate::tui::app::App;
use crate::tui::words;

/// A column: head, width, whether it is set to the right, and its text.
type Column = (&'static str, usize, bool, fn(&PsRow) -> String);

const COLUMNS: [Column; 10] = [
    ("USER", 8, false, |row| row.user.clone()),
    ("PID", 7, true, |row| row.pid.to_string()),
    ("%CPU", 4, true, |row| tenths(row.cpu)),
    ("%MEM", 4, true, |row| tenths(row.mem)),
    ("VSZ", 7, true, |row| row.vsz.to_string()),
    ("RSS", 6, true, |row| row.rss.to_string()),
    ("TTY", 7, false, |row| row.tty.clone()),
    ("STAT", 4, false, |row| row.stat.clone()),
    ("START", 5, true, |row| row.start.clone()),
    ("TIME", 6, true, |row| row.time.clone()),
];

/// Columns of `COLUMNS` shown where there is less room.
const FEW: [usize; 4] = [1, 2, 5, 7];

fn tenths(value: u32) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn columns(wide: usize) -> Vec<Column> {
    if wide >= 110 {
        COLUMNS.to_vec()
    } else {
        FEW.iter().map(|i| COLUMNS[*i]).collect()
    }
}

pub(crate) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let wide = usize::from(area.width);
    let columns = columns(wide);
    let head = head(app, &columns);
    frame.render_widget(
        Line::from(Span::styled(fit(&head, wide), app.theme.heading())),
        Rect { height: 1, ..area },
    );
    let high = usize::from(area.height.saturating_sub(1));
    let count = app.world().process_count();
    let top = top(app, count, high);
    for (process, y) in app
        .world()
        .processes()
        .skip(top)
        .zip(area.y + 1..area.bottom())
    {
        let line = row(app, process, &columns, wide);
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..area
            },
        );
    }
}

/// The first row shown: the selected one is always seen, else the youngest.
fn top(app: &App, count: usize, high: usize) -> usize {
    let last = count.saturating_sub(high);
    let top = app.place(PanelId::Ps).top;
    match app.selected {
        Some(proc) => {
            let row = proc as usize;
            top.clamp((row + 1).saturating_sub(high.max(1)), row)
                .min(last)
        }
        None => last,
    }
}

/// The process in this row, the head being the first.
pub(crate) fn row_at(app: &App, high: u16, row: u16) -> Option<u32> {
    let high = usize::from(high.saturating_sub(1));
    let top = top(app, app.world().process_count(), high);
    u32::try_from(top + usize::from(row.checked_sub(1)?)).ok()
}

fn head(app: &App, columns: &[Column]) -> String {
    let mut text = String::from("  ");
    for (name, wide, right, _) in columns {
        text += &if *right {
            fit_right(name, *wide)
        } else {
            fit(name, *wide)
        };
        text.push(' ');
    }
    text + &fit(app.lang.phrase("tui.ps-name"), NAME) + " " + app.lang.phrase("tui.ps-state")
}

/// Columns of a process's name.
const NAME: usize = 17;

fn row(app: &App, process: &Process, columns: &[Column], wide: usize) -> Line<'static> {
    let theme = app.theme;
    let alive = process.is_alive();
    let colour = theme.process(process.colour());
    let mark = if alive {
        theme.glyphs.pick("●", "*")
    } else {
        theme.glyphs.pick("○", "o")
    };
    let mut spans = vec![Span::styled(format!("{mark} "), colour)];
    let mut text = String::new();
    for (_, wide, right, value) in columns {
        let value = match (&process.ps, alive || process.is_zombie()) {
            (Some(row), true) => value(row),
            // The dead keep their PID; the rest is no longer true of anything.
            (Some(_), false) | (None, _) if *wide == 7 && *right => process.pid.to_string(),
            _ => "-".to_owned(),
        };
        text += &if *right {
            fit_right(&value, *wide)
        } else {
            fit(&value, *wide)
        };
        text.push(' ');
    }
    let rest = format!(
        "{} {}",
        fit(&clean(&process.name), NAME),
        words::state(app.lang, app.world(), process)
    );
    let rest = match (&process.ps, wide >= 150) {
        (Some(row), true) => format!("{}  {}", fit(&rest, 52), clean(&row.command)),
        _ => rest,
    };
    let left = app.place(PanelId::Ps).left;
    if alive {
        spans.push(Span::raw(text.clone()));
        spans.push(Span::styled(
            cut(
                &rest,
                left,
                wide.saturating_sub(crate::text::width(&text) + 2),
            ),
            colour,
        ));
    } else {
        spans.push(Span::styled(text.clone(), theme.dim()));
        spans.push(Span::styled(
            cut(
                &rest,
                left,
                wide.saturating_sub(crate::text::width(&text) + 2),
            ),
            theme.dim(),
        ));
    }
    let line = Line::from(spans);
    if app.selected == Some(process.proc) {
        line.style(theme.selected())
    } else {
        line
    }
}

/// All rows, every column.
pub(crate) fn text(app: &App) -> String {
    let mut text = head(app, &COLUMNS);
    for process in app.world().processes() {
        text.push('\n');
        text += row(app, process, &COLUMNS, 200).to_string().trim_end();
    }
    text
}
