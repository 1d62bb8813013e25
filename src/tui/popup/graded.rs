//! The answers beside what ran, with what explains it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::predict::{listing, option, prediction, sure_words};
use super::{Popup, SCROLL, Sheet, Then, moved};
use crate::check::{Answer, Mark, circumstances};
use crate::lesson::{Lesson, Prediction};
use crate::text::clean;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::hint::Hint;
use crate::tui::panel::outcomes;
use crate::tui::run::Graded as Answered;
use crate::tui::update::play_witness;
use crate::tui::{layout, markdown, popup};

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
        let wide = wide(app);
        let mut lines = outcome(app, wide);
        lines.extend(self::lines(app, wide));
        lines.pop();
        Some(Sheet {
            scroll: self.scroll,
            beside: true,
            ..Sheet::new(&title, lines)
        })
    }

    fn types(&self, c: char) -> bool {
        c == WITNESS
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        match action {
            Action::Move(step) => {
                let wide = wide(app);
                let count = outcome(app, wide).len() + lines(app, wide).len();
                self.scroll = moved(self.scroll, step, count);
                Then::Stay
            }
            Action::Confirm | Action::Cancel => {
                app.show_checks();
                Then::Close
            }
            Action::Type(WITNESS) => match denied(app).first() {
                Some((_, place)) => Then::Effects(play_witness(app, *place)),
                None => Then::Stay,
            },
            Action::Outcomes
            | Action::Predict
            | Action::Run
            | Action::Lessons
            | Action::Parameters
            | Action::Quit => Then::Pass,
            _ => Then::Stay,
        }
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.next-checks")
    }

    fn others(&self, app: &App) -> Vec<Hint> {
        let mut hints = vec![SCROLL];
        if !denied(app).is_empty() {
            hints.push(Hint::new("w", "tui.hint-witness"));
        }
        hints.push(Hint::new("p", "tui.next-change"));
        hints
    }
}

/// The letter that plays how something happens that was said not to.
const WITNESS: char = 'w';

/// Columns of the text: on the left where the rows of ps stand on the right.
fn wide(app: &App) -> usize {
    let left = layout::left(app).map_or(usize::MAX, |left| usize::from(left.width));
    popup::predict::WIDE.min(left.saturating_sub(4))
}

/// Listings that were said not to happen and do: the title of each, and its outcome's place.
fn denied(app: &App) -> Vec<(String, usize)> {
    let mut denied = Vec::new();
    let (Some(run), Some(lesson)) = (&app.runs.current, app.course.lesson()) else {
        return denied;
    };
    let Some(map) = app.outcome_map(run) else {
        return denied;
    };
    let setting = lesson.setting(&run.params, &circumstances(&run.header));
    for graded in &run.results.grades {
        let Answer::Possible(listings) = &graded.answer else {
            continue;
        };
        for (id, _) in listings.iter().filter(|(_, can)| !can) {
            let listings = &lesson.manifest.listings;
            let Some(found) = listings.iter().find(|listing| listing.id == *id) else {
                continue;
            };
            let lines: Vec<&str> = found.lines.iter().map(String::as_str).collect();
            let label = lesson.manifest.outcome.of_lines(&lines, &setting);
            let label = label.ok().flatten();
            let place = label.and_then(|label| map.place(&label.text));
            denied.extend(place.map(|place| (listing(app, lesson, id), place)));
        }
    }
    denied
}

/// Which outcome this was, with an empty line; nothing where that is not known.
pub(crate) fn outcome(app: &App, wide: usize) -> Vec<Line<'static>> {
    let words = outcomes::sentence(app);
    let mut lines: Vec<Line<'static>> = words
        .iter()
        .flat_map(|words| markdown::wrapped(words, wide))
        .map(|line| line.style(app.theme.heading()))
        .collect();
    lines.extend(words.map(|_| Line::default()));
    lines
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
    if matches!(graded.answer, Answer::Possible(_)) {
        for (name, place) in denied(app) {
            let words = app.lang.tell(
                "tui.graded-witness",
                &[("listing", &name), ("number", &(place + 1))],
            );
            push(&mut lines, &words, app.theme.warning(), wide);
        }
    }
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
