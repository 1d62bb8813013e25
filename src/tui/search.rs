//! Search in a panel's lines: the output, the lesson's text, the program.
//!
//! Letters are the same in both cases. Lines are looked at one by one and only until one fits.

use super::app::App;
use super::panel::{self, PanelId};

/// The panel that is searched: the one that has the focus, else the output.
pub(crate) fn panel(app: &App) -> PanelId {
    if app.panes.focus.panel().is_searched() {
        app.panes.focus
    } else {
        PanelId::Output
    }
}

/// The next line that holds the words, from `from` on (or back), going round; `from` itself last.
pub(crate) fn next(app: &App, words: &str, from: usize, by: i64) -> Option<usize> {
    let wanted = words.to_lowercase();
    let lines = panel::lines(app, panel(app));
    let count = lines.count;
    (1..=count)
        .map(|far| {
            if by > 0 {
                (from + far) % count
            } else {
                (from + count - far % count) % count
            }
        })
        .find(|index| (lines.line)(*index).to_lowercase().contains(&wanted))
}
