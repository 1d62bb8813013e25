//! `view`: the frame of an `App`; it reads and changes nothing.
//!
//! ```text
//! head       lesson, state of the run
//! panels     as `layout` cuts them
//! transport  play head, place, speed: the same live and in replay
//! footer     keys, or what there is to say
//! ```

mod compare;
mod footer;
pub(crate) mod framed;
mod head;
pub(crate) mod sheet;
mod tabs;
pub(crate) mod transport;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Wrap};

use super::app::App;
use super::layout::{SMALLEST, frames};
use super::theme::Glyphs;
use crate::text::Lang;

/// Draws the screen.
pub(crate) fn view(app: &App, frame: &mut Frame<'_>) {
    screen(app, frame);
    if app.theme.glyphs == Glyphs::Ascii {
        plain_signs(app, frame);
    }
}

/// Signs of texts for a terminal that has ASCII only. Who asked for Chinese gets its letters all the
/// same; else nothing is sent that such a terminal would garble.
fn plain_signs(app: &App, frame: &mut Frame<'_>) {
    for cell in &mut frame.buffer_mut().content {
        let plain = match cell.symbol() {
            "…" => "~",
            "•" => "*",
            "·" | "—" | "–" | "─" => "-",
            "→" | "▸" => ">",
            "←" | "◂" => "<",
            "↑" => "^",
            "↓" => "v",
            "‘" | "’" => "'",
            "“" | "”" => "\"",
            "×" => "x",
            "␇" | "␊" | "␍" | "␛" => "?",
            symbol if app.lang == Lang::En && !symbol.is_ascii() => "?",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}

fn screen(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, app.theme.base());
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return too_small(app, frame, area);
    }
    let frames = frames(app, area);
    if app.runs.comparing {
        let body = Rect {
            height: frames.transport.y,
            ..area
        };
        compare::draw(app, frame, body);
        transport::draw(app, frame, frames.transport);
        footer::draw(app, frame, &frames);
        return sheet::draw(app, frame, area);
    }
    head::draw(app, frame, frames.head);
    if let Some(tabs) = frames.tabs {
        tabs::draw(app, frame, tabs);
    }
    for placed in &frames.panels {
        framed::draw(app, frame, placed);
    }
    transport::draw(app, frame, frames.transport);
    footer::draw(app, frame, &frames);
    sheet::draw(app, frame, area);
}

fn too_small(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let words = app.lang.tell(
        "tui.too-small",
        &[("width", &SMALLEST.0), ("height", &SMALLEST.1)],
    );
    frame.render_widget(Paragraph::new(words).wrap(Wrap { trim: true }), area);
}
