//! The lessons, to choose from.

use ratatui::text::{Line, Span};

use super::markdown;
use crate::tui::app::App;

/// Columns of the welcome.
const WIDE: usize = 64;

/// Lines that stand above the first lesson.
pub(crate) fn above(app: &App, welcome: bool) -> usize {
    if welcome { greeting(app).len() } else { 0 }
}

fn greeting(app: &App) -> Vec<Line<'static>> {
    let mut lines = markdown::wrapped(app.lang.phrase("tui.welcome"), WIDE);
    lines.push(Line::default());
    lines
}

pub(crate) fn lines(app: &App, welcome: bool) -> Vec<Line<'static>> {
    let mut lines = if welcome { greeting(app) } else { Vec::new() };
    for lesson in app.library.iter() {
        let glyphs = app.theme.glyphs;
        let here = if Some(lesson.slug()) == app.slug.as_deref() {
            glyphs.pick("▸", ">")
        } else {
            " "
        };
        let visit = app.progress.lessons.get(lesson.slug());
        let done = match visit {
            Some(visit) if visit.passed => glyphs.pick("✓", "+"),
            Some(visit) if visit.runs > 0 => glyphs.pick("·", "."),
            _ => " ",
        };
        let place = lesson
            .manifest
            .order
            .map_or_else(|| "--".to_owned(), |order| format!("{order:02}"));
        lines.push(Line::from(vec![
            Span::raw(format!("{here}{done} {place}  ")),
            Span::styled(
                lesson.manifest.title.get(app.lang).to_owned(),
                app.theme.heading(),
            ),
            Span::styled(format!("  {}", lesson.slug()), app.theme.dim()),
        ]));
    }
    lines
}
