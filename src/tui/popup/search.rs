//! Words to search for, typed in the footer.

use super::{Popup, Sheet, Then};
use crate::text::clean;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::hint::Hint;
use crate::tui::update::find;

#[derive(Debug, Default)]
pub(crate) struct Search {
    text: String,
}

impl Popup for Search {
    fn sheet(&self, _: &App) -> Option<Sheet> {
        None
    }

    fn prompt(&self, app: &App) -> Option<String> {
        let asked = app.lang.phrase("tui.search-ask");
        Some(format!("{asked} /{}", clean(&self.text)))
    }

    fn types(&self, _: char) -> bool {
        true
    }

    fn update(&mut self, app: &mut App, action: Action) -> Then {
        match action {
            Action::Type(c) => self.text.push(c),
            Action::Erase => drop(self.text.pop()),
            Action::Confirm => {
                app.search = Some(std::mem::take(&mut self.text)).filter(|text| !text.is_empty());
                find(app, 1);
                return Then::Close;
            }
            Action::Cancel => return Then::Close,
            _ => {}
        }
        Then::Stay
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.key-search")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        Vec::new()
    }
}
