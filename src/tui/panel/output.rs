//! What the processes printed, as it came: time, PID, name, line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::Line as Printed;
use crate::text::{clean_line, fit, fit_right};
use crate::trace::Stream;
use crate::tui::action::PanelId;
use crate::tui::app::App;
use crate::tui::view::cut;
use crate::tui::words;

/// Widest line that is looked at; the rest is counted and said.
const WIDEST: usize = 2048;

/// The process whose output alone is shown.
fn filter(app: &App) -> Option<u32> {
    app.selected.filter(|_| app.filter)
}

pub(crate) fn count(app: &App) -> usize {
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

pub(crate) fn subtitle(app: &App) -> Option<String> {
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

pub(crate) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let count = count(app);
    let high = usize::from(area.height);
    let last = count.saturating_sub(high);
    let place = app.place(PanelId::Output);
    let top = if app.follow {
        last
    } else {
        place.top.min(last)
    };
    for (index, y) in (top..count).zip(area.y..area.bottom()) {
        if let Some(printed) = line(app, index) {
            frame.render_widget(
                shown(app, printed, place.left, usize::from(area.width)),
                Rect {
                    y,
                    height: 1,
                    ..area
                },
            );
        }
    }
}

fn shown(app: &App, printed: &Printed, left: usize, wide: usize) -> Line<'static> {
    let process = printed.proc.and_then(|proc| app.world().process(proc));
    let style = process.map_or_else(
        || app.theme.dim(),
        |process| app.theme.process(process.colour()),
    );
    let name = process.map_or("?", |process| &process.name);
    let head = format!(
        "{} {} {} ",
        fit_right(&words::seconds(printed.t), 8),
        fit_right(&printed.pid.to_string(), 7),
        fit(&crate::text::clean(name), 16)
    );
    let room = wide.saturating_sub(crate::text::width(&head) + 2);
    let clean = clean_line(&printed.data, WIDEST);
    let stream = if printed.stream == Stream::Stderr {
        app.theme.glyphs.pick("┃", "!")
    } else {
        app.theme.glyphs.pick("│", "|")
    };
    let text = cut(&clean.text, left, room);
    let text_style = if printed.stream == Stream::Stderr {
        app.theme.bad()
    } else {
        style
    };
    Line::from(vec![
        Span::styled(head, app.theme.dim()),
        Span::styled(format!("{stream} "), style),
        Span::styled(text, text_style),
    ])
}

/// All lines that are kept.
pub(crate) fn text(app: &App) -> String {
    let lines: Vec<String> = (0..count(app))
        .filter_map(|index| line(app, index))
        .map(|line| line.text().into_owned())
        .collect();
    lines.join("\n")
}
