//! `Sheet`: what stands over the panels: help, lists, forms, questions.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear};

use super::framed::{ASCII, draw_lines, more_lines};
use crate::text::width;
use crate::tui::app::App;
use crate::tui::layout;
use crate::tui::popup::Sheet;
use crate::tui::theme::Glyphs;

fn sheet(app: &App) -> Option<Sheet> {
    app.popup.as_ref()?.sheet(app)
}

impl Sheet {
    fn rect(&self, app: &App, area: Rect) -> Rect {
        let area = match layout::left(app).filter(|_| self.beside) {
            Some(left) => Rect {
                x: left.x,
                width: left.width,
                ..area
            },
            None => area,
        };
        let widest = self.lines.iter().map(Line::width).max().unwrap_or(0);
        let wide = widest.max(width(&self.title) + 4) + 4;
        // The head and the footer stay in sight.
        centred(
            area.inner(Margin::new(0, 1)),
            u16::try_from(wide).unwrap_or(u16::MAX),
            u16::try_from(self.lines.len() + 2).unwrap_or(u16::MAX),
        )
    }

    /// The first line shown in so many rows: the selected one is always seen.
    fn first(&self, high: usize) -> usize {
        match self.selected {
            Some(row) => (row + 1).saturating_sub(high),
            None => self.scroll.min(self.lines.len().saturating_sub(high)),
        }
    }
}

/// Where the lines of the popup stand, from its first line; for the mouse.
pub(crate) fn inside(app: &App, area: Rect) -> Option<Rect> {
    let sheet = sheet(app)?;
    let inner = sheet.rect(app, area).inner(Margin::new(2, 1));
    (sheet.first(usize::from(inner.height)) == 0).then_some(inner)
}

/// The popup, over everything.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(sheet) = sheet(app) else { return };
    let rect = sheet.rect(app, area);
    frame.render_widget(Clear, rect);
    unhalve(frame, rect);
    frame.buffer_mut().set_style(rect, app.theme.base());
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(app.theme.border(true))
        .title(format!(" {} ", sheet.title));
    let block = if app.theme.glyphs == Glyphs::Ascii {
        block.border_set(ASCII)
    } else {
        block
    };
    let inner = rect.inner(Margin::new(2, 1));
    let high = usize::from(inner.height);
    let first = sheet.first(high);
    let left = sheet.lines.len().saturating_sub(first + high);
    let block = block.title_bottom(more_lines(app, first, left));
    frame.render_widget(block, rect);
    let lines = sheet.lines.into_iter().enumerate().skip(first);
    let lines = lines.map(|(index, line)| match sheet.selected {
        Some(selected) if selected == index => line.style(app.theme.selected()),
        _ => line,
    });
    draw_lines(frame, inner, lines);
}

/// A wide character that stands half under the popup's left border would swallow it.
fn unhalve(frame: &mut Frame<'_>, rect: Rect) {
    let Some(x) = rect.x.checked_sub(1) else {
        return;
    };
    for y in rect.y..rect.bottom() {
        if let Some(cell) = frame.buffer_mut().cell_mut((x, y))
            && width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }
}

fn centred(area: Rect, wide: u16, high: u16) -> Rect {
    let (wide, high) = (wide.min(area.width), high.min(area.height));
    Rect::new(
        area.x + (area.width - wide) / 2,
        area.y + (area.height - high) / 2,
        wide,
        high,
    )
}
