//! The lesson's checks and what became of them in this run.

use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::cache::Content;
use super::{Panel, PanelId, READABLE, Region, Rows};
use crate::check::Verdict;
use crate::explain;
use crate::model::Wait;
use crate::tui::app::App;
use crate::tui::claims::{claims, question};
use crate::tui::run::RunView;
use crate::tui::{markdown, popup};

pub(super) struct Checks;

impl Panel for Checks {
    fn title(&self) -> &'static str {
        "tui.panel-checks"
    }

    fn region(&self) -> Region {
        Region::Results
    }

    fn is_of_a_lesson(&self) -> bool {
        true
    }

    fn subtitle(&self, app: &App) -> Option<String> {
        let verdicts = &app.runs.current.as_ref()?.results.verdicts;
        let passed = verdicts.iter().filter(|verdict| verdict.passed).count();
        (!verdicts.is_empty()).then(|| format!("{passed}/{}", verdicts.len()))
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let wide = usize::from(size.width.min(READABLE));
        let run = app.runs.current.as_ref();
        let content = Content::Results {
            lesson: app.course.slug.clone(),
            run: run.map_or(0, |run| run.number),
            over: run.is_some_and(RunView::is_over),
            stuck: run.is_some_and(|run| run.whole().deadlock().is_some()),
            judged: run.map_or((0, 0), |run| {
                (run.results.verdicts.len(), run.results.grades.len())
            }),
            explored: run
                .and_then(|run| app.outcome_map(run))
                .map_or((0, false), |map| {
                    (map.found.outcomes.len(), map.found.complete)
                }),
            probed: question(app)
                .and_then(|question| app.inquiries.of(&question))
                .map(|asked| asked.probed.len()),
        };
        let id = PanelId::Checks;
        let lines = app.cache.lines(app, id, wide, content, || lines(app, wide));
        Rows::of(lines, app.panes.place(id).top, size)
    }

    fn is_searched(&self) -> bool {
        true
    }
}

fn lines(app: &App, wide: usize) -> Vec<Line<'static>> {
    let Some(run) = &app.runs.current else {
        return markdown::wrapped(app.lang.phrase("tui.checks-none"), wide);
    };
    let mut lines = deadlock(app, run, wide);
    if run.results.verdicts.is_empty() {
        let words = if !run.is_over() {
            app.lang.phrase("tui.checks-later")
        } else if app.course.lesson_of(&run.header.lesson).is_none() {
            app.lang.phrase("tui.checks-no-lesson")
        } else {
            app.lang.phrase("tui.checks-cut-short")
        };
        lines.extend(markdown::wrapped(words, wide));
        return lines;
    }
    lines.extend(popup::graded::outcome(app, wide));
    for verdict in &run.results.verdicts {
        lines.extend(one(app, verdict, wide));
    }
    let graded = popup::graded::lines(app, wide);
    if !graded.is_empty() {
        head(app, &mut lines, app.lang.phrase("tui.checks-said"), wide);
        lines.extend(graded);
    }
    let claims = claims(app, wide);
    if !claims.is_empty() {
        head(app, &mut lines, app.lang.phrase("tui.claims-title"), wide);
        lines.extend(claims);
    }
    lines
}

fn one(app: &App, verdict: &Verdict, wide: usize) -> Vec<Line<'static>> {
    let (sign, style) = if verdict.passed {
        (app.theme.glyphs.pick("✓", "ok"), app.theme.good())
    } else {
        (app.theme.glyphs.pick("✗", "NO"), app.theme.bad())
    };
    let mut lines = Vec::new();
    let words = verdict.words.get(app.lang);
    let words = markdown::wrapped(words, wide.saturating_sub(3));
    for (i, line) in words.into_iter().enumerate() {
        let head = if i == 0 {
            format!("{sign} ")
        } else {
            "  ".to_owned()
        };
        let mut spans = vec![Span::styled(head, style)];
        spans.extend(line.spans);
        lines.push(Line::from(spans));
    }
    let detail_style = if verdict.passed {
        app.theme.dim()
    } else {
        Style::new()
    };
    let detail = verdict.detail.get(app.lang);
    for line in markdown::wrapped(detail, wide.saturating_sub(5)) {
        let text = format!("    {line}");
        lines.push(Line::from(Span::styled(text, detail_style)));
    }
    lines
}

/// Who waits for what, where nobody can go on.
fn deadlock(app: &App, run: &RunView, wide: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let Some(waits) = run.whole().deadlock() else {
        return lines;
    };
    let title = markdown::wrapped(app.lang.phrase("tui.deadlock-title"), wide);
    lines.extend(title.into_iter().map(|line| line.style(app.theme.bad())));
    for sentence in explain::waits(app.lang, waits) {
        for (n, line) in markdown::wrapped(&sentence, wide.saturating_sub(2))
            .iter()
            .enumerate()
        {
            let mark = if n == 0 {
                app.theme.glyphs.pick("• ", "* ")
            } else {
                "  "
            };
            lines.push(Line::from(format!("{mark}{line}")));
        }
    }
    lines.extend(circle(app, waits, wide));
    lines.push(Line::default());
    lines
}

/// The circle that nobody can leave, where there is one.
fn circle(app: &App, waits: &[Wait], wide: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for link in explain::circle(app.lang, waits) {
        if lines.is_empty() {
            let title = markdown::wrapped(app.lang.phrase("deadlock.circle"), wide);
            lines.extend(title.into_iter().map(|line| line.style(app.theme.bad())));
        }
        let text = markdown::wrapped(&link.text, wide.saturating_sub(3));
        for (n, line) in text.iter().enumerate() {
            let (drawn, plain) = if n == 0 { link.mark() } else { link.rest() };
            let mark = app.theme.glyphs.pick(drawn, plain);
            lines.push(Line::from(format!("{mark}{line}")));
        }
    }
    lines
}

fn head(app: &App, lines: &mut Vec<Line<'static>>, words: &str, wide: usize) {
    lines.push(Line::default());
    let words = markdown::wrapped(words, wide);
    lines.extend(
        words
            .into_iter()
            .map(|line| line.style(app.theme.heading())),
    );
    lines.push(Line::default());
}
