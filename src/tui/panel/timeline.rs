//! A lane for each process on one time axis: running, waiting, sleeping, tasks, its end.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::{Activity, Process};
use crate::text::{clean, fit};
use crate::trace::Exit;
use crate::tui::action::PanelId;
use crate::tui::app::App;
use crate::tui::theme::Theme;
use crate::tui::words;

/// Columns of a lane's name.
const NAME: usize = 16;

/// What a cell of a lane shows; the most telling of what happened in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Nothing,
    Gate,
    Sleeping,
    Running,
    Waiting,
    Ended,
    Killed,
}

impl Mark {
    fn sign(self, theme: Theme) -> &'static str {
        let glyphs = theme.glyphs;
        match self {
            Mark::Nothing => " ",
            Mark::Gate => glyphs.pick("·", "."),
            Mark::Sleeping => glyphs.pick("╌", "~"),
            Mark::Running => glyphs.pick("█", "#"),
            Mark::Waiting => glyphs.pick("░", "w"),
            Mark::Ended => glyphs.pick("■", "]"),
            Mark::Killed => glyphs.pick("✖", "X"),
        }
    }
}

pub(crate) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let lanes = usize::from(area.height.saturating_sub(2));
    let count = app.world().process_count();
    let last = count.saturating_sub(lanes);
    let top = match app.selected {
        Some(proc) => app
            .place(PanelId::Timeline)
            .top
            .clamp(
                (proc as usize + 1).saturating_sub(lanes.max(1)),
                proc as usize,
            )
            .min(last),
        None => app.place(PanelId::Timeline).top.min(last),
    };
    let wide = usize::from(area.width).saturating_sub(NAME + 1);
    for (process, y) in app.world().processes().skip(top).take(lanes).zip(area.y..) {
        frame.render_widget(
            lane(app, process, wide),
            Rect {
                y,
                height: 1,
                ..area
            },
        );
    }
    if area.height >= 3 {
        let y = area.bottom() - 2;
        frame.render_widget(
            axis(app, wide),
            Rect {
                y,
                height: 1,
                ..area
            },
        );
        frame.render_widget(
            legend(app),
            Rect {
                y: y + 1,
                height: 1,
                ..area
            },
        );
    }
}

/// End of the time axis.
fn end(app: &App) -> i64 {
    app.world().now().max(1)
}

fn lane(app: &App, process: &Process, wide: usize) -> Line<'static> {
    let style = app.theme.process(process.colour());
    let name = fit(&clean(&process.name), NAME);
    let marks = marks(app, process, wide);
    let mut spans = vec![Span::styled(
        format!("{name} "),
        if process.is_alive() {
            style
        } else {
            app.theme.dim()
        },
    )];
    let mut rest = marks.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|mark| *mark == first).count();
        let style = if *first == Mark::Waiting {
            app.theme.warning()
        } else {
            style
        };
        spans.push(Span::styled(first.sign(app.theme).repeat(same), style));
        rest = &rest[same..];
    }
    let line = Line::from(spans);
    if app.selected == Some(process.proc) {
        line.style(app.theme.heading())
    } else {
        line
    }
}

fn marks(app: &App, process: &Process, wide: usize) -> Vec<Mark> {
    let end = end(app);
    let mut marks = vec![Mark::Nothing; wide];
    let cell = |t: i64| {
        usize::try_from(i128::from(t.clamp(0, end)) * wide as i128 / i128::from(end))
            .unwrap_or(0)
            .min(wide.saturating_sub(1))
    };
    let spans = process.track.spans.iter().chain(&process.track.open);
    for span in spans {
        let until = if Some(span) == process.track.open.as_ref() {
            end
        } else {
            span.end
        };
        let mark = match span.activity {
            Activity::Running => Mark::Running,
            Activity::Sleeping => Mark::Sleeping,
            Activity::Waiting { .. } | Activity::WaitingForChild { .. } => Mark::Waiting,
            Activity::Gate { .. } => Mark::Gate,
        };
        for place in cell(span.start)..=cell(until) {
            if let Some(known) = marks.get_mut(place)
                && (*known == Mark::Nothing
                    || mark > *known
                    || until - span.start > end / wide.max(1) as i64)
            {
                *known = mark;
            }
        }
    }
    if let Some(t) = process.track.ended
        && let Some(known) = marks.get_mut(cell(t))
    {
        *known = if matches!(process.exit(), Some(Exit::Signal(_))) {
            Mark::Killed
        } else {
            Mark::Ended
        };
    }
    marks
}

fn axis(app: &App, wide: usize) -> Line<'static> {
    let total = format!("{} s", words::seconds(end(app)));
    let dash = app
        .theme
        .glyphs
        .pick("─", "-")
        .repeat(wide.saturating_sub(total.len() + 1));
    Line::from(Span::styled(
        format!("{}0{dash}{total}", " ".repeat(NAME)),
        app.theme.dim(),
    ))
}

fn legend(app: &App) -> Line<'static> {
    let mut text = " ".repeat(2);
    for (mark, key) in [
        (Mark::Running, "tui.lane-running"),
        (Mark::Waiting, "tui.lane-waiting"),
        (Mark::Sleeping, "tui.lane-sleeping"),
        (Mark::Gate, "tui.lane-gate"),
        (Mark::Ended, "tui.lane-ended"),
        (Mark::Killed, "tui.lane-killed"),
    ] {
        text += &format!("{} {}  ", mark.sign(app.theme), app.lang.phrase(key));
    }
    Line::from(Span::styled(text, app.theme.dim()))
}

/// All lanes, 80 columns wide.
pub(crate) fn text(app: &App) -> String {
    let lanes: Vec<String> = app
        .world()
        .processes()
        .map(|process| lane(app, process, 80).to_string())
        .collect();
    lanes.join("\n")
}
