//! `view`: the frame of an `App`; it reads and changes nothing.
//!
//! ```text
//! head       lesson, state of the run
//! panels     as `layout` cuts them
//! transport  play head, place, speed: the same live and in replay
//! footer     keys, or what there is to say
//! ```

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Clear, Paragraph};

use super::action::PanelId;
use super::app::{App, Popup};
use super::layout::{GROUPS, SMALLEST, frames};
use super::panel;
use super::theme::Glyphs;
use super::words;
use crate::text::{fit, truncate, width};

/// Draws the screen.
pub(crate) fn view(app: &App, frame: &mut Frame<'_>) {
    screen(app, frame);
    if app.theme.glyphs == Glyphs::Ascii {
        plain_signs(frame);
    }
}

/// Signs of texts for a terminal that has ASCII only; letters of a language stay what they are.
fn plain_signs(frame: &mut Frame<'_>) {
    for cell in &mut frame.buffer_mut().content {
        let plain = match cell.symbol() {
            "…" => "~",
            "·" => "-",
            "•" => "*",
            "—" | "–" | "─" => "-",
            "→" | "▸" => ">",
            "←" | "◂" => "<",
            "↑" => "^",
            "↓" => "v",
            "‘" | "’" => "'",
            "“" | "”" => "\"",
            "×" => "x",
            "␇" | "␊" | "␍" | "␛" => "?",
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
    if app.comparing {
        let body = Rect {
            height: frames.transport.bottom(),
            ..area
        };
        panel::compare::draw(app, frame, body);
        footer(app, frame, frames.footer);
        return popup(app, frame, area);
    }
    head(app, frame, frames.head);
    if let Some(tabs) = frames.tabs {
        tab_line(app, frame, tabs);
    }
    for (id, rect) in &frames.panels {
        framed(app, frame, *id, *rect);
    }
    transport(app, frame, frames.transport);
    footer(app, frame, frames.footer);
    popup(app, frame, area);
}

fn too_small(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let words = app.lang.tell(
        "tui.too-small",
        &[("width", &SMALLEST.0), ("height", &SMALLEST.1)],
    );
    frame.render_widget(
        Paragraph::new(words).wrap(ratatui::widgets::Wrap { trim: true }),
        area,
    );
}

/// A panel with its border and title.
fn framed(app: &App, frame: &mut Frame<'_>, id: PanelId, rect: Rect) {
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
    if inner.width > 0 && inner.height > 0 {
        panel::draw(app, frame, id, inner);
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

fn head(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let title = app
        .lesson()
        .map_or("", |lesson| lesson.manifest.title.get(app.lang));
    let number = app.lesson().map_or(0, |lesson| lesson.manifest.order);
    let mut spans = vec![Span::styled(
        " forklore ",
        Style::new().add_modifier(Modifier::REVERSED),
    )];
    if number > 0 {
        spans.push(Span::styled(
            format!(" {number:02} {title} "),
            app.theme.heading(),
        ));
    }
    spans.push(Span::styled(changed_params(app), app.theme.dim()));
    let left: usize = spans.iter().map(Span::width).sum();
    let right = status(app);
    let room = usize::from(rect.width).saturating_sub(left + right.width());
    spans.push(Span::raw(" ".repeat(room)));
    spans.push(right);
    frame.render_widget(Line::from(spans), rect);
}

/// Parameters that are not at their default.
fn changed_params(app: &App) -> String {
    let Some(lesson) = app.lesson() else {
        return String::new();
    };
    lesson
        .manifest
        .parameters
        .iter()
        .filter_map(|parameter| {
            let value = app.params.get(&parameter.name)?;
            (*value != parameter.default()).then(|| format!("{}={} ", parameter.name, value.repr()))
        })
        .collect()
}

/// How the run stands, in words.
fn status(app: &App) -> Span<'static> {
    let lang = app.lang;
    let Some(run) = &app.run else {
        return Span::styled(lang.phrase("tui.run-none"), app.theme.dim());
    };
    match run.world().end() {
        Some(end) => {
            let words = lang.term("status", end.end.status.as_str());
            let good = end.end.status == crate::trace::RunStatus::Finished;
            Span::styled(
                format!(" {words} "),
                if good {
                    app.theme.good()
                } else {
                    app.theme.bad()
                },
            )
        }
        _ if run.recorded && !run.is_now() => {
            Span::styled(lang.phrase("tui.run-recording"), app.theme.warning())
        }
        _ if !run.is_now() => Span::styled(lang.phrase("tui.run-past"), app.theme.warning()),
        None if run.paused => Span::styled(lang.phrase("tui.run-paused"), app.theme.warning()),
        None => Span::styled(lang.phrase("tui.run-going"), app.theme.good()),
    }
}

fn tab_line(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let mut spans = Vec::new();
    for group in GROUPS {
        let name = app.lang.phrase(group[0].title());
        let active = group.contains(&app.focus);
        let style = if active {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            app.theme.dim()
        };
        spans.push(Span::styled(format!(" {name} "), style));
        spans.push(Span::raw(" "));
    }
    frame.render_widget(Line::from(spans), rect);
}

/// Where the scrub bar lies in the transport line.
pub(crate) fn bar(rect: Rect) -> Rect {
    let left = 26.min(rect.width / 3);
    let right = 22.min(rect.width / 4);
    Rect {
        x: rect.x + left,
        width: rect.width.saturating_sub(left + right),
        ..rect
    }
}

fn transport(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let glyphs = app.theme.glyphs;
    let (place, end) = app.run.as_ref().map_or((0, 0), super::run::RunView::places);
    let bar = bar(rect);
    let sign = match &app.run {
        None => glyphs.pick("■", "#"),
        Some(run) if run.is_playing() => glyphs.pick("▶", ">"),
        Some(run) if !run.is_now() => glyphs.pick("◀", "<"),
        Some(run) if run.over => glyphs.pick("■", "#"),
        Some(run) if run.paused => glyphs.pick("‖", "="),
        Some(_) => glyphs.pick("▶", ">"),
    };
    let time = words::seconds(app.world().now());
    let text = format!(" {sign} {place}/{end} · {time} s");
    let left = Rect {
        width: bar.x - rect.x,
        ..rect
    };
    frame.render_widget(Line::from(fit(&text, usize::from(left.width))), left);
    let wide = usize::from(bar.width);
    let done = (place * u64::from(bar.width)).checked_div(end).unwrap_or(0);
    let at = usize::try_from(done).unwrap_or(0).min(wide);
    let done = glyphs.pick("━", "=").repeat(at);
    let rest = glyphs.pick("─", "-").repeat(wide - at);
    let line = Line::from(vec![
        Span::styled(done, app.theme.good()),
        Span::styled(rest, app.theme.dim()),
    ]);
    frame.render_widget(line, bar);
    let speed = match (&app.run, app.manual, app.pace) {
        (Some(run), ..) if run.recorded || !run.is_now() => {
            app.lang.tell("tui.speed-times", &[("n", &run.speed())])
        }
        (_, true, _) => app.lang.phrase("tui.speed-manual").to_owned(),
        (_, false, Some(pace)) => app.lang.tell("tui.speed-paced", &[("n", &pace)]),
        (_, false, None) => app.lang.phrase("tui.speed-open").to_owned(),
    };
    let right = Rect {
        x: bar.right(),
        width: rect.right().saturating_sub(bar.right()),
        ..rect
    };
    frame.render_widget(Line::from(format!(" {speed}")), right);
}

fn footer(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    if let Some(Popup::Search { text }) = &app.popup {
        let asked = app.lang.phrase("tui.search-ask");
        let text = crate::text::clean(text);
        frame.render_widget(Line::from(format!(" {asked} /{text}_")), rect);
        return;
    }
    if let Some(notice) = &app.notice {
        let text = crate::text::clean(notice);
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
    let bindings = super::keymap::TABLE.iter().filter(|binding| binding.footer);
    let need = |binding: &super::keymap::Binding| {
        width(binding.shown) + width(app.lang.phrase(binding.words)) + 3
    };
    let always = |binding: &super::keymap::Binding| matches!(binding.shown, "?" | "q");
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

/// What a popup shows.
struct Sheet {
    title: String,
    lines: Vec<Line<'static>>,
    /// The line that is selected.
    selected: Option<usize>,
    /// Lines scrolled past.
    scroll: usize,
}

fn sheet(app: &App) -> Option<Sheet> {
    let lang = app.lang;
    let plain = |title: &str, lines| Sheet {
        title: title.to_owned(),
        lines,
        selected: None,
        scroll: 0,
    };
    Some(match app.popup.as_ref()? {
        Popup::Search { .. } => return None,
        Popup::Help { scroll } => Sheet {
            scroll: *scroll,
            ..plain(lang.phrase("tui.help-title"), panel::help::lines(app, 0))
        },
        Popup::Lessons { row, welcome } => {
            let title = if *welcome {
                lang.phrase("tui.welcome-title")
            } else {
                lang.phrase("tui.lessons-title")
            };
            Sheet {
                selected: Some(row + panel::list::above(app, *welcome)),
                ..plain(title, panel::list::lines(app, *welcome))
            }
        }
        Popup::Parameters { row } => Sheet {
            selected: Some(*row),
            ..plain(lang.phrase("tui.form-title"), panel::form::lines(app))
        },
        Popup::Kill { pid, name } => {
            let words = lang.tell(
                "tui.kill-ask",
                &[("name", &crate::text::clean(name)), ("pid", pid)],
            );
            plain(
                lang.phrase("tui.kill-title"),
                panel::markdown::wrapped(&words, 56),
            )
        }
        Popup::Quit => {
            let words = lang.phrase("tui.quit-ask");
            plain(
                lang.phrase("tui.quit-title"),
                panel::markdown::wrapped(words, 56),
            )
        }
        Popup::Predict(quiz) => {
            let lines = panel::quiz::lines(app, quiz, panel::quiz::WIDE);
            plain(lang.phrase("tui.quiz-title"), lines)
        }
        Popup::Graded { scroll } => {
            let (right, of) = app.run.as_ref().map_or((0, 0), super::run::RunView::score);
            let title = lang.tell("tui.graded-title", &[("right", &right), ("of", &of)]);
            let mut lines = panel::quiz::graded(app, panel::quiz::WIDE);
            lines.extend(panel::markdown::wrapped(
                lang.phrase("tui.what-now"),
                panel::quiz::WIDE,
            ));
            Sheet {
                scroll: *scroll,
                ..plain(&title, lines)
            }
        }
    })
}

impl Sheet {
    fn rect(&self, area: Rect) -> Rect {
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
pub(crate) fn popup_inside(app: &App, area: Rect) -> Option<Rect> {
    let sheet = sheet(app)?;
    let inner = sheet.rect(area).inner(Margin::new(2, 1));
    (sheet.first(usize::from(inner.height)) == 0).then_some(inner)
}

/// The popup, over everything.
fn popup(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(sheet) = sheet(app) else { return };
    let rect = sheet.rect(area);
    frame.render_widget(Clear, rect);
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
    let block = if first > 0 || left > 0 {
        block.title_bottom(app.lang.tell("tui.more-lines", &[("n", &left)]))
    } else {
        block
    };
    frame.render_widget(block, rect);
    let lines = sheet.lines.into_iter().enumerate().skip(first);
    for ((index, line), y) in lines.zip(inner.y..inner.bottom()) {
        let line = if sheet.selected == Some(index) {
            line.style(app.theme.selected())
        } else {
            line
        };
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..inner
            },
        );
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

/// A panel's whole text, for the clipboard.
pub(crate) fn text_of(app: &App, id: PanelId) -> String {
    panel::text(app, id)
}

/// A line cut at its left and its right, for panels that scroll sideways.
pub(crate) fn cut(text: &str, left: usize, wide: usize) -> String {
    let mut skipped = 0;
    let rest = text
        .char_indices()
        .find(|(_, c)| {
            let here = skipped;
            skipped += width(c.encode_utf8(&mut [0; 4]));
            here >= left
        })
        .map_or("", |(at, _)| &text[at..]);
    truncate(rest, wide).into_owned()
}
