//! All keys, from the same table the footer is made of.

use ratatui::text::{Line, Span};

use super::{Popup, SCROLL, Sheet, Then, moved};
use crate::text::fit;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::hint::Hint;
use crate::tui::keymap::{self, TABLE};

#[derive(Debug, Default)]
pub(crate) struct Help {
    scroll: usize,
}

impl Popup for Help {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let offered = TABLE.iter().filter(|binding| binding.is_offered(app));
        let lines = offered.map(|binding| {
            Line::from(vec![
                Span::styled(fit(binding.shown, 11), app.theme.heading()),
                Span::raw(keymap::words(app, binding.words)),
            ])
        });
        Some(Sheet {
            scroll: self.scroll,
            ..Sheet::new(app.lang.phrase("tui.help-title"), lines.collect())
        })
    }

    fn update(&mut self, _: &mut App, action: Action) -> Then {
        match action {
            Action::Move(step) => self.scroll = moved(self.scroll, step, TABLE.len()),
            Action::Help | Action::Confirm | Action::Quit | Action::Cancel => return Then::Close,
            _ => {}
        }
        Then::Stay
    }

    fn next(&self, _: &App) -> Hint {
        super::CLOSE
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        vec![SCROLL]
    }
}
