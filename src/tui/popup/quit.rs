//! Leave while a run goes on?

use super::{Popup, Sheet, Then};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::{Effect, Leave};
use crate::tui::hint::Hint;
use crate::tui::markdown;

/// Columns of the text.
const WIDE: usize = 56;

#[derive(Debug)]
pub(crate) struct Quit;

impl Popup for Quit {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let lines = markdown::wrapped(app.lang.phrase("tui.quit-ask"), WIDE);
        Some(Sheet::new(app.lang.phrase("tui.quit-title"), lines))
    }

    fn update(&mut self, _: &mut App, action: Action) -> Then {
        match action {
            Action::Confirm | Action::Quit => Then::Effects(vec![Effect::Leave(Leave::Quit)]),
            Action::Cancel => Then::Close,
            _ => Then::Stay,
        }
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.key-quit")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        vec![Hint::new("Esc", "tui.hint-no")]
    }
}
