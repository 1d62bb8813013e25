//! What went wrong in the run, live: each finding with its cause, what to do, and who waits for whom.
//!
//! The keys up and down go from one to the next, and to the moment it is about; so does a click.

use ratatui::layout::Size;
use ratatui::text::{Line, Span};

use super::cache::Content;
use super::{Moves, Panel, PanelId, READABLE, Region, Rows};
use crate::finding::{Certainty, ChainLine, Finding};
use crate::tui::app::App;
use crate::tui::markdown;

pub(super) struct Findings;

impl Panel for Findings {
    fn title(&self) -> &'static str {
        "tui.panel-findings"
    }

    fn region(&self) -> Region {
        Region::Results
    }

    fn subtitle(&self, app: &App) -> Option<String> {
        let count = list(app).len();
        (count > 0).then(|| count.to_string())
    }

    fn moves(&self) -> Moves {
        Moves::Moments
    }

    fn moments(&self, app: &App) -> Vec<u64> {
        let moment = |finding: &&Finding| finding.evidence.first().copied().unwrap_or_default();
        list(app).iter().map(moment).collect()
    }

    fn entry_at(&self, app: &App, row: usize) -> Option<usize> {
        let wide = usize::from(super::size(app, PanelId::Findings).width.min(READABLE));
        let mut end = 0;
        list(app).iter().position(|finding| {
            end += entry(app, finding, false, wide).len();
            row < end
        })
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let wide = usize::from(size.width.min(READABLE));
        let run = app.runs.current.as_ref();
        let id = PanelId::Findings;
        let selected = app.panes.place(id).top;
        let content = Content::Findings {
            run: run.map_or(0, |run| run.number),
            changes: run.map_or(0, |run| run.findings.changes()),
            selected,
        };
        let lines = app
            .cache
            .lines(app, id, wide, content, || lines(app, selected, wide));
        // The selected one is seen from its first line on.
        let found = list(app);
        let before = found
            .iter()
            .take(selected.min(found.len().saturating_sub(1)));
        let top = before
            .map(|finding| entry(app, finding, false, wide).len())
            .sum();
        Rows::of(lines, top, size)
    }

    fn is_searched(&self) -> bool {
        true
    }
}

fn list(app: &App) -> Vec<&Finding> {
    let run = app.runs.current.as_ref();
    run.map(|run| run.findings.list()).unwrap_or_default()
}

fn lines(app: &App, selected: usize, wide: usize) -> Vec<Line<'static>> {
    let found = list(app);
    if found.is_empty() {
        let key = if app.runs.current.is_none() {
            "tui.checks-none"
        } else {
            "tui.findings-none"
        };
        return markdown::wrapped(app.lang.phrase(key), wide);
    }
    let entries = found.iter().enumerate();
    entries
        .flat_map(|(number, finding)| entry(app, finding, number == selected, wide))
        .collect()
}

fn entry(app: &App, finding: &Finding, selected: bool, wide: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let (sign, style) = match finding.certainty {
        Certainty::Certain => (app.theme.glyphs.pick("✗", "x"), app.theme.bad()),
        Certainty::Likely => ("!", app.theme.warning()),
        Certainty::Hint => (app.theme.glyphs.pick("·", "-"), app.theme.dim()),
    };
    let certainty = lang.term("findings.certainty", finding.certainty.as_str());
    let kind = lang.term("findings.kind", finding.kind.as_str());
    let mark = if selected {
        app.theme.glyphs.pick("▸", ">")
    } else {
        " "
    };
    let head = lang.tell(
        "findings.head",
        &[("certainty", &certainty), ("kind", &kind)],
    );
    let mut lines = vec![Line::from(vec![
        Span::raw(mark),
        Span::styled(format!("{sign} {head}"), style),
    ])];
    push(&mut lines, finding.text.get(lang), 3, wide);
    for line in finding.chain.iter().filter(|_| finding.chain.len() > 1) {
        push(&mut lines, &drawn(app, line), 3, wide);
    }
    if let Some(advice) = &finding.advice {
        let advice = lang.tell("findings.advice", &[("advice", &advice.get(lang))]);
        push(&mut lines, &advice, 3, wide);
    }
    let places = finding.places.join(", ");
    if !places.is_empty() {
        let from = lines.len();
        push(&mut lines, &places, 3, wide);
        for line in &mut lines[from..] {
            *line = std::mem::take(line).patch_style(app.theme.dim());
        }
    }
    lines.push(Line::default());
    lines
}

fn drawn(app: &App, line: &ChainLine) -> String {
    let branch = match line.depth {
        0 => "",
        _ => app.theme.glyphs.pick("└ ", "\\ "),
    };
    let back = if line.closes {
        app.theme.glyphs.pick(" ↺", " (back)")
    } else {
        ""
    };
    format!("{branch}{}{back}", line.text.get(app.lang))
}

fn push(lines: &mut Vec<Line<'static>>, text: &str, indent: usize, wide: usize) {
    for line in markdown::wrapped(text, wide.saturating_sub(indent)) {
        let mut line = line;
        line.spans.insert(0, Span::raw(" ".repeat(indent)));
        lines.push(line);
    }
}
