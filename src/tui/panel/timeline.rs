//! A lane for each process on one time axis: running, waiting for what, sleeping, tasks, its end.
//!
//! Signs tell what a process did; where a stretch is long enough, words stand in it: the object or
//! the child it waits for, the task a pool's worker runs. Two runs may share an axis (`compare`).

mod axis;
mod lane;

use ratatui::layout::Size;
use ratatui::text::{Line, Span};

use super::{
    Moves, Panel, PanelId, Region, Rows, Shown, TextLines, first_with, shown, started_order,
};
use crate::text::width;
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
        let legend = legend(app, size.width);
        if usize::from(size.height) >= 5 + legend.len() {
            foot.extend(legend);
        }
        let Shown { order, folded } = shown(app.world());
        let room = usize::from(size.height).saturating_sub(foot.len());
        Rows {
            head: Vec::new(),
            foot,
            count: order.len(),
            first: first_with(app, &order, app.panes.place(PanelId::Timeline).top, room),
            row: Box::new(move |row| {
                let process = order.get(row);
                process.map_or_else(Line::default, |process| {
                    let more = folded.get(&process.proc).copied().unwrap_or(0);
                    axis.lane(process, more, wide)
                })
            }),
        }
    }

    fn moves(&self) -> Moves {
        Moves::Selection
    }

    fn has_time_axis(&self) -> bool {
        true
    }

    fn process_at(&self, app: &App, row: usize) -> Option<u32> {
        started_order(app.world())
            .get(row)
            .map(|process| process.proc)
    }

    fn lines<'a>(&self, app: &'a App) -> Option<TextLines<'a>> {
        let axis = axis(app);
        let order = started_order(app.world());
        Some(TextLines {
            count: order.len(),
            line: Box::new(move |row| {
                let process = order.get(row);
                process.map_or_else(String::new, |process| axis.lane(process, 0, 80).to_string())
            }),
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

/// The signs of the lanes in as many lines as they need.
fn legend(app: &App, wide: u16) -> Vec<Line<'static>> {
    let mut lines = vec![String::new()];
    for (mark, key) in [
        (Mark::Running, "tui.lane-running"),
        (Mark::Waiting, "tui.lane-waiting"),
        (Mark::Sleeping, "tui.lane-sleeping"),
        (Mark::Idle, "tui.lane-idle"),
        (Mark::Gate, "tui.lane-gate"),
        (Mark::Ended, "tui.lane-ended"),
        (Mark::Killed, "tui.lane-killed"),
    ] {
        let entry = format!("  {} {}", mark.sign(app.theme), app.lang.phrase(key));
        match lines.last_mut() {
            Some(line) if width(line) + width(&entry) <= usize::from(wide) => *line += &entry,
            _ => lines.push(entry),
        }
    }
    let lines = lines.into_iter();
    lines
        .map(|line| Line::from(Span::styled(line, app.theme.dim())))
        .collect()
}
