//! The lesson's checks and what became of them in this run.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::markdown;
use crate::tui::app::App;

pub(crate) fn subtitle(app: &App) -> Option<String> {
    let verdicts = &app.run.as_ref()?.verdicts;
    let passed = verdicts.iter().filter(|verdict| verdict.passed).count();
    (!verdicts.is_empty()).then(|| format!("{passed}/{}", verdicts.len()))
}

pub(crate) fn lines(app: &App, wide: usize) -> Vec<Line<'static>> {
    let Some(run) = &app.run else {
        return markdown::wrapped(app.lang.phrase("tui.checks-none"), wide);
    };
    if run.verdicts.is_empty() {
        let key = if run.over {
            "tui.checks-no-lesson"
        } else {
            "tui.checks-later"
        };
        return markdown::wrapped(app.lang.phrase(key), wide);
    }
    let mut lines = super::quiz::graded(app, wide);
    for verdict in &run.verdicts {
        let (sign, style) = if verdict.passed {
            (app.theme.glyphs.pick("✓", "ok"), app.theme.good())
        } else {
            (app.theme.glyphs.pick("✗", "NO"), app.theme.bad())
        };
        for (i, line) in markdown::wrapped(verdict.words.get(app.lang), wide.saturating_sub(3))
            .into_iter()
            .enumerate()
        {
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
        for line in markdown::wrapped(verdict.detail.get(app.lang), wide.saturating_sub(5)) {
            lines.push(Line::from(Span::styled(
                format!("    {line}"),
                detail_style,
            )));
        }
    }
    lines
}
