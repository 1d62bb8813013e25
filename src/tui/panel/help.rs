//! All keys, from the same table the footer is made of.

use ratatui::text::{Line, Span};

use crate::text::fit;
use crate::tui::app::App;
use crate::tui::keymap::{self, TABLE};

pub(crate) fn lines(app: &App, scroll: usize) -> Vec<Line<'static>> {
    TABLE
        .iter()
        .skip(scroll)
        .map(|binding| {
            Line::from(vec![
                Span::styled(fit(binding.shown, 11), app.theme.heading()),
                Span::raw(keymap::told(app, binding.words)),
            ])
        })
        .collect()
}
