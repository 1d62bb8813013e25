//! A panel in its frame: border, title, the sign of the focus.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders};

use crate::text::width;
use crate::tui::app::App;
use crate::tui::panel::{PanelId, Rows};
use crate::tui::theme::Glyphs;

/// A panel with its border and title.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, id: PanelId, rect: Rect) {
    let focused = app.panes.focus == id && app.popup.is_none();
    let border = match app.theme.glyphs {
        Glyphs::Unicode => BorderType::Rounded,
        Glyphs::Ascii => BorderType::Plain,
    };
    let panel = id.panel();
    let name = app.lang.phrase(panel.title());
    let title = match panel.subtitle(app) {
        Some(more) => format!(" {name} · {more} "),
        None => format!(" {name} "),
    };
    // The focus is told by a sign too, not by colour alone.
    let mark = if focused {
        app.theme.glyphs.pick("▸", ">")
    } else {
        ""
    };
    let block = Block::new()
        .borders(Borders::ALL)
        .border_type(border)
        .border_style(app.theme.border(focused))
        .title(Span::styled(
            format!("{mark}{title}"),
            if focused {
                app.theme.heading()
            } else {
                Style::new()
            },
        ));
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
    let rows = panel.rows(app, inner.as_size());
    let left = if rows.counted {
        rows.below(inner.height)
    } else {
        0
    };
    draw_rows(app, frame, id, inner, rows);
    if left > 0 {
        let more = app.lang.tell("tui.more-lines", &[("n", &left)]);
        let style = app.theme.border(focused);
        let wide = u16::try_from(width(&more)).unwrap_or(u16::MAX);
        let rect = Rect::new(rect.x + 1, rect.bottom() - 1, wide.min(inner.width), 1);
        frame.render_widget(Span::styled(more, style), rect);
    }
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
