//! The panels: one file each, one trait, one table.
//!
//! A panel reads the `App` and gives its rows; it draws nothing and keeps nothing. Frames, scrolling,
//! search, copying and the mouse work on rows and are the same for every panel.
//!
//! # How to add a panel
//! 1. Write `panel/memory.rs`: a unit struct `Memory` that implements [`Panel`]. The required methods
//!    are its title (a key of `assets/locales`), the region it stands in, and its rows.
//! 2. Declare the module and add its line to the table `panels!` below.
//!
//! Tab, layout, focus, zoom, clicks, search and copying follow from the table; the pictures of
//! `tests/pictures.rs` are taken of every panel in it. A panel without a required method, a module
//! that is not in the table and a title without words are errors of the compiler or of a test.

mod cache;
mod checks;
mod choices;
mod findings;
mod fold;
mod lesson;
mod objects;
pub(crate) mod outcomes;
pub(crate) mod output;
pub(crate) mod ps;
mod source;
pub(crate) mod timeline;

use std::rc::Rc;

use ratatui::layout::{Rect, Size};
use ratatui::text::Line;

use super::app::App;
use super::layout;
use crate::model::Process;
pub(crate) use cache::Cache;
pub(crate) use fold::{Shown, shown, started_order};

/// Makes `PanelId` of the table: the order is the one Tab goes through.
macro_rules! panels {
    ($($name:ident in $module:ident,)*) => {
        /// A panel of the screen, in the order Tab goes through them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum PanelId { $($name,)* }

        impl PanelId {
            pub(crate) const ALL: &[PanelId] = &[$(PanelId::$name,)*];

            pub(crate) fn panel(self) -> &'static dyn Panel {
                match self { $(PanelId::$name => &$module::$name,)* }
            }

            /// The panels that have something to show here.
            pub(crate) fn shown(app: &App) -> impl Iterator<Item = PanelId> {
                let own = app.is_of_own_program();
                let all = PanelId::ALL.iter().copied();
                all.filter(move |id| !own || !id.panel().is_of_a_lesson())
            }
        }
    };
}

panels! {
    Lesson in lesson,
    Source in source,
    Ps in ps,
    Output in output,
    Choices in choices,
    Objects in objects,
    Timeline in timeline,
    Checks in checks,
    Outcomes in outcomes,
    Findings in findings,
}

/// A part of the screen. Panels of one region share it: the one with the focus is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    Text,
    Program,
    Processes,
    Output,
    Choice,
    Shared,
    Time,
    Results,
}

/// Columns of a text at most: longer lines are hard to read.
const READABLE: u16 = 100;

/// What the keys up and down do in a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moves {
    /// Scroll its rows.
    Rows,
    /// Scroll its rows; at the end it follows what comes.
    NewestRows,
    /// Select another process.
    Selection,
    /// Select another outcome.
    Outcome,
    /// Go to the moment that the next of its entries is about.
    Moments,
}

/// What a panel is.
pub(crate) trait Panel {
    /// Locale key of its title.
    fn title(&self) -> &'static str;

    fn region(&self) -> Region;

    /// Its rows on an area of this size.
    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a>;

    /// A program of one's own has none.
    fn is_of_a_lesson(&self) -> bool {
        false
    }

    /// What its title says beside its name.
    fn subtitle(&self, _: &App) -> Option<String> {
        None
    }

    fn moves(&self) -> Moves {
        Moves::Rows
    }

    /// Left and right move its time axis instead of its columns.
    fn has_time_axis(&self) -> bool {
        false
    }

    /// The process that a row is about.
    fn process_at(&self, _: &App, _row: usize) -> Option<u32> {
        None
    }

    /// Numbers of the events that its entries are about, one each.
    fn moments(&self, _: &App) -> Vec<u64> {
        Vec::new()
    }

    /// The entry that a row belongs to.
    fn entry_at(&self, _: &App, _row: usize) -> Option<usize> {
        None
    }

    /// Whether its rows can be searched; otherwise a search looks at the output.
    fn is_searched(&self) -> bool {
        false
    }

    /// The text that is searched and copied, a line a row; `None`: its rows as they are shown.
    fn lines<'a>(&self, _: &'a App) -> Option<TextLines<'a>> {
        None
    }

    /// All of its text, for the clipboard, where that is not its lines.
    fn copied(&self, _: &App) -> Option<String> {
        None
    }
}

/// A function from a row's number to what stands there.
type At<'a, T> = Box<dyn Fn(usize) -> T + 'a>;

/// Rows of a panel, made one by one as they are seen.
pub(crate) struct Rows<'a> {
    /// Stands above the rows and does not scroll.
    pub(crate) head: Vec<Line<'static>>,
    /// Stands at the bottom and does not scroll.
    pub(crate) foot: Vec<Line<'static>>,
    pub(crate) count: usize,
    /// The first row shown.
    pub(crate) first: usize,
    pub(crate) row: At<'a, Line<'static>>,
}

impl Rows<'_> {
    /// Lines that are there already.
    fn of(lines: Rc<[Line<'static>]>, top: usize, size: Size) -> Rows<'static> {
        let count = lines.len();
        Rows {
            head: Vec::new(),
            foot: Vec::new(),
            count,
            first: top.min(count.saturating_sub(usize::from(size.height))),
            row: Box::new(move |row| lines.get(row).cloned().unwrap_or_default()),
        }
    }

    /// Rows there is room for in so many lines.
    pub(crate) fn room(&self, high: u16) -> usize {
        usize::from(high).saturating_sub(self.head.len() + self.foot.len())
    }

    /// Rows below the last one shown.
    pub(crate) fn below(&self, high: u16) -> usize {
        self.count.saturating_sub(self.first + self.room(high))
    }
}

/// Text by line.
pub(crate) struct TextLines<'a> {
    pub(crate) count: usize,
    pub(crate) line: At<'a, String>,
}

/// The size of a panel's inside as the screen is now; of one that is not shown, its width is a guess.
pub(crate) fn size(app: &App, id: PanelId) -> Size {
    layout::inner(app, id).map_or(Size::new(80, 1), Rect::as_size)
}

/// A panel's rows as the screen is now.
pub(crate) fn rows(app: &App, id: PanelId) -> Rows<'_> {
    id.panel().rows(app, size(app, id))
}

/// A panel's text by line.
pub(crate) fn lines(app: &App, id: PanelId) -> TextLines<'_> {
    id.panel().lines(app).unwrap_or_else(|| {
        let Rows { count, row, .. } = rows(app, id);
        TextLines {
            count,
            line: Box::new(move |index| row(index).to_string()),
        }
    })
}

/// A panel's whole text.
pub(crate) fn text(app: &App, id: PanelId) -> String {
    id.panel().copied(app).unwrap_or_else(|| {
        let lines = lines(app, id);
        let all: Vec<String> = (0..lines.count).map(lines.line).collect();
        all.join("\n")
    })
}

/// The first row shown: that of the selected process is always seen.
fn first_with(app: &App, order: &[&Process], top: usize, room: usize) -> usize {
    let selected = app.panes.selected;
    let row = selected.and_then(|proc| order.iter().position(|process| process.proc == proc));
    let top = row.map_or(top, |row| {
        top.clamp((row + 1).saturating_sub(room.max(1)), row)
    });
    top.min(order.len().saturating_sub(room))
}
