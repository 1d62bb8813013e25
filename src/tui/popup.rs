//! Popups: what stands over the panels; one file each, one trait.
//!
//! While a popup is open it gets every action first. It says what it shows as a [`Sheet`], what it does
//! with an action, and which keys the footer names.
//!
//! # How to add a popup
//! Write `popup/notes.rs` with a type that implements [`Popup`], declare the module below, and open it
//! from an action of `update` (a new key is a line of `keymap::TABLE`).

pub(crate) mod go_to;
pub(crate) mod graded;
pub(crate) mod help;
pub(crate) mod input;
pub(crate) mod inquiries;
pub(crate) mod kill;
pub(crate) mod lessons;
pub(crate) mod parameters;
pub(crate) mod predict;
pub(crate) mod quit;
pub(crate) mod search;

use std::any::Any;
use std::fmt::Debug;

use ratatui::text::Line;

use super::action::{Action, Step};
use super::app::App;
use super::effect::Effect;
use super::hint::Hint;

/// What stands over the panels.
pub(crate) trait Popup: Any + Debug {
    /// What it shows; `None` where it only asks for words in the footer.
    fn sheet(&self, app: &App) -> Option<Sheet>;

    /// Does an action, or leaves it alone.
    fn update(&mut self, app: &mut App, action: Action) -> Then;

    /// The key the footer names first.
    fn next(&self, app: &App) -> Hint;

    /// The other keys in the footer.
    fn others(&self, app: &App) -> Vec<Hint>;

    /// Words being typed, as the footer shows them.
    fn prompt(&self, _: &App) -> Option<String> {
        None
    }

    /// Whether this letter is typed here, and does nothing else.
    fn types(&self, _: char) -> bool {
        false
    }
}

/// What becomes of a popup after an action.
#[derive(Debug)]
pub(crate) enum Then {
    Stay,
    Close,
    /// It closes, and this is to be done outside.
    Effects(Vec<Effect>),
    /// It closes, and the action does what it does without it.
    Pass,
}

/// What a popup shows.
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) lines: Vec<Line<'static>>,
    /// The line that is selected.
    pub(crate) selected: Option<usize>,
    /// Lines scrolled past.
    pub(crate) scroll: usize,
    /// It stands on the left where the screen is wide: the rows of ps and the output stay in sight.
    pub(crate) beside: bool,
}

impl Sheet {
    pub(crate) fn new(title: &str, lines: Vec<Line<'static>>) -> Sheet {
        Sheet {
            title: title.to_owned(),
            lines,
            selected: None,
            scroll: 0,
            beside: false,
        }
    }
}

const CHOOSE: Hint = Hint::new("↑↓", "tui.hint-choose");
const CLOSE: Hint = Hint::new("Esc", "tui.hint-close");
const SCROLL: Hint = Hint::new("↑↓", "tui.hint-scroll");

/// A place moved by a step within so many.
pub(crate) fn moved(place: usize, step: Step, count: usize) -> usize {
    let last = count.saturating_sub(1);
    match step {
        Step::Lines(by) => place
            .saturating_add_signed(isize::try_from(by).unwrap_or(0))
            .min(last),
        Step::Pages(by) => place
            .saturating_add_signed(isize::try_from(by * 10).unwrap_or(0))
            .min(last),
        Step::Start => 0,
        Step::End => last,
    }
}
