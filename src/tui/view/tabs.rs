//! The names of the groups of panels, where not all of them fit at once.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::app::App;
use crate::tui::layout::{first_of, groups};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let mut spans = Vec::new();
    for group in groups(app) {
        let name = app.lang.phrase(first_of(app, group).panel().title());
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
