//! The transport line: play head, place and speed; the same live and in replay.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::text::fit;
use crate::tui::app::App;
use crate::tui::{run, words};

/// Where the scrub bar lies in the transport line.
pub(crate) fn bar(rect: Rect) -> Rect {
    let left = 26.min(rect.width / 3);
    let right = 22.min(rect.width / 4);
    Rect {
        x: rect.x + left,
        width: rect.width.saturating_sub(left + right),
        ..rect
    }
}

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let glyphs = app.theme.glyphs;
    let bar = bar(rect);
    let (text, place, end) = if app.runs.comparing {
        both(app)
    } else {
        one(app)
    };
    let left = Rect {
        width: bar.x - rect.x,
        ..rect
    };
    frame.render_widget(Line::from(fit(&text, usize::from(left.width))), left);
    let wide = usize::from(bar.width);
    let done = (place * u64::from(bar.width)).checked_div(end).unwrap_or(0);
    let at = usize::try_from(done).unwrap_or(0).min(wide);
    let done = glyphs.pick("━", "=").repeat(at);
    let rest = glyphs.pick("─", "-").repeat(wide - at);
    let line = Line::from(vec![
        Span::styled(done, app.theme.good()),
        Span::styled(rest, app.theme.dim()),
    ]);
    frame.render_widget(line, bar);
    let right = Rect {
        x: bar.right(),
        width: rect.right().saturating_sub(bar.right()),
        ..rect
    };
    frame.render_widget(Line::from(format!(" {}", speed(app))), right);
}

/// The place among the run's events.
fn one(app: &App) -> (String, u64, u64) {
    let glyphs = app.theme.glyphs;
    let (place, end) = app
        .runs
        .current
        .as_ref()
        .map_or((0, 0), run::RunView::places);
    let sign = match &app.runs.current {
        None => glyphs.pick("■", "#"),
        Some(run) if run.is_playing() => glyphs.pick("▶", ">"),
        Some(run) if !run.is_now() => glyphs.pick("◀", "<"),
        Some(run) if run.is_over() => glyphs.pick("■", "#"),
        Some(run) if run.paused => glyphs.pick("‖", "="),
        Some(_) => glyphs.pick("▶", ">"),
    };
    let time = app
        .runs
        .current
        .as_ref()
        .map_or(0, run::RunView::shown_time);
    let time = words::seconds(time);
    (format!(" {sign} {place}/{end} · {time} s"), place, end)
}

/// The place on the time axis of two runs, in microseconds.
fn both(app: &App) -> (String, u64, u64) {
    let glyphs = app.theme.glyphs;
    let (head, end) = app.runs.times();
    let sign = if !app.runs.are_now() && !app.runs.is_going() {
        glyphs.pick("◀", "<")
    } else if app.runs.is_going() {
        glyphs.pick("▶", ">")
    } else {
        glyphs.pick("■", "#")
    };
    let micros = |ns: i64| u64::try_from(ns / 1000).unwrap_or(0);
    let text = format!(
        " {sign} {} / {} s",
        words::seconds(head),
        words::seconds(end)
    );
    (text, micros(head), micros(end))
}

fn speed(app: &App) -> String {
    let past = |run: &run::RunView| run.is_recording() || !run.is_now();
    match (&app.runs.current, app.options.manual, app.options.pace) {
        (Some(run), ..) if run.is_reading() => app.lang.phrase("tui.reading").to_owned(),
        (Some(run), ..) if past(run) => app.lang.tell("tui.speed-times", &[("n", &run.speed())]),
        (_, true, _) => app.lang.phrase("tui.speed-manual").to_owned(),
        (_, false, Some(pace)) => app.lang.tell("tui.speed-paced", &[("n", &pace)]),
        (_, false, None) => app.lang.phrase("tui.speed-open").to_owned(),
    }
}
