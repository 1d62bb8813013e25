//! The lessons, to choose from; with a welcome the first time.

use ratatui::text::{Line, Span};

use super::{CHOOSE, CLOSE, Popup, Sheet, Then, moved};
use crate::lesson::Lesson;
use crate::text::{clean, fit_right};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::hint::Hint;
use crate::tui::markdown;

/// Columns of the welcome.
const WIDE: usize = 64;

#[derive(Debug)]
pub(crate) struct Lessons {
    pub(crate) row: usize,
    pub(crate) welcome: bool,
}

impl Lessons {
    /// Lines that stand above the first lesson.
    fn greeting(&self, app: &App) -> Vec<Line<'static>> {
        if !self.welcome {
            return Vec::new();
        }
        let mut lines = markdown::wrapped(app.lang.phrase("tui.welcome"), WIDE);
        lines.push(Line::default());
        lines
    }
}

impl Popup for Lessons {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let title = if self.welcome {
            app.lang.phrase("tui.welcome-title")
        } else {
            app.lang.phrase("tui.lessons-title")
        };
        let mut lines = self.greeting(app);
        let selected = self.row + lines.len();
        let lessons = || app.course.library.iter();
        let wide = lessons().map(|lesson| order(lesson).len()).max();
        let rows = lessons().enumerate();
        lines
            .extend(rows.map(|(row, lesson)| one(app, lesson, wide.unwrap_or(0), row == self.row)));
        Some(Sheet {
            selected: Some(selected),
            ..Sheet::new(title, lines)
        })
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        let count = app.course.library.len();
        match action {
            Action::Move(step) => self.row = moved(self.row, step, count),
            Action::PickLine(line) => {
                let row = usize::from(line).checked_sub(self.greeting(app).len());
                self.row = row.filter(|row| *row < count).unwrap_or(self.row);
            }
            Action::Confirm => {
                let lesson = app.course.library.iter().nth(self.row);
                let Some(slug) = lesson.map(|lesson| lesson.slug().to_owned()) else {
                    return Then::Close;
                };
                app.open(&slug);
                return Then::Effects(vec![Effect::Keep]);
            }
            Action::Cancel => return Then::Close,
            Action::Quit => return Then::Pass,
            _ => {}
        }
        Then::Stay
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.hint-open")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        vec![CHOOSE, CLOSE]
    }
}

fn one(app: &App, lesson: &Lesson, wide: usize, selected: bool) -> Line<'static> {
    let glyphs = app.theme.glyphs;
    let hand = if selected {
        glyphs.pick("▸", ">")
    } else {
        " "
    };
    let visit = app.course.progress.lessons.get(lesson.slug());
    let done = match visit {
        Some(visit) if visit.passed => glyphs.pick("✓", "+"),
        Some(visit) if visit.runs > 0 => glyphs.pick("·", "."),
        _ => " ",
    };
    let order = fit_right(&order(lesson), wide);
    let title = clean(lesson.manifest.title.get(app.lang)).into_owned();
    let mut spans = vec![
        Span::raw(format!("{hand}{done} {order}  ")),
        Span::styled(title, app.theme.heading()),
        Span::styled(format!("  {}", clean(lesson.slug())), app.theme.dim()),
    ];
    if Some(lesson.slug()) == app.course.slug.as_deref() {
        let open = app.lang.phrase("tui.lessons-open");
        spans.push(Span::styled(format!("  {open}"), app.theme.good()));
    }
    Line::from(spans)
}

/// Its place among the lessons, as the list shows it.
fn order(lesson: &Lesson) -> String {
    let order = lesson.manifest.order;
    order.map_or_else(|| "--".to_owned(), |order| format!("{order:02}"))
}
