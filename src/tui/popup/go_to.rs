//! Where to go, typed in the footer: a number, a share, a moment, an event in words.

use super::{Popup, Sheet, Then};
use crate::text::clean;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::hint::Hint;
use crate::tui::update::go_to;

#[derive(Debug, Default)]
pub(crate) struct GoTo {
    text: String,
}

impl Popup for GoTo {
    fn sheet(&self, _: &App) -> Option<Sheet> {
        None
    }

    fn prompt(&self, app: &App) -> Option<String> {
        let asked = app.lang.phrase("tui.goto-ask");
        Some(format!("{asked} {}", clean(&self.text)))
    }

    fn types(&self, _: char) -> bool {
        true
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        match action {
            Action::Type(c) => self.text.push(c),
            Action::Erase => drop(self.text.pop()),
            Action::Confirm => {
                go_to(app, &self.text);
                return Then::Close;
            }
            Action::Cancel => return Then::Close,
            _ => {}
        }
        Then::Stay
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.key-goto")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        Vec::new()
    }
}
