//! The last line: what there is to say, else the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::text::{clean, width};
use crate::tui::app::{App, Popup};
use crate::tui::keymap::{Binding, TABLE};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let asked = match &app.popup {
        Some(Popup::Search { text }) => Some((app.lang.phrase("tui.search-ask"), "/", text)),
        Some(Popup::GoTo { text }) => Some((app.lang.phrase("tui.goto-ask"), "", text)),
        _ => None,
    };
    if let Some((asked, sign, text)) = asked {
        let text = clean(text);
        frame.render_widget(Line::from(format!(" {asked} {sign}{text}_")), rect);
        return;
    }
    if let Some(notice) = &app.notice {
        let text = clean(notice);
        frame.render_widget(
            Line::from(Span::styled(format!(" {text}"), app.theme.warning())),
            rect,
        );
        return;
    }
    frame.render_widget(Line::from(key_hints(app, usize::from(rect.width))), rect);
}

/// Keys of the table for the footer; help and the way out are never left out.
fn key_hints(app: &App, wide: usize) -> Vec<Span<'static>> {
    let bindings = TABLE.iter().filter(|binding| binding.footer);
    let need = |binding: &Binding| width(binding.shown) + width(app.lang.phrase(binding.words)) + 3;
    let always = |binding: &Binding| matches!(binding.shown, "?" | "q");
    let mut room = wide.saturating_sub(bindings.clone().filter(|one| always(one)).map(need).sum());
    let mut spans = Vec::new();
    for binding in bindings {
        if !always(binding) {
            let Some(left) = room.checked_sub(need(binding)) else {
                continue;
            };
            room = left;
        }
        spans.push(Span::styled(
            format!(" {}", binding.shown),
            app.theme.heading(),
        ));
        let words = app.lang.phrase(binding.words);
        spans.push(Span::styled(format!(" {words} "), app.theme.dim()));
    }
    spans
}
