//! Rows as `ps aux` prints them, with each process's name and what it is doing.
//!
//! Rows stand in the order of birth and the dead stay, dimmed, with their last figures and how they
//! ended.

use ratatui::layout::Size;
use ratatui::text::{Line, Span};

use super::{Moves, Panel, PanelId, Region, Rows, Shown, first_with, shown, started_order};
use crate::model::Process;
use crate::text::{clean, cut, fit, fit_right, width};
use crate::trace::PsRow;
use crate::tui::app::App;
use crate::tui::words;

pub(super) struct Ps;

impl Panel for Ps {
    fn title(&self) -> &'static str {
        "tui.panel-ps"
    }

    fn region(&self) -> Region {
        Region::Processes
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let wide = usize::from(size.width);
        let columns = columns(wide);
        let names = Span::styled(fit(&head(app, &columns, wide), wide), app.theme.heading());
        let mut head = vec![Line::from(names)];
        head.extend(own(app).iter().map(|row| own_row(app, row, &columns, wide)));
        let Shown { order, folded } = shown(app.world());
        let room = usize::from(size.height).saturating_sub(head.len());
        let selected = app.panes.selected;
        // Unless one is selected the youngest are seen.
        let top = selected.map_or(order.len(), |_| app.panes.place(PanelId::Ps).top);
        Rows {
            head,
            foot: Vec::new(),
            count: order.len(),
            first: first_with(app, &order, top, room),
            row: Box::new(move |index| {
                let process = order.get(index);
                process.map_or_else(Line::default, |process| {
                    let more = folded.get(&process.proc).copied().unwrap_or(0);
                    row(app, process, more, &columns, wide)
                })
            }),
        }
    }

    fn moves(&self) -> Moves {
        Moves::Selection
    }

    fn process_at(&self, app: &App, row: usize) -> Option<u32> {
        started_order(app.world())
            .get(row)
            .map(|process| process.proc)
    }

    fn copied(&self, app: &App) -> Option<String> {
        Some(copied(app))
    }
}

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
const FEW: [usize; 2] = [1, 7];

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

/// Rows of forklore itself, where they are wanted: rows of no process of the run.
fn own(app: &App) -> Vec<&PsRow> {
    if !app.panes.own_rows {
        return Vec::new();
    }
    let world = app.world();
    let rows = world.ps().now().rows.values();
    rows.filter(|row| world.by_pid(row.pid).is_none())
        .map(AsRef::as_ref)
        .collect()
}

/// Rows above those of the processes, the head among them.
pub(crate) fn above(app: &App) -> usize {
    own(app).len() + 1
}

fn own_row(app: &App, row: &PsRow, columns: &[Column], wide: usize) -> Line<'static> {
    let mut text = format!("{} ", app.theme.glyphs.pick("◇", "-"));
    for (_, wide, right, value) in columns {
        let value = value(row);
        text += &if *right {
            fit_right(&value, *wide)
        } else {
            fit(&value, *wide)
        };
        text.push(' ');
    }
    // The guard is the supervisor's child.
    let what = if own(app).iter().any(|other| other.pid == row.ppid) {
        app.lang.phrase("tui.own-guard")
    } else {
        app.lang.phrase("tui.own-supervisor")
    };
    let room = wide.saturating_sub(width(&text));
    text += &rest(app, "forklore", what, &clean(&row.command), room);
    Line::from(Span::styled(text, app.theme.dim()))
}

/// The columns' heads; beyond them what scrolls sideways: name, what it does, command.
fn head(app: &App, columns: &[Column], wide: usize) -> String {
    let mut text = String::from("  ");
    for (name, wide, right, _) in columns {
        text += &if *right {
            fit_right(name, *wide)
        } else {
            fit(name, *wide)
        };
        text.push(' ');
    }
    let room = wide.saturating_sub(width(&text));
    let (name, state) = (
        app.lang.phrase("tui.ps-name"),
        app.lang.phrase("tui.ps-state"),
    );
    text + &rest(app, name, state, "COMMAND", room)
}

/// Columns of a process's name, at most, and of what it does.
const NAME: usize = 17;
const STATE: usize = 36;

/// Columns the names need: where there is little room, no more than that.
fn name_width(app: &App, room: usize) -> usize {
    if room >= NAME + 1 + STATE + 12 {
        return NAME;
    }
    let names = app.world().processes().map(|process| width(&process.name));
    let heads = width(app.lang.phrase("tui.ps-name"));
    names.max().unwrap_or(0).clamp(heads, NAME)
}

/// What stands beyond the columns and scrolls sideways; the command, which comes last, only where
/// much of it is seen.
fn rest(app: &App, name: &str, state: &str, command: &str, room: usize) -> String {
    let left = app.panes.place(PanelId::Ps).left;
    let name = fit(name, name_width(app, room));
    if left == 0 && room < NAME + 1 + STATE + 12 {
        return cut(&format!("{name} {state}"), 0, room);
    }
    let state = if width(state) < STATE {
        fit(state, STATE)
    } else {
        state.to_owned()
    };
    cut(format!("{name} {state} {command}").trim_end(), left, room)
}

/// The row of a process, and of so many more that are folded into it.
fn row(
    app: &App,
    process: &Process,
    more: usize,
    columns: &[Column],
    wide: usize,
) -> Line<'static> {
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
    for (name, wide, right, value) in columns {
        let value = match (&process.ps, *name) {
            (_, "PID") => process.pid.to_string(),
            // The dead keep their last figures: most lessons are over before anyone has read them.
            // A state they have no more, and the words beside it say how they ended.
            (Some(_), "STAT") if process.is_zombie() => "Z".to_owned(),
            (Some(_), "STAT") if !alive => "-".to_owned(),
            (Some(row), _) => value(row),
            (None, _) => "-".to_owned(),
        };
        text += &if *right {
            fit_right(&value, *wide)
        } else {
            fit(&value, *wide)
        };
        text.push(' ');
    }
    let command = process.ps.as_ref().filter(|_| alive);
    let room = wide.saturating_sub(width(&text) + 2);
    let name = clean(&process.name);
    let state = words::state_in(
        app.lang,
        app.world(),
        process,
        room.saturating_sub(name_width(app, room) + 1),
    );
    let state = if more > 0 {
        app.lang.tell("tui.ps-folded", &[("n", &more)])
    } else {
        state
    };
    let command = command.map_or_else(|| "".into(), |row| clean(&row.command));
    let rest = rest(app, &name, &state, &command, room);
    if alive {
        spans.push(Span::raw(text.clone()));
        spans.push(Span::styled(rest, colour));
    } else {
        spans.push(Span::styled(text.clone(), theme.dim()));
        spans.push(Span::styled(rest, theme.dim()));
    }
    let line = Line::from(spans);
    if app.panes.selected == Some(process.proc) {
        line.style(theme.selected())
    } else {
        line
    }
}

/// All rows, every column.
fn copied(app: &App) -> String {
    let mut text = head(app, &COLUMNS, 200);
    let Shown { order, folded } = shown(app.world());
    for process in order {
        text.push('\n');
        let more = folded.get(&process.proc).copied().unwrap_or(0);
        text += row(app, process, more, &COLUMNS, 200)
            .to_string()
            .trim_end();
    }
    text
}
