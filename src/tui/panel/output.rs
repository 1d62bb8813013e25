//! What the processes printed, as it came: time, PID, name, line. Below it, what they have not written yet.

mod unwritten;

use ratatui::layout::{Rect, Size};
use ratatui::text::{Line, Span};

use super::{Moves, Panel, PanelId, Region, Rows, TextLines};
use crate::model::{Line as Printed, World};
use crate::text::{Clean, clean_line, cut, fit, fit_right};
use crate::trace::Stream;
use crate::tui::app::App;
use crate::tui::words;

/// Widest line that is looked at; the rest is counted and said.
const WIDEST: usize = 2048;
/// Bytes of a line that are looked at to show its beginning.
const LOOKED_AT: usize = 4096;
/// Bytes of output that are copied at most, the newest: terminals take no more.
const COPIED: usize = 512 << 10;

pub(super) struct Output;

impl Panel for Output {
    fn title(&self) -> &'static str {
        "tui.panel-output"
    }

    fn region(&self) -> Region {
        Region::Output
    }

    fn subtitle(&self, app: &App) -> Option<String> {
        subtitle(app)
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let place = app.panes.place(PanelId::Output);
        let count = count(app);
        let foot = unwritten::rows(app, size);
        let last = count.saturating_sub(usize::from(size.height).saturating_sub(foot.len()));
        let wide = usize::from(size.width);
        Rows {
            head: Vec::new(),
            foot,
            count,
            first: if app.panes.follow {
                last
            } else {
                place.top.min(last)
            },
            row: Box::new(move |row| {
                let printed = line(app, row);
                printed.map_or_else(Line::default, |printed| {
                    shown(app, app.world(), printed, place.left, wide)
                })
            }),
        }
    }

    fn moves(&self) -> Moves {
        Moves::NewestRows
    }

    fn process_at(&self, app: &App, row: usize) -> Option<u32> {
        line(app, row)?.proc
    }

    fn is_searched(&self) -> bool {
        true
    }

    fn lines<'a>(&self, app: &'a App) -> Option<TextLines<'a>> {
        let plain = |index| {
            let line = line(app, index)?;
            Some(clean_line(&line.data, WIDEST).text.into_owned())
        };
        Some(TextLines {
            count: count(app),
            line: Box::new(move |index| plain(index).unwrap_or_default()),
        })
    }

    fn copied(&self, app: &App) -> Option<String> {
        Some(copied(app))
    }
}

/// The process whose output alone is shown.
fn filter(app: &App) -> Option<u32> {
    app.panes.selected.filter(|_| app.panes.filter)
}

fn count(app: &App) -> usize {
    let log = app.world().log();
    match filter(app) {
        Some(proc) => log.count_of(proc),
        None => usize::try_from(log.end() - log.first()).unwrap_or(usize::MAX),
    }
}

fn line(app: &App, index: usize) -> Option<&Printed> {
    let log = app.world().log();
    match filter(app) {
        Some(proc) => log.line_of(proc, index),
        None => log.line(log.first() + index as u64),
    }
}

fn subtitle(app: &App) -> Option<String> {
    let dropped = app.world().log().dropped_lines();
    let only = filter(app)
        .and_then(|proc| app.world().process(proc))
        .map(|process| process.name.to_string());
    match (only, dropped) {
        (Some(name), _) => Some(
            app.lang
                .tell("tui.output-only", &[("name", &crate::text::clean(&name))]),
        ),
        (None, 0) => None,
        (None, dropped) => Some(app.lang.tell("tui.output-dropped", &[("n", &dropped)])),
    }
}

/// The last lines of a run, as many as there is room for.
pub(crate) fn tail(app: &App, world: &World, area: Rect) -> Vec<Line<'static>> {
    let wide = usize::from(area.width);
    let lines = world.log().lines().rev().take(usize::from(area.height));
    let mut lines: Vec<Line<'static>> = lines
        .map(|printed| shown(app, world, printed, 0, wide))
        .collect();
    lines.reverse();
    lines
}

fn shown(app: &App, world: &World, printed: &Printed, left: usize, wide: usize) -> Line<'static> {
    let theme = app.theme;
    let process = printed.proc.and_then(|proc| world.process(proc));
    let style = process.map_or_else(|| theme.dim(), |process| theme.process(process.colour()));
    let name = process.map_or("?", |process| &process.name);
    let head = head(wide, &words::seconds(printed.t), printed.pid, name);
    // What of the line was not kept, and whose print it is a copy of, is told at the end of what is seen.
    let mut cut_off = match printed.cut {
        0 => String::new(),
        bytes => app.lang.tell("tui.output-cut", &[("n", &bytes)]),
    };
    cut_off += &copy_of(app, world, printed.copied_from);
    let taken = crate::text::width(&head) + crate::text::width(&cut_off);
    let room = wide.saturating_sub(taken + 2);
    let clean = beginning(printed, left + room);
    let stream = if printed.stream == Stream::Stderr {
        theme.glyphs.pick("┃", "!")
    } else {
        theme.glyphs.pick("│", "|")
    };
    let text = cut(&clean.text, left, room);
    let text_style = if printed.stream == Stream::Stderr {
        theme.bad()
    } else {
        style
    };
    Line::from(vec![
        Span::styled(head, theme.dim()),
        Span::styled(format!("{stream} "), style),
        Span::styled(text, text_style),
        Span::styled(cut_off, theme.warning()),
    ])
}

/// Whose text it is that a process had as a copy; empty where it had none.
fn copy_of(app: &App, world: &World, printer: Option<u32>) -> String {
    let Some(of) = printer.and_then(|proc| world.process(proc)) else {
        return String::new();
    };
    let of = crate::text::clean(&of.name);
    format!("  {}", app.lang.tell("tui.output-copied", &[("of", &of)]))
}

/// What stands before a process's text. Where there is little room the program's own words come first.
fn head(wide: usize, time: &str, pid: i32, name: &str) -> String {
    let pid = pid.to_string();
    if wide >= 60 {
        let name = crate::text::clean(name);
        format!(
            "{} {} {} ",
            fit_right(time, 8),
            fit_right(&pid, 7),
            fit(&name, 16)
        )
    } else {
        format!("{} {} ", fit_right(time, 7), fit_right(&pid, 7))
    }
}

/// So many columns of a line and a few more: of a line without end no more is read.
fn beginning(printed: &Printed, columns: usize) -> Clean<'_> {
    let most = LOOKED_AT.max(columns.saturating_mul(4));
    let most = most.min(printed.data.len());
    clean_line(&printed.data[..most], columns.max(WIDEST))
}

/// The lines that are kept, made harmless for where they are pasted; the newest where there are many.
fn copied(app: &App) -> String {
    let mut room = COPIED;
    let mut lines = Vec::new();
    for index in (0..count(app)).rev() {
        let Some(printed) = line(app, index) else {
            continue;
        };
        let clean = clean_line(&printed.data, usize::from(u16::MAX)).text;
        let Some(left) = room.checked_sub(clean.len() + 1) else {
            break;
        };
        room = left;
        lines.push(clean);
    }
    lines.reverse();
    lines.join("\n")
}
