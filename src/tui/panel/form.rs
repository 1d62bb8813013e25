//! The form of a lesson's parameters.

use ratatui::text::{Line, Span};

use crate::lesson::{ParameterKind, Value};
use crate::text::fit;
use crate::tui::app::App;

pub(crate) fn lines(app: &App) -> Vec<Line<'static>> {
    let Some(lesson) = app.lesson() else {
        return Vec::new();
    };
    let parameters = &lesson.manifest.parameters;
    let wide = parameters
        .iter()
        .map(|one| crate::text::width(one.label.get(app.lang)))
        .max()
        .unwrap_or(0);
    parameters
        .iter()
        .map(|parameter| {
            let value = app
                .params
                .get(&parameter.name)
                .cloned()
                .unwrap_or(Value::None);
            let shown = match (&parameter.kind, &value) {
                (ParameterKind::Choice { choices, .. }, Value::Str(text)) => choices
                    .iter()
                    .find(|choice| choice.value == *text)
                    .map_or_else(
                        || text.clone(),
                        |choice| choice.label.get(app.lang).to_owned(),
                    ),
                (ParameterKind::Bool { .. }, Value::Bool(on)) => app
                    .lang
                    .phrase(if *on { "tui.form-yes" } else { "tui.form-no" })
                    .to_owned(),
                _ => value.repr(),
            };
            let changed = value != parameter.default();
            let mark = if changed { "*" } else { " " };
            Line::from(vec![
                Span::raw(format!(
                    "{mark} {}  ",
                    fit(parameter.label.get(app.lang), wide)
                )),
                Span::styled(
                    format!(
                        "{} {shown} {}",
                        app.theme.glyphs.pick("◂", "<"),
                        app.theme.glyphs.pick("▸", ">")
                    ),
                    app.theme.heading(),
                ),
            ])
        })
        .collect()
}
