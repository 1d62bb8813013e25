//! A lane for each process on one time axis: running, waiting for what, sleeping, tasks, its end.
//!
//! Signs tell what a process did; where a stretch is long enough, words stand in it: the object or
//! the child it waits for, the task a pool's worker runs. Two runs may share an axis (`compare`).

mod axis;
mod lane;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::action::PanelId;
use crate::tui::app::App;
use crate::tui::words;

pub(crate) use axis::{Axis, Window};
use lane::Mark;

pub(crate) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    // The legend goes first where there is little room.
    let legended = area.height >= 6;
    let lanes = Rect {
        height: area.height.saturating_sub(u16::from(legended)),
        ..area
    };
    axis(app).draw(frame, lanes, app.place(PanelId::Timeline).top);
    if legended {
        let rect = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        };
        frame.render_widget(legend(app), rect);
    }
}

fn axis(app: &App) -> Axis<'_> {
    let run = app.run.as_ref();
    let end = run.map_or(0, super::super::run::RunView::end).max(1);
    Axis {
        world: app.world(),
        theme: app.theme,
        window: app.lens.window(end, app.world().now()),
        head: run.filter(|run| !run.is_now()).map(|run| run.world().now()),
        selected: app.selected,
    }
}

/// Which stretch is shown, where it is not the whole.
pub(crate) fn subtitle(app: &App) -> Option<String> {
    let window = axis(app).window;
    app.lens.is_close().then(|| {
        let (from, to) = (words::seconds(window.from), words::seconds(window.to));
        app.lang
            .tell("tui.timeline-part", &[("from", &from), ("to", &to)])
    })
}

/// The process in this row.
pub(crate) fn row_at(app: &App, high: u16, row: u16) -> Option<u32> {
    let lanes = high.saturating_sub(if high >= 6 { 2 } else { u16::from(high >= 3) });
    let count = app.world().process_count();
    let top = axis::first(
        app.selected,
        app.place(PanelId::Timeline).top,
        count,
        usize::from(lanes),
    );
    u32::try_from(top + usize::from(row))
        .ok()
        .filter(|_| row < lanes)
}

fn legend(app: &App) -> Line<'static> {
    let mut text = " ".repeat(2);
    for (mark, key) in [
        (Mark::Running, "tui.lane-running"),
        (Mark::Waiting, "tui.lane-waiting"),
        (Mark::Sleeping, "tui.lane-sleeping"),
        (Mark::Idle, "tui.lane-idle"),
        (Mark::Gate, "tui.lane-gate"),
        (Mark::Ended, "tui.lane-ended"),
        (Mark::Killed, "tui.lane-killed"),
    ] {
        text.extend([mark.sign(app.theme), " ", app.lang.phrase(key), "  "]);
    }
    Line::from(Span::styled(text, app.theme.dim()))
}

/// All lanes, 80 columns wide.
pub(crate) fn text(app: &App) -> String {
    let axis = axis(app);
    let lanes: Vec<String> = app
        .world()
        .processes()
        .map(|process| axis.lane(process, 80).to_string())
        .collect();
    lanes.join("\n")
}
