//! The last line: the next step first, then what there is to say, else further keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::framed::draw_lines;
use crate::text::width;
use crate::tui::app::App;
use crate::tui::hint::Hint;
use crate::tui::hints;
use crate::tui::keymap::{self, Binding, TABLE};
use crate::tui::layout::Frames;
use crate::tui::markdown;

/// Lines that what there is to say may take.
const MOST: u16 = 4;

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, frames: &Frames) {
    let rect = frames.footer;
    if let Some(asked) = app.popup.as_ref().and_then(|popup| popup.prompt(app)) {
        frame.render_widget(Line::from(format!(" {asked}_")), rect);
        return;
    }
    if let Some(notice) = &app.notice {
        return say(app, frame, rect, notice);
    }
    frame.render_widget(Line::from(hints(app, frames)), rect);
}

/// What there is to say, whole: where the last line is too short it takes those above, too.
fn say(app: &App, frame: &mut Frame<'_>, last: Rect, notice: &str) {
    let lines = markdown::wrapped(notice, usize::from(last.width).saturating_sub(2));
    let high = u16::try_from(lines.len()).unwrap_or(MOST).clamp(1, MOST);
    let rect = Rect {
        y: last.bottom().saturating_sub(high),
        height: high,
        ..last
    };
    frame.render_widget(Clear, rect);
    frame.buffer_mut().set_style(rect, app.theme.base());
    let lines = lines
        .into_iter()
        .map(|line| Line::from(format!(" {line}")).style(app.theme.warning()));
    draw_lines(frame, rect, lines);
}

/// The next step, then as many other keys as there is room for; help and the way out come always.
fn hints(app: &App, frames: &Frames) -> Vec<Span<'static>> {
    let wide = usize::from(frames.footer.width);
    let glyphs = app.theme.glyphs;
    let next = hints::next(app, frames);
    let told = format!(
        " {} {} {} ",
        glyphs.pick("▸", ">"),
        keys(app, next),
        app.lang.phrase(next.words)
    );
    let bar = glyphs.pick("│", "|");
    let mut room = wide.saturating_sub(width(&told) + 1);
    let mut spans = vec![
        Span::styled(told, app.theme.next_step()),
        Span::styled(bar, app.theme.dim()),
    ];
    let others = match &app.popup {
        Some(popup) => popup.others(app),
        None => hints::also(app, frames)
            .into_iter()
            .chain(table(app, next))
            .collect(),
    };
    let need = |hint: &Hint| width(keys(app, *hint)) + width(keymap::words(app, hint.words)) + 3;
    let always = |hint: &Hint| matches!(hint.keys, "?" | "q");
    room = room.saturating_sub(others.iter().filter(|one| always(one)).map(need).sum());
    for hint in others {
        if !always(&hint) {
            let Some(left) = room.checked_sub(need(&hint)) else {
                continue;
            };
            room = left;
        }
        spans.push(Span::styled(
            format!(" {}", keys(app, hint)),
            app.theme.heading(),
        ));
        let words = keymap::words(app, hint.words);
        spans.push(Span::styled(format!(" {words} "), app.theme.dim()));
    }
    spans
}

/// Keys as this terminal can show them.
fn keys(app: &App, hint: Hint) -> &'static str {
    let plain = match hint.keys {
        "↑↓" => "Up/Down",
        "←→" => "Left/Right",
        "→" => "Right",
        "↓" => "Down",
        other => other,
    };
    app.theme.glyphs.pick(hint.keys, plain)
}

/// Keys of the table that stand in the footer, but for the one told already and those of a lesson where
/// none is open: a recording of a program of one's own has nothing to run.
fn table(app: &App, next: Hint) -> Vec<Hint> {
    let of_a_lesson = |binding: &&Binding| {
        binding.is_offered(app) && (app.course.lesson().is_some() || !binding.is_of_a_lesson())
    };
    TABLE
        .iter()
        .filter(|binding| binding.footer && !binding.shown.split(' ').any(|key| key == next.keys))
        .filter(of_a_lesson)
        .filter_map(|binding| hints::offered(app, binding))
        .collect()
}
