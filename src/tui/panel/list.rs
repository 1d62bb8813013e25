//! The lessons, to choose from.

use ratatui::text::{Line, Span};

use crate::tui::app::App;

pub(crate) fn lines(app: &App) -> Vec<Line<'static>> {
    app.library
        .iter()
        .map(|lesson| {
            let here = if Some(lesson.slug()) == app.slug.as_deref() {
                app.theme.glyphs.pick("▸", ">")
            } else {
                " "
            };
            Line::from(vec![
                Span::raw(format!("{here} {:02}  ", lesson.manifest.order)),
                Span::styled(
                    lesson.manifest.title.get(app.lang).to_owned(),
                    app.theme.heading(),
                ),
                Span::styled(format!("  {}", lesson.slug()), app.theme.dim()),
            ])
        })
        .collect()
}
