//! A panel in its frame: border, title, the sign of the focus.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Borders};

use crate::text::width;
use crate::tui::action::PanelId;
use crate::tui::app::App;
use crate::tui::panel;
use crate::tui::theme::Glyphs;

/// A panel with its border and title.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, id: PanelId, rect: Rect) {
    let focused = app.focus == id && app.popup.is_none();
    let border = match app.theme.glyphs {
        Glyphs::Unicode => BorderType::Rounded,
        Glyphs::Ascii => BorderType::Plain,
    };
    let mut title = format!(" {} ", app.lang.phrase(id.title()));
    if let Some(more) = panel::subtitle(app, id) {
        title = format!(" {} · {more} ", app.lang.phrase(id.title()));
    }
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
    let left = panel::draw(app, frame, id, inner);
    if left > 0 {
        let more = app.lang.tell("tui.more-lines", &[("n", &left)]);
        let style = app.theme.border(focused);
        let wide = u16::try_from(width(&more)).unwrap_or(u16::MAX);
        let rect = Rect::new(rect.x + 1, rect.bottom() - 1, wide.min(inner.width), 1);
        frame.render_widget(Span::styled(more, style), rect);
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
