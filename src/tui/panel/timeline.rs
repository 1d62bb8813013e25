//! A lane for each process on one time axis: running, waiting for what, sleeping, tasks, its end.
//!
//! Signs tell what a process did; where a stretch is long enough, words stand in it: the object or
//! the child it waits for, the task a pool's worker runs. Two runs may share an axis (`compare`).

mod axis;
mod lane;

use ratatui::layout::Size;
use ratatui::text::{Line, Span};

use super::{Moves, Panel, PanelId, Region, Rows, TextLines, first_with};
use crate::tui::app::App;
use crate::tui::words;

pub(crate) use axis::{Axis, Window};
use lane::Mark;

pub(super) struct Timeline;

impl Panel for Timeline {
    fn title(&self) -> &'static str {
        "tui.panel-timeline"
    }

    fn region(&self) -> Region {
        Region::Time
    }

    fn subtitle(&self, app: &App) -> Option<String> {
        subtitle(app)
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let axis = axis(app);
        let wide = axis::lane_width(size.width);
        let mut foot = Vec::new();
        // The legend goes first where there is little room, then the scale.
        if size.height >= 3 {
            foot.push(axis.scale(wide));
        }
        if size.height >= 6 {
            foot.push(legend(app));
        }
        let count = app.world().process_count();
        let room = usize::from(size.height).saturating_sub(foot.len());
        Rows {
            head: Vec::new(),
            foot,
            count,
            first: first_with(
                app.panes.selected,
                app.panes.place(PanelId::Timeline).top,
                count,
                room,
            ),
            counted: false,
            row: Box::new(move |row| axis.lane_of(row, wide)),
        }
    }

    fn moves(&self) -> Moves {
        Moves::Selection
    }

    fn has_time_axis(&self) -> bool {
        true
    }

    fn process_at(&self, _: &App, row: usize) -> Option<u32> {
        u32::try_from(row).ok()
    }

    fn lines<'a>(&self, app: &'a App) -> Option<TextLines<'a>> {
        let axis = axis(app);
        Some(TextLines {
            count: app.world().process_count(),
            line: Box::new(move |row| axis.lane_of(row, 80).to_string()),
        })
    }
}

fn axis(app: &App) -> Axis<'_> {
    let run = app.runs.current.as_ref();
    let end = run.map_or(0, super::super::run::RunView::end).max(1);
    Axis {
        world: app.world(),
        theme: app.theme,
        window: app.panes.viewport.window(end, app.world().now()),
        head: run.filter(|run| !run.is_now()).map(|run| run.world().now()),
        selected: app.panes.selected,
    }
}

/// Which stretch is shown, where it is not the whole.
fn subtitle(app: &App) -> Option<String> {
    let window = axis(app).window;
    app.panes.viewport.is_close().then(|| {
        let (from, to) = (words::seconds(window.from), words::seconds(window.to));
        app.lang
            .tell("tui.timeline-part", &[("from", &from), ("to", &to)])
    })
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
