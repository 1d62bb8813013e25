//! What the processes share: every object with its state, as the World has it.
//!
//! Here is what all objects have: title, class, who waits. What is particular to a class is in
//! `inspect`.

mod inspect;

use std::collections::HashMap;

use ratatui::layout::Size;
use ratatui::text::{Line, Span};

use super::cache::Content;
use super::{Panel, PanelId, Region, Rows};
use crate::model::{Object, World};
use crate::text::clean;
use crate::tui::app::App;
use crate::tui::markdown;

/// Most elements of one object that are shown.
const MOST: usize = 64;

pub(super) struct Objects;

impl Panel for Objects {
    fn title(&self) -> &'static str {
        "tui.panel-objects"
    }

    fn region(&self) -> Region {
        Region::Shared
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let wide = usize::from(size.width);
        let content = Content::Moment {
            run: app.runs.current.as_ref().map_or(0, |run| run.number),
            events: app.world().folded(),
        };
        let id = PanelId::Objects;
        let lines = app.cache.lines(app, id, wide, content, || lines(app, wide));
        Rows::of(lines, app.panes.place(id).top, size)
    }

    fn is_searched(&self) -> bool {
        true
    }
}

fn lines(app: &App, wide: usize) -> Vec<Line<'static>> {
    let world = app.world();
    let owners = world
        .objects()
        .rev()
        .filter_map(|object| Some((object.of.as_deref()?, object)));
    let sheet = Sheet {
        app,
        world,
        wide,
        of: owners.collect(),
    };
    let lines: Vec<_> = world
        .objects()
        .flat_map(|object| sheet.object(object))
        .collect();
    if lines.is_empty() {
        return markdown::wrapped(app.lang.phrase("tui.objects-none"), wide);
    }
    lines
}

/// What an object's own inspector shows.
#[derive(Default)]
struct Inspected {
    /// Beside its title.
    state: Vec<Span<'static>>,
    /// Below it.
    rows: Vec<Line<'static>>,
}

struct Sheet<'a> {
    app: &'a App,
    world: &'a World,
    wide: usize,
    /// By a lock's identity, the object it is the lock of.
    of: HashMap<&'a str, &'a Object>,
}

impl Sheet<'_> {
    fn object(&self, object: &Object) -> Vec<Line<'static>> {
        let of = object.lock().and_then(|_| self.of.get(&*object.id));
        let title = match of {
            Some(of) => {
                let name = clean(of.label());
                self.app.lang.tell("tui.lock-of", &[("name", &name)])
            }
            None => clean(object.label()).into_owned(),
        };
        let class = if of.is_some() || *object.class == *object.label() {
            String::new()
        } else {
            format!(" {}", clean(&object.class))
        };
        let mut spans = vec![
            Span::styled(title, self.app.theme.heading()),
            Span::styled(class, self.app.theme.dim()),
            Span::raw("  "),
        ];
        let Inspected { state, rows } = self.inspect(object);
        let wide: usize = spans.iter().chain(&state).map(Span::width).sum();
        let mut lines = Vec::new();
        if wide <= self.wide {
            spans.extend(state);
            lines.push(Line::from(spans));
        } else {
            // Beside its name it would be cut.
            lines.push(Line::from(spans));
            let words = Line::from(state).to_string();
            let words = markdown::wrapped(words.trim(), self.wide.saturating_sub(2));
            lines.extend(words.iter().map(|line| Line::from(format!("  {line}"))));
        }
        if !object.waiters.is_empty() {
            let words = format!("  {} ", self.app.lang.phrase("tui.waiters"));
            let mut line = vec![Span::styled(words, self.app.theme.warning())];
            for waiter in object.waiters.iter().take(MOST) {
                line.push(self.who(waiter.proc));
                line.push(Span::raw(" "));
            }
            lines.push(Line::from(line));
        }
        lines.extend(rows);
        lines
    }

    /// A process by its PID, in its colour.
    fn who(&self, proc: u32) -> Span<'static> {
        let pid = self
            .world
            .process(proc)
            .map_or_else(|| "?".to_owned(), |process| process.pid.to_string());
        Span::styled(pid, self.app.theme.process(proc as usize))
    }
}

/// Spans set one after another, wrapped.
struct Flow {
    wide: usize,
    lines: Vec<Vec<Span<'static>>>,
    used: usize,
}

impl Flow {
    fn new(wide: usize) -> Flow {
        Flow {
            wide,
            lines: Vec::new(),
            used: 0,
        }
    }

    fn add(&mut self, span: Span<'static>) {
        let columns = span.width();
        if self.lines.is_empty() || self.used + columns + 2 > self.wide {
            self.lines.push(vec![Span::raw("  ")]);
            self.used = 2;
        }
        self.used += columns + 2;
        if let Some(line) = self.lines.last_mut() {
            line.push(span);
            line.push(Span::raw("  "));
        }
    }

    /// The lines; `more` elements are not kept.
    fn finish(mut self, more: u64) -> Vec<Line<'static>> {
        if more > 0 {
            self.add(Span::raw(format!("+{more}")));
        }
        self.lines.into_iter().map(Line::from).collect()
    }
}
