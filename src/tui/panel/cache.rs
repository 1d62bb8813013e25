//! `Cache`: lines of panels that are made as a whole, kept from frame to frame.
//!
//! They are made again when the width, the look, or what the panel says it shows has changed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ratatui::text::Line;

use super::PanelId;
use crate::text::Lang;
use crate::tui::app::App;
use crate::tui::theme::Theme;

/// All that a panel's lines are made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// The lesson's text.
    Lesson(Option<String>),
    /// The World of a run behind so many events.
    Moment { run: u64, events: u64 },
    /// Findings of a run after so many changes, one of them selected.
    Findings {
        run: u64,
        changes: u64,
        selected: usize,
    },
    /// The lesson and what came of a run.
    Results {
        lesson: Option<String>,
        run: u64,
        over: bool,
        /// Nobody can go on.
        stuck: bool,
        /// Verdicts and grades there are.
        judged: (usize, usize),
        /// Outcomes found so far, and whether they are all: answers are graded by them.
        explored: (usize, bool),
        /// What the probes of its claims have shown, where that was asked.
        probed: Option<usize>,
    },
}

#[derive(Debug, Clone, PartialEq)]
struct Key {
    wide: usize,
    lang: Lang,
    theme: Theme,
    content: Content,
}

type Kept = HashMap<PanelId, (Key, Rc<[Line<'static>]>)>;

#[derive(Debug, Default)]
pub(crate) struct Cache(RefCell<Kept>);

impl Cache {
    /// The panel's lines for this content, made by `make` where they are not there.
    pub(super) fn lines(
        &self,
        app: &App,
        panel: PanelId,
        wide: usize,
        content: Content,
        make: impl FnOnce() -> Vec<Line<'static>>,
    ) -> Rc<[Line<'static>]> {
        let key = Key {
            wide,
            lang: app.lang,
            theme: app.theme,
            content,
        };
        if let Some((known, lines)) = self.0.borrow().get(&panel)
            && *known == key
        {
            return Rc::clone(lines);
        }
        let lines: Rc<[Line<'static>]> = make().into();
        let kept = (key, Rc::clone(&lines));
        self.0.borrow_mut().insert(panel, kept);
        lines
    }
}
