//! The questions before a run.

use ratatui::text::{Line, Span};

use super::{CHOOSE, CLOSE, Popup, Sheet, Then};
use crate::lesson::{Lesson, Prediction, PredictionKind};
use crate::text::clean;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::hint::Hint;
use crate::tui::markdown;
use crate::tui::quiz::{Draft, Question, Quiz};
use crate::tui::update::start;

/// Columns of the popup's text.
pub(crate) const WIDE: usize = 66;

/// The questions, one at a time.
#[derive(Debug)]
pub(crate) struct Predict(pub(crate) Quiz);

impl Popup for Predict {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let lines = lines(app, &self.0, WIDE);
        Some(Sheet::new(app.lang.phrase("tui.quiz-title"), lines))
    }

    fn types(&self, c: char) -> bool {
        c.is_ascii_digit() || c == '.'
    }

    /// Enter locks the answer in and goes on; `r` runs without the rest.
    fn update(&mut self, app: &mut App, action: Action) -> Then {
        let quiz = &mut self.0;
        let more = match action {
            Action::Move(step) => {
                quiz.step(step);
                true
            }
            Action::Sideways(by) => {
                quiz.sure(by);
                true
            }
            Action::Pause => {
                quiz.toggle();
                true
            }
            Action::Type(c) => {
                quiz.digit(Some(c));
                true
            }
            Action::Erase => {
                quiz.digit(None);
                true
            }
            Action::Confirm => quiz.next(),
            Action::Run => false,
            Action::Cancel | Action::Quit => return Then::Close,
            _ => true,
        };
        if more {
            return Then::Stay;
        }
        let answered = quiz.at.min(quiz.questions.len());
        app.course.answers = quiz.locked(answered);
        for question in quiz.questions.iter().skip(answered) {
            app.course.skipped.insert(question.id.clone());
        }
        Then::Effects(start(app))
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.hint-lock")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        let mut hints = vec![CHOOSE];
        match self.0.question().map(|question| &question.draft) {
            Some(Draft::Possible(_)) => hints.push(Hint::new("Space", "tui.hint-turn")),
            Some(Draft::Order { .. }) => hints.push(Hint::new("Space", "tui.hint-take")),
            _ => {}
        }
        hints.push(Hint::new("←→", "tui.hint-sure"));
        hints.extend([Hint::new("r", "tui.hint-skip"), CLOSE]);
        hints
    }
}

fn lines(app: &App, quiz: &Quiz, wide: usize) -> Vec<Line<'static>> {
    let (Some(lesson), Some(question)) = (app.course.lesson(), quiz.question()) else {
        return Vec::new();
    };
    let Some(prediction) = prediction(lesson, &question.id) else {
        return Vec::new();
    };
    let place = app.lang.tell(
        "tui.quiz-place",
        &[("n", &(quiz.at + 1)), ("of", &quiz.questions.len())],
    );
    let mut lines = vec![Line::from(Span::styled(place, app.theme.dim()))];
    let asked = markdown::wrapped(prediction.question.get(app.lang), wide);
    lines.extend(
        asked
            .into_iter()
            .map(|line| line.style(app.theme.heading())),
    );
    lines.push(Line::default());
    lines.extend(draft(app, lesson, prediction, question, wide));
    lines.push(Line::default());
    lines.push(sure(app, question.sure));
    lines.push(Line::default());
    let help = match &question.draft {
        Draft::Choice(_) => "tui.quiz-help-choice",
        Draft::Order { .. } => "tui.quiz-help-order",
        Draft::Number { .. } => "tui.quiz-help-number",
        Draft::Possible(_) => "tui.quiz-help-possible",
    };
    let help = phrase(app, help);
    let help = markdown::wrapped(help, wide);
    lines.extend(help.into_iter().map(|line| line.style(app.theme.dim())));
    lines
}

/// The help of a kind of question.
fn phrase(app: &App, key: &str) -> &'static str {
    match key {
        "tui.quiz-help-choice" => app.lang.phrase("tui.quiz-help-choice"),
        "tui.quiz-help-order" => app.lang.phrase("tui.quiz-help-order"),
        "tui.quiz-help-number" => app.lang.phrase("tui.quiz-help-number"),
        _ => app.lang.phrase("tui.quiz-help-possible"),
    }
}

pub(super) fn prediction<'a>(lesson: &'a Lesson, id: &str) -> Option<&'a Prediction> {
    let predictions = &lesson.manifest.predictions;
    predictions.iter().find(|prediction| prediction.id == id)
}

fn draft(
    app: &App,
    lesson: &Lesson,
    prediction: &Prediction,
    question: &Question,
    wide: usize,
) -> Vec<Line<'static>> {
    let glyphs = app.theme.glyphs;
    let row = |index: usize, mark: &str, text: &str| {
        let here = index == question.row;
        let hand = if here {
            glyphs.pick("▸ ", "> ")
        } else {
            "  "
        };
        let line =
            Line::from(crate::text::truncate(&format!("{hand}{mark}{text}"), wide).into_owned());
        if here {
            line.style(app.theme.selected())
        } else {
            line
        }
    };
    match &question.draft {
        Draft::Choice(ids) => ids
            .iter()
            .enumerate()
            .map(|(index, id)| {
                let on = index == question.row;
                let mark = if on {
                    glyphs.pick("● ", "(*) ")
                } else {
                    glyphs.pick("○ ", "( ) ")
                };
                row(index, mark, &option(app, prediction, id))
            })
            .collect(),
        Draft::Order { items, held } => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let moving = *held && index == question.row;
                let mark = if moving {
                    glyphs.pick("↕ ", "# ").to_owned()
                } else {
                    format!("{}. ", index + 1)
                };
                row(index, &mark, &clean(item))
            })
            .collect(),
        Draft::Number { text, min, max } => vec![Line::from(vec![
            Span::styled(format!("  {text}_ "), app.theme.selected()),
            Span::styled(format!("  {min} … {max}"), app.theme.dim()),
        ])],
        Draft::Possible(listings) => {
            let mut lines = Vec::new();
            for (index, (id, can)) in listings.iter().enumerate() {
                let word = app.lang.phrase(if *can {
                    "tui.quiz-can"
                } else {
                    "tui.quiz-cannot"
                });
                let mark = format!("[{word}] ");
                lines.push(row(index, &mark, &listing(app, lesson, id)));
                if index == question.row {
                    lines.extend(excerpt(app, lesson, id, wide));
                }
            }
            lines
        }
    }
}

/// The first lines of a listing, so that it can be judged.
fn excerpt(app: &App, lesson: &Lesson, id: &str, wide: usize) -> Vec<Line<'static>> {
    const SHOWN: usize = 6;
    let listings = &lesson.manifest.listings;
    let Some(listing) = listings.iter().find(|listing| listing.id == id) else {
        return Vec::new();
    };
    let mut lines: Vec<Line<'static>> = listing
        .lines
        .iter()
        .take(SHOWN)
        .map(|line| {
            let text = format!("      {}", clean(line));
            let text = crate::text::truncate(&text, wide).into_owned();
            Line::from(Span::styled(text, app.theme.dim()))
        })
        .collect();
    if listing.lines.len() > SHOWN {
        let left = listing.lines.len() - SHOWN;
        let words = app.lang.tell("tui.quiz-more-lines", &[("n", &left)]);
        lines.push(Line::from(Span::styled(
            format!("      {words}"),
            app.theme.dim(),
        )));
    }
    lines
}

pub(super) fn option(app: &App, prediction: &Prediction, id: &str) -> String {
    match &prediction.kind {
        PredictionKind::Choice { options } => {
            options.iter().find(|option| option.id == id).map_or_else(
                || id.to_owned(),
                |option| clean(option.text.get(app.lang)).into_owned(),
            )
        }
        _ => id.to_owned(),
    }
}

pub(super) fn listing(app: &App, lesson: &Lesson, id: &str) -> String {
    lesson
        .manifest
        .listings
        .iter()
        .find(|listing| listing.id == id)
        .and_then(|listing| listing.title.as_ref())
        .map_or_else(
            || app.lang.phrase("tui.quiz-tutorial").to_owned(),
            |title| clean(title.get(app.lang)).into_owned(),
        )
}

fn sure(app: &App, sure: u8) -> Line<'static> {
    let glyphs = app.theme.glyphs;
    let words = sure_words(app, sure);
    let shown = format!(
        "{} {words} {}",
        glyphs.pick("◂", "<"),
        glyphs.pick("▸", ">")
    );
    Line::from(vec![
        Span::raw(format!("{} ", app.lang.phrase("tui.quiz-sure"))),
        Span::styled(shown, app.theme.heading()),
    ])
}

pub(super) fn sure_words(app: &App, sure: u8) -> &'static str {
    match sure {
        1 => app.lang.phrase("tui.quiz-sure-1"),
        2 => app.lang.phrase("tui.quiz-sure-2"),
        _ => app.lang.phrase("tui.quiz-sure-3"),
    }
}
