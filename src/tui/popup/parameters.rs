//! The form of a lesson's parameters.

use ratatui::text::{Line, Span};

use super::{CHOOSE, CLOSE, Popup, Sheet, Then, moved};
use crate::lesson::{Parameter, ParameterKind, Value};
use crate::text::fit;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::rhythm::Hint;

#[derive(Debug, Default)]
pub(crate) struct Parameters {
    row: usize,
}

fn parameters(app: &App) -> &[Parameter] {
    app.course
        .lesson()
        .map_or(&[], |lesson| &lesson.manifest.parameters)
}

impl Popup for Parameters {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let parameters = parameters(app);
        let labels = parameters.iter().map(|one| one.label.get(app.lang));
        let wide = labels.map(crate::text::width).max().unwrap_or(0);
        let lines = parameters.iter().map(|one| line(app, one, wide)).collect();
        Some(Sheet {
            selected: Some(self.row),
            ..Sheet::new(app.lang.phrase("tui.form-title"), lines)
        })
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        let rows = parameters(app).len();
        match action {
            Action::Move(step) => self.row = moved(self.row, step, rows),
            Action::PickLine(line) if usize::from(line) < rows => self.row = usize::from(line),
            Action::Sideways(by) => change(app, self.row, by),
            Action::Confirm | Action::Parameters | Action::Cancel => return Then::Close,
            Action::Run => return Then::Pass,
            _ => {}
        }
        Then::Stay
    }

    fn next(&self, app: &App) -> Hint {
        if app.has_changed() {
            Hint::new("r", "tui.next-run")
        } else {
            Hint::new("→", "tui.hint-change")
        }
    }

    fn others(&self, app: &App) -> Vec<Hint> {
        if app.has_changed() {
            vec![CHOOSE, Hint::new("←→", "tui.hint-change"), CLOSE]
        } else {
            vec![CHOOSE, CLOSE]
        }
    }
}

/// A parameter with its value; a star marks one that is not at its default.
fn line(app: &App, parameter: &Parameter, wide: usize) -> Line<'static> {
    let value = app.course.params.get(&parameter.name).cloned();
    let value = value.unwrap_or(Value::None);
    let shown = match (&parameter.kind, &value) {
        (ParameterKind::Choice { choices, .. }, Value::Str(text)) => {
            let choice = choices.iter().find(|choice| choice.value == *text);
            choice
                .map_or(text.as_str(), |choice| choice.label.get(app.lang))
                .to_owned()
        }
        (ParameterKind::Bool { .. }, Value::Bool(true)) => {
            app.lang.phrase("tui.form-yes").to_owned()
        }
        (ParameterKind::Bool { .. }, Value::Bool(false)) => {
            app.lang.phrase("tui.form-no").to_owned()
        }
        _ => value.repr(),
    };
    let mark = if value == parameter.default() {
        " "
    } else {
        "*"
    };
    let glyphs = app.theme.glyphs;
    let label = fit(parameter.label.get(app.lang), wide);
    let value = format!(
        "{} {shown} {}",
        glyphs.pick("◂", "<"),
        glyphs.pick("▸", ">")
    );
    Line::from(vec![
        Span::raw(format!("{mark} {label}  ")),
        Span::styled(value, app.theme.heading()),
    ])
}

/// Changes a parameter by one step of its range.
fn change(app: &mut App, row: usize, by: i64) {
    let Some(lesson) = app.course.lesson() else {
        return;
    };
    let parameters = lesson.manifest.parameters.clone();
    let Some(parameter) = parameters.get(row) else {
        return;
    };
    let Some(value) = app.course.params.get(&parameter.name) else {
        return;
    };
    if let Some(next) = neighbour(parameter, value, by) {
        // The neighbour is within the range, so this does not fail.
        let _ = app.course.params.set(
            app.course.slug.as_deref().unwrap_or_default(),
            &parameters,
            &format!("{}={next}", parameter.name),
        );
    }
}

/// The value next to this one, as `--set` writes it.
fn neighbour(parameter: &Parameter, value: &Value, by: i64) -> Option<String> {
    match (&parameter.kind, value) {
        (ParameterKind::Int { min, max, .. }, Value::Int(_)) => {
            Some((value.as_int()? + by).clamp(*min, *max).to_string())
        }
        (ParameterKind::Bool { .. }, Value::Bool(on)) => Some((!on).to_string()),
        (ParameterKind::Seconds { min, max, .. }, value) => {
            #[expect(clippy::cast_precision_loss, reason = "a step of a quarter")]
            let next = value.as_float()? + 0.25 * by as f64;
            Some(next.clamp(*min, *max).to_string())
        }
        (ParameterKind::Choice { choices, .. }, Value::Str(text)) => {
            let place = choices.iter().position(|choice| choice.value == *text)?;
            let count = i64::try_from(choices.len()).ok()?;
            let next = (i64::try_from(place).ok()? + by).rem_euclid(count.max(1));
            choices
                .get(usize::try_from(next).ok()?)
                .map(|choice| choice.value.clone())
        }
        _ => None,
    }
}
