//! The answers to what is asked beside the runs: the lesson under each start method, and its claims with
//! what their probes print here.

use ratatui::text::Line;

use super::{CLOSE, Popup, SCROLL, Sheet, Then, moved};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::claims::claims;
use crate::tui::hint::Hint;
use crate::tui::inquiry::{Asked, Question};
use crate::tui::markdown;

/// Columns of the text at most.
const WIDE: u16 = 100;

#[derive(Debug)]
pub(crate) struct Inquiries {
    pub(crate) question: Question,
    scroll: usize,
}

impl Inquiries {
    pub(crate) fn new(question: Question) -> Inquiries {
        Inquiries {
            question,
            scroll: 0,
        }
    }

    fn lines(&self, app: &App) -> Vec<Line<'static>> {
        let wide = usize::from(app.panes.size.0.saturating_sub(8).min(WIDE));
        let asked = app.inquiries.of(&self.question);
        let page = asked.and_then(|asked| asked.page.as_deref());
        let mut lines = match &self.question {
            Question::StartMethods { .. } => page.map_or_else(Vec::new, |page| {
                let lines = page.lines();
                lines.flat_map(|line| indented(line, wide)).collect()
            }),
            Question::Claims { .. } => claims(app, wide),
        };
        if asked.is_some_and(Asked::is_going) {
            let going = app.lang.phrase("tui.inquiry-going");
            let going = markdown::wrapped(going, wide);
            lines.extend(
                going
                    .into_iter()
                    .map(|line| line.style(app.theme.warning())),
            );
        }
        lines
    }
}

/// A line of text, wrapped where its own text begins.
fn indented(line: &str, wide: usize) -> Vec<Line<'static>> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    if text.is_empty() {
        return vec![Line::default()];
    }
    let wrapped = markdown::wrapped(text, wide.saturating_sub(indent));
    let lines = wrapped.into_iter();
    lines
        .map(|line| Line::from(format!("{:indent$}{line}", "")))
        .collect()
}

impl Popup for Inquiries {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let title = match self.question {
            Question::StartMethods { .. } => "tui.methods-title",
            Question::Claims { .. } => "tui.claims-title",
        };
        Some(Sheet {
            scroll: self.scroll,
            ..Sheet::new(app.lang.phrase(title), self.lines(app))
        })
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        match action {
            Action::Move(step) => {
                self.scroll = moved(self.scroll, step, self.lines(app).len());
            }
            Action::Cancel
            | Action::Confirm
            | Action::Quit
            | Action::StartMethods
            | Action::Claims => {
                return Then::Close;
            }
            _ => {}
        }
        Then::Stay
    }

    fn next(&self, _: &App) -> Hint {
        CLOSE
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        vec![SCROLL]
    }
}
