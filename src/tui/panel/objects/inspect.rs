//! The inspectors: what is particular to a class of objects, one for each `Body`.
//!
//! A body without an inspector does not compile.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::{Flow, Inspected, MOST, Sheet};
use crate::model::{
    Barrier, Block, Body, Condition, Connection, Flag, Lock, Mailbox, Manager, Mapping, Object,
    PipeEnd, Pool, Popen, Sequence, Shared, TaskState,
};
use crate::text::{clean, truncate};

/// Events through which a changed cell flashes.
const FLASH: u64 = 8;
/// Messages taken, and requests to a manager, that are shown: the latest.
const LATEST: usize = 4;

impl Inspected {
    fn state(words: impl Into<String>) -> Inspected {
        Inspected {
            state: vec![Span::raw(words.into())],
            rows: Vec::new(),
        }
    }

    fn rows(rows: Vec<Line<'static>>) -> Inspected {
        Inspected {
            state: Vec::new(),
            rows,
        }
    }

    fn with(self, rows: Vec<Line<'static>>) -> Inspected {
        Inspected { rows, ..self }
    }
}

impl Sheet<'_> {
    pub(super) fn inspect(&self, object: &Object) -> Inspected {
        let lang = self.app.lang;
        match &object.body {
            Body::Lock(lock) => self.lock(lock),
            Body::Semaphore(semaphore) => {
                Inspected::state(format!("{}/{}", semaphore.value, semaphore.initial))
            }
            Body::Flag(flag) => self.flag(flag),
            Body::Condition(condition) => self.condition(condition, object),
            Body::Barrier(barrier) => self.barrier(barrier, object),
            Body::Shared(shared) => Inspected::rows(self.cells(shared)),
            Body::Queue(queue) => {
                let held = queue.mailbox.len();
                let words = lang.tell("tui.queue-holds", &[("n", &held)]);
                Inspected::state(words).with(self.messages(&queue.mailbox))
            }
            Body::Connection(connection) => self.connection(connection, object),
            Body::Mapping(mapping) => Inspected::rows(self.entries(mapping, object)),
            Body::Sequence(sequence) => self.sequence(sequence, object),
            Body::Manager(manager) => self.manager(manager),
            Body::Popen(popen) => self.popen(popen),
            Body::Block(block) => self.block(block),
            Body::PipeEnd(end) => self.pipe_end(end, object),
            Body::Pool(pool) => {
                let words = lang.tell(
                    "tui.pool-busy",
                    &[
                        ("busy", &pool.busy()),
                        ("size", &pool.size),
                        ("most", &pool.most_busy),
                    ],
                );
                Inspected::state(words).with(self.tasks(pool))
            }
            Body::Plain => {
                let words = lang.tell("tui.object-ops", &[("n", &object.ops)]);
                Inspected {
                    state: vec![Span::styled(words, self.app.theme.dim())],
                    rows: Vec::new(),
                }
            }
        }
    }

    fn lock(&self, lock: &Lock) -> Inspected {
        let lang = self.app.lang;
        let Some(holder) = &lock.owner else {
            let free = Span::styled(lang.phrase("tui.lock-free"), self.app.theme.good());
            return Inspected {
                state: vec![free],
                rows: Vec::new(),
            };
        };
        let words = lang.tell("tui.lock-held", &[("depth", &lock.depth)]);
        Inspected {
            state: vec![self.who(holder.proc), Span::raw(format!(" {words}"))],
            rows: Vec::new(),
        }
    }

    /// `set`, and who changed it last.
    fn flag(&self, flag: &Flag) -> Inspected {
        let lang = self.app.lang;
        let mut state = vec![if flag.set {
            Span::styled(lang.phrase("tui.flag-set"), self.app.theme.good())
        } else {
            Span::raw(lang.phrase("tui.flag-clear"))
        }];
        if let Some(by) = flag.by {
            state.push(Span::raw(lang.phrase("tui.flag-by")));
            state.push(self.who(by));
        }
        Inspected {
            state,
            rows: Vec::new(),
        }
    }

    /// Who sleeps on it are its waiters; how many of them may wake.
    fn condition(&self, condition: &Condition, object: &Object) -> Inspected {
        Inspected::state(self.app.lang.tell(
            "tui.condition-state",
            &[
                ("asleep", &object.waiters.len()),
                ("wakes", &condition.wakes),
                ("notified", &condition.notified),
            ],
        ))
    }

    fn barrier(&self, barrier: &Barrier, object: &Object) -> Inspected {
        let lang = self.app.lang;
        let here = barrier.arrived(object.waiters.len());
        let mut inspected = Inspected::state(lang.tell(
            "tui.barrier-state",
            &[
                ("here", &here),
                ("parties", &barrier.parties),
                ("filled", &barrier.filled),
            ],
        ));
        if barrier.broken {
            let broken = lang.phrase("tui.barrier-broken");
            let broken = Span::styled(format!(" {broken}"), self.app.theme.bad());
            inspected.state.push(broken);
        }
        inspected
    }

    /// Its other end, the messages on their way to this one, who has closed it.
    fn connection(&self, connection: &Connection, object: &Object) -> Inspected {
        let lang = self.app.lang;
        let held = connection.inbox.len();
        let mut inspected = Inspected::state(lang.tell("tui.connection-holds", &[("n", &held)]));
        inspected.state.extend(self.other_end(object));
        inspected.rows = self.messages(&connection.inbox);
        let closed: Vec<u32> = connection.closed_by.iter().map(|(proc, _)| *proc).collect();
        let words = lang.phrase("tui.connection-closed");
        inspected.rows.extend(self.named(words, &closed));
        inspected
    }

    /// The child, what it was started as, and how it ended.
    fn popen(&self, popen: &Popen) -> Inspected {
        let lang = self.app.lang;
        let mut inspected = Inspected::default();
        let child = popen.pid.and_then(|pid| self.world.by_pid(pid));
        if let Some(child) = child {
            inspected.state.push(self.who(child.proc));
        }
        if let Some(code) = popen.returncode.as_deref() {
            let words = lang.tell("tui.popen-ended", &[("code", &clean(code))]);
            inspected.state.push(Span::raw(format!(" {words}")));
        }
        let dim = self.app.theme.dim();
        let mut row = |text: String| {
            let text = truncate(&text, self.wide.saturating_sub(2)).into_owned();
            inspected.rows.push(Line::styled(format!("  {text}"), dim));
        };
        if let Some(command) = popen.command.as_deref() {
            row(clean(command).into_owned());
        }
        if let Some(pipes) = popen.pipes.as_deref() {
            row(lang.tell("tui.popen-pipes", &[("pipes", &clean(pipes))]));
        }
        inspected
    }

    /// Its size, who has attached to it, whether its name is gone.
    fn block(&self, block: &Block) -> Inspected {
        let lang = self.app.lang;
        let mut inspected = Inspected::state(lang.tell("tui.block-size", &[("n", &block.size)]));
        if let Some((proc, _)) = block.unlinked {
            let words = format!(" {} ", lang.phrase("tui.block-unlinked"));
            inspected.state.extend([Span::raw(words), self.who(proc)]);
        }
        let words = lang.phrase("tui.block-attached");
        inspected.rows.extend(self.named(words, &block.attached));
        inspected
    }

    /// Which end it is, its other end, the bytes that went through, who has closed it.
    fn pipe_end(&self, end: &PipeEnd, object: &Object) -> Inspected {
        let lang = self.app.lang;
        let words = if end.writes {
            "tui.pipe-written"
        } else {
            "tui.pipe-read"
        };
        let mut inspected = Inspected::state(lang.tell(words, &[("n", &end.bytes)]));
        inspected.state.extend(self.other_end(object));
        let closed: Vec<u32> = end.closed_by.iter().map(|(proc, _)| *proc).collect();
        let words = lang.phrase("tui.connection-closed");
        inspected.rows.extend(self.named(words, &closed));
        inspected
    }

    fn other_end(&self, object: &Object) -> Option<Span<'static>> {
        let other = object.of.as_deref()?;
        let other = self.world.object(other).map_or(other, Object::label);
        let words = self
            .app
            .lang
            .tell("tui.connection-other", &[("name", &clean(other))]);
        Some(Span::styled(format!(" {words}"), self.app.theme.dim()))
    }

    /// A row of processes behind a word.
    fn named(&self, words: &str, procs: &[u32]) -> Option<Line<'static>> {
        let mut line = vec![Span::raw(format!("  {words} "))];
        for proc in procs.iter().take(MOST) {
            line.extend([self.who(*proc), Span::raw(" ")]);
        }
        (!procs.is_empty()).then(|| Line::from(line))
    }

    fn manager(&self, manager: &Manager) -> Inspected {
        let lang = self.app.lang;
        let mut inspected = Inspected::default();
        if let Some(server) = manager.server {
            let words = Span::raw(lang.phrase("tui.manager-server"));
            inspected.state = vec![words, self.who(server)];
        }
        if manager.shut_down {
            let words = format!(" {}", lang.phrase("tui.manager-down"));
            inspected.state.push(Span::raw(words));
        }
        inspected
    }

    fn sequence(&self, sequence: &Sequence, object: &Object) -> Inspected {
        let lang = self.app.lang;
        let mut flow = Flow::new(self.wide);
        for element in sequence.elements.iter().take(MOST) {
            let style = self.app.theme.process(element.writer as usize);
            flow.add(Span::styled(clean(&element.value).into_owned(), style));
        }
        let left = sequence.elements.len().saturating_sub(MOST) as u64;
        let mut rows = flow.finish(sequence.hidden + left);
        rows.extend(self.requests(object));
        let count = sequence.elements.len() as u64 + sequence.hidden;
        let mut words = lang.tell("tui.sequence-holds", &[("n", &count)]);
        if sequence.unordered {
            words += lang.phrase("tui.sequence-unordered");
        }
        Inspected::state(words).with(rows)
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

    fn messages(&self, mailbox: &Mailbox) -> Vec<Line<'static>> {
        let mut flow = Flow::new(self.wide);
        for message in mailbox.messages().take(MOST) {
            let style = self.app.theme.process(message.producer as usize);
            flow.add(Span::styled(clean(&message.value).into_owned(), style));
        }
        let mut lines = flow.finish(mailbox.hidden);
        for delivery in mailbox.delivered.iter().rev().take(LATEST) {
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
        lines.extend(self.requests(object));
        lines
    }

    /// The latest requests to the manager about an object.
    fn requests(&self, object: &Object) -> impl Iterator<Item = Line<'static>> {
        let requests = self.world.requests().iter().rev();
        let requests = requests.filter(|request| request.proxy == object.key);
        requests.take(LATEST).map(|request| {
            let key = request.key.as_deref();
            let key = key.map_or_else(String::new, |key| format!("[{}]", clean(key)));
            let value = request.value.as_deref().or(request.result.as_deref());
            let value = value.map_or_else(String::new, |value| format!(" {}", clean(value)));
            let text = format!(" {}{key}{value}", request.op);
            let text = truncate(&text, self.wide.saturating_sub(10)).into_owned();
            Line::from(vec![
                Span::raw("  "),
                self.who(request.proc),
                Span::styled(text, self.app.theme.dim()),
            ])
        })
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
            let threads = self
                .world
                .process(worker.proc)
                .map(|process| &process.threads);
            let thread = threads.and_then(|threads| {
                let mut threads = threads.iter();
                threads
                    .find(|thread| Some(thread.tid) == worker.tid)?
                    .name
                    .as_deref()
            });
            let thread = thread.map_or_else(String::new, |name| format!(" {}", clean(name)));
            lines.push(Line::from(vec![
                Span::raw("  "),
                self.who(worker.proc),
                Span::raw(format!("{thread} {what}")),
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
