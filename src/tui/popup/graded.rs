//! The answers beside what ran, with what explains it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::predict::{listing, option, prediction, sure_words};
use super::{Popup, SCROLL, Sheet, Then, moved};
use crate::check::{Answer, Mark};
use crate::lesson::{Lesson, Prediction};
use crate::text::clean;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::hints::Hint;
use crate::tui::run::Graded as Answered;
use crate::tui::{markdown, popup};

#[derive(Debug, Default)]
pub(crate) struct Graded {
    scroll: usize,
}

impl Popup for Graded {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let (right, of) = app
            .runs
            .current
            .as_ref()
            .map_or((0, 0), |run| run.results.score());
        let title = app
            .lang
            .tell("tui.graded-title", &[("right", &right), ("of", &of)]);
        let mut lines = lines(app, popup::predict::WIDE);
        lines.pop();
        Some(Sheet {
            scroll: self.scroll,
            ..Sheet::new(&title, lines)
        })
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        match action {
            Action::Move(step) => {
                let count = lines(app, popup::predict::WIDE).len();
                self.scroll = moved(self.scroll, step, count);
                Then::Stay
            }
            Action::Confirm | Action::Cancel => {
                app.show_checks();
                Then::Close
            }
            Action::Predict | Action::Run | Action::Lessons | Action::Parameters | Action::Quit => {
                Then::Pass
            }
            _ => Then::Stay,
        }
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.next-checks")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        vec![SCROLL, Hint::new("p", "tui.next-change")]
    }
}

/// Each answer, what it was, and why.
pub(crate) fn lines(app: &App, wide: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let Some((run, lesson)) = app.runs.current.as_ref().zip(app.course.lesson()) else {
        return lines;
    };
    for graded in &run.results.grades {
        if let Some(prediction) = prediction(lesson, &graded.id) {
            lines.extend(one(app, lesson, prediction, graded, wide));
            lines.push(Line::default());
        }
    }
    lines
}

fn one(
    app: &App,
    lesson: &Lesson,
    prediction: &Prediction,
    graded: &Answered,
    wide: usize,
) -> Vec<Line<'static>> {
    let glyphs = app.theme.glyphs;
    let (sign, words, style) = match graded.grade.mark {
        Mark::Right => (glyphs.pick("✓", "ok"), "tui.mark-right", app.theme.good()),
        Mark::Partly => (
            glyphs.pick("~", "~"),
            "tui.mark-partly",
            app.theme.warning(),
        ),
        Mark::Wrong => (glyphs.pick("✗", "NO"), "tui.mark-wrong", app.theme.bad()),
        Mark::Undecided => (glyphs.pick("?", "?"), "tui.mark-undecided", app.theme.dim()),
    };
    let truth = clean(graded.grade.truth.get(app.lang));
    let truth = match words {
        "tui.mark-right" => app.lang.tell("tui.mark-right", &[("truth", &truth)]),
        "tui.mark-partly" => app.lang.tell("tui.mark-partly", &[("truth", &truth)]),
        "tui.mark-wrong" => app.lang.tell("tui.mark-wrong", &[("truth", &truth)]),
        _ => app.lang.tell("tui.mark-undecided", &[("truth", &truth)]),
    };
    let mut lines: Vec<Line<'static>> = markdown::wrapped(prediction.question.get(app.lang), wide)
        .into_iter()
        .map(|line| line.style(app.theme.heading()))
        .collect();
    let said = app.lang.tell(
        "tui.quiz-said",
        &[
            ("answer", &said(app, lesson, prediction, &graded.answer)),
            ("sure", &sure_words(app, graded.sure)),
        ],
    );
    push(&mut lines, &said, Style::new(), wide);
    let truth = format!("{sign} {truth}");
    push(&mut lines, &truth, style, wide);
    push(
        &mut lines,
        prediction.explanation.get(app.lang),
        Style::new(),
        wide,
    );
    lines
}

fn push(lines: &mut Vec<Line<'static>>, text: &str, style: Style, wide: usize) {
    for line in markdown::wrapped(text, wide.saturating_sub(2)) {
        let mut line = line.patch_style(style);
        line.spans.insert(0, Span::raw("  "));
        lines.push(line);
    }
}

fn said(app: &App, lesson: &Lesson, prediction: &Prediction, answer: &Answer) -> String {
    match answer {
        Answer::Choice(id) => option(app, prediction, id),
        Answer::Order(items) => clean(&items.join(" · ")).into_owned(),
        Answer::Number(number) => number.to_string(),
        Answer::Possible(listings) => {
            let one = |(id, can): &(String, bool)| {
                let word = app.lang.phrase(if *can {
                    "tui.quiz-can"
                } else {
                    "tui.quiz-cannot"
                });
                app.lang.tell(
                    "tui.quiz-listing",
                    &[("listing", &listing(app, lesson, id)), ("word", &word)],
                )
            };
            listings.iter().map(one).collect::<Vec<_>>().join(" · ")
        }
    }
}
