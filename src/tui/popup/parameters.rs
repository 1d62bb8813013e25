//! The form of a lesson's parameters, and of how it is run: what stdout is, the seed, the pace.

use ratatui::text::{Line, Span};

use super::{CHOOSE, CLOSE, Popup, Sheet, Then, moved};
use crate::lesson::{Parameter, ParameterKind, Params, Value};
use crate::text::{clean, fit, width};
use crate::trace::{Engine, StartMethod};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::hint::Hint;
use crate::tui::host::RunOptions;
use crate::tui::run::RunView;

/// The letter that brings the defaults back.
const DEFAULTS: char = 'd';
/// Most letters of a number that is typed.
const TYPED: usize = 12;

#[derive(Debug, Default)]
pub(crate) struct Parameters {
    row: usize,
    /// A number being typed in this row.
    typed: Option<String>,
}

/// A row of the form.
enum Row<'a> {
    Parameter(&'a Parameter),
    Stdout,
    Seed,
    Pace,
    Engine,
    Python,
    Method,
}

/// The start methods, after the version's own.
const METHODS: [StartMethod; 3] = [
    StartMethod::Fork,
    StartMethod::Spawn,
    StartMethod::Forkserver,
];

/// The lesson's parameters, then the run's options; the pace of a run that goes on has keys of its own.
fn rows(app: &App) -> Vec<Row<'_>> {
    let lesson = app.course.lesson();
    let parameters = lesson.map_or(&[][..], |lesson| &lesson.manifest.parameters);
    let mut rows: Vec<Row<'_>> = parameters.iter().map(Row::Parameter).collect();
    rows.extend([Row::Stdout, Row::Seed]);
    let live = app.runs.current.as_ref().is_some_and(RunView::is_live);
    if !live {
        rows.push(Row::Pace);
    }
    rows.push(Row::Engine);
    if app.engine() == Engine::Python {
        rows.extend([Row::Python, Row::Method]);
    }
    rows
}

impl Row<'_> {
    fn label(&self, app: &App) -> String {
        let lang = app.lang;
        match self {
            Row::Parameter(parameter) => {
                // Texts and `--set` call it by its name.
                let (name, label) = (&parameter.name, clean(parameter.label.get(lang)));
                if *name == label {
                    label.into_owned()
                } else {
                    format!("{name}: {label}")
                }
            }
            Row::Stdout => lang.phrase("tui.form-stdout").to_owned(),
            Row::Seed => lang.phrase("tui.form-seed").to_owned(),
            Row::Pace => lang.phrase("tui.form-pace").to_owned(),
            Row::Engine => lang.phrase("tui.form-engine").to_owned(),
            Row::Python => lang.phrase("tui.form-python").to_owned(),
            Row::Method => lang.phrase("tui.form-method").to_owned(),
        }
    }

    fn value(&self, app: &App) -> String {
        let (lang, options) = (app.lang, &app.options);
        match self {
            Row::Parameter(parameter) => worded(app, parameter),
            Row::Stdout if options.pipe => lang.phrase("tui.form-pipe").to_owned(),
            Row::Stdout => lang.phrase("tui.form-tty").to_owned(),
            Row::Seed => options.seed.map_or_else(
                || lang.phrase("tui.form-any-seed").to_owned(),
                |seed| seed.to_string(),
            ),
            Row::Pace => options.pace.map_or_else(
                || lang.phrase("tui.speed-open").to_owned(),
                |pace| lang.tell("tui.speed-paced", &[("n", &pace)]),
            ),
            Row::Engine if app.engine() == Engine::Python => {
                lang.phrase("tui.form-engine-python").to_owned()
            }
            Row::Engine => lang.phrase("tui.form-engine-native").to_owned(),
            Row::Python => app.python().map_or_else(
                || "python3".to_owned(),
                |python| format!("{} ({})", python.version, clean(&python.given)),
            ),
            Row::Method => options.method.map_or_else(
                || lang.phrase("tui.form-method-own").to_owned(),
                |method| method.to_string(),
            ),
        }
    }

    fn is_changed(&self, app: &App) -> bool {
        match self {
            Row::Parameter(parameter) => {
                app.course.params.get(&parameter.name) != Some(&parameter.default())
            }
            Row::Stdout => app.options.pipe,
            Row::Seed => app.options.seed.is_some(),
            Row::Pace => app.options.pace.is_some(),
            Row::Engine => app
                .options
                .engine
                .is_some_and(|engine| engine != Engine::Native),
            Row::Python => app.options.python.is_some(),
            Row::Method => app.options.method.is_some(),
        }
    }

    /// Whether its value is a number that can be typed.
    fn is_typed(&self) -> bool {
        match self {
            Row::Parameter(parameter) => matches!(
                parameter.kind,
                ParameterKind::Int { .. } | ParameterKind::Seconds { .. }
            ),
            Row::Seed => true,
            Row::Stdout | Row::Pace | Row::Engine | Row::Python | Row::Method => false,
        }
    }
}

impl Popup for Parameters {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let rows = rows(app);
        let wide = rows.iter().map(|row| width(&row.label(app))).max();
        let lines = rows.iter().enumerate().map(|(index, row)| {
            let typed = self.typed.as_deref().filter(|_| index == self.row);
            line(app, row, wide.unwrap_or(0), typed)
        });
        Some(Sheet {
            selected: Some(self.row),
            ..Sheet::new(app.lang.phrase("tui.form-title"), lines.collect())
        })
    }

    fn types(&self, c: char) -> bool {
        c.is_ascii_digit() || c == '.' || c == DEFAULTS
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        match action {
            Action::Type(DEFAULTS) => {
                self.typed = None;
                defaults(app);
            }
            Action::Type(c) => self.type_letter(app, c),
            Action::Erase => {
                if let Some(typed) = &mut self.typed {
                    typed.pop();
                }
            }
            _ => return self.leave_row(app, action),
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
        let mut hints = vec![CHOOSE];
        if app.has_changed() {
            hints.push(Hint::new("←→", "tui.hint-change"));
        }
        let digits = rows(app).get(self.row).is_some_and(Row::is_typed);
        hints.extend(digits.then(|| Hint::new("0-9", "tui.hint-type")));
        hints.extend([Hint::new("d", "tui.hint-defaults"), CLOSE]);
        hints
    }
}

impl Parameters {
    fn type_letter(&mut self, app: &App, c: char) {
        if !rows(app).get(self.row).is_some_and(Row::is_typed) {
            return;
        }
        let typed = self.typed.get_or_insert_default();
        if typed.len() < TYPED {
            typed.push(c);
        }
    }

    /// What was typed counts once something else is done.
    fn leave_row(&mut self, app: &mut App, action: Action) -> Then {
        if let Some(typed) = self.typed.take() {
            set_typed(app, self.row, &typed);
            if matches!(action, Action::Confirm) {
                return Then::Stay;
            }
        }
        let count = rows(app).len();
        match action {
            Action::Move(step) => self.row = moved(self.row, step, count),
            Action::PickLine(line) if usize::from(line) < count => self.row = usize::from(line),
            Action::Sideways(by) => change(app, self.row, by),
            Action::Confirm | Action::Parameters | Action::Cancel => return Then::Close,
            Action::Run => return Then::Pass,
            _ => {}
        }
        Then::Stay
    }
}

/// A row with its value; a star marks one that is not at its default.
fn line(app: &App, row: &Row<'_>, wide: usize, typed: Option<&str>) -> Line<'static> {
    let mark = if row.is_changed(app) { "*" } else { " " };
    let glyphs = app.theme.glyphs;
    let value = if let Some(typed) = typed {
        format!("  {typed}_")
    } else {
        let value = row.value(app);
        let (left, right) = (glyphs.pick("◂", "<"), glyphs.pick("▸", ">"));
        format!("{left} {value} {right}")
    };
    Line::from(vec![
        Span::raw(format!("{mark} {}  ", fit(&row.label(app), wide))),
        Span::styled(value, app.theme.heading()),
    ])
}

/// A parameter's value, as people read it.
fn worded(app: &App, parameter: &Parameter) -> String {
    let value = app.course.params.get(&parameter.name).cloned();
    let value = value.unwrap_or(Value::None);
    match (&parameter.kind, &value) {
        (ParameterKind::Choice { choices, .. }, Value::Str(text)) => {
            let choice = choices.iter().find(|choice| choice.value == *text);
            let label = choice.map_or(text.as_str(), |choice| choice.label.get(app.lang));
            clean(label).into_owned()
        }
        (ParameterKind::Bool { .. }, Value::Bool(value)) => value.to_string(),
        _ => clean(&value.repr()).into_owned(),
    }
}

/// Everything as it is in a lesson that was never opened.
fn defaults(app: &mut App) {
    let lesson = app.course.lesson();
    let params = lesson.map(|lesson| Params::defaults(&lesson.manifest.parameters));
    app.course.params = params.unwrap_or_default();
    app.options = RunOptions {
        pace: app.options.pace,
        manual: app.options.manual,
        ..RunOptions::default()
    };
    if !app.runs.current.as_ref().is_some_and(RunView::is_live) {
        app.options.pace = None;
    }
}

/// A number that was typed, brought into the range of its row.
fn set_typed(app: &mut App, row: usize, typed: &str) {
    let next = match rows(app).get(row) {
        Some(Row::Seed) => {
            app.options.seed = typed.parse().ok();
            return;
        }
        Some(Row::Parameter(parameter)) => match &parameter.kind {
            ParameterKind::Int { min, max, .. } => {
                let number = typed.parse::<i64>().ok();
                number.map(|n| n.clamp(*min, *max).to_string())
            }
            ParameterKind::Seconds { min, max, .. } => {
                let number = typed.parse::<f64>().ok();
                number.map(|n| n.clamp(*min, *max).to_string())
            }
            ParameterKind::Bool { .. } | ParameterKind::Choice { .. } => None,
        },
        _ => None,
    };
    if let Some(next) = next {
        set(app, row, &next);
    }
}

/// Changes a row by one step.
fn change(app: &mut App, row: usize, by: i64) {
    let next = match rows(app).get(row) {
        Some(Row::Parameter(parameter)) => {
            let value = app.course.params.get(&parameter.name);
            value.and_then(|value| neighbour(parameter, value, by))
        }
        Some(Row::Stdout) => {
            app.options.pipe = !app.options.pipe;
            return;
        }
        Some(Row::Seed) => {
            let seed = app.options.seed.unwrap_or(0);
            app.options.seed = seed.checked_add_signed(by).filter(|seed| *seed > 0);
            return;
        }
        Some(Row::Pace) => {
            app.options.change_pace(by);
            return;
        }
        Some(Row::Engine) => {
            let twin = app.course.lesson().is_some_and(|lesson| lesson.twin);
            app.options.engine = match app.engine() {
                Engine::Native => Some(Engine::Python),
                _ if twin => None,
                _ => Some(Engine::Python),
            };
            return;
        }
        Some(Row::Python) => {
            let known = app.pythons.iter().map(|python| Some(python.given.clone()));
            // The first one is python3, which is what nothing stands for.
            let choices: Vec<_> = [None].into_iter().chain(known.skip(1)).collect();
            app.options.python = turned(&choices, app.options.python.take(), by);
            return;
        }
        Some(Row::Method) => {
            let choices: Vec<_> = [None].into_iter().chain(METHODS.map(Some)).collect();
            app.options.method = turned(&choices, app.options.method, by);
            return;
        }
        None => None,
    };
    if let Some(next) = next {
        set(app, row, &next);
    }
}

/// The choice so many places on; behind the last comes the first.
fn turned<T: Clone + PartialEq>(choices: &[T], now: T, by: i64) -> T {
    let place = choices
        .iter()
        .position(|choice| *choice == now)
        .unwrap_or(0);
    let count = i64::try_from(choices.len()).unwrap_or(1).max(1);
    let next = (i64::try_from(place).unwrap_or(0) + by).rem_euclid(count);
    let next = usize::try_from(next)
        .ok()
        .and_then(|next| choices.get(next));
    next.cloned().unwrap_or(now)
}

/// Sets a parameter to a value as `--set` writes it.
fn set(app: &mut App, row: usize, value: &str) {
    let Some(lesson) = app.course.lesson() else {
        return;
    };
    let parameters = lesson.manifest.parameters.clone();
    if let Some(parameter) = parameters.get(row) {
        // The value is within the range, so this does not fail.
        let _ = app.course.params.set(
            app.course.slug.as_deref().unwrap_or_default(),
            &parameters,
            &format!("{}={value}", parameter.name),
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
