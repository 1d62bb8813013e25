//! The panels: one file each; here is only which is which.
//!
//! Every panel is a function of the `App` it reads and the area it has. Panels with many lines draw
//! only those that are seen.

pub(crate) mod checks;
pub(crate) mod compare;
pub(crate) mod form;
pub(crate) mod help;
pub(crate) mod kill;
pub(crate) mod lesson;
pub(crate) mod list;
pub(crate) mod markdown;
pub(crate) mod objects;
pub(crate) mod output;
pub(crate) mod ps;
pub(crate) mod quiz;
pub(crate) mod source;
pub(crate) mod timeline;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::action::PanelId;
use super::app::App;

/// Draws the inside of a panel; gives how many lines there are below those that are seen, where
/// somebody may want to know.
pub(crate) fn draw(app: &App, frame: &mut Frame<'_>, id: PanelId, area: Rect) -> usize {
    let wide = usize::from(area.width);
    match id {
        PanelId::Lesson => return show(app, frame, id, area, lesson::lines(app, wide)),
        PanelId::Objects => return show(app, frame, id, area, objects::lines(app, wide)),
        PanelId::Checks => return show(app, frame, id, area, checks::lines(app, wide)),
        PanelId::Source => return source::draw(app, frame, area),
        PanelId::Ps => ps::draw(app, frame, area),
        PanelId::Output => output::draw(app, frame, area),
        PanelId::Timeline => timeline::draw(app, frame, area),
    }
    0
}

/// Lines from where the panel is scrolled to; gives how many are left below.
fn show(
    app: &App,
    frame: &mut Frame<'_>,
    id: PanelId,
    area: Rect,
    lines: Vec<Line<'static>>,
) -> usize {
    let high = usize::from(area.height);
    let last = lines.len().saturating_sub(high);
    let top = app.place(id).top.min(last);
    let found = app.place(id).found;
    for ((index, line), y) in lines
        .into_iter()
        .enumerate()
        .skip(top)
        .zip(area.y..area.bottom())
    {
        let line = if found == Some(index) {
            line.style(app.theme.selected())
        } else {
            line
        };
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..area
            },
        );
    }
    last - top
}

/// What a panel's title says beside its name.
pub(crate) fn subtitle(app: &App, id: PanelId) -> Option<String> {
    match id {
        PanelId::Source => Some(source::file(app).to_owned()),
        PanelId::Output => output::subtitle(app),
        PanelId::Checks => checks::subtitle(app),
        PanelId::Timeline => timeline::subtitle(app),
        _ => None,
    }
}

/// Columns a panel has for its text as the screen is now.
fn wide(app: &App, id: PanelId) -> usize {
    super::layout::inner(app, id).map_or(80, |rect| usize::from(rect.width))
}

/// Lines a panel has.
pub(crate) fn count(app: &App, id: PanelId) -> usize {
    match id {
        PanelId::Lesson => lesson::lines(app, wide(app, id)).len(),
        PanelId::Source => source::text(app).lines().count(),
        PanelId::Ps | PanelId::Timeline => app.world().process_count(),
        PanelId::Output => output::count(app),
        PanelId::Objects => objects::lines(app, wide(app, id)).len(),
        PanelId::Checks => checks::lines(app, wide(app, id)).len(),
    }
}

/// A panel's whole text.
pub(crate) fn text(app: &App, id: PanelId) -> String {
    match id {
        PanelId::Source => source::text(app).to_owned(),
        PanelId::Output => output::text(app),
        PanelId::Ps => ps::text(app),
        PanelId::Lesson => plain(&lesson::lines(app, wide(app, id))),
        PanelId::Objects => plain(&objects::lines(app, wide(app, id))),
        PanelId::Checks => plain(&checks::lines(app, wide(app, id))),
        PanelId::Timeline => timeline::text(app),
    }
}

fn plain(lines: &[Line<'_>]) -> String {
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
