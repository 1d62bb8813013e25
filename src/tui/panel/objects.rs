//! What the processes share: every object with its state, as the World has it.
//!
//! Cells with their last writers, owners and waiters of locks, messages of queues, entries of a
//! manager's dict with its latest requests, tasks of a pool.

use std::collections::HashMap;

use ratatui::layout::Size;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::cache::Content;
use super::{Panel, PanelId, Region, Rows};
use crate::model::{Body, Mapping, Object, Pool, Queue, Shared, TaskState, World};
use crate::text::{clean, truncate};
use crate::tui::app::App;
use crate::tui::markdown;

/// Most elements of one object that are shown.
const MOST: usize = 64;

/// Events through which a changed cell flashes.
const FLASH: u64 = 8;

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
        let mut more = Vec::new();
        match &object.body {
            Body::Lock(lock) => {
                spans.extend(match &lock.owner {
                    Some(holder) => {
                        let words = self
                            .app
                            .lang
                            .tell("tui.lock-held", &[("depth", &lock.depth)]);
                        vec![self.who(holder.proc), Span::raw(format!(" {words}"))]
                    }
                    None => vec![Span::styled(
                        self.app.lang.phrase("tui.lock-free"),
                        self.app.theme.good(),
                    )],
                });
            }
            Body::Semaphore(semaphore) => spans.push(Span::raw(format!(
                "{}/{}",
                semaphore.value, semaphore.initial
            ))),
            Body::Shared(shared) => more = self.cells(shared),
            Body::Queue(queue) => {
                spans.push(Span::raw(
                    self.app
                        .lang
                        .tell("tui.queue-holds", &[("n", &queue.mailbox.len())]),
                ));
                more = self.messages(queue);
            }
            Body::Mapping(mapping) => more = self.entries(mapping, object),
            Body::Sequence(sequence) => {
                spans.push(Span::raw(format!("{}", sequence.elements.len())));
            }
            Body::Manager(manager) => {
                if let Some(server) = manager.server {
                    spans.push(Span::raw(self.app.lang.phrase("tui.manager-server")));
                    spans.push(self.who(server));
                }
            }
            Body::Pool(pool) => {
                spans.push(Span::raw(self.app.lang.tell(
                    "tui.pool-busy",
                    &[
                        ("busy", &pool.busy()),
                        ("size", &pool.size),
                        ("most", &pool.most_busy),
                    ],
                )));
                more = self.tasks(pool);
            }
            _ => spans.push(Span::styled(
                self.app.lang.tell("tui.object-ops", &[("n", &object.ops)]),
                self.app.theme.dim(),
            )),
        }
        let mut lines = vec![Line::from(spans)];
        if !object.waiters.is_empty() {
            let mut line = vec![Span::styled(
                format!("  {} ", self.app.lang.phrase("tui.waiters")),
                self.app.theme.warning(),
            )];
            for waiter in object.waiters.iter().take(MOST) {
                line.push(self.who(waiter.proc));
                line.push(Span::raw(" "));
            }
            lines.push(Line::from(line));
        }
        lines.extend(more);
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

    /// Cells in rows: `[1] 101←PID`; the one changed last has a star, and flashes while it is new.
    fn cells(&self, shared: &Shared) -> Vec<Line<'static>> {
        let mut flow = Flow::new(self.wide);
        let latest = shared.cells.iter().filter_map(|cell| cell.written).max();
        for (index, cell) in shared.cells.iter().enumerate().take(MOST) {
            let newest = cell.written.is_some() && cell.written == latest;
            let fresh = newest && latest.is_some_and(|seq| self.world.seq() < seq + FLASH);
            let style = cell
                .writer
                .map_or_else(Style::new, |writer| self.app.theme.process(writer as usize));
            let style = if fresh {
                style.add_modifier(Modifier::REVERSED | Modifier::BOLD)
            } else {
                style
            };
            let writer = cell
                .writer
                .filter(|writer| *writer != 0)
                .and_then(|writer| self.world.process(writer))
                .map_or_else(String::new, |process| {
                    format!("{}{}", self.app.theme.glyphs.pick("←", "<-"), process.pid)
                });
            let index = if shared.array {
                format!("[{index}] ")
            } else {
                String::new()
            };
            flow.add(Span::styled(
                format!(
                    "{index}{}{}{writer}",
                    if newest { "*" } else { "" },
                    clean(&cell.value)
                ),
                style,
            ));
        }
        flow.finish(shared.more)
    }

    fn messages(&self, queue: &Queue) -> Vec<Line<'static>> {
        let mut flow = Flow::new(self.wide);
        for message in queue.mailbox.messages().take(MOST) {
            let style = self.app.theme.process(message.producer as usize);
            flow.add(Span::styled(clean(&message.value).into_owned(), style));
        }
        let mut lines = flow.finish(queue.mailbox.hidden);
        for delivery in queue.mailbox.delivered.iter().rev().take(4) {
            lines.push(Line::from(vec![
                Span::raw("  "),
                Span::styled(
                    clean(&delivery.message.value).into_owned(),
                    self.app.theme.dim(),
                ),
                Span::styled(
                    format!(" {} ", self.app.theme.glyphs.pick("→", "->")),
                    self.app.theme.dim(),
                ),
                self.who(delivery.consumer),
            ]));
        }
        lines
    }

    fn entries(&self, mapping: &Mapping, object: &Object) -> Vec<Line<'static>> {
        let mut flow = Flow::new(self.wide);
        for entry in mapping.entries().take(MOST) {
            let style = self.app.theme.process(entry.writer as usize);
            flow.add(Span::styled(
                format!("{}: {}", clean(&entry.key), clean(&entry.value)),
                style,
            ));
        }
        let mut lines = flow.finish(mapping.hidden);
        for request in self
            .world
            .requests()
            .iter()
            .rev()
            .filter(|request| request.proxy == object.key)
            .take(4)
        {
            let key = request
                .key
                .as_deref()
                .map_or_else(String::new, |key| format!("[{}]", clean(key)));
            let value = request
                .value
                .as_deref()
                .or(request.result.as_deref())
                .map_or_else(String::new, |value| format!(" {}", clean(value)));
            let text = format!(" {}{key}{value}", request.op);
            lines.push(Line::from(vec![
                Span::raw("  "),
                self.who(request.proc),
                Span::styled(
                    truncate(&text, self.wide.saturating_sub(10)).into_owned(),
                    self.app.theme.dim(),
                ),
            ]));
        }
        lines
    }

    /// Slots of the workers, then the tasks by state.
    fn tasks(&self, pool: &Pool) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for worker in &pool.workers {
            let what = match (worker.alive, worker.task) {
                (false, _) => self.app.lang.phrase("tui.worker-gone").to_owned(),
                (true, Some(task)) => self.app.lang.tell("tui.worker-task", &[("task", &task)]),
                (true, None) => self.app.lang.phrase("tui.worker-idle").to_owned(),
            };
            let done = self
                .app
                .lang
                .tell("tui.worker-done", &[("n", &worker.done)]);
            lines.push(Line::from(vec![
                Span::raw("  "),
                self.who(worker.proc),
                Span::raw(format!(" {what}")),
                Span::styled(format!(" {done}"), self.app.theme.dim()),
            ]));
        }
        let mut flow = Flow::new(self.wide);
        for task in pool.tasks.iter().take(MOST) {
            let glyphs = self.app.theme.glyphs;
            let (sign, style) = match task.state {
                TaskState::Waiting => (glyphs.pick("·", "."), self.app.theme.dim()),
                TaskState::Running => (
                    glyphs.pick("▶", ">"),
                    task.worker
                        .map_or_else(Style::new, |proc| self.app.theme.process(proc as usize)),
                ),
                TaskState::Succeeded => (glyphs.pick("✓", "ok"), self.app.theme.good()),
                TaskState::Failed => (glyphs.pick("✗", "NO"), self.app.theme.bad()),
                TaskState::Lost => (glyphs.pick("?", "?"), self.app.theme.bad()),
            };
            flow.add(Span::styled(format!("{}{sign}", task.number), style));
        }
        lines.extend(flow.finish(pool.hidden));
        lines
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
