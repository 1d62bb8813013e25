//! A line for the program's stdin, typed in the footer.

use super::{Popup, Sheet, Then};
use crate::text::clean;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::hint::Hint;

#[derive(Debug, Default)]
pub(crate) struct Input {
    text: String,
}

impl Popup for Input {
    fn sheet(&self, _: &App) -> Option<Sheet> {
        None
    }

    fn prompt(&self, app: &App) -> Option<String> {
        let asked = app.lang.phrase("tui.input-ask");
        Some(format!("{asked} {}", clean(&self.text)))
    }

    fn types(&self, _: char) -> bool {
        true
    }

    fn update(&mut self, _: &mut App, action: Action) -> Then {
        match action {
            Action::Type(c) => self.text.push(c),
            Action::Erase => drop(self.text.pop()),
            Action::Confirm => {
                let line = std::mem::take(&mut self.text) + "\n";
                return Then::Effects(vec![Effect::Input(line)]);
            }
            Action::Cancel => return Then::Close,
            _ => {}
        }
        Then::Stay
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.key-input-give")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        Vec::new()
    }
}
