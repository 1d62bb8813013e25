//! The names of the groups of panels, where not all of them fit at once.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::app::App;
use crate::tui::layout::{GROUPS, first_of};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let mut spans = Vec::new();
    for group in GROUPS {
        let name = app.lang.phrase(first_of(group).panel().title());
        let active = group.contains(&app.panes.focus.panel().region());
        let style = if active {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            app.theme.dim()
        };
        spans.push(Span::styled(format!(" {name} "), style));
        spans.push(Span::raw(" "));
    }
    frame.render_widget(Line::from(spans), rect);
}
