//! `Lane`: what one process did, a sign for each column, with words where there is room for them.

use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::axis::Window;
use crate::model::{Activity, Process, Span as Stretch, TaskSpan, World};
use crate::text::{clean, width};
use crate::trace::{Exit, Role};
use crate::tui::theme::Theme;

/// Columns of a lane's name.
pub(super) const NAME: usize = 16;

/// What a cell of a lane shows; the most telling of what happened in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Nothing,
    /// A pool's worker without a task.
    Idle,
    Gate,
    Sleeping,
    Running,
    Waiting,
    Ended,
    Killed,
}

impl Mark {
    pub(super) fn sign(self, theme: Theme) -> &'static str {
        let glyphs = theme.glyphs;
        match self {
            Mark::Nothing => " ",
            Mark::Idle => glyphs.pick("▁", "_"),
            Mark::Gate => glyphs.pick("·", "."),
            Mark::Sleeping => glyphs.pick("╌", "~"),
            Mark::Running => glyphs.pick("█", "#"),
            Mark::Waiting => glyphs.pick("░", "w"),
            Mark::Ended => glyphs.pick("■", "]"),
            Mark::Killed => glyphs.pick("✖", "X"),
        }
    }

    fn of(activity: Activity) -> Mark {
        match activity {
            Activity::Running => Mark::Running,
            Activity::Sleeping => Mark::Sleeping,
            Activity::Waiting { .. } | Activity::WaitingForChild { .. } => Mark::Waiting,
            Activity::Gate { .. } => Mark::Gate,
        }
    }
}

/// Words written over the signs of a lane.
struct Label {
    column: usize,
    text: String,
    task: bool,
}

pub(super) struct Lane {
    marks: Vec<Mark>,
    /// By column, none over another.
    labels: Vec<Label>,
    /// Of a pool's worker: the columns in which it had a task.
    busy: Option<Vec<bool>>,
}

impl Lane {
    pub(super) fn new(world: &World, process: &Process, window: Window, wide: usize) -> Lane {
        let mut lane = Lane {
            marks: vec![Mark::Nothing; wide],
            labels: Vec::new(),
            busy: (process.role == Role::Worker).then(|| vec![false; wide]),
        };
        if wide == 0 {
            return lane;
        }
        lane.tasks(world, process, window);
        let step = window.step(wide);
        for stretch in process.track.all_spans() {
            let open = Some(stretch) == process.track.open.as_ref();
            let end = if open { world.now() } else { stretch.end };
            if window.meets(stretch.start, end) {
                lane.stretch(world, stretch, end, window, step);
            }
        }
        if let Some(t) = process.track.ended.filter(|t| window.meets(*t, *t)) {
            lane.marks[window.column(t, wide)] = match process.exit() {
                Some(Exit::Signal(_)) => Mark::Killed,
                _ => Mark::Ended,
            };
        }
        lane
    }

    fn stretch(&mut self, world: &World, stretch: &Stretch, end: i64, window: Window, step: i64) {
        let wide = self.marks.len();
        let mark = Mark::of(stretch.activity);
        let long = end.saturating_sub(stretch.start) > step;
        let (first, last) = (window.column(stretch.start, wide), window.column(end, wide));
        for (column, known) in self.marks.iter_mut().enumerate().take(last + 1).skip(first) {
            let idle = self.busy.as_ref().is_some_and(|busy| !busy[column]);
            let mark = match mark {
                Mark::Running if idle => Mark::Idle,
                mark => mark,
            };
            if *known == Mark::Nothing || mark > *known || long {
                *known = mark;
            }
        }
        if mark == Mark::Waiting
            && let Some(what) = waited_for(world, stretch.activity)
        {
            // A sign is left on both sides, so that it is still seen what the words stand in.
            self.write(first + 1, last, what, false);
        }
    }

    /// Tasks of a pool: where each begins, with its number and what it calls as there is room.
    fn tasks(&mut self, world: &World, process: &Process, window: Window) {
        let wide = self.marks.len();
        for task in process.track.all_tasks() {
            let end = task.end.or(process.track.ended).unwrap_or(world.now());
            if !window.meets(task.start, end) {
                continue;
            }
            // Times may run backwards: its worker may be gone before it began.
            let first = window.column(task.start, wide);
            let last = window.column(end, wide).max(first);
            if let Some(busy) = &mut self.busy {
                busy[first..=last].fill(true);
            }
            let number = format!("[{}", task.task);
            let whole = call(world, task).map(|call| format!("{number} {call}"));
            let short = func(world, task).map(|func| format!("{number} {func}"));
            let ways = whole.into_iter().chain(short);
            let mut ways = ways.chain([number, "[".to_owned()]);
            ways.find(|way| self.write(first, last, way.clone(), true));
        }
    }

    /// Writes over the columns from `first` up to (without) `last`, if the words fit there and
    /// nothing is written yet; says whether.
    fn write(&mut self, first: usize, last: usize, text: String, task: bool) -> bool {
        let end = first + width(&text);
        let taken = |label: &Label| label.column < end && first < label.column + width(&label.text);
        if text.is_empty() || end > last.max(first + 1) || self.labels.iter().any(taken) {
            return false;
        }
        let at = self.labels.partition_point(|label| label.column < first);
        let label = Label {
            column: first,
            text,
            task,
        };
        self.labels.insert(at, label);
        true
    }

    /// Signs in the process's colour, words in between.
    pub(super) fn spans(&self, theme: Theme, style: Style) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        let mut column = 0;
        for label in &self.labels {
            self.signs(column, label.column, theme, style, &mut spans);
            let styled = if label.task {
                style.add_modifier(Modifier::BOLD)
            } else {
                theme.warning()
            };
            spans.push(Span::styled(label.text.clone(), styled));
            column = label.column + width(&label.text);
        }
        self.signs(column, self.marks.len(), theme, style, &mut spans);
        spans
    }

    fn signs(
        &self,
        from: usize,
        to: usize,
        theme: Theme,
        style: Style,
        spans: &mut Vec<Span<'static>>,
    ) {
        let mut rest = self.marks.get(from..to).unwrap_or_default();
        while let Some(first) = rest.first() {
            let same = rest.iter().take_while(|mark| *mark == first).count();
            let style = if *first == Mark::Waiting {
                theme.warning()
            } else {
                style
            };
            spans.push(Span::styled(first.sign(theme).repeat(same), style));
            rest = &rest[same..];
        }
    }
}

/// The name of what a process waits for.
fn waited_for(world: &World, activity: Activity) -> Option<String> {
    let name = match activity {
        Activity::Waiting {
            object: Some(object),
            ..
        } => world.label(object),
        Activity::Waiting { op, .. } => op.as_str(),
        Activity::WaitingForChild { child } => &world.process(child?)?.name,
        _ => return None,
    };
    Some(clean(name).into_owned())
}

/// The function a task calls.
fn func(world: &World, task: &TaskSpan) -> Option<String> {
    let pool = world.object_at(task.pool)?.pool()?;
    let func = pool.tasks.get(task.task)?.func.as_deref()?;
    Some(clean(func).into_owned())
}

/// What a task calls, as the program wrote it: `f(11, 3, 1.0)`.
fn call(world: &World, task: &TaskSpan) -> Option<String> {
    let pool = world.object_at(task.pool)?.pool()?;
    let task = pool.tasks.get(task.task)?;
    let (func, value) = (task.func.as_deref()?, task.value.as_deref()?);
    Some(clean(&format!("{func}{value}")).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Lane, Mark};

    #[test]
    fn words_are_written_only_where_they_fit_and_never_over_others() {
        let mut lane = Lane {
            marks: vec![Mark::Waiting; 12],
            labels: Vec::new(),
            busy: None,
        };
        assert!(!lane.write(1, 4, "lock".to_owned(), false));
        assert!(lane.write(1, 5, "lock".to_owned(), false));
        assert!(!lane.write(4, 11, "pool".to_owned(), false));
        assert!(lane.write(6, 11, "进程".to_owned(), false));
        let text: Vec<(usize, &str)> = lane
            .labels
            .iter()
            .map(|label| (label.column, label.text.as_str()))
            .collect();
        assert_eq!(text, [(1, "lock"), (6, "进程")]);
        // A task shorter than a column is still seen.
        assert!(lane.write(11, 11, "[".to_owned(), true));
    }
}
