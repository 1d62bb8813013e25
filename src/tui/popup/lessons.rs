//! The lessons, to choose from; with a welcome the first time.

use ratatui::text::{Line, Span};

use super::{CHOOSE, CLOSE, Popup, Sheet, Then, moved};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::markdown;
use crate::tui::rhythm::Hint;

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
        lines.extend(app.course.library.iter().map(|lesson| one(app, lesson)));
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

fn one(app: &App, lesson: &crate::lesson::Lesson) -> Line<'static> {
    let glyphs = app.theme.glyphs;
    let here = if Some(lesson.slug()) == app.course.slug.as_deref() {
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
    let order = lesson.manifest.order;
    let order = order.map_or_else(|| "--".to_owned(), |order| format!("{order:02}"));
    let title = lesson.manifest.title.get(app.lang).to_owned();
    Line::from(vec![
        Span::raw(format!("{here}{done} {order}  ")),
        Span::styled(title, app.theme.heading()),
        Span::styled(format!("  {}", lesson.slug()), app.theme.dim()),
    ])
}
