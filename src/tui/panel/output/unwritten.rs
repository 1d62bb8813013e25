//! The rows at the bottom of the output: what each process has printed and not written yet, whose it is
//! where the buffer is a copy, and what was lost with it.

use ratatui::layout::Size;
use ratatui::text::{Line, Span};

use super::{copy_of, filter, head};
use crate::model::{Process, World};
use crate::text::{clean_line, cut, width};
use crate::tui::app::App;

/// Bytes of a buffer that are looked at.
const LOOKED_AT: usize = 1024;

/// A row for each process with something in its buffer: a third of the panel at most.
pub(super) fn rows(app: &App, size: Size) -> Vec<Line<'static>> {
    let world = app.world();
    let only = filter(app);
    let mut waiting = world
        .processes()
        .filter(|process| only.is_none_or(|proc| process.proc == proc))
        .filter(|process| !process.unwritten.is_empty());
    let most = usize::from(size.height / 3);
    let mut rows: Vec<Line<'static>> = waiting
        .by_ref()
        .take(most)
        .map(|process| row(app, world, process, usize::from(size.width)))
        .collect();
    let more = waiting.count();
    if more > 0 && most > 0 {
        rows.pop();
        let words = app
            .lang
            .tell("tui.output-unwritten-more", &[("n", &(more + 1))]);
        rows.push(Line::styled(words, app.theme.dim()));
    }
    rows
}

fn row(app: &App, world: &World, process: &Process, wide: usize) -> Line<'static> {
    let (theme, lang) = (app.theme, app.lang);
    // Where a line has its time.
    let (what, style) = if process.is_alive() {
        ("tui.output-buffer", theme.dim())
    } else {
        ("tui.output-lost", theme.warning())
    };
    let head = head(wide, lang.phrase(what), process.pid, &process.name);
    let printer = process.unwritten.copied_from(process.proc);
    let note = copy_of(app, world, printer);
    let mark = theme.glyphs.pick("░", "~");
    let room = wide.saturating_sub(width(&head) + width(&note) + 2);
    let mut text = String::new();
    for (_, part) in process.unwritten.texts() {
        if text.len() > LOOKED_AT {
            break;
        }
        text.push_str(&part[..part.floor_char_boundary(LOOKED_AT)]);
    }
    let text = text.replace('\n', theme.glyphs.pick("⏎", "\\n"));
    let text = clean_line(text.as_bytes(), LOOKED_AT);
    Line::from(vec![
        Span::styled(head, style),
        Span::styled(format!("{mark} "), theme.process(process.colour())),
        Span::styled(cut(&text.text, 0, room), theme.dim()),
        Span::styled(note, theme.warning()),
    ])
}
