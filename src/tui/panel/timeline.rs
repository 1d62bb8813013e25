//! A lane for each process on one time axis: running, waiting, sleeping, tasks, its end.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::{Activity, Process, World};
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

/// Lanes of a World on an axis that two Worlds may share.
#[derive(Clone, Copy)]
pub(crate) struct Axis<'a> {
    pub(crate) world: &'a World,
    pub(crate) theme: Theme,
    /// Where the axis ends, ns; more than 0.
    pub(crate) end: i64,
    pub(crate) selected: Option<u32>,
}

pub(crate) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let axis = Axis {
        world: app.world(),
        theme: app.theme,
        end: app.world().now().max(1),
        selected: app.selected,
    };
    // The legend goes first where there is little room.
    let legended = area.height >= 6;
    let lanes = Rect {
        height: area.height.saturating_sub(u16::from(legended)),
        ..area
    };
    axis.draw(frame, lanes, app.place(PanelId::Timeline).top);
    if legended {
        let rect = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        };
        frame.render_widget(legend(app), rect);
    }
}

/// The process in this row.
pub(crate) fn row_at(app: &App, high: u16, row: u16) -> Option<u32> {
    let lanes = high.saturating_sub(if high >= 6 { 2 } else { u16::from(high >= 3) });
    let count = app.world().process_count();
    let top = first(
        app.selected,
        app.place(PanelId::Timeline).top,
        count,
        usize::from(lanes),
    );
    u32::try_from(top + usize::from(row))
        .ok()
        .filter(|_| row < lanes)
}

/// The first lane shown: the selected one is always seen.
fn first(selected: Option<u32>, top: usize, count: usize, lanes: usize) -> usize {
    let last = count.saturating_sub(lanes);
    match selected {
        Some(proc) => {
            let row = proc as usize;
            top.clamp((row + 1).saturating_sub(lanes.max(1)), row)
                .min(last)
        }
        None => top.min(last),
    }
}

impl Axis<'_> {
    /// Draws the lanes and below them the axis.
    pub(crate) fn draw(self, frame: &mut Frame<'_>, area: Rect, top: usize) {
        let scaled = area.height >= 3;
        let lanes = usize::from(area.height.saturating_sub(u16::from(scaled)));
        let top = first(self.selected, top, self.world.process_count(), lanes);
        let wide = usize::from(area.width).saturating_sub(NAME + 1);
        let rows = self.world.processes().skip(top).take(lanes);
        let row = |y: u16| Rect {
            y,
            height: 1,
            ..area
        };
        for (process, y) in rows.zip(area.y..) {
            frame.render_widget(self.lane(process, wide), row(y));
        }
        if scaled {
            frame.render_widget(self.scale(wide), row(area.bottom() - 1));
        }
    }

    fn lane(self, process: &Process, wide: usize) -> Line<'static> {
        let style = self.theme.process(process.colour());
        let name = fit(&clean(&process.name), NAME);
        let marks = self.marks(process, wide);
        let named = if process.is_alive() {
            style
        } else {
            self.theme.dim()
        };
        let mut spans = vec![Span::styled(format!("{name} "), named)];
        let mut rest = marks.as_slice();
        while let Some(first) = rest.first() {
            let same = rest.iter().take_while(|mark| *mark == first).count();
            let style = if *first == Mark::Waiting {
                self.theme.warning()
            } else {
                style
            };
            spans.push(Span::styled(first.sign(self.theme).repeat(same), style));
            rest = &rest[same..];
        }
        let line = Line::from(spans);
        if self.selected == Some(process.proc) {
            line.style(self.theme.heading())
        } else {
            line
        }
    }

    fn marks(self, process: &Process, wide: usize) -> Vec<Mark> {
        let end = self.end;
        let mut marks = vec![Mark::Nothing; wide];
        let cell = |t: i64| {
            usize::try_from(i128::from(t.clamp(0, end)) * wide as i128 / i128::from(end))
                .unwrap_or(0)
                .min(wide.saturating_sub(1))
        };
        let spans = process.track.spans.iter().chain(&process.track.open);
        for span in spans {
            let until = if Some(span) == process.track.open.as_ref() {
                self.world.now()
            } else {
                span.end
            };
            let mark = match span.activity {
                Activity::Running => Mark::Running,
                Activity::Sleeping => Mark::Sleeping,
                Activity::Waiting { .. } | Activity::WaitingForChild { .. } => Mark::Waiting,
                Activity::Gate { .. } => Mark::Gate,
            };
            let wide_enough = until - span.start > end / i64::try_from(wide.max(1)).unwrap_or(1);
            for place in cell(span.start)..=cell(until) {
                if let Some(known) = marks.get_mut(place)
                    && (*known == Mark::Nothing || mark > *known || wide_enough)
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

    fn scale(self, wide: usize) -> Line<'static> {
        let total = format!("{} s", words::seconds(self.end));
        let dash = self
            .theme
            .glyphs
            .pick("─", "-")
            .repeat(wide.saturating_sub(total.len() + 1));
        Line::from(Span::styled(
            format!("{} 0{dash}{total}", " ".repeat(NAME)),
            self.theme.dim(),
        ))
    }
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
        text.extend([mark.sign(app.theme), " ", app.lang.phrase(key), "  "]);
    }
    Line::from(Span::styled(text, app.theme.dim()))
}

/// All lanes, 80 columns wide.
pub(crate) fn text(app: &App) -> String {
    let axis = Axis {
        world: app.world(),
        theme: app.theme,
        end: app.world().now().max(1),
        selected: None,
    };
    let lanes: Vec<String> = app
        .world()
        .processes()
        .map(|process| axis.lane(process, 80).to_string())
        .collect();
    lanes.join("\n")
}
