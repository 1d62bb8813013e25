//! Search in a panel's lines: the output, the lesson's text, the program.
//!
//! Letters are the same in both cases. Lines are looked at one by one and only until one fits.

use super::action::PanelId;
use super::app::App;
use super::panel;

/// The panel that is searched: the one that has the focus, else the output.
pub(crate) fn panel(app: &App) -> PanelId {
    match app.focus {
        PanelId::Lesson | PanelId::Source | PanelId::Checks | PanelId::Objects => app.focus,
        _ => PanelId::Output,
    }
}

/// The next line that holds the words, from `from` on (or back), going round; `from` itself last.
pub(crate) fn next(app: &App, words: &str, from: usize, by: i64) -> Option<usize> {
    let panel = panel(app);
    let wanted = words.to_lowercase();
    let lines = Lines::of(app, panel);
    let count = lines.count();
    (1..=count)
        .map(|far| {
            if by > 0 {
                (from + far) % count
            } else {
                (from + count - far % count) % count
            }
        })
        .find(|index| lines.holds(*index, &wanted))
}

/// A panel's lines: the output's one at a time, the others' all at once.
enum Lines<'a> {
    Output(&'a App),
    Text(Vec<String>),
}

impl Lines<'_> {
    fn of(app: &App, panel: PanelId) -> Lines<'_> {
        if panel == PanelId::Output {
            return Lines::Output(app);
        }
        let text = panel::text(app, panel);
        Lines::Text(text.lines().map(str::to_lowercase).collect())
    }

    fn count(&self) -> usize {
        match self {
            Lines::Output(app) => panel::output::count(app),
            Lines::Text(lines) => lines.len(),
        }
    }

    fn holds(&self, index: usize, wanted: &str) -> bool {
        match self {
            Lines::Output(app) => panel::output::plain(app, index)
                .is_some_and(|line| line.to_lowercase().contains(wanted)),
            Lines::Text(lines) => lines.get(index).is_some_and(|line| line.contains(wanted)),
        }
    }
}
