//! `Axis`: lanes of a World above a scale of time; `Window`: the stretch of time that is seen.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::lane::{self, NAME};
use crate::model::{Process, World};
use crate::text::{clean, cut, fit};
use crate::tui::panel::started_order;
use crate::tui::theme::Theme;
use crate::tui::words;

/// A stretch of the run's time, ns; `to` is more than `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Window {
    /// The column of a lane so many columns wide in which a time lies; beyond its ends, the ends.
    pub(super) fn column(self, t: i64, wide: usize) -> usize {
        let length = i128::from((self.to - self.from).max(1));
        let past = i128::from(t.clamp(self.from, self.to) - self.from);
        usize::try_from(past * wide as i128 / length)
            .unwrap_or(0)
            .min(wide.saturating_sub(1))
    }

    /// How much of it a column stands for, ns.
    pub(super) fn step(self, wide: usize) -> i64 {
        (self.to - self.from) / i64::try_from(wide.max(1)).unwrap_or(1)
    }

    pub(super) fn meets(self, start: i64, end: i64) -> bool {
        start <= self.to && end >= self.from
    }
}

/// Lanes of a World on an axis that two Worlds may share.
#[derive(Clone, Copy)]
pub(crate) struct Axis<'a> {
    pub(crate) world: &'a World,
    pub(crate) theme: Theme,
    pub(crate) window: Window,
    /// Where the play head stands, where it is not at the end; ns.
    pub(crate) head: Option<i64>,
    pub(crate) selected: Option<u32>,
}

/// Columns of a lane's signs on an area so wide.
pub(crate) fn lane_width(wide: u16) -> usize {
    usize::from(wide).saturating_sub(NAME + 1)
}

impl Axis<'_> {
    /// The first lanes, as many as there is room for, and below them the axis.
    pub(crate) fn lines(self, area: Rect) -> Vec<Line<'static>> {
        let wide = lane_width(area.width);
        let scaled = area.height >= 3;
        let room = usize::from(area.height.saturating_sub(u16::from(scaled)));
        let order = started_order(self.world);
        let lanes = order.into_iter().take(room);
        let mut lines: Vec<_> = lanes.map(|process| self.lane(process, 0, wide)).collect();
        if scaled {
            lines.resize(room, Line::default());
            lines.push(self.scale(wide));
        }
        lines
    }

    /// The lane of a process, and of so many more that are folded into it.
    pub(super) fn lane(self, process: &Process, more: usize, wide: usize) -> Line<'static> {
        let style = self.theme.process(process.colour());
        let named = if process.is_alive() {
            style
        } else {
            self.theme.dim()
        };
        let hand = if self.selected == Some(process.proc) {
            self.theme.glyphs.pick("▸", ">")
        } else {
            ""
        };
        let more = match more {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        let room = NAME.saturating_sub(more.len());
        let name = cut(&format!("{hand}{}", clean(&process.name)), 0, room);
        let name = fit(&(name + &more), NAME);
        let mut spans = vec![Span::styled(format!("{name} "), named)];
        let lane = lane::Lane::new(self.world, process, self.window, wide);
        spans.extend(lane.spans(self.theme, style));
        let line = Line::from(spans);
        if self.selected == Some(process.proc) {
            line.style(self.theme.heading())
        } else {
            line
        }
    }

    /// From when to when, and where the play head stands.
    pub(super) fn scale(self, wide: usize) -> Line<'static> {
        let glyphs = self.theme.glyphs;
        let from = match self.window.from {
            0 => "0".to_owned(),
            from => words::seconds(from),
        };
        let to = format!("{} s", words::seconds(self.window.to));
        let dashes = wide.saturating_sub(from.len() + to.len());
        let mut dash: Vec<&str> = vec![glyphs.pick("─", "-"); dashes];
        if let Some(head) = self.head.filter(|head| self.window.meets(*head, *head)) {
            let column = self.window.column(head, wide);
            let place = column.saturating_sub(from.len()).min(dashes.max(1) - 1);
            if let Some(sign) = dash.get_mut(place) {
                *sign = glyphs.pick("▲", "^");
            }
        }
        Line::from(Span::styled(
            format!("{} {from}{}{to}", " ".repeat(NAME), dash.concat()),
            self.theme.dim(),
        ))
    }
}
