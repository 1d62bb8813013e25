//! A panel in its frame: border, title, the sign of the focus.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders};

use crate::text::width;
use crate::tui::app::App;
use crate::tui::layout::Placed;
use crate::tui::panel::{PanelId, Rows};
use crate::tui::theme::Glyphs;

/// A panel with its border and title.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, placed: &Placed) {
    let (id, rect) = (placed.id, placed.rect);
    let focused = app.panes.focus == id && app.popup.is_none();
    let border = match app.theme.glyphs {
        Glyphs::Unicode => BorderType::Rounded,
        Glyphs::Ascii => BorderType::Plain,
    };
    // The focus is told by a sign too, not by colour alone.
    let mark = if focused {
        app.theme.glyphs.pick("▸", ">")
    } else {
        ""
    };
    let mut title = vec![Span::styled(mark, app.theme.heading())];
    for (n, (tab, name)) in placed.titles(app).into_iter().enumerate() {
        let style = match (tab == id, focused) {
            (true, true) => app.theme.heading(),
            (true, false) => Style::new(),
            (false, _) => app.theme.dim(),
        };
        if n > 0 {
            title.push(Span::styled(
                app.theme.glyphs.pick("│", "|"),
                app.theme.dim(),
            ));
        }
        title.push(Span::styled(name, style));
    }
    let block = Block::new()
        .borders(Borders::ALL)
        .border_type(border)
        .border_style(app.theme.border(focused))
        .title(Line::from(title));
    let inner = block.inner(rect);
    let block = if app.theme.glyphs == Glyphs::Ascii {
        block.border_set(ASCII)
    } else {
        block
    };
    frame.render_widget(block, rect);
    if inner.width == 0 || inner.height == 0 {
        return;
    }
    let rows = id.panel().rows(app, inner.as_size());
    let more = more_lines(app, rows.first, rows.below(inner.height));
    draw_rows(app, frame, id, inner, rows);
    let wide = u16::try_from(width(&more)).unwrap_or(u16::MAX);
    let rect = Rect::new(rect.x + 1, rect.bottom() - 1, wide.min(inner.width), 1);
    frame.render_widget(Span::styled(more, app.theme.border(focused)), rect);
}

/// How many lines there are above and below those that are seen; nothing where all are.
pub(super) fn more_lines(app: &App, above: usize, below: usize) -> String {
    let mut text = String::new();
    if above > 0 {
        text += &app.lang.tell("tui.lines-above", &[("n", &above)]);
    }
    if below > 0 {
        text += &app.lang.tell("tui.lines-below", &[("n", &below)]);
    }
    text
}

/// The head, the rows from the first one shown, and at the bottom the foot.
fn draw_rows(app: &App, frame: &mut Frame<'_>, id: PanelId, area: Rect, rows: Rows<'_>) {
    let found = app.panes.place(id).found;
    let end = rows.count.min(rows.first + rows.room(area.height));
    let shown = (rows.first..end).map(|row| match found {
        Some(found) if found == row => (rows.row)(row).style(app.theme.selected()),
        _ => (rows.row)(row),
    });
    draw_lines(frame, area, rows.head.into_iter().chain(shown));
    let high = u16::try_from(rows.foot.len()).unwrap_or(u16::MAX);
    let high = high.min(area.height);
    let foot = Rect {
        y: area.bottom() - high,
        height: high,
        ..area
    };
    draw_lines(frame, foot, rows.foot);
}

/// Lines one below the other, as many as there is room for.
pub(crate) fn draw_lines(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: impl IntoIterator<Item = Line<'static>>,
) {
    for (line, y) in lines.into_iter().zip(area.y..area.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        frame.render_widget(line, row);
    }
}

pub(crate) const ASCII: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
