//! `Panes`: how the screen is looked at: the panel with the focus, where each is scrolled to, what is
//! selected.

use std::collections::HashMap;

use super::panel::PanelId;
use super::viewport::Viewport;

/// Which of the twins the source panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twin {
    Python,
    Rust,
}

/// Where a panel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// First line shown.
    pub(crate) top: usize,
    /// Columns cut off at the left.
    pub(crate) left: usize,
    /// The line a search has found.
    pub(crate) found: Option<usize>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of the screen, each read by its name"
)]
pub(crate) struct Panes {
    pub(crate) size: (u16, u16),
    pub(crate) focus: PanelId,
    /// The panel with the focus has the whole screen.
    pub(crate) zoom: bool,
    pub(crate) twin: Twin,
    pub(crate) places: HashMap<PanelId, Place>,
    /// How the time axis is looked at.
    pub(crate) viewport: Viewport,
    /// The output panel shows the newest lines.
    pub(crate) follow: bool,
    /// The process that is selected, by birth number.
    pub(crate) selected: Option<u32>,
    /// The outcome that is selected, from 0.
    pub(crate) outcome: Option<usize>,
    /// Only the selected process's output.
    pub(crate) filter: bool,
    /// Rows of ps of forklore itself are shown too.
    pub(crate) own_rows: bool,
}

impl Panes {
    pub(crate) fn new() -> Panes {
        Panes {
            size: (80, 24),
            focus: PanelId::Lesson,
            zoom: false,
            twin: Twin::Python,
            places: HashMap::new(),
            viewport: Viewport::default(),
            follow: true,
            selected: None,
            outcome: None,
            filter: false,
            own_rows: false,
        }
    }

    pub(crate) fn place(&self, panel: PanelId) -> Place {
        self.places.get(&panel).copied().unwrap_or_default()
    }

    /// Another lesson is open: everything stands at its beginning.
    pub(super) fn open(&mut self) {
        self.places.clear();
        self.viewport = Viewport::default();
        self.focus = PanelId::Lesson;
        self.selected = None;
        self.filter = false;
        self.follow = true;
    }

    /// A run begins.
    pub(super) fn begin_run(&mut self) {
        (self.selected, self.outcome) = (None, None);
        self.follow = true;
        for place in self.places.values_mut() {
            place.found = None;
        }
        self.places.remove(&PanelId::Checks);
        self.viewport = Viewport::default();
    }
}
