//! The lesson's text.

use ratatui::text::Line;

use super::markdown;
use crate::tui::app::App;

pub(crate) fn lines(app: &App, wide: usize) -> Vec<Line<'static>> {
    match app.lesson() {
        Some(lesson) => markdown::lines(lesson.text(app.lang), wide, app.theme),
        None => markdown::wrapped(app.lang.phrase("tui.lesson-none"), wide),
    }
}
